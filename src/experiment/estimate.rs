//! What a run will take, before it is run.

use std::fmt;

use serde::Serialize;

use crate::config::sleep_replay::{Input, SleepReplay, Weights, projection_name};
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::experiment::resource::PROGRAM_BYTES;
use crate::experiment::spiking;
use crate::mlp::images::Images;
use crate::protocol::hypnogram::Kind;
use crate::record::SPIKE_BYTES;
use crate::report::figure::Raster;
use crate::run::crew;
use crate::stimulus::image::expected_per_ms;

/// Expected size of one repetition.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Simulated time asleep, in seconds.
    pub sleep_s: f64,
    /// Spikes of the input layer.
    pub input_spikes: f64,
    /// Additions to membrane potentials that the input causes; hidden layers add their own.
    pub synaptic_events: f64,
    /// The most memory that the run takes, all seeds and the program included, in bytes.
    pub memory_bytes: f64,
    /// The run file, in bytes: input spikes and weights; hidden spikes add theirs.
    pub file_bytes: f64,
}

const WEIGHT_BYTES: f64 = 4.0;
/// Bytes of a pixel in memory: itself and, in sleep, its neuron with its rate, and the sum of rates up to it.
const STORED_BYTES: f64 = 4.0 + 16.0 + 8.0;
/// Networks of a seed that learn side by side: the one that sleeps and the controls.
const JOBS: usize = 4;
/// Copies of the weights that a seed keeps while it runs: what its first network, its night and its controls saved last.
/// This and the next three fit the peaks of the digits with one, three and six seeds on two threads within a twentieth.
const SEED_COPIES: f64 = 8.0;
/// Copies that every seed keeps to the end: what its night made of them.
const NIGHT_COPIES: f64 = 1.0;
/// Copies that a network at work takes: MLP, momentum, spiking network, weights before sleep, and what it saves of them.
const JOB_COPIES: f64 = 6.0;
/// Copies on their way into the checkpoint.
const FILE_COPIES: f64 = 8.0;
/// Copies where weights are given: MLP, spiking network, weights before sleep, and what is saved of them.
const GIVEN_COPIES: f64 = 8.0;
/// Bytes of a sampled value, single precision.
const SAMPLE_BYTES: f64 = 4.0;

/// Estimates one repetition of `model` on `inputs`.
///
/// # Errors
/// If the bouts last longer than the clock.
pub fn estimate(model: &SleepReplay, inputs: &Inputs) -> Result<Estimate, ExperimentError> {
    let bouts = model.bouts()?;
    let sleeps: Vec<_> = bouts
        .iter()
        .filter(|bout| bout.kind == Kind::Sleep)
        .collect();
    let input_spikes = match &model.sleep.input {
        Input::Spikes(_) => (inputs.spikes.len() * sleeps.len()) as f64,
        Input::Image { max_rate_hz, .. } => sleeps
            .iter()
            .map(|bout| {
                let seen = inputs.seen(bout.task);
                let pattern = inputs.pattern(seen);
                let rates = spiking::input_rates_hz(&pattern, *max_rate_hz);
                let heard = expected_per_ms(&rates, spiking::patch(model, inputs));
                // Patterns that are replayed are on average the mean of what was seen.
                let replayed = model.memory.as_ref().map_or((0.0, 0.0), |memory| {
                    let mean: f64 = Images::mean(seen).iter().map(|&x| f64::from(x)).sum();
                    (memory.share, memory.rate_hz(&model.sleep) * 1e-3 * mean)
                });
                let per_ms = (1.0 - replayed.0) * heard + replayed.0 * replayed.1;
                per_ms * bout.duration().as_ms()
            })
            .sum(),
    };
    let sizes = &model.mlp.layers;
    let weights = n_weights(model);
    let recorded_spikes = if model.record.spikes.contains(&0) {
        input_spikes
    } else {
        0.0
    };
    let snapshots = if model.record.weights_around_sleep {
        2.0 * sleeps.len() as f64
    } else {
        0.0
    };
    Ok(Estimate {
        sleep_s: sleeps
            .iter()
            .map(|bout| bout.duration().as_ms() * 1e-3)
            .sum(),
        input_spikes,
        synaptic_events: input_spikes * sizes[1] as f64,
        memory_bytes: memory_bytes(model, inputs),
        file_bytes: SPIKE_BYTES * recorded_spikes
            + snapshots * WEIGHT_BYTES * weights
            + instants_bytes(model)
            + states_bytes(model),
    })
}

