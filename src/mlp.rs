//! The artificial network: data sets, training, weight files, conversion to spikes.

pub mod conversion;
pub mod dataset;
pub mod disturb;
pub mod exam;
pub mod idx;
pub mod image_array;
pub mod images;
mod matrix;
pub mod parameters;
pub mod patches;
pub mod perceptron;
pub mod selection;
pub mod shown;
pub mod training;
pub mod weight_file;
pub mod yardstick;
