//! Neuron models: pure numerics of one population, knowing neither network nor engine.
//!
//! A model is one file: its [`Spec`], what one neuron does as an [`individual::Dynamics`], and a [`Model`] whose
//! `build` is [`individual::build`]. A line in [`REGISTRY`] makes it known to model files, `sharpwave describe`, every
//! engine and the tests that hold for all models, with parameters per neuron, currents, checkpoints, samples and
//! [changes](alter) of its parameters; a test of its own compares it with an independent simulation.
//! `src/neuron/tests/perfect.rs` is an example.
//!
//! What is simulated most has a fast path besides: an own implementation of [`Neurons`] for neurons that share their
//! parameters, as [`lif`] has, and [`individual::Dynamics::fast`] that leads there. Its populations are structures of arrays, and calls are per row of synapses, never per
//! neuron, so that the loops inside are compiled for the model.

mod bin;
mod bytes;
mod cells;
mod expected;
mod factored;
mod horizon;
pub mod individual;
pub mod lif;
pub mod lif_adaptive;
pub mod lif_exp;
mod membrane;
pub mod poisson;
mod refractory;
pub mod relay;
pub mod rulkov;
mod state;
#[cfg(test)]
mod trial;

pub use bin::{Bin, Bins, Early};
pub use expected::EXPECTED;
pub use membrane::{E_L, V_TH};
pub use state::{AlterError, State, alter};

use std::collections::BTreeMap;

use crate::base::parameter::{Dimension, ParameterError, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::{PS_PER_MS, Time};

/// Weights of a sparse row.
#[derive(Debug, Clone, Copy)]
pub enum RowWeights<'a> {
    /// All synapses have this one.
    One(f64),
    /// Each has one of a table.
    Listed {
        /// The different weights.
        table: &'a [f64],
        /// Which of them each target has.
        numbers: &'a [u16],
    },
    /// One per target.
    Each(&'a [f32]),
}

impl RowWeights<'_> {
    /// The weight of target `k`.
    #[inline(always)]
    pub fn get(self, k: usize) -> f64 {
        match self {
            Self::One(weight) => weight,
            Self::Listed { table, numbers } => table[usize::from(numbers[k])],
            Self::Each(weights) => weights[k].into(),
        }
    }
}

impl<'a> RowWeights<'a> {
    /// So much of each of these weights, which may be put into `room`.
    pub fn times<'b>(self, share: f64, room: &'b mut Vec<f32>) -> RowWeights<'b> {
        room.clear();
        match self {
            Self::One(weight) => return RowWeights::One(share * weight),
            Self::Listed { table, numbers } => {
                let weights = numbers.iter().map(|&number| table[usize::from(number)]);
                room.extend(weights.map(|weight| (share * weight) as f32));
            }
            Self::Each(weights) => {
                let weights = weights.iter().map(|&weight| f64::from(weight));
                room.extend(weights.map(|weight| (share * weight) as f32));
            }
        }
        RowWeights::Each(room)
    }
}

/// What a population wants to know about every event of external noise: constants of its factored clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// 1/τ per picosecond, in which an event grows: the decay of what it adds to.
    pub rate_per_ps: f64,
    /// Where the membrane follows a current: δ = 1/τ_m − 1/τ_syn per picosecond.
    pub delta_per_ps: Option<f64>,
}

/// A piece of external noise: events in order, each to one neuron.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a> {
    /// Instant from which `offsets` count.
    pub origin: Time,
    /// Picoseconds from `origin` to each event.
    pub offsets: &'a [i64],
    /// Instant from which `growth` and `psi` count.
    pub start: Time,
    /// e^((t − start)/τ) of each event at t, with the rate of the population's [`Growth`].
    pub growth: &'a [f64],
    /// (e^(δ (t − start)) − 1)/δ in picoseconds, or t − start where δ = 0; empty where the population's [`Growth`] has
    /// no δ.
    pub psi: &'a [f64],
    /// Neuron of each event.
    pub targets: &'a [u16],
    /// What each adds.
    pub weights: EventWeights<'a>,
}

