//! Functions of spike trains, weights and scores; never sees the engine.
//!
//! | module | what it computes |
//! |---|---|
//! | [`summary`] | mean and standard deviation of a sample; scores over seeds |
//! | [`rate`] | spikes per time bin, population rate in Hz |
//! | [`histogram`] | counts per bin of a quantity, with every value accounted for |
//! | [`active`] | the stretch of time in which most happens |
//! | [`spread`] | mean, standard deviation, quantiles and histogram of many values |
//! | [`wave`] | when activity begins where on a sheet, and how fast that travels |
//! | [`weight`] | how far each neuron's incoming weights moved |

pub mod active;
pub mod histogram;
pub mod rate;
pub mod spread;
pub mod summary;
pub mod wave;
pub mod weight;
