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

/// What a column is called: by its heading, and where that only says how the column before it spreads, by that one's too.
fn headed(table: &Table, k: usize) -> Option<String> {
    let head = &table.columns.get(k)?.head;
    let before = k.checked_sub(1).filter(|_| is_spread(head));
    Some(match before {
        Some(before) => format!("{} {head}", table.columns[before].head),
        None => head.clone(),
    })
}

/// Whether a column says how far numbers of the one before it lie apart.
fn is_spread(head: &str) -> bool {
    head.starts_with('±')
}

/// What each of some tables has, in the order in which they have it, each once.
fn union(lists: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for list in lists {
        // What another table lacks stands behind what it stands behind here.
        let mut at = 0;
        for one in list {
            match all.iter().position(|known| *known == one) {
                Some(known) => at = known + 1,
                None => {
                    all.insert(at, one);
                    at += 1;
                }
            }
        }
    }
    all
}

/// The number that `table` has in the row and the column of these names, with what it means.
fn cell(table: &Table, by: usize, called: &str, head: &str) -> Option<Cell> {
    let k = (by..table.columns.len()).find(|&k| headed(table, k).as_deref() == Some(head))?;
    let mut rows = table.rows.iter().filter(|row| name(row, by) == called);
    let mut cell = rows.next()?.get(k)?.clone();
    cell.meaning = table.columns[k].meaning.or(cell.meaning);
    Some(cell)
}

/// What is said of a table behind its kind, such as how many seeds it is of.
fn said(table: &Table) -> &str {
    table.caption[kind(table).len()..].trim_start_matches([',', ';', ' '])
}

/// One table of what two or more of `tables` have, which are of one kind; `None` if there is nothing.
fn joined(kind: &str, runs: &[Run], tables: &[Option<&Table>]) -> Option<Table> {
    let found = || tables.iter().flatten();
    let by = named_by(found().next()?);
    let called = |table: &&Table| table.rows.iter().map(|row| name(row, by)).collect();
    let heads = |table: &&Table| {
        let columns = by..table.columns.len();
        columns.filter_map(|k| headed(table, k)).collect()
    };
    let heads = union(found().map(heads));
    let mut rows = Vec::new();
    for called in union(found().map(called)) {
        let mut has_mean = false;
        for head in &heads {
            let cells: Vec<Option<Cell>> = tables
                .iter()
                .map(|table| cell((*table)?, by, &called, head))
                .collect();
            let has = |cell: &&Option<Cell>| cell.as_ref().is_some_and(|cell| cell.exact.is_some());
            // A mean that several have is told with its spread where one of them has it.
            let is_spread = head.contains(" ±");
            let least = if is_spread && has_mean { 1 } else { 2 };
            let is_told = cells.iter().filter(has).count() >= least;
            has_mean = is_told || (is_spread && has_mean);
            if !is_told {
                continue;
            }
            let mut label = Cell::text(head);
            label.meaning = cells.iter().flatten().find_map(|cell| cell.meaning);
            let cells = cells.into_iter().map(|cell| {
                let mut cell = cell.unwrap_or_else(|| Cell::number(None, 0));
                cell.meaning = None;
                cell
            });
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
    if rows.is_empty() {
        return None;
    }
    // What tables are of is said of all at once, or of each.
    let of: Vec<&str> = tables.iter().map(|table| table.map_or("", said)).collect();
    let mut said = found().map(|table| said(table));
    let first = said.next().unwrap_or("");
    let alike = match said.all(|other| other == first) {
        true if first.is_empty() => String::new(),
        true => format!(", {first}"),
        false => {
            let of = of.into_iter().map(Cell::text);
            let row = [Cell::text(""), Cell::text("of")].into_iter().chain(of);
            rows.insert(0, row.collect());
            String::new()
        }
    };
    let heads = runs.iter().map(|run| Column::new(&run.name));
    Some(Table {
        caption: format!("{kind}{alike}, side by side{left}"),
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
        let of = ["", "of", "3 seeds", "1 seed", ""];
        assert_eq!(rows, [of, ["two", "dreams", "3.0", "5.0", "–"]]);
    }

    /// A table of accuracies with these columns, and a row.
    fn accuracy(name: &str, caption: &str, columns: &[(&str, Option<f64>)]) -> Run {
        let cells = columns.iter().map(|(_, x)| Cell::number(*x, 1));
        let table = Table {
            caption: caption.into(),
            columns: ["network", "when"]
                .into_iter()
                .chain(columns.iter().map(|(head, _)| *head))
                .map(Column::new)
                .collect(),
            rows: vec![
                ["sleep", "after sleep 1"]
                    .map(Cell::text)
                    .into_iter()
                    .chain(cells)
                    .collect(),
            ],
        };
        Run {
            name: name.into(),
            sections: vec![Section {
                title: "Accuracy",
                parts: vec![Part::Table(table)],
            }],
        }
    }

    #[test]
    fn numbers_are_found_by_their_headings_wherever_they_stand() {
        let few = [
            ("task 1", Some(1.0)),
            ("all tasks", Some(2.0)),
            ("± SD", Some(0.1)),
            ("held out", Some(3.0)),
            ("± SD", Some(0.2)),
        ];
        let more = [
            ("task 1", Some(4.0)),
            ("task 2", Some(5.0)),
            ("all tasks", Some(6.0)),
            ("± SD", None),
        ];
        let runs = [
            accuracy("a", "Accuracy, %", &few),
            accuracy("b", "Accuracy, %", &more),
        ];
        for (runs, turned) in [
            (&runs[..], false),
            (&[&runs[1], &runs[0]].map(cloned), true),
        ] {
            let parts = tables(runs);
            let [Part::Table(table)] = &parts[..] else {
                panic!("{parts:?}");
            };
            assert_eq!(table.caption, "Accuracy, %, side by side");
            let texts: Vec<Vec<&str>> = table
                .rows
                .iter()
                .map(|row| row[1..].iter().map(|cell| &cell.text[..]).collect())
                .collect();
            let mut expected = [
                ["task 1", "1.0", "4.0"],
                ["all tasks", "2.0", "6.0"],
                ["all tasks ± SD", "0.1", "–"],
            ];
            if turned {
                expected.iter_mut().for_each(|row| row.swap(1, 2));
            }
            // Of what one run alone has there is no spread either.
            assert_eq!(texts, expected);
        }
    }

    fn cloned(run: &Run) -> Run {
        let [section] = &run.sections[..] else {
            panic!("one section");
        };
        let [Part::Table(table)] = &section.parts[..] else {
            panic!("one table");
        };
        Run {
            name: run.name.clone(),
            sections: vec![Section {
                title: section.title,
                parts: vec![Part::Table(table.clone())],
            }],
        }
    }
}
