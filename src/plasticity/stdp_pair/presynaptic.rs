//! Pairs around each arrival.

use super::{SPEC, StdpPair};
use crate::base::function::exp;
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::Duration;
use crate::plasticity::rule::{Event, Memory, PlasticityRule, Trace};

/// [`StdpPair`] in which each arrival pairs with the last spike of the target before it and with the first one after it: a
/// spike pairs with all arrivals since the one before (Morrison, Diesmann, Gerstner 2008, figure 7B; NEST's
/// `stdp_nn_pre_centered_synapse`).
///
/// Synapses of one source have targets that spike at different times, so that each keeps a trace of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Presynaptic {
    pair: StdpPair,
}

impl Presynaptic {
    /// The trace of arrivals that have not paired with a spike after them, right before and right after the last one; `kept` is
    /// what it was right before, as noted then. Where nothing has come yet both times are without end, and it has fallen to 0.
    fn unpaired(kept: f64, since_arrival: Duration, since_spike: Duration) -> (f64, f64) {
        match since_spike.cmp(&since_arrival) {
            // No spike has come since.
            std::cmp::Ordering::Greater => (kept, kept + 1.0),
            // One at the instant of that arrival has paired with those before.
            std::cmp::Ordering::Equal => (0.0, 1.0),
            std::cmp::Ordering::Less => (0.0, 0.0),
        }
    }

    fn fall(&self, since: Duration) -> f64 {
        exp(-since.as_ms() / self.pair.tau_plus_ms)
    }
}

impl PlasticityRule<0, 1> for Presynaptic {
    const SPEC: &'static Spec = &SPEC;

    /// The trace right before the last arrival.
    type State = f64;

    const REMEMBERS: bool = true;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        StdpPair::new(values).map(|pair| Self { pair })
    }

    fn in_double(self) -> Self {
        Self {
            pair: self.pair.in_double(),
        }
    }

    fn pre(&self) -> [Trace; 0] {
        []
    }

    fn post(&self) -> [Trace; 1] {
        [Memory::Last.trace(self.pair.tau_minus_ms)]
    }

    fn bounds(&self) -> (f64, f64) {
        self.pair.bounds()
    }

    fn fire_reads_post(&self) -> bool {
        false
    }

    fn arrive(&self, weight: f64, state: &mut f64, event: &Event<0, 1>) -> f64 {
        let (_, after) = Self::unpaired(*state, event.since_arrival, event.since_spike);
        *state = after * self.fall(event.since_arrival);
        self.pair.weaken(weight, event.post[0])
    }

    fn fire(&self, weight: f64, state: &mut f64, event: &Event<0, 1>) -> f64 {
        let (before, after) = Self::unpaired(*state, event.since_arrival, event.since_spike);
        // Nothing pairs with what happens at its own instant.
        let trace = match event.since_arrival == Duration::ZERO {
            true => before,
            false => after * self.fall(event.since_arrival),
        };
        self.pair.strengthen(weight, trace)
    }
}
