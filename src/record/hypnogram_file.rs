//! Hypnograms that people have scored: tables of epochs, annotations of EDF+ files, Elan's lists, and the XML of NSRR and
//! Profusion.

mod edf;
mod elan;
mod nsrr;
mod profusion;
mod table;
mod visbrain;
mod word;
mod xml;

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use crate::base::file;
use crate::base::time::Duration;
use crate::protocol::stage::{Epoch, Night, Score, Stage};

pub use word::Numbers;

/// Endings of the names of such files.
pub const ENDINGS: [&str; 6] = ["csv", "tsv", "txt", "edf", "hyp", "xml"];

/// An epoch where nothing says how long it is, in milliseconds: that of the AASM's rules.
pub const EPOCH_MS: f64 = 30_000.0;

/// Larger files are no tables of epochs, and no annotations: bytes.
const LARGEST: u64 = 1 << 24;

/// Most epochs of a hypnogram: a month of them, 1 s each.
const MOST_EPOCHS: usize = 1 << 22;

/// How far from the end of one epoch the next may begin: onsets are rounded to milliseconds.
const SLACK_PS: i64 = 2_000_000_000;

/// How a table of epochs is read; of no use to other files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// The column of stages, where the table has several and none with a usual name.
    pub stage: Option<String>,
    /// How long an epoch is, where the table does not say.
    pub epoch: Option<Duration>,
    /// What numbers mean, where stages are numbers.
    pub numbers: Option<Numbers>,
}

/// Why a hypnogram cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}`: {problem}", path.display())]
pub struct HypnogramFileError {
    /// The file.
    pub path: PathBuf,
    problem: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// What is wrong with the content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    problem: String,
    help: Option<String>,
}

impl Wrong {
    fn new(problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self {
            problem,
            help: None,
        }
    }

    fn at(place: &str, found: &str, expected: &str) -> Self {
        Self::new(format!("{place}: found {found}, expected {expected}"))
    }

    fn with(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

/// What one line, annotation or entry says.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scored {
    /// When it begins, where the file says so.
    start: Option<Duration>,
    length: Duration,
    score: Score,
    /// Which it is, from 1.
    place: usize,
}

impl Scored {
    /// When it ends, where it is known when it begins.
    fn end(&self) -> Option<Duration> {
        let start = self.start?;
        Some(Duration::from_ps(
            start.ps().saturating_add(self.length.ps()),
        ))
    }
}

/// Reads a hypnogram: EDF+, Elan's and XML by their endings, a table otherwise. What comes before the first scored stretch is no
/// part of it.
///
/// # Errors
/// With file and place: what cannot be read, is no such file or larger than one, has no stages or unknown ones, and stretches
/// that overlap or leave a gap.
pub fn read(path: &Path, columns: &Columns) -> Result<Night, HypnogramFileError> {
    let night = content(path, columns);
    night.map_err(|Wrong { problem, help }| HypnogramFileError {
        path: path.to_owned(),
        problem,
        help,
    })
}

/// What stands in a file, by its ending: "line", "annotation", "entry".
pub fn noun(path: &Path) -> &'static str {
    match ending(path).as_str() {
        "edf" => "annotation",
        "xml" => "entry",
        _ => "line",
    }
}

/// Whether files of this ending may leave open what [`Columns`] says.
pub fn is_table(path: &Path) -> bool {
    !matches!(ending(path).as_str(), "edf" | "hyp" | "xml")
}

fn ending(path: &Path) -> String {
    let ending = path.extension().map(|e| e.to_string_lossy());
    ending.map_or(String::new(), |e| e.to_lowercase())
}

fn content(path: &Path, columns: &Columns) -> Result<Night, Wrong> {
    let unreadable = |cause: std::io::Error| Wrong::new(format!("cannot read: {cause}"));
    let file = file::open(path).map_err(unreadable)?;
    let bytes = |file: std::fs::File| {
        let mut bytes = Vec::new();
        let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(unreadable)?;
        match bytes.len() as u64 > LARGEST {
            true => Err(Wrong::new(format!(
                "larger than {LARGEST} bytes: this is no hypnogram"
            ))),
            false => Ok(bytes),
        }
    };
    let scored = match ending(path).as_str() {
        // May hold signals of any size beside the annotations.
        "edf" => edf::scored(BufReader::with_capacity(1 << 16, file))?,
        "hyp" => elan::scored(&bytes(file)?)?,
        "xml" => xml::scored(&bytes(file)?)?,
        _ => table::scored(&bytes(file)?, columns)?,
    };
    night(&scored, noun(path))
}

/// Joins what lies end to end.
fn night(scored: &[Scored], noun: &str) -> Result<Night, Wrong> {
    if scored.len() > MOST_EPOCHS {
        return Err(Wrong::new(format!("more than {MOST_EPOCHS} epochs")));
    }
    if !scored
        .iter()
        .any(|one| matches!(one.score, Score::Stage(_)))
    {
        return Err(Wrong::new("no epoch has a stage"));
    }
    for pair in scored.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let (Some(end), Some(next)) = (before.end(), after.start) else {
            continue;
        };
        let gap = next.ps().saturating_sub(end.ps());
        if gap.abs() <= SLACK_PS {
            continue;
        }
        let what = if gap > 0 { "a gap" } else { "an overlap" };
        let (gap, at) = (Duration::from_ps(gap.saturating_abs()), after.place);
        return Err(Wrong::at(
            &format!("{noun} {at}"),
            &format!("{what} of {gap}: what is before it ends at {end}, and it begins at {next}"),
            "stretches that lie end to end",
        ));
    }
    Ok(Night::of(scored.iter().map(|one| Epoch {
        length: one.length,
        score: one.score,
        place: one.place,
    })))
}

/// A time in seconds, from zero, as the clock holds it.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    let fits = seconds.is_finite() && seconds >= 0.0;
    fits.then(|| Duration::from_ms(seconds * 1e3).ok())?
}

/// As [`seconds`], above zero.
fn length(text: &str) -> Option<Duration> {
    seconds(text).filter(|length| *length > Duration::ZERO)
}

/// The stages that a message lists.
fn stages() -> String {
    let names = Stage::ALL.map(Stage::name);
    format!("a stage, such as {}", crate::base::suggest::list(&names))
}

#[cfg(test)]
mod tests;
