//! Recurrent networks with delays and noise against an independent, naive event loop on the same graph and the same
//! external events: identical spikes to the picosecond. And: the same bits for any number of threads, any cut, any
//! order of declaration, with or without an observer.

#[path = "fixture/log.rs"]
mod log;
#[path = "recurrent/naive.rs"]
mod naive;

use std::sync::Arc;

use sharpwave::base::alteration::Alteration;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::stream::name_hash;
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::{self, Connect, Delay, Plan, Space};
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::{AssemblyError, assemble};
use sharpwave::engine::simulation::{Change, Ended};
use sharpwave::network::plan::{NetworkPlan, Noise, Population, Projection};
use sharpwave::{Network, Simulation, values};

use log::{Log, Spikes};

fn constant(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).unwrap()
}

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).unwrap()
}

const SEED: u64 = 5;

/// A small excitatory-inhibitory network in the manner of Brunel (2000). Whatever the rate of the noise, its mean drive
/// is 32 mV, above the threshold of 20 mV.
fn in_degree(degree: u32) -> Arc<dyn Connect> {
    let values = [
        ("in_degree", Value::from(degree)),
        ("multapses", true.into()),
    ];
    connection::build("fixed_in_degree", &Values::from(values)).unwrap()
}

fn brunel(n: u32, lanes: u32, delay_ms: Distribution, t_ref: f64, rate_hz: f64) -> NetworkPlan {
    let values = Values::from([
        ("tau_m", 20.0),
        ("v_th", 20.0),
        ("v_reset", 10.0),
        ("e_l", 0.0),
        ("t_ref", t_ref),
    ]);
    let population = |name: &str, size| Population {
        name: name.into(),
        size,
        model: "lif",
        values: values.clone(),
        v_m: Some(uniform(0.0, 19.9).into()),
        positions: None,
    };
    let sizes = [n * 4 / 5, n / 5];
    let projection = |name: &str, source: usize, degree, weight: Distribution| Projection {
        source,
        targets: vec![0, 1],
        plan: Plan {
            name: name.into(),
            seed: SEED,
            space: Space {
                n_source: sizes[source],
                n_target: n,
                own: Some([0, sizes[0]][source]),
                autapses: false,
                ends: None,
            },
            rule: in_degree(degree),
            weight: Some(weight),
            delay: Some(Delay {
                axonal: delay_ms,
                dendritic: constant(0.0),
                velocity: None,
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            weight_profile: None,
            listed_dendritic: None,
        },
        plasticity: None,
        short_term: None,
    };
    NetworkPlan {
        seed: SEED,
        lanes: Some(lanes),
        populations: vec![population("e", sizes[0]), population("i", sizes[1])],
        projections: vec![
            projection("e_all", 0, n / 10, constant(0.5)),
            projection("i_all", 1, n / 20, uniform(-3.0, -1.0)),
        ],
        dense: Vec::new(),
        tied: Vec::new(),
        noise: vec![Noise {
            name: "external".into(),
            targets: vec![0, 1],
            rate_hz,
            weight: 1_600.0 / rate_hz,
        }],
        currents: Vec::new(),
        spikes: Vec::new(),
        modulators: Vec::new(),
        homeostasis: Vec::new(),
        changing: Default::default(),
        triggers: Vec::new(),
        pulses: Vec::new(),
        outside: Default::default(),
    }
}

fn run(network: &NetworkPlan, stop_ms: f64, cuts_ms: &[f64]) -> (Spikes, String) {
    let mut engine = assemble(network).unwrap();
    let mut log = Log(Vec::new());
    for &cut in cuts_ms {
        assert_eq!(
            engine.run(Time::from_ms(cut).unwrap(), &mut log),
            Ended::Reached
        );
    }
    assert_eq!(
        engine.run(Time::from_ms(stop_ms).unwrap(), &mut log),
        Ended::Reached
    );
    assert_eq!(engine.counts().iter().sum::<u64>(), log.0.len() as u64);
    (log.0, engine.fingerprint().to_string())
}

#[test]
fn the_engine_agrees_with_the_naive_event_loop() {
    let ms = 1_000_000_000;
    let cases = [
        (200, 1, constant(1.5), 2.0, 4_000.0, 200),
        (200, 3, constant(1.5), 2.0, 4_000.0, 200),
        (150, 2, uniform(0.1, 3.0), 0.0, 4_000.0, 150),
        // Rare events, each an instant of its own, and a refractory period longer than the delay.
        (100, 2, constant(0.2), 5.0, 100.0, 400),
        // By the bin: its longest, with few and many in it, and a shorter one; released within the bin in which they fire.
        (200, 2, constant(1.5), 2.0, 20_000.0, 200),
        (200, 1, uniform(0.1, 3.0), 0.0, 12_000.0, 200),
        (150, 3, constant(0.2), 0.05, 60_000.0, 150),
    ];
    for (n, lanes, delay, t_ref, rate, stop_ms) in cases {
        let network = brunel(n, lanes, delay, t_ref, rate);
        let mut expected = naive::simulate(&network, lanes, i64::from(stop_ms) * ms);
        expected.sort_by_key(|&(t, p, node)| (t, name_hash(&network.populations[p].name), node));
        let (spikes, _) = run(&network, f64::from(stop_ms), &[]);
        assert!(spikes.len() > 300, "{} spikes", spikes.len());
        let first = spikes.iter().zip(&expected).find(|(a, b)| a != b);
        assert!(
            spikes == expected,
            "{n} neurons in {lanes} lanes: {first:?}"
        );
    }
}

/// Neurons that fire by themselves, as in Vogels and Abbott (2005): e_l above v_th, no noise.
fn driven(lanes: u32, delay_ms: Distribution) -> NetworkPlan {
    let mut network = brunel(200, lanes, delay_ms, 5.0, 0.0);
    network.noise.clear();
    let weights = [0.6, -4.0];
    for (projection, weight) in network.projections.iter_mut().zip(weights) {
        projection.plan.weight = Some(constant(weight));
    }
    for population in &mut network.populations {
        population
            .values
            .extend([("v_th", -50.0), ("v_reset", -60.0), ("e_l", -49.0)]);
        population.v_m = Some(uniform(-60.0, -50.0).into());
    }
    network
}

#[test]
fn crossings_without_arrivals_agree_with_the_naive_event_loop() {
    for (lanes, delay) in [
        (1, constant(0.2)),
        (3, uniform(0.1, 2.0)),
        (2, constant(1.0)),
    ] {
        let network = driven(lanes, delay);
        let mut expected = naive::simulate_driven(&network, 400_000_000_000);
        expected.sort_by_key(|&(t, p, node)| (t, name_hash(&network.populations[p].name), node));
        let (spikes, fingerprint) = run(&network, 400.0, &[]);
        assert!(spikes.len() > 500, "{} spikes", spikes.len());
        let first = spikes.iter().zip(&expected).find(|(a, b)| a != b);
        assert!(spikes == expected, "{lanes} lanes: {first:?}");
        assert_eq!(
            run(&network, 400.0, &[1.0, 33.3, 250.05]).1,
            fingerprint,
            "cut"
        );
    }
}

#[test]
fn threads_cuts_order_and_observers_change_nothing() {
    // In order, and by the bin.
    for rate_hz in [4_000.0, 20_000.0] {
        nothing_changes(&brunel(600, 5, uniform(0.3, 2.0), 1.0, rate_hz));
    }
}

fn nothing_changes(network: &NetworkPlan) {
    let with = |threads: usize, cuts: &[f64]| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| run(network, 120.0, cuts))
    };
    let whole = with(1, &[]);
    assert!(whole.0.len() > 1_000, "{}", whole.0.len());
    for threads in [2, 3, 8] {
        assert!(with(threads, &[]) == whole, "{threads} threads");
    }
    assert!(with(2, &[0.05, 17.3, 17.31, 80.0]) == whole, "cut");
    let mut unobserved = assemble(network).unwrap();
    assert_eq!(
        unobserved.run(Time::from_ms(120.0).unwrap(), &mut Unobserved),
        Ended::Reached
    );
    assert_eq!(unobserved.fingerprint().to_string(), whole.1);
    let mut turned = network.clone();
    turned.populations.reverse();
    turned.projections.reverse();
    for projection in &mut turned.projections {
        projection.source = 1 - projection.source;
        projection.targets = vec![1, 0];
    }
    turned.noise[0].targets = vec![1, 0];
    assert_eq!(run(&turned, 120.0, &[]).1, whole.1, "order of declaration");
}

