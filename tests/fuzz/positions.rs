//! Positions of neurons: tables, and nodes of SONATA.

use hdf5::File;
use sharpwave::network::PositionFile;
use sharpwave::record::position_file;

use super::harness::{ROOM, Target, as_it_is, fuzz, with_file};

/// What becomes of `bytes` as the places of three neurons.
fn read(name: &str, bytes: &[u8]) -> String {
    with_file(name, bytes, |path| {
        let file = PositionFile {
            path: path.to_owned(),
            population: None,
            unit: "um",
        };
        let said =
            [None, Some(2)].map(|dimension| match position_file::read(&file, 3, dimension) {
                Ok((dimension, points)) => {
                    assert!(points.len() == 3 && points.iter().flatten().all(|at| at.is_finite()));
                    format!("{dimension} axes")
                }
                Err(error) => error.to_string(),
            });
        said.join(" ")
    })
}

#[test]
fn any_bytes_are_a_table_of_places_or_refused() {
    let corpus = [
        "x,y\n0,1\n2,3\n-4,5e-1\n",
        "id z y x\n0 1 2 3\n1 4 5 6\n2 7 8 9\n",
        "x\n1\n2\n3\n",
    ];
    fuzz(&Target {
        name: "position_table",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "x", "y", "z", "nan", "1e308", "-0", "\u{feff}", "\"", ";", "\t",
        ],
        repair: as_it_is,
        parse: |bytes| read("p.csv", bytes),
        room: ROOM,
    });
}

/// Three nodes with places.
fn nodes() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nodes.h5");
    let file = File::create(&path).expect("a file");
    let group = file.create_group("nodes/e/0").expect("a group");
    for name in ["x", "y", "z"] {
        let places = group.new_dataset_builder().with_data(&[0.5, 1.5, 2.5]);
        places.create(name).expect("a dataset");
    }
    // What is open keeps the file open.
    drop(group);
    file.close().expect("closed");
    std::fs::read(path).expect("read")
}

#[test]
fn any_bytes_are_nodes_with_places_or_refused() {
    let whole = nodes();
    assert_eq!(read("nodes.h5", &whole), "3 axes 2 axes");
    fuzz(&Target {
        name: "position_hdf5",
        corpus: vec![whole],
        words: &["TREE", "HEAP", "SNOD", "nodes", "x", "z"],
        repair: as_it_is,
        parse: |bytes| read("nodes.h5", bytes),
        room: ROOM,
    });
}
