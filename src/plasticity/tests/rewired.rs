//! What synapses that have come and gone take.

use super::stdp_pair::StdpPair;
use super::*;
use crate::plasticity::learn::Change;

const N: u32 = 500;
const EACH: u32 = 100;

/// Rows of [`EACH`] synapses from each of [`N`] sources, the first onto the target of this number.
fn rows(first: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..N).flat_map(move |source| (0..EACH).map(move |k| (source, (first + k) % N)))
}

/// All indices, what is known of the targets, and when unused ones came included.
#[test]
fn a_synapse_takes_at_most_16_bytes_also_after_others_have_come() {
    let n = (N * EACH) as usize;
    let offsets = (0..=N).map(|source| source * EACH).collect();
    let sparse = Sparse {
        n_source: N as usize,
        delays: vec![Duration::from_ps(GRID)],
        dendritic: vec![Duration::ZERO],
        layout: Layout::One { offsets },
        targets: rows(0).map(|(_, target)| target as u16).collect(),
        weights: Weights::Each(vec![0.5; n]),
    };
    let values = Values::from([("w_max", 1.0)]);
    let rule = StdpPair::new(&values).expect("valid");
    let rows_of = PlasticRows::<StdpPair, f32, 1, 1>::new(rule, None, sparse, N as usize);
    let mut synapses = rows_of.expect("valid");
    synapses.expect_rewiring();
    let each = |synapses: &PlasticRows<_, _, 1, 1>| synapses.bytes() as f64 / n as f64;
    let fixed = each(&synapses);
    assert!(fixed <= 16.0, "{fixed}");
    let mut unused = Vec::new();
    for round in 1..=20 {
        let now = Time::from_ps(i64::from(round) * 2 * GRID);
        let added = rows(EACH * round).map(|(source, target)| Synapse {
            source,
            target,
            delay: Duration::from_ps(GRID),
            dendritic: Duration::ZERO,
            weight: 0.5,
        });
        let change = Change {
            removed: (0..n as u32).collect(),
            added: added.collect(),
        };
        synapses.rewire(now, &change);
        assert_eq!(synapses.n_synapses(), n);
        let found = each(&synapses);
        // Their numbers and those of their instants, which are two at most: 32 bits each.
        let most = fixed + 8.0 + (2 * size_of::<Time>()) as f64 / n as f64;
        assert!(found <= most, "{found} at once");
        // A row of two arrives, and with the next edit nothing is known of its synapses but what the row knows.
        for source in (0..N).step_by(2) {
            synapses.arrive(Time::from_ps(now.ps() + GRID), source);
        }
        let edit = Change {
            removed: vec![0],
            added: vec![change.added[0]],
        };
        synapses.rewire(Time::from_ps(now.ps() + GRID + 1), &edit);
        unused.clear();
        synapses.look_for_use(&mut |last| unused.push(last));
        let at = |k: usize| unused[k].ps() - now.ps();
        let last = EACH as usize;
        assert_eq!([at(0), at(1), at(last), at(n - 1)], [GRID, GRID, 0, 0]);
    }
    let found = each(&synapses);
    assert!(found <= 16.0, "{found}");
}
