//! Model files: typed TOML with units, spans and diagnostics.
//!
//! [`read`] turns a model file and its overrides into a [`Model`] in which every default is resolved, every formula
//! evaluated and every unit converted, or into a [`ConfigError`] that shows every problem with its line.

pub mod catalogue;
mod diagnostic;
mod document;
mod expansion;
mod fault;
pub mod foraging;
mod form;
mod formula;
pub mod network;
pub mod night;
mod quantity;
mod read;
mod reader;
mod setting;
mod sleep;
pub mod sleep_replay;

pub use diagnostic::{ConfigError, Diagnostic, Place};
pub use expansion::expansion;
pub use foraging::{Foraging, resolved_foraging};
pub use network::{NetworkModel, resolved_network};
pub use night::{Night, resolved_night};
pub use quantity::quote;
pub use read::{Options, parse, read};
pub use setting::{SettingError, setting, typed, written};
pub use sleep::{sleep_as_network, sleeping_network};
pub use sleep_replay::{
    After, Amount, Compare, Conversion, Data, Export, Input, Joint, Mlp, Neuron, Patch, Pattern,
    Plasticity, Record, Sleep, SleepReplay, Source, Statistics, TrainImages, Training, Weights,
    resolved,
};

/// What a model file describes.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// A trained network sleeps.
    SleepReplay(Box<SleepReplay>),
    /// A network runs.
    Network(Box<NetworkModel>),
    /// An agent forages.
    Foraging(Box<Foraging>),
    /// A network dreams by night what it has learnt by day.
    Night(Box<Night>),
}

impl Model {
    /// The text of a model file that reads back as this model, with every key explicit and every value evaluated.
    pub fn resolved(&self) -> String {
        match self {
            Self::SleepReplay(model) => resolved(model),
            Self::Network(model) => resolved_network(model),
            Self::Foraging(model) => resolved_foraging(model),
            Self::Night(model) => resolved_night(model),
        }
    }

    /// How many seeds are run.
    pub fn seeds(&self) -> u64 {
        match self {
            Self::SleepReplay(model) => model.seeds,
            Self::Network(model) => model.seeds,
            Self::Foraging(model) => model.seeds,
            Self::Night(model) => model.seeds,
        }
    }

    /// The experiment on sleep, if it is one.
    pub fn sleep_replay(self) -> Option<SleepReplay> {
        match self {
            Self::SleepReplay(model) => Some(*model),
            Self::Network(_) | Self::Foraging(_) | Self::Night(_) => None,
        }
    }

    /// What model files call it.
    pub fn experiment(&self) -> &'static str {
        match self {
            Self::SleepReplay(_) => "sleep_replay",
            Self::Network(_) => "network",
            Self::Foraging(_) => "foraging",
            Self::Night(_) => "night",
        }
    }

    /// The network, if it is one.
    pub fn network(self) -> Option<NetworkModel> {
        match self {
            Self::Network(model) => Some(*model),
            Self::SleepReplay(_) | Self::Foraging(_) | Self::Night(_) => None,
        }
    }
}
