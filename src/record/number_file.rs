//! Tables of numbers: a header of names, then rows.

use std::path::{Path, PathBuf};

use super::csv::{Separator, Wrong, lines, number, quote};
use crate::base::file;

/// Names of the columns, and the columns, equally long.
pub type Numbers = (Vec<String>, Vec<Vec<f64>>);

/// Why a table of numbers cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NumberFileError {
    /// The file cannot be read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// A line that is not as it must be.
    #[error("`{}`: line {line}: found {found}, expected {expected}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
}

/// Reads the table at `path`: fields between tabs, semicolons, commas or spaces.
///
/// # Errors
/// If it cannot be read, has no header, or a field is no number.
pub fn read(path: &Path) -> Result<Numbers, NumberFileError> {
    let bytes = file::read(path).map_err(|error| NumberFileError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    })?;
    parse(&bytes).map_err(|wrong| NumberFileError::Content {
        path: path.to_owned(),
        line: wrong.line,
        found: wrong.found,
        expected: wrong.expected,
    })
}

fn parse(bytes: &[u8]) -> Result<Numbers, Wrong> {
    let mut lines = lines(bytes);
    let header = lines.next().map_or(&[][..], |(_, line)| line);
    let separator = Separator::of(header);
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let names: Vec<String> = separator.fields(header).map(text).collect();
    if names.iter().all(String::is_empty) {
        return Err(Wrong::new(0, quote(header), "names of columns"));
    }
    let mut columns = vec![Vec::new(); names.len()];
    for (index, line) in lines {
        if let Some(expected) = separator.open(line) {
            return Err(Wrong::new(index, quote(line), expected));
        }
        let mut n = 0;
        for field in separator.fields(line) {
            let value = number::<f64>(field).filter(|value| value.is_finite());
            let value = value.ok_or_else(|| Wrong::new(index, quote(field), "a number"))?;
            if let Some(column) = columns.get_mut(n) {
                column.push(value);
            }
            n += 1;
        }
        if n != names.len() {
            let found = format!("{n} fields");
            return Err(Wrong::new(
                index,
                found,
                &format!("{}, one for each column", names.len()),
            ));
        }
    }
    Ok((names, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_or_refused_with_their_line() {
        let (names, columns) = parse(b"time,position\n0,1.5\n\n2,3\n").unwrap();
        assert_eq!(names, ["time", "position"]);
        assert_eq!(columns, [vec![0.0, 2.0], vec![1.5, 3.0]]);
        let wrong = |bytes: &[u8]| {
            let wrong = parse(bytes).unwrap_err();
            (wrong.line, wrong.found, wrong.expected)
        };
        assert_eq!(
            wrong(b"a,b\n1,nan\n"),
            (2, "`nan`".into(), "a number".into())
        );
        assert_eq!(
            wrong(b"a,b\n1\n"),
            (2, "1 fields".into(), "2, one for each column".into())
        );
        let quoted = parse(b"\"time, s\",position\n\"0\",1\n").unwrap();
        assert_eq!(quoted.0, ["time, s", "position"]);
        assert_eq!(
            wrong(b"a,b\n1,\"2\n").2,
            "a quote that is closed in the same line"
        );
        assert_eq!(wrong(b""), (1, "``".into(), "names of columns".into()));
    }
}
