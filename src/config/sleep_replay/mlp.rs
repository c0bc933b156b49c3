//! `[mlp]` and `[mlp.training]`: the artificial network.

use std::path::PathBuf;

use crate::base::parameter::{Dimension, Range};
use crate::config::form::{
    Around, Form, Keys, Table, file, layers_by_name, list, number, some, words,
};
use crate::config::reader::{Item, Section};
use crate::mlp::perceptron::Output;
use crate::mlp::weight_file::Bias;
use crate::network::projection::WEIGHT_ENDINGS;

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
        /// `.safetensors`, `.npz`, `.pt`, `.pth`, `.mat`, `.keras`, `.h5`, `.onnx` or `.nir`.
        path: PathBuf,
        /// What becomes of biases in the file.
        bias: Bias,
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
    /// Share of the weights that a step takes off them, in units of the learning rate; biases stay.
    pub weight_decay: f64,
    /// Share of each old task's images mixed into the training of a new one, in [0, 1].
    pub rehearsal: f64,
}

impl Mlp {
    /// Names of the layers, input first: `input`, `hidden1`, …, `output`.
    pub fn layer_names(&self) -> Vec<String> {
        super::layer_names(self.layers.len())
    }

    /// Names under which biases are recorded, from the first hidden layer on; none of a network that has none.
    pub fn bias_names(&self) -> Vec<String> {
        let is_biased = match self.weights {
            Weights::Trained { bias, .. } => bias,
            Weights::File { bias, .. } => bias == Bias::Keep,
        };
        let names = self.layer_names().into_iter().skip(1);
        names
            .filter(|_| is_biased)
            .map(|name| super::bias_name(&name))
            .collect()
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
            weight_decay: 0.0,
            rehearsal: 0.0,
        }
    }
}

/// Sizes of layers.
fn sizes() -> Form<'static, Vec<usize>> {
    list(some(), "an array of layer sizes")
}

/// Reads the layers, which other sections are checked against.
pub(in crate::config) fn layers(section: &Section<'_>, around: &Around<'_>) -> Option<Vec<usize>> {
    let sizes = (sizes().read)(&section.get("layers")?, around)?;
    Some(sizes).filter(|sizes| sizes.len() > 1)
}

impl Table for Mlp {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "neurons per layer, such as [784, 1200, 1200, 10]";
        k.need("layers", &mut self.layers, sizes(), what);
        let output = words(&[("relu", Output::Relu), ("softmax", Output::Softmax)]);
        let what = "nonlinearity of the output layer, and with it the loss: of `relu` the squared error, whose gradient it does not gate \
             (`describe mlp.training`), of `softmax` the cross-entropy";
        k.or("output", &mut self.output, output, what);
        match k.either(&["init", "training"], &["weights"]) {
            Some(true) => {
                self.weights = Weights::File {
                    path: PathBuf::new(),
                    bias: Bias::Refuse,
                    layer_names: None,
                };
            }
            Some(false) => self.weights = Weights::trained(),
            None => {}
        }
        match &mut self.weights {
            Weights::File {
                path,
                bias,
                layer_names,
            } => {
                let what = "a file of weights, of a network that is not trained and sleeps once";
                let form = file(&WEIGHT_ENDINGS);
                k.need("weights", path, form, what);
                k.or("bias", bias, file_biases(), BIAS);
                let layers = k.reading().and_then(|(_, around)| around.layers);
                layers_by_name(layers.map(|layers| layers.driven().len()), layer_names, k);
            }
            Weights::Trained {
                init,
                bias,
                training,
            } => {
                k.or("bias", bias, trained_biases(), BIAS);
                let positive = number(Dimension::One, Range::Positive);
                let what = "weights before training are uniform in ± this";
                k.or("init", init, positive, what);
                let what = "how the network is trained (or give `mlp.weights`)";
                let mut given = Some(training.clone());
                k.section("training", &mut given, (Training::default(), true), what);
                *training = given.unwrap_or_default();
                let names = k
                    .reading()
                    .and_then(|(section, _)| section.get("layer_names"));
                if let Some(item) = names {
                    let message = "`mlp.layer_names` is for layers in a file of `mlp.weights`";
                    item.reader.problem(item.key_origin, message, None);
                    k.require(false);
                }
            }
        }
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let layers = section.get("layers").filter(|_| self.layers.len() < 2);
        let expected = "at least two layers, input and output";
        layers.is_none_or(|item| item.refuse::<()>(expected, None).is_some())
    }
}

