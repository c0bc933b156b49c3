//! Networks in the Neuromorphic Intermediate Representation, and back.

use std::path::Path;
use std::process::Command;

use sharpwave::config::{Options, parse};
use sharpwave::experiment::export::of_model;
use sharpwave::experiment::nir::{export, import};
use sharpwave::mlp::weight_file::Bias;
use sharpwave::record::weight_file::read;

use super::python::python;
use super::{complaint, fixture, load, matrix, said};

#[test]
fn weights_come_in_the_order_of_the_edges() {
    let mlp = load(&fixture("chain.nir"), Bias::Drop);
    assert_eq!(mlp.layers[0].weights, matrix(3, 4));
    assert_eq!(mlp.layers[1].weights, matrix(2, 3));
    let file = read(&fixture("chain.nir")).unwrap();
    assert_eq!(
        file.beside,
        [
            "`lif.1` is LIF: tau 0.02 s, r 200, v_leak 0, v_threshold 1, v_reset 0",
            "`last` is CubaLIF: tau_mem 0.01 s, tau_syn 0.005 s, r 2, v_leak 0, v_threshold 1.5, v_reset 0, w_in 50",
        ]
    );
}

/// What is said of a NIR file as a network.
fn refused(path: &Path) -> String {
    let error = import(path, Path::new("."), 0.1, false).unwrap_err();
    error
        .to_string()
        .replace(&format!("`{}`: ", path.display()), "")
}

#[test]
fn other_networks_are_refused_by_the_name_of_a_node() {
    let expected = "node `lif.1`: found 2 nodes after it, expected one: a chain of layers";
    assert_eq!(said(&fixture("recurrent.nir")), expected);
    assert_eq!(
        refused(&fixture("uneven.nir")),
        "node `late`: found delays that differ between neurons, expected one for all"
    );
    let expected = "node `conv`: found Conv1d, expected Input, Linear, Affine, Delay, IF, LIF, CubaLIF, Flatten or Output";
    assert_eq!(said(&fixture("convolution.nir")), expected);
    assert_eq!(
        refused(&fixture("biased.nir")),
        "`fc1.bias` is a bias; the spiking network has none\n  \
         help: `bias = \"drop\"` leaves biases out (check the accuracy); of a network that is to sleep, `bias = true` keeps them as they are beside it"
    );
    let whole = std::fs::read(fixture("chain.nir")).unwrap();
    for (bytes, expected) in [
        (
            &whole[..whole.len() / 2],
            "damaged or incomplete NIR file: ",
        ),
        (&b"not HDF5 at all"[..], "damaged or incomplete NIR file: "),
    ] {
        let said = complaint("a.nir", bytes);
        assert!(said.starts_with(expected), "{said}");
    }
    let keras = std::fs::read(fixture("linear.h5")).unwrap();
    assert_eq!(
        complaint("a.nir", &keras),
        "damaged or incomplete NIR file: it has no `/node`: no network of NIR"
    );
}

/// Seconds become ms, and a weight what it adds for spikes of 0.1 ms.
#[test]
fn a_chain_as_a_model_file_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("chain.nir"), folder.path().join("chain.nir")).unwrap();
    let made = import(&folder.path().join("chain.nir"), folder.path(), 0.1, false).unwrap();
    let (_, text) = made.text.split_once('\n').unwrap();
    assert_eq!(text, include_str!("chain.toml"));
    assert_eq!(
        made.mapped,
        [
            "`input`: 4 inputs as relays",
            "`lif.1`: 3 neurons LIF as lif, a threshold of 1 as so many mV; a weight of 1 of `fc1` adds 1 mV",
            "`last`: 2 neurons CubaLIF as lif_exp, a threshold of 1.5 as so many mV; a weight of 1 of `fc2` adds 1 pA",
        ]
    );
    let model = parse("m.toml", &made.text, folder.path(), &Options::default());
    model.expect("a model");
    let integrate = import(&fixture("biased.nir"), folder.path(), 0.1, true).unwrap();
    assert!(
        integrate.text.contains("tau_m = \"100000000 ms\""),
        "{}",
        integrate.text
    );
    assert!(
        integrate.text.contains("bias = \"drop\"\ngain = \"1 mV\""),
        "{}",
        integrate.text
    );
    assert!(integrate.left.contains(&"the biases of `fc1`".to_owned()));
}

