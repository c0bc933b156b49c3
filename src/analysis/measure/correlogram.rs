//! How long after one neuron another fires.

use rayon::prelude::*;

use super::pairs::{NEURONS, chosen};
use super::{Chance, Measure, MeasureError, binned, lacks, one_span, time};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::analysis::trains::counts;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};

static SPEC: Spec = Spec {
    name: "cross_correlogram",
    summary: "how many spikes of one neuron come how long after those of another, over pairs of a population",
    equations: "C(k) = sum over pairs i < j and bins t of n_i(t) n_j(t + k)",
    parameters: &[
        ParameterSpec::quantity("bin", Dimension::Time, Range::Positive, "width of the bins")
            .or_number(1.0),
        ParameterSpec::quantity(
            "lag",
            Dimension::Time,
            Range::NonNegative,
            "the longest lag, on either side",
        )
        .or_number(50.0),
        NEURONS,
    ],
    source: "as `elephant.spike_train_correlation.cross_correlation_histogram` (window of lags, no border correction), summed over pairs",
};

/// Counts by lag.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: correlograms,
};

/// Bins that hold spikes, with how many.
fn sparse(counts: &[u32]) -> Vec<(i64, u64)> {
    let bins = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    bins.map(|(bin, &count)| (bin as i64, count.into()))
        .collect()
}

/// Adds the pairs of spikes of `a` and `b` by their lag, from `-most` on.
fn add(a: &[(i64, u64)], b: &[(i64, u64)], most: i64, sums: &mut [u64]) {
    let mut first = 0;
    for &(bin, count) in a {
        while b.get(first).is_some_and(|&(other, _)| other < bin - most) {
            first += 1;
        }
        for &(other, others) in b[first..]
            .iter()
            .take_while(|&&(other, _)| other <= bin + most)
        {
            sums[(other - bin + most) as usize] += count * others;
        }
    }
}

fn correlograms(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    /// Lags of a correlogram that can still be looked at.
    const MOST: i64 = 1_000_000;
    let span = one_span(&SPEC, data)?;
    let bin = time(values, "bin");
    binned(&SPEC, data, bin, 1)?;
    let most = time(values, "lag").ps() / bin.ps();
    if most > MOST {
        return Err(lacks(
            &SPEC,
            format!("found {most} bins in `lag`, expected {MOST} at most"),
        ));
    }
    let lags = 2 * most as usize + 1;
    let (mut names, mut at) = (Vec::new(), Vec::new());
    let [mut pairs, mut all] = [const { Vec::new() }; 2];
    for population in &data.populations {
        let chosen = chosen(&SPEC, data, population, values, chance)?;
        let bins = |&neuron: &usize| sparse(&counts(population.trains.of(neuron), span, bin));
        let bins: Vec<Vec<(i64, u64)>> = chosen.iter().map(bins).collect();
        let of_one = |i: usize| {
            let mut sums = vec![0; lags];
            bins[i + 1..]
                .iter()
                .for_each(|other| add(&bins[i], other, most, &mut sums));
            sums
        };
        let sums = (0..bins.len()).into_par_iter().map(of_one).reduce(
            || vec![0; lags],
            |a: Vec<u64>, b| a.into_iter().zip(b).map(|(a, b)| a + b).collect(),
        );
        names.extend(std::iter::repeat_n(&population.name, lags).cloned());
        pairs.extend(std::iter::repeat_n(
            (bins.len() * (bins.len() - 1) / 2) as u64,
            lags,
        ));
        at.extend((-most..=most).map(|lag| lag as f64 * bin.as_ms()));
        all.extend(sums);
    }
    Ok(vec![
        Table::new("cross_correlogram")
            .with("population", "", "which", names)
            .with(
                "lag",
                "ms",
                "how long the second neuron fires after the first",
                at,
            )
            .with("count", "", "pairs of spikes", all)
            .with("pairs", "", "pairs of neurons", pairs),
    ])
}
