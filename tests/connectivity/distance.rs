//! Graphs of `distance` and `distance_in_degree` against the probabilities that they state, and delays by distance.

use std::collections::BTreeSet;
use std::sync::Arc;

use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::stream::Stream;
use sharpwave::connection::{self, Block, Connect, Delay, Plan, RuleFault};
use sharpwave::position::{Ends, Points, Region, grid, scattered};

use crate::graph::{fixed, graph, in_degrees, out_degree, plan, rule, synapses};

/// A function of distance: its name, width in millimetres, and exponent where it has one.
type Profile = (&'static str, f64, f64);

fn values((profile, width, exponent): Profile) -> Values {
    let mut values = Values::new();
    values.insert("profile", Value::from(profile));
    values.insert("width", width);
    if exponent > 0.0 {
        values.insert("exponent", exponent);
    }
    values
}

fn by_probability(profile: Profile, probability: f64, long_range: f64) -> Arc<dyn Connect> {
    let mut values = values(profile);
    values.extend([("probability", probability), ("long_range", long_range)]);
    connection::build("distance", &values).unwrap()
}

fn by_in_degree(profile: Profile, degree: u64, multapses: bool) -> Arc<dyn Connect> {
    let mut values = values(profile);
    values.insert("in_degree", degree);
    values.insert("multapses", multapses);
    connection::build("distance_in_degree", &values).unwrap()
}

/// The profile as it is stated.
fn stated((profile, width, exponent): Profile, d: f64) -> f64 {
    match profile {
        "gaussian" => (-d * d / (2.0 * width * width)).exp(),
        "exponential" => (-d / width).exp(),
        "power_law" => (1.0 + d / width).powf(-exponent),
        _ => f64::from(d <= width),
    }
}

/// Positions of sources and targets: on a grid and scattered, or all scattered.
fn ends(sides: &[f64], wrap: bool, shape: Option<&[u32]>, n: u32) -> Ends {
    let region = Region::new(sides, wrap);
    let anywhere = |entity, n| scattered(region, n, &mut Stream::new(3, "points", entity));
    let sources = match shape {
        Some(shape) => grid(region, shape),
        None => anywhere(0, 500),
    };
    let targets = anywhere(1, n);
    Ends::new(Arc::new(sources), [&targets])
}

fn placed(rule: Arc<dyn Connect>, ends: Ends) -> Plan {
    let n = |n: usize| u32::try_from(n).unwrap();
    let mut plan = plan(rule, n(ends.sources().at().len()), n(ends.targets().len()));
    plan.space.ends = Some(Arc::new(ends));
    plan
}

/// The distance between two neurons, by other arithmetic than the library's.
fn distance(plan: &Plan, source: u32, target: u32) -> f64 {
    let ends = plan.space.ends.as_ref().unwrap();
    let (a, b) = (
        ends.sources().at()[source as usize],
        ends.targets()[target as usize],
    );
    let sides = ends.region().sides_mm().unwrap();
    let mut square = 0.0;
    for (axis, side) in sides.iter().enumerate() {
        let turns: &[f64] = if ends.region().wraps() {
            &[-1.0, 0.0, 1.0]
        } else {
            &[0.0]
        };
        let ways = turns
            .iter()
            .map(|turn| (a[axis] - b[axis] + turn * side).abs());
        square += ways.fold(f64::INFINITY, f64::min).powi(2);
    }
    square.sqrt()
}

/// Sides, whether they wrap, a grid for the sources if they lie on one.
type Place = (&'static [f64], bool, Option<&'static [u32]>);

const PLACES: [Place; 6] = [
    (&[2.0], true, Some(&[400])),
    (&[2.0], false, None),
    (&[2.0, 1.0], true, Some(&[30, 20])),
    (&[2.0, 1.0], false, None),
    (&[1.0, 1.0, 0.5], true, None),
    (&[1.0, 1.0, 0.5], false, Some(&[10, 10, 5])),
];

const PROFILES: [Profile; 6] = [
    ("gaussian", 0.1, 0.0),
    ("gaussian", 0.6, 0.0),
    ("exponential", 0.15, 0.0),
    ("power_law", 0.05, 2.0),
    ("uniform", 0.31, 0.0),
    ("gaussian", 0.004, 0.0),
];

/// By bins of distance, the largest number of standard deviations that `found` lies from its mean.
fn farthest(found: &[f64], mean: &[f64], variance: &[f64]) -> f64 {
    let bins = found.iter().zip(mean).zip(variance);
    bins.map(|((found, mean), variance)| match *variance > 0.0 {
        // Where hardly anything is expected, a count is not normal.
        true => ((found - mean).abs() - 1.0).max(0.0) / variance.sqrt(),
        false => (found - mean).abs() * 1e9,
    })
    .fold(0.0, f64::max)
}

/// Every bin of distance within 5 standard deviations, in one to three dimensions, wrapped and not; 2 million bins would
/// have one beyond.
#[test]
fn pairs_have_the_stated_probability_at_every_distance() {
    const BINS: usize = 20;
    for (sides, wrap, shape) in PLACES {
        for (k, profile) in PROFILES.into_iter().enumerate() {
            let (p0, long) = ([0.9, 0.4][k % 2], [0.0, 0.01][k / 3]);
            let case = format!("{sides:?} {wrap} {profile:?}");
            let mut plan = placed(
                by_probability(profile, p0, long),
                ends(sides, wrap, shape, 600),
            );
            (plan.space.own, plan.space.autapses) = (Some(40), false);
            plan.space.own = plan
                .space
                .own
                .filter(|own| own + plan.space.n_source <= 600);
            let own = plan.space.own;
            let graph = graph(&plan);
            let pairs: BTreeSet<(u32, u32)> = graph.iter().map(|s| (s.0, s.2)).collect();
            assert_eq!(pairs.len(), graph.len(), "{case}: each pair once");
            let (mut found, mut mean, mut variance) = ([0.0; BINS], [0.0; BINS], [0.0; BINS]);
            let longest = plan.space.ends.as_ref().unwrap().longest_mm();
            for target in 0..plan.space.n_target {
                for source in 0..plan.space.n_source {
                    let d = distance(&plan, source, target);
                    let bin = ((d / longest * BINS as f64) as usize).min(BINS - 1);
                    let drawn = pairs.contains(&(source, target));
                    if own.map(|own| own + source) == Some(target) {
                        assert!(!drawn, "{case}: an autapse");
                        continue;
                    }
                    found[bin] += f64::from(drawn);
                    let p = 1.0 - (1.0 - p0 * stated(profile, d)) * (1.0 - long);
                    mean[bin] += p;
                    variance[bin] += p * (1.0 - p);
                }
            }
            let off = farthest(&found, &mean, &variance);
            assert!(off < 5.0, "{case}: {off} sd\n{found:?}\n{mean:?}");
            let expected = plan.expected_synapses();
            let (mean, sd) = (
                mean.iter().sum::<f64>(),
                variance.iter().sum::<f64>().sqrt(),
            );
            assert!(
                (expected - mean).abs() < 0.1 * mean + 5.0 * sd + 5.0,
                "{case}: {expected} synapses expected, {mean} stated"
            );
        }
    }
}

/// With multapses, draws are independent: a target has each source with the share that the profile says.
#[test]
fn sources_of_a_fixed_number_have_shares_as_stated() {
    const BINS: usize = 12;
    for (sides, wrap, shape) in PLACES {
        for profile in &PROFILES[..5] {
            let case = format!("{sides:?} {wrap} {profile:?}");
            let plan = placed(
                by_in_degree(*profile, 50, true),
                ends(sides, wrap, shape, 300),
            );
            let graph = graph(&plan);
            assert!(in_degrees(&graph, 300).iter().all(|&degree| degree == 50));
            let longest = plan.space.ends.as_ref().unwrap().longest_mm();
            let bin = |d: f64| ((d / longest * BINS as f64) as usize).min(BINS - 1);
            let (mut found, mut mean, mut variance) = ([0.0; BINS], [0.0; BINS], [0.0; BINS]);
            for synapse in &graph {
                found[bin(distance(&plan, synapse.0, synapse.2))] += 1.0;
            }
            for target in 0..300 {
                let mut shares = [0.0; BINS];
                for source in 0..plan.space.n_source {
                    let d = distance(&plan, source, target);
                    shares[bin(d)] += stated(*profile, d);
                }
                let sum: f64 = shares.iter().sum();
                for (k, share) in shares.into_iter().enumerate() {
                    let p = share / sum;
                    mean[k] += 50.0 * p;
                    variance[k] += 50.0 * p * (1.0 - p);
                }
            }
            let off = farthest(&found, &mean, &variance);
            assert!(off < 5.0, "{case}: {off} sd\n{found:?}\n{mean:?}");
        }
    }
}

/// Without multapses, sources are drawn one after the other from those that are left; so also where few are close and all
/// must be taken from a list.
#[test]
fn different_sources_are_drawn_one_after_the_other() {
    let region = Region::new(&[3.0], false);
    let sources = Points::new(region, vec![[0.0; 3], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]]);
    let targets = Points::new(region, vec![[0.0; 3]; 20_000]);
    let profile = ("exponential", 1.0, 0.0);
    let w = [1.0, (-1.0_f64).exp(), (-3.0_f64).exp()];
    let sum: f64 = w.iter().sum();
    // The source that is missing among two: both orders of the others.
    let pair =
        |a: usize, b: usize| w[a] / sum * (w[b] / (sum - w[a]) + w[a] / (sum - w[b]) * w[b] / w[a]);
    let expected = [pair(1, 2), pair(0, 2), pair(0, 1)];
    let plan = placed(
        by_in_degree(profile, 2, false),
        Ends::new(Arc::new(sources), [&targets]),
    );
    let mut missing = [0.0; 3];
    let mut has = vec![[false; 3]; 20_000];
    for synapse in graph(&plan) {
        let seen = &mut has[synapse.2 as usize][synapse.0 as usize];
        assert!(!std::mem::replace(seen, true), "a multapse");
    }
    for row in &has {
        missing[row.iter().position(|has| !has).unwrap()] += 1.0;
    }
    for (found, p) in missing.into_iter().zip(expected) {
        let (mean, sd) = (20_000.0 * p, (20_000.0 * p * (1.0 - p)).sqrt());
        assert!((found - mean).abs() < 5.0 * sd, "{missing:?} {expected:?}");
    }

    // 20 of 40 sources, nearly all the weight on one: still 20 different ones, none of itself.
    let mut plan = placed(
        by_in_degree(("gaussian", 0.05, 0.0), 20, false),
        ends(&[2.0], true, Some(&[40]), 40),
    );
    let near = Points::new(
        Region::new(&[2.0], true),
        grid(Region::new(&[2.0], true), &[40]).at().to_vec(),
    );
    plan.space.ends = Some(Arc::new(Ends::new(Arc::new(near.clone()), [&near])));
    (plan.space.own, plan.space.autapses) = (Some(0), false);
    let graph = graph(&plan);
    let pairs: BTreeSet<(u32, u32)> = graph.iter().map(|s| (s.0, s.2)).collect();
    assert_eq!((pairs.len(), graph.len()), (800, 800));
    assert!(pairs.iter().all(|(source, target)| source != target));
}

