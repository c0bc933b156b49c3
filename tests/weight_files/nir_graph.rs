//! Graphs of NIR that are no chains: what leads where, with which delays, and what is refused by the name of a node.

use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group};
use sharpwave::config::Options;
use sharpwave::experiment::export::of_model;
use sharpwave::experiment::nir::{export, import};
use tempfile::TempDir;

use super::ramp;

/// A node of a sketch.
#[derive(Clone, Copy)]
enum Part {
    Input(usize),
    Output(usize),
    /// So many neurons of 20 ms whose weights add 1 mV.
    Lif(usize),
    /// (out, in), a ramp.
    Linear(usize, usize),
    /// In seconds, of each.
    Delay(&'static [f64]),
}

use Part::{Delay, Input, Lif, Linear, Output};

fn text(group: &Group, name: &str, value: &str) {
    let dataset = group.new_dataset::<VarLenUnicode>().create(name).unwrap();
    let value: VarLenUnicode = value.parse().unwrap();
    dataset.write_scalar(&value).unwrap();
}

fn array(group: &Group, name: &str, values: &[f64], shape: &[usize]) {
    let dataset = group.new_dataset::<f64>().shape(shape).create(name);
    dataset.unwrap().write_raw(values).unwrap();
}

/// The file of a graph, in a folder of its own.
fn sketch(nodes: &[(&str, Part)], edges: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.nir");
    let file = File::create(&path).unwrap();
    let root = file.create_group("node").unwrap();
    text(&root, "type", "NIRGraph");
    let all = root.create_group("nodes").unwrap();
    for (name, part) in nodes {
        let group = all.create_group(name).unwrap();
        match *part {
            Input(n) | Output(n) => {
                let kind = if matches!(part, Input(_)) {
                    "Input"
                } else {
                    "Output"
                };
                text(&group, "type", kind);
                let shape = group.new_dataset::<i64>().shape(1).create("shape");
                shape.unwrap().write_raw(&[n as i64]).unwrap();
            }
            Lif(n) => {
                text(&group, "type", "LIF");
                for (parameter, value) in [
                    ("tau", 0.02),
                    ("r", 200.0),
                    ("v_leak", 0.0),
                    ("v_threshold", 1.0),
                    ("v_reset", 0.0),
                ] {
                    array(&group, parameter, &vec![value; n], &[n]);
                }
            }
            Linear(n_out, n_in) => {
                text(&group, "type", "Linear");
                let values: Vec<f64> = ramp(n_out * n_in).into_iter().map(f64::from).collect();
                array(&group, "weight", &values, &[n_out, n_in]);
            }
            Delay(each) => {
                text(&group, "type", "Delay");
                array(&group, "delay", each, &[each.len()]);
            }
        }
    }
    let ends: Vec<VarLenUnicode> = edges
        .iter()
        .flat_map(|(from, to)| [from, to])
        .map(|name| name.parse().unwrap())
        .collect();
    let dataset = root.new_dataset::<VarLenUnicode>();
    let dataset = dataset.shape((edges.len(), 2)).create("edges").unwrap();
    dataset.write_raw(&ends).unwrap();
    file.close().unwrap();
    (folder, path)
}

/// The projections of the model file that the graph becomes, a line each.
fn projections(nodes: &[(&str, Part)], edges: &[(&str, &str)]) -> Vec<String> {
    let (folder, path) = sketch(nodes, edges);
    let made = import(&path, folder.path(), 0.1, false).unwrap();
    std::fs::write(folder.path().join("m.toml"), &made.text).unwrap();
    let document: toml::Table = made.text.parse().unwrap();
    let mut found = Vec::new();
    for (name, projection) in document["projection"].as_table().unwrap() {
        let of = |key: &str| projection[key].to_string().replace('"', "");
        found.push(format!(
            "{name}: {} to {}, layer {}, {}",
            of("source"),
            of("target"),
            of("layer"),
            of("axonal_delay")
        ));
        // It can be built.
        of_model(&folder.path().join("m.toml"), &Options::default(), name).unwrap();
    }
    found.sort();
    found
}

/// What is said of a graph that has no counterpart.
fn refused(nodes: &[(&str, Part)], edges: &[(&str, &str)]) -> String {
    let (folder, path) = sketch(nodes, edges);
    let error = import(&path, folder.path(), 0.1, false).unwrap_err();
    error
        .to_string()
        .replace(&format!("`{}`: ", path.display()), "")
}

const ENDS: [(&str, Part); 2] = [("in", Input(3)), ("out", Output(2))];

fn with_ends(parts: &[(&'static str, Part)]) -> Vec<(&'static str, Part)> {
    [&ENDS[..], parts].concat()
}

#[test]
fn delays_before_and_after_weights_add_up() {
    let nodes = with_ends(&[
        ("first", Delay(&[0.001; 3])),
        ("fc", Linear(2, 3)),
        ("second", Delay(&[0.0005; 2])),
        ("third", Delay(&[0.0025; 2])),
        ("lif", Lif(2)),
    ]);
    let way = ["in", "first", "fc", "second", "third", "lif", "out"];
    let edges: Vec<_> = way.windows(2).map(|pair| (pair[0], pair[1])).collect();
    assert_eq!(
        projections(&nodes, &edges),
        ["fc: in to lif, layer 1, 4.1 ms"]
    );
}

#[test]
fn each_way_through_weights_is_a_projection() {
    let nodes = with_ends(&[
        ("fc", Linear(2, 3)),
        ("late", Delay(&[0.002; 3])),
        ("a", Lif(2)),
        ("b", Lif(2)),
        ("back", Linear(2, 2)),
    ]);
    let edges = [
        ("in", "fc"),
        ("in", "late"),
        ("late", "fc"),
        ("fc", "a"),
        ("fc", "b"),
        ("b", "back"),
        ("back", "a"),
        ("back", "b"),
        ("a", "out"),
    ];
    assert_eq!(
        projections(&nodes, &edges),
        [
            "back: b to a, layer 2, 0.1 ms",
            "back_2: b to b, layer 2, 0.1 ms",
            "fc: in to a, layer 1, 0.1 ms",
            "fc_2: in to a, layer 1, 2.1 ms",
            "fc_3: in to b, layer 1, 0.1 ms",
            "fc_4: in to b, layer 1, 2.1 ms",
        ]
    );
}

#[test]
fn graphs_without_a_counterpart_name_the_node() {
    let fc = ("fc", Linear(2, 3));
    let lif = ("lif", Lif(2));
    let chain = [("in", "fc"), ("fc", "lif"), ("lif", "out")];
    let and = |more: &[(&'static str, &'static str)]| [&chain[..], more].concat();
    for (parts, edges, expected) in [
        (
            vec![fc, lif, ("d", Delay(&[-0.001; 2])), ("rec", Linear(2, 2))],
            and(&[("lif", "d"), ("d", "rec"), ("rec", "lif")]),
            "node `d`: found a delay of -0.001 s, expected a time that is not negative",
        ),
        (
            vec![fc, lif, ("lone", Linear(2, 2))],
            and(&[("lone", "lif")]),
            "node `lone`: found a node that no input leads to, expected one on the way from an Input",
        ),
        (
            vec![fc, lif, ("second", Linear(2, 2))],
            vec![
                ("in", "fc"),
                ("fc", "second"),
                ("second", "lif"),
                ("lif", "out"),
            ],
            "node `second`: found weights right after weights, expected neurons between them",
        ),
        (
            vec![fc, lif, ("last", Linear(2, 2))],
            vec![
                ("in", "fc"),
                ("fc", "lif"),
                ("lif", "last"),
                ("last", "out"),
            ],
            "node `last`: found weights before the output, expected neurons after them",
        ),
        (
            vec![fc, lif, ("lost", Linear(2, 2))],
            and(&[("lif", "lost")]),
            "node `lost`: found weights that lead nowhere, expected neurons after them",
        ),
        (
            vec![fc, lif, ("other", Lif(2))],
            and(&[("lif", "other")]),
            "node `other`: found neurons without weights, expected Linear or Affine before them",
        ),
        (
            vec![fc, lif, ("d", Delay(&[0.001; 2])), ("e", Delay(&[0.0; 2]))],
            and(&[("fc", "d"), ("d", "e"), ("e", "d")]),
            "node `d`: found a way back to it, or too many ways, expected weights between",
        ),
        (
            vec![("fc", Linear(2, 4)), lif],
            chain.to_vec(),
            "node `fc`: found 4 inputs after 3 neurons, expected as many",
        ),
        (
            vec![fc, lif, ("rec", Linear(4, 2))],
            and(&[("lif", "rec"), ("rec", "lif")]),
            "node `rec`: found 4 outputs onto 2 neurons, expected as many",
        ),
        (
            vec![fc, lif],
            and(&[("lif", "nobody")]),
            "damaged or incomplete NIR file: an edge names no node: `nobody`",
        ),
    ] {
        assert_eq!(refused(&with_ends(&parts), &edges), expected);
    }
    assert_eq!(
        refused(&with_ends(&[fc]), &[("in", "fc"), ("fc", "out")]),
        "damaged or incomplete NIR file: no node is IF, LIF or CubaLIF"
    );
    assert_eq!(
        refused(&[fc, lif, ENDS[1]], &chain[1..]),
        "damaged or incomplete NIR file: no node is an Input"
    );
}

/// Two populations under one projection, with weights and delays of their own, and synapses of one pair that add up.
const NETWORK: &str = r#"schema = 1
experiment = "network"
duration = "10 ms"
[population.in]
neuron = "relay"
size = 6
[population.a]
neuron = "lif"
size = 5
tau_m = "20 ms"
v_th = "15 mV"
[population.b]
like = "a"
size = 3
[projection.all]
source = "in"
target = ["a", "b"]
rule = "fixed_in_degree"
in_degree = 7
multapses = true
weight = { distribution = "uniform", low = "-1 mV", high = "2 mV" }
axonal_delay = { distribution = "uniform", low = "0.2 ms", high = "1.4 ms" }
delay_resolution = "0.4 ms"
[projection.b_a]
source = "b"
target = "a"
rule = "all_to_all"
weight = { distribution = "uniform", low = "0 mV", high = "2 mV" }
axonal_delay = "1 ms"
"#;

/// Source, target by its name and number, delay in ps, and the weights of such a pair together, of the projections `names`
/// of the model file at `path`, whose targets are `targets` with their sizes.
fn synapses(path: &Path, names: &[(&str, &[(&str, u32)])]) -> Vec<(u32, String, i64, f32)> {
    let mut all = std::collections::BTreeMap::new();
    for (name, targets) in names {
        let table = of_model(path, &Options::default(), name).unwrap();
        for edge in &table.edges {
            let (mut number, mut population) = (edge.target, "");
            for (known, size) in *targets {
                population = known;
                match number.checked_sub(*size) {
                    Some(rest) => number = rest,
                    None => break,
                }
            }
            let place = (
                edge.source,
                format!("{population} {number}"),
                edge.delay.ps(),
            );
            *all.entry(place).or_insert(0.0_f32) += edge.weight as f32;
        }
    }
    // A matrix has every pair.
    let all = all.into_iter().filter(|(_, weight)| *weight != 0.0);
    all.map(|((source, target, delay), weight)| (source, target, delay, weight))
        .collect()
}

#[test]
fn every_synapse_comes_back_with_its_weight_and_delay() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("m.toml"), NETWORK).unwrap();
    let written = export(
        &place("m.toml"),
        &Options::default(),
        0.1,
        &place("net.nir"),
    )
    .unwrap();
    assert_eq!(written.left, Vec::<String>::new());
    let back = import(&place("net.nir"), folder.path(), 0.1, false).unwrap();
    std::fs::write(place("back.toml"), &back.text).unwrap();
    let both: &[(&str, u32)] = &[("a", 5), ("b", 3)];
    let before = synapses(&place("m.toml"), &[("all", both), ("b_a", &[("a", 5)])]);
    let document: toml::Table = back.text.parse().unwrap();
    let made = document["projection"].as_table().unwrap();
    let made: Vec<(&str, Vec<(&str, u32)>)> = made
        .iter()
        .map(|(name, keys)| {
            let target = keys["target"].as_str().unwrap();
            let size = both.iter().find(|(known, _)| *known == target).unwrap();
            (name.as_str(), vec![*size])
        })
        .collect();
    let names: Vec<(&str, &[(&str, u32)])> = made
        .iter()
        .map(|(name, targets)| (*name, &targets[..]))
        .collect();
    assert_eq!(synapses(&place("back.toml"), &names), before);
    // All of it is there to be told apart.
    let delays: std::collections::BTreeSet<i64> = before.iter().map(|row| row.2).collect();
    assert!(before.len() > 50 && delays.len() > 2, "{delays:?}");
    let edges = of_model(&place("m.toml"), &Options::default(), "all")
        .unwrap()
        .edges;
    let pairs: std::collections::BTreeSet<_> = edges
        .iter()
        .map(|e| (e.source, e.target, e.delay))
        .collect();
    assert!(pairs.len() < edges.len(), "some pair has two synapses");
    assert!(
        names.iter().any(|(name, _)| name.starts_with("all_b")),
        "{names:?}"
    );
}

#[test]
fn networks_that_nir_cannot_hold_name_the_part() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("m.toml"), folder.path().join("net.nir"));
    let said = |text: &str, dt_ms: f64| {
        std::fs::write(&model, text).unwrap();
        let error = export(&model, &Options::default(), dt_ms, &out).unwrap_err();
        assert!(!out.exists());
        error.to_string()
    };
    let many = NETWORK
        .replace("high = \"1.4 ms\"", "high = \"50 ms\"")
        .replace("\"0.4 ms\"", "\"0.01 ms\"");
    let many = many
        .replace("in_degree = 7", "in_degree = 20")
        .replace("size = 5", "size = 50");
    let many = said(&many, 0.1);
    assert!(
        many.ends_with("different delays, expected 100 or fewer, each of them weights of its own: NIR has nothing else"),
        "{many}"
    );
    let back = NETWORK.replace("target = \"a\"", "target = \"in\"");
    let back = back.replace("low = \"0 mV\", high = \"2 mV\"", "low = 0.0, high = 2.0");
    assert_eq!(
        said(&back, 0.1),
        "projection `b_a`: found a relay as target, expected neurons: NIR has nothing else"
    );
    let twice = NETWORK.replace("[projection.b_a]", "[projection.a]");
    assert_eq!(
        said(&twice, 0.1),
        "node `a`: found the name of another node, expected a name of its own: NIR has nothing else"
    );
    std::fs::write(&model, NETWORK).unwrap();
    let written = export(&model, &Options::default(), 1.1, &out).unwrap();
    let late =
        |name: &str| format!("delays of `{name}` below 1.1 ms: NIR's spikes arrive a step later");
    assert_eq!(written.left, [late("all"), late("b_a")]);
}
