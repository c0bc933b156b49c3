//! `[population.NAME]`: neurons of one model.

use std::collections::BTreeMap;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Values};
use crate::base::stream::Stream;
use crate::config::network::{Initial, Population};
use crate::config::read::model::registered;
use crate::config::reader::{Item, Section};
use crate::neuron::{self, Model, Setup, V_M};

use super::drawn::drawn;

/// Most neurons of a population: those of a network are numbered with 32 bits.
const LARGEST: i64 = 1 << 31;

/// Reads the table: its neuron model, and the population if nothing is at fault.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
) -> (Option<&'static Model>, Option<Population>) {
    let model = registered(section, "neuron", "the neuron model", &neuron::specs())
        .and_then(|spec| neuron::model(spec.name).ok());
    let population = model.and_then(|model| population(section, name, model));
    (model, population)
}

fn population(section: &Section<'_>, name: &str, model: &'static Model) -> Option<Population> {
    let size = section
        .need("size", "the number of neurons")
        .and_then(|item| item.integer(1, LARGEST));
    let parameters = parameters(section, model);
    let initial = initial(section, model, parameters.as_ref());
    let Parameters { values, each } = parameters?;
    Some(Population {
        name: name.into(),
        size: u32::try_from(size?).ok()?,
        model: model.spec,
        values,
        each,
        initial: Initial { v_m: initial? },
    })
}

/// Parameters of a population, complete.
struct Parameters {
    /// Those that all neurons share.
    values: Values,
    /// Those that are drawn for each neuron.
    each: BTreeMap<&'static str, Distribution>,
}

/// Complete parameters of `model`, consistent as far as all neurons share them.
fn parameters(section: &Section<'_>, model: &'static Model) -> Option<Parameters> {
    let (mut values, mut each) = (Values::new(), BTreeMap::new());
    let mut good = true;
    for spec in model.spec.parameters {
        let name = spec.name;
        let item = match spec.default_number() {
            Some(value) if !section.gives(name) => {
                section.know(name);
                values.insert(name, value);
                continue;
            }
            _ => section.need(name, spec.doc),
        };
        match item.and_then(|item| parameter(&item, spec)) {
            Some(distribution) => match distribution.constant() {
                Some(value) => drop(values.insert(name, value)),
                None => drop(each.insert(name, distribution)),
            },
            None => good = false,
        }
    }
    if !good {
        return None;
    }
    let parameters = Parameters { values, each };
    consistent(section, model, &parameters)?;
    Some(parameters)
}

/// A value, or a distribution that no draw leaves the parameter's range of.
fn parameter(item: &Item<'_>, spec: &ParameterSpec) -> Option<Distribution> {
    let distribution = drawn(item, spec.dimension(), spec.range())?;
    let (low, high) = distribution.reach();
    let bound = if !spec.range().contains(low) {
        "low"
    } else if !spec.range().contains(high) {
        "high"
    } else {
        return Some(distribution);
    };
    let unit = match (spec.range(), spec.dimension().unit()) {
        (Range::Between(..), unit) if !unit.is_empty() => format!(" {unit}"),
        _ => String::new(),
    };
    let message = format!(
        "`{}`: some draws would leave the range, expected all of them {}{unit}",
        item.path,
        spec.range().describe()
    );
    let help =
        format!("give the distribution the bound `{bound}`; draws outside it are drawn again");
    item.reader.problem(item.key_origin, message, Some(help));
    None
}

/// Refuses values that contradict each other, and draws that the model knows only one value of.
fn consistent(section: &Section<'_>, model: &Model, parameters: &Parameters) -> Option<()> {
    // The model knows which values fit each other; a population without neurons costs nothing.
    let setup = Setup {
        size: 0,
        values: &parameters.values,
        each: &parameters
            .each
            .keys()
            .map(|name| (*name, Vec::new()))
            .collect(),
        stream: Stream::new(0, "neurons", 0),
    };
    let Err(error) = (model.build)(setup) else {
        return Some(());
    };
    let drawn = parameters.each.keys().find(|name| match &error {
        ParameterError::Missing { parameter, .. }
        | ParameterError::Drawn { parameter, .. }
        | ParameterError::Inconsistent { parameter, .. } => parameter == *name,
        _ => false,
    });
    if let Some(name) = drawn {
        let item = section.get(name)?;
        let expected = format!(
            "one value for all neurons of the model `{}`",
            model.spec.name
        );
        return item.refuse(&expected, None);
    }
    let at = match &error {
        ParameterError::Inconsistent {
            parameter, reason, ..
        } => section.get(parameter).map(|item| (item, reason)),
        _ => None,
    };
    let (origin, message) = match at {
        Some((item, rest)) => (item.origin(), format!("`{}`{rest}", item.path)),
        None => (section.origin, format!("[{}]: {error}", section.path())),
    };
    section.reader.problem(origin, message, None);
    None
}

/// Potentials at the start: `Some(None)` where the neurons have none, or each rests at its own.
fn initial(
    section: &Section<'_>,
    model: &Model,
    parameters: Option<&Parameters>,
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
        Some(item) => v_m(&item.section()?, parameters),
        None => rest(parameters?),
    }
}

fn v_m(section: &Section<'_>, parameters: Option<&Parameters>) -> Option<Option<Distribution>> {
    let Some(item) = section.get("v_m") else {
        return rest(parameters?);
    };
    let v_m = drawn(&item, Dimension::Voltage, Range::Finite)?;
    let highest = match v_m.shape() {
        Shape::Constant(value) => value,
        Shape::Uniform { high, .. } => high,
        // Without end: rare draws above the threshold fire at the first arrival, like any potential above it.
        _ => return Some(Some(v_m)),
    };
    match parameters.and_then(|parameters| parameters.values.number("v_th")) {
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

/// The resting potential, if all neurons share it.
fn rest(parameters: &Parameters) -> Option<Option<Distribution>> {
    if parameters.each.contains_key("e_l") {
        return Some(None);
    }
    let e_l = parameters.values.number("e_l").unwrap_or(0.0);
    Distribution::new(Shape::Constant(e_l)).ok().map(Some)
}
