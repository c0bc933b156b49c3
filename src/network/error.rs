//! What does not fit in the description of a network, and where.

mod help;
mod key;
mod place;

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError};
use crate::base::shown::quoted;
use crate::base::time::{Duration, Time, TimeRangeError};
use crate::connection::RuleError;
use crate::network::plan::dense::DenseError;
use crate::network::{LayoutFault, OscillationFault, PathError};
use crate::plasticity::LearnError;
use help::onto;
pub use place::{Part, Place};

/// A network that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {problem}{help}", help = .problem.help().map_or(String::new(), |help| format!("\n  help: {help}")))]
pub struct NetworkError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: Box<Problem>,
}

impl NetworkError {
    /// `problem` of the part called `name`.
    pub(super) fn new(part: Part, name: &str, problem: Problem) -> Self {
        Self {
            place: Place {
                part,
                name: name.into(),
                key: problem.key(),
            },
            problem: Box::new(problem),
        }
    }
}

/// What is wrong with a part of a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A name that files and figures cannot show.
    #[error("found the name {}, expected letters, digits, `_` and `-`", quoted(.0))]
    Name(String),
    /// Two parts of one name.
    #[error("found two of this name, expected each once")]
    Twice,
    /// No neurons, or more than are numbered.
    #[error("`size` is {0}, expected 1 to {most}", most = LARGEST)]
    Size(u32),
    /// A population that there is not.
    #[error("`{key}` names `{found}`, expected the name of a population")]
    UnknownPopulation {
        /// `source` or `target`.
        key: &'static str,
        /// What was named.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A modulator that there is not.
    #[error("`modulator` names `{found}`, expected the name of a modulator")]
    UnknownModulator {
        /// What was named.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// An oscillation, or a stimulus that follows one.
    #[error(transparent)]
    Oscillation(#[from] OscillationFault),
    /// A number that is said to change while the network runs, and does not.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A projection that there is not, or whose weights do not learn.
    #[error("`projection` names `{found}`, expected the name of a projection with `plasticity`")]
    NotLearning {
        /// What was named.
        found: String,
        /// Those that learn.
        known: Vec<String>,
    },
    /// A projection that there is not, or that has no matrix.
    #[error("`of` names `{found}`, expected the name of a projection with `rule = \"weights\"`")]
    NoMatrix {
        /// What was named.
        found: String,
        /// Those that have one.
        known: Vec<String>,
    },
    /// A matrix that does not lead back.
    #[error(
        "`source` and `target` are not those of `{of}` the other way, expected `{from}` and `{target}`"
    )]
    NotBack {
        /// The projection that has the matrix.
        of: String,
        /// Its target.
        from: String,
        /// Its source.
        target: String,
    },
    /// Spikes that come back at once.
    #[error("`axonal_delay` is {0}, expected more than 0")]
    NoDelay(Duration),
    /// A projection whose synapses cannot come and go.
    #[error(
        "`projection` names {found}, expected one sparse projection, with delays that are given or drawn, and with one delay for all beside \
         `short_term`"
    )]
    Rewired {
        /// What was named, in words.
        found: String,
    },
    /// Some neurons of a matrix.
    #[error(
        "`{0}` is given for a matrix, whose weights all learn, expected a projection with synapses in rows"
    )]
    WholeMatrix(&'static str),
    /// A number of a force that its projection never reaches.
    #[error("`{key}` is {}, expected at most {}, {why}", legible(*.value), legible(*.most))]
    OutOfReach {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// What can be reached.
        most: f64,
        /// Why.
        why: &'static str,
    },
    /// A force on neurons without populations.
    #[error("`population` names no population, expected at least one")]
    NoPopulation,
    /// A population named twice.
    #[error("`population` names `{0}` twice, or another force of the kind does")]
    PopulationTwice(String),
    /// Neurons whose threshold cannot move.
    #[error(
        "`population` names `{population}`, whose neurons (`{model}`) have no threshold `v_th`"
    )]
    NoThreshold {
        /// The population.
        population: String,
        /// Its neuron model.
        model: &'static str,
    },
    /// Neurons that would be impossible where a force may bring them.
    #[error(
        "neurons of `{population}` would be impossible with thresholds {} times as high above rest: {error}",
        legible(*.height)
    )]
    Height {
        /// The population.
        population: String,
        /// How high.
        height: f64,
        /// Why not.
        error: ParameterError,
    },
    /// A force without projections.
    #[error("`projection` names no projection, expected at least one")]
    NoProjection,
    /// A force that acts all the time.
    #[error("`every` is {0}, expected more than 0")]
    NoPeriod(Duration),
    /// A teacher that is not there for every target.
    #[error("`teacher` has {0} neurons, expected one for each of {1} targets")]
    Pupils(u32, u32),
    /// A rule without the modulator that it reads.
    #[error("needs `modulator`: the rule `{0}` changes weights as far as it is there")]
    NoModulator(&'static str),
    /// A modulator that is released at once.
    #[error("`delay` is {0}, expected more than 0")]
    NoReleaseDelay(Duration),
    /// A number of a modulator that is out of range.
    #[error("`{key}` is {}, expected {expected}", legible(*.value))]
    Kinetics {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// A model, rule or kind that there is not.
    #[error("found `{found}`, expected the name of a registered model, rule or kind")]
    UnknownEntry {
        /// What was named.
        found: String,
        /// What it may be a slip of.
        help: Option<String>,
    },
    /// No target.
    #[error("`target` names no population, expected at least one")]
    NoTarget,
    /// More targets than one where one is expected.
    #[error("`target` names {0} populations, expected one")]
    ManyTargets(usize),
    /// A target named twice.
    #[error("`target` names population `{0}` twice")]
    TargetTwice(String),
    /// More targets than 32 bits count.
    #[error("more targets than 32 bits count, expected at most {most}", most = u32::MAX)]
    TooManyTargets,
    /// A parameter.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A connection that no graph can meet.
    #[error("{}", .0.reason())]
    Rule(#[from] RuleError),
    /// Positions that cannot be.
    #[error(transparent)]
    Layout(#[from] LayoutFault),
    /// Neurons of which it is not known where they lie.
    #[error(
        "`{key}` needs to know where neurons lie, and population `{population}` has no `positions`"
    )]
    NotPlaced {
        /// The rule or the delay.
        key: &'static str,
        /// The population.
        population: String,
    },
    /// Populations between which there is no distance.
    #[error(
        "`{key}` needs distances, and the positions of `{source_name}` and `{target_name}` have {what}; expected the same of \
         both"
    )]
    Apart {
        /// The rule or the delay.
        key: &'static str,
        /// The source population.
        source_name: String,
        /// The target population.
        target_name: String,
        /// In what they differ.
        what: String,
    },
    /// Synapses that a plasticity rule cannot change.
    #[error(transparent)]
    Learn(LearnError),
    /// A matrix of weights that does not fit.
    #[error(transparent)]
    Dense(#[from] DenseError),
    /// Neurons that nothing can reach.
    #[error(
        "`target` names population `{population}`, whose neurons (`{model}`) only send spikes; expected a population that \
         spikes can reach"
    )]
    OntoSource {
        /// The population.
        population: String,
        /// Its neuron model.
        model: &'static str,
    },
    /// Targets whose weights are measured in different units.
    #[error(
        "`target` names populations whose weights differ: {}, {}; expected one unit for all of them",
        onto(.first), onto(.second)
    )]
    Units {
        /// One population, its neuron model, and what weights onto it are measured in.
        first: (String, &'static str, Dimension),
        /// Another.
        second: (String, &'static str, Dimension),
    },
    /// Neurons that a current would not move.
    #[error(
        "`target` names population `{population}`, whose neurons (`{model}`) have no capacitance that a current could charge"
    )]
    NoCapacitance {
        /// The population.
        population: String,
        /// Its neuron model.
        model: &'static str,
    },
    /// A potential for neurons that have none.
    #[error("`v_m`: neurons of the model `{0}` have no potential to start from")]
    NoPotential(&'static str),
    /// A potential at the start that is no number.
    #[error("`v_m` is {0}, expected a finite number")]
    Potential(f64),
    /// Potentials at the start of another number of neurons.
    #[error("`v_m`: {found}, expected {n} in all")]
    Potentials {
        /// What there is.
        found: String,
        /// Neurons of the population.
        n: u32,
    },
    /// A potential at the start above the threshold.
    #[error("`v_m` reaches {} mV, expected at most the threshold `v_th`, {} mV", legible(*.highest), legible(*.v_th))]
    AboveThreshold {
        /// The highest potential that neurons may start from.
        highest: f64,
        /// The threshold.
        v_th: f64,
    },
    /// A weight that single precision does not hold, or no number.
    #[error("`weight` is {0:e}, expected a finite number, at most {most:e} in magnitude", most = f32::MAX)]
    Weight(f64),
    /// A delay beyond the clock, or negative.
    #[error("`{key}`: {cause}")]
    Delay {
        /// Which delay.
        key: &'static str,
        /// What the clock says.
        cause: TimeRangeError,
    },
    /// A key that the way of connecting needs.
    #[error("needs `{key}`: {what}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it is.
        what: &'static str,
    },
    /// A key that does not go with the way of connecting.
    #[error("`{key}` does not go with {with}")]
    Unfit {
        /// The key.
        key: &'static str,
        /// What it does not go with.
        with: &'static str,
    },
    /// A trigger that there is not.
    #[error("`{key}` names `{found}`, expected the name of a table [trigger.NAME]")]
    UnknownTrigger {
        /// The key.
        key: &'static str,
        /// What was named.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A population that never fires.
    #[error(
        "`population` names `{0}`, which never fires: its neurons have no input and do not fire by themselves"
    )]
    Silent(String),
    /// A detector that tells at once.
    #[error("`latency` is {0}, expected more than 0")]
    NoLatency(Duration),
    /// A probability that is none.
    #[error("`probability` is {0}, expected 0 to 1")]
    Probability(f64),
    /// A time before what sets off a pulse.
    #[error("`{key}` is {time}, expected 0 or more")]
    BeforePulse {
        /// The key.
        key: &'static str,
        /// Its value.
        time: Duration,
    },
    /// Pulses onto neurons that there are not.
    #[error("neuron {neuron} is driven, expected neurons below {size}")]
    Driven {
        /// The last neuron.
        neuron: u32,
        /// Neurons of the population.
        size: u32,
    },
    /// Groups of different sizes.
    #[error("`groups` is {groups}, expected a divisor of the number of neurons, {driven}")]
    Groups {
        /// How many.
        groups: u32,
        /// Neurons that are driven.
        driven: u32,
    },
    /// Data that are still in a file.
    #[error("`{file}` has not been read, expected the data of the network to be here")]
    NotRead {
        /// The file.
        file: String,
    },
    /// Spikes before a stimulus is switched on.
    #[error("a spike of neuron {neuron} at {at}, expected times of 0 or more")]
    Early {
        /// The neuron.
        neuron: u32,
        /// When.
        at: Time,
    },
    /// Spikes of neurons that there are not.
    #[error("a spike of neuron {neuron}, expected neurons below {size}")]
    Neuron {
        /// The neuron.
        neuron: u32,
        /// Neurons of the population.
        size: u32,
    },
}

/// Most neurons of a population: those of a network are numbered with 32 bits.
pub const LARGEST: u32 = 1 << 31;
