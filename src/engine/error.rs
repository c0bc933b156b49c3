//! What a simulation refuses to do.

use std::fmt;

use crate::base::legible::legible;
use crate::base::parameter::ParameterError;
use crate::base::stop::Stopped;
use crate::base::suggest;
use crate::base::time::{Duration, Time};
use crate::connection::RuleError;
use crate::network::PathError;
use crate::network::plan::dense::DenseError;
use crate::neuron::AlterError;
use crate::plasticity::BuildError;
use crate::synapse::rows::TooMany;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A population.
    Population,
    /// A projection.
    Projection,
    /// A stimulus.
    Stimulus,
    /// A modulator.
    Modulator,
    /// A slow force on weights.
    Homeostasis,
    /// What sets off pulses.
    Trigger,
    /// A variable of a population's neurons.
    Variable,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Population => "population",
            Self::Projection => "projection",
            Self::Stimulus => "stimulus",
            Self::Modulator => "modulator",
            Self::Homeostasis => "homeostasis",
            Self::Trigger => "trigger",
            Self::Variable => "variable",
        })
    }
}

/// A question or a change that does not fit the network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// A name that nothing has.
    #[error("there is no {kind} `{name}`{}", help(name, known))]
    Unknown {
        /// What was looked for.
        kind: Kind,
        /// Under which name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A name that something has already.
    #[error("there is a {kind} `{name}` already")]
    Taken {
        /// What has it.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// A neuron beyond the end of its population.
    #[error("population `{population}` has no neuron {neuron}, expected one below {size}")]
    NoNeuron {
        /// The population.
        population: String,
        /// The neuron.
        neuron: u32,
        /// Neurons that there are.
        size: u32,
    },
    /// A stimulus that is there while it is on, without pulses.
    #[error("stimulus `{name}` does not come in pulses")]
    NoPulses {
        /// Its name.
        name: String,
    },
    /// A trigger that cannot end a bout.
    #[error("a bout that is to end by the trigger `{trigger}`: it {reason}")]
    Until {
        /// Its name.
        trigger: String,
        /// Why not, as the rest of a sentence that begins with it.
        reason: &'static str,
    },
    /// The weights of a sparse projection, which are merged with those of others.
    #[error("projection `{projection}` is sparse: its weights cannot be read or set as a matrix")]
    Sparse {
        /// The projection.
        projection: String,
    },
    /// Synapses that do not learn, which are merged with those of other projections.
    #[error(
        "the synapses of projection `{projection}` do not learn: their weights cannot be read or set"
    )]
    Static {
        /// The projection.
        projection: String,
    },
    /// A matrix, whose synapses are not listed.
    #[error(
        "projection `{projection}` is a matrix: expected to have its weights read and set as one"
    )]
    Dense {
        /// The projection.
        projection: String,
    },
    /// Weights for more or fewer synapses than there are.
    #[error(
        "projection `{projection}`: found {found} weights, expected {expected}, one for each synapse"
    )]
    Synapses {
        /// The projection.
        projection: String,
        /// Weights given.
        found: usize,
        /// Synapses.
        expected: usize,
    },
    /// A weight outside the bounds of the rule that changes it.
    #[error(
        "projection `{projection}`: the weight from {source_neuron} to {target_neuron} is {}, expected {} to {}, \
         the bounds of its rule",
        legible(*.value), legible(*.low), legible(*.high)
    )]
    OutOfBounds {
        /// The projection.
        projection: String,
        /// Source of the synapse.
        source_neuron: u32,
        /// Its target.
        target_neuron: u32,
        /// Its weight.
        value: f64,
        /// The smallest allowed.
        low: f64,
        /// The largest allowed.
        high: f64,
    },
    /// A matrix that does not fit its projection.
    #[error(
        "projection `{projection}`: found {} x {} weights (targets x sources), expected {target} x {source_size}",
        found.0, found.1
    )]
    Shape {
        /// The projection.
        projection: String,
        /// Targets and sources of the weights found.
        found: (usize, usize),
        /// Neurons of the target population.
        target: usize,
        /// Neurons of the source population.
        source_size: usize,
    },
    /// A weight that is no number.
    #[error(
        "projection `{projection}`: the weight from {source_neuron} to {target_neuron} is {value}, expected a finite number"
    )]
    NotFinite {
        /// The projection.
        projection: String,
        /// Source of the synapse.
        source_neuron: usize,
        /// Its target.
        target_neuron: usize,
        /// Its weight.
        value: f32,
    },
    /// A stimulus given from outside, which the network cannot begin by itself.
    #[error(
        "the stimulus `{name}` was given from outside: expected it to be given again, it cannot be switched on"
    )]
    Given {
        /// The stimulus.
        name: String,
    },
    /// A rate that is none.
    #[error(
        "the rate of the stimulus `{name}` is {} Hz, expected from 0 to less than one spike per picosecond, the clock's tick",
        legible(*.rate_hz)
    )]
    Rate {
        /// The stimulus.
        name: String,
        /// The rate.
        rate_hz: f64,
    },
    /// A stimulus that has no rate, or one that cannot be set.
    #[error("the stimulus `{name}` {}", no_rate(.name, *.is_drawn))]
    NoRate {
        /// The stimulus.
        name: String,
        /// Whether it has one by which it draws its spikes.
        is_drawn: bool,
    },
    /// A network that exploded within a window cannot go on.
    #[error(
        "the network exploded at {now} and cannot go on; expected a bout that keeps its weights alone"
    )]
    Exploded {
        /// When.
        now: Time,
    },
    /// An amount that is no number.
    #[error("`{name}`: found {value}, expected a finite number")]
    Amount {
        /// What it is of.
        name: String,
        /// The amount.
        value: f64,
    },
    /// A number that cannot change, or not so.
    #[error("{0}{help}", help = .0.help().map_or_else(String::new, |help| format!("; {help}")))]
    Path(#[from] PathError),
    /// Neurons that cannot be what they are to become.
    #[error("population `{population}` cannot be altered: {error}")]
    Altered {
        /// The population.
        population: String,
        /// What is wrong.
        error: AlterError,
    },
    /// Neurons that cannot have the thresholds that a force may bring them to.
    #[error(
        "`homeostasis.{force}` may bring thresholds to {height} times what they are: {error}\n  \
         help: `low` and `high` bound what is drawn, `lowest` and `highest` what the force does"
    )]
    Height {
        /// The force.
        force: String,
        /// How many times.
        height: f64,
        /// What is wrong.
        error: Box<SimulationError>,
    },
    /// A ramp or a step of no length.
    #[error("a ramp of {length} in steps of {step}, expected both above 0")]
    Ramp {
        /// How long it is.
        length: Duration,
        /// Its longest step.
        step: Duration,
    },
    /// A change at another instant than the one at hand.
    #[error("a change at {at} while the network stands at {now}, expected one at that instant")]
    NotNow {
        /// When it was to be.
        at: Time,
        /// When the network is.
        now: Time,
    },
}

