//! Spike raster of a sleep, layers apart.

use crate::analysis::rate::SpikeCount;
use crate::base::time::{Duration, Time};
use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text, png};
use crate::report::font::{self, Weight};
use crate::report::style::{
    BLUE, Colour, FULL_WIDTH, GREEN, GREY, HAIR, INK, LABEL, NOTE, PURPLE, TICK, VERMILION, tint,
};
use crate::report::{file, style};
use std::path::Path;

/// Above this many spikes a layer is drawn as density: marks would merge, and the file grow by 10 bytes each.
const MOST_MARKS: usize = 20_000;
/// Side of a density cell in points.
const CELL: f64 = 0.5;
/// Layers of at most this many neurons (output classes) get rows apart and strong marks.
const FEW_NEURONS: usize = 24;

const LEFT: f64 = 104.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const RATE_HEIGHT: f64 = 20.0;
const BAND_HEIGHT: f64 = 76.0;
/// Height of a row of its own: that of its label.
const FEW_ROW: f64 = 7.6;
const INNER_GAP: f64 = 4.0;
const OUTER_GAP: f64 = 13.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;

/// A population in a [`Raster`].
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// How many neurons it has.
    pub n_neurons: usize,
    /// When which neuron fired, in any order. Spikes outside the figure's time range, or of neurons from
    /// `n_neurons` on, are not drawn.
    pub spikes: Vec<(Time, u64)>,
}

/// A spike raster with layers apart: each in a band of its own under its population rate, the input at the bottom.
///
/// Layers with more than 20,000 spikes in the range are drawn as density (and the figure says so); others with one
/// mark per spike, strong enough that a layer with a handful of spikes is not overlooked.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// From the input (bottom) to the output (top).
    pub layers: Vec<Layer>,
    /// What the time axis counts from.
    pub origin: Time,
    /// The start of the range.
    pub start: Time,
    /// The end of the range (not included).
    pub stop: Time,
    /// Width of the bins of the rate traces; 50 to 100 ms suit a sleep.
    pub bin: Duration,
}

impl Raster {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    /// Bytes that drawing `n` populations takes: the picture, its text and the fonts.
    pub fn drawing_bytes(n: usize) -> f64 {
        /// Marks, text, fonts and the picture compressed, as measured.
        const TEXT_BYTES: f64 = 8e6;
        let height = TOP + n as f64 * (RATE_HEIGHT + INNER_GAP + BAND_HEIGHT + OUTER_GAP) + 40.0;
        png::picture_bytes(FULL_WIDTH, height) + TEXT_BYTES
    }

