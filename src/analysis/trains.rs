//! Spike trains: the times at which each neuron fired, on the clock's ticks.

use crate::base::time::{Duration, Time};

/// A stretch of time, from its start up to but without its stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first instant.
    pub start: Time,
    /// The instant after its last one.
    pub stop: Time,
}

impl Span {
    /// How long it is; nothing where it ends before it begins.
    pub fn length(self) -> Duration {
        let length = self.stop.since(self.start);
        length.max(Duration::ZERO)
    }

    /// How long it is in seconds.
    pub fn seconds(self) -> f64 {
        self.length().as_ms() / 1e3
    }

    /// Whole bins of this width in it; the rest behind the last whole one belongs to none.
    pub fn bins(self, width: Duration) -> usize {
        match width.ps() {
            ..=0 => 0,
            width => (self.length().ps() / width) as usize,
        }
    }

    /// What it shares with another; empty where that is nothing.
    pub fn within(self, other: Self) -> Self {
        let start = self.start.max(other.start);
        Self {
            start,
            stop: self.stop.min(other.stop).max(start),
        }
    }
}

/// What `spans` cover, ascending: those without length are left out, those that share time are one. Those that only touch stay two,
/// or are one as well where they are to be `joined`.
pub fn united(mut spans: Vec<Span>, joined: bool) -> Vec<Span> {
    spans.retain(|span| span.length() > Duration::ZERO);
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        let meets = |last: &&mut Span| span.start < last.stop || joined && span.start == last.stop;
        match apart.last_mut().filter(meets) {
            Some(last) => last.stop = last.stop.max(span.stop),
            None => apart.push(span),
        }
    }
    apart
}

/// The spike trains of neurons, each ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trains {
    times: Vec<Time>,
    /// Where the train of each neuron begins, and where the last one ends.
    starts: Vec<usize>,
}

impl Trains {
    /// Trains that hold as many spikes as `counts` says for each neuron, to be filled in any order.
    pub fn filling(counts: &[usize]) -> Filling {
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut start = 0;
        for count in counts {
            starts.push(start);
            start += count;
        }
        starts.push(start);
        Filling {
            next: starts[..counts.len()].to_vec(),
            trains: Self {
                times: vec![Time::ZERO; start],
                starts,
            },
        }
    }

    /// Those of `size` neurons that fire `spikes`, in any order; neurons that are not below `size` are left out.
    pub fn new(size: usize, spikes: &[(Time, u32)]) -> Self {
        let mut counts = vec![0; size];
        for &(_, neuron) in spikes {
            if let Some(count) = counts.get_mut(neuron as usize) {
                *count += 1;
            }
        }
        let mut filling = Self::filling(&counts);
        for &(time, neuron) in spikes {
            filling.put(neuron as usize, time);
        }
        filling.finish()
    }

    /// How many neurons there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many spikes there are.
    pub fn spikes(&self) -> usize {
        self.times.len()
    }

    /// The train of `neuron`; nothing of one that is not there.
    pub fn of(&self, neuron: usize) -> &[Time] {
        match self.starts.get(neuron..=neuron + 1) {
            Some(&[start, stop]) => &self.times[start..stop],
            _ => &[],
        }
    }

    /// What the train of `neuron` holds within `span`.
    pub fn within(&self, neuron: usize, span: Span) -> &[Time] {
        cut(self.of(neuron), span)
    }

    /// Spikes of all neurons in each whole bin of `span`.
    pub fn population_counts(&self, span: Span, width: Duration) -> Vec<u32> {
        let mut counts = vec![0; span.bins(width)];
        for neuron in 0..self.len() {
            add_counts(self.of(neuron), span, width, &mut counts);
        }
        counts
    }

    /// All spikes within `span`, in order of time, then of neuron.
    pub fn in_order(&self, span: Span) -> Vec<(Time, u32)> {
        let train = |neuron: usize| {
            let times = self.within(neuron, span).iter();
            times.map(move |&time| (time, neuron as u32))
        };
        let mut spikes: Vec<(Time, u32)> = (0..self.len()).flat_map(train).collect();
        spikes.sort_unstable();
        spikes
    }
}