#[test]
fn vector_widths_change_nothing() {
    use sharpwave::base::vector::{Width, limit};
    for rate_hz in [4_000.0, 20_000.0] {
        let network = brunel(300, 2, constant(1.5), 2.0, rate_hz);
        let widest = run(&network, 60.0, &[]).1;
        for width in [Width::Baseline, Width::W256] {
            limit(width);
            let narrow = run(&network, 60.0, &[]).1;
            limit(Width::W512);
            assert_eq!(narrow, widest, "{width:?} at {rate_hz} Hz");
        }
    }
}

#[test]
fn an_hour_of_a_million_silent_neurons_costs_nothing() {
    let mut network = brunel(1_000_000, 16, constant(1.5), 2.0, 1.0);
    network.noise.clear();
    network
        .projections
        .iter_mut()
        .for_each(|projection| projection.plan.rule = in_degree(2));
    network
        .populations
        .iter_mut()
        .for_each(|population| population.v_m = Some(constant(0.0).into()));
    // An hour of biology: 2.4 million windows, none of which is visited.
    let (spikes, _) = run(&network, 3_600_000.0, &[]);
    assert_eq!(spikes, []);
}

#[test]
fn a_delay_of_zero_within_a_population_is_named() {
    let network = brunel(50, 1, constant(0.0), 2.0, 100.0);
    let error = assemble(&network).err().expect("no lookahead");
    assert!(matches!(error, AssemblyError::Rule(_)), "{error}");
    assert!(error.to_string().contains("e_all"), "{error}");
}

