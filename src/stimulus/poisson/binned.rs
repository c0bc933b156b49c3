//! Noise by the bin of time, in no order: for each neuron by itself how often it comes, then when.
//!
//! In a bin a neuron gets a Poisson number of events at instants that are uniform in it, all independent: that is a Poisson
//! process. A neuron that stays below its threshold even with all of them at once need not know their order; it gets what
//! they add up to when the bin begins. The others get theirs one by one in the order of time, and so does one that
//! something else brings to its threshold within the bin, from then on: what it has had too early is taken back before it
//! is tested. So each spike comes when it would if all events had come in order; but this needs no logarithm, and neurons
//! side by side get theirs together.

mod order;

use serde::{Deserialize, Serialize};

use super::scatter::{
    BLOCK, Cumulative, LONGEST, MOST, MOST_EXPONENT, Place, Rows, Terms, scatter,
};
use super::{Class, EventWeights, Events, Wish};
use crate::base::process::later;
use crate::base::stream::Stream;
use crate::base::time::{PS_PER_S, Time};
use crate::neuron::{Bin, Bins, Neurons};
use order::{Growing, NEURON_BITS, Order};

/// Events of a neuron in a bin on average, at most: with more of them more neurons may fire within it. Half of it, and so bins
/// half as long, take a third more in Brunel's network.
const MOST_MEAN: f64 = 4.0;

/// With fewer events in a bin it does not pay: too few share the work. Measured at τ = 20 ms, processor time beside that of noise
/// in order: with 1.1 of 0.3 mV 1.2, with 1.3 1.07 and of 0.1 mV 0.87, with 1.6 1.0 and 0.8.
const LEAST_MEAN: f64 = 1.3;

/// Stretches of neurons of one rate, at most.
const MOST_RUNS: usize = 32;

/// Noise of one weight.
#[derive(Debug, Clone)]
pub(super) struct Binned {
    weight: f64,
    wish: Wish,
    /// Whether that is by the bin, and bins are short enough for the polynomials.
    by_bin: bool,
    /// Whether growth within a bin cannot overflow; else every event is an instant of its own.
    dense: bool,
    runs: Vec<Run>,
    /// A bin is 2 to the power of this picoseconds long.
    exponent: u32,
    terms: Terms,
    rows: Rows,
    /// From where the bin at hand was drawn, and where it begins, if there has been one.
    drawn_from: Place,
    start: Option<Time>,
    /// Where the next begins.
    end: Time,
    /// Events of every neuron that it has had at once.
    counts: Vec<u32>,
    /// When they come, from the middle of the bin on; rows of a block follow each other from where it begins.
    instants: Vec<[i32; BLOCK]>,
    begins: Vec<u32>,
    sums: Vec<f64>,
    /// What comes in order.
    order: Order,
    /// Room for neurons.
    apart: Vec<u16>,
}

/// Neurons side by side that have one rate.
#[derive(Debug, Clone)]
struct Run {
    first: usize,
    len: usize,
    /// Where its counts begin: a multiple of [`BLOCK`].
    place: usize,
    cumulative: Cumulative,
}

/// What a checkpoint keeps: the bin at hand is drawn again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    drawn_from: Place,
    start: Option<Time>,
    end: Time,
    /// What is still to come in order.
    rest: Vec<u64>,
}

/// Whether it pays that `class` comes by the bin: it excites, not too much at once, often enough, at few enough rates.
pub(super) fn pays(class: &Class, bins: Bins) -> bool {
    let runs = class.rates_hz.chunk_by(|a, b| a == b);
    let bin_ps = (1_u64 << exponent(class, bins)) as f64;
    class.weight > 0.0
        && class.weight <= bins.most_weight
        && highest_per_ps(class) * bin_ps >= LEAST_MEAN
        && runs.filter(|run| run[0] > 0.0).count() <= MOST_RUNS
}

