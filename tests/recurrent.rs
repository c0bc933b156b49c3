//! Recurrent networks with delays and noise against an independent, naive event loop on the same graph and the same
//! external events: identical spikes to the picosecond. And: the same bits for any number of threads, any cut, any
//! order of declaration, with or without an observer.

#[path = "fixture/log.rs"]
mod log;

use std::collections::BTreeMap;
use std::sync::Arc;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::stream::{Stream, name_hash};
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::{self, Block, Connect, Delay, Plan, Space};
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::{AssemblyError, assemble};
use sharpwave::engine::simulation::Ended;
use sharpwave::network::plan::{NetworkPlan, Noise, Population, Projection};
use sharpwave::neuron::{self, Growth};
use sharpwave::stimulus::poisson::{Class, Poisson, Wish};

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

/// Every external event of the network, as its lanes draw them.
fn external(network: &NetworkPlan, lanes: u32, stop: i64) -> Vec<(i64, usize, u32)> {
    let tau = Duration::from_ms(20.0).unwrap();
    let mut events = Vec::new();
    let noise = &network.noise[0];
    for lane in 0..lanes {
        let part = |p: usize| {
            let n = network.populations[p].size;
            n * lane / lanes..n * (lane + 1) / lanes
        };
        let members: Vec<(usize, u32)> = [0, 1]
            .into_iter()
            .flat_map(|p| part(p).map(move |i| (p, i)))
            .collect();
        let purpose = "stimulus.poisson.e.positive.0";
        let mut stream = Stream::new(network.seed, purpose, u64::from(lane));
        let class = Class {
            weight: noise.weight,
            rates_hz: vec![noise.rate_hz; members.len()],
        };
        let growth = Growth {
            rate_per_ps: 1.0 / tau.ps() as f64,
            delta_per_ps: None,
        };
        let mut wish = Wish {
            growth,
            by_bin: true,
        };
        let mut poisson = Poisson::new(&[class], wish, Time::ZERO, &mut stream).unwrap();
        // The same events, all of them in order; neurons are not asked then.
        wish.by_bin = false;
        poisson.set_wish(wish);
        let values = &network.populations[0].values;
        let mut neurons = neuron::build("lif", members.len(), values).unwrap();
        loop {
            let t = poisson.next_time();
            if t.ps() >= stop {
                break;
            }
            if poisson.open(&mut *neurons) {
                continue;
            }
            let now = poisson.at(t).targets.to_vec();
            events.extend(now.iter().map(|&target| {
                let (population, node) = members[usize::from(target)];
                (t.ps(), population, node)
            }));
            poisson.pass(now.len());
        }
    }
    events
}

/// Per source neuron: (delay, population, target, weight).
type Graph = BTreeMap<(usize, u32), Vec<(i64, usize, u32, f64)>>;

fn graph(network: &NetworkPlan) -> Graph {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let mut synapses = Graph::new();
    for Projection {
        source: from,
        targets,
        plan,
        plasticity: _,
        short_term: _,
    } in &network.projections
    {
        let total: u32 = targets.iter().map(|&t| sizes[t]).sum();
        let rows = plan
            .connect::<u32>(&[Block {
                first: 0,
                len: total,
                local: 0,
            }])
            .unwrap();
        for source in 0..plan.space.n_source {
            for (delay, row, weights) in rows.of(source) {
                for (at, &target) in row.iter().enumerate() {
                    let weight = weights.get(at);
                    let (population, node) = if target < sizes[0] {
                        (0, target)
                    } else {
                        (1, target - sizes[0])
                    };
                    let out = synapses.entry((*from, source)).or_default();
                    out.push((delay.ps(), population, node, weight));
                }
            }
        }
    }
    synapses
}

