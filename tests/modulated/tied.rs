//! One matrix, read both ways: against a simulator that keeps every spike, and the same bits where a run is stopped.

use std::collections::BTreeMap;

use ndarray::Array2;
use proptest::prelude::*;
use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Time;
use sharpwave::synapse::dense::Dense;
use sharpwave::{Network, Simulation, values};

use super::log::{Log, Spikes};
use super::{run, taken_up};

const LOWER: usize = 5;
const UPPER: usize = 4;
const TAU_MS: f64 = 20.0;
const V_TH: f64 = 20.0;
const UP_MS: f64 = 1.5;
const DOWN_MS: f64 = 2.0;
const GAIN_UP: f64 = 6.0;
const GAIN_DOWN: f64 = 4.0;
const W_MAX: f64 = 100.0;
const PLUS: f64 = 0.01;
const MINUS: f64 = 0.008;
const UNTIL_MS: f64 = 600.0;

/// From each source, by target: far from all bounds.
fn weights() -> Vec<Vec<f32>> {
    let of = |i: usize, j: usize| 1.0 + 0.125 * ((3 * i + 5 * j) % 7) as f32;
    (0..LOWER)
        .map(|i| (0..UPPER).map(|j| of(i, j)).collect())
        .collect()
}

/// Spikes that make neurons fire, on a grid where many coincide.
fn teaching(seed: u64) -> Vec<(Time, u32)> {
    let mut spikes = Vec::new();
    for node in 0..LOWER as u32 {
        let mut stream = Stream::new(seed, "teaching", node.into());
        spikes.extend((0..24).map(|_| {
            let half_ms = 1 + stream.below(2 * UNTIL_MS as u64 - 2) as i64;
            (Time::from_ps(half_ms * 500_000_000), node)
        }));
    }
    spikes.sort_unstable();
    spikes
}

fn rule(name: &str) -> Values {
    match name {
        "stdp_pair" => values! { w_max: W_MAX, a_plus: PLUS / W_MAX, a_minus: MINUS / W_MAX },
        "sleep_replay" => values! { increment: 0.01, decrement: 0.002, window: 1.0 },
        _ => values! { w_max: W_MAX },
    }
}

fn network(seed: u64, lanes: u32, learning: &str, of_upper: &str) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(lanes);
    for (name, size) in [("lower", LOWER as u32), (of_upper, UPPER as u32)] {
        let values = values! { tau_m: TAU_MS, v_th: V_TH, v_reset: 0.0, e_l: 0.0, t_ref: 1.0 };
        network
            .population(name, size, "lif", values)
            .expect("neurons");
    }
    let matrix = Array2::from_shape_fn((UPPER, LOWER), |(j, i)| weights()[i][j]);
    let up = network
        .project("up", "lower", [of_upper])
        .matrix(Dense::from_matrix(matrix.view()), GAIN_UP)
        .axonal_delay_ms(UP_MS);
    match learning {
        "" => up.add().expect("up"),
        _ => up.plasticity(learning, rule(learning)).add().expect("up"),
    }
    network
        .project("down", of_upper, ["lower"])
        .tied("up", GAIN_DOWN)
        .axonal_delay_ms(DOWN_MS)
        .add()
        .expect("down");
    network
        .give_spikes("teaching", "lower", 25.0, teaching(seed))
        .expect("spikes");
    network
}

#[derive(Clone, Copy)]
enum Event {
    Taught(usize),
    Up(usize),
    Down(usize),
}

/// Neurons of one population.
struct Cells(Vec<(f64, i64, i64)>);

impl Cells {
    fn decayed(&self, j: usize, t: i64) -> f64 {
        let (v, at, _) = self.0[j];
        v * (-(t - at) as f64 / 1e9 / TAU_MS).exp()
    }

    fn add(&mut self, j: usize, t: i64, amount: f64) {
        if t >= self.0[j].2 {
            self.0[j] = (self.decayed(j, t) + amount, t, self.0[j].2);
        }
    }

    fn fire(&mut self, t: i64) -> Vec<usize> {
        let reaches =
            |j: &usize| self.0[*j].1 == t && self.0[*j].2 <= t && self.0[*j].0 >= V_TH - 1e-9;
        let fired: Vec<usize> = (0..self.0.len()).filter(reaches).collect();
        for &j in &fired {
            self.0[j] = (0.0, t + 1_000_000_000, t + 1_000_000_000);
        }
        fired
    }
}

