//! Tables of node and edge types in the SONATA layout: words between spaces, a header, then a row per type.

use std::collections::BTreeMap;
use std::path::Path;

use super::csv::quote;
use super::dataset::Fault;
use crate::base::file;

/// Words that stand for no value.
const NOTHING: [&str; 2] = ["NULL", "NA"];

/// A table of types by their numbers.
#[derive(Debug)]
pub(crate) struct TypeTable {
    columns: Vec<String>,
    /// By number: the line, from 1, and a word for each column.
    rows: BTreeMap<u64, (usize, Vec<String>)>,
}

impl TypeTable {
    /// Reads the table at `path`, whose column `id` numbers the types.
    ///
    /// # Errors
    /// If it cannot be read, has no such column, or a row has another number of words, no whole number, or one twice.
    pub(super) fn read(path: &Path, id: &str) -> Result<Self, Fault> {
        let text = file::read(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
        Self::parse(&String::from_utf8_lossy(&text), id)
    }

    fn parse(text: &str, id: &str) -> Result<Self, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines().enumerate();
        let header = lines.next().map_or("", |(_, line)| line);
        let columns = words(header);
        let wrong = |index: usize, found: String, expected: &str| {
            Fault::content(&format!("line {}", index + 1), found, expected)
        };
        let Some(at) = columns.iter().position(|column| column == id) else {
            let expected = format!("a header with a column `{id}`, words between spaces");
            return Err(wrong(0, quote(header.as_bytes()), &expected));
        };
        let mut rows = BTreeMap::new();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let row = words(line);
            if row.len() != columns.len() {
                let found = format!("{} words", row.len());
                let expected = format!("{}, as in the header", columns.len());
                return Err(wrong(index, found, &expected));
            }
            let Ok(number) = row[at].parse::<u64>() else {
                let found = format!("{id} {}", quote(row[at].as_bytes()));
                return Err(wrong(index, found, "a whole number"));
            };
            if rows.insert(number, (index + 1, row)).is_some() {
                let expected = "each type once";
                return Err(wrong(index, format!("{id} {number} again"), expected));
            }
        }
        Ok(Self { columns, rows })
    }

    /// Names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Numbers of the types, ascending.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.rows.keys().copied()
    }

    /// The word of a type in a column; nothing if there is no such type or column, or it is empty.
    pub(crate) fn word(&self, number: u64, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        let (_, row) = self.rows.get(&number)?;
        let word = row.get(at)?.as_str();
        (!word.is_empty() && !NOTHING.contains(&word)).then_some(word)
    }

    /// The number of a type in a column, as [`word`](Self::word).
    ///
    /// # Errors
    /// If the word is no number.
    pub(super) fn value(&self, number: u64, column: &str) -> Result<Option<f64>, Fault> {
        let Some(word) = self.word(number, column) else {
            return Ok(None);
        };
        let line = self.rows.get(&number).map_or(0, |(line, _)| *line);
        let value = word.parse().map_err(|_| {
            let found = format!("{column} {}", quote(word.as_bytes()));
            Fault::content(&format!("line {line}"), found, "a number")
        })?;
        Ok(Some(value))
    }
}

/// The words of a line; one in quotes may hold spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let quoted = matches!(first, '"' | '\'').then(|| rest[1..].split_once(first));
        let (word, after) = match quoted.flatten() {
            Some((word, after)) if !after.starts_with(|c: char| !c.is_whitespace()) => {
                (word, after)
            }
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_be_quoted_and_empty() {
        let text = "edge_type_id target_query delay note\n\
                    100 \"ei == 'e' & x\" 2.0 NULL\r\n\n\
                    7 model=='a'&b=='c' NULL ''\n";
        let table = TypeTable::parse(text, "edge_type_id").unwrap();
        assert_eq!(table.numbers().collect::<Vec<_>>(), [7, 100]);
        assert_eq!(table.word(100, "target_query"), Some("ei == 'e' & x"));
        assert_eq!(table.word(7, "target_query"), Some("model=='a'&b=='c'"));
        assert_eq!(table.value(100, "delay").ok(), Some(Some(2.0)));
        assert_eq!(table.value(7, "delay").ok(), Some(None));
        assert_eq!(
            (table.word(7, "note"), table.word(8, "delay")),
            (None, None)
        );
    }

    #[test]
    fn wrong_tables_say_where() {
        for (text, place, expected) in [
            (
                "",
                "line 1",
                "found ``, expected a header with a column `id`, words between spaces",
            ),
            (
                "id,a\n1,2",
                "line 1",
                "found `id,a`, expected a header with a column `id`, words between spaces",
            ),
            (
                "id a\n1 2\n3",
                "line 3",
                "found 1 words, expected 2, as in the header",
            ),
            (
                "a id\n1 x",
                "line 2",
                "found id `x`, expected a whole number",
            ),
            (
                "id\n1\n1",
                "line 3",
                "found id 1 again, expected each type once",
            ),
        ] {
            let Err(Fault::Content {
                place: at,
                found,
                expected: of,
            }) = TypeTable::parse(text, "id")
            else {
                panic!("{text:?} was read")
            };
            assert_eq!(
                (
                    at.as_str(),
                    format!("found {found}, expected {of}").as_str()
                ),
                (place, expected)
            );
        }
    }
}
