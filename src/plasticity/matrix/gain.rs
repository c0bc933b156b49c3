//! How far a modulator lets the synapses of a matrix change.

use super::PlasticMatrix;
use crate::base::time::Time;
use crate::plasticity::gain;
use crate::plasticity::rule::PlasticityRule;

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    /// The instant at the synapse of one on the soma's clock, which modulators have.
    #[inline(always)]
    pub(super) fn at_synapse(&self, t: Time) -> Time {
        Time::from_ps(t.ps() - self.lag.ps() / 2)
    }

    /// A strength after a change at `t`, as far as the modulator lets it change.
    #[inline(always)]
    pub(super) fn gained(&self, before: f64, after: f64, t: Time) -> f64 {
        let modulation = self.modulation.as_ref();
        gain::strength::<R, PRE, POST>(modulation, self.at_synapse(t), (before, after))
    }

    /// A state after an event at `t`, as far as the modulator lets it change.
    #[inline(always)]
    pub(super) fn state_gained(&self, before: R::State, after: R::State, t: Time) -> R::State {
        let modulation = self.modulation.as_ref();
        gain::state::<R, PRE, POST>(modulation, self.at_synapse(t), (before, after))
    }
}