/// Spikes, and the matrix at the end: all-to-all additive pairs, each summed over all that came before it.
fn naive(seed: u64, learns: bool) -> (Spikes, Vec<Vec<f64>>) {
    let mut w: Vec<Vec<f64>> = weights()
        .iter()
        .map(|row| row.iter().map(|&w| w.into()).collect())
        .collect();
    let (mut lower, mut upper) = (
        Cells(vec![(0.0, 0, 0); LOWER]),
        Cells(vec![(0.0, 0, 0); UPPER]),
    );
    let (mut arrivals, mut posts) = (
        vec![Vec::<i64>::new(); LOWER],
        vec![Vec::<i64>::new(); UPPER],
    );
    let mut events: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    for (t, node) in teaching(seed) {
        events
            .entry(t.ps())
            .or_default()
            .push(Event::Taught(node as usize));
    }
    let mut spikes = Spikes::new();
    let sum = |past: &[i64], t: i64| -> f64 {
        let before = past.iter().filter(|&&at| at < t);
        before
            .map(|&at| (-(t - at) as f64 / 1e9 / 20.0).exp())
            .sum()
    };
    while let Some((t, now)) = events.pop_first() {
        if t as f64 >= UNTIL_MS * 1e9 {
            break;
        }
        let before = w.clone();
        for event in now {
            match event {
                Event::Taught(i) => lower.add(i, t, 25.0),
                Event::Down(j) => {
                    (0..LOWER).for_each(|i| lower.add(i, t, GAIN_DOWN * before[i][j]))
                }
                Event::Up(i) => {
                    for j in 0..UPPER {
                        upper.add(j, t, GAIN_UP * before[i][j]);
                        if learns {
                            w[i][j] -= MINUS * sum(&posts[j], t);
                        }
                    }
                    arrivals[i].push(t);
                }
            }
        }
        for i in lower.fire(t) {
            spikes.push((t, 0, i as u32));
            events
                .entry(t + (UP_MS * 1e9) as i64)
                .or_default()
                .push(Event::Up(i));
        }
        for j in upper.fire(t) {
            spikes.push((t, 1, j as u32));
            for i in (0..LOWER).filter(|_| learns) {
                w[i][j] += PLUS * sum(&arrivals[i], t);
            }
            posts[j].push(t);
            events
                .entry(t + (DOWN_MS * 1e9) as i64)
                .or_default()
                .push(Event::Down(j));
        }
    }
    (spikes, w)
}

fn sorted(spikes: &Spikes) -> Spikes {
    let mut spikes = spikes.clone();
    spikes.sort_unstable();
    spikes
}

#[test]
fn both_ways_go_through_one_matrix_that_learns() {
    for (learning, learns) in [("stdp_pair", true), ("", false)] {
        for seed in 0..4 {
            let mut engine =
                Simulation::of(&network(seed, 2, learning, "upper")).expect("a network");
            assert_eq!(engine.n_lanes(), 1, "what reads a matrix lies with it");
            let mut log = Log(Vec::new());
            run(&mut engine, UNTIL_MS, &mut log);
            let (expected, w) = naive(seed, learns);
            let of_upper = expected.iter().filter(|spike| spike.1 == 1).count();
            let taught = teaching(seed).len();
            assert!(
                of_upper > 30 && expected.len() - of_upper > taught,
                "seed {seed}: {of_upper}"
            );
            assert_eq!(sorted(&log.0), sorted(&expected), "seed {seed} {learning}");
            let found = engine.weights("up").expect("a matrix");
            for (i, row) in w.iter().enumerate() {
                for (j, expected) in row.iter().enumerate() {
                    let found = f64::from(found.values()[j * LOWER + i]);
                    assert!(
                        (found - expected).abs() < 1e-5,
                        "{i} {j}: {found} {expected}"
                    );
                }
            }
            let first = weights();
            let mut changed = w.iter().flatten().zip(first.iter().flatten());
            assert_eq!(
                learns,
                changed.any(|(w, first)| (w - f64::from(*first)).abs() > 0.05)
            );
        }
    }
}

#[test]
fn the_way_back_is_part_of_the_graph() {
    let hash = |gain: f64| {
        let mut network = network(1, 1, "", "upper");
        let back = network.project("back", "upper", ["lower"]).tied("up", gain);
        back.axonal_delay_ms(1.0).add().expect("back");
        Simulation::of(&network).expect("a network").graph_hash()
    };
    assert_eq!(hash(1.0), hash(1.0));
    assert_ne!(hash(1.0), hash(2.0));
}

