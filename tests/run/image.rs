//! A sleep under an image, printed as a network: the same spikes.

use ndarray::Array2;
use sharpwave::base::stream::Stream;
use sharpwave::mlp::perceptron::{Layer, Mlp, Output};
use sharpwave::mlp::weight_file::write_npz;

use super::run_file::RunFile;
use super::setup::Place;

const SIZES: [usize; 3] = [36, 20, 5];

fn write_network(place: &Place) {
    let mut stream = Stream::new(12, "network", 0);
    let layers = SIZES.windows(2).map(|pair| Layer {
        weights: Array2::from_shape_simple_fn((pair[1], pair[0]), || {
            ((stream.uniform() - 0.3) * 0.05) as f32
        }),
        bias: None,
    });
    let mlp = Mlp {
        layers: layers.collect(),
        output: Output::Relu,
        keep: 1.0,
    };
    write_npz(&place.path("mlp.npz"), &mlp).expect("written");
}

fn write_image(place: &Place) {
    let mut stream = Stream::new(13, "image", 0);
    let image = Array2::from_shape_simple_fn((6, 6), || stream.uniform() as f32);
    ndarray_npy::write_npy(place.path("mean.npy"), &image).expect("written");
}

fn model(grid: &str, patch: &str) -> String {
    format!(
        r#"
schema = 1
experiment = "sleep_replay"
seed = 4
[mlp]
layers = [36, 20, 5]
weights = "mlp.npz"
[conversion]
gain = [60.0, 70]
[neuron]
model = "lif"
tau_m = "999.5 ms"
v_th = 1.2
[plasticity]
rule = "sleep_replay"
onto = ["hidden1", "output"]
increment = 0.03
decrement = 0.004
[sleep]
duration = "300 ms"
grid = "{grid}"
[sleep.input]
pattern = "mean.npy"
max_rate = "80 Hz"
patch = {patch}
[output]
figures = false
"#
    )
}

#[test]
fn a_sleep_under_an_image_as_a_network_has_the_same_spikes() {
    for (grid, patch) in [
        ("off", "{ side = 3, period = \"2 ms\" }"),
        ("1 ms", "{ side = 4, period = \"1 ms\" }"),
        ("off", "\"off\""),
    ] {
        let place = Place::new();
        write_network(&place);
        write_image(&place);
        place.write("model.toml", model(grid, patch));
        place.run("run model.toml --out sleep");
        let checked = place.run("check model.toml --json");
        let checked: serde_json::Value = serde_json::from_str(&checked).expect("JSON");
        let network = checked["network"].as_str().expect("a model");
        assert!(network.contains("kind = \"image\""), "{network}");
        place.write("network.toml", network);
        place.run("run network.toml --out network");
        let [sleep, network] =
            ["sleep", "network"].map(|out| RunFile::open(&place.path(&format!("{out}/run.h5"))));
        for layer in ["input", "hidden1", "output"] {
            let spikes = sleep.spikes_of(layer);
            assert!(spikes.len() > 10, "{layer}: {}", spikes.len());
            assert_eq!(spikes, network.spikes_of(layer), "{layer}, grid {grid}");
        }
        assert_eq!(sleep.fingerprint(), network.fingerprint());
    }
}
