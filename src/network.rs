//! Populations and projections tied together, and the levels that order them.

pub mod dense;
pub mod level;
pub mod recurrent;
