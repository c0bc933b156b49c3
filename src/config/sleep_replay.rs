//! The experiment "a trained network sleeps", with every default resolved and every unit converted.
//!
//! Layers are numbered as in `mlp.layers`: 0 is `input`, the last is `output`, those between are `hidden1`, `hidden2`, …
//! Lists "per layer after the input" hold one entry for each of the others, hidden1 first.

mod compare;
mod conversion;
mod data;
mod memory;
mod mlp;
mod night;
mod parameters;
mod record;

use std::time;

use super::form::{self, Around, Form, Known, Layers, Paths, read_in, write};
use super::network::{Guard, Top, engine};
use super::reader::{Item, Section};
use crate::base::parameter::{Dimension, Values};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::network::Population;
use crate::neuron::relay;
use crate::protocol::hypnogram::{self, Bout, TooLong};

pub use compare::{Compare, Joint};
pub use conversion::{Conversion, Statistics};
pub use data::{Amount, Data, Source, TrainImages};
pub use memory::{Memory, Salience};
pub use mlp::{Mlp, Training, Weights};
pub use night::{After, Input, Patch, Pattern, Sleep};
pub use parameters::{Neuron, Plasticity};
pub use record::{Export, Record};

pub(super) use mlp::layers as layer_sizes;
pub(super) use parameters::{neuron_keys, plasticity_keys};

/// For each task: train, sleep, put the weights back, test.
#[derive(Debug, Clone, PartialEq)]
pub struct SleepReplay {
    /// Seed of the first repetition.
    pub seed: u64,
    /// Repetitions, with seeds `seed`, `seed + 1`, …; at least 1, and the last seed fits an `i64`.
    pub seeds: u64,
    /// Images and tasks; absent only where a network from a file sleeps with given gains and input.
    pub data: Option<Data>,
    /// The artificial network.
    pub mlp: Mlp,
    /// How it becomes a spiking network.
    pub conversion: Conversion,
    /// Neurons of every layer but the input.
    pub neuron: Neuron,
    /// What changes the weights in sleep.
    pub plasticity: Plasticity,
    /// When, how long and with which input the network sleeps.
    pub sleep: Sleep,
    /// What is cached awake and replayed in sleep, if anything is.
    pub memory: Option<Memory>,
    /// Controls that are trained beside the network that sleeps.
    pub compare: Compare,
    /// What ends a sleep that has left all bounds.
    pub guard: Guard,
    /// Wall time between checkpoints, at least a millisecond and in whole microseconds; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
    /// What goes into the run file.
    pub record: Record,
    /// Files beside the run file.
    pub output: Export,
}

impl SleepReplay {
    /// How long it sleeps in all.
    pub fn asleep(&self) -> Duration {
        self.sleep.in_all()
    }

    /// The night that every seed goes through.
    ///
    /// # Errors
    /// If it lasts longer than the clock.
    pub fn bouts(&self) -> Result<Vec<Bout>, TooLong> {
        let trained = matches!(self.mlp.weights, Weights::Trained { .. });
        let tasks = match &self.data {
            Some(data) if trained => data.tasks.len(),
            _ => 1,
        };
        hypnogram::sleep_replay(tasks, &self.sleep.durations, trained)
    }

    /// Names of the tasks: their classes, "0 1".
    pub fn task_labels(&self) -> Vec<String> {
        let label = |classes: &Vec<u8>| {
            let classes: Vec<String> = classes.iter().map(u8::to_string).collect();
            classes.join(" ")
        };
        let data = self.data.iter();
        data.flat_map(|data| data.tasks.iter().map(label)).collect()
    }
}

/// Name of the projection from layer `l` of `names` to the next.
pub fn projection_name(names: &[String], l: usize) -> String {
    format!("{}_{}", names[l], names[l + 1])
}

/// Name under which biases of a layer are recorded.
pub fn bias_name(layer: &str) -> String {
    format!("{layer}_bias")
}

/// Names of `n` layers, input first.
pub(super) fn layer_names(n: usize) -> Vec<String> {
    let name = |l| match l {
        0 => "input".into(),
        l if l + 1 == n => "output".into(),
        l => format!("hidden{l}"),
    };
    (0..n).map(name).collect()
}

/// A layer by its name, from number `first` on.
fn layer(first: usize) -> Form<'static, usize> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let names = around.layers?.names.iter().skip(first);
        let names: Vec<&str> = names.map(String::as_str).collect();
        let expected = format!("a layer: {}", suggest::list(&names));
        let text = item.text(&expected)?;
        match names.iter().position(|name| *name == text) {
            Some(at) => Some(at + first),
            None => item.refuse(&expected, suggest::did_you_mean(text, &names)),
        }
    };
    Form::new("name", read, |l: &usize, _| l.to_string()).unless(|around| around.layers.is_none())
}

/// Layers, each once, among those from number `first` on, all of which have these names.
fn layers(first: usize, names: &[String]) -> Form<'_, Vec<usize>> {
    let form = form::each(layer(first), "layer", true);
    let write = move |layers: &Vec<usize>, _| {
        let names: Vec<&String> = layers.iter().filter_map(|l| names.get(l - first)).collect();
        form::strings(&names)
    };
    Form::new(
        form.words,
        move |item, around| (form.read)(item, around),
        write,
    )
    .unless(move |around| (form.waits)(around))
}

