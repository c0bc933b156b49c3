//! Circuits of SONATA: the JSON that describes them, their tables of types, their nodes.

use std::path::Path;
use std::sync::LazyLock;

use hdf5::File;
use sharpwave::experiment::circuit::import;

use super::harness::{ROOM, Target, as_it_is, fuzz};

const CIRCUIT: &str = r#"{
  "manifest": { "$BASE": ".", "$NETWORK": "$BASE/network" },
  "components": { "point_neuron_models_dir": "${configdir}/cells" },
  "networks": { "nodes": [{ "nodes_file": "$BASE/nodes.h5", "node_types_file": "$BASE/types.csv" }] },
  "run": { "tstop": 20.0 },
  "inputs": { "clamp": { "input_type": "current_clamp", "amp": 1.0 } },
  "reports": { "v": { "variable_name": "V_m" } }
}"#;

const TYPES: &str = "node_type_id model_template model_type dynamics_params\n100 nrn:IntFire1 point_process cell.json\n7 NULL virtual NULL\n";

const CELL: &str = r#"{ "tau": 0.024, "refrac": 0.003, "type": "NEURON_IntFire1" }"#;

/// Three nodes of one type.
static NODES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nodes.h5");
    let file = File::create(&path).expect("a file");
    let group = file.create_group("nodes/v1").expect("a group");
    let column = |name: &str, values: &[u64]| {
        let made = group.new_dataset_builder().with_data(values);
        made.create(name).expect("a dataset");
    };
    column("node_type_id", &[100, 100, 100]);
    column("node_id", &[0, 1, 2]);
    // What is open keeps the file open.
    drop(group);
    file.close().expect("closed");
    std::fs::read(path).expect("read")
});

/// What becomes of the circuit in which the file `name` holds `bytes`.
fn read(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    };
    std::fs::create_dir(folder.path().join("cells")).expect("a folder");
    write("config.json", CIRCUIT.as_bytes());
    write("types.csv", TYPES.as_bytes());
    write("cells/cell.json", CELL.as_bytes());
    write("nodes.h5", &NODES);
    write(name, bytes);
    match import(&folder.path().join("config.json"), Path::new("/")) {
        Ok(circuit) => {
            let (mapped, left) = (circuit.mapped.len(), circuit.left.len());
            format!("{mapped} mapped, {left} left")
        }
        Err(error) => error.to_string(),
    }
}

const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"$BASE\"",
    "$BASE",
    "${configdir}",
    "\"manifest\"",
    "\"inputs\"",
    "\"network\"",
    "null",
    "1e400",
    "\\ud800",
    "../",
];

#[test]
fn any_text_describes_a_circuit_or_is_refused() {
    let whole = read("config.json", CIRCUIT.as_bytes());
    assert!(whole.ends_with("left"), "{whole}");
    fuzz(&Target {
        name: "circuit_json",
        corpus: vec![CIRCUIT.as_bytes().to_vec()],
        words: WORDS,
        repair: as_it_is,
        parse: |bytes| read("config.json", bytes),
        room: ROOM,
    });
}

#[test]
fn any_text_is_the_parameters_of_a_cell_or_refused() {
    fuzz(&Target {
        name: "circuit_cell",
        corpus: vec![CELL.as_bytes().to_vec()],
        words: WORDS,
        repair: as_it_is,
        parse: |bytes| read("cells/cell.json", bytes),
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_nodes_of_a_circuit_or_refused() {
    fuzz(&Target {
        name: "circuit_hdf5",
        corpus: vec![
            NODES.clone(),
            include_bytes!("../foreign_files/two_populations.h5").to_vec(),
        ],
        words: &["TREE", "HEAP", "SNOD", "nodes", "node_type_id", "node_id"],
        repair: as_it_is,
        parse: |bytes| read("nodes.h5", bytes),
        room: ROOM,
    });
}
