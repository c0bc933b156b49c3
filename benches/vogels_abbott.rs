//! The network of Vogels and Abbott (2005) as benchmark 4 of Brette et al. (2007), voltage jumps: 4,000 neurons × 80
//! synapses, every neuron driven above threshold, delay 0.2 ms, near 10 Hz. Exact crossings, one lane, one thread.
//!
//! `cargo bench --bench vogels_abbott -- [SECONDS]` reads the shipped model file.

use std::path::Path;
use std::time::Instant;

use sharpwave::base::time::{Duration, Time};
use sharpwave::config;
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::experiment::recurrent::declare;

fn main() {
    let seconds: f64 = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(10.0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vogels_abbott_delta.toml");
    let model = config::read(&path, &config::Options::default()).expect("a shipped model");
    let model = model.network().expect("a network");
    let mut engine = assemble(&declare(&model).expect("no files")).expect("possible");
    // The first second goes by before the clock starts: the network settles.
    let settled = Time::from_ms(1e3).expect("in range");
    assert_eq!(engine.run(settled, &mut Unobserved), Ended::Reached);
    let spikes = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
    let before = spikes(engine.counts());
    let start = Instant::now();
    assert_eq!(
        engine.run(
            settled + Duration::from_ms(seconds * 1e3).expect("in range"),
            &mut Unobserved,
        ),
        Ended::Reached
    );
    let wall = start.elapsed().as_secs_f64();
    let spikes = spikes(engine.counts()) - before;
    println!(
        "{:.4} s of wall time per second, {:.1} Hz, {:.2} ns per synaptic event, {}",
        wall / seconds,
        spikes / 4000.0 / seconds,
        wall * 1e9 / (spikes * 80.0),
        engine.fingerprint(),
    );
}
