//! Rows of rules whose changes depend on the weight: several synapses at a time, each of them as if it were alone.
//!
//! Synapses of a row have different numbers of spikes to catch up with. So a block of them does so in rounds: in each, those
//! that have a spike left are taken together, whichever they are.

use super::PlasticRows;
use super::arrival::{AHEAD, Arrival};
use super::past::{Past, bounded};
use crate::base::time::{Duration, Time};
use crate::plasticity::clock::times;
use crate::plasticity::history::Recent;
use crate::plasticity::modulation::Modulation;
use crate::plasticity::rule::{Events, Modulated, PlasticityRule, Stored, TOGETHER};

/// Synapses of a block take a spike in place, though some have none, as long as one in so many has: picking those that have
/// one costs more.
const SPARSE: usize = 8;

/// What is known of the synapses of a block once they have caught up.
pub(super) struct Met<const POST: usize> {
    /// When each has last seen a spike of its target.
    last_spike: [Time; TOGETHER],
    /// Traces of the target's spikes, factored.
    post: [[f64; TOGETHER]; POST],
}

impl<const POST: usize> Met<POST> {
    const NONE: Self = Self {
        last_spike: [Time::NEVER; TOGETHER],
        post: [[0.0; TOGETHER]; POST],
    };
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
        let pre = pre.map(|trace| [trace; TOGETHER]);
        let since_arrival = [t.since(past.pre.last); TOGETHER];
        added.clear();
        let own = strengths.chunks_mut(TOGETHER);
        let own = own.zip(states.chunks_mut(TOGETHER));
        for (number, (strengths, states)) in own.enumerate() {
            let n = strengths.len();
            let targets = &targets[number * TOGETHER..];
            let mut met = past.catch_up_together(targets, strengths, states);
            let adds = |strength: &W| (self.sign * strength.get()) as f32;
            added.extend(strengths.iter().map(adds));
            for (post, fall) in met.post.iter_mut().zip(fall) {
                post.iter_mut().for_each(|post| *post *= fall);
            }
            let mut now = [0.0; TOGETHER];
            let mut own = [R::State::default(); TOGETHER];
            for (now, strength) in now.iter_mut().zip(&*strengths) {
                *now = strength.get();
            }
            own[..n].copy_from_slice(states);
            let events = Events {
                pre: &pre,
                post: &met.post,
                since_arrival: &since_arrival,
                since_spike: &met.last_spike.map(|last| t.since(last)),
            };
            self.rule.arrive_each(&mut now, &mut own, &events, n);
            if past.modulates().is_some() {
                for (now, strength) in now.iter_mut().zip(&*strengths) {
                    *now = past.gained(strength.get(), *now, t);
                }
            }
            for (strength, now) in strengths.iter_mut().zip(now) {
                *strength = bounded(now, self.bounds);
            }
            states.copy_from_slice(&own[..n]);
        }
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> Past<'_, R, PRE, POST> {
    /// What multiplies changes, if something does.
    #[inline(always)]
    fn modulates(&self) -> Option<&Modulation> {
        self.modulation.filter(|_| R::MODULATED == Modulated::Gain)
    }

