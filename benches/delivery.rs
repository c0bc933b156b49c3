//! The inner loops: rows of sparse synapses onto neurons, threshold test included, and external events.
//!
//! `cargo bench --bench delivery` prints nanoseconds per event on one thread, the best of seven; arguments choose the
//! lines that contain one of them.

use std::collections::BTreeMap;
use std::time::Instant;

use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::neuron::{self, Neurons, RowWeights, Setup};
use sharpwave::stimulus::poisson::{Class, Poisson};

const NEURONS: usize = 10_000;
/// Lanes of the Brunel network hold so many, its rows so many targets.
const LANE: usize = 6_250;
const ROW: usize = 625;
const ROWS: usize = 2_000;

/// A population.
#[derive(Clone, Copy)]
struct Case {
    model: &'static str,
    /// Time constant of excitatory currents, for a model that has them.
    tau_syn_ms: f64,
    /// Whether each neuron has parameters of its own.
    individual: bool,
}

fn neurons(case: Case, size: usize) -> Box<dyn Neurons> {
    let model = neuron::model(case.model).expect("registered");
    let mut values = model.example.values();
    values.insert("v_reset", 10.0);
    for (name, tau_ms) in [
        ("tau_syn_ex", case.tau_syn_ms),
        ("tau_syn_in", 2.0 * case.tau_syn_ms),
    ] {
        if values.get(name).is_some() {
            values.insert(name, tau_ms);
        }
    }
    let mut each = BTreeMap::new();
    if case.individual {
        let spread = |j: usize| 20.0 + (j % 100) as f64 * 0.01;
        each.insert("tau_m", (0..size).map(spread).collect());
    }
    let mut neurons = (model.build)(Setup {
        size,
        values: &values,
        each: &each,
        stream: Stream::new(1, "bench", 0),
    })
    .expect("valid");
    neurons.reset(Time::ZERO);
    neurons
}

/// Rows of random targets, sorted as connection rules leave them.
fn rows(n: usize) -> Vec<Vec<u16>> {
    let mut stream = Stream::new(2, "bench", 0);
    let row = |_| {
        let mut row: Vec<u16> = (0..ROW).map(|_| stream.below(n as u64) as u16).collect();
        row.sort_unstable();
        row
    };
    (0..ROWS).map(row).collect()
}

fn best(mut run: impl FnMut() -> (f64, u64)) -> f64 {
    let one = |_| {
        let (seconds, events) = run();
        seconds / events as f64 * 1e9
    };
    (0..7).map(one).fold(f64::INFINITY, f64::min)
}

/// Every fifth row inhibitory and four times as strong, so that potentials stay where those of a balanced network are;
/// an arrival every 2 µs.
fn deliver(case: Case, n: usize, each: bool, unit: f32) -> f64 {
    let rows = rows(n);
    let weights = [unit, -4.0 * unit].map(|weight| vec![weight; ROW]);
    best(|| {
        let mut neurons = neurons(case, n);
        let mut fired = Vec::new();
        let mut events = 0;
        let start = Instant::now();
        for k in 0..4 * ROWS {
            let t = Time::from_ps(2_000_000 * (k as i64 + 1));
            while neurons.next_due() < t {
                let due = neurons.next_due();
                neurons.advance(due);
                neurons.fire(&mut fired);
            }
            neurons.advance(t);
            let inhibitory = usize::from(k % 5 == 4);
            let row = if each {
                RowWeights::Each(&weights[inhibitory])
            } else {
                RowWeights::One(weights[inhibitory][0].into())
            };
            neurons.receive_row(&rows[k % ROWS], row);
            neurons.fire(&mut fired);
            events += ROW as u64;
        }
        (start.elapsed().as_secs_f64(), events)
    })
}

