//! How well a network that sleeps knows its tasks, beside its controls.

use std::collections::BTreeMap;

use super::{Subject, meaning};
use crate::config::Model;
use crate::experiment::error::ExperimentError;
use crate::experiment::score::Stage;
use crate::experiment::summary::{Percent, Row, Summary, heading};
use crate::experiment::{night, plot};
use crate::report::html::{Cell, Column, Drawn, Part, Picture, Table};

pub(super) fn parts(subject: &Subject) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let rows = run.accuracies()?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let summary = Summary::of_rows(&rows, run.tasks().to_vec(), run.fingerprints()?);
    let mut parts = Vec::new();
    if let Some(Model::SleepReplay(model)) = &subject.model {
        parts.push(Part::Figure(Picture {
            name: "accuracy".into(),
            says: "Accuracy after each task and each sleep, beside the controls; the table below holds its numbers.".into(),
            svg: plot::accuracy_figure(model, &summary).svg()?,
        }));
    }
    if let Some(Model::Night(model)) = &subject.model {
        // How many images there were plays no part in a drawing.
        let images = BTreeMap::new();
        let nights = night::summary::Summary::new(model, &images, &rows, run.fingerprints()?);
        parts.push(Part::Figure(Picture {
            name: "accuracy".into(),
            says: "Accuracy after each day and each night, beside yardsticks; the table below holds its numbers.".into(),
            svg: nights.figure().svg()?,
        }));
    }
    let tasks = summary.tasks.iter();
    let tasks = tasks.map(|task| Column::of(format!("task {task}"), &meaning::ACCURACY));
    let first = ["network", "when"].map(Column::new);
    let any = |of: fn(&Row) -> &Option<Percent>| summary.rows.iter().any(|row| of(row).is_some());
    let last = [
        ("all tasks", true),
        ("held out", any(|row| &row.validation)),
        ("training images", any(|row| &row.training)),
    ];
    let last = last.into_iter().filter(|(_, is_there)| *is_there);
    let last = last
        .flat_map(|(name, _)| [name, "± SD"])
        .map(|name| Column::of(name, &meaning::ACCURACY));
    let percent = |of: &Percent| [Cell::number(of.mean, 1), Cell::number(of.sd, 1)];
    let row = |row: &Row| {
        let tasks = row.tasks.iter().map(|task| Cell::number(task.mean, 1));
        [
            Cell::text(heading(row.network)),
            Cell::text(match row.stage == Stage::Given.label() {
                true => "as given".into(),
                false => format!("after {}", row.stage),
            }),
        ]
        .into_iter()
        .chain(tasks)
        .chain(percent(&row.overall))
        .chain(row.validation.iter().flat_map(percent))
        .chain(row.training.iter().flat_map(percent))
        .collect()
    };
    let n = summary.seeds.len();
    parts.push(Part::Table(Table {
        caption: format!(
            "Accuracy, % of test images, {n} seed{} that {} the file",
            if n == 1 { "" } else { "s" },
            if n == 1 { "is in" } else { "are in" },
        ),
        columns: first.into_iter().chain(tasks).chain(last).collect(),
        rows: summary.rows.iter().map(row).collect(),
    }));
    Ok(parts)
}
