//! Populations and projections tied together, and the levels that order them.
