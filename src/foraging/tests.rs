//! The engine room against simulators that take every step and look at every pair of spikes.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::field::{Arrival, Field, Spike};
use super::learning::{self, Rule, Salience, Synapses, Traces};
use super::life::Life;
use super::network::{Learns, Network, Setting, Shown};
use super::plan::{Agent, Phase, Plan, Task, Turn};
use super::world::{DIRECTIONS, Pattern, World};
use crate::base::stream::Stream;
use crate::neuron::rulkov::{Map, Point};

const MAP: Map = Setting::PUBLISHED.map;

const RULE: Rule = Setting::PUBLISHED.rule;

fn setting() -> Setting {
    Setting {
        hidden: 10,
        ..Setting::PUBLISHED
    }
}

fn plan() -> Plan {
    let task = |name: &str, rewarded, punished| Task {
        name: name.into(),
        rewarded,
        punished,
    };
    let phase = |name: &str, aeons, turns: &[Turn], from, test| Phase {
        name: name.into(),
        aeons,
        turns: turns.to_vec(),
        from,
        test,
    };
    Plan {
        setting: setting(),
        side: 20,
        pairs: 10,
        epochs: 20,
        agent: Agent {
            right: 1.0,
            wrong: -0.5,
            nothing: -0.0001,
            asleep: 0.5,
            restlessness: 0.05,
            most_restless: 0.5,
        },
        tasks: vec![
            task("one", Pattern::Horizontal, Pattern::PositiveDiagonal),
            task("two", Pattern::Vertical, Pattern::NegativeDiagonal),
        ],
        phases: vec![
            phase("look", 4, &[Turn::Explore], None, 0),
            phase("first", 4, &[Turn::Task(0)], None, 2),
            phase("second", 4, &[Turn::Task(1)], None, 2),
            phase("sleep", 4, &[Turn::Task(1), Turn::Sleep], None, 2),
            phase(
                "uniform",
                4,
                &[Turn::Task(1), Turn::UniformSleep],
                Some(2),
                2,
            ),
        ],
        performance_rate: 0.01,
        points: 2,
    }
}

fn bits(points: &[Point]) -> Vec<[u64; 4]> {
    let bits = |p: &Point| [p.v, p.before, p.u, p.i].map(f64::to_bits);
    points.iter().map(bits).collect()
}

