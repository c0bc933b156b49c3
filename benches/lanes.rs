//! Cost against lanes: the full-scale cortical microcircuit (Potjans and Diesmann 2014), whose synapses have delays of their
//! own, in 2 to 16 lanes.
//!
//! `cargo bench --bench lanes` prints, for each number of lanes, how long building took and the processor time that a second
//! of biology takes, on one thread and on as many as there are lanes and cores. `cargo bench --bench lanes -- 2 8` takes only these
//! numbers; the model's own division is the default of `engine.lanes`.

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

/// Biology that passes before the first measurement, and that each measurement takes.
const BEFORE_MS: f64 = 100.0;
const EACH_MS: f64 = 200.0;

/// The shipped network in so many lanes.
fn microcircuit(lanes: usize) -> NetworkPlan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cortical_microcircuit.toml");
    let options = config::Options {
        sets: vec![format!("engine.lanes={lanes}")],
        ..config::Options::default()
    };
    let model = config::read(&path, &options).expect("a shipped model");
    declare(&model.network().expect("a network")).expect("possible")
}

fn main() {
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let lanes = if asked.is_empty() {
        vec![2, 4, 8, 16]
    } else {
        asked
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{:>6}{:>8}{:>15}{:>14}{:>18}{:>14}",
        "lanes", "threads", "built, wall s", "built, CPU s", "run, CPU s per s", "wall s per s"
    );
    for lanes in lanes {
        let network = microcircuit(lanes);
        let threads = lanes.min(cores);
        let pool = |n| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(n)
                .build()
                .expect("threads")
        };
        let (start, cpu) = (Instant::now(), cpu::seconds());
        let mut engine = pool(threads).install(|| assemble(&network).expect("possible"));
        let built = (start.elapsed().as_secs_f64(), cpu::seconds() - cpu);
        let mut until_ms = 0.0;
        let mut run = |n: usize, ms: f64| {
            until_ms += ms;
            let until = Time::from_ms(until_ms).expect("in range");
            let (start, cpu) = (Instant::now(), cpu::seconds());
            let ended = pool(n).install(|| engine.run(until, &mut Unobserved));
            assert_eq!(ended, Ended::Reached);
            let seconds = ms / 1e3;
            (
                (cpu::seconds() - cpu) / seconds,
                start.elapsed().as_secs_f64() / seconds,
            )
        };
        run(threads, BEFORE_MS);
        for threads in if threads == 1 {
            vec![1]
        } else {
            vec![1, threads]
        } {
            let (cpu, wall) = run(threads, EACH_MS);
            println!(
                "{lanes:>6}{threads:>8}{:>15.2}{:>14.2}{cpu:>18.2}{wall:>14.2}",
                built.0, built.1
            );
        }
    }
}