const NETWORK: &str = r#"schema = 1
experiment = "network"
duration = "10 ms"
[population.in]
neuron = "relay"
size = 3
[population.e]
neuron = "lif"
size = 4
tau_m = "20 ms"
v_th = "15 mV"
e_l = "2 mV"
[population.out]
neuron = "lif_exp"
size = 2
tau_m = "10 ms"
c_m = "5 pF"
tau_syn_ex = "4 ms"
tau_syn_in = "4 ms"
v_th = "1 mV"
[projection.in_e]
source = "in"
target = "e"
rule = "all_to_all"
weight = "2.5 mV"
axonal_delay = "1 ms"
[projection.e_out]
source = "e"
target = "out"
rule = "all_to_all"
weight = "-3 pA"
axonal_delay = "1 ms"
[projection.e_e]
source = "e"
target = "e"
rule = "one_to_one"
autapses = true
weight = "0.5 mV"
axonal_delay = "1 ms"
"#;

/// Reads a file, and writes what it read to another if there is a name for one.
const READ: &str = r#"
import json, sys, nir
graph = nir.read(sys.argv[1])
if sys.argv[2:]:
    nir.write(sys.argv[2], graph)
def plain(x):
    return x.tolist() if hasattr(x, "tolist") else x
nodes = {k: {"type": type(n).__name__, **{p: plain(getattr(n, p)) for p in
         ("weight", "tau", "tau_mem", "tau_syn", "r", "v_leak", "v_threshold", "v_reset", "w_in", "delay") if hasattr(n, p)}}
         for k, n in graph.nodes.items()}
print(json.dumps({"nodes": nodes, "edges": sorted(graph.edges)}))
"#;

#[test]
fn a_network_as_nir_that_its_own_package_reads() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("m.toml"), folder.path().join("net.nir"));
    std::fs::write(&model, NETWORK).unwrap();
    let written = export(&model, &Options::default(), 0.1, &out).unwrap();
    assert_eq!(written.nodes, 10);
    assert_eq!(written.left, Vec::<String>::new());
    let read = as_nir(&python, &[&out]);
    let expected: serde_json::Value = serde_json::from_str(include_str!("exported.json")).unwrap();
    assert_eq!(read, expected, "{read}");
    let again = export(&model, &Options::default(), 0.1, &out).unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
}

/// What a graph has no word for, and does without, is said.
#[test]
fn what_is_left_out_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("m.toml"), folder.path().join("net.nir"));
    let text = r#"
schema = 1
experiment = "network"
[population.e]
neuron = "lif"
size = 2
tau_m = "20 ms"
v_th = "20 mV"
initial = { v_m = "5 mV" }
[projection.e_e]
source = "e"
target = "e"
rule = "all_to_all"
weight = "1 mV"
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = "2 mV" }
[homeostasis.th]
kind = "threshold"
population = "e"
every = "1 s"
rate = "5 Hz"
[[bout]]
duration = "1 s"
[[bout]]
duration = "1 s"
factor = { "population.e.tau_m" = 0.5 }
"#;
    std::fs::write(&model, text).unwrap();
    let written = export(&model, &Options::default(), 0.1, &out).unwrap();
    assert_eq!(
        written.left,
        [
            "that `e_e` learns: its weights are as they are built",
            "at which potentials `e` begins",
            "that `homeostasis.th` acts",
            "what a bout changes: a graph is as the network was declared",
        ]
    );
}

/// What NIR's package reads of the first of `files`, which it writes to the second.
fn as_nir(python: &Path, files: &[&Path]) -> serde_json::Value {
    let printed = Command::new(python)
        .args(["-c", READ])
        .args(files)
        .output()
        .unwrap();
    assert!(printed.status.success(), "{printed:?}");
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// Recurrence and delays go out, through the package, in and out again.
#[test]
fn a_recurrent_network_comes_back_as_what_it_was() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let drawn = "axonal_delay = { distribution = \"uniform\", low = \"0.2 ms\", high = \"2 ms\" }\ndelay_resolution = \"0.4 ms\"";
    let (start, end) = NETWORK.rsplit_once("axonal_delay = \"1 ms\"").unwrap();
    let network = format!("{start}{drawn}{end}");
    std::fs::write(place("m.toml"), network).unwrap();
    let options = Options::default();
    let written = export(&place("m.toml"), &options, 0.1, &place("out.nir")).unwrap();
    let first = as_nir(&python, &[&place("out.nir"), &place("through.nir")]);
    let back = import(&place("through.nir"), folder.path(), 0.1, false).unwrap();
    std::fs::write(place("back.toml"), &back.text).unwrap();
    let again = export(&place("back.toml"), &options, 0.1, &place("again.nir")).unwrap();
    assert_eq!(
        as_nir(&python, &[&place("again.nir")]),
        first,
        "{}",
        back.text
    );
    assert_eq!((written.nodes, written.left), (again.nodes, again.left));
    // Some synapses from neurons to themselves have delays of their own.
    assert!(back.text.contains("[projection.e_e_3]"), "{}", back.text);
}

