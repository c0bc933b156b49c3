//! Pairs of neurons that are connected.

use super::wiring::Wiring;

/// Pairs that are connected and stay so, and those that come: by target, so that what is asked for one target after the other lies in the
/// cache. A tree of ten million pairs takes longer to make than all else.
#[derive(Debug)]
pub(super) struct Taken {
    /// Sources of the synapses that stay, by target, ascending; and where those of each target begin, and all end.
    sources: Vec<u32>,
    starts: Vec<u32>,
    /// Sources of those that come, by target, ascending.
    added: Vec<Vec<u32>>,
}

impl Taken {
    /// Those of `wiring` of which the synapses of these indices, which ascend, go, and `degrees` stay of each target.
    pub(super) fn new(wiring: &Wiring<'_>, removed: &[u32], degrees: &[u32]) -> Self {
        let n_target = degrees.len();
        let mut starts = vec![0];
        starts.extend(degrees);
        for k in 1..starts.len() {
            starts[k] += starts[k - 1];
        }
        let mut next = starts.clone();
        let mut sources = vec![0; starts[n_target] as usize];
        let mut gone = removed.iter().peekable();
        for (k, edge) in (0..).zip(wiring.edges) {
            if gone.next_if_eq(&&k).is_none() {
                let next = &mut next[edge.target as usize];
                sources[*next as usize] = edge.source;
                *next += 1;
            }
        }
        Self {
            sources,
            starts,
            added: vec![Vec::new(); n_target],
        }
    }

    /// Whether there is a synapse from `source` onto `target`.
    pub(super) fn holds(&self, target: u32, source: u32) -> bool {
        self.stays(target, source) || self.added[target as usize].binary_search(&source).is_ok()
    }

    /// Takes a pair; whether it was free.
    pub(super) fn insert(&mut self, target: u32, source: u32) -> bool {
        if self.stays(target, source) {
            return false;
        }
        let added = &mut self.added[target as usize];
        match added.binary_search(&source) {
            Ok(_) => false,
            Err(place) => {
                added.insert(place, source);
                true
            }
        }
    }

    fn stays(&self, target: u32, source: u32) -> bool {
        let [start, end] = [0, 1].map(|next| self.starts[target as usize + next] as usize);
        self.sources[start..end].binary_search(&source).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plasticity::homeostasis::wiring::Edge;

    #[test]
    fn what_goes_is_free_but_for_a_second_synapse_of_the_pair() {
        let edge = |source, target| Edge {
            source,
            target,
            strength: 1.0,
            unused_ms: 0.0,
        };
        let edges = [edge(0, 1), edge(0, 4), edge(2, 0), edge(2, 3), edge(2, 3)];
        let wiring = Wiring {
            edges: &edges,
            sources: &[],
            targets: &[],
            n: (4, 5),
            born: (&[], &[]),
            own: None,
            ends: None,
        };
        let mut taken = Taken::new(&wiring, &[1, 3], &wiring.degrees(&[1, 3]));
        let all = |taken: &Taken| {
            let pairs = (0..4).flat_map(|source| (0..5).map(move |target| (source, target)));
            let held = pairs.filter(|&(source, target)| taken.holds(target, source));
            held.collect::<Vec<(u32, u32)>>()
        };
        assert_eq!(all(&taken), [(0, 1), (2, 0), (2, 3)]);
        assert!(taken.insert(4, 0) && !taken.insert(4, 0) && !taken.insert(3, 2));
        assert_eq!(all(&taken), [(0, 1), (0, 4), (2, 0), (2, 3)]);
    }
}
