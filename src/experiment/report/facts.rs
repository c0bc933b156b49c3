//! What was run.

use std::path::{Path, PathBuf};

use super::{Subject, meaning};
use crate::config::Model;
use crate::experiment::error::ExperimentError;
use crate::report::html::{Cell, Column, Part, Section, Table};

/// How a run is called: by its folder, and by its file if that is not `run.h5`.
pub(super) fn name(path: &Path) -> String {
    called(path, 1)
}

/// How several runs are called: by so many of the folders they lie in as tell them apart.
pub(super) fn names(paths: &[PathBuf]) -> Vec<String> {
    let deepest = paths.iter().map(|path| path.components().count()).max();
    let all = |folders| -> Vec<String> {
        let paths = paths.iter();
        paths.map(|path| called(path, folders)).collect()
    };
    let mut names = all(1);
    for folders in 2..=deepest.unwrap_or(0) {
        let alike: Vec<bool> = names
            .iter()
            .map(|name| names.iter().filter(|other| *other == name).count() > 1)
            .collect();
        if !alike.contains(&true) {
            break;
        }
        for ((name, longer), alike) in names.iter_mut().zip(all(folders)).zip(alike) {
            if alike {
                *name = longer;
            }
        }
    }
    names
}

/// A run's name with so many of the folders above it.
fn called(path: &Path, folders: usize) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let last = |path: &Path| {
        let name = path.file_name();
        name.map(|name| name.to_string_lossy().into_owned())
    };
    let above = absolute.ancestors().skip(1).map_while(last).take(folders);
    let mut parts: Vec<String> = above.collect();
    parts.reverse();
    let file = last(&absolute).filter(|file| file != crate::record::run_file::FILE);
    parts.extend(file);
    parts.join("/")
}

/// The first sentence of the model file, if it begins with a comment. Nothing in the page of one run depends on where the run lies,
/// so that equal runs leave equal pages.
pub(super) fn title(subject: &Subject) -> String {
    let said = first_sentence(subject.recording.source());
    said.unwrap_or_else(|| "A run".into())
}

/// The first sentence of the comment that `source` begins with, without its full stop; the whole paragraph where it has none.
fn first_sentence(source: &str) -> Option<String> {
    /// No sentence is longer that anybody wrote as one.
    const LONGEST: usize = 400;
    let lines = source.lines().map(str::trim);
    let comment = lines.skip_while(|line| line.is_empty());
    let comment = comment.map_while(|line| line.strip_prefix('#').map(str::trim));
    let paragraph = comment.take_while(|line| !line.is_empty());
    let words: Vec<&str> = paragraph.flat_map(str::split_whitespace).collect();
    let ends = (1..words.len()).find(|&n| is_end(words[n - 1], words[n]));
    let sentence = words[..ends.unwrap_or(words.len())].join(" ");
    let sentence = sentence.trim_end_matches('.');
    match sentence.char_indices().nth(LONGEST) {
        Some((end, _)) => Some(format!("{}…", sentence[..end].trim_end())),
        None => Some(sentence.to_owned()).filter(|sentence| !sentence.is_empty()),
    }
}

/// Whether a sentence ends with `word`, which `next` follows: initials and abbreviations have full stops, too.
fn is_end(word: &str, next: &str) -> bool {
    let begins = next.trim_start_matches(['"', '(', '`']).chars().next();
    if !begins.is_some_and(|first| first.is_uppercase()) {
        return false;
    }
    match word.strip_suffix('.') {
        Some(stem) => {
            let stem = stem.trim_start_matches('(');
            stem.chars().count() > 1 && !stem.contains('.') && stem != "al"
        }
        None => word.ends_with(['?', '!']),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_whole_sentences() {
        let title = |source| first_sentence(source).unwrap_or_default();
        let two = "\n# One night, as the\n# others (A. Bach et al. 2020, J. Sleep 1:2), without end. Two.\n# Three.";
        let said = "One night, as the others (A. Bach et al. 2020, J. Sleep 1:2), without end";
        assert_eq!(title(two), said);
        assert_eq!(title("# A night\n#\n# and a day."), "A night");
        assert_eq!(title("# Steps (of v). Delays 0.2 ms. End"), "Steps (of v)");
        assert_eq!(title("# Does it sleep? It does."), "Does it sleep?");
        assert_eq!(title("# A night.\nseed = 1"), "A night");
        assert_eq!(title("seed = 1\n# A night."), "");
        assert_eq!(title("#\n# A night."), "");
        let long = format!("# {}", "sleep ".repeat(1000));
        assert_eq!(title(&long).chars().count(), 401);
    }
}
