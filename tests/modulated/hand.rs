//! One synapse, or a few, whose weight a sum written by hand tells.

use sharpwave::connection::EdgeList;
use sharpwave::engine::simulation::{Bout, Change, Keep, Regime};
use sharpwave::network::Modulator;
use sharpwave::plasticity::Kinetics;
use sharpwave::synapse::dense::Dense;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{long, ms, run};

fn potential(engine: &Simulation, population: &str) -> f64 {
    let population = engine.index_of(population).expect("a population");
    engine.sample_at(population, 0, 0, engine.now())
}

const TIMES_MS: [f64; 6] = [10.0, 30.0, 35.0, 80.0, 400.0, 401.0];

/// Shares of its weight that a synapse passes on at these times, step by step.
fn shares(u_0: f64, tau_rec: f64, tau_fac: f64) -> Vec<f64> {
    let (mut x, mut u, mut last) = (1.0, u_0, None);
    TIMES_MS
        .iter()
        .map(|&t| {
            if let Some(last) = last {
                let h: f64 = t - last;
                x = 1.0 - (1.0 - x + x * u) * (-h / tau_rec).exp();
                u = u_0 + u * (1.0 - u_0) * (-h / tau_fac).exp();
            }
            last = Some(t);
            u * x
        })
        .collect()
}

/// Onto neurons that never fire, by sparse synapses that are static or learn, with one delay or two, and by a matrix.
#[test]
fn synapses_pass_on_what_resources_allow() {
    let (u_0, tau_rec, tau_fac) = (0.3, 120.0, 60.0);
    let short_term = || values! { u_0: u_0, tau_rec: tau_rec, tau_fac: tau_fac };
    let mut network = Network::new(1);
    network
        .population("in", 2, "relay", values! {})
        .expect("relays");
    let onto = ["one", "drawn", "learning", "dense"];
    for name in onto {
        let values = values! { tau_m: 20.0, v_th: 1e6, v_reset: 0.0, e_l: 0.0, t_ref: 0.0 };
        network.population(name, 1, "lif", values).expect("neurons");
    }
    let all = || values! {};
    let used = |network: &mut Network, name: &str| {
        network
            .project(name, "in", [name])
            .rule("all_to_all", all())
            .weight(2.0)
            .axonal_delay_ms(1.0)
            .short_term("tsodyks_markram", short_term())
            .add()
            .expect("a projection");
    };
    used(&mut network, "one");
    let mut edges = EdgeList::new(2, 1, true, true);
    for (source, weight, delay) in [(0, 1.5, 1.0), (1, 0.25, 1.0), (0, 0.5, 4.0)] {
        edges.push(source, 0, weight, delay).expect("an edge");
    }
    network
        .project("drawn", "in", ["drawn"])
        .edges(edges.finish())
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("edges");
    network
        .project("learning", "in", ["learning"])
        .rule("all_to_all", all())
        .weight(2.0)
        .axonal_delay_ms(1.0)
        .plasticity("stdp_pair", values! { w_max: 4.0 })
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("a projection");
    let weights = Dense::from_matrix(ndarray::arr2(&[[2.0_f32, 2.0]]).view());
    network
        .project("dense", "in", ["dense"])
        .matrix(weights, 1.0)
        .axonal_delay_ms(1.0)
        .short_term("tsodyks_markram", short_term())
        .add()
        .expect("a matrix");
    let spikes = TIMES_MS.iter().map(|&t| (ms(t), 0)).collect();
    network
        .give_spikes("list", "in", 1.0, spikes)
        .expect("spikes");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    let end = 410.0;
    run(&mut engine, end, &mut log);
    let left = |delay: f64| -> f64 {
        let shares = shares(u_0, tau_rec, tau_fac);
        let each = shares.iter().zip(TIMES_MS);
        each.map(|(share, t)| share * (-(end - t - delay) / 20.0).exp())
            .sum()
    };
    for (name, expected) in [
        ("one", 2.0 * left(1.0)),
        ("drawn", 1.5 * left(1.0) + 0.5 * left(4.0)),
        ("learning", 2.0 * left(1.0)),
        ("dense", 2.0 * left(1.0)),
    ] {
        let found = potential(&engine, name);
        assert!(
            (found - expected).abs() < 1e-6,
            "{name}: {found}, expected {expected}"
        );
    }
}

