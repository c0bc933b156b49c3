//! Sparse synapses that learn.
//!
//! A synapse is worked on when its row arrives: it catches up with the spikes that its target has fired since, adds its
//! weight to the target, and learns of the arrival. So both sides of a rule cost one pass over rows that are contiguous,
//! and there is no index of a target's synapses. Catching up applies the same events in the same order as doing so at once
//! would, so when it is done changes no bit.

mod state;

use crate::base::time::{Duration, Time};
use crate::plasticity::clock::{Clock, jump, times};
use crate::plasticity::history::History;
use crate::plasticity::learn::{Learn, StateError, Synapse};
use crate::plasticity::rule::{Event, PlasticityRule, Stored};
use crate::synapse::layout::{Layout, Row};
use crate::synapse::sparse::Sparse;

/// Why synapses cannot learn by a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// A rule that knows strengths only.
    #[error(
        "weights {first} and {second}, expected one sign: the rule `{rule}` changes how strong synapses are"
    )]
    Signs {
        /// The rule.
        rule: &'static str,
        /// A weight above zero.
        first: f64,
        /// One below.
        second: f64,
    },
    /// Weights outside the bounds of the rule.
    #[error("a weight of {weight}, expected {expected}, the bounds of the rule `{rule}`")]
    Bounds {
        /// The rule.
        rule: &'static str,
        /// The weight.
        weight: f64,
        /// The bounds in words.
        expected: String,
    },
    /// Spikes would be on their way back longer than traces last.
    #[error(
        "a dendritic delay of {lag}, expected less than 50 times the shortest time constant of the rule `{rule}`"
    )]
    Lag {
        /// The rule.
        rule: &'static str,
        /// The delay.
        lag: Duration,
    },
}

impl LearnError {
    /// What the strengths of `weights` are multiplied with, if `rule` can change them.
    ///
    /// # Errors
    /// If it cannot.
    pub(super) fn sign_of<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(
        rule: &R,
        weights: impl Iterator<Item = f64> + Clone,
    ) -> Result<f64, Self> {
        let name = R::SPEC.name;
        let mut sign = 1.0;
        if !R::SIGNED {
            let below = weights.clone().find(|&weight| weight < 0.0);
            let above = weights.clone().find(|&weight| weight > 0.0);
            if let (Some(first), Some(second)) = (above, below) {
                return Err(Self::Signs {
                    rule: name,
                    first,
                    second,
                });
            }
            sign = if below.is_some() { -1.0 } else { 1.0 };
        }
        // As they are stored.
        let (low, high) = rule.bounds();
        let within = |weight: f64| {
            let strength = sign * f64::from(weight as f32);
            f64::from(low as f32) <= strength && strength <= f64::from(high as f32)
        };
        match weights.into_iter().find(|&weight| !within(weight)) {
            None => Ok(sign),
            Some(weight) => Err(Self::Bounds {
                rule: name,
                weight,
                expected: format!("{low} to {high}"),
            }),
        }
    }
}

/// What arrivals have left on the synapses of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pre<const PRE: usize> {
    /// When it last arrived.
    last: Time,
    /// Traces of arrivals before the last one, factored.
    before: [f64; PRE],
    /// The same after it.
    after: [f64; PRE],
}

impl<const PRE: usize> Pre<PRE> {
    const NEVER: Self = Self {
        last: Time::NEVER,
        before: [0.0; PRE],
        after: [0.0; PRE],
    };
}

/// A delay of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Path<const PRE: usize> {
    /// From a spike of the target to the instant at which its synapses see it, on the soma's clock: twice the dendritic
    /// delay, as an arrival that meets it at the synapse reaches the soma one dendritic delay later.
    lag: Duration,
    /// e^(−lag/τ) for traces of arrivals.
    fall: [f64; PRE],
}

/// A synapse that has caught up.
struct Met<W, S, const POST: usize> {
    strength: W,
    state: S,
    /// Its last event.
    touched: Time,
    /// Traces of the target's spikes, factored.
    post: [f64; POST],
}

