//! Every rule, on rows and on a matrix, against a naive reference that stores all spikes and sums over them: random trains
//! with ties, mixed delays on both sides, several synapses of one pair, neurons onto themselves, silences of many turns.

use std::collections::BTreeMap;

use super::matrix::PlasticMatrix;
use super::modulation::Turn;
use super::rows::PlasticRows;
use super::rule::{PlasticityRule, Stored, TOGETHER};
use super::*;
use crate::base::stream::Stream;
use crate::synapse::layout::Layout;
use crate::synapse::weight::Weights;

mod counts;
mod modulated;
mod naive;
mod nest;
mod pairing;
mod rewired;
mod stage;
mod taught;
mod track;

use naive::Naive;

const N_SOURCE: usize = 7;
const N_TARGET: usize = 5;
/// How long before its instant a change of a modulator may be told.
const AHEAD: i64 = 50 * GRID;
/// Grid of most times and of all delays, in picoseconds: ties are routine.
const GRID: i64 = 500_000_000;

/// A synapse as it is made.
#[derive(Debug, Clone, Copy)]
struct Made {
    source: u32,
    target: u16,
    axonal: i64,
    dendritic: i64,
    weight: f32,
}

/// Spikes of sources and targets.
struct Trains {
    pre: Vec<Vec<i64>>,
    post: Vec<Vec<i64>>,
    /// After all of them, and their delays.
    end: i64,
}

fn trains(stream: &mut Stream) -> Trains {
    let mut train = |rate: f64| {
        let mut t = 0;
        let mut times = Vec::new();
        while times.len() < 40 {
            // Now and then silence for many turns of the factors, and times off the grid.
            let gap = match stream.below(25) {
                0 => 30_000_000_000_000,
                _ => (stream.exponential() / rate * 1e12) as i64,
            };
            t += match stream.below(5) {
                0 => gap + 1,
                _ => (gap / GRID + 1) * GRID,
            };
            if t > 60_000_000_000_000 {
                break;
            }
            times.push(t);
        }
        times
    };
    let pre: Vec<Vec<i64>> = (0..N_SOURCE).map(|_| train(30.0)).collect();
    let post: Vec<Vec<i64>> = (0..N_TARGET)
        .map(|j| train(if j == 0 { 200.0 } else { 25.0 }))
        .collect();
    let last = pre.iter().chain(&post).flatten().max();
    Trains {
        end: last.copied().unwrap_or(0) + 20 * GRID,
        pre,
        post,
    }
}

/// Few, with several delays; or so many of one delay that rows are longer than what is worked on at a time.
fn synapses(stream: &mut Stream, (low, high): (f64, f64), is_wide: bool) -> Vec<Made> {
    let mut made = Vec::new();
    let (n, n_axonal, n_dendritic) = match is_wide {
        true => (12 * TOGETHER, 1, 1),
        false => (40, 4, 3),
    };
    for _ in 0..n {
        made.push(Made {
            source: stream.below(N_SOURCE as u64) as u32,
            target: stream.below(N_TARGET as u64) as u16,
            axonal: GRID * stream.below(n_axonal) as i64,
            dendritic: GRID * stream.below(n_dendritic) as i64,
            weight: (low + (high - low) * stream.uniform()) as f32,
        });
    }
    // Rows in order.
    made.sort_by_key(|one| {
        (
            one.source,
            one.axonal + one.dendritic,
            one.dendritic,
            one.target,
        )
    });
    made
}

fn sparse(made: &[Made]) -> Sparse<u16> {
    let path = |one: &Made| (one.axonal + one.dendritic, one.dendritic);
    let mut paths: Vec<(i64, i64)> = made.iter().map(path).collect();
    paths.sort_unstable();
    paths.dedup();
    let (mut first, mut delay, mut offsets) = (vec![0], Vec::new(), vec![0]);
    for source in 0..N_SOURCE as u32 {
        for row in made.chunk_by(|a, b| (a.source, path(a)) == (b.source, path(b))) {
            if row[0].source == source {
                delay.push(paths.iter().position(|&p| p == path(&row[0])).unwrap() as u16);
                offsets.push(offsets.last().unwrap() + row.len() as u32);
            }
        }
        first.push(delay.len() as u32);
    }
    Sparse {
        n_source: N_SOURCE,
        delays: paths.iter().map(|path| Duration::from_ps(path.0)).collect(),
        dendritic: paths.iter().map(|path| Duration::from_ps(path.1)).collect(),
        layout: Layout::new(paths.len(), first, delay, offsets),
        targets: made.iter().map(|one| one.target).collect(),
        weights: Weights::Each(made.iter().map(|one| one.weight).collect()),
    }
}

