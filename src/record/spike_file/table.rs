//! Spikes as a table: ours (`node_id,timestamp_ms`), bmtk's, NEST's, or one whose columns are named.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use super::header::Header;
use super::{Choice, SpikeFile, Take, spike_time};
use crate::base::file;
use crate::base::time::Time;
use crate::record::csv::{Wrong, number, quote};
use crate::record::dataset::Fault;

/// The first line of a table of ours.
pub(super) const HEADER: &str = "node_id,timestamp_ms";

/// Picoseconds in the units of times, as powers of ten.
const PS_IN_MS: u32 = 9;
const PS_IN_S: u32 = 12;

/// Longer lines are not of a table of spikes.
const LONGEST_LINE: u64 = 1 << 16;

/// Most populations that a message lists.
const MOST_NAMES: usize = 100;

/// Hands over the spikes of a table, in the order of its rows.
pub(super) fn visit(
    file: &SpikeFile,
    choice: Choice<'_>,
    take: &mut Take<'_>,
) -> Result<(), Fault> {
    let table = file::open(&file.path);
    let table = table.map_err(|error| Fault::Unreadable(error.to_string()))?;
    rows(BufReader::with_capacity(1 << 16, table), file, choice, take)
}

/// As above, of any bytes.
pub(super) fn rows(
    table: impl BufRead,
    file: &SpikeFile,
    choice: Choice<'_>,
    take: &mut Take<'_>,
) -> Result<(), Fault> {
    let mut lines = Lines::new(table);
    let mut header = None;
    let mut populations = Populations::new(choice);
    while lines.next()? {
        let (index, line) = (lines.index, lines.line.as_slice());
        let header = match header {
            Some(header) => header,
            None => {
                let read = Header::read(line, index, file).map_err(fault)?;
                populations.check(&read, index, line).map_err(fault)?;
                header = Some(read);
                if !read.is_row {
                    continue;
                }
                read
            }
        };
        row(line, &header, &mut populations, take)
            .map_err(|(found, expected)| fault(Wrong::new(index, found, &expected)))?;
    }
    if header.is_none() {
        // An empty file.
        Header::read(b"", 0, file).map_err(fault)?;
    }
    populations.finish()
}

fn fault(wrong: Wrong) -> Fault {
    Fault::content(
        &format!("line {}", wrong.line),
        wrong.found,
        &wrong.expected,
    )
}

/// Hands over the spike of a row, or says what was found and expected.
fn row(
    line: &[u8],
    header: &Header,
    populations: &mut Populations<'_>,
    take: &mut Take<'_>,
) -> Result<(), (String, String)> {
    if let Some(expected) = header.open(line) {
        return Err((quote(line), expected.to_owned()));
    }
    let (mut time, mut neuron, mut population) = (None, None, None);
    let mut n = 0;
    for field in header.fields(line) {
        if n == header.time {
            time = Some(field);
        }
        if n == header.neuron {
            neuron = Some(field);
        }
        if Some(n) == header.population {
            population = Some(field);
        }
        n += 1;
    }
    let (Some(time), Some(neuron), true) = (time, neuron, n == header.columns) else {
        let expected = format!("{} values, as in the header", header.columns);
        return Err((quote(line), expected));
    };
    if !populations.wanted(population) {
        return Ok(());
    }
    let id: u64 = number(neuron)
        .ok_or_else(|| (format!("neuron {}", quote(neuron)), "a whole number".into()))?;
    let value: f64 =
        number(time).ok_or_else(|| (format!("time {}", quote(time)), "a number".into()))?;
    let (value_ms, ps) = match header.seconds {
        true => (value * 1e3, PS_IN_S),
        false => (value, PS_IN_MS),
    };
    // As a binary fraction a time merges picoseconds from hours on.
    let exact = Time::from_decimal(time, ps).filter(|&time| time >= Time::ZERO);
    let time = exact.map_or_else(|| spike_time(value_ms), Ok);
    let time = time.map_err(|expected| (format!("time {value}"), expected.to_owned()))?;
    take(populations.name(), time, id).map_err(|expected| (format!("neuron {id}"), expected))
}

/// Which rows are read where a column names their population.
struct Populations<'a> {
    choice: Choice<'a>,
    /// Of the last row.
    current: String,
    /// All there are; looked at where one is to be found, or the only one.
    seen: BTreeSet<String>,
    columned: bool,
}

impl<'a> Populations<'a> {
    fn new(choice: Choice<'a>) -> Self {
        Self {
            choice,
            current: String::new(),
            seen: BTreeSet::new(),
            columned: false,
        }
    }

    /// Refuses a population of a table without.
    fn check(&mut self, header: &Header, index: usize, line: &[u8]) -> Result<(), Wrong> {
        self.columned = header.population.is_some();
        match self.choice {
            Choice::One(Some(name)) if !self.columned => {
                let expected = format!("a column `population` with `{name}`, or no `population`");
                Err(Wrong::new(index, quote(line), &expected))
            }
            _ => Ok(()),
        }
    }

    /// Whether a row of `population` is read.
    fn wanted(&mut self, population: Option<&[u8]>) -> bool {
        let Some(population) = population else {
            return true;
        };
        if self.current.as_bytes() != population {
            self.current = String::from_utf8_lossy(population).into_owned();
            if self.seen.len() < MOST_NAMES {
                self.seen.insert(self.current.clone());
            }
        }
        match self.choice {
            Choice::One(Some(name)) => name.as_bytes() == population,
            Choice::One(None) => self.seen.len() == 1,
            Choice::All => true,
        }
    }

    /// Of the row that is read.
    fn name(&self) -> &str {
        &self.current
    }

    /// Refuses what is not the one population that was asked for.
    fn finish(self) -> Result<(), Fault> {
        let found: Vec<String> = self.seen.into_iter().collect();
        match self.choice {
            Choice::One(Some(name)) if !found.iter().any(|n| n == name) => {
                Err(Fault::no_population(Some(name), found))
            }
            Choice::One(None) if found.len() > 1 => Err(Fault::no_population(None, found)),
            _ => Ok(()),
        }
    }
}

/// Lines without comments and empty ones, one at a time in one buffer.
struct Lines<R> {
    table: R,
    line: Vec<u8>,
    /// Of the line, from 0.
    index: usize,
    next: usize,
}

impl<R: BufRead> Lines<R> {
    fn new(table: R) -> Self {
        Self {
            table,
            line: Vec::new(),
            index: 0,
            next: 0,
        }
    }

    /// Reads the next line into `line`; false at the end.
    fn next(&mut self) -> Result<bool, Fault> {
        loop {
            self.line.clear();
            let mut rest = (&mut self.table).take(LONGEST_LINE);
            let read = rest.read_until(b'\n', &mut self.line);
            let read = read.map_err(|error| Fault::Unreadable(error.to_string()))?;
            if read == 0 {
                return Ok(false);
            }
            self.index = self.next;
            self.next += 1;
            if read as u64 == LONGEST_LINE {
                let wrong = Wrong::new(self.index, quote(&self.line), "a row of a table");
                return Err(fault(wrong));
            }
            if self.index == 0 && self.line.starts_with(b"\xEF\xBB\xBF") {
                self.line.drain(..3);
            }
            let line = self.line.trim_ascii_start();
            if !line.is_empty() && line[0] != b'#' {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests;
