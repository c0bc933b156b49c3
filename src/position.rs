//! Where neurons lie: points in a region of one to three dimensions, and how far they are from each other.
//!
//! Lengths are in millimetres. A region may be wrapped, so that its opposite sides are one: a line becomes a ring, a
//! sheet a torus.

mod ends;
mod grid;
mod points;
mod region;
mod tree;

pub use ends::Ends;
pub use grid::grid;
pub use points::{Points, scattered};
pub use region::{MOST_DIMENSIONS, Point, Region};
pub use tree::Tree;
