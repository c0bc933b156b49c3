//! Ripples and spindles as they begin: a population's rate comes to swing within a band of frequencies.
//!
//! As laboratories stimulate on ripples: the signal passes a Butterworth filter sample by sample, its power a smoother, and what is
//! found is where the envelope rises so many standard deviations above its own mean (Sethi and Kemere 2014, Annu Int Conf IEEE Eng
//! Med Biol Soc, 4111). A filter that knows no future is late: by about 1/(highest − lowest), and by `smooth` and `shortest`.

use std::f64::consts::SQRT_2;

use serde::{Deserialize, Serialize};

use super::stepped::{Look, Stepped};
use super::{Entry, Onset, Watches, fault, time};
use crate::base::filter::Recursive;
use crate::base::function::{exp, least_whole};
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |values| {
        let own = ["memory", "shortest"].map(|key| values.number(key).unwrap_or(0.0));
        own.iter().sum()
    },
    build: |values, onset| {
        let bin = time(&SPEC, "bin", values)?;
        Ok(Box::new(Stepped::new(Band::new(values, &onset)?, bin)))
    },
};

/// The trigger as users see it; the measures `ripple` and `spindle` find the same with all that comes after known as well.
pub static SPEC: Spec = Spec {
    name: "band_onset",
    summary: "The rate of a population comes to swing within a band of frequencies, as in a ripple or a spindle.",
    equations: "y: spikes in a bin / (neurons bin), through Butterworth's filter of order 2 from `lowest` to `highest`;  envelope = sqrt(2 p), p: y^2 \
                smoothed exponentially;  found where envelope >= mean + threshold sd of itself for `shortest`; again once it was below its mean",
    parameters: &[
        ParameterSpec::quantity(
            "lowest",
            Dimension::Rate,
            Range::Positive,
            "lowest frequency, such as \"150 Hz\" for ripples, \"9.2 Hz\" for spindles",
        ),
        ParameterSpec::quantity(
            "highest",
            Dimension::Rate,
            Range::Positive,
            "highest frequency, such as \"250 Hz\", \"16.8 Hz\"",
        ),
        ParameterSpec::quantity(
            "threshold",
            Dimension::One,
            Range::NonNegative,
            "standard deviations above the mean that the envelope must reach",
        )
        .or_number(3.0),
        ParameterSpec::quantity(
            "shortest",
            Dimension::Time,
            Range::NonNegative,
            "how long it must stay there before it counts",
        )
        .or_number(15.0),
        ParameterSpec::quantity(
            "smooth",
            Dimension::Time,
            Range::Positive,
            "time constant of the smoother of its power",
        )
        .or_number(4.0),
        ParameterSpec::quantity(
            "memory",
            Dimension::Time,
            Range::Positive,
            "how far back mean and standard deviation reach; nothing is found before it has passed once",
        )
        .or_number(10_000.0),
        ParameterSpec::quantity(
            "bin",
            Dimension::Time,
            Range::Positive,
            "from one look at the rate to the next",
        )
        .or_number(1.0),
    ],
    source: "Sethi and Kemere 2014, Annu Int Conf IEEE Eng Med Biol Soc, 4111: real-time detection of ripples, on the rate in place of a field \
             potential",
};

/// Order of the filter, as the measure `spindle` has it.
const ORDER: usize = 2;

/// Finds where the envelope rises.
struct Band {
    /// Spikes in a bin to hertz of a neuron.
    hz: f64,
    filter: Recursive,
    threshold: f64,
    /// Bins for which it must stay above.
    least: u64,
    /// The shares of a bin in the smoothed power, and in mean and standard deviation in the long run.
    fresh: f64,
    newest: f64,
    /// Bins before anything is found.
    settling: u64,
}

/// All that changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Now {
    /// Bins since the beginning.
    bins: u64,
    filter: Vec<f64>,
    power: f64,
    /// Mean and variance of the envelope.
    mean: f64,
    variance: f64,
    /// Since when the envelope is above, if it is, and for how many bins.
    above: Option<(Time, u64)>,
    /// Whether this has been told.
    is_found: bool,
}

impl Band {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let bin = time(&SPEC, "bin", values)?;
        let rate = 1e3 / bin.as_ms();
        let (lowest, highest) = (values["lowest"], values["highest"]);
        if highest <= lowest {
            let reason = format!(
                " is {} Hz, expected more than `lowest`, {} Hz",
                legible(highest),
                legible(lowest)
            );
            return Err(fault(&SPEC, "highest", reason));
        }
        if highest >= rate / 2.0 {
            let reason = format!(
                " is {} Hz, expected less than {} Hz, the most that bins of {bin} show",
                legible(highest),
                legible(rate / 2.0)
            );
            return Err(fault(&SPEC, "highest", reason));
        }
        let [shortest, smooth, memory] =
            ["shortest", "smooth", "memory"].map(|key| time(&SPEC, key, values));
        let bins = |duration: Duration| least_whole(duration.as_ms() / bin.as_ms()) as u64;
        let share = |duration: Duration| 1.0 - exp(-(bin.as_ms() / duration.as_ms()));
        let (shortest, smooth, memory) = (shortest?, smooth?, memory?);
        Ok(Self {
            hz: rate / f64::from(onset.size),
            filter: Recursive::butterworth(ORDER, lowest, highest, rate),
            threshold: values["threshold"],
            least: bins(shortest),
            fresh: share(smooth),
            newest: share(memory),
            settling: bins(memory),
        })
    }
}

