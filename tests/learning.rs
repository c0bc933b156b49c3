//! Weights that learn, looked at: their statistics, the files that they are exported to, the windows of their rules.

#[path = "learning/bouts.rs"]
mod bouts;
#[path = "learning/export.rs"]
mod export;
#[path = "python/interpreter.rs"]
mod python;
#[path = "learning/rewired.rs"]
mod rewired;
#[path = "run/setup.rs"]
#[allow(dead_code)]
mod setup;
#[path = "learning/statistics.rs"]
mod statistics;
#[path = "learning/window.rs"]
mod window;