/// Poisson input, drawn and delivered, for 50 ms.
fn external(case: Case, weight: f64, rates_hz: &[f64]) -> f64 {
    best(|| {
        let mut neurons = neurons(case, rates_hz.len());
        let class = Class {
            weight,
            rates_hz: rates_hz.to_vec(),
        };
        let mut stream = Stream::new(3, "bench", 0);
        let growth = neurons.growth(weight);
        let mut noise = Poisson::new(&[class], growth, Time::ZERO, &mut stream).expect("a rate");
        let mut fired = Vec::new();
        let (mut events, end) = (0, Time::ZERO + Duration::from_ps(50_000_000_000));
        let start = Instant::now();
        while noise.next_time() < end {
            let due = neurons.next_due();
            if due <= noise.next_time() {
                neurons.advance(due);
                neurons.fire(&mut fired);
                continue;
            }
            let segment = if noise.is_dense() {
                noise.before(due.min(end))
            } else {
                noise.at(noise.next_time())
            };
            let n = segment.targets.len();
            let (passed, hit) = match neurons.receive_events(segment) {
                None => (n, false),
                Some(reached) => (reached + 1, true),
            };
            events += passed as u64;
            let t = noise.pass(passed);
            if hit {
                neurons.advance(t);
                neurons.fire(&mut fired);
            }
        }
        (start.elapsed().as_secs_f64(), events)
    })
}

/// Rates onto the eight populations of a cortical microcircuit (Potjans & Diesmann 2014), in a lane of `n` neurons.
fn microcircuit(n: usize) -> Vec<f64> {
    const POPULATIONS: [(f64, f64); 8] = [
        (20_683.0, 1_600.0),
        (5_834.0, 1_500.0),
        (21_915.0, 2_100.0),
        (5_479.0, 1_900.0),
        (4_850.0, 2_000.0),
        (1_065.0, 1_900.0),
        (14_395.0, 2_900.0),
        (2_948.0, 2_100.0),
    ];
    let total: f64 = POPULATIONS.iter().map(|(size, _)| size).sum();
    let mut rates = Vec::new();
    let mut upto = 0.0;
    for (size, indegree) in POPULATIONS {
        upto += size / total * n as f64;
        rates.resize(upto.round() as usize, 8.0 * indegree);
    }
    rates
}

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    println!("{:60}{:>12}", "event", "each");
    let line = |what: String, measure: &dyn Fn() -> f64| {
        if chosen.is_empty() || chosen.iter().any(|part| what.contains(part)) {
            println!("{what:60}{:>9.2} ns", measure());
        }
    };
    for (model, unit) in [("lif", 0.1), ("lif_adaptive", 0.1), ("lif_exp", 10.0)] {
        for individual in [false, true] {
            let case = Case {
                model,
                tau_syn_ms: 5.0,
                individual,
            };
            let name = if individual {
                format!("{model} of each its own")
            } else {
                model.to_owned()
            };
            for (kind, each) in [("one weight", false), ("a weight each", true)] {
                for n in [LANE, NEURONS] {
                    let what = format!("{name}, row, {kind}, {n} neurons");
                    line(what, &|| deliver(case, n, each, unit));
                }
            }
            // Below threshold on average, so that few events end in a spike.
            let weight = f64::from(unit) * 0.3;
            line(format!("{name}, external, {LANE} neurons"), &|| {
                external(case, weight, &[20_000.0; LANE])
            });
        }
    }
    // As in a cortical microcircuit; a third of its weights, for the same reason.
    for individual in [false, true] {
        let case = Case {
            model: "lif_exp",
            tau_syn_ms: 0.5,
            individual,
        };
        let name = if individual {
            "lif_exp of each its own"
        } else {
            "lif_exp"
        };
        for n in [LANE, 20_000] {
            line(
                format!("{name}, tau_syn 0.5 ms, external, {n} neurons"),
                &|| external(case, 30.0, &vec![16_000.0; n]),
            );
            line(
                format!("{name}, tau_syn 0.5 ms, eight rates, {n} neurons"),
                &|| external(case, 30.0, &microcircuit(n)),
            );
        }
    }
    let all = Case {
        model: "lif",
        tau_syn_ms: 0.0,
        individual: false,
    };
    for n in [LANE, 20_000, 60_000] {
        line(format!("lif, eight rates, {n} neurons"), &|| {
            external(all, 0.01, &microcircuit(n))
        });
        line(format!("lif, rates all different, {n} neurons"), &|| {
            let rates: Vec<f64> = (0..n).map(|j| 16_000.0 + j as f64).collect();
            external(all, 0.01, &rates)
        });
    }
}
