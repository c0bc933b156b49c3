//! Closed forms, boundaries, an independent simulator and bitwise twins of [`LifAdaptive`](super::LifAdaptive).

use proptest::prelude::*;

use super::*;
use crate::base::parameter::Values;
use crate::base::vector::{Width, limit};
use crate::neuron::trial::linear::Linear;
use crate::neuron::trial::{MS, SETTING, Setting, assert_alike, cut_before, play, script};

/// No neuron fired.
const NONE: [u32; 0] = [];

fn at(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

/// Excitatory neurons of the UP/DOWN model, with a capacitance of 1 nF.
const UP_DOWN: Linear = Linear {
    tau_m: 20.0,
    c_m: 1000.0,
    v_th: 20.0,
    v_reset: 15.0,
    e_l: 0.0,
    i_e: 0.0,
    t_ref: 2.0,
    tau_w: 150.0,
    b: 70.0,
    tau_syn: None,
};

fn population(size: usize, linear: Linear) -> LifAdaptive {
    let params = Params::new(&linear.values(&SPEC)).expect("valid");
    LifAdaptive::new(size, params)
}

fn arrive(population: &mut LifAdaptive, t: Time, weight: f32) -> Vec<u32> {
    let mut fired = Vec::new();
    population.advance(t);
    population.receive_row(&[0], RowWeights::One(weight.into()));
    population.fire(&mut fired);
    fired
}

/// Runs by itself until `count` spikes.
fn spikes_alone(population: &mut LifAdaptive, count: usize) -> Vec<f64> {
    let mut times = Vec::new();
    while times.len() < count {
        let t = population.next_due();
        population.advance(t);
        let mut fired = Vec::new();
        population.fire(&mut fired);
        times.extend(fired.iter().map(|_| t.as_ms()));
    }
    times
}

#[test]
fn adaptation_pulls_the_potential_by_the_closed_form() {
    let mut population = population(1, UP_DOWN);
    assert_eq!(arrive(&mut population, at(10.0), 20.0), [0]);
    population.advance(at(11.0));
    assert_eq!(population.potential(0), 15.0);
    assert!((population.sample(1, 0, at(11.0)) - 70.0 * (-1.0_f64 / 150.0).exp()).abs() < 1e-12);
    let while_refractory = population.clone();
    for ms in [12.0, 13.0, 50.0, 200.0, 900.0, 5_000.0] {
        population.advance(at(ms));
        // From 12 ms on, with w decaying since 10 ms.
        let (x, w): (f64, f64) = (ms - 12.0, 70.0 * (-2.0_f64 / 150.0).exp());
        let a = -w / 1000.0 / (1.0 / 20.0 - 1.0 / 150.0);
        let expected = (15.0 - a) * (-x / 20.0).exp() + a * (-x / 150.0).exp();
        let found = population.potential(0);
        assert!((found - expected).abs() < 1e-12, "{ms}: {found} {expected}");
        let early = while_refractory.sample(0, 0, at(ms));
        assert!((early - expected).abs() < 1e-12, "{ms}");
    }
}

#[test]
fn equal_time_constants_have_their_own_closed_form() {
    let linear = Linear {
        tau_w: 20.0,
        t_ref: 0.0,
        ..UP_DOWN
    };
    let mut population = population(1, linear);
    arrive(&mut population, at(3.0), 20.0);
    for ms in [4.0, 30.0, 170.0, 400.0] {
        population.advance(at(ms));
        let x: f64 = ms - 3.0;
        let expected = (15.0 - 70.0 / 1000.0 * x) * (-x / 20.0).exp();
        assert!((population.potential(0) - expected).abs() < 1e-12, "{ms}");
    }
}

#[test]
fn a_second_spike_needs_as_much_more_as_the_first_has_left() {
    let mut population = population(1, UP_DOWN);
    arrive(&mut population, at(1.0), 20.0);
    let t = at(31.0);
    population.advance(t);
    let lacking = 20.0 - population.potential(0);
    assert_eq!(
        arrive(&mut population, t, (lacking * 0.999_999) as f32),
        NONE
    );
    assert_eq!(
        arrive(&mut population, t, (lacking * 0.000_002) as f32),
        [0]
    );
    // The second jump comes on top of what is left of the first.
    let left = 70.0 * (-30.0_f64 / 150.0).exp() + 70.0;
    assert!((population.sample(1, 0, t) - left).abs() < 1e-10);
}

#[test]
fn the_interval_between_two_driven_spikes_has_a_closed_form() {
    // 1500 pA lift the neuron by 30 mV, 10 above threshold.
    let linear = Linear {
        i_e: 1500.0,
        ..UP_DOWN
    };
    let mut population = population(1, linear);
    assert!(population.next_alone() < Time::MAX);
    let times = spikes_alone(&mut population, 3);
    assert!(
        (times[0] - 20.0 * 3.0_f64.ln()).abs() <= 1.1e-9,
        "{times:?}"
    );
    // v rises from 15 mV at the refractory end; bisect the sum of exponentials.
    let mut w = 0.0;
    for pair in times.windows(2) {
        w = (w + 70.0) * (-2.0_f64 / 150.0).exp();
        let a = -w / 1000.0 / (1.0 / 20.0 - 1.0 / 150.0);
        let v = |x: f64| 30.0 + (15.0 - 30.0 - a) * (-x / 20.0).exp() + a * (-x / 150.0).exp();
        let (mut low, mut high) = (0.0, 1_000.0);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if v(middle) < 20.0 {
                low = middle
            } else {
                high = middle
            }
        }
        assert!((pair[1] - pair[0] - 2.0 - high).abs() < 3e-9, "{times:?}");
        w *= (-high / 150.0).exp();
    }
    assert!(times[2] - times[1] > times[1] - times[0]);
}

