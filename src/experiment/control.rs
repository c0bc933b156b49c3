//! The controls beside which sleep is judged: training without sleep, sleep without a memory, joint training, and the null model, the mean of the
//! weights of networks that learnt one task each, all from one initialisation.

use crate::protocol::hypnogram::{Bout, Kind, Timeline};

/// Name of training without sleep, in files and tables.
pub const SEQUENTIAL: &str = "sequential";
/// Name of training with sleep but without a memory.
pub const WITHOUT_MEMORY: &str = "without_memory";
/// Name of training on all tasks at once.
pub const JOINT: &str = "joint";
/// Name of the null model.
pub const MEAN_WEIGHTS: &str = "mean_weights";
/// Name of training with images kept of every class.
pub const REHEARSAL: &str = "rehearsal";

/// Learning the tasks `tasks` in order, with a test after each if `tested`.
pub fn lessons(tasks: impl Iterator<Item = usize>, tested: bool) -> Vec<Bout> {
    let mut timeline = Timeline::default();
    for task in tasks {
        let label = task + 1;
        timeline.mark(format!("task {label}"), Kind::Training, task);
        if tested {
            timeline.mark(format!("test after task {label}"), Kind::Test, task);
        }
    }
    timeline.into_bouts()
}
