//! `layer_names`: the order of a weight file's layers, where nothing else settles it.

use super::setup::{Place, root};

const SLEEP: &str = r#"
schema = 1
experiment = "sleep_replay"
[mlp]
layers = [8, 8, 8, 8]
weights = "rev.pt"
[conversion]
gain = [1.0, 1.0, 1.0]
[neuron]
model = "lif"
tau_m = "20 ms"
v_th = 1000
[plasticity]
rule = "sleep_replay"
onto = ["output"]
increment = 0.01
decrement = 0.001
[sleep]
duration = "10 ms"
[sleep.input]
spikes = "in.csv"
[output]
figures = false
weights = ["safetensors"]
"#;

/// One spike of `a` moves every neuron of `b` by the weight of the first layer in mV.
const NETWORK: &str = r#"
schema = 1
experiment = "network"
duration = "10 ms"
[population.a]
neuron = "relay"
size = 8
[population.b]
neuron = "lif"
size = 8
tau_m = "20 ms"
v_th = "2 mV"
[projection.a_b]
source = "a"
target = "b"
rule = "weights"
file = "rev.pt"
layer = 1
gain = "1 mV"
axonal_delay = "0 ms"
[stimulus.in]
kind = "spikes"
target = "a"
file = "in.csv"
weight = 1
"#;

/// `text` as the model, beside three square layers whose weights are all 1 (fc1), 2 (fc2) and 3 (fc3).
fn place(text: &str) -> Place {
    let place = Place::with_model(text);
    let weights = std::fs::read(root().join("tests/weights/rev.pt")).expect("a fixture");
    place.write("rev.pt", weights);
    place.write("in.csv", "node_id,timestamp_ms\n0,1\n");
    place
}

#[test]
fn a_sleep_takes_layers_in_the_order_given() {
    let place = place(SLEEP);
    let said = place.refused("run model.toml --out none");
    assert!(
        said.contains("such as layer_names = [\"fc1.weight\", "),
        "{said}"
    );
    place.run("run model.toml --quiet --out r --set mlp.layer_names=[\"fc2\",\"fc3\",\"fc1\"]");
    let said = place.run("import r/weights.safetensors");
    for (layer, weight) in [(1, "2.0000"), (2, "3.0000"), (3, "1.0000")] {
        let row = format!(
            "layer{layer}.weight  F32     8 x 8    {weight}   {weight}  weights of layer {layer}\n"
        );
        assert!(said.contains(&row), "{row}{said}");
    }
    let said = place.run("import rev.pt --layer-names fc2,fc3,fc1");
    assert!(
        said.contains("fc2.weight  F32     8 x 8    2.0000   2.0000  weights of layer 1\n"),
        "{said}"
    );
}

#[test]
fn a_network_takes_layers_in_the_order_given() {
    let place = place(NETWORK);
    let said = place.refused("run model.toml --out none");
    assert!(
        said.contains("such as layer_names = [\"fc1.weight\", "),
        "{said}"
    );
    for (names, spikes) in [
        ("\"fc1\",\"fc2\",\"fc3\"", 0),
        ("\"fc3\",\"fc2\",\"fc1\"", 8),
    ] {
        let out = format!("{spikes}");
        let set = format!("projection.a_b.layer_names=[{names}]");
        let said = place.run(&format!(
            "--json run model.toml --quiet --out {out} --set {set}"
        ));
        let results: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(
            results["summary"]["populations"][1]["spikes"], spikes,
            "{said}"
        );
    }
}
