//! Foraging: an agent that learns in a world what to eat, by a network of Rulkov maps.
//!
//! The experiment of Golden, Delanois, Sanda and Bazhenov 2022 (PLoS Comput Biol 18:e1010628). Its network goes in
//! steps, has no loops and no delays, and learns once per epoch of some hundred steps. So it has an engine room of its own:
//! a layer takes all steps of an epoch before the next one begins, and its cells go side by side in vectors.

pub mod field;
pub mod learning;
pub mod life;
pub mod network;
pub mod plan;
pub mod world;

#[cfg(test)]
mod tests;
