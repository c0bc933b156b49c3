//! How far the intervals of spike trains differ.

use super::pairs::{NEURONS, over_pairs};
use super::{Chance, Measure, MeasureError, one_span};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::analysis::trains::Span;
use crate::base::parameter::{Spec, Values};
use crate::base::time::Time;

static SPEC: Spec = Spec {
    name: "isi_distance",
    summary: "how far the intervals between spikes of two neurons differ, from 0 to 1, over time",
    equations: "D = mean over time of |nu_1(t) - nu_2(t)| / max(nu_1(t), nu_2(t)), nu(t) the interval around t; undefined where both neurons spike twice at the same instant",
    parameters: &[NEURONS],
    source: "Kreuz et al. 2007, J. Neurosci. Methods 165:151; edges as `pyspike.isi_distance`",
};

/// The distance of each pair.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: distances,
};

/// When the interval around time changes, and what it is from then on, in ms. The first and the last are as long as their
/// neighbours or as the time to the edge, whichever is longer.
fn intervals(train: &[Time], span: Span) -> Vec<(Time, f64)> {
    let apart = |from: Time, to: Time| to.since(from).as_ms();
    let Some((&first, &last)) = train.first().zip(train.last()) else {
        return vec![(span.start, apart(span.start, span.stop))];
    };
    let mut steps = Vec::with_capacity(train.len() + 1);
    if first > span.start {
        let next = train.get(1).map_or(0.0, |&second| apart(first, second));
        steps.push((span.start, apart(span.start, first).max(next)));
    }
    steps.extend(
        train
            .windows(2)
            .map(|pair| (pair[0], apart(pair[0], pair[1]))),
    );
    let before = match train {
        [.., before, _] => apart(*before, last),
        _ => 0.0,
    };
    steps.push((last, apart(last, span.stop).max(before)));
    steps
}

/// ISI distance of two trains, given as their intervals.
fn distance(a: &[(Time, f64)], b: &[(Time, f64)], span: Span) -> f64 {
    let (mut i, mut j, mut now, mut sum) = (0, 0, span.start, 0.0);
    loop {
        let next_a = a.get(i + 1).map_or(span.stop, |step| step.0);
        let next_b = b.get(j + 1).map_or(span.stop, |step| step.0);
        let next = next_a.min(next_b);
        let (one, other) = (a[i].1, b[j].1);
        sum += (one - other).abs() / one.max(other) * next.since(now).as_ms();
        if next >= span.stop {
            return sum / span.length().as_ms();
        }
        i += usize::from(next_a == next);
        j += usize::from(next_b == next);
        now = next;
    }
}

fn distances(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let span = one_span(&SPEC, data)?;
    over_pairs(
        &SPEC,
        ("", "ISI distance, from 0 to 1"),
        data,
        values,
        chance,
        |population, neuron| intervals(population.trains.within(neuron, span), span),
        |a, b| distance(a, b, span),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trains_are_comparable_unless_both_have_two_spikes_at_the_same_instant() {
        let ms = |ms: i64| Time::from_ps(ms * 1_000_000_000);
        let span = Span {
            start: ms(0),
            stop: ms(100),
        };
        let apart = |a: &[i64], b: &[i64]| {
            let [a, b] = [a, b].map(|train| train.iter().copied().map(ms).collect::<Vec<_>>());
            distance(&intervals(&a, span), &intervals(&b, span), span)
        };
        assert!(apart(&[20, 20, 60], &[30, 60]).is_finite());
        assert!(apart(&[20, 20, 60], &[30, 30, 60]).is_finite());
        assert!(apart(&[20, 20, 60], &[20, 20, 70]).is_nan());
    }
}
