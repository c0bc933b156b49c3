//! Bouts: what goes on over a border, what begins there, and what is gone.

use proptest::prelude::*;
use sharpwave::base::time::Time;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::{Bout, Change, Ended, Keep, Regime, Simulation};
use sharpwave::network::plan::{NetworkPlan, SpikeInput, SpikeSource};
use sharpwave::stimulus::spike_list::SpikeList;

use super::{END_MS, Log, N, Spikes, cases, ms, network, run_on};

const ALL: [&str; 5] = ["weak", "strong", "inhibitory", "step", "volley"];

fn bout(number: u64, start: Time, keep: Keep, on: &[&str]) -> Bout {
    Bout {
        number,
        name: format!("bout {number}"),
        start,
        keep,
        on: on.iter().map(|&name| name.to_owned()).collect(),
        regime: Regime::default(),
    }
}

fn run(engine: &mut Simulation, until: Time) -> Spikes {
    let mut log = Log(Vec::new());
    assert_eq!(engine.run(until, &mut log), Ended::Reached);
    log.0
}

/// The spikes within a range of milliseconds.
fn between(spikes: &Spikes, from: f64, to: f64) -> Spikes {
    let range = ms(from).ps()..ms(to).ps();
    let within = spikes.iter().filter(|spike| range.contains(&spike.0));
    within.copied().collect()
}

fn without(network: &NetworkPlan, names: &[&str]) -> NetworkPlan {
    let mut less = network.clone();
    less.noise.retain(|one| !names.contains(&&one.name[..]));
    less.currents.retain(|one| !names.contains(&&one.name[..]));
    less.spikes.retain(|one| !names.contains(&&one.name[..]));
    less
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_border_that_changes_nothing_changes_no_bit(
        seed in 0_u64..1_000, (model, each, sudden, lanes) in cases(), cut_us in 0_u32..90_000
    ) {
        let network = network(seed, model, lanes, each, sudden);
        let mut whole = assemble(&network).unwrap();
        let expected = run_on(&mut whole);
        let mut engine = assemble(&network).unwrap();
        let cut = ms(f64::from(cut_us) / 1e3);
        let mut spikes = run(&mut engine, cut);
        engine.begin(&bout(1, cut, Keep::All, &ALL)).unwrap();
        spikes.extend(run_on(&mut engine));
        prop_assert_eq!(spikes, expected);
        prop_assert_eq!(engine.fingerprint(), whole.fingerprint());
    }

    #[test]
    fn a_state_holds_what_is_on_and_since_when(
        seed in 0_u64..1_000, (model, each, sudden, lanes) in cases(), cut_us in 30_000_u32..90_000,
        on in prop::sample::subsequence(ALL.to_vec(), 0..=5),
        then in prop::sample::subsequence(ALL.to_vec(), 0..=5), rest in any::<bool>()
    ) {
        let network = network(seed, model, lanes, each, sudden);
        let keep = if rest { Keep::Weights } else { Keep::All };
        let begun = || {
            let mut engine = assemble(&network).unwrap();
            run(&mut engine, ms(11.0));
            engine.begin(&bout(1, ms(11.0), Keep::All, &on)).unwrap();
            run(&mut engine, ms(23.0));
            engine.begin(&bout(2, ms(23.0), keep, &then)).unwrap();
            engine
        };
        let mut whole = begun();
        let expected = run_on(&mut whole);
        let mut engine = begun();
        let mut spikes = run(&mut engine, ms(f64::from(cut_us) / 1e3));
        let bytes = engine.save().unwrap();
        let mut engine = assemble(&network).unwrap();
        engine.load(&bytes).unwrap();
        prop_assert_eq!(&engine.save().unwrap(), &bytes);
        prop_assert_eq!(engine.on(), then);
        spikes.extend(run_on(&mut engine));
        prop_assert_eq!(spikes, expected);
        prop_assert_eq!(engine.fingerprint(), whole.fingerprint());
    }

    #[test]
    fn a_bout_from_rest_is_the_same_at_any_time(
        seed in 0_u64..1_000, (model, each, sudden, lanes) in cases(), hours in 1_i64..24
    ) {
        let network = network(seed, model, lanes, each, sudden);
        let mut engine = assemble(&network).unwrap();
        engine.begin(&bout(1, Time::ZERO, Keep::Weights, &ALL)).unwrap();
        let expected = run_on(&mut engine);
        prop_assert!(expected.len() > 50);
        let shift = hours * 3_600_000 * 1_000_000_000;
        // The first bout leaves nothing.
        let mut engine = assemble(&network).unwrap();
        run(&mut engine, ms(40.0));
        let start = Time::from_ps(shift);
        engine.begin(&bout(1, start, Keep::Weights, &ALL)).unwrap();
        let spikes = run(&mut engine, Time::from_ps(shift + ms(END_MS).ps()));
        let back: Spikes = spikes.iter().map(|&(t, p, node)| (t - shift, p, node)).collect();
        prop_assert_eq!(back, expected);
    }
}

