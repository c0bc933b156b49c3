//! The table that a run ends with: accuracy per task and overall, mean and SD over seeds.

use std::fmt;

use serde::Serialize;

use crate::analysis::summary::Summary as Sample;
use crate::config::sleep_replay::SleepReplay;
use crate::experiment::control::{JOINT, MEAN_WEIGHTS, REHEARSAL, SEQUENTIAL, WITHOUT_MEMORY};
use crate::experiment::night::control::{
    LINEAR, MEAN_CALIBRATED, NEAREST_DREAM, NEAREST_MEAN, ORACLE, QUADRATIC,
};
use crate::experiment::pupil::SLEEP;
use crate::experiment::repetition::Repetition;
use crate::experiment::score::{Score, Stage};
use crate::mlp::exam::{Accuracy, Shares};
use crate::record::table;

/// Accuracy in percent over seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Percent {
    /// Mean over seeds.
    pub mean: f64,
    /// Standard deviation over seeds (n − 1); absent for one seed.
    pub sd: Option<f64>,
    /// Each seed.
    pub seeds: Vec<f64>,
}

impl Percent {
    fn new(seeds: Vec<f64>) -> Self {
        let sample = Sample::of(&seeds);
        Self {
            mean: sample.map_or(f64::NAN, |sample| sample.mean),
            sd: sample.and_then(|sample| sample.sd),
            seeds,
        }
    }
}

/// Networks, and what they are called.
const HEADINGS: [(&str, &str); 12] = [
    (SLEEP, "with sleep"),
    (WITHOUT_MEMORY, "with sleep, without memory"),
    (SEQUENTIAL, "without sleep"),
    (JOINT, "all tasks at once (joint)"),
    (MEAN_WEIGHTS, "mean of weights (null)"),
    (MEAN_CALIBRATED, "mean of weights, calibrated"),
    (NEAREST_DREAM, "nearest dreamed pattern"),
    (NEAREST_MEAN, "nearest class mean"),
    (LINEAR, "linear discriminant"),
    (QUADRATIC, "quadratic discriminant"),
    (REHEARSAL, "rehearsal of kept images"),
    (ORACLE, "oracle calibration of outputs"),
];

/// What the network called `network` in files is called in tables.
pub fn heading(network: &str) -> &str {
    let known = HEADINGS.iter().find(|(name, _)| *name == network);
    known.map_or(network, |(_, heading)| heading)
}

/// One network at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Which network: `sleep`, `sequential`, `joint`, `mean_weights`.
    pub network: &'static str,
    /// When: `task 1`, `sleep 1`.
    pub stage: String,
    /// Whether it follows a sleep.
    pub after_sleep: bool,
    /// Per task.
    pub tasks: Vec<Percent>,
    /// All tasks together.
    pub overall: Percent,
    /// The same of images held out for validation, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<Percent>,
    /// The same of training images, if they are scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<Percent>,
}

/// The table of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Seeds that reached a result.
    pub seeds: Vec<u64>,
    /// Classes of each task.
    pub tasks: Vec<String>,
    /// Rows in order: the network that slept, stage by stage, then the controls.
    pub rows: Vec<Row>,
    /// Fingerprint of each seed's spikes.
    pub fingerprints: Vec<String>,
}

impl Summary {
    /// The table of `repetitions` of `model`: of those that are complete, or if none is, of all that have been tested. A stage enters
    /// if every seed of these reached it.
    pub fn new(model: &SleepReplay, repetitions: &[Repetition]) -> Self {
        let any = repetitions.iter().any(|repetition| repetition.complete);
        let repetitions: Vec<&Repetition> = repetitions
            .iter()
            .filter(|repetition| match any {
                true => repetition.complete,
                false => repetition.scores().next().is_some(),
            })
            .collect();
        let mut rows = Vec::new();
        if let Some(first) = repetitions.first() {
            for at in first.scores() {
                let same: Option<Vec<&Score>> = repetitions
                    .iter()
                    .map(|&repetition| find(repetition, at.network, at.stage))
                    .collect();
                rows.extend(same.map(|scores| row(&scores)));
            }
        }
        Self {
            seeds: repetitions
                .iter()
                .map(|repetition| repetition.seed)
                .collect(),
            tasks: model.task_labels(),
            rows,
            fingerprints: repetitions
                .iter()
                .map(|repetition| repetition.slept.fingerprint.to_string())
                .collect(),
        }
    }

