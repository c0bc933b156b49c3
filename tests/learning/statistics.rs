//! Statistics of weights are those of the weights themselves, whatever runs them, and however often a run is stopped.

use std::process::Stdio;
use std::time::Duration;

use sharpwave::Recording;
use sharpwave::record::recording::Synapses;
use sharpwave::record::weight_statistics::{LEVELS, WeightStatistics};

use super::setup::{Place, said, shipped};

/// Two seconds of a small network that learns.
fn command(more: &str) -> String {
    let model = shipped("plastic_balanced.toml");
    format!(
        "--quiet run {model} --set parameter.n=250 --set duration=2s --set figure.raster='off' --set \
         record.weight_statistics={{projection='e_e',every='40ms',bins=30,tracked=7}} --set \
         record.weights={{projection='e_e',every='40ms'}} {more}"
    )
}

fn statistics(place: &Place, out: &str) -> Vec<(sharpwave::Time, WeightStatistics)> {
    let run = Recording::open(&place.path(out)).expect("a run");
    run.weight_statistics("e_e").expect("statistics")
}

#[test]
fn statistics_are_those_of_the_weights() {
    let place = Place::new();
    place.run(&command("--out r"));
    let run = Recording::open(&place.path("r")).expect("a run");
    assert_eq!(run.observed().expect("names"), ["e_e"]);
    let snapshots = run.synapses("e_e").expect("snapshots");
    let statistics = statistics(&place, "r");
    assert_eq!(statistics.len(), 51, "every 40 ms");
    assert_eq!(snapshots.len(), statistics.len());
    for (snapshot, (time, found)) in snapshots.iter().zip(&statistics) {
        assert_eq!(snapshot.time, *time);
        check(snapshot, found);
    }
    let [first, last] = [&statistics[0].1, &statistics[50].1];
    assert!(first.sd == 0.0 && last.sd > 0.005, "they learn");
}

/// Checks what was `found` against what sorting and adding up say.
fn check(snapshot: &Synapses, found: &WeightStatistics) {
    let mut weights: Vec<f64> = snapshot.synapses.iter().map(|one| one.weight).collect();
    let n = weights.len() as f64;
    let mean = weights.iter().sum::<f64>() / n;
    let squares = weights.iter().map(|weight| (weight - mean).powi(2));
    let sd = (squares.sum::<f64>() / n).sqrt();
    weights.sort_by(f64::total_cmp);
    assert_eq!(found.n, weights.len() as u64);
    assert!((found.mean - mean).abs() < 1e-12 && (found.sd - sd).abs() < 1e-12);
    let ends = [weights[0], weights[weights.len() - 1]];
    assert_eq!([found.min, found.max].map(f64::from), ends);
    for (level, quantile) in LEVELS.into_iter().zip(found.quantiles) {
        let place = level * (n - 1.0);
        let (below, part) = (weights[place as usize], place.fract());
        let above = weights[(place as usize + 1).min(weights.len() - 1)];
        assert_eq!(quantile, below + part * (above - below));
    }
    // The bounds of the rule: w_max is 1 mV.
    assert_eq!((found.edges[0], found.edges[30]), (0.0, 1.0));
    let bins = found.edges.windows(2).zip(&found.histogram);
    for (k, (edges, &count)) in bins.enumerate() {
        let is_in =
            |weight: &f64| (edges[0]..edges[1]).contains(weight) || k == 29 && *weight == 1.0;
        let expected = weights.iter().filter(|weight| is_in(weight)).count();
        // A weight that lies on an edge up to rounding may be on either side.
        assert!(
            expected.abs_diff(count as usize) <= 1,
            "bin {k}: {count}, not {expected}"
        );
    }
    assert_eq!(found.histogram.iter().sum::<u64>(), found.n);
    assert_eq!(found.tracked.len(), 7);
    for tracked in &found.tracked {
        let mut pair = snapshot
            .synapses
            .iter()
            .filter(|one| (one.source, one.target) == (tracked.source, tracked.target));
        assert!(
            pair.any(|one| one.weight == f64::from(tracked.weight)),
            "{tracked:?}"
        );
    }
}

