//! Edges as a table: `source,target,weight,delay_ms`, the last two if there are any, also with other separators; or columns that are
//! named.

use std::path::Path;

use crate::base::file;
use crate::connection::{EdgeColumns, EdgeFault, EdgeList, Edges};
use crate::record::csv::{self, Separator, Wrong, number, place, quote};
use crate::record::dataset::Fault;

const EXPECTED: &str = "the header `source,target`, with `,weight` or `,delay_ms` or both after it, or \
    `columns = { source = \"…\", target = \"…\" }` in the model file";

/// Reads a whole table, in the order of its rows.
pub(super) fn read(
    path: &Path,
    columns: Option<&EdgeColumns>,
    list: EdgeList,
) -> Result<Edges, Fault> {
    let bytes = file::read(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
    parse(&bytes, columns, list).map_err(|wrong| Fault::Content {
        place: format!("line {}", wrong.line),
        found: wrong.found,
        expected: wrong.expected,
    })
}

/// Where a table has what.
struct Header {
    separator: Separator,
    columns: usize,
    source: usize,
    target: usize,
    weight: Option<usize>,
    delay: Option<usize>,
    seconds: bool,
    /// Whether the line is a row already: columns are named by their numbers.
    is_row: bool,
}

pub(super) fn parse(
    bytes: &[u8],
    columns: Option<&EdgeColumns>,
    mut list: EdgeList,
) -> Result<Edges, Wrong> {
    let mut lines = csv::lines(bytes);
    let (_, line) = lines.next().unwrap_or_default();
    let header = match columns {
        Some(columns) => Header::named(line, columns),
        None => Header::known(line).ok_or_else(|| EXPECTED.to_owned()),
    };
    let header = header.map_err(|expected| Wrong::new(0, quote(line), &expected))?;
    for (wanted, there, column, key) in [
        (list.weighted(), header.weight, "weight", "weight"),
        (list.delayed(), header.delay, "delay_ms", "axonal_delay"),
    ] {
        if wanted && there.is_none() {
            let (column, or) = match columns {
                None => (column, ""),
                Some(_) => (column.trim_end_matches("_ms"), " in `columns`"),
            };
            let found = format!("no column `{column}`{or}");
            let expected = format!("one, or the key `{key}` in the model file");
            return Err(Wrong::new(0, found, &expected));
        }
    }
    let first = header.is_row.then_some((0, line));
    for (index, line) in first.into_iter().chain(lines) {
        row(line, &header, &mut list)
            .map_err(|(found, expected)| Wrong::new(index, found, &expected))?;
    }
    Ok(list.finish())
}

impl Header {
    /// Of a table of ours.
    fn known(line: &[u8]) -> Option<Self> {
        let separator = Separator::of(line);
        let names: Vec<&[u8]> = separator.fields(line).take(5).collect();
        let (weight, delay) = match names.as_slice() {
            [b"source", b"target"] => (None, None),
            [b"source", b"target", b"weight"] => (Some(2), None),
            [b"source", b"target", b"delay_ms"] => (None, Some(2)),
            [b"source", b"target", b"weight", b"delay_ms"] => (Some(2), Some(3)),
            _ => return None,
        };
        Some(Self {
            separator,
            columns: names.len(),
            source: 0,
            target: 1,
            weight,
            delay,
            seconds: false,
            is_row: false,
        })
    }

    /// Of one whose columns have the names `columns`, or what was expected.
    fn named(line: &[u8], columns: &EdgeColumns) -> Result<Self, String> {
        let separator = Separator::of(line);
        let names: Vec<&[u8]> = separator.fields(line).collect();
        let mut is_row = false;
        let mut find = |name: &String| {
            let (at, by_number) = place(&names, name)?;
            is_row |= by_number;
            Ok::<_, String>(at)
        };
        let (source, target) = (find(&columns.source)?, find(&columns.target)?);
        let weight = columns.weight.as_ref().map(&mut find).transpose()?;
        let delay = columns.delay.as_ref().map(&mut find).transpose()?;
        let all = [Some(source), Some(target), weight, delay];
        let mut all: Vec<usize> = all.into_iter().flatten().collect();
        all.sort_unstable();
        if let Some(pair) = all.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!(
                "a column for each, not column {} twice",
                pair[0] + 1
            ));
        }
        // Columns by number may have a header nevertheless.
        let is_number = |at: &usize| number::<f64>(names[*at]).is_some();
        Ok(Self {
            separator,
            columns: names.len(),
            source,
            target,
            weight,
            delay,
            seconds: columns.seconds,
            is_row: is_row && [source, target].iter().all(is_number),
        })
    }
}

/// Adds the edge of a row, or says what was found and expected.
fn row(line: &[u8], header: &Header, list: &mut EdgeList) -> Result<(), (String, String)> {
    if let Some(expected) = header.separator.open(line) {
        return Err((quote(line), expected.to_owned()));
    }
    let (mut source, mut target, mut weight, mut delay) = (None, None, None, None);
    let mut n = 0;
    for field in header.separator.fields(line) {
        for (at, place) in [
            (Some(header.source), &mut source),
            (Some(header.target), &mut target),
            (header.weight, &mut weight),
            (header.delay, &mut delay),
        ] {
            if at == Some(n) {
                *place = Some(field);
            }
        }
        n += 1;
    }
    let (Some(source), Some(target), true) = (source, target, n == header.columns) else {
        let expected = format!("{} values, as in the header", header.columns);
        return Err((quote(line), expected));
    };
    let (source, target) = (id("source", source)?, id("target", target)?);
    let value = |field: Option<&[u8]>, wanted: bool, name: &str, what: &str| {
        let Some(field) = field else { return Ok(0.0) };
        match number(field) {
            Some(value) => Ok(value),
            None if !wanted => Ok(0.0),
            None => Err((format!("{name} {}", quote(field)), what.to_owned())),
        }
    };
    let (weighted, delayed) = (list.weighted(), list.delayed());
    let weight = value(weight, weighted, "weight", "a number")?;
    let (name, what, ms) = match header.seconds {
        false => ("delay_ms", "a number of milliseconds", 1.0),
        true => ("delay", "a number of seconds", 1e3),
    };
    let delay_ms = ms * value(delay, delayed, name, what)?;
    let push = list.push(source, target, weight, delay_ms);
    push.map_err(
        |EdgeFault {
             found, expected, ..
         }| (found, expected),
    )
}

fn id(name: &str, field: &[u8]) -> Result<u64, (String, String)> {
    number(field).ok_or_else(|| (format!("{name} {}", quote(field)), "a whole number".into()))
}
