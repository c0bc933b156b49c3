//! Model files: typed TOML with units, spans and diagnostics.

pub mod sleep_replay;

pub use sleep_replay::{
    After, Amount, Compare, Conversion, Data, Export, Input, Joint, Mlp, Neuron, Patch, Pattern,
    Plasticity, Record, Sleep, SleepReplay, Source, Statistics, TrainImages, Training, Weights,
};
