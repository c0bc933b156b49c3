//! Pair STDP on sparse rows and on a matrix: nanoseconds per plastic update on one thread, an update being what one spike,
//! on either side, does to one synapse. Floors 4 ns (aim 2) on rows and 0.8 ns on a matrix.
//!
//! `cargo bench --bench plasticity` prints the best of five; static rows and rows of other rules beside them.

use std::time::Instant;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::Values;
use sharpwave::base::stop::Stop;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::{self, Block, Delay, Plan, Space};
use sharpwave::plasticity::{self, Kinetics, Learn};
use sharpwave::synapse::sparse::Sparse;

/// Targets of a lane, and sources.
const TARGETS: u32 = 6_250;
const SOURCES: u32 = 10_000;
const RATE_HZ: f64 = 10.0;
const SECONDS: f64 = 1.0;
const BEST_OF: usize = 5;

fn constant(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).expect("a number")
}

/// 1,000 synapses from each source to 10,000 neurons, those onto one lane of them; of this sign.
fn sparse(dendritic_ms: f64, is_inhibitory: bool) -> Sparse<u16> {
    let (low, high) = match is_inhibitory {
        true => (-0.8, -0.2),
        false => (0.2, 0.8),
    };
    let weight = Shape::Uniform { low, high };
    let plan = Plan {
        name: "bench".into(),
        seed: 1,
        space: Space {
            n_source: SOURCES,
            n_target: TARGETS,
            own: None,
            autapses: false,
            ends: None,
        },
        rule: connection::build("fixed_in_degree", &Values::from([("in_degree", 1_000_u32)]))
            .expect("valid"),
        weight: Some(Distribution::new(weight).expect("a range")),
        delay: Some(Delay {
            axonal: constant(1.5),
            dendritic: constant(dendritic_ms),
            velocity: None,
        }),
        delay_resolution: Duration::from_ps(100_000_000),
        weight_profile: None,
        listed_dendritic: None,
    };
    let all = [Block {
        first: 0,
        len: TARGETS,
        local: 0,
    }];
    plan.connect_sides(&all, Stop::NEVER).expect("rows")
}

/// Who spikes when: arrivals (false) and spikes of targets (true) of one second.
fn events(sources: u32, targets: u32) -> Vec<(i64, bool, u32)> {
    let mut stream = Stream::new(2, "events", 0);
    let mut events = Vec::new();
    for (is_target, n) in [(false, sources), (true, targets)] {
        for k in 0..n {
            let mut t = 0.0;
            loop {
                t += stream.exponential() / RATE_HZ;
                if t >= SECONDS {
                    break;
                }
                events.push(((t * 1e12) as i64, is_target, k));
            }
        }
    }
    events.sort_unstable();
    events
}

fn values(rule: &str) -> Values {
    match rule {
        "sleep_replay" => {
            Values::from([("increment", 1e-4), ("decrement", 1e-4), ("window", 20.0)])
        }
        "inhibitory_stdp" => Values::from([("w_max", 1.0), ("eta", 1e-3), ("rate", 10.0)]),
        "anti_hebbian" => Values::from([("w_max", 1.0), ("eta", 1e-3)]),
        "stdp_power_law" => Values::from([("w_0", 1.0), ("lambda", 1e-3)]),
        _ => Values::from([("w_max", 1.0)]),
    }
}

fn rows(rule: &str, dendritic_ms: f64) {
    let events = events(SOURCES, TARGETS);
    let synapses = sparse(dendritic_ms, rule == "inhibitory_stdp");
    let modulator = (rule == "reward_stdp").then_some(Kinetics {
        tau_ms: 200.0,
        baseline: 0.1,
    });
    let n = synapses.n_synapses();
    let mut best = f64::INFINITY;
    let mut bytes = 0;
    for _ in 0..BEST_OF {
        let entry = plasticity::rule(rule).expect("registered");
        let mut learn: Box<dyn Learn> = entry
            .rows(&values(rule), modulator, synapses.clone(), TARGETS as usize)
            .expect("valid");
        let (mut updates, mut sum) = (0, 0.0);
        let start = Instant::now();
        for &(t, is_target, k) in &events {
            let t = Time::from_ps(t);
            if is_target {
                learn.fire(t, &[k]);
                updates += n / TARGETS as usize;
            } else {
                let (targets, added) = learn.arrive(t, k);
                updates += targets.len();
                sum += added[0];
            }
        }
        let ns = start.elapsed().as_secs_f64() * 1e9 / updates as f64;
        assert!(sum != 0.0);
        bytes = learn.bytes();
        best = best.min(ns);
    }
    let each = bytes as f64 / n as f64;
    println!(
        "rows    {rule:16} dendritic {dendritic_ms} ms  {best:5.2} ns  {each:4.1} bytes a synapse"
    );
}

fn matrix(rule: &str) {
    const N: u32 = 1_200;
    const HZ: f64 = 2.0;
    let events = events(N, N);
    let mut stream = Stream::new(3, "weights", 0);
    let start: Vec<f32> = (0..N * N).map(|_| stream.uniform() as f32).collect();
    let mut best = f64::INFINITY;
    for _ in 0..BEST_OF {
        let entry = plasticity::rule(rule).expect("registered");
        let mut weights = start.clone();
        let learn = entry.matrix(&values(rule), None, &weights, N as usize, Duration::ZERO);
        let mut learn = learn.expect("valid");
        let mut updates = 0;
        let begin = Instant::now();
        for &(t, is_target, k) in &events {
            let t = Time::from_ps((t as f64 / HZ) as i64);
            learn.come_to(t, &mut weights);
            updates += N as usize;
            if is_target {
                learn.fire(t, &[k], &mut weights);
            } else {
                let row = &mut weights[k as usize * N as usize..][..N as usize];
                learn.catch_up(t, k as usize, row);
                learn.arrive(t, k as usize, row);
            }
        }
        best = best.min(begin.elapsed().as_secs_f64() * 1e9 / updates as f64);
    }
    println!("matrix  {rule:16} {N} x {N}, 20 Hz  {best:5.2} ns");
}

fn main() {
    for rule in [
        "stdp_pair",
        "stdp_triplet",
        "inhibitory_stdp",
        "sleep_replay",
        "reward_stdp",
        "hebbian_rate",
        "anti_hebbian",
        "stdp_power_law",
    ] {
        rows(rule, 0.0);
    }
    rows("stdp_pair", 1.0);
    matrix("stdp_pair");
    matrix("stdp_triplet");
}
