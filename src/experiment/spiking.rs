//! The spiking network that a trained MLP becomes for one sleep, its noise, and the way back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::config;
use crate::config::sleep_replay::{Conversion, Input, SleepReplay, Statistics, projection_name};
use crate::engine::error::SimulationError;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::memory::{Engram, Memory};
use crate::mlp::conversion::{self, Calibration, ConversionError};
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::network::Given;
use crate::network::plan::NetworkPlan;
use crate::protocol::hypnogram::Bout;
use crate::stimulus::Stimulus;
use crate::stimulus::image::{self, ImageNoise, Timing};
use crate::stimulus::replay::{Piece, Programme, Replay};
use crate::stimulus::spike_list::SpikeList;
use crate::synapse::dense::Dense;

/// Name of what drives the input layer.
pub const STIMULUS: &str = "image";

/// What a spike of the stimulus adds: any weight makes a relay fire.
pub const WEIGHT: f64 = 1.0;

/// Name of what drives the output layer.
pub const TEACHER: &str = "teacher";

/// What a spike of the teacher adds: so much that a neuron fires wherever its potential is, and is reset.
pub const TEACHER_WEIGHT: f64 = 1e9;

/// The gain of every layer after the input, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Gains {
    /// The images are looked through.
    Sought(Calibration),
    /// One gain per layer.
    Known(Vec<f64>),
}

impl Gains {
    /// The gains that `model` gives, or the start of the search for those of `mlp`.
    pub fn new(model: &SleepReplay, mlp: &Mlp) -> Self {
        match &model.conversion {
            Conversion::Gain(gains) => Self::Known(gains.clone()),
            Conversion::DataMax { .. } => Self::Sought(Calibration::new(mlp)),
        }
    }

    /// Looks at some more of the images `seen` as `model` asks; the gains, once they are known.
    ///
    /// # Errors
    /// If a layer has nothing positive to scale by.
    pub fn step(
        &mut self,
        model: &SleepReplay,
        mlp: &Mlp,
        seen: &[Images],
    ) -> Result<Option<&[f64]>, ConversionError> {
        if let (Self::Sought(calibration), Conversion::DataMax { statistics, scale }) =
            (&mut *self, &model.conversion)
        {
            let images = match statistics {
                Statistics::SeenTasks => seen,
                Statistics::CurrentTask => &seen[seen.len().saturating_sub(1)..],
            };
            if calibration.step(mlp, images).is_continue() {
                return Ok(None);
            }
            let factors = calibration.factors()?;
            *self = Self::Known(conversion::gains(*scale, &factors));
        }
        Ok(match self {
            Self::Known(gains) => Some(gains),
            Self::Sought(_) => None,
        })
    }

    /// Whether these may be the gains of a network of `layers` layers after the input.
    pub fn fits(&self, layers: usize) -> bool {
        match self {
            Self::Sought(calibration) => calibration.fits(layers),
            Self::Known(gains) => gains.len() == layers,
        }
    }
}

/// The network that `mlp` becomes; `seed` is that of the repetition.
///
/// # Errors
/// If a parameter does not fit.
pub fn network(
    model: &SleepReplay,
    seed: u64,
    mlp: &Mlp,
    gains: &[f64],
) -> Result<NetworkPlan, ExperimentError> {
    let weights = |l: usize| Dense::from_matrix(mlp.layers[l].weights.view());
    let mut network = config::sleeping_network(model, |l| Given::Here(Arc::new(weights(l))), gains);
    network.seed = seed;
    Ok(network.plan()?)
}

/// The weights of each projection of the network that sleeps in `model`, shape (n_target, n_source), input side first.
///
/// # Errors
/// If `engine` is of another network.
pub fn weights(engine: &Simulation, model: &SleepReplay) -> Result<Vec<Matrix>, SimulationError> {
    let names = model.mlp.layer_names();
    (1..names.len())
        .map(|l| engine.weights(&projection_name(&names, l - 1)))
        .collect()
}

