use hdf5::File;
use proptest::prelude::*;

use super::csv::parse;
use super::*;
use crate::base::time::Duration;
use crate::connection::EdgeColumns;

fn list(weighted: bool, delayed: bool) -> EdgeList {
    EdgeList::new(10, 5, weighted, delayed)
}

fn read(path: &Path, population: Option<&str>, list: EdgeList) -> Result<Edges, EdgeFileError> {
    let population = population.map(str::to_owned);
    let file = EdgeFile {
        population,
        ..EdgeFile::new(path)
    };
    super::read(&file, list)
}

/// What is wrong with a table whose weights and delays are wanted.
fn wrong_table(text: &str) -> String {
    let wrong = parse(text.as_bytes(), None, list(true, true)).unwrap_err();
    let (line, found, expected) = (wrong.line, wrong.found, wrong.expected);
    format!("line {line}: found {found}, expected {expected}")
}

#[test]
fn tables_of_any_columns_are_read_by_their_names() {
    let columns = |keys: &[(&'static str, &str)]| {
        let table = keys.iter().map(|(key, name)| (*key, (*name).to_owned()));
        EdgeColumns::new(&table.collect()).unwrap()
    };
    let named = columns(&[
        ("source", "pre"),
        ("target", "post"),
        ("weight", "w"),
        ("delay", "d"),
        ("unit", "s"),
    ]);
    let ours = "source,target,weight,delay_ms\n1,2,0.5,1.5\n3,4,-1,2\n";
    let ours = parse(ours.as_bytes(), None, list(true, true)).unwrap();
    for table in [
        "d;pre;note;post;w\n0.0015;1;a;2;0.5\n0.002;3;b;4;-1\n",
        "\"pre\"\t\"post\"\t\"w\"\t\"d\"\n1\t2\t0.5\t0.0015\n3\t4\t-1\t0.002\n",
        "note,pre,post,w,d\n\"a, 9\",1,2,0.5,0.0015\n\"\"\"b\"\"\",3,4,-1,0.002\n",
        "pre post  w d\n1 2 0.5 0.0015\n3 4  -1 2e-3\n",
    ] {
        let read = parse(table.as_bytes(), Some(&named), list(true, true)).unwrap();
        assert!(read == ours, "{table}");
    }
    let numbered = columns(&[
        ("source", "2"),
        ("target", "1"),
        ("weight", "4"),
        ("delay", "3"),
    ]);
    let table = "2 1 1.5 0.5\n4 3 2 -1\n";
    assert!(parse(table.as_bytes(), Some(&numbered), list(true, true)).unwrap() == ours);
    let wrong = |table: &str, columns: &EdgeColumns| {
        let wrong = parse(table.as_bytes(), Some(columns), list(true, true)).unwrap_err();
        (wrong.line, wrong.found, wrong.expected)
    };
    let (line, found, expected) = wrong("pre,post,w\n1,2,3\n", &named);
    assert_eq!((line, &found[..]), (1, "`pre,post,w`"));
    assert_eq!(expected, "a column `d`, or a number from 1 to 3");
    let without = columns(&[("source", "pre"), ("target", "post"), ("weight", "w")]);
    let (_, found, expected) = wrong("pre,post,w\n1,2,3\n", &without);
    assert_eq!(found, "no column `delay` in `columns`");
    assert_eq!(expected, "one, or the key `axonal_delay` in the model file");
    let (line, found, _) = wrong("pre,post,w,d\n1,2,3,1\n1,2,3\n", &named);
    assert_eq!((line, &found[..]), (3, "`1,2,3`"));
    let twice = columns(&[
        ("source", "pre"),
        ("target", "post"),
        ("weight", "w"),
        ("delay", "3"),
    ]);
    let (_, found, expected) = wrong("pre,post,w\n1,2,3\n", &twice);
    assert_eq!(
        (&found[..], &expected[..]),
        ("`pre,post,w`", "a column for each, not column 3 twice")
    );
    let half = EdgeColumns::new(&[("source", "pre".to_owned())].into());
    assert!(half.unwrap_err().to_string().contains("no `target`"));
}

#[test]
fn tables_that_are_wrong_say_where_and_why() {
    let header = "found `a,b`, expected the header `source,target`, with `,weight` or `,delay_ms` or both after it, or \
                  `columns = { source = \"…\", target = \"…\" }` in the model file";
    assert_eq!(wrong_table("a,b\n1,2"), format!("line 1: {header}"));
    assert_eq!(
        wrong_table("source,target\n1,2"),
        "line 1: found no column `weight`, expected one, or the key `weight` in the model file"
    );
    assert_eq!(
        wrong_table("source,target,weight\n1,2,3"),
        "line 1: found no column `delay_ms`, expected one, or the key `axonal_delay` in the model file"
    );
    for (rows, expected) in [
        (
            "1,2,0.5,1\n\n10,2,0.5,1",
            "line 4: found source 10, expected a source from 0 to 9",
        ),
        (
            "1,5,0.5,1",
            "line 2: found target 5, expected a target from 0 to 4",
        ),
        (
            "18446744073709551615,4,0.5,1",
            "line 2: found source 18446744073709551615, expected a source from 0 to 9",
        ),
        (
            "-1,4,0.5,1",
            "line 2: found source `-1`, expected a whole number",
        ),
        (
            "1,4.0,0.5,1",
            "line 2: found target `4.0`, expected a whole number",
        ),
        (
            "1,4,heavy,1",
            "line 2: found weight `heavy`, expected a number",
        ),
        (
            "1,4,NaN,1",
            "line 2: found weight NaN, expected at most 3.4028235e38 in magnitude",
        ),
        (
            "1,4,1,1e-12",
            "line 2: found delay 1e-12 ms, expected 0 ms for all, or from 1 ps to 106 days",
        ),
        (
            "1,4,1,-2",
            "line 2: found delay -2 ms, expected 0 ms for all, or from 1 ps to 106 days",
        ),
        (
            "1,4,1,inf",
            "line 2: found delay inf ms, expected 0 ms for all, or from 1 ps to 106 days",
        ),
        (
            "1,4,1,late",
            "line 2: found delay_ms `late`, expected a number of milliseconds",
        ),
        (
            "1,4,1",
            "line 2: found `1,4,1`, expected 4 values, as in the header",
        ),
        (
            "1,4,1,1,1",
            "line 2: found `1,4,1,1,1`, expected 4 values, as in the header",
        ),
        (
            "1,4,1,\"1",
            "line 2: found `1,4,1,\\\"1`, expected a quote that is closed in the same line",
        ),
    ] {
        let table = format!("source,target,weight,delay_ms\n{rows}");
        assert_eq!(wrong_table(&table), expected);
    }
}

#[test]
fn a_column_that_is_not_wanted_is_not_looked_at() {
    let table = "\u{feff}source, target ,weight,delay_ms\r\n3,0,heavy,late\r\n0,4,,\r\n";
    let edges = parse(table.as_bytes(), None, list(false, false)).unwrap();
    assert_eq!(
        (edges.len(), edges.weights(), edges.distinct_delays()),
        (2, None, None)
    );
}

#[test]
fn equal_delays_are_one() {
    let table = "source,target,delay_ms\n1,2,0.012345678\n3,4,0.012345678\n";
    let edges = parse(table.as_bytes(), None, list(false, true)).unwrap();
    assert_eq!(
        edges.distinct_delays(),
        Some(&[Duration::from_ps(12_345_678)][..])
    );
}

#[test]
fn parts_of_delays_lie_within_them() {
    let mut edges = list(false, true).with_dendritic(true);
    edges.push_many(0, 1, 0.0, (1.5, 0.0), 1).unwrap();
    edges.push_many(0, 2, 0.0, (1.5, 0.5), 1).unwrap();
    for (delay, found, expected) in [
        ((1.5, 2.0), "2", "1.5"),
        ((1.0, -0.5), "-0.5", "1"),
        ((1.0, f64::NAN), "NaN", "1"),
    ] {
        let fault = edges.push_many(0, 3, 0.0, delay, 1).unwrap_err();
        assert_eq!(fault.found, format!("dendritic delay {found} ms"));
        let expected = format!("from 0 ms to {expected} ms, the whole delay");
        assert_eq!(fault.expected, expected);
    }
    let edges = edges.finish();
    let one = Duration::from_ps(1_500_000_000);
    assert_eq!(edges.distinct_delays(), Some(&[one, one][..]));
    assert_eq!(edges.longest_dendritic().ps(), 500_000_000);
    // Where they are not wanted they are not looked at.
    let mut whole = list(false, true);
    whole.push_many(0, 1, 0.0, (1.5, 2.0), 1).unwrap();
    assert_eq!(whole.finish().longest_dendritic(), Duration::ZERO);
}

/// Datasets of an edge population `p` with one group.
struct Sonata<'a> {
    ids: [&'a [i64]; 2],
    groups: Option<[&'a [u64]; 2]>,
    weights: &'a [f32],
    delays: &'a [f64],
}

impl Sonata<'_> {
    fn write(&self, path: &Path) {
        let file = File::create(path).unwrap();
        let group = file.create_group("edges/p").unwrap();
        let column = |name: &str, values: &[i64]| {
            group
                .new_dataset_builder()
                .with_data(values)
                .create(name)
                .unwrap();
        };
        column("source_node_id", self.ids[0]);
        column("target_node_id", self.ids[1]);
        if let Some([ids, indices]) = self.groups {
            let column = |name: &str, values: &[u64]| {
                group
                    .new_dataset_builder()
                    .with_data(values)
                    .create(name)
                    .unwrap();
            };
            column("edge_group_id", ids);
            column("edge_group_index", indices);
        }
        let group = group.create_group("0").unwrap();
        group
            .new_dataset_builder()
            .with_data(self.weights)
            .create("syn_weight")
            .unwrap();
        group
            .new_dataset_builder()
            .with_data(self.delays)
            .create("delay")
            .unwrap();
    }
}

const GOOD: Sonata<'_> = Sonata {
    ids: [&[3, 9], &[4, 0]],
    groups: Some([&[0, 0], &[1, 0]]),
    weights: &[0.5, -1.5],
    delays: &[1.0, 2.0],
};

