//! A graph that a rule makes, written to a file of edges and read again, is the same graph.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use proptest::prelude::*;
use sharpwave::connection::{Block, EdgeList, Edges, Plan, listed};
use sharpwave::network::EdgeFile;
use sharpwave::record::edge_file;

use crate::graph::{all_to_all, drawn, graph, in_degree, plan, synapses, total, whole};
use crate::python::python;

/// The synapses of `plan` as a table.
fn table(plan: &Plan) -> String {
    let mut text = String::from("source,target,weight,delay_ms\n");
    for (source, delay_ps, target, weight) in graph(plan) {
        let (weight, ms) = (f32::from_bits(weight), delay_ps as f64 / 1e9);
        writeln!(text, "{source},{target},{weight},{ms}").unwrap();
    }
    text
}

fn list(plan: &Plan, columns: bool) -> EdgeList {
    let (n_source, n_target) = (plan.space.n_source, plan.space.n_target);
    EdgeList::new(n_source, n_target, columns, columns)
}

/// `plan` with the edges of the file at `path` in place of its rule, weights and delays.
fn given(plan: &Plan, path: &Path, population: Option<&str>) -> Plan {
    let file = EdgeFile {
        population: population.map(str::to_owned),
        ..EdgeFile::new(path)
    };
    let edges = edge_file::read(&file, list(plan, true)).unwrap();
    Plan {
        weight: None,
        delay: None,
        rule: listed(Arc::new(edges)),
        ..plan.clone()
    }
}

/// That both make the same rows onto every lane.
fn assert_same(made: &Plan, read: &Plan) {
    assert_eq!(made.expected_synapses(), read.expected_synapses());
    let middle = made.space.n_target / 3;
    let block = |first, end, local| Block {
        first,
        len: end - first,
        local,
    };
    let n = made.space.n_target;
    for lane in [
        whole(made),
        vec![block(middle, n, 7)],
        vec![block(n - 5, n, 10), block(0, middle, 20)],
    ] {
        let [made, read] = [made, read].map(|plan| plan.connect::<u16>(&lane).unwrap());
        assert!(synapses(&made, &lane) == synapses(&read, &lane));
        assert_eq!(made.delays(), read.delays());
    }
}

#[test]
fn a_graph_survives_a_table_and_a_sonata_file() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, h5) = (folder.path().join("e.csv"), folder.path().join("e.h5"));
    let constant = plan(in_degree(20, true), 200, 300);
    for made in [
        constant.clone(),
        drawn(constant),
        drawn(plan(total(4_000, true), 80, 150)),
        drawn(plan(all_to_all(), 30, 40)),
    ] {
        let text = table(&made);
        std::fs::write(&csv, &text).unwrap();
        assert_same(&made, &given(&made, &csv, None));
        // Only the order of edges onto one target is in the rows.
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_by_key(|row| {
            let target: u32 = row.split(',').nth(1).unwrap().parse().unwrap();
            std::cmp::Reverse(target)
        });
        std::fs::write(&csv, format!("{header}\n{}", rows.join("\n"))).unwrap();
        assert_same(&made, &given(&made, &csv, None));

        let Some(python) = python() else { continue };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/write_edges.py");
        let status = Command::new(python).arg(script).args([&csv, &h5]).status();
        assert!(status.unwrap().success());
        assert_same(&made, &given(&made, &h5, Some("e_to_i")));
    }
}

#[test]
fn the_model_file_may_draw_weights_and_delays_of_given_edges() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("e.csv");
    // As drawn, onto each target in turn: the order in which a rule draws the weights.
    let made = drawn(plan(all_to_all(), 20, 30));
    let mut text = String::from("source,target\n");
    for target in 0..30 {
        for source in 0..20 {
            writeln!(text, "{source},{target}").unwrap();
        }
    }
    std::fs::write(&csv, text).unwrap();
    let edges = edge_file::read(&EdgeFile::new(&csv), list(&made, false)).unwrap();
    let read = Plan {
        rule: listed(Arc::new(edges)),
        ..made.clone()
    };
    assert_same(&made, &read);
}

#[test]
fn autapses_and_multapses_are_as_given_and_no_edges_make_no_synapses() {
    let mut plan = plan(all_to_all(), 4, 4);
    (plan.space.own, plan.space.autapses) = (Some(0), false);
    let with = |edges: &[(u64, u64)]| {
        let mut list = list(&plan, true);
        for &(source, target) in edges {
            list.push(source, target, 2.0, 1.0).unwrap();
        }
        Plan {
            rule: listed(Arc::new(list.finish())),
            ..plan.clone()
        }
    };
    let pairs = [(3, 3), (1, 0), (1, 0), (0, 2)];
    let found: Vec<(u32, u32)> = graph(&with(&pairs)).iter().map(|s| (s.0, s.2)).collect();
    assert_eq!(found, [(0, 2), (1, 0), (1, 0), (3, 3)]);
    assert_eq!(graph(&with(&[])), []);
}

#[test]
fn edges_between_other_populations_are_refused() {
    let mut plan = plan(all_to_all(), 4, 5);
    plan.rule = listed(Arc::new(list(&plan, false).finish()));
    assert_eq!(plan.check(), Ok(()));
    plan.space.n_target = 6;
    assert_eq!(
        plan.check().unwrap_err().to_string(),
        "projection `e_i`: found edges from 4 sources to 5 targets, expected 4 and 6"
    );
}

/// Edges in any order, with few weights and delays so that some lists have one for all.
fn edges() -> impl Strategy<Value = Vec<(u64, u64, u8, u8)>> {
    prop::collection::vec((0_u64..20, 0_u64..30, 0_u8..3, 1_u8..4), 0..200)
}

proptest! {
    #[test]
    fn given_edges_are_the_graph_whatever_the_lanes(edges in edges(), cut in 0_u32..=30) {
        let mut plan = plan(all_to_all(), 20, 30);
        (plan.weight, plan.delay) = (None, None);
        let mut list = list(&plan, true);
        let mut expected = Vec::new();
        for &(source, target, weight, delay) in &edges {
            let ms = f64::from(delay) / 10.0;
            list.push(source, target, f64::from(weight), ms).unwrap();
            let ps = i64::from(delay) * 100_000_000;
            expected.push((source as u32, ps, target as u32, f32::from(weight).to_bits()));
        }
        let read: Edges = list.finish();
        plan.rule = listed(Arc::new(read));
        let mut found = Vec::new();
        for (first, end) in [(0, cut), (cut, 30)] {
            let lane = [Block { first, len: end - first, local: 3 }];
            found.extend(synapses(&plan.connect::<u16>(&lane).unwrap(), &lane));
        }
        // Stable: edges of one row keep their order.
        expected.sort_by_key(|edge| (edge.2 >= cut, edge.0, edge.1, edge.2));
        prop_assert_eq!(found, expected);
    }
}
