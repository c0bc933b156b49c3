//! How tables of spikes are laid out, by their headers.

use super::SpikeFile;
use crate::record::csv::{Separator, Wrong, number, place, quote};

/// What the columns of a known layout are called: time in ms, neuron, population.
struct Known {
    time: &'static str,
    neuron: &'static str,
    /// Whose neurons are numbered over the whole network, so that the first of a population must be told.
    global: bool,
}

/// Ours, that of tables in Python, that of bmtk (`timestamps population node_ids`), that of NEST (`sender time_ms`).
const KNOWN: [Known; 4] = [
    Known {
        time: "timestamp_ms",
        neuron: "node_id",
        global: false,
    },
    Known {
        time: "time_ms",
        neuron: "neuron",
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
    `columns = { time = \"…\", neuron = \"…\" }` in the model file (of `convert` `--columns time=…,neuron=…`)";

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
            let population = header.population.map(|_| POPULATION);
            for name in [known.time, known.neuron].into_iter().chain(population) {
                place(&names, name).map_err(|expected| wrong(&expected))?;
            }
            if known.global && file.first_neuron.is_none() {
                return Err(wrong(
                    "`first_neuron = N` too (`--first-neuron N` of `convert`), the number that NEST gave the first neuron of the population: it counts \
                     from 1 over all nodes of a network",
                ));
            }
            return Ok(header);
        };
        header.seconds = columns.seconds;
        for (name, at) in [
            (&columns.time, &mut header.time),
            (&columns.neuron, &mut header.neuron),
        ] {
            let (place, by_number) = place(&names, name).map_err(|expected| wrong(&expected))?;
            *at = place;
            header.is_row |= by_number;
        }
        if header.time == header.neuron {
            return Err(wrong("times and neurons in two columns, not in one"));
        }
        // Columns by number may have a header nevertheless.
        header.is_row &= [header.time, header.neuron]
            .iter()
            .all(|&at| number::<f64>(names[at]).is_some());
        Ok(header)
    }

    /// What was expected in place of a row, if a quote in it is left open.
    pub(super) fn open(&self, line: &[u8]) -> Option<&'static str> {
        self.separator.open(line)
    }

    /// The fields of a row, without the space and quotes around them.
    pub(super) fn fields<'a>(&self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.separator.fields(line)
    }
}
