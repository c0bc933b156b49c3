//! `[population.NAME]`: neurons of one model.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, ModelSpec, ParameterError, Range, Values};
use crate::config::network::{Initial, Population};
use crate::config::read::model::registered;
use crate::config::reader::Section;
use crate::neuron;

use super::drawn::drawn;

/// Most neurons of a population: those of a network are numbered with 32 bits.
const LARGEST: i64 = 1 << 31;

/// Reads the table.
pub(super) fn read(section: &Section<'_>, name: &str) -> Option<Population> {
    let model = registered(section, "neuron", "the neuron model", &neuron::specs())?;
    let size = section
        .need("size", "the number of neurons")
        .and_then(|item| item.integer(1, LARGEST));
    let values = values(section, model);
    let initial = section
        .get("initial")
        .map(|item| item.section())
        .map(|initial| initial.and_then(|initial| v_m(&initial, values.as_ref())));
    let values = values?;
    let v_m = match initial {
        Some(v_m) => v_m?,
        None => rest(&values)?,
    };
    Some(Population {
        name: name.into(),
        size: u32::try_from(size?).ok()?,
        model,
        values,
        initial: Initial { v_m },
    })
}

/// Complete and consistent parameters of `model`.
fn values(section: &Section<'_>, model: &'static ModelSpec) -> Option<Values> {
    let read: Vec<Option<(&'static str, f64)>> = model
        .parameters
        .iter()
        .map(|parameter| {
            let item = match parameter.default {
                Some(value) if !section.gives(parameter.name) => {
                    section.know(parameter.name);
                    return Some((parameter.name, value));
                }
                _ => section.need(parameter.name, parameter.doc)?,
            };
            let value = item.quantity(parameter.dimension, parameter.range)?;
            Some((parameter.name, value))
        })
        .collect();
    let values: Values = read.into_iter().collect::<Option<_>>()?;
    // The model knows which values fit each other; a population without neurons costs nothing.
    let Err(error) = neuron::build(model.name, 0, &values) else {
        return Some(values);
    };
    let at = match &error {
        ParameterError::Inconsistent { reason, .. } => {
            quoted(reason).and_then(|(name, rest)| Some((section.get(name)?, rest)))
        }
        _ => None,
    };
    let (origin, message) = match at {
        Some((item, rest)) => (item.origin(), format!("`{}`{rest}", item.path)),
        None => (section.origin, format!("[{}]: {error}", section.path())),
    };
    section.reader.problem(origin, message, None);
    None
}

/// The name in backticks at the beginning of `text`, and the rest.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('`')?.split_once('`')
}

/// Potentials at the start.
fn v_m(section: &Section<'_>, values: Option<&Values>) -> Option<Distribution> {
    let Some(item) = section.get("v_m") else {
        return rest(values?);
    };
    let v_m = drawn(&item, Dimension::Voltage, Range::Finite)?;
    let highest = match v_m.shape() {
        Shape::Constant(value) => value,
        Shape::Uniform { high, .. } => high,
        // Without end: rare draws above the threshold fire at the first arrival, like any potential above it.
        Shape::Normal { .. } | Shape::LogNormal { .. } | Shape::Exponential { .. } => {
            return Some(v_m);
        }
    };
    match values.and_then(|values| values.get("v_th")) {
        Some(v_th) if highest > *v_th => {
            let message = format!(
                "`{}` reaches {highest} mV, expected at most the threshold `v_th`, {v_th} mV",
                item.path
            );
            item.reader.problem(item.origin(), message, None);
            None
        }
        _ => Some(v_m),
    }
}

/// The resting potential.
fn rest(values: &Values) -> Option<Distribution> {
    let e_l = values.get("e_l").copied().unwrap_or(0.0);
    Distribution::new(Shape::Constant(e_l)).ok()
}
