//! What was run.

use std::path::Path;

use super::{Subject, meaning};
use crate::config::Model;
use crate::experiment::error::ExperimentError;
use crate::report::html::{Cell, Column, Part, Section, Table};

/// How a run is called: by its folder, and by its file if that is not `run.h5`.
pub(super) fn name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let last = |path: Option<&Path>| {
        let name = path.and_then(Path::file_name);
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    };
    let (folder, file) = (last(absolute.parent()), last(Some(&absolute)));
    match file == crate::record::run_file::FILE {
        true => folder,
        false => format!("{folder}/{file}"),
    }
}

/// The first line of the model file, if it is a comment. Nothing in the page of one run depends on where the run lies, so that
/// equal runs leave equal pages.
pub(super) fn title(subject: &Subject) -> String {
    let first = subject.recording.source().lines();
    let first = first.map(str::trim).find(|line| !line.is_empty());
    let comment = first.and_then(|line| line.strip_prefix('#'));
    let comment = comment.map(|line| line.trim().trim_end_matches('.'));
    let said = comment.filter(|line| !line.is_empty());
    said.unwrap_or("A run").to_owned()
}

pub(super) fn section(subject: &Subject) -> Result<Section, ExperimentError> {
    let run = &subject.recording;
    let mut rows = vec![
        [Cell::text("sharpwave"), Cell::text(run.version())],
        [
            Cell::text("experiment"),
            Cell::text(match &subject.model {
                Some(model) => model.experiment(),
                None => "of a model that this version does not read",
            }),
        ],
        [
            Cell::text("seed").meaning(&meaning::SEED),
            Cell::text(run.seed().to_string()),
        ],
    ];
    // An agent has aeons in place of a network's clock.
    if !matches!(subject.model, Some(Model::Foraging(_))) {
        rows.push([
            Cell::text("simulated").meaning(&meaning::SIMULATED),
            Cell::text(format!("{} s", subject.stop.as_ms() / 1e3)),
        ]);
    }
    rows.push([
        Cell::text("state"),
        Cell::text(match run.is_complete() {
            true => "complete",
            false => "not come to its end: still running, stopped or killed",
        }),
    ]);
    for (seed, hash) in run.fingerprints()? {
        rows.push([
            Cell::text("fingerprint").meaning(&meaning::FINGERPRINT),
            Cell::text(format!("{hash} (seed {seed})")),
        ]);
    }
    for change in run.overrides() {
        rows.push([Cell::text("changed by"), Cell::text(change)]);
    }
    let mut parts = vec![Part::Table(Table {
        caption: "The run".into(),
        columns: vec![Column::new(""), Column::new("")],
        rows: rows.into_iter().map(Vec::from).collect(),
    })];
    let warnings = run.warnings().iter();
    parts.extend(warnings.map(|text| Part::Warning(format!("Warning: {text}"))));
    Ok(Section {
        title: "What was run",
        parts,
    })
}

/// The model as typed and as it runs.
pub(super) fn sources(subject: &Subject) -> Vec<Part> {
    let run = &subject.recording;
    [
        ("Model file as typed", run.source()),
        ("Every key as it ran: runs by itself", run.model()),
    ]
    .map(|(title, text)| Part::Source {
        title: title.into(),
        text: text.into(),
    })
    .into()
}
