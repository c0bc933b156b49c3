//! Covariances of counts, of synapses that begin later.

use super::*;
use crate::plasticity::learn::{Change, LearnMatrix, Synapse};

/// Length of an event, in milliseconds.
const EVENT: i64 = 10;

/// Until when all is looked at.
const END: i64 = 290;

fn ms(ms: i64) -> Time {
    Time::from_ps(ms * 2 * GRID)
}

fn rule() -> covariance::Covariance {
    let values = Values::from([("eta", 0.01), ("event", EVENT as f64)]);
    covariance::Covariance::new(&values).expect("valid")
}

/// Whether a spike arrives at the synapse then, and whether it sees one of its target.
fn happens(t: i64) -> (bool, bool) {
    let inside = t % EVENT != 0;
    (inside && t * t % 7 < 3, inside && t * t * t % 11 < 4)
}

/// The weight of a synapse from 0.5 on, by the equations as printed, over all events that begin not before `begun`, on its clock;
/// spikes of its target reach it from `seen` on.
fn expected((begun, seen): (i64, i64), end: i64) -> f64 {
    let (mut weight, mut n) = (0.5, 0.0);
    let mut mean = (0.0, 0.0);
    let first = (begun + EVENT - 1).div_euclid(EVENT);
    for event in first..end.div_euclid(EVENT) {
        let span = event * EVENT..(event + 1) * EVENT;
        let arrivals = span.clone().filter(|&t| happens(t).0).count() as f64;
        let spikes = span.filter(|&t| t >= seen && happens(t).1).count() as f64;
        n += 1.0;
        let above = arrivals - mean.0;
        mean.0 += above / n;
        mean.1 += (spikes - mean.1) / n;
        weight += 0.01 * above * (spikes - mean.1);
    }
    weight
}

/// So many milliseconds lie behind the synapse, whose clock is as far behind that of the soma.
const DENDRITIC: [i64; 3] = [0, 3, 10];

fn made(dendritic: i64) -> [Made; 1] {
    [Made {
        source: 0,
        target: 0,
        axonal: 0,
        dendritic: 2 * GRID * dendritic,
        weight: 0.5,
    }]
}

/// Synapses begin anew at 100 or 105 ms, and see nothing before that on their own clock; where that is at no multiple of `event`
/// the event at hand is left out.
#[test]
fn a_bout_begins_with_a_whole_event() {
    for (dendritic, begun) in DENDRITIC.into_iter().flat_map(|d| [(d, 100), (d, 105)]) {
        let made = made(dendritic);
        let lag = Duration::from_ps(made[0].dendritic);
        let mut rows =
            PlasticRows::<_, f64, 0, 0>::new(rule(), None, sparse(&made), N_TARGET).expect("fits");
        let mut weights = vec![0.0; N_SOURCE * N_TARGET];
        let mut matrix = PlasticMatrix::<_, 0, 0>::new(rule(), None, &weights, N_TARGET, lag);
        let matrix = matrix.as_mut().expect("fits");
        rows.reset(ms(17), ms(begun));
        LearnMatrix::reset(matrix, ms(17), ms(begun), &mut weights);
        weights[0] = 0.5;
        for t in begun..END {
            matrix.come_to(ms(t), &mut weights);
            // What is at the synapse now fired, or arrives at the soma, a dendritic delay from there.
            if t - dendritic >= begun && happens(t - dendritic).0 {
                rows.arrive(ms(t), 0);
                matrix.catch_up_row(ms(t), 0, &mut weights[..N_TARGET]);
                matrix.arrive_row(ms(t), 0, &mut weights[..N_TARGET]);
            }
            if happens(t + dendritic).1 {
                rows.fire(ms(t), &[0]);
                matrix.fire_at(ms(t), &[0], &mut weights);
            }
        }
        matrix.settle_all(ms(END), &mut weights);
        let expected = expected((begun, begun + dendritic), END - dendritic);
        assert!((expected - 0.5).abs() > 1e-3);
        let what = format!("{begun} ms, {dendritic} ms behind");
        rows.look(ms(END), &mut |synapse| {
            near(synapse.weight, expected, 1e-12, &format!("rows, {what}"));
        });
        near(
            weights[0].into(),
            expected,
            1e-6,
            &format!("matrix, {what}"),
        );
    }
}

/// A synapse that comes at 100 or 105 ms counts from the first event on that begins after that on its own clock.
#[test]
fn a_synapse_that_comes_counts_whole_events() {
    for (dendritic, come) in DENDRITIC.into_iter().flat_map(|d| [(d, 100), (d, 105)]) {
        let made = made(dendritic);
        let mut rows =
            PlasticRows::<_, f64, 0, 0>::new(rule(), None, sparse(&made), N_TARGET).expect("fits");
        for t in 0..END {
            if t == come {
                let added = Synapse {
                    source: 0,
                    target: 0,
                    delay: Duration::from_ps(made[0].dendritic),
                    dendritic: Duration::from_ps(made[0].dendritic),
                    weight: 0.5,
                };
                let change = Change {
                    removed: vec![0],
                    added: vec![added],
                };
                rows.rewire(ms(t), &change);
            }
            if t >= dendritic && happens(t - dendritic).0 {
                rows.arrive(ms(t), 0);
            }
            if happens(t + dendritic).1 {
                rows.fire(ms(t), &[0]);
            }
        }
        let expected = expected((come - dendritic, 0), END - dendritic);
        rows.look(ms(END), &mut |synapse| {
            let what = format!("{come} ms, {dendritic} ms behind");
            near(synapse.weight, expected, 1e-12, &what);
        });
    }
}
