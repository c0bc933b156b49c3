//! The table of a run on the terminal: nights beside yardsticks, and what each knows.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::config::night::Night;
use crate::experiment::control::SEQUENTIAL;
use crate::experiment::curve::Curves;
use crate::experiment::pupil::SLEEP;
use crate::experiment::summary::{self, Row, heading};
use crate::record::table;
use crate::report::figure;

use super::knowledge::{Known, known, used};
use super::verdict::{Compared, stands, verdict};

/// The table of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Accuracies.
    #[serde(flatten)]
    pub scores: summary::Summary,
    /// What the night uses.
    pub night: Known,
    /// What each yardstick uses.
    pub yardsticks: Vec<Known>,
    /// Yardsticks with a higher mean accuracy than the last night.
    pub winners: Vec<&'static str>,
    /// Those with the same.
    pub equals: Vec<&'static str>,
    /// Neurons of the output layer, any of which may be the highest.
    #[serde(skip)]
    outputs: usize,
}

impl Summary {
    /// The table of `rows` of a run of `model`, which had so many training `images` of each class.
    pub(crate) fn new(
        model: &Night,
        images: &BTreeMap<u8, u64>,
        rows: &[table::Accuracy],
        fingerprints: Vec<(u64, String)>,
    ) -> Self {
        let scores = summary::Summary::of_rows(rows, model.task_labels(), fingerprints);
        let yardsticks = known(model, images);
        let best = last_night(&scores);
        let standing = |ordering: Ordering| -> Vec<&'static str> {
            let such = yardsticks.iter().filter(|known| {
                let own = scores.of(known.name).last().zip(best);
                own.is_some_and(|(own, best)| stands(own.overall.mean, best) == ordering)
            });
            such.map(|known| known.name).collect()
        };
        Self {
            winners: standing(Ordering::Greater),
            equals: standing(Ordering::Equal),
            night: used(model),
            yardsticks,
            scores,
            outputs: model.mlp.layers.last().copied().unwrap_or(0),
        }
    }

    /// What the yardsticks that were compared come to, in a sentence.
    fn verdict(&self) -> Option<String> {
        let best = last_night(&self.scores)?;
        let compared = self.yardsticks.iter().filter_map(|known| {
            let own = self.scores.of(known.name).last()?;
            Some(Compared {
                name: heading(known.name),
                tier: known.tier,
                stands: stands(own.overall.mean, best),
            })
        });
        verdict(self.night.tier, &compared.collect::<Vec<_>>())
    }

    /// Accuracy after each task and night, beside yardsticks.
    pub(crate) fn figure(&self) -> figure::Accuracy {
        let references = self.yardsticks.iter().map(|known| known.name);
        let references = references.filter(|&name| name != SEQUENTIAL);
        let curves = Curves {
            runs: &[(SLEEP, "with nights"), (SEQUENTIAL, "without sleep")],
            references: &references
                .map(|name| (name, heading(name)))
                .collect::<Vec<_>>(),
            n_classes: self.outputs,
            per_task: "With nights",
        };
        curves.of(&self.scores)
    }
}

/// Mean accuracy after the last night, in percent.
fn last_night(scores: &summary::Summary) -> Option<f64> {
    let nights = scores.of(SLEEP).filter(|row| row.after_sleep);
    nights.last().map(|row| row.overall.mean)
}

/// Bytes in words.
fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "nothing".into(),
        1..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

impl fmt::Display for Summary {
    /// Lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LABEL: usize = 34;
        let nights: Vec<&Row> = self.scores.of(SLEEP).collect();
        if nights.is_empty() {
            return writeln!(f, "no network was tested");
        }
        match self.scores.seeds.len() {
            1 => writeln!(f, "Accuracy, % of test images")?,
            n => writeln!(
                f,
                "Accuracy, % of test images: mean over {n} seeds, overall ± SD"
            )?,
        }
        write!(f, "{:LABEL$}", "")?;
        for task in &self.scores.tasks {
            write!(f, "{:>11}", format!("task {task}"))?;
        }
        let further = summary::further_headings(&nights);
        writeln!(f, "{:>15}{further}", "overall")?;
        let line = |f: &mut fmt::Formatter<'_>, label: String, row: &Row| {
            write!(f, "{label:LABEL$}")?;
            for task in &row.tasks {
                write!(f, "{:>11.1}", task.mean)?;
            }
            let further = summary::further(row);
            write!(f, "{:>15}{further}", row.overall.to_string())
        };
        let Known { tier, what, .. } = &self.night;
        writeln!(f, "night, tier {tier}: {}, {what}", bytes(self.night.bytes))?;
        for row in nights {
            line(f, format!("  after {}", row.stage), row)?;
            writeln!(f)?;
        }
        if !self.yardsticks.is_empty() {
            writeln!(f, "without sleep, beside one network")?;
        }
        for known in &self.yardsticks {
            let Some(row) = self.scores.of(known.name).last() else {
                continue;
            };
            line(f, format!("  {}", heading(known.name)), row)?;
            let mark = match known.name {
                name if self.winners.contains(&name) => "  above the night",
                name if self.equals.contains(&name) => "  as good as the night",
                _ => "",
            };
            writeln!(
                f,
                "  tier {:<3} {:>9}{mark}",
                known.tier,
                bytes(known.bytes)
            )?;
        }
        match self.verdict() {
            Some(verdict) => writeln!(f, "{verdict}"),
            None => Ok(()),
        }
    }
}