    /// The table of what a run file holds: `rows` of scores, and the fingerprint of each seed. A stage enters if every seed
    /// reached it.
    pub fn of_rows(
        rows: &[table::Accuracy],
        tasks: Vec<String>,
        fingerprints: Vec<(u64, String)>,
    ) -> Self {
        let mut seeds: Vec<u64> = Vec::new();
        let mut stages: Vec<(&'static str, &str)> = Vec::new();
        for row in rows {
            if !seeds.contains(&row.seed) {
                seeds.push(row.seed);
            }
            let known = HEADINGS.iter().find(|(network, _)| *network == row.network);
            let at = known.map(|&(network, _)| (network, &row.stage[..]));
            stages.extend(at.filter(|at| !stages.contains(at)));
        }
        let row = |&(network, stage): &(&'static str, &str)| {
            let percent = |task: Option<usize>, share: fn(&table::Accuracy) -> Option<f64>| {
                let of = |&seed: &u64| {
                    let same = |row: &&table::Accuracy| {
                        row.seed == seed
                            && row.network == network
                            && row.stage == stage
                            && row.task == task
                    };
                    Some(100.0 * share(rows.iter().find(same)?)?)
                };
                let seeds: Option<Vec<f64>> = seeds.iter().map(of).collect();
                seeds.map(Percent::new)
            };
            let test = |task| percent(task, |row| Some(row.accuracy));
            let of_tasks: Option<Vec<Percent>> =
                (0..tasks.len()).map(|task| test(Some(task))).collect();
            Some(Row {
                network,
                stage: stage.to_owned(),
                after_sleep: stage.starts_with(SLEEP),
                tasks: of_tasks?,
                overall: test(None)?,
                validation: percent(None, |row| row.validation),
                training: percent(None, |row| row.training),
            })
        };
        let rows = stages.iter().filter_map(row).collect();
        Self {
            seeds,
            tasks,
            rows,
            fingerprints: fingerprints.into_iter().map(|(_, hash)| hash).collect(),
        }
    }

    /// The rows of one network.
    pub fn of<'a>(&'a self, network: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.network == network)
    }
}

/// Accuracy of further images, where a row has one.
type Further = fn(&Row) -> Option<&Percent>;

/// What stands behind a row on the terminal: of images held out, and of training images.
const FURTHER: [(&str, Further); 2] = [
    ("validation", |row| row.validation.as_ref()),
    ("training", |row| row.training.as_ref()),
];

/// The headings of what [`further`] writes, of what any of `rows` has.
pub fn further_headings(rows: &[&Row]) -> String {
    let there = FURTHER
        .iter()
        .filter(|(_, of)| rows.iter().any(|row| of(row).is_some()));
    there.map(|(name, _)| format!("{name:>15}")).collect()
}

/// The last columns of a table on the terminal: nothing where there are none.
pub fn further(row: &Row) -> String {
    let there = FURTHER.iter().filter_map(|(_, of)| of(row));
    there
        .map(|percent| format!("{:>15}", percent.to_string()))
        .collect()
}

fn find<'a>(repetition: &'a Repetition, network: &str, stage: Stage) -> Option<&'a Score> {
    repetition
        .scores()
        .find(|score| score.network == network && score.stage == stage)
}

fn row(scores: &[&Score]) -> Row {
    let percent = |of: &dyn Fn(&Score) -> f64| {
        Percent::new(scores.iter().map(|score| 100.0 * of(score)).collect())
    };
    let n_tasks = scores[0].accuracy.tasks.len();
    let further = |of: fn(&Accuracy) -> &Option<Shares>| {
        let all = scores
            .iter()
            .map(|score| Some(100.0 * of(&score.accuracy).as_ref()?.overall));
        all.collect::<Option<Vec<f64>>>().map(Percent::new)
    };
    Row {
        network: scores[0].network,
        stage: scores[0].stage.label(),
        after_sleep: matches!(scores[0].stage, Stage::Sleep { .. }),
        tasks: (0..n_tasks)
            .map(|task| percent(&|score| score.accuracy.tasks[task]))
            .collect(),
        overall: percent(&|score| score.accuracy.overall),
        validation: further(|accuracy| &accuracy.validation),
        training: further(|accuracy| &accuracy.training),
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sd {
            None => write!(f, "{:.1}", self.mean),
            Some(sd) => write!(f, "{:.1} ± {sd:.1}", self.mean),
        }
    }
}

impl fmt::Display for Summary {
    /// Lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LABEL: usize = 26;
        let width = self
            .tasks
            .iter()
            .map(|task| task.len() + "  task ".len())
            .max()
            .unwrap_or(0)
            .max(9);
        if self.rows.is_empty() {
            return writeln!(f, "no network was tested");
        }
        match self.seeds.len() {
            1 => writeln!(f, "Accuracy, % of test images")?,
            n => writeln!(
                f,
                "Accuracy, % of test images: mean over {n} seeds, overall ± SD"
            )?,
        }
        write!(f, "{:LABEL$}", "")?;
        for task in &self.tasks {
            write!(f, "{:>width$}", format!("task {task}"))?;
        }
        let all: Vec<&Row> = self.rows.iter().collect();
        writeln!(f, "{:>15}{}", "overall", further_headings(&all))?;
        for (network, name) in HEADINGS {
            let rows: Vec<&Row> = self.of(network).collect();
            let single = matches!(network, JOINT | MEAN_WEIGHTS);
            if !rows.is_empty() && !single {
                writeln!(f, "{name}")?;
            }
            for row in rows {
                let label = if single {
                    name.into()
                } else if row.stage == Stage::Given.label() {
                    "  as given".into()
                } else {
                    format!("  after {}", row.stage)
                };
                write!(f, "{label:LABEL$}")?;
                for task in &row.tasks {
                    write!(f, "{:>width$.1}", task.mean)?;
                }
                let overall = row.overall.to_string();
                writeln!(f, "{overall:>15}{}", further(row))?;
            }
        }
        Ok(())
    }
}
