//! Files of edges: tables, and SONATA with types.

use sharpwave::connection::EdgeList;
use sharpwave::network::EdgeFile;
use sharpwave::record::edge_file;

use super::harness::{ROOM, Target, as_it_is, fuzz};

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
