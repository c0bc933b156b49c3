//! From a document to the typed experiment: one file per group of sections, checks across sections where both are known.

mod conversion;
mod data;
mod fault;
mod mlp;
mod model;
mod network;
mod result;
mod sleep;
mod spec;

use std::path::{Path, PathBuf};

use super::Model;
use super::diagnostic::{ConfigError, Diagnostic, Place};
use super::document::Document;
use super::reader::{Item, Reader, Section};
use super::sleep_replay::{SleepReplay, layer_names};
use crate::base::suggest;
use crate::base::time::Duration;

/// The newest schema of model files that this version reads.
const SCHEMA: i64 = 1;

/// What is changed about a model file from outside it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Overrides `key.path=value` in the order in which they apply. The value is TOML; bare words and quantities
    /// (`sleep.grid=1 ms`) are taken as strings. A number in the path is an index into an array.
    pub sets: Vec<String>,
    /// Directory in which a data source with a relative path is looked up, in place of the model file's.
    pub data: Option<PathBuf>,
}

/// Where relative paths start.
struct Paths<'a> {
    /// The model file's directory, absolute.
    model: PathBuf,
    data: Option<&'a Path>,
}

impl Paths<'_> {
    /// `path` as written in the model file, made absolute.
    fn resolve(&self, path: &str) -> PathBuf {
        self.model.join(path)
    }
}

/// Shape and origin of the network, which other sections are checked against.
struct Network {
    /// Neurons per layer, input first; at least two.
    sizes: Vec<usize>,
    /// Names of the layers.
    names: Vec<String>,
}

/// Reads the model file at `path`; relative paths in it start from its directory.
///
/// # Errors
/// If the file cannot be read or describes no valid experiment: all problems that were found.
pub fn read(path: &Path, options: &Options) -> Result<Model, ConfigError> {
    // A model file is a page or two; this bounds what a wrong path (a weight file, a device) can cost.
    const LARGEST: u64 = 1 << 20;
    let name = path.display().to_string();
    let fail = |message: String| {
        ConfigError::from(Diagnostic {
            message,
            place: Place::File(name.clone()),
            help: None,
        })
    };
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| {
            std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST + 1), &mut bytes)
        })
        .map_err(|error| fail(format!("cannot read the model file: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail(format!(
            "larger than {LARGEST} bytes: this is no model file"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        fail(format!("not a text file: byte {at} is not UTF-8"))
    })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    parse(&name, &text, directory, options)
}

/// Reads a model file's `text`; `name` stands for the file in messages, relative paths start from `directory`.
///
/// # Errors
/// If the text describes no valid experiment: all problems that were found.
pub fn parse(
    name: &str,
    text: &str,
    directory: &Path,
    options: &Options,
) -> Result<Model, ConfigError> {
    // `absolute("")` is an error; the empty path is the current directory.
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let paths = Paths {
        model: std::path::absolute(directory).unwrap_or_else(|_| directory.into()),
        data: options.data.as_deref(),
    };
    let reader = Reader::new(Document::parse(name, text, &options.sets)?);
    let model = model(&reader.root(), &paths);
    if reader.is_clean() {
        reader.report_unused();
    }
    reader.finish(model)
}

/// What a model file may be about.
#[derive(Clone, Copy)]
enum Kind {
    SleepReplay,
    Network,
}

fn model(root: &Section<'_>, paths: &Paths<'_>) -> Option<Model> {
    if root
        .need(
            "schema",
            "the version of the model file's format, `schema = 1`",
        )
        .is_some_and(|item| schema(&item).is_none())
    {
        // A file of another schema has other keys: to list them all as unknown would hide the one problem.
        root.ignore();
        return None;
    }
    let experiment = root.need(
        "experiment",
        "what to do, `experiment = \"sleep_replay\"` or `experiment = \"network\"`",
    );
    let kind = experiment.and_then(|item| {
        item.choice(&[
            ("sleep_replay", Kind::SleepReplay),
            ("network", Kind::Network),
        ])
    });
    match kind {
        Some(Kind::SleepReplay) => {
            sleep_replay(root, paths).map(|model| Model::SleepReplay(Box::new(model)))
        }
        Some(Kind::Network) => {
            network::read(root, paths).map(|model| Model::Network(Box::new(model)))
        }
        None => {
            root.ignore();
            None
        }
    }
}

/// Most repetitions of one run: their results are all held until its end.
const MOST_SEEDS: i64 = 10_000;

/// Seed of the (first) run; the seeds that follow it fit an `i64` as well.
fn seed(root: &Section<'_>) -> Option<u64> {
    let seed = root.or("seed", 1, |item| item.integer(0, i64::MAX - MOST_SEEDS))?;
    u64::try_from(seed).ok()
}

/// How many seeds are run.
fn seeds(root: &Section<'_>) -> Option<u64> {
    let seeds = root.or("seeds", 1, |item| item.integer(1, MOST_SEEDS))?;
    u64::try_from(seeds).ok()
}

