//! `[mlp]` and `[mlp.training]`: the artificial network.

use std::path::PathBuf;

use crate::base::parameter::{Dimension, Range};
use crate::config::form::{Around, Count, File, Flag, Form, Keys, List, Number, Table, Words};
use crate::config::reader::{Item, Section};
use crate::mlp::perceptron::Output;

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

impl Mlp {
    /// Names of the layers, input first: `input`, `hidden1`, …, `output`.
    pub fn layer_names(&self) -> Vec<String> {
        super::layer_names(self.layers.len())
    }
}

impl Default for Mlp {
    fn default() -> Self {
        Self {
            layers: Vec::new(),
            output: Output::Relu,
            weights: Weights::trained(),
        }
    }
}

impl Weights {
    /// Weights as Tadros et al. 2022 begin with, uniform in ± 0.01.
    fn trained() -> Self {
        Self::Trained {
            init: 0.01,
            bias: false,
            training: Training::default(),
        }
    }
}

impl Default for Training {
    /// Batch and momentum are those of Tadros et al. 2022.
    fn default() -> Self {
        Self {
            epochs: Vec::new(),
            batch: 100,
            learning_rate: 0.0,
            momentum: 0.5,
            dropout: 0.0,
            rehearsal: 0.0,
        }
    }
}

/// Sizes of layers.
const LAYERS: List<Count> = List(Count::SOME, "an array of layer sizes");

/// Reads the layers, which other sections are checked against.
pub(super) fn layers(section: &Section<'_>, around: &Around<'_>) -> Option<Vec<usize>> {
    let sizes: Vec<usize> = LAYERS.read(&section.get("layers")?, around)?;
    Some(sizes).filter(|sizes| sizes.len() > 1)
}

impl Table for Mlp {
    fn keys(&mut self, k: &mut Keys<'_>) {
        k.need(
            "layers",
            &mut self.layers,
            LAYERS,
            "neurons per layer, such as [784, 1200, 1200, 10]",
        );
        if self.layers.len() == 1 {
            k.refuse("layers", "at least two layers, input and output");
        }
        let output = Words(&[("relu", Output::Relu), ("softmax", Output::Softmax)]);
        k.or(
            "output",
            &mut self.output,
            output,
            "nonlinearity of the output layer",
        );
        match k.either(&["init", "training"], &["weights"]) {
            Some(true) => {
                let (path, drop_bias) = (PathBuf::new(), false);
                self.weights = Weights::File { path, drop_bias };
            }
            Some(false) => self.weights = Weights::trained(),
            None => {}
        }
        match &mut self.weights {
            Weights::File { path, drop_bias } => {
                let what = "a file of weights, of a network that is not trained and sleeps once";
                k.need(
                    "weights",
                    path,
                    File(&["safetensors", "npz", "pt", "pth"]),
                    what,
                );
                let what = "true or false: whether layers that are trained have biases; beside `weights`, `\"drop\"` leaves \
                            those of the file out, `false` makes them an error";
                k.or("bias", drop_bias, Dropped, what);
            }
            Weights::Trained {
                init,
                bias,
                training,
            } => {
                let what = "true or false: whether layers that are trained have biases; beside `weights`, `\"drop\"` leaves \
                            those of the file out, `false` makes them an error";
                k.or("bias", bias, Biased, what);
                let positive = Number(Dimension::One, Range::Positive);
                k.or(
                    "init",
                    init,
                    positive,
                    "weights before training are uniform in ± this",
                );
                let what = "how the network is trained (or give `mlp.weights`)";
                let mut given = Some(training.clone());
                k.section("training", &mut given, (Training::default(), true), what);
                *training = given.unwrap_or_default();
            }
        }
    }
}

/// Biases of layers that are trained.
struct Biased;

impl Form<bool> for Biased {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<bool> {
        match item.as_text() {
            Some("drop") => {
                let help = "`\"drop\"` is for biases in a file of `mlp.weights`";
                item.refuse(&Form::<bool>::expected(&Flag), Some(help.into()))
            }
            _ => item.boolean(),
        }
    }

    fn write(&self, value: &bool, weight: Dimension) -> String {
        Flag.write(value, weight)
    }

    fn expected(&self) -> String {
        Flag.expected()
    }

    fn words(&self) -> String {
        "true, false, drop".into()
    }
}

/// Biases of layers in a file.
struct Dropped;

impl Form<bool> for Dropped {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<bool> {
        match item.as_text() {
            Some("drop") => Some(true),
            None if item.is_false() => Some(false),
            _ => {
                let help = "`\"drop\"` leaves biases in the file out, `false` makes them an error";
                item.refuse(&self.expected(), Some(help.into()))
            }
        }
    }

    fn write(&self, value: &bool, _: Dimension) -> String {
        if *value { "\"drop\"" } else { "false" }.into()
    }

    fn expected(&self) -> String {
        "`false` or `\"drop\"` beside `mlp.weights`".into()
    }
}

/// Far beyond what trains anything, and well inside single precision, in which networks are trained.
const LEARNING_RATES: Range = Range::Between(1e-9, 1e3);

/// Shares that must leave something.
const BELOW_ONE: Share = Share(1.0 - f64::EPSILON / 2.0, "below 1");

impl Table for Training {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "passes through the images, a number or one per task";
        k.need("epochs", &mut self.epochs, Epochs, what);
        k.or("batch", &mut self.batch, Count::SOME, "images per step");
        let what = "step size of gradient descent";
        k.need(
            "learning_rate",
            &mut self.learning_rate,
            Number(Dimension::One, LEARNING_RATES),
            what,
        );
        let what = "share of the last step that is kept, never reset";
        k.or("momentum", &mut self.momentum, BELOW_ONE, what);
        let what = "share of hidden units silenced at each step";
        k.or("dropout", &mut self.dropout, BELOW_ONE, what);
        let what = "share of each old task's images mixed into the training of a new one";
        k.or(
            "rehearsal",
            &mut self.rehearsal,
            Share(1.0, "at most 1"),
            what,
        );
    }
}

/// A number from 0 up to this limit, in words.
#[derive(Clone, Copy)]
struct Share(f64, &'static str);

impl Form<f64> for Share {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<f64> {
        let value = item.number(Range::Finite)?;
        match (0.0..=self.0).contains(&value) {
            true => Some(value),
            false => item.refuse(&self.expected(), None),
        }
    }

    fn write(&self, value: &f64, _: Dimension) -> String {
        format!("{value:?}")
    }

    fn expected(&self) -> String {
        format!("0 or more and {}", self.1)
    }

    fn words(&self) -> String {
        "number".into()
    }
}

/// A number for all tasks, or one for each.
struct Epochs;

impl Form<Vec<usize>> for Epochs {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Vec<usize>> {
        if !item.is_array() {
            let epochs = item.count()?;
            return Some(vec![epochs; around.tasks?]);
        }
        let epochs = item.list("", |entry| entry.count())?;
        match around.tasks {
            Some(tasks) if tasks != epochs.len() => {
                item.refuse(&format!("a number, or {tasks}: one per task"), None)
            }
            _ => Some(epochs),
        }
    }

    fn write(&self, value: &Vec<usize>, _: Dimension) -> String {
        format!("{value:?}")
    }

    fn expected(&self) -> String {
        "a number, or one per task".into()
    }

    fn words(&self) -> String {
        "number, [number, …]".into()
    }
}