/// Weights of events.
#[derive(Debug, Clone, Copy)]
pub enum EventWeights<'a> {
    /// All events have this one.
    One(f64),
    /// Each event is of a class, and each class has a weight. All have one sign.
    Class {
        /// Class of each event.
        class: &'a [u8],
        /// Weight of each class.
        weight: &'a [f64],
    },
}

impl Events<'_> {
    /// The weight of event `k`.
    #[inline(always)]
    pub fn weight(&self, k: usize) -> f64 {
        match self.weights {
            EventWeights::One(weight) => weight,
            EventWeights::Class { class, weight } => weight[usize::from(class[k])],
        }
    }

    /// The instant of the last event that is taken in, if those up to and including `reached` are, or all.
    fn last(&self, reached: Option<usize>) -> Time {
        let last = reached.unwrap_or(self.offsets.len().saturating_sub(1));
        let offset = self.offsets.get(last).copied().unwrap_or_default();
        Time::from_ps(self.origin.ps().saturating_add(offset))
    }

    /// What comes after event `k`.
    pub fn after(mut self, k: usize) -> Self {
        self.offsets = &self.offsets[k + 1..];
        self.growth = &self.growth[k + 1..];
        self.psi = self.psi.get(k + 1..).unwrap_or(&[]);
        self.targets = &self.targets[k + 1..];
        if let EventWeights::Class { class, .. } = &mut self.weights {
            *class = &class[k + 1..];
        }
        self
    }
}

impl Growth {
    /// The fastest of its decays per picosecond.
    pub fn fastest(&self) -> f64 {
        self.rate_per_ps.max(self.delta_per_ps.unwrap_or(0.0).abs())
    }

    /// As that, of what both together grow by.
    pub fn fastest_sum(&self) -> f64 {
        self.rate_per_ps
            .max(self.rate_per_ps + self.delta_per_ps.unwrap_or(0.0))
    }

    /// Of neurons to which noise adds nothing that decays; the rate only says how short a batch is to come in segments.
    const OF_NOTHING: Self = Self {
        rate_per_ps: 1.0 / PS_PER_MS as f64,
        delta_per_ps: None,
    };
}

/// Something that a neuron has at every instant and that can be sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Name in model and run files (`v_m`).
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// One line on what it is.
    pub doc: &'static str,
}

/// The membrane potential, as most models have it.
pub const V_M: Variable = Variable {
    name: "v_m",
    dimension: Dimension::Voltage,
    doc: "membrane potential; the reset potential while refractory",
};

/// The threshold of a membrane, which forces may move.
pub const THRESHOLD: Variable = Variable {
    name: V_TH.name,
    dimension: Dimension::Voltage,
    doc: "spike threshold, as it was declared or as stages and forces have made it",
};

/// A state that cannot be kept, or that does not belong to this population.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It cannot be put into bytes.
    #[error("the state of the neurons cannot be written: {0}")]
    Unwritable(String),
    /// It is of another population.
    #[error("the state of the neurons does not fit: {0}")]
    Unfit(String),
}

/// A population of neurons of one model.
///
/// An instant goes: [`advance`](Self::advance) to it, [`receive`](Self::receive) every row that arrives,
/// [`fire`](Self::fire) once. So each neuron is tested once per instant, after all arrivals are in.
pub trait Neurons: Send + Sync {
    /// Number of neurons.
    fn size(&self) -> usize;

    /// Returns every neuron to rest at `t`, which becomes the origin of its clock: a stage run at t = 0 and at
    /// t = 8 h gives the same bits.
    fn reset(&mut self, t: Time);

    /// From here on draws from `stream`, where spikes come by chance; called where nothing has fired since the last
    /// [`reset`](Self::reset).
    fn renew(&mut self, stream: Stream) {
        let _ = stream;
    }

    /// Moves the population to `t`, not before any earlier instant.
    fn advance(&mut self, t: Time);

    /// Arrivals will come at these `instants`, at most [`EXPECTED`], in ascending order: what all of them need may be computed
    /// at once. It changes nothing but the time that it takes.
    fn expect(&mut self, instants: &[Time]) {
        let _ = instants;
    }

    /// Adds `gain · row[j]` to the input of every neuron j, for each row in turn. Rows have one weight per neuron.
    fn receive(&mut self, rows: &[&[f32]], gain: f64);