fn sleep_replay(root: &Section<'_>, paths: &Paths<'_>) -> Option<SleepReplay> {
    root.reader.read_parameters(root);
    let seed = seed(root);
    let seeds = seeds(root);

    let mlp_section = root.need_section("mlp", "the artificial network: its layers and training");
    let network = mlp_section.as_ref().and_then(mlp::network);
    let from_file = mlp_section.as_ref().is_some_and(|mlp| mlp.has("weights"));
    // A network to be trained without data is reported once, not by every section that would use them.
    let has_data = !from_file || root.has("data");
    let data_section = if from_file {
        root.section("data")
    } else {
        root.need_section("data", "the images to learn and their tasks")
    };
    let data = data_section.and_then(|section| data::read(&section, network.as_ref(), paths));
    let tasks = data.as_ref().map(|data| data.tasks.len());

    let mlp = mlp_section.and_then(|section| mlp::read(&section, network.as_ref(), tasks, paths));
    let conversion = root
        .need_section("conversion", "how the MLP becomes a spiking network")
        .and_then(|section| conversion::read(&section, network.as_ref(), has_data));
    let neuron = root
        .need_section("neuron", "the neuron model of every layer but the input")
        .and_then(|section| model::neuron(&section, network.as_ref()));
    let plasticity = root
        .need_section("plasticity", "what changes the weights in sleep")
        .and_then(|section| model::plasticity(&section, network.as_ref()));
    let situation = sleep::Situation {
        network: network.as_ref(),
        from_file,
        has_data,
        tasks,
    };
    let sleep = root
        .need_section("sleep", "when, how long and with which input to sleep")
        .and_then(|section| sleep::read(&section, &situation, paths));
    let compare = result::compare(root, data.as_ref(), mlp.as_ref(), from_file);
    let guard = network::engine::guard(root, None);
    let checkpoint_every = network::engine::checkpoint(root);
    let durations = sleep.as_ref().map(|sleep| sleep.durations.iter());
    // Reading bounds the sum of all durations by the clock's range.
    let asleep =
        durations.map(|durations| Duration::from_ps(durations.map(|duration| duration.ps()).sum()));
    let model = neuron.as_ref().map(|neuron| neuron.model.name);
    let model = model.and_then(|name| crate::neuron::model(name).ok());
    let record = result::record(root, network.as_ref(), model, asleep);
    let output = result::export(root);

    if root.has("data") && data.is_none() {
        return None;
    }
    Some(SleepReplay {
        seed: seed?,
        seeds: seeds?,
        data,
        mlp: mlp?,
        conversion: conversion?,
        neuron: neuron?,
        plasticity: plasticity?,
        sleep: sleep?,
        compare: compare?,
        guard: guard?,
        checkpoint_every: checkpoint_every?,
        record: record?,
        output: output?,
    })
}

fn schema(item: &Item<'_>) -> Option<()> {
    let schema = item.integer(1, i64::MAX)?;
    if schema <= SCHEMA {
        return Some(());
    }
    let message = format!("schema {schema} is newer than this program, which reads {SCHEMA}");
    let help = "update sharpwave".to_string();
    item.reader.problem(item.origin(), message, Some(help));
    None
}

/// A layer's number by name; with `input` only where it makes sense.
fn layer(item: &Item<'_>, network: &Network, first: usize) -> Option<usize> {
    let names: Vec<&str> = network
        .names
        .iter()
        .skip(first)
        .map(String::as_str)
        .collect();
    let expected = format!("a layer: {}", suggest::list(&names));
    let text = item.text(&expected)?;
    match names.iter().position(|name| *name == text) {
        Some(at) => Some(at + first),
        None => item.refuse(&expected, suggest::did_you_mean(text, &names)),
    }
}

/// Layers by name, ascending, each at most once.
fn layers(item: &Item<'_>, network: &Network, first: usize) -> Option<Vec<usize>> {
    let mut layers: Vec<usize> = Vec::new();
    let mut good = true;
    for entry in item.items("an array of layer names")? {
        match layer(&entry, network, first) {
            Some(l) if layers.contains(&l) => {
                let message = format!("`{}` names layer `{}` twice", item.path, network.names[l]);
                item.reader.problem(entry.origin(), message, None);
                good = false;
            }
            Some(l) => layers.push(l),
            None => good = false,
        }
    }
    layers.sort_unstable();
    good.then_some(layers)
}

/// A file's path, made absolute; its name must end in one of `extensions`.
fn file(item: &Item<'_>, extensions: &[&str], paths: &Paths<'_>) -> Option<PathBuf> {
    let dotted: Vec<String> = extensions.iter().map(|e| format!(".{e}")).collect();
    let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
    let expected = format!("the path of a file that ends in {}", suggest::list(&dotted));
    let text = item.text(&expected)?;
    let extension = Path::new(text).extension().and_then(|e| e.to_str());
    if extension.is_some_and(|e| extensions.contains(&e.to_lowercase().as_str())) {
        Some(paths.resolve(text))
    } else {
        item.refuse(&expected, None)
    }
}

impl Network {
    fn new(sizes: Vec<usize>) -> Self {
        Self {
            names: layer_names(sizes.len()),
            sizes,
        }
    }

    /// Names of all layers but the input.
    fn driven(&self) -> &[String] {
        self.names.get(1..).unwrap_or_default()
    }
}