#[test]
fn a_target_without_sources_in_reach_is_named() {
    let plan = placed(
        by_in_degree(("uniform", 0.011, 0.0), 3, false),
        ends(&[2.0], false, Some(&[200]), 10),
    );
    let fault = plan
        .connect::<u32>(&crate::graph::whole(&plan))
        .unwrap_err()
        .fault;
    assert!(
        matches!(
            fault,
            RuleFault::OutOfReach {
                wanted: 3,
                found: 1..=2,
                ..
            }
        ),
        "{fault}"
    );
}

#[test]
fn lanes_share_one_graph() {
    for rule in [
        by_probability(("gaussian", 0.3, 0.0), 0.5, 0.02),
        by_in_degree(("power_law", 0.1, 3.0), 15, false),
        out_degree(9, true),
    ] {
        let mut plan = placed(rule, ends(&[2.0, 1.0], true, Some(&[20, 10]), 300));
        plan.delay = Some(Delay {
            axonal: fixed(0.5),
            dendritic: fixed(0.0),
            velocity: Some(0.3),
        });
        let one = graph(&plan);
        let mut all = Vec::new();
        // Blocks in an order of their own within a lane.
        for lane in [[(0, 70), (200, 31)], [(231, 69), (70, 130)]] {
            let mut local = 0;
            let lane = lane.map(|(first, len)| {
                local += len;
                Block {
                    first,
                    len,
                    local: local - len,
                }
            });
            all.extend(synapses(&plan.connect::<u16>(&lane).unwrap(), &lane));
        }
        let mut one = one;
        one.sort_unstable();
        all.sort_unstable();
        assert_eq!(one, all);
    }
}

