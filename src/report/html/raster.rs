//! The spikes of a run as the page's script reads them: numbers of spikes per cell over all of the time, and single spikes
//! where there is room for them.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};

use crate::base::time::{Duration, Time};
use crate::protocol::stage::Stage;
use crate::report::canvas::svg::base64;

/// Times of single spikes are told to this, rounded down.
const TICK: Duration = Duration::from_ps(10_000_000);

/// The raster.
#[derive(Debug)]
pub struct Raster {
    /// End of the time shown, which begins at zero.
    pub stop: Time,
    /// Bouts in order.
    pub bouts: Vec<Bout>,
    /// Populations from the top to the bottom.
    pub bands: Vec<Band>,
}

/// A bout.
#[derive(Debug)]
pub struct Bout {
    /// Its name.
    pub name: String,
    /// Its start.
    pub start: Time,
    /// Its end.
    pub stop: Time,
    /// Its stage of sleep, where it is one of a night.
    pub stage: Option<Stage>,
}

/// A population.
#[derive(Debug)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Its neurons.
    pub size: usize,
    /// How many of these are recorded.
    pub recorded: usize,
    /// Its spikes in all.
    pub total: u64,
    /// All of them, counted.
    pub density: Density,
    /// Those that are shown one by one.
    pub single: Spikes,
}

/// Numbers of spikes in cells of time and neurons.
#[derive(Debug, Clone, Default)]
pub struct Density {
    /// Cells along time.
    pub columns: usize,
    /// Cells along the neurons.
    pub rows: usize,
    /// Row by row.
    pub counts: Vec<u32>,
}

/// Single spikes within a span, packed.
#[derive(Debug, Default)]
pub struct Spikes {
    span: Option<(Time, Time)>,
    last: i64,
    n: u64,
    times: Vec<u8>,
    neurons: Bits,
}

/// Numbers of so many bits each, one behind the other, the lowest bit first. Neurons that fire in any order take less than when
/// they are compressed, and no time.
#[derive(Debug, Default)]
struct Bits {
    width: u32,
    bytes: Vec<u8>,
    /// Bits that fill no four bytes yet, and how many there are.
    held: u64,
    n_held: u32,
}

impl Bits {
    /// For numbers below `end`.
    fn below(end: usize) -> Self {
        Self {
            width: u32::try_from(end.saturating_sub(1))
                .map_or(u32::BITS, |last| last.max(1).ilog2() + 1),
            ..Self::default()
        }
    }

    fn add(&mut self, number: u32) {
        self.held |= u64::from(number) << self.n_held;
        self.n_held += self.width;
        if self.n_held >= u32::BITS {
            self.bytes.extend((self.held as u32).to_le_bytes());
            self.held >>= u32::BITS;
            self.n_held -= u32::BITS;
        }
    }

    /// As letters.
    fn letters(&self) -> String {
        let mut bytes = self.bytes.clone();
        let rest = self.n_held.div_ceil(u8::BITS) as usize;
        bytes.extend(&self.held.to_le_bytes()[..rest]);
        base64(&bytes)
    }
}

/// Counts spikes into cells, in the order of time: where each belongs is known beforehand, as there are millions of them.
#[derive(Debug)]
pub struct Counter {
    density: Density,
    /// Of each column when it ends; the last one never does.
    ends: Vec<Time>,
    /// Of each neuron where its row begins.
    rows: Vec<u32>,
    /// The column at hand.
    column: usize,
}

impl Counter {
    /// For `columns` and `rows` of a population of `size`, in a run that ends at `stop`.
    pub fn new(columns: usize, rows: usize, size: usize, stop: Time) -> Self {
        let (n, ps) = (columns as i128, i128::from(stop.ps().max(1)));
        // The first instant behind it.
        let end = |column: i128| Time::from_ps(((column * ps + n - 1) / n) as i64);
        let ends = (1..n).map(end).chain([Time::MAX]);
        let row = |neuron: usize| (neuron * rows / size.max(1)).min(rows - 1);
        Self {
            density: Density {
                columns,
                rows,
                counts: vec![0; columns * rows],
            },
            ends: ends.collect(),
            rows: (0..size)
                .map(|neuron| (row(neuron) * columns) as u32)
                .collect(),
            column: 0,
        }
    }

