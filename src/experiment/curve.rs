//! Accuracies stage by stage, as a figure.

use crate::experiment::pupil::SLEEP;
use crate::experiment::summary::{Row, Summary};
use crate::report::figure;

/// What of a table is drawn, and what it is called: networks by their names in files.
pub struct Curves<'a> {
    /// Networks that are drawn stage by stage, where the table has them.
    pub runs: &'a [(&'static str, &'a str)],
    /// Those of which their last test is drawn beside, where the table has them.
    pub references: &'a [(&'static str, &'a str)],
    /// Among how many classes chance chooses; none to leave it out.
    pub n_classes: usize,
    /// What the part with a curve for each task is called.
    pub per_task: &'a str,
}

impl Curves<'_> {
    /// The figure of `table`, at the stages of the network that slept.
    pub fn of(&self, table: &Summary) -> figure::Accuracy {
        let rows: Vec<_> = table.of(SLEEP).collect();
        let of_seed = |network: &'static str, stage: &str, seed: usize| {
            let row = table.of(network).find(|row| row.stage == stage);
            row.map_or(f64::NAN, |row| row.overall.seeds[seed])
        };
        let has = |&&(network, _): &&(&'static str, &str)| table.of(network).next().is_some();
        let run = |&(network, name): &(&'static str, &str)| {
            let curve = |seed| {
                let stages = rows.iter();
                let points = stages.map(|row| of_seed(network, &row.stage, seed));
                points.collect()
            };
            figure::Run {
                name: name.into(),
                seeds: (0..table.seeds.len()).map(curve).collect(),
            }
        };
        let reference = |&(network, name): &(&'static str, &str)| {
            let row = table.of(network).last()?;
            Some(figure::Reference {
                name: name.into(),
                seeds: row.overall.seeds.clone(),
            })
        };
        let stage = |row: &&Row| figure::Stage {
            name: row.stage.clone(),
            is_sleep: row.after_sleep,
        };
        let of_task = |task: usize| rows.iter().map(|row| row.tasks[task].mean).collect();
        figure::Accuracy {
            stages: rows.iter().map(stage).collect(),
            runs: self.runs.iter().filter(has).map(run).collect(),
            references: self.references.iter().filter_map(reference).collect(),
            chance_percent: (self.n_classes > 0).then(|| 100.0 / self.n_classes as f64),
            tasks: table.tasks.clone(),
            per_task_name: self.per_task.into(),
            per_task: (0..table.tasks.len()).map(of_task).collect(),
        }
    }
}