fn help(name: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = suggest::help(name, &known);
    help.map_or_else(String::new, |help| format!("; {help}"))
}

/// Why a network cannot be assembled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AssemblyError {
    /// A parameter.
    #[error("population `{population}`: {error}")]
    Parameter {
        /// The population.
        population: String,
        /// What is wrong.
        error: ParameterError,
    },
    /// A plasticity rule, or the synapses that it is to change.
    #[error("projection `{projection}`: {error}")]
    Plasticity {
        /// The projection.
        projection: String,
        /// What is wrong.
        error: BuildError,
    },
    /// A slow force on weights.
    #[error("homeostasis: {error}")]
    Homeostasis {
        /// What is wrong.
        error: ParameterError,
    },
    /// A dense projection.
    #[error("projection `{projection}`: {error}")]
    Dense {
        /// The projection.
        projection: String,
        /// What is wrong.
        error: DenseError,
    },
    /// A connection rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Its watcher said so.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A stimulus, or thresholds that a force may bring neurons to.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// More synapses or delays than can be numbered.
    #[error("projections from `{source_population}` onto `{target}`: {cause}")]
    TooMany {
        /// The source population.
        source_population: String,
        /// First of the target populations.
        target: String,
        /// What there is too much of.
        cause: TooMany,
    },
    /// More pairs of populations than arrivals can number.
    #[error("projections join more than {most} pairs of populations in one lane")]
    TooManyPairs {
        /// Most.
        most: usize,
    },
    /// Spikes would arrive within the window in which they are emitted.
    #[error(
        "projections from `{source_population}`: found some synapses without delay among others that have one, expected \
         all delays to be 0 or none"
    )]
    NoLookahead {
        /// The source population.
        source_population: String,
    },
    /// Spikes that would reach themselves within one instant.
    #[error(
        "projections without delay form a loop: {}; expected a delay on at least one of them",
        .0.join(" -> ")
    )]
    Loop(Vec<String>),
    /// Too few lanes to number the neurons in them.
    #[error(
        "`engine.lanes` is {lanes}, expected at least {least} for {neurons} neurons of one kind: a lane numbers 65536"
    )]
    TooFewLanes {
        /// What was asked for.
        lanes: u32,
        /// What is needed.
        least: u64,
        /// Neurons of the kind.
        neurons: u64,
    },
}

/// A saved state that does not belong to a network, or cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state does not fit the network: {0}")]
pub struct StateError(pub String);

impl From<crate::neuron::StateError> for StateError {
    fn from(error: crate::neuron::StateError) -> Self {
        Self(error.to_string())
    }
}

impl From<crate::plasticity::learn::StateError> for StateError {
    fn from(error: crate::plasticity::learn::StateError) -> Self {
        Self(error.to_string())
    }
}

/// Why nobody sets the rate of the stimulus `name`.
fn no_rate(name: &str, is_drawn: bool) -> String {
    match is_drawn {
        true => format!(
            "goes up and down, and no other rate can be set for all bouts\n  help: an alteration of `stimulus.{name}.rate` holds until the \
             next bout"
        ),
        false => "has no rate".to_owned(),
    }
}
