//! Files of edges.

use std::sync::Arc;

use hdf5::{File, Group, H5Type};
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::time::Duration;
use sharpwave::connection::{Block, EdgeList, Plan, Space, listed};
use sharpwave::network::EdgeFile;
use sharpwave::record::edge_file::{self, EdgeFileError};
use sharpwave::synapse::sparse::Sparse;

use crate::corpus;
use crate::place::Place;

/// (source, target, weight, delay in ms) of every synapse that the file makes between `n` and `n` neurons, by source and
/// target; `given_mv` in place of its weights.
fn synapses(
    file: &EdgeFile,
    n: u32,
    given_mv: Option<Shape>,
) -> Result<Vec<Synapse>, EdgeFileError> {
    between(file, n, n, given_mv)
}

/// Source, target, weight, delay in ms.
pub type Synapse = (u32, u32, f64, f64);

/// As [`synapses`], between `n_source` and `n_target` neurons.
pub fn between(
    file: &EdgeFile,
    n_source: u32,
    n_target: u32,
    given_mv: Option<Shape>,
) -> Result<Vec<Synapse>, EdgeFileError> {
    let list = EdgeList::new(n_source, n_target, given_mv.is_none(), true);
    let edges = edge_file::read(file, list)?;
    let plan = Plan {
        name: "p".into(),
        seed: 1,
        space: Space {
            n_source,
            n_target,
            own: None,
            autapses: true,
            ends: None,
        },
        rule: listed(Arc::new(edges)),
        weight: given_mv.map(|shape| Distribution::new(shape).unwrap()),
        delay: None,
        delay_resolution: Duration::from_ps(1),
        weight_profile: None,
        listed_dendritic: None,
    };
    let all = Block {
        first: 0,
        len: n_target,
        local: 0,
    };
    let sparse: Sparse<u32> = plan.connect(&[all]).unwrap();
    let mut found = Vec::new();
    for source in 0..n_source {
        for (delay, targets, weights) in sparse.of(source) {
            for (i, &target) in targets.iter().enumerate() {
                found.push((source, target, weights.get(i), delay.as_ms()));
            }
        }
    }
    found.sort_by_key(|synapse| (synapse.0, synapse.1));
    Ok(found)
}

/// Columns of a file of edges.
struct Edges<'a> {
    place: &'a Place,
    group: Group,
}

impl<'a> Edges<'a> {
    /// Edges from 0, 1, 2, 3 to 3, 2, 1, 0, in the file `edges.h5`.
    fn new(place: &'a Place) -> Self {
        let file = File::create(place.path("edges.h5")).unwrap();
        let group = file.create_group("edges/p").unwrap();
        let edges = Self { place, group };
        edges.column("source_node_id", &[0_u64, 1, 2, 3]);
        edges.column("target_node_id", &[3_u64, 2, 1, 0]);
        edges
    }

    fn column<T: H5Type>(&self, name: &str, values: &[T]) -> &Self {
        let column = self.group.new_dataset_builder().with_data(values);
        column.create(name).unwrap();
        self
    }

    /// The file, closed, with a table of types if there is one.
    fn file(self, types: &str) -> EdgeFile {
        let place = self.place;
        drop(self);
        if !types.is_empty() {
            place.write("types.csv", types);
        }
        EdgeFile {
            types: (!types.is_empty()).then(|| place.path("types.csv")),
            ..EdgeFile::new(place.path("edges.h5"))
        }
    }
}

fn refusal(file: &EdgeFile) -> String {
    let error = synapses(file, 4, None).unwrap_err().to_string();
    error.split_once("`: ").unwrap().1.to_owned()
}

#[test]
fn packed_edges_are_read() {
    let found = synapses(&EdgeFile::new(corpus("edges_gzip.h5")), 2, None).unwrap();
    assert_eq!(found, [(0, 1, 1.5, 1.0), (1, 0, 2.5, 2.0)]);
}