#[test]
fn a_network_of_which_some_is_off_is_one_without_it() {
    for (model, off) in [
        ("lif", &["strong", "volley"][..]),
        ("lif_exp", &["step", "inhibitory"]),
        ("lif_adaptive", &["weak", "strong", "inhibitory"]),
    ] {
        let network = network(4, model, 2, false, true);
        let on: Vec<&str> = ALL.into_iter().filter(|name| !off.contains(name)).collect();
        let mut engine = assemble(&network).unwrap();
        engine.begin(&bout(0, Time::ZERO, Keep::All, &on)).unwrap();
        assert_eq!(engine.on(), on);
        let expected = run_on(&mut assemble(&without(&network, off)).unwrap());
        assert_eq!(run_on(&mut engine), expected, "{model}");
    }
}

#[test]
fn a_second_bout_of_a_noisy_network_is_as_lively_and_another() {
    let network = network(1, "lif", 2, false, false);
    let mut engine = assemble(&network).unwrap();
    let first = run(&mut engine, ms(300.0));
    engine
        .begin(&bout(1, ms(300.0), Keep::Weights, &ALL[..3]))
        .unwrap();
    let second = run(&mut engine, ms(600.0));
    let ratio = second.len() as f64 / first.len() as f64;
    assert!((0.8..1.2).contains(&ratio), "{ratio}");
    let back: Spikes = second
        .iter()
        .map(|&(t, p, node)| (t - ms(300.0).ps(), p, node))
        .collect();
    assert_ne!(back[..100], first[..100]);
}

#[test]
fn noise_that_is_switched_on_later_begins_there_and_leaves_the_rest() {
    // Onto one population each, so that neither is in a process of the other.
    let mut network = network(6, "lif", 1, false, false);
    network.projections.clear();
    let tau_m = super::uniform(19.0, 21.0);
    network.populations[1].values.insert("tau_m", tau_m);
    network.noise.truncate(2);
    network.noise[0].targets = vec![0];
    network.noise[0].rate_hz = 6_000.0;
    network.noise[1].targets = vec![1];
    network.noise[1].rate_hz = 2_000.0;
    network.currents.clear();
    network.spikes.clear();
    let mut engine = assemble(&network).unwrap();
    engine
        .begin(&bout(0, Time::ZERO, Keep::All, &["weak"]))
        .unwrap();
    let mut spikes = run(&mut engine, ms(150.0));
    engine
        .begin(&bout(1, ms(150.0), Keep::All, &["weak", "strong"]))
        .unwrap();
    spikes.extend(run(&mut engine, ms(300.0)));
    engine
        .begin(&bout(2, ms(300.0), Keep::All, &["weak"]))
        .unwrap();
    spikes.extend(run(&mut engine, ms(600.0)));
    let of = |spikes: &Spikes, population| -> Spikes {
        let own = spikes.iter().filter(|spike| spike.1 == population);
        own.copied().collect()
    };
    let alone = run(
        &mut assemble(&without(&network, &["strong"])).unwrap(),
        ms(600.0),
    );
    assert!(of(&alone, 0).len() > 100);
    assert_eq!(of(&spikes, 0), of(&alone, 0));
    let other = of(&spikes, 1);
    assert_eq!(between(&other, 20.0, 150.0), []);
    assert!(between(&other, 150.0, 300.0).len() > 100);
    assert_eq!(between(&other, 301.0, 600.0), []);
}

