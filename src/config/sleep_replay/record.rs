//! `[record]` and `[output]`: what is kept.

use crate::base::parameter::Dimension;
use crate::config::form::{Around, Each, Flag, Form, Inner, Keys, Off, Table, Words, strings};
use crate::config::network::{RecordedWeights, SampledStates, states};
use crate::config::quantity::quote;
use crate::config::reader::Item;

use super::Layer;

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
}

/// Files beside the run file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// Weights after the last sleep as `.safetensors`.
    pub safetensors: bool,
    /// Weights after the last sleep as `.npz`.
    pub npz: bool,
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
        }
    }

    fn keys(&mut self, spikes: impl Form<Vec<usize>>, k: &mut Keys<'_>) {
        let what = "layers whose spikes are recorded, such as [\"input\", \"hidden1\"]";
        k.told("spikes", "all", &mut self.spikes, spikes, what);
        self.spikes.sort_unstable();
        states(&mut self.states, k);
        let what = "`around_sleep`: before and after each sleep; { projection = [\"hidden1_output\"], every = \"1 s\" }: at \
                    instants of the night; an array of both";
        let mut weights = (self.weights_around_sleep, self.weights.take());
        k.or("weights", &mut weights, Snapshots, what);
        (self.weights_around_sleep, self.weights) = weights;
    }
}

impl Table for Record {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let layers = Each {
            form: Layer(0),
            noun: "layer",
            none: true,
        };
        self.keys(layers, k);
    }
}

/// What is recorded, under the names of the layers.
#[derive(Clone)]
pub(super) struct Named<'a>(pub(super) Record, pub(super) &'a [String]);

impl Table for Named<'_> {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(record, names) = self;
        record.keys(Names(names), k);
    }
}

/// Layers by these names.
struct Names<'a>(&'a [String]);

impl Form<Vec<usize>> for Names<'_> {
    fn read(&self, _: &Item<'_>, _: &Around<'_>) -> Option<Vec<usize>> {
        None
    }

    fn write(&self, value: &Vec<usize>, _: Dimension) -> String {
        let names: Vec<&String> = value.iter().filter_map(|&l| self.0.get(l)).collect();
        strings(&names)
    }

    fn expected(&self) -> String {
        "layers".into()
    }
}

/// Weights around sleep, at instants, both in an array, or neither.
struct Snapshots;

impl Form<(bool, Option<RecordedWeights>)> for Snapshots {
    fn read(
        &self,
        item: &Item<'_>,
        around: &Around<'_>,
    ) -> Option<(bool, Option<RecordedWeights>)> {
        let table = Inner(RecordedWeights::default());
        if item.is_table() {
            return Some((false, Some(table.read(item, around)?)));
        }
        if !item.is_array() {
            return Some((
                item.choice(&[("around_sleep", true), ("off", false)])?,
                None,
            ));
        }
        let expected = self.expected();
        let (mut before, mut weights) = (false, None);
        for entry in item.items(&expected)? {
            match entry.is_table() {
                true if weights.is_some() => return item.refuse(&expected, None),
                true => weights = Some(table.read(&entry, around)?),
                false => before = entry.choice(&[("around_sleep", true)])?,
            }
        }
        Some((before, weights))
    }

    fn write(&self, value: &(bool, Option<RecordedWeights>), weight: Dimension) -> String {
        let (around, off) = (quote("around_sleep"), quote("off"));
        let weights = value.1.as_ref();
        let weights = weights.map(|table| Inner(table.clone()).write(table, weight));
        match (value.0, weights) {
            (false, None) => off,
            (true, None) => around,
            (false, Some(weights)) => weights,
            (true, Some(weights)) => format!("[{around}, {weights}]"),
        }
    }

    fn expected(&self) -> String {
        "`around_sleep`, a table { projection, at } or { projection, every }, or an array of both"
            .into()
    }

    fn words(&self) -> String {
        "around_sleep, table, off".into()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Safetensors,
    Npz,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            safetensors: false,
            npz: false,
            figures: true,
        }
    }
}

impl Table for Export {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let formats = [
            (self.safetensors, Format::Safetensors),
            (self.npz, Format::Npz),
        ];
        let formats = formats
            .iter()
            .filter_map(|(on, format)| on.then_some(*format));
        let mut formats = Some(formats.collect::<Vec<_>>());
        let words = Words(&[("safetensors", Format::Safetensors), ("npz", Format::Npz)]);
        let each = Each {
            form: words,
            noun: "format",
            none: true,
        };
        let what = "weights after the last sleep, in these formats";
        k.or("weights", &mut formats, Off(each), what);
        let has = |format| formats.iter().flatten().any(|known| *known == format);
        (self.safetensors, self.npz) = (has(Format::Safetensors), has(Format::Npz));
        k.or(
            "figures",
            &mut self.figures,
            Flag,
            "whether figures are drawn",
        );
    }
}
