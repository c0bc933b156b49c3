//! Noise by the bin of time, in no order: for each neuron by itself how often it comes, then when.
//!
//! In a bin a neuron gets a Poisson number of events at instants that are uniform in it, all independent: that is a Poisson
//! process. A neuron that stays below its threshold even with all of them at once need not know their order; it gets what
//! they add up to when the bin begins. The others get theirs one by one in the order of time, and so does one that
//! something else brings to its threshold within the bin, from then on: what it has had too early is taken back before it
//! is tested. So each spike comes when it would if all events had come in order; but this needs no logarithm, and neurons
//! side by side get theirs together.
//!
//! Where a population looks over a stretch of time at once, no bin reaches over its end. Stretches follow from the parameters and
//! begin anew where these change, so that from there on the same random numbers make other events.

mod order;
mod state;
mod table;

use super::scatter::current::scatter_currents;
use super::scatter::{BLOCK, MOST, Place, Rows, scatter};
use super::{Class, EventWeights, Events, Wish};
use crate::base::process::later;
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::{Bin, Bins, Early, Neurons};
use order::{Growing, NEURON_BITS, Order};
pub(super) use state::State;
use table::{Length, Sums, Table, highest_per_ps};

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
    length: Length,
    /// Constants of bins of some lengths; the first are those of the bin at hand.
    tables: Vec<Table>,
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
    /// What currents have gathered; empty where events bring none.
    gathered: Vec<f64>,
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
    rate_hz: f64,
}

/// Whether it pays that `class` comes by the bin: it excites, not too much at once, often enough, at few enough rates.
pub(super) fn pays(class: &Class, bins: Bins) -> bool {
    let runs = class.rates_hz.chunk_by(|a, b| a == b);
    let length = Length::of(class, bins);
    let bin = bins
        .stretch
        .map_or(length.most, |stretch| length.share(stretch.ps()));
    class.weight > 0.0
        && class.weight <= bins.most_weight
        && highest_per_ps(class) * f64::from(bin) >= LEAST_MEAN
        && runs.filter(|run| run[0] > 0.0).count() <= MOST_RUNS
}

/// Lengths of bins that are remembered: those of a stretch differ by a tick, and the first may be cut short.
const LENGTHS: usize = 4;

