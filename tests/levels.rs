//! Projections without delay inside a recurrent network: the populations that they tie together share a lane and are
//! visited in the order of their levels. Against an independent, naive event loop on the same graph and given spikes:
//! identical spikes to the picosecond. And: loops are named.

#[path = "fixture/log.rs"]
mod log;
#[path = "fixture/sparse.rs"]
mod sparse;

use std::collections::BTreeMap;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Time;
use sharpwave::engine::assembly::{AssemblyError, assemble};
use sharpwave::engine::simulation::Ended;
use sharpwave::network::plan::{NetworkPlan, Population, SpikeInput, SpikeSource};

use log::{Log, Spikes};
use sparse::{constant, graph, projection};

const SIZES: [u32; 4] = [12, 9, 7, 20];
const MS: i64 = 1_000_000_000;

fn population(name: &str, size: u32, t_ref: f64) -> Population {
    let values = [
        ("tau_m", 20.0),
        ("v_th", 3.0),
        ("v_reset", 0.5),
        ("e_l", 0.0),
        ("t_ref", t_ref),
    ];
    Population {
        name: name.into(),
        size,
        model: "lif",
        values: Values::from(values),
        v_m: Some(constant(0.0).into()),
        positions: None,
    }
}

/// a, b, c are tied by projections without delay from each to later ones; d stands apart. Delayed projections lead
/// everywhere.
fn network(seed: u64, lanes: u32, t_ref: f64) -> NetworkPlan {
    let mut stream = Stream::new(seed, "test", 0);
    let mut projections = Vec::new();
    for (source, targets) in [(0, vec![1, 2]), (1, vec![2])] {
        let name = format!("sudden_{source}");
        projections.push(projection(
            seed,
            &name,
            &SIZES,
            source,
            &targets,
            constant(0.0),
        ));
    }
    let drawn = Distribution::new(Shape::Uniform {
        low: 0.2,
        high: 3.0,
    })
    .unwrap();
    for (k, (source, targets)) in [(2, vec![0, 3]), (3, vec![1, 3]), (0, vec![2])]
        .into_iter()
        .enumerate()
    {
        let delay = if stream.below(2) == 0 {
            drawn
        } else {
            constant(0.7)
        };
        projections.push(projection(
            seed,
            &format!("late_{k}"),
            &SIZES,
            source,
            &targets,
            delay,
        ));
    }
    let spikes = [0, 3].map(|target: usize| {
        let one = |_| {
            // Whole steps of 0.1 ms: nearly everything ties.
            let t = stream.below(400) as i64 * MS / 10;
            (
                Time::from_ps(t),
                stream.below(u64::from(SIZES[target])) as u32,
            )
        };
        let mut spikes: Vec<(Time, u32)> = (0..300).map(one).collect();
        spikes.sort_unstable();
        SpikeInput {
            name: format!("input_{target}"),
            target,
            weight: 1.25,
            spikes: SpikeSource::List(spikes.into()),
        }
    });
    let names = ["a", "b", "c", "d"];
    NetworkPlan {
        seed,
        lanes: Some(lanes),
        populations: (0..4)
            .map(|p| population(names[p], SIZES[p], t_ref))
            .collect(),
        projections,
        dense: Vec::new(),
        tied: Vec::new(),
        noise: Vec::new(),
        currents: Vec::new(),
        spikes: spikes.into(),
        modulators: Vec::new(),
        homeostasis: Vec::new(),
        changing: Default::default(),
        triggers: Vec::new(),
        pulses: Vec::new(),
        outside: Default::default(),
    }
}

fn run(network: &NetworkPlan, cuts: &[i64]) -> Spikes {
    let mut engine = assemble(network).unwrap();
    let mut log = Log(Vec::new());
    for &cut in cuts.iter().chain(&[40 * MS]) {
        assert_eq!(engine.run(Time::from_ps(cut), &mut log), Ended::Reached);
    }
    log.0.sort_unstable();
    log.0
}