#[test]
fn every_step_of_every_cell_is_that_of_the_map() {
    let mut stream = Stream::new(1, "test", 0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let pool = pool.expect("two threads");
    // Fewer than a block, more than one, whole blocks, and as many as threads share.
    for size in [5, 49, 64, 100, 300] {
        let mut field = Field::new(&MAP, size);
        let mut naive = field.points().to_vec();
        let (mut count, mut stood_still) = (0, false);
        for epoch in 0..40 {
            // Nothing arrives for a while, so that all come to rest.
            let n = if epoch % 20 < 10 { 60 } else { 0 };
            let mut arrivals: Vec<Arrival> = (0..n)
                .map(|_| Arrival {
                    step: stream.below(300) as u32,
                    cell: stream.below(size as u64) as u32,
                    input: 0.08 * (stream.uniform() - 0.2),
                })
                .collect();
            arrivals.sort_by_key(|arrival| arrival.step);
            let mut found = Vec::new();
            pool.install(|| field.run(&MAP, 300, &arrivals, &mut found));
            let mut expected = Vec::new();
            let before = naive.clone();
            for step in 0..300 {
                for arrival in arrivals.iter().filter(|arrival| arrival.step == step) {
                    naive[arrival.cell as usize].i += arrival.input;
                }
                for (cell, point) in (0..).zip(&mut naive) {
                    let (next, spikes) = MAP.step(*point);
                    *point = next;
                    if spikes {
                        let step = step + 1;
                        expected.push(Spike { step, cell });
                    }
                }
            }
            stood_still |= epoch > 10 && bits(&before) == bits(&naive);
            assert_eq!(found, expected, "{size} cells, epoch {epoch}");
            assert_eq!(bits(field.points()), bits(&naive));
            count += found.len();
        }
        assert!(count > 100, "{count} spikes");
        assert!(stood_still, "some epoch changes nothing");
    }
}

/// An epoch of the whole network, a step after the other, without spread; spikes of each layer.
fn naive_epoch(
    setting: &Setting,
    network: &Network,
    layers: &mut [Vec<Point>; 3],
    shown: &[u32],
) -> [Vec<Spike>; 3] {
    let mut all: [Vec<Spike>; 3] = Default::default();
    for &cell in shown {
        layers[0][cell as usize].i += setting.shown;
    }
    let (hidden_weights, sources) = network.hidden_weights();
    let onto: Vec<&[f64]> = network.output_weights().chunks(network.hidden()).collect();
    for step in 1..=setting.epoch {
        let mut now: [Vec<usize>; 3] = Default::default();
        for (k, layer) in layers.iter_mut().enumerate() {
            for (cell, point) in layer.iter_mut().enumerate() {
                let (next, spikes) = setting.map.step(*point);
                *point = next;
                if spikes {
                    now[k].push(cell);
                    let cell = cell as u32;
                    all[k].push(Spike { step, cell });
                }
            }
        }
        for &source in &now[0] {
            for (synapse, weight) in hidden_weights.iter().enumerate() {
                if sources[synapse] as usize == source {
                    layers[1][synapse / setting.inputs].i += weight;
                }
            }
        }
        for &cell in &now[1] {
            // A cell that excites all directions as much drives none.
            let mut mean = 0.0;
            onto.iter()
                .for_each(|weights| mean += 0.125 * weights[cell]);
            for (weights, point) in onto.iter().zip(&mut layers[2]) {
                point.i += -mean + weights[cell];
            }
        }
    }
    all
}

#[test]
fn an_epoch_is_that_of_a_simulator_that_takes_all_layers_step_by_step() {
    let setting = Setting {
        spread: 0.0,
        hidden_weight: 0.011,
        ..setting()
    };
    let mut stream = Stream::new(2, "test", 0);
    let weights = (0..8 * setting.hidden * setting.hidden).map(|_| 0.04 * stream.uniform());
    let mut network = Network::new(&setting, 3).with_output_weights(weights.collect());
    let mut layers = network.fields().map(|field| field.points().to_vec());
    let mut count = [0; 3];
    for _ in 0..30 {
        let mut shown: Vec<u32> = (0..49).collect();
        stream.shuffle(&mut shown);
        shown.truncate(12);
        shown.sort_unstable();
        network.live(&setting, Shown::View(&shown));
        let expected = naive_epoch(&setting, &network, &mut layers, &shown);
        assert_eq!(*network.spikes(), expected);
        for (field, layer) in network.fields().iter().zip(&layers) {
            assert_eq!(bits(field.points()), bits(layer));
        }
        for (count, spikes) in count.iter_mut().zip(&expected) {
            *count += spikes.len();
        }
    }
    assert!(count.iter().all(|&n| n > 50), "{count:?}");
}

struct All;

impl Synapses for All {
    fn between(&self, source: u32, target: u32) -> Option<u32> {
        Some(3 * target + source)
    }
}

#[test]
fn every_pair_of_spikes_acts_as_it_should_for_as_long_as_it_should() {
    let mut stream = Stream::new(5, "test", 0);
    let (mut traces, mut weights) = (Traces::new(6), vec![1.0; 6]);
    let mut salience = Salience::new(6);
    let mut usual = [0.0_f64; 6];
    let mut expected = weights.clone();
    let mut sources: Vec<(u64, u32)> = Vec::new();
    let mut targets: Vec<(u64, u32)> = Vec::new();
    let (mut moved, mut bounded, mut together) = (0, 0, 0);
    for epoch in 0..30 {
        let start = 600 * epoch;
        let mut draw = |most: u64| -> Vec<(u64, u32)> {
            let spike = |_| (start + 1 + 3 * stream.below(200), stream.below(most) as u32);
            let mut spikes: Vec<_> = (0..4).map(spike).collect();
            spikes.sort_unstable();
            spikes
        };
        let (pre, post) = (draw(3), draw(2));
        let now = start + 600;
        traces.see(&RULE, &All, &pre, &post);
        traces.forget(&RULE, now);
        let aged = traces.aged(&RULE, now);
        salience.attend(0.1, &aged);
        let reward = if epoch % 3 == 0 { 1.0 } else { -0.01 };
        let factor = |synapse, sum| reward * sum / salience.usual(synapse);
        learning::act(&RULE, &aged, &mut weights, factor, |_| 1.5);
        sources.extend(&pre);
        targets.extend(&post);
        let mut all: BTreeMap<u32, Vec<f64>> = (0..6).map(|k| (k, Vec::new())).collect();
        for &(s, source) in &sources {
            for &(t, target) in &targets {
                let apart = s.abs_diff(t);
                let age = now - s.max(t);
                if apart >= 120 || age > 3600 {
                    continue;
                }
                let size = 0.4 * (-(apart as f64) / 40.0).exp() / (age + 600) as f64;
                together += u32::from(s == t);
                let size = if s <= t { size } else { -size };
                all.entry(3 * target + source).or_default().push(size);
            }
        }
        for (synapse, sizes) in all {
            let (usual, sum) = (&mut usual[synapse as usize], sizes.iter().sum::<f64>());
            *usual = 0.9 * *usual + 0.1 * sum;
            // As in the published code, on either side of nothing.
            *usual = usual.abs().max(1e-10).copysign(*usual);
            for size in sizes {
                let change = (reward * size * sum / *usual).clamp(-0.01, 0.01);
                expected[synapse as usize] *= 1.0 + 1.5 * change;
                moved += 1;
                bounded += u32::from(change.abs() == 0.01);
            }
        }
        for (found, expected) in weights.iter().zip(&expected) {
            assert!(
                (found - expected).abs() < 1e-12 * expected,
                "epoch {epoch}: {found}, {expected}"
            );
        }
    }
    assert!(bounded > 0 && bounded < moved, "{bounded} of {moved}");
    assert!(together > 0, "spikes in one step");
}

#[test]
fn wiring_is_regular_and_balancing_holds_the_sums() {
    let setting = Setting {
        hidden: 28,
        ..setting()
    };
    let mut network = Network::new(&setting, 1);
    let (_, sources) = network.hidden_weights();
    for own in sources.chunks(9) {
        let mut own = own.to_vec();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), 9, "different inputs");
    }
    for source in 0..49 {
        assert_eq!(
            sources.iter().filter(|&&other| other == source).count(),
            144
        );
    }
    let (weights, sources) = network.hidden_weights();
    let mut sums = vec![0.0; 49];
    for (weight, &source) in weights.iter().zip(sources) {
        // An eleventh of the mean, and whole ones on top.
        let grains = weight / (0.011 / 11.0);
        assert!(grains > 0.99 && (grains - grains.round()).abs() < 1e-9);
        sums[source as usize] += weight;
    }
    assert!(sums.iter().all(|sum| (sum - 144.0 * 0.011).abs() < 1e-12));
    let spread = weights.iter().map(|w| (w - 0.011).powi(2)).sum::<f64>() / weights.len() as f64;
    // Ten grains dealt out onto each: as many more or less as a Poisson process has.
    assert!(
        (spread / (10.0 * 0.001 * 0.001) - 1.0).abs() < 0.1,
        "{spread}"
    );
    let learns = Learns {
        hidden: true,
        output: true,
    };
    let all: Vec<u32> = (0..49).step_by(2).collect();
    for _ in 0..40 {
        network.live(&setting, Shown::View(&all));
        network.learn(&setting, learns, 1.0);
    }
    assert!(
        network
            .output_weights()
            .iter()
            .any(|&w| (w - 0.02).abs() > 1e-6)
    );
    for weights in network.output_weights().chunks(784) {
        // Weights that have been lifted to the least come on top.
        let lifted = weights.iter().filter(|&&w| w == setting.least).count();
        let over = weights.iter().sum::<f64>() - 784.0 * 0.02;
        let most = setting.least * lifted as f64;
        assert!((-1e-10..=most + 1e-10).contains(&over), "{over}, {lifted}");
    }
}

