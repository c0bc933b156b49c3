//! Graphs of every connection rule: degrees, uniformity, switches, errors, and independence of the lanes.

#[path = "connectivity/delay.rs"]
mod delay;
#[path = "connectivity/distance.rs"]
mod distance;
#[path = "connectivity/given.rs"]
mod given;
#[path = "connectivity/graph.rs"]
mod graph;
#[path = "python/interpreter.rs"]
mod python;
#[path = "connectivity/refused.rs"]
mod refused;
#[path = "connectivity/ring.rs"]
mod ring;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::stop::Stop;
use sharpwave::base::stream::mix;
use sharpwave::base::time::Duration;
use sharpwave::connection::{Block, Connect, Plan, RuleFault};
use sharpwave::synapse::sparse::Sparse;

use crate::graph::{
    Synapse, all_to_all, axonal, drawn, fixed, graph, in_degree, in_degrees, one_to_one,
    out_degree, out_degrees, pairs, plan, probability, synapses, total, whole,
};

/// That counts expected to be `expected` each are uniform: χ² with n − 1 degrees of freedom, within 5 standard
/// deviations of its mean. `shrink` is the variance of a count over its mean.
fn assert_uniform(counts: &[u32], expected: f64, shrink: f64) {
    let freedom = counts.len() as f64 - 1.0;
    let chi: f64 = counts
        .iter()
        .map(|&count| (f64::from(count) - expected).powi(2) / (expected * shrink))
        .sum();
    assert!(
        (chi - freedom).abs() < 5.0 * (2.0 * freedom).sqrt(),
        "chi squared {chi} with {freedom} degrees of freedom"
    );
}

#[test]
fn one_to_one_pairs_by_number() {
    let expected: Vec<Synapse> = (0..50)
        .map(|i| (i, 1_500_000_000, i, 0.5_f32.to_bits()))
        .collect();
    assert_eq!(graph(&plan(one_to_one(), 50, 50)), expected);
}

#[test]
fn all_to_all_has_every_pair_once() {
    let mut plan = plan(all_to_all(), 30, 50);
    assert_eq!(graph(&plan).len(), 1500);
    assert_eq!(pairs(&graph(&plan)).len(), 1500);
    plan.space.own = Some(20);
    plan.space.autapses = false;
    let graph = graph(&plan);
    assert_eq!(graph.len(), 1470);
    assert!(graph.iter().all(|s| s.0 + 20 != s.2));
    assert_eq!(plan.expected_synapses(), 1470.0);
}

#[test]
fn in_degrees_are_exact_and_sources_uniform() {
    for multapses in [true, false] {
        let plan = plan(in_degree(100, multapses), 500, 2000);
        let graph = graph(&plan);
        assert!(in_degrees(&graph, 2000).iter().all(|&k| k == 100));
        // Each target takes a source 100/500 times: variance 1 − 1/500 with multapses, 1 − 100/500 without; the sum
        // over sources is fixed, which takes away one degree of freedom.
        let shrink = if multapses { 1.0 } else { 0.8 * 500.0 / 499.0 };
        assert_uniform(&out_degrees(&graph, 500), 400.0, shrink);
        let distinct = pairs(&graph).len();
        if multapses {
            // Each target misses (1 − 1/500)^100 of 500 sources: 90.7 distinct ones on average.
            let mean = distinct as f64 / 2000.0;
            assert!((mean - 90.716).abs() < 0.4, "{mean}");
        } else {
            assert_eq!(distinct, graph.len());
        }
    }
}

#[test]
fn out_degrees_are_exact_and_targets_uniform() {
    // 10,000 targets are three tiles of different sizes.
    for multapses in [true, false] {
        let plan = plan(out_degree(2000, multapses), 300, 10_000);
        let graph = graph(&plan);
        assert!(out_degrees(&graph, 300).iter().all(|&k| k == 2000));
        let shrink = if multapses { 1.0 } else { 0.8 };
        assert_uniform(&in_degrees(&graph, 10_000), 60.0, shrink);
        if !multapses {
            assert_eq!(pairs(&graph).len(), graph.len());
        }
        // Targets of one source in one tile: binomial or hypergeometric.
        let mut first_tile = vec![0_u32; 300];
        for s in graph.iter().filter(|s| s.2 < 4096) {
            first_tile[s.0 as usize] += 1;
        }
        assert_uniform(&first_tile, 819.2, 0.5904 * shrink);
    }
}

