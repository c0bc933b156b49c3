//! A line, sheet or box that points lie in.

/// Most dimensions of a region.
pub const MOST_DIMENSIONS: usize = 3;

/// Coordinates in millimetres: x, y, z. Those that a region does not have are 0.
pub type Point = [f64; MOST_DIMENSIONS];

/// A line, sheet or box that points lie in, from the origin on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    dimension: usize,
    /// Lengths of the sides in millimetres, infinite where nothing bounds it.
    sides_mm: Point,
    wrap: bool,
}

impl Region {
    /// A region with sides of these lengths in millimetres, of which 1 to 3 count; where it is to `wrap`, opposite sides
    /// are one.
    pub fn new(sides_mm: &[f64], wrap: bool) -> Self {
        let mut sides = [0.0; MOST_DIMENSIONS];
        let dimension = sides_mm.len().min(MOST_DIMENSIONS);
        sides[..dimension].copy_from_slice(&sides_mm[..dimension]);
        Self {
            dimension,
            sides_mm: sides,
            wrap,
        }
    }

    /// A region without sides.
    pub fn open(dimension: usize) -> Self {
        let sides = [f64::INFINITY; MOST_DIMENSIONS];
        Self::new(&sides[..dimension.min(MOST_DIMENSIONS)], false)
    }

    /// Dimensions: 1 to 3.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Lengths of the sides in millimetres, or `None` where nothing bounds it.
    pub fn sides_mm(&self) -> Option<&[f64]> {
        let sides = &self.sides_mm[..self.dimension];
        sides.iter().all(|side| side.is_finite()).then_some(sides)
    }

    /// Whether opposite sides are one.
    pub fn wraps(&self) -> bool {
        self.wrap
    }

    /// The square of the distance between two points, in square millimetres; the shorter way round where it wraps.
    #[inline]
    pub fn square_mm2(&self, a: &Point, b: &Point) -> f64 {
        let mut square = 0.0;
        for axis in 0..self.dimension {
            let apart = self.apart(axis, a[axis], b[axis]);
            square += apart * apart;
        }
        square
    }

    /// How far two coordinates of an axis are from each other.
    #[inline]
    fn apart(&self, axis: usize, a: f64, b: f64) -> f64 {
        let apart = (a - b).abs();
        match self.wrap {
            true => apart.min(self.sides_mm[axis] - apart),
            false => apart,
        }
    }

    /// Bounds of the squares of the distances between `from` and the points of the box that reaches so far, `half`, from its
    /// `middle`, in square millimetres.
    #[inline]
    pub(super) fn squares_mm2(&self, from: &Point, (middle, half): (&Point, &Point)) -> (f64, f64) {
        let (mut nearest, mut farthest) = (0.0, 0.0);
        for axis in 0..self.dimension {
            let apart = self.apart(axis, from[axis], middle[axis]);
            let near = (apart - half[axis]).max(0.0);
            let mut far = apart + half[axis];
            if self.wrap {
                far = far.min(0.5 * self.sides_mm[axis]);
            }
            nearest += near * near;
            farthest += far * far;
        }
        (nearest, farthest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_way_counts_where_sides_are_one() {
        let (a, b) = ([0.5, 1.0, 0.0], [3.5, 1.0, 0.0]);
        let square = |wrap| Region::new(&[4.0, 2.0], wrap).square_mm2(&a, &b);
        assert_eq!((square(false), square(true)), (9.0, 1.0));
    }

    #[test]
    fn a_box_lies_between_its_nearest_and_its_farthest_point() {
        let (middle, half) = ([1.5, 0.375, 0.0], [0.5, 0.125, 0.0]);
        for wrap in [false, true] {
            let region = Region::new(&[4.0, 1.0], wrap);
            for step in 0..40 {
                let from = [f64::from(step) * 0.1, f64::from(step % 10) * 0.1, 0.0];
                let (near, far) = region.squares_mm2(&from, (&middle, &half));
                let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
                for x in 0..=100 {
                    for y in 0..=100 {
                        let share =
                            |low: f64, high: f64, k: i32| low + (high - low) * f64::from(k) / 100.0;
                        let at = [share(1.0, 2.0, x), share(0.25, 0.5, y), 0.0];
                        let square = region.square_mm2(&from, &at);
                        (least, most) = (least.min(square), most.max(square));
                    }
                }
                assert!(
                    near <= least + 1e-12 && least - near < 0.05,
                    "{from:?}: {near} {least}"
                );
                assert!(
                    far >= most - 1e-12 && far - most < 0.05,
                    "{from:?}: {far} {most}"
                );
            }
        }
    }
}
