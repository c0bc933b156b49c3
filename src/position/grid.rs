//! Points on a grid.

use crate::position::{Point, Points, Region};

/// Points in the middle of the cells into which so many rows along each axis cut `region`, which is bounded; x runs fastest.
pub fn grid(region: Region, shape: &[u32]) -> Points {
    let sides = region.sides_mm().unwrap_or_default();
    let n: u64 = shape.iter().map(|&rows| u64::from(rows)).product();
    let point = |mut number: u64| {
        let mut point = Point::default();
        for ((at, side), &rows) in point.iter_mut().zip(sides).zip(shape) {
            let rows = u64::from(rows);
            *at = side * ((number % rows) as f64 + 0.5) / rows as f64;
            number /= rows;
        }
        point
    };
    Points::new(region, (0..n).map(point).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neurons_lie_in_the_middle_of_cells_row_by_row() {
        let points = grid(Region::new(&[3.0, 4.0], false), &[3, 2]);
        let expected = [
            [0.5, 1.0, 0.0],
            [1.5, 1.0, 0.0],
            [2.5, 1.0, 0.0],
            [0.5, 3.0, 0.0],
            [1.5, 3.0, 0.0],
            [2.5, 3.0, 0.0],
        ];
        assert_eq!(points.at(), expected);
    }
}