#[test]
fn a_sum_equal_to_the_threshold_fires_at_any_offset() {
    let mut stream = crate::base::stream::Stream::new(1, "test", 0);
    let mut population = population(1, UP_DOWN);
    for _ in 0..2_000 {
        population.reset(Time::ZERO);
        let t = Time::from_ps(stream.below(1_000_000_000_000) as i64);
        for _ in 0..39 {
            assert_eq!(arrive(&mut population, t, 0.5), NONE);
        }
        assert_eq!(arrive(&mut population, t, 0.5), [0], "{t}");
    }
}

#[test]
fn an_arrival_at_the_refractory_end_counts() {
    let mut population = population(1, UP_DOWN);
    assert_eq!(arrive(&mut population, at(10.0), 20.0), [0]);
    let before = Time::from_ps(at(12.0).ps() - 1);
    assert_eq!(arrive(&mut population, before, 50.0), NONE);
    assert_eq!(arrive(&mut population, at(12.0), 5.0), [0]);
}

#[test]
fn an_injected_current_starts_and_stops_firing() {
    let mut population = population(1, UP_DOWN);
    population.reset(at(5.0));
    assert_eq!(population.next_alone(), Time::MAX);
    population.inject(1500.0);
    let times = spikes_alone(&mut population, 1);
    assert!((times[0] - 5.0 - 20.0 * 3.0_f64.ln()).abs() <= 1.1e-9);
    population.inject(0.0);
    assert_eq!(population.next_alone(), Time::MAX);
}

#[test]
fn potentials_that_never_meet_are_refused() {
    let values: Values = [
        ("tau_m", 20.0),
        ("v_th", 20.0),
        ("tau_w", 100.0),
        ("b", 1.0),
        ("i_e", 250.0),
    ]
    .into_iter()
    .collect();
    let error = Params::new(&values).expect_err("never reached");
    assert_eq!(
        error.to_string(),
        "`lif_adaptive`: `v_th` and `e_l` + `i_e` `tau_m` / `c_m` are both 20, expected different potentials: v would \
         approach the threshold without end"
    );
}

/// Settings that silent, adapting and driven neurons meet.
fn cases() -> Vec<(Linear, Setting)> {
    let injected = Setting {
        current: 1_400.0,
        ..SETTING
    };
    let grid = Setting {
        grid: MS / 2,
        ..SETTING
    };
    vec![
        (UP_DOWN, SETTING),
        (UP_DOWN, grid),
        (UP_DOWN, injected),
        (
            Linear {
                i_e: 1_300.0,
                ..UP_DOWN
            },
            SETTING,
        ),
        (
            Linear {
                i_e: 1_300.0,
                t_ref: 0.0,
                ..UP_DOWN
            },
            grid,
        ),
        (
            Linear {
                i_e: 1_300.0,
                tau_w: 20.0,
                b: 200.0,
                ..UP_DOWN
            },
            injected,
        ),
        (
            Linear {
                i_e: 1_300.0,
                tau_w: 3.0,
                b: 900.0,
                e_l: -3.0,
                ..UP_DOWN
            },
            injected,
        ),
    ]
}

