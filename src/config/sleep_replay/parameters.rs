//! `[neuron]` and `[plasticity]`: parameters of models that the registries declare, one value or one per layer.

use crate::base::parameter::{Dimension, ParameterSpec, Spec, Values};
use crate::config::document::Origin;
use crate::config::form::{
    self, Around, Each, Form, Keys, Layers, Registered, Table, registered, strings,
};
use crate::config::quantity;
use crate::config::reader::{Item, Section};
use crate::{neuron, plasticity};

use super::Layer;

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
fn jumping() -> Vec<&'static Spec> {
    let models = neuron::REGISTRY.iter();
    let jumping = models.filter(|model| model.weight == Some(Dimension::Voltage));
    jumping.map(|model| model.spec).collect()
}

impl Table for Named<'_, Neuron> {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(Neuron { model, layers }, names) = self;
        k.need(
            "model",
            &mut { model.name },
            Registered(jumping()),
            "the neuron model",
        );
        let mut all: Vec<Option<Values>> = layers.drain(..).map(Some).collect();
        by_layer(model, names, &mut all, k);
        layers.extend(all.into_iter().flatten());
    }

    /// Refuses thresholds that every arrival, or the reset after a spike, would reach.
    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let Self(Neuron { layers, .. }, names) = self;
        let mut reported: Vec<Origin> = Vec::new();
        for (layer, values) in names.iter().zip(layers) {
            let of = |name: &str| values.number(name);
            let Some(v_th) = of("v_th") else { continue };
            let (keys, message) = match (of("e_l"), of("v_reset")) {
                (Some(e_l), _) if v_th <= e_l => (
                    ["v_th", "e_l"],
                    format!(
                        "the threshold `v_th` of layer `{layer}` is {v_th}, not above the resting potential `e_l`, {e_l}: the \
                         neuron would fire at every arrival"
                    ),
                ),
                (_, Some(v_reset)) if v_reset >= v_th => (
                    ["v_reset", "v_th"],
                    format!(
                        "the potential after a spike `v_reset` of layer `{layer}` is {v_reset}, not below the threshold \
                         `v_th`, {v_th}"
                    ),
                ),
                _ => continue,
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
        k.need(
            "rule",
            &mut { rule.name },
            Registered(plasticity::specs()),
            "the plasticity rule",
        );
        let plastic = layers
            .iter()
            .enumerate()
            .filter(|(_, values)| values.is_some());
        let mut onto: Vec<usize> = plastic.map(|(l, _)| l + 1).collect();
        let what = "the layers whose incoming weights change, may be []";
        k.need("onto", &mut onto, Onto(names), what);
        if k.reading().is_some() {
            let changes = |l: usize| onto.contains(&(l + 1)).then(Values::new);
            *layers = (0..names.len()).map(changes).collect();
        }
        by_layer(rule, names, layers, k);
    }
}

/// Layers after the input, by these names.
struct Onto<'a>(&'a [String]);

impl Form<Vec<usize>> for Onto<'_> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Vec<usize>> {
        let each = Each {
            form: Layer(1),
            noun: "layer",
            none: true,
        };
        each.read(item, around)
    }

    fn write(&self, value: &Vec<usize>, _: Dimension) -> String {
        let names: Vec<&String> = value.iter().filter_map(|&l| self.0.get(l - 1)).collect();
        strings(&names)
    }

    fn expected(&self) -> String {
        "an array of layer names".into()
    }

    fn words(&self) -> String {
        "names".into()
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
        let form = PerLayer {
            parameter,
            names,
            needed,
        };
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

/// One value for all layers, or a table of them; layers that are not `needed` may lack one.
struct PerLayer<'a> {
    parameter: &'static ParameterSpec,
    names: &'a [String],
    needed: Vec<bool>,
}

impl PerLayer<'_> {
    /// In a network made from an MLP potentials are multiples of weights, which have no unit.
    fn dimension(&self) -> Dimension {
        match self.parameter.dimension() {
            Dimension::Voltage => Dimension::One,
            dimension => dimension,
        }
    }

    fn one(&self, item: &Item<'_>) -> Option<f64> {
        if self.dimension() == Dimension::One && item.as_text().is_some() && !item.is_formula() {
            let help = match self.parameter.dimension() {
                Dimension::Voltage => "potentials of a network made from an MLP have no unit",
                _ => "write it without quotes",
            };
            return item.refuse("a number", Some(help.into()));
        }
        item.quantity(self.dimension(), self.parameter.range())
    }
}

impl Form<Vec<Option<f64>>> for PerLayer<'_> {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<Vec<Option<f64>>> {
        if !item.is_table() {
            return Some(vec![Some(self.one(item)?); self.names.len()]);
        }
        let default = self.parameter.default_number();
        let table = item.named_section()?;
        let layers = self.names.iter().zip(&self.needed);
        let read = layers.map(|(layer, needed)| match default.is_none() && *needed {
            true => self.one(&table.need(layer, self.parameter.doc)?).map(Some),
            false => table.or(layer, default, |item| self.one(&item).map(Some)),
        });
        let read: Vec<Option<Option<f64>>> = read.collect();
        read.into_iter().collect()
    }

    fn write(&self, value: &Vec<Option<f64>>, _: Dimension) -> String {
        let layers = self.names.iter().zip(value);
        let written = layers.filter_map(|(layer, value)| {
            Some((layer, quantity::write((*value)?, self.dimension())))
        });
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
    }

    fn expected(&self) -> String {
        quantity::expected(self.dimension()).into()
    }
}

/// The keys of `[neuron]` but for parameters.
pub(in crate::config) fn neuron_keys() -> impl Table {
    let model = jumping()[0];
    Named(
        Neuron {
            model,
            layers: Vec::new(),
        },
        &[],
    )
}

/// The keys of `[plasticity]` but for parameters.
pub(in crate::config) fn plasticity_keys() -> impl Table {
    let rule = plasticity::specs()[0];
    Named(
        Plasticity {
            rule,
            layers: Vec::new(),
        },
        &[],
    )
}

/// Reads `[neuron]` and checks that no neuron fires by itself or for ever.
pub(super) fn neuron(section: &Section<'_>, around: &Around<'_>) -> Option<Neuron> {
    let model = registered(section, "model", "the neuron model", &jumping())?;
    let names = driven(section, around)?;
    let layers = vec![Values::new(); names.len()];
    form::read(section, Named(Neuron { model, layers }, names), around).map(|named| named.0)
}

/// Reads `[plasticity]`.
pub(super) fn plasticity(section: &Section<'_>, around: &Around<'_>) -> Option<Plasticity> {
    let rule = registered(section, "rule", "the plasticity rule", &plasticity::specs())?;
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