    /// Adds its weight to the input of each of `targets` in turn; one may stand there more than once. For populations
    /// of at most 65,536 neurons.
    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>);

    /// As [`advance`](Self::advance) to `t` and [`receive_row`](Self::receive_row), where nothing happens by itself up to
    /// `t`: [`next_due`](Self::next_due) lies behind it. Whether the population must be tested at `t`; if not, nothing is
    /// lost if it is not told to [`fire`](Self::fire), and what is due next has not changed.
    fn arrive(&mut self, t: Time, targets: &[u16], weights: RowWeights<'_>) -> bool {
        self.advance(t);
        self.receive_row(targets, weights);
        true
    }

    /// What to compute for each event of noise with weights of the sign of `weight`.
    fn growth(&self, weight: f64) -> Growth;

    /// Adds its weight to the target of each event at its own instant, without advancing, up to and including the first
    /// after which that target may fire; tells which that was. The caller advances to its instant, delivers what else
    /// arrives then, and lets the population fire. No event may lie beyond [`next_due`](Self::next_due).
    fn receive_events(&mut self, events: Events<'_>) -> Option<usize>;

    /// For what noise it pays that it comes by the [`Bin`], if for any. A population that says so has
    /// [`receive_bin`](Self::receive_bin) and what follows it.
    fn bins(&self) -> Option<Bins> {
        None
    }

    /// Adds, at the start of `bin`, all that comes in it to every neuron that cannot fire within it even with all of it, and
    /// appends the others to `apart`: theirs is left to come in order. Until the bin is over a neuron has then had more than
    /// it should: it is to be [taken back](Self::take_back) before the neuron is tested. Whether the population is to be
    /// tested at the start of the bin in any case.
    #[must_use]
    fn receive_bin(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) -> bool {
        let neurons = bin.first..bin.first + bin.sums.len();
        apart.extend(neurons.map(|j| j as u16));
        false
    }

    /// Where the stretch of time ends that `t` is in, if no bin may reach over the end of one (see [`Bins::stretch`]);
    /// [`Time::MAX`] if they may.
    fn stretch_end(&self, t: Time) -> Time {
        let _ = t;
        Time::MAX
    }

    /// Takes from neuron `j` what it has had too `early`.
    fn take_back(&mut self, j: u16, early: Early) {
        let _ = (j, early);
    }

    /// Neurons that, as far as is known, are to be tested at the instant last advanced to.
    fn suspects(&mut self) -> &[u16] {
        &[]
    }

    /// As [`sample`](Self::sample), had the neuron not had these events ahead of their time.
    fn sample_without(&self, early: &[Early], variable: usize, j: usize, t: Time) -> f64 {
        let _ = early;
        self.sample(variable, j, t)
    }

    /// From the instant last advanced to, `current_pa` flows into every neuron, in addition to the constant current of
    /// its parameters and in place of what was injected before. Nothing where there is no membrane.
    fn inject(&mut self, current_pa: f64) {
        let _ = current_pa;
    }

    /// The next instant at which the population changes by itself and wants to be advanced to: a crossing, a refractory
    /// end, a move of its clock.
    fn next_due(&self) -> Time;

    /// No neuron fires before this instant if nothing arrives. Unlike [`next_due`](Self::next_due) it passes over what
    /// can be made up for later.
    fn next_alone(&self) -> Time;

    /// Tests every neuron, resets those that fire at this instant and appends them to `fired` in ascending order.
    fn fire(&mut self, fired: &mut Vec<u32>);

    /// Membrane potential of neuron `j` at the instant last advanced to; 0 where there is no membrane.
    fn potential(&self, j: usize) -> f64 {
        let _ = j;
        0.0
    }

    /// Sets the membrane potential of neuron `j` at the instant last advanced to; if it was refractory it is no more. A
    /// neuron that is at or above its threshold then, or at a reset, fires at that instant: it is what
    /// [`next_due`](Self::next_due) and [`next_alone`](Self::next_alone) tell, and if nothing that arrives then pulls it
    /// down [`fire`](Self::fire) finds it.
    fn set_potential(&mut self, j: usize, v: f64) {
        let _ = (j, v);
    }

    /// The model's variable number `variable` (in the order of [`Model::variables`]) of neuron `j` at `t`, not before
    /// the instant last advanced to, if nothing happens until then; 0 where there is none.
    fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        let _ = (variable, j, t);
        0.0
    }

    /// A neuron whose state is NaN or infinite though it is not refractory, if there is one.
    fn non_finite(&self) -> Option<usize> {
        None
    }

    /// The state apart from the path and the parameters.
    fn state(&self) -> State;

    /// Takes on a state, whatever population of the model has had it, at its instant, and begins the clock there anew.
    /// Neurons that are at or above their threshold, or [due](State::due), fire at that instant.
    ///
    /// # Errors
    /// If it is of another model or of another number of neurons.
    fn set_state(&mut self, state: &State) -> Result<(), StateError>;

    /// All that changes while the population runs, as bytes.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, StateError>;

    /// Takes on a saved state of a population of this size and these parameters: bit for bit from this path, to rounding
    /// where neurons that all have the same parameters were or are on the path of those that have parameters of their own.
    ///
    /// # Errors
    /// If the bytes are no such state.
    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError>;
}

