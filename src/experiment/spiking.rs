//! The spiking network that a trained MLP becomes for one sleep, its noise, and the way back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::matrix::Matrix;
use crate::base::time::{Duration, Time};
use crate::config;
use crate::config::sleep_replay::{
    Conversion, Input, Patch, SleepReplay, Statistics, projection_name,
};
use crate::engine::error::SimulationError;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::mlp::conversion::{self, Calibration, ConversionError};
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::network::Given;
use crate::network::plan::NetworkPlan;
use crate::protocol::hypnogram::Bout;
use crate::stimulus::Stimulus;
use crate::stimulus::image::{self, ImageNoise, Timing};
use crate::stimulus::spike_list::SpikeList;
use crate::synapse::dense::Dense;

/// Name of what drives the input layer.
pub const STIMULUS: &str = "image";

/// What a spike of the stimulus adds: any weight makes a relay fire.
pub const WEIGHT: f64 = 1.0;

/// The published step, which is also the period of an image without a window.
const STEP: Duration = Duration::from_ps(crate::base::time::PS_PER_MS);

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

/// How often the input draws: the grid's step, or the window's period in continuous time (the published millisecond
/// without a window).
fn tick(model: &SleepReplay, window: Option<Patch>) -> Duration {
    model
        .sleep
        .grid
        .or(window.map(|window| window.period))
        .unwrap_or(STEP)
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
    let ticks = (window.period.ps() / tick(model, Some(*window)).ps()) as u64;
    Some(image::Patch {
        ticks,
        side: window.side,
        width: inputs.width,
        height: inputs.height,
    })
}

/// What drives the input layer during `bout`, after the tasks `seen`.
pub fn stimulus(
    model: &SleepReplay,
    inputs: &Inputs,
    seen: &[Images],
    seed: u64,
    bout: &Bout,
) -> Box<dyn Stimulus> {
    let Input::Image {
        max_rate_hz,
        patch: window,
        ..
    } = &model.sleep.input
    else {
        return Box::new(SpikeList::new(&inputs.spikes, bout.start - Time::ZERO));
    };
    let rates = input_rates_hz(&inputs.pattern(seen), *max_rate_hz);
    let timing = if model.sleep.grid.is_some() {
        Timing::Grid
    } else {
        Timing::Continuous
    };
    let tick = tick(model, *window);
    Box::new(ImageNoise::new(
        &rates,
        patch(model, inputs),
        tick,
        timing,
        seed,
        &bout.name,
    ))
}