/// Instant by instant, population by population (their order is that of their levels), neuron by neuron.
fn naive(network: &NetworkPlan) -> Spikes {
    let t_ref = (network.populations[0].values["t_ref"] * 1e9) as i64;
    let synapses = graph(network);
    let mut agenda: BTreeMap<i64, Vec<(usize, u32, f64)>> = BTreeMap::new();
    for input in &network.spikes {
        let SpikeSource::List(spikes) = &input.spikes else {
            panic!("expected a list");
        };
        for &(t, node) in spikes.iter() {
            let arrival = (input.target, node, input.weight);
            agenda.entry(t.ps()).or_default().push(arrival);
        }
    }
    let mut v = SIZES.map(|n| vec![0.0_f64; n as usize]);
    let mut seen = SIZES.map(|n| vec![0_i64; n as usize]);
    let mut deaf = SIZES.map(|n| vec![i64::MIN; n as usize]);
    let mut spikes = Spikes::new();
    while let Some((t, mut arriving)) = agenda.pop_first() {
        if t >= 40 * MS {
            break;
        }
        for p in 0..SIZES.len() {
            let mut touched = Vec::new();
            for &(_, node, weight) in arriving.iter().filter(|arrival| arrival.0 == p) {
                let i = node as usize;
                if t < deaf[p][i] {
                    continue;
                }
                let from = seen[p][i].max(deaf[p][i]);
                v[p][i] = v[p][i] * (-((t - from) as f64) * 1e-9 / 20.0).exp() + weight;
                seen[p][i] = t;
                touched.push(node);
            }
            touched.sort_unstable();
            touched.dedup();
            for node in touched {
                let i = node as usize;
                if v[p][i] < 3.0 * (1.0 - 1e-12) {
                    continue;
                }
                v[p][i] = 0.5;
                deaf[p][i] = t + t_ref;
                seen[p][i] = t;
                spikes.push((t, p, node));
                for &(delay, target, to, weight) in synapses.get(&(p, node)).into_iter().flatten() {
                    if delay == 0 {
                        arriving.push((target, to, weight));
                    } else {
                        agenda
                            .entry(t + delay)
                            .or_default()
                            .push((target, to, weight));
                    }
                }
            }
        }
    }
    spikes.sort_unstable();
    spikes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn levels_agree_with_the_naive_event_loop(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, t_ref in prop::sample::select(vec![0.0, 1.0, 2.35]),
        cut in 1_i64..40_000
    ) {
        let network = network(seed, lanes, t_ref);
        let expected = naive(&network);
        prop_assert_eq!(&run(&network, &[]), &expected);
        prop_assert_eq!(&run(&network, &[cut * MS / 1000]), &expected);
    }
}

#[test]
fn the_networks_of_the_test_are_alive_at_every_level() {
    let spikes = run(&network(3, 2, 1.0), &[]);
    for p in 0..4 {
        let n = spikes.iter().filter(|spike| spike.1 == p).count();
        assert!(n > 20, "population {p} fired {n} times");
    }
    // Some fire at the instant at which a fired.
    let at = |p: usize| {
        spikes
            .iter()
            .filter(move |spike| spike.1 == p)
            .map(|spike| spike.0)
    };
    let together = at(1).filter(|&t| at(0).any(|other| other == t)).count();
    assert!(together > 10, "{together}");
}

#[test]
fn a_loop_without_delay_is_named() {
    let mut network = network(1, 1, 1.0);
    let plan = projection(1, "back", &SIZES, 2, &[0], constant(0.0));
    network.projections.push(plan);
    let error = assemble(&network).err().unwrap();
    assert!(matches!(error, AssemblyError::Loop(_)));
    let text = error.to_string();
    let path = text
        .strip_prefix("projections without delay form a loop: ")
        .and_then(|rest| rest.strip_suffix("; expected a delay on at least one of them"))
        .unwrap_or_else(|| panic!("{text}"));
    let members: Vec<&str> = path.split(" -> ").collect();
    assert_eq!(members.first(), members.last());
    assert!(
        ["a -> c", "c -> a", "b -> c"]
            .iter()
            .any(|step| path.contains(step)),
        "{path}"
    );
}
