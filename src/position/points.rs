//! Where the neurons of a population lie.

use std::sync::OnceLock;

use crate::base::stream::Stream;
use crate::position::{Point, Region, Tree};

/// Where the neurons of a population lie, one after the other.
#[derive(Debug, Clone)]
pub struct Points {
    region: Region,
    at: Vec<Point>,
    /// Grown when it is first asked for.
    tree: OnceLock<Tree>,
}

impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        (self.region, &self.at) == (other.region, &other.at)
    }
}

impl Points {
    /// Points of `region`, in millimetres.
    pub fn new(region: Region, at: Vec<Point>) -> Self {
        Self {
            region,
            at,
            tree: OnceLock::new(),
        }
    }

    /// What they lie in.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// All of them, in millimetres, in the order of the neurons.
    pub fn at(&self) -> &[Point] {
        &self.at
    }

    /// A tree over them.
    pub fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| Tree::new(&self.at))
    }
}

/// `n` points anywhere in `region`, which is bounded, each as likely as any other, from `stream`.
pub fn scattered(region: Region, n: u32, stream: &mut Stream) -> Points {
    let sides = region.sides_mm().unwrap_or_default();
    let point = |_| {
        let mut point = Point::default();
        for (at, side) in point.iter_mut().zip(sides) {
            *at = side * stream.uniform();
        }
        point
    };
    Points::new(region, (0..n).map(point).collect())
}
