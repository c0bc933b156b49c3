//! Networks whose sparse synapses learn, with drawn delays on both sides: against an independent, naive event loop that
//! applies every change at its instant, the same spikes to the picosecond and the same weights. Neither cuts, nor a
//! saved state, nor looking on changes a bit.

#[path = "fixture/log.rs"]
mod log;

use std::collections::BTreeMap;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Time;
use sharpwave::engine::simulation::Ended;
use sharpwave::plasticity::Synapse;
use sharpwave::{Network, Simulation, values};

use log::{Log, Spikes};

const MS: i64 = 1_000_000_000;
const STOP: i64 = 400 * MS;
const NAMES: [&str; 3] = ["input", "e", "i"];
const SIZES: [u32; 3] = [24, 30, 10];
/// Projection, source, targets.
const LEARNING: [(&str, usize, &[usize]); 3] =
    [("in_e", 0, &[1]), ("e_all", 1, &[1, 2]), ("i_e", 2, &[1])];

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).expect("a distribution")
}

/// In whole steps of 0.5 ms, so that much ties.
fn input(seed: u64) -> Vec<(Time, u32)> {
    let mut stream = Stream::new(seed, "input", 0);
    let step = MS / 2;
    let one = |_| {
        let t = stream.below((STOP / step) as u64) as i64 * step;
        (Time::from_ps(t), stream.below(u64::from(SIZES[0])) as u32)
    };
    let mut all: Vec<(Time, u32)> = (0..1200).map(one).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn network(seed: u64, lanes: u32) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(lanes);
    network
        .population("input", SIZES[0], "relay", values! {})
        .expect("relays");
    for (name, size) in [("e", SIZES[1]), ("i", SIZES[2])] {
        let values = values! { tau_m: 20.0, v_th: 3.0, v_reset: 0.5, e_l: 0.0, t_ref: 2.0 };
        network
            .population(name, size, "lif", values)
            .expect("neurons");
    }
    let degree = values! { in_degree: 8_u32 };
    network
        .project("in_e", "input", ["e"])
        .rule("fixed_in_degree", degree.clone())
        .weight(uniform(0.2, 1.2))
        .axonal_delay_ms(uniform(0.5, 3.0))
        .dendritic_delay_ms(uniform(0.5, 2.0))
        .delay_resolution(sharpwave::base::time::Duration::from_ps(MS / 2))
        .plasticity(
            "stdp_pair",
            values! { w_max: 1.5, a_plus: 0.03, a_minus: 0.02, mu_plus: 1.0 },
        )
        .add()
        .expect("in_e");
    network
        .project("e_all", "e", ["e", "i"])
        .rule("fixed_in_degree", degree.clone())
        .weight(0.5)
        .axonal_delay_ms(1.0)
        .dendritic_delay_ms(1.0)
        .plasticity(
            "stdp_triplet",
            values! { w_max: 1.0, a3_plus: 0.02, a2_minus: 0.01 },
        )
        .add()
        .expect("e_all");
    network
        .project("i_e", "i", ["e"])
        .rule("fixed_in_degree", values! { in_degree: 4_u32 })
        .weight(-0.3)
        .axonal_delay_ms(1.5)
        .plasticity(
            "inhibitory_stdp",
            values! { w_max: 2.0, eta: 0.02, rate: 10.0 },
        )
        .add()
        .expect("i_e");
    network
        .give_spikes("list", "input", 1.0, input(seed))
        .expect("spikes");
    network
}

/// Changes of a magnitude at an arrival and at a spike of the target, by projection: weight, fast and slow traces of
/// arrivals, the same of the target's spikes.
fn change(projection: usize, is_spike: bool, w: f64, x: [f64; 2], y: [f64; 2]) -> f64 {
    let changed = match (projection, is_spike) {
        (0, false) => w - 0.02 * 1.5 * y[0],
        (0, true) => w + 0.03 * 1.5 * (1.0 - w / 1.5) * x[0],
        (1, false) => w - y[0] * (0.01 + 2.3e-4 * x[1]),
        (1, true) => w + x[0] * (5e-10 + 0.02 * y[1]),
        (_, false) => w + 0.02 * (y[0] - 2.0 * 0.010 * 20.0),
        (_, true) => w + 0.02 * x[0],
    };
    changed.clamp(0.0, [1.5, 1.0, 2.0][projection])
}

const TAU_PRE: [[f64; 2]; 3] = [[20.0, 20.0], [16.8, 101.0], [20.0, 20.0]];
const TAU_POST: [[f64; 2]; 3] = [[20.0, 20.0], [33.7, 125.0], [20.0, 20.0]];