/// The highest of its rates.
fn highest_per_ps(class: &Class) -> f64 {
    class.rates_hz.iter().copied().fold(0.0, f64::max) / PS_PER_S
}

/// Bins of `class` are 2 to the power of this picoseconds long.
fn exponent(class: &Class, bins: Bins) -> u32 {
    let by_rate = MOST_MEAN / highest_per_ps(class);
    let by_decay = 2.0 * LONGEST / bins.rate_per_ps;
    let exponent = by_rate.min(by_decay).log2().floor();
    exponent.clamp(1.0, MOST_EXPONENT.into()) as u32
}

impl Binned {
    /// Input to neurons 0, 1, … of a lane, of which these are the `bins`, from `start` on, where [it pays](pays).
    pub(super) fn new(
        class: &Class,
        bins: Bins,
        wish: Wish,
        start: Time,
        stream: &mut Stream,
    ) -> Self {
        let exponent = exponent(class, bins);
        let bin_ps = (1_u64 << exponent) as f64;
        let (mut runs, mut first, mut place) = (Vec::new(), 0, 0);
        for equal in class.rates_hz.chunk_by(|a, b| a == b) {
            let len = equal.len();
            if equal[0] > 0.0 {
                runs.push(Run {
                    first,
                    len,
                    place,
                    cumulative: Cumulative::new(equal[0] / PS_PER_S * bin_ps),
                });
                place += len.next_multiple_of(BLOCK);
            }
            first += len;
        }
        let rows = Rows::new(stream);
        let mut binned = Self {
            weight: class.weight,
            wish,
            by_bin: false,
            dense: true,
            runs,
            exponent,
            terms: Terms::new(exponent, 0.0),
            drawn_from: rows.place().clone(),
            rows,
            start: None,
            end: start,
            counts: vec![0; place],
            instants: vec![[0; BLOCK]; place / BLOCK * MOST],
            begins: vec![0; place / BLOCK],
            sums: vec![0.0; place],
            order: Order {
                next_time: start,
                ..Order::default()
            },
            apart: Vec::new(),
        };
        binned.fit(wish);
        binned
    }

    /// Becomes what a population wants, as far as bins of this length allow.
    fn fit(&mut self, wish: Wish) {
        let half = (1_u64 << (self.exponent - 1)) as f64 * wish.growth.rate_per_ps;
        self.wish = wish;
        self.by_bin = wish.by_bin && half <= LONGEST;
        self.dense = half <= 0.5;
        let rate = if self.by_bin {
            wish.growth.rate_per_ps
        } else {
            0.0
        };
        self.terms = Terms::new(self.exponent, rate);
    }

    /// What an event adds.
    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    /// Goes on onto a population that wants this, none of it having been taken in ahead of its time.
    pub(super) fn set_wish(&mut self, wish: Wish) {
        self.fit(wish);
        self.order.keep_rest();
        self.arrange();
    }

    /// Time of the next event in order, or of the next bin.
    #[inline]
    pub(super) fn next_time(&self) -> Time {
        self.order.next_time
    }

    /// Whether events may be handed out by the segment.
    pub(super) fn is_dense(&self) -> bool {
        self.dense
    }

