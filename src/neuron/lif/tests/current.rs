//! Constant and step currents against closed forms and a naive simulator of one neuron.

use super::*;

const PAIRS: [(&str, f64); 7] = [
    ("tau_m", 10.0),
    ("v_th", -50.0),
    ("e_l", -65.0),
    ("v_reset", -60.0),
    ("t_ref", 2.0),
    ("c_m", 100.0),
    ("i_e", 0.0),
];

/// The population of [`PAIRS`] with another constant current.
fn driven(size: usize, i_e: f64) -> Lif {
    let mut pairs = PAIRS;
    pairs[6].1 = i_e;
    lif(size, &pairs)
}

/// Where v goes with `pa`: e_l + i tau_m / c_m.
fn v_inf(pa: f64) -> f64 {
    -65.0 + pa * 10.0 / 100.0
}

/// Picoseconds from `v` to the threshold.
fn climb_ps(v: f64, pa: f64) -> f64 {
    10e9 * ((v_inf(pa) - v) / (v_inf(pa) + 50.0)).ln()
}

#[test]
fn a_constant_current_fires_at_the_closed_form() {
    // Far above the 150 pA that reach the threshold, and just above.
    for i_e in [800.0, 400.0, 160.0, 150.001] {
        let mut lif = driven(2, i_e);
        assert!(lif.next_alone() < Time::MAX);
        let start = at(3.0);
        lif.reset(start);
        let spikes = run(&mut lif, start, &[], 2_000_000_000_000);
        assert!(spikes.len() > 20);
        let mut before = 0;
        for (k, pair) in spikes.chunks_exact(2).enumerate() {
            assert_eq!((pair[0].1, pair[1].1, pair[1].0), (0, 1, pair[0].0));
            let expected = if k == 0 {
                climb_ps(-65.0, i_e)
            } else {
                2e9 + climb_ps(-60.0, i_e)
            };
            // Spikes lie on the picosecond after the crossing.
            let late = (pair[0].0 - before) as f64 - expected;
            assert!((-1e-3..1.001).contains(&late), "{i_e} pA: {late} ps");
            before = pair[0].0;
        }
    }
}

#[test]
fn a_current_below_threshold_moves_the_potential_and_no_more() {
    let mut lif = driven(1, 100.0);
    lif.advance(at(25.0));
    let expected = v_inf(100.0) + (-65.0 - v_inf(100.0)) * (-2.5_f64).exp();
    assert!((lif.potential(0) - expected).abs() < 1e-13);
    assert_eq!(lif.next_alone(), Time::MAX);
}

#[test]
fn a_threshold_that_the_current_only_just_reaches_is_refused() {
    let mut pairs = PAIRS;
    pairs[6].1 = 150.0;
    let error = Params::new(&values(&pairs)).expect_err("never reached");
    assert_eq!(
        error.to_string(),
        "`lif`: `v_th` and `e_l` + `i_e` `tau_m` / `c_m` are both -50, expected different potentials: v would approach \
         the threshold without end"
    );
    pairs[6].1 = 1e308;
    pairs[5].1 = 1e-3;
    assert!(Params::new(&values(&pairs)).is_err(), "no number");
}

#[test]
fn a_step_turns_crossings_on_and_off() {
    let mut lif = driven(1, 0.0);
    lif.reset(at(0.0));
    assert_eq!(lif.next_alone(), Time::MAX);
    let step = 400.0;
    let expected = 7e9 + climb_ps(-65.0, step);
    let on = [(7_000_000_000, Input::Current(step))];
    let spikes = run(&mut lif, at(0.0), &on, 15_000_000_000);
    assert_eq!(spikes, [(expected.ceil() as i64, 0)]);
    assert!(lif.next_alone() < Time::MAX, "what it does");
    // Off while it climbs again.
    lif.advance(at(16.0));
    let v = lif.potential(0);
    lif.inject(0.0);
    assert_eq!(lif.next_alone(), Time::MAX);
    assert!((lif.potential(0) - v).abs() < 1e-13, "no jump");
    lif.advance(at(26.0));
    let expected = -65.0 + (v + 65.0) * (-1.0_f64).exp();
    assert!((lif.potential(0) - expected).abs() < 1e-13);
}

#[test]
fn a_step_in_the_refractory_period_counts_from_its_end() {
    let mut lif = driven(1, 0.0);
    let inputs = [
        (5_000_000_000, Input::Row(vec![0], 20.0)),
        (6_000_000_000, Input::Current(300.0)),
    ];
    let spikes = run(&mut lif, at(0.0), &inputs, 20_000_000_000);
    let expected = (7e9 + climb_ps(-60.0, 300.0)).ceil() as i64;
    assert_eq!(spikes[..2], [(5_000_000_000, 0), (expected, 0)]);
}

#[test]
fn a_step_that_only_just_reaches_the_threshold_does_not_cross() {
    let mut lif = driven(1, 0.0);
    lif.inject(150.0);
    assert_eq!(lif.next_alone(), Time::MAX);
    // After a hundred time constants v and threshold cannot be told apart; an arrival decides.
    assert_eq!(run(&mut lif, at(0.0), &[], 1_000_000_000_000), []);
    assert!((lif.potential(0) + 50.0).abs() < 1e-12);
    assert_eq!(lif.non_finite(), None);
    let row = [(1_000_000_000_000, Input::Row(vec![0], 1e-6))];
    assert_eq!(
        run(&mut lif, at(0.0), &row, 1_000_000_000_001),
        [(1_000_000_000_000, 0)]
    );
}

