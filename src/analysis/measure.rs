//! Measures: functions of a recording that give tables, each with its definition and source.
//!
//! ```
//! use sharpwave::analysis::data::{Data, Population};
//! use sharpwave::analysis::measure;
//! use sharpwave::analysis::trains::{Span, Trains};
//! use sharpwave::{Time, Values};
//!
//! let at = |ms: f64| Time::from_ms(ms).unwrap();
//! let trains = Trains::new(2, &[(at(10.0), 0), (at(30.0), 0), (at(40.0), 1)]);
//! let e = Population { name: "e".into(), labels: None, trains, positions: None };
//! let data = Data {
//!     populations: vec![e],
//!     spans: vec![Span { start: at(0.0), stop: at(1_000.0) }],
//!     bouts: Vec::new(),
//!     tables: Default::default(),
//!     courses: Vec::new(),
//!     layered: None,
//!     weights: Vec::new(),
//! };
//! let rate = measure::find("rate")?;
//! let tables = rate.compute(&data, &Values::new(), 1)?;
//! assert_eq!(tables[0].numbers("mean"), [1.5]);
//! # Ok::<(), measure::MeasureError>(())
//! ```

pub mod class_reactivation;
pub mod coactivation;
mod correlation;
mod correlogram;
mod explained_variance;
mod fano;
mod idle;
mod interval;
mod isi_distance;
pub mod layer_order;
mod pairs;
mod phase_locking;
mod places;
mod population_burst;
mod propagation;
mod rate;
mod reactivation;
pub mod replay;
mod ripple;
mod sequence;
pub mod sleeps;
mod slow_oscillation;
mod spectrum;
mod spike_distance;
mod spike_synchronisation;
mod spike_time_tiling;
mod spindle;
mod synaptic_homeostasis;
pub mod up_down;
mod van_rossum;
mod victor_purpura;

#[cfg(test)]
mod tests;

use super::data::{Bout, Data, called};
use super::table::Table;
use super::trains::{Span, united};
use crate::base::legible::legible;
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::shown::shown;
use crate::base::stream::Stream;
use crate::base::suggest;
use crate::base::time::{Duration, Time};

/// A function of a recording.
#[derive(Debug)]
pub struct Measure {
    /// Name, definition, parameters, source.
    pub spec: &'static Spec,
    run: fn(&Data, &Values, Chance) -> Result<Vec<Table>, MeasureError>,
}

/// All measures, in the order in which they are listed to users.
pub static REGISTRY: &[&Measure] = &[
    &rate::MEASURE,
    &interval::MEASURE,
    &fano::MEASURE,
    &correlation::MEASURE,
    &spike_time_tiling::MEASURE,
    &correlogram::MEASURE,
    &victor_purpura::MEASURE,
    &van_rossum::MEASURE,
    &isi_distance::MEASURE,
    &spike_distance::MEASURE,
    &spike_synchronisation::MEASURE,
    &spectrum::MEASURE,
    &spectrum::SPECTROGRAM,
    &up_down::MEASURE,
    &population_burst::MEASURE,
    &phase_locking::MEASURE,
    &slow_oscillation::MEASURE,
    &spindle::MEASURE,
    &ripple::MEASURE,
    &propagation::MEASURE,
    &replay::MEASURE,
    &sequence::RANK_ORDER,
    &sequence::PAIRWISE_BIAS,
    &explained_variance::MEASURE,
    &reactivation::MEASURE,
    &class_reactivation::MEASURE,
    &coactivation::MEASURE,
    &layer_order::MEASURE,
    &synaptic_homeostasis::MEASURE,
];

/// Why a measure has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// No measure has this name.
    #[error("found no measure `{name}`{help}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What it may be a slip of, behind a line feed.
        help: String,
    },
    /// A parameter is wrong.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The recording does not have what the measure needs.
    #[error("`{measure}`: {problem}")]
    Data {
        /// The measure.
        measure: &'static str,
        /// What was found and what was expected.
        problem: String,
    },
}

/// A parameter that is a time of zero or more, and how many milliseconds where nothing is said.
const fn some_time(name: &'static str, doc: &'static str, ms: f64) -> ParameterSpec {
    ParameterSpec::quantity(name, Dimension::Time, Range::NonNegative, doc).or_number(ms)
}

