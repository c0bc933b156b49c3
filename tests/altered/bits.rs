//! The same bits: with nothing altered as without a word of it, cut and saved anywhere, on any threads; and a ramp by its steps.

use proptest::prelude::*;
use sharpwave::base::alteration::Alteration;
use sharpwave::base::time::{Duration, Time};
use sharpwave::engine::simulation::{Bout, Change, Ended, Keep, Ramp, Regime};
use sharpwave::network::path::Alterations;
use sharpwave::network::{Choice, Homeostasis, Modulator};
use sharpwave::plasticity::{Kinetics, homeostasis};
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{Spikes, uniform};

pub fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

pub fn long(ms: f64) -> Duration {
    Duration::from_ms(ms).expect("in range")
}

/// Three models, sources that fire by themselves, synapses of every kind, a modulator, noise and a current.
fn busy(seed: u64) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(2);
    let lif = || values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, t_ref: 2.0 };
    let mut own = lif();
    own.insert("tau_m", uniform(15.0, 25.0));
    let mut adaptive = lif();
    adaptive.extend([("tau_w", 100.0), ("b", 30.0)]);
    let mut exp = lif();
    exp.extend([("tau_syn_ex", 3.0), ("tau_syn_in", 6.0)]);
    let fast = || {
        let mut fast = lif();
        fast.extend([("tau_syn_ex", 0.5), ("tau_syn_in", 0.5)]);
        fast
    };
    for (name, size, model, values) in [
        ("a", 30, "lif_adaptive", adaptive),
        ("b", 14, "lif", own),
        ("c", 12, "lif_exp", exp),
        ("d", 9, "lif", lif()),
        ("e", 9, "lif", lif()),
        ("f", 7, "lif", lif()),
        ("g", 7, "lif", lif()),
        ("h", 7, "lif_exp", fast()),
        ("k", 7, "lif_exp", fast()),
        ("s", 10, "poisson", values! { rate: 40.0 }),
    ] {
        network
            .population(name, size, model, values)
            .expect("neurons");
    }
    network
        .modulate(Modulator {
            name: "dopamine".into(),
            kinetics: Kinetics {
                tau_ms: 50.0,
                baseline: 0.5,
            },
            released_by: vec!["d".into()],
            triggers: Vec::new(),
            amount: 0.01,
            delay: long(2.0),
        })
        .expect("a modulator");
    let delays = || uniform(0.5, 3.0);
    let degree = |n: u32| values! { in_degree: n };
    for (name, source, targets, weight) in [
        ("s_all", "s", &["a", "b", "d", "e"][..], 2.5),
        ("b_all", "b", &["a", "d", "e"], -1.5),
        ("a_c", "a", &["c"], 400.0),
        ("a_h", "a", &["h"], 100.0),
        ("a_de", "a", &["d", "e"], 1.2),
    ] {
        let rule = network.project(name, source, targets.iter().copied());
        let rule = rule.rule("fixed_in_degree", degree(6));
        let rule = rule.weight(weight).axonal_delay_ms(delays());
        rule.add().expect("a projection");
    }
    for (name, source, targets) in [("a_a", "a", ["a"]), ("d_e", "d", ["e"])] {
        let rule = network.project(name, source, targets);
        let rule = rule.rule("fixed_in_degree", degree(5));
        let rule = rule.weight(uniform(0.2, 1.0)).axonal_delay_ms(delays());
        let rule = rule.dendritic_delay_ms(0.2);
        let rule = match name {
            "a_a" => rule.plasticity("stdp_pair", values! { w_max: 1.5, mu_plus: 0.5 }),
            _ => rule
                .plasticity("reward_stdp", values! { w_max: 1.5 })
                .modulator("dopamine"),
        };
        rule.add().expect("a projection");
    }
    let noise = values! { rate: 1_500.0 };
    let onto = network.stimulate("noise", "poisson", ["a", "b"], 1.1, noise);
    onto.expect("noise");
    let slow = values! { rate: 300.0, frequency: 5.0 };
    let onto = network.stimulate("slow", "rhythm", ["d", "e"], 1.4, slow);
    onto.expect("a rhythm");
    // It comes by the bin, but where a time constant has become short, or thresholds are of each neuron's own.
    let dense = values! { rate: 12_000.0 };
    let onto = network.stimulate("dense", "poisson", ["f", "g"], 0.08, dense);
    onto.expect("noise");
    let dense = values! { rate: 14_000.0 };
    let onto = network.stimulate("dense_current", "poisson", ["h", "k"], 26.0, dense);
    onto.expect("noise");
    let specs = homeostasis::specs();
    let mut specs = specs.into_iter();
    let heights = Homeostasis {
        name: "heights".into(),
        kind: Choice {
            spec: specs.find(|spec| spec.name == "threshold").expect("a kind"),
            values: values! { rate: 10.0 },
        },
        projections: Vec::new(),
        populations: vec!["g".into(), "k".into()],
        every: long(60.0),
    };
    network.homeostasis(heights).expect("a force");
    let current = values! { amplitude: 40.0 };
    let onto = network.stimulate("current", "current", ["c", "d", "h"], 0.0, current);
    onto.expect("a current");
    network
}