/// What `bias` is.
const BIAS: &str = "whether layers have biases, which stay as they are beside a sleep: the spiking network has none; beside \
                    `weights`, `true` keeps those of the file, `\"drop\"` leaves them out, `false` makes them an error";

/// Biases of layers that are trained.
fn trained_biases() -> Form<'static, bool> {
    let read = |item: &Item<'_>, _: &Around<'_>| match item.as_text() {
        Some("drop") => {
            let help = "`\"drop\"` is for biases in a file of `mlp.weights`";
            item.refuse("`true` or `false`", Some(help.into()))
        }
        _ => item.boolean(),
    };
    Form::new("true, false", read, |bias: &bool, _| bias.to_string())
}

/// Biases in a file.
fn file_biases() -> Form<'static, Bias> {
    let read = |item: &Item<'_>, _: &Around<'_>| match item.as_text() {
        Some("drop") => Some(Bias::Drop),
        Some(_) => {
            let help = "`true` keeps biases of the file beside the sleep, `\"drop\"` leaves them out, `false` makes them an error";
            item.refuse("`true`, `false` or `\"drop\"`", Some(help.into()))
        }
        None => match item.boolean()? {
            true => Some(Bias::Keep),
            false => Some(Bias::Refuse),
        },
    };
    let write = |bias: &Bias, _| match bias {
        Bias::Keep => "true".into(),
        Bias::Drop => "\"drop\"".into(),
        Bias::Refuse => "false".into(),
    };
    Form::new("true, false, drop", read, write)
}

/// Far beyond what trains anything, and well inside single precision, in which networks are trained.
const LEARNING_RATES: Range = Range::Between(1e-9, 1e3);

impl Table for Training {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "passes through the images, a number or one per task";
        k.need("epochs", &mut self.epochs, epochs(), what);
        k.or("batch", &mut self.batch, some(), "images per step");
        let what = "step size of gradient descent";
        let form = number(Dimension::One, LEARNING_RATES);
        k.need("learning_rate", &mut self.learning_rate, form, what);
        let what = "share of the last step that is kept, never reset";
        k.or("momentum", &mut self.momentum, below_one(), what);
        let what = "share of hidden units silenced at each step; outside training hidden activations are taken times the rest, which weight files of \
             ours hold as `keep`";
        k.or("dropout", &mut self.dropout, below_one(), what);
        let what =
            "pull of weights towards 0: a step takes learning_rate x this x the weight off it";
        let form = number(Dimension::One, Range::Between(0.0, 1.0));
        k.or("weight_decay", &mut self.weight_decay, form, what);
        let what = "share of each old task's images mixed into the training of a new one";
        k.or(
            "rehearsal",
            &mut self.rehearsal,
            share(1.0, "at most 1"),
            what,
        );
    }
}

/// A number from 0 up to `most`, in words.
fn share(most: f64, words: &'static str) -> Form<'static, f64> {
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        let value = item.number(Range::Finite)?;
        match (0.0..=most).contains(&value) {
            true => Some(value),
            false => item.refuse(&format!("0 or more and {words}"), None),
        }
    };
    Form::new("number", read, |value: &f64, _| format!("{value:?}"))
}

/// A share that leaves something.
fn below_one() -> Form<'static, f64> {
    share(1.0 - f64::EPSILON / 2.0, "below 1")
}

/// A number for all tasks, or one for each.
fn epochs() -> Form<'static, Vec<usize>> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        if !item.is_array() {
            let epochs = item.count()?;
            return Some(vec![epochs; around.tasks?.len()]);
        }
        let epochs = item.list("", |entry| entry.count())?;
        match around.tasks {
            Some(tasks) if tasks.len() != epochs.len() => {
                let tasks = tasks.len();
                item.refuse(&format!("a number, or {tasks}: one per task"), None)
            }
            _ => Some(epochs),
        }
    };
    Form::new("number, [number, …]", read, |epochs: &Vec<usize>, _| {
        format!("{epochs:?}")
    })
}