#[test]
fn threads_and_stops_change_nothing() {
    let place = Place::new();
    place.run(&command("--threads 1 --out one"));
    let one = statistics(&place, "one");
    place.run(&command("--threads 4 --out four"));
    assert!(one == statistics(&place, "four"));

    // Killed as soon as it has left a checkpoint, killed again on its way, stopped, and let go on.
    let killed = |arguments: &str, wait: &dyn Fn()| {
        let mut child = place.command(arguments);
        let mut child = child.stdout(Stdio::null()).spawn().expect("it starts");
        wait();
        child.kill().expect("killed");
        child.wait().expect("ended");
    };
    let checkpoint = place.path("r/checkpoint");
    killed(
        &command("--threads 2 --set checkpoint.every=5ms --out r"),
        &|| {
            while !checkpoint.exists() {
                std::thread::sleep(Duration::from_millis(1));
            }
        },
    );
    assert!(checkpoint.exists(), "it was not over");
    killed("--quiet resume r", &|| {
        std::thread::sleep(Duration::from_millis(150))
    });
    for wall_ms in [50, 200] {
        let output = place.command(&format!("--quiet resume r --max-wall {wall_ms}ms"));
        let output = { output }.output().expect("it runs");
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3)), "{}", said(&output));
    }
    place.run("--quiet resume r");
    assert!(one == statistics(&place, "r"));
}

#[test]
fn what_follows_a_synapse_does_not_follow_the_division_into_lanes() {
    let place = Place::new();
    let tracked = |lanes: u32| {
        place.run(&command(&format!(
            "--set engine.lanes={lanes} --out lanes{lanes}"
        )));
        let all = statistics(&place, &format!("lanes{lanes}"));
        let ends = all[0].1.tracked.iter();
        ends.map(|one| (one.source, one.target)).collect::<Vec<_>>()
    };
    assert_eq!(tracked(1), tracked(3));
}

#[test]
fn weights_over_time_are_drawn_with_all_that_they_say() {
    let place = Place::new();
    place.run(&command("--out r"));
    assert_eq!(place.names("r/figures"), ["weights.png", "weights.svg"]);
    let svg = place.read("r/figures/weights.svg");
    for text in [
        "Weight (mV)",
        "Time (s)",
        "Synapses (%)",
        "7 synapses",
        "4,000 synapses",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("NaN"));
    place.run(&command("--set figure.weights='off' --out none"));
    assert_eq!(place.names("none"), ["rates.csv", "report.html", "run.h5"]);
}

/// A matrix of weights that learns, by a rule without bounds.
const MATRIX: &str = r#"
schema = 1
experiment = "network"
seed = 1
duration = "300 ms"

[population.a]
neuron = "relay"
size = 4

[population.b]
neuron = "lif"
size = 3
tau_m = "20 ms"
v_th = "2 mV"

[projection.a_b]
source = "a"
target = "b"
rule = "weights"
file = "linear.pt"
layer = 1
gain = "5 mV"
axonal_delay = "1 ms"
dendritic_delay = "0.5 ms"
plasticity = { rule = "sleep_replay", increment = 0.05, decrement = 0.02 }

[stimulus.world]
kind = "poisson"
target = "a"
rate = "200 Hz"

[record]
spikes = ["a", "b"]
weights = { projection = "a_b", every = "100 ms" }
weight_statistics = { projection = "a_b", every = "100 ms", bins = 4 }

[figure]
raster = "off"
"#;

/// A place where [`MATRIX`] has run.
pub fn matrix() -> Place {
    let place = Place::with_model(MATRIX);
    let weights = super::setup::root().join("tests/weights/linear.pt");
    std::fs::copy(weights, place.path("linear.pt")).expect("copied");
    place.run("--quiet run model.toml --out r");
    place
}