#[test]
fn totals_are_exact_and_pairs_uniform() {
    for multapses in [true, false] {
        let plan = plan(total(100_000, multapses), 400, 1000);
        let graph = graph(&plan);
        assert_eq!(graph.len(), 100_000);
        let shrink = if multapses { 1.0 } else { 0.75 };
        assert_uniform(&in_degrees(&graph, 1000), 100.0, shrink);
        assert_uniform(&out_degrees(&graph, 400), 250.0, shrink);
        let distinct = pairs(&graph).len();
        if multapses {
            // 400,000 (1 − e^(−1/4)) = 88,480 pairs, standard deviation below 150.
            assert!((distinct as f64 - 88_480.0).abs() < 750.0, "{distinct}");
        } else {
            assert_eq!(distinct, graph.len());
        }
    }
}

#[test]
fn a_total_of_all_pairs_takes_each_once() {
    let mut plan = plan(total(30 * 50 - 30, false), 30, 50);
    plan.space.own = Some(10);
    plan.space.autapses = false;
    let graph = graph(&plan);
    assert_eq!(pairs(&graph).len(), 1470);
    assert!(graph.iter().all(|s| s.0 + 10 != s.2));
}

#[test]
fn probability_gives_binomial_degrees() {
    for p in [0.003, 0.1, 0.8] {
        let graph = graph(&plan(probability(p), 1000, 2000));
        let n = 2e6;
        let sd = (n * p * (1.0 - p)).sqrt();
        assert!((graph.len() as f64 - n * p).abs() < 5.0 * sd, "{p}");
        assert_eq!(pairs(&graph).len(), graph.len());
        let degrees = in_degrees(&graph, 2000);
        let (mean, variance) = (1000.0 * p, 1000.0 * p * (1.0 - p));
        let found = degrees
            .iter()
            .map(|&k| (f64::from(k) - mean).powi(2))
            .sum::<f64>()
            / 2000.0;
        // Fourth moment of a binomial: the variance of (k − mean)² is v (1 + (2 − 6/n) v − ...) ≤ v + 2v².
        let error = ((variance + 2.0 * variance * variance) / 2000.0).sqrt();
        assert!(
            (found - variance).abs() < 5.0 * error,
            "{p} {found} {variance}"
        );
        assert_uniform(&out_degrees(&graph, 1000), 2000.0 * p, 1.0 - p);
    }
    assert_eq!(graph(&plan(probability(0.0), 30, 40)).len(), 0);
    assert_eq!(graph(&plan(probability(1.0), 30, 40)).len(), 1200);
}

#[test]
fn autapses_are_made_only_where_allowed() {
    for multapses in [true, false] {
        for rule in [
            all_to_all(),
            probability(0.3),
            in_degree(40, multapses),
            out_degree(40, multapses),
            total(6000, multapses),
        ] {
            let mut plan = plan(rule.clone(), 100, 150);
            plan.space.own = Some(30);
            let count = |plan: &Plan| {
                let graph = graph(plan);
                let own = graph.iter().filter(|s| s.0 + 30 == s.2).count();
                (own, graph.len())
            };
            assert!(count(&plan).0 > 0, "{rule:?}");
            plan.space.autapses = false;
            let (own, n) = count(&plan);
            assert_eq!(own, 0, "{rule:?}");
            if !is_random(&rule) {
                assert_eq!(n as f64, plan.expected_synapses(), "{rule:?}");
            }
        }
    }
}

