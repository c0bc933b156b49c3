//! The table of a run on the terminal: how tasks were done when they were tested.

use std::fmt;

use serde::Serialize;

use crate::analysis::summary::Summary as Sample;
use crate::foraging::life::{CHANCE, Life};
use crate::foraging::plan::Plan;

/// How the tasks were done at the end of a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The phase.
    pub phase: String,
    /// For each task, for each seed: the share of pairs eaten that are rewarded, 0 to 1.
    pub tasks: Vec<Vec<f64>>,
    /// Pairs eaten in each test, for each task and seed.
    pub meals: Vec<Vec<u64>>,
}

/// The table of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Tasks.
    pub tasks: Vec<String>,
    /// Phases with tests that every seed has come through.
    pub rows: Vec<Row>,
    /// Fingerprint of each seed's spikes.
    pub fingerprints: Vec<String>,
}

impl Summary {
    /// The table of `lives`.
    pub(super) fn new(plan: &Plan, lives: &[(u64, &Life)]) -> Self {
        let tasks = plan.tasks.len();
        let row = |k: usize| -> Option<Row> {
            let tested = lives.iter().map(|(_, life)| {
                let tests = life.tested().iter().filter(|test| test.phase == k);
                let tests: Vec<_> = tests.map(|test| test.meals).collect();
                (tests.len() == tasks).then_some(tests)
            });
            let tested: Vec<_> = tested.collect::<Option<_>>()?;
            let of = |task: usize| tested.iter().map(move |tests| tests[task]);
            Some(Row {
                phase: plan.phases[k].name.clone(),
                tasks: (0..tasks)
                    .map(|t| of(t).map(|meals| meals.share()).collect())
                    .collect(),
                meals: (0..tasks)
                    .map(|t| of(t).map(|meals| meals.right + meals.wrong).collect())
                    .collect(),
            })
        };
        let phases = (0..plan.phases.len()).filter(|&k| plan.phases[k].test > 0);
        Self {
            seeds: lives.iter().map(|&(seed, _)| seed).collect(),
            tasks: plan.tasks.iter().map(|task| task.name.clone()).collect(),
            rows: phases.filter_map(row).collect(),
            fingerprints: lives
                .iter()
                .map(|(_, life)| life.fingerprint().to_string())
                .collect(),
        }
    }
}

impl fmt::Display for Summary {
    /// Lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return writeln!(f, "no task was tested");
        }
        writeln!(
            f,
            "Performance when tested: rewarded pairs of all that were eaten, {CHANCE} by chance{}",
            match self.seeds.len() {
                1 => String::new(),
                n => format!("; mean ± SD over {n} seeds"),
            }
        )?;
        let names = self.rows.iter().map(|row| row.phase.chars().count());
        let label = names.max().unwrap_or(0) + "after ".len() + 2;
        write!(f, "{:label$}", "")?;
        for task in &self.tasks {
            write!(f, "{task:>16}")?;
        }
        writeln!(f)?;
        for row in &self.rows {
            write!(f, "{:label$}", format!("after {}", row.phase))?;
            for task in &row.tasks {
                let shown = match Sample::of(task) {
                    Some(Sample {
                        mean, sd: Some(sd), ..
                    }) => format!("{mean:.3} ± {sd:.3}"),
                    Some(Sample { mean, .. }) => format!("{mean:.3}"),
                    None => "–".into(),
                };
                write!(f, "{shown:>16}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
