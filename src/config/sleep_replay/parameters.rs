//! `[neuron]` and `[plasticity]`: parameters of models that the registries declare, one value or one per layer.

use std::collections::BTreeMap;

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Kind, ParameterError, ParameterSpec, Spec, Values};
use crate::base::stream::Stream;
use crate::config::document::Origin;
use crate::config::form::{self, Around, Form, Keys, Layers, Table, chosen, registered};
use crate::config::quantity;
use crate::config::reader::{Item, Section};
use crate::{neuron, plasticity};

use super::layers as layer_names;

/// Neuron model and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Neuron {
    /// The model.
    pub model: &'static Spec,
    /// Complete and in range, in held units, per layer after the input.
    pub layers: Vec<Values>,
}

/// Plasticity rule and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Plasticity {
    /// The rule.
    pub rule: &'static Spec,
    /// Complete and in range, in held units, per layer after the input; `None` where incoming weights are fixed.
    pub layers: Vec<Option<Values>>,
}

/// Something with parameters per layer, and the names of the layers after the input.
#[derive(Clone)]
pub(super) struct Named<'a, T>(pub(super) T, pub(super) &'a [String]);

/// Models whose weights are jumps of the potential, as those of an MLP are.
pub(super) fn jumping() -> Vec<&'static Spec> {
    let models = neuron::REGISTRY.iter();
    let jumping = models.filter(|model| model.weight == Some(Dimension::Voltage));
    jumping.map(|model| model.spec).collect()
}

impl Table for Named<'_, Neuron> {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(Neuron { model, layers }, names) = self;
        let what = "the neuron model";
        k.need("model", &mut { model.name }, registered(jumping()), what);
        let mut all: Vec<Option<Values>> = layers.drain(..).map(Some).collect();
        by_layer(model, names, &mut all, k);
        layers.extend(all.into_iter().flatten());
    }

    /// Refuses times that the clock does not have, and thresholds that every arrival, or the reset after a spike, would reach.
    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let Self(Neuron { model, layers }, names) = self;
        let mut reported: Vec<Origin> = Vec::new();
        for (layer, values) in names.iter().zip(layers) {
            let of = |name: &str| values.number(name);
            let Some(v_th) = of("v_th") else { continue };
            let (keys, message) = match (of("e_l"), of("v_reset")) {
                (Some(e_l), _) if v_th <= e_l => (
                    ["v_th", "e_l"],
                    format!(
                        "the threshold `v_th` of layer `{layer}` is {}, not above the resting potential `e_l`, {}: the \
                         neuron would fire at every arrival",
                        legible(v_th),
                        legible(e_l)
                    ),
                ),
                (_, Some(v_reset)) if v_reset >= v_th => (
                    ["v_reset", "v_th"],
                    format!(
                        "the potential after a spike `v_reset` of layer `{layer}` is {}, not below the threshold \
                         `v_th`, {}",
                        legible(v_reset),
                        legible(v_th)
                    ),
                ),
                _ => match impossible_time(model, values) {
                    Some((key, error)) => ([key, key], format!("layer `{layer}`: {error}")),
                    None => continue,
                },
            };
            // One value for all layers is one mistake.
            let origin = keys.iter().find_map(|key| written(section, key, layer));
            let origin = origin.unwrap_or(section.origin);
            if !reported.contains(&origin) {
                section.reader.problem(origin, message, None);
                reported.push(origin);
            }
        }
        reported.is_empty()
    }
}

/// The time that neurons of these `values` cannot have, and why.
fn impossible_time(spec: &'static Spec, values: &Values) -> Option<(&'static str, ParameterError)> {
    let model = neuron::model(spec.name).ok()?;
    let built = (model.build)(neuron::Setup {
        size: 0,
        values,
        each: &BTreeMap::new(),
        stream: Stream::new(0, "neurons", 0),
    });
    let error = built.err()?;
    // Thresholds are not yet what they will be.
    let is_time = |key: &&str| {
        let parameter = spec.parameter(key);
        parameter.is_some_and(|parameter| parameter.dimension() == Dimension::Time)
    };
    let key = error.parameter().filter(is_time)?;
    Some((key, error))
}

/// Where the value of `key` for `layer` was written.
fn written(section: &Section<'_>, key: &str, layer: &str) -> Option<Origin> {
    let item = section.get(key)?;
    match item.is_table() {
        true => {
            let table = item.named_section()?;
            table.ignore();
            Some(table.get(layer)?.origin())
        }
        false => Some(item.origin()),
    }
}

impl Table for Named<'_, Plasticity> {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(Plasticity { rule, layers }, names) = self;
        let what = "the plasticity rule";
        k.need(
            "rule",
            &mut { rule.name },
            registered(plasticity::signed_specs()),
            what,
        );
        let plastic = layers
            .iter()
            .enumerate()
            .filter(|(_, values)| values.is_some());
        let mut onto: Vec<usize> = plastic.map(|(l, _)| l + 1).collect();
        let what = "the layers whose incoming weights change, may be []";
        k.need("onto", &mut onto, layer_names(1, names), what);
        if k.reading().is_some() {
            let changes = |l: usize| onto.contains(&(l + 1)).then(Values::new);
            *layers = (0..names.len()).map(changes).collect();
        }
        by_layer(rule, names, layers, k);
    }
}