/// Trains that are being filled.
#[derive(Debug)]
pub struct Filling {
    trains: Trains,
    next: Vec<usize>,
}

impl Filling {
    /// `neuron` fired at `time`. A neuron that is not there, or has all of its spikes, is left alone.
    pub fn put(&mut self, neuron: usize, time: Time) {
        let Some(next) = self.next.get_mut(neuron) else {
            return;
        };
        if *next < self.trains.starts[neuron + 1] {
            self.trains.times[*next] = time;
            *next += 1;
        }
    }

    /// The trains, each in order.
    pub fn finish(mut self) -> Trains {
        for neuron in 0..self.trains.len() {
            let (start, stop) = (self.trains.starts[neuron], self.trains.starts[neuron + 1]);
            let train = &mut self.trains.times[start..stop];
            if !train.is_sorted() {
                train.sort_unstable();
            }
        }
        self.trains
    }
}

/// What an ascending train holds within `span`.
pub fn cut(train: &[Time], span: Span) -> &[Time] {
    let start = train.partition_point(|&time| time < span.start);
    let stop = train.partition_point(|&time| time < span.stop);
    &train[start..stop.max(start)]
}

/// Spikes of a train in each whole bin of `span`.
pub fn counts(train: &[Time], span: Span, width: Duration) -> Vec<u32> {
    let mut counts = vec![0; span.bins(width)];
    add_counts(train, span, width, &mut counts);
    counts
}

fn add_counts(train: &[Time], span: Span, width: Duration, counts: &mut [u32]) {
    for &time in cut(train, span) {
        let bin = (time.since(span.start).ps() / width.ps()) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: i64, stop: i64) -> Span {
        Span {
            start: Time::from_ps(start),
            stop: Time::from_ps(stop),
        }
    }

    fn at(times: &[i64]) -> Vec<Time> {
        times.iter().map(|&ps| Time::from_ps(ps)).collect()
    }

    #[test]
    fn time_that_spans_share_is_there_once() {
        let spans = [(5, 8), (20, 30), (0, 6), (22, 25), (8, 9), (40, 40), (0, 6)];
        let spans = spans.map(|(start, stop)| span(start, stop)).to_vec();
        let apart = [span(0, 8), span(8, 9), span(20, 30)];
        assert_eq!(united(spans.clone(), false), apart);
        assert_eq!(united(spans, true), [span(0, 9), span(20, 30)]);
    }

    #[test]
    fn trains_by_hand() {
        let spikes = [(5, 1), (3, 0), (1, 1), (9, 1), (4, 7)];
        let spikes = spikes.map(|(ps, neuron)| (Time::from_ps(ps), neuron));
        let trains = Trains::new(3, &spikes);
        assert_eq!((trains.len(), trains.spikes()), (3, 4));
        assert_eq!(trains.of(1), at(&[1, 5, 9]));
        assert_eq!((trains.of(2), trains.of(8)), (&[][..], &[][..]));
        // A spike at the stop is outside, one at the start is inside.
        assert_eq!(trains.within(1, span(1, 9)), at(&[1, 5]));
        let order = trains.in_order(span(0, 9));
        assert_eq!(order.iter().map(|s| s.1).collect::<Vec<_>>(), [1, 0, 1]);
        let two = Duration::from_ps(2);
        assert_eq!(trains.population_counts(span(1, 8), two), [1, 1, 1]);
        assert!(counts(trains.of(1), span(9, 1), two).is_empty());
    }

    proptest! {
        #[test]
        fn bins_lose_no_spike_and_count_none_twice(
            times in prop::collection::vec(0_i64..1_000, 0..80), start in 0_i64..500, n in 0_i64..50, width in 1_i64..20,
        ) {
            let mut times = times;
            times.sort_unstable();
            let train = at(&times);
            let whole = span(start, start + n * width);
            let counts = counts(&train, whole, Duration::from_ps(width));
            prop_assert_eq!(counts.len() as i64, n);
            prop_assert_eq!(counts.iter().sum::<u32>() as usize, cut(&train, whole).len());
        }
    }
}