/// Rules that flow between events, too: what has flown until a weight is read back does not flow again.
#[test]
fn reading_back_changes_no_weight() {
    use sharpwave::base::alteration::Alteration;
    use sharpwave::engine::simulation::Change;
    use sharpwave::network::{ParameterPath, Part};
    for rule in ["stdp_pair", "hebbian_rate"] {
        let of = |back: bool| {
            let mut network = network(1, 1, rule, "upper");
            let path = ParameterPath::new(Part::Projection, "down", "weight");
            if back {
                network.changing.insert(path.clone());
            } else {
                network.projections.retain(|one| one.name != "down");
            }
            let mut engine = Simulation::of(&network).expect("a network");
            if back {
                let by = Alteration::factor(0.0);
                let change = Change::Parameters([(path, by)].into());
                engine.apply(Time::ZERO, &change).expect("a change");
            }
            run(&mut engine, UNTIL_MS, &mut Log(Vec::new()));
            engine.weights("up").expect("a matrix").values().to_vec()
        };
        let (read, unread) = (of(true), of(false));
        let mut both = read.iter().zip(&unread);
        assert!(
            both.all(|(a, b)| (a - b).abs() < 1e-4),
            "{rule}: {read:?} {unread:?}"
        );
    }
}

#[test]
fn the_way_back_has_a_gain_and_stages_of_its_own() {
    use sharpwave::base::alteration::Alteration;
    use sharpwave::engine::simulation::Change;
    use sharpwave::network::{ParameterPath, Part};
    let of = |factor: Option<f64>| {
        let mut network = network(1, 1, "stdp_pair", "upper");
        let path = ParameterPath::new(Part::Projection, "down", "weight");
        network.changing = factor.map(|_| path.clone()).into_iter().collect();
        let mut engine = Simulation::of(&network).expect("a network");
        let mut log = Log(Vec::new());
        if let Some(factor) = factor {
            let change = Change::Parameters([(path, Alteration::factor(factor))].into());
            engine.apply(Time::ZERO, &change).expect("a change");
        }
        run(&mut engine, UNTIL_MS, &mut log);
        log.0
    };
    assert_eq!(of(None), of(Some(1.0)));
    let silent = of(Some(0.0));
    assert_ne!(of(None), silent);
    // Without it the lower neurons fire when they are taught, and at no other time.
    let taught: Vec<i64> = teaching(1).iter().map(|spike| spike.0.ps()).collect();
    assert!(
        silent
            .iter()
            .filter(|spike| spike.1 == 0)
            .all(|spike| taught.contains(&spike.0))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn stops_and_names_change_nothing(seed in 0_u64..1000, cut_us in 1_u32..600_000, rule in 0_usize..4) {
        let rule = ["stdp_pair", "sleep_replay", "stdp_triplet", "stdp_symmetric"][rule];
        let of = || Simulation::of(&network(seed, 1, rule, "upper")).expect("a network");
        let (mut whole, mut expected) = (of(), Log(Vec::new()));
        run(&mut whole, UNTIL_MS, &mut expected);
        let (mut engine, mut log) = (of(), Log(Vec::new()));
        run(&mut engine, f64::from(cut_us) * 1e-3, &mut log);
        let seen = engine.weights("up").expect("a matrix");
        let mut engine = taken_up(&engine, of());
        prop_assert!(engine.weights("up").expect("a matrix").values() == seen.values());
        run(&mut engine, UNTIL_MS, &mut log);
        prop_assert_eq!(&log.0, &expected.0);
        let weights = |engine: &Simulation| engine.weights("up").expect("a matrix").values().to_vec();
        prop_assert_eq!(weights(&engine), weights(&whole));
        // A name that sorts before the other population's.
        let mut renamed = Simulation::of(&network(seed, 1, rule, "above")).expect("a network");
        let mut log = Log(Vec::new());
        run(&mut renamed, UNTIL_MS, &mut log);
        prop_assert_eq!(sorted(&log.0), sorted(&expected.0));
    }
}

#[test]
fn what_leads_back_nowhere_is_refused() {
    let refused = |source: &str, target: &str, of: &str, delay: f64| {
        let mut network = network(1, 1, "", "upper");
        let other = network.project("other", source, [target]).tied(of, 1.0);
        other
            .axonal_delay_ms(delay)
            .add()
            .expect_err("it cannot be")
            .to_string()
    };
    let message = refused("upper", "lower", "pu", 1.0);
    assert!(
        message.contains("`of` names `pu`") && message.contains("did you mean `up`"),
        "{message}"
    );
    let message = refused("upper", "lower", "down", 1.0);
    assert!(message.contains("rule = \"weights\""), "{message}");
    let message = refused("lower", "upper", "up", 1.0);
    assert!(
        message.contains("expected `upper` and `lower`"),
        "{message}"
    );
    let message = refused("upper", "lower", "up", 0.0);
    assert!(message.contains("expected more than 0"), "{message}");
}
