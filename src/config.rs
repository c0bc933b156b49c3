//! Model files: typed TOML with units, spans and diagnostics.
//!
//! [`read`] turns a model file and its overrides into a [`SleepReplay`] in which every default is resolved and every
//! unit converted, or into a [`ConfigError`] that shows every problem with its line.

mod diagnostic;
mod document;
mod expansion;
mod quantity;
mod read;
mod reader;
mod resolved;
pub mod sleep_replay;

pub use diagnostic::{ConfigError, Diagnostic, Place};
pub use expansion::expansion;
pub use read::{Options, parse, read};
pub use resolved::resolved;
pub use sleep_replay::{
    After, Amount, Compare, Conversion, Data, Export, Input, Joint, Mlp, Neuron, Patch, Pattern,
    Plasticity, Record, Sleep, SleepReplay, Source, Statistics, TrainImages, Training, Weights,
};