const ALL: [(&str, f64); 18] = [
    ("population.a.b", 2.0),
    ("population.a.tau_m", 0.8),
    ("population.b.tau_m", 1.2),
    ("population.c.tau_syn_ex", 1.4),
    ("population.d.v_th", 0.9),
    ("population.s.rate", 1.5),
    ("projection.s_all.weight", 1.1),
    ("projection.a_c.weight", 0.8),
    ("projection.a_a.weight", 1.3),
    ("projection.d_e.plasticity.a_plus", 0.3),
    ("stimulus.noise.rate", 1.2),
    ("stimulus.slow.weight", 1.3),
    ("stimulus.current.amplitude", 2.0),
    ("modulator.dopamine.baseline", 3.0),
    ("population.f.tau_m", 0.4),
    ("stimulus.dense.rate", 1.3),
    ("population.h.tau_syn_ex", 0.5),
    ("stimulus.dense_current.rate", 1.2),
];

/// Some of all numbers, as the bits of `which` say.
pub fn some(which: u32) -> Alterations {
    let all = ALL.iter().enumerate();
    let some = all.filter(|(k, _)| which >> k & 1 == 1);
    some.map(|(_, &(path, factor))| (path.parse().expect("a path"), Alteration::factor(factor)))
        .collect()
}

pub fn changing(seed: u64) -> Network {
    let mut network = busy(seed);
    network.changing = some(u32::MAX).into_keys().collect();
    network
}

pub fn bout(number: u64, start: Time, alterations: Alterations, ramp: Option<Ramp>) -> Bout {
    Bout {
        number,
        name: format!("b{number}"),
        start,
        keep: Keep::All,
        on: ["noise", "slow", "current", "dense", "dense_current"]
            .map(String::from)
            .into(),
        regime: Regime {
            alterations,
            ramp,
            ..Regime::default()
        },
    }
}

pub fn run(engine: &mut Simulation, until: f64, log: &mut Log) {
    assert_eq!(engine.run(ms(until), log), Ended::Reached);
}

/// A bout of a script: when it begins, what is altered in it, how long its ramp is.
type Part = (f64, u32, Option<f64>);

/// Plays it, and cuts, saves and goes on in another engine at `cuts`; the hash over all spikes.
fn play(network: &Network, script: &[Part], cuts: &[f64]) -> (String, Spikes) {
    let mut engine = Simulation::of(network).expect("a network");
    let mut log = Log(Vec::new());
    let ends = script.iter().skip(1).map(|one| one.0).chain([200.0]);
    for (number, (&(start, which, ramp), end)) in script.iter().zip(ends).enumerate() {
        let ramp = ramp.map(|length| Ramp {
            length: long(length),
            step: long(3.0),
        });
        let begun = bout(number as u64, ms(start), some(which), ramp);
        engine.begin(&begun).expect("a bout");
        for &cut in cuts.iter().filter(|&&cut| start < cut && cut < end) {
            run(&mut engine, cut, &mut log);
            let bytes = engine.save().expect("a state");
            let mut other = Simulation::of(network).expect("a network");
            assert_eq!(other.graph_hash(), engine.graph_hash());
            other.load(&bytes).expect("its own state");
            assert!(
                other.save().expect("a state") == bytes,
                "saved again at {cut}"
            );
            engine = other;
        }
        run(&mut engine, end, &mut log);
    }
    (engine.fingerprint().to_string(), log.0)
}

