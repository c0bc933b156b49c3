//! SONATA circuits that are imported.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use hdf5::{File, H5Type};
use sharpwave::config::{self, Options};
use sharpwave::network::{Connection, Given};
use sharpwave::record::spike_file;
use sharpwave::stimulus::spike_list::SpikeFile;

use crate::edges::between;
use crate::place::Place;
use crate::python::python;

const CIRCUIT: &str = r#"{
  "manifest": { "$BASE": ".", "$NETWORK": "$BASE/network" },
  "components": { "point_neuron_models_dir": "${configdir}/cells", "synaptic_models_dir": "$BASE/synapses" },
  "networks": {
    "nodes": [
      { "nodes_file": "$NETWORK/v1_nodes.h5", "node_types_file": "$NETWORK/v1_types.csv" },
      { "nodes_file": "$NETWORK/in_nodes.h5", "node_types_file": "$NETWORK/in_types.csv" }
    ],
    "edges": [
      { "edges_file": "$NETWORK/in_v1.h5", "edge_types_file": "$NETWORK/in_v1.csv" },
      { "edges_file": "$NETWORK/v1_v1.h5", "edge_types_file": "$NETWORK/v1_v1.csv" },
      { "edges_file": "$NETWORK/none.h5", "enabled": false }
    ]
  }
}"#;

const SIMULATION: &str = r#"{
  "run": { "tstop": 20.0, "dt": 0.1 },
  "inputs": {
    "from_in": { "input_type": "spikes", "module": "h5", "input_file": "$configdir/spikes.h5", "node_set": { "population": "in" } },
    "clamp": { "input_type": "current_clamp", "amp": 1.0 }
  },
  "reports": { "v": { "variable_name": "V_m" } }
}"#;

fn column<T: H5Type>(file: &File, name: &str, values: &[T]) -> hdf5::Dataset {
    file.new_dataset_builder()
        .with_data(values)
        .create(name)
        .unwrap()
}

fn edges(place: &Place, name: &str, ends: [&str; 2], rows: &[(u64, u64, u32, u16)]) {
    let file = File::create(place.path(&format!("network/{name}.h5"))).unwrap();
    let group = format!("edges/{}_to_{}", ends[0], ends[1]);
    let end = |which: &str, ids: Vec<u64>, population: &str| {
        let ids = column(&file, &format!("{group}/{which}_node_id"), &ids);
        let name: hdf5::types::VarLenAscii =
            hdf5::types::VarLenAscii::from_ascii(population).unwrap();
        let attribute = ids.new_attr::<hdf5::types::VarLenAscii>();
        attribute
            .create("node_population")
            .unwrap()
            .write_scalar(&name)
            .unwrap();
    };
    end("source", rows.iter().map(|row| row.0).collect(), ends[0]);
    end("target", rows.iter().map(|row| row.1).collect(), ends[1]);
    let types: Vec<u32> = rows.iter().map(|row| row.2).collect();
    column(&file, &format!("{group}/edge_type_id"), &types);
    let groups = vec![0_u16; rows.len()];
    column(&file, &format!("{group}/edge_group_id"), &groups);
    let indices: Vec<u32> = (0..rows.len() as u32).collect();
    column(&file, &format!("{group}/edge_group_index"), &indices);
    let counts: Vec<u16> = rows.iter().map(|row| row.3).collect();
    column(&file, &format!("{group}/0/nsyns"), &counts);
}

fn nodes(place: &Place, name: &str, types: &[u64]) {
    let file = File::create(place.path(&format!("network/{name}_nodes.h5"))).unwrap();
    column(&file, &format!("nodes/{name}/node_type_id"), types);
    let ids: Vec<u64> = (0..types.len() as u64).collect();
    column(&file, &format!("nodes/{name}/node_id"), &ids);
}

