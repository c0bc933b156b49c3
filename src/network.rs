//! Populations and projections tied together, and what drives them: by name, before anything is drawn.
//!
//! A [`Network`] is the one description that model files are read into, programs build, and engines assemble. Nothing in it
//! is an index: parts name each other, and [`Network::check`] finds every name that does not fit.

mod build;
pub mod check;
pub mod error;
pub mod homeostasis;
mod layout;
pub mod level;
pub mod modulator;
pub mod oscillation;
pub mod path;
// What engines assemble, with indices in place of names: public for tests that simulate it naively.
#[doc(hidden)]
pub mod plan;
pub mod population;
pub mod projection;
pub mod stimulus;
pub mod trigger;

pub use build::{DELAY_RESOLUTION, IntoDistribution, ProjectionBuilder};
pub use error::{NetworkError, Part, Place, Problem};
pub use homeostasis::Homeostasis;
pub use layout::{AXES, Layout, LayoutFault, PositionFile};
pub use modulator::Modulator;
pub use oscillation::{Oscillation, OscillationFault, Swings};
pub use path::{Changeable, ParameterPath, PathError};
pub use population::Population;
pub use projection::{Choice, Connection, Delay, EdgeFile, Given, LayerFile, Learning, Projection};
pub use stimulus::{Data, Stimulus};
pub use trigger::{Pulses, Trigger};

use std::collections::BTreeSet;

use crate::plasticity::homeostasis::{ActsOn, acts_on};

/// Populations tied by projections, driven from outside.
///
/// Values are in held units: milliseconds, millivolts, picoamperes, picofarads, hertz.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    /// Seed of everything that is drawn: connectivity, weights, delays, initial states, stimuli.
    pub seed: u64,
    /// Parts that advance side by side, at least 1; `None` for a number that fits the caches. Each draws its noise from a
    /// stream of its own, and synapses that learn catch up lane by lane, which rounds, so their number is part of the network,
    /// unlike the number of threads.
    pub lanes: Option<u32>,
    /// Populations, names unique.
    pub populations: Vec<Population>,
    /// Projections, names unique.
    pub projections: Vec<Projection>,
    /// Stimuli, names unique.
    pub stimuli: Vec<Stimulus>,
    /// Modulators, names unique.
    pub modulators: Vec<Modulator>,
    /// Slow forces on weights, names unique.
    pub homeostasis: Vec<Homeostasis>,
    /// Numbers that will change while it runs. Their populations and projections are kept apart from others that are alike:
    /// static weights can change for no other reason, and neurons change faster.
    pub changing: BTreeSet<ParameterPath>,
    /// What sets off pulses, names unique.
    pub triggers: Vec<Trigger>,
    /// What is imposed on stimuli, names unique.
    pub oscillations: Vec<Oscillation>,
}

impl Network {
    /// A network without neurons, of which everything is drawn from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// The population called `name`.
    pub fn find(&self, name: &str) -> Option<&Population> {
        let mut populations = self.populations.iter();
        populations.find(|population| population.name == name)
    }

    /// Names of the projections that learn.
    pub fn learning(&self) -> impl Iterator<Item = &String> {
        let learning = self.projections.iter().filter(|p| p.plasticity.is_some());
        learning.map(|projection| &projection.name)
    }

    /// Names of the projections whose synapses come and go.
    pub fn rewired(&self) -> impl Iterator<Item = &String> {
        let forces = self.homeostasis.iter();
        let wiring = forces.filter(|force| acts_on(force.kind.spec.name) == Some(ActsOn::Wiring));
        wiring.flat_map(|force| &force.projections)
    }

    /// Numbers of sources and of targets of `projection`, one of this network's.
    pub fn sizes(&self, projection: &Projection) -> Option<(u32, u32)> {
        let size = |name: &String| Some(self.find(name)?.size);
        let mut n_target = 0_u32;
        for target in &projection.targets {
            n_target = n_target.checked_add(size(target)?)?;
        }
        Some((size(&projection.source)?, n_target))
    }
}
