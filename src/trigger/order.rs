//! In which order the cells of a burst come, against that of a template, as they come.
//!
//! The score of n cells is S = pairs in the template's order − pairs in the reverse one, of those that did not come at one
//! instant. Under the null hypothesis that every order is as likely, it has the variance n(n − 1)(2n + 5)/18, and
//! z = S/√variance is looked at with each cell from a least number on. That is many looks at one burst, so z is held against
//! what its largest value over all looks exceeds in so many orders: in all there are where cells are few, else in random ones.

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;

/// Random orders by which levels are found: with 10⁴ a level of 0.01 is known to within a tenth of it.
pub(super) const ORDERS: usize = 10_000;

/// The most cells of which all orders are looked at, 40,320.
pub(super) const EXACT: usize = 8;

/// How many orders `n` cells have, at most [`EXACT`].
pub(super) fn count(n: usize) -> usize {
    (1..=n).product()
}

/// How many of so many `orders` are at most the share `p` of them.
pub(super) fn allowed(p: f64, orders: usize) -> usize {
    // A share that is meant to be a whole number of them is.
    (p * orders as f64 + 1e-9).floor() as usize
}

/// Which orders count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Reverse,
    Either,
}

impl Direction {
    /// How much `z` speaks for it.
    fn of(self, z: f64) -> f64 {
        match self {
            Self::Forward => z,
            Self::Reverse => -z,
            Self::Either => z.abs(),
        }
    }

    /// How many orders of some cells are perfect.
    pub(super) fn perfect(self) -> usize {
        match self {
            Self::Forward | Self::Reverse => 1,
            Self::Either => 2,
        }
    }
}

/// The cells of a burst so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    /// Their places in the template, in the order in which they came.
    places: Vec<u32>,
    /// Pairs in order less pairs in reverse.
    score: i64,
}

impl Order {
    /// Forgets all cells.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.score = 0;
    }

    /// The cells with these places come at one instant.
    pub(super) fn come(&mut self, places: impl Iterator<Item = u32>) {
        let before = self.places.len();
        for place in places {
            if self.places.contains(&place) {
                continue;
            }
            let earlier = &self.places[..before];
            let below = earlier.iter().filter(|&&other| other < place).count();
            self.score += 2 * below as i64 - before as i64;
            self.places.push(place);
        }
    }

    /// How many cells have come.
    pub(super) fn cells(&self) -> usize {
        self.places.len()
    }

    /// The score over its standard deviation in random orders, in `direction`.
    pub(super) fn z(&self, direction: Direction) -> f64 {
        direction.of(self.score as f64 / sd(self.cells()))
    }

    /// Kendall's tau in `direction`: 1 for the template's order.
    pub(super) fn tau(&self, direction: Direction) -> f64 {
        let n = self.cells() as f64;
        direction.of(self.score as f64 / (0.5 * n * (n - 1.0)))
    }
}

/// The standard deviation of the score of `n` cells in random order (Kendall 1938, Biometrika 30:81).
fn sd(n: usize) -> f64 {
    let n = n as f64;
    (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt()
}

/// What the largest z of a burst of all `n` cells of a template, looked at from `least` cells on, reaches in at most the share
/// `p` of all orders, or, where these are too many, of random ones: with r of R of them, (r + 1)/(R + 1) ≤ p.
///
/// In a random order a cell's place among those before it is uniform and independent of theirs, so its share of the score is.
pub(super) fn level(n: usize, least: usize, p: f64, direction: Direction) -> f64 {
    let sds: Vec<f64> = (0..=n).map(sd).collect();
    let largest = |below: &mut dyn FnMut(u64) -> u64| {
        let (mut score, mut most) = (0, f64::NEG_INFINITY);
        for (cells, sd) in sds.iter().enumerate().skip(1) {
            score += 2 * below(cells as u64) as i64 - (cells as i64 - 1);
            if cells >= least {
                most = most.max(direction.of(score as f64 / sd));
            }
        }
        most
    };
    let (mut all, may_reach): (Vec<f64>, Option<usize>) = match n <= EXACT {
        true => {
            let orders = count(n);
            let of = |order: usize| {
                let mut rest = order as u64;
                largest(&mut |cells| {
                    let below = rest % cells;
                    rest /= cells;
                    below
                })
            };
            let may_reach = allowed(p, orders);
            (
                (0..orders).map(of).collect(),
                Some(may_reach).filter(|&r| r > 0),
            )
        }
        false => {
            let mut stream = Stream::new(0, "trigger.template", 0);
            let drawn = (0..ORDERS).map(|_| largest(&mut |cells| stream.below(cells)));
            let may_reach = (p * (ORDERS + 1) as f64).floor() as usize;
            (drawn.collect(), may_reach.checked_sub(1))
        }
    };
    all.sort_by(|a, b| b.total_cmp(a));
    match may_reach {
        None => f64::INFINITY,
        // So many reach it, and it itself is the next.
        Some(r) => all
            .get(r)
            .map_or(f64::NEG_INFINITY, |first| first.next_up()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(instants: &[&[u32]]) -> Order {
        let mut order = Order::default();
        for places in instants {
            order.come(places.iter().copied());
        }
        order
    }

    #[test]
    fn pairs_in_order_speak_for_it() {
        let forward = order(&[&[0], &[3], &[5], &[9]]);
        assert_eq!(forward.tau(Direction::Forward), 1.0);
        assert_eq!(forward.tau(Direction::Reverse), -1.0);
        // One pair of six the other way round: 5 − 1.
        let swapped = order(&[&[3], &[0], &[5], &[9]]);
        assert_eq!(swapped.score, 4);
        // Of those that come together nothing is known; a cell that comes again adds nothing.
        let together = order(&[&[0, 5], &[3, 0], &[9]]);
        assert_eq!((together.score, together.cells()), (3, 4));
    }

    /// All orders of six cells, looked at from the fifth on: the share that reaches the level, counted.
    #[test]
    fn so_many_random_orders_reach_the_level() {
        fn orders(n: u32) -> Vec<Vec<u32>> {
            match n {
                0 => vec![Vec::new()],
                n => orders(n - 1)
                    .into_iter()
                    .flat_map(|order| {
                        (0..=order.len()).map(move |at| {
                            let mut order = order.clone();
                            order.insert(at, n - 1);
                            order
                        })
                    })
                    .collect(),
            }
        }
        let all = orders(6);
        assert_eq!(all.len(), 720);
        for direction in [Direction::Forward, Direction::Reverse, Direction::Either] {
            for p in [0.05, 0.2] {
                let level = level(6, 5, p, direction);
                let reach = |places: &&Vec<u32>| {
                    let mut order = Order::default();
                    places.iter().any(|&place| {
                        order.come([place].into_iter());
                        order.cells() >= 5 && order.z(direction) >= level
                    })
                };
                let share = all.iter().filter(reach).count() as f64 / 720.0;
                // z has few values, so that the share may be less.
                assert!(share <= p, "{share} {p}");
                assert!(share > p / 3.0, "{share} {p}");
            }
        }
    }

    #[test]
    fn a_level_that_no_number_of_orders_can_tell_is_never_reached_and_one_of_all_always() {
        assert_eq!(level(8, 5, 1e-6, Direction::Forward), f64::INFINITY);
        assert_eq!(level(8, 5, 1.0, Direction::Forward), f64::NEG_INFINITY);
    }
}
