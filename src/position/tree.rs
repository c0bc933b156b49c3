//! Points in nested boxes, so that those at similar distances are met together.

use std::ops::Range;

use crate::position::{Point, Region};

/// Points of a box that is not cut any further.
const LEAF: usize = 8;

/// Draws in vain that cost as much as a cut.
const IN_VAIN: f64 = 2.0;

/// Points in nested boxes. Each box is cut across its longest side into two halves with as many points.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Number of each point, in the order of the boxes.
    numbers: Vec<u32>,
    /// The points in the same order.
    at: Vec<Point>,
    /// Every box before those inside it, the lower half first.
    boxes: Vec<Cut>,
}

/// A box.
#[derive(Debug, Clone)]
struct Cut {
    middle: Point,
    /// From the middle to the sides.
    half: Point,
    first: u32,
    end: u32,
    /// Where the upper half is; the lower one follows this box. 0 where it is not cut.
    upper: u32,
}

impl Tree {
    /// Over `points`, of which there are fewer than 2³².
    pub fn new(points: &[Point]) -> Self {
        let mut tree = Self {
            numbers: (0..points.len() as u32).collect(),
            at: Vec::new(),
            boxes: Vec::new(),
        };
        if !points.is_empty() {
            let mut numbers = std::mem::take(&mut tree.numbers);
            tree.cut(points, &mut numbers, 0);
            tree.numbers = numbers;
        }
        tree.at = tree
            .numbers
            .iter()
            .map(|&number| points[number as usize])
            .collect();
        tree
    }

    /// Puts the box around the points with these `numbers`, which begin at `first`, and those inside it.
    fn cut(&mut self, points: &[Point], numbers: &mut [u32], first: usize) {
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for &number in &*numbers {
            for (axis, &at) in points[number as usize].iter().enumerate() {
                (low[axis], high[axis]) = (low[axis].min(at), high[axis].max(at));
            }
        }
        let this = self.boxes.len();
        self.boxes.push(Cut {
            middle: [0, 1, 2].map(|axis| 0.5 * (low[axis] + high[axis])),
            half: [0, 1, 2].map(|axis| 0.5 * (high[axis] - low[axis])),
            first: first as u32,
            end: (first + numbers.len()) as u32,
            upper: 0,
        });
        let side = |axis: usize| high[axis] - low[axis];
        let longest = (1..3).fold(0, |best, axis| match side(axis) > side(best) {
            true => axis,
            false => best,
        });
        if numbers.len() <= LEAF || side(longest) <= 0.0 {
            // The same order wherever a library's selection leaves them.
            numbers.sort_unstable();
            return;
        }
        let middle = numbers.len() / 2;
        let place = |number: &u32| points[*number as usize][longest];
        numbers.select_nth_unstable_by(middle, |a, b| place(a).total_cmp(&place(b)).then(a.cmp(b)));
        let (lower, upper) = numbers.split_at_mut(middle);
        self.cut(points, lower, first);
        self.boxes[this].upper = self.boxes.len() as u32;
        self.cut(points, upper, first + middle);
    }

    /// The number of the point at `place` in the order of the boxes.
    #[inline]
    pub fn number(&self, place: u32) -> u32 {
        self.numbers[place as usize]
    }

    /// The point at `place` in the order of the boxes.
    #[inline]
    pub fn point(&self, place: u32) -> &Point {
        &self.at[place as usize]
    }

    /// Calls `zone` with ranges of places that together are all points, each with an upper and a lower bound of a value in it.
    /// `bounds` gives the two from the squares of the smallest and the largest distance from `from`.
    ///
    /// A range is cut where draws by its upper bound that are in vain would cost more than two smaller ones.
    pub fn zones(
        &self,
        region: &Region,
        from: &Point,
        bounds: impl Fn(f64, f64) -> (f64, f64),
        mut zone: impl FnMut(Range<u32>, (f64, f64)),
    ) {
        let mut next = 0;
        // Upper halves that are still to come: one for each level, of which 32 bits of points have 32 at most.
        let (mut open, mut n_open) = ([0_u32; 32], 0);
        while let Some(cut) = self.boxes.get(next) {
            let (near, far) = region.squares_mm2(from, (&cut.middle, &cut.half));
            let (most, least) = bounds(near, far);
            let n = f64::from(cut.end - cut.first);
            if cut.upper > 0 && n * (most - least) > IN_VAIN + n * least {
                open[n_open] = cut.upper;
                n_open += 1;
                next += 1;
                continue;
            }
            zone(cut.first..cut.end, (most, least));
            let Some(last) = n_open.checked_sub(1) else {
                return;
            };
            n_open = last;
            next = open[last] as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Stream;
    use crate::position::scattered;

    #[test]
    fn zones_are_all_points_each_below_the_bound() {
        for (sides, wrap) in [
            (&[2.0][..], true),
            (&[2.0, 1.0], false),
            (&[1.0, 1.0, 3.0], true),
        ] {
            let region = Region::new(sides, wrap);
            let points = scattered(region, 1000, &mut Stream::new(1, "points", 0));
            let falling = |square: f64| 1.0 / (1.0 + 30.0 * square);
            let bounds = |near, far| (falling(near), falling(far));
            for from in &points.at()[..20] {
                let mut seen = vec![false; 1000];
                points
                    .tree()
                    .zones(&region, from, bounds, |places, (most, least)| {
                        for place in places {
                            let number = points.tree().number(place) as usize;
                            assert!(!std::mem::replace(&mut seen[number], true));
                            let value = falling(region.square_mm2(from, &points.at()[number]));
                            assert!(
                                value <= most * (1.0 + 1e-12) && value >= least * (1.0 - 1e-12)
                            );
                        }
                    });
                assert!(seen.into_iter().all(|seen| seen));
            }
        }
    }

    #[test]
    fn points_at_one_place_are_one_box() {
        let tree = Tree::new(&[[1.0, 2.0, 0.0]; 100]);
        assert_eq!(tree.boxes.len(), 1);
        assert!((0..100).all(|place| tree.number(place) == place));
    }
}