/// Two cells that excite and one that inhibits, and two sources.
fn circuit() -> Place {
    let place = Place::new();
    for folder in ["network", "cells", "synapses"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    place.write("circuit_config.json", CIRCUIT);
    place.write("simulation_config.json", SIMULATION);
    nodes(&place, "v1", &[100, 101, 100]);
    nodes(&place, "in", &[7, 7]);
    place.write(
        "network/in_types.csv",
        "node_type_id model_type\n7 virtual\n",
    );
    place.write(
        "network/v1_types.csv",
        "node_type_id model_template model_type dynamics_params\n\
         100 nrn:IntFire1 point_process exc.json\n101 nrn:IntFire1 point_process inh.json\n",
    );
    place.write(
        "cells/exc.json",
        r#"{ "tau": 0.024, "refrac": 0.003, "type": "NEURON_IntFire1" }"#,
    );
    place.write(
        "cells/inh.json",
        r#"{ "tau": 0.007, "refrac": 0.003, "noise": 2 }"#,
    );
    place.write("synapses/exc.json", r#"{ "sign": 1 }"#);
    place.write("synapses/inh.json", r#"{ "sign": -1 }"#);
    let header =
        "edge_type_id target_query source_query delay weight_function syn_weight dynamics_params";
    place.write(
        "network/in_v1.csv",
        format!("{header}\n1 * * 2.0 wmax 0.5 exc.json\n2 * * 1.5 wmax 1.5 exc.json\n"),
    );
    place.write(
        "network/v1_v1.csv",
        format!("{header}\n1 * \"pop == 'e'\" 1.0 wmax 0.3 exc.json\n2 * * 0.5 wmax 2 inh.json\n"),
    );
    edges(
        &place,
        "in_v1",
        ["in", "v1"],
        &[(0, 0, 1, 3), (1, 1, 2, 1), (1, 2, 1, 1)],
    );
    edges(&place, "v1_v1", ["v1", "v1"], &[(0, 2, 1, 4), (1, 0, 2, 1)]);
    let spikes = File::create(place.path("spikes.h5")).unwrap();
    column(&spikes, "spikes/timestamps", &[1.0, 10.0]);
    column(&spikes, "spikes/gids", &[0_u64, 1]);
    place
}

/// Compares every edge of the model file with what libsonata and the tables of types say, in Python.
fn compare(model: &Path) {
    let Some(python) = python() else {
        return;
    };
    let read = config::read(model, &Options::default()).unwrap();
    let network = read.network().unwrap().network;
    for projection in &network.projections {
        let Connection::Edges(Given::File(file)) = &projection.connection else {
            panic!("{projection:?}")
        };
        let (n_source, n_target) = network.sizes(projection).unwrap();
        let mut table = String::new();
        for (source, target, weight, delay_ms) in between(file, n_source, n_target, None).unwrap() {
            writeln!(table, "{source} {target} {weight:e} {delay_ms:e}").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let found = folder.path().join("found");
        std::fs::write(&found, table).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/check_circuit.py");
        let mut command = Command::new(&python);
        command.arg(script).arg(&found).arg(&file.path);
        command.arg(file.types.as_deref().unwrap_or(Path::new("")));
        command.arg(file.synapse_models.as_deref().unwrap_or(Path::new("")));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", projection.name);
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_circuit_becomes_a_model_file_that_runs() {
    let place = circuit();
    let said = place.run("import circuit_config.json --out model.toml");
    for line in [
        "population v1: 3 nodes of 2 types as `lif`",
        "population in: 2 virtual nodes as `relay`",
        "edges in_to_v1: 3 from in to v1",
        "input from_in: spikes onto in",
        "population v1: `noise` = 2 of node type 101",
        "input clamp: current_clamp",
        "`reports` of the simulation",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let model = std::fs::read_to_string(place.path("model.toml")).unwrap();
    assert!(
        model.contains("tau_m = [[1, \"24 ms\"], [1, \"7 ms\"], [1, \"24 ms\"]]"),
        "{model}"
    );
    compare(&place.path("model.toml"));
    // What `check` prints reads back.
    place.write(
        "resolved.toml",
        place
            .run("check model.toml --quiet")
            .split("\n\n#")
            .next()
            .unwrap_or_default(),
    );
    place.run("run model.toml --out out --quiet");
    let run = File::open(place.path("out/run.h5")).unwrap();
    let read = |name: &str| run.dataset(&format!("spikes/v1/{name}")).unwrap();
    // 0: 3 × 0.5 at 3 ms; 2: 4 × 0.3 a millisecond later; 1: 1.5 at 11.5 ms, which inhibits 0.
    assert_eq!(
        read("timestamps").read_raw::<f64>().unwrap(),
        [3.0, 4.0, 11.5]
    );
    assert_eq!(read("node_ids").read_raw::<u64>().unwrap(), [0, 2, 1]);
}

/// Parameters of single nodes go before those of their types, as the SONATA developer guide has it.
#[test]
fn nodes_have_parameters_of_their_own() {
    let place = circuit();
    let nodes = File::append(place.path("network/v1_nodes.h5")).unwrap();
    column(
        &nodes,
        "nodes/v1/0/dynamics_params/tau",
        &[0.024, 0.0075, 0.03],
    );
    column(&nodes, "nodes/v1/0/dynamics_params/noise", &[1.0, 2.0, 3.0]);
    column(&nodes, "nodes/v1/0/x", &[0.0; 3]);
    column(&nodes, "nodes/v1/node_group_index", &[0_u64, 1, 2]);
    nodes.close().unwrap();
    let said = place.run("import circuit_config.json --out model.toml");
    for line in [
        "population v1: `tau` of single nodes as `tau_m`",
        "population v1: `noise` of single nodes",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("dynamics_params"), "{said}");
    let model = || config::read(&place.path("model.toml"), &Options::default()).unwrap();
    let tau_m = |population: &sharpwave::network::Population| {
        let value = population.values.get("tau_m").expect("a value");
        value.blocks().map(<[(u32, f64)]>::to_vec)
    };
    let read = model().network().unwrap().network;
    assert_eq!(
        tau_m(&read.populations[1]),
        Some(vec![(1, 24.0), (1, 7.5), (1, 30.0)])
    );
    place.run("run model.toml --out out --quiet");
    // In another order they would be those of other nodes: they are left.
    let nodes = File::append(place.path("network/v1_nodes.h5")).unwrap();
    let indices = nodes.dataset("nodes/v1/node_group_index").unwrap();
    indices.write(&[1_u64, 0, 2]).unwrap();
    drop(indices);
    nodes.close().unwrap();
    let said = place.run("import circuit_config.json --out other.toml");
    assert!(
        said.contains("population v1: `dynamics_params` of single nodes"),
        "{said}"
    );
}

/// NEST's neurons begin at `V_m`, or else at its default, whatever `E_L` is.
#[test]
fn neurons_of_nest_begin_where_they_would_there() {
    let place = circuit();
    place.write(
        "network/v1_types.csv",
        "node_type_id model_template model_type dynamics_params\n\
         100 nest:iaf_psc_exp point_neuron exc.json\n101 nest:iaf_psc_exp point_neuron inh.json\n",
    );
    place.write("cells/exc.json", r#"{ "E_L": -65.0 }"#);
    place.write("cells/inh.json", r#"{ "E_L": -65.0, "V_m": -62.5 }"#);
    for name in ["exc", "inh"] {
        place.write(&format!("synapses/{name}.json"), "{}");
    }
    let said = place.run("import circuit_config.json --out model.toml");
    assert!(!said.contains("V_m"), "{said}");
    let model = std::fs::read_to_string(place.path("model.toml")).unwrap();
    let start = "initial = { v_m = [[1, \"-70 mV\"], [1, \"-62.5 mV\"], [1, \"-70 mV\"]] }";
    assert!(model.contains(start), "{model}");
    place.run("check model.toml --quiet");
}

#[test]
fn what_has_no_counterpart_is_named() {
    let place = circuit();
    place.write(
        "network/v1_types.csv",
        "node_type_id model_template model_type dynamics_params\n\
         100 nrn:IntFire1 point_process exc.json\n101 nest:iaf_psc_alpha point_process inh.json\n",
    );
    let output = place
        .command("import circuit_config.json")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    let message = "population `v1`: node type 101: found model_template `nest:iaf_psc_alpha`, expected a point neuron that \
                   has a counterpart here: nrn:IntFire1, nest:iaf_psc_delta";
    assert!(said.contains(message), "{said}");
    assert!(!place.path("circuit.toml").exists());
}

/// The examples of the SONATA repository, where `SHARPWAVE_SONATA_EXAMPLES` names their folder.
#[test]
fn published_circuits_have_the_edges_that_libsonata_reads() {
    let Some(folder) = std::env::var_os("SHARPWAVE_SONATA_EXAMPLES") else {
        eprintln!("skipped: SHARPWAVE_SONATA_EXAMPLES names no folder");
        return;
    };
    let place = Place::new();
    let config = Path::new(&folder).join("300_intfire/circuit_config.json");
    let said = place.run(&format!("import {} --out model.toml", config.display()));
    eprintln!("{said}");
    compare(&place.path("model.toml"));
    place.run("run model.toml --out out --quiet");
    // The published spikes, which NEURON made in bmtk, are these to the picosecond.
    let spikes = |path: &Path| {
        let read = spike_file::read(&SpikeFile::new(path).of("v1"), 300).unwrap();
        let mut by_neuron: Vec<(u32, i64)> = read.iter().map(|(t, n)| (*n, t.ps())).collect();
        by_neuron.sort_unstable();
        by_neuron
    };
    let published = Path::new(&folder).join("300_intfire/output/spikes.h5");
    let (found, published) = (spikes(&place.path("out/run.h5")), spikes(&published));
    assert_eq!(found.len(), 4322);
    assert_eq!(found, published);
}

#[test]
fn files_of_bare_names_lie_beside_their_circuit() {
    let place = Place::new();
    for folder in ["network", "c"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    // Where the program is started lies another file of that name.
    for (n, to) in [(5, "nodes.h5"), (2, "c/nodes.h5")] {
        nodes(&place, "in", &vec![7; n]);
        std::fs::rename(place.path("network/in_nodes.h5"), place.path(to)).unwrap();
    }
    place.write("c/types.csv", "node_type_id model_type\n7 virtual\n");
    place.write(
        "c/circuit_config.json",
        r#"{"networks":{"nodes":[{"nodes_file":"nodes.h5","node_types_file":"types.csv"}],"edges":[]}}"#,
    );
    place.write(
        "c/simulation_config.json",
        r#"{"run":{"tstop":10.0,"tstart":5.0}}"#,
    );
    let said = place.run("import c/circuit_config.json --out model.toml");
    assert!(said.contains("population in: 2 virtual nodes"), "{said}");
    assert!(
        said.contains("`run.tstart`, 5.0: it runs from 0 on"),
        "{said}"
    );
}
