//! Pair rules, by which spikes pair.

use super::*;
use crate::plasticity::rule::Event;

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
