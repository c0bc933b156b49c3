//! Waves over a sheet: when activity begins where, and how fast that travels.
//!
//! A sheet is cut into cells. The rate of a cell is that of its neurons in a short stretch of time around an instant. Where
//! it rises above a quarter of what cells reach, the cell is UP: that is an onset, and the next one can come once the rate has
//! fallen below half of that again. Onsets of neighbouring cells within a short time are one wave. Around each cell of a
//! wave a plane is fitted to the onsets, as is usual (velocity is 1 / |grad T|, where T is the time of the onset).

mod front;
mod sheet;

pub use front::{Front, LAG_MS, Onset, Wave, waves};
pub use sheet::{BIN_MS, Rates, SMOOTH_BINS, Sheet};