fn script() -> impl Strategy<Value = Vec<Part>> {
    let ramp = prop_oneof![Just(None), (5.0..30.0_f64).prop_map(Some)];
    let one = (any::<u32>(), ramp);
    prop::collection::vec(one, 2..5).prop_map(|all| {
        let starts = (0..all.len()).map(|k| 43.7 * k as f64);
        let all = starts.zip(all);
        all.map(|(start, (which, ramp))| (start, which, ramp))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn cuts_and_threads_change_nothing_where_numbers_change(
        script in script(),
        seed in 0_u64..1_000,
        cuts in prop::collection::btree_set(1_u32..1_990, 1..6),
    ) {
        let network = changing(seed);
        let cuts: Vec<f64> = cuts.into_iter().map(|cut| f64::from(cut) / 10.0).collect();
        let whole = play(&network, &script, &[]);
        prop_assert!(whole.1.len() > 100, "{} spikes", whole.1.len());
        prop_assert!(play(&network, &script, &cuts) == whole, "cut");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
        prop_assert!(pool.install(|| play(&network, &script, &cuts)) == whole, "threads");
    }
}

#[test]
fn each_number_changes_what_happens() {
    let network = changing(3);
    let plain = play(&network, &[(0.0, 0, None), (50.0, 0, None)], &[]);
    for (k, (path, _)) in ALL.into_iter().enumerate() {
        let altered = play(&network, &[(0.0, 0, None), (50.0, 1 << k, None)], &[]);
        assert!(altered != plain, "{path}");
        let early = |spikes: &Spikes| {
            spikes
                .iter()
                .take_while(|spike| spike.0 < ms(50.0).ps())
                .count()
        };
        let n = early(&plain.1);
        assert_eq!(altered.1[..n], plain.1[..n], "{path}: before its instant");
    }
}

#[test]
fn a_rule_learns_by_its_values_from_their_instant_on() {
    let total = |which: u32| {
        let mut engine = Simulation::of(&changing(3)).expect("a network");
        let mut log = Log(Vec::new());
        engine
            .begin(&bout(0, ms(0.0), some(0), None))
            .expect("a bout");
        run(&mut engine, 60.0, &mut log);
        let before = sum(&engine);
        engine
            .begin(&bout(1, ms(60.0), some(which), None))
            .expect("a bout");
        run(&mut engine, 200.0, &mut log);
        (before, sum(&engine))
    };
    let at = ALL.iter().position(|(path, _)| path.contains("plasticity"));
    let (plain, altered) = (total(0), total(1 << at.expect("one")));
    assert_eq!(plain.0, altered.0);
    assert!(plain.1 > altered.1 + 1e-6, "{plain:?} {altered:?}");
}

fn sum(engine: &Simulation) -> f64 {
    let synapses = engine.synapses_of("d_e").expect("synapses");
    synapses.iter().map(|synapse| synapse.weight).sum()
}

#[test]
fn what_is_left_as_it_was_is_as_if_nothing_had_been_said() {
    let network = changing(7);
    let none: Alterations = some(u32::MAX)
        .into_keys()
        .map(|path| (path, Alteration::factor(1.0)))
        .collect();
    let played = |second: &dyn Fn(&mut Simulation)| {
        let mut engine = Simulation::of(&network).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut engine, 60.0, &mut log);
        second(&mut engine);
        run(&mut engine, 120.0, &mut log);
        (engine.fingerprint().to_string(), log.0)
    };
    let plain = played(&|_| {});
    let begin = |all: Alterations, ramp| {
        move |engine: &mut Simulation| {
            engine
                .begin(&bout(1, ms(60.0), all.clone(), ramp))
                .expect("a bout");
        }
    };
    assert!(played(&begin(none.clone(), None)) == plain);
    let ramp = Some(Ramp {
        length: long(20.0),
        step: long(1.0),
    });
    assert!(played(&begin(none, ramp)) == plain, "a ramp to where it is");
}

/// A number that is altered twice is not altered more; a bout that says nothing is as declared.
#[test]
fn factors_are_of_what_was_declared() {
    let mut network = Network::new(1);
    let lif = values! { tau_m: 20.0, v_th: 10.0, e_l: 9.0, t_ref: 1.0 };
    network.population("n", 1, "lif", lif).expect("a neuron");
    let path = || "population.n.e_l".parse().expect("a path");
    let by = |factor: f64| Alterations::from([(path(), Alteration::factor(factor))]);
    let mut engine = Simulation::of(&network).expect("a network");
    let mut log = Log(Vec::new());
    let rates: Vec<usize> = [by(2.0), by(2.0), some(0), by(2.0)]
        .into_iter()
        .enumerate()
        .map(|(number, all)| {
            let start = 1_000.0 * number as f64;
            let own = Bout {
                on: Vec::new(),
                ..bout(number as u64, ms(start), all, None)
            };
            engine.begin(&own).expect("a bout");
            let before = log.0.len();
            run(&mut engine, start + 1_000.0, &mut log);
            log.0.len() - before
        })
        .collect();
    // t_ref + τ ln(e_l / (e_l − v_th)) with e_l = 18 mV.
    let period = 1.0 + 20.0 * (18.0_f64 / 8.0).ln();
    let expected = 1_000.0 / period;
    for bout in [0, 1, 3] {
        assert!((rates[bout] as f64 - expected).abs() < 1.1, "{rates:?}");
    }
    assert_eq!(rates[2], 0, "{rates:?}");
    let apply = |engine: &mut Simulation, by| {
        let path = path();
        engine.apply(ms(4_000.0), &Change::Parameters([(path, by)].into()))
    };
    apply(&mut engine, Alteration::value(8.0)).expect("a change");
    let before = log.0.len();
    run(&mut engine, 4_500.0, &mut log);
    assert!(log.0.len() - before <= 1);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut engine = Simulation::of(&busy(1)).expect("a network");
    let mut log = Log(Vec::new());
    run(&mut engine, 20.0, &mut log);
    let state = engine.save().expect("a state");
    let mut refuse = |path: &str, by: Alteration| {
        let path = path.parse().expect("a path");
        let change = Change::Parameters([(path, by)].into());
        let error = engine.apply(ms(20.0), &change).expect_err("refused");
        assert!(engine.save().expect("a state") == state, "{error}");
        error.to_string()
    };
    let twice = Alteration::factor(2.0);
    let cases = [
        ("population.x.b", twice, "there is no population `x`"),
        (
            "population.a.bb",
            twice,
            "population `a` has no parameter `bb` that may change; did you mean `b`?",
        ),
        (
            "population.a.size",
            twice,
            "`population.a.size` cannot change while the network runs",
        ),
        (
            "population.d.tau_m",
            Alteration::value(-1.0),
            "population `d` cannot be altered: `tau_m` of `lif` is -1 ms",
        ),
        (
            "population.b.tau_m",
            Alteration::offset(-20.0),
            "population `b` cannot be altered",
        ),
        (
            "projection.s_all.weight",
            twice,
            "its rows are merged with others'",
        ),
        (
            "projection.a_a.weight",
            Alteration::offset(1.0),
            "can only be multiplied",
        ),
        (
            "projection.a_a.plasticity.tau_plus",
            twice,
            "time constants, bounds and the form of a rule",
        ),
        (
            "projection.a_c.plasticity.a_plus",
            twice,
            "its synapses do not learn",
        ),
        ("stimulus.noise.rate", Alteration::factor(-1.0), "-1500 Hz"),
        ("stimulus.noise.phase", twice, "has no parameter `phase`"),
        ("modulator.dopamine.tau", twice, "has no parameter `tau`"),
        (
            "modulator.dopamine.baseline",
            Alteration::factor(f64::NAN),
            "NaN",
        ),
    ];
    for (path, by, expected) in cases {
        let error = refuse(path, by);
        assert!(error.contains(expected), "{path}: {error}");
    }
}

/// Neurons that share a group with others need not have been said to change.
#[test]
fn one_of_two_that_share_a_group_may_change() {
    let mut engine = Simulation::of(&busy(5)).expect("a network");
    let mut log = Log(Vec::new());
    run(&mut engine, 50.0, &mut log);
    let counts = engine.counts().to_vec();
    let path = "population.d.v_th".parse().expect("a path");
    let by = Alteration::value(1_000.0);
    engine
        .apply(ms(50.0), &Change::Parameters([(path, by)].into()))
        .expect("a change");
    run(&mut engine, 150.0, &mut log);
    let since: Vec<u64> = engine
        .counts()
        .iter()
        .zip(&counts)
        .map(|(now, then)| now - then)
        .collect();
    assert!(counts[3] > 0 && since[3] == 0, "{counts:?} {since:?}");
    assert!(since[4] > 0, "{since:?}");
}