/// Every parameter of `spec` as a key, for the layers that have values.
fn by_layer(
    spec: &'static Spec,
    names: &[String],
    layers: &mut [Option<Values>],
    k: &mut Keys<'_>,
) {
    for parameter in spec.parameters {
        if k.is_describing() {
            return;
        }
        // Of layers alone numbers differ; words are as they are by default.
        if !matches!(parameter.kind, Kind::Quantity { .. }) {
            continue;
        }
        let default = parameter.default_number();
        let needed: Vec<bool> = layers.iter().map(Option::is_some).collect();
        let required = default.is_none() && needed.contains(&true);
        let mut column: Vec<Option<f64>> = match k.reading() {
            Some(_) => vec![default; layers.len()],
            None => layers
                .iter()
                .map(|values| values.as_ref()?.number(parameter.name))
                .collect(),
        };
        let form = per_layer(parameter, names, needed);
        match (required, default) {
            (true, None) => k.need(parameter.name, &mut column, form, parameter.doc),
            _ => k.or(parameter.name, &mut column, form, parameter.doc),
        }
        for (values, value) in layers.iter_mut().zip(column) {
            if let (Some(values), Some(value)) = (values, value) {
                values.insert(parameter.name, value);
            }
        }
    }
}

/// One value of `parameter` for all layers, which have these names, or a table of them; layers that are not `needed` may
/// lack one.
fn per_layer<'f>(
    parameter: &'static ParameterSpec,
    names: &'f [String],
    needed: Vec<bool>,
) -> Form<'f, Vec<Option<f64>>> {
    // In a network made from an MLP potentials are multiples of weights, which have no unit.
    let dimension = match parameter.dimension() {
        Dimension::Voltage | Dimension::Weight => Dimension::One,
        dimension => dimension,
    };
    let one = move |item: &Item<'_>| {
        if dimension == Dimension::One && item.as_text().is_some() && !item.is_formula() {
            let help = match parameter.dimension() {
                Dimension::Voltage => "potentials of a network made from an MLP have no unit",
                Dimension::Weight => "weights of a network made from an MLP have no unit",
                _ => "write it without quotes",
            };
            return item.refuse("a number", Some(help.into()));
        }
        item.quantity(dimension, parameter.range())
    };
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        if !item.is_table() {
            return Some(vec![Some(one(item)?); names.len()]);
        }
        let default = parameter.default_number();
        let table = item.named_section()?;
        let layers = names.iter().zip(&needed);
        let read = layers.map(|(layer, needed)| match default.is_none() && *needed {
            true => one(&table.need(layer, parameter.doc)?).map(Some),
            false => table.or(layer, default, |item| one(&item).map(Some)),
        });
        let read: Vec<Option<Option<f64>>> = read.collect();
        read.into_iter().collect()
    };
    let write = move |values: &Vec<Option<f64>>, _| {
        let layers = names.iter().zip(values);
        let written = layers
            .filter_map(|(layer, value)| Some((layer, quantity::write((*value)?, dimension))));
        let written: Vec<(&String, String)> = written.collect();
        match written.first() {
            None => String::new(),
            Some((_, first)) if written.iter().all(|(_, value)| value == first) => first.clone(),
            Some(_) => {
                let entries = written
                    .iter()
                    .map(|(layer, value)| format!("{layer} = {value}"));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    };
    Form::new("number", read, write)
}

/// The keys of `[neuron]` but for parameters.
pub(in crate::config) fn neuron_keys() -> impl Table {
    let (model, layers) = (jumping()[0], Vec::new());
    Named(Neuron { model, layers }, &[])
}

/// The keys of `[plasticity]` but for parameters.
pub(in crate::config) fn plasticity_keys() -> impl Table {
    let (rule, layers) = (plasticity::signed_specs()[0], Vec::new());
    Named(Plasticity { rule, layers }, &[])
}

/// Reads `[neuron]` and checks that no neuron fires by itself or for ever.
pub(super) fn neuron(section: &Section<'_>, around: &Around<'_>) -> Option<Neuron> {
    let model = chosen(section, "model", "the neuron model", &jumping())?;
    let names = driven(section, around)?;
    let layers = vec![Values::new(); names.len()];
    form::read(section, Named(Neuron { model, layers }, names), around).map(|named| named.0)
}

/// Reads `[plasticity]`.
pub(super) fn plasticity(section: &Section<'_>, around: &Around<'_>) -> Option<Plasticity> {
    let rule = chosen(
        section,
        "rule",
        "the plasticity rule",
        &plasticity::signed_specs(),
    )?;
    let names = driven(section, around)?;
    let layers = vec![None; names.len()];
    form::read(section, Named(Plasticity { rule, layers }, names), around).map(|named| named.0)
}

/// Layers after the input; where they are unknown, the rest of the section cannot be checked.
fn driven<'a>(section: &Section<'_>, around: &Around<'a>) -> Option<&'a [String]> {
    if around.layers.is_none() {
        section.ignore();
    }
    around.layers.map(Layers::driven)
}
