//! Delays: exact where they are given, on a grid where they are drawn, the sum of two parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::connection::{Block, Delay, EdgeList, Plan, listed};

use crate::graph::{fixed, graph, in_degree, out_degree, plan, probability, whole};

const MS: i64 = 1_000_000_000;
const STEP: i64 = MS / 10;

/// A plan of edges with these delays in picoseconds: one onto each target, from one source after the other.
fn given(n_source: u32, delays: &[i64]) -> Plan {
    let n_target = delays.len() as u32;
    let mut list = EdgeList::new(n_source, n_target, true, true);
    for (target, &ps) in (0_u32..).zip(delays) {
        let source = target % n_source;
        list.push(source.into(), target.into(), 1.0, ps as f64 / MS as f64)
            .unwrap();
    }
    let mut plan = plan(listed(Arc::new(list.finish())), n_source, n_target);
    (plan.weight, plan.delay) = (None, None);
    plan
}

#[test]
fn given_delays_are_exact_however_many_they_are() {
    // Some edges share one, none is a multiple of the grid, some are beyond its reach; at last as many as there may be.
    for (n, n_source) in [(3, 2), (200, 7), (40_000, 40_000), (65_535, 5_000)] {
        let shared = if n == 65_535 { 1 } else { 3 };
        let delays: Vec<i64> = (0..n)
            .map(|i| 1 + (i / shared * 7_919 % n) * 1_234_567_891)
            .collect();
        let plan = given(n_source, &delays);
        let mut found: Vec<(u32, i64)> = graph(&plan).iter().map(|s| (s.2, s.1)).collect();
        found.sort_unstable();
        let expected: Vec<(u32, i64)> = (0_u32..).zip(delays).collect();
        assert_eq!(found, expected, "{n}");
        // No place for every source and delay.
        let bytes = plan.connect::<u16>(&whole(&plan)).unwrap().bytes();
        assert!(
            bytes < 1_000 + 4 * n_source as usize + 16 * n as usize,
            "{n}: {bytes}"
        );
    }
}

#[test]
fn more_delays_than_16_bits_tell_apart_are_refused_with_what_to_do() {
    let delays: Vec<i64> = (1..=65_536).collect();
    let plan = given(3, &delays);
    let error = plan.connect::<u32>(&whole(&plan)).unwrap_err();
    assert_eq!(error.key(), "file");
    assert_eq!(
        error.to_string(),
        "projection `e_i`: found more than 65535 distinct delays in one lane, expected fewer\n  \
         help: use more lanes, or round the delays in the file: 0.001 ms tells 65,535 delays up to 65 ms apart"
    );
    // A lane counts its own.
    for first in [0, 32_768] {
        let (len, local) = (32_768, 0);
        let half = plan.connect::<u16>(&[Block { first, len, local }]).unwrap();
        assert_eq!(half.delays().len(), 32_768);
        assert_eq!(half.delays()[0].ps(), i64::from(first) + 1);
    }
}

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).unwrap()
}

/// The delay of each pair in picoseconds.
fn delays(plan: &Plan, axonal: Distribution, dendritic: Distribution) -> BTreeMap<(u32, u32), i64> {
    let mut plan = plan.clone();
    plan.delay = Some(Delay {
        axonal,
        dendritic,
        velocity: None,
    });
    graph(&plan).iter().map(|s| ((s.0, s.2), s.1)).collect()
}

#[test]
fn a_constant_part_is_added_as_it_is() {
    let plan = plan(in_degree(30, false), 100, 150);
    let (none, odd, drawn) = (fixed(0.0), fixed(1.234_567_891), uniform(0.3, 2.0));
    let alone = delays(&plan, drawn, none);
    // Which part is drawn changes nothing as long as it is only one.
    assert_eq!(delays(&plan, none, drawn), alone);
    let moved: BTreeMap<_, _> = alone
        .iter()
        .map(|(&pair, &ps)| (pair, ps + 1_234_567_891))
        .collect();
    assert_eq!(delays(&plan, drawn, odd), moved);
    assert_eq!(delays(&plan, odd, drawn), moved);
    let sum = delays(&plan, odd, fixed(0.000_000_109));
    assert!(sum.values().all(|&ps| ps == 1_234_568_000), "{sum:?}");
}

#[test]
fn two_drawn_parts_have_streams_of_their_own() {
    for rule in [probability(0.5), out_degree(2_500, false)] {
        let plan = plan(rule, 40, 5_000);
        let (first, second) = (uniform(1.0, 3.0), uniform(0.5, 1.0));
        let axonal = delays(&plan, first, fixed(0.0));
        let both = delays(&plan, first, second);
        assert!(both.keys().eq(axonal.keys()));
        // What the second part adds: 5 to 10 steps, the outer two half as often.
        let mut counts = [0.0; 6];
        let (mut product, n) = (0.0, both.len() as f64);
        for (axonal, both) in axonal.values().zip(both.values()) {
            let steps = (both - axonal) / STEP;
            assert_eq!(steps * STEP, both - axonal);
            counts[steps as usize - 5] += 1.0;
            product += (*axonal as f64 / MS as f64 - 2.0) * (steps as f64 / 10.0 - 0.75);
        }
        for (k, count) in counts.into_iter().enumerate() {
            let p = if [0, 5].contains(&k) { 0.1 } else { 0.2 };
            let sd = (n * p * (1.0 - p)).sqrt();
            assert!((count - n * p).abs() < 5.0 * sd, "{k}: {count} of {n}");
        }
        // Uncorrelated: variances of uniforms 2 and 0.5 ms wide, and of rounding to steps of 0.1 ms.
        let rounding = 0.01 / 12.0;
        let sd = (n * (4.0 / 12.0 + rounding) * (0.25 / 12.0 + rounding)).sqrt();
        assert!(product.abs() < 5.0 * sd, "{product} of {sd}");
    }
}
