//! The spikes of a population in pieces: where a span begins and ends is found by bisection, as times are sorted.

use std::ops::{Bound, Range, RangeBounds};

use hdf5::Dataset;

use super::read::{Reader, TIME};
use super::{Recording, RecordingError};
use crate::base::time::{Duration, Time, TimeRangeError};
use crate::record::column::{CHUNK, rest_of};

/// The spikes of one population within a span, a few ten thousand at a time: `(time, neuron)`, sorted by time.
///
/// Ends after the first error.
#[derive(Debug)]
pub struct SpikeChunks<'a> {
    columns: Columns<'a>,
    /// Rows still to read.
    next: usize,
    end: usize,
    /// No spike may be earlier.
    least: Time,
    /// No spike may be as late.
    stop: Time,
}

#[derive(Debug)]
struct Columns<'a> {
    reader: Reader<'a>,
    place: String,
    size: usize,
    times: Dataset,
    rests: Option<Dataset>,
    nodes: Dataset,
}

impl<'a> SpikeChunks<'a> {
    pub(super) fn new(
        recording: &'a Recording,
        population: &str,
        size: usize,
        span: impl RangeBounds<Time>,
    ) -> Result<Self, RecordingError> {
        let reader = recording.reader()?;
        let place = format!("/spikes/{population}");
        let named = |name: &str| format!("{place}/{name}");
        let times = reader.dataset::<f64>(&named("timestamps"), 1)?;
        let nodes = reader.dataset::<u64>(&named("node_ids"), 1)?;
        let mut lengths = vec![times.size(), nodes.size()];
        let rest = rest_of(&named("timestamps"));
        let rests = match reader.file.link_exists(&rest) {
            true => Some(reader.dataset::<i16>(&rest, 1)?),
            false => None,
        };
        lengths.extend(rests.as_ref().map(|rests| rests.size()));
        let rows = reader.rows(&place, &lengths)?;
        let columns = Columns {
            reader,
            place,
            size,
            times,
            rests,
            nodes,
        };
        let (start, stop) = ends(span);
        let next = columns.first_from(start, 0, rows)?;
        Ok(Self {
            next,
            end: columns.first_from(stop, next, rows)?,
            columns,
            least: start.max(Time::ZERO),
            stop,
        })
    }

    /// How many spikes are still to come.
    pub fn remaining(&self) -> usize {
        self.end - self.next
    }

    /// Time of the last of them.
    pub(super) fn last_time(&self) -> Result<Option<Time>, RecordingError> {
        let last = self.end.checked_sub(1).filter(|&last| last >= self.next);
        let times = last.map_or(Ok(Vec::new()), |last| self.columns.times(last..last + 1))?;
        Ok(times.first().copied())
    }

    fn read(&mut self) -> Result<Vec<(Time, u32)>, RecordingError> {
        // Up to the end of a chunk of the file, so that none is read twice.
        let end = (self.next / CHUNK + 1).saturating_mul(CHUNK).min(self.end);
        let rows = self.next..end;
        self.next = end;
        let nodes = self.columns.nodes(rows.clone())?;
        let stamps = self.columns.stamps(rows.clone())?;
        // There are millions: all are looked at together, and what is wrong with one is looked for only where something is.
        let sound = |times: &[Time]| {
            let within =
                |time: Option<&Time>| time.is_none_or(|&t| self.least <= t && t < self.stop);
            let ascend = times
                .windows(2)
                .fold(true, |so_far, two| so_far & (two[0] <= two[1]));
            let size = self.columns.size as u64;
            let known = nodes
                .iter()
                .fold(true, |so_far, &node| so_far & (node < size));
            within(times.first()) && within(times.last()) && ascend && known
        };
        let times = stamps.all().ok().filter(|times| sound(times));
        let Some(times) = times else {
            return Err(self.fault(rows.start + self.first_unsound(&stamps, &nodes)));
        };
        self.least = times.last().copied().unwrap_or(self.least);
        let neurons = nodes.into_iter().map(|node| node as u32);
        Ok(times.into_iter().zip(neurons).collect())
    }

    /// The index of the first spike with which something is wrong.
    #[cold]
    fn first_unsound(&self, stamps: &Stamps, nodes: &[u64]) -> usize {
        let (mut least, size) = (self.least, self.columns.size as u64);
        let is_sound = |(index, (&ms, &node)): (usize, (&f64, &u64))| match stamps.time(index, ms) {
            Ok(time) if least <= time && time < self.stop && node < size => {
                least = time;
                true
            }
            _ => false,
        };
        let spikes = stamps.ms.iter().zip(nodes).enumerate();
        spikes.map(is_sound).take_while(|&sound| sound).count()
    }

