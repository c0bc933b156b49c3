//! What is equal in the text is equal in the run: weights that reach a threshold, alone or together.

use std::fmt::Write;

use super::setup::Place;
use sharpwave::Recording;

/// Threshold k is k times 0.1 mV: a third of these decimals lie below themselves in single precision.
const THRESHOLDS: u32 = 30;

/// Populations of four neurons with threshold v: two spikes of `world`, one after the other, reach the first by a
/// projection of weight v, the second from a file of edges, the third from the same file as equal parts of 0.1 mV, the
/// fourth as spikes of weight v from outside.
fn model(place: &Place, neuron: &str) -> String {
    let mut text = String::from(
        r#"
schema = 1
experiment = "network"
duration = "60 ms"
[population.world]
neuron = "relay"
size = 30
[stimulus.world]
kind = "spikes"
target = "world"
weight = 1
file = "world.csv"
[record]
spikes = "all"
[population.silent]
neuron = "lif"
size = 5
tau_m = "20 ms"
v_th = "1 V"
[projection.drawn]
source = "world"
target = "silent"
rule = "all_to_all"
weight = { distribution = "uniform", low = "0.1 mV", high = "0.3 mV" }
axonal_delay = "1 ms"
"#,
    );
    let mut all = Vec::new();
    for k in 1..=THRESHOLDS {
        let v = format!("{}.{} mV", k / 10, k % 10);
        let of = |name: &str| format!("{name}{k}");
        for name in ["alone", "listed", "driven"] {
            all.push(of(name));
            let size = 2;
            let _ = write!(
                text,
                "[population.{}]\nsize = {size}\nv_th = \"{v}\"\n{neuron}\n",
                of(name)
            );
        }
        let (alone, listed, driven) = (of("alone"), of("listed"), of("driven"));
        let delay = "axonal_delay = \"1 ms\"";
        let _ = write!(
            text,
            "[projection.{alone}]\nsource = \"world\"\ntarget = \"{alone}\"\nrule = \"from_file\"\nfile = \"one.csv\"\n\
             weight = \"{v}\"\n{delay}\n\
             [projection.{listed}]\nsource = \"world\"\ntarget = \"{listed}\"\nrule = \"from_file\"\n\
             file = \"listed{k}.csv\"\n{delay}\n\
             [stimulus.{driven}]\nkind = \"spikes\"\ntarget = \"{driven}\"\nweight = \"{v}\"\nfile = \"driven.csv\"\n"
        );
        let mut edges = format!("source,target,weight\n0,0,{}.{}\n", k / 10, k % 10);
        // Parts from as many neurons, whose spikes come at one instant.
        (0..k).for_each(|source| {
            let _ = writeln!(edges, "{source},1,0.1");
        });
        place.write(&format!("listed{k}.csv"), edges);
    }
    place.write("one.csv", "source,target\n0,0\n1,1\n");
    let mut world = String::from("node_id,timestamp_ms\n");
    for t in [1, 31] {
        (0..30).for_each(|node| {
            let _ = writeln!(world, "{node},{t}");
        });
    }
    place.write("world.csv", world);
    place.write("driven.csv", "node_id,timestamp_ms\n0,2\n1,2\n0,32\n1,32\n");
    let names: Vec<String> = all.iter().map(|name| format!("{name:?}")).collect();
    text.replace("\"all\"", &format!("[{}]", names.join(", ")))
}

#[test]
fn weights_that_equal_a_threshold_reach_it() {
    for neuron in [
        "neuron = \"lif\"\ntau_m = \"20 ms\"",
        "neuron = \"lif\"\ntau_m = { distribution = \"uniform\", low = \"19 ms\", high = \"20 ms\" }",
        "neuron = \"lif_adaptive\"\ntau_m = \"20 ms\"\ntau_w = \"5 ms\"\nb = \"0 pA\"",
    ] {
        let place = Place::new();
        place.write("model.toml", model(&place, neuron));
        place.run("run model.toml --out r");
        let run = Recording::open(&place.path("r")).unwrap();
        let mut silent = Vec::new();
        for k in 1..=THRESHOLDS {
            for name in ["alone", "listed", "driven"].map(|name| format!("{name}{k}")) {
                let spikes = run.spikes(&name, ..).unwrap();
                let at: Vec<(f64, u32)> = spikes.iter().map(|(t, j)| (t.as_ms(), *j)).collect();
                if at != [(2.0, 0), (2.0, 1), (32.0, 0), (32.0, 1)] {
                    silent.push((name, at));
                }
            }
        }
        assert!(silent.is_empty(), "{neuron}: {silent:?}");
    }
}