    fn canvas(&self) -> Canvas {
        let bands: f64 = self.layers.iter().map(band_height).sum();
        let n = self.layers.len() as f64;
        let between = n * (RATE_HEIGHT + INNER_GAP) + (n - 1.0).max(0.0) * OUTER_GAP;
        let bottom = if self.layers.is_empty() {
            TOP + BAND_HEIGHT
        } else {
            TOP + bands + between
        };
        let mut canvas = Canvas::new(FULL_WIDTH, bottom + 40.0, "Spike raster, layers apart");

        let stop = self.stop.max(self.start);
        let (from_s, to_s) = (self.seconds(self.start), self.seconds(stop));
        let time = Axis::linear(from_s, to_s, LEFT, FULL_WIDTH - RIGHT);
        let mut y = TOP;
        let mut notes = Vec::new();
        for (k, layer) in self.layers.iter().enumerate().rev() {
            let rate_bottom = y + RATE_HEIGHT;
            let band = (
                rate_bottom + INNER_GAP,
                rate_bottom + INNER_GAP + band_height(layer),
            );
            let colour = colour(k, self.layers.len());
            let drawn = self.drawn(layer);
            self.rate(&mut canvas, &drawn, layer, &time, (y, rate_bottom), colour);
            notes.extend(self.band(&mut canvas, &drawn, layer, &time, band, colour));
            label(&mut canvas, layer, drawn.len(), band, colour);
            y = band.1 + OUTER_GAP;
        }
        if self.layers.is_empty() {
            axis::say(&mut canvas, (FULL_WIDTH / 2.0, bottom / 2.0), "no layers");
        }
        axis::bottom(&mut canvas, &time, bottom + 3.0, &time.ticks(8), "Time (s)");
        let mut caption = Vec::new();
        if self
            .layers
            .iter()
            .any(|layer| has_marks(&self.drawn(layer)))
        {
            caption.push("Marks: one per spike.".to_owned());
        }
        if self.bin.ps() > 0 {
            let bin_ms = short_ms(self.bin.as_ms());
            caption.push(format!("Traces: mean rate per neuron in {bin_ms} ms bins."));
        }
        notes.insert(0, caption.join(" "));
        for (k, note) in notes.iter().enumerate() {
            let note = font::fit(note, NOTE, Weight::Regular, FULL_WIDTH - RIGHT - LEFT);
            let at = (LEFT, bottom + 36.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, note).colour(GREY));
        }
        canvas.height += NOTE_LINE * (notes.len() - 1) as f64;
        canvas
    }

    /// The spikes of a layer that belong on the figure, as (time, neuron).
    fn drawn(&self, layer: &Layer) -> Vec<(Time, u64)> {
        layer
            .spikes
            .iter()
            .copied()
            .filter(|&(t, j)| self.start <= t && t < self.stop && j < layer.n_neurons as u64)
            .collect()
    }

    fn seconds(&self, t: Time) -> f64 {
        t.since(self.origin).ps() as f64 * 1e-12
    }

    fn rate(
        &self,
        canvas: &mut Canvas,
        drawn: &[(Time, u64)],
        layer: &Layer,
        time: &Axis,
        (top, bottom): (f64, f64),
        colour: Colour,
    ) {
        let times = drawn.iter().map(|&(t, _)| t);
        // Bins that cannot be made leave the trace away; the spikes are still worth drawing.
        let Ok(binned) = SpikeCount::new(times, self.start, self.stop, self.bin) else {
            return;
        };
        let rates = binned.rates_hz(layer.n_neurons);
        let highest = rates.iter().copied().fold(0.0, f64::max);
        let high = if highest > 0.0 { highest } else { 1.0 };
        let vertical = Axis::linear(0.0, high * 1.05, bottom, top);
        let mut outline = Vec::with_capacity(2 * rates.len());
        for ((left, right), &rate) in binned.edges().zip(&rates) {
            let y = vertical.at(rate);
            outline.push((time.at(self.seconds(left)), y));
            outline.push((time.at(self.seconds(right)), y));
        }
        if highest > 0.0
            && let (Some(&first), Some(&last)) = (outline.first(), outline.last())
        {
            let mut area = outline.clone();
            area.extend([(last.0, bottom), (first.0, bottom)]);
            canvas.area(area, tint(colour, 0.35), 1.0);
            canvas.line(outline, Stroke::new(colour, HAIR));
        }
        // Zero and the highest round rate, which carries the unit; a silent layer has no scale.
        let mut ticks = vec![Tick::plain(0.0, "0".to_owned())];
        if let Some(top) = vertical.ticks(3).pop().filter(|_| highest > 0.0) {
            let round = match top.label.split_once('.') {
                Some(_) => top.label.trim_end_matches('0').trim_end_matches('.'),
                None => &top.label,
            };
            ticks.push(Tick::plain(top.value, format!("{round} Hz")));
        }
        axis::left(canvas, &vertical, LEFT, &ticks, "", 0.0);
    }

    /// Draws the spikes; the note says how, where it is not one mark per spike.
    fn band(
        &self,
        canvas: &mut Canvas,
        drawn: &[(Time, u64)],
        layer: &Layer,
        time: &Axis,
        (top, bottom): (f64, f64),
        colour: Colour,
    ) -> Option<String> {
        let n = layer.n_neurons;
        // Neuron 0 at the bottom, each in the middle of its row.
        let neurons = Axis::linear(-0.5, (n as f64 - 0.5).max(0.5), bottom, top);
        let few = n <= FEW_NEURONS;
        if few {
            let rows = (0..n).map(|j| neurons.at(j as f64));
            canvas.segments(
                rows.map(|y| ((time.from, y), (time.to, y))).collect(),
                Stroke::new(style::PALE, HAIR),
            );
        }
        let mut note = None;
        if drawn.is_empty() {
            let centre = ((time.from + time.to) / 2.0, (top + bottom) / 2.0);
            axis::say(canvas, centre, "no spikes");
        } else if !has_marks(drawn) {
            note = self.density(canvas, drawn, layer, time, (top, bottom), colour);
        } else {
            let row = (bottom - top) / n.max(1) as f64;
            let (height, width) = if few {
                (row * 0.8, 1.3)
            } else if drawn.len() > 4000 {
                (1.6, 0.5)
            } else {
                (2.6, 0.7)
            };
            let marks = drawn.iter().map(|&(t, j)| {
                let (x, y) = (time.at(self.seconds(t)), neurons.at(j as f64));
                let half = height / 2.0;
                let y = y.clamp(top + half, (bottom - half).max(top + half));
                ((x, y - half), (x, y + half))
            });
            canvas.segments(marks.collect(), Stroke::new(colour, width));
        }
        let ticks = if few {
            let every = if n > 10 { 5 } else { 1 };
            (0..n)
                .step_by(every)
                .map(|j| Tick::plain(j as f64, j.to_string()))
                .collect()
        } else {
            neurons.ticks(4)
        };
        axis::left(canvas, &neurons, LEFT, &ticks, "", 0.0);
        let at = (LEFT - 27.0, (top + bottom) / 2.0);
        canvas.text(
            Text::new(at, TICK, "Neuron")
                .anchor(Anchor::Middle)
                .upward(),
        );
        note
    }

    fn density(
        &self,
        canvas: &mut Canvas,
        drawn: &[(Time, u64)],
        layer: &Layer,
        time: &Axis,
        (top, bottom): (f64, f64),
        colour: Colour,
    ) -> Option<String> {
        let (width, height) = (time.to - time.from, bottom - top);
        let columns = (width / CELL).round().max(1.0) as usize;
        let per_row = layer
            .n_neurons
            .div_ceil((height / CELL).max(1.0) as usize)
            .max(1);
        let rows = layer.n_neurons.div_ceil(per_row);
        let span = self.stop.since(self.start).ps().max(1);
        let mut counts = vec![0_u32; columns * rows];
        for &(t, j) in drawn {
            let part = t.since(self.start).ps() as f64 / span as f64;
            let column = ((part * columns as f64) as usize).min(columns - 1);
            let row = rows - 1 - (j as usize / per_row).min(rows - 1);
            counts[row * columns + column] += 1;
        }
        // The darkest shade stands for the count that one occupied cell in 200 exceeds, so that outliers do not
        // pale the rest.
        let mut occupied: Vec<u32> = counts.iter().copied().filter(|&c| c > 0).collect();
        occupied.sort_unstable();
        let darkest = *occupied.get(occupied.len() * 199 / 200)?;
        // The top row may stand for fewer neurons than the others, so it is that much lower.
        let row_height = height * per_row as f64 / layer.n_neurons as f64;
        let picture = Picture {
            columns,
            rows,
            pixels: counts
                .iter()
                .map(|&c| tint(colour, f64::from(c) / f64::from(darkest)))
                .collect(),
        };
        let full = row_height * rows as f64;
        canvas.picture((time.from, bottom - full), (width, full), picture);
        let cell_ms = span as f64 * 1e-9 / columns as f64;
        let cell_ms = short_ms(cell_ms);
        Some(format!(
            "{}: shade is spikes per {cell_ms} ms and {}, darkest ≥ {}.",
            layer.name,
            plural(per_row, "neuron"),
            axis::count(darkest as usize)
        ))
    }
}

