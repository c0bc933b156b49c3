//! The inner loops: rows of sparse synapses onto neurons, threshold test included, and external events.
//!
//! `cargo bench --bench delivery` prints nanoseconds per event on one thread, the best of seven.

use std::collections::BTreeMap;
use std::time::Instant;

use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::neuron::{self, Neurons, RowWeights, Setup};
use sharpwave::stimulus::poisson::{Class, Poisson};

const NEURONS: usize = 10_000;
/// Lanes of the Brunel network hold so many, its rows so many targets.
const LANE: usize = 6_250;
const ROW: usize = 625;
const ROWS: usize = 2_000;

fn neurons(model: &str, size: usize) -> Box<dyn Neurons> {
    let mut values = Values::from([
        ("tau_m", 20.0),
        ("v_th", 20.0),
        ("v_reset", 10.0),
        ("e_l", 0.0),
        ("t_ref", 2.0),
    ]);
    match model {
        "lif_exp" => values.extend([("tau_syn_ex", 5.0), ("tau_syn_in", 10.0)]),
        "lif_adaptive" => values.extend([("tau_w", 150.0), ("b", 1.0), ("c_m", 250.0)]),
        _ => {}
    }
    let model = neuron::model(model).expect("registered");
    let mut neurons = (model.build)(Setup {
        size,
        values: &values,
        each: &BTreeMap::new(),
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
fn deliver(model: &str, n: usize, each: bool, unit: f32) -> f64 {
    let rows = rows(n);
    let weights = [unit, -4.0 * unit].map(|weight| vec![weight; ROW]);
    best(|| {
        let mut neurons = neurons(model, n);
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
                RowWeights::One(weights[inhibitory][0])
            };
            neurons.receive_row(&rows[k % ROWS], row);
            neurons.fire(&mut fired);
            events += ROW as u64;
        }
        (start.elapsed().as_secs_f64(), events)
    })
}

/// Poisson input of 20 kHz onto each neuron, drawn and delivered.
fn external(model: &str, n: usize, weight: f64) -> f64 {
    best(|| {
        let mut neurons = neurons(model, n);
        let class = Class {
            weight,
            rates_hz: vec![20_000.0; n],
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
            let segment = noise.before(due.min(end));
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

fn main() {
    println!("{:44}{:>12}", "event", "each");
    let line = |what: String, ns: f64| println!("{what:44}{ns:>9.2} ns");
    for (model, unit) in [("lif", 0.1), ("lif_adaptive", 0.1), ("lif_exp", 10.0)] {
        if neuron::model(model).is_err() {
            continue;
        }
        for (kind, each) in [("one weight", false), ("a weight each", true)] {
            for n in [LANE, NEURONS] {
                let ns = deliver(model, n, each, unit);
                line(format!("{model}, row, {kind}, {n} neurons"), ns);
            }
        }
        // Below threshold on average, so that few events end in a spike.
        let ns = external(model, LANE, f64::from(unit) * 0.3);
        line(format!("{model}, external, {LANE} neurons"), ns);
    }
}