/// A synapse that pairs once, and a reward later: by hand.
fn rewarded(lanes: u32) -> Network {
    let mut network = Network::new(1);
    network.lanes = Some(lanes);
    for name in ["in", "teacher", "reward"] {
        network
            .population(name, 1, "relay", values! {})
            .expect("relays");
    }
    let values = values! { tau_m: 20.0, v_th: 5.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
    network
        .population("out", 1, "lif", values)
        .expect("neurons");
    let learns = |network: &mut Network| {
        let values = values! { w_max: 4.0, a_plus: 0.5, a_minus: 0.5 };
        network
            .project("learnt", "in", ["out"])
            .rule("all_to_all", values! {})
            .weight(1.0)
            .axonal_delay_ms(1.0)
            .plasticity("reward_stdp", values)
            .modulator("dopamine")
            .add()
    };
    learns(&mut network).expect_err("there is no such modulator yet");
    network
        .modulate(Modulator {
            name: "dopamine".into(),
            kinetics: Kinetics {
                tau_ms: 200.0,
                baseline: 0.0,
            },
            released_by: vec!["reward".into()],
            triggers: Vec::new(),
            amount: 0.5,
            delay: long(3.0),
        })
        .expect("a modulator");
    learns(&mut network).expect("a projection that learns");
    network
        .project("teaches", "teacher", ["out"])
        .rule("all_to_all", values! {})
        .weight(50.0)
        .axonal_delay_ms(1.0)
        .add()
        .expect("a teacher");
    for (name, t) in [("in", 10.0), ("teacher", 15.0), ("reward", 500.0)] {
        network
            .give_spikes(&format!("{name}_spikes"), name, 1.0, vec![(ms(t), 0)])
            .expect("spikes");
    }
    network
}

/// What the synapse of [`rewarded`] weighs at `t_ms`: w' = c n from the release at 503 ms on.
fn by_hand(t_ms: f64) -> f64 {
    let c = 0.5 * 4.0 * (-5.0_f64 / 20.0).exp() * (-(503.0_f64 - 16.0) / 1000.0).exp();
    let tau = 1.0 / (1.0 / 1000.0 + 1.0 / 200.0);
    1.0 + 1e-3 * c * 0.5 * tau * (1.0 - (-(t_ms - 503.0) / tau).exp())
}

fn weight(engine: &Simulation) -> f64 {
    engine.synapses_of("learnt").expect("it learns")[0].weight
}

#[test]
fn a_reward_finds_the_synapse_that_earned_it() {
    for lanes in [1, 3] {
        let mut engine = Simulation::of(&rewarded(lanes)).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut engine, 503.0, &mut log);
        assert_eq!(weight(&engine), 1.0);
        run(&mut engine, 600.0, &mut log);
        assert!((weight(&engine) - by_hand(600.0)).abs() < 1e-7);
        let dopamine = engine.modulator("dopamine").expect("it is there");
        assert!((dopamine - 0.5 * (-97.0_f64 / 200.0).exp()).abs() < 1e-12);
        run(&mut engine, 2000.0, &mut log);
        assert!((weight(&engine) - by_hand(2000.0)).abs() < 1e-6);
        assert!(weight(&engine) > 1.05);
    }
}

#[test]
fn a_program_can_reward_too() {
    let mut network = rewarded(1);
    network
        .stimuli
        .retain(|stimulus| stimulus.name != "reward_spikes");
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    run(&mut engine, 503.0, &mut log);
    let release = |modulator: &str, amount| Change::Release {
        modulator: modulator.into(),
        amount,
    };
    let refused = engine.apply(ms(503.0), &release("dopamin", 0.5));
    let message = refused.expect_err("there is none").to_string();
    assert!(message.contains("did you mean `dopamine`?"), "{message}");
    assert!(
        engine
            .apply(ms(503.0), &release("dopamine", f64::NAN))
            .is_err()
    );
    engine
        .apply(ms(503.0), &release("dopamine", 0.5))
        .expect("a reward");
    run(&mut engine, 600.0, &mut log);
    assert!((weight(&engine) - by_hand(600.0)).abs() < 1e-7);
}

#[test]
fn what_does_not_learn_in_a_bout_keeps_its_weight() {
    let mut engine = Simulation::of(&rewarded(1)).expect("a network");
    let bout = |number, name: &str, start, still: &[&str]| Bout {
        number,
        name: name.into(),
        start: ms(start),
        keep: Keep::All,
        on: ["in", "teacher", "reward"]
            .map(|name| format!("{name}_spikes"))
            .into(),
        regime: Regime {
            still: still.iter().map(|&name| name.into()).collect(),
            ..Regime::default()
        },
    };
    assert!(engine.begin(&bout(0, "day", 0.0, &["teaches"])).is_err());
    engine.begin(&bout(0, "day", 0.0, &[])).expect("a bout");
    let mut log = Log(Vec::new());
    run(&mut engine, 550.0, &mut log);
    engine
        .begin(&bout(1, "night", 550.0, &["learnt"]))
        .expect("a bout");
    run(&mut engine, 800.0, &mut log);
    let kept = weight(&engine);
    assert!((kept - by_hand(550.0)).abs() < 1e-6);
    engine
        .begin(&bout(2, "morning", 800.0, &[]))
        .expect("a bout");
    run(&mut engine, 900.0, &mut log);
    assert!(weight(&engine) > kept);
}