struct Learning {
    synapse: Synapse,
    projection: usize,
    target: (usize, u32),
    strength: f64,
    arrivals: Vec<i64>,
    spikes: Vec<i64>,
}

impl Learning {
    fn traces(spikes: &[i64], taus: [f64; 2], t: i64) -> [f64; 2] {
        taus.map(|tau| {
            let before = spikes.iter().filter(|&&s| s < t);
            before.map(|s| (-((t - s) as f64) * 1e-9 / tau).exp()).sum()
        })
    }

    fn meet(&mut self, t: i64, is_spike: bool) {
        let x = Self::traces(&self.arrivals, TAU_PRE[self.projection], t);
        let y = Self::traces(&self.spikes, TAU_POST[self.projection], t);
        self.strength = change(self.projection, is_spike, self.strength, x, y);
        // As it is stored.
        self.strength = f64::from(self.strength as f32);
        match is_spike {
            true => self.spikes.push(t),
            false => self.arrivals.push(t),
        }
    }
}

/// What happens at an instant.
#[derive(Default)]
struct Instant {
    /// Synapses at which a spike arrives.
    arriving: Vec<usize>,
    /// Synapses that see a spike of their target.
    learning: Vec<usize>,
    inputs: Vec<u32>,
}

/// Instant by instant; every change of a synapse at its own instant.
fn naive(engine: &Simulation, seed: u64) -> (Spikes, Vec<Vec<f64>>) {
    let mut synapses = Vec::new();
    for (projection, (name, _, targets)) in LEARNING.iter().enumerate() {
        for synapse in engine.synapses_of(name).expect("a projection") {
            let (mut target, mut j) = (targets[0], synapse.target);
            if j >= SIZES[target] {
                j -= SIZES[target];
                target = targets[1];
            }
            synapses.push(Learning {
                synapse,
                projection,
                target: (target, j),
                strength: synapse.weight.abs(),
                arrivals: Vec::new(),
                spikes: Vec::new(),
            });
        }
    }
    let mut agenda: BTreeMap<i64, Instant> = BTreeMap::new();
    for (t, node) in input(seed) {
        agenda.entry(t.ps()).or_default().inputs.push(node);
    }
    let mut v = SIZES.map(|n| vec![0.0_f64; n as usize]);
    let mut seen = SIZES.map(|n| vec![0_i64; n as usize]);
    let mut deaf = SIZES.map(|n| vec![i64::MIN; n as usize]);
    let mut spikes = Spikes::new();
    while let Some((t, instant)) = agenda.pop_first() {
        let Instant {
            arriving,
            mut learning,
            inputs,
        } = instant;
        if t >= STOP {
            break;
        }
        let mut fired: Vec<(usize, u32)> = inputs.iter().map(|&node| (0, node)).collect();
        for (p, j) in (1..3).flat_map(|p| (0..SIZES[p]).map(move |j| (p, j))) {
            let here = arriving.iter().map(|&k| &synapses[k]);
            let here = here.filter(|one| one.target == (p, j));
            let sign = |one: &Learning| if one.projection == 2 { -1.0 } else { 1.0 };
            let added: f64 = here.clone().map(|one| sign(one) * one.strength).sum();
            let i = j as usize;
            if here.count() == 0 || t < deaf[p][i] {
                continue;
            }
            let from = seen[p][i].max(deaf[p][i]);
            v[p][i] = v[p][i] * (-((t - from) as f64) * 1e-9 / 20.0).exp() + added;
            seen[p][i] = t;
            if v[p][i] >= 3.0 * (1.0 - 1e-12) {
                v[p][i] = 0.5;
                deaf[p][i] = t + 2 * MS;
                fired.push((p, j));
            }
        }
        for &k in &arriving {
            synapses[k].meet(t, false);
        }
        for &(p, j) in &fired {
            spikes.push((t, p, j));
            for (k, one) in synapses.iter().enumerate() {
                if LEARNING[one.projection].1 == p && one.synapse.source == j {
                    let at = t + one.synapse.delay.ps();
                    agenda.entry(at).or_default().arriving.push(k);
                }
                if one.target == (p, j) {
                    match one.synapse.dendritic.ps() {
                        0 => learning.push(k),
                        delay => agenda.entry(t + 2 * delay).or_default().learning.push(k),
                    }
                }
            }
        }
        for k in learning {
            synapses[k].meet(t, true);
        }
    }
    spikes.sort_unstable();
    let weights = (0..3).map(|projection| {
        let own = synapses.iter().filter(|one| one.projection == projection);
        own.map(|one| {
            if projection == 2 {
                -one.strength
            } else {
                one.strength
            }
        })
        .collect()
    });
    (spikes, weights.collect())
}

