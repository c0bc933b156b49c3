//! What measures of the sleeps of layered networks share: which sleeps, which dreams, and the weights that read them.

use super::{MeasureError, lacks, time};
use crate::analysis::data::{Data, Population};
use crate::analysis::layered::{Dream, Layered, Sleep, dreams};
use crate::base::matrix::Matrix;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;

/// Length of a dream in milliseconds: the width of the kernel with which population bursts are found (`nelpy`). The bursts
/// themselves are too long: without inhibition, activity that runs down from the start of a sleep is one burst of some hundred
/// milliseconds.
pub const WINDOW_MS: f64 = 10.0;
/// Neurons that fire in one at least, as in a population burst.
pub const LEAST_CELLS: u64 = 5;
/// Dreams of a sleep that are read.
pub const MOST_READ: u64 = 400;
/// Shuffles that tell chance.
pub const TOLD_BY: u64 = 199;
/// Level at which a dream is told from chance.
pub const TOLD_AT: f64 = 0.05;

/// Units without which there is no order and no correlation of correlations, as in rank orders of events.
pub const LEAST_UNITS: u64 = 5;

/// Whose weights are meant: measures that have it need the network of the run.
pub const WEIGHTS: &str = "weights";

pub(super) const WEIGHTS_KEY: ParameterSpec = ParameterSpec::new(
    WEIGHTS,
    Kind::Word(&["before", "after"]),
    "the network's weights as they were when it fell asleep, or when it woke up",
)
.or(Default::Word("before"));
pub(super) const WINDOW: ParameterSpec = ParameterSpec::quantity(
    "window",
    Dimension::Time,
    Range::Positive,
    "length of a dream",
)
.or_number(WINDOW_MS);
pub(super) const CELLS: ParameterSpec = count(
    "cells",
    1,
    "neurons of the last hidden layer that fire in a dream, or more",
    LEAST_CELLS,
);
pub(super) const MOST: ParameterSpec = count(
    "most",
    1,
    "dreams of a sleep that are read, of more as many evenly spaced ones",
    MOST_READ,
);
pub(super) const SHUFFLES: ParameterSpec =
    count("shuffles", 1, "shuffles that tell chance", TOLD_BY);
pub(super) const LEVEL: ParameterSpec = ParameterSpec::quantity(
    "level",
    Dimension::One,
    Range::Between(0.0, 1.0),
    "p up to which a dream is told from chance",
)
.or_number(TOLD_AT);

/// A parameter that counts something.
pub(super) const fn count(
    name: &'static str,
    least: u64,
    doc: &'static str,
    default: u64,
) -> ParameterSpec {
    let most = 1_000_000;
    ParameterSpec::new(name, Kind::Count { least, most }, doc).or(Default::Count(default))
}

/// The number that the parameter `name` is.
pub(super) fn number(values: &Values, name: &str) -> usize {
    values.count(name).unwrap_or(0) as usize
}

/// The network, and those of its sleeps that lie within what is looked at and whose weights are known.
pub(super) fn sleeps<'a>(
    spec: &'static Spec,
    data: &'a Data,
    values: &Values,
) -> Result<(&'a Layered, Vec<&'a Sleep>), MeasureError> {
    let Some(layered) = &data.layered else {
        return Err(lacks(
            spec,
            "found no layered network that sleeps, expected a run of `experiment = \"sleep_replay\"`",
        ));
    };
    let within = |sleep: &&Sleep| {
        let mut spans = data.spans.iter();
        spans.any(|span| span.start <= sleep.span.start && sleep.span.stop <= span.stop)
    };
    let known = |sleep: &&Sleep| !weights(sleep, values).is_empty();
    let sleeps: Vec<&Sleep> = layered.sleeps.iter().filter(within).filter(known).collect();
    match sleeps.is_empty() {
        true => Err(lacks(
            spec,
            "found no sleep within what is looked at, from its beginning to its end and with its weights, expected one or more",
        )),
        false => Ok((layered, sleeps)),
    }
}

/// The weights of a sleep that are meant.
pub(super) fn weights<'a>(sleep: &'a Sleep, values: &Values) -> &'a [Matrix] {
    match values.text(WEIGHTS) {
        Some("after") => &sleep.after,
        _ => &sleep.before,
    }
}

/// The spikes of the layer called `name`.
pub(super) fn layer<'a>(
    spec: &'static Spec,
    data: &'a Data,
    name: &str,
) -> Result<&'a Population, MeasureError> {
    let mut populations = data.populations.iter();
    let found = populations.find(|population| population.name == name);
    found.ok_or_else(|| {
        let problem = format!("found no spikes of `{name}`, expected them: the layer is read");
        lacks(spec, problem)
    })
}

/// The last hidden layer.
pub(super) fn last_hidden<'a>(
    spec: &'static Spec,
    data: &'a Data,
    layered: &Layered,
) -> Result<&'a Population, MeasureError> {
    match layered.last_hidden() {
        Some(name) => layer(spec, data, name),
        None => Err(lacks(spec, "found no hidden layer, expected one or more")),
    }
}

/// How long a dream is.
pub(super) fn window(values: &Values) -> Duration {
    time(values, WINDOW.name)
}

/// The dreams of `sleep` in `population` that are read, and how many there are in all.
pub(super) fn dreamt(
    population: &Population,
    sleep: &Sleep,
    values: &Values,
) -> (Vec<Dream>, usize) {
    let rule = (
        window(values),
        number(values, CELLS.name),
        number(values, MOST.name),
    );
    dreams(&population.trains, sleep.span, rule)
}
