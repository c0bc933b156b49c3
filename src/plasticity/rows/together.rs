//! Rows of rules whose changes take long: several synapses at a time, each of them as if it were alone.
//!
//! Synapses of a row have different numbers of spikes to catch up with. So a block of them does so in rounds: in each, those
//! that have a spike left are taken together, whichever they are.

use super::PlasticRows;
use super::past::{Past, bounded};
use crate::base::time::Time;
use crate::plasticity::clock::times;
use crate::plasticity::history::Unseen;
use crate::plasticity::rule::{Event, PlasticityRule, Stored, TOGETHER};

/// Synapses of a block: so many that most rounds are full, so few that what is known of them stays in the first-level cache.
pub(super) const BLOCK: usize = 64;

/// What is known of the synapses of a block once they have caught up.
pub(super) struct Met<const POST: usize> {
    /// When each has last seen a spike of its target.
    last_spike: [Time; BLOCK],
    /// Traces of the target's spikes, factored.
    post: [[f64; POST]; BLOCK],
}

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// As `learn_each`, to the bit.
    #[inline(always)]
    pub(super) fn learn_together(
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
        added.clear();
        let own = strengths.chunks_mut(BLOCK).zip(states.chunks_mut(BLOCK));
        for (number, (strengths, states)) in own.enumerate() {
            let targets = &targets[number * BLOCK..];
            let met = past.catch_up_together(targets, strengths, states);
            let adds = |strength: &W| (self.sign * strength.get()) as f32;
            added.extend(strengths.iter().map(adds));
            for at in (0..strengths.len()).step_by(TOGETHER) {
                let n = TOGETHER.min(strengths.len() - at);
                let mut events = [Event::NONE; TOGETHER];
                let mut before = [0.0; TOGETHER];
                let mut own = [R::State::default(); TOGETHER];
                for lane in 0..n {
                    events[lane] = Event {
                        pre,
                        post: times(met.post[at + lane], fall),
                        since_arrival: t.since(past.pre.last),
                        since_spike: t.since(met.last_spike[at + lane]),
                    };
                    before[lane] = strengths[at + lane].get();
                    own[lane] = states[at + lane];
                }
                let mut changed = before;
                self.rule.arrive_each(&mut changed, &mut own, &events);
                for lane in 0..n {
                    let after = past.gained(before[lane], changed[lane], t);
                    strengths[at + lane] = bounded(after, self.bounds);
                    states[at + lane] = own[lane];
                }
            }
        }
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> Past<'_, R, PRE, POST> {
    /// As `caught_up` for a block of synapses, to the bit: `targets` go on behind it.
    #[inline(always)]
    pub(super) fn catch_up_together<W: Stored>(
        &self,
        targets: &[u16],
        strengths: &mut [W],
        states: &mut [R::State],
    ) -> Met<POST> {
        let mut met = Met {
            last_spike: [Time::NEVER; BLOCK],
            post: [[0.0; POST]; BLOCK],
        };
        if self.is_additive {
            let own = strengths.iter_mut().zip(states);
            for (k, (&j, (strength, state))) in targets.iter().zip(own).enumerate() {
                let caught_up = self.caught_up(j, *strength, *state);
                (*strength, *state) = (caught_up.strength, caught_up.state);
                met.post[k] = caught_up.post;
            }
            return met;
        }
        let lag = self.path.lag.ps();
        let mut unseen: [Option<Unseen<'_, PRE, POST>>; BLOCK] = [None; BLOCK];
        let (mut late, mut n_late) = ([0_u8; BLOCK], 0);
        for k in 0..strengths.len() {
            if let Some(&later) = targets.get(k + super::AHEAD) {
                self.history.fetch(later.into());
            }
            let own = self
                .history
                .unseen(targets[k].into(), lag, self.seen, self.t);
            met.post[k] = own.after();
            met.last_spike[k] = own.last_before(own.start, lag);
            late[n_late] = k as u8;
            n_late += usize::from(own.start < own.end);
            unseen[k] = Some(own);
        }
        let reads_post = self.rule.fire_reads_post();
        while n_late > 0 {
            let mut left = 0;
            for first in (0..n_late).step_by(TOGETHER) {
                let n = TOGETHER.min(n_late - first);
                // Copied: those that stay late are told in the same list.
                let mut lanes = [0; TOGETHER];
                lanes[..n].copy_from_slice(&late[first..first + n]);
                let mut at = [Time::NEVER; TOGETHER];
                let mut events = [Event::NONE; TOGETHER];
                let mut before = [0.0; TOGETHER];
                let mut own = [R::State::default(); TOGETHER];
                for lane in 0..n {
                    let k = usize::from(lanes[lane]);
                    let Some(seen) = &unseen[k] else { continue };
                    let (time, fall) = seen.get(seen.start);
                    at[lane] = Time::from_ps(time.ps() + lag);
                    // Nothing pairs with what happens at its own instant.
                    let traces = if at[lane] == self.pre.last {
                        self.pre.before
                    } else {
                        self.pre.after
                    };
                    events[lane] = Event {
                        pre: times(times(traces, self.path.fall), fall),
                        post: match reads_post {
                            true => seen.before(seen.start),
                            false => [0.0; POST],
                        },
                        since_arrival: at[lane].since(self.pre.last),
                        since_spike: at[lane].since(met.last_spike[k]),
                    };
                    before[lane] = strengths[k].get();
                    own[lane] = states[k];
                }
                let mut changed = before;
                self.rule.fire_each(&mut changed, &mut own, &events);
                for lane in 0..n {
                    let k = usize::from(lanes[lane]);
                    let after = self.gained(before[lane], changed[lane], at[lane]);
                    strengths[k] = bounded(after, self.bounds);
                    states[k] = own[lane];
                    met.last_spike[k] = at[lane];
                    if let Some(own) = &mut unseen[k] {
                        own.start += 1;
                        late[left] = k as u8;
                        left += usize::from(own.start < own.end);
                    }
                }
            }
            n_late = left;
        }
        met
    }
}
