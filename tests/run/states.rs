//! Sampled states: what the run file holds is the closed form.

use sharpwave::{Recording, Time};

use super::run_file::RunFile;
use super::setup::Place;

/// Neurons that decay from 8 mV to rest at 2 mV, with nothing that reaches them.
const DECAY: &str = r#"
schema = 1
experiment = "network"
seed = 1
duration = "100 ms"

[population.a]
neuron = "lif"
size = 5
tau_m = "20 ms"
e_l = "2 mV"
v_th = "20 mV"
v_reset = "2 mV"
initial = { v_m = "8 mV" }

[guard]
window = "7 ms"

[record]
spikes = ["a"]
states = { population = "a", neurons = [0, 3], variables = "v_m", every = "0.3 ms" }
"#;

#[test]
fn a_decaying_neuron_is_sampled_as_its_closed_form_says() {
    let place = Place::with_model(DECAY);
    place.run("run model.toml --out r");
    let (nodes, values) = RunFile::open(&place.path("r/run.h5")).report("a");
    assert_eq!(nodes, [0, 3]);
    // 0, 0.3, … 99.9 ms: the end of the run is not part of it.
    assert_eq!(values.len(), 2 * 334);
    for (frame, pair) in values.chunks_exact(2).enumerate() {
        let t_ms = 0.3 * frame as f64;
        let expected = 2.0 + 6.0 * (-t_ms / 20.0).exp();
        for &v in pair {
            // f32 keeps 24 bits.
            let off = (f64::from(v) - expected).abs();
            assert!(
                off < 1e-6 * expected,
                "frame {frame}: {v}, expected {expected}"
            );
        }
    }
}

#[test]
fn sampling_changes_nothing_else() {
    let place = Place::new();
    let model = super::setup::shipped("brunel_balanced.toml");
    let base = format!(
        "run {model} --set parameter.n=1000 --set duration=100ms --set figure.raster.from=50ms"
    );
    place.run(&format!("{base} --out without"));
    let states = "record.states={population='e',first=9,variables='v_m',every='0.01ms'}";
    place.run(&format!(
        "{base} --set {states} --set guard.window=0.37ms --set guard.max_rate='off' --out with"
    ));
    let [without, with] =
        ["without", "with"].map(|run| RunFile::open(&place.path(&format!("{run}/run.h5"))));
    assert_eq!(with.fingerprint(), without.fingerprint());
    let (nodes, values) = with.report("e");
    assert_eq!((nodes.len(), values.len()), (9, 90_000));
    assert!(
        values.iter().all(|&v| v < 20.0),
        "below threshold after every instant"
    );
    // A neuron that fires is at its reset potential for the refractory period: 10 mV, 2 ms.
    let (t, node) = with
        .spikes_of("e")
        .into_iter()
        .find(|&(t, node)| node < 9 && t < 90.0)
        .expect("a spike");
    let first = (t / 0.01).ceil() as usize;
    for frame in first..first + 150 {
        assert_eq!(
            values[9 * frame + node as usize],
            10.0,
            "{t} ms, frame {frame}"
        );
    }
}

/// Substances that spikes, triggers and both release.
const LEVELS: &str = r#"
schema = 1
experiment = "network"
duration = "200 ms"
[population.p]
neuron = "poisson"
size = 3
rate = "40 Hz"
[trigger.clock]
kind = "rhythmic"
period = "30 ms"
from = "10 ms"
[trigger.burst]
kind = "rate"
population = "p"
window = "20 ms"
level = "50 Hz"
[modulator.a]
tau = "50 ms"
released_by = "p"
amount = 0.5
delay = "2 ms"
[modulator.b]
tau = "20 ms"
baseline = 0.25
triggers = "clock"
[modulator.c]
tau = "80 ms"
released_by = "p"
triggers = ["clock", "burst"]
amount = 0.125
[record]
spikes = "p"
modulators = { every = "0.7 ms" }
"#;

#[test]
fn modulators_are_sampled_as_spikes_and_triggers_release_them() {
    let place = Place::with_model(LEVELS);
    place.run("run model.toml --out r");
    let run = Recording::open(&place.path("r")).unwrap();
    let ms = |t: Time| t.as_ms();
    let spikes: Vec<f64> = run
        .spikes("p", ..)
        .unwrap()
        .iter()
        .map(|one| ms(one.0))
        .collect();
    let told = |trigger| -> Vec<f64> {
        let found = run.detections(trigger).unwrap();
        found.iter().map(|one| ms(one.told)).collect()
    };
    let (clock, burst) = (told("clock"), told("burst"));
    assert!(spikes.len() > 10 && clock.len() == 7 && !burst.is_empty());
    let late = |by: f64| -> Vec<f64> { spikes.iter().map(|t| t + by).collect() };
    for (name, tau, baseline, amount, releases) in [
        ("a", 50.0, 0.0, 0.5, late(2.0)),
        ("b", 20.0, 0.25, 1.0, clock.clone()),
        ("c", 80.0, 0.0, 0.125, [late(1.0), clock, burst].concat()),
    ] {
        let report = run.report(name).unwrap();
        assert_eq!(
            (&report.variable[..], &report.nodes[..]),
            ("concentration", &[0][..])
        );
        let levels = run.states(name, ..).unwrap().values;
        assert_eq!(levels.values().len(), 286);
        for (k, &found) in levels.values().iter().enumerate() {
            let t = 0.7 * k as f64;
            // What is released at an instant is there then.
            let before = releases.iter().filter(|at| **at < t + 1e-9);
            let left = before.map(|at| amount * (-(t - at).max(0.0) / tau).exp());
            let expected = baseline + left.sum::<f64>();
            let off = (f64::from(found) - expected).abs();
            assert!(off < 1e-6, "{name} at {t} ms: {found}, expected {expected}");
        }
    }
    // Where a run is cut, saved and on how many threads it is, shows in nothing.
    place.run("run model.toml --threads 2 --set checkpoint.every=1ms --set guard.window=0.9ms --out other");
    let other = Recording::open(&place.path("other")).unwrap();
    for name in ["a", "b", "c"] {
        let values = |run: &Recording| run.states(name, ..).unwrap().values;
        assert_eq!(values(&run), values(&other), "{name}");
    }
}
