//! What happens to the weights of a matrix between events.

use super::{PlasticMatrix, Pre};
use crate::base::time::Time;
use crate::plasticity::rule::{PlasticityRule, Stored, Stretch, within};

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    /// Until when a synapse has flown that has seen a spike at `last`.
    #[inline(always)]
    pub(super) fn flown(&self, pre: &Pre<PRE>, last: Time) -> Time {
        self.seen.max(pre.last).max(last)
    }

    /// What a stretch without events makes of the strength of a synapse onto target `j`.
    #[inline(always)]
    pub(super) fn flow(
        &self,
        j: usize,
        strength: f64,
        state: &mut R::State,
        (from, to): (Time, Time),
    ) -> f64 {
        if !R::FLOWS {
            return strength;
        }
        let stretch = Stretch {
            from: self.at_synapse(from),
            to: self.at_synapse(to),
            begun: self.begun,
            modulation: self.modulation.as_ref(),
            own: self.own.get(j).copied().unwrap_or(1.0),
        };
        let flown = self.rule.flow(strength, state, &stretch);
        within(flown, self.bounds)
    }

    /// What the stretch before `t` makes of the row of source `i`.
    pub(super) fn flow_row<W: Stored>(&mut self, t: Time, i: usize, row: &mut [W]) {
        let n = self.n_target();
        let mut states = std::mem::take(&mut self.states);
        let own = row.iter_mut().zip(&mut states[i * n..(i + 1) * n]);
        for (j, ((weight, state), &last)) in own.zip(&self.last).enumerate() {
            let from = self.flown(&self.pre[i], last);
            let now = self.flow(j, self.sign * weight.get(), state, (from, t));
            *weight = self.stored(now);
        }
        self.states = states;
    }

    /// What the stretch before `t`, in which nothing is learnt, makes of the states of the row of source `i`: what synapses remember
    /// fades.
    pub(super) fn idle_row<W: Stored>(&mut self, t: Time, i: usize, row: &[W]) {
        let (n, from) = (self.n_target(), self.seen.max(self.pre[i].last));
        let mut states = std::mem::take(&mut self.states);
        let own = row.iter().zip(&mut states[i * n..(i + 1) * n]);
        for (j, (weight, state)) in own.enumerate() {
            self.flow(j, self.sign * weight.get(), state, (from, t));
        }
        self.states = states;
    }
}
