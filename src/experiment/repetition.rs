//! One seed of an experiment: the night and its controls, side by side on the threads there are.

use crate::config::sleep_replay::SleepReplay;
use crate::experiment::control;
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::experiment::learner::{Learner, School};
use crate::experiment::night::{Night, SLEEP, Sleeper, Slept};
use crate::experiment::progress::{Progress, Watch};
use crate::experiment::score::Score;
use crate::protocol::hypnogram::Bout;
use crate::record::sink::Sink;

/// What one seed gave.
pub struct Repetition {
    /// The seed.
    pub seed: u64,
    /// The network that slept.
    pub slept: Slept,
    /// The same training without sleep, one score per task.
    pub sequential: Vec<Score>,
    /// Joint training.
    pub joint: Option<Score>,
    /// The null model.
    pub mean_weights: Option<Score>,
    /// Whether everything ran to its end.
    pub complete: bool,
}

impl Repetition {
    /// Every score, those of the network that slept first.
    pub fn scores(&self) -> impl Iterator<Item = &Score> {
        self.slept.scores.iter().chain(self.control_scores())
    }

    /// The scores of networks that did not sleep.
    pub fn control_scores(&self) -> impl Iterator<Item = &Score> {
        let one = self.joint.iter().chain(&self.mean_weights);
        self.sequential.iter().chain(one)
    }
}

/// Runs `seed` of `model`, the night written to `sink`.
///
/// # Errors
/// If training diverges, a layer cannot be converted, or the sink fails.
pub fn run(
    model: &SleepReplay,
    inputs: &Inputs,
    bouts: &[Bout],
    seed: u64,
    watch: &dyn Watch,
    sink: &mut (dyn Sink + Send),
    keep: bool,
) -> Result<Repetition, ExperimentError> {
    let school = School { model, seed, watch };
    let night = |sleeper, sink| Night::new(school, inputs, bouts, sink, keep).run(sleeper);
    let mut repetition = match (&inputs.given, school.newborn()) {
        (Some(mlp), _) => alone(seed, night(Sleeper::Given(mlp.clone()), sink)?),
        (None, Some(mut first)) => {
            if school
                .teach_task(&mut first, SLEEP, 0, &inputs.train)?
                .is_break()
            {
                alone(seed, stopped(first))
            } else {
                beside_controls(&school, inputs, first, |sleeper| night(sleeper, sink))?
            }
        }
        (None, None) => {
            unreachable!("a model's weights are trained or from a file, which has been read")
        }
    };
    repetition.complete &= repetition.slept.complete && !watch.stopped();
    if repetition.complete {
        watch.show(&Progress::Done { seed });
    }
    Ok(repetition)
}

/// The night and the controls from one network that has learnt the first task.
fn beside_controls(
    school: &School<'_>,
    inputs: &Inputs,
    first: Learner,
    night: impl FnOnce(Sleeper) -> Result<Slept, ExperimentError> + Send,
) -> Result<Repetition, ExperimentError> {
    let compare = &school.model.compare;
    let sleeper = Sleeper::Learner(first.clone());
    let ((slept, joint), (sequential, mean_weights)) = rayon::join(
        || rayon::join(|| night(sleeper), || control::joint(school, inputs)),
        || {
            rayon::join(
                || match compare.sequential {
                    true => control::sequential(school, inputs, &first),
                    false => Ok(Some(Vec::new())),
                },
                || match compare.mean_weights {
                    true => control::mean_weights(school, inputs, &first),
                    false => Ok(None),
                },
            )
        },
    );
    let sequential = sequential?;
    Ok(Repetition {
        seed: school.seed,
        slept: slept?,
        complete: sequential.is_some(),
        sequential: sequential.unwrap_or_default(),
        joint: joint?,
        mean_weights: mean_weights?,
    })
}

fn alone(seed: u64, slept: Slept) -> Repetition {
    Repetition {
        seed,
        slept,
        sequential: Vec::new(),
        joint: None,
        mean_weights: None,
        complete: true,
    }
}

/// A night that did not begin.
fn stopped(learner: Learner) -> Slept {
    Slept {
        scores: Vec::new(),
        mlp: learner.mlp,
        fingerprint: Default::default(),
        last_sleep: None,
        complete: false,
    }
}