    /// Whether all events of the bin at hand that come in order have passed.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.order.next == self.order.offsets.len()
    }

    /// Events in order before `until`.
    pub(super) fn before(&self, until: Time) -> Events<'_> {
        let limit = until.since(self.begin()).ps();
        let rest = &self.order.offsets[self.order.next..];
        let n = rest.iter().take_while(|&&offset| offset < limit).count();
        self.events(self.begin(), n)
    }

    /// Events in order at `t`.
    pub(super) fn at(&self, t: Time) -> Events<'_> {
        let offset = t.since(self.begin()).ps();
        let rest = &self.order.offsets[self.order.next..];
        let n = rest.iter().take_while(|&&other| other == offset).count();
        self.events(if self.dense { self.begin() } else { t }, n)
    }

    fn events(&self, start: Time, n: usize) -> Events<'_> {
        let span = self.order.next..self.order.next + n;
        Events {
            origin: self.begin(),
            offsets: &self.order.offsets[span.clone()],
            start,
            growth: &self.order.growth[span.clone()],
            psi: &[],
            targets: &self.order.targets[span],
            weights: EventWeights::One(self.weight),
        }
    }

    /// Goes past `n` events and tells the time of the last.
    pub(super) fn pass(&mut self, n: usize) -> Time {
        self.order.next += n;
        let last = self.order.offsets[self.order.next - 1];
        self.look();
        later(self.begin(), last)
    }

    /// Start of the bin at hand.
    fn begin(&self) -> Time {
        self.start.unwrap_or(self.end)
    }

    /// Finds out what comes next.
    fn look(&mut self) {
        let next = self.order.offsets.get(self.order.next);
        self.order.next_time = next.map_or(self.end, |&offset| later(self.begin(), offset));
    }

    /// Opens the next bin: all of it onto neurons that cannot fire in it, what the others get in order.
    pub(super) fn open(&mut self, neurons: &mut dyn Neurons) {
        self.start = Some(self.end);
        self.draw();
        let mut apart = std::mem::take(&mut self.apart);
        apart.clear();
        for run in &self.runs {
            let bin = Bin {
                start: self.begin(),
                end: self.end,
                first: run.first,
                sums: &self.sums[run.place..run.place + run.len],
                weight: self.weight,
            };
            if self.by_bin {
                neurons.receive_bin(bin, &mut apart);
            } else {
                apart.extend((run.first..run.first + run.len).map(|j| j as u16));
            }
        }
        self.order.keep_rest();
        for &j in &apart {
            self.leave(j);
        }
        self.apart = apart;
        self.arrange();
    }

    /// Draws the bin that begins at `start`.
    fn draw(&mut self) {
        self.drawn_from = self.rows.place().clone();
        for run in &self.runs {
            let counts = &mut self.counts[run.place..];
            let (counts, behind) = counts[..run.len.next_multiple_of(BLOCK)].split_at_mut(run.len);
            run.cumulative.draw(&mut self.rows, counts);
            behind.fill(0);
        }
        let (rows, instants) = (&mut self.rows, &mut self.instants);
        scatter(
            rows,
            &self.counts,
            instants,
            &mut self.begins,
            &mut self.sums,
            self.terms,
        );
        self.end = later(self.begin(), 1 << self.exponent);
    }

    /// Puts what comes in order into order.
    fn arrange(&mut self) {
        self.order.sort(NEURON_BITS + self.exponent);
        self.order.arrange(self.growing());
        self.look();
    }

    /// How events grow within a bin.
    #[inline]
    fn growing(&self) -> Growing {
        let rate_per_ps = self.wish.growth.rate_per_ps;
        match (self.dense, self.by_bin) {
            (false, _) => Growing::Not,
            (true, true) => Growing::Little { rate_per_ps },
            (true, false) => Growing::Much { rate_per_ps },
        }
    }

    /// Where the counts of neuron `j` are.
    fn slot(&self, j: usize) -> Option<usize> {
        let behind = self.runs.partition_point(|run| run.first <= j);
        let run = &self.runs[behind.checked_sub(1)?];
        (j - run.first < run.len).then(|| run.place + (j - run.first))
    }

    /// When what the neuron at `slot` has had at once comes, if that is more than `least` after the start of the bin: offsets.
    fn after(&self, slot: usize, least: i64) -> impl Iterator<Item = i64> {
        let begin = self.begins[slot / BLOCK] as usize;
        let rows = &self.instants[begin..begin + self.counts[slot] as usize];
        let offsets = rows
            .iter()
            .map(move |row| self.terms.offset(row[slot % BLOCK]));
        offsets.filter(move |&offset| offset > least)
    }

    /// Lets all that neuron `j` gets in the bin come in order, when all is arranged.
    #[inline]
    fn leave(&mut self, j: u16) {
        let Some(slot) = self.slot(j.into()) else {
            return;
        };
        let begin = self.begins[slot / BLOCK] as usize;
        let count = std::mem::take(&mut self.counts[slot]) as usize;
        for row in &self.instants[begin..begin + count] {
            let offset = self.terms.offset(row[slot % BLOCK]);
            let key = (offset as u64) << NEURON_BITS | u64::from(j);
            self.order.keys.push(key);
        }
    }

    /// Lets what neuron `j` gets more than `least` after the start of the bin come in order, when all is arranged; what that adds
    /// up to.
    fn set_apart(&mut self, j: u16, least: i64) -> f64 {
        let slot = self.slot(j.into()).filter(|&slot| self.counts[slot] > 0);
        let Some(slot) = slot else { return 0.0 };
        let mut keys = std::mem::take(&mut self.order.keys);
        let mut sum = 0.0;
        for offset in self.after(slot, least) {
            sum += self.growing().of(offset);
            keys.push((offset as u64) << NEURON_BITS | u64::from(j));
        }
        self.order.keys = keys;
        self.counts[slot] = 0;
        sum
    }

    /// Takes what neuron `j` has had ahead of its time at `t` back. Whether there was anything.
    pub(super) fn take_back(&mut self, neurons: &mut dyn Neurons, j: u16, t: Time) -> bool {
        let Some(start) = self.start else {
            return false;
        };
        let had = self.set_apart(j, t.since(start).ps());
        if had > 0.0 {
            neurons.take_back(start, j, had * self.weight);
            self.order.insert(self.growing());
            self.look();
        }
        had > 0.0
    }

    /// Takes all that `neurons` have had ahead of their time at `t` back.
    pub(super) fn take_all_back(&mut self, neurons: &mut dyn Neurons, t: Time) {
        let Some(start) = self.start else { return };
        let least = t.since(start).ps();
        for run in 0..self.runs.len() {
            let Run { first, len, .. } = self.runs[run];
            for j in first..first + len {
                let had = self.set_apart(j as u16, least);
                if had > 0.0 {
                    neurons.take_back(start, j as u16, had * self.weight);
                }
            }
        }
        self.order.keep_rest();
        self.arrange();
    }

    /// What neuron `j` has had ahead of its time at `t`, as if it had come at this instant.
    pub(super) fn ahead(&self, j: usize, t: Time) -> Option<(Time, f64)> {
        let (slot, start) = (self.slot(j)?, self.start?);
        let after = self.after(slot, t.since(start).ps());
        let sum: f64 = after.map(|offset| self.growing().of(offset)).sum();
        (sum > 0.0).then_some((start, sum * self.weight))
    }

    /// What a checkpoint keeps.
    pub(super) fn state(&self) -> State {
        State {
            drawn_from: self.drawn_from.clone(),
            start: self.start,
            end: self.end,
            rest: self.order.rest().collect(),
        }
    }

    /// Goes on from where [`state`](Self::state) was taken of noise made alike; whether it may have been.
    pub(super) fn go_on_from(&mut self, state: State) -> bool {
        let State {
            drawn_from,
            start,
            end,
            rest,
        } = state;
        self.rows = Rows::at(drawn_from.clone());
        self.drawn_from = drawn_from;
        (self.start, self.end) = (start, end);
        self.order.keys.clear();
        self.counts.fill(0);
        if start.is_some() {
            self.draw();
            if self.end != end {
                return false;
            }
        }
        for &key in &rest {
            let j = key & ((1 << NEURON_BITS) - 1);
            let Some(slot) = self.slot(j as usize) else {
                return false;
            };
            if key >> (NEURON_BITS + self.exponent) > 0 {
                return false;
            }
            self.counts[slot] = 0;
        }
        self.order.keys = rest;
        self.arrange();
        true
    }
}

#[cfg(test)]
mod tests;