/// What happens at each instant: rows that arrive, targets that fire.
fn instants(
    trains: &Trains,
    rows: &dyn Fn(u32) -> Vec<(u32, i64)>,
) -> BTreeMap<i64, (Vec<u32>, Vec<u32>)> {
    let mut instants: BTreeMap<i64, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
    for (source, train) in (0..).zip(&trains.pre) {
        for (row, delay) in rows(source) {
            for t in train {
                instants.entry(t + delay).or_default().0.push(row);
            }
        }
    }
    for (target, train) in (0..).zip(&trains.post) {
        for &t in train {
            instants.entry(t).or_default().1.push(target);
        }
    }
    instants
}

/// Runs rows through all instants; `meddle` is called before each.
fn run_rows(
    learn: &mut dyn Learn,
    trains: &Trains,
    turns: &[(i64, Turn)],
    meddle: &mut dyn FnMut(Time, &mut dyn Learn),
) -> (Vec<f32>, Vec<f64>) {
    let (mut added, mut turns) = (Vec::new(), turns.iter().peekable());
    let rows = |source| {
        let numbers = learn.rows_of(source);
        let delay = |row| learn.delays()[usize::from(learn.delay_of(row))].ps();
        numbers.map(|row| (row, delay(row))).collect()
    };
    for (t, (arrive, fire)) in instants(trains, &rows) {
        while let Some(&(at, turn)) = turns.next_if(|turn| turn.0 < t + AHEAD) {
            learn.modulate(Time::from_ps(at), turn);
        }
        let t = Time::from_ps(t);
        meddle(t, learn);
        for row in arrive {
            added.extend(learn.arrive(t, row).1);
        }
        if !fire.is_empty() {
            learn.fire(t, &fire);
        }
    }
    let mut weights = Vec::new();
    for &(at, turn) in turns {
        learn.modulate(Time::from_ps(at), turn);
    }
    learn.look(Time::from_ps(trains.end), &mut |synapse| {
        weights.push(synapse.weight)
    });
    (added, weights)
}

fn near(found: f64, expected: f64, share: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(
        off <= share * expected.abs().max(1.0),
        "{what}: found {found}, expected {expected}"
    );
}

/// `R` on rows in double precision against the reference, and in single precision, whatever is asked in between.
fn check_rows<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(naive: &Naive) {
    let mut moved = 0;
    for seed in 0..12 {
        let mut stream = Stream::new(seed, "plasticity", 0);
        let made = synapses(&mut stream, naive.start, seed >= 10);
        let trains = trains(&mut stream);
        let rule = || R::new(&naive.values).expect("valid");
        let name = R::SPEC.name;
        let (kinetics, turns) = naive.modulator.clone().unzip();
        let turns = turns.unwrap_or_default();
        let mut exact =
            PlasticRows::<R, f64, PRE, POST>::new(rule(), kinetics, sparse(&made), N_TARGET)
                .expect(name);
        let (_, weights) = run_rows(&mut exact, &trains, &turns, &mut |_, _| {});
        let all: Vec<Vec<f64>> = made.iter().map(|one| naive.weights(one, &trains)).collect();
        for ((one, weight), expected) in made.iter().zip(&weights).zip(&all) {
            near(*weight, *expected.last().unwrap(), 1e-12, name);
            moved += u32::from((weight - f64::from(one.weight)).abs() > 1e-3);
        }
        let mut single =
            PlasticRows::<R, f32, PRE, POST>::new(rule(), kinetics, sparse(&made), N_TARGET)
                .expect(name);
        let plain = run_rows(&mut single, &trains, &turns, &mut |_, _| {});
        let mut other =
            PlasticRows::<R, f32, PRE, POST>::new(rule(), kinetics, sparse(&made), N_TARGET)
                .expect(name);
        let meddled = run_rows(
            &mut other,
            &trains,
            &turns,
            &mut |t, learn| match stream.below(4) {
                0 => {
                    let saved = learn.save().expect("bytes");
                    learn.load(&saved).expect("its own");
                }
                1 => learn.look(t, &mut |_| {}),
                2 => {
                    let (mut seen, mut weights) = (Vec::new(), Vec::new());
                    learn.look(t, &mut |synapse| seen.push(synapse.weight as f32));
                    learn.settle(t);
                    learn.weights(t, &mut weights);
                    assert_eq!(seen, weights, "{name}");
                }
                _ => {}
            },
        );
        assert_eq!(plain, meddled, "{name}: asking changes nothing");
        // What arrives is the weight before it changes.
        let mut k = 0;
        let by_row: Vec<(u32, i64, usize)> = made
            .iter()
            .enumerate()
            .map(|(k, one)| (one.source, one.axonal + one.dendritic, k))
            .collect();
        let mut events: Vec<(i64, usize, usize)> = Vec::new();
        for &(source, delay, synapse) in &by_row {
            for (n, t) in trains.pre[source as usize].iter().enumerate() {
                events.push((t + delay, synapse, n));
            }
        }
        events.sort_unstable();
        for (_, synapse, n) in events {
            let expected = all[synapse][n];
            near(f64::from(plain.0[k]), expected, 1e-4, name);
            k += 1;
        }
        assert_eq!(k, plain.0.len());
    }
    assert!(moved > 100, "the synapses of {} hardly move", R::SPEC.name);
}