/// The parameter that says how long something is at most.
const fn longest(doc: &'static str, ms: f64) -> ParameterSpec {
    ParameterSpec::quantity("longest", Dimension::Time, Range::Positive, doc).or_number(ms)
}

/// A parameter that is an edge of a band of frequencies.
const fn edge(name: &'static str, doc: &'static str, hz: f64) -> ParameterSpec {
    ParameterSpec::quantity(name, Dimension::Rate, Range::Positive, doc).or_number(hz)
}

/// The measure called `name`.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<&'static Measure, MeasureError> {
    let known = REGISTRY.iter().find(|measure| measure.spec.name == name);
    known.copied().ok_or_else(|| {
        let names: Vec<&str> = REGISTRY.iter().map(|measure| measure.spec.name).collect();
        let help = suggest::help(name, &names).map(|help| format!("\n  help: {help}"));
        MeasureError::Unknown {
            name: name.to_owned(),
            help: help.unwrap_or_default(),
        }
    })
}

impl Measure {
    /// Whether it reads the layered network of a run, which takes a while to be read.
    pub fn reads_network(&self) -> bool {
        self.spec.parameter(sleeps::WEIGHTS).is_some()
    }

    /// What it takes its spikes from, where its own parameters say that and not the chosen stretches of time.
    pub fn own_stretches(&self) -> Option<&'static str> {
        let is_own = std::ptr::eq(self.spec, explained_variance::MEASURE.spec);
        is_own.then_some("the bouts of `before`, `task` and `after`")
    }

    /// Whether it looks at recorded weights, and at no spikes.
    pub fn reads_weights(&self) -> bool {
        std::ptr::eq(self.spec, synaptic_homeostasis::MEASURE.spec)
    }

    /// Whether a population without a spike has a value like any other: none in so much time.
    pub fn counts_silence(&self) -> bool {
        let counting = [
            rate::MEASURE.spec,
            population_burst::MEASURE.spec,
            synaptic_homeostasis::MEASURE.spec,
        ];
        counting.iter().any(|spec| std::ptr::eq(self.spec, *spec))
    }

    /// The values of its parameters where some are `given`; none of those that are without use beside others.
    ///
    /// # Errors
    /// If a value is wrong, or one is given that is without use.
    pub fn complete(&self, given: &Values) -> Result<Values, MeasureError> {
        let mut values = complete(self.spec, given)?;
        idle::strip(self.spec, given, &mut values)?;
        Ok(values)
    }

    /// Its tables for `data`; where it draws at random, from a stream of `seed`.
    ///
    /// # Errors
    /// If a value is wrong, or the recording does not have what is needed.
    pub fn compute(
        &self,
        data: &Data,
        given: &Values,
        seed: u64,
    ) -> Result<Vec<Table>, MeasureError> {
        let values = complete(self.spec, given)?;
        check_times(self.spec, data, &values)?;
        (self.run)(data, &values, Chance::of(self.spec, seed))
    }
}

/// What a measure draws at random from: a stream for each thing that it looks at, so that it finds of one what it finds whatever
/// else it looks at.
#[derive(Debug, Clone, Copy)]
pub struct Chance {
    measure: &'static str,
    seed: u64,
}

impl Chance {
    /// That of the measure of `spec` with this seed.
    pub fn of(spec: &Spec, seed: u64) -> Self {
        Self {
            measure: spec.name,
            seed,
        }
    }

    /// The stream of the population called `name` as a whole.
    fn population(self, name: &str) -> Stream {
        self.event(name, Time::ZERO)
    }

    /// The stream of what begins at `start` in the population called `name`.
    fn event(self, name: &str, start: Time) -> Stream {
        let purpose = format!("analysis.{}.{name}", self.measure);
        Stream::new(self.seed, &purpose, start.ps().cast_unsigned())
    }
}

/// Something that the recording lacks.
fn lacks(spec: &'static Spec, problem: impl Into<String>) -> MeasureError {
    MeasureError::Data {
        measure: spec.name,
        problem: problem.into(),
    }
}

/// The spans of the bouts that the parameter `key` names.
fn spans_of(
    spec: &'static Spec,
    data: &Data,
    key: &str,
    names: &str,
) -> Result<Vec<Span>, MeasureError> {
    let found = data.spans_of(names);
    found.map_err(|no_bout| lacks(spec, format!("`{key}`: {no_bout}")))
}

