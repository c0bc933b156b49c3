//! Which share of spikes coincides with one of another neuron.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Spec, Values};
use crate::base::time::{Duration, Time};

static SPEC: Spec = Spec {
    name: "spike_synchronisation",
    summary: "which share of the spikes of two neurons coincides, from 0 to 1",
    equations: "a spike coincides with the nearest of the other train where they are less than tau apart;  \
                tau = half of the shortest interval next to either spike, so that two spikes of a neuron at one instant coincide with none",
    parameters: &[NEURONS],
    source: "Kreuz, Mulansky and Bozanic 2015, J. Neurophysiol. 113:3432; as `pyspike.spike_sync`",
};

/// The share of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: shares,
};

/// Twice the time within which spikes `i` of `a` and `j` of `b` coincide.
fn twice_tau(a: &[Time], i: usize, b: &[Time], j: usize, most: Duration) -> Duration {
    let around = |train: &[Time], k: usize| {
        let before = k.checked_sub(1).map(|before| train[k].since(train[before]));
        let after = train.get(k + 1).map(|&after| after.since(train[k]));
        before.into_iter().chain(after).min().unwrap_or(most)
    };
    around(a, i).min(around(b, j)).min(most)
}

/// How many spikes of `a` coincide with one of `b`.
fn coincident(a: &[Time], b: &[Time], most: Duration) -> usize {
    let coincides = |(i, &time): (usize, &Time)| {
        let next = b.partition_point(|&other| other < time);
        let sides = [next.checked_sub(1), (next < b.len()).then_some(next)];
        sides.into_iter().flatten().any(|j| {
            let apart = time.since(b[j]).ps().abs();
            2 * apart < twice_tau(a, i, b, j, most).ps()
        })
    };
    a.iter()
        .enumerate()
        .filter(|&spike| coincides(spike))
        .count()
}

fn shares(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    let most = span.length();
    over_pairs(
        &SPEC,
        ("", "share of spikes that coincide"),
        data,
        values,
        chance,
        |population, neuron| population.trains.within(neuron, span).to_vec(),
        |a, b| {
            let both = coincident(a, b, most) + coincident(b, a, most);
            both as f64 / (a.len() + b.len()) as f64
        },
    )
}