/// Whether the spikes of a layer are drawn as marks; too many are shades.
fn has_marks(drawn: &[(Time, u64)]) -> bool {
    (1..=MOST_MARKS).contains(&drawn.len())
}

fn band_height(layer: &Layer) -> f64 {
    if layer.n_neurons <= FEW_NEURONS {
        (FEW_ROW * layer.n_neurons as f64).clamp(20.0, BAND_HEIGHT)
    } else {
        BAND_HEIGHT
    }
}

/// Grey input, colours for hidden layers, vermilion output.
fn colour(k: usize, n_layers: usize) -> Colour {
    const HIDDEN: [Colour; 3] = [BLUE, GREEN, PURPLE];
    if k == 0 {
        INK
    } else if k + 1 == n_layers {
        VERMILION
    } else {
        HIDDEN[(k - 1) % HIDDEN.len()]
    }
}

fn label(canvas: &mut Canvas, layer: &Layer, n_drawn: usize, band: (f64, f64), colour: Colour) {
    let room = LEFT - 40.0;
    let middle = (band.0 + band.1) / 2.0;
    let name = font::fit(&layer.name, LABEL, Weight::Bold, room);
    canvas.text(
        Text::new((4.0, middle - 10.0), LABEL, name)
            .bold()
            .colour(colour),
    );
    let lines = [plural(layer.n_neurons, "neuron"), plural(n_drawn, "spike")];
    for (k, line) in lines.into_iter().enumerate() {
        let at = (4.0, middle + 10.0 * k as f64);
        canvas.text(Text::new(at, TICK, line).colour(GREY));
    }
}

/// Milliseconds, with decimals where they tell bins apart.
fn short_ms(ms: f64) -> String {
    let text = axis::number(ms, if ms < 10.0 { 2 } else { 0 });
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').into(),
        None => text,
    }
}

fn plural(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", axis::count(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figure of one layer with `n` spikes of two neurons, a microsecond apart.
    fn svg(n: usize) -> String {
        let spikes = (0..n).map(|k| (Time::from_ps(k as i64 * 1_000_000), k as u64 % 2));
        let spikes: Vec<(Time, u64)> = spikes.collect();
        let raster = Raster {
            layers: vec![Layer {
                name: "e".into(),
                n_neurons: 2,
                spikes,
            }],
            origin: Time::ZERO,
            start: Time::ZERO,
            stop: Time::from_ps(100_000_000_000),
            bin: Duration::from_ps(1_000_000_000),
        };
        let folder = tempfile::tempdir().unwrap();
        raster.draw(&folder.path().join("raster")).unwrap();
        std::fs::read_to_string(folder.path().join("raster.svg")).unwrap()
    }

    #[test]
    fn marks_are_explained_only_where_there_are_any() {
        let said = |n| svg(n).contains("one per spike");
        assert!(said(1) && said(MOST_MARKS));
        assert!(!said(0) && !said(MOST_MARKS + 1));
    }
}