    /// As `caught_up` for a block of synapses, to the bit: `targets` go on behind it.
    #[inline(always)]
    pub(super) fn catch_up_together<W: Stored>(
        &self,
        targets: &[u16],
        strengths: &mut [W],
        states: &mut [R::State],
    ) -> Met<POST> {
        let is_plain = !self.rule.fire_reads_post() && !self.rule.reads_times();
        if is_plain && self.modulates().is_none() {
            return self.catch_up_at_a_glance(targets, strengths, states);
        }
        let mut met = Met::NONE;
        let (lag, n) = (self.path.lag.ps(), strengths.len().min(TOGETHER));
        // At the soma; what never was is not unseen.
        let seen = self.seen.saturating_sub(lag).max(i64::MIN + 1);
        let t = self.t.saturating_sub(lag);
        let mut left = [Recent { late: 0, next: 0 }; TOGETHER];
        let (mut late, mut n_late) = ([0_u8; TOGETHER], 0);
        for k in 0..n {
            if let Some(&later) = targets.get(k + AHEAD) {
                self.history.fetch(later.into());
            }
            let j = usize::from(targets[k]);
            let recent = self.history.recent(j, seen, t);
            let post = self.history.after_last_but(j, recent.late);
            for (all, one) in met.post.iter_mut().zip(post) {
                all[k] = one;
            }
            met.last_spike[k] = reached(self.history.time_of_last_but(j, recent.late), lag);
            left[k] = recent;
            late[n_late % TOGETHER] = k as u8;
            n_late += usize::from(recent.late < recent.next);
        }
        self.catch_up_in_rounds(targets, (strengths, states), &mut left, (&mut late, n_late));
        met
    }

    /// As [`catch_up_together`](Self::catch_up_together) under a rule that asks for nothing but traces of arrivals: first
    /// spikes are taken for all synapses of the block in place, though some have none.
    #[inline(always)]
    fn catch_up_at_a_glance<W: Stored>(
        &self,
        targets: &[u16],
        strengths: &mut [W],
        states: &mut [R::State],
    ) -> Met<POST> {
        let mut met = Met::NONE;
        let (lag, n) = (self.path.lag.ps(), strengths.len().min(TOGETHER));
        let seen = self.seen.saturating_sub(lag).max(i64::MIN + 1);
        let t = self.t.saturating_sub(lag);
        let mut falls = [[[0.0; TOGETHER]; PRE]; 2];
        let mut left = [Recent { late: 0, next: 0 }; TOGETHER];
        let mut unseen = [0_u32; TOGETHER];
        let mut tied = 0_u64;
        for k in 0..n {
            if let Some(&later) = targets.get(k + AHEAD) {
                self.history.fetch(later.into());
            }
            let glance = self.history.glance(targets[k].into(), seen, t);
            for (all, one) in met.post.iter_mut().zip(glance.post) {
                all[k] = one;
            }
            for (all, one) in falls.iter_mut().zip(glance.falls) {
                for (all, one) in all.iter_mut().zip(one) {
                    all[k] = one;
                }
            }
            left[k] = glance.recent;
            let here = glance.recent.next - glance.recent.late;
            unseen[k] = if glance.is_tied { 0 } else { here };
            tied |= u64::from(glance.is_tied) << k;
        }
        let traces = times(self.pre.after, self.path.fall);
        // What the rule does not ask for.
        let (no_post, no_time) = ([[0.0; TOGETHER]; POST], [Duration::ZERO; TOGETHER]);
        let mut round = 0;
        loop {
            let n_left: u32 = unseen.iter().map(|&all| u32::from(all > round)).sum();
            if n_left as usize * SPARSE <= n {
                break;
            }
            let mut pre = falls[round as usize % 2];
            if round >= 2 {
                for k in 0..n {
                    if unseen[k] > round {
                        let which = left[k].next - 1 - round;
                        let (_, fall) = self.history.last_but(targets[k].into(), which);
                        for (all, one) in pre.iter_mut().zip(fall) {
                            all[k] = one;
                        }
                    }
                }
            }
            for (all, trace) in pre.iter_mut().zip(traces) {
                all.iter_mut().for_each(|fall| *fall *= trace);
            }
            let mut now = [0.0; TOGETHER];
            let mut own = [R::State::default(); TOGETHER];
            for (now, strength) in now.iter_mut().zip(&*strengths) {
                *now = strength.get();
            }
            own[..n].copy_from_slice(&states[..n]);
            let events = Events {
                pre: &pre,
                post: &no_post,
                since_arrival: &no_time,
                since_spike: &no_time,
            };
            self.rule.fire_each(&mut now, &mut own, &events, n);
            for k in 0..n {
                let is_left = unseen[k] > round;
                let after = bounded(now[k], self.bounds);
                strengths[k] = if is_left { after } else { strengths[k] };
                states[k] = if is_left { own[k] } else { states[k] };
            }
            round += 1;
        }
        let (mut late, mut n_late) = ([0_u8; TOGETHER], 0);
        for k in 0..n {
            left[k].next = left[k].next.wrapping_sub(round);
            late[n_late % TOGETHER] = k as u8;
            n_late += usize::from(unseen[k] > round);
        }
        self.catch_up_in_rounds(targets, (strengths, states), &mut left, (&mut late, n_late));
        while tied != 0 {
            let k = tied.trailing_zeros() as usize;
            tied &= tied - 1;
            let one = self.caught_up(targets[k], strengths[k], states[k]);
            (strengths[k], states[k]) = (one.strength, one.state);
            for (all, one) in met.post.iter_mut().zip(one.post) {
                all[k] = one;
            }
        }
        met
    }