/// Neuron by neuron, event by event.
fn naive(network: &NetworkPlan, lanes: u32, stop: i64) -> Spikes {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let values = &network.populations[0].values;
    let (tau, v_th, v_reset) = (values["tau_m"], values["v_th"], values["v_reset"]);
    let t_ref = (values["t_ref"] * 1e9) as i64;
    let mut v: Vec<Vec<f64>> = Vec::new();
    for population in &network.populations {
        let purpose = format!("initial.{}", population.name);
        let Some(Value::Drawn(from)) = &population.v_m else {
            panic!("they begin where they are drawn");
        };
        let draw = |i| from.draw(&mut Stream::new(network.seed, &purpose, u64::from(i)));
        v.push((0..population.size).map(draw).collect());
    }
    let mut seen: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n as usize]).collect();
    let mut deaf: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![i64::MIN; n as usize]).collect();
    let synapses = graph(network);
    let mut agenda: BTreeMap<i64, Vec<(usize, u32, f64)>> = BTreeMap::new();
    for (t, population, node) in external(network, lanes, stop) {
        agenda
            .entry(t)
            .or_default()
            .push((population, node, network.noise[0].weight));
    }
    let mut spikes = Spikes::new();
    while let Some((t, arriving)) = agenda.pop_first() {
        if t >= stop {
            break;
        }
        let mut touched = Vec::new();
        for (population, node, weight) in arriving {
            let i = node as usize;
            if t < deaf[population][i] {
                continue;
            }
            let from = seen[population][i].max(deaf[population][i]);
            v[population][i] *= (-((t - from) as f64) * 1e-9 / tau).exp();
            v[population][i] += weight;
            seen[population][i] = t;
            touched.push((population, node));
        }
        touched.sort_unstable();
        touched.dedup();
        for (population, node) in touched {
            let i = node as usize;
            if v[population][i] >= v_th * (1.0 - 1e-12) {
                v[population][i] = v_reset;
                deaf[population][i] = t + t_ref;
                spikes.push((t, population, node));
                for &(delay, target_population, target, weight) in
                    synapses.get(&(population, node)).into_iter().flatten()
                {
                    agenda
                        .entry(t + delay)
                        .or_default()
                        .push((target_population, target, weight));
                }
            }
        }
    }
    spikes
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
        (200, 1, uniform(0.1, 3.0), 0.0, 9_000.0, 200),
        (150, 3, constant(0.2), 0.05, 60_000.0, 150),
    ];
    for (n, lanes, delay, t_ref, rate, stop_ms) in cases {
        let network = brunel(n, lanes, delay, t_ref, rate);
        let mut expected = naive(&network, lanes, i64::from(stop_ms) * ms);
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

/// Every crossing from scratch after every event.
fn naive_driven(network: &NetworkPlan, stop: i64) -> Spikes {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let (tau_ps, v_th, v_reset, e_l, t_ref) = (20e9, -50.0, -60.0, -49.0, 5_000_000_000_i64);
    let graph = graph(network);
    let mut v: Vec<Vec<f64>> = network
        .populations
        .iter()
        .map(|population| {
            let purpose = format!("initial.{}", population.name);
            let Some(Value::Drawn(from)) = &population.v_m else {
                panic!("they begin where they are drawn");
            };
            let draw = |i| from.draw(&mut Stream::new(network.seed, &purpose, u64::from(i)));
            (0..population.size).map(draw).collect()
        })
        .collect();
    let mut seen: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n as usize]).collect();
    let mut agenda: BTreeMap<i64, Vec<(usize, u32, f64)>> = BTreeMap::new();
    let mut spikes = Spikes::new();
    loop {
        let mut next = agenda.first_key_value().map_or(i64::MAX, |(&t, _)| t);
        let mut crossing: Vec<(usize, usize)> = Vec::new();
        for p in 0..2 {
            for i in 0..sizes[p] as usize {
                let gap = tau_ps * ((e_l - v[p][i]) / (e_l - v_th)).ln();
                let t = seen[p][i] + (gap.ceil() as i64).max(0);
                if t < next {
                    next = t;
                    crossing.clear();
                }
                if t == next {
                    crossing.push((p, i));
                }
            }
        }
        if next >= stop {
            return spikes;
        }
        let mut fired = crossing;
        for (p, node, weight) in agenda.remove(&next).unwrap_or_default() {
            let i = node as usize;
            // Refractory: held at reset from a later instant on.
            if seen[p][i] > next || fired.contains(&(p, i)) {
                continue;
            }
            v[p][i] =
                e_l + (v[p][i] - e_l) * (-((next - seen[p][i]) as f64) / tau_ps).exp() + weight;
            seen[p][i] = next;
        }
        for p in 0..2 {
            for i in 0..sizes[p] as usize {
                if seen[p][i] == next && v[p][i] >= v_th - 1e-12 && !fired.contains(&(p, i)) {
                    fired.push((p, i));
                }
            }
        }
        fired.sort_unstable();
        for (p, i) in fired {
            spikes.push((next, p, i as u32));
            v[p][i] = v_reset;
            seen[p][i] = next + t_ref;
            for &(delay, population, target, weight) in
                graph.get(&(p, i as u32)).into_iter().flatten()
            {
                agenda
                    .entry(next + delay)
                    .or_default()
                    .push((population, target, weight));
            }
        }
    }
}

#[test]
fn crossings_without_arrivals_agree_with_the_naive_event_loop() {
    for (lanes, delay) in [
        (1, constant(0.2)),
        (3, uniform(0.1, 2.0)),
        (2, constant(1.0)),
    ] {
        let network = driven(lanes, delay);
        let mut expected = naive_driven(&network, 400_000_000_000);
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