#[test]
fn dense_noise_goes_on_beside_noise_of_other_weights() {
    let mut network = network(6, "lif", 1, false, false);
    network.projections.clear();
    network.noise.truncate(2);
    for noise in &mut network.noise {
        noise.targets = vec![0];
    }
    (network.noise[0].rate_hz, network.noise[0].weight) = (20_000.0, 0.05);
    // So weak that no spike comes of it.
    network.noise[1].weight = 1e-12;
    network.currents.clear();
    network.spikes.clear();
    let mut engine = assemble(&network).unwrap();
    let mut spikes = Spikes::new();
    let bouts: [&[&str]; 3] = [&["weak"], &["weak", "strong"], &["weak"]];
    for (number, on) in (0_u32..).zip(bouts) {
        let at = |number: u32| ms(100.05 * f64::from(number));
        let begun = engine.begin(&bout(number.into(), at(number), Keep::All, on));
        begun.unwrap();
        spikes.extend(run(&mut engine, at(number + 1)));
    }
    let alone = without(&network, &["strong"]);
    let alone = run(&mut assemble(&alone).unwrap(), ms(100.05 * 3.0));
    assert!(alone.len() > 100, "{} spikes", alone.len());
    assert_eq!(spikes, alone);
}

#[test]
fn times_of_a_stimulus_count_from_where_it_is_switched_on() {
    let mut network = network(8, "lif", 2, false, false);
    network.projections.clear();
    network.noise.clear();
    network.currents[0].steps = vec![(ms(20.0), 900.0), (ms(60.0), 0.0)];
    network.spikes[0].weight = 30.0;
    let mut engine = assemble(&network).unwrap();
    engine.begin(&bout(0, Time::ZERO, Keep::All, &[])).unwrap();
    assert_eq!(run(&mut engine, ms(100.0)), []);
    let both = ["step", "volley"];
    engine.begin(&bout(1, ms(100.0), Keep::All, &both)).unwrap();
    let first = run(&mut engine, ms(140.0));
    let volley: Spikes = (0..N).map(|node| (ms(133.0).ps(), 0, node)).collect();
    let of = |spikes: &Spikes, population| -> Spikes {
        let own = spikes.iter().filter(|spike| spike.1 == population);
        own.copied().collect()
    };
    assert_eq!(of(&first, 0), volley);
    let current = of(&first, 1);
    assert!(!current.is_empty() && current.iter().all(|spike| spike.0 > ms(120.0).ps()));
    // Off in the midst of the current, and the spikes that were drawn ahead are gone.
    engine.begin(&bout(2, ms(140.0), Keep::All, &[])).unwrap();
    assert_eq!(run(&mut engine, ms(200.0)), []);
    engine
        .begin(&bout(3, ms(200.0), Keep::All, &["volley"]))
        .unwrap();
    let again = run(&mut engine, ms(220.0));
    assert_eq!(again, []);
    engine.begin(&bout(4, ms(220.0), Keep::All, &both)).unwrap();
    let again = run(&mut engine, ms(300.0));
    let volley: Spikes = (0..N).map(|node| (ms(233.0).ps(), 0, node)).collect();
    assert_eq!(of(&again, 0), volley);
    let last = of(&again, 1);
    let range = ms(240.0).ps()..ms(280.0).ps();
    assert!(!last.is_empty() && last.iter().all(|spike| range.contains(&spike.0)));
}

fn listed(input: &SpikeInput) -> &[(Time, u32)] {
    match &input.spikes {
        SpikeSource::List(spikes) => spikes,
        SpikeSource::Drawn(_) => panic!("expected a list"),
    }
}

