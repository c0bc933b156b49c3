//! All-to-all synapses that learn.
//!
//! Spikes of the targets go into one log. When a row arrives it catches up with the log since its last arrival, spike by
//! spike; then all of its synapses learn of the arrival in one vectorised pass.

use std::collections::VecDeque;

use crate::base::parameter::{ParameterError, Values};
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::plasticity::clock::{Clock, jump, times};
use crate::plasticity::error::LearnError;
use crate::plasticity::learn::{LearnMatrix, StateError};
use crate::plasticity::modulation::{Kinetics, Modulation, Turn};
use crate::plasticity::rows::MOST_TURNS;
use crate::plasticity::rule::{Event, Modulated, PlasticityRule, Stored, is_additive, within};
use together::{Taken, learn_together};

mod flow;
mod gain;
mod push;
mod state;
mod together;

/// Spikes in the log at which all rows catch up and it begins anew: some 3 MB with one trace on each side.
const LONGEST: usize = 1 << 16;

/// Set in the number of a target whose teacher has fired, not itself.
const TAUGHT: u32 = 1 << 31;

/// A spike of a target.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Post<const PRE: usize, const POST: usize> {
    target: u32,
    /// When synapses see it.
    at: Time,
    /// When they saw the target's spike before.
    last: Time,
    /// e^(−(t − origin)/τ) for traces of arrivals; of the first, times the push of rules that have one.
    fall: [f64; PRE],
    /// Traces of the target's spikes right before it.
    before: [f64; POST],
}

/// What the arrivals of one source have left.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pre<const PRE: usize> {
    last: Time,
    before: [f64; PRE],
    after: [f64; PRE],
    /// Number of the first spike in the log that the row has not seen.
    next: usize,
}

impl<const PRE: usize> Pre<PRE> {
    const NEVER: Self = Self {
        last: Time::NEVER,
        before: [0.0; PRE],
        after: [0.0; PRE],
        next: 0,
    };
}

/// All-to-all synapses under the rule `R`.
#[derive(Clone)]
pub(super) struct PlasticMatrix<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> {
    rule: R,
    bounds: (f64, f64),
    /// 1 or -1: what strengths are multiplied with.
    sign: f64,
    /// Whether the rule has a push.
    is_additive: bool,
    learning: bool,
    /// The modulator, if the rule has one.
    modulation: Option<Modulation>,
    /// When all began anew.
    begun: Time,
    /// All rows have seen what reached them before.
    seen: Time,
    clock: Clock<PRE, POST>,
    /// From a spike of the target to the instant at which its synapses see it.
    lag: Duration,
    pre: Vec<Pre<PRE>>,
    states: Vec<R::State>,
    /// Factored traces of each target's spikes, and when its last one was seen.
    post: Vec<[f64; POST]>,
    last: Vec<Time>,
    log: Vec<Post<PRE, POST>>,
    /// Spikes that synapses have not seen yet, and what those push that were fired before the rule got other values.
    waiting: VecDeque<(Time, u32)>,
    promised: VecDeque<Option<f64>>,
    /// What the log does to each target of the row at hand.
    sums: Vec<f64>,
    /// What each target has of its own, if it has.
    own: Vec<f64>,
    /// Of the row at hand.
    taken: Taken,
}