/// Rates of the input units in hertz under `pattern`, an image from 0 to 1: a pixel of 1 fires at twice the maximum
/// rate, as published.
pub fn input_rates_hz(pattern: &[f32], max_rate_hz: f64) -> Vec<f64> {
    pattern
        .iter()
        .map(|&x| 2.0 * max_rate_hz * f64::from(x))
        .collect()
}

/// The window of the model's image, or `None`.
pub fn patch(model: &SleepReplay, inputs: &Inputs) -> Option<image::Patch> {
    let Input::Image {
        patch: Some(window),
        ..
    } = &model.sleep.input
    else {
        return None;
    };
    let ticks = (window.period.ps() / model.sleep.tick().ps()) as u64;
    Some(image::Patch {
        ticks,
        side: window.side,
        width: inputs.width,
        height: inputs.height,
    })
}

/// What drives the network in one sleep.
pub struct Drive {
    /// The input layer.
    pub input: Box<dyn Stimulus>,
    /// The output layer: what makes the neuron of the class fire that is replayed.
    pub teacher: Option<Box<dyn Stimulus>>,
}

/// What drives the network during `bout`, after the tasks `seen`, with what `memory` holds.
pub fn drive(
    model: &SleepReplay,
    inputs: &Inputs,
    seen: &[Images],
    memory: Option<&Memory>,
    seed: u64,
    bout: &Bout,
) -> Drive {
    let input = stimulus(model, inputs, seen, seed, bout);
    let (Some(asked), Some(memory)) = (&model.memory, memory) else {
        return Drive {
            input,
            teacher: None,
        };
    };
    let programme = Programme {
        share: asked.share,
        event: asked.event,
        tick: model.sleep.tick(),
        timing: timing(model),
        seed,
        name: bout.name.clone(),
    };
    let full_hz = asked.rate_hz(&model.sleep);
    let piece = |engram: &Engram| Piece {
        rates_hz: (0..)
            .zip(&engram.pattern)
            .map(|(pixel, &x)| (pixel, full_hz * f64::from(x)))
            .filter(|(_, rate)| *rate > 0.0)
            .collect(),
        salience: engram.salience,
    };
    let class = |engram: &Engram| Piece {
        rates_hz: vec![(engram.class.into(), asked.teacher_hz)],
        salience: engram.salience,
    };
    let engrams = memory.engrams().iter();
    let names = model.mlp.layer_names();
    let [first, last] = [&names[0], &names[names.len() - 1]];
    let teaches = asked.teacher_hz > 0.0;
    Drive {
        teacher: teaches.then(|| {
            let pieces = engrams.clone().map(class).collect();
            Box::new(Replay::new(pieces, programme.clone(), last, None)) as Box<dyn Stimulus>
        }),
        input: Box::new(Replay::new(
            engrams.map(piece).collect(),
            programme,
            first,
            Some(input),
        )),
    }
}

/// Whether spikes of the input come on a grid.
fn timing(model: &SleepReplay) -> Timing {
    match model.sleep.grid {
        Some(_) => Timing::Grid,
        None => Timing::Continuous,
    }
}

/// What drives the input layer during `bout` but for what is remembered, after the tasks `seen`.
fn stimulus(
    model: &SleepReplay,
    inputs: &Inputs,
    seen: &[Images],
    seed: u64,
    bout: &Bout,
) -> Box<dyn Stimulus> {
    let Input::Image { max_rate_hz, .. } = &model.sleep.input else {
        return Box::new(SpikeList::new(&inputs.spikes, bout.start - Time::ZERO));
    };
    let rates = input_rates_hz(&inputs.pattern(seen), *max_rate_hz);
    Box::new(ImageNoise::new(
        &rates,
        patch(model, inputs),
        model.sleep.tick(),
        timing(model),
        seed,
        &bout.name,
    ))
}