#[test]
fn an_edge_acts_as_all_its_synapses() {
    let place = Place::new();
    place.write("edges.h5", std::fs::read(corpus("edges_nsyns.h5")).unwrap());
    place.write("in.csv", "node_id,timestamp_ms\n0,1\n1,1\n");
    place.write(
        "model.toml",
        r#"
schema = 1
experiment = "network"
duration = "20 ms"
[population.src]
neuron = "relay"
size = 2
[population.n]
neuron = "lif"
size = 2
tau_m = "1e9 ms"
v_th = "1000 mV"
[projection.p]
source = "src"
target = "n"
rule = "from_file"
file = "edges.h5"
weight = "1 mV"
axonal_delay = "2 ms"
[stimulus.s]
kind = "spikes"
target = "src"
weight = 1
file = "in.csv"
[record]
states = { population = "n", first = 2, variables = ["v_m"], every = "10 ms" }
"#,
    );
    place.run("run model.toml --out out --quiet");
    let run = File::open(place.path("out/run.h5")).unwrap();
    let v_m = run
        .dataset("report/n/data")
        .unwrap()
        .read_2d::<f32>()
        .unwrap();
    let last: Vec<f32> = v_m.rows().into_iter().next_back().unwrap().to_vec();
    assert!(
        (last[0] - 10.0).abs() < 1e-3 && (last[1] - 20.0).abs() < 1e-3,
        "{last:?}"
    );
}

#[test]
fn counts_multiply_weights_wherever_they_come_from() {
    let place = Place::new();
    let edges = Edges::new(&place);
    edges.column("0/nsyns", &[1_u16, 3, 0, 2]);
    edges.column("0/syn_weight", &[0.5, 1.0, 2.0, -4.0]);
    edges.column("0/delay", &[1.0, 2.0, 3.0, 4.0]);
    let file = edges.file("");
    let own = [(0, 3, 0.5, 1.0), (1, 2, 3.0, 2.0), (3, 0, -8.0, 4.0)];
    assert_eq!(synapses(&file, 4, None).unwrap(), own);
    let one = [(0, 3, 1.5, 1.0), (1, 2, 4.5, 2.0), (3, 0, 3.0, 4.0)];
    assert_eq!(synapses(&file, 4, Some(Shape::Constant(1.5))).unwrap(), one);
    let drawn = Shape::Uniform {
        low: 1.0,
        high: 1.25,
    };
    for (synapse, n) in synapses(&file, 4, Some(drawn))
        .unwrap()
        .iter()
        .zip([1.0, 3.0, 2.0])
    {
        assert!((n..1.25 * n).contains(&synapse.2), "{synapse:?}");
    }
    let edges = Edges::new(&place);
    edges.column("0/nsyns", &[1.0, 0.5, 1.0, 1.0]);
    edges.column("0/syn_weight", &[1.0; 4]);
    edges.column("0/delay", &[1.0; 4]);
    assert_eq!(
        refusal(&edges.file("")),
        "/edges/p/0/nsyns[1]: found 0.5, expected a whole number of synapses, 0 or more"
    );
}

