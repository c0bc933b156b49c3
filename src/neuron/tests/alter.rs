//! Populations that change their path or their parameters while they run.

use std::collections::BTreeMap;

use crate::base::parameter::{Default, ParameterSpec};
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::trial::linear::{ADAPTIVE, EXP, LIF, Linear, Simulated, settings, varied};
use crate::neuron::trial::{MS, Script, Setting, assert_alike, cut_before, play, script};
use crate::neuron::{AlterError, Model, Neurons, RowWeights, Setup, alter, model};

const END: i64 = 300 * MS;

/// What holds for a state from another path: some hundred roundings of a potential of 30 mV, as the factored clock of
/// `lif_adaptive` makes them.
const ROUNDING: f64 = 1e-11;

fn at(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

/// Calls `make` with what to build `neurons` of `model` from: their own parameters, or those of the first for all.
fn with_setup<T>(model: &Model, neurons: &[Linear], own: bool, make: impl Fn(Setup<'_>) -> T) -> T {
    let shared = neurons[0].values(model.spec);
    let mut each = BTreeMap::new();
    let drawn = |parameter: &&ParameterSpec| own && parameter.default_number().is_some();
    let needed = |parameter: &&ParameterSpec| own && parameter.default == Default::Required;
    let numbers = model.spec.parameters.iter();
    for parameter in numbers.filter(|parameter| drawn(parameter) || needed(parameter)) {
        let values = neurons.iter().map(|linear| linear.values(model.spec));
        let values = values.map(|values| values[parameter.name]);
        each.insert(parameter.name, values.collect());
    }
    make(Setup {
        size: neurons.len(),
        values: &shared,
        each: &each,
        stream: Stream::new(0, "test", 0),
    })
}

fn built(model: &Model, neurons: &[Linear], own: bool) -> Box<dyn Neurons> {
    with_setup(model, neurons, own, |setup| (model.build)(setup)).expect("valid")
}

/// `neurons` with other parameters.
fn altered(
    neurons: &dyn Neurons,
    model: &Model,
    to: &[Linear],
    own: bool,
) -> Result<Box<dyn Neurons>, AlterError> {
    with_setup(model, to, own, |setup| alter(neurons, model, setup))
}

/// Every case of the three models: its parameters, input and how many ticks spikes may be apart where they are crossings
/// in between arrivals.
fn cases() -> Vec<(&'static Model, Linear, Setting, i64)> {
    let mut all = Vec::new();
    for (name, linear) in [("lif", LIF), ("lif_adaptive", ADAPTIVE), ("lif_exp", EXP)] {
        for (linear, setting) in settings(linear) {
            let driven = name == "lif_exp" || linear.i_e > 0.0 || setting.current > 0.0;
            let weight = if name == "lif_exp" {
                20.0
            } else {
                setting.weight
            };
            let setting = Setting { weight, ..setting };
            all.push((
                model(name).expect("registered"),
                linear,
                setting,
                driven.into(),
            ));
        }
    }
    all
}

/// Cuts at random instants, ascending: the number of the first item of the script from there on, and the instant.
fn cuts(script: &Script, stream: &mut Stream) -> Vec<(usize, i64)> {
    let mut cuts = Vec::new();
    let mut k = 0;
    loop {
        k += 1 + stream.below(120) as usize;
        if k >= script.len() {
            break cuts;
        }
        let (cut, t) = cut_before(script, k);
        if t < END && cuts.last().is_none_or(|&(_, last)| last < t) {
            cuts.push((cut, t));
            k = cut;
        }
    }
}

/// Plays `script` in pieces; `change` sees the population between two, and gives the one that goes on.
fn play_in_pieces(
    mut neurons: Box<dyn Neurons>,
    script: &Script,
    cuts: &[(usize, i64)],
    change: impl Fn(Box<dyn Neurons>, usize, Time) -> Box<dyn Neurons>,
) -> (Vec<(i64, u32)>, Box<dyn Neurons>) {
    let (mut spikes, mut from) = (Vec::new(), 0);
    for (k, &(cut, t)) in cuts.iter().enumerate() {
        spikes.extend(play(&mut *neurons, &script[from..cut], t));
        neurons = change(neurons, k, Time::from_ps(t));
        from = cut;
    }
    spikes.extend(play(&mut *neurons, &script[from..], END));
    neurons.advance(Time::from_ps(END));
    (spikes, neurons)
}

/// Asserts that both are where the other is.
fn assert_near(one: &dyn Neurons, other: &dyn Neurons, name: &str) {
    let (one, other) = (one.state(), other.state());
    assert_eq!(one.now, other.now, "{name}");
    assert_eq!(one.injected_pa, other.injected_pa, "{name}");
    let held = |state: &crate::neuron::State| {
        let mut held: Vec<u32> = state.held().map(|(_, j)| j).collect();
        held.sort_unstable();
        held
    };
    assert_eq!(held(&one), held(&other), "{name}");
    for (a, b) in one.numbers.iter().zip(&other.numbers) {
        // Currents are larger than potentials.
        let miss = (a - b).abs() / (1.0 + a.abs() / 30.0);
        assert!(miss < ROUNDING, "{name}: {a} for {b}");
    }
}

#[test]
fn the_paths_hand_each_other_a_population_as_if_nothing_were() {
    for (case, (model, linear, setting, ticks)) in cases().into_iter().enumerate() {
        let mut count = 0;
        for seed in 0..10 {
            let name = format!("{}, case {case}, seed {seed}", model.spec.name);
            let mut stream = Stream::new(seed, "test", case as u64);
            let script = script(seed, setting);
            let neurons = vec![linear; setting.size];
            let cuts = cuts(&script, &mut stream);
            let played = |own: bool, change: &dyn Fn(&dyn Neurons, usize) -> Box<dyn Neurons>| {
                let first = built(model, &neurons, own);
                play_in_pieces(first, &script, &cuts, |now, k, _| change(&*now, k))
            };
            let same = |now: &dyn Neurons, own| {
                altered(now, model, &neurons, own).expect("the same values")
            };
            let saved = |now: &dyn Neurons, own| {
                let mut other = built(model, &neurons, own);
                let bytes = now.save().expect("plain data");
                other.load(&bytes).expect("a population alike");
                other
            };
            let expected = played(false, &|now, _| saved(now, false));
            for (way, found) in [
                (
                    "handed over",
                    played(false, &|now, k| same(now, k % 2 == 0)),
                ),
                (
                    "saved on one and loaded on the other",
                    played(true, &|now, k| saved(now, k % 2 == 1)),
                ),
                (
                    "altered to what it was",
                    played(false, &|now, _| same(now, false)),
                ),
                (
                    "altered to what each was",
                    played(true, &|now, _| same(now, true)),
                ),
            ] {
                count += assert_alike(&found.0, &expected.0, ticks);
                assert_near(&*found.1, &*expected.1, &format!("{name}, {way}"));
            }
        }
        assert!(count > 200, "{}: {count} spikes", model.spec.name);
    }
}

#[test]
fn altered_neurons_fire_as_in_an_independent_simulator() {
    for (case, (model, linear, setting, _)) in cases().into_iter().enumerate() {
        let mut count = 0;
        for seed in 0..6 {
            let mut stream = Stream::new(seed, "alter", case as u64);
            let script = script(seed, setting);
            let cuts = cuts(&script, &mut stream);
            // Parameters of each piece; every other piece they are the same for all.
            let pieces: Vec<Vec<Linear>> = (0..=cuts.len() as u64)
                .map(|k| match k % 2 {
                    0 => varied(linear, 100 * seed + k),
                    _ => vec![varied(linear, 100 * seed + k)[0]; setting.size],
                })
                .collect();
            let first = built(model, &pieces[0], true);
            let (found, _) = play_in_pieces(first, &script, &cuts, |mut now, k, t| {
                now.advance(t);
                altered(&*now, model, &pieces[k + 1], k % 2 == 1).expect("valid")
            });
            let mut expected = Vec::new();
            for (j, &first) in pieces[0].iter().enumerate() {
                let mut neuron = Simulated::new(first, j);
                let ends = cuts.iter().copied().chain([(script.len(), END)]);
                let mut from = 0;
                for (k, (cut, end)) in ends.enumerate() {
                    if k > 0 {
                        neuron.alter(pieces[k][j]);
                    }
                    let spikes = neuron.go_on(&script[from..cut], end);
                    expected.extend(spikes.into_iter().map(|t| (t, j as u32)));
                    from = cut;
                }
            }
            count += assert_alike(&found, &expected, 1);
        }
        assert!(count > 200, "{} {case}: {count} spikes", model.spec.name);
    }
}

/// Lets rows of `weight` arrive at all of `neurons` at `t`: who fires.
fn arrive(neurons: &mut dyn Neurons, t: Time, weight: f32) -> Vec<u32> {
    neurons.advance(t);
    let all: Vec<u16> = (0..neurons.size() as u16).collect();
    neurons.receive_row(&all, RowWeights::One(weight.into()));
    let mut fired = Vec::new();
    neurons.fire(&mut fired);
    fired
}

/// Two neurons of each kind of path.
fn both(linear: Linear) -> [(bool, Box<dyn Neurons>); 2] {
    let lif = model("lif").expect("registered");
    [false, true].map(|own| (own, built(lif, &[linear; 2], own)))
}

fn to(neurons: &dyn Neurons, linear: Linear, own: bool) -> Box<dyn Neurons> {
    let lif = model("lif").expect("registered");
    altered(neurons, lif, &[linear; 2], own).expect("valid")
}

#[test]
fn a_new_time_constant_and_threshold_act_from_their_instant_on() {
    for (own, mut neurons) in both(LIF) {
        assert!(arrive(&mut *neurons, at(3.0), 16.0).is_empty());
        neurons.advance(at(13.0));
        let before = neurons.potential(0);
        let quick = Linear { tau_m: 5.0, ..LIF };
        neurons = to(&*neurons, quick, !own);
        // A rounding of the potential and one of where it goes.
        assert!((neurons.potential(0) - before).abs() < 1e-14, "no jump");
        neurons.advance(at(15.0));
        let v = 16.0 * (-10.0_f64 / 20.0).exp() * (-2.0_f64 / 5.0).exp();
        assert!((neurons.potential(0) - v).abs() < 1e-13);
        // Below the potential: both fire at that instant, unless something that arrives then pulls them down.
        let low = Linear {
            v_th: 6.0,
            v_reset: 1.0,
            ..quick
        };
        neurons = to(&*neurons, low, own);
        assert_eq!([neurons.next_due(), neurons.next_alone()], [at(15.0); 2]);
        let mut pulled = to(&*neurons, low, !own);
        assert_eq!(arrive(&mut *neurons, at(15.0), 0.0), [0, 1]);
        assert!(arrive(&mut *pulled, at(15.0), -2.0).is_empty());
        assert!((pulled.potential(0) - v + 2.0).abs() < 1e-13);
    }
}

#[test]
fn what_is_refractory_stays_so_until_its_end() {
    for (own, mut neurons) in both(Linear { t_ref: 5.0, ..LIF }) {
        assert_eq!(arrive(&mut *neurons, at(10.0), 30.0), [0, 1]);
        neurons.advance(at(12.0));
        let short = Linear {
            t_ref: 1.0,
            v_reset: 4.0,
            ..LIF
        };
        neurons = to(&*neurons, short, !own);
        assert_eq!(neurons.potential(1), 4.0);
        assert!(arrive(&mut *neurons, at(14.999_999_999), 30.0).is_empty());
        // From 4 mV at the end of the old period; the new one follows.
        assert!(arrive(&mut *neurons, at(15.0), 15.9).is_empty());
        assert_eq!(arrive(&mut *neurons, at(15.0), 0.2), [0, 1]);
        assert_eq!(arrive(&mut *neurons, at(16.0), 30.0), [0, 1]);
        // Neurons that are held longer than those that fire after them.
        neurons = to(&*neurons, Linear { t_ref: 5.0, ..LIF }, own);
        neurons.advance(at(17.0));
        neurons.receive_row(&[0], RowWeights::One(30.0));
        neurons.fire(&mut Vec::new());
        neurons = to(&*neurons, short, false);
        neurons.advance(at(18.0));
        neurons.receive_row(&[1], RowWeights::One(30.0));
        neurons.fire(&mut Vec::new());
        assert_eq!(arrive(&mut *neurons, at(19.0), 30.0), [1]);
        assert_eq!(arrive(&mut *neurons, at(22.0), 30.0), [0, 1]);
    }
}

#[test]
fn a_crossing_that_is_due_is_honoured() {
    let driven = Linear { i_e: 1500.0, ..LIF };
    for (own, mut neurons) in both(driven) {
        // From 0 towards 30 mV: 20 mV are reached after τ ln 3.
        while neurons.next_due() < at(20.0 * 3.0_f64.ln() - 0.1) {
            neurons.advance(neurons.next_due());
        }
        let t = neurons.next_due();
        assert!((t.as_ms() - 20.0 * 3.0_f64.ln()).abs() < 2e-9);
        neurons.advance(t);
        let mut high = to(
            &*neurons,
            Linear {
                v_th: 25.0,
                ..driven
            },
            !own,
        );
        assert_eq!(arrive(&mut *high, t, -5.0), [0, 1]);
    }
}

#[test]
fn another_model_size_or_contradiction_is_refused() {
    let lif = model("lif").expect("registered");
    let neurons = built(lif, &[LIF; 3], false);
    let error = |model: &Model, linear: Linear, size: usize| {
        let other = vec![linear; size];
        let altered = altered(&*neurons, model, &other, false);
        altered.err().expect("refused").to_string()
    };
    assert_eq!(
        error(model("lif_adaptive").expect("registered"), ADAPTIVE, 3),
        "the state of the neurons does not fit: found the model `lif`, expected `lif_adaptive`"
    );
    assert_eq!(
        error(lif, LIF, 2),
        "the state of the neurons does not fit: found 3 neurons, expected 2"
    );
    assert_eq!(
        error(
            lif,
            Linear {
                v_reset: 25.0,
                ..LIF
            },
            3
        ),
        "`lif`: `v_reset` is 25, expected below `v_th` (20)"
    );
    // Saved by neurons that are all alike, for some that are not.
    let unlike = [LIF, LIF, Linear { tau_m: 21.0, ..LIF }];
    let loaded = built(lif, &unlike, true).load(&neurons.save().expect("plain data"));
    assert_eq!(
        loaded.expect_err("not alike").to_string(),
        "the state of the neurons does not fit: found neurons that share a clock, expected ones whose time constants differ"
    );
    let mut state = neurons.state();
    state.numbers.pop();
    let mut other = built(lif, &[LIF; 3], true);
    assert_eq!(
        other.set_state(&state).expect_err("too few").to_string(),
        "the state of the neurons does not fit: found 2 numbers, expected 1 for each of 3 neurons"
    );
    state = neurons.state();
    state.due.push(3);
    assert!(other.set_state(&state).is_err());
}
