//! A million of ten million synapses go and as many come at one instant, on 1, 2 and 8 threads: seconds for it, and the same network
//! afterwards. Floor: 1 s, the same bits.
//!
//! `cargo bench --bench rewire` prints the best of five.

use std::time::Instant;

use sharpwave::base::time::{Duration, Time};
use sharpwave::config;
use sharpwave::engine::Unobserved;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::experiment::recurrent::declare;

const BEST_OF: usize = 5;

/// A tenth of all weights are below what is kept, and each target takes up as many as it lost.
const MODEL: &str = r#"
schema = 1
experiment = "network"
duration = "20 ms"
[population.e]
neuron = "lif"
size = 10_000
tau_m = "20 ms"
v_th = "20 mV"
[projection.e_e]
source = "e"
target = "e"
rule = "fixed_in_degree"
in_degree = 1000
multapses = false
weight = { distribution = "uniform", low = "0 mV", high = "1 mV" }
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = "2 mV" }
[homeostasis.turnover]
kind = "turnover"
projection = "e_e"
every = "10 ms"
prune_below = "0.1 mV"
in_degree = 1000
at_once = 1000
new_weight = "0.5 mV"
"#;

fn main() {
    let options = config::Options::default();
    let read = config::parse("rewire", MODEL, std::path::Path::new("."), &options);
    let model = read.unwrap_or_else(|error| panic!("{error}"));
    let network = declare(&model.network().expect("a network")).expect("files");
    let at = |ms: f64| Time::ZERO + Duration::from_ms(ms).expect("in range");
    let mut graphs = Vec::new();
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        let mut best = f64::INFINITY;
        let mut moved = (0, 0);
        for _ in 0..BEST_OF {
            let mut engine = pool.install(|| assemble(&network)).expect("possible");
            let before = pool.install(|| engine.run(at(9.0), &mut Unobserved));
            let start = Instant::now();
            let after = pool.install(|| engine.run(at(11.0), &mut Unobserved));
            best = best.min(start.elapsed().as_secs_f64());
            assert_eq!([before, after], [Ended::Reached, Ended::Reached]);
            let edits = engine.take_edits();
            moved = edits.iter().fold((0, 0), |(gone, come), edited| {
                (gone + edited.removed.len(), come + edited.added.len())
            });
            graphs.push(pool.install(|| engine.graph_hash()));
        }
        println!(
            "{threads} threads: {:.2} s for {} that go and {} that come",
            best, moved.0, moved.1
        );
    }
    assert!(
        graphs.iter().all(|graph| *graph == graphs[0]),
        "networks differ"
    );
    println!("the same network each time: {:032x}", graphs[0]);
}
