//! The spiking network that a trained MLP becomes for one sleep, its noise, and the way back.

use std::sync::Arc;

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
use crate::mlp::conversion::{self, ConversionError, Method};
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

/// Gain of every layer after the input, from weights and images as the model asks.
///
/// # Errors
/// If a layer has nothing positive to scale by.
pub fn gains(model: &SleepReplay, mlp: &Mlp, seen: &[Images]) -> Result<Vec<f64>, ConversionError> {
    match &model.conversion {
        Conversion::Gain(gains) => Ok(gains.clone()),
        Conversion::DataMax { statistics, scale } => {
            let images = match statistics {
                Statistics::SeenTasks => seen,
                Statistics::CurrentTask => &seen[seen.len().saturating_sub(1)..],
            };
            Ok(conversion::gains(
                *scale,
                &Method::DataMax.factors(mlp, images)?,
            ))
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