#[test]
fn two_stimuli_drive_one_population_whatever_their_order() {
    let mut network = network(9, "lif", 1, false, false);
    network.noise.clear();
    let mut other = network.spikes[0].clone();
    other.name = "echo".into();
    other.weight = 9.3;
    let mut spikes = listed(&other).to_vec();
    for (t, _) in &mut spikes[..30] {
        *t = ms(21.7);
    }
    spikes.sort_unstable();
    other.spikes = SpikeSource::List(spikes.into());
    network.spikes[0].weight = 12.6;
    network.spikes.push(other);
    let mut turned = network.clone();
    turned.spikes.reverse();
    let expected = run_on(&mut assemble(&network).unwrap());
    // Half of them need both at one instant.
    let together = expected.iter().filter(|spike| spike.0 == ms(33.0).ps());
    assert!(together.count() >= 30);
    assert_eq!(run_on(&mut assemble(&turned).unwrap()), expected);
    // Given from outside in another order, they are delivered as they were given.
    let mut engine = assemble(&without(&network, &["volley", "echo"])).unwrap();
    for input in [&network.spikes[1], &network.spikes[0]] {
        let list = SpikeList::new(listed(input), ms(0.0) - Time::ZERO);
        engine
            .drive(&input.name, "a", input.weight, Box::new(list))
            .unwrap();
    }
    assert_eq!(engine.on(), ["step", "echo", "volley"]);
    assert_eq!(run_on(&mut engine), expected);
}

#[test]
fn what_a_bout_cannot_have_is_named() {
    let network = network(1, "lif", 1, false, false);
    let mut engine = assemble(&network).unwrap();
    let mut refused = |number, start, keep, on: &[&str]| {
        let begun = engine.begin(&bout(number, start, keep, on));
        begun.unwrap_err().to_string()
    };
    assert_eq!(
        refused(1, Time::ZERO, Keep::All, &["waek"]),
        "there is no stimulus `waek`; did you mean `weak`?"
    );
    assert_eq!(
        refused(1, ms(1.0), Keep::All, &[]),
        "a change at 1 ms while the network stands at 0 ms, expected one at that instant"
    );
    let list = || Box::new(SpikeList::new(&[], ms(0.0) - Time::ZERO));
    engine.drive("image", "a", 1.0, list()).unwrap();
    let error = engine.drive("image", "b", 1.0, list()).unwrap_err();
    assert_eq!(error.to_string(), "there is a stimulus `image` already");
    engine
        .begin(&bout(1, Time::ZERO, Keep::All, &["image"]))
        .unwrap();
    assert_eq!(engine.on(), ["image"]);
    let again = bout(2, Time::ZERO, Keep::Weights, &["image"]);
    let error = engine.begin(&again).unwrap_err().to_string();
    assert_eq!(
        error,
        "the stimulus `image` was given from outside: expected it to be given again, it cannot be switched on"
    );
    engine
        .begin(&bout(2, Time::ZERO, Keep::Weights, &[]))
        .unwrap();
    engine.drive("image", "b", 1.0, list()).unwrap();
}

fn switch(name: &str, on: bool) -> Change {
    let name = name.into();
    Change::Stimulus { name, on }
}

fn rate(stimulus: &str, hz: f64) -> Change {
    let stimulus = stimulus.into();
    Change::Rate { stimulus, hz }
}