    /// Counts a spike of `neuron`, not before the last one.
    #[inline]
    pub fn add(&mut self, t: Time, neuron: u32) {
        while t >= self.ends[self.column] && self.column + 1 < self.ends.len() {
            self.column += 1;
        }
        let row = self.rows[neuron as usize] as usize;
        self.density.counts[row + self.column] += 1;
    }

    /// What was counted.
    pub fn finish(self) -> Density {
        self.density
    }
}

impl Spikes {
    /// None so far, of those of a population of `size` in [start, stop).
    pub fn within(start: Time, stop: Time, size: usize) -> Self {
        Self {
            span: Some((start, stop)),
            last: start.ps() / TICK.ps(),
            neurons: Bits::below(size),
            ..Self::default()
        }
    }

    /// Adds a spike, not before the last one.
    pub fn add(&mut self, t: Time, neuron: u32) {
        let tick = t.ps() / TICK.ps();
        variable(&mut self.times, (tick - self.last).max(0) as u64);
        self.neurons.add(neuron);
        self.last = tick;
        self.n += 1;
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn variable(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Compressed, as letters.
fn packed(bytes: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    base64(&encoder.finish().unwrap_or_default())
}

/// Small pictures one after the other, compressed, as letters.
pub fn shades(cells: &[u8]) -> String {
    packed(cells)
}

impl Raster {
    /// As the script reads it.
    pub(super) fn json(&self) -> Value {
        let bout = |bout: &Bout| {
            json!({
                "name": bout.name,
                "start": bout.start.as_ms(),
                "stop": bout.stop.as_ms(),
                "stage": bout.stage.map(Stage::name),
            })
        };
        let band = |band: &Band| {
            let mut counts = Vec::new();
            band.density
                .counts
                .iter()
                .for_each(|&count| variable(&mut counts, count.into()));
            let span = band.single.span;
            json!({
                "name": band.name,
                "size": band.size,
                "recorded": band.recorded,
                "total": band.total,
                "columns": band.density.columns,
                "rows": band.density.rows,
                "counts": packed(&counts),
                "single": {
                    "n": band.single.n,
                    "start": span.map(|span| span.0.as_ms()),
                    "stop": span.map(|span| span.1.as_ms()),
                    "first": span.map(|span| span.0.ps() / TICK.ps()),
                    "tick": TICK.as_ms(),
                    "times": packed(&band.single.times),
                    "neurons": band.single.neurons.letters(),
                    "width": band.single.neurons.width,
                },
            })
        };
        json!({
            "stop": self.stop.as_ms(),
            "bouts": self.bouts.iter().map(bout).collect::<Vec<_>>(),
            "bands": self.bands.iter().map(band).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_counts_in_the_cell_of_its_share_of_time_and_neurons() {
        let (columns, rows, size, stop) = (7, 3, 10, Time::from_ps(100));
        let mut counter = Counter::new(columns, rows, size, stop);
        let mut expected = vec![0; columns * rows];
        // One at the very end is one of the last column.
        for ps in 0..=100 {
            let neuron = (ps * 7 % 10) as u32;
            counter.add(Time::from_ps(ps), neuron);
            let column = (ps as usize * columns / 100).min(columns - 1);
            expected[neuron as usize * rows / size * columns + column] += 1;
        }
        assert_eq!(counter.finish().counts, expected);
    }

    #[test]
    fn numbers_take_the_bits_of_the_largest() {
        for (end, width) in [
            (1, 1),
            (2, 1),
            (3, 2),
            (784, 10),
            (1024, 10),
            (1025, 11),
            (1 << 32, 32),
        ] {
            assert_eq!(Bits::below(end).width, width, "{end}");
        }
        let mut bits = Bits::below(8);
        [7, 0, 5, 1, 2, 3, 4, 6, 1, 7, 2, 5]
            .iter()
            .for_each(|&n| bits.add(n));
        let bytes = [0b0100_0111, 0b1010_0011, 0b1101_0001, 0b1011_1001, 0b1010];
        assert_eq!(bits.letters(), base64(&bytes));
    }
}
