//! Dense and sparse projections in one network, with and without delays, static and plastic, in any number of lanes:
//! against an independent, naive event loop identical spikes to the picosecond and weights bit for bit. Neither a cut, nor
//! a saved state taken on by another network, nor a shift in time changes a bit.

#[path = "dense/dendritic.rs"]
mod dendritic;
#[path = "fixture/log.rs"]
mod log;
#[path = "fixture/rest.rs"]
mod rest;
#[path = "fixture/sparse.rs"]
mod sparse;
#[path = "dense/weights.rs"]
mod weights;

use std::collections::BTreeMap;

use ndarray::Array2;
use proptest::prelude::*;
use sharpwave::base::matrix::Matrix;
use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::{Ended, Simulation};
use sharpwave::network::plan::dense::{DenseProjection, Plasticity};
use sharpwave::network::plan::{NetworkPlan, Population};
use sharpwave::stimulus::image::{ImageNoise, Timing};
use sharpwave::stimulus::spike_list::SpikeList;
use sharpwave::synapse::dense::Dense;

use log::{Log, Spikes};
use rest::asleep;
use sparse::{constant, graph, projection};

const MS: i64 = 1_000_000_000;
const STOP: i64 = 60 * MS;
/// Relays, and three populations of neurons.
const SIZES: [u32; 4] = [15, 12, 9, 14];
/// Source, target, delay in picoseconds, plastic. The last two close a loop.
const DENSE: [(usize, usize, i64, bool); 5] = [
    (0, 1, 0, true),
    (1, 2, 0, false),
    (0, 2, 7 * MS / 10, true),
    (2, 3, 2 * MS, true),
    (3, 1, 5 * MS / 2, false),
];
const INCREMENT: f32 = 0.01;
const DECREMENT: f32 = 0.004;
const WINDOW: i64 = 5 * MS / 2;