#[test]
fn a_rate_is_another_from_its_instant_on() {
    let mut network = network(3, "lif", 2, false, false);
    network.projections.clear();
    let network = without(&network, &["strong", "inhibitory", "step", "volley"]);
    let mut engine = assemble(&network).unwrap();
    let mut spikes = run(&mut engine, ms(200.0));
    let first = spikes.clone();
    engine.apply(ms(200.0), &rate("weak", 0.0)).unwrap();
    spikes.extend(run(&mut engine, ms(400.0)));
    engine.apply(ms(400.0), &rate("weak", 8_000.0)).unwrap();
    // A state holds the rate, and where its stream is.
    let bytes = engine.save().unwrap();
    let mut other = assemble(&network).unwrap();
    other.load(&bytes).unwrap();
    let last = run(&mut engine, ms(600.0));
    assert_eq!(run(&mut other, ms(600.0)), last);
    let whole = run(&mut assemble(&network).unwrap(), ms(200.0));
    assert_eq!(first, whole);
    assert!(first.len() > 50, "{}", first.len());
    assert_eq!(between(&spikes, 200.0, 400.0), []);
    assert!(last.len() > 2 * first.len(), "{}", last.len());
}

#[test]
fn switching_off_and_on_in_a_bout_begins_anew_and_what_is_on_already_goes_on() {
    let network = network(5, "lif_exp", 2, false, false);
    let mut whole = assemble(&network).unwrap();
    let expected = run_on(&mut whole);
    let mut engine = assemble(&network).unwrap();
    let mut spikes = run(&mut engine, ms(31.0));
    engine.apply(ms(31.0), &switch("strong", true)).unwrap();
    spikes.extend(run_on(&mut engine));
    assert_eq!(spikes, expected);
    let changed = |changes: &[Change]| {
        let mut engine = assemble(&network).unwrap();
        let before = run(&mut engine, ms(31.0));
        for change in changes {
            engine.apply(ms(31.0), change).unwrap();
        }
        (before, run_on(&mut engine))
    };
    let (before, after) = changed(&[switch("strong", false), switch("strong", true)]);
    assert_eq!(before, between(&expected, 0.0, 31.0));
    assert!(after != between(&expected, 31.0, END_MS) && after.len() > 20);
    // As the noise does, the volley of 33 ms begins again, at 64 ms.
    let (_, after) = changed(&[switch("volley", false), switch("volley", true)]);
    let same = between(&expected, 31.0, 33.0);
    assert_eq!(after[..same.len()], same);
    assert_ne!(after, between(&expected, 31.0, END_MS));
}

#[test]
fn changes_that_do_not_fit_are_named_and_change_nothing() {
    let network = network(2, "lif", 1, false, false);
    let mut engine = assemble(&network).unwrap();
    run(&mut engine, ms(10.0));
    let bytes = engine.save().unwrap();
    let mut refused =
        |at: f64, change: Change| engine.apply(ms(at), &change).unwrap_err().to_string();
    assert_eq!(
        refused(9.0, switch("weak", false)),
        "a change at 9 ms while the network stands at 10 ms, expected one at that instant"
    );
    assert_eq!(
        refused(10.0, switch("weaks", false)),
        "there is no stimulus `weaks`; did you mean `weak`?"
    );
    assert_eq!(
        refused(10.0, rate("step", 1.0)),
        "the stimulus `step` has no rate"
    );
    assert_eq!(
        refused(10.0, rate("weak", -1.0)),
        "the rate of the stimulus `weak` is -1 Hz, expected from 0 to less than one spike per picosecond, the clock's tick"
    );
    assert_eq!(engine.save().unwrap(), bytes);
}

#[test]
fn samples_by_name_are_those_by_number() {
    let network = network(2, "lif_exp", 2, true, false);
    let mut engine = assemble(&network).unwrap();
    run(&mut engine, ms(10.0));
    let found = engine.sample("b", 41, "i_ex").unwrap();
    assert!(found > 0.0);
    assert_eq!(found, engine.sample_at(1, 41, 1, ms(10.0)));
    let message = |population, neuron, variable| {
        let sampled = engine.sample(population, neuron, variable);
        sampled.unwrap_err().to_string()
    };
    assert_eq!(
        message("c", 0, "v_m"),
        "there is no population `c`; known here: `a`, `b`"
    );
    assert_eq!(
        message("b", N, "v_m"),
        "population `b` has no neuron 60, expected one below 60"
    );
    assert_eq!(
        message("b", 0, "v_n"),
        "there is no variable `v_n`; did you mean `v_m`?"
    );
}
