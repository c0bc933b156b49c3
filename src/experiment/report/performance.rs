//! How an agent does its tasks.

use super::{Subject, meaning};
use crate::analysis::summary::Summary as Sample;
use crate::experiment::error::ExperimentError;
use crate::experiment::foraging::FIGURE;
use crate::foraging::life::CHANCE;
use crate::foraging::plan::Plan;
use crate::report::html::{Cell, Column, Part, Picture, Table};

/// The figure, if the run's folder has it, and each test, of a run through `plan`.
pub(super) fn parts(subject: &Subject, plan: &Plan) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let rows = run.accuracies()?;
    let drawn = run.path().with_file_name(format!("{FIGURE}.svg"));
    // A folder without it has its numbers all the same.
    let svg = std::fs::read_to_string(drawn).ok();
    let figure = svg.map(|svg| {
        Part::Figure(Picture {
            name: "foraging".into(),
            says: "Performance in each task over aeons, tests of both after each phase, and weights along the axes of both \
                   tasks."
                .into(),
            svg,
        })
    });
    let tested = plan
        .phases
        .iter()
        .enumerate()
        .filter(|(_, phase)| phase.test > 0);
    let row = |(k, phase): (usize, &crate::foraging::plan::Phase)| {
        let of = |task: usize| -> Vec<f64> {
            let rows = rows.iter();
            let own = rows.filter(|row| row.after_task == k && row.task == Some(task));
            own.map(|row| row.accuracy).collect()
        };
        let cells = (0..plan.tasks.len()).flat_map(|task| {
            let sample = Sample::of(&of(task));
            let (mean, sd) = sample.map_or((None, None), |sample| (Some(sample.mean), sample.sd));
            [Cell::number(mean, 3), Cell::number(sd, 3)]
        });
        let name = Cell::text(format!("after {}", phase.name));
        std::iter::once(name).chain(cells).collect()
    };
    let columns = plan.tasks.iter().flat_map(|task| {
        let mean = Column::of(&task.name[..], &meaning::PERFORMANCE);
        [mean, Column::of("± SD", &meaning::PERFORMANCE)]
    });
    let n = run.fingerprints()?.len().max(1);
    let table = Part::Table(Table {
        caption: format!(
            "Performance when tested, {CHANCE} by chance, {n} seed{} that {} the file",
            if n == 1 { "" } else { "s" },
            if n == 1 { "is in" } else { "are in" },
        ),
        columns: std::iter::once(Column::new("phase"))
            .chain(columns)
            .collect(),
        rows: tested.map(row).collect(),
    });
    Ok(figure.into_iter().chain([table]).collect())
}
