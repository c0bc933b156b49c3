//! Sparse synapses that learn.
//!
//! A synapse is worked on when its row arrives: it catches up with the spikes that its target has fired since, adds its
//! weight to the target, and learns of the arrival. So both sides of a rule cost one pass over a contiguous row, without an
//! index of targets. It is as if each change had been made at its own instant. Where a row does not arrive for long, its
//! synapses catch up when a target's history is full or the factors' origin moves. Looking at weights leaves them as they are.

mod ahead;
mod arrival;
mod came;
mod flights;
mod look;
mod past;
mod rewire;
mod state;
mod taught;
mod together;

use std::collections::VecDeque;
use std::mem::take;
use std::ops::Range;

use crate::base::parameter::{ParameterError, Values};
use crate::base::time::{Duration, Time};
use crate::plasticity::clock::{Clock, times};
use crate::plasticity::error::LearnError;
use crate::plasticity::history::History;
use crate::plasticity::learn::{Ahead, Change, Learn, StateError, Synapse};
use crate::plasticity::modulation::{Kinetics, Modulation, Turn};
use crate::plasticity::rule::{PlasticityRule, Stored, is_additive};
use crate::synapse::layout::{Layout, Row};
use crate::synapse::sparse::Sparse;
use came::Came;
use flights::Flights;
use past::{Past, Path, Pre};

/// Jumps of a modulator at which all synapses catch up and it begins anew.
pub(super) const MOST_TURNS: usize = 1 << 10;

/// Synapses of one projection onto one group under the rule `R`.
#[derive(Clone)]
pub(super) struct PlasticRows<R: PlasticityRule<PRE, POST>, W, const PRE: usize, const POST: usize>
{
    rule: R,
    bounds: (f64, f64),
    /// 1 or -1: what strengths are multiplied with.
    sign: f64,
    /// Whether the rule has a push.
    is_additive: bool,
    learning: bool,
    /// The modulator, if the rule has one.
    modulation: Option<Modulation>,
    clock: Clock<PRE, POST>,
    delays: Vec<Duration>,
    paths: Vec<Path<PRE>>,
    /// The longest lag.
    lag: Duration,
    layout: Layout,
    /// Whether synapses have come or gone since it was built.
    is_rewired: bool,
    /// What rows to come must know, where their delays differ.
    flights: Option<Flights<PRE>>,
    targets: Vec<u16>,
    strengths: Vec<W>,
    states: Vec<R::State>,
    /// When synapses came whose rows have not arrived since.
    came: Came,
    pre: Vec<Pre<PRE>>,
    history: History<PRE, POST>,
    /// Spikes of a teacher to come, in order.
    taught: VecDeque<(Time, u32)>,
    /// What each target has of its own, if it has.
    own: Vec<f64>,
    /// When all began anew.
    begun: Time,
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
    /// Under `rule`, which a modulator of such kinetics may act on, onto a group of `n_target` neurons, from t = 0 on.
    ///
    /// # Errors
    /// If the rule cannot change these weights, or a dendritic delay is too long for it.
    pub(super) fn new(
        rule: R,
        modulator: Option<Kinetics>,
        synapses: Sparse<u16>,
        n_target: usize,
    ) -> Result<Self, LearnError> {
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
        let rule = as_stored::<R, W, PRE, POST>(rule);
        let sign = LearnError::sign_of::<R, PRE, POST>(&rule, weights.clone())?;
        let strengths = weights.map(|weight| W::of(sign * weight)).collect();
        let lags = dendritic.iter().map(|delay| 2 * delay.ps());
        let lags: Vec<Duration> = lags.map(Duration::from_ps).collect();
        let lag = lags.iter().copied().max().unwrap_or(Duration::ZERO);
        let clock = LearnError::check_lag(&rule, Duration::from_ps(lag.ps() / 2))?;
        let paths = lags.iter().map(|&lag| Path {
            lag,
            fall: clock.lag_pre(lag),
        });
        let is_additive = is_additive::<R, PRE, POST>(&rule, modulator.is_some());
        Ok(Self {
            bounds: rule.bounds(),
            sign,
            is_additive,
            learning: true,
            modulation: modulator.map(|kinetics| Modulation::new(kinetics, Time::ZERO)),
            paths: paths.collect(),
            clock,
            delays,
            lag,
            pre: vec![Pre::NEVER; layout.n_rows()],
            layout,
            is_rewired: false,
            flights: None,
            states: vec![R::State::default(); targets.len()],
            came: Came::default(),
            targets,
            strengths,
            history: History::new(n_target, is_additive),
            taught: VecDeque::new(),
            own: Vec::new(),
            begun: Time::ZERO,
            seen: Time::ZERO,
            added: Vec::new(),
            rule,
        })
    }