#[test]
fn spikes_are_those_of_an_independent_simulator() {
    for (case, (linear, setting)) in cases().into_iter().enumerate() {
        let mut count = 0;
        for seed in 0..6 {
            let script = script(seed, setting);
            let end = 400 * MS;
            let mut population = population(setting.size, linear);
            let found = play(&mut population, &script, end);
            let expected: Vec<_> = (0..setting.size)
                .flat_map(|j| {
                    let spikes = linear.simulate(j, &script, end);
                    spikes.into_iter().map(move |t| (t, j as u32))
                })
                .collect();
            count += assert_alike(&found, &expected, 1);
        }
        assert!(count > 200, "case {case}: {count} spikes");
    }
}

#[test]
fn every_vector_width_gives_the_same_bits() {
    let (linear, setting) = cases()[5];
    let script = script(3, setting);
    let run = |width| {
        limit(width);
        let mut population = population(setting.size, linear);
        let spikes = play(&mut population, &script, 400 * MS);
        (spikes, population.save().expect("plain data"))
    };
    let widest = run(Width::W512);
    assert_eq!(run(Width::Baseline), widest);
    assert_eq!(run(Width::W256), widest);
    limit(Width::W512);
}

#[test]
fn a_state_of_another_population_is_refused() {
    let mut driven = population(
        3,
        Linear {
            i_e: 1_300.0,
            ..UP_DOWN
        },
    );
    let mut population = population(3, UP_DOWN);
    let saved = population.save().expect("plain data");
    assert_eq!(population.load(&saved), Ok(()));
    assert!(driven.load(&saved).is_err());
    let smaller = super::tests::population(2, UP_DOWN)
        .save()
        .expect("plain data");
    let error = population.load(&smaller).expect_err("too few");
    assert_eq!(
        error.to_string(),
        "the state of the neurons does not fit: found 2 neurons, expected 3"
    );
    assert!(population.load(&saved[..saved.len() - 1]).is_err());
    assert!(population.load(&[&saved[..], &[0]].concat()).is_err());
}

proptest! {
    #[test]
    fn a_saved_run_goes_on_with_the_same_bits(seed in 0_u64..1_000, case in 0_usize..7, cut in 0_usize..700) {
        let (linear, setting) = cases()[case];
        let script = script(seed, setting);
        let end = 400 * MS;
        let (cut, cut_at) = cut_before(&script, cut);
        let mut whole = population(setting.size, linear);
        let mut expected = play(&mut whole, &script[..cut], cut_at);
        let mut resumed = population(setting.size, linear);
        resumed.load(&whole.save().expect("plain data")).expect("fits");
        prop_assert_eq!(resumed.save().expect("plain data"), whole.save().expect("plain data"));
        let rest = &script[cut..];
        expected.clear();
        expected.extend(play(&mut whole, rest, end));
        prop_assert_eq!(play(&mut resumed, rest, end), expected);
        prop_assert_eq!(resumed.save().expect("plain data"), whole.save().expect("plain data"));
    }

    #[test]
    fn time_shift_and_cuts_change_nothing(seed in 0_u64..1_000, case in 0_usize..7, cut in 0_usize..700) {
        let (linear, setting) = cases()[case];
        let script = script(seed, setting);
        let bits = |population: &LifAdaptive| {
            population.state.cells.all().iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        let mut plain = population(setting.size, linear);
        let expected = play(&mut plain, &script, 400 * MS);
        let shift = 8 * 3_600_000 * MS;
        let (cut, cut_at) = cut_before(&script, cut);
        let shifted: Vec<_> = script.iter().map(|(t, what)| (t + shift, what.clone())).collect();
        let mut later = population(setting.size, linear);
        later.reset(Time::from_ps(shift));
        let mut found = play(&mut later, &shifted[..cut], cut_at + shift);
        found.extend(play(&mut later, &shifted[cut..], 400 * MS + shift));
        let found: Vec<_> = found.into_iter().map(|(t, j)| (t - shift, j)).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(bits(&later), bits(&plain));
    }

    #[test]
    fn broken_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut population = population(2, UP_DOWN);
        let _ = population.load(&bytes);
    }
}
