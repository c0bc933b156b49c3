//! Noise by the bin beside the same events in order.

use super::super::*;
use super::{at, population};
use crate::base::stream::Stream;
use crate::neuron::EventWeights;

const N: usize = 60;
const WEIGHT: f64 = 600.0;

/// Events of a bin, in order: offsets from its start, and neurons.
struct Drawn {
    offsets: Vec<i64>,
    targets: Vec<u16>,
}

impl Drawn {
    fn new(seed: u64, length: i64) -> Self {
        let mut stream = Stream::new(seed, "bin", 0);
        let mut all: Vec<(i64, u16)> = (0..2 * N)
            .map(|_| {
                (
                    stream.below(length as u64) as i64,
                    stream.below(N as u64) as u16,
                )
            })
            .collect();
        all.sort_unstable();
        let (offsets, targets) = all.into_iter().unzip();
        Self { offsets, targets }
    }

    /// What each event has grown by, and its ψ.
    fn grown(&self, growth: Growth) -> (Vec<f64>, Vec<f64>) {
        let delta = growth.delta_per_ps.expect("a current");
        let offsets = self.offsets.iter().map(|&offset| offset as f64);
        let each = offsets.map(|x| ((x * growth.rate_per_ps).exp(), (x * delta).exp_m1() / delta));
        each.unzip()
    }

    /// What those of each neuron add up to.
    fn sums(&self, growth: Growth) -> (Vec<f64>, Vec<f64>) {
        let (mut sums, mut gathered) = (vec![0.0; N], vec![0.0; N]);
        let (grown, psi) = self.grown(growth);
        for (k, &j) in self.targets.iter().enumerate() {
            sums[usize::from(j)] += grown[k];
            gathered[usize::from(j)] += grown[k] * psi[k];
        }
        (sums, gathered)
    }
}

/// Neurons of all potentials up to the threshold, with some currents.
fn spread() -> LifExp {
    let mut neurons = population(N, &[]);
    for j in 0..N {
        neurons.set_potential(j, -65.0 + 15.0 * j as f64 / N as f64);
    }
    let every = |step: usize| (0..N as u16).step_by(step).collect::<Vec<_>>();
    neurons.receive_row(&every(3), RowWeights::One(300.0));
    neurons.receive_row(&every(4), RowWeights::One(-200.0));
    neurons.fire(&mut Vec::new());
    neurons
}

/// Has it take in the bin; who is apart.
fn take_in(neurons: &mut LifExp, drawn: &Drawn, start: Time, end: Time) -> (bool, Vec<u16>) {
    let (sums, gathered) = drawn.sums(neurons.growth(WEIGHT));
    let mut apart = Vec::new();
    let bin = Bin {
        start,
        end,
        first: 0,
        sums: &sums,
        gathered: &gathered,
        weight: WEIGHT,
    };
    let to_be_tested = neurons.receive_bin(bin, &mut apart);
    (to_be_tested, apart)
}

fn close(one: &Cell, other: &Cell) -> bool {
    let mut pairs = one.iter().zip(other);
    pairs.all(|(a, b)| a == b || (a - b).abs() <= 1e-11 * (a.abs() + b.abs()).max(1e-9))
}

