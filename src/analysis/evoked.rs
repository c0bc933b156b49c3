//! What a population does around pulses.

use crate::base::time::{Duration, Time};

/// A window around instants, in bins: from so long before to so long after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Before the instant, zero or more.
    pub before: Duration,
    /// After it, above zero.
    pub after: Duration,
    /// Length of a bin, above zero.
    pub bin: Duration,
}

impl Around {
    /// How many bins there are; the last may be cut short.
    pub fn bins(&self) -> usize {
        let span = self.before.ps() + self.after.ps();
        (span as u64).div_ceil(self.bin.ps() as u64) as usize
    }

    /// How long bin number `k` is.
    fn length(&self, k: usize) -> Duration {
        let rest = self.before.ps() + self.after.ps() - k as i64 * self.bin.ps();
        Duration::from_ps(rest.min(self.bin.ps()))
    }

    /// The middle of bin number `k` in milliseconds after the instant.
    pub fn middle_ms(&self, k: usize) -> f64 {
        k as f64 * self.bin.as_ms() + 0.5 * self.length(k).as_ms() - self.before.as_ms()
    }
}

/// The mean rate of a neuron in hertz in each bin of the window around each of `instants`, over all of them whose window lies between two
/// `edges` that follow each other, which ascend, and how many those are; `spikes` of all `n` neurons ascend. `None` where there is no such
/// instant.
pub fn evoked(
    spikes: &[Time],
    instants: &[Time],
    around: &Around,
    n: u32,
    edges: &[Time],
) -> Option<(Vec<f64>, u32)> {
    let mut counts = vec![0_u64; around.bins()];
    let mut windows = 0_u32;
    for &instant in instants {
        let from = Time::from_ps(instant.ps().saturating_sub(around.before.ps()));
        let stretch = edges.partition_point(|&edge| edge <= from);
        let stop = edges.get(stretch).filter(|_| stretch > 0);
        let to = instant.checked_add(around.after);
        let Some(to) = to.filter(|to| stop.is_some_and(|stop| to <= stop)) else {
            continue;
        };
        windows += 1;
        let first = spikes.partition_point(|&t| t < from);
        for &t in spikes[first..].iter().take_while(|&&t| t < to) {
            counts[(t.since(from).ps() / around.bin.ps()) as usize] += 1;
        }
    }
    let all = f64::from(n) * f64::from(windows) * 1e-3;
    let rates = counts.iter().enumerate();
    let rates = rates.map(|(k, &count)| count as f64 / (all * around.length(k).as_ms()));
    (windows > 0).then(|| (rates.collect(), windows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_bin_that_is_cut_short_has_its_own_length() {
        let ms = |ms: f64| Duration::from_ms(ms).unwrap();
        let around = Around {
            before: ms(0.0),
            after: ms(25.0),
            bin: ms(10.0),
        };
        assert_eq!([0, 1, 2].map(|k| around.middle_ms(k)), [5.0, 15.0, 22.5]);
        let spikes = [Time::ZERO + ms(121.0)];
        let instants = [Time::ZERO + ms(100.0)];
        let all = evoked(
            &spikes,
            &instants,
            &around,
            1,
            &[Time::ZERO, Time::ZERO + ms(200.0)],
        );
        assert_eq!(all.unwrap().0, [0.0, 0.0, 200.0]);
    }

    #[test]
    fn rates_are_aligned_to_pulses() {
        let ms = |ms: f64| Time::from_ms(ms).unwrap();
        let around = Around {
            before: Duration::from_ms(10.0).unwrap(),
            after: Duration::from_ms(20.0).unwrap(),
            bin: Duration::from_ms(10.0).unwrap(),
        };
        // Around 100 and 200; the window around 5 begins before 0, that around 295 ends after the end.
        let spikes = [90.0, 99.9, 100.0, 119.9, 120.0, 205.0, 216.0].map(ms);
        let instants = [5.0, 100.0, 200.0, 295.0].map(ms);
        let edges = [ms(0.0), ms(300.0)];
        let (rates, windows) = evoked(&spikes, &instants, &around, 5, &edges).unwrap();
        assert_eq!(windows, 2);
        // Two windows of 10 ms of five neurons: a spike is 10 Hz.
        assert_eq!(rates, [20.0, 20.0, 20.0]);
        assert_eq!((around.middle_ms(0), around.middle_ms(2)), (-5.0, 15.0));
        assert_eq!(evoked(&spikes, &instants[..1], &around, 5, &edges), None);
        // A network that begins anew at 210 ms leaves one whole window, which may touch an edge.
        let edges = [ms(0.0), ms(120.0), ms(210.0), ms(300.0)];
        let cut = evoked(&spikes, &instants, &around, 5, &edges).unwrap();
        assert_eq!(cut, (vec![40.0, 20.0, 20.0], 1));
    }
}
