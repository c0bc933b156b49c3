//! What synapses learn of a track, as `models/place_learning.toml` lets them on a larger scale.

use super::*;

/// Twelve cells in order along the track.
const SOURCES: [u64; N_SOURCE] = [0, 2, 4, 6, 8, 10, 11];
const TARGETS: [u64; N_TARGET] = [1, 3, 5, 7, 9];
/// So long that no synapse meets its bound.
const STOP_MS: f64 = 25_000.0;

/// Spikes of a cell of a track of 600 mm that is run through at 0.324 mm a millisecond, in picoseconds: 20 Hz in its field,
/// which theta of 7 Hz modulates, and 5 ms apart.
fn spikes(cell: u64) -> Vec<i64> {
    const LENGTH: f64 = 600.0;
    let mut stream = Stream::new(1, "track", cell);
    let centre = cell as f64 * LENGTH / 12.0;
    let (mut t, mut last, mut all) = (0.0, -5.0, Vec::new());
    loop {
        // Twice 20 Hz is never passed.
        t += stream.exponential() * 1e3 / 40.0;
        if t >= STOP_MS {
            return all;
        }
        let off = (0.3243567842 * t - centre).rem_euclid(LENGTH);
        let off = off.min(LENGTH - off);
        let field = (-off * off / (2.0 * 69.7 * 69.7)).exp();
        let theta = 1.0 + (std::f64::consts::TAU * (7e-3 * t - off / LENGTH)).cos();
        if stream.uniform() < 0.5 * field * theta && t - last >= 5.0 {
            last = t;
            all.push((t * 1e9) as i64);
        }
    }
}

fn track_trains() -> Trains {
    Trains {
        pre: SOURCES.into_iter().map(spikes).collect(),
        post: TARGETS.into_iter().map(spikes).collect(),
        end: (STOP_MS * 1e9) as i64 + 10 * GRID,
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
