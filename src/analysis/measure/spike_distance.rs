//! How far spikes of one train are from those of another, over time.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Spec, Values};

static SPEC: Spec = Spec {
    name: "spike_distance",
    summary: "how far spikes of two neurons are apart for the intervals they stand in, from 0 to 1, over time",
    equations: "D = mean over time of (S_1 nu_2 + S_2 nu_1) / (2 mean(nu)^2), S(t) the distance of the spikes around t from the \
                nearest of the other train, weighted by how near they are, nu(t) the interval around t; undefined where a neuron spikes twice at one instant",
    parameters: &[NEURONS],
    source: "Kreuz et al. 2013, J. Neurophysiol. 109:1457; edges as `pyspike.spike_distance`",
};

/// The distance of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: distances,
};

/// A train as the walk over time sees it: times in ms from the start of the span, at which it lies.
#[derive(Debug)]
struct Train {
    times: Vec<f64>,
    /// What stands for spikes before the first and after the last.
    edges: [f64; 2],
    stop: f64,
}

impl Train {
    fn new(times: Vec<f64>, stop: f64) -> Self {
        let n = times.len();
        let edges = match times.as_slice() {
            [first, second, ..] => [
                (first - (second - first)).min(0.0),
                (times[n - 1] + (times[n - 1] - times[n - 2])).max(stop),
            ],
            _ => [0.0, stop],
        };
        Self { times, edges, stop }
    }

    /// Distance from `time` to the nearest spike from number `first` on, or to an edge.
    fn nearest(&self, time: f64, first: usize) -> f64 {
        let mut nearest = (time - self.edges[0]).abs();
        for spike in self.times.iter().skip(first) {
            let apart = (time - spike).abs();
            if apart > nearest {
                return nearest;
            }
            nearest = apart;
        }
        nearest.min((self.edges[1] - time).abs())
    }

    /// The interval behind the last spike.
    fn last_interval(&self) -> f64 {
        match self.times.as_slice() {
            [.., before, last] => (self.stop - last).max(last - before),
            [last] => self.stop - last,
            [] => self.stop,
        }
    }
}

/// Where the walk stands in one of the trains.
struct Place<'a> {
    train: &'a Train,
    /// Spikes that have been.
    seen: usize,
    /// The spikes around now, and how far each is from the nearest of the other train.
    before: f64,
    after: f64,
    from_before: f64,
    from_after: f64,
    /// The interval around now.
    interval: f64,
}

impl<'a> Place<'a> {
    fn new(train: &'a Train, other: &Train) -> Self {
        let times = &train.times;
        let first = times[0];
        let starts = first > 0.0;
        let before = if starts { train.edges[0] } else { 0.0 };
        let after = match starts {
            true => first,
            false => times.get(1).copied().unwrap_or(train.stop),
        };
        let from_after = other.nearest(after, 0);
        let interval = match (starts, times.get(1)) {
            (true, Some(second)) => first.max(second - first),
            (true, None) => first,
            (false, _) => after - first,
        };
        Self {
            train,
            seen: usize::from(!starts),
            before,
            after,
            // Before the first spike the distance does not change.
            from_before: if starts {
                from_after
            } else {
                other.nearest(before, 0)
            },
            from_after,
            interval,
        }
    }

    fn is_done(&self) -> bool {
        self.seen == self.train.times.len()
    }

    /// The distance of the spikes around `now`, weighted by how near they are.
    fn at(&self, now: f64) -> f64 {
        (self.from_before * (self.after - now) + self.from_after * (now - self.before))
            / self.interval
    }

    /// The distance as it is when `now` is a spike of this train that comes, before it does.
    fn ends(&self) -> f64 {
        self.from_after * (self.after - self.before) / self.interval
    }

    /// The next spike comes. `other` has seen `seen` spikes.
    fn step(&mut self, other: &Train, seen: usize) {
        self.from_before = self.from_after;
        self.before = self.after;
        self.seen += 1;
        match self.train.times.get(self.seen) {
            Some(&after) => {
                self.after = after;
                self.from_after = other.nearest(after, seen.saturating_sub(1));
                self.interval = after - self.before;
            }
            None => {
                self.after = self.train.edges[1];
                self.from_after = self.from_before;
                self.interval = self.train.last_interval();
            }
        }
    }
}

fn dissimilarity(isi: [f64; 2], s: [f64; 2]) -> f64 {
    let mean = 0.5 * (isi[0] + isi[1]);
    0.5 * (s[0] * isi[1] + s[1] * isi[0]) / (mean * mean)
}

/// SPIKE distance of two trains, both with spikes.
fn distance(one: &Train, two: &Train) -> f64 {
    let stop = one.stop;
    let (mut a, mut b) = (Place::new(one, two), Place::new(two, one));
    let (mut now, mut sum) = (0.0, 0.0);
    let mut start = dissimilarity([a.interval, b.interval], [a.from_before, b.from_before]);
    while !(a.is_done() && b.is_done()) {
        let (first, second) = (a.after, b.after);
        let isi = [a.interval, b.interval];
        let (then, end);
        if !a.is_done() && (b.is_done() || first < second) {
            then = first;
            end = dissimilarity(isi, [a.ends(), b.at(first)]);
            let s = b.at(first);
            a.step(two, b.seen);
            sum += 0.5 * (start + end) * (then - now);
            start = dissimilarity([a.interval, b.interval], [a.from_before, s]);
        } else if !b.is_done() && (a.is_done() || first > second) {
            then = second;
            end = dissimilarity(isi, [a.at(second), b.ends()]);
            let s = a.at(second);
            b.step(one, a.seen);
            sum += 0.5 * (start + end) * (then - now);
            start = dissimilarity([a.interval, b.interval], [s, b.from_before]);
        } else {
            // Both fire: no distance on either side.
            then = first;
            sum += 0.5 * start * (then - now);
            let (seen_a, seen_b) = (a.seen, b.seen);
            a.step(two, seen_b + 1);
            b.step(one, seen_a + 1);
            (a.from_before, b.from_before) = (0.0, 0.0);
            if a.is_done() {
                a.from_after = 0.0;
            }
            if b.is_done() {
                b.from_after = 0.0;
            }
            start = 0.0;
        }
        now = then;
    }
    if now < stop {
        let end = dissimilarity([a.interval, b.interval], [a.from_after, b.from_after]);
        sum += 0.5 * (start + end) * (stop - now);
    }
    sum / stop
}

fn distances(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let stop = span.length().as_ms();
    over_pairs(
        &SPEC,
        ("", "SPIKE distance, from 0 to 1"),
        data,
        values,
        chance,
        |population, neuron| {
            let train = population.trains.within(neuron, span).iter();
            Train::new(
                train.map(|time| time.since(span.start).as_ms()).collect(),
                stop,
            )
        },
        distance,
    )
}
