//! The general path against the fast paths, an independent simulator and itself.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::trial::linear::{ADAPTIVE, EXP, LIF, Linear, settings, varied};
use crate::neuron::trial::{MS, SETTING, Setting, assert_alike, cut_before, play, script};
use crate::neuron::{EventWeights, Events, RowWeights};

const END: i64 = 400 * MS;

fn population<D: Dynamics>(neurons: &[Linear]) -> Individual<D> {
    let dynamics = neurons.iter().map(|linear| D::new(&linear.values(D::SPEC)));
    Individual::new(dynamics.collect::<Result<_, _>>().expect("valid"))
}

/// Plays random input to neurons with parameters of their own and compares with the independent simulator; spikes.
fn compare<D: Dynamics>(linear: Linear, setting: Setting) -> usize {
    let mut count = 0;
    for seed in 0..6 {
        let neurons = varied(linear, seed);
        let script = script(seed, setting);
        let found = play(&mut population::<D>(&neurons), &script, END);
        let expected: Vec<_> = (0..)
            .zip(&neurons)
            .flat_map(|(j, linear)| {
                let spikes = linear.simulate(j as usize, &script, END);
                spikes.into_iter().map(move |t| (t, j))
            })
            .collect();
        count += assert_alike(&found, &expected, 1);
    }
    count
}

#[test]
fn lif_neurons_fire_as_in_an_independent_simulator() {
    for (case, (linear, setting)) in settings(LIF).into_iter().enumerate() {
        let count = compare::<Lif>(linear, setting);
        assert!(count > 200, "case {case}: {count} spikes");
    }
}

#[test]
fn lif_adaptive_neurons_fire_as_in_an_independent_simulator() {
    for (case, (linear, setting)) in settings(ADAPTIVE).into_iter().enumerate() {
        let count = compare::<LifAdaptive>(linear, setting);
        assert!(count > 200, "case {case}: {count} spikes");
    }
}

#[test]
fn lif_exp_neurons_fire_as_in_an_independent_simulator() {
    for (case, (linear, setting)) in settings(EXP).into_iter().enumerate() {
        let setting = Setting {
            weight: 20.0,
            ..setting
        };
        let count = compare::<LifExp>(linear, setting);
        assert!(count > 200, "case {case}: {count} spikes");
    }
}

#[test]
fn equal_neurons_fire_as_on_the_fast_path() {
    let mut count = 0;
    for seed in 0..40 {
        for (linear, setting) in settings(ADAPTIVE) {
            let script = script(seed, setting);
            let mut fast = crate::neuron::build(
                "lif_adaptive",
                setting.size,
                &linear.values(LifAdaptive::SPEC),
            )
            .expect("valid");
            let mut general = population::<LifAdaptive>(&vec![linear; setting.size]);
            let expected = play(&mut *fast, &script, END);
            count += assert_alike(&play(&mut general, &script, END), &expected, 1);
        }
        // Driven by a resting potential above threshold, too.
        for e_l in [0.0, 26.0] {
            let linear = Linear { e_l, ..LIF };
            let script = script(seed, SETTING);
            let mut fast = crate::neuron::build("lif", SETTING.size, &linear.values(Lif::SPEC))
                .expect("valid");
            let mut general = population::<Lif>(&vec![linear; SETTING.size]);
            let expected = play(&mut *fast, &script, END);
            count += assert_alike(&play(&mut general, &script, END), &expected, 1);
        }
    }
    assert!(count > 10_000, "{count} spikes");
}

