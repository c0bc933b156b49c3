//! Sources that a target may still take.

use super::taken::Taken;
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
    lot: Lot,
    reach: Reach,
}

impl Free {
    /// Those of `target` without those that are `taken`, if that counts; `near` is the lot of all by distance.
    pub(super) fn new(
        wiring: &Wiring<'_>,
        reach: Reach,
        target: u32,
        taken: Option<&Taken>,
        near: &Lot,
    ) -> Self {
        let is_free = |source: &u32| taken.is_none_or(|taken| !taken.holds(target, *source));
        let free = (0..wiring.n.0).filter(is_free);
        let free = free.filter(|&source| wiring.may_connect(source, target));
        let sources: Vec<u32> = free.collect();
        let weight = |&source: &u32| {
            let share = wiring.share(reach, source, target);
            reach.chance(share, near.total(), wiring.n.0)
        };
        let mm = |&source: &u32| {
            wiring
                .ends
                .map_or(0.0, |ends| ends.distance_mm(source, target))
        };
        Self {
            weights: sources.iter().map(weight).collect(),
            mm: sources.iter().map(mm).collect(),
            sources,
            lot: Lot::default(),
            reach,
        }
    }

    /// Draws one, which is no longer free unless it `stays`; `None` if there is none.
    pub(super) fn draw(&mut self, stays: bool, stream: &mut Stream) -> Option<u32> {
        let k = match self.reach.is_by_distance() {
            true => self.draw_by_weight(stream)?,
            false if self.sources.is_empty() => return None,
            false => stream.below(self.sources.len() as u64) as usize,
        };
        if stays {
            return Some(self.sources[k]);
        }
        self.weights.remove(k);
        self.mm.remove(k);
        Some(self.sources.remove(k))
    }

    fn draw_by_weight(&mut self, stream: &mut Stream) -> Option<usize> {
        self.lot.fill(self.weights.iter().copied());
        if self.lot.total() == 0.0 {
            // All are so far that their weights are no numbers above zero any more: those by the nearest are.
            let nearest = self.mm.iter().copied().fold(f64::INFINITY, f64::min);
            let shares = self.mm.iter().map(|mm| self.reach.share(mm - nearest));
            self.lot.fill(shares);
        }
        self.lot.draw(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::turnover;
    use crate::position::{Ends, Points, Region};

    /// Of 20 sources on a line, each 0.1 mm from the next, the odd ones are taken: the others come as often as by drawing from all
    /// until one of them comes.
    #[test]
    fn they_are_drawn_as_if_from_all() {
        let line = |n: u32| {
            let at = (0..n).map(|k| [0.1 * f64::from(k), 0.0, 0.0]);
            Points::new(Region::open(1), at.collect())
        };
        let ends = Ends::new(line(20).into(), [&line(1)]);
        let wiring = Wiring {
            edges: &[],
            sources: &[],
            targets: &[],
            n: (20, 1),
            born: (&[], &[]),
            own: None,
            ends: Some(&ends),
        };
        let mut taken = Taken::new(&wiring, &[], &[0]);
        assert!((0..10).all(|k| taken.insert(0, 2 * k + 1)));
        for long_range in [None, Some(0.0), Some(0.3)] {
            let reach = long_range.map_or(Reach::ANYWHERE, |long_range| {
                let values = Values::from([("length", 0.5), ("long_range", long_range)]);
                turnover::reach(&values).expect("valid")
            });
            let mut near = Lot::default();
            if long_range.is_some() {
                near.fill((0..20).map(|source| wiring.share(reach, source, 0)));
            }
            let kernel = |k: u32| (-0.1 * f64::from(k) / 0.5).exp();
            let all: f64 = (0..20).map(kernel).sum();
            let share = |k: u32| match long_range {
                None => 1.0,
                Some(long_range) => (1.0 - long_range) * kernel(k) / all + long_range / 20.0,
            };
            let mut stream = Stream::new(7, "rewiring", 0);
            let mut free = Free::new(&wiring, reach, 0, Some(&taken), &near);
            let mut counts = [0.0; 20];
            let n = 20_000.0;
            for _ in 0..20_000 {
                counts[free.draw(true, &mut stream).expect("one") as usize] += 1.0;
            }
            let sum: f64 = (0..10).map(|k| share(2 * k)).sum();
            // The sum of squared deviations by their variance: mean 9, SD 4.2.
            let chi: f64 = (0..10)
                .map(|k| {
                    let expected = n * share(2 * k) / sum;
                    (counts[2 * k as usize] - expected).powi(2) / expected
                })
                .sum();
            assert!(chi < 9.0 + 4.0 * 4.2, "{long_range:?}: {chi}");
            // Each once, then none.
            let mut each: Vec<u32> = (0..10)
                .filter_map(|_| free.draw(false, &mut stream))
                .collect();
            each.sort_unstable();
            assert_eq!(each, (0..10).map(|k| 2 * k).collect::<Vec<_>>());
            assert_eq!(free.draw(false, &mut stream), None);
        }
    }
}
