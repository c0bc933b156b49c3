//! At which phase of a rhythm neurons fire.

use std::f64::consts::TAU;

use super::spectrum::{bin_of_rate, rate};
use super::{Chance, Measure, MeasureError, lacks, one_span, time};
use crate::analysis::data::Data;
use crate::analysis::signal::{Complex, fourier};
use crate::analysis::table::Table;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "phase_locking",
    summary: "at which phase of the rhythm of their population neurons fire, and how firmly",
    equations: "phase: of the rate's part between two frequencies, as an analytic signal;  R = |mean of exp(i phase)| over spikes;  \
                p = exp(sqrt(1 + 4 n + 4 (n^2 - (n R)^2)) - (1 + 2 n))",
    parameters: &[
        bin_of_rate(1.0),
        ParameterSpec::quantity(
            "lowest",
            Dimension::Rate,
            Range::NonNegative,
            "lowest frequency of the rhythm",
        )
        .or_number(0.5),
        ParameterSpec::quantity(
            "highest",
            Dimension::Rate,
            Range::Positive,
            "highest frequency of the rhythm",
        )
        .or_number(4.0),
    ],
    source: "p of Rayleigh's test: Zar, Biostatistical Analysis, as in `astropy.stats` and CircStat",
};

/// Length and angle of the mean vector of each neuron.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: lock,
};

/// Share of the whole power that rounding leaves in a band without any: squared, a few times the last bit of double precision.
const ROUNDING: f64 = 1e-28;

/// Phases of the part of `signal` between two frequencies, none if there is none; sharp edges in frequency.
fn phases(signal: &[f64], hz: f64, (lowest, highest): (f64, f64)) -> Vec<f64> {
    let n = signal.len();
    let values: Vec<Complex> = signal.iter().map(|&x| (x, 0.0)).collect();
    let mut spectrum = fourier(&values, false);
    let power = |spectrum: &[Complex]| {
        let powers = spectrum
            .iter()
            .map(|value| value.0 * value.0 + value.1 * value.1);
        powers.sum::<f64>()
    };
    let whole = power(&spectrum);
    for (k, value) in spectrum.iter_mut().enumerate() {
        let frequency = k as f64 * hz / n as f64;
        if 2 * k >= n || k == 0 || frequency < lowest || frequency > highest {
            *value = (0.0, 0.0);
        }
    }
    if power(&spectrum) <= ROUNDING * whole {
        return Vec::new();
    }
    let analytic = fourier(&spectrum, true);
    analytic
        .iter()
        .map(|value| value.1.atan2(value.0))
        .collect()
}

/// p of Rayleigh's test for `n` phases with a mean vector of length `r`.
fn rayleigh(n: f64, r: f64) -> f64 {
    let p = ((1.0 + 4.0 * n + 4.0 * (n * n - (n * r) * (n * r))).sqrt() - (1.0 + 2.0 * n)).exp();
    p.min(1.0)
}

fn lock(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let bin = time(values, "bin");
    let band = (values["lowest"], values["highest"]);
    let hz = 1e3 / bin.as_ms();
    let bins = span.bins(bin);
    if band.0 >= band.1 || band.1 > hz / 2.0 || band.1 * bins as f64 / hz < 2.0 {
        let found = format!("found a rhythm of {} to {} Hz", band.0, band.1);
        let expected = format!(
            "expected some cycles of it in {} s, below {} Hz",
            span.seconds(),
            hz / 2.0
        );
        return Err(lacks(&SPEC, format!("{found}, {expected}")));
    }
    let (mut owners, mut labels, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    let [mut lengths, mut angles, mut ps] = [const { Vec::new() }; 3];
    for population in &data.populations {
        let rates = rate(population, span, bin);
        let phases = phases(&rates, hz, band);
        for neuron in 0..population.trains.len() {
            let bins = population.trains.within(neuron, span).iter();
            let bins = bins.map(|time| (time.since(span.start).ps() / bin.ps()) as usize);
            // Of what comes behind the last whole bin there is no phase.
            let bins: Vec<usize> = bins.filter(|&bin| bin < rates.len()).collect();
            let phases = bins.iter().filter_map(|&bin| phases.get(bin).copied());
            let own: Vec<f64> = phases.collect();
            let n = own.len() as f64;
            let (x, y) = own.iter().fold((0.0, 0.0), |(x, y), phase| {
                (x + phase.cos(), y + phase.sin())
            });
            // 0 / 0 of a silent neuron: undefined.
            let r = x.hypot(y) / n;
            owners.push(population.name.clone());
            labels.push(population.label(neuron));
            counts.push(bins.len() as u64);
            angles.push(if own.is_empty() {
                f64::NAN
            } else {
                // What is hardly below 0 is rounded up to a whole turn.
                y.atan2(x).rem_euclid(TAU).to_degrees() % 360.0
            });
            ps.push(if own.is_empty() {
                f64::NAN
            } else {
                rayleigh(n, r)
            });
            lengths.push(r);
        }
    }
    Ok(vec![
        Table::new("phase_locking")
            .with("population", "", "which", owners)
            .with("neuron", "", "which", labels)
            .with("spikes", "", "how many", counts)
            .with(
                "length",
                "",
                "of the mean vector: 0 at any phase, 1 always at one",
                lengths,
            )
            .with(
                "phase",
                "degrees",
                "mean phase, 0 where the rhythm is highest",
                angles,
            )
            .with("p", "", "of Rayleigh's test", ps),
    ])
}