#[test]
fn groups_and_types_give_what_edges_have() {
    let place = Place::new();
    let edges = Edges::new(&place);
    // As floats, which some programs write.
    edges.column("edge_group_id", &[0.0, 5.0, 5.0, 0.0]);
    edges.column("edge_group_index", &[1_u32, 0, 1, 0]);
    edges.column("edge_type_id", &[100_u32, 7, 100, 7]);
    edges.column("0/syn_weight", &[0.25, 0.5]);
    edges.column("5/delay", &[8.0, 9.0]);
    let types = "edge_type_id target_query syn_weight delay weight_function\n\
                 100 \"ei == 'i'\" 1.5 2.0 wmax\n7 * -3 4.5 NULL\n";
    let file = edges.file(types);
    // Weights by group 0, else by type; delays by group 5, else by type.
    let expected = [
        (0, 3, 0.5, 2.0),
        (1, 2, -3.0, 8.0),
        (2, 1, 1.5, 9.0),
        (3, 0, 0.25, 4.5),
    ];
    assert_eq!(synapses(&file, 4, None).unwrap(), expected);

    let without = EdgeFile {
        types: None,
        ..file.clone()
    };
    assert_eq!(
        refusal(&without),
        "/edges/p/0/delay: found no such dataset, expected one, or in the model file the key `axonal_delay`, or `types = \
         \"edge_types.csv\"` with such a column"
    );
    for (types, message) in [
        (
            "edge_type_id syn_weight delay\n100 1 2\n",
            "/edges/p/edge_type_id[1]: found 7, expected a type of",
        ),
        (
            "edge_type_id syn_weight delay\n100 NULL 2\n7 NULL NULL\n",
            "/edges/p: edge 1 of type 7: found no `syn_weight`, expected one in its group or type, or the key `weight`",
        ),
        (
            "edge_type_id syn_weight delay\n100 1 -1\n7 1 1\n",
            "delay of edge type 100 in `",
        ),
        (
            "edge_type_id syn_weight delay\n100 heavy 0\n",
            "line 2: found syn_weight `heavy`, expected a number",
        ),
        (
            "edge_type_id syn_weight delay weight_function\n7 1 1 NULL\n100 1 1 gaussianLL\n",
            "edge type 100: found weight_function `gaussianLL`, expected one that takes `syn_weight` as it is (`wmax`, `default`)",
        ),
    ] {
        place.write("types.csv", types);
        let said = refusal(&file);
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn synapse_models_give_the_sign() {
    let place = Place::new();
    let edges = Edges::new(&place);
    edges.column("edge_type_id", &[1_u32, 2, 1, 2]);
    let types =
        "edge_type_id syn_weight delay dynamics_params\n1 0.5 2 exc.json\n2 0.25 2 inh.json\n";
    let mut file = edges.file(types);
    place.write(
        "exc.json",
        "{ \"level_of_detail\": \"instanteneous\", \"sign\": 1 }",
    );
    place.write("inh.json", "{ \"sign\": -1 }");
    let weights = |file: &EdgeFile| -> Vec<f64> {
        let synapses = synapses(file, 4, None).unwrap();
        synapses.iter().map(|synapse| synapse.2).collect()
    };
    assert_eq!(weights(&file), [0.5, 0.25, 0.5, 0.25]);
    file.synapse_models = Some(place.path(""));
    assert_eq!(weights(&file), [0.5, -0.25, 0.5, -0.25]);
    // Weights that edges have themselves have it too, as in bmtk.
    let own = Place::new();
    let edges = Edges::new(&own);
    edges.column("edge_type_id", &[1_u32, 2, 1, 2]);
    edges.column("0/syn_weight", &[0.8, 0.3, 0.9, 0.2]);
    let of_edges = EdgeFile {
        synapse_models: Some(place.path("")),
        ..edges.file(types)
    };
    assert_eq!(weights(&of_edges), [0.8, -0.3, 0.9, -0.2]);
    place.write("inh.json", "{ \"sign\": \"down\" }");
    assert_eq!(refusal(&file), "sign: found \"down\", expected 1 or -1");
}

#[test]
fn what_is_not_used_is_said() {
    let place = Place::new();
    let edges = Edges::new(&place);
    edges.column("0/syn_weight", &[1.0; 4]);
    edges.column("0/delay", &[1.0; 4]);
    edges.column("0/afferent_section_id", &[1_u32; 4]);
    edges.column("0/conductance", &[1.0; 4]);
    edges.column("edge_type_id", &[1_u32; 4]);
    drop(edges.file("edge_type_id model_template\n1 stdp_synapse\n"));
    place.write(
        "model.toml",
        r#"
schema = 1
experiment = "network"
duration = "1 ms"
[population.n]
neuron = "lif"
size = 4
tau_m = "10 ms"
v_th = "1000 mV"
[projection.p]
source = "n"
target = "n"
rule = "from_file"
file = "edges.h5"
types = "types.csv"
[record]
spikes = ["n"]
"#,
    );
    let output = place.command("run model.toml --quiet").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let message = "/edges/p: `conductance`, `model_template` are not used: of an edge, `syn_weight`, `delay`, `dendritic_delay` and `nsyns` are";
    assert!(
        output.status.success() && stderr.contains(message),
        "{stderr}"
    );
}