/// Reads everything behind `schema` and `experiment`.
pub(super) fn read(root: &Section<'_>, paths: &Paths<'_>) -> Option<SleepReplay> {
    root.reader.read_parameters(root);
    let none = Known::default();
    let mut around = Around::new(paths, &none);
    let top = form::read(root, Top::new("sleep_replay"), &around);

    let mlp_section = root.need_section("mlp", "the artificial network: its layers and training");
    let sizes = mlp_section
        .as_ref()
        .and_then(|section| mlp::layers(section, &around));
    let layers = sizes.map(|sizes| Layers {
        names: layer_names(sizes.len()),
        sizes,
    });
    around.layers = layers.as_ref();
    around.trained = !mlp_section.as_ref().is_some_and(|mlp| mlp.has("weights"));
    // A network to be trained without data is reported once, not by every section that would use them.
    around.has_data = around.trained || root.has("data");
    let data_section = match around.trained {
        true => root.need_section("data", "the images to learn and their tasks"),
        false => root.section("data"),
    };
    let data = data_section.and_then(|section| form::read(&section, Data::default(), &around));
    around.tasks = data.as_ref().map(|data| &data.tasks[..]);

    let mlp = mlp_section.and_then(|section| form::read(&section, Mlp::default(), &around));
    let conversion = root
        .need_section("conversion", "how the MLP becomes a spiking network")
        .and_then(|section| form::read(&section, Conversion::default(), &around));
    let neuron = root
        .need_section("neuron", "the neuron model of every layer but the input")
        .and_then(|section| parameters::neuron(&section, &around));
    let plasticity = root
        .need_section("plasticity", "what changes the weights in sleep")
        .and_then(|section| parameters::plasticity(&section, &around));
    let sleep = root
        .need_section("sleep", "when, how long and with which input to sleep")
        .and_then(|section| form::read(&section, Sleep::new(around.trained), &around));
    let memory = match root.section("memory") {
        Some(section) => form::read(&section, Memory::default(), &around)
            .filter(|memory| {
                let sleep = sleep.as_ref();
                // What is at fault in sleep is reported there.
                sleep.is_none_or(|sleep| memory::fits(&section, memory, sleep, &around))
            })
            .map(Some),
        None => Some(None),
    };
    let compare = compare::compare(
        root,
        data.as_ref(),
        mlp.as_ref(),
        root.has("memory"),
        &around,
    );
    let guard = read_in(root, "guard", engine::guard(None), &around);
    let checkpoint = read_in(root, "checkpoint", engine::Checkpoint::default(), &around);

    let known = layers
        .as_ref()
        .map(|layers| asleep(layers, neuron.as_ref()));
    let known = known.unwrap_or_default();
    let pairs = around.layers.map_or(0, |layers| layers.driven().len());
    let projections = (0..pairs).map(|l| (projection_name(&known.names, l), true));
    let projections: Vec<(String, bool)> = projections.collect();
    around.known = &known;
    around.duration = sleep.as_ref().map(Sleep::in_all);
    around.projections = Some(&projections[..]).filter(|pairs| !pairs.is_empty());
    let all = around.layers.map_or(0, |layers| layers.sizes.len());
    let record = read_in(root, "record", Record::new(all), &around);
    let output = read_in(root, "output", Export::default(), &around);

    if root.has("data") && data.is_none() {
        return None;
    }
    let top = top?;
    Some(SleepReplay {
        seed: top.seed,
        seeds: top.seeds,
        data,
        mlp: mlp?,
        conversion: conversion?,
        neuron: neuron?,
        plasticity: plasticity?,
        sleep: sleep?,
        memory: memory?,
        compare: compare?,
        guard: guard?,
        checkpoint_every: checkpoint?.every,
        record: record?,
        output: output?,
    })
}

/// The layers as populations, for what is recorded of them; `neuron` is that of all but the input.
fn asleep(layers: &Layers, neuron: Option<&Neuron>) -> Known {
    let mut known = Known {
        names: layers.names.clone(),
        complete: true,
        ..Known::default()
    };
    let sizes = layers.sizes.iter().enumerate();
    let populations = sizes.zip(&layers.names).filter_map(|((l, &size), name)| {
        Some(Population {
            name: name.clone(),
            size: u32::try_from(size).ok()?,
            model: if l == 0 {
                relay::SPEC.name
            } else {
                neuron?.model.name
            },
            values: Values::new(),
            v_m: None,
            positions: None,
        })
    });
    known.network.populations = populations.collect();
    let names = known
        .network
        .populations
        .iter()
        .map(|known| known.name.clone());
    known.sound = names.collect();
    known
}

/// The text of a model file that reads back as `experiment`, with every key explicit and every path absolute: it runs by
/// itself and is kept in the run file.
pub fn resolved(experiment: &SleepReplay) -> String {
    let names = experiment.mlp.layer_names();
    let driven = names.get(1..).unwrap_or_default();
    let one = Dimension::One;
    let mut text = form::write_top(&Top {
        seed: experiment.seed,
        seeds: experiment.seeds,
        ..Top::new("sleep_replay")
    });
    if let Some(data) = &experiment.data {
        text += &write("data", data, one);
    }
    text += &write("mlp", &experiment.mlp, one);
    text += &write("conversion", &experiment.conversion, one);
    text += &write(
        "neuron",
        &parameters::Named(experiment.neuron.clone(), driven),
        one,
    );
    text += &write(
        "plasticity",
        &parameters::Named(experiment.plasticity.clone(), driven),
        one,
    );
    text += &write("sleep", &experiment.sleep, one);
    if let Some(memory) = &experiment.memory {
        text += &write("memory", memory, one);
    }
    text += &write("compare", &experiment.compare, one);
    text += &write("guard", &experiment.guard, one);
    let every = experiment.checkpoint_every;
    text += &write("checkpoint", &engine::Checkpoint { every }, one);
    text += &write(
        "record",
        &record::Named(experiment.record.clone(), &names),
        one,
    );
    text += &write("output", &experiment.output, one);
    text
}

#[cfg(test)]
mod tests;
