//! Spikes of a teacher: in the history of the target whose synapses they act on.

use super::PlasticRows;
use crate::base::time::Time;
use crate::plasticity::rule::{PlasticityRule, Stored};

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Takes in what the teacher has fired that counts before `t`.
    #[inline(always)]
    pub(super) fn learn_of_teacher(&mut self, t: Time) {
        if R::TAUGHT {
            self.take_taught(t);
        }
    }

    fn take_taught(&mut self, t: Time) {
        while let Some(&(at, target)) = self.taught.front().filter(|(at, _)| *at < t) {
            self.taught.pop_front();
            let j = target as usize;
            if self.history.is_full(j) && !self.history.widen(j, self.is_exact()) {
                self.catch_up(at);
            }
            let (fall, push) = (self.clock.fall_pre(at), self.rule.push_taught());
            self.history.add_taught(j, at, fall, push);
        }
    }
}
