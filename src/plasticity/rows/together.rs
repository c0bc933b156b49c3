//! Rows of rules whose changes depend on the weight: several synapses at a time, each of them as if it were alone.
//!
//! Synapses of a row have different numbers of spikes to catch up with. So a block of them does so in rounds: in each, those
//! that have a spike left are taken together, whichever they are.

use super::PlasticRows;
use super::arrival::Arrival;
use super::past::{Past, bounded};
use crate::base::time::{Duration, Time};
use crate::plasticity::clock::times;
use crate::plasticity::history::{AHEAD, Glances};
use crate::plasticity::modulation::Modulation;
use crate::plasticity::rule::{Events, Modulated, PlasticityRule, Stored, TOGETHER};

/// Synapses of a block take a spike in place, though some have none, as long as one in so many has: picking those that have
/// one costs more.
const SPARSE: usize = 8;

/// What is known of the synapses of a block once they have caught up, and what that takes: made once for a row, as all of it
/// is written over by each block.
pub(super) struct Met<const PRE: usize, const POST: usize> {
    /// When each has last seen a spike of its target.
    last_spike: [Time; TOGETHER],
    /// Traces of the target's spikes, factored.
    post: [[f64; TOGETHER]; POST],
    glances: Glances<PRE>,
    now: [f64; TOGETHER],
}

impl<const PRE: usize, const POST: usize> Met<PRE, POST> {
    pub(super) const NONE: Self = Self {
        last_spike: [Time::NEVER; TOGETHER],
        post: [[0.0; TOGETHER]; POST],
        glances: Glances::NONE,
        now: [0.0; TOGETHER],
    };
}

