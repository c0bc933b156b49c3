//! `[mlp]` and `[mlp.training]`: the artificial network.

use crate::base::parameter::Range;
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::{Mlp, Training, Weights};
use crate::mlp::perceptron::Output;

use super::{Network, Paths};

/// Largest f64 below 1: shares that must leave something.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// Reads the layers, which other sections are checked against.
pub(super) fn network(section: &Section<'_>) -> Option<Network> {
    let item = section.need("layers", "neurons per layer, such as [784, 1200, 1200, 10]")?;
    let sizes = item.list("an array of layer sizes", |size| size.count())?;
    if sizes.len() < 2 {
        return item.refuse("at least two layers, input and output", None);
    }
    Some(Network::new(sizes))
}

/// Reads the rest of the section; `tasks` is their number, if known.
pub(super) fn read(
    section: &Section<'_>,
    network: Option<&Network>,
    tasks: Option<usize>,
    paths: &Paths<'_>,
) -> Option<Mlp> {
    let output = section.or("output", Output::Relu, |item| {
        item.choice(&[("relu", Output::Relu), ("softmax", Output::Softmax)])
    });
    let weights = match section.get("weights") {
        Some(item) => from_file(
            section,
            &item,
            network.map(|network| &network.sizes[..]),
            paths,
        ),
        None => trained(section, tasks),
    };
    Some(Mlp {
        layers: network?.sizes.clone(),
        output: output?,
        weights: weights?,
    })
}

fn from_file(
    section: &Section<'_>,
    item: &Item<'_>,
    sizes: Option<&[usize]>,
    paths: &Paths<'_>,
) -> Option<Weights> {
    let path = super::file(item, &["safetensors", "npz", "pt", "pth"], paths);
    let drop_bias = section.or("bias", false, |bias| match bias.as_text() {
        Some("drop") => Some(true),
        None if bias.boolean() == Some(false) => Some(false),
        _ => {
            let help = "`\"drop\"` leaves biases in the file out, `false` makes them an error";
            bias.refuse(
                "`false` or `\"drop\"` beside `mlp.weights`",
                Some(help.into()),
            )
        }
    });
    let layer_names = section.or("layer_names", None, |names| {
        layer_names(&names, sizes.map(|sizes| sizes.len() - 1)).map(Some)
    });
    let mut good = true;
    for key in ["init", "training"] {
        if let Some(extra) = section.get(key) {
            let message = format!("`mlp.{key}` and `mlp.weights` exclude each other");
            let help = format!("a network from a file is not trained: remove `mlp.{key}`");
            extra.reader.problem(extra.key_origin, message, Some(help));
            good = false;
        }
    }
    good.then_some(Weights::File {
        path: path?,
        drop_bias: drop_bias?,
        layer_names: layer_names?,
    })
}

/// The layers of a weight file by name, from input to output; `layers` is their number, if known.
pub(in crate::config::read) fn layer_names(
    item: &Item<'_>,
    layers: Option<usize>,
) -> Option<Vec<String>> {
    let expected = "an array of the file's layers by name, from input to output";
    let names = item.list(expected, |name| {
        name.text("the name of a layer in the file")
            .map(str::to_owned)
    })?;
    match layers {
        Some(layers) if layers != names.len() => item.refuse(
            &format!("{layers} names, one for each layer after the input"),
            None,
        ),
        _ => Some(names),
    }
}

fn trained(section: &Section<'_>, tasks: Option<usize>) -> Option<Weights> {
    // Tadros et al. 2022: weights start uniform in ±0.01.
    let init = section.or("init", 0.01, |item| item.number(Range::Positive));
    let bias = section.or("bias", false, |item| match item.as_text() {
        Some("drop") => {
            let help = "`\"drop\"` is for biases in a file of `mlp.weights`";
            item.refuse("`true` or `false`", Some(help.into()))
        }
        _ => item.boolean(),
    });
    let training = section
        .need_section(
            "training",
            "how the network is trained (or give `mlp.weights`)",
        )
        .and_then(|section| training(&section, tasks));
    if let Some(names) = section.get("layer_names") {
        let message = "`mlp.layer_names` is for layers in a file of `mlp.weights`";
        names.reader.problem(names.key_origin, message, None);
    }
    Some(Weights::Trained {
        init: init?,
        bias: bias?,
        training: training?,
    })
}

/// Far beyond what trains anything, and well inside single precision, in which networks are trained.
const LEARNING_RATES: Range = Range::Between(1e-9, 1e3);

fn training(section: &Section<'_>, tasks: Option<usize>) -> Option<Training> {
    let epochs = section
        .need(
            "epochs",
            "passes through the images, a number or one per task",
        )
        .and_then(|item| epochs(&item, tasks));
    let learning_rate = section
        .need("learning_rate", "step size of gradient descent")
        .and_then(|item| item.number(LEARNING_RATES));
    // Batch and momentum are those of Tadros et al. 2022.
    let batch = section.or("batch", 100, |item| item.count());
    let share = Range::Between(0.0, BELOW_ONE);
    let momentum = section.or("momentum", 0.5, |item| item.share(share, "below 1"));
    let dropout = section.or("dropout", 0.0, |item| item.share(share, "below 1"));
    let whole = Range::Between(0.0, 1.0);
    let rehearsal = section.or("rehearsal", 0.0, |item| item.share(whole, "at most 1"));
    Some(Training {
        epochs: epochs?,
        batch: batch?,
        learning_rate: learning_rate?,
        momentum: momentum?,
        dropout: dropout?,
        rehearsal: rehearsal?,
    })
}

fn epochs(item: &Item<'_>, tasks: Option<usize>) -> Option<Vec<usize>> {
    if !item.is_array() {
        let epochs = item.count()?;
        return Some(vec![epochs; tasks?]);
    }
    let epochs = item.list("", |entry| entry.count())?;
    match tasks {
        Some(tasks) if tasks != epochs.len() => {
            item.refuse(&format!("a number, or {tasks}: one per task"), None)
        }
        _ => Some(epochs),
    }
}

impl Item<'_> {
    /// A number from 0 up to `limit` in words.
    fn share(&self, range: Range, limit: &str) -> Option<f64> {
        let value = self.number(Range::Finite)?;
        if range.contains(value) {
            Some(value)
        } else {
            self.refuse(&format!("0 or more and {limit}"), None)
        }
    }
}