    /// What is wrong with the spike in `row`.
    #[cold]
    fn fault(&self, row: usize) -> RecordingError {
        let columns = &self.columns;
        let found = columns
            .times(row..row + 1)
            .and_then(|times| columns.node(row).map(|()| times));
        match found {
            Err(error) => error,
            Ok(times) => {
                let place = format!("{}/timestamps[{row}]", columns.place);
                let time = times.first().copied().unwrap_or(Time::NEVER);
                columns
                    .reader
                    .content(&place, time, "times that never decrease")
            }
        }
    }
}

impl Iterator for SpikeChunks<'_> {
    type Item = Result<Vec<(Time, u32)>, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.next = self.end;
        }
        Some(read)
    }
}

/// Times as the file has them.
struct Stamps {
    ms: Vec<f64>,
    rests: Option<Vec<i16>>,
}

impl Stamps {
    /// The time at `index`, whose milliseconds are `ms`.
    fn time(&self, index: usize, ms: f64) -> Result<Time, TimeRangeError> {
        match self.rests.as_ref().and_then(|rests| rests.get(index)) {
            Some(&rest) => Time::from_ms_and_rest(ms, rest),
            None => Time::from_ms(ms),
        }
    }

    /// All of them.
    fn all(&self) -> Result<Vec<Time>, TimeRangeError> {
        match &self.rests {
            Some(rests) if rests.len() == self.ms.len() => {
                Time::all_from_ms_and_rests(&self.ms, rests)
            }
            _ => self
                .ms
                .iter()
                .enumerate()
                .map(|(index, &ms)| self.time(index, ms))
                .collect(),
        }
    }
}

impl Columns<'_> {
    fn stamps(&self, rows: Range<usize>) -> Result<Stamps, RecordingError> {
        let place = format!("{}/timestamps", self.place);
        let ms = self.reader.slice(&self.times, &place, rows.clone())?;
        let rests = self.rests.as_ref();
        let rests = rests.map(|rests| self.reader.slice(rests, &rest_of(&place), rows));
        Ok(Stamps {
            ms,
            rests: rests.transpose()?,
        })
    }

    /// Times of these rows.
    fn times(&self, rows: Range<usize>) -> Result<Vec<Time>, RecordingError> {
        let first = rows.start;
        let stamps = self.stamps(rows)?;
        let time = |(index, &ms): (usize, &f64)| {
            let time = stamps.time(index, ms).ok();
            time.filter(|&time| time >= Time::ZERO).ok_or_else(|| {
                let place = format!("{}/timestamps[{}]", self.place, first + index);
                self.reader.content(&place, ms, TIME)
            })
        };
        stamps.ms.iter().enumerate().map(time).collect()
    }

    fn nodes(&self, rows: Range<usize>) -> Result<Vec<u64>, RecordingError> {
        let place = format!("{}/node_ids", self.place);
        self.reader.slice(&self.nodes, &place, rows)
    }

    /// Whether the spike in `row` is of a neuron of the population.
    fn node(&self, row: usize) -> Result<(), RecordingError> {
        let node = self.nodes(row..row + 1)?.first().copied();
        match node.filter(|&node| node >= self.size as u64) {
            Some(node) => {
                let place = format!("{}/node_ids[{row}]", self.place);
                let expected = format!("a neuron below {}", self.size);
                Err(self.reader.content(&place, node, expected))
            }
            None => Ok(()),
        }
    }

    /// The first of rows `low` to `high` whose time is `from` or later; `high` if there is none.
    fn first_from(
        &self,
        from: Time,
        mut low: usize,
        mut high: usize,
    ) -> Result<usize, RecordingError> {
        while low < high {
            let middle = low + (high - low) / 2;
            let time = self.times(middle..middle + 1)?;
            if time.first().is_some_and(|&time| time < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// Start and stop of a span: from, up to but without.
pub(super) fn ends(span: impl RangeBounds<Time>) -> (Time, Time) {
    const TICK: Duration = Duration::from_ps(1);
    let after = |time: Time| time.checked_add(TICK).unwrap_or(Time::MAX);
    let start = match span.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&start) => after(start),
        Bound::Unbounded => Time::ZERO,
    };
    let stop = match span.end_bound() {
        Bound::Included(&stop) => after(stop),
        Bound::Excluded(&stop) => stop,
        Bound::Unbounded => Time::MAX,
    };
    (start, stop)
}