/// `R` on a matrix: against rows with every pair once, bit for bit in single precision, and the reference in double.
fn check_matrix<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(naive: &Naive) {
    for seed in 0..12 {
        let mut stream = Stream::new(seed, "matrix", 0);
        let (axonal, dendritic) = (GRID * stream.below(4) as i64, GRID * stream.below(3) as i64);
        let (low, high) = naive.start;
        let mut made = Vec::new();
        for (source, target) in
            (0..N_SOURCE as u32).flat_map(|i| (0..N_TARGET as u16).map(move |j| (i, j)))
        {
            let weight = (low + (high - low) * stream.uniform()) as f32;
            made.push(Made {
                source,
                target,
                axonal,
                dendritic,
                weight,
            });
        }
        let trains = trains(&mut stream);
        let rule = || R::new(&naive.values).expect("valid");
        let start: Vec<f32> = made.iter().map(|one| one.weight).collect();
        let delay = Duration::from_ps(dendritic);
        let (kinetics, turns) = naive.modulator.clone().unzip();
        let turns = turns.unwrap_or_default();
        let new = |rule| {
            PlasticMatrix::<R, PRE, POST>::new(rule, kinetics, &start, N_TARGET, delay)
                .expect("fits")
        };
        let (double, instants) = (new(rule().in_double()), (&trains, &turns[..]));
        let (_, exact) =
            run_matrix::<f64, R, PRE, POST>(double, &start, instants, axonal + dendritic);
        let (added, single) =
            run_matrix::<f32, R, PRE, POST>(new(rule()), &start, instants, axonal + dendritic);
        for (one, weight) in made.iter().zip(&exact) {
            near(
                *weight,
                *naive.weights(one, &trains).last().unwrap(),
                1e-12,
                R::SPEC.name,
            );
        }
        let mut rows =
            PlasticRows::<R, f32, PRE, POST>::new(rule(), kinetics, sparse(&made), N_TARGET)
                .expect("fits");
        let of_rows = run_rows(&mut rows, &trains, &turns, &mut |_, _| {});
        for (one, other) in single.iter().zip(&of_rows.1) {
            near(f64::from(*one), *other, 1e-5, R::SPEC.name);
        }
        assert_eq!(added.len(), of_rows.0.len());
        for (one, other) in added.iter().zip(&of_rows.0) {
            near(f64::from(*one), f64::from(*other), 1e-5, R::SPEC.name);
        }
    }
}

fn run_matrix<W: Stored, R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>(
    mut learn: PlasticMatrix<R, PRE, POST>,
    start: &[f32],
    (trains, turns): (&Trains, &[(i64, Turn)]),
    delay: i64,
) -> (Vec<W>, Vec<W>) {
    let mut weights: Vec<W> = start.iter().map(|&weight| W::of(weight.into())).collect();
    let (mut added, mut turns) = (Vec::new(), turns.iter().peekable());
    for (t, (arrive, fire)) in instants(trains, &|source| vec![(source, delay)]) {
        while let Some(&(at, turn)) = turns.next_if(|turn| turn.0 < t + AHEAD) {
            learn.modulate(Time::from_ps(at), turn);
        }
        let t = Time::from_ps(t);
        learn.come_to(t, &mut weights);
        for &i in &arrive {
            let row = &mut weights[i as usize * N_TARGET..][..N_TARGET];
            learn.catch_up_row(t, i as usize, row);
            added.extend_from_slice(row);
        }
        for &i in &arrive {
            learn.arrive_row(
                t,
                i as usize,
                &mut weights[i as usize * N_TARGET..][..N_TARGET],
            );
        }
        learn.fire_at(t, &fire, &mut weights);
    }
    for &(at, turn) in turns {
        learn.modulate(Time::from_ps(at), turn);
    }
    learn.settle_all(Time::from_ps(trains.end), &mut weights);
    (added, weights)
}