#[test]
fn noise_by_the_bin_goes_on_where_one_of_two_that_go_together_gets_another_time_constant() {
    let mut network = two_levels();
    let dense = values! { rate: 14_000.0 };
    let onto = network.stimulate("dense", "poisson", ["e", "i"], 26.0, dense);
    onto.expect("noise");
    let at = |ms| Time::from_ms(ms).expect("in range");
    let played = |cut: Option<f64>| {
        let mut engine = Simulation::of(&network).expect("a network");
        let mut log = Log(Vec::new());
        assert_eq!(engine.run(at(50.0), &mut log), Ended::Reached);
        let path = "population.e.tau_m".parse().expect("a path");
        let by = Alteration::factor(1.3);
        let change = Change::Parameters([(path, by)].into());
        engine.apply(at(50.0), &change).expect("a change");
        if let Some(cut) = cut {
            assert_eq!(engine.run(at(cut), &mut log), Ended::Reached);
            let bytes = engine.save().expect("a state");
            engine = Simulation::of(&network).expect("a network");
            engine.load(&bytes).expect("its own state");
        }
        assert_eq!(engine.run(at(150.0), &mut log), Ended::Reached);
        log.0
    };
    let whole = played(None);
    assert!(whole.len() > 300, "{} spikes", whole.len());
    for cut in [50.01, 77.77, 100.0] {
        assert!(played(Some(cut)) == whole, "{cut}");
    }
}

/// Excitation and inhibition that differ in levels alone: what each neuron may have of its own at no cost.
fn two_levels() -> Network {
    let mut network = Network::new(4);
    let neurons = |i_e: f64, v_th: f64, t_ref: f64| {
        values! {
            tau_m: 10.0, c_m: 250.0, tau_syn_ex: 0.5, tau_syn_in: 0.5,
            v_reset: 0.0, v_th: v_th, t_ref: t_ref, i_e: i_e,
        }
    };
    for (name, size, values) in [
        ("e", 40, neurons(420.0, 15.0, 2.0)),
        ("i", 12, neurons(300.0, 14.0, 3.5)),
    ] {
        let population = network.population(name, size, "lif_exp", values);
        population.expect("neurons").v_m = Some(uniform(0.0, 13.0).into());
    }
    let source = network.population("s", 20, "poisson", values! { rate: 60.0 });
    source.expect("sources");
    for (source, weight) in [("e", 120.0), ("i", -300.0), ("s", 400.0)] {
        let rule = network.project(&format!("{source}_all"), source, ["e", "i"]);
        let rule = rule.rule("fixed_in_degree", values! { in_degree: 8_u32 });
        let rule = rule.weight(weight).axonal_delay_ms(uniform(0.3, 3.0));
        rule.add().expect("a projection");
    }
    network
}

#[test]
fn populations_that_differ_in_levels_go_together_and_fire_as_apart() {
    let played = |network: &Network| {
        let mut engine = Simulation::of(network).expect("a network");
        let mut log = Log(Vec::new());
        let end = Time::from_ms(400.0).expect("in range");
        assert_eq!(engine.run(end, &mut log), Ended::Reached);
        log.0.sort_unstable();
        (engine.n_lanes(), log.0)
    };
    let together = played(&two_levels());
    // What may change by itself has a lane of its own.
    let mut network = two_levels();
    let path = "population.e.v_th".parse().expect("a path");
    network.changing = [path].into();
    let apart = played(&network);
    assert_eq!((together.0, apart.0), (2, 3));
    assert!(together.1.len() > 500, "{} spikes", together.1.len());
    assert!(together.1 == apart.1);
    // One that is changed from outside stays where it is, and becomes what it would become apart.
    let changed = |network: &Network| {
        let mut engine = Simulation::of(network).expect("a network");
        let mut log = Log(Vec::new());
        let at = |ms| Time::from_ms(ms).expect("in range");
        assert_eq!(engine.run(at(150.0), &mut log), Ended::Reached);
        for (path, by) in [
            ("population.e.v_th", Alteration::value(13.0)),
            ("population.i.i_e", Alteration::factor(1.2)),
        ] {
            let path = path.parse().expect("a path");
            let change = Change::Parameters([(path, by)].into());
            engine.apply(at(150.0), &change).expect("a change");
        }
        assert_eq!(engine.run(at(400.0), &mut log), Ended::Reached);
        log.0.sort_unstable();
        log.0
    };
    let found = changed(&two_levels());
    assert!(found == changed(&network) && found != together.1);
    // Another time constant keeps them apart.
    let mut network = two_levels();
    let values = &mut network.populations[1].values;
    values.insert("tau_syn_in", 0.6);
    assert_eq!(played(&network).0, 3);
}