#[test]
fn a_crossing_is_honoured_where_the_current_ends_with_it() {
    let crossing = climb_ps(-65.0, 400.0).ceil() as i64;
    for (end, spikes) in [(crossing, 1), (crossing - 1, 0)] {
        let mut lif = driven(1, 0.0);
        let inputs = [(0, Input::Current(400.0)), (end, Input::Current(0.0))];
        assert_eq!(
            run(&mut lif, at(0.0), &inputs, 10_000_000_000).len(),
            spikes
        );
    }
}

#[test]
fn a_bout_begins_without_injected_current() {
    let mut lif = driven(2, 160.0);
    let fresh = run(&mut lif.clone(), at(0.0), &[], 300_000_000_000);
    run(
        &mut lif,
        at(0.0),
        &[(5, Input::Current(-90.0))],
        50_000_000_000,
    );
    lif.reset(at(77.0));
    assert_eq!(run(&mut lif, at(77.0), &[], 300_000_000_000), fresh);
}

#[test]
fn a_step_and_an_arrival_at_one_instant_are_one_test() {
    let mut lif = driven(1, 0.0);
    let mut fired = Vec::new();
    lif.advance(at(5.0));
    lif.inject(400.0);
    lif.receive_row(&[0], RowWeights::One(20.0));
    lif.fire(&mut fired);
    assert_eq!(fired, [0]);
    lif.advance(at(5.0));
    lif.fire(&mut fired);
    assert_eq!(fired, [0], "once");
}

#[test]
fn a_dense_row_brings_a_crossing_forward() {
    let mut lif = driven(2, 400.0);
    lif.reset(at(0.0));
    // In the middle of a horizon; the first neuron crosses before its end, the second does not.
    let t = at(3.25);
    while lif.next_due() < t {
        lif.advance(lif.next_due());
    }
    assert_eq!(arrive(&mut lif, t, &[&[3.75, 1.0]]), NONE);
    let expected = climb_ps(lif.potential(0), 400.0);
    let spikes = run(&mut lif, t, &[], 2_000_000_000);
    let late = spikes[0].0 as f64 - expected;
    assert!(
        expected < 0.3e9 && (-1e-3..1.001).contains(&late),
        "{late} ps"
    );
    assert_eq!((spikes.len(), spikes[0].1), (2, 0));
}

/// One neuron, step by step in plain f64: the times of its spikes.
fn naive(i_e: f64, inputs: &[(i64, Input)], until_ps: i64) -> Vec<i64> {
    let (mut v, mut since, mut pa) = (-65.0, 0_i64, i_e);
    let mut held_until = 0;
    let mut spikes = Vec::new();
    let end = (until_ps, Input::Current(0.0));
    for (t, input) in inputs.iter().chain([&end]) {
        // Crossings up to and including this instant.
        loop {
            if held_until > *t {
                break;
            }
            since = since.max(held_until);
            let crossing = since as f64 + climb_ps(v, pa).max(0.0).ceil();
            if v_inf(pa) <= -50.0 || crossing > *t as f64 || crossing >= until_ps as f64 {
                let passed = (*t - since) as f64;
                v = v_inf(pa) + (v - v_inf(pa)) * (-passed / 10e9).exp();
                since = *t;
                break;
            }
            spikes.push(crossing as i64);
            (v, held_until) = (-60.0, crossing as i64 + 2_000_000_000);
        }
        match input {
            Input::Current(injected) => pa = i_e + injected,
            Input::Row(_, weight) if held_until <= *t && *t < until_ps => {
                v += f64::from(*weight);
                if v >= -50.0 {
                    spikes.push(*t);
                    (v, held_until) = (-60.0, *t + 2_000_000_000);
                }
            }
            Input::Row(..) => {}
        }
    }
    spikes
}

/// Steps of current and arrivals at distinct instants.
fn inputs() -> impl Strategy<Value = Inputs> {
    let input = prop_oneof![
        (-200.0_f64..500.0).prop_map(Input::Current),
        Just(Input::Current(0.0)),
        (-4.0_f32..8.0).prop_map(|weight| Input::Row(vec![0], weight)),
    ];
    proptest::collection::vec((1_i64..9_000_000_000, input), 0..40).prop_map(|steps| {
        let mut t = 0;
        let later = |(gap, input)| {
            t += gap;
            (t, input)
        };
        steps.into_iter().map(later).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn steps_and_arrivals_fire_as_in_a_naive_simulator(i_e in -100.0_f64..300.0, inputs in inputs()) {
        let until = 400_000_000_000;
        let spikes = run(&mut driven(1, i_e), at(0.0), &inputs, until);
        let expected = naive(i_e, &inputs, until);
        prop_assert_eq!(spikes.len(), expected.len());
        for ((t, _), expected) in spikes.iter().zip(&expected) {
            // The two round apart by less than a tick at each spike; a crossing at a small angle widens that.
            prop_assert!((t - expected).abs() <= 40, "{} for {}", t, expected);
        }
    }

    /// Same bits whether the bout begins at 0 or after eight hours.
    #[test]
    fn a_shift_in_time_changes_nothing(i_e in -100.0_f64..300.0, inputs in inputs()) {
        let night = Time::from_ps(8 * 3_600_000_000_000_000);
        let [early, late] = [Time::ZERO, night].map(|start| {
            let mut lif = driven(3, i_e);
            lif.reset(start);
            let spikes = run(&mut lif, start, &inputs, 300_000_000_000);
            (spikes, bits(&lif))
        });
        prop_assert_eq!(early, late);
    }
}
