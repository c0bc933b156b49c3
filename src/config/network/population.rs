//! `[population.NAME]`: neurons of one model.

use crate::base::parameter::{Dimension, Range, Value, Values};
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Table, chosen, count, given, inside, own, read, refuse_foreign, registered,
    rows_of, spec_keys,
};
use crate::config::network::positions::layout;
use crate::config::reader::Section;
use crate::network::error::LARGEST;
use crate::network::{Layout, Population};
use crate::neuron::{self, Model, V_M};

/// `initial`: how neurons begin.
#[derive(Clone, Default)]
pub(in crate::config) struct Initial {
    v_m: Option<Value>,
}

impl Table for Initial {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "membrane potential, a distribution of it, or one for each neuron from a file, at most the threshold";
        let potential = given(own("v_m", Dimension::Voltage, Range::Finite));
        k.told("v_m", "`e_l`", &mut self.v_m, potential, what);
    }
}

impl Table for Population {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Ok(model) = neuron::model(self.model) else {
            return;
        };
        let models = registered(neuron::specs());
        k.need("neuron", &mut self.model, models, "the neuron model");
        size_and_positions(self, k);
        spec_keys(model.spec, &mut self.values, k);
        let has_potential = model.variables.first() == Some(&V_M);
        if let Some((section, _)) = k.reading() {
            self.v_m = rest(&self.values).filter(|_| has_potential);
            // What is copied from another model's population is left aside.
            if !has_potential && !section.has("initial") {
                return section.know("initial");
            }
        }
        let v_m = self.v_m.clone();
        let start = Initial { v_m };
        let mut initial = start.v_m.is_some().then(|| start.clone());
        let form = given(inside(start));
        let what = "state at the start, such as { v_m = \"-65 mV\" }";
        k.told("initial", "at rest", &mut initial, form, what);
        self.v_m = initial.and_then(|initial| initial.v_m);
    }
}

/// How many neurons, and where they lie.
fn size_and_positions(population: &mut Population, k: &mut Keys<'_>) {
    let words = "nowhere";
    let what = "where they lie, such as { layout = \"grid\", shape = [40, 40], extent = [\"4 mm\", \"4 mm\"], wrap = \
                    true }";
    let size = "the number of neurons; may be left out where a grid says it";
    let Some((section, _)) = k.reading() else {
        k.need("size", &mut population.size, count(1, LARGEST.into()), size);
        return k.told(
            "positions",
            words,
            &mut population.positions,
            given(layout()),
            what,
        );
    };
    // A grid that is written here says more than a size that is copied.
    let silent = !section.gives("size") || (section.has("positions") && !section.has("size"));
    let section: &Section<'_> = section;
    k.told(
        "positions",
        words,
        &mut population.positions,
        given(layout()),
        what,
    );
    let at_fault = section.gives("positions") && population.positions.is_none();
    match population.positions.as_ref().and_then(Layout::cells) {
        Some(cells) if silent => {
            section.know("size");
            population.size = u32::try_from(cells).unwrap_or(u32::MAX);
        }
        // What is wrong with the grid is the problem to mend, not that it says no size.
        None if silent && at_fault => section.know("size"),
        _ => k.need("size", &mut population.size, count(1, LARGEST.into()), size),
    }
}

/// The resting potential, if all neurons share it.
fn rest(values: &Values) -> Option<Value> {
    let e_l = match values.get("e_l") {
        Some(_) => values.number("e_l")?,
        None => 0.0,
    };
    Some(Value::Number(e_l))
}

/// Reads the table: its neuron model, and the population if nothing is at fault.
pub(super) fn population(
    section: &Section<'_>,
    name: &str,
    around: &Around<'_>,
) -> (Option<&'static Model>, Option<Population>) {
    let model = chosen(section, "neuron", "the neuron model", &neuron::specs())
        .and_then(|spec| neuron::model(spec.name).ok());
    let read = model.and_then(|model| {
        let models: Vec<_> = neuron::specs().into_iter().map(rows_of).collect();
        let good = refuse_foreign(section, &models, model.spec.name, "neuron model");
        let start = start(name, model);
        let population = read(section, start, around)?;
        let sound = fault::reported(section, population.check());
        sound.filter(|()| good).map(|()| population)
    });
    (model, read)
}

/// A population of one neuron, before anything is known of it.
pub(in crate::config) fn start(name: &str, model: &Model) -> Population {
    Population {
        name: name.into(),
        size: 1,
        model: model.spec.name,
        values: Values::new(),
        v_m: None,
        positions: None,
    }
}
