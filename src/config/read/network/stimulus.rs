//! `[stimulus.NAME]`: what drives the network from outside.

use crate::base::parameter::{Kind, ParameterSpec, Range, Values};
use crate::base::suggest;
use crate::config::read::model::registered;
use crate::config::read::spec::{self, Context};
use crate::config::read::{Paths, fault};
use crate::config::reader::{Item, Section};
use crate::network::{Choice, Stimulus};
use crate::neuron;
use crate::stimulus::{self, Entry};

use super::{Known, weight};

/// Reads the table.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<Stimulus> {
    let spec = registered(section, "kind", "what it brings", &stimulus::specs())?;
    let entry = stimulus::entry(spec.name).ok()?;
    let what = match entry.names_neurons {
        true => "the population onto whose neurons the spikes go",
        false => "the populations that are driven",
    };
    let target = section.need("target", what);
    let targets = target.as_ref().and_then(|item| match entry.names_neurons {
        true => known.name(item).map(|name| vec![name]),
        false => known.some_names(item),
    });
    let fit = target.zip(targets.as_deref());
    let (mut dimension, mut good) = (None, true);
    match fit {
        Some((item, targets)) if entry.arrives => {
            dimension = weight::dimension(&item, targets, known)
        }
        Some((item, targets)) => good = capacitance(&item, targets, known).is_some(),
        None => {}
    }
    let context = Context {
        known,
        paths,
        weight: dimension,
    };
    let values = spec::values(section, spec.parameters, &context);
    let values = values.and_then(|values| sound(section, entry, values));
    let weight = match entry.arrives {
        false => Some(0.0),
        true => weight::read(section, dimension, 1.0, |item, dimension| {
            let weight = item.quantity(dimension, Range::Finite)?;
            if weight.abs() > f64::from(f32::MAX) {
                let expected = format!("at most {:e} in magnitude, single precision", f32::MAX);
                return item.refuse(&expected, None);
            }
            Some(weight)
        }),
    };
    Some(Stimulus {
        name: name.into(),
        targets: targets.filter(|_| good)?,
        weight: weight?,
        kind: Choice {
            spec,
            values: values?,
        },
        data: None,
    })
}

/// The values, without those that are copied and that one written nearer stands in place of, if what they bring can be.
fn sound(section: &Section<'_>, entry: &Entry, mut values: Values) -> Option<Values> {
    let mut good = true;
    let list = |kind: &Kind| matches!(kind, Kind::Steps(_));
    let parameters = entry.spec.parameters.iter();
    let (listed, others): (Vec<&ParameterSpec>, Vec<&ParameterSpec>) =
        parameters.partition(|p| list(&p.kind));
    if let [listed] = listed[..]
        && let Some(at) = section.distance(listed.name)
    {
        let nearest = others.iter().filter_map(|p| section.distance(p.name)).min();
        if at == 0 {
            for other in others.iter().filter(|other| section.has(other.name)) {
                let item = section.get(other.name)?;
                let message = format!("`{}` and `{}` exclude each other", item.path, listed.name);
                item.reader.problem(item.key_origin, message, None);
                good = false;
            }
        }
        if nearest.is_some_and(|nearest| nearest < at) {
            values.remove(listed.name);
        } else {
            others.iter().for_each(|p| drop(values.remove(p.name)));
        }
    }
    if let Err(error) = (entry.build)(&values) {
        fault::parameter(section, &error);
        good = false;
    }
    good.then_some(values)
}

/// Refuses populations whose neurons have no capacitance: a current would not move them.
fn capacitance(item: &Item<'_>, targets: &[String], known: &Known<'_>) -> Option<()> {
    let mut good = Some(());
    for target in targets {
        let Some(model) = known.model(target).filter(|model| !model.has_capacitance()) else {
            continue;
        };
        let message = format!(
            "`{}` names population `{target}`, whose neurons (`{}`) have no capacitance that a current could charge",
            item.path, model.spec.name
        );
        let models = neuron::REGISTRY
            .iter()
            .filter(|model| model.has_capacitance());
        let names: Vec<&str> = models.map(|model| model.spec.name).collect();
        let help = (!names.is_empty())
            .then(|| format!("neuron models with one: {}", suggest::list(&names)));
        item.reader.problem(item.origin(), message, help);
        good = None;
    }
    good
}
