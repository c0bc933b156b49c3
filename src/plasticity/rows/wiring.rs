//! Synapses that come and go.

use super::PlasticRows;
use crate::base::time::Time;
use crate::plasticity::learn::Change;
use crate::plasticity::rule::{PlasticityRule, Stored};
use crate::synapse::layout::{Layout, Row};

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// As [`Learn::rewire`](crate::plasticity::Learn::rewire).
    pub(super) fn rewire_at(&mut self, t: Time, Change { removed, added }: &Change) {
        self.catch_up(t);
        let n = self.targets.len() + added.len() - removed.len();
        let (mut targets, mut strengths) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut states, mut offsets) = (Vec::with_capacity(n), vec![0]);
        let (mut gone, mut new) = (removed.iter().peekable(), added.iter().peekable());
        for source in 0..self.layout.n_source() as u32 {
            for Row { start, end, .. } in self.layout.of(source) {
                for k in (start..end).filter(|k| gone.next_if_eq(&k).is_none()) {
                    let k = k as usize;
                    targets.push(self.targets[k]);
                    strengths.push(self.strengths[k]);
                    states.push(self.states[k]);
                }
            }
            while let Some(&(_, target, weight)) = new.next_if(|one| one.0 == source) {
                targets.push(target);
                strengths.push(W::of(self.sign * weight));
                states.push(R::State::default());
            }
            offsets.push(targets.len() as u32);
        }
        (self.targets, self.strengths, self.states) = (targets, strengths, states);
        self.layout = Layout::One { offsets };
        self.is_rewired = true;
    }
}
