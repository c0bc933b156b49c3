//! Where the neurons that a projection pairs lie.

use std::sync::Arc;

use crate::position::{Point, Points, Region};

/// Where the sources and the targets of a projection lie, in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Ends {
    sources: Arc<Points>,
    targets: Vec<Point>,
    longest_mm: f64,
}

impl Ends {
    /// Of sources, and of target populations one after the other. All are in the region of the sources.
    pub fn new<'a>(sources: Arc<Points>, targets: impl IntoIterator<Item = &'a Points>) -> Self {
        let targets: Vec<Point> = targets
            .into_iter()
            .flat_map(|points| points.at())
            .copied()
            .collect();
        let longest_mm = longest_mm(sources.region(), &[sources.at(), &targets]);
        Self {
            sources,
            targets,
            longest_mm,
        }
    }

    /// What all lie in.
    pub fn region(&self) -> &Region {
        self.sources.region()
    }

    /// Where the sources lie.
    pub fn sources(&self) -> &Points {
        &self.sources
    }

    /// Where the targets lie.
    pub fn targets(&self) -> &[Point] {
        &self.targets
    }

    /// The distance between a source and a target in millimetres.
    pub fn distance_mm(&self, source: u32, target: u32) -> f64 {
        let (from, to) = (
            &self.sources.at()[source as usize],
            &self.targets[target as usize],
        );
        self.region().square_mm2(from, to).sqrt()
    }

    /// No distance is longer than this, in millimetres.
    pub fn longest_mm(&self) -> f64 {
        self.longest_mm
    }
}

/// The diagonal of the box around all `points`, or half that of the region where it wraps.
fn longest_mm(region: &Region, points: &[&[Point]]) -> f64 {
    let mut square = 0.0;
    for axis in 0..region.dimension() {
        let side = match (region.wraps(), region.sides_mm()) {
            (true, Some(sides)) => 0.5 * sides[axis],
            _ => {
                let all = points.iter().flat_map(|points| points.iter());
                let ends = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
                    (low.min(point[axis]), high.max(point[axis]))
                });
                (ends.1 - ends.0).max(0.0)
            }
        };
        square += side * side;
    }
    square.sqrt()
}
