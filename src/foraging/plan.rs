//! What an agent goes through: tasks, and phases one after the other.

use serde::{Deserialize, Serialize};

use super::network::Setting;
use super::world::Pattern;

/// What a task is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its name.
    pub name: String,
    /// What to eat.
    pub rewarded: Pattern,
    /// What to leave.
    pub punished: Pattern,
}

/// What an aeon is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Turn {
    /// All four patterns lie about, half as many of each as in a task; nothing of it is food, and the hidden layer learns as well.
    Explore,
    /// The task of this number; directions learn.
    Task(usize),
    /// Nothing to see; hidden cells are driven at their own rates, directions learn.
    Sleep,
    /// The same, where the rates in tasks that take turns with it are those of their last aeon: so the published code has it.
    RecentSleep,
    /// The same as `Sleep` with one rate for all of them.
    UniformSleep,
}

impl Turn {
    /// What model files call what is no task.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("explore", Self::Explore),
        ("sleep", Self::Sleep),
        ("recent_sleep", Self::RecentSleep),
        ("uniform_sleep", Self::UniformSleep),
    ];

    /// Whether the agent is asleep.
    pub fn is_asleep(self) -> bool {
        matches!(self, Self::Sleep | Self::RecentSleep | Self::UniformSleep)
    }
}

/// A number of aeons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// How many.
    pub aeons: u64,
    /// What they are for, in turns; at least one.
    pub turns: Vec<Turn>,
    /// From the end of which earlier phase it starts; the one before where there is none.
    pub from: Option<usize>,
    /// Aeons for which each task is tested at its end, without learning; what follows begins from before the tests.
    pub test: u64,
}

/// What the agent is given, and how it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Reward for what is right.
    pub right: f64,
    /// For what is wrong.
    pub wrong: f64,
    /// For an epoch without food.
    pub nothing: f64,
    /// For every epoch of sleep.
    pub asleep: f64,
    /// By how much each epoch without food makes a random move more probable.
    pub restlessness: f64,
    /// How probable it is at most.
    pub most_restless: f64,
}

/// An experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The network.
    pub setting: Setting,
    /// Side of the world.
    pub side: usize,
    /// Pairs of each pattern that a task knows.
    pub pairs: usize,
    /// Epochs, which are moves, in an aeon.
    pub epochs: u64,
    /// The agent.
    pub agent: Agent,
    /// Tasks.
    pub tasks: Vec<Task>,
    /// Phases.
    pub phases: Vec<Phase>,
    /// Weight of a meal in the running mean that is the performance.
    pub performance_rate: f64,
    /// How often in a phase what becomes of it is noted.
    pub points: u64,
}

impl Plan {
    /// Aeons of phase `k` with its tests.
    pub fn aeons(&self, k: usize) -> u64 {
        let phase = &self.phases[k];
        phase.aeons + phase.test * self.tasks.len() as u64
    }

    /// Whether a later phase starts from the end of phase `k`.
    pub fn is_returned_to(&self, k: usize) -> bool {
        self.phases.iter().any(|phase| phase.from == Some(k))
    }
}
