//! The spikes of a population in pieces: where a span begins and ends is found by bisection, as times are sorted.

use std::ops::{Bound, RangeBounds};

use hdf5::Dataset;

use super::read::Reader;
use super::{Recording, RecordingError};
use crate::base::time::{Duration, Time};
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
        let reader = recording.reader();
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
            least: start,
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
        let first = rows.start;
        self.next = end;
        let spikes = self.columns.read(rows)?;
        for (index, &(time, _)) in spikes.iter().enumerate() {
            if time < self.least || time >= self.stop {
                let place = format!("{}/timestamps[{}]", self.columns.place, first + index);
                let reader = self.columns.reader;
                return Err(reader.content(&place, time, "times that never decrease"));
            }
            self.least = time;
        }
        Ok(spikes)
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

impl Columns<'_> {
    /// Times of these rows.
    fn times(&self, rows: std::ops::Range<usize>) -> Result<Vec<Time>, RecordingError> {
        let place = format!("{}/timestamps", self.place);
        let first = rows.start;
        let ms: Vec<f64> = self.reader.slice(&self.times, &place, rows.clone())?;
        let rests: Option<Vec<i16>> = match &self.rests {
            Some(rests) => Some(self.reader.slice(rests, &rest_of(&place), rows)?),
            None => None,
        };
        let rest = |index: usize| rests.as_ref().and_then(|rests| rests.get(index)).copied();
        let times = ms.into_iter().enumerate();
        let time = |(index, ms)| {
            let rest = rest(index);
            self.reader.time(&place, first + index, ms, rest)
        };
        times.map(time).collect()
    }

    fn read(&self, rows: std::ops::Range<usize>) -> Result<Vec<(Time, u32)>, RecordingError> {
        let place = format!("{}/node_ids", self.place);
        let first = rows.start;
        let nodes: Vec<u64> = self.reader.slice(&self.nodes, &place, rows.clone())?;
        let nodes = nodes.into_iter().enumerate().map(|(index, node)| {
            let known = u32::try_from(node).ok();
            let known = known.filter(|&node| (node as usize) < self.size);
            known.ok_or_else(|| {
                let expected = format!("a neuron below {}", self.size);
                let place = format!("{place}[{}]", first + index);
                self.reader.content(&place, node, expected)
            })
        });
        let times = self.times(rows)?.into_iter();
        times
            .zip(nodes)
            .map(|(time, node)| Ok((time, node?)))
            .collect()
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
