//! The artificial network: data sets, training, weight files, conversion to spikes.

pub mod perceptron;
pub mod weight_file;
