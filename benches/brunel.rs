//! The network of Brunel (2000, J Comput Neurosci 8:183), model A: 12,500 neurons × 1,250 synapses with one weight per
//! projection, 20 kHz of external input each, g = 5, η = 2: asynchronous irregular activity near 38 Hz.
//!
//! `cargo bench --bench brunel -- [SECONDS] [NEURONS] [LANES]` runs it on one thread and on two and prints CPU and wall
//! time per second of biology, events, and nanoseconds per event.

use std::time::Instant;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::Values;
use sharpwave::base::time::{Duration, Time};
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::network::recurrent::{Noise, Population, Projection, Recurrent};
use sharpwave::network::rule::Rule;

/// Brunel's parameters with in-degree n / 10.
fn brunel(n: u32, lanes: Option<u32>) -> Recurrent {
    let (j, g, eta) = (0.1, 5.0, 2.0);
    let (excitatory, inhibitory) = (n * 4 / 5, n / 5);
    let constant = |value| Distribution::new(Shape::Constant(value)).expect("finite");
    let population = |name: &str, size| Population {
        name: name.into(),
        size,
        model: "lif",
        values: Values::from([
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 10.0),
            ("e_l", 0.0),
            ("t_ref", 2.0),
        ]),
        v_m: Distribution::new(Shape::Uniform {
            low: 0.0,
            high: 20.0,
        })
        .expect("ordered"),
    };
    let projection = |name: &str, source, degree, weight| Projection {
        name: name.into(),
        source,
        targets: vec![0, 1],
        rule: Rule::FixedInDegree(degree),
        autapses: false,
        multapses: true,
        weight: constant(weight),
        axonal_delay_ms: constant(1.5),
        dendritic_delay_ms: constant(0.0),
        delay_resolution: Duration::from_ps(100_000_000),
    };
    // The rate that brings a neuron to threshold, times the number of external synapses.
    let threshold_hz = 20.0 / (j * 20e-3);
    Recurrent {
        seed: 1,
        lanes,
        populations: vec![population("e", excitatory), population("i", inhibitory)],
        projections: vec![
            projection("e_all", 0, excitatory / 10, j),
            projection("i_all", 1, inhibitory / 10, -g * j),
        ],
        noise: vec![Noise {
            name: "external".into(),
            targets: vec![0, 1],
            rate_hz: eta * threshold_hz,
            weight: j,
        }],
    }
}

fn main() {
    let numbers: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let seconds = numbers.first().copied().unwrap_or(1.0);
    let n = numbers.get(1).map_or(12_500, |&n| n as u32);
    let lanes = numbers.get(2).map(|&lanes| lanes as u32);
    let mut fingerprints = Vec::new();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let network = brunel(n, lanes);
        let start = Instant::now();
        let mut engine = pool.install(|| assemble(&network)).expect("possible");
        let built = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let until = Time::from_ms(seconds * 1e3).expect("in range");
        pool.install(|| engine.run(until, &mut Unobserved));
        let wall = start.elapsed().as_secs_f64();
        let spikes: u64 = engine.counts().iter().sum();
        let synaptic = spikes as f64 * f64::from(n / 10);
        let external = f64::from(n) * network.noise[0].rate_hz * seconds;
        println!(
            "{threads} threads: built in {built:.2} s; {:.3} s of wall time per second, {:.1} Hz, \
             {synaptic:.2e} synaptic and {external:.2e} external events, {:.2} ns per event, {}",
            wall / seconds,
            spikes as f64 / f64::from(n) / seconds,
            wall * 1e9 / (synaptic + external),
            engine.fingerprint(),
        );
        fingerprints.push(engine.fingerprint());
    }
    assert_eq!(
        fingerprints[0], fingerprints[1],
        "the number of threads changes nothing"
    );
}
