//! What a run of a sweep is measured by: single numbers of the table that it ends with.

mod network;

use serde::{Deserialize, Serialize};

use crate::base::suggest;
use crate::config::Model;
use crate::config::night::Control;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, SEQUENTIAL, WITHOUT_MEMORY};
use crate::experiment::night::control;
use crate::experiment::outcome::Summary;
use crate::experiment::pupil::SLEEP;
use crate::experiment::summary;

/// The network that sleeps, before its last sleep.
pub const BEFORE_SLEEP: &str = "before_sleep";

/// Mean over the tasks of an agent that forages.
const OVERALL: &str = "overall";

/// Which images accuracies are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// Those held out of the training images.
    Validation,
    /// Test images.
    Test,
}

impl On {
    /// As it is typed, and stands in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// A choice or a measure that a model does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// Nothing is held out.
    #[error(
        "`data.validation` is 0, expected images to choose on: choosing on test images makes their accuracy a promise of nothing\n  \
         help: `--set data.validation=100` holds out 100 training images of each task, which `data.train_per_task` must leave; `--on \
         test` chooses on test images, and the table says so"
    )]
    NoValidation,
    /// A choice of images where there are none.
    #[error(
        "`--on {on}` is given, but `experiment = \"{experiment}\"` has no accuracies of images"
    )]
    NoImages {
        /// `validation` or `test`.
        on: &'static str,
        /// The experiment.
        experiment: &'static str,
    },
    /// No such measure.
    #[error(
        "`--measure`: found `{found}`, expected one of the model's{}",
        help(found, known)
    )]
    Unknown {
        /// What was typed.
        found: String,
        /// What there is.
        known: Vec<String>,
    },
}

fn help(found: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    suggest::help(found, &known).map_or_else(String::new, |help| format!("\n  help: {help}"))
}

/// Which images accuracies of `model` are taken of, where `asked` says so or not; `None` where it has none.
///
/// # Errors
/// If there are no such images, or test images would have to be looked at without being asked for.
pub fn on(model: &Model, asked: Option<On>) -> Result<Option<On>, MeasureError> {
    let held = match model {
        Model::SleepReplay(model) => model.data.as_ref().map(|data| data.validation),
        Model::Night(model) => Some(model.data.validation),
        Model::Network(_) | Model::Foraging(_) => None,
    };
    match (held, asked) {
        (None, None) => Ok(None),
        (None, Some(on)) => Err(MeasureError::NoImages {
            on: on.name(),
            experiment: model.experiment(),
        }),
        (Some(0), None | Some(On::Validation)) => Err(MeasureError::NoValidation),
        (Some(_), asked) => Ok(Some(asked.unwrap_or(On::Validation))),
    }
}

/// Names of what runs of `model` are measured by.
pub fn names(model: &Model) -> Vec<String> {
    let named = |names: &[(&str, bool)]| {
        let asked = names.iter().filter(|(_, asked)| *asked);
        asked.map(|(name, _)| (*name).to_owned()).collect()
    };
    match model {
        Model::SleepReplay(model) if model.data.is_none() => Vec::new(),
        Model::SleepReplay(model) => {
            let compare = &model.compare;
            let sleeps = model.bouts().is_ok_and(|bouts| {
                bouts
                    .iter()
                    .any(|bout| bout.kind == crate::protocol::hypnogram::Kind::Sleep)
            });
            named(&[
                (SLEEP, true),
                (BEFORE_SLEEP, sleeps),
                (SEQUENTIAL, compare.sequential),
                (WITHOUT_MEMORY, compare.without_memory),
                (JOINT, compare.joint.is_some()),
                (MEAN_WEIGHTS, compare.mean_weights),
            ])
        }
        Model::Night(model) => {
            let has = |control| model.compare.has(control);
            named(&[
                (SLEEP, true),
                (BEFORE_SLEEP, true),
                (SEQUENTIAL, has(Control::Sequential)),
                (MEAN_WEIGHTS, has(Control::MeanWeights)),
                (control::MEAN_CALIBRATED, has(Control::MeanCalibrated)),
                (control::NEAREST_DREAM, has(Control::NearestDream)),
                (control::NEAREST_MEAN, has(Control::NearestMean)),
                (control::LINEAR, has(Control::Linear)),
                (control::QUADRATIC, has(Control::Quadratic)),
                ("rehearsal", has(Control::Rehearsal)),
                (control::ORACLE, has(Control::Oracle)),
                (JOINT, has(Control::Joint)),
            ])
        }
        Model::Network(model) => network::names(model),
        Model::Foraging(model) => {
            let tasks = model.plan.tasks.iter().map(|task| task.name.clone());
            tasks.chain([OVERALL.to_owned()]).collect()
        }
    }
}

/// The measure that is asked for, or the one that is meant where none is: the accuracy of the network that sleeps.
///
/// # Errors
/// If there is no such measure.
pub fn chosen(model: &Model, asked: Option<&str>) -> Result<Option<String>, MeasureError> {
    let known = names(model);
    match asked {
        Some(found) if known.iter().any(|name| name == found) => Ok(Some(found.to_owned())),
        Some(found) => Err(MeasureError::Unknown {
            found: found.to_owned(),
            known,
        }),
        None => Ok(known.into_iter().find(|name| name == SLEEP)),
    }
}

/// The value of each of [`names`] in `summary`, of a run of one seed; `None` where it has none. Accuracies are shares of the
/// images of all tasks, 0 to 1.
pub fn values(names: &[String], summary: &Summary, on: Option<On>) -> Vec<Option<f64>> {
    let value = |name: &String| match summary {
        Summary::SleepReplay(summary) => accuracy(summary, name, on?),
        Summary::Night(summary) => accuracy(&summary.scores, name, on?),
        Summary::Network(summary) => network::value(summary, name),
        Summary::Foraging(summary) => {
            let last = summary.rows.last()?;
            let tasks = last.tasks.iter().map(|seeds| seeds.first().copied());
            let tasks: Vec<f64> = tasks.collect::<Option<_>>()?;
            match summary.tasks.iter().position(|task| task == name) {
                Some(task) => tasks.get(task).copied(),
                None => Some(tasks.iter().sum::<f64>() / tasks.len() as f64),
            }
        }
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    names
        .iter()
        .map(|name| value(name).and_then(finite))
        .collect()
}

/// The accuracy of the network called `name` at its end.
fn accuracy(summary: &summary::Summary, name: &str, on: On) -> Option<f64> {
    let row = match name {
        BEFORE_SLEEP => {
            let rows: Vec<&summary::Row> = summary.of(SLEEP).collect();
            let slept = rows.iter().rposition(|row| row.after_sleep)?;
            let before = rows[..slept].iter();
            before.rev().find(|row| !row.after_sleep).copied()?
        }
        name => summary.of(name).last()?,
    };
    let percent = match on {
        On::Test => &row.overall,
        On::Validation => row.validation.as_ref()?,
    };
    // As the share was before it became a percentage.
    Some((percent.mean * 1e10).round() / 1e12)
}
