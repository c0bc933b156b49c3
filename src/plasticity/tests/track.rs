//! What synapses learn of a track, as `models/place_learning.toml` lets them on a larger scale.

use super::*;
use crate::base::parameter::complete;
use crate::stimulus::{Brings, Onset, place_cells};

/// Twelve cells in order along the track.
const SOURCES: [u32; N_SOURCE] = [0, 2, 4, 6, 8, 10, 11];
const TARGETS: [u32; N_TARGET] = [1, 3, 5, 7, 9];
/// A hundred seconds.
const STOP: i64 = 100_000_000_000_000;

fn track_trains() -> Trains {
    let given = Values::from([
        ("length", 600.0),
        ("speed", 0.3243567842),
        ("field", 300.0),
        ("sd", 69.70986),
        ("share", 1.0),
    ]);
    let values = complete(&place_cells::SPEC, &given).expect("valid");
    let Ok(Brings::Spikes(begin)) = (place_cells::ENTRY.build)(&values) else {
        panic!("place cells bring spikes");
    };
    let mut stimulus = begin(Onset {
        start: Time::ZERO,
        size: 12,
        seed: 1,
        name: "track".into(),
        bout: "run".into(),
        suffix: String::new(),
        stream: Stream::new(1, "stimulus.track", 0),
    });
    let (mut all, mut tick) = (Vec::new(), Some(Time::ZERO));
    while let Some(now) = tick.filter(|now| now.ps() < STOP) {
        tick = stimulus.tick(now, &mut all);
    }
    let of = |neuron: &u32| {
        let own = all.iter().filter(|(t, n)| n == neuron && t.ps() < STOP);
        own.map(|(t, _)| t.ps()).collect()
    };
    Trains {
        pre: SOURCES.iter().map(of).collect(),
        post: TARGETS.iter().map(of).collect(),
        end: STOP + 10 * GRID,
    }
}

/// In double precision to 1e-9 nS of synapses that see one event after the other; and, as no bound is met, of the sum
/// over all pairs of spikes, which knows no order at all.
#[test]
fn a_track_is_learned_to_a_billionth_of_a_nanosiemens() {
    let naive = naive::track();
    let trains = track_trains();
    let ends = (0..N_SOURCE as u32).flat_map(|i| (0..N_TARGET as u16).map(move |j| (i, j)));
    let made: Vec<Made> = ends
        .map(|(source, target)| Made {
            source,
            target,
            axonal: 2 * GRID,
            dendritic: 2 * GRID,
            weight: 0.1,
        })
        .collect();
    let rule = stdp_symmetric::StdpSymmetric::new(&naive.values).expect("valid");
    let mut rows = PlasticRows::<stdp_symmetric::StdpSymmetric, f64, 1, 1>::new(
        rule,
        None,
        sparse(&made),
        N_TARGET,
    )
    .expect("fits");
    let (_, weights) = run_rows(&mut rows, &trains, &[], &mut |_, _| {});
    for (one, weight) in made.iter().zip(&weights) {
        let expected = *naive.weights(one, &trains).last().expect("the end");
        assert!(
            (weight - expected).abs() < 1e-9,
            "{weight}, expected {expected}"
        );
        let (pre, post) = (
            &trains.pre[one.source as usize],
            &trains.post[usize::from(one.target)],
        );
        let pairs = pre.iter().flat_map(|s| post.iter().map(move |t| t - s));
        let sum: f64 = pairs
            .map(|ps| (-(ps as f64).abs() * 1e-9 / 62.5).exp())
            .sum();
        let of_pairs = f64::from(one.weight) + 0.08 * sum;
        assert!(
            (weight - of_pairs).abs() < 1e-9,
            "{weight}, of pairs {of_pairs}"
        );
    }
    let strongest = weights.iter().copied().fold(0.0, f64::max);
    assert!(strongest > 1.0 && strongest < 20.0, "{strongest} nS");
}
