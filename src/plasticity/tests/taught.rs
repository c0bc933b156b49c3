//! A rule with a teacher, against sums over all pairs of spikes.

use super::naive::{self, Released, concentration};
use super::{GRID, Made, N_SOURCE, N_TARGET, Trains, near, sparse, synapses, trains};
use crate::base::parameter::Values;
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::plasticity::learn::{Learn, LearnMatrix};
use crate::plasticity::matrix::PlasticMatrix;
use crate::plasticity::modulation::Turn;
use crate::plasticity::remote_supervised::RemoteSupervised;
use crate::plasticity::rows::PlasticRows;
use crate::plasticity::rule::{PlasticityRule, Stored};
use std::collections::BTreeMap;

const ETA: f64 = 0.03;
const TAU_MS: f64 = 12.0;

/// From a spike of a teacher to when it counts, in picoseconds.
const DELAY: i64 = 3 * GRID;

fn rule() -> RemoteSupervised {
    RemoteSupervised::new(&Values::from([("eta", ETA), ("tau", TAU_MS)])).expect("valid")
}

/// Spikes of each target's teacher.
fn lessons(stream: &mut Stream) -> Vec<Vec<i64>> {
    trains(stream).post
}

/// The weight at the end: arrivals before each spike that counts, own and taught.
fn expected(
    made: &Made,
    trains: &Trains,
    taught: &[Vec<i64>],
    modulator: Option<&Released>,
) -> f64 {
    let arrivals: Vec<i64> = trains.pre[made.source as usize]
        .iter()
        .map(|t| t + made.axonal + made.dendritic)
        .collect();
    let j = usize::from(made.target);
    let pairs = |spikes: &[i64], after: i64| -> f64 {
        let seen = spikes.iter().map(|t| t + after).filter(|t| *t < trains.end);
        let before = |t: i64| arrivals.iter().filter(move |&&a| a < t);
        let trace = |t: i64| {
            before(t)
                .map(|a| (-((t - a) as f64) * 1e-9 / TAU_MS).exp())
                .sum::<f64>()
        };
        let gain = |t: i64| {
            let at = t - made.dendritic;
            modulator.map_or(1.0, |released| concentration(released, at, at))
        };
        seen.map(|t| gain(t) * trace(t)).sum()
    };
    let lag = 2 * made.dendritic;
    f64::from(made.weight) + ETA * (pairs(&taught[j], DELAY + lag) - pairs(&trains.post[j], lag))
}

/// Those of `trains` before `t`.
fn before(trains: &[Vec<i64>], t: i64) -> Vec<Vec<i64>> {
    let one = |train: &Vec<i64>| train.iter().copied().filter(|&at| at < t).collect();
    trains.iter().map(one).collect()
}

/// Per instant: rows that arrive, targets that fire, targets whose teachers fire.
type Instants = BTreeMap<i64, [Vec<u32>; 3]>;

fn instants(trains: &Trains, taught: &[Vec<i64>], rows: &[(u32, u32, i64)]) -> Instants {
    let mut instants = Instants::new();
    for &(source, row, delay) in rows {
        for t in &trains.pre[source as usize] {
            instants.entry(t + delay).or_default()[0].push(row);
        }
    }
    for (k, of) in [(1, &trains.post[..]), (2, taught)] {
        for (target, train) in (0..).zip(of) {
            for &t in train {
                instants.entry(t).or_default()[k].push(target);
            }
        }
    }
    instants
}

fn run_rows<W: Stored>(
    made: &[Made],
    trains: &Trains,
    (taught, modulator): (&[Vec<i64>], Option<&Released>),
    meddle: bool,
) -> Vec<f64> {
    let kinetics = modulator.map(|released| released.0);
    let mut learn =
        PlasticRows::<RemoteSupervised, W, 1, 0>::new(rule(), kinetics, sparse(made), N_TARGET)
            .expect("fits");
    modulate(modulator, |at, turn| learn.modulate(at, turn));
    let mut rows = Vec::new();
    for source in 0..N_SOURCE as u32 {
        for row in learn.rows_of(source) {
            let delay = learn.delays()[usize::from(learn.delay_of(row))];
            rows.push((source, row, delay.ps()));
        }
    }
    let mut stream = Stream::new(7, "meddle", 0);
    for (t, [arrive, fire, teach]) in instants(trains, taught, &rows) {
        let now = Time::from_ps(t);
        if meddle && stream.below(3) == 0 {
            let mut seen = Vec::new();
            learn.look(now, &mut |synapse| seen.push(synapse.weight));
            for (one, weight) in made.iter().zip(seen) {
                let so_far = Trains {
                    pre: before(&trains.pre, t - one.axonal - one.dendritic),
                    post: trains.post.clone(),
                    end: t,
                };
                near(
                    weight,
                    expected(one, &so_far, taught, modulator),
                    1e-6,
                    "a look",
                );
            }
            let saved = learn.save().expect("bytes");
            learn.load(&saved).expect("its own");
        }
        teach
            .iter()
            .for_each(|&j| learn.teach(Time::from_ps(t + DELAY), j));
        for &row in &arrive {
            learn.arrive(now, row);
        }
        if !fire.is_empty() {
            learn.fire(now, &fire);
        }
    }
    let mut weights = Vec::new();
    let mut see = |synapse: crate::plasticity::Synapse| weights.push(synapse.weight);
    learn.look(Time::from_ps(trains.end), &mut see);
    weights
}

