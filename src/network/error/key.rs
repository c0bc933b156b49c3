//! Which key of a table does not fit.

use super::Problem;

impl Problem {
    /// The key that it is about, if it is one alone.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Size(_) => Some("size"),
            Self::UnknownPopulation { key, .. }
            | Self::Delay { key, .. }
            | Self::Missing { key, .. }
            | Self::NotPlaced { key, .. }
            | Self::Apart { key, .. }
            | Self::BeforePulse { key, .. }
            | Self::UnknownTrigger { key, .. }
            | Self::Unfit { key, .. } => Some(key),
            Self::Layout(fault) => Some(fault.key()),
            Self::Oscillation(fault) => Some(fault.key()),
            Self::NoTarget
            | Self::ManyTargets(_)
            | Self::TargetTwice(_)
            | Self::OntoSource { .. }
            | Self::Units { .. }
            | Self::NoCapacitance { .. } => Some("target"),
            Self::NoPotential(_)
            | Self::Potential(_)
            | Self::Potentials { .. }
            | Self::AboveThreshold { .. } => Some("v_m"),
            Self::Weight(_) => Some("weight"),
            Self::UnknownModulator { .. } | Self::NoModulator(_) => Some("modulator"),
            Self::NotLearning { .. } | Self::Rewired { .. } | Self::NoProjection => {
                Some("projection")
            }
            Self::Pupils(..) => Some("teacher"),
            Self::NoMatrix { .. } => Some("of"),
            Self::NotBack { .. } => Some("source"),
            Self::NoDelay(_) => Some("axonal_delay"),
            Self::NoPeriod(_) => Some("every"),
            Self::Silent(_)
            | Self::NoPopulation
            | Self::PopulationTwice(_)
            | Self::NoThreshold { .. } => Some("population"),
            Self::Height { height, .. } => Some(match *height < 1.0 {
                true => "lowest",
                false => "highest",
            }),
            Self::NoLatency(_) => Some("latency"),
            Self::Probability(_) => Some("probability"),
            Self::Driven { .. } => Some("neurons"),
            Self::Groups { .. } => Some("groups"),
            Self::NoReleaseDelay(_) => Some("delay"),
            Self::Kinetics { key, .. } | Self::OutOfReach { key, .. } | Self::WholeMatrix(key) => {
                Some(key)
            }
            Self::NotRead { .. } => Some("file"),
            Self::Parameter(error) => error.parameter(),
            Self::Rule(error) => Some(error.key()),
            Self::Learn(error) => Some(error.key()),
            Self::Name(_)
            | Self::Twice
            | Self::TooManyTargets
            | Self::UnknownEntry { .. }
            | Self::Dense(_)
            | Self::Early { .. }
            | Self::Neuron { .. }
            | Self::Path(_) => None,
        }
    }
}