/// Rows and noise onto many neurons at once, and one by one: the same state, bit for bit.
fn goes_one_by_one<D: Dynamics>(linear: Linear, weight: f64) {
    const SIZE: u64 = 120;
    let each = |neurons: Vec<Linear>| {
        (0..SIZE as usize / neurons.len()).flat_map(move |_| neurons.clone())
    };
    let mut neurons: Vec<_> = each(varied(linear, 1)).collect();
    // One whose membrane is as fast as its currents.
    neurons[17].tau_m = neurons[17].tau_syn.map_or(20.0, |[fast, _]| fast);
    let mut together = population::<D>(&neurons);
    let mut alone = population::<D>(&neurons);
    let mut stream = Stream::new(8, "test", 0);
    let (mut t, mut count) = (0, 0);
    for _ in 0..600 {
        t += (stream.exponential() * 0.3 * MS as f64) as i64 + 1;
        let n = 1 + stream.below(70) as usize;
        let mut targets: Vec<u16> = (0..n).map(|_| stream.below(SIZE) as u16).collect();
        if stream.below(2) == 0 {
            targets.sort_unstable();
            let mut draw = || weight * (1.6 * stream.uniform() - 0.6);
            let weights: Vec<f32> = targets.iter().map(|_| draw() as f32).collect();
            for population in [&mut together, &mut alone] {
                population.advance(Time::from_ps(t));
            }
            together.receive_row(&targets, RowWeights::Each(&weights));
            for (target, weight) in targets.chunks(1).zip(weights.chunks(1)) {
                alone.receive_row(target, RowWeights::Each(weight));
            }
        } else {
            let mut offsets: Vec<i64> = (0..n).map(|_| stream.below(300_000) as i64).collect();
            offsets.sort_unstable();
            let ones = vec![1.0; n];
            let events = |from: usize, upto: usize| Events {
                origin: Time::from_ps(t),
                offsets: &offsets[from..upto],
                start: Time::from_ps(t),
                growth: &ones[from..upto],
                psi: &[],
                targets: &targets[from..upto],
                weights: EventWeights::One(0.2 * weight),
            };
            let found = together.receive_events(events(0, n));
            let expected = (0..n).find(|&k| alone.receive_events(events(k, k + 1)).is_some());
            assert_eq!(found, expected);
            t += offsets[found.unwrap_or(n - 1)];
            for population in [&mut together, &mut alone] {
                population.advance(Time::from_ps(t));
            }
        }
        let [mut found, mut expected] = [Vec::new(), Vec::new()];
        together.fire(&mut found);
        alone.fire(&mut expected);
        assert_eq!(found, expected);
        count += found.len();
        assert_eq!(
            together.save().expect("plain data"),
            alone.save().expect("plain data")
        );
    }
    assert!(count > 100, "{count} spikes");
}

#[test]
fn deliveries_together_give_the_bits_of_deliveries_one_by_one() {
    goes_one_by_one::<Lif>(LIF, 5.0);
    goes_one_by_one::<Lif>(Linear { e_l: 26.0, ..LIF }, 5.0);
    goes_one_by_one::<LifAdaptive>(ADAPTIVE, 5.0);
    goes_one_by_one::<LifExp>(EXP, 20.0);
}

#[test]
fn a_crossing_under_currents_is_the_first() {
    let mut stream = Stream::new(5, "test", 0);
    let mut crossed = 0;
    for _ in 0..20_000 {
        let mut uniform = || stream.uniform();
        let linear = Linear {
            tau_m: 1.0 + 40.0 * uniform(),
            i_e: 14.0 * uniform(),
            tau_syn: Some([0.2 + 20.0 * uniform(), 0.2 + 20.0 * uniform()]),
            ..EXP
        };
        let neuron = LifExp::new(&linear.values(LifExp::SPEC)).expect("valid");
        let mut state = neuron.rest();
        neuron.set_potential(&mut state, 30.0 * uniform() - 10.0);
        neuron.receive(&mut state, 60.0 * uniform() * uniform());
        neuron.receive(&mut state, -60.0 * uniform() * uniform());
        let within = (50.0 * MS as f64 * uniform() * uniform()).round();
        let v = |x: f64| {
            let mut later = state;
            neuron.advance(&mut later, x);
            neuron.variable(&later, 0)
        };
        let mut samples = (0..=400).map(|k| within * f64::from(k) / 400.0);
        let first = samples.find(|x| v(*x) >= 20.0 + 1e-9);
        let found = neuron.crossing(&state, within);
        if let Some(first) = first {
            let found = found.expect("a sample lies above the threshold");
            assert!(found <= first);
            assert!(neuron.may_cross(&state, within));
        }
        if let Some(found) = found {
            crossed += 1;
            assert!(found <= within);
            // A hundredth of a tick at the steepest slope here, and rounding.
            let miss = 20.0 - v(found).min(20.0);
            assert!(miss < 1e-9, "{miss:e}");
        }
    }
    assert!(crossed > 2_000, "{crossed}");
}

#[test]
fn noise_needs_no_growth() {
    let population = population::<Lif>(&[LIF]);
    assert_eq!(population.growth(1.0).rate_per_ps, 0.0);
    assert_eq!(population.growth(1.0).delta_per_ps, None);
}