fn weights(engine: &Simulation) -> Vec<Vec<f64>> {
    let of = |(name, ..): &(&str, usize, &[usize])| {
        let synapses = engine.synapses_of(name).expect("a projection");
        synapses.iter().map(|synapse| synapse.weight).collect()
    };
    LEARNING.iter().map(of).collect()
}

fn run(engine: &mut Simulation, until: i64, log: &mut Log) {
    assert_eq!(engine.run(Time::from_ps(until), log), Ended::Reached);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn plastic_networks_agree_with_the_naive_event_loop(seed in 0_u64..1_000_000, lanes in 1_u32..4) {
        let mut engine = Simulation::of(&network(seed, lanes)).expect("a network");
        let (expected, changed) = naive(&engine, seed);
        let mut log = Log(Vec::new());
        run(&mut engine, STOP, &mut log);
        log.0.sort_unstable();
        prop_assert_eq!(&log.0, &expected);
        for (found, expected) in weights(&engine).iter().flatten().zip(changed.iter().flatten()) {
            prop_assert!((found - expected).abs() <= 2e-6, "found {}, expected {}", found, expected);
        }
    }

    #[test]
    fn cuts_states_and_looks_change_nothing(
        seed in 0_u64..1_000_000, lanes in 1_u32..4, cut_us in 1_i64..400_000
    ) {
        cut_save_and_look(seed, lanes, cut_us)?;
    }

    #[test]
    fn bytes_that_are_no_state_are_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut engine = Simulation::of(&network(1, 2)).expect("a network");
        run(&mut engine, STOP / 4, &mut Log(Vec::new()));
        let mut bytes = engine.save().expect("a state");
        let i = at.index(bytes.len());
        bytes[i] = byte;
        // Never a panic.
        let _ = Simulation::of(&network(1, 2)).expect("a network").load(&bytes);
    }
}

/// Whole, and in two parts with a state between them, from which weights are taken and given back.
fn cut_save_and_look(seed: u64, lanes: u32, cut_us: i64) -> Result<(), TestCaseError> {
    let mut whole = Simulation::of(&network(seed, lanes)).expect("a network");
    let mut expected = Log(Vec::new());
    run(&mut whole, STOP, &mut expected);

    let mut log = Log(Vec::new());
    let mut engine = Simulation::of(&network(seed, lanes)).expect("a network");
    run(&mut engine, cut_us * MS / 1000, &mut log);
    weights(&engine);
    let bytes = engine.save().expect("a state");
    let graph = engine.graph_hash();
    let mut engine = Simulation::of(&network(seed, lanes)).expect("a network");
    engine.load(&bytes).expect("its own state");
    prop_assert_eq!(engine.graph_hash(), graph);
    prop_assert_eq!(&engine.save().expect("a state"), &bytes);
    let now = weights(&engine);
    for ((name, ..), own) in LEARNING.iter().zip(&now) {
        engine.set_synapses(name, own).expect("its own weights");
    }
    run(&mut engine, STOP, &mut log);
    prop_assert_eq!(&log.0, &expected.0);
    prop_assert_eq!(weights(&engine), weights(&whole));
    Ok(())
}

/// Synapses that have not yet seen all that their targets fired are not rounded once more.
#[test]
fn own_weights_given_back_change_nothing() {
    cut_save_and_look(394_659, 1, 13_001).expect("equal");
}

#[test]
fn the_networks_of_the_test_are_alive_and_learn() {
    let mut engine = Simulation::of(&network(3, 2)).expect("a network");
    let before = weights(&engine);
    let mut log = Log(Vec::new());
    run(&mut engine, STOP, &mut log);
    for (p, name) in NAMES.iter().enumerate() {
        let n = log.0.iter().filter(|spike| spike.1 == p).count();
        assert!(n > 100, "population {name} fired {n} times");
    }
    for ((before, after), (name, ..)) in before.iter().zip(weights(&engine)).zip(LEARNING) {
        let moved = before
            .iter()
            .zip(&after)
            .filter(|(a, b)| (*a - *b).abs() > 0.01)
            .count();
        assert!(
            2 * moved > before.len(),
            "{name}: {moved} of {} moved",
            before.len()
        );
    }
}
