//! `[compare]`, `[record]`, `[output]`: controls and what is kept.

use crate::base::time::Duration;
use crate::config::network::RecordedWeights;
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::{Compare, Data, Export, Joint, Mlp, Record, Weights};
use crate::neuron::Model;

use super::network::Layers;
use super::{Network, data};

#[derive(Clone, Copy, PartialEq)]
enum Control {
    Sequential,
    Joint,
    MeanWeights,
}

const CONTROLS: [(&str, Control); 3] = [
    ("sequential", Control::Sequential),
    ("joint", Control::Joint),
    ("mean_weights", Control::MeanWeights),
];

/// Reads `[compare]`: all controls by default, none for a network from a file.
pub(super) fn compare(
    root: &Section<'_>,
    data: Option<&Data>,
    mlp: Option<&Mlp>,
    from_file: bool,
) -> Option<Compare> {
    let all = || CONTROLS.iter().map(|(_, control)| *control).collect();
    let default: Vec<Control> = if from_file { Vec::new() } else { all() };
    let item = root.get("compare");
    let section = match &item {
        Some(item) => Some(item.section()?),
        None => None,
    };
    let models = match &section {
        Some(section) => section.or("models", default, |item| controls(&item)),
        None => Some(default),
    };
    let joint_section = section.as_ref().and_then(|section| section.get("joint"));
    let untrained =
        models.as_ref().is_some_and(|models| !models.is_empty()) || joint_section.is_some();
    if from_file && untrained {
        if let Some(item) = &item {
            let message = "[compare] needs training, but the network is read from `mlp.weights`";
            let help = "remove [compare]: accuracy before and after sleep is shown with [data]";
            root.reader
                .problem(item.key_origin, message, Some(help.into()));
        }
        if let Some(joint) = joint_section {
            joint.section()?.ignore();
        }
        return None;
    }
    let joint = joint(joint_section.as_ref(), data, mlp);
    let models = models?;
    let has = |control| models.contains(&control);
    Some(Compare {
        sequential: has(Control::Sequential),
        joint: if has(Control::Joint) {
            Some(joint?)
        } else {
            None
        },
        mean_weights: has(Control::MeanWeights),
    })
}

fn controls(item: &Item<'_>) -> Option<Vec<Control>> {
    item.list("an array of controls", |entry| entry.choice(&CONTROLS))
}

/// Joint training as given, or with the images and epochs of the tasks.
fn joint(item: Option<&Item<'_>>, data: Option<&Data>, mlp: Option<&Mlp>) -> Option<Joint> {
    let section = match item {
        Some(item) => Some(item.section()?),
        None => None,
    };
    let training = match mlp.map(|mlp| &mlp.weights) {
        Some(Weights::Trained { training, .. }) => training.epochs.iter().max().copied(),
        _ => None,
    };
    let (mut epochs, mut train) = (training, data.map(|data| data.train.clone()));
    if let Some(section) = &section {
        if let Some(item) = section.get("epochs") {
            epochs = item.count();
        }
        let classes = data.map(|data| data.classes().collect::<Vec<u8>>());
        if let Some(images) = data::train_images(section, classes.as_deref())? {
            train = Some(images);
        }
    }
    Some(Joint {
        train: train?,
        epochs: epochs?,
    })
}

/// Reads `[record]`: spikes and weights around sleep by default. `model` is that of all layers but the input, of a night
/// that lasts `duration`.
pub(super) fn record(
    root: &Section<'_>,
    network: Option<&Network>,
    model: Option<&'static Model>,
    duration: Option<Duration>,
) -> Option<Record> {
    let all = || network.map(|network| (0..network.names.len()).collect::<Vec<usize>>());
    let Some(item) = root.get("record") else {
        return Some(Record {
            spikes: all()?,
            weights_around_sleep: true,
            states: Vec::new(),
            weights: None,
        });
    };
    let section = item.section()?;
    let spikes = match section.get("spikes") {
        Some(item) => network.and_then(|network| super::layers(&item, network, 0)),
        None => all(),
    };
    let layers = network.zip(model).map(|(network, model)| Layers {
        names: &network.names,
        sizes: &network.sizes,
        model,
    });
    let states = section.or("states", Vec::new(), |item| {
        layers.as_ref()?.states(&item, duration)
    });
    let weights = section.or("weights", (true, None), |item| {
        weights(&item, layers.as_ref(), duration)
    });
    let (weights_around_sleep, weights) = weights?;
    Some(Record {
        spikes: spikes?,
        weights_around_sleep,
        states: states?,
        weights,
    })
}

/// Weights around sleep, at instants, both in an array, or neither.
fn weights(
    item: &Item<'_>,
    layers: Option<&Layers<'_>>,
    duration: Option<Duration>,
) -> Option<(bool, Option<RecordedWeights>)> {
    const EXPECTED: &str =
        "`around_sleep`, a table { projection, at } or { projection, every }, or an array of both";
    let instants = |item: &Item<'_>| layers?.weights(item, duration).map(Some);
    if item.is_table() {
        return Some((false, instants(item)?));
    }
    if !item.is_array() {
        let around = item.choice(&[("around_sleep", true), ("off", false)])?;
        return Some((around, None));
    }
    let (mut around, mut weights) = (false, None);
    for entry in item.items(EXPECTED)? {
        match entry.is_table() {
            true if weights.is_some() => return item.refuse(EXPECTED, None),
            true => weights = instants(&entry)?,
            false => around = entry.choice(&[("around_sleep", true)])?,
        }
    }
    Some((around, weights))
}

/// Reads `[output]`: figures only by default.
pub(super) fn export(root: &Section<'_>) -> Option<Export> {
    let mut export = Export {
        safetensors: false,
        npz: false,
        figures: true,
    };
    let Some(item) = root.get("output") else {
        return Some(export);
    };
    let section = item.section()?;
    let weights = section.or("weights", Vec::new(), |item| match item.as_text() {
        Some("off") => Some(Vec::new()),
        _ => item.list("`off` or an array of formats", |entry| {
            entry.choice(&[("safetensors", true), ("npz", false)])
        }),
    });
    let figures = section.or("figures", true, |item| item.boolean());
    export.figures = figures?;
    for safetensors in weights? {
        if safetensors {
            export.safetensors = true;
        } else {
            export.npz = true;
        }
    }
    Some(export)
}