impl Binned {
    /// Input to neurons 0, 1, … of a lane, of which these are the `bins`, from `start` on, where [it pays](pays).
    pub(super) fn new(
        class: &Class,
        bins: Bins,
        wish: Wish,
        start: Time,
        stream: &mut Stream,
    ) -> Self {
        let (mut runs, mut first, mut place) = (Vec::new(), 0, 0);
        for equal in class.rates_hz.chunk_by(|a, b| a == b) {
            let len = equal.len();
            if equal[0] > 0.0 {
                runs.push(Run {
                    first,
                    len,
                    place,
                    rate_hz: equal[0],
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
            length: Length::of(class, bins),
            tables: Vec::new(),
            drawn_from: rows.place().clone(),
            rows,
            start: None,
            end: start,
            counts: vec![0; place],
            instants: vec![[0; BLOCK]; place / BLOCK * MOST],
            begins: vec![0; place / BLOCK],
            sums: vec![0.0; place],
            gathered: match bins.growth.delta_per_ps {
                Some(_) => vec![0.0; place],
                None => Vec::new(),
            },
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
        self.wish = wish;
        self.by_bin = wish.by_bin && self.length.holds(wish.growth);
        self.dense = self.length.half(wish.growth) <= 0.5;
        let length = self.tables.first().map_or(self.length.most, |at| at.length);
        self.tables.clear();
        self.set_length(length);
    }

    /// Bins are so many picoseconds long from the next on.
    fn set_length(&mut self, length: u32) {
        match self.tables.iter().position(|table| table.length == length) {
            Some(at) => self.tables.swap(0, at),
            None => {
                let growth = self.by_bin.then_some(self.wish.growth);
                let table = self.length.table(length, &self.runs, growth);
                self.tables.insert(0, table);
                self.tables.truncate(LENGTHS);
            }
        }
    }

    /// Of events of the bin at hand.
    fn summing(&self) -> Sums {
        self.tables[0].sums
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
            psi: match self.order.psi.is_empty() {
                true => &[],
                false => &self.order.psi[span.clone()],
            },
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

    /// Opens the next bin: all of it onto neurons that cannot fire in it, what the others get in order. Whether they are to be
    /// tested where it begins.
    pub(super) fn open(&mut self, neurons: &mut dyn Neurons) -> bool {
        let start = self.end;
        self.start = Some(start);
        if self.length.current {
            let end = match self.length.holds(self.wish.growth) {
                true => neurons.stretch_end(start),
                false => Time::MAX,
            };
            self.set_length(match end {
                Time::MAX => self.length.most,
                end => self.length.share(end.since(start).ps()),
            });
        }
        self.draw();
        let mut to_be_tested = false;
        let mut apart = std::mem::take(&mut self.apart);
        apart.clear();
        for run in &self.runs {
            let bin = Bin {
                start: self.begin(),
                end: self.end,
                first: run.first,
                sums: &self.sums[run.place..run.place + run.len],
                gathered: match self.gathered.is_empty() {
                    true => &[],
                    false => &self.gathered[run.place..run.place + run.len],
                },
                weight: self.weight,
            };
            if self.by_bin {
                to_be_tested |= neurons.receive_bin(bin, &mut apart);
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
        to_be_tested
    }

    /// Draws the bin that begins at `start`.
    fn draw(&mut self) {
        self.drawn_from = self.rows.place().clone();
        let Self {
            runs,
            tables,
            rows,
            counts,
            instants,
            begins,
            sums,
            gathered,
            ..
        } = self;
        let table = &tables[0];
        for (run, cumulative) in runs.iter().zip(&table.cumulative) {
            let counts = &mut counts[run.place..];
            let (counts, behind) = counts[..run.len.next_multiple_of(BLOCK)].split_at_mut(run.len);
            cumulative.draw(rows, counts);
            behind.fill(0);
        }
        match table.sums {
            Sums::Grown(terms) => scatter(rows, counts, instants, begins, sums, terms),
            Sums::Current(course) => {
                scatter_currents(rows, counts, instants, begins, sums, gathered, course);
            }
        }
        self.end = later(self.begin(), i64::from(self.tables[0].length));
    }

    /// Puts what comes in order into order.
    fn arrange(&mut self) {
        self.order.sort(NEURON_BITS + self.length.bits());
        self.order.arrange(self.growing());
        self.look();
    }

    /// How events grow within a bin.
    #[inline]
    fn growing(&self) -> Growing {
        let rate_per_ps = self.wish.growth.rate_per_ps;
        if let Some(delta_per_ps) = self.wish.growth.delta_per_ps {
            return match self.dense {
                false => Growing::Sudden,
                true => Growing::Current {
                    rate_per_ps,
                    delta_per_ps,
                },
            };
        }
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
        let sums = self.summing();
        let offsets = rows.iter().map(move |row| sums.offset(row[slot % BLOCK]));
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
        let sums = self.summing();
        for row in &self.instants[begin..begin + count] {
            let offset = sums.offset(row[slot % BLOCK]);
            let key = (offset as u64) << NEURON_BITS | u64::from(j);
            self.order.keys.push(key);
        }
    }

    /// Lets what neuron `j` gets more than `least` after the start of the bin come in order, when all is arranged; what that adds
    /// up to, if there is any.
    fn set_apart(&mut self, j: u16, start: Time, least: i64) -> Option<Early> {
        let slot = self.slot(j.into()).filter(|&slot| self.counts[slot] > 0)?;
        let early = self.early(slot, start, least);
        let mut keys = std::mem::take(&mut self.order.keys);
        let offsets = self.after(slot, least);
        keys.extend(offsets.map(|offset| (offset as u64) << NEURON_BITS | u64::from(j)));
        self.order.keys = keys;
        self.counts[slot] = 0;
        early
    }

    /// What that of the neuron at `slot` adds up to.
    fn early(&self, slot: usize, start: Time, least: i64) -> Option<Early> {
        let (mut amount, mut gathered) = (0.0, 0.0);
        for offset in self.after(slot, least) {
            let growth = self.growing().of(offset);
            amount += growth;
            gathered += growth * self.growing().psi(offset).unwrap_or(0.0);
        }
        (amount > 0.0).then_some(Early {
            start,
            amount: amount * self.weight,
            gathered: gathered * self.weight,
        })
    }

    /// Takes what neuron `j` has had ahead of its time at `t` back. Whether there was anything.
    pub(super) fn take_back(&mut self, neurons: &mut dyn Neurons, j: u16, t: Time) -> bool {
        let Some(start) = self.start else {
            return false;
        };
        let early = self.set_apart(j, start, t.since(start).ps());
        if let Some(early) = early {
            neurons.take_back(j, early);
            self.order.insert(self.growing());
            self.look();
        }
        early.is_some()
    }

    /// Takes all that `neurons` have had ahead of their time at `t` back.
    pub(super) fn take_all_back(&mut self, neurons: &mut dyn Neurons, t: Time) {
        let Some(start) = self.start else { return };
        let least = t.since(start).ps();
        for run in 0..self.runs.len() {
            let Run { first, len, .. } = self.runs[run];
            for j in first..first + len {
                if let Some(early) = self.set_apart(j as u16, start, least) {
                    neurons.take_back(j as u16, early);
                }
            }
        }
        self.order.keep_rest();
        self.arrange();
    }

    /// What neuron `j` has had ahead of its time at `t`.
    pub(super) fn ahead(&self, j: usize, t: Time) -> Option<Early> {
        let (slot, start) = (self.slot(j)?, self.start?);
        self.early(slot, start, t.since(start).ps())
    }
}

#[cfg(test)]
mod tests;