/// Two patterns or four: the world is as full, and has as many of each but for one.
#[test]
fn food_lies_as_dense_whatever_the_patterns() {
    let all = Pattern::ALL.map(|(_, pattern)| pattern);
    for patterns in [&all[..2], &all] {
        let mut world = World::new(15, 14, patterns, &mut Stream::new(4, "test", 0));
        assert_eq!(world.view(15).filter(|food| *food).count(), 28);
        let mut stream = Stream::new(5, "test", 0);
        let mut eaten = BTreeMap::new();
        for _ in 0..5_000 {
            if let Some(pattern) = world.go(Some(DIRECTIONS[stream.below(8) as usize]), &mut stream)
            {
                *eaten.entry(format!("{pattern:?}")).or_insert(0) += 1;
            }
        }
        assert_eq!(eaten.len(), patterns.len(), "{eaten:?}");
    }
}

#[test]
fn what_is_eaten_grows_elsewhere_and_the_world_has_no_edge() {
    let mut stream = Stream::new(9, "test", 0);
    let patterns = [Pattern::Horizontal, Pattern::NegativeDiagonal];
    let mut world = World::new(20, 20, &patterns, &mut stream);
    let mut eaten = BTreeMap::new();
    for _ in 0..20_000 {
        let heading = DIRECTIONS[stream.below(8) as usize];
        let before = world.hunger();
        if let Some(pattern) = world.go(Some(heading), &mut stream) {
            *eaten.entry(format!("{pattern:?}")).or_insert(0) += 1;
            assert_eq!(world.hunger(), before + 1, "until it is sated");
            world.sate();
            assert_eq!(world.hunger(), 0);
        }
        // Every particle touches its partner alone.
        let food: Vec<bool> = world.view(19).collect();
        for at in (0..19 * 19).filter(|&at| food[at]) {
            let (x, y) = (at % 19, at / 19);
            let near = (x.saturating_sub(1)..(x + 2).min(19))
                .flat_map(|x| (y.saturating_sub(1)..(y + 2).min(19)).map(move |y| 19 * y + x));
            assert!(near.filter(|&at| food[at]).count() <= 2);
        }
        // Ten pairs of each of two patterns, wherever the agent is.
        let food = world.view(19).filter(|food| *food).count();
        assert!((20..=40).contains(&food), "{food}");
    }
    assert_eq!(eaten.len(), 2);
    // A walker comes back to where it has eaten, so that it finds less than a tenth of its moves.
    assert!(eaten.values().all(|&n| n > 200), "{eaten:?}");
}

