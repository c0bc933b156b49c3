//! Neurons of `lif_exp` that differ, in their levels alone (thresholds, refractory periods, resting and reset potentials,
//! constant currents) or in all.

use std::collections::BTreeMap;

use crate::base::stream::Stream;
use crate::base::vector::{self, Width};
use crate::neuron::bytes::{Path, path_of};
use crate::neuron::individual::{Dynamics, Individual, LifExp};
use crate::neuron::trial::linear::{EXP, Linear, settings, varied};
use crate::neuron::trial::{MS, Setting, assert_alike, cut_before, play, script};
use crate::neuron::{Neurons, Setup, model};

const END: i64 = 400 * MS;

/// `neurons` with parameters of their own, as a model file builds them.
fn built(neurons: &[Linear]) -> Box<dyn Neurons> {
    let model = model("lif_exp").expect("registered");
    let of = |linear: &Linear, name| linear.values(model.spec)[name];
    let names = [
        "v_th",
        "v_reset",
        "e_l",
        "i_e",
        "t_ref",
        "tau_m",
        "c_m",
        "tau_syn_ex",
        "tau_syn_in",
    ];
    let each = names.map(|name| (name, neurons.iter().map(|it| of(it, name)).collect()));
    (model.build)(Setup {
        size: neurons.len(),
        values: &neurons[0].values(model.spec),
        each: &BTreeMap::from(each),
        stream: Stream::new(0, "test", 0),
    })
    .expect("valid")
}

fn path(neurons: &dyn Neurons) -> Path {
    path_of(&neurons.save().expect("plain data"))
        .expect("a state")
        .0
}

/// Neurons that differ in their levels alone.
fn levels(linear: Linear, seed: u64) -> Vec<Linear> {
    let shared = |it: Linear| Linear {
        tau_m: linear.tau_m,
        c_m: linear.c_m,
        tau_syn: linear.tau_syn,
        ..it
    };
    varied(linear, seed).into_iter().map(shared).collect()
}

/// The kinds of neurons that differ.
const KINDS: [fn(Linear, u64) -> Vec<Linear>; 2] = [levels, varied];

fn cases() -> impl Iterator<Item = (Linear, Setting)> {
    settings(EXP).into_iter().map(|(linear, setting)| {
        let setting = Setting {
            weight: 20.0,
            ..setting
        };
        (linear, setting)
    })
}

#[test]
fn they_fire_as_in_an_independent_simulator_on_one_clock() {
    for (case, (linear, setting)) in cases().enumerate() {
        let mut count = 0;
        for seed in 0..12 {
            let neurons = KINDS[seed as usize % 2](linear, seed);
            let script = script(seed, setting);
            let mut population = built(&neurons);
            assert_eq!(path(&*population), Path::Shared);
            let found = play(&mut *population, &script, END);
            let expected = (0..).zip(&neurons).flat_map(|(j, linear)| {
                let spikes = linear.simulate(j as usize, &script, END);
                spikes.into_iter().map(move |t| (t, j))
            });
            count += assert_alike(&found, &expected.collect::<Vec<_>>(), 1);
        }
        assert!(count > 200, "case {case}: {count} spikes");
    }
}

#[test]
fn they_go_on_with_the_same_bits_from_any_instant() {
    for (seed, (linear, setting)) in (0..).zip(cases().chain(cases())) {
        let neurons = KINDS[seed as usize % 2](linear, seed);
        let script = script(seed, setting);
        let mut whole = built(&neurons);
        let expected = play(&mut *whole, &script, END);
        for at in [1, 30, 200, 500] {
            let (cut, cut_at) = cut_before(&script, at);
            let mut begun = built(&neurons);
            let mut found = play(&mut *begun, &script[..cut], cut_at);
            let mut resumed = built(&neurons);
            let saved = begun.save().expect("plain data");
            resumed.load(&saved).expect("fits");
            found.extend(play(&mut *resumed, &script[cut..], END));
            assert_eq!(found, expected);
            assert_eq!(resumed.save(), whole.save());
        }
    }
}

#[test]
fn the_general_path_hands_them_over_and_takes_them_back() {
    let general = |neurons: &[Linear]| {
        let dynamics = neurons
            .iter()
            .map(|it| LifExp::new(&it.values(LifExp::SPEC)));
        Individual::new(dynamics.collect::<Result<_, _>>().expect("valid"))
    };
    let mut count = 0;
    for (seed, (linear, setting)) in (0..).zip(cases().chain(cases())) {
        let neurons = KINDS[seed as usize % 2](linear, seed);
        let script = script(seed, setting);
        let expected = play(&mut *built(&neurons), &script, END);
        let (cut, cut_at) = cut_before(&script, 150);
        let (mut fast, mut slow) = (built(&neurons), general(&neurons));
        let [fast_begins, slow_begins] = [
            play(&mut *fast, &script[..cut], cut_at),
            play(&mut slow, &script[..cut], cut_at),
        ];
        let [of_fast, of_slow] = [fast.save(), slow.save()].map(|it| it.expect("plain data"));
        let (mut fast, mut slow) = (built(&neurons), general(&neurons));
        fast.load(&of_slow).expect("fits");
        slow.load(&of_fast).expect("fits");
        for (mut found, goes_on) in [
            (slow_begins, play(&mut *fast, &script[cut..], END)),
            (fast_begins, play(&mut slow, &script[cut..], END)),
        ] {
            found.extend(goes_on);
            count += assert_alike(&found, &expected, 1);
        }
    }
    assert!(count > 1_000, "{count} spikes");
}

#[test]
fn neurons_too_unlike_to_share_a_horizon_take_the_general_path() {
    let mut neurons = varied(EXP, 1);
    assert_eq!(path(&*built(&neurons)), Path::Shared);
    neurons[3].tau_m *= 100.0;
    assert_eq!(path(&*built(&neurons)), Path::Shared);
    neurons[3].tau_syn = neurons[3].tau_syn.map(|tau| tau.map(|tau| tau / 50.0));
    assert_eq!(path(&*built(&neurons)), Path::Individual);
}

#[test]
fn vectors_of_every_width_give_neurons_of_their_own_pace_the_same_bits() {
    let (linear, setting) = cases().next().expect("some");
    let neurons = varied(linear, 7);
    let script = script(7, setting);
    let with = |width| {
        vector::limit(width);
        let mut population = built(&neurons);
        let spikes = play(&mut *population, &script, END);
        (spikes, population.save().expect("plain data"))
    };
    let [narrow, half, whole] = [Width::Baseline, Width::W256, Width::W512].map(with);
    assert!(narrow.0.len() > 20);
    assert_eq!(half, narrow);
    assert_eq!(whole, narrow);
}
