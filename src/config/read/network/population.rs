//! `[population.NAME]`: neurons of one model.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range, Values};
use crate::config::read::model::registered;
use crate::config::read::spec::{self, Context};
use crate::config::read::{Paths, fault};
use crate::config::reader::Section;
use crate::network::error::LARGEST;
use crate::network::{Network, Population};
use crate::neuron::{self, Model, V_M};

use super::Known;
use super::drawn::drawn;

/// Reads the table: its neuron model, and the population if nothing is at fault.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    paths: &Paths<'_>,
) -> (Option<&'static Model>, Option<Population>) {
    let model = registered(section, "neuron", "the neuron model", &neuron::specs())
        .and_then(|spec| neuron::model(spec.name).ok());
    let population = model.and_then(|model| population(section, name, model, paths));
    (model, population)
}

fn population(
    section: &Section<'_>,
    name: &str,
    model: &'static Model,
    paths: &Paths<'_>,
) -> Option<Population> {
    let size = section
        .need("size", "the number of neurons")
        .and_then(|item| item.integer(1, LARGEST.into()));
    let context = Context {
        known: &Known::none(),
        paths,
        weight: None,
    };
    let values = spec::values(section, model.spec.parameters, &context);
    let size = size.and_then(|size| u32::try_from(size).ok());
    let values = values.and_then(|values| consistent(section, (name, size), model, values));
    let v_m = initial(section, model, values.as_ref());
    Some(Population {
        name: name.into(),
        size: size?,
        model: model.spec.name,
        values: values?,
        v_m: v_m?,
    })
}

/// Refuses values that contradict each other or the size, and draws that the model knows only one value of.
fn consistent(
    section: &Section<'_>,
    (name, size): (&str, Option<u32>),
    model: &'static Model,
    values: Values,
) -> Option<Values> {
    let mut one = Network::new(0);
    // Where the size is unknown for another problem, it is what blocks say.
    let blocks = values.blocks().next();
    let all = blocks.map(|(_, blocks)| {
        blocks
            .iter()
            .fold(0, |n: u32, block| n.saturating_add(block.0))
    });
    let size = size.or(all).unwrap_or(1);
    match one.population(name, size, model.spec.name, values) {
        Ok(population) => Some(std::mem::take(&mut population.values)),
        Err(error) => {
            fault::report(section, &error);
            None
        }
    }
}

/// Potentials at the start: `Some(None)` where the neurons have none, or each rests at its own.
fn initial(
    section: &Section<'_>,
    model: &Model,
    values: Option<&Values>,
) -> Option<Option<Distribution>> {
    if model.variables.first() != Some(&V_M) {
        section.know("initial");
        // What is copied from another model's population is left aside.
        if section.has("initial")
            && let Some(item) = section.get("initial")
        {
            let message = format!(
                "`{}`: neurons of the model `{}` have no potential to start from",
                item.path, model.spec.name
            );
            item.reader.problem(item.key_origin, message, None);
            return None;
        }
        return Some(None);
    }
    match section.get("initial") {
        Some(item) => v_m(&item.section()?, values),
        None => Some(rest(values?)),
    }
}

fn v_m(section: &Section<'_>, values: Option<&Values>) -> Option<Option<Distribution>> {
    let Some(item) = section.get("v_m") else {
        return Some(rest(values?));
    };
    let v_m = drawn(&item, Dimension::Voltage, Range::Finite)?;
    let highest = match v_m.shape() {
        Shape::Constant(value) => value,
        Shape::Uniform { high, .. } => high,
        // Without end: rare draws above the threshold fire at the first arrival, like any potential above it.
        _ => return Some(Some(v_m)),
    };
    match values.and_then(|values| values.number("v_th")) {
        Some(v_th) if highest > v_th => {
            let message = format!(
                "`{}` reaches {highest} mV, expected at most the threshold `v_th`, {v_th} mV",
                item.path
            );
            item.reader.problem(item.origin(), message, None);
            None
        }
        _ => Some(Some(v_m)),
    }
}

/// The resting potential, if all neurons share it and it is one that `initial` may say: a given start above the threshold
/// is refused, rest above it is not.
fn rest(values: &Values) -> Option<Distribution> {
    if values.number("e_l") > values.number("v_th") && values.number("v_th").is_some() {
        return None;
    }
    match values.get("e_l") {
        Some(_) => Distribution::new(Shape::Constant(values.number("e_l")?)).ok(),
        None => Distribution::new(Shape::Constant(0.0)).ok(),
    }
}