#[test]
fn a_matrix_is_observed_between_its_extremes() {
    let place = matrix();
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.weights("a_b").expect("snapshots");
    let statistics = run.weight_statistics("a_b").expect("statistics");
    assert_eq!((snapshots.len(), statistics.len()), (4, 4));
    for (snapshot, (time, found)) in snapshots.iter().zip(&statistics) {
        assert_eq!(snapshot.time, *time);
        let matrix = &snapshot.weights;
        let (n_target, n_source) = matrix.shape();
        let values = matrix.values().iter().copied();
        assert_eq!((n_target, n_source, found.n), (3, 4, 12));
        assert_eq!(found.min, values.clone().fold(f32::INFINITY, f32::min));
        assert_eq!(found.max, values.clone().fold(f32::NEG_INFINITY, f32::max));
        let ends = [found.edges[0], found.edges[4]];
        assert_eq!(ends, [found.min, found.max].map(f64::from));
        assert_eq!(found.histogram.iter().sum::<u64>(), 12);
        // All of the few that there are.
        let tracked = found.tracked.iter().map(|one| {
            let k = one.target as usize * n_source + one.source as usize;
            (k, one.weight)
        });
        assert!(tracked.eq(values.enumerate()));
    }
    assert!(statistics[0].1.mean != statistics[3].1.mean, "it learns");
}

#[test]
fn chosen_pairs_are_followed_by_their_ends() {
    let place = Place::new();
    place.run(&command("--out r"));
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.synapses("e_e").expect("snapshots");
    let one = snapshots[0].synapses[1234];
    // A neuron has no synapse onto itself: autapses are off.
    let pairs = format!(
        "--set record.weight_statistics.pairs=[[{},{}],[5,5]] --out p",
        one.source, one.target
    );
    place.run(&command(&pairs));
    let statistics = statistics(&place, "p");
    for (snapshot, (_, found)) in snapshots.iter().zip(&statistics) {
        let own = snapshot.synapses.iter();
        let own = own.filter(|other| (other.source, other.target) == (one.source, one.target));
        let sum: f64 = own.map(|other| other.weight).sum();
        let followed = found.tracked[7..].iter();
        let mut followed = followed.map(|one| ((one.source, one.target), one.weight));
        let mut expected = [((one.source, one.target), sum as f32), ((5, 5), f32::NAN)];
        expected.sort_by_key(|one| one.0);
        for (ends, weight) in expected {
            let found = followed.next().expect("a pair");
            assert_eq!((found.0, found.1.to_bits()), (ends, weight.to_bits()));
        }
    }
    assert_eq!(statistics[0].1.tracked.len(), 9);
}

/// A projection that loses all its synapses is told of to the end.
#[test]
fn no_synapses_are_a_row_too() {
    let place = Place::new();
    let model = r#"
schema = 1
experiment = "network"
duration = "200 ms"
record.weight_statistics = { projection = "p", every = "40 ms", bins = 4, pairs = [[0, 1]] }
figure.raster = "off"
figure.weights = { projections = ["p"] }
[population.a]
neuron = "relay"
size = 6
[projection.p]
source = "a"
target = "a"
rule = "all_to_all"
weight = 0.2
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 1.0 }
[homeostasis.t]
kind = "turnover"
projection = "p"
every = "100 ms"
in_degree = 0
prune_below = 0.4
new_weight = 0.5
"#;
    place.write("m.toml", model);
    place.run("--quiet run m.toml --out r");
    let run = Recording::open(&place.path("r")).expect("a run");
    let rows = run.weight_statistics("p").expect("statistics");
    let n: Vec<u64> = rows.iter().map(|(_, now)| now.n).collect();
    assert_eq!(n, [30, 30, 30, 0, 0, 0]);
    for (_, now) in &rows[3..] {
        assert!(now.mean.is_nan() && now.min.is_nan() && now.tracked[0].weight.is_nan());
        assert_eq!(now.histogram, [0; 4]);
    }
    let figure = place.read("r/figures/weights.svg");
    assert!(figure.contains("30 synapses at the start, 0 at the end"));
}