#[test]
fn drawn_delays_lie_on_the_grid_and_one_delay_stays_exact() {
    let mut plan = drawn(plan(in_degree(50, true), 200, 300));
    let lane = whole(&plan);
    let sparse = plan.connect::<u16>(&lane).unwrap();
    let delays: Vec<i64> = sparse.delays().iter().map(|d| d.ps()).collect();
    assert!(delays.is_sorted() && delays.iter().all(|ps| ps % 100_000_000 == 0));
    assert_eq!(delays[0], 100_000_000);
    let graph = synapses(&sparse, &lane);
    // Every delay that is listed is used, and rows are in order of delay.
    let used: BTreeSet<i64> = graph.iter().map(|s| s.1).collect();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), delays);
    assert!(graph.is_sorted_by_key(|s| (s.0, s.1)));
    // Mean of the normal cut off at 0.1: 0.6 + 0.3 · 0.099477 / 0.952210.
    let mean = graph.iter().map(|s| s.1 as f64 / 1e9).sum::<f64>() / 15_000.0;
    assert!(
        (mean - 0.63134).abs() < 5.0 * 0.3 / 15_000_f64.sqrt(),
        "{mean}"
    );
    plan.delay = axonal(fixed(0.123_456_789));
    assert_eq!(
        plan.connect::<u16>(&lane).unwrap().delays(),
        [Duration::from_ps(123_456_789)]
    );
}

#[test]
fn weights_and_delays_leave_the_connectivity_as_it_was() {
    for rule in [
        probability(0.1),
        in_degree(9, true),
        out_degree(9, true),
        total(900, true),
    ] {
        let plain = plan(rule, 100, 120);
        let count = |plan: &Plan| {
            let mut counts = BTreeMap::new();
            for s in graph(plan) {
                *counts.entry((s.0, s.2)).or_insert(0) += 1;
            }
            counts
        };
        assert_eq!(count(&plain), count(&drawn(plain.clone())));
    }
}

/// Not a law, but a warning: a change here changes every result of every model with these rules.
#[test]
fn graphs_are_pinned() {
    let hash = |plan: &Plan| {
        let mut all = graph(plan);
        all.sort_unstable();
        all.iter().fold(0, |hash, s| {
            let pair = u64::from(s.0) << 32 | u64::from(s.2);
            mix(mix(mix(hash ^ pair) ^ s.1 as u64) ^ u64::from(s.3))
        })
    };
    let rules = |multapses| {
        [
            probability(0.1),
            in_degree(20, multapses),
            out_degree(20, multapses),
            total(4000, multapses),
        ]
    };
    let hashes = [true, false].map(|multapses| {
        rules(multapses).map(|rule| {
            let mut plan = drawn(plan(rule, 200, 5000));
            plan.space.own = Some(4000);
            plan.space.autapses = multapses;
            hash(&plan)
        })
    });
    let hashes = [0, 1, 2, 3].map(|rule| hashes.map(|hashes| hashes[rule]));
    let pinned = [
        [0x43D1_9AAA_D6B2_AF3B, 0xC083_F510_703C_AE51],
        [0x2783_A3DD_295B_31BE, 0x0A01_739D_3FE2_DCC4],
        [0xFF14_4C4D_1F1F_495F, 0x4BA3_6630_CD08_8FB0],
        [0x8330_60D8_9CFB_4F65, 0xB1DD_A2FC_A575_8CB1],
    ];
    assert_eq!(hashes, pinned, "{hashes:#x?}");
}

#[test]
fn memory_is_two_bytes_a_synapse_or_six_with_weights() {
    let mut plan = plan(in_degree(1000, true), 1000, 1000);
    let overhead = |plan: &Plan, per_synapse: usize| {
        let sparse = plan.connect::<u16>(&whole(plan)).unwrap();
        sparse.bytes() - per_synapse * sparse.n_synapses()
    };
    let fixed_part = size_of::<Sparse<u16>>() + size_of::<Duration>() + 4 * 1001;
    assert_eq!(overhead(&plan, 2), fixed_part);
    plan.weight = Distribution::new(Shape::Uniform {
        low: 0.0,
        high: 1.0,
    })
    .ok();
    assert_eq!(overhead(&plan, 6), fixed_part);
}

