//! What became of weights that a run recorded.

use std::cmp::Ordering;

use crate::analysis::data::Reweighted;
use crate::analysis::trains::Span;
use crate::base::time::Time;
use crate::plasticity::Synapse;
use crate::record::recording::{Recording, RecordingError};

/// Of each projection that was looked at twice or more within one of `spans`, from the first look to the last.
///
/// # Errors
/// If a table of the file is damaged.
pub(super) fn reweighted(
    recording: &Recording,
    spans: &[Span],
) -> Result<Vec<Reweighted>, RecordingError> {
    let mut all = Vec::new();
    for projection in recording.projections()? {
        let name = projection.name;
        let times: Vec<Time> = recording
            .moments(&name)?
            .into_iter()
            .map(|it| it.1)
            .collect();
        for (first, last) in spans.iter().filter_map(|span| ends(&times, *span)) {
            let [before, after] = [first, last].map(|at| recording.snapshot(&name, at));
            let (before, after) = (before?, after?);
            let both = before.weights.values().iter().zip(after.weights.values());
            all.push(Reweighted {
                projection: name.clone(),
                from: before.time,
                to: after.time,
                kept: both
                    .map(|(&before, &after)| (before.into(), after.into()))
                    .collect(),
                lost: Vec::new(),
                gained: Vec::new(),
            });
        }
    }
    for name in recording.learning()? {
        let looks = recording.synapses(&name)?;
        let times: Vec<Time> = looks.iter().map(|look| look.time).collect();
        for (first, last) in spans.iter().filter_map(|span| ends(&times, *span)) {
            let (before, after) = (&looks[first], &looks[last]);
            let mut found = Reweighted {
                projection: name.clone(),
                from: before.time,
                to: after.time,
                kept: Vec::new(),
                lost: Vec::new(),
                gained: Vec::new(),
            };
            pair(&before.synapses, &after.synapses, &mut found);
            all.push(found);
        }
    }
    Ok(all)
}

/// The first and the last of the looks at these `times`, ascending, within `span`. Of several at once the last begins it and the first
/// ends it: what came to be at its ends from outside is none of it.
fn ends(times: &[Time], span: Span) -> Option<(usize, usize)> {
    let within = |time: &Time| span.start <= *time && *time <= span.stop;
    let from = *times.iter().find(|time| within(time))?;
    let to = *times.iter().rev().find(|time| within(time))?;
    let first = times.iter().rposition(|time| *time == from)?;
    let last = times.iter().position(|time| *time == to)?;
    (from < to).then_some((first, last))
}

/// Puts together what is of one synapse, both in the order of source, target and delay.
fn pair(before: &[Synapse], after: &[Synapse], found: &mut Reweighted) {
    let key = |synapse: &Synapse| {
        (
            synapse.source,
            synapse.target,
            synapse.delay,
            synapse.dendritic,
        )
    };
    let (mut was, mut is) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (was.peek(), is.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => key(was).cmp(&key(is)),
        };
        let was = if order.is_le() { was.next() } else { None };
        let is = if order.is_ge() { is.next() } else { None };
        match (was, is) {
            (Some(was), Some(is)) => found.kept.push((was.weight, is.weight)),
            (Some(was), None) => found.lost.push(was.weight),
            (None, is) => found.gained.extend(is.map(|is| is.weight)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Duration;

    fn synapse(target: u32, delay: i64, weight: f64) -> Synapse {
        Synapse {
            source: 0,
            target,
            delay: Duration::from_ps(delay),
            dendritic: Duration::ZERO,
            weight,
        }
    }

    #[test]
    fn synapses_that_come_and_go_are_told_apart() {
        let before = [(0, 1, 1.0), (1, 1, 2.0), (1, 2, 3.0), (4, 1, 4.0)];
        let after = [(1, 2, 30.0), (2, 1, 50.0), (4, 1, 40.0), (5, 1, 60.0)];
        let of = |all: [(u32, i64, f64); 4]| all.map(|(j, d, w)| synapse(j, d, w));
        let mut found = Reweighted {
            projection: "p".into(),
            from: Time::ZERO,
            to: Time::ZERO,
            kept: Vec::new(),
            lost: Vec::new(),
            gained: Vec::new(),
        };
        pair(&of(before), &of(after), &mut found);
        assert_eq!(found.kept, [(3.0, 30.0), (4.0, 40.0)]);
        assert_eq!(
            (found.lost, found.gained),
            (vec![1.0, 2.0], vec![50.0, 60.0])
        );
    }

    #[test]
    fn looks_of_one_instant_belong_to_what_is_between() {
        let at = Time::from_ps;
        let span = |start, stop| Span {
            start: at(start),
            stop: at(stop),
        };
        // After a sleep, before the next, and so on.
        let times = [0, 5, 5, 9, 9].map(at);
        assert_eq!(ends(&times, span(0, 5)), Some((0, 1)));
        assert_eq!(ends(&times, span(5, 9)), Some((2, 3)));
        assert_eq!(ends(&times, span(0, 20)), Some((0, 3)));
        assert_eq!(ends(&times, span(1, 5)), None);
        assert_eq!(ends(&times, span(20, 30)), None);
    }
}
