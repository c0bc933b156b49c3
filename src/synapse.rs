//! The numerics of a projection: weights, how a spike's row reaches its targets, how a column is changed.

pub mod dense;
pub(crate) mod layout;
pub mod rows;
pub mod short_term;
pub mod sparse;
pub mod weight;
