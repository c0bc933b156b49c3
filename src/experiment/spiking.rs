//! The spiking network that a trained MLP becomes for one sleep, its noise, and the way back.

use std::collections::BTreeMap;

use crate::base::parameter::Values;
use crate::base::time::{Duration, Time};
use crate::config::sleep_replay::{
    Conversion, Input, Patch, SleepReplay, Statistics, projection_name,
};
use crate::experiment::inputs::Inputs;
use crate::mlp::conversion::{self, ConversionError, Method};
use crate::mlp::images::Images;
use crate::mlp::perceptron::{Layer, Mlp};
use crate::network::dense::{DenseProjection, Plasticity};
use crate::network::recurrent::{Population, Recurrent};
use crate::neuron::relay;
use crate::protocol::hypnogram::Bout;
use crate::stimulus::Stimulus;
use crate::stimulus::image::{self, ImageNoise, Timing};
use crate::stimulus::spike_list::SpikeList;
use crate::synapse::dense::Dense;

/// Name of what drives the input layer.
pub const STIMULUS: &str = "image";

/// What a spike of the stimulus adds: any weight makes a relay fire.
pub const WEIGHT: f32 = 1.0;

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

/// The network: the input layer as relays, every other layer of the model's neurons, dense projections of the MLP's
/// weights without delay, plastic where the model says so. `seed` is that of the repetition.
pub fn network(model: &SleepReplay, seed: u64, mlp: &Mlp, gains: &[f64]) -> Recurrent {
    let names = model.mlp.layer_names();
    let sizes = mlp.sizes();
    let population = |l: usize, model: &'static str, values: Values| Population {
        name: names[l].clone(),
        size: sizes[l] as u32,
        model,
        values,
        each: BTreeMap::new(),
        v_m: None,
    };
    let mut populations = vec![population(0, relay::SPEC.name, Values::new())];
    for (l, values) in model.neuron.layers.iter().enumerate() {
        populations.push(population(l + 1, model.neuron.model.name, values.clone()));
    }
    let projection = |(l, layer): (usize, &Layer)| DenseProjection {
        name: projection_name(&names, l),
        source: l,
        target: l + 1,
        weights: Dense::from_matrix(layer.weights.view()),
        gain: gains[l],
        axonal_delay: Duration::ZERO,
        plasticity: model.plasticity.layers[l].clone().map(|values| Plasticity {
            rule: model.plasticity.rule.name,
            values,
        }),
    };
    Recurrent {
        seed,
        lanes: None,
        populations,
        projections: Vec::new(),
        dense: mlp.layers.iter().enumerate().map(projection).collect(),
        noise: Vec::new(),
        currents: Vec::new(),
        spikes: Vec::new(),
    }
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
