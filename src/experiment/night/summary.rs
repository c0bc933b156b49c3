//! The table of a run on the terminal: nights beside yardsticks, and what each knows.

use std::fmt;

use serde::Serialize;

use crate::config::night::Night;
use crate::experiment::control::SEQUENTIAL;
use crate::experiment::curve::Curves;
use crate::experiment::pupil::SLEEP;
use crate::experiment::summary::{self, Row, heading};
use crate::record::table;
use crate::report::figure;

use super::control::{Known, known, used};

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
}

impl Summary {
    /// The table of `rows` of a run of `model`, which had so many training `images`.
    pub(crate) fn new(
        model: &Night,
        images: u64,
        rows: &[table::Accuracy],
        fingerprints: Vec<(u64, String)>,
    ) -> Self {
        let scores = summary::Summary::of_rows(rows, model.task_labels(), fingerprints);
        let yardsticks = known(model, images);
        let night = scores.of(SLEEP).filter(|row| row.after_sleep).last();
        let best = night.map(|row| row.overall.mean);
        let above = |known: &&Known| {
            let own = scores.of(known.name).last();
            let pair = own.zip(best);
            pair.is_some_and(|(own, best)| own.overall.mean > best)
        };
        let winners = yardsticks.iter().filter(above).map(|known| known.name);
        Self {
            winners: winners.collect(),
            night: used(model),
            yardsticks,
            scores,
        }
    }

    /// Accuracy after each task and night, beside yardsticks.
    pub(crate) fn figure(&self) -> figure::Accuracy {
        let references = self.yardsticks.iter().map(|known| known.name);
        let references = references.filter(|&name| name != SEQUENTIAL);
        let classes = self.scores.tasks.iter().map(|task| task.split(' ').count());
        let curves = Curves {
            runs: &[(SLEEP, "with nights"), (SEQUENTIAL, "without sleep")],
            references: &references
                .map(|name| (name, heading(name)))
                .collect::<Vec<_>>(),
            n_classes: classes.sum(),
            per_task: "With nights",
        };
        curves.of(&self.scores)
    }
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
            let mark = if self.winners.contains(&known.name) {
                "  above the night"
            } else {
                ""
            };
            writeln!(
                f,
                "  tier {:<3} {:>9}{mark}",
                known.tier,
                bytes(known.bytes)
            )?;
        }
        let own = |known: &&&Known| known.tier <= self.night.tier;
        let winners = self
            .yardsticks
            .iter()
            .filter(|known| self.winners.contains(&known.name));
        let winners: Vec<&Known> = winners.collect();
        let of_tier: Vec<&str> = winners
            .iter()
            .filter(own)
            .map(|known| heading(known.name))
            .collect();
        let is_compared = self
            .yardsticks
            .iter()
            .any(|known| self.scores.of(known.name).next().is_some());
        if !is_compared {
            return Ok(());
        }
        match (winners.is_empty(), of_tier.is_empty()) {
            (true, _) => writeln!(f, "The night is above every yardstick."),
            (_, true) => writeln!(
                f,
                "The night is above every yardstick of its tier or a lower one."
            ),
            _ => writeln!(
                f,
                "Above the night with no more than its tier: {}.",
                of_tier.join(", ")
            ),
        }
    }
}