impl Look for Band {
    type Now = Now;

    fn fresh(&self) -> Now {
        Now {
            filter: self.filter.settled(0.0),
            ..Now::default()
        }
    }

    fn look(&self, now: &mut Now, at: Time, spikes: u64) -> Option<Time> {
        let y = self.filter.pass(spikes as f64 * self.hz, &mut now.filter);
        now.power += (y * y - now.power) * self.fresh;
        let envelope = SQRT_2 * now.power.sqrt();
        let sd = now.variance.sqrt();
        let is_above = sd > 0.0 && envelope >= now.mean + self.threshold * sd;
        now.above = match (is_above && now.bins >= self.settling, now.above) {
            (false, _) => None,
            (true, None) => Some((at, 0)),
            (true, Some((since, bins))) => Some((since, bins + 1)),
        };
        now.is_found &= envelope > now.mean;
        let told = now
            .above
            .filter(|&(_, bins)| bins >= self.least && !now.is_found);
        now.is_found |= told.is_some();
        now.bins += 1;
        let share = self.newest.max(1.0 / now.bins as f64);
        let off = envelope - now.mean;
        now.mean += off * share;
        now.variance = (1.0 - share) * (now.variance + share * off * off);
        told.map(|(event, _)| event)
    }

    fn settle(&self, now: &mut Now) {
        // Of another filter it would be of another length.
        now.filter.resize(self.filter.settled(0.0).len(), 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::complete;
    use crate::base::stream::Stream;
    use crate::trigger::tests::{begun, found};

    const RIPPLES: [(&str, f64); 2] = [("lowest", 150.0), ("highest", 250.0)];

    /// 1,000 neurons that fire at random, 20 Hz each, for 30 s; in each of `bursts`, 80 ms from there on, their rate swings fully at
    /// `hz` around five times as much.
    fn spikes(bursts: &[f64], hz: f64) -> Vec<(f64, u32)> {
        let mut draws = Stream::new(5, "spikes", 0);
        let mut spikes: Vec<(f64, u32)> = Vec::new();
        const STEP_MS: f64 = 0.25;
        for k in 0..120_000 {
            let ms = f64::from(k) * STEP_MS;
            let within = bursts
                .iter()
                .find(|&&start| (start..start + 80.0).contains(&ms));
            let rate_hz = within.map_or(20.0, |start| {
                let turns = (ms - start) * 1e-3 * hz;
                100.0 * (1.0 + (std::f64::consts::TAU * turns).sin())
            });
            let mean = 1000.0 * rate_hz * STEP_MS * 1e-3;
            let (mut n, mut left) = (0, mean - draws.exponential());
            while left > 0.0 {
                n += 1;
                left -= draws.exponential();
            }
            if n > 0 {
                spikes.push((ms, n));
            }
        }
        spikes
    }

    fn ripples(more: &[(&'static str, f64)], spikes: &[(f64, u32)]) -> Vec<(f64, f64)> {
        let values = RIPPLES.into_iter().chain(more.iter().copied()).collect();
        found(begun("band_onset", values, 1000).as_mut(), spikes, 30_000.0)
    }

    #[test]
    fn swings_within_the_band_are_found_as_they_begin_and_no_others() {
        let starts = [12_000.0, 15_000.0, 18_500.0, 25_000.0];
        let all = ripples(&[("threshold", 5.0)], &spikes(&starts, 200.0));
        assert_eq!(all.len(), starts.len(), "{all:?}");
        for ((event, at), start) in all.iter().zip(starts) {
            // 1/(highest - lowest) and the smoother: 14 ms.
            assert!((0.0..20.0).contains(&(event - start)), "{event} of {start}");
            assert!((at - event - 15.0).abs() < 1e-9);
        }
        // As strong, but elsewhere.
        assert_eq!(ripples(&[("threshold", 5.0)], &spikes(&starts, 60.0)), []);
        // Nothing is told of the first while.
        let early = [1_000.0, 9_000.0, 12_000.0];
        assert_eq!(
            ripples(&[("threshold", 5.0)], &spikes(&early, 200.0)).len(),
            1
        );
        // Longer than they are.
        assert_eq!(
            ripples(
                &[("threshold", 5.0), ("shortest", 120.0)],
                &spikes(&starts, 200.0)
            ),
            []
        );
    }

    #[test]
    fn silence_has_no_rhythm() {
        assert_eq!(ripples(&[], &[]), []);
    }

    #[test]
    fn bands_that_cannot_be_are_refused() {
        let refused = |values: &[(&'static str, f64)]| {
            let values = complete(&SPEC, &values.iter().copied().collect()).unwrap();
            let stream = Stream::new(1, "trigger", 0);
            Band::new(&values, &Onset { size: 10, stream })
                .err()
                .unwrap()
                .to_string()
        };
        assert_eq!(
            refused(&[("lowest", 20.0), ("highest", 10.0)]),
            "`band_onset`: `highest` is 10 Hz, expected more than `lowest`, 20 Hz"
        );
        assert_eq!(
            refused(&[("lowest", 20.0), ("highest", 500.0)]),
            "`band_onset`: `highest` is 500 Hz, expected less than 500 Hz, the most that bins of 1 ms show"
        );
    }
}
