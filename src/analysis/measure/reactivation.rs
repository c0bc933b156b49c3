//! Patterns of co-activity of a task, and how strongly they come back.

use super::{Chance, Measure, MeasureError, lacks, time};
use crate::analysis::data::{Data, Population};
use crate::analysis::eigen::{eigen, upright};
use crate::analysis::signal::moments;
use crate::analysis::table::Table;
use crate::analysis::trains::{Span, counts};
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;
use crate::base::time::Duration;

static SPEC: Spec = Spec {
    name: "reactivation",
    summary: "patterns of co-activity in a task, and how strongly each comes back over time",
    equations: "Z: counts of the task by neuron, z-scored;  patterns: eigenvectors of Z Z' / B with eigenvalues above \
                (1 + sqrt(N / B))^2, or the independent components in the space that they span;  R(t) = z(t)' (P - diag P) z(t), \
                P = w w'",
    parameters: &[
        ParameterSpec::new(
            "task",
            Kind::Text,
            "bouts from which patterns are, by name or kind, between commas",
        ),
        ParameterSpec::new(
            "method",
            Kind::Word(&["ica", "pca"]),
            "independent or principal components",
        )
        .or(Default::Word("ica")),
        ParameterSpec::quantity(
            "bin",
            Dimension::Time,
            Range::Positive,
            "width of the bins of counts",
        )
        .or_number(100.0),
    ],
    source: "Peyrache and others 2009, Nat. Neurosci. 12:919 (principal components); Lopes-dos-Santos, Ribeiro and Tort 2013, \
             J. Neurosci. Methods 220:149 (independent components, by Hyvärinen's FastICA with tanh)",
};

/// Patterns, weights and strengths.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: reactivation,
};

