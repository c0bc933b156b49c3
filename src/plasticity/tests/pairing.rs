//! Pair rules, by which spikes pair.

use super::*;
use crate::plasticity::learn::LearnMatrix;
use crate::plasticity::rule::Event;

/// A synapse, and nothing else.
const ONE: [Made; 1] = [Made {
    source: 0,
    target: 0,
    axonal: 0,
    dendritic: 0,
    weight: 0.5,
}];

#[test]
fn pairs() {
    for (pairing, mu) in [
        ("all_to_all", [0.0, 0.0]),
        ("nearest", [1.0, 1.0]),
        ("all_to_all", [0.4, 0.3]),
        ("nearest", [0.0, 1.0]),
    ] {
        let naive = naive::pair(pairing, mu);
        check_rows::<stdp_pair::StdpPair, 1, 1>(&naive);
        check_matrix::<stdp_pair::StdpPair, 1, 1>(&naive);
    }
}

#[test]
fn pairs_around_each_arrival() {
    for mu in [[0.0, 0.0], [0.4, 1.0]] {
        let naive = naive::pair("nearest_presynaptic", mu);
        check_rows::<stdp_pair::Presynaptic, 0, 1>(&naive);
        check_matrix::<stdp_pair::Presynaptic, 0, 1>(&naive);
    }
}

/// Two arrivals before a spike both pair with it: 0.5 + 0.01 (e^(−1) + e^(−½)), as in NEST's `stdp_nn_pre_centered_synapse`.
#[test]
fn every_arrival_pairs_with_the_spike_after_it() {
    let mut values = Values::from([("w_max", 1.0), ("a_plus", 0.01)]);
    values.insert("pairing", "nearest_presynaptic");
    let rule = stdp_pair::Presynaptic::new(&values).expect("valid");
    let ms = |ms: f64| Duration::from_ms(ms).expect("short");
    let event = |since_arrival, since_spike| Event {
        pre: [],
        post: [0.0],
        since_arrival,
        since_spike,
    };
    let never = Time::ZERO.since(Time::NEVER);
    let (mut w, mut state) = (0.5, 0.0);
    w = rule.arrive(w, &mut state, &event(never, never));
    w = rule.arrive(w, &mut state, &event(ms(10.0), never));
    w = rule.fire(w, &mut state, &event(ms(10.0), never));
    let both = 0.01 * ((-1_f64).exp() + (-0.5_f64).exp());
    assert!((w - 0.5 - both).abs() < 1e-15, "{w}");
    // Nothing has come since.
    assert_eq!(rule.fire(w, &mut state, &event(ms(15.0), ms(5.0))), w);
}

/// Traces go on while nothing is learnt: arrivals at 10, 12 and 40 ms all pair with the spike at 50 ms, though learning is off from 15
/// to 45 ms; those of a spike at 30 ms that nothing is learnt of have paired with it.
#[test]
fn arrivals_of_which_nothing_is_learnt_pair_later() {
    let mut values = Values::from([("w_max", 1.0), ("a_plus", 0.01), ("a_minus", 0.0)]);
    values.insert("pairing", "nearest_presynaptic");
    let rule = || stdp_pair::Presynaptic::new(&values).expect("valid");
    let ms = |ms: i64| Time::from_ps(ms * 2 * GRID);
    let fall = |since: f64| (-since / 20.0).exp();
    for (spikes, expected) in [
        (&[50][..], fall(40.0) + fall(38.0) + fall(10.0)),
        (&[30, 50], fall(10.0)),
    ] {
        let mut rows =
            PlasticRows::<_, f64, 0, 1>::new(rule(), None, sparse(&ONE), N_TARGET).expect("fits");
        let mut start = vec![0.0; N_SOURCE * N_TARGET];
        start[0] = 0.5;
        let new = PlasticMatrix::<_, 0, 1>::new;
        let mut matrix = new(rule(), None, &start, N_TARGET, Duration::ZERO).expect("fits");
        let mut weights = start.clone();
        for t in 0..60 {
            if let 15 | 45 = t {
                rows.set_learning(ms(t), t == 45);
                LearnMatrix::set_learning(&mut matrix, ms(t), t == 45, &mut weights);
            }
            if let 10 | 12 | 40 = t {
                rows.arrive(ms(t), 0);
                matrix.come_to(ms(t), &mut weights);
                matrix.catch_up_row(ms(t), 0, &mut weights[..N_TARGET]);
                matrix.arrive_row(ms(t), 0, &mut weights[..N_TARGET]);
            }
            if spikes.contains(&t) {
                rows.fire(ms(t), &[0]);
                matrix.come_to(ms(t), &mut weights);
                matrix.fire_at(ms(t), &[0], &mut weights);
            }
        }
        matrix.settle_all(ms(60), &mut weights);
        rows.look(ms(60), &mut |synapse| {
            near(synapse.weight, 0.5 + 0.01 * expected, 1e-12, "rows")
        });
        near(weights[0].into(), 0.5 + 0.01 * expected, 1e-6, "matrix");
    }
}

/// Events in which nothing is learnt are counted, by the equations as printed.
#[test]
fn averages_of_counts_go_on_while_nothing_is_learnt() {
    let values = Values::from([("eta", 0.01), ("event", 10.0)]);
    let rule = || covariance::Covariance::new(&values).expect("valid");
    let ms = |ms: i64| Time::from_ps(ms * 2 * GRID);
    let mut rows =
        PlasticRows::<_, f64, 0, 0>::new(rule(), None, sparse(&ONE), N_TARGET).expect("fits");
    let mut weights = vec![0.0; N_SOURCE * N_TARGET];
    weights[0] = 0.5;
    let new = PlasticMatrix::<_, 0, 0>::new;
    let mut matrix = new(rule(), None, &weights, N_TARGET, Duration::ZERO).expect("fits");
    let arrives = |t: i64| t * t % 7 < 3 && t % 10 != 0;
    let fires = |t: i64| t * t * t % 11 < 4 && t % 10 != 0;
    let is_learning = |t: i64| !(100..200).contains(&t);
    for t in 0..300 {
        if let 100 | 200 = t {
            rows.set_learning(ms(t), t == 200);
            LearnMatrix::set_learning(&mut matrix, ms(t), t == 200, &mut weights);
        }
        matrix.come_to(ms(t), &mut weights);
        if arrives(t) {
            rows.arrive(ms(t), 0);
            matrix.catch_up_row(ms(t), 0, &mut weights[..N_TARGET]);
            matrix.arrive_row(ms(t), 0, &mut weights[..N_TARGET]);
        }
        if fires(t) {
            rows.fire(ms(t), &[0]);
            matrix.fire_at(ms(t), &[0], &mut weights);
        }
    }
    let (mut expected, mut mean) = (0.5, (0.0, 0.0));
    for k in 1..30 {
        let count = |is: &dyn Fn(i64) -> bool| {
            let event = 10 * (k - 1)..10 * k;
            event.filter(|&t| is(t)).count() as f64
        };
        let (n, q) = (count(&arrives), count(&fires));
        let above = n - mean.0;
        mean.0 += above / k as f64;
        mean.1 += (q - mean.1) / k as f64;
        // It ends when the next begins.
        if is_learning(10 * k - 1) {
            expected += 0.01 * above * (q - mean.1);
        }
    }
    matrix.settle_all(ms(299), &mut weights);
    rows.look(ms(299), &mut |synapse| {
        near(synapse.weight, expected, 1e-12, "rows")
    });
    near(weights[0].into(), expected, 1e-6, "matrix");
    assert!((expected - 0.5_f64).abs() > 1e-3);
}
