//! Several runs side by side: each number that two of them have, a column for each run.

use crate::report::html::{Cell, Column, Part, Run, Table};

/// More rows than this of one table are left out.
const MOST_ROWS: usize = 400;

/// The tables of `runs` that two of them or more have, number by number.
pub(super) fn tables(runs: &[Run]) -> Vec<Part> {
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    for (section, table) in runs.iter().flat_map(all) {
        let kind = (section, kind(table));
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let both = kinds.into_iter().filter_map(|(section, own)| {
        let of = |run| {
            let mut tables = all(run);
            let found = tables.find(|(title, table)| *title == section && kind(table) == own);
            found.map(|(_, table)| table)
        };
        let tables: Vec<Option<&Table>> = runs.iter().map(of).collect();
        joined(own, runs, &tables)
    });
    both.map(Part::Table).collect()
}

/// The tables of numbers of a run, each with the title of its section.
fn all(run: &Run) -> impl Iterator<Item = (&'static str, &Table)> {
    let sections = run.sections.iter();
    let parts = sections.flat_map(|section| section.parts.iter().map(|part| (section.title, part)));
    parts.filter_map(|(title, part)| match part {
        Part::Table(table) if table.columns.len() > 1 => Some((title, table)),
        _ => None,
    })
}

/// What a table holds: its caption up to what differs from run to run.
fn kind(table: &Table) -> &str {
    let caption = &table.caption;
    let end = caption.find([',', '(', ';']).unwrap_or(caption.len());
    caption[..end].trim()
}

/// How many columns name the rows of `table`: those before the first number.
fn named_by(table: &Table) -> usize {
    let is_number = |k: &usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(*k));
        cells.any(|cell| cell.exact.is_some())
    };
    let columns = 0..table.columns.len();
    columns
        .clone()
        .find(is_number)
        .unwrap_or(columns.end)
        .max(1)
}

/// What a row is called.
fn name(row: &[Cell], columns: usize) -> String {
    let named: Vec<&str> = row
        .iter()
        .take(columns)
        .map(|cell| &cell.text[..])
        .collect();
    named.join(", ")
}

/// One table of what two or more of `tables` have, which are of one kind; `None` if there is nothing.
fn joined(kind: &str, runs: &[Run], tables: &[Option<&Table>]) -> Option<Table> {
    let first = tables.iter().flatten().next()?;
    let by = named_by(first);
    let mut rows = Vec::new();
    for row in &first.rows {
        let called = name(row, by);
        for (k, column) in first.columns.iter().enumerate().skip(by) {
            // Where two columns have one heading the second is that of its place.
            let cell = |table: &Option<&Table>| {
                let table = (*table)?;
                let own = table.columns.get(k).filter(|own| own.head == column.head);
                let mut rows = table.rows.iter().filter(|row| name(row, by) == called);
                own.and(rows.next()?.get(k)).cloned()
            };
            let cells: Vec<Option<Cell>> = tables.iter().map(cell).collect();
            let has = |cell: &&Option<Cell>| cell.as_ref().is_some_and(|cell| cell.exact.is_some());
            if cells.iter().filter(has).count() < 2 {
                continue;
            }
            let mut label = Cell::text(&column.head);
            label.meaning = column.meaning.or(row[k].meaning);
            let cells = cells
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| Cell::number(None, 0)));
            rows.push(
                [Cell::text(&called), label]
                    .into_iter()
                    .chain(cells)
                    .collect(),
            );
        }
    }
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let left = match more {
        0 => String::new(),
        more => format!("; {more} more numbers stand in the columns below"),
    };
    let heads = runs.iter().map(|run| Column::new(&run.name));
    (!rows.is_empty()).then(|| Table {
        caption: format!("{kind}, side by side{left}"),
        columns: ["", "number"]
            .map(Column::new)
            .into_iter()
            .chain(heads)
            .collect(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::Section;

    fn run(name: &str, caption: &str, rows: &[(&str, [f64; 2])]) -> Run {
        let table = Table {
            caption: caption.into(),
            columns: ["sleep", "dreams", "shuffled"].map(Column::new).into(),
            rows: rows
                .iter()
                .map(|(name, [a, b])| {
                    vec![Cell::text(*name), Cell::number(*a, 1), Cell::number(*b, 1)]
                })
                .collect(),
        };
        Run {
            name: name.into(),
            sections: vec![Section {
                title: "Dreams",
                parts: vec![Part::Table(table)],
            }],
        }
    }

    #[test]
    fn what_two_runs_have_stands_side_by_side() {
        let runs = [
            run(
                "a",
                "Dreams, 3 seeds",
                &[("one", [1.0, 2.0]), ("two", [3.0, f64::NAN])],
            ),
            run(
                "b",
                "Dreams, 1 seed",
                &[("two", [5.0, 6.0]), ("three", [7.0, 8.0])],
            ),
            run("c", "Others", &[("two", [9.0, 9.0])]),
        ];
        let parts = tables(&runs);
        let [Part::Table(table)] = &parts[..] else {
            panic!("{parts:?}");
        };
        let heads: Vec<&str> = table
            .columns
            .iter()
            .map(|column| &column.head[..])
            .collect();
        assert_eq!(heads, ["", "number", "a", "b", "c"]);
        assert_eq!(table.caption, "Dreams, side by side");
        let texts = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        // Of the second number one run has none.
        let rows: Vec<Vec<String>> = table.rows.iter().map(texts).collect();
        assert_eq!(rows, [["two", "dreams", "3.0", "5.0", "–"]]);
    }
}
