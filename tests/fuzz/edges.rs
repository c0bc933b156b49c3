//! Files of edges: tables, SONATA with types, and sparse matrices of SciPy.

use std::io::{Cursor, Write};

use sharpwave::connection::EdgeList;
use sharpwave::network::EdgeFile;
use sharpwave::record::edge_file;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::harness::{ROOM, Target, as_it_is, fuzz, weight_files};
use super::zip_sums::repair;

const TYPES: &str = "edge_type_id syn_weight delay nsyns\n100 1 2 NULL\n101 -1.5 0.5 3\n";

fn read(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    let types = folder.path().join("types.csv");
    std::fs::write(&types, TYPES).expect("written");
    let plain = EdgeFile::new(path);
    let typed = EdgeFile {
        types: Some(types),
        ..plain.clone()
    };
    let said = [(&plain, true), (&plain, false), (&typed, true)].map(|(file, columns)| {
        match edge_file::read(file, EdgeList::new(10, 5, columns, columns)) {
            Ok(edges) => {
                assert_eq!(edges.sizes(), (10, 5));
                format!("{} edges", edges.len())
            }
            Err(error) => error
                .to_string()
                .split_once("`: ")
                .map_or_else(String::new, |(_, said)| said.to_owned()),
        }
    });
    said.join(" ")
}

#[test]
fn any_bytes_are_a_table_of_edges_or_refused() {
    let corpus = [
        "source,target,weight,delay_ms\n3,0,0.5,1\n9,4,-1,0.1\n",
        "source,target\n1,2\n",
        "source,target,delay_ms\n1,2,1e-9\n",
    ];
    fuzz(&Target {
        name: "edge_table",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "weight",
            "1e39",
            "nan",
            "-0",
            "18446744073709551615",
            "\u{feff}",
        ],
        repair: as_it_is,
        parse: |bytes| read("edges.csv", bytes),
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_a_sonata_file_of_edges_or_refused() {
    fuzz(&Target {
        name: "edge_hdf5",
        corpus: vec![
            include_bytes!("../foreign_files/edges_nsyns.h5").to_vec(),
            include_bytes!("../foreign_files/edges_gzip.h5").to_vec(),
        ],
        words: &["TREE", "HEAP", "SNOD", "nsyns", "delay", "edge_group_id"],
        repair: as_it_is,
        parse: |bytes| read("edges.h5", bytes),
        room: ROOM,
    });
}

/// `bytes` as the table of types of a file of edges.
fn types(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let edges = include_bytes!("../foreign_files/edges_nsyns.h5");
    std::fs::write(place("edges.h5"), edges).expect("written");
    std::fs::write(place("types.csv"), bytes).expect("written");
    std::fs::write(place("inh.json"), r#"{ "sign": -1 }"#).expect("written");
    let file = EdgeFile {
        types: Some(place("types.csv")),
        synapse_models: Some(folder.path().to_owned()),
        ..EdgeFile::new(place("edges.h5"))
    };
    match edge_file::read(&file, EdgeList::new(10, 5, true, true)) {
        Ok(edges) => format!("{} edges", edges.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn any_text_is_a_table_of_types_or_refused() {
    let corpus = [
        TYPES,
        "edge_type_id syn_weight delay weight_function dynamics_params\n100 1 2 wmax inh.json\n101 0 1 \"\" NULL\n",
        "edge_type_id syn_weight delay\n100 'a b' 2\n101 1e400 nan\n",
    ];
    fuzz(&Target {
        name: "edge_types",
        corpus: corpus.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: &[
            "NULL", "NA", "nan", "1e39", "\"", "'", "100", "\u{feff}", "\r\n", "inh.json", "./",
        ],
        repair: as_it_is,
        parse: types,
        room: ROOM,
    });
}

/// Matrices as scipy.sparse.save_npz writes them, in each of its layouts.
fn matrices() -> Vec<Vec<u8>> {
    let array = |values: &[f64]| {
        npy(
            "<f8",
            values.len(),
            &values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<_>>(),
        )
    };
    let whole = |values: &[i32]| {
        npy(
            "<i4",
            values.len(),
            &values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<_>>(),
        )
    };
    let text = |name: &[u8; 3]| npy_of("|S3", "()", name);
    let coo = [
        ("row", whole(&[0, 3, 9])),
        ("col", whole(&[1, 0, 4])),
        ("data", array(&[0.5, -1.0, 2.0])),
        ("shape", whole(&[10, 5])),
        ("format", text(b"coo")),
        ("delay", array(&[1.0, 0.1, 2.0])),
    ];
    let csr = [
        ("indices", whole(&[1, 0, 4])),
        ("indptr", whole(&[0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3])),
        ("data", array(&[0.5, -1.0, 2.0])),
        ("shape", whole(&[10, 5])),
        ("format", text(b"csr")),
        ("delay", array(&[1.0, 0.1, 2.0])),
    ];
    vec![archive(&coo), archive(&csr)]
}

fn npy(kind: &str, n: usize, data: &[u8]) -> Vec<u8> {
    npy_of(kind, &format!("({n},)"), data)
}

fn npy_of(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}

fn archive(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), stored)
            .expect("an entry");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn any_bytes_are_a_sparse_matrix_or_refused() {
    let whole = matrices();
    for bytes in &whole {
        assert!(
            read("edges.npz", bytes).starts_with("3 edges"),
            "{}",
            read("edges.npz", bytes)
        );
    }
    fuzz(&Target {
        name: "edge_npz",
        corpus: [whole, weight_files(&["npz"])].concat(),
        words: &[
            "row.npy",
            "col.npy",
            "data.npy",
            "shape.npy",
            "indptr.npy",
            "indices.npy",
            "coo",
            "csc",
            "(3,)",
            "<i8",
        ],
        repair,
        parse: |bytes| read("edges.npz", bytes),
        // Archives may hold a hundred times their size, and small ones more.
        room: 64 << 20,
    });
}