/// Synapses of one projection onto one group under the rule `R`.
pub(super) struct PlasticRows<R: PlasticityRule<PRE, POST>, W, const PRE: usize, const POST: usize>
{
    rule: R,
    bounds: (f64, f64),
    /// 1 or -1: what strengths are multiplied with.
    sign: f64,
    learning: bool,
    clock: Clock<PRE, POST>,
    delays: Vec<Duration>,
    paths: Vec<Path<PRE>>,
    /// The longest lag.
    lag: Duration,
    layout: Layout,
    targets: Vec<u16>,
    strengths: Vec<W>,
    states: Vec<R::State>,
    pre: Vec<Pre<PRE>>,
    history: History<PRE, POST>,
    /// All synapses have seen what reached them before.
    seen: Time,
    /// What the synapses of the row at hand add.
    added: Vec<f32>,
}

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Under `rule`, onto a group of `n_target` neurons, from t = 0 on.
    ///
    /// # Errors
    /// If the rule cannot change these weights, or a dendritic delay is too long for it.
    pub(super) fn new(rule: R, synapses: Sparse<u16>, n_target: usize) -> Result<Self, LearnError> {
        let Sparse {
            n_source: _,
            delays,
            dendritic,
            layout,
            targets,
            weights,
        } = synapses;
        let all = weights.span(0, targets.len());
        let weights = (0..targets.len()).map(|k| all.get(k));
        let sign = LearnError::sign_of::<R, PRE, POST>(&rule, weights.clone())?;
        let strengths = weights.map(|weight| W::of(sign * weight)).collect();
        let lags = dendritic.iter().map(|delay| 2 * delay.ps());
        let lags: Vec<Duration> = lags.map(Duration::from_ps).collect();
        let lag = lags.iter().copied().max().unwrap_or(Duration::ZERO);
        let clock = Clock::new(Time::ZERO, rule.pre(), rule.post(), lag);
        let clock = clock.ok_or(LearnError::Lag {
            rule: R::SPEC.name,
            lag: Duration::from_ps(lag.ps() / 2),
        })?;
        let paths = lags.iter().map(|&lag| Path {
            lag,
            fall: clock.lag_pre(lag),
        });
        Ok(Self {
            bounds: rule.bounds(),
            sign,
            learning: true,
            paths: paths.collect(),
            clock,
            delays,
            lag,
            pre: vec![Pre::NEVER; layout.n_rows()],
            layout,
            states: vec![R::State::default(); targets.len()],
            targets,
            strengths,
            history: History::new(n_target),
            seen: Time::NEVER,
            added: Vec::new(),
            rule,
        })
    }

    /// Synapse `k` of a row of `path` after what its target has fired that reached it from `seen` on and before `t`.
    #[inline(always)]
    fn caught_up(
        &self,
        k: usize,
        pre: &Pre<PRE>,
        path: &Path<PRE>,
        (seen, t): (Time, Time),
    ) -> Met<W, R::State, POST> {
        let j = usize::from(self.targets[k]);
        let lag = path.lag.ps();
        let unseen = self.history.unseen(j, lag, seen.ps(), t.ps());
        let (mut strength, mut state) = (self.strengths[k], self.states[k]);
        let mut touched = pre.last.max(unseen.last_before(unseen.start, lag));
        for number in unseen.start..unseen.end {
            let post = unseen.get(number);
            let at = Time::from_ps(post.time.ps() + lag);
            // Nothing pairs with what happens at its own instant.
            let traces = if at == pre.last {
                pre.before
            } else {
                pre.after
            };
            let event = Event {
                pre: times(times(traces, path.fall), post.fall),
                post: post.before,
                since_arrival: at.since(pre.last),
                elapsed: at.since(touched),
            };
            strength = self.bounded(self.rule.fire(strength.get(), &mut state, &event));
            touched = at;
        }
        Met {
            strength,
            state,
            touched,
            post: unseen.after(),
        }
    }

    #[inline(always)]
    fn bounded(&self, strength: f64) -> W {
        W::of(strength.max(self.bounds.0).min(self.bounds.1))
    }

    /// When the synapses of a row have last caught up.
    #[inline(always)]
    fn seen(&self, pre: &Pre<PRE>) -> Time {
        pre.last.max(self.seen)
    }

    /// Lets every synapse catch up with what reaches it before `t`.
    fn catch_up(&mut self, t: Time) {
        if self.seen >= t {
            return;
        }
        if self.learning {
            for row in 0..self.pre.len() {
                let Row { delay, start, end } = self.layout.row(row);
                let (pre, path) = (self.pre[row], self.paths[usize::from(delay)]);
                let seen = self.seen(&pre);
                for k in start as usize..end as usize {
                    let met = self.caught_up(k, &pre, &path, (seen, t));
                    (self.strengths[k], self.states[k]) = (met.strength, met.state);
                }
            }
        }
        self.seen = t;
        self.history.forget(self.lag, t);
    }

    /// Moves the origin of factors if it is too far from `t`.
    #[inline(always)]
    fn come_to(&mut self, t: Time) {
        if self.clock.is_over(t) {
            self.turn(t);
        }
    }

    #[cold]
    fn turn(&mut self, t: Time) {
        self.catch_up(t);
        let turned = self.clock.turn(t);
        for pre in &mut self.pre {
            pre.before = times(pre.before, turned.pre);
            pre.after = times(pre.after, turned.pre);
        }
        self.history.turn(&turned);
    }

    fn arrive_at(&mut self, t: Time, row: u32) {
        self.come_to(t);
        let row_number = row as usize;
        let Row { delay, start, end } = self.layout.row(row_number);
        let (pre, path) = (self.pre[row_number], self.paths[usize::from(delay)]);
        let seen = self.seen(&pre);
        let (rise, fall) = (self.clock.rise_pre(t), self.clock.fall_pre(t));
        let at_synapse = Time::from_ps(t.ps() - path.lag.ps());
        let fall_post = self.clock.fall_post(at_synapse);
        let traces = times(pre.after, fall);
        let mut added = std::mem::take(&mut self.added);
        added.clear();
        for k in start as usize..end as usize {
            if !self.learning {
                added.push((self.sign * self.strengths[k].get()) as f32);
                continue;
            }
            let mut met = self.caught_up(k, &pre, &path, (seen, t));
            added.push((self.sign * met.strength.get()) as f32);
            let event = Event {
                pre: traces,
                post: times(met.post, fall_post),
                since_arrival: t.since(pre.last),
                elapsed: t.since(met.touched),
            };
            let strength = met.strength.get();
            self.strengths[k] = self.bounded(self.rule.arrive(strength, &mut met.state, &event));
            self.states[k] = met.state;
        }
        self.added = added;
        self.pre[row_number] = Pre {
            last: t,
            before: pre.after,
            after: jump(&self.clock.pre, pre.after, rise),
        };
    }
}

