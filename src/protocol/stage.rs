//! Stages of sleep as they are scored, epoch by epoch, and the stretches of one stage that epochs make up.

use std::fmt;

use crate::base::time::Duration;

/// A stage by the rules of the AASM (Iber and others 2007).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Awake.
    Wake,
    /// Falling asleep.
    N1,
    /// Light sleep.
    N2,
    /// Deep sleep: the stages 3 and 4 of Rechtschaffen and Kales.
    N3,
    /// Sleep with rapid eye movements.
    Rem,
}

impl Stage {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Wake, Self::N1, Self::N2, Self::N3, Self::Rem];

    /// Letter and number, as in model files: "N3".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wake => "W",
            Self::N1 => "N1",
            Self::N2 => "N2",
            Self::N3 => "N3",
            Self::Rem => "R",
        }
    }

    /// The stage of a bout of a hypnogram, which is called by it: of "N3 2" N3.
    pub fn of_bout(name: &str) -> Option<Self> {
        let first = name.split(' ').next()?;
        Self::ALL.into_iter().find(|stage| stage.name() == first)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an epoch was scored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// A stage.
    Stage(Stage),
    /// Movement hid the stage.
    Movement,
    /// Nobody scored it.
    Unknown,
}

/// A scored stretch of a night.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// How long it lasts.
    pub length: Duration,
    /// What it was scored as.
    pub score: Score,
    /// Which line, event or annotation of its file it is, from 1.
    pub place: usize,
}

/// Epochs without a stage, which were taken as the stage before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// What they were scored as.
    pub score: Score,
    /// How many there are.
    pub epochs: usize,
    /// How long they last together.
    pub length: Duration,
    /// Where the first stands.
    pub first: usize,
    /// Whether some have no stage before: they are taken as wake.
    pub from_start: bool,
}

/// A night of stretches of one stage each, none beside another of its stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Night {
    /// Stages and how long each lasts, end to end.
    pub stretches: Vec<(Stage, Duration)>,
    /// What was taken as a stage without being scored as one.
    pub taken: Vec<Taken>,
}

impl Night {
    /// Joins `epochs`, which lie end to end.
    pub fn of(epochs: impl IntoIterator<Item = Epoch>) -> Self {
        let mut night = Self::default();
        for epoch in epochs {
            let before = night.stretches.last().map(|(stage, _)| *stage);
            let stage = match epoch.score {
                Score::Stage(stage) => stage,
                score => {
                    night.take(score, &epoch, before.is_none());
                    before.unwrap_or(Stage::Wake)
                }
            };
            match night.stretches.last_mut() {
                Some((last, length)) if *last == stage => *length = sum(*length, epoch.length),
                _ => night.stretches.push((stage, epoch.length)),
            }
        }
        night
    }

    /// How long it lasts.
    pub fn length(&self) -> Duration {
        let lengths = self.stretches.iter().map(|(_, length)| *length);
        lengths.fold(Duration::ZERO, sum)
    }

    fn take(&mut self, score: Score, epoch: &Epoch, from_start: bool) {
        match self.taken.iter_mut().find(|taken| taken.score == score) {
            Some(taken) => {
                taken.epochs += 1;
                taken.length = sum(taken.length, epoch.length);
                taken.from_start |= from_start;
            }
            None => self.taken.push(Taken {
                score,
                epochs: 1,
                length: epoch.length,
                first: epoch.place,
                from_start,
            }),
        }
    }
}

/// The sum, or the longest that the clock holds, which whoever lays bouts out refuses.
fn sum(a: Duration, b: Duration) -> Duration {
    Duration::from_ps(a.ps().saturating_add(b.ps()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_stage_is_the_stage_before() {
        let length = Duration::from_ms(30e3).expect("short");
        let scores = [
            Score::Unknown,
            Score::Stage(Stage::N1),
            Score::Stage(Stage::N2),
            Score::Movement,
            Score::Stage(Stage::N2),
            Score::Movement,
            Score::Stage(Stage::Rem),
        ];
        let epochs = scores.iter().enumerate().map(|(at, &score)| Epoch {
            length,
            score,
            place: at + 1,
        });
        let night = Night::of(epochs);
        let stages: Vec<(&str, f64)> = night
            .stretches
            .iter()
            .map(|(stage, length)| (stage.name(), length.as_ms() / 30e3))
            .collect();
        let expected = [("W", 1.0), ("N1", 1.0), ("N2", 4.0), ("R", 1.0)];
        assert_eq!(stages, expected);
        let taken: Vec<_> = night
            .taken
            .iter()
            .map(|taken| (taken.score, taken.epochs, taken.first, taken.from_start))
            .collect();
        let expected = [(Score::Unknown, 1, 1, true), (Score::Movement, 2, 4, false)];
        assert_eq!(taken, expected);
        assert_eq!(night.length().as_ms(), 210e3);
    }
}
