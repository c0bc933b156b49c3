//! Sampled states: what the run file holds is the closed form.

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