/// Counts of `neurons` over the whole bins of `spans`, z-scored; 0 for a neuron whose counts do not vary.
fn scored(
    population: &Population,
    neurons: &[usize],
    spans: &[Span],
    bin: Duration,
) -> Vec<Vec<f64>> {
    let of = |&neuron: &usize| {
        let train = population.trains.of(neuron);
        let all: Vec<f64> = spans
            .iter()
            .flat_map(|&span| counts(train, span, bin))
            .map(f64::from)
            .collect();
        let (mean, sd) = moments(&all);
        let score = |count: &f64| if sd > 0.0 { (count - mean) / sd } else { 0.0 };
        all.iter().map(score).collect()
    };
    neurons.iter().map(of).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Patterns of `z`, a row for each neuron: eigenvalue (undefined for independent components) and weights of length 1; and the
/// eigenvalue that a pattern must exceed.
fn patterns(z: &[Vec<f64>], independent: bool, stream: &mut Stream) -> (Vec<(f64, Vec<f64>)>, f64) {
    let (n, bins) = (z.len(), z.first().map_or(0, Vec::len));
    let limit = (1.0 + (n as f64 / bins as f64).sqrt()).powi(2);
    let correlations: Vec<Vec<f64>> = z
        .iter()
        .map(|a| z.iter().map(|b| product(a, b) / bins as f64).collect())
        .collect();
    let mut principal = eigen(&correlations);
    principal.retain(|pair| pair.0 > limit);
    match independent && !principal.is_empty() {
        true => (
            components(z, &principal, stream)
                .into_iter()
                .map(|w| (f64::NAN, w))
                .collect(),
            limit,
        ),
        false => (principal, limit),
    }
}

/// Independent components of `z` in the space of `principal` (symmetric FastICA), as weights of neurons.
fn components(z: &[Vec<f64>], principal: &[(f64, Vec<f64>)], stream: &mut Stream) -> Vec<Vec<f64>> {
    /// Steps, and the change of a direction at which there is nothing left to do.
    const STEPS: usize = 1_000;
    const NEAR: f64 = 1e-11;
    let (k, bins) = (principal.len(), z.first().map_or(0, Vec::len));
    // White: uncorrelated, of variance 1.
    let white = |(value, vector): &(f64, Vec<f64>)| -> Vec<f64> {
        let at =
            |t: usize| vector.iter().zip(z).map(|(w, row)| w * row[t]).sum::<f64>() / value.sqrt();
        (0..bins).map(at).collect()
    };
    let white: Vec<Vec<f64>> = principal.iter().map(white).collect();
    let start = (0..k)
        .map(|_| (0..k).map(|_| stream.uniform() - 0.5).collect())
        .collect();
    let mut w = decorrelated(start);
    for _ in 0..STEPS {
        let turned = w.iter().map(|row: &Vec<f64>| {
            let mut sums = vec![0.0; k];
            let mut slope = 0.0;
            for t in 0..bins {
                let g = row
                    .iter()
                    .zip(&white)
                    .map(|(w, x)| w * x[t])
                    .sum::<f64>()
                    .tanh();
                slope += 1.0 - g * g;
                sums.iter_mut()
                    .zip(&white)
                    .for_each(|(sum, x)| *sum += g * x[t]);
            }
            sums.iter()
                .zip(row)
                .map(|(sum, w)| (sum - slope * w) / bins as f64)
                .collect()
        });
        let next = decorrelated(turned.collect());
        let apart = |(a, b): (&Vec<f64>, &Vec<f64>)| {
            // A row may come back turned around.
            let sign = product(a, b).signum();
            a.iter()
                .zip(b)
                .map(|(a, b)| (a - sign * b).abs())
                .fold(0.0, f64::max)
        };
        let change = next.iter().zip(&w).map(apart).fold(0.0, f64::max);
        w = next;
        if change < NEAR {
            break;
        }
    }
    let weights = w.iter().map(|row| {
        let n = z.len();
        let mut weights = vec![0.0; n];
        for (w, (_, vector)) in row.iter().zip(principal) {
            weights
                .iter_mut()
                .zip(vector)
                .for_each(|(sum, v)| *sum += w * v);
        }
        let length = product(&weights, &weights).sqrt();
        upright(weights.iter().map(|w| w / length).collect())
    });
    weights.collect()
}

/// (W W')^(-1/2) W: rows of length 1 at right angles.
fn decorrelated(w: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let gram: Vec<Vec<f64>> = w
        .iter()
        .map(|a| w.iter().map(|b| product(a, b)).collect())
        .collect();
    let axes = eigen(&gram);
    let k = w.len();
    let row = |i: usize| {
        let mut row = vec![0.0; k];
        for (value, axis) in &axes {
            // Rounding may leave nothing of an axis.
            let scale = axis[i] / value.max(f64::MIN_POSITIVE).sqrt();
            for (j, other) in w.iter().enumerate() {
                row.iter_mut()
                    .zip(other)
                    .for_each(|(sum, x)| *sum += scale * axis[j] * x);
            }
        }
        row
    };
    (0..k).map(row).collect()
}

/// Strength of a pattern in bin `t`.
fn strength(weights: &[f64], z: &[Vec<f64>], t: usize) -> f64 {
    let (mut along, mut own) = (0.0, 0.0);
    for (w, row) in weights.iter().zip(z) {
        let part = w * row[t];
        along += part;
        own += part * part;
    }
    along * along - own
}

fn reactivation(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let bin = time(values, "bin");
    let names = values.text("task").unwrap_or_default();
    let task = super::spans_of(&SPEC, data, "task", names)?;
    let bins: usize = task.iter().map(|span| span.bins(bin)).sum();
    if bins < 3 {
        return Err(lacks(
            &SPEC,
            format!("`task`: found {bins} bins of {bin} in bouts `{names}`, expected 3 or more"),
        ));
    }
    let independent = values.text("method") != Some("pca");
    let (mut owners, mut which, mut eigenvalues, mut limits) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut in_task, mut in_spans) = (Vec::new(), Vec::new());
    let (mut weight_owners, mut weight_patterns, mut labels, mut weights) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut time_owners, mut time_patterns, mut times, mut strengths) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for population in &data.populations {
        let all: Vec<usize> = (0..population.trains.len()).collect();
        let every = scored(population, &all, &task, bin);
        let varies = |neuron: &usize| every[*neuron].iter().any(|z| *z != 0.0);
        let neurons: Vec<usize> = all.iter().copied().filter(varies).collect();
        if neurons.len() < 2 {
            let problem = format!(
                "found {} neurons of `{}` that fire in the task, expected 2 or more",
                neurons.len(),
                population.name
            );
            return Err(lacks(&SPEC, problem));
        }
        let z: Vec<Vec<f64>> = neurons
            .iter()
            .map(|&neuron| every[neuron].clone())
            .collect();
        let mut stream = chance.population(&population.name);
        let (found, limit) = patterns(&z, independent, &mut stream);
        let later = scored(population, &neurons, &data.spans, bin);
        let starts = data.spans.iter().flat_map(|&span| {
            (0..span.bins(bin)).map(move |k| span.start.as_ms() + k as f64 * bin.as_ms())
        });
        let starts: Vec<f64> = starts.collect();
        for (k, (value, pattern)) in found.iter().enumerate() {
            let own: Vec<f64> = (0..starts.len())
                .map(|t| strength(pattern, &later, t))
                .collect();
            let before: Vec<f64> = (0..bins).map(|t| strength(pattern, &z, t)).collect();
            owners.push(population.name.clone());
            which.push(k as u64);
            eigenvalues.push(*value);
            limits.push(limit);
            in_task.push(super::mean(&before));
            in_spans.push(super::mean(&own));
            weight_owners.extend(neurons.iter().map(|_| population.name.clone()));
            weight_patterns.extend(neurons.iter().map(|_| k as u64));
            labels.extend(neurons.iter().map(|&neuron| population.label(neuron)));
            weights.extend_from_slice(pattern);
            time_owners.extend(own.iter().map(|_| population.name.clone()));
            time_patterns.extend(own.iter().map(|_| k as u64));
            times.extend_from_slice(&starts);
            strengths.extend(own);
        }
    }
    Ok(vec![
        Table::new("reactivation")
            .with("population", "", "which", owners)
            .with("pattern", "", "which", which)
            .with("eigenvalue", "", "of a principal component", eigenvalues)
            .with("limit", "", "what eigenvalues must exceed", limits)
            .with("task", "", "mean strength in the task", in_task)
            .with(
                "strength",
                "",
                "mean strength in what is looked at",
                in_spans,
            ),
        Table::new("reactivation_weight")
            .with("population", "", "which", weight_owners)
            .with("pattern", "", "which", weight_patterns)
            .with("neuron", "", "which", labels)
            .with("weight", "", "of the neuron in the pattern", weights),
        Table::new("reactivation_strength")
            .with("population", "", "which", time_owners)
            .with("pattern", "", "which", time_patterns)
            .with("time", "ms", "where the bin begins", times)
            .with("strength", "", "of the pattern", strengths),
    ])
}
