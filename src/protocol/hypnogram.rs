//! A night as a list of bouts on one time axis.

use crate::base::time::{Duration, Time};
use crate::engine::simulation::{Keep, Regime};

/// What a bout is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The MLP learns; takes no simulated time.
    Training,
    /// The MLP is tested; takes no simulated time.
    Test,
    /// The spiking network runs under noise.
    Sleep,
    /// A sleep in which spikes read from weights what classes look like.
    Capture,
    /// A sleep in which all classes seen are dreamt and learnt: this step of the learning rate, counted from 0.
    Dreams(usize),
    /// A network runs.
    Run,
}

impl Kind {
    /// Name in run files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Test => "test",
            Self::Sleep | Self::Dreams(_) => "sleep",
            Self::Capture => "capture",
            Self::Run => "run",
        }
    }

    /// Whether a spiking network runs in it.
    pub const fn is_simulated(self) -> bool {
        !matches!(self, Self::Training | Self::Test)
    }
}

/// One uninterrupted stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Bout {
    /// Name, unique in its hypnogram: names the random streams of its noise.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// What it is called in run files in place of what it is for, if anything: the stage that it is in.
    pub called: Option<String>,
    /// Task it follows or trains, counted from 0.
    pub task: usize,
    /// Start, inclusive.
    pub start: Time,
    /// End, exclusive.
    pub stop: Time,
    /// Stimuli of the network that are on; none where its input comes from elsewhere.
    pub on: Vec<String>,
    /// What else is different in it.
    pub regime: Regime,
    /// What is kept of the network's state before it.
    pub keep: Keep,
}

impl Bout {
    /// Its kind in run files.
    pub fn label(&self) -> &str {
        self.called.as_deref().unwrap_or(self.kind.name())
    }

    /// Length.
    pub fn duration(&self) -> Duration {
        self.stop - self.start
    }
}

/// A night is longer than the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bouts last longer than the simulation's clock of 106 days")]
pub struct TooLong;

/// Bouts end to end, as those of networks that learn and are tested between sleeps.
#[derive(Debug, Default)]
pub struct Timeline {
    bouts: Vec<Bout>,
    now: Time,
}

impl Timeline {
    /// Goes on with a bout of `length` that keeps weights alone.
    ///
    /// # Errors
    /// If it ends behind the clock.
    pub fn add(
        &mut self,
        name: String,
        kind: Kind,
        task: usize,
        length: Duration,
    ) -> Result<(), TooLong> {
        let start = self.now;
        self.now = start.checked_add(length).ok_or(TooLong)?;
        self.bouts.push(Bout {
            name,
            kind,
            called: None,
            task,
            start,
            stop: self.now,
            on: Vec::new(),
            regime: Regime::default(),
            keep: Keep::Weights,
        });
        Ok(())
    }

    /// Goes on with a bout that takes no time.
    pub fn mark(&mut self, name: String, kind: Kind, task: usize) {
        let now = self.add(name, kind, task, Duration::ZERO);
        debug_assert_eq!(now, Ok(()), "a clock that stands still does not end");
    }

    /// What it came to.
    pub fn into_bouts(self) -> Vec<Bout> {
        self.bouts
    }
}

/// The bouts of sleep replay: every task is trained and tested; after each task, or after the last alone, the network
/// sleeps for the next of `sleeps` and is tested again.
///
/// # Errors
/// If the bouts laid end to end exceed the clock.
pub fn sleep_replay(
    tasks: usize,
    sleeps: &[Duration],
    trained: bool,
) -> Result<Vec<Bout>, TooLong> {
    let mut timeline = Timeline::default();
    // Fewer sleeps than tasks: they follow the last tasks.
    let first_sleep = tasks.saturating_sub(sleeps.len());
    for task in 0..tasks {
        let label = task + 1;
        if trained {
            timeline.mark(format!("task {label}"), Kind::Training, task);
        }
        timeline.mark(format!("test after task {label}"), Kind::Test, task);
        let sleep = task.checked_sub(first_sleep);
        let Some((sleep, &length)) = sleep.and_then(|k| Some((k + 1, sleeps.get(k)?))) else {
            continue;
        };
        timeline.add(format!("sleep {sleep}"), Kind::Sleep, task, length)?;
        timeline.mark(format!("test after sleep {sleep}"), Kind::Test, task);
    }
    Ok(timeline.into_bouts())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: f64) -> Duration {
        Duration::from_ms(ms).expect("in range")
    }

    #[test]
    fn sleeps_lie_end_to_end() {
        let bouts = sleep_replay(2, &[ms(10.0), ms(20.0)], true).expect("short");
        let sleeps: Vec<_> = bouts
            .iter()
            .filter(|bout| bout.kind == Kind::Sleep)
            .collect();
        assert_eq!(sleeps.len(), 2);
        assert_eq!(sleeps[1].start, sleeps[0].stop);
        assert_eq!(sleeps[1].duration(), ms(20.0));
        assert_eq!(bouts.len(), 8);
    }

    #[test]
    fn one_sleep_follows_the_last_task() {
        let bouts = sleep_replay(3, &[ms(10.0)], true).expect("short");
        let sleep = bouts
            .iter()
            .find(|bout| bout.kind == Kind::Sleep)
            .expect("one");
        assert_eq!((sleep.name.as_str(), sleep.task), ("sleep 1", 2));
    }

    #[test]
    fn what_reads_weights_does_not_count_as_sleep() {
        let names = [Kind::Sleep, Kind::Dreams(1), Kind::Capture].map(Kind::name);
        assert_eq!(names, ["sleep", "sleep", "capture"]);
    }

    #[test]
    fn a_night_longer_than_the_clock_is_refused() {
        let half = Duration::from_ps(i64::MAX / 2 + 1);
        assert_eq!(sleep_replay(2, &[half, half], true), Err(TooLong));
    }
}
