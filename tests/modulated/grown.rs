//! Synapses that come with several delays: against sums over all spikes, whatever was under way.

use std::collections::BTreeMap;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::network::{Homeostasis, Layout};
use sharpwave::plasticity::Synapse;
use sharpwave::{Network, Simulation, values};

use super::log::{Log, Spikes};
use super::{force, ms, run, taken_up};

const W_MAX: f64 = 1.0;
const PLUS: f64 = 0.02;
const MINUS: f64 = 0.03;
const TAU_MS: f64 = 20.0;
const END_MS: f64 = 400.0;

/// Neurons that fire by noise alone, and some that never do, which take up synapses and lose weak ones.
fn growing(lanes: u32, by_distance: bool) -> Network {
    let uniform =
        |low, high| Distribution::new(Shape::Uniform { low, high }).expect("a distribution");
    let mut network = Network::new(5);
    network.lanes = Some(lanes);
    for (name, size, v_th) in [("in", 30, 15.0), ("out", 12, 15.0), ("passive", 4, 1e6)] {
        let values = values! { tau_m: 20.0, v_th: v_th, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
        let neurons = network.population(name, size, "lif", values);
        neurons.expect("neurons").positions = Some(Layout::Grid {
            shape: vec![size],
            extent_mm: vec![6.0],
            wrap: false,
        });
    }
    let projection = network
        .project("grown", "in", ["out", "passive"])
        .rule("fixed_in_degree", values! { in_degree: 2_u32 })
        .weight(0.5)
        .dendritic_delay_ms(uniform(0.3, 0.6))
        .plasticity(
            "stdp_pair",
            values! { w_max: W_MAX, a_plus: PLUS, a_minus: MINUS },
        );
    match by_distance {
        true => projection.axonal_delay_ms(0.5).velocity_mm_per_ms(0.4),
        false => projection.axonal_delay_ms(uniform(0.5, 25.0)),
    }
    .add()
    .expect("a projection");
    let turnover = values! { prune_below: 0.42, in_degree: 8_u32, at_once: 2_u32, new_weight: 0.5 };
    network
        .homeostasis(Homeostasis {
            projections: vec!["grown".into()],
            ..force("turnover", 13.0, turnover)
        })
        .expect("a force");
    for (name, onto, rate) in [("noise_in", "in", 400.0), ("noise_out", "out", 300.0)] {
        network
            .stimulate(name, "poisson", [onto], 3.0, values! { rate: rate })
            .expect("noise");
    }
    network
}

/// A synapse, from when to when it is there, and its weight at the begin.
struct Life {
    synapse: Synapse,
    from: i64,
    to: i64,
}

/// The weight of a synapse at the end of its life, by all spikes of both sides, and what it has added: when and how much.
fn lived(life: &Life, source: &[i64], target: &[i64]) -> (f64, Vec<(i64, f64)>) {
    let Life { synapse, from, to } = life;
    let arrivals = source.iter().map(|t| (t + synapse.delay.ps(), false));
    let back = 2 * synapse.dendritic.ps();
    let fired = target.iter().map(|t| (t + back, true));
    let mut events: Vec<(i64, bool)> = arrivals.chain(fired).collect();
    events.sort_unstable();
    let (mut weight, mut added) = (synapse.weight, Vec::new());
    let own = |event: &&(i64, bool)| (*from..*to).contains(&event.0);
    for &(t, is_spike) in events.iter().filter(own) {
        let met = events.iter().filter(|one| one.1 != is_spike && one.0 < t);
        let met = met.map(|one| (-(t - one.0) as f64 * 1e-9 / TAU_MS).exp());
        let sum: f64 = met.sum();
        if is_spike {
            weight += PLUS * W_MAX * sum;
        } else {
            added.push((t, weight));
            weight -= MINUS * W_MAX * sum;
        }
        weight = weight.clamp(0.0, W_MAX);
    }
    (weight, added)
}

type Place = (u32, u32, i64, i64);

fn place(one: &Synapse) -> Place {
    (one.source, one.target, one.delay.ps(), one.dendritic.ps())
}

/// All synapses that there have been, oldest first where several are in one place, and those that went with their weights.
fn lives(first: Vec<Synapse>, engine: &mut Simulation) -> (Vec<Life>, usize) {
    let end = ms(END_MS).ps();
    let life = |from: i64| {
        move |synapse: Synapse| Life {
            synapse,
            from,
            to: end,
        }
    };
    let mut all: Vec<Life> = first.into_iter().map(life(0)).collect();
    let mut gone = 0;
    for edit in engine.take_edits() {
        let at = edit.at.ps();
        for one in edit.removed {
            let mut open = all.iter_mut().filter(|life| life.to == end);
            let life = open.find(|life| place(&life.synapse) == place(&one));
            life.expect("a synapse that there is").to = at;
            gone += 1;
        }
        all.extend(edit.added.into_iter().map(life(at)));
    }
    (all, gone)
}

fn of(spikes: &Spikes, population: usize, node: u32) -> Vec<i64> {
    let own = spikes
        .iter()
        .filter(|one| (one.1, one.2) == (population, node));
    own.map(|one| one.0).collect()
}

#[test]
fn what_is_under_way_reaches_synapses_that_come_and_they_know_what_has_passed() {
    for (lanes, by_distance) in [(1, false), (3, false), (2, true)] {
        let mut engine = Simulation::of(&growing(lanes, by_distance)).expect("a network");
        let first = engine.synapses_of("grown").expect("it learns");
        let mut log = Log(Vec::new());
        run(&mut engine, END_MS, &mut log);
        let now = engine.synapses_of("grown").expect("it learns");
        let (lives, gone) = lives(first, &mut engine);
        let [source, out, passive] =
            ["in", "out", "passive"].map(|name| engine.index_of(name).expect("a population"));
        let mut left = [0.0; 4];
        let mut ends: BTreeMap<Place, Vec<f64>> = BTreeMap::new();
        let (end, mut young) = (ms(END_MS).ps(), 0);
        for life in &lives {
            let Synapse {
                source: i,
                target: j,
                ..
            } = life.synapse;
            let spikes = of(&log.0, source, i);
            let target = if j < 12 {
                of(&log.0, out, j)
            } else {
                Vec::new()
            };
            let (weight, added) = lived(life, &spikes, &target);
            let on_way = |t: &&i64| {
                let arrival = **t + life.synapse.delay.ps();
                life.from > 0 && **t < life.from && arrival >= life.from && arrival < life.to
            };
            young += spikes.iter().filter(on_way).count();
            if j >= 12 {
                let since = |t: i64| (-(end - t) as f64 * 1e-9 / 20.0).exp();
                left[j as usize - 12] += added.iter().map(|(t, w)| w * since(*t)).sum::<f64>();
            }
            if life.to == end {
                ends.entry(place(&life.synapse)).or_default().push(weight);
            }
        }
        assert!(
            gone > 20 && young > 20,
            "{gone} went, {young} spikes were under way"
        );
        assert_eq!(now.len(), ends.values().map(Vec::len).sum::<usize>());
        let mut found: BTreeMap<Place, Vec<f64>> = BTreeMap::new();
        for one in &now {
            found.entry(place(one)).or_default().push(one.weight);
        }
        for (place, mut weights) in ends {
            let mut found = found.remove(&place).expect("the synapse");
            weights.sort_by(f64::total_cmp);
            found.sort_by(f64::total_cmp);
            for (found, expected) in found.iter().zip(weights) {
                assert!(
                    (found - expected).abs() < 2e-6,
                    "{place:?}: {found}, {expected}"
                );
            }
        }
        for (node, expected) in (0..).zip(left) {
            let found = engine.sample_at(passive, node, 0, engine.now());
            assert!(
                (found - expected).abs() < 1e-5 && expected > 1.0,
                "{found}, {expected}"
            );
        }
    }
}

/// In the middle of everything, at the instant of an edit too.
#[test]
fn what_is_under_way_survives_a_cut() {
    let of = || Simulation::of(&growing(2, true)).expect("a network");
    let (mut whole, mut expected) = (of(), Log(Vec::new()));
    run(&mut whole, END_MS, &mut expected);
    for cut in [13.0, 77.7, 130.0, 130.0001] {
        let (mut engine, mut log) = (of(), Log(Vec::new()));
        run(&mut engine, cut, &mut log);
        let mut engine = taken_up(&engine, of());
        run(&mut engine, END_MS, &mut log);
        assert_eq!(log.0, expected.0);
        let weights = |engine: &Simulation| engine.synapses_of("grown").expect("it learns");
        assert_eq!(weights(&engine), weights(&whole));
    }
}

const EVERY_MS: f64 = 13.0;
const UNUSED_MS: f64 = 30.0;

/// Against all spikes, over a cut: a synapse goes at the first instant at which none has come for long enough.
#[test]
fn synapses_through_which_nothing_comes_go() {
    let uniform = Distribution::new(Shape::Uniform {
        low: 1.0,
        high: 9.0,
    })
    .expect("one");
    let pruned = |lanes| {
        let mut network = Network::new(8);
        network.lanes = Some(lanes);
        for (name, size) in [("in", 30), ("out", 12)] {
            let values = values! { tau_m: 20.0, v_th: 15.0, v_reset: 0.0, e_l: 0.0, t_ref: 2.0 };
            network
                .population(name, size, "lif", values)
                .expect("neurons");
        }
        let projection = network.project("grown", "in", ["out"]);
        let projection = projection.rule("fixed_in_degree", values! { in_degree: 9_u32 });
        let projection = projection.weight(0.5).axonal_delay_ms(uniform);
        let projection = projection.plasticity("stdp_pair", values! { w_max: W_MAX });
        projection.add().expect("a projection");
        let turnover = values! { prune_unused: UNUSED_MS, in_degree: 0_u32, new_weight: 0.5 };
        let turnover = Homeostasis {
            projections: vec!["grown".into()],
            ..force("turnover", EVERY_MS, turnover)
        };
        network.homeostasis(turnover).expect("a force");
        let noise = network.stimulate("noise", "poisson", ["in"], 3.0, values! { rate: 330.0 });
        noise.expect("noise");
        Simulation::of(&network).expect("a network")
    };
    for lanes in [1, 3] {
        let (mut engine, mut log) = (pruned(lanes), Log(Vec::new()));
        let first = engine.synapses_of("grown").expect("it learns");
        run(&mut engine, 20.0, &mut log);
        let mut edits = engine.take_edits();
        let mut engine = taken_up(&engine, pruned(lanes));
        run(&mut engine, 200.0, &mut log);
        edits.extend(engine.take_edits());
        let source = engine.index_of("in").expect("a population");
        let mut expected: BTreeMap<i64, Vec<Place>> = BTreeMap::new();
        for synapse in &first {
            let spikes = of(&log.0, source, synapse.source);
            let goes = (1..)
                .map(|k| ms(EVERY_MS * f64::from(k)).ps())
                .find(|&now| {
                    let arrived = spikes.iter().map(|t| t + synapse.delay.ps());
                    let last = arrived.filter(|&t| t < now).max().unwrap_or(0);
                    now - last > ms(UNUSED_MS).ps()
                });
            let goes = goes.filter(|&now| now <= ms(200.0).ps());
            goes.into_iter()
                .for_each(|now| expected.entry(now).or_default().push(place(synapse)));
        }
        let found = edits.iter().filter(|edit| !edit.removed.is_empty());
        let found = found.map(|edit| (edit.at.ps(), edit.removed.iter().map(place).collect()));
        let mut found: BTreeMap<i64, Vec<Place>> = found.collect();
        for places in found.values_mut().chain(expected.values_mut()) {
            places.sort_unstable();
        }
        assert!(expected.len() > 3 && expected.values().map(Vec::len).sum::<usize>() > 30);
        assert_eq!(found, expected, "{lanes} lanes");
    }
}