#[test]
fn a_lane_is_stopped_in_its_midst_and_often_asked() {
    use std::sync::atomic::{AtomicU32, Ordering};
    for drawing in [|plan| plan, drawn] {
        for rule in [in_degree(200, true), out_degree(200, true)] {
            let plan = drawing(plan(rule, 5_000, 5_000));
            let stop_at = |n: u32| {
                let asked = AtomicU32::new(0);
                let ask = || asked.fetch_add(1, Ordering::Relaxed) + 1 == n;
                let made = plan.connect_until::<u16>(&whole(&plan), Stop::new(&ask));
                let made = made.map_err(|error| error.fault);
                (made.map(|sparse| sparse.n_synapses()), asked.into_inner())
            };
            // A million synapses are drawn twice, or drawn and sorted.
            let (made, asked) = stop_at(u32::MAX);
            assert_eq!(made, Ok(1_000_000));
            assert!((20..60).contains(&asked), "{asked}");
            for n in [1, asked / 3, asked] {
                assert_eq!(stop_at(n), (Err(RuleFault::Stopped), n));
            }
        }
    }
}

/// Whether the number of synapses is drawn.
fn is_random(rule: &Arc<dyn Connect>) -> bool {
    ["fixed_probability", "ring_distance"].contains(&rule.spec().name)
}

fn rules() -> impl Strategy<Value = Arc<dyn Connect>> {
    let of = any::<bool>();
    prop_oneof![
        Just(all_to_all()),
        (0.0..=1.0).prop_map(probability),
        (0_u64..12, of).prop_map(|(degree, multapses)| in_degree(degree, multapses)),
        (0_u64..12, of).prop_map(|(degree, multapses)| out_degree(degree, multapses)),
        (0_u64..900, of).prop_map(|(n, multapses)| total(n, multapses)),
        (0_usize..3, 0.001..=0.5, 0.0..=1.0, 0.0..=0.1).prop_map(|(profile, width, p, q)| {
            let profile = ["gaussian", "exponential", "uniform"][profile];
            ring::ring(profile, width, p, q)
        }),
    ]
}

proptest! {
    #[test]
    fn the_graph_does_not_depend_on_the_lanes(
        rule in rules(),
        seed: u64,
        n_source in 13_u32..80,
        // Beyond one tile of `fixed_out_degree` in half of the cases.
        n_target in prop_oneof![100_u32..200, 4_000_u32..9_000],
        own in prop::option::of(0_u32..20),
        autapses: bool,
        cuts in prop::collection::vec((0.0..1.0_f64, 0_usize..3), 0..6),
    ) {
        let mut plan = drawn(plan(rule, n_source, n_target));
        plan.seed = seed;
        (plan.space.own, plan.space.autapses) = (own, autapses);
        // Ranges between random cuts, dealt to three lanes.
        let mut ends: Vec<(u32, usize)> = cuts
            .iter()
            .map(|&(cut, lane)| ((cut * f64::from(n_target)) as u32, lane))
            .collect();
        ends.push((n_target, 0));
        ends.sort_unstable();
        let mut lanes = vec![Vec::new(); 3];
        let mut sizes = [0; 3];
        let mut first = 0;
        for (end, lane) in ends {
            // Local numbers with gaps: other populations lie between.
            sizes[lane] += 5;
            let block = Block { first, len: end - first, local: sizes[lane] };
            sizes[lane] += block.len;
            lanes[lane].push(block);
            first = end;
        }
        let mut united: Vec<Synapse> = Vec::new();
        for lane in &mut lanes {
            // The order in which a lane lists its ranges does not matter.
            lane.reverse();
            united.extend(synapses(&plan.connect::<u16>(lane).unwrap(), lane));
        }
        let mut all = graph(&plan);
        all.sort_unstable();
        united.sort_unstable();
        prop_assert_eq!(all, united);
    }

    #[test]
    fn any_plan_is_refused_or_met(
        rule in rules(),
        n_source in 0_u32..15,
        n_target in 0_u32..15,
        own in prop::option::of(0_u32..15),
        autapses: bool,
    ) {
        let mut plan = plan(rule.clone(), n_source, n_target);
        (plan.space.own, plan.space.autapses) = (own, autapses);
        match plan.connect::<u16>(&whole(&plan)) {
            Err(error) => prop_assert!(error.to_string().starts_with("projection `e_i`: ")),
            Ok(sparse) => if !is_random(&rule) {
                prop_assert_eq!(sparse.n_synapses() as f64, plan.expected_synapses());
            }
        }
    }
}