/// Goes on to the end.
fn to_the_end(life: &mut Life, plan: &Plan) {
    while life.at().0 < plan.phases.len() {
        let _ = life.go_on(plan);
    }
}

#[test]
fn a_life_saved_anywhere_goes_on_with_the_same_bits() {
    let plan = plan();
    let mut whole = Life::new(&plan, 4);
    to_the_end(&mut whole, &plan);
    assert!(whole.fingerprint() != Life::new(&plan, 4).fingerprint());
    for cut in [1, 5, 6, 9, 17, 25, 33] {
        let mut life = Life::new(&plan, 4);
        for _ in 0..cut {
            let _ = life.go_on(&plan);
        }
        let bytes = postcard::to_stdvec(&life).expect("plain data");
        let mut life: Life = postcard::from_bytes(&bytes).expect("its own");
        to_the_end(&mut life, &plan);
        assert_eq!(life.fingerprint(), whole.fingerprint(), "cut after {cut}");
        assert_eq!(life.noted(), whole.noted());
        assert_eq!(life.tested(), whole.tested());
    }
}

#[test]
fn tests_leave_no_trace_and_a_phase_can_start_from_an_earlier_one() {
    let with = plan();
    let mut without = plan();
    without.phases.iter_mut().for_each(|phase| phase.test = 0);
    let [mut one, mut other] = [&with, &without].map(|plan| Life::new(plan, 7));
    to_the_end(&mut one, &with);
    to_the_end(&mut other, &without);
    assert_eq!(one.noted(), other.noted());
    assert_eq!(one.tested().len(), 8);
    assert!(other.tested().is_empty());
    let noted = |phase: usize| one.noted().iter().filter(move |note| note.phase == phase);
    let last = noted(2).next_back().expect("noted");
    for phase in [3, 4] {
        assert_eq!(noted(phase).next().expect("noted").weights, last.weights);
    }
    let ends = [3, 4].map(|phase| &noted(phase).next_back().expect("noted").weights);
    assert_ne!(ends[0], ends[1]);
    let start = noted(0).next().expect("noted");
    assert_ne!(noted(1).next_back().expect("noted").weights, start.weights);
}

