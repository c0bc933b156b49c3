//! Cost against size: balanced networks (Brunel 2000) of 10³ to 10⁶ neurons on one thread.
//!
//! `cargo bench --bench scaling` prints, for each size, events of any kind (synaptic, external, spikes), nanoseconds of
//! processor time per event, events per second and bytes per synapse, indices included. Cost follows events: 10⁶ silent neurons take an
//! hour of biology in a fraction of a second (`tests/recurrent.rs`).

#[path = "protocol/cpu.rs"]
mod cpu;

use std::path::Path;
use std::time::Instant;

use sharpwave::base::time::Time;
use sharpwave::config;
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::experiment::recurrent::declare;
use sharpwave::network::plan::NetworkPlan;

/// The shipped network with `n` neurons, `degree` synapses onto each.
fn balanced(n: u32, degree: u32) -> NetworkPlan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/brunel_balanced.toml");
    let options = config::Options {
        sets: vec![
            format!("parameter.n={n}"),
            format!("parameter.epsilon={:?}", f64::from(degree) / f64::from(n)),
        ],
        ..config::Options::default()
    };
    let model = config::read(&path, &options).expect("a shipped model");
    declare(&model.network().expect("a network")).expect("possible")
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("threads");
    println!(
        "{:>9}{:>8}{:>7}{:>10}{:>10}{:>12}{:>12}{:>12}{:>16}",
        "neurons",
        "degree",
        "lanes",
        "built, s",
        "rate, Hz",
        "events",
        "ns each",
        "events/s",
        "bytes/synapse"
    );
    for (n, degree, milliseconds) in [
        (1_000, 100, 4_000.0),
        (10_000, 100, 500.0),
        (10_000, 1_000, 500.0),
        (100_000, 1_000, 100.0),
        (100_000, 100, 100.0),
        (1_000_000, 100, 20.0),
    ] {
        let network = balanced(n, degree);
        let start = Instant::now();
        let mut engine = assemble(&network).expect("possible");
        let built = start.elapsed().as_secs_f64();
        let until = Time::from_ms(milliseconds).expect("in range");
        let start = cpu::seconds();
        assert_eq!(
            pool.install(|| engine.run(until, &mut Unobserved)),
            Ended::Reached
        );
        let took = cpu::seconds() - start;
        let seconds = milliseconds / 1e3;
        let spikes = engine.counts().iter().sum::<u64>() as f64;
        let external = f64::from(n) * network.noise[0].rate_hz * seconds;
        let events = spikes * f64::from(1 + degree) + external;
        let (synapses, bytes) = engine.synapses();
        println!(
            "{n:>9}{degree:>8}{:>7}{built:>10.2}{:>10.1}{events:>12.2e}{:>12.2}{:>12.2e}{:>16.2}",
            engine.n_lanes(),
            spikes / f64::from(n) / seconds,
            took / events * 1e9,
            events / took,
            bytes as f64 / synapses as f64
        );
    }
}
