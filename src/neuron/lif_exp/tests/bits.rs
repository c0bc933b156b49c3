//! What must not change a bit.

use super::*;
use crate::base::stream::Stream;
use crate::base::vector::{Width, limit};

/// Independent noise, rows and drive on 40 neurons; about 150 spikes.
fn busy(
    shift: Time,
    prepare: impl Fn(LifExp) -> LifExp,
    stops: &[Time],
) -> (Vec<(Time, u32)>, Vec<u8>) {
    let size = 40;
    let mut population = population(size, &[("tau_syn_in", 1.5), ("i_e", 100.0)]);
    population.reset(shift);
    for j in 0..size {
        population.set_potential(j, -65.0 + j as f64 * 0.3);
    }
    let mut stream = Stream::new(3, "test", 0);
    let mut spikes = Vec::new();
    let mut t = shift;
    for round in 0..3_000 {
        // Now and then it falls quiet.
        let pause = if round % 500 == 499 {
            400_000_000_000
        } else {
            0
        };
        let gap = Duration::from_ps(pause + stream.below(30_000_000) as i64);
        let next = t + gap;
        spikes.extend(drive(
            &mut population,
            &[],
            stops,
            Time::from_ps(next.ps() - 1),
        ));
        t = next;
        population.advance(t);
        let targets: Vec<u16> = (0..9).map(|_| stream.below(size as u64) as u16).collect();
        match round % 3 {
            0 => population.receive_row(&targets, RowWeights::One(300.0)),
            1 => population.receive_row(&targets[..7], RowWeights::One(-90.0)),
            _ => {
                let weights: Vec<f32> = targets
                    .iter()
                    .map(|_| (stream.uniform() as f32 - 0.3) * 900.0)
                    .collect();
                population.receive_row(&targets, RowWeights::Each(&weights));
            }
        }
        let mut fired = Vec::new();
        population.fire(&mut fired);
        spikes.extend(fired.into_iter().map(|j| (t, j)));
        if round == 1_500 {
            population = prepare(population);
        }
    }
    (spikes, population.save().expect("plain data"))
}

#[test]
fn nothing_but_the_model_changes_a_bit() {
    let reference = busy(Time::ZERO, |population| population, &[]);
    assert!(reference.0.len() > 100, "{}", reference.0.len());
    for width in [Width::Baseline, Width::W256] {
        limit(width);
        let found = busy(Time::ZERO, |population| population, &[]);
        limit(Width::W512);
        assert_eq!(found, reference, "{width:?}");
    }
    // Saved, and loaded into a population of another past.
    let reborn = |population: LifExp| {
        let mut other = LifExp::new(40, population.params(0));
        other.inject(77.0);
        other
            .load(&population.save().expect("plain data"))
            .expect("its own state");
        other
    };
    assert_eq!(busy(Time::ZERO, reborn, &[]), reference);
    // Advanced to instants at which nothing happens.
    let stops: Vec<Time> = (0..500).map(|k| Time::from_ps(k * 97_777_777)).collect();
    assert_eq!(busy(Time::ZERO, |population| population, &stops), reference);
    let hours = Duration::from_ps(8 * 3_600_000_000_000_000);
    let (late, _) = busy(Time::ZERO + hours, |population| population, &[]);
    let early: Vec<_> = reference.0.iter().map(|&(t, j)| (t + hours, j)).collect();
    assert_eq!(late, early);
}

#[test]
fn a_state_of_another_population_is_refused() {
    let saved = population(3, &[]).save().expect("plain data");
    let error = population(4, &[]).load(&saved).expect_err("another size");
    assert_eq!(
        error.to_string(),
        "the state of the neurons does not fit: found 3 neurons, expected 4"
    );
    let cut = &saved[..saved.len() - 1];
    assert!(population(3, &[]).load(cut).is_err());
    assert!(
        population(3, &[])
            .load(&[&saved[..], &[0]].concat())
            .is_err()
    );
}
