//! Errors that show the line: file, place, what was found, what was expected, and how to mend it.

use std::fmt;
use std::ops::Range;

use crate::base::shown::{acts, cut};

/// Problems that are shown: who mends these sees the rest next time.
const MOST_SHOWN: usize = 20;

/// What is wrong with a model file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The first problems, never none and at most a hundred.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are.
    pub more: usize,
}

impl ConfigError {
    /// The first `problems`, and how many more there are; only those that are kept are made.
    pub(super) fn of(mut problems: impl Iterator<Item = impl FnOnce() -> Diagnostic>) -> Self {
        const MOST_KEPT: usize = 100;
        let diagnostics = problems.by_ref().take(MOST_KEPT).map(|make| make());
        Self {
            diagnostics: diagnostics.collect(),
            more: problems.count(),
        }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().take(MOST_SHOWN).enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        match (self.diagnostics.len() + self.more).saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n\nand {more} more problems in this file"),
        }
    }
}

impl From<Diagnostic> for ConfigError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: vec![diagnostic],
            more: 0,
        }
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub place: Place,
    /// How to mend it.
    pub help: Option<String>,
}

/// Where a problem is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file as a whole.
    File(String),
    /// A stretch of one line of a file.
    Line {
        /// File.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Characters marked, at least 1.
        width: usize,
        /// The line, or what stands around the place in one that is longer than a wide terminal.
        text: String,
        /// Characters of the line before `text`.
        before: usize,
    },
    /// An override on the command line, such as `--set sleep.duration`.
    Option(String),
}

impl Place {
    /// The first line of the byte range `span` of `text`; any range is taken.
    pub fn of_span(name: &str, text: &str, span: Range<usize>) -> Self {
        const WIDEST: usize = 160;
        const BEFORE: usize = 60;

        let start = floor_boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let end = floor_boundary(text, span.end).clamp(start, line_end);
        let line = text[line_start..line_end].trim_end();
        let column = text[line_start..start].chars().count() + 1;
        let before = match line.chars().nth(WIDEST) {
            Some(_) => column.saturating_sub(BEFORE),
            None => 0,
        };
        Self::Line {
            name: name.into(),
            line: text[..line_start].matches('\n').count() + 1,
            column,
            width: text[start..end].trim_end().chars().count().max(1),
            text: line.chars().skip(before).take(WIDEST).collect(),
            before,
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A line of a file as it may safely stand on a terminal: one character each, none of them a control character.
fn printable(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| match c {
        '\t' => ' ',
        c if acts(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    })
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_CARETS: usize = 160;
        // Names in a model file may have any length, and lists of them as well.
        const LONGEST: usize = 1500;

        write!(f, "error: {}", cut(&self.message, LONGEST))?;
        match &self.place {
            Place::File(name) | Place::Option(name) => write!(f, "\n  --> {name}")?,
            Place::Line {
                name,
                line,
                column,
                width,
                text,
                before,
            } => {
                let gutter = " ".repeat(line.to_string().len());
                let shown: String = printable(text).collect();
                let pad = " ".repeat((column - 1).saturating_sub(*before));
                let carets = "^".repeat((*width).min(MOST_CARETS));
                write!(f, "\n{gutter} --> {name}:{line}:{column}\n{gutter} |")?;
                write!(f, "\n{line} | {shown}\n{gutter} | {pad}{carets}")?;
            }
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", cut(help, LONGEST))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_marks_the_place() {
        let text = "seed = 1\n[sleep]\ndurations = \"15 s\"\n";
        let diagnostic = Diagnostic {
            message: "unknown key `durations` in [sleep]".into(),
            place: Place::of_span("model.toml", text, 17..26),
            help: Some("did you mean `duration`?".into()),
        };
        assert_eq!(
            diagnostic.to_string(),
            "error: unknown key `durations` in [sleep]\n  --> model.toml:3:1\n  |\n3 | durations = \"15 s\"\n  | \
             ^^^^^^^^^\n  help: did you mean `duration`?"
        );
    }

    #[test]
    fn many_problems_and_long_lines_stay_within_a_page() {
        let line = "x".repeat(100_000);
        let problems = (0..1000).map(|n| {
            let line = &line;
            move || Diagnostic {
                message: format!("`{line}` is unknown"),
                place: Place::of_span("m", line, n..n + 1),
                help: None,
            }
        });
        let error = ConfigError::of(problems);
        assert_eq!((error.diagnostics.len(), error.more), (100, 900));
        let said = error.to_string();
        assert!(said.ends_with("\n\nand 980 more problems in this file"));
        assert!(said.len() < 50_000, "{} bytes", said.len());
        assert!(said.contains("xxx… (98513 more characters)"));
    }

    #[test]
    fn a_place_survives_any_range() {
        let text = "µs = \"µ\"";
        for (start, end) in [(0, 1), (1, 0), (3, 99), (99, 100), (7, 8)] {
            let place = Place::of_span("m", text, start..end);
            assert!(matches!(place, Place::Line { line: 1, .. }), "{place:?}");
        }
    }
}
