//! `[neuron]` and `[plasticity]`: parameters of models that the registries declare, one value or one per layer.

use crate::base::parameter::{Dimension, ParameterSpec, Spec, Values};
use crate::base::suggest;
use crate::config::document::Origin;
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::{Neuron, Plasticity};
use crate::{neuron, plasticity};

use super::Network;

/// A parameter's value and where it was written.
#[derive(Clone, Copy)]
struct Given {
    value: f64,
    origin: Option<Origin>,
}

/// Reads `[neuron]` and checks that no neuron fires by itself or for ever.
pub(super) fn neuron(section: &Section<'_>, network: Option<&Network>) -> Option<Neuron> {
    // An MLP's weights are jumps of the potential.
    let jumping = neuron::REGISTRY
        .iter()
        .filter(|model| model.weight == Some(Dimension::Voltage));
    let jumping: Vec<_> = jumping.map(|model| model.spec).collect();
    let model = registered(section, "model", "the neuron model", &jumping)?;
    let network = known(section, network)?;
    let needed = vec![true; network.driven().len()];
    let parameters = parameters(section, model, network, &needed)?;
    check_potentials(section, &parameters, network)?;
    let layers = by_layer(&parameters, &needed)
        .into_iter()
        .flatten()
        .collect();
    Some(Neuron { model, layers })
}

/// Refuses thresholds that every arrival, or the reset after a spike, would reach.
fn check_potentials(section: &Section<'_>, parameters: &PerLayer, network: &Network) -> Option<()> {
    let mut reported: Vec<Origin> = Vec::new();
    for (l, layer) in network.driven().iter().enumerate() {
        let of = |name: &str| {
            let (_, values) = parameters.iter().find(|(spec, _)| spec.name == name)?;
            values.get(l).copied().flatten()
        };
        let Some(v_th) = of("v_th") else { continue };
        let (origin, message) = match (of("e_l"), of("v_reset")) {
            (Some(e_l), _) if v_th.value <= e_l.value => {
                let message = format!(
                    "the threshold `v_th` of layer `{layer}` is {}, not above the resting potential `e_l`, {}: the neuron \
                     would fire at every arrival",
                    v_th.value, e_l.value
                );
                (v_th.origin.or(e_l.origin), message)
            }
            (_, Some(v_reset)) if v_reset.value >= v_th.value => {
                let message = format!(
                    "the potential after a spike `v_reset` of layer `{layer}` is {}, not below the threshold `v_th`, {}",
                    v_reset.value, v_th.value
                );
                (v_reset.origin.or(v_th.origin), message)
            }
            _ => continue,
        };
        // One value for all layers is one mistake.
        let origin = origin.unwrap_or(section.origin);
        if !reported.contains(&origin) {
            section.reader.problem(origin, message, None);
            reported.push(origin);
        }
    }
    reported.is_empty().then_some(())
}

/// Reads `[plasticity]`.
pub(super) fn plasticity(section: &Section<'_>, network: Option<&Network>) -> Option<Plasticity> {
    let rule = registered(section, "rule", "the plasticity rule", &plasticity::specs())?;
    let network = known(section, network)?;
    let onto = section
        .need(
            "onto",
            "the layers whose incoming weights change, may be []",
        )
        .and_then(|item| super::layers(&item, network, 1));
    let mut needed = vec![false; network.driven().len()];
    for l in onto.iter().flatten() {
        // Layer 0 is the input, which `layers` refuses here.
        if let Some(needed) = needed.get_mut(l - 1) {
            *needed = true;
        }
    }
    let parameters = parameters(section, rule, network, &needed)?;
    onto?;
    let layers = by_layer(&parameters, &needed);
    Some(Plasticity { rule, layers })
}

/// The model that `key` names; where there is none, the rest of the section cannot be checked.
pub(super) fn registered(
    section: &Section<'_>,
    key: &str,
    what: &str,
    registry: &[&'static Spec],
) -> Option<&'static Spec> {
    let choices: Vec<(&str, &'static Spec)> =
        registry.iter().map(|spec| (spec.name, *spec)).collect();
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let what = format!("{what}, one of {}", suggest::list(&names));
    let spec = section
        .need(key, &what)
        .and_then(|item| item.choice(&choices));
    if spec.is_none() {
        section.ignore();
    }
    spec
}

/// The network; where it is unknown, the rest of the section cannot be checked.
fn known<'n>(section: &Section<'_>, network: Option<&'n Network>) -> Option<&'n Network> {
    if network.is_none() {
        section.ignore();
    }
    network
}

/// Every parameter of `spec` with its values per layer after the input; layers that are not `needed` may lack one.
type PerLayer = Vec<(&'static ParameterSpec, Vec<Option<Given>>)>;

fn parameters(
    section: &Section<'_>,
    spec: &'static Spec,
    network: &Network,
    needed: &[bool],
) -> Option<PerLayer> {
    let read: Vec<Option<_>> = spec
        .parameters
        .iter()
        .map(|parameter| Some((parameter, values(section, parameter, network, needed)?)))
        .collect();
    read.into_iter().collect()
}

fn values(
    section: &Section<'_>,
    parameter: &'static ParameterSpec,
    network: &Network,
    needed: &[bool],
) -> Option<Vec<Option<Given>>> {
    let default = parameter.default_number().map(|value| Given {
        value,
        origin: None,
    });
    let optional = default.is_some() || !needed.contains(&true);
    let item = if optional {
        section.get(parameter.name)
    } else {
        Some(section.need(parameter.name, parameter.doc)?)
    };
    let Some(item) = item else {
        return Some(vec![default; needed.len()]);
    };
    if !item.is_table() {
        let given = given(&item, parameter)?;
        return Some(vec![Some(given); needed.len()]);
    }
    let table = item.named_section()?;
    let read: Vec<Option<Option<Given>>> = network
        .driven()
        .iter()
        .zip(needed)
        .map(|(layer, needed)| {
            if default.is_none() && *needed {
                return Some(Some(given(&table.need(layer, parameter.doc)?, parameter)?));
            }
            table.or(layer, default, |item| given(&item, parameter).map(Some))
        })
        .collect();
    read.into_iter().collect()
}

fn given(item: &Item<'_>, parameter: &ParameterSpec) -> Option<Given> {
    // In a network made from an MLP potentials are multiples of weights, which have no unit.
    let dimension = match parameter.dimension() {
        Dimension::Voltage => Dimension::One,
        dimension => dimension,
    };
    if dimension == Dimension::One && item.as_text().is_some() && !item.is_formula() {
        let help = match parameter.dimension() {
            Dimension::Voltage => "potentials of a network made from an MLP have no unit",
            _ => "write it without quotes",
        };
        return item.refuse("a number", Some(help.into()));
    }
    Some(Given {
        value: item.quantity(dimension, parameter.range())?,
        origin: Some(item.origin()),
    })
}

/// Values of each layer by name of the parameter; `None` for layers that are not `needed`.
fn by_layer(parameters: &PerLayer, needed: &[bool]) -> Vec<Option<Values>> {
    let layer = |l: usize| {
        parameters
            .iter()
            .filter_map(|(spec, values)| {
                let given = values.get(l).copied().flatten()?;
                Some((spec.name, given.value))
            })
            .collect()
    };
    needed
        .iter()
        .enumerate()
        .map(|(l, needed)| needed.then(|| layer(l)))
        .collect()
}
