//! `[conversion]`: from the MLP to a spiking network.

use crate::base::parameter::{Dimension, Range};
use crate::config::form::{Around, Keys, Table, list, number, words};
use crate::config::reader::Section;

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

impl Default for Conversion {
    fn default() -> Self {
        Self::DataMax {
            statistics: Statistics::SeenTasks,
            scale: 1.0,
        }
    }
}

impl Table for Conversion {
    fn keys(&mut self, k: &mut Keys<'_>) {
        const BY_DATA: [&str; 3] = ["method", "statistics", "scale"];
        let mut given = k.either(&BY_DATA, &["gain"]);
        let mut what = "the gains, one per layer after the input, in place of `scale`";
        if let Some((section, around)) = k.reading()
            && !around.has_data
            && given != Some(true)
        {
            BY_DATA.iter().for_each(|key| section.know(key));
            given = Some(true);
            what = "one gain per layer, since there is no [data] to take it from";
        }
        match given {
            Some(true) => *self = Self::Gain(Vec::new()),
            Some(false) => *self = Self::default(),
            None => {}
        }
        let positive = || number(Dimension::One, Range::Positive);
        match self {
            Self::Gain(gain) => k.need("gain", gain, list(positive(), "an array of gains"), what),
            Self::DataMax { statistics, scale } => {
                let what = "the published recursion over the largest weight or activation of each layer, as above";
                k.or("method", &mut (), words(&[("data_max", ())]), what);
                let over = words(&[
                    ("seen_tasks", Statistics::SeenTasks),
                    ("current_task", Statistics::CurrentTask),
                ]);
                let what = "tasks over whose training images activations are taken";
                k.or("statistics", statistics, over, what);
                let what = "the common factor of all gains (or give `gain`)";
                k.need("scale", scale, positive(), what);
            }
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        match (self, around.layers, section.get("gain")) {
            (Self::Gain(gain), Some(layers), Some(item)) if gain.len() != layers.driven().len() => {
                let expected = format!("{}: one per layer after the input", layers.driven().len());
                item.refuse::<()>(&expected, None).is_some()
            }
            (
                Self::DataMax {
                    statistics: Statistics::CurrentTask,
                    ..
                },
                ..,
            ) if !around.trained => {
                let expected = "`seen_tasks`: a network of `mlp.weights` has learnt all tasks, none of them last";
                let item = section.get("statistics");
                item.is_none_or(|item| item.refuse::<()>(expected, None).is_some())
            }
            _ => true,
        }
    }
}
