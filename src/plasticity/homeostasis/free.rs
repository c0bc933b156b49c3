//! Sources that a target may still take.

use std::collections::BTreeSet;

use super::wiring::{Lot, Reach, Wiring};
use crate::base::stream::Stream;

/// Sources that may have a synapse onto one target and have none yet, where quick draws no longer find them: each draw is as if
/// quick ones had gone on for ever.
#[derive(Debug)]
pub(super) struct Free {
    sources: Vec<u32>,
    /// How likely each is to be the next, and its distance, if distance counts.
    weights: Vec<f64>,
    mm: Vec<f64>,
    reach: Reach,
}

impl Free {
    /// Those of `target` without those that are `taken`, pairs of target and source; `near` is the lot of all by distance.
    pub(super) fn new(
        wiring: &Wiring<'_>,
        reach: Reach,
        target: u32,
        taken: &BTreeSet<(u32, u32)>,
        near: &Lot,
    ) -> Self {
        let is_free = |source: &u32| {
            wiring.may_connect(*source, target) && !taken.contains(&(target, *source))
        };
        let sources: Vec<u32> = (0..wiring.n.0).filter(is_free).collect();
        let weight = |&source: &u32| {
            let share = wiring.share(reach, source, target);
            reach.chance(share, near.total(), wiring.n.0)
        };
        let mm = |&source: &u32| wiring.ends.map_or(0.0, |ends| ends.distance_mm(source, target));
        Self {
            weights: sources.iter().map(weight).collect(),
            mm: sources.iter().map(mm).collect(),
            sources,
            reach,
        }
    }

    /// Draws one, which is no longer free unless it `stays`; `None` if there is none.
    pub(super) fn draw(&mut self, stays: bool, stream: &mut Stream) -> Option<u32> {
        let mut lot = Lot::default();
        lot.fill(self.weights.iter().copied());
        if lot.total() == 0.0 {
            // All are so far that their weights are no numbers above zero any more: those by the nearest are.
            let nearest = self.mm.iter().copied().fold(f64::INFINITY, f64::min);
            lot.fill(self.mm.iter().map(|mm| self.reach.share(mm - nearest)));
        }
        let k = lot.draw(stream)?;
        if stays {
            return Some(self.sources[k]);
        }
        self.weights.remove(k);
        self.mm.remove(k);
        Some(self.sources.remove(k))
    }
}
