//! The experiment "a trained network sleeps", with every default resolved and every unit converted.
//!
//! Layers are numbered as in `mlp.layers`: 0 is `input`, the last is `output`, those between are `hidden1`, `hidden2`, …
//! Lists "per layer after the input" hold one entry for each of the others, hidden1 first.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time;

use crate::base::parameter::{Spec, Values};
use crate::base::time::Duration;
use crate::mlp::perceptron::Output;
use crate::protocol::hypnogram::{self, Bout, TooLong};
use crate::stimulus::spike_list::SpikeFile;

use super::network::{Guard, RecordedWeights, SampledStates};

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
        let durations = self.sleep.durations.iter();
        Duration::from_ps(durations.map(|duration| duration.ps()).sum())
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

/// Where images come from and how they are dealt into tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Where they are read.
    pub source: Source,
    /// Classes of each task, in order; no class occurs twice.
    pub tasks: Vec<Vec<u8>>,
    /// Training images taken of each task or class.
    pub train: TrainImages,
}

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// 5,000 training and 1,000 test images of MNIST inside the program, 28 × 28, classes 0 to 9.
    EmbeddedMnist,
    /// Four binary images of 10 × 10, one per class.
    EmbeddedPatches,
    /// A directory with the four IDX files of MNIST or Fashion-MNIST.
    Directory(PathBuf),
    /// IDX files of any names: training images and labels, test images and labels.
    Files([PathBuf; 4]),
}

/// Keys that name the files of [`Source::Files`], in that order.
pub(super) const FILE_KEYS: [&str; 4] = ["images", "labels", "test_images", "test_labels"];

/// How many images: the first ones in the order of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Every one there is.
    All,
    /// The first `n`, at least 1.
    First(usize),
}

/// Which training images are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainImages {
    /// The first ones of each task.
    PerTask(Amount),
    /// The first ones of each class; an entry for every class of every task.
    PerClass(BTreeMap<u8, Amount>),
}

/// The artificial network.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// Neurons per layer, input first; at least two layers, none empty.
    pub layers: Vec<usize>,
    /// Nonlinearity of the output layer.
    pub output: Output,
    /// Where its weights come from.
    pub weights: Weights,
}

/// Where the weights of the artificial network come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Weights {
    /// Trained from random weights, task by task.
    Trained {
        /// Initial weights are uniform in ± this.
        init: f64,
        /// Whether layers have biases, starting at zero.
        bias: bool,
        /// How it is trained.
        training: Training,
    },
    /// Read from a file; the network sleeps once.
    File {
        /// `.safetensors`, `.npz`, `.pt` or `.pth`.
        path: PathBuf,
        /// Leave biases in the file out; otherwise they are an error.
        drop_bias: bool,
        /// The file's layers by name, from input to output, where the model file gives them.
        layer_names: Option<Vec<String>>,
    },
}

/// Stochastic gradient descent with momentum.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Passes through the images of each task, one number per task.
    pub epochs: Vec<usize>,
    /// Images per step.
    pub batch: usize,
    /// Step size, constant.
    pub learning_rate: f64,
    /// Share of the last step that is kept, in [0, 1); never reset, neither between tasks nor by sleep.
    pub momentum: f64,
    /// Share of hidden units silenced at each step, in [0, 1).
    pub dropout: f64,
    /// Share of each old task's images mixed into the training of a new one, in [0, 1].
    pub rehearsal: f64,
}

/// How weights and activations become weights and thresholds of spiking neurons: an arrival moves v by gain × weight.
#[derive(Debug, Clone, PartialEq)]
pub enum Conversion {
    /// gain of layer l = scale × factor of layer l, with the published recursion over the largest weight or activation.
    DataMax {
        /// Images over which activations are taken.
        statistics: Statistics,
        /// Common factor.
        scale: f64,
    },
    /// Given gains, per layer after the input.
    Gain(Vec<f64>),
}

/// Images over which the conversion takes activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// Training images of all tasks so far.
    SeenTasks,
    /// Training images of the task just trained.
    CurrentTask,
}

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

/// Sleep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sleep {
    /// When the network sleeps; [`After::LastTask`] for a network from a file.
    pub after: After,
    /// Length of each sleep: one per task, or a single one with [`After::LastTask`]. Together within the clock's range.
    pub durations: Vec<Duration>,
    /// Step of the published time-stepped algorithm, or `None` for continuous time. Durations and the patch's period
    /// are whole multiples of it.
    pub grid: Option<Duration>,
    /// What drives the input layer.
    pub input: Input,
}

/// When the network sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// After every task.
    EachTask,
    /// Once, after the last task.
    LastTask,
}

/// What drives the input layer in sleep.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Random spikes at rates given by an image.
    Image {
        /// The image.
        pattern: Pattern,
        /// A pixel of 1 fires at twice this rate, in hertz, as published. On a grid, 2 × rate × step is at most 1.
        max_rate_hz: f64,
        /// The part of the image that is on at a time, or `None` for all of it.
        patch: Option<Patch>,
    },
    /// Spikes of the input layer from a file.
    Spikes(SpikeFile),
}

/// An image of input rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Mean training image of the tasks seen so far.
    MeanImage,
    /// An array of the input layer's size in a `.npy` file.
    File(PathBuf),
}

/// A square window of the image; pixels outside are silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// Pixels per side, at most the image's side.
    pub side: usize,
    /// The window's place is drawn anew this often.
    pub period: Duration,
}

/// Controls. All are off for a network from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// The same training without sleep.
    pub sequential: bool,
    /// All tasks trained at once.
    pub joint: Option<Joint>,
    /// The null model: mean of the weights of networks trained on one task each, from one initialisation.
    pub mean_weights: bool,
}

/// Joint training.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Training images.
    pub train: TrainImages,
    /// Passes through them.
    pub epochs: usize,
}

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

impl Mlp {
    /// Names of the layers, input first: `input`, `hidden1`, …, `output`.
    pub fn layer_names(&self) -> Vec<String> {
        layer_names(self.layers.len())
    }
}

/// Name of the projection from layer `l` of `names` to the next.
pub fn projection_name(names: &[String], l: usize) -> String {
    format!("{}_{}", names[l], names[l + 1])
}

/// Names of `n` layers, input first.
pub(super) fn layer_names(n: usize) -> Vec<String> {
    (0..n)
        .map(|l| match l {
            0 => "input".into(),
            l if l + 1 == n => "output".into(),
            l => format!("hidden{l}"),
        })
        .collect()
}

impl Data {
    /// Every class of every task, in the order of the tasks.
    pub fn classes(&self) -> impl Iterator<Item = u8> + '_ {
        self.tasks.iter().flatten().copied()
    }
}