#[test]
fn what_cannot_fire_has_all_at_once_as_it_would_in_order() {
    let (start, end) = (at(0.1), at(0.22));
    let mut refused = 0;
    for seed in 0..50 {
        let drawn = Drawn::new(seed, end.since(start).ps());
        let (mut one, mut other) = (spread(), spread());
        let before = one.state.cells.all().to_vec();
        let (to_be_tested, apart) = take_in(&mut one, &drawn, start, end);
        assert!(!to_be_tested);
        // In order, and none is looked at, so that what is below 0 stays there.
        let growth = other.growth(WEIGHT);
        let (grown, psi) = drawn.grown(growth);
        let mut events = Events {
            origin: start,
            offsets: &drawn.offsets,
            start,
            growth: &grown,
            psi: &psi,
            targets: &drawn.targets,
            weights: EventWeights::One(WEIGHT),
        };
        while let Some(reached) = other.receive_events(events) {
            assert!(apart.contains(&events.targets[reached]));
            events = events.after(reached);
        }
        assert!(apart.len() < N / 2, "{}", apart.len());
        refused += apart.len();
        let found = one.state.cells.all();
        for (j, (found, before)) in found.iter().zip(&before).enumerate() {
            if apart.contains(&(j as u16)) {
                assert_eq!(found, before);
            } else {
                assert!(close(found, &other.state.cells.all()[j]), "{j}");
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn what_is_taken_back_is_as_if_it_had_not_been() {
    let (start, end) = (at(0.1), at(0.22));
    let mut neurons = spread();
    let before = neurons.state.cells.all().to_vec();
    let drawn = Drawn::new(3, end.since(start).ps());
    let (_, apart) = take_in(&mut neurons, &drawn, start, end);
    let (sums, gathered) = drawn.sums(neurons.growth(WEIGHT));
    let t = at(0.15);
    for j in (0..N).filter(|&j| !apart.contains(&(j as u16))) {
        let early = Early {
            start,
            amount: WEIGHT * sums[j],
            gathered: WEIGHT * gathered[j],
        };
        let expected = population_of(before[j]).sample(0, 0, t);
        let seen = neurons.sample_without(&[early], 0, j, t);
        assert!((seen - expected).abs() < 1e-12, "{seen} for {expected}");
        let with = neurons.sample(0, j, at(0.3));
        assert!(sums[j] == 0.0 || with > neurons.sample_without(&[early], 0, j, at(0.3)));
        neurons.take_back(j as u16, early);
        assert!(close(&neurons.state.cells.all()[j], &before[j]), "{j}");
    }
}

/// One neuron with this cell.
fn population_of(cell: Cell) -> LifExp {
    let mut one = spread();
    one.state.cells.all_mut()[0] = cell;
    one
}

#[test]
fn neurons_that_are_released_within_a_bin_get_it_in_order() {
    let mut neurons = spread();
    // Held for 2 ms from 0 and from 0.1 ms.
    for (j, t) in [(5, at(0.0)), (6, at(0.1))] {
        neurons.advance(t);
        neurons.set_potential(j, -49.0);
        let mut fired = Vec::new();
        neurons.fire(&mut fired);
        assert_eq!(fired, [j as u32]);
    }
    let (start, end) = (at(2.0), at(2.1));
    neurons.advance(Time::from_ps(start.ps() - 1));
    let before = neurons.state.cells.all().to_vec();
    let drawn = Drawn::new(1, end.since(start).ps());
    let (_, apart) = take_in(&mut neurons, &drawn, start, end);
    // The first is due at this very instant, and is released before the bin where all comes in order of time.
    assert!(apart.contains(&5));
    assert_eq!(neurons.state.cells.all()[5][1], before[5][1]);
    assert!(!apart.contains(&6));
    assert_ne!(neurons.state.cells.all()[6], before[6]);
}

#[test]
fn a_quiet_population_is_woken_and_one_that_has_changed_gets_nothing_at_once() {
    let mut neurons = population(N, &[]);
    assert!(neurons.state.quiet);
    let (start, end) = (at(10.1), at(10.2));
    let drawn = Drawn::new(1, end.since(start).ps());
    let (to_be_tested, apart) = take_in(&mut neurons, &drawn, start, end);
    assert!(to_be_tested && apart.is_empty() && !neurons.state.quiet);
    assert_eq!(
        (neurons.state.origin, neurons.next_due()),
        (at(10.0), at(10.25))
    );
    neurons.inject(10.0);
    let before = neurons.state.cells.all().to_vec();
    let (to_be_tested, apart) = take_in(&mut neurons, &drawn, start, end);
    assert!(!to_be_tested);
    assert_eq!(apart.len(), N);
    assert_eq!(neurons.state.cells.all(), before);
}

#[test]
fn suspects_are_those_without_a_budget() {
    let mut neurons = spread();
    assert!(neurons.suspects().is_empty());
    neurons.receive_row(&[59, 3, 58], RowWeights::One(3_000.0));
    assert_eq!(neurons.suspects(), [59, 58]);
    // As much is taken back as was too much.
    let early = Early {
        start: Time::ZERO,
        amount: 3_000.0,
        gathered: 0.0,
    };
    neurons.take_back(59, early);
    assert_eq!(neurons.suspects(), [58]);
}

#[test]
fn stretches_are_horizons_counted_from_the_origin() {
    let mut neurons = population(3, &[]);
    let ends = |neurons: &LifExp| [0.0, 0.2499, 0.25, 7.8].map(|t| neurons.stretch_end(at(t)));
    let expected = [0.25, 0.25, 0.5, 8.0].map(at);
    assert_eq!(ends(&neurons), expected);
    neurons.advance(at(5.0));
    neurons.receive_row(&[0], RowWeights::One(1.0));
    assert_eq!(neurons.stretch_end(at(7.8)), at(8.0));
    neurons.reset(at(0.1));
    assert_eq!(neurons.stretch_end(at(0.2)), at(0.35));
    assert_eq!(neurons.stretch_end(Time::MAX), Time::MAX);
}

#[test]
fn it_is_for_neurons_that_share_a_short_horizon() {
    let bins = |changes: &[(&'static str, f64)]| population(3, changes).bins();
    let cortex = bins(&[]).expect("as in a column");
    assert_eq!(cortex.stretch, Some(Duration::from_ps(250_000_000)));
    // A fortieth of 15 mV, at some 0.2 ms of a current over 250 pF.
    assert!(
        (400.0..500.0).contains(&cortex.most_weight),
        "{}",
        cortex.most_weight
    );
    assert!(bins(&[("tau_syn_ex", 1.0)]).is_some());
    assert!(bins(&[("tau_syn_ex", 1.1)]).is_none());
    let own = of_each(&[params_of(10.0), params_of(11.0)]).expect("a population");
    assert!(own.bins().is_none());
    // Levels of their own: the shortest way from reset to threshold counts.
    let mut near = params_of(10.0);
    near.membrane.v_th = -60.0;
    let own = of_each(&[params_of(10.0), near]).expect("a population");
    let third = own.bins().expect("one pace").most_weight;
    assert!((third - cortex.most_weight / 3.0).abs() < 1e-9);
}

fn params_of(tau_m: f64) -> Params {
    super::params(&[("tau_m", tau_m)])
}
