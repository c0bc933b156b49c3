//! An event, decoded and scored against shuffles of it.

use super::chance::p_value;
use super::decode::{Decoder, Posterior, weighted_correlation};
use super::field::Fields;
use super::line::{Best, Lines, draw, slope};
use super::shuffle::{Event, Shuffle};
use crate::analysis::data::Population;
use crate::analysis::trains::{Span, counts};
use crate::base::stream::Stream;
use crate::base::time::Duration;

/// Random lines, where nothing is said.
pub const LINES: u64 = 35_000;

/// Bins of position on either side of a line that count, where nothing is said.
pub const BAND: u64 = 3;

/// Level at which p makes a replay, where nothing is said.
pub const LEVEL: f64 = 0.05;

/// How events are decoded and scored.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Width of the bins of time.
    pub bin: Duration,
    /// The decoder, for bins of that width.
    pub decoder: Decoder,
    /// Bins of position on either side of a line that count.
    pub band: usize,
    /// Random lines.
    pub lines: usize,
    /// What is shuffled.
    pub shuffle: Shuffle,
    /// Shuffles of each event.
    pub shuffles: usize,
    /// Neurons with a field that must fire.
    pub active: usize,
}

/// What is known of an event; undefined where too few neurons fire or it is too short.
#[derive(Debug, Clone, Copy)]
pub struct Scored {
    /// When.
    pub span: Span,
    /// Neurons with a field that fire.
    pub neurons: usize,
    /// Bins of time.
    pub bins: usize,
    /// Mean probability along the best line.
    pub score: f64,
    /// The best line.
    pub line: Option<Best>,
    /// Of the line, position by second.
    pub speed: f64,
    /// Weighted correlation of time and position.
    pub correlation: f64,
    /// p of the score.
    pub p_score: f64,
    /// p of the size of the correlation.
    pub p_correlation: f64,
}

/// Bins of time below which a line is none: through two bins one fits whatever is there.
const LEAST_BINS: usize = 3;

/// Counts of each neuron with a field by whole bin of an event.
pub fn binned(
    population: &Population,
    fields: &Fields,
    event: Span,
    bin: Duration,
) -> Vec<Vec<(usize, f64)>> {
    let mut all = vec![Vec::new(); event.bins(bin)];
    for (k, &neuron) in fields.neurons.iter().enumerate() {
        let own = counts(population.trains.of(neuron), event, bin);
        for (bin, &count) in own.iter().enumerate().filter(|(_, count)| **count > 0) {
            all[bin].push((k, f64::from(count)));
        }
    }
    all
}

/// Position as decoded from an event.
pub fn decoded(
    population: &Population,
    fields: &Fields,
    setting: &Setting,
    span: Span,
) -> Posterior {
    let counts = binned(population, fields, span, setting.bin);
    setting
        .decoder
        .decode(&counts, |neuron| neuron, |_| 0, None)
}

/// Decodes an event, finds its line, and compares both scores with those of shuffles.
pub fn score(
    population: &Population,
    fields: &Fields,
    setting: &Setting,
    span: Span,
    mut stream: Stream,
) -> Scored {
    let counts = binned(population, fields, span, setting.bin);
    let mut fire: Vec<usize> = counts.iter().flatten().map(|&(neuron, _)| neuron).collect();
    fire.sort_unstable();
    fire.dedup();
    let mut scored = Scored {
        span,
        neurons: fire.len(),
        bins: counts.len(),
        score: f64::NAN,
        line: None,
        speed: f64::NAN,
        correlation: f64::NAN,
        p_score: f64::NAN,
        p_correlation: f64::NAN,
    };
    if fire.len() < setting.active || counts.len() < LEAST_BINS {
        return scored;
    }
    let posterior = setting
        .decoder
        .decode(&counts, |neuron| neuron, |_| 0, None);
    let drawn = draw(
        setting.lines,
        counts.len(),
        setting.decoder.bins(),
        &mut stream,
    );
    let lines = Lines::new(drawn, counts.len(), setting.decoder.bins());
    let Some(best) = lines.best(&posterior, setting.band) else {
        return scored;
    };
    let width = fields.positions[1] - fields.positions[0];
    let bin_s = setting.bin.as_ms() / 1e3;
    scored.score = best.score;
    scored.line = Some(best);
    scored.speed = slope(best.drawn) * width / bin_s;
    scored.correlation = weighted_correlation(&posterior);
    let event = Event {
        decoder: &setting.decoder,
        bin_s,
        counts: &counts,
        posterior: &posterior,
        neurons: fields.neurons.len(),
        band: setting.band,
    };
    // A shuffle that is the event itself scores as much, to the last bit or nearly so.
    let nearly = |own: f64| own * (1.0 - 1e-12);
    let (n, size) = (setting.shuffles, scored.correlation.abs());
    let goals = (nearly(best.score), nearly(size));
    let (by_score, by_size) = event.reached(setting.shuffle, &lines, n, goals, &mut stream);
    scored.p_score = p_value(by_score, n);
    if size.is_finite() {
        scored.p_correlation = p_value(by_size, n);
    }
    scored
}