fn built(model: &str, pairs: &[(&'static str, &[f64])]) -> Result<Box<dyn Neurons>, String> {
    let model = crate::neuron::model(model).map_err(|error| error.to_string())?;
    let shared = Linear {
        v_reset: 0.0,
        tau_w: 100.0,
        b: 1.0,
        ..LIF
    };
    let each: BTreeMap<_, _> = pairs
        .iter()
        .map(|(name, each)| (*name, each.to_vec()))
        .collect();
    let setup = Setup {
        size: 3,
        values: &shared.values(model.spec),
        each: &each,
        stream: Stream::new(0, "test", 0),
    };
    (model.build)(setup).map_err(|error| error.to_string())
}

#[test]
fn each_neuron_has_its_own_threshold() {
    for model in ["lif", "lif_adaptive"] {
        let mut population = built(model, &[("v_th", &[20.0, 5.0, 10.0])]).expect("valid");
        population.advance(Time::ZERO);
        population.receive_row(&[0, 1, 2], crate::neuron::RowWeights::One(10.0));
        let mut fired = Vec::new();
        population.fire(&mut fired);
        assert_eq!(fired, [1, 2]);
    }
}

#[test]
fn errors_name_the_neuron() {
    let error = |model, pairs: &[_]| built(model, pairs).err().expect("refused");
    assert_eq!(
        error("lif", &[("v_reset", &[0.0, 25.0, 30.0])]),
        "`lif`: neuron 1: `v_reset` is 25, expected below `v_th` (20)"
    );
    assert_eq!(
        error("lif_adaptive", &[("b", &[1.0, 1.0, -2.0])]),
        "`lif_adaptive`: neuron 2: `b` is -2 pA, expected 0 or more"
    );
    assert_eq!(
        error("lif", &[("v_th", &[20.0, 10.0])]),
        "`lif`: `v_th` has 2 values, expected one for each of 3 neurons"
    );
}

/// A run saved, taken up by another population, and shifted in time: same spikes, same bits.
fn goes_on<D: Dynamics>(linear: Linear, setting: Setting, seed: u64, cut: usize) {
    let neurons = varied(linear, seed);
    let script = script(seed, setting);
    let mut whole = population::<D>(&neurons);
    let expected = play(&mut whole, &script, END);

    let (cut, cut_at) = cut_before(&script, cut);
    let mut begun = population::<D>(&neurons);
    let mut found = play(&mut begun, &script[..cut], cut_at);
    let mut resumed = population::<D>(&neurons);
    resumed
        .load(&begun.save().expect("plain data"))
        .expect("fits");
    found.extend(play(&mut resumed, &script[cut..], END));
    assert_eq!(found, expected);
    assert_eq!(
        resumed.save().expect("plain data"),
        whole.save().expect("plain data")
    );

    let shift = 8 * 3_600_000 * MS;
    let shifted: Vec<_> = script
        .into_iter()
        .map(|(t, what)| (t + shift, what))
        .collect();
    let mut later = population::<D>(&neurons);
    later.reset(Time::from_ps(shift));
    let found = play(&mut later, &shifted, END + shift);
    let found: Vec<_> = found.into_iter().map(|(t, j)| (t - shift, j)).collect();
    assert_eq!(found, expected);
    for j in 0..neurons.len() {
        assert_eq!(later.potential(j).to_bits(), whole.potential(j).to_bits());
    }
}

#[test]
fn a_state_of_another_population_is_refused() {
    let mut three = population::<Lif>(&[LIF; 3]);
    let error = three.load(&population::<Lif>(&[LIF; 2]).save().expect("plain data"));
    assert_eq!(
        error.expect_err("too few").to_string(),
        "the state of the neurons does not fit: found 2 neurons, expected 3"
    );
    let driven = Linear { e_l: 30.0, ..LIF };
    assert!(
        three
            .load(&population::<Lif>(&[driven; 3]).save().expect("plain data"))
            .is_err()
    );
    let saved = three.save().expect("plain data");
    assert_eq!(three.load(&saved), Ok(()));
    assert!(three.load(&saved[1..]).is_err());
}

proptest! {
    #[test]
    fn a_saved_run_goes_on_with_the_same_bits(seed in 0_u64..1_000, case in 0_usize..4, cut in 0_usize..700) {
        let (linear, setting) = settings(LIF)[case];
        goes_on::<Lif>(linear, setting, seed, cut);
        let (linear, setting) = settings(ADAPTIVE)[case];
        goes_on::<LifAdaptive>(linear, setting, seed, cut);
        let (linear, setting) = settings(EXP)[case];
        goes_on::<LifExp>(linear, Setting { weight: 20.0, ..setting }, seed, cut);
    }

    #[test]
    fn broken_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = population::<LifExp>(&[EXP; 2]).load(&bytes);
    }
}