/// What a rule does not ask for.
static NO_TIME: [Duration; TOGETHER] = [Duration::ZERO; TOGETHER];

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
        let mut met = Met::NONE;
        let own = strengths.chunks_mut(TOGETHER);
        let own = own.zip(states.chunks_mut(TOGETHER));
        for (number, (strengths, states)) in own.enumerate() {
            let n = strengths.len();
            let targets = &targets[number * TOGETHER..];
            past.catch_up_together(targets, strengths, states, &mut met);
            let adds = |strength: &W| (self.sign * strength.get()) as f32;
            added.extend(strengths.iter().map(adds));
            for (post, fall) in met.post.iter_mut().zip(fall) {
                post.iter_mut().for_each(|post| *post *= fall);
            }
            let mut own = [R::State::default(); TOGETHER];
            let now = &mut met.now;
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
            self.rule.arrive_each(now, &mut own, &events, n);
            if past.modulates().is_some() {
                for (now, strength) in now.iter_mut().zip(&*strengths) {
                    *now = past.gained(strength.get(), *now, t);
                }
            }
            for (strength, now) in strengths.iter_mut().zip(now) {
                *strength = bounded::<R, W, PRE, POST>(*now, self.bounds);
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

    /// From when on and before when spikes were fired that are caught up with.
    #[inline(always)]
    fn at_soma(&self) -> (i64, i64) {
        let lag = self.path.lag.ps();
        // What never was is not unseen.
        let seen = self.seen.saturating_sub(lag).max(i64::MIN + 1);
        (seen, self.t.saturating_sub(lag))
    }

    /// As `caught_up` for a block of synapses, to the bit: `targets` go on behind it.
    #[inline(always)]
    pub(super) fn catch_up_together<W: Stored>(
        &self,
        targets: &[u16],
        strengths: &mut [W],
        states: &mut [R::State],
        met: &mut Met<PRE, POST>,
    ) {
        let is_plain = !self.rule.fire_reads_post() && !self.rule.reads_times();
        if is_plain && self.modulates().is_none() {
            return self.catch_up_at_a_glance(targets, strengths, states, met);
        }
        let (lag, n) = (self.path.lag.ps(), strengths.len().min(TOGETHER));
        let (seen, t) = self.at_soma();
        let (mut next, mut unseen) = ([0; TOGETHER], [0; TOGETHER]);
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
            (next[k], unseen[k]) = (recent.next, recent.next - recent.late);
        }
        self.catch_up_in_rounds(targets, (strengths, states), &next, &unseen, 0);
    }

    /// As [`catch_up_together`](Self::catch_up_together) under a rule that asks for nothing but traces of arrivals: first
    /// spikes are taken for all synapses of the block in place, though some have none.
    #[inline(always)]
    fn catch_up_at_a_glance<W: Stored>(
        &self,
        targets: &[u16],
        strengths: &mut [W],
        states: &mut [R::State],
        met: &mut Met<PRE, POST>,
    ) {
        let n = strengths.len().min(TOGETHER);
        let Met {
            last_spike: _,
            post,
            glances,
            now,
        } = &mut *met;
        self.history
            .glance(targets, n, self.at_soma(), glances, post);
        let Glances {
            next,
            unseen,
            tied,
            falls,
        } = glances;
        let tied = *tied;
        each_of(tied, |k| unseen[k] = 0);
        let traces = times(self.pre.after, self.path.fall);
        let no_post = const { &[[0.0; TOGETHER]; POST] };
        let mut round = 0;
        loop {
            let left = more_than(unseen, round);
            if left.count_ones() as usize * SPARSE <= n {
                break;
            }
            // What is written over is not needed any more.
            let pre = &mut falls[round as usize % 2];
            if round >= 2 {
                each_of(left, |k| {
                    let which = next[k] - 1 - round;
                    let (_, fall) = self.history.last_but(targets[k].into(), which);
                    for (all, one) in pre.iter_mut().zip(fall) {
                        all[k] = one;
                    }
                });
            }
            for (all, trace) in pre.iter_mut().zip(traces) {
                all.iter_mut().for_each(|fall| *fall *= trace);
            }
            let mut own = [R::State::default(); TOGETHER];
            for (now, strength) in now.iter_mut().zip(&*strengths) {
                *now = strength.get();
            }
            own[..n].copy_from_slice(&states[..n]);
            let events = Events {
                pre,
                post: no_post,
                since_arrival: &NO_TIME,
                since_spike: &NO_TIME,
            };
            self.rule.fire_each(now, &mut own, &events, n);
            for k in 0..n {
                let is_left = unseen[k] > round;
                let after = bounded::<R, W, PRE, POST>(now[k], self.bounds);
                strengths[k] = if is_left { after } else { strengths[k] };
                states[k] = if is_left { own[k] } else { states[k] };
            }
            round += 1;
        }
        self.catch_up_in_rounds(targets, (strengths, states), next, unseen, round);
        each_of(tied, |k| {
            let one = self.caught_up(targets[k], strengths[k], states[k]);
            (strengths[k], states[k]) = (one.strength, one.state);
            for (all, one) in met.post.iter_mut().zip(one.post) {
                all[k] = one;
            }
        });
    }

    /// Synapses with more `unseen` spikes than they have caught up with in a number of `rounds` do so with the others; the `next`
    /// one was the first.
    #[inline(always)]
    fn catch_up_in_rounds<W: Stored>(
        &self,
        targets: &[u16],
        (strengths, states): (&mut [W], &mut [R::State]),
        next: &[u32; TOGETHER],
        unseen: &[u32; TOGETHER],
        mut rounds: u32,
    ) {
        let (mut late, mut n_late) = ([0_u8; TOGETHER], 0);
        each_of(more_than(unseen, rounds), |k| {
            late[n_late % TOGETHER] = k as u8;
            n_late += 1;
        });
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
                let which = next[k] - 1 - rounds;
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
                strengths[k] = bounded::<R, W, PRE, POST>(after, self.bounds);
                states[k] = own[lane];
                late[still] = k as u8;
                still += usize::from(unseen[k] > rounds + 1);
            }
            n_late = still;
            rounds += 1;
        }
    }
}

/// Which of `all` are more than `least`, a bit each.
#[inline(always)]
fn more_than(all: &[u32; TOGETHER], least: u32) -> u64 {
    let bits = all.iter().enumerate();
    bits.fold(0, |bits, (k, &one)| bits | u64::from(one > least) << k)
}

/// Lets `act` see the number of each bit that is set.
#[inline(always)]
fn each_of(mut bits: u64, mut act: impl FnMut(usize)) {
    while bits != 0 {
        act(bits.trailing_zeros() as usize % TOGETHER);
        bits &= bits - 1;
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
