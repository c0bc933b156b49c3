//! The network of Brunel (2000, J Comput Neurosci 8:183), model A: 12,500 neurons × 1,250 synapses with one weight per
//! projection, 20 kHz of external input each, g = 5, η = 2: asynchronous irregular activity near 38 Hz.
//!
//! `cargo bench --bench brunel -- [SECONDS] [NEURONS] [LANES]` runs it on one thread and on two and prints wall
//! time per second of biology, events, and nanoseconds per event.

use std::path::Path;
use std::time::Instant;

use sharpwave::base::time::Time;
use sharpwave::config;
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::experiment::recurrent::declare;
use sharpwave::network::plan::NetworkPlan;

/// The shipped model file with another number of neurons and of lanes.
fn brunel(n: u32, lanes: Option<u32>) -> NetworkPlan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/brunel_balanced.toml");
    let mut sets = vec![format!("parameter.n={n}")];
    sets.extend(lanes.map(|lanes| format!("engine.lanes={lanes}")));
    let options = config::Options {
        sets,
        ..config::Options::default()
    };
    let model = config::read(&path, &options).expect("a shipped model");
    declare(&model.network().expect("a network")).expect("no files")
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
        assert_eq!(
            pool.install(|| engine.run(until, &mut Unobserved)),
            Ended::Reached
        );
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
