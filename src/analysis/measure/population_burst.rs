//! When a population bursts.

use super::{Chance, Measure, MeasureError, time};
use crate::analysis::burst::{self, Burst, Rule, bursts};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};

pub(super) static SPEC: Spec = Spec {
    name: "population_burst",
    summary: "when a population bursts: its smoothed rate peaks far above its mean",
    equations: "peak >= mean + k sd;  borders where the rate crosses its mean",
    parameters: &PARAMETERS,
    source: "Davidson, Kloosterman and Wilson 2009, Neuron 63:497; as `nelpy.utils.get_PBEs`",
};

const PARAMETERS: [ParameterSpec; 6] = [
    ParameterSpec::quantity(
        "bin",
        Dimension::Time,
        Range::Positive,
        "width of the bins of counts",
    )
    .or_number(burst::BIN_MS),
    ParameterSpec::quantity(
        "smooth",
        Dimension::Time,
        Range::NonNegative,
        "standard deviation of the Gaussian that smooths the rate",
    )
    .or_number(burst::SMOOTH_MS),
    ParameterSpec::quantity(
        "threshold",
        Dimension::One,
        Range::NonNegative,
        "standard deviations that a peak is above the mean",
    )
    .or_number(burst::ABOVE),
    ParameterSpec::quantity(
        "shortest",
        Dimension::Time,
        Range::NonNegative,
        "how long bursts are at least",
    )
    .or_number(burst::SHORTEST_MS),
    ParameterSpec::quantity(
        "longest",
        Dimension::Time,
        Range::Positive,
        "how long bursts are at most",
    )
    .or_number(burst::LONGEST_MS),
    ParameterSpec::new(
        "active",
        Kind::Count {
            least: 0,
            most: u32::MAX as u64,
        },
        "neurons that fire in it, at least",
    )
    .or(Default::Count(burst::NEURONS)),
];

/// Bursts of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// The rule that `values` say.
pub(super) fn rule(values: &Values) -> Rule {
    Rule {
        bin: time(values, "bin"),
        smooth_ms: values["smooth"],
        above: values["threshold"],
        least: time(values, "shortest"),
        most: time(values, "longest"),
        neurons: values.count("active").unwrap_or(0) as usize,
    }
}

fn tables(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let rule = rule(values);
    super::binned(&SPEC, data, rule.bin, 2)?;
    let (mut names, mut n, mut rates, mut lengths) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut owners, mut all): (Vec<String>, Vec<Burst>) = (Vec::new(), Vec::new());
    for population in &data.populations {
        let found = bursts(population, &data.spans, &rule);
        names.push(population.name.clone());
        n.push(found.len() as u64);
        rates.push(60.0 * found.len() as f64 / data.seconds());
        let own: Vec<f64> = found
            .iter()
            .map(|burst| burst.span.length().as_ms())
            .collect();
        lengths.push(super::mean(&own));
        owners.extend(found.iter().map(|_| population.name.clone()));
        all.extend(found);
    }
    let of = |value: fn(&Burst) -> f64| all.iter().map(value).collect::<Vec<f64>>();
    let count = |value: fn(&Burst) -> usize| {
        all.iter()
            .map(|burst| value(burst) as u64)
            .collect::<Vec<u64>>()
    };
    Ok(vec![
        Table::new("population_burst")
            .with("population", "", "which", names)
            .with("bursts", "", "how many", n)
            .with("rate", "1/min", "how many in a minute", rates)
            .with("duration", "ms", "mean", lengths),
        Table::new("population_burst_event")
            .with("population", "", "which", owners)
            .with(
                "start",
                "ms",
                "where the rate rises above its mean",
                of(|b| b.span.start.as_ms()),
            )
            .with(
                "stop",
                "ms",
                "where it falls below again",
                of(|b| b.span.stop.as_ms()),
            )
            .with(
                "peak",
                "ms",
                "when the rate is highest",
                of(|b| b.peak.as_ms()),
            )
            .with(
                "peak_rate",
                "Hz",
                "how high that is, all neurons together",
                of(|b| b.peak_hz),
            )
            .with("neurons", "", "those that fire", count(|b| b.neurons))
            .with("spikes", "", "how many", count(|b| b.spikes)),
    ])
}