#[test]
fn recurrence_and_delays_become_projections() {
    let folder = tempfile::tempdir().unwrap();
    for (name, layer, delay) in [
        ("recurrent.nir", 3, "0.1 ms"),
        ("nested.nir", 2, "0.1 ms"),
        ("delayed.nir", 3, "4.1 ms"),
    ] {
        std::fs::copy(fixture(name), folder.path().join(name)).unwrap();
        let made = import(&folder.path().join(name), folder.path(), 0.1, true).unwrap();
        let (node, rec) = match name {
            "nested.nir" => ("lif_1_lif", "lif_1_w_rec"),
            _ => ("lif_1", "rec"),
        };
        let expected = format!(
            "[projection.{rec}]\nsource = \"{node}\"\ntarget = \"{node}\"\nrule = \"weights\"\nfile = \
             \"{name}\"\nlayer = {layer}\nbias = \"drop\"\ngain = \"1 mV\"\naxonal_delay = \"{delay}\"\n"
        );
        assert!(made.text.contains(&expected), "{expected}\n{}", made.text);
        // The layer that the projection names is the one that leads back.
        let path = folder.path().join("m.toml");
        std::fs::write(&path, &made.text).unwrap();
        let edges = of_model(&path, &Options::default(), rec).unwrap().edges;
        assert_eq!(edges.len(), 9);
        let weight = |k: usize| edges[k % 3 * 3 + k / 3].weight;
        assert!(
            (0..9).all(|k| weight(k) == k as f64 / 8.0 - 0.5),
            "{edges:?}"
        );
    }
}

/// A chain goes out and comes back as what it was.
#[test]
fn there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let loop_free = NETWORK.split("[projection.e_e]").next().unwrap();
    std::fs::write(place("m.toml"), loop_free).unwrap();
    export(
        &place("m.toml"),
        &Options::default(),
        0.5,
        &place("net.nir"),
    )
    .unwrap();
    let back = import(&place("net.nir"), folder.path(), 0.5, false).unwrap();
    for line in [
        "tau_m = \"20 ms\"\nv_th = \"15 mV\"\nv_reset = \"0 mV\"\ne_l = \"2 mV\"",
        "tau_m = \"10 ms\"\nc_m = \"5 pF\"\ntau_syn_ex = \"4 ms\"\ntau_syn_in = \"4 ms\"",
        "gain = \"1 mV\"",
        "gain = \"1 pA\"",
    ] {
        assert!(back.text.contains(line), "{line}\n{}", back.text);
    }
    let mlp = load(&place("net.nir"), Bias::Refuse);
    assert!(mlp.layers[0].weights.iter().all(|&weight| weight == 2.5));
    assert!(mlp.layers[1].weights.iter().all(|&weight| weight == -3.0));
}

#[test]
fn what_nir_has_no_word_for_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("m.toml"), folder.path().join("net.nir"));
    for (old, new, expected) in [
        (
            "e_l = \"2 mV\"",
            "t_ref = \"2 ms\"",
            "population `e`: found a refractory period, expected t_ref = 0: NIR has nothing else",
        ),
        (
            "tau_syn_in = \"4 ms\"",
            "tau_syn_in = \"5 ms\"",
            "population `out`: found two time constants of currents, expected one: NIR has nothing else",
        ),
        (
            "e_l = \"2 mV\"",
            "e_l = { distribution = \"uniform\", low = \"1 mV\", high = \"2 mV\" }",
            "population `e`: found `e_l` of each neuron, expected one value for all: NIR has nothing else",
        ),
        (
            "e_l = \"2 mV\"",
            "reset = \"subtract\"",
            "population `e`: found a reset by subtraction, expected one to v_reset: NIR has nothing else",
        ),
    ] {
        std::fs::write(&model, NETWORK.replace(old, new)).unwrap();
        let said = export(&model, &Options::default(), 0.1, &out).unwrap_err();
        assert_eq!(said.to_string(), expected);
        assert!(!out.exists());
    }
}