fn wrong_file(path: &Path) -> String {
    let error = read(path, None, list(true, true)).unwrap_err().to_string();
    let (_, rest) = error.split_once("`: ").unwrap();
    rest.to_owned()
}

#[test]
fn files_that_are_wrong_name_the_dataset_and_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    for (sonata, expected) in [
        (
            Sonata {
                ids: [&[3, 10], &[4, 0]],
                ..GOOD
            },
            "/edges/p/source_node_id[1]: found source 10, expected a source from 0 to 9",
        ),
        (
            Sonata {
                ids: [&[3, 9], &[4, -7]],
                ..GOOD
            },
            "/edges/p/target_node_id[1]: found -7, expected a whole number, not negative",
        ),
        (
            Sonata {
                ids: [&[3, 9], &[4]],
                ..GOOD
            },
            "/edges/p/target_node_id: found 1 values, expected 2, as many as source_node_id",
        ),
        (
            Sonata {
                groups: Some([&[0, 7], &[0, 1]]),
                ..GOOD
            },
            "/edges/p/7: found no such group, expected one with `syn_weight` or `delay`, or `types = \"edge_types.csv\"`",
        ),
        (
            Sonata {
                groups: Some([&[0, 0], &[0, 2]]),
                ..GOOD
            },
            "/edges/p/edge_group_index[1]: found 2, expected an index into the 2 values of `syn_weight`",
        ),
        (
            Sonata {
                groups: None,
                weights: &[0.5],
                ..GOOD
            },
            "/edges/p/0/syn_weight: found 1 values, expected a value for edge 1 too",
        ),
        (
            // The second edge's attributes are in the first row.
            Sonata {
                weights: &[f32::NAN, 1.0],
                ..GOOD
            },
            "/edges/p/0/syn_weight[0]: found weight NaN, expected at most 3.4028235e38 in magnitude",
        ),
        (
            Sonata {
                delays: &[1.0, -2.0],
                ..GOOD
            },
            "/edges/p/0/delay[1]: found delay -2 ms, expected 0 ms for all, or from 1 ps to 106 days",
        ),
    ] {
        sonata.write(&path);
        assert_eq!(wrong_file(&path), expected);
    }
    GOOD.write(&path);
    assert_eq!(read(&path, Some("p"), list(true, true)).unwrap().len(), 2);
    let error = read(&path, Some("pp"), list(true, true)).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("has no population `pp`; the file has `p`\n  help: did you mean `p`?"),
        "{error}"
    );
}

