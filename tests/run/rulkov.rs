//! A network of maps as users run it: threads, stopping and going on.

use super::run_file::RunFile;
use super::setup::Place;

/// Maps that excite each other, driven by noise.
const MODEL: &str = r#"
schema = 1
experiment = "network"
seed = 3
duration = "60 s"

[population.a]
neuron = "rulkov"
size = 300
step = "0.5 ms"
sigma = { distribution = "uniform", low = 0.05, high = 0.09 }

[projection.a_a]
source = "a"
target = "a"
rule = "fixed_in_degree"
in_degree = 20
weight = 0.004
axonal_delay = { distribution = "uniform", low = "1 ms", high = "5 ms" }

[stimulus.noise]
kind = "poisson"
target = "a"
rate = "20 Hz"
weight = 0.02

[record]
spikes = ["a"]
states = { population = "a", first = 4, variables = ["v", "u", "i"], every = "3.3 ms" }
"#;

fn left(place: &Place, out: &str) -> (String, usize, (Vec<u64>, Vec<f32>)) {
    let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
    assert!(file.complete(), "{out}");
    (
        file.fingerprint(),
        file.spikes_of("a").len(),
        file.report("a"),
    )
}

#[test]
fn a_network_of_maps_goes_on_where_it_stopped_on_any_number_of_threads() {
    let place = Place::with_model(MODEL);
    place.run("--quiet run model.toml --threads 1 --out one");
    let whole = left(&place, "one");
    assert!(whole.1 > 5_000, "{} spikes", whole.1);
    place.run("--quiet run model.toml --threads 2 --out two");
    assert!(left(&place, "two") == whole, "on two threads");

    let pieces = place.run_cut("--quiet run model.toml --out cut", "cut");
    assert!(pieces > 0, "it was never cut");
    assert!(left(&place, "cut") == whole, "cut {pieces} times");
}