#[test]
fn triplets() {
    for pairing in ["all_to_all", "nearest"] {
        let naive = naive::triplet(pairing);
        check_rows::<stdp_triplet::StdpTriplet, 2, 2>(&naive);
        check_matrix::<stdp_triplet::StdpTriplet, 2, 2>(&naive);
    }
}

#[test]
fn symmetric() {
    for pairing in ["all_to_all", "nearest"] {
        let naive = naive::symmetric(pairing);
        check_rows::<stdp_symmetric::StdpSymmetric, 1, 1>(&naive);
        check_matrix::<stdp_symmetric::StdpSymmetric, 1, 1>(&naive);
    }
}

#[test]
fn power_law() {
    for mu in [0.0, 0.4, 1.0] {
        let naive = naive::power_law(mu);
        check_rows::<stdp_power_law::StdpPowerLaw, 1, 1>(&naive);
        check_matrix::<stdp_power_law::StdpPowerLaw, 1, 1>(&naive);
    }
}

#[test]
fn inhibitory() {
    let naive = naive::inhibitory();
    check_rows::<inhibitory_stdp::InhibitoryStdp, 1, 1>(&naive);
    check_matrix::<inhibitory_stdp::InhibitoryStdp, 1, 1>(&naive);
}

#[test]
fn strength_that_follows_use() {
    for taus in [[5000.0, 700.0], [300.0, 1500.0], [900.0, 900.0]] {
        let naive = naive::hebbian_rate(taus);
        check_rows::<hebbian_rate::HebbianRate, 1, 0>(&naive);
        check_matrix::<hebbian_rate::HebbianRate, 1, 0>(&naive);
    }
}

#[test]
fn covariances() {
    let naive = naive::anti_hebbian();
    check_rows::<anti_hebbian::AntiHebbian, 2, 2>(&naive);
    check_matrix::<anti_hebbian::AntiHebbian, 2, 2>(&naive);
}

#[test]
fn covariances_of_counts() {
    let naive = naive::covariance();
    check_rows::<covariance::Covariance, 0, 0>(&naive);
    check_matrix::<covariance::Covariance, 0, 0>(&naive);
}

#[test]
fn covariances_that_show_at_the_ends_of_epochs() {
    let naive = naive::anti_hebbian_epoch();
    check_rows::<anti_hebbian::epoch::AntiHebbianEpoch, 2, 2>(&naive);
    check_matrix::<anti_hebbian::epoch::AntiHebbianEpoch, 2, 2>(&naive);
}

#[test]
fn sleep_replay_is_the_same_on_rows_and_on_columns() {
    let values = Values::from([("increment", 0.004), ("decrement", 0.001), ("window", 20.0)]);
    let rule = || sleep_replay::SleepReplay::new(&values).expect("valid");
    for seed in 0..12 {
        let mut stream = Stream::new(seed, "sleep", 0);
        let mut made = Vec::new();
        for (source, target) in
            (0..N_SOURCE as u32).flat_map(|i| (0..N_TARGET as u16).map(move |j| (i, j)))
        {
            made.push(Made {
                source,
                target,
                axonal: GRID,
                dendritic: 0,
                weight: (0.02 * stream.uniform() - 0.01) as f32,
            });
        }
        let trains = trains(&mut stream);
        let mut rows = PlasticRows::<sleep_replay::SleepReplay, f32, 0, 0>::new(
            rule(),
            None,
            sparse(&made),
            N_TARGET,
        )
        .expect("fits");
        let (_, weights) = run_rows(&mut rows, &trains, &[], &mut |_, _| {});
        let mut columns = vec![vec![0.0_f32; N_SOURCE]; N_TARGET];
        for one in &made {
            columns[usize::from(one.target)][one.source as usize] = one.weight;
        }
        let mut last = [Time::NEVER; N_SOURCE];
        for (t, (arrive, fire)) in instants(&trains, &|source| vec![(source, GRID)]) {
            let t = Time::from_ps(t);
            arrive.iter().for_each(|&i| last[i as usize] = t);
            for j in fire {
                rule().post_spike(t, &mut columns[j as usize], &last);
            }
        }
        for (one, weight) in made.iter().zip(weights) {
            let column = columns[usize::from(one.target)][one.source as usize];
            assert_eq!(weight, f64::from(column));
        }
    }
}
