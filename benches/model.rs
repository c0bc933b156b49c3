//! A whole network, from its model file: build, run, checkpoint and memory.
//!
//! `cargo bench --bench model -- MODEL SECONDS THREADS [KEY=VALUE ...]`, for example
//! `cargo bench --bench model -- models/cortical_microcircuit.toml 1 2`. The first tenth of a second of biology goes by
//! before the clock starts; nothing is recorded.

#[path = "protocol/cpu.rs"]
mod cpu;

use std::path::Path;
use std::time::Instant;

use sharpwave::base::time::{Duration, Time};
use sharpwave::config;
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::experiment::recurrent::declare;

const SETTLE_MS: f64 = 100.0;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [model, seconds, threads, sets @ ..] = &arguments[..] else {
        println!("MODEL SECONDS THREADS [KEY=VALUE ...]");
        return;
    };
    let seconds: f64 = seconds.parse().expect("seconds");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.parse().expect("threads"))
        .build()
        .expect("threads");
    let options = config::Options {
        sets: sets.to_vec(),
        ..config::Options::default()
    };
    let read = config::read(Path::new(model), &options).unwrap_or_else(|error| panic!("{error}"));
    let network = declare(&read.network().expect("a network")).expect("files");
    let start = Instant::now();
    let mut engine = pool.install(|| assemble(&network)).expect("possible");
    let built = start.elapsed().as_secs_f64();
    let (synapses, bytes) = engine.synapses();
    println!(
        "built in {built:.2} s, {} lanes, {synapses} synapses of {:.2} bytes, indices included",
        engine.n_lanes(),
        bytes as f64 / synapses as f64
    );
    let until = |engine_now: Time, ms: f64| engine_now + Duration::from_ms(ms).expect("in range");
    let settled = until(Time::ZERO, SETTLE_MS);
    assert_eq!(
        pool.install(|| engine.run(settled, &mut Unobserved)),
        Ended::Reached
    );
    let before = engine.counts().to_vec();
    let (start, cpu) = (Instant::now(), cpu::seconds());
    assert_eq!(
        pool.install(|| engine.run(until(settled, seconds * 1e3), &mut Unobserved)),
        Ended::Reached
    );
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu::seconds() - cpu);
    let spikes = engine
        .counts()
        .iter()
        .zip(&before)
        .map(|(now, then)| now - then);
    for (population, spikes) in engine.populations().iter().zip(spikes) {
        let rate = spikes as f64 / f64::from(population.size) / seconds;
        println!("{:>12} {rate:8.2} Hz", population.name);
    }
    println!(
        "{:.4} s of wall time and {:.4} s of CPU time per second of biology, {threads} threads, {}",
        wall / seconds,
        cpu / seconds,
        engine.fingerprint()
    );
    let start = Instant::now();
    let hash = pool.install(|| engine.graph_hash());
    let hashed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let state = pool.install(|| engine.save().expect("bytes"));
    println!(
        "state of {:.1} MB saved in {:.3} s, graph {hash:032x} hashed in {hashed:.2} s",
        state.len() as f64 / 1e6,
        start.elapsed().as_secs_f64()
    );
}
