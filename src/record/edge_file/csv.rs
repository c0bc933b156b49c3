//! Edges as a table: `source,target,weight,delay_ms`, the last two if there are any.

use std::path::Path;

use crate::connection::{EdgeFault, EdgeList, Edges};
use crate::record::csv::{self, Wrong, fields, number, quote};
use crate::record::dataset::Fault;

const EXPECTED: &str = "the header `source,target`, with `,weight` or `,delay_ms` or both after it";

/// Reads a whole table, in the order of its rows.
pub(super) fn read(path: &Path, list: EdgeList) -> Result<Edges, Fault> {
    let bytes = std::fs::read(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
    parse(&bytes, list).map_err(|wrong| Fault::Content {
        place: format!("line {}", wrong.line),
        found: wrong.found,
        expected: wrong.expected,
    })
}

/// What a table has beside source and target.
struct Header {
    weight: bool,
    delay: bool,
}

pub(super) fn parse(bytes: &[u8], mut list: EdgeList) -> Result<Edges, Wrong> {
    let mut lines = csv::lines(bytes);
    let line = lines.next().map_or(&[][..], |(_, line)| line);
    let header = header(line).ok_or_else(|| Wrong::new(0, quote(line), EXPECTED))?;
    for (wanted, there, column, key) in [
        (list.weighted(), header.weight, "weight", "weight"),
        (list.delayed(), header.delay, "delay_ms", "axonal_delay"),
    ] {
        if wanted && !there {
            let found = format!("no column `{column}`");
            let expected = format!("one, or the key `{key}` in the model file");
            return Err(Wrong::new(0, found, &expected));
        }
    }
    for (index, line) in lines {
        row(line, &header, &mut list)
            .map_err(|(found, expected)| Wrong::new(index, found, &expected))?;
    }
    Ok(list.finish())
}

fn header(line: &[u8]) -> Option<Header> {
    let names: Vec<&[u8]> = fields(line).take(5).collect();
    let (weight, delay) = match names.as_slice() {
        [b"source", b"target"] => (false, false),
        [b"source", b"target", b"weight"] => (true, false),
        [b"source", b"target", b"delay_ms"] => (false, true),
        [b"source", b"target", b"weight", b"delay_ms"] => (true, true),
        _ => return None,
    };
    Some(Header { weight, delay })
}

/// Adds the edge of a row, or says what was found and expected.
fn row(line: &[u8], header: &Header, list: &mut EdgeList) -> Result<(), (String, String)> {
    let mut values = fields(line);
    let mut next = || {
        values.next().ok_or_else(|| {
            let columns = 2 + usize::from(header.weight) + usize::from(header.delay);
            (quote(line), format!("{columns} values, as in the header"))
        })
    };
    let source = id("source", next()?)?;
    let target = id("target", next()?)?;
    let mut value = |there: bool, wanted: bool, name: &str, what: &str| {
        let field = if there { next()? } else { return Ok(0.0) };
        match number(field) {
            Some(value) => Ok(value),
            None if !wanted => Ok(0.0),
            None => Err((format!("{name} {}", quote(field)), what.to_owned())),
        }
    };
    let (weighted, delayed) = (list.weighted(), list.delayed());
    let weight = value(header.weight, weighted, "weight", "a number")?;
    let delay_ms = value(
        header.delay,
        delayed,
        "delay_ms",
        "a number of milliseconds",
    )?;
    if next().is_ok() {
        let columns = 2 + usize::from(header.weight) + usize::from(header.delay);
        return Err((quote(line), format!("{columns} values, as in the header")));
    }
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