/// All that happens to a modulator, told ahead.
fn modulate(modulator: Option<&Released>, mut tell: impl FnMut(Time, Turn)) {
    let turns = modulator.into_iter().flat_map(|(_, turns)| turns);
    turns.for_each(|&(at, turn)| tell(Time::from_ps(at), turn));
}

#[test]
fn rows_learn_of_a_teacher() {
    check_rows(None);
    check_rows(Some(&naive::modulator()));
}

fn check_rows(modulator: Option<&Released>) {
    let mut moved = 0;
    for seed in 0..12 {
        let mut stream = Stream::new(seed, "taught", 0);
        let made = synapses(&mut stream, (-1.0, 1.0), false);
        let (trains, taught) = (trains(&mut stream), lessons(&mut stream));
        let weights = run_rows::<f64>(&made, &trains, (&taught, modulator), false);
        for (one, weight) in made.iter().zip(&weights) {
            near(
                *weight,
                expected(one, &trains, &taught, modulator),
                1e-10,
                "a row",
            );
            moved += u32::from((weight - f64::from(one.weight)).abs() > 0.01);
        }
        let plain = run_rows::<f32>(&made, &trains, (&taught, modulator), false);
        let meddled = run_rows::<f32>(&made, &trains, (&taught, modulator), true);
        assert_eq!(plain, meddled, "asking changes nothing");
    }
    assert!(moved > 100, "{moved} synapses move");
}

#[test]
fn a_matrix_learns_of_a_teacher() {
    check_matrix(None);
    check_matrix(Some(&naive::modulator()));
}

fn check_matrix(modulator: Option<&Released>) {
    let kinetics = modulator.map(|released| released.0);
    for seed in 0..12 {
        let mut stream = Stream::new(seed, "taught", 0);
        let (axonal, dendritic) = (GRID * stream.below(4) as i64, GRID * stream.below(3) as i64);
        let pairs = (0..N_SOURCE as u32).flat_map(|i| (0..N_TARGET as u16).map(move |j| (i, j)));
        let made: Vec<Made> = pairs
            .map(|(source, target)| Made {
                source,
                target,
                axonal,
                dendritic,
                weight: (2.0 * stream.uniform() - 1.0) as f32,
            })
            .collect();
        let (trains, taught) = (trains(&mut stream), lessons(&mut stream));
        let start: Vec<f32> = made.iter().map(|one| one.weight).collect();
        let mut weights: Vec<f64> = start.iter().map(|&weight| weight.into()).collect();
        let delay = Duration::from_ps(dendritic);
        let mut learn =
            PlasticMatrix::<RemoteSupervised, 1, 0>::new(rule(), kinetics, &start, N_TARGET, delay)
                .expect("fits");
        modulate(modulator, |at, turn| learn.modulate(at, turn));
        let rows = (0..N_SOURCE as u32).map(|i| (i, i, axonal + dendritic));
        let rows: Vec<(u32, u32, i64)> = rows.collect();
        for (t, [arrive, fire, teach]) in instants(&trains, &taught, &rows) {
            let now = Time::from_ps(t);
            if stream.below(3) == 0 {
                let saved = LearnMatrix::save(&learn).expect("bytes");
                LearnMatrix::load(&mut learn, &saved).expect("its own");
            }
            teach
                .iter()
                .for_each(|&j| learn.teach_at(Time::from_ps(t + DELAY), j));
            learn.come_to(now, &mut weights);
            for &i in &arrive {
                let row = &mut weights[i as usize * N_TARGET..][..N_TARGET];
                learn.catch_up_row(now, i as usize, row);
                learn.arrive_row(now, i as usize, row);
            }
            learn.fire_at(now, &fire, &mut weights);
        }
        learn.settle_all(Time::from_ps(trains.end), &mut weights);
        for (one, weight) in made.iter().zip(&weights) {
            near(
                *weight,
                expected(one, &trains, &taught, modulator),
                1e-10,
                "a matrix",
            );
        }
    }
}
