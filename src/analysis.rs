//! Functions of spike trains, weights and scores; never sees the engine.
//!
//! | module | what it computes |
//! |---|---|
//! | [`summary`] | mean and standard deviation of a sample; scores over seeds |
//! | [`rate`] | spikes per time bin, population rate in Hz |
//! | [`interval_sums`] | intervals between the spikes of each neuron, in one pass |
//! | [`histogram`] | counts per bin of a quantity, with every value accounted for |
//! | [`degree`] | how many synapses neurons have |
//! | [`active`] | the stretch of time in which most happens |
//! | [`coactivation`], [`first_spike`] | which units are active together, and in which order, against another state |
//! | [`dream`] | the class and the image that spikes of a sleeping network stand for, beside chance |
//! | [`layered`] | layered networks: what they make of images, and windows of their sleep |
//! | [`evoked`], [`answered`] | what a population does around pulses; which events pulses answered |
//! | [`recall`] | how far a sequence of groups of neurons runs |
//! | [`spread`] | mean, standard deviation, quantiles and histogram of many values |
//! | [`measure`] | measures by name, with their definitions: functions of [`data`] that give a [`table`] or more |
//! | [`trains`] | spike trains, spans and bins on the clock's ticks |
//! | [`signal`], [`eigen`] | smoothing, spectra, envelopes; eigenvectors |
//! | [`burst`], [`replay`] | population bursts; position decoded from spikes and lines through it |
//! | [`wave`] | when activity begins where on a sheet, and how fast that travels |
//! | [`weight`] | how far each neuron's incoming weights moved |
//! | [`weight_matrix`] | mean strengths between parts of two populations |

pub mod active;
pub mod answered;
pub mod burst;
pub mod coactivation;
pub mod data;
pub mod degree;
pub mod dream;
pub mod eigen;
pub mod evoked;
pub mod first_spike;
pub mod histogram;
pub mod interval_sums;
pub mod layered;
pub mod measure;
pub mod rate;
pub mod recall;
pub mod replay;
pub mod signal;
pub mod spread;
pub mod summary;
pub mod table;
pub mod trains;
pub mod wave;
pub mod weight;
pub mod weight_matrix;
