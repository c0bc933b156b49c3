//! Weights that explode under a rule without bounds.

use super::setup::{Place, SMALL, said, text};

/// Silent afferents of a target that fires lose 1 or 2 each time.
const MODEL: &str = r#"schema = 1
experiment = "network"
duration = "2 s"

[population.a]
neuron = "relay"
size = 4

[population.b]
neuron = "relay"
size = 3

[projection.first]
source = "a"
target = "b"
rule = "all_to_all"
weight = 0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 1 }

[projection.runaway]
source = "a"
target = "b"
rule = "all_to_all"
weight = 0
axonal_delay = "1 ms"
plasticity = { rule = "sleep_replay", increment = 0.001, decrement = 1, max_weight = 6.5 }

[stimulus.s]
kind = "poisson"
target = "b"
rate = "30 Hz"

[record]
spikes = ["b"]
"#;

#[test]
fn a_weight_that_explodes_names_its_synapse_and_the_run_can_be_looked_at() {
    let place = Place::new();
    place.write("model.toml", MODEL);
    let output = place
        .command("--quiet run model.toml --out r")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let error = text(&output.stderr);
    assert!(
        error.starts_with("error: projection `runaway`: the weight from 0 to ")
            && error.contains("expected at most 6.5, without sign")
            && error.contains("`max_weight`"),
        "{error}"
    );
    // Without a limit it goes on: nothing is too large for a number.
    place.run(
        "--quiet run model.toml --set projection.runaway.plasticity.max_weight=1e9 --out more",
    );
}

/// Weights that a sleep makes so large that training fails afterwards are the sleep's, not the learning rate's.
#[test]
fn training_that_cannot_go_on_names_the_sleep_before() {
    let place = Place::with_model(SMALL);
    let command = "--quiet run model.toml --set compare.models=[] --set plasticity.increment=1e30 --seeds 1 --out r";
    let output = place.command(command).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let stderr = text(&output.stderr);
    let expected = "training after sleep 1 diverged in epoch 1: found a loss or weight that is not finite at a learning rate of 0.1";
    assert!(stderr.contains(expected), "{stderr}");
    assert!(
        stderr.contains("help: `r` holds the run up to there"),
        "{stderr}"
    );
}

/// Where weights have become no numbers, whatever rules make of these, and where they are beyond the limit in the first window.
#[test]
fn weights_that_are_no_numbers_any_more_end_a_run() {
    let model = r#"
schema = 1
experiment = "network"
duration = "2 s"
[population.p]
neuron = "poisson"
size = 20
rate = "20 Hz"
[population.e]
neuron = "lif"
size = 20
tau_m = "20 ms"
v_th = "20 mV"
t_ref = "2 ms"
[projection.p_e]
source = "p"
target = "e"
rule = "all_to_all"
weight = "4 mV"
axonal_delay = "1 ms"
plasticity = { rule = "stdp_power_law", w_0 = "1 mV", lambda = LAMBDA, alpha = 0.01, mu = 1.5, max_weight = MOST }
[record]
spikes = "e"
"#;
    for (lambda, most, found) in [
        ("3.0", "\"1e30 mV\"", "expected at most 1e30, without sign"),
        ("0.3", "\"50 mV\"", "ms, expected at most 50, without sign"),
    ] {
        let model = model.replace("LAMBDA", lambda).replace("MOST", most);
        let place = Place::with_model(&model);
        let output = place
            .command("--quiet run model.toml --out r")
            .output()
            .expect("it starts");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{stderr}");
        assert!(
            stderr.contains("error: projection `p_e`: the weight from"),
            "{stderr}"
        );
        assert!(stderr.contains(found), "{stderr}");
    }
}
