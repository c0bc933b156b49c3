//! What holds for every model, and that a model is easily added.
//!
//! No model is known by its name: each brings an [`Example`], and what only neurons with a threshold or a refractory
//! period can show is asked of those that have the parameter.

mod alter;
mod level;
mod membrane;
mod perfect;
mod subtract;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::trial::{MS, SETTING, Setting, What, assert_alike, cut_before, play, script};
use super::*;
use crate::base::parameter::{self, Default, Range};
use crate::base::time::Duration;

/// Every model, and one in one file that is in no registry.
fn models() -> impl Iterator<Item = &'static Model> {
    REGISTRY.iter().copied().chain([&perfect::MODEL])
}

/// A population of `size` neurons of `model` with `values`; where `own` says so, one parameter is a value for each.
fn built(model: &Model, size: usize, values: &Values, own: bool) -> Box<dyn Neurons> {
    let first = model.spec.parameters.iter().find_map(|parameter| {
        let value = values.number(parameter.name)?;
        Some((parameter.name, vec![value; size]))
    });
    let setup = Setup {
        size,
        values,
        each: &first.filter(|_| own).into_iter().collect(),
        stream: Stream::new(0, "test", 0),
    };
    (model.build)(setup).expect("valid")
}

/// Populations of the examples of every model, with shared parameters and with their own.
fn populations(size: usize) -> Vec<(String, &'static Model, Box<dyn Neurons>)> {
    let mut all = Vec::new();
    for model in models() {
        for (way, own) in [("shared", false), ("own", true)] {
            let population = built(model, size, &model.example.values(), own);
            all.push((format!("{}, {way}", model.spec.name), model, population));
        }
    }
    all
}

fn fired(neurons: &mut dyn Neurons) -> Vec<u32> {
    let mut fired = Vec::new();
    neurons.fire(&mut fired);
    fired
}

/// Random input that makes neurons of `model` fire now and then.
fn setting(model: &Model) -> Setting {
    Setting {
        count: 400,
        weight: model.example.weight / 4.0,
        ..SETTING
    }
}

const END: i64 = 200 * MS;

#[test]
fn an_example_says_all_that_has_no_default() {
    for model in models() {
        let values = model.example.values();
        assert!(
            parameter::complete(model.spec, &values).is_ok(),
            "{}",
            model.spec.name
        );
        for parameter in model.spec.parameters {
            if parameter.default == Default::Required {
                let mut without = values.clone();
                without.remove(parameter.name);
                assert!(parameter::complete(model.spec, &without).is_err());
            }
        }
        assert_eq!(model.weight.is_none(), model.example.weight == 0.0);
        if !model.variables.is_empty() {
            let first = model.variables[0];
            let potential = first == V_M || first.dimension == Dimension::One;
            assert!(potential, "the potential stands first, or is no voltage");
            assert!((model.bytes)(false) >= 8 && (model.bytes)(true) >= (model.bytes)(false));
        }
    }
}

#[test]
fn every_neuron_fires_when_it_is_pushed() {
    for (name, model, mut population) in populations(3) {
        let neurons = &mut *population;
        neurons.reset(START);
        let quiet = neurons.next_alone() == Time::MAX;
        neurons.advance(START);
        let before = fired(neurons);
        neurons.receive_row(&[1], RowWeights::One(model.example.weight));
        let mut spikes = before.len() + fired(neurons).len();
        let end = START + Duration::from_ps(100 * MS);
        while spikes == 0 && neurons.next_due() < end {
            neurons.advance(neurons.next_due());
            spikes += fired(neurons).len();
        }
        assert!(spikes > 0, "{name}");
        // What is silent at rest is silent again when all has decayed.
        while quiet && neurons.next_alone() < Time::MAX {
            neurons.advance(neurons.next_due());
            fired(neurons);
            assert!(neurons.next_due() > START);
        }
    }
}

#[test]
fn both_paths_fire_alike_and_some_fire() {
    for model in models() {
        let mut count = 0;
        for seed in 0..5 {
            let script = script(seed, setting(model));
            let [one, other] = [false, true].map(|own| {
                let mut neurons = built(model, SETTING.size, &model.example.values(), own);
                play(&mut *neurons, &script, END)
            });
            count += assert_alike(&one, &other, 1);
        }
        assert!(count > 20, "{}: {count} spikes", model.spec.name);
    }
}

#[test]
fn a_row_that_arrives_in_passing_does_what_an_instant_does() {
    for (name, model, mut passing) in populations(SETTING.size) {
        let mut visited = built(
            model,
            SETTING.size,
            &model.example.values(),
            name.ends_with("own"),
        );
        let mut stream = Stream::new(5, "test", 0);
        let (mut t, mut spikes, mut passed) = (Time::ZERO, 0, 0);
        for _ in 0..3_000 {
            t += Duration::from_ps(stream.below(200_000_000) as i64);
            let targets = [0; 3].map(|_| stream.below(SETTING.size as u64) as u16);
            let share = 0.5 * stream.uniform() - 0.1;
            let weights = [(share * model.example.weight) as f32; 3];
            let row = RowWeights::Each(&weights);
            let alone = [&mut passing, &mut visited].map(|neurons| {
                let mut alone = Vec::new();
                while neurons.next_due() <= t {
                    neurons.advance(neurons.next_due());
                    alone.extend(fired(&mut **neurons));
                }
                alone
            });
            assert_eq!(alone[0], alone[1], "{name}");
            spikes += alone[0].len();
            visited.advance(t);
            visited.receive_row(&targets, row);
            let expected = fired(&mut *visited);
            let near = passing.arrive(t, &targets, row);
            let found = if near {
                fired(&mut *passing)
            } else {
                Vec::new()
            };
            assert_eq!(found, expected, "{name}");
            assert_eq!(passing.next_due(), visited.next_due(), "{name}");
            assert_eq!(passing.save().unwrap(), visited.save().unwrap(), "{name}");
            spikes += found.len();
            passed += usize::from(!near);
        }
        let rest = model.spec.parameters.iter().any(|p| p.name == "tau_m");
        assert!(!rest || spikes > 20, "{name}: {spikes}");
        let fast = ["lif, shared", "lif_adaptive, shared", "lif_exp, shared"];
        assert!(!fast.contains(&&name[..]) || passed > 1_000, "{name}");
    }
}