    /// Whether a synapse is rounded after each spike that it catches up with, so that it may do so at any time without a bit
    /// of difference.
    #[inline(always)]
    fn is_exact(&self) -> bool {
        !self.is_additive && !R::FLOWS
    }

    /// When the synapses of a row have last caught up.
    #[inline(always)]
    fn seen(&self, pre: &Pre<PRE>) -> Time {
        pre.last.max(self.seen)
    }

    /// What the synapses of row number `row` need to catch up with what reaches them before `t`.
    #[inline(always)]
    fn past(&self, row: usize, delay: u16, t: Time) -> Past<'_, R, PRE, POST> {
        let pre = self.pre[row];
        Past {
            rule: &self.rule,
            bounds: self.bounds,
            is_additive: self.is_additive,
            modulation: self.modulation.as_ref(),
            own: &self.own,
            history: &self.history,
            seen: self.seen(&pre).ps(),
            pre,
            path: self.paths[usize::from(delay)],
            begun: self.begun,
            t: t.ps(),
        }
    }

    /// Lets every synapse catch up with what reaches it before `t`.
    fn catch_up(&mut self, t: Time) {
        self.learn_of_teacher(t);
        if self.seen >= t {
            return;
        }
        if self.learning || R::REMEMBERS {
            let (mut strengths, mut states) = (take(&mut self.strengths), take(&mut self.states));
            let kept = (!self.learning).then(|| strengths.clone());
            for row in 0..self.pre.len() {
                let Row { delay, start, end } = self.layout.row(row);
                let past = self.past(row, delay, t);
                let span = start as usize..end as usize;
                let own = (&mut strengths[span.clone()], &mut states[span.clone()]);
                look::catch_up_row(self, &past, &self.targets[span], own);
            }
            // What synapses remember goes on, weights do not.
            (self.strengths, self.states) = (kept.unwrap_or(strengths), states);
        } else if R::FLOWS {
            (0..self.pre.len()).for_each(|row| self.idle(row, t));
        }
        self.seen = t;
        self.history.forget(self.lag, t);
        if let Some(modulation) = &mut self.modulation {
            // Synapses ask for their own instants, a dendritic delay before.
            modulation.forget(Time::from_ps(t.ps() - self.lag.ps() / 2));
        }
    }

    /// Moves the origin of factors if it is too far from `t`, and forgets what a modulator did if that is too much.
    #[inline(always)]
    fn come_to(&mut self, t: Time) {
        self.learn_of_teacher(t);
        if self.clock.is_over(t) {
            self.turn(t);
        }
        let turns = self.modulation.as_ref().map_or(0, Modulation::len);
        if turns > MOST_TURNS && self.seen < t {
            self.catch_up(t);
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
}

/// A rule as precise as what is stored.
fn as_stored<R, W, const PRE: usize, const POST: usize>(rule: R) -> R
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    match W::IS_DOUBLE {
        true => rule.in_double(),
        false => rule,
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

    fn rows_of(&self, source: u32) -> Range<u32> {
        self.layout.numbers_of(source)
    }

    fn delay_of(&self, row: u32) -> u16 {
        self.layout.row(row as usize).delay
    }

    fn n_rows(&self) -> usize {
        self.layout.n_rows()
    }

    #[inline]
    fn fetch(&self, ahead: Ahead) {
        self.fetch_ahead(ahead);
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
            if self.history.is_full(j) && !self.history.widen(j, self.is_exact()) {
                self.catch_up(t);
            }
            let push = |post| self.rule.push(post).filter(|_| self.is_additive);
            self.history.add(j, t, &self.clock, factors, push);
        }
    }

    fn teach(&mut self, t: Time, target: u32) {
        let place = self.taught.partition_point(|&(time, _)| time <= t);
        self.taught.insert(place, (t, target));
    }

    fn set_learning(&mut self, t: Time, on: bool) {
        if self.learning != on {
            self.catch_up(t);
            self.learning = on;
        }
    }

    fn set_rule(&mut self, t: Time, values: &Values) -> Result<(), ParameterError> {
        let rule = as_stored::<R, W, PRE, POST>(R::new(values)?);
        self.catch_up(t);
        self.rule = rule;
        Ok(())
    }

    fn modulate(&mut self, t: Time, turn: Turn) {
        if let Some(modulation) = &mut self.modulation {
            modulation.turn(t, turn);
        }
    }

    fn reset(&mut self, now: Time, t: Time) {
        self.catch_up(now);
        if let Some(modulation) = &mut self.modulation {
            modulation.reset(t);
        }
        self.clock.origin = t;
        self.pre.fill(Pre::NEVER);
        self.flights.iter_mut().for_each(Flights::reset);
        self.states.fill(R::State::default());
        // All that is there has been since then.
        self.came.clear();
        self.history.clear();
        self.taught.clear();
        (self.begun, self.seen) = (t, t);
    }

    fn settle(&mut self, t: Time) {
        if self.is_exact() {
            self.catch_up(t);
        }
    }

    fn n_source(&self) -> usize {
        self.layout.n_source()
    }

    fn n_from(&self, source: u32) -> usize {
        let rows = self.layout.numbers_of(source);
        let rows = rows.map(|row| self.layout.row(row as usize));
        rows.map(|row| (row.end - row.start) as usize).sum()
    }

    fn look_from(&self, t: Time, sources: Range<u32>, see: &mut dyn FnMut(Synapse)) {
        self.look_at(t, sources, see);
    }

    fn look_for_use(&self, see: &mut dyn FnMut(Time)) {
        let mut came = self.came.iter().peekable();
        for (row, pre) in self.pre.iter().enumerate() {
            let Row { start, end, .. } = self.layout.row(row);
            let last = pre.last.max(self.begun);
            for k in start..end {
                let own = came.next_if(|own| own.0 == k);
                see(own.map_or(last, |own| last.max(self.came.when(own.1))));
            }
        }
    }

    fn weights(&self, t: Time, into: &mut Vec<f32>) {
        self.weights_at(t, into);
    }

    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.bounds;
        match self.sign < 0.0 {
            true => (-high, -low),
            false => (low, high),
        }
    }

    fn is_beyond(&self, limit: f64) -> bool {
        !self.strengths.iter().all(|one| one.get().abs() <= limit)
    }

    fn set_weights(&mut self, t: Time, weights: &mut dyn Iterator<Item = f64>) {
        self.give(t, weights.collect());
    }

    fn rewire(&mut self, t: Time, change: &Change) {
        self.change(t, change);
    }

    fn set_own(&mut self, own: Vec<f64>) {
        self.own = own;
    }

    fn expect_rewiring(&mut self) {
        let longest = self.delays.last().filter(|_| self.delays.len() > 1);
        self.flights = longest.map(|&longest| Flights::new(self.layout.n_source(), longest));
    }

    fn is_growing(&self) -> bool {
        self.flights.is_some()
    }

    fn depart(&mut self, t: Time, source: u32) {
        if let Some(flights) = &mut self.flights {
            flights.depart(&self.clock.pre, t, source);
        }
    }

    fn under_way(&self) -> Vec<(Time, u32)> {
        let flights = self.flights.iter();
        flights.flat_map(Flights::under_way).collect()
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
            + self.came.bytes()
            + size_of_val(self.pre.as_slice())
            + self.flights.as_ref().map_or(0, Flights::bytes)
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
