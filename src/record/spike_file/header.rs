//! How tables of spikes are laid out, by their headers.

use super::SpikeFile;
use crate::record::csv::{Wrong, quote};

/// What the columns of a known layout are called: time in ms, neuron, population.
struct Known {
    time: &'static str,
    neuron: &'static str,
    /// Whose neurons are numbered over the whole network, so that the first of a population must be told.
    global: bool,
}

/// Ours, that of bmtk (`timestamps population node_ids`), that of NEST (`sender time_ms`).
const KNOWN: [Known; 3] = [
    Known {
        time: "timestamp_ms",
        neuron: "node_id",
        global: false,
    },
    Known {
        time: "timestamps",
        neuron: "node_ids",
        global: false,
    },
    Known {
        time: "time_ms",
        neuron: "sender",
        global: true,
    },
];

/// The column that names populations.
const POPULATION: &str = "population";

const EXPECTED: &str = "the header `node_id,timestamp_ms`, one of bmtk or NEST, or \
    `columns = { time = \"…\", neuron = \"…\" }` in the model file";

/// What stands between the fields of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Byte(u8),
    Space,
}

/// Where a table has what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    separator: Separator,
    pub(super) columns: usize,
    pub(super) time: usize,
    pub(super) neuron: usize,
    pub(super) population: Option<usize>,
    pub(super) seconds: bool,
    /// Whether the line is a row already: columns are named by their numbers.
    pub(super) is_row: bool,
}

impl Header {
    /// From the first line, whose number from 0 is `index`, and what `file` says about the columns.
    pub(super) fn read(line: &[u8], index: usize, file: &SpikeFile) -> Result<Self, Wrong> {
        let separator = Separator::of(line);
        let names: Vec<&[u8]> = separator.fields(line).collect();
        let wrong = |expected: &str| Wrong::new(index, quote(line), expected);
        let find = |name: &str| names.iter().position(|column| *column == name.as_bytes());
        let mut header = Self {
            separator,
            columns: names.len(),
            time: 0,
            neuron: 0,
            population: find(POPULATION),
            seconds: false,
            is_row: false,
        };
        let Some(columns) = &file.columns else {
            let known = KNOWN
                .iter()
                .find_map(|known| Some((known, find(known.time)?, find(known.neuron)?)));
            let Some((known, time, neuron)) = known else {
                let steps = find("time_step").is_some() && find("sender").is_some();
                return Err(wrong(match steps {
                    true => "times in ms: NEST writes them with `time_in_steps` false",
                    false => EXPECTED,
                }));
            };
            (header.time, header.neuron) = (time, neuron);
            if known.global && file.first_neuron.is_none() {
                return Err(wrong(
                    "`first_neuron = N` too, the number that NEST gave the first neuron of the population: it counts \
                     from 1 over all nodes of a network",
                ));
            }
            return Ok(header);
        };
        header.seconds = columns.seconds;
        let number = |name: &str| name.parse::<usize>().ok()?.checked_sub(1);
        let place = |name: &str| find(name).or_else(|| number(name).filter(|&at| at < names.len()));
        for (name, at) in [
            (&columns.time, &mut header.time),
            (&columns.neuron, &mut header.neuron),
        ] {
            *at = place(name).ok_or_else(|| {
                wrong(&format!(
                    "a column `{name}`, or a number from 1 to {}",
                    names.len()
                ))
            })?;
            header.is_row |= find(name).is_none();
        }
        // Columns by number may have a header nevertheless.
        let numeric =
            |at: usize| std::str::from_utf8(names[at]).is_ok_and(|f| f.parse::<f64>().is_ok());
        header.is_row &= numeric(header.time) && numeric(header.neuron);
        Ok(header)
    }

    /// The fields of a row, without the space and quotes around them.
    pub(super) fn fields<'a>(&self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.separator.fields(line)
    }
}

impl Separator {
    /// What a line is separated by.
    fn of(line: &[u8]) -> Self {
        let has = |byte: u8| line.contains(&byte);
        let bytes = *b"\t;,";
        let found = bytes.into_iter().find(|&byte| has(byte));
        found.map_or(Self::Space, Self::Byte)
    }

    fn fields<'a>(self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (byte, spaces) = match self {
            Self::Byte(byte) => (byte, false),
            Self::Space => (b' ', true),
        };
        let line = line.trim_ascii();
        line.split(move |&b| b == byte || spaces && b.is_ascii_whitespace())
            .map(<[u8]>::trim_ascii)
            .filter(move |field| !spaces || !field.is_empty())
            .map(|field| match field {
                [b'"', inner @ .., b'"'] => inner,
                field => field,
            })
    }
}
