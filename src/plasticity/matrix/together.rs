//! Rules whose changes depend on the weight: several synapses of a row at a time, each as if it were alone.

use super::{PlasticMatrix, Pre, TAUGHT};
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::plasticity::clock::times;
use crate::plasticity::rule::{Event, Events, Modulated, PlasticityRule, Stored, TOGETHER};

/// In which block each target was last taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    block: u32,
    of: Vec<u32>,
}

impl Taken {
    /// Begins a block of some of `n` targets.
    #[inline(always)]
    fn begin(&mut self, n: usize) {
        if self.of.len() != n || self.block == u32::MAX {
            (self.block, self.of) = (0, vec![0; n]);
        }
        self.block += 1;
    }

    /// Whether target `j` is not in the block yet, in which it is then.
    #[inline(always)]
    fn take(&mut self, j: usize) -> bool {
        std::mem::replace(&mut self.of[j], self.block) != self.block
    }
}

vectorized! {
    fn replay[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        matrix: &PlasticMatrix<R, PRE, POST>,
        pre: &Pre<PRE>,
        own: (&mut [W], &mut [R::State]),
        taken: &mut Taken,
    ) {
        matrix.replay_together(pre, own, taken);
    }
}

vectorized! {
    /// Every synapse of a row that has caught up learns that it arrives at `t`, under a rule that raises weights to powers.
    pub(super) fn learn_together[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        matrix: &PlasticMatrix<R, PRE, POST>,
        t: Time,
        pre: &Pre<PRE>,
        row: &mut [W],
        states: &mut [R::State],
    ) {
        matrix.learn_several(t, pre, row, states);
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    /// Applies the log to the row of source `i` and leaves it there.
    pub(super) fn replay<W: Stored>(&mut self, i: usize, row: &mut [W], states: &mut [R::State]) {
        if R::FLOWS {
            return self.replay_each(i, row, states);
        }
        let mut taken = std::mem::take(&mut self.taken);
        replay(self, &self.pre[i], (row, states), &mut taken);
        self.taken = taken;
    }

    fn replay_each<W: Stored>(&self, i: usize, row: &mut [W], states: &mut [R::State]) {
        let pre = &self.pre[i];
        for post in &self.log[pre.next..] {
            // Rules with a teacher have a push.
            let j = post.target as usize;
            // Nothing pairs with what happens at its own instant.
            let traces = if post.at == pre.last {
                pre.before
            } else {
                pre.after
            };
            let event = Event {
                pre: times(traces, post.fall),
                post: post.before,
                since_arrival: post.at.since(pre.last),
                since_spike: post.at.since(post.last),
            };
            let from = self.flown(pre, post.last);
            let strength = self.sign * row[j].get();
            let now = self.flow(j, strength, &mut states[j], (from, post.at));
            let before = states[j];
            let changed = self.rule.fire(now, &mut states[j], &event);
            states[j] = self.state_gained(before, states[j], post.at);
            row[j] = self.stored(self.gained(now, changed, post.at));
        }
    }

    /// As [`replay_each`](Self::replay_each), to the bit: the log is cut into blocks in which no target is twice.
    #[inline(always)]
    fn replay_together<W: Stored>(
        &self,
        before: &Pre<PRE>,
        (row, states): (&mut [W], &mut [R::State]),
        taken: &mut Taken,
    ) {
        let log = &self.log[before.next..];
        let (mut pre, mut post) = ([[0.0; TOGETHER]; PRE], [[0.0; TOGETHER]; POST]);
        let mut since_arrival = [Duration::ZERO; TOGETHER];
        let mut since_spike = [Duration::ZERO; TOGETHER];
        let mut done = 0;
        while done < log.len() {
            taken.begin(row.len());
            let (mut now, mut own) = ([0.0; TOGETHER], [R::State::default(); TOGETHER]);
            let mut n = 0;
            for spike in &log[done..] {
                let j = (spike.target & !TAUGHT) as usize;
                if n == TOGETHER || !taken.take(j) {
                    break;
                }
                // Nothing pairs with what happens at its own instant.
                let traces = match spike.at == before.last {
                    true => before.before,
                    false => before.after,
                };
                for ((all, trace), fall) in pre.iter_mut().zip(traces).zip(spike.fall) {
                    all[n] = trace * fall;
                }
                for (all, one) in post.iter_mut().zip(spike.before) {
                    all[n] = one;
                }
                since_arrival[n] = spike.at.since(before.last);
                since_spike[n] = spike.at.since(spike.last);
                (now[n], own[n]) = (self.sign * row[j].get(), states[j]);
                n += 1;
            }
            let events = Events {
                pre: &pre,
                post: &post,
                since_arrival: &since_arrival,
                since_spike: &since_spike,
            };
            self.rule.fire_each(&mut now, &mut own, &events, n);
            let modulates = self.modulation.is_some() && R::MODULATED == Modulated::Gain;
            for (k, spike) in log[done..done + n].iter().enumerate() {
                let j = (spike.target & !TAUGHT) as usize;
                let after = match modulates {
                    false => now[k],
                    true => self.gained(self.sign * row[j].get(), now[k], spike.at),
                };
                (row[j], states[j]) = (self.stored(after), own[k]);
            }
            done += n;
        }
    }

    /// As `learn_each`, to the bit.
    #[inline(always)]
    fn learn_several<W: Stored>(
        &self,
        t: Time,
        pre: &Pre<PRE>,
        row: &mut [W],
        states: &mut [R::State],
    ) {
        let fall = self.clock.fall_post(t);
        let traces = times(pre.after, self.clock.fall_pre(t)).map(|trace| [trace; TOGETHER]);
        let since_arrival = [t.since(pre.last); TOGETHER];
        let (mut post, mut since_spike) = ([[0.0; TOGETHER]; POST], [Duration::ZERO; TOGETHER]);
        let blocks = row.chunks_mut(TOGETHER).zip(states.chunks_mut(TOGETHER));
        let targets = self.post.chunks(TOGETHER).zip(self.last.chunks(TOGETHER));
        for ((row, states), (posts, last)) in blocks.zip(targets) {
            let n = row.len();
            let (mut now, mut own) = ([0.0; TOGETHER], [R::State::default(); TOGETHER]);
            for (now, weight) in now.iter_mut().zip(&*row) {
                *now = self.sign * weight.get();
            }
            own[..n].copy_from_slice(states);
            for (k, one) in posts.iter().enumerate() {
                for (all, one) in post.iter_mut().zip(times(*one, fall)) {
                    all[k] = one;
                }
            }
            for (since, &last) in since_spike.iter_mut().zip(last) {
                *since = t.since(last);
            }
            let events = Events {
                pre: &traces,
                post: &post,
                since_arrival: &since_arrival,
                since_spike: &since_spike,
            };
            self.rule.arrive_each(&mut now, &mut own, &events, n);
            for (weight, now) in row.iter_mut().zip(now) {
                *weight = self.stored(self.gained(self.sign * weight.get(), now, t));
            }
            states.copy_from_slice(&own[..n]);
        }
    }
}