/// What a population is made from.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// Neurons.
    pub size: usize,
    /// Parameters that all of them share, by name.
    pub values: &'a Values,
    /// Parameters of which each has its own: one value per neuron, by name.
    pub each: &'a BTreeMap<&'static str, Vec<f64>>,
    /// What the neurons themselves draw from while they run.
    pub stream: Stream,
}

/// Builds a population.
pub type Build = fn(Setup<'_>) -> Result<Box<dyn Neurons>, ParameterError>;

/// A neuron model in the registry.
pub struct Model {
    /// The model as users see it.
    pub spec: &'static Spec,
    /// What weights onto it are measured in; `None` for a source, which nothing reaches.
    pub weight: Option<Dimension>,
    /// What can be sampled of it. A membrane potential, which has an initial value, stands first.
    pub variables: &'static [Variable],
    /// Builds a population; parameters that are missing take their defaults.
    pub build: Build,
    /// Parameters of which each neuron may have its own at no cost: populations that differ in nothing else go together.
    pub levels: &'static [&'static str],
    /// Bytes of a neuron in memory: its state and, where neurons have parameters of their own, its parameters.
    pub bytes: fn(own: bool) -> usize,
    /// A typical neuron.
    pub example: Example,
}

/// A typical neuron of a model: what tests and benchmarks that know no model by its name are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Its parameters, by name; others take their defaults.
    pub values: &'static [(&'static str, f64)],
    /// A weight that makes it fire when it arrives at rest, at once or later; 0 for a source, which nothing reaches.
    pub weight: f64,
}

impl Example {
    /// Its parameters.
    pub fn values(&self) -> Values {
        self.values.iter().copied().collect()
    }
}

impl Model {
    /// Whether a current moves its neurons.
    pub fn has_capacitance(&self) -> bool {
        let mut parameters = self.spec.parameters.iter();
        parameters.any(|parameter| parameter.dimension() == Dimension::Capacitance)
    }
}

/// Every neuron model.
pub static REGISTRY: &[&Model] = &[
    &lif::MODEL,
    &lif_adaptive::MODEL,
    &lif_exp::MODEL,
    &poisson::MODEL,
    &relay::MODEL,
    &rulkov::MODEL,
];

/// Every model as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|model| model.spec).collect()
}

/// The model called `name`.
///
/// # Errors
/// If there is none.
pub fn model(name: &str) -> Result<&'static Model, ParameterError> {
    let model = REGISTRY.iter().find(|model| model.spec.name == name);
    model
        .copied()
        .ok_or_else(|| ParameterError::UnknownModel(name.into()))
}

/// A population of `size` neurons of the model called `name` that share their parameters.
///
/// # Errors
/// If there is no such model, or a value is missing or out of range.
pub fn build(name: &str, size: usize, values: &Values) -> Result<Box<dyn Neurons>, ParameterError> {
    (model(name)?.build)(Setup {
        size,
        values,
        each: &BTreeMap::new(),
        stream: Stream::new(0, "neurons", 0),
    })
}

#[cfg(test)]
mod tests;