#[test]
fn delays_are_offset_and_distance_over_velocity() {
    let resolution_ms = 0.1;
    for (sides, wrap, shape) in PLACES {
        let ends = ends(sides, wrap, shape, 200);
        for rule in [rule("all_to_all", []), out_degree(20, false)] {
            let mut plan = placed(rule, ends.clone());
            plan.delay = Some(Delay {
                axonal: fixed(0.7),
                dendritic: fixed(1.25),
                velocity: Some(0.2),
            });
            for synapse in graph(&plan) {
                let exact = 0.7 + distance(&plan, synapse.0, synapse.2) / 0.2;
                let axonal = synapse.1 as f64 * 1e-9 - 1.25;
                assert!(
                    (axonal - exact).abs() < resolution_ms / 2.0 + 1e-9,
                    "{axonal} {exact}"
                );
                let steps = axonal / resolution_ms;
                assert!((steps - steps.round()).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn delays_by_distance_need_positions_a_speed_and_an_offset() {
    let fault = |change: &dyn Fn(&mut Plan)| {
        let mut plan = placed(rule("all_to_all", []), ends(&[2.0], true, None, 200));
        plan.delay = Some(Delay {
            axonal: fixed(0.5),
            dendritic: fixed(0.0),
            velocity: Some(0.3),
        });
        assert_eq!(plan.check(), Ok(()));
        change(&mut plan);
        plan.check().unwrap_err().fault
    };
    let velocity = |found| {
        move |plan: &mut Plan| {
            if let Some(delay) = &mut plan.delay {
                delay.velocity = Some(found);
            }
        }
    };
    assert!(matches!(fault(&velocity(0.0)), RuleFault::Velocity { .. }));
    assert!(matches!(
        fault(&velocity(f64::NAN)),
        RuleFault::Velocity { .. }
    ));
    assert!(matches!(
        fault(&velocity(1e-5)),
        RuleFault::LongDelay { .. }
    ));
    let offset = |plan: &mut Plan| {
        if let Some(delay) = &mut plan.delay {
            delay.axonal = fixed(0.04);
        }
    };
    assert!(matches!(fault(&offset), RuleFault::ShortOffset { .. }));
    let nowhere = |plan: &mut Plan| plan.space.ends = None;
    assert!(matches!(fault(&nowhere), RuleFault::NotPlaced { .. }));
    let fewer = |plan: &mut Plan| plan.space.n_target = 199;
    assert!(matches!(fault(&fewer), RuleFault::NotPlaced { .. }));
}