vectorized! {
    /// Every synapse of a row that has caught up learns that it arrives at `t`.
    fn learn[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        matrix: &PlasticMatrix<R, PRE, POST>,
        t: Time,
        pre: &Pre<PRE>,
        row: &mut [W],
        states: &mut [R::State],
    ) {
        matrix.learn_each(t, pre, row, states);
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    /// Under `rule`, which a modulator of such kinetics may act on, with these weights by source onto `n_target` neurons, from t = 0 on.
    ///
    /// # Errors
    /// If the rule cannot change these weights, or the dendritic delay is too long for it.
    pub(super) fn new(
        rule: R,
        modulator: Option<Kinetics>,
        weights: &[f32],
        n_target: usize,
        dendritic: Duration,
    ) -> Result<Self, LearnError> {
        let each = weights.iter().map(|&weight| f64::from(weight));
        let sign = LearnError::sign_of::<R, PRE, POST>(&rule, each)?;
        let lag = Duration::from_ps(2 * dendritic.ps());
        let clock = LearnError::check_lag(&rule, dendritic)?;
        Ok(Self {
            bounds: rule.bounds(),
            sign,
            is_additive: is_additive::<R, PRE, POST>(&rule, modulator.is_some()),
            learning: true,
            modulation: modulator.map(|kinetics| Modulation::new(kinetics, Time::ZERO)),
            begun: Time::ZERO,
            seen: Time::ZERO,
            clock,
            lag,
            pre: vec![Pre::NEVER; weights.len() / n_target.max(1)],
            states: vec![R::State::default(); weights.len()],
            post: vec![[0.0; POST]; n_target],
            last: vec![Time::NEVER; n_target],
            log: Vec::new(),
            waiting: VecDeque::new(),
            promised: VecDeque::new(),
            sums: Vec::new(),
            own: Vec::new(),
            taken: Taken::default(),
            rule,
        })
    }

    fn n_target(&self) -> usize {
        self.post.len()
    }

    #[inline(always)]
    fn stored<W: Stored>(&self, strength: f64) -> W {
        W::of(self.sign * within(strength, self.bounds))
    }

    /// Logs what synapses see before `t`.
    fn see(&mut self, t: Time) {
        while let Some(&(at, target)) = self.waiting.front().filter(|(at, _)| *at < t) {
            self.waiting.pop_front();
            let promised = self.promised.pop_front().flatten();
            let (is_taught, j) = (target & TAUGHT != 0, (target & !TAUGHT) as usize);
            let before = times(self.post[j], self.clock.fall_post(at));
            let mut fall = self.clock.fall_pre(at);
            let push = match is_taught {
                true => Some(self.rule.push_taught()),
                false => promised.or_else(|| self.pushed(before)),
            };
            if let (Some(first), Some(push)) = (fall.first_mut(), push) {
                *first *= push;
            }
            self.log.push(Post {
                target,
                at,
                last: self.last[j],
                fall,
                before,
            });
            if is_taught {
                continue;
            }
            self.post[j] = jump(&self.clock.post, self.post[j], self.clock.rise_post(at));
            self.last[j] = at;
        }
    }

    /// What a spike of a target pushes, given its traces right before it, if the rule has a push.
    fn pushed(&self, before: [f64; POST]) -> Option<f64> {
        self.rule.push(before).filter(|_| self.is_additive)
    }

    /// Spikes that wait push as the rule has it now, as those of rows do, whatever it becomes until they are seen.
    fn promise(&mut self) {
        if !self.is_additive || self.waiting.is_empty() {
            return;
        }
        self.promised.resize(self.waiting.len(), None);
        let mut post = self.post.clone();
        for (k, &(at, target)) in self.waiting.iter().enumerate() {
            if target & TAUGHT != 0 {
                continue;
            }
            let own = &mut post[target as usize];
            let before = times(*own, self.clock.fall_post(at));
            self.promised[k] = self.promised[k].or_else(|| self.pushed(before));
            *own = jump(&self.clock.post, *own, self.clock.rise_post(at));
        }
    }

    /// As [`LearnMatrix::catch_up`].
    pub(super) fn catch_up_row<W: Stored>(&mut self, t: Time, i: usize, row: &mut [W]) {
        if R::REMEMBERS && !self.learning {
            return self.remember(row, |this, row| this.catch_up_row(t, i, row));
        }
        self.see(t);
        if self.learning && self.is_additive && self.pre[i].next < self.log.len() {
            self.push(i, row);
        } else if self.learning && self.pre[i].next < self.log.len() {
            let n = self.n_target();
            let mut states = std::mem::take(&mut self.states);
            self.replay(i, row, &mut states[i * n..(i + 1) * n]);
            self.states = states;
        }
        if R::FLOWS {
            match self.learning {
                true => self.flow_row(t, i, row),
                false => self.idle_row(t, i, row),
            }
        }
        self.pre[i].next = self.log.len();
    }

    /// As [`LearnMatrix::arrive`].
    pub(super) fn arrive_row<W: Stored>(&mut self, t: Time, i: usize, row: &mut [W]) {
        if R::REMEMBERS && !self.learning {
            return self.remember(row, |this, row| this.arrive_row(t, i, row));
        }
        let pre = self.pre[i];
        if self.learning {
            let n = self.n_target();
            let mut states = std::mem::take(&mut self.states);
            let own = &mut states[i * n..(i + 1) * n];
            // With both loops in one function rules without powers take a quarter longer.
            match self.rule.arrive_raises() {
                true => learn_together(self, t, &pre, row, own),
                false => learn(self, t, &pre, row, own),
            }
            self.states = states;
        }
        self.pre[i] = Pre {
            last: t,
            before: pre.after,
            after: jump(&self.clock.pre, pre.after, self.clock.rise_pre(t)),
            next: pre.next,
        };
    }

    #[inline(always)]
    fn learn_each<W: Stored>(
        &self,
        t: Time,
        pre: &Pre<PRE>,
        row: &mut [W],
        states: &mut [R::State],
    ) {
        // Asked before the loop: within it the answer keeps some compilers from taking several synapses at a time.
        let gain = |modulation: &Modulation| modulation.before(self.at_synapse(t));
        match (&self.modulation, R::MODULATED) {
            (Some(modulation), Modulated::Gain) => {
                let gain = gain(modulation);
                let weight = |before: f64, after: f64| before + gain * (after - before);
                self.learn_by(t, pre, row, states, weight, |_, after| after);
            }
            (Some(modulation), Modulated::State) => {
                let gain = gain(modulation);
                let state = |before, after| R::gain(before, after, gain);
                self.learn_by(t, pre, row, states, |_, after| after, state);
            }
            _ => self.learn_by(t, pre, row, states, |_, after| after, |_, after| after),
        }
    }

    /// As `learn_each`, where `gained` and `state_gained` say what a change comes to.
    #[inline(always)]
    fn learn_by<W: Stored>(
        &self,
        t: Time,
        pre: &Pre<PRE>,
        row: &mut [W],
        states: &mut [R::State],
        gained: impl Fn(f64, f64) -> f64,
        state_gained: impl Fn(R::State, R::State) -> R::State,
    ) {
        let fall = self.clock.fall_post(t);
        let traces = times(pre.after, self.clock.fall_pre(t));
        let targets = row.iter_mut().zip(states).zip(&self.post).zip(&self.last);
        for (((weight, state), &post), &last) in targets {
            let event = Event {
                pre: traces,
                post: times(post, fall),
                since_arrival: t.since(pre.last),
                since_spike: t.since(last),
            };
            let strength = self.sign * weight.get();
            let before = *state;
            let changed = self.rule.arrive_plainly(strength, state, &event);
            *weight = self.stored(gained(strength, changed));
            *state = state_gained(before, *state);
        }
    }

    /// What `learn` leaves on the states of a row whose weights stay as they are.
    fn remember<W: Stored>(&mut self, row: &[W], learn: impl FnOnce(&mut Self, &mut [W])) {
        let mut row = row.to_vec();
        self.learning = true;
        learn(self, &mut row);
        self.learning = false;
    }

    /// Spikes wait in the order of their times; own ones, and those of a teacher that come later.
    fn wait(&mut self, at: Time, target: u32) {
        let place = self.waiting.partition_point(|&(time, _)| time <= at);
        self.waiting.insert(place, (at, target));
        // They end where all that is behind them is as it will be.
        if place < self.promised.len() {
            self.promised.insert(place, None);
        }
    }

    /// As [`LearnMatrix::teach`].
    pub(super) fn teach_at(&mut self, t: Time, target: u32) {
        if let Some(at) = t.checked_add(self.lag) {
            self.wait(at, target | TAUGHT);
        }
    }

    /// As [`LearnMatrix::fire`].
    pub(super) fn fire_at<W: Stored>(&mut self, t: Time, targets: &[u32], weights: &mut [W]) {
        if let Some(at) = t.checked_add(self.lag) {
            targets.iter().for_each(|&j| self.wait(at, j));
        }
        if self.log.len() > LONGEST {
            self.settle_all(t, weights);
        }
    }

    /// Lets all rows catch up with what reaches them before `t`.
    pub(super) fn settle_all<W: Stored>(&mut self, t: Time, weights: &mut [W]) {
        let n = self.n_target();
        for (i, row) in (0..self.pre.len()).zip(weights.chunks_exact_mut(n.max(1))) {
            self.catch_up_row(t, i, row);
        }
        self.log.clear();
        self.pre.iter_mut().for_each(|pre| pre.next = 0);
        self.seen = self.seen.max(t);
        if let Some(modulation) = &mut self.modulation {
            modulation.forget(Time::from_ps(t.ps() - self.lag.ps() / 2));
        }
    }

    /// Moves the origin of factors if it is too far from `t`, and forgets what a modulator did if that is too much.
    pub(super) fn come_to<W: Stored>(&mut self, t: Time, weights: &mut [W]) {
        let turns = self.modulation.as_ref().map_or(0, Modulation::len);
        if turns > MOST_TURNS && self.seen < t {
            self.settle_all(t, weights);
        }
        if !self.clock.is_over(t) {
            return;
        }
        self.settle_all(t, weights);
        let turned = self.clock.turn(t);
        for pre in &mut self.pre {
            pre.before = times(pre.before, turned.pre);
            pre.after = times(pre.after, turned.pre);
        }
        for post in &mut self.post {
            *post = times(*post, turned.post);
        }
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> LearnMatrix
    for PlasticMatrix<R, PRE, POST>
{
    fn set_own(&mut self, own: Vec<f64>) {
        self.own = own;
    }

    fn come_to(&mut self, t: Time, weights: &mut [f32]) {
        Self::come_to(self, t, weights);
    }

    fn catch_up(&mut self, t: Time, i: usize, row: &mut [f32]) {
        self.catch_up_row(t, i, row);
    }

    fn arrive(&mut self, t: Time, i: usize, row: &mut [f32]) {
        self.arrive_row(t, i, row);
    }

    fn fire(&mut self, t: Time, targets: &[u32], weights: &mut [f32]) {
        self.fire_at(t, targets, weights);
    }

    fn teach(&mut self, t: Time, target: u32) {
        self.teach_at(t, target);
    }

    fn settle(&mut self, t: Time, weights: &mut [f32]) {
        self.settle_all(t, weights);
    }

    fn set_learning(&mut self, t: Time, on: bool, weights: &mut [f32]) {
        if self.learning != on {
            self.settle_all(t, weights);
            self.learning = on;
        }
    }

    fn set_rule(
        &mut self,
        t: Time,
        values: &Values,
        weights: &mut [f32],
    ) -> Result<(), ParameterError> {
        let rule = R::new(values)?;
        self.settle_all(t, weights);
        self.promise();
        self.rule = rule;
        Ok(())
    }

    fn modulate(&mut self, t: Time, turn: Turn) {
        if let Some(modulation) = &mut self.modulation {
            modulation.turn(t, turn);
        }
    }

    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.bounds;
        match self.sign < 0.0 {
            true => (-high, -low),
            false => (low, high),
        }
    }

    fn look(&self, t: Time, weights: &[f32]) -> Vec<f32> {
        let mut weights = weights.to_vec();
        self.clone().settle_all(t, &mut weights);
        weights
    }

    fn reset(&mut self, now: Time, t: Time, weights: &mut [f32]) {
        self.settle_all(now, weights);
        (self.begun, self.seen) = (t, t);
        if let Some(modulation) = &mut self.modulation {
            modulation.reset(t);
        }
        self.clock.origin = t;
        self.pre.fill(Pre::NEVER);
        self.post.fill([0.0; POST]);
        self.last.fill(Time::NEVER);
        self.states.fill(R::State::default());
        self.waiting.clear();
        self.promised.clear();
    }

    fn bytes(&self) -> usize {
        size_of_val(self.pre.as_slice())
            + size_of_val(self.states.as_slice())
            + size_of_val(self.post.as_slice())
            + size_of_val(self.last.as_slice())
            + size_of_val(self.log.as_slice())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        self.state()
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.go_on_from(bytes)
    }
}