/// The parameter `name`, a time; at least a tick.
fn time(values: &Values, name: &str) -> Duration {
    let time = values
        .number(name)
        .and_then(|ms| Duration::from_ms(ms).ok());
    time.unwrap_or(Duration::ZERO).max(Duration::from_ps(1))
}

/// The one stretch of time that is looked at, be it several that follow each other without a gap.
fn one_span(spec: &'static Spec, data: &Data) -> Result<Span, MeasureError> {
    let spans = united(data.spans.clone(), true);
    if let &[span] = spans.as_slice() {
        return Ok(span);
    }
    // The name of the first of several bouts would be that of all.
    let is_alone = |bout: &&Bout| {
        let named = called(&data.bouts, &bout.name);
        spans.contains(&bout.span) && named.is_ok_and(|named| named.len() == 1)
    };
    let last = data.bouts.iter().rfind(is_alone);
    let or_bout = last.map_or_else(String::new, |bout| {
        format!(", or one bout, such as `--bout \"{}\"`", shown(&bout.name))
    });
    let problem = format!(
        "found {} stretches of time, expected one\n  help: choose one with `--from` and `--to`{or_bout}",
        spans.len()
    );
    Err(lacks(spec, problem))
}

/// Most bins of a measure. A choice: a night in milliseconds has a tenth of them, and each takes some 20 bytes.
const MOST_BINS: i64 = 300_000_000;

/// Refuses times that the clock does not have, bins and smoothing that are longer than what there is to look at, and more bins than
/// can be counted in reasonable time.
fn check_times(spec: &'static Spec, data: &Data, values: &Values) -> Result<(), MeasureError> {
    let spans = data.spans.iter();
    let whole_ps: i64 = spans.clone().map(|span| span.length().ps()).sum();
    // Of events that are given, none may lie in what is looked at.
    let given = spec
        .parameters
        .iter()
        .any(|known| known.name == places::EVENTS.name)
        && data.tables.contains_key(places::EVENTS.name);
    // Some look at bouts of their own.
    let bouts = data.bouts.iter().map(|bout| &bout.span);
    let longest = spans.chain(bouts).map(|span| span.length()).max();
    for parameter in spec.parameters {
        let (name, value) = (parameter.name, values.number(parameter.name));
        let Some(ms) = value.filter(|_| parameter.dimension() == Dimension::Time) else {
            continue;
        };
        let refused = |found: String, expected: String| {
            Err(lacks(
                spec,
                format!("`{name}`: found {found}, expected {expected}"),
            ))
        };
        let Ok(length) = Duration::from_ms(ms) else {
            return refused(
                format!("{} ms", legible(ms)),
                "at most 106 days, the clock's range".into(),
            );
        };
        let is_bin = matches!(name, "bin" | "window");
        if let Some(longest) = longest
            && length > longest
            && (is_bin || name == "smooth")
            && !given
        {
            let expected =
                format!("at most {longest}, the longest stretch of time that is looked at");
            return refused(length.to_string(), expected);
        }
        let bins = whole_ps / length.ps().max(1);
        if is_bin && bins > MOST_BINS {
            return refused(
                format!("{bins} bins of {length}"),
                format!("at most {MOST_BINS}"),
            );
        }
    }
    Ok(())
}

/// The spans, which must hold `least` bins of this width together.
fn binned(
    spec: &'static Spec,
    data: &Data,
    width: Duration,
    least: usize,
) -> Result<usize, MeasureError> {
    let bins = data.spans.iter().map(|span| span.bins(width)).sum();
    match bins < least {
        true => {
            let problem = format!("found {bins} bins of {width}, expected {least} or more");
            Err(lacks(spec, problem))
        }
        false => Ok(bins),
    }
}

/// Counts in the bins of all spans, one after the other.
fn all_counts(data: &Data, train: &[crate::base::time::Time], width: Duration) -> Vec<u32> {
    let spans = data.spans.iter();
    spans
        .flat_map(|&span| super::trains::counts(train, span, width))
        .collect()
}

/// Arithmetic mean of the defined ones of `values`; undefined without any.
fn mean(values: &[f64]) -> f64 {
    super::summary::Summary::of(values).map_or(f64::NAN, |summary| summary.mean)
}

/// Standard deviation of the defined ones of `values`, with n − 1; undefined with fewer than two.
fn sd(values: &[f64]) -> f64 {
    let summary = super::summary::Summary::of(values);
    summary.and_then(|summary| summary.sd).unwrap_or(f64::NAN)
}