impl<R, W, const PRE: usize, const POST: usize> Learn for PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    fn delays(&self) -> &[Duration] {
        &self.delays
    }

    fn rows_of(&self, source: u32) -> std::ops::Range<u32> {
        self.layout.numbers_of(source)
    }

    fn delay_of(&self, row: u32) -> Duration {
        self.delays[usize::from(self.layout.row(row as usize).delay)]
    }

    fn n_rows(&self) -> usize {
        self.layout.n_rows()
    }

    fn arrive(&mut self, t: Time, row: u32) -> (&[u16], &[f32]) {
        self.arrive_at(t, row);
        let Row { start, end, .. } = self.layout.row(row as usize);
        (&self.targets[start as usize..end as usize], &self.added)
    }

    fn fire(&mut self, t: Time, targets: &[u32]) {
        self.come_to(t);
        let factors = (
            self.clock.rise_post(t),
            self.clock.fall_post(t),
            self.clock.fall_pre(t),
        );
        for &j in targets {
            let j = j as usize;
            if self.history.is_full(j) && !self.history.widen(j) {
                self.catch_up(t);
            }
            self.history.add(j, t, &self.clock, factors);
        }
    }

    fn set_learning(&mut self, t: Time, on: bool) {
        if self.learning != on {
            self.catch_up(t);
            self.learning = on;
        }
    }

    fn reset(&mut self, now: Time, t: Time) {
        self.catch_up(now);
        self.clock.origin = t;
        self.pre.fill(Pre::NEVER);
        self.history.clear();
        self.seen = Time::NEVER;
    }

    fn look(&self, t: Time, see: &mut dyn FnMut(Synapse)) {
        for source in 0..self.layout.n_source() as u32 {
            for number in self.layout.numbers_of(source) {
                let Row { delay, start, end } = self.layout.row(number as usize);
                let (pre, path) = (&self.pre[number as usize], &self.paths[usize::from(delay)]);
                let seen = self.seen(pre);
                for k in start as usize..end as usize {
                    let strength = match self.learning {
                        true => self.caught_up(k, pre, path, (seen, t)).strength,
                        false => self.strengths[k],
                    };
                    see(Synapse {
                        source,
                        target: self.targets[k].into(),
                        delay: self.delays[usize::from(delay)],
                        dendritic: Duration::from_ps(path.lag.ps() / 2),
                        weight: self.sign * strength.get(),
                    });
                }
            }
        }
    }

    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.bounds;
        match self.sign < 0.0 {
            true => (-high, -low),
            false => (low, high),
        }
    }

    fn set_weights(&mut self, t: Time, weights: &mut dyn Iterator<Item = f64>) {
        self.catch_up(t);
        for (strength, weight) in self.strengths.iter_mut().zip(weights) {
            *strength = W::of(self.sign * weight);
        }
    }

    fn n_synapses(&self) -> usize {
        self.targets.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.layout.bytes()
            + size_of_val(self.targets.as_slice())
            + size_of_val(self.strengths.as_slice())
            + size_of_val(self.states.as_slice())
            + size_of_val(self.pre.as_slice())
            + self.history.bytes()
    }

    fn hash(&self) -> u64 {
        self.graph_hash()
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        self.state()
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.go_on_from(bytes)
    }
}