    /// Synapses that have something `left` catch up, first those of numbers `late`.
    #[inline(always)]
    fn catch_up_in_rounds<W: Stored>(
        &self,
        targets: &[u16],
        (strengths, states): (&mut [W], &mut [R::State]),
        left: &mut [Recent; TOGETHER],
        (late, mut n_late): (&mut [u8; TOGETHER], usize),
    ) {
        let lag = self.path.lag.ps();
        let reads_post = self.rule.fire_reads_post();
        // Nothing pairs with what happens at its own instant.
        let before = times(self.pre.before, self.path.fall);
        let after = times(self.pre.after, self.path.fall);
        let mut pre = [[0.0; TOGETHER]; PRE];
        let mut post = [[0.0; TOGETHER]; POST];
        let mut since_arrival = [Duration::ZERO; TOGETHER];
        let mut since_spike = [Duration::ZERO; TOGETHER];
        let mut at = [Time::NEVER; TOGETHER];
        let mut now = [0.0; TOGETHER];
        let mut own = [R::State::default(); TOGETHER];
        while n_late > 0 {
            for lane in 0..n_late.min(TOGETHER) {
                let k = usize::from(late[lane]) % TOGETHER;
                let j = usize::from(targets[k]);
                let which = left[k].next - 1;
                left[k].next = which;
                let (time, fall) = self.history.last_but(j, which);
                at[lane] = Time::from_ps(time.ps() + lag);
                let traces = match at[lane] == self.pre.last {
                    true => before,
                    false => after,
                };
                for ((all, trace), fall) in pre.iter_mut().zip(traces).zip(fall) {
                    all[lane] = trace * fall;
                }
                if reads_post {
                    let own = self.history.before_last_but(j, which);
                    for (all, one) in post.iter_mut().zip(own) {
                        all[lane] = one;
                    }
                }
                since_arrival[lane] = at[lane].since(self.pre.last);
                let last = reached(self.history.time_of_last_but(j, which + 1), lag);
                since_spike[lane] = at[lane].since(last);
                now[lane] = strengths[k].get();
                own[lane] = states[k];
            }
            let events = Events {
                pre: &pre,
                post: &post,
                since_arrival: &since_arrival,
                since_spike: &since_spike,
            };
            self.rule.fire_each(&mut now, &mut own, &events, n_late);
            let mut still = 0;
            for lane in 0..n_late.min(TOGETHER) {
                let k = usize::from(late[lane]) % TOGETHER;
                let after = match self.modulates() {
                    None => now[lane],
                    Some(_) => self.gained(strengths[k].get(), now[lane], at[lane]),
                };
                strengths[k] = bounded(after, self.bounds);
                states[k] = own[lane];
                late[still] = k as u8;
                still += usize::from(left[k].late < left[k].next);
            }
            n_late = still;
        }
    }
}

/// When a spike fired at `t` has reached a synapse, if there was one.
#[inline(always)]
fn reached(t: Time, lag: i64) -> Time {
    match t == Time::NEVER {
        true => t,
        false => Time::from_ps(t.ps() + lag),
    }
}