#[test]
fn a_phase_breaks_at_its_end_and_nowhere_else() {
    let plan = plan();
    let mut life = Life::new(&plan, 1);
    for (k, phase) in plan.phases.iter().enumerate() {
        let aeons = phase.aeons + 2 * phase.test;
        for aeon in 1..=aeons {
            assert_eq!(life.at().0, k);
            let over = life.go_on(&plan) == ControlFlow::Break(());
            assert_eq!(over, aeon == aeons);
        }
    }
}

#[test]
fn reward_says_which_way_directions_learn_and_each_layer_learns_by_itself() {
    let setting = Setting::PUBLISHED;
    let all: Vec<u32> = (0..49).step_by(2).collect();
    let mut network = Network::new(&setting, 1);
    for _ in 0..10 {
        network.live(&setting, Shown::View(&all));
        let [hidden, output] = [false, false];
        network.learn(&setting, Learns { hidden, output }, 1.0);
    }
    let start = Network::new(&setting, 1);
    assert_eq!(network.hidden_weights().0, start.hidden_weights().0);
    assert_eq!(network.output_weights(), start.output_weights());
    let after = |hidden: bool, output: bool, reward: f64| {
        let mut network = network.clone();
        network.live(&setting, Shown::View(&all));
        network.learn(&setting, Learns { hidden, output }, reward);
        let weights = network.output_weights().to_vec();
        (network.hidden_weights().0.to_vec(), weights)
    };
    let (hidden, output) = after(true, false, 1.0);
    assert!(hidden != start.hidden_weights().0);
    assert_eq!(output, start.output_weights());
    let [(as_before, up), (_, down)] = [1.0, -1.0].map(|reward| after(false, true, reward));
    assert_eq!(as_before, start.hidden_weights().0);
    let both = || up.iter().zip(&down).map(|(a, b)| (a - 0.02, b - 0.02));
    let moved = both().filter(|(a, b)| a.abs().max(b.abs()) > 1e-5);
    assert!(moved.clone().count() > 10, "they learn");
    // The balance of sums takes a little from both.
    assert!(moved.clone().all(|(a, b)| a * b < 0.0));
}

#[test]
fn sleep_at_own_rates_is_not_sleep_at_one_rate_nor_at_those_of_the_last_aeon() {
    let last = |turns: &[Turn]| {
        let mut plan = plan();
        plan.phases[4].turns = turns.to_vec();
        let mut life = Life::new(&plan, 7);
        to_the_end(&mut life, &plan);
        life.noted().last().expect("noted").weights.clone()
    };
    let beside = |turn| last(&[Turn::Task(1), turn]);
    let [own, recent, uniform] = [Turn::Sleep, Turn::RecentSleep, Turn::UniformSleep].map(beside);
    assert_ne!(own, uniform);
    assert_ne!(own, recent);
    assert_ne!(recent, uniform);
    // Tasks that do not take turns with sleep count as a whole.
    assert_eq!(last(&[Turn::Sleep]), last(&[Turn::RecentSleep]));
}
