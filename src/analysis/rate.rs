//! Spikes per time bin and the population rate.

use crate::base::time::{Duration, PS_PER_S, Time};

/// Most bins that a [`SpikeCount`] may have: enough for a day in bins of 10 ms, and a bound on its memory (80 MB).
pub const MAX_BINS: i64 = 10_000_000;

/// A binning that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BinError {
    /// The bin width is zero or negative.
    #[error("bin width: found {found}, expected a duration above zero")]
    Width {
        /// The width asked for.
        found: Duration,
    },
    /// The range would need more than [`MAX_BINS`] bins.
    #[error("time bins: found {found} bins, expected at most {MAX_BINS}\n  help: use wider bins")]
    TooMany {
        /// How many bins the range needs.
        found: i64,
    },
}

/// The number of spikes of a population in each time bin of [start, stop).
///
/// Bin k is [start + k·width, start + (k + 1)·width), half-open and on whole picoseconds, so a spike on a boundary
/// belongs to the later bin and to no other. The last bin ends at `stop` and may be narrower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeCount {
    start: Time,
    stop: Time,
    width: Duration,
    counts: Vec<u64>,
}

impl SpikeCount {
    /// Counts the spikes at `times` (in any order) that lie in [start, stop); an empty range has no bins.
    ///
    /// # Errors
    /// If `width` is not above zero or the range needs more than [`MAX_BINS`] bins.
    pub fn new(
        times: impl IntoIterator<Item = Time>,
        start: Time,
        stop: Time,
        width: Duration,
    ) -> Result<Self, BinError> {
        if width.ps() <= 0 {
            return Err(BinError::Width { found: width });
        }
        let span = stop.since(start).ps().max(0);
        let n_bins = span / width.ps() + i64::from(span % width.ps() != 0);
        if n_bins > MAX_BINS {
            return Err(BinError::TooMany { found: n_bins });
        }
        let mut counts = vec![0_u64; n_bins as usize];
        for t in times {
            if start <= t && t < stop {
                // Only a span beyond the clock's range, which saturates, could reach past the last bin.
                let bin = (t.since(start).ps() / width.ps()).min(n_bins - 1);
                counts[bin as usize] += 1;
            }
        }
        Ok(Self {
            start,
            stop,
            width,
            counts,
        })
    }

    /// Spikes per bin.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The edges of each bin.
    pub fn edges(&self) -> impl Iterator<Item = (Time, Time)> + '_ {
        (0..self.counts.len() as i64).map(|k| {
            // Within [start, stop] by construction: k·width < stop − start.
            let left = Time::from_ps(self.start.ps() + k * self.width.ps());
            let right = left
                .checked_add(self.width)
                .map_or(self.stop, |r| r.min(self.stop));
            (left, right)
        })
    }

    /// The mean rate per neuron in each bin, in Hz: spikes / (neurons × the bin's real width). Zero without neurons.
    pub fn rates_hz(&self, n_neurons: usize) -> Vec<f64> {
        self.edges()
            .zip(&self.counts)
            .map(|((left, right), &count)| {
                if n_neurons == 0 {
                    return 0.0;
                }
                let width_s = right.since(left).ps() as f64 / PS_PER_S;
                count as f64 / (n_neurons as f64 * width_s)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(times: &[i64], start: i64, stop: i64, width: i64) -> SpikeCount {
        SpikeCount::new(
            times.iter().map(|&t| Time::from_ps(t)),
            Time::from_ps(start),
            Time::from_ps(stop),
            Duration::from_ps(width),
        )
        .unwrap()
    }

    #[test]
    fn a_spike_on_a_boundary_belongs_to_the_later_bin() {
        let c = count(&[0, 9, 10, 19, 20, 24, 25, -1], 0, 25, 10);
        assert_eq!(c.counts(), [2, 2, 2]);
    }

    #[test]
    fn the_rate_of_a_narrow_last_bin_uses_its_own_width() {
        // 2 neurons, bins of 100 ms, the last one of 50 ms, one spike each: 1/(2·0.1) and 1/(2·0.05) Hz.
        let ms = crate::base::time::PS_PER_MS;
        let c = count(&[0, 120 * ms], 0, 150 * ms, 100 * ms);
        assert_eq!(c.rates_hz(2), [5.0, 10.0]);
        assert_eq!(c.rates_hz(0), [0.0, 0.0]);
    }

    #[test]
    fn impossible_bins_are_refused() {
        let make = |stop, width| {
            SpikeCount::new(
                [],
                Time::ZERO,
                Time::from_ps(stop),
                Duration::from_ps(width),
            )
        };
        assert!(matches!(make(5, 0), Err(BinError::Width { .. })));
        assert!(matches!(make(i64::MAX, 1), Err(BinError::TooMany { .. })));
        assert!(make(-5, 1).unwrap().counts().is_empty());
    }

    proptest! {
        #[test]
        fn every_spike_in_range_is_counted_once(
            times in proptest::collection::vec(-50_i64..250, 0..200),
            start in -20_i64..50, span in 0_i64..200, width in 1_i64..60,
        ) {
            let stop = start + span;
            let c = count(&times, start, stop, width);
            let inside = times.iter().filter(|&&t| start <= t && t < stop).count();
            prop_assert_eq!(c.counts().iter().sum::<u64>(), inside as u64);
            for ((left, right), &n) in c.edges().zip(c.counts()) {
                let here = times.iter().filter(|&&t| left.ps() <= t && t < right.ps()).count();
                prop_assert_eq!(n, here as u64);
            }
            // The bins tile the range.
            let covered: i64 = c.edges().map(|(l, r)| r.since(l).ps()).sum();
            prop_assert_eq!(covered, span);
        }
    }
}
