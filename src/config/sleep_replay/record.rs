//! `[record]` and `[output]`: what is kept.

use crate::config::form::{Around, Form, Keys, Table, each, flag, inner, inside, off, words};
use crate::config::network::{COMPRESS, REPORT, RecordedWeights, SampledStates, states};
use crate::config::quantity::quote;
use crate::config::reader::Item;

use super::layers;

/// What goes into the run file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Layers whose spikes are recorded, ascending; 0 is the input.
    pub spikes: Vec<usize>,
    /// Weights before and after each sleep.
    pub weights_around_sleep: bool,
    /// Neurons whose states are sampled while they sleep; a layer may come more than once.
    pub states: Vec<SampledStates>,
    /// Weights at instants of the night, or `None` for none.
    pub weights: Option<RecordedWeights>,
    /// Whether weights are compressed in the run file.
    pub compress: bool,
    /// Whether the run leaves a page about itself.
    pub report: bool,
}

/// Files beside the run file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// Weights after the last sleep as `.safetensors`.
    pub safetensors: bool,
    /// Weights after the last sleep as `.npz`.
    pub npz: bool,
    /// Weights after the last sleep as `.mat`.
    pub mat: bool,
    /// Figures.
    pub figures: bool,
}

impl Record {
    /// Spikes of all of so many layers, and weights around sleep.
    pub(in crate::config) fn new(layers: usize) -> Self {
        Self {
            spikes: (0..layers).collect(),
            weights_around_sleep: true,
            states: Vec::new(),
            weights: None,
            compress: false,
            report: true,
        }
    }

    /// Its keys, where these are the names of layers.
    fn keys(&mut self, names: &[String], k: &mut Keys<'_>) {
        let what = "layers whose spikes are recorded, such as [\"input\", \"hidden1\"]";
        k.told("spikes", "all", &mut self.spikes, layers(0, names), what);
        self.spikes.sort_unstable();
        states(&mut self.states, k);
        let what = "`around_sleep`: before and after each sleep, biases too (`hidden1_bias`); { projection = \
                    [\"hidden1_output\"], every = \"1 s\" }: at instants of the night; an array of both";
        let mut weights = (self.weights_around_sleep, self.weights.take());
        k.or("weights", &mut weights, snapshots(), what);
        (self.weights_around_sleep, self.weights) = weights;
        k.or("compress", &mut self.compress, flag(), COMPRESS);
        k.or("report", &mut self.report, flag(), REPORT);
    }
}

impl Table for Record {
    fn keys(&mut self, k: &mut Keys<'_>) {
        self.keys(&[], k);
    }
}

/// What is recorded, under the names of the layers.
#[derive(Clone)]
pub(super) struct Named<'a>(pub(super) Record, pub(super) &'a [String]);

impl Table for Named<'_> {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(record, names) = self;
        record.keys(names, k);
    }
}

/// Weights around sleep, at instants, both in an array, or neither.
fn snapshots() -> Form<'static, (bool, Option<RecordedWeights>)> {
    const EXPECTED: &str =
        "`around_sleep`, a table { projection, at } or { projection, every }, or an array of both";
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let table = inside(RecordedWeights::default());
        if item.is_table() {
            return Some((false, Some((table.read)(item, around)?)));
        }
        if !item.is_array() {
            return Some((
                item.choice(&[("around_sleep", true), ("off", false)])?,
                None,
            ));
        }
        let (mut before, mut weights) = (false, None);
        for entry in item.items(EXPECTED)? {
            match entry.is_table() {
                true if weights.is_some() => return item.refuse(EXPECTED, None),
                true => weights = Some((table.read)(&entry, around)?),
                false => before = entry.choice(&[("around_sleep", true)])?,
            }
        }
        Some((before, weights))
    };
    let write = |value: &(bool, Option<RecordedWeights>), weight| {
        let around = quote("around_sleep");
        let weights = value.1.as_ref().map(|table| inner(table, weight));
        match (value.0, weights) {
            (false, None) => quote("off"),
            (true, None) => around,
            (false, Some(weights)) => weights,
            (true, Some(weights)) => format!("[{around}, {weights}]"),
        }
    };
    Form::new("around_sleep, table, off", read, write)
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Safetensors,
    Npz,
    Mat,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            safetensors: false,
            npz: false,
            mat: false,
            figures: true,
        }
    }
}

impl Table for Export {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let formats = [
            (self.safetensors, Format::Safetensors),
            (self.npz, Format::Npz),
            (self.mat, Format::Mat),
        ];
        let formats = formats
            .iter()
            .filter_map(|(on, format)| on.then_some(*format));
        let mut formats = Some(formats.collect::<Vec<_>>());
        let words = words(&[
            ("safetensors", Format::Safetensors),
            ("npz", Format::Npz),
            ("mat", Format::Mat),
        ]);
        let each = each(words, "format", true);
        let what = "weights after the last sleep, in these formats";
        k.or("weights", &mut formats, off(each), what);
        let has = |format| formats.iter().flatten().any(|known| *known == format);
        (self.safetensors, self.npz) = (has(Format::Safetensors), has(Format::Npz));
        self.mat = has(Format::Mat);
        let what = "whether figures are drawn";
        k.or("figures", &mut self.figures, flag(), what);
    }
}
