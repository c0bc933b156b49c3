//! Bouts that end before their time: when a trigger has told often enough, or has been quiet for so long.
//!
//! What is found is told no earlier than the end of the window in which it could be known, so the instant at which a bout ends
//! is known before it comes, and neither windows, cuts nor threads show in it.

use serde::{Deserialize, Serialize};

use super::{Regime, Simulation};
use crate::base::time::{Duration, Time};
use crate::engine::error::SimulationError;

/// What ends a bout early: the first of what is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    /// Name of the trigger, one that watches a population and that finds something in the bout.
    pub trigger: String,
    /// It has told so often of what could be known in the bout, at least once.
    pub count: Option<u64>,
    /// It has not told for so long, above zero, since it last did or the bout began.
    pub quiet: Option<Duration>,
}

/// How far a bout is from its early end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ending {
    /// Index of the trigger.
    trigger: usize,
    count: Option<u64>,
    quiet: Option<Duration>,
    /// How often it has told.
    told: u64,
    /// When the bout ends, as far as that is known.
    due: Time,
}

impl Ending {
    fn new(trigger: usize, until: &Until, start: Time) -> Self {
        let due = until.quiet.and_then(|quiet| start.checked_add(quiet));
        Self {
            trigger,
            count: until.count,
            quiet: until.quiet,
            told: 0,
            due: due.unwrap_or(Time::MAX),
        }
    }

    /// The trigger at index `trigger` tells at `told`, which has not come yet.
    pub(super) fn tell(&mut self, trigger: usize, told: Time) {
        if trigger != self.trigger || told >= self.due {
            return;
        }
        self.told += 1;
        if self.count.is_some_and(|count| self.told >= count) {
            self.due = told;
        } else if let Some(quiet) = self.quiet {
            self.due = told.checked_add(quiet).unwrap_or(Time::MAX);
        }
    }

    /// Whether it is of one of so many triggers.
    pub(super) fn is_of(&self, triggers: usize) -> bool {
        self.trigger < triggers
    }
}

impl Simulation {
    /// Checks what ends a bout of `regime` early.
    pub(super) fn check_until(&self, regime: &Regime) -> Result<(), SimulationError> {
        let Some(until) = &regime.until else {
            return Ok(());
        };
        let at = self.stimulation.trigger_of(&until.trigger)?;
        let fault = |reason: &'static str| {
            Err(SimulationError::Until {
                trigger: until.trigger.clone(),
                reason,
            })
        };
        if !self.stimulation.watches(at) {
            return fault("is a clock, which a `duration` says as well");
        }
        if regime.deaf.contains(&until.trigger) {
            return fault("finds nothing in this bout");
        }
        match (until.count, until.quiet) {
            (None, None) => fault("has neither a `count` nor a `quiet` time"),
            (Some(0), _) => fault("would end it before it began: `count` is 0"),
            (_, Some(quiet)) if quiet <= Duration::ZERO => {
                fault("would end it before it began: `quiet` is not above 0")
            }
            _ => Ok(()),
        }
    }

    /// When the bout at hand comes to an early end, as far as that is known.
    pub(super) fn early_end(&self) -> Time {
        let ending = self.stimulation.ending.as_ref();
        ending.map_or(Time::MAX, |ending| ending.due)
    }

    /// Forgets what would have ended the bout before, and looks for what ends this one, which begins now.
    pub(super) fn look_for_end(&mut self, until: Option<&Until>) {
        let ending = until.and_then(|until| {
            // It was checked before.
            let trigger = self.stimulation.trigger_of(&until.trigger).ok()?;
            Some(Ending::new(trigger, until, self.now))
        });
        self.stimulation.ending = ending;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: f64) -> Time {
        Time::from_ms(ms).unwrap()
    }

    fn until(count: Option<u64>, quiet_ms: Option<f64>) -> Ending {
        let until = Until {
            trigger: "burst".into(),
            count,
            quiet: quiet_ms.map(|ms| Duration::from_ms(ms).unwrap()),
        };
        Ending::new(0, &until, at(10.0))
    }

    #[test]
    fn a_bout_ends_with_the_last_of_a_number() {
        let mut ending = until(Some(2), None);
        ending.tell(0, at(20.0));
        // Another trigger's.
        ending.tell(1, at(21.0));
        assert_eq!(ending.due, Time::MAX);
        ending.tell(0, at(30.0));
        assert_eq!(ending.due, at(30.0));
        ending.tell(0, at(40.0));
        assert_eq!(ending.due, at(30.0));
    }

    #[test]
    fn a_bout_ends_where_nothing_came_for_long_enough() {
        let mut ending = until(None, Some(5.0));
        assert_eq!(ending.due, at(15.0));
        ending.tell(0, at(14.0));
        assert_eq!(ending.due, at(19.0));
        // What comes with the end comes too late.
        ending.tell(0, at(19.0));
        assert_eq!(ending.due, at(19.0));
        let mut both = until(Some(2), Some(5.0));
        both.tell(0, at(12.0));
        both.tell(0, at(13.0));
        assert_eq!(both.due, at(13.0));
    }
}
