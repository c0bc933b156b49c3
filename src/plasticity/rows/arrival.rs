//! A row that arrives.

use std::mem::take;

use super::PlasticRows;
use super::past::{Past, Pre, bounded};
use crate::base::time::Time;
use crate::base::vector::vectorized;
use crate::plasticity::clock::{jump, times};
use crate::plasticity::history::AHEAD;
use crate::plasticity::rule::{Event, PlasticityRule, Stored};
use crate::synapse::layout::Row;

/// So many synapses learn sooner one by one: blocks are made for dozens.
pub(super) const FEW: usize = 4;

/// What all synapses of a row meet that arrives.
pub(super) struct Arrival<'a, R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> {
    /// When, at the soma.
    pub(super) t: Time,
    /// Traces of arrivals right before it.
    pub(super) pre: [f64; PRE],
    /// By which factored traces of the target's spikes become what they are at the synapse.
    pub(super) fall: [f64; POST],
    pub(super) past: Past<'a, R, PRE, POST>,
}

vectorized! {
    fn learn[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        rows: &PlasticRows<R, W, PRE, POST>,
        at: (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        rows.learn_of(at, targets, own, added);
    }
}

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
        if self.learning || R::REMEMBERS {
            let (mut strengths, mut states) = (take(&mut self.strengths), take(&mut self.states));
            let kept = (!self.learning).then(|| strengths[span.clone()].to_vec());
            let own = (&mut strengths[span.clone()], &mut states[span.clone()]);
            learn(
                self,
                (t, row, delay),
                &self.targets[span.clone()],
                own,
                &mut added,
            );
            // What a synapse remembers goes on, its weight does not.
            if let Some(kept) = kept {
                strengths[span.clone()].copy_from_slice(&kept);
            }
            (self.strengths, self.states) = (strengths, states);
        } else if R::FLOWS {
            self.idle(row, t);
        }
        if !self.learning {
            added.clear();
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

    /// A row with `own` strengths and states learns of an arrival, and what its synapses add is `added`.
    #[inline(always)]
    fn learn_of(
        &self,
        (t, row, delay): (Time, usize, u16),
        targets: &[u16],
        own: (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        let past = self.past(row, delay, t);
        let at_synapse = Time::from_ps(t.ps() - past.path.lag.ps());
        let arrival = Arrival {
            t,
            pre: times(past.pre.after, self.clock.fall_pre(t)),
            fall: self.clock.fall_post(at_synapse),
            past,
        };
        match self.is_exact() && targets.len() > FEW {
            true => self.learn_together(&arrival, targets, own, added),
            false => self.learn_each(&arrival, targets, own, added),
        }
    }

    #[inline(always)]
    fn learn_each(
        &self,
        arrival: &Arrival<'_, R, PRE, POST>,
        targets: &[u16],
        (strengths, states): (&mut [W], &mut [R::State]),
        added: &mut Vec<f32>,
    ) {
        let &Arrival {
            t,
            pre,
            fall,
            ref past,
        } = arrival;
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
            let before = met.state;
            let changed = self.rule.arrive(now, &mut met.state, &event);
            let changed = past.gained(now, changed, t);
            *strength = bounded::<R, W, PRE, POST>(changed, self.bounds);
            *state = past.state_gained(before, met.state, t);
        }
    }
}