fn network(seed: u64, lanes: u32, t_ref_ms: f64) -> NetworkPlan {
    let mut stream = Stream::new(seed, "test", 0);
    let names = ["input", "a", "b", "c"];
    let population = |p: usize| Population {
        name: names[p].into(),
        size: SIZES[p],
        model: if p == 0 { "relay" } else { "lif" },
        values: match p {
            0 => Values::new(),
            _ => Values::from([
                ("tau_m", 20.0),
                ("v_th", 3.0),
                ("v_reset", 0.5),
                ("e_l", 0.0),
                ("t_ref", t_ref_ms),
            ]),
        },
        v_m: None,
        positions: None,
    };
    let dense = DENSE.map(|(source, target, delay, plastic)| {
        let shape = (SIZES[target] as usize, SIZES[source] as usize);
        let weights =
            Array2::from_shape_simple_fn(shape, || ((stream.uniform() - 0.4) * 0.03) as f32);
        let plasticity = Plasticity {
            rule: "sleep_replay",
            values: Values::from([
                ("increment", f64::from(INCREMENT)),
                ("decrement", f64::from(DECREMENT)),
                ("window", WINDOW as f64 * 1e-9),
            ]),
            modulator: None,
            limit: None,
            teacher: None,
            within: Default::default(),
        };
        DenseProjection {
            name: format!("{source}_{target}"),
            source,
            target,
            weights: Dense::from_matrix(weights.view()).into(),
            gain: 60.0,
            axonal_delay: Duration::from_ps(delay),
            dendritic_delay: Duration::ZERO,
            plasticity: plastic.then_some(plasticity),
            short_term: None,
        }
    });
    NetworkPlan {
        seed,
        lanes: Some(lanes),
        populations: (0..4).map(population).collect(),
        projections: vec![
            projection(seed, "sudden", &SIZES, 1, &[2], constant(0.0)),
            projection(seed, "late", &SIZES, 2, &[1], constant(1.1)),
            projection(seed, "far", &SIZES, 0, &[3], constant(0.7)),
        ],
        dense: dense.into(),
        tied: Vec::new(),
        noise: Vec::new(),
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

/// Whole steps of 0.1 ms, so that much ties; twice the same spike is one.
fn input(seed: u64) -> Vec<(Time, u32)> {
    let mut stream = Stream::new(seed, "input", 0);
    let step = STOP / (MS / 10);
    let one = |_| {
        let t = stream.below(step as u64) as i64 * MS / 10;
        (Time::from_ps(t), stream.below(u64::from(SIZES[0])) as u32)
    };
    (0..500).map(one).collect()
}

fn driven(network: &NetworkPlan, seed: u64, start: Time) -> Simulation {
    let mut engine = assemble(network).unwrap();
    engine.begin(&asleep(start)).unwrap();
    let list = SpikeList::new(&input(seed), start - Time::ZERO);
    engine.drive("list", "input", 1.0, Box::new(list)).unwrap();
    engine
}

fn matrices(engine: &Simulation) -> Vec<Array2<f32>> {
    let names = DENSE.map(|(source, target, ..)| format!("{source}_{target}"));
    let matrix = |name: &String| matrix(&engine.weights(name).unwrap());
    names.iter().map(matrix).collect()
}

fn matrix(weights: &Matrix) -> Array2<f32> {
    Array2::from_shape_fn(weights.shape(), |at| weights[at])
}

/// What reaches a population: one neuron through a sparse synapse, or all through a dense projection.
#[derive(Clone, Copy)]
enum Arrival {
    Sparse(usize, u32, f64),
    Dense(usize, u32),
}

impl Arrival {
    fn onto(self) -> usize {
        match self {
            Self::Sparse(target, ..) => target,
            Self::Dense(p, _) => DENSE[p].1,
        }
    }
}

/// Instant by instant, population by population (their order is that of their levels), neuron by neuron.
fn naive(network: &NetworkPlan, seed: u64) -> (Spikes, Vec<Array2<f32>>) {
    let t_ref = (network.populations[1].values["t_ref"] * 1e9) as i64;
    let synapses = graph(network);
    let mut w: Vec<Array2<f32>> = network
        .dense
        .iter()
        .map(|dense| dense.weights.to_matrix())
        .collect();
    let mut last: Vec<Vec<Option<i64>>> = w.iter().map(|w| vec![None; w.ncols()]).collect();
    let mut agenda: BTreeMap<i64, Vec<Arrival>> = BTreeMap::new();
    for (t, node) in input(seed) {
        let arrival = Arrival::Sparse(0, node, 1.0);
        agenda.entry(t.ps()).or_default().push(arrival);
    }
    let mut v = SIZES.map(|n| vec![0.0_f64; n as usize]);
    let mut seen = SIZES.map(|n| vec![0_i64; n as usize]);
    let mut deaf = SIZES.map(|n| vec![i64::MIN; n as usize]);
    let mut spikes = Spikes::new();
    while let Some((t, mut arriving)) = agenda.pop_first() {
        if t >= STOP {
            break;
        }
        for p in 0..SIZES.len() {
            let here: Vec<Arrival> = arriving
                .iter()
                .copied()
                .filter(|arrival| arrival.onto() == p)
                .collect();
            if here.is_empty() {
                continue;
            }
            let mut fired = Vec::new();
            for j in 0..SIZES[p] {
                let i = j as usize;
                let added = here.iter().map(|&arrival| match arrival {
                    Arrival::Sparse(_, node, weight) if node == j => weight,
                    Arrival::Sparse(..) => 0.0,
                    Arrival::Dense(p, from) => 60.0 * f64::from(w[p][[i, from as usize]]),
                });
                let added: f64 = added.sum();
                if p == 0 {
                    if added > 0.0 {
                        fired.push(j);
                    }
                    continue;
                }
                if t < deaf[p][i] {
                    continue;
                }
                let from = seen[p][i].max(deaf[p][i]);
                v[p][i] = v[p][i] * (-((t - from) as f64) * 1e-9 / 20.0).exp() + added;
                seen[p][i] = t;
                if v[p][i] >= 3.0 * (1.0 - 1e-12) {
                    v[p][i] = 0.5;
                    deaf[p][i] = t + t_ref;
                    fired.push(j);
                }
            }
            for arrival in here {
                if let Arrival::Dense(p, from) = arrival {
                    last[p][from as usize] = Some(t);
                }
            }
            for &j in &fired {
                spikes.push((t, p, j));
                for (d, &(source, target, delay, plastic)) in DENSE.iter().enumerate() {
                    if target == p && plastic {
                        for i in 0..w[d].ncols() {
                            let x = w[d][[j as usize, i]];
                            let e = ((-x / 0.001f32) as f64).exp() as f32;
                            let s: f32 = 2.0 * (1.0 - 1.0 / (1.0 + e));
                            let active = last[d][i].is_some_and(|arrived| t - arrived < WINDOW);
                            let step = if active { INCREMENT } else { -DECREMENT };
                            w[d][[j as usize, i]] = x + step * s;
                        }
                    }
                    let arrival = Arrival::Dense(d, j);
                    match delay {
                        _ if source != p => {}
                        0 => arriving.push(arrival),
                        _ => agenda.entry(t + delay).or_default().push(arrival),
                    }
                }
                for &(delay, target, to, weight) in synapses.get(&(p, j)).into_iter().flatten() {
                    let arrival = Arrival::Sparse(target, to, weight);
                    match delay {
                        0 => arriving.push(arrival),
                        _ => agenda.entry(t + delay).or_default().push(arrival),
                    }
                }
            }
        }
    }
    spikes.sort_unstable();
    (spikes, w)
}

fn bits(weights: &[Array2<f32>]) -> Vec<u32> {
    weights.iter().flatten().map(|w| w.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn mixed_networks_agree_with_the_naive_event_loop(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, t_ref in prop::sample::select(vec![0.0, 1.0, 2.35])
    ) {
        let network = network(seed, lanes, t_ref);
        let (expected, changed) = naive(&network, seed);
        let mut engine = driven(&network, seed, Time::ZERO);
        let mut log = Log(Vec::new());
        assert_eq!(engine.run(Time::from_ps(STOP), &mut log), Ended::Reached);
        log.0.sort_unstable();
        prop_assert_eq!(&log.0, &expected);
        prop_assert_eq!(bits(&matrices(&engine)), bits(&changed));
    }

    #[test]
    fn cuts_states_and_shifts_change_nothing(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, cut_us in 1_i64..60_000, hours in 0_i64..24
    ) {
        let network = network(seed, lanes, 1.0);
        let mut whole = driven(&network, seed, Time::ZERO);
        let mut expected = Log(Vec::new());
        assert_eq!(whole.run(Time::from_ps(STOP), &mut expected), Ended::Reached);

        let mut log = Log(Vec::new());
        let mut engine = driven(&network, seed, Time::ZERO);
        assert_eq!(engine.run(Time::from_ps(cut_us * MS / 1000), &mut log), Ended::Reached);
        let bytes = engine.save().unwrap();
        let graph = engine.graph_hash();
        let mut engine = driven(&network, seed, Time::ZERO);
        engine.load(&bytes).unwrap();
        prop_assert_eq!(engine.graph_hash(), graph);
        prop_assert_eq!(&engine.save().unwrap(), &bytes);
        assert_eq!(engine.run(Time::from_ps(STOP), &mut log), Ended::Reached);
        prop_assert_eq!(&log.0, &expected.0);
        prop_assert_eq!(engine.fingerprint(), whole.fingerprint());
        prop_assert_eq!(bits(&matrices(&engine)), bits(&matrices(&whole)));

        let shift = hours * 3_600_000 * MS;
        let mut later = Log(Vec::new());
        let mut engine = driven(&network, seed, Time::from_ps(shift));
        assert_eq!(engine.run(Time::from_ps(shift + cut_us * MS / 1000), &mut later), Ended::Reached);
        assert_eq!(engine.run(Time::from_ps(shift + STOP), &mut later), Ended::Reached);
        let back: Spikes = later.0.iter().map(|&(t, p, node)| (t - shift, p, node)).collect();
        prop_assert_eq!(&back, &expected.0);
        prop_assert_eq!(bits(&matrices(&engine)), bits(&matrices(&whole)));
    }

    #[test]
    fn bytes_that_are_no_state_are_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let network = network(1, 2, 1.0);
        let mut engine = driven(&network, 1, Time::ZERO);
        assert_eq!(engine.run(Time::from_ps(STOP / 2), &mut Unobserved), Ended::Reached);
        let mut bytes = engine.save().unwrap();
        let i = at.index(bytes.len());
        bytes[i] = byte;
        // Never a panic; what is read must be a state that can be run, or refused.
        let _ = driven(&network, 1, Time::ZERO).load(&bytes);
    }
}

#[test]
fn the_networks_of_the_test_are_alive_and_learn() {
    let network = network(3, 2, 1.0);
    let (spikes, weights) = naive(&network, 3);
    for p in 0..4 {
        let n = spikes.iter().filter(|spike| spike.1 == p).count();
        assert!(n > 50, "population {p} fired {n} times");
    }
    for (dense, after) in network.dense.iter().zip(&weights) {
        let changed = dense.weights.to_matrix() != after;
        assert_eq!(changed, dense.plasticity.is_some(), "{}", dense.name);
    }
}

#[test]
fn a_second_bout_is_as_the_first_with_other_weights() {
    let network = network(5, 1, 1.0);
    let mut engine = driven(&network, 5, Time::ZERO);
    assert_eq!(
        engine.run(Time::from_ps(STOP), &mut Unobserved),
        Ended::Reached
    );
    let mut awake = network.clone();
    for (dense, weights) in awake.dense.iter_mut().zip(matrices(&engine)) {
        dense.weights = Dense::from_matrix(weights.view()).into();
    }
    let start = Time::from_ps(STOP);
    engine.begin(&asleep(start)).unwrap();
    let list = SpikeList::new(&input(6), start - Time::ZERO);
    engine.drive("list", "input", 1.0, Box::new(list)).unwrap();
    let (mut second, mut fresh) = (Log(Vec::new()), Log(Vec::new()));
    let end = Time::from_ps(2 * STOP);
    assert_eq!(engine.run(end, &mut second), Ended::Reached);
    let mut anew = driven(&awake, 6, start);
    assert_eq!(anew.run(end, &mut fresh), Ended::Reached);
    assert!(second.0.len() > 200);
    assert_eq!(second.0, fresh.0);
    assert_eq!(bits(&matrices(&engine)), bits(&matrices(&anew)));
}

#[test]
fn noise_goes_on_where_it_was_when_a_state_is_taken_on() {
    let network = network(7, 2, 1.0);
    let driven = || {
        let mut engine = assemble(&network).unwrap();
        for (population, rate_hz) in [(0, 150.0), (3, 40.0)] {
            let rates = vec![rate_hz; SIZES[population] as usize];
            let ms = Duration::from_ps(MS);
            let name = format!("noise {population}");
            let noise = ImageNoise::new(&rates, None, ms, Timing::Continuous, 1, &name);
            let population = &network.populations[population].name;
            engine
                .drive(&name, population, 1.5, Box::new(noise))
                .unwrap();
        }
        engine
    };
    let (mut expected, mut log) = (Log(Vec::new()), Log(Vec::new()));
    let mut whole = driven();
    assert_eq!(
        whole.run(Time::from_ps(STOP), &mut expected),
        Ended::Reached
    );
    let mut engine = driven();
    // In the midst of a tick.
    assert_eq!(
        engine.run(Time::from_ps(20 * MS + 12_345), &mut log),
        Ended::Reached
    );
    let bytes = engine.save().unwrap();
    let mut engine = driven();
    engine.load(&bytes).unwrap();
    assert_eq!(engine.run(Time::from_ps(STOP), &mut log), Ended::Reached);
    assert!(log.0.len() > 200);
    assert_eq!(log.0, expected.0);
    let error = assemble(&network).unwrap().load(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state does not fit the network: 2 stimuli, expected 0"
    );
}