/// Weights at instants, in bytes.
fn instants_bytes(model: &SleepReplay) -> f64 {
    let names = model.mlp.layer_names();
    let pairs = model.mlp.layers.windows(2).enumerate();
    let Some(recorded) = &model.record.weights else {
        return 0.0;
    };
    let weights = pairs
        .filter(|(l, _)| {
            let name = projection_name(&names, *l);
            recorded.projections.contains(&name)
        })
        .map(|(_, pair)| pair[0] as f64 * pair[1] as f64);
    WEIGHT_BYTES * weights.sum::<f64>() * recorded.instants.count(model.asleep()) as f64
}

/// Sampled states, in bytes.
fn states_bytes(model: &SleepReplay) -> f64 {
    let sampled = model.record.states.iter().map(|states| {
        let values = states.neurons.len() * states.variables.len();
        values as f64 * (model.asleep().as_ms() / states.every.as_ms())
    });
    SAMPLE_BYTES * sampled.sum::<f64>()
}

/// The most memory that a run of `model` on `inputs` takes, all seeds and the program included, in bytes.
pub fn memory_bytes(model: &SleepReplay, inputs: &Inputs) -> f64 {
    let seeds = model.seeds as usize;
    let copies = if inputs.given.is_some() {
        GIVEN_COPIES * crew::at_once(seeds) as f64
    } else {
        let each = JOBS + usize::from(model.compare.without_memory);
        let jobs = crew::at_once(each * seeds) as f64;
        SEED_COPIES * crew::at_once(seeds) as f64
            + NIGHT_COPIES * model.seeds as f64
            + JOB_COPIES * jobs
            + FILE_COPIES
    };
    let images: usize = inputs
        .train
        .iter()
        .chain(inputs.test.images())
        .map(|images| images.len())
        .sum();
    let images_bytes = images as f64 * model.mlp.layers[0] as f64;
    let figure_bytes = match model.output.figures {
        true => Raster::drawing_bytes(model.mlp.layers.len()),
        false => 0.0,
    };
    // When figures are drawn, most of the networks are gone.
    let stored_bytes = STORED_BYTES * n_stored(model, inputs);
    let work_bytes = copies * (WEIGHT_BYTES * n_weights(model) + stored_bytes)
        + batch_bytes(model, inputs, crew::at_once(JOBS * seeds));
    PROGRAM_BYTES + images_bytes + work_bytes.max(figure_bytes)
}

/// What so many networks that learn make of a batch: activations and errors, of no more images than there are.
fn batch_bytes(model: &SleepReplay, inputs: &Inputs, networks: usize) -> f64 {
    let Weights::Trained { training, .. } = &model.mlp.weights else {
        return 0.0;
    };
    let images: usize = inputs.train.iter().map(|images| images.len()).sum();
    let neurons: usize = model.mlp.layers.iter().sum();
    2.0 * WEIGHT_BYTES * (training.batch.min(images) * neurons * networks) as f64
}

/// Numbers in the memory of a network, at most.
fn n_stored(model: &SleepReplay, inputs: &Inputs) -> f64 {
    let stored = model.memory.as_ref().map_or(0, |memory| {
        let cached = inputs.train.iter();
        let cached = cached.map(|images| images.len().min(memory.encode));
        memory.capacity.min(cached.sum())
    });
    stored as f64 * model.mlp.layers[0] as f64
}

fn n_weights(model: &SleepReplay) -> f64 {
    let layers = model.mlp.layers.windows(2);
    layers.map(|pair| pair[0] as f64 * pair[1] as f64).sum()
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MB: f64 = 1e6;
        let Self {
            sleep_s,
            input_spikes,
            synaptic_events,
            memory_bytes,
            file_bytes,
        } = self;
        writeln!(f, "sleep            {sleep_s:.1} s of simulated time")?;
        writeln!(f, "input spikes     {input_spikes:.2e}")?;
        writeln!(
            f,
            "synaptic events  {synaptic_events:.2e} from the input layer"
        )?;
        writeln!(
            f,
            "memory           {:.1} MB at most, of all seeds and the program",
            memory_bytes / MB
        )?;
        writeln!(
            f,
            "run file         {:.1} MB and what deeper layers spike",
            file_bytes / MB
        )
    }
}
