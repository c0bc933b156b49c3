//! A row that arrives.

use std::mem::take;

use super::PlasticRows;
use super::past::{Pre, bounded};
use crate::base::time::Time;
use crate::base::vector::{Width, width};
use crate::plasticity::clock::{jump, times};
use crate::plasticity::rule::{Event, PlasticityRule, Stored};
use crate::synapse::layout::Row;

/// Targets whose past is fetched ahead of the one at hand.
pub(super) const AHEAD: usize = 8;

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Row number `row` arrives at `t`: its synapses catch up, are added, and learn of it.
    pub(super) fn arrive_at(&mut self, t: Time, row: u32) {
        self.come_to(t);
        let row = row as usize;
        let Row { delay, start, end } = self.layout.row(row);
        let span = start as usize..end as usize;
        let mut added = take(&mut self.added);
        added.clear();
        if self.learning {
            let (mut strengths, mut states) = (take(&mut self.strengths), take(&mut self.states));
            let own = (&mut strengths[span.clone()], &mut states[span.clone()]);
            self.learn((t, row, delay), &self.targets[span], own, &mut added);
            (self.strengths, self.states) = (strengths, states);
        } else {
            let strengths = self.strengths[span].iter();
            added.extend(strengths.map(|strength| (self.sign * strength.get()) as f32));
        }
        self.added = added;
        let pre = &mut self.pre[row];
        *pre = Pre {
            last: t,
            before: pre.after,
            after: jump(&self.clock.pre, pre.after, self.clock.rise_pre(t)),
        };
    }

    /// Synapses of row number `row` catch up, are `added`, and learn that they arrive at `t`.
    fn learn(
        &self,
        at: (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        match width() {
            // SAFETY: the processor has the features of this width.
            #[cfg(target_arch = "x86_64")]
            Width::W512 => unsafe { self.learn_512(at, targets, own, added) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::W256 => unsafe { self.learn_256(at, targets, own, added) },
            _ => self.learn_any(at, targets, own, added),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    fn learn_512(
        &self,
        at: (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        self.learn_any(at, targets, own, added);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn learn_256(
        &self,
        at: (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        self.learn_any(at, targets, own, added);
    }

    #[inline(always)]
    fn learn_any(
        &self,
        at: (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        match self.is_exact() {
            true => self.learn_together(at, targets, own, added),
            false => self.learn_each(at, targets, own, added),
        }
    }

    #[inline(always)]
    fn learn_each(
        &self,
        (t, row, delay): (Time, usize, u16),
        targets: &[u16],
        (strengths, states): (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        let past = self.past(row, delay, t);
        let at_synapse = Time::from_ps(t.ps() - past.path.lag.ps());
        let fall = self.clock.fall_post(at_synapse);
        let pre = times(past.pre.after, self.clock.fall_pre(t));
        added.resize(targets.len(), 0.0);
        let own = strengths.iter_mut().zip(states);
        let synapses = targets.iter().zip(own).zip(added.iter_mut());
        for (k, ((&j, (strength, state)), added)) in synapses.enumerate() {
            if let Some(&later) = targets.get(k + AHEAD) {
                self.history.fetch(later.into());
            }
            let mut met = past.caught_up(j, *strength, *state);
            *added = (self.sign * met.strength.get()) as f32;
            let event = Event {
                pre,
                post: times(met.post, fall),
                since_arrival: t.since(past.pre.last),
                since_spike: t.since(met.last_spike),
            };
            let now = met.strength.get();
            let changed = self.rule.arrive(now, &mut met.state, &event);
            let changed = past.gained(now, changed, t);
            (*strength, *state) = (bounded(changed, self.bounds), met.state);
        }
    }
}