/// A run saved, taken up by another population, and shifted in time: same spikes, same bits.
fn goes_on(model: &Model, own: bool, seed: u64, cut: usize) {
    let values = model.example.values();
    let population = || built(model, SETTING.size, &values, own);
    let script = script(seed, setting(model));
    let bytes = |neurons: &dyn Neurons| neurons.save().expect("plain data");
    let mut whole = population();
    let expected = play(&mut *whole, &script, END);

    let (cut, cut_at) = cut_before(&script, cut);
    let cut_at = cut_at.min(END);
    let mut begun = population();
    let mut found = play(&mut *begun, &script[..cut], cut_at);
    let mut resumed = population();
    resumed.load(&bytes(&*begun)).expect("its own state");
    assert_eq!(bytes(&*resumed), bytes(&*begun));
    found.extend(play(&mut *resumed, &script[cut..], END));
    assert_eq!(found, expected, "{}", model.spec.name);
    assert_eq!(bytes(&*resumed), bytes(&*whole), "{}", model.spec.name);
    let mut more = built(model, SETTING.size + 1, &values, own);
    assert!(more.load(&bytes(&*whole)).is_err());

    let shift = 8 * 3_600_000 * MS;
    let later = |(t, what): &(i64, What)| (t + shift, what.clone());
    let shifted: Vec<_> = script.iter().map(later).collect();
    let mut late = population();
    late.reset(Time::from_ps(shift));
    let found = play(&mut *late, &shifted, END + shift);
    let found: Vec<_> = found.into_iter().map(|(t, j)| (t - shift, j)).collect();
    assert_eq!(found, expected, "{}", model.spec.name);
    assert_eq!(
        late.state().numbers,
        whole.state().numbers,
        "{}",
        model.spec.name
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_saved_run_goes_on_with_the_same_bits_at_any_time(seed in 0_u64..1_000, cut in 0_usize..390) {
        for model in models() {
            goes_on(model, false, seed, cut);
            goes_on(model, true, seed, cut);
        }
    }

    #[test]
    fn broken_bytes_are_a_state_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for (_, _, mut population) in populations(2) {
            let _ = population.load(&bytes);
        }
    }
}

#[test]
fn a_state_that_is_taken_on_says_the_same_again() {
    for model in models() {
        let values = model.example.values();
        let mut neurons = built(model, SETTING.size, &values, false);
        let current = if model.has_capacitance() { 300.0 } else { 0.0 };
        let setting = Setting {
            current,
            ..setting(model)
        };
        // Up to an instant at which a current flows and a neuron is refractory, if any ever is.
        let instants = (1..60).map(|k| k * END / 60);
        let mut states = instants.map(|end| {
            neurons = built(model, SETTING.size, &values, false);
            play(&mut *neurons, &script(1, setting), end);
            neurons.state()
        });
        let busy = |state: &State| {
            let refractory = !state.refractory.is_empty() || values.number("t_ref").is_none();
            refractory && (current == 0.0 || state.injected_pa != 0.0)
        };
        let state = states.find(busy).expect(model.spec.name);
        drop(states);
        let mut other = built(model, SETTING.size, &values, true);
        other.set_state(&state).expect("of this model");
        let again = other.state();
        assert_eq!(
            (again.now, again.injected_pa, &again.due, &again.refractory),
            (state.now, state.injected_pa, &state.due, &state.refractory)
        );
        assert_eq!(again.numbers.len(), state.numbers.len());
        for (a, b) in again.numbers.iter().zip(&state.numbers) {
            assert!(
                (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
                "{}: {a} for {b}",
                model.spec.name
            );
        }
        for j in 0..neurons.size() {
            let (v, w) = (other.potential(j), neurons.sample(0, j, state.now));
            assert!(
                (v - w).abs() <= 1e-12 * (1.0 + w.abs()),
                "{}: {v} for {w}",
                model.spec.name
            );
        }
        for (_, different, mut population) in populations(SETTING.size) {
            let taken = population.set_state(&state);
            assert_eq!(taken.is_ok(), different.spec.name == model.spec.name);
        }
    }
}

#[test]
fn a_time_constant_is_a_thousand_ticks_at_least() {
    let mut count = 0;
    for model in models() {
        let times = model.spec.parameters.iter().filter(|parameter| {
            parameter.dimension() == Dimension::Time && parameter.range() == Range::Positive
        });
        for parameter in times {
            let build = |ms: f64| {
                let mut values = model.example.values();
                values.insert(parameter.name, ms);
                let setup = Setup {
                    size: 1,
                    values: &values,
                    each: &BTreeMap::new(),
                    stream: Stream::new(0, "test", 0),
                };
                (model.build)(setup)
                    .map(|_| ())
                    .map_err(|error| error.to_string())
            };
            assert_eq!(build(1e-6), Ok(()));
            let (model, name) = (model.spec.name, parameter.name);
            assert_eq!(
                build(9.99e-7),
                Err(format!(
                    "`{model}`: `{name}` is 0.000000999 ms, expected at least 0.000001 ms on a clock of picoseconds"
                ))
            );
            count += 1;
        }
    }
    assert!(count >= 6, "{count}");
}

const START: Time = Time::from_ps(7_000_000_000);