#[test]
fn files_without_edges_say_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.h5");
    let file = File::create(&path).unwrap();
    assert_eq!(
        wrong_file(&path),
        "/: found no group `edges`, expected the SONATA layout `/edges/<population>`"
    );
    let edges = file.create_group("edges").unwrap();
    for name in ["a", "b"] {
        edges.create_group(name).unwrap();
    }
    assert_eq!(
        wrong_file(&path),
        "no population is named; the file has `a`, `b`\n  help: set `population` to the one to read"
    );
    let error = read(&path, Some("a"), list(true, true))
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("/edges/a/source_node_id: found no such dataset, expected source_node_id and target_node_id"),
        "{error}"
    );
    file.close().unwrap();
    std::fs::write(&path, "source,target\n").unwrap();
    assert_eq!(wrong_file(&path), "cannot read: is not an HDF5 file");
    assert!(wrong_file(&folder.path().join("none.csv")).starts_with("cannot read: No such file"));
}

#[test]
fn a_length_without_values_is_refused_before_memory_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.h5");
    let file = File::create(&path).unwrap();
    let group = file.create_group("edges/p").unwrap();
    for name in ["source_node_id", "target_node_id"] {
        let values = group.new_dataset::<u64>().chunk(16).shape(1_usize << 50);
        values.create(name).unwrap();
    }
    file.close().unwrap();
    assert_eq!(
        wrong_file(&path),
        format!(
            "/edges/p/source_node_id: found {} values in 0 bytes, expected a dataset that is all there",
            1_u64 << 50
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), weighted: bool, delayed: bool) {
        let table = [b"source,target,weight,delay_ms\n", bytes.as_slice()].concat();
        let _ = (parse(&bytes, None, list(weighted, delayed)), parse(&table, None, list(weighted, delayed)));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any");
        std::fs::write(&path, [b"\x89HDF\r\n\x1a\n", bytes.as_slice()].concat()).unwrap();
        let _ = read(&path, None, list(weighted, delayed));
    }

    #[test]
    fn rows_of_digits_and_signs_are_read_or_refused(text in "([0-9]{1,2},[0-5],[0-9eE.+-]{0,8},[0-9eE.+-]{0,8}\n){0,8}") {
        let table = format!("source,target,weight,delay_ms\n{text}");
        if let Ok(edges) = parse(table.as_bytes(), None, list(true, true)) {
            prop_assert!(edges.len() <= 8 && edges.sizes() == (10, 5));
        }
    }

    #[test]
    fn a_file_cut_or_changed_anywhere_is_read_or_refused(part in 0.0..1.0_f64, byte: u8, cut: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edges.h5");
        GOOD.write(&path);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = (bytes.len() as f64 * part) as usize;
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        std::fs::write(&path, bytes).unwrap();
        let _ = read(&path, None, list(true, true));
    }
}
