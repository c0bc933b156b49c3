//! Population bursts: short stretches in which a population fires far above its mean.

use super::data::Population;
use super::signal::{moments, smooth, stretches};
use super::trains::Span;
use crate::base::time::{Duration, Time};

/// The usual numbers of a burst, as nelpy has them: bins of counts and the Gaussian that smooths them, in ms.
pub const BIN_MS: f64 = 1.0;
/// The standard deviation of that Gaussian.
pub const SMOOTH_MS: f64 = 10.0;
/// Standard deviations that the peak is above the mean.
pub const ABOVE: f64 = 3.0;
/// Shortest and longest, in ms.
pub const SHORTEST_MS: f64 = 50.0;
/// The longest.
pub const LONGEST_MS: f64 = 750.0;
/// Neurons that fire.
pub const NEURONS: u64 = 5;

/// What a burst is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Width of the bins of counts.
    pub bin: Duration,
    /// Standard deviation of the Gaussian that smooths them, in ms.
    pub smooth_ms: f64,
    /// How many standard deviations above the mean the peak is.
    pub above: f64,
    /// Shortest and longest.
    pub least: Duration,
    /// Longest.
    pub most: Duration,
    /// Neurons that fire in it, at least.
    pub neurons: usize,
}

/// A burst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Where the smoothed rate is above its mean.
    pub span: Span,
    /// The highest smoothed rate of all neurons together, Hz.
    pub peak_hz: f64,
    /// When that is.
    pub peak: Time,
    /// Neurons that fire.
    pub neurons: usize,
    /// Their spikes.
    pub spikes: usize,
}

/// Standard deviations of the Gaussian after which it is cut; what nelpy takes where it is not told.
const TRUNCATE: f64 = 6.0;

/// The bursts of `population` within `spans`, in order of time. Mean and standard deviation are those of all spans together.
pub fn bursts(population: &Population, spans: &[Span], rule: &Rule) -> Vec<Burst> {
    let trains = &population.trains;
    let bin_s = rule.bin.as_ms() / 1e3;
    let sigma = rule.smooth_ms / rule.bin.as_ms();
    let rate = |&span: &Span| {
        let counts = trains.population_counts(span, rule.bin);
        let rates: Vec<f64> = counts.iter().map(|&n| f64::from(n) / bin_s).collect();
        smooth(&rates, sigma, TRUNCATE, true)
    };
    let rates: Vec<Vec<f64>> = spans.iter().map(rate).collect();
    let (mean, sd) = moments(&rates.concat());
    let mut found = Vec::new();
    for (span, rates) in spans.iter().zip(&rates) {
        for (first, last) in stretches(rates.iter().map(|&rate| rate >= mean)) {
            let within = &rates[first..=last];
            let (at, &peak_hz) = within
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
                .unwrap_or((0, &f64::NAN));
            let edge = |bin: usize| span.start + Duration::from_ps(bin as i64 * rule.bin.ps());
            let burst = Span {
                start: edge(first),
                stop: edge(last + 1),
            };
            let fits = burst.length() >= rule.least && burst.length() <= rule.most;
            if !fits || peak_hz < mean + rule.above * sd || sd == 0.0 {
                continue;
            }
            let spikes = (0..trains.len()).map(|neuron| trains.within(neuron, burst).len());
            let (neurons, spikes) = spikes.fold((0, 0), |(neurons, sum), n| {
                (neurons + usize::from(n > 0), sum + n)
            });
            if neurons >= rule.neurons {
                found.push(Burst {
                    span: burst,
                    peak_hz,
                    peak: edge(first + at),
                    neurons,
                    spikes,
                });
            }
        }
    }
    found
}
