//! Spike raster: populations apart, what drove them over it, and a closer look beside it where there is one.

mod band;
mod column;
mod hue;
mod hypnogram;
mod strip;
mod trace;

use crate::base::time::{Duration, Time};
use crate::protocol::stage::Stage;
use crate::report::FigureError;
use crate::report::axis::{self};
use crate::report::canvas::{Anchor, Canvas, Text, png};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{Colour, FULL_WIDTH, GREY, LABEL, NOTE, ORANGE, TICK, tint};
use band::{FEW_NEURONS, Style};
pub(super) use column::Column;
use std::path::Path;
pub(super) use strip::Strips;

pub use hue::Sign;

/// Room for names and labels left of what is shown over time.
pub(super) const LEFT: f64 = 104.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
/// Between two columns: room for the labels of the second's rates.
const COLUMN_GAP: f64 = 34.0;
/// From a vertical axis to the first instant.
pub(super) const SPINE_GAP: f64 = 3.0;
const RATE_HEIGHT: f64 = 24.0;
const INNER_GAP: f64 = 7.0;
const OUTER_GAP: f64 = 11.0;
/// Height of a population's spikes: what is wished for, and what the labels need.
const BAND_HEIGHT: f64 = 76.0;
const LOWEST_BAND: f64 = 30.0;
/// Height of a row of its own: that of its label.
const FEW_ROW: f64 = 7.6;
/// Room for all populations: a page of a journal is 240 mm high, 680 points.
const MOST_HEIGHT: f64 = 580.0;
/// From one line of text to the next.
const LINE: f64 = 9.0;

/// A population in a [`Raster`].
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// How many neurons it has.
    pub size: usize,
    /// How many of them are shown, whose spikes are all known: a row each.
    pub n_neurons: usize,
    /// Their numbers, ascending, where these are not 0, 1, ….
    pub numbers: Option<Vec<u32>>,
    /// What its weights onto others are, where that is known: gives its colour.
    pub sign: Option<Sign>,
    /// When the neuron of which row fired, in any order. Spikes outside the figure's time range, or of rows from
    /// `n_neurons` on, are not drawn.
    pub spikes: Vec<(Time, u64)>,
}

/// A bout, named in a strip over the spikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bout {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub stop: Time,
    /// The stage of sleep that it is, where the bouts are those of a night.
    pub stage: Option<Stage>,
}

/// When a stimulus acts: a bar over the spikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stimulus {
    /// Its name.
    pub name: String,
    /// From when to when, ascending.
    pub on: Vec<(Time, Time)>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub start: Time,
    /// Where it ends (not included).
    pub stop: Time,
    /// Width of the bins of the rate traces.
    pub bin: Duration,
}

/// A spike raster with populations apart: each in a band of its own under its rate.
///
/// Spikes are marks, of all neurons or, where these would merge, of every n-th; where a sample would be too small, shades
/// stand for numbers of spikes. The caption says what is the case. Bouts are named over the spikes where there are
/// several, those of a night are steps of a hypnogram, and stimuli that act during a part of the time have bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// From the bottom to the top; of a layered network from the input to the output.
    pub layers: Vec<Layer>,
    /// End to end; shown where there are several.
    pub bouts: Vec<Bout>,
    /// Shown where they act during a part of the window.
    pub stimuli: Vec<Stimulus>,
    /// What the time axis counts from.
    pub origin: Time,
    /// The time shown.
    pub window: Window,
    /// A part of it, shown once more beside it.
    pub closer: Option<Window>,
    /// What the caption begins with: whose spikes they are, or of how much. May be empty.
    pub of: String,
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
        let bands = n as f64 * (above_band() + band_room(n) + OUTER_GAP);
        png::picture_bytes(FULL_WIDTH, TOP + bands + 40.0) + TEXT_BYTES
    }

    fn columns(&self) -> Vec<Column> {
        let right = FULL_WIDTH - RIGHT;
        let Some(closer) = self.closer else {
            return vec![Column::new(self.window, self.origin, (LEFT, right))];
        };
        let width = (right - LEFT - COLUMN_GAP) / 2.0;
        vec![
            Column::new(self.window, self.origin, (LEFT, LEFT + width)),
            Column::new(closer, self.origin, (right - width, right)),
        ]
    }

    fn canvas(&self) -> Canvas {
        let columns = self.columns();
        let strips = Strips::new(&self.bouts, &self.stimuli, &columns[0]);
        let top = TOP + strips.height();
        let places = self.places(top);
        let bottom = places
            .last()
            .map_or(top + BAND_HEIGHT, |place| place.band.1);
        let mut canvas = Canvas::new(FULL_WIDTH, bottom + 32.0, "Spike raster, populations apart");
        if let [whole, closer] = &columns[..] {
            shade_closer(&mut canvas, whole, closer, (top, bottom));
        }
        let colours = hue::colours(&self.layers);
        let mut notes = Vec::new();
        for (k, column) in columns.iter().enumerate() {
            strips.draw(&mut canvas, column, (TOP, bottom), k == 0);
            let said = self.column(&mut canvas, column, &places, &colours, k == 0);
            if !said.is_empty() {
                let side = match (columns.len(), k) {
                    (1, _) => "Spikes",
                    (_, 0) => "Left",
                    _ => "Right",
                };
                notes.push(format!("{side}: {}.", said.join("; ")));
            }
            let ticks = column.time.ticks(if columns.len() > 1 { 5 } else { 8 });
            axis::bottom(&mut canvas, &column.time, bottom + 3.0, &ticks, "Time (s)");
        }
        if self.layers.is_empty() {
            axis::say(&mut canvas, (FULL_WIDTH / 2.0, bottom / 2.0), "no layers");
        }
        notes.insert(0, self.caption(&strips));
        let mut y = bottom + 36.0;
        for note in notes {
            for line in font::wrap(&note, NOTE, Weight::Regular, FULL_WIDTH - RIGHT - LEFT) {
                canvas.text(Text::new((LEFT, y), NOTE, line).colour(GREY));
                y += LINE;
            }
        }
        canvas.height = (y - LINE + 4.0).ceil().max(canvas.height);
        canvas
    }

    /// What holds for all of the figure.
    fn caption(&self, strips: &Strips<'_>) -> String {
        let of = Some(self.of.clone()).filter(|of| !of.is_empty());
        let mut caption: Vec<String> = of.into_iter().collect();
        let bins: Vec<String> = [Some(self.window), self.closer]
            .into_iter()
            .flatten()
            .filter(|window| window.bin.ps() > 0)
            .map(|window| format!("{} ms", short_ms(window.bin.as_ms())))
            .collect();
        if !bins.is_empty() {
            let bins = bins.join(" and ");
            caption.push(format!("Traces: mean rate per neuron in bins of {bins}."));
        }
        if self.closer.is_some() {
            caption.push("Right: a closer look at the shaded time.".to_owned());
        }
        if strips.has_bars() {
            caption.push(
                "Bars: stimuli that act for a part of the time, pulses at their instants."
                    .to_owned(),
            );
        }
        if strips.more > 0 {
            caption.push(format!("{} not shown.", plural(strips.more, "more bar")));
        }
        caption.join(" ")
    }

    /// Where each population lies, from the top of the figure, which is the last layer.
    fn places(&self, top: f64) -> Vec<Place> {
        let room = band_room(self.layers.len());
        let mut y = top;
        let place = |layer: &Layer| {
            let rate = (y, y + RATE_HEIGHT);
            let start = rate.1 + INNER_GAP;
            let height = match layer.n_neurons {
                n if n <= FEW_NEURONS => (FEW_ROW * n as f64).clamp(LOWEST_BAND.min(room), room),
                _ => room,
            };
            let band = (start, start + height);
            y = band.1 + OUTER_GAP;
            Place { rate, band }
        };
        self.layers.iter().rev().map(place).collect()
    }

    /// Draws all populations over one stretch of time; what is to be said of how.
    fn column(
        &self,
        canvas: &mut Canvas,
        column: &Column,
        places: &[Place],
        colours: &[Colour],
        first: bool,
    ) -> Vec<String> {
        let drawn: Vec<Vec<(Time, u64)>> = self
            .layers
            .iter()
            .map(|layer| column.drawn(layer))
            .collect();
        let seen: Vec<band::Seen<'_>> = self
            .layers
            .iter()
            .zip(&drawn)
            .zip(places.iter().rev())
            .map(|((layer, drawn), place)| (layer, &drawn[..], place.band.1 - place.band.0))
            .collect();
        let styles = band::styles(column, &seen);
        let mut notes = Vec::new();
        for (k, &Place { rate, band }) in (0..self.layers.len()).rev().zip(places) {
            let (layer, drawn, style, colour) = (&self.layers[k], &drawn[k], styles[k], colours[k]);
            trace::draw(canvas, column, layer, drawn, rate, colour);
            notes.extend(band::draw(
                canvas, column, layer, drawn, style, band, colour,
            ));
            band::axis(canvas, column.spine, layer, band, first);
            if first {
                trace::title(canvas, column.spine, rate);
                let at = (column.spine - 32.0, (band.0 + band.1) / 2.0);
                let text = Text::new(at, TICK, "Neuron").anchor(Anchor::Middle);
                canvas.text(text.upward());
                label(canvas, layer, drawn.len(), (rate.0, band.1), colour);
            }
        }
        let marks = |(drawn, style): (&Vec<_>, &Style)| {
            !drawn.is_empty() && matches!(style, Style::Marks { .. })
        };
        if drawn.iter().zip(&styles).any(marks) {
            notes.insert(0, "one mark per spike".to_owned());
        }
        notes
    }
}

/// Heights of a population's rate and spikes, from top to bottom.
#[derive(Clone, Copy)]
struct Place {
    rate: (f64, f64),
    band: (f64, f64),
}

/// What stands over a population's spikes.
const fn above_band() -> f64 {
    RATE_HEIGHT + INNER_GAP
}

/// The height of the spikes of each of `n` populations, with which all find room.
fn band_room(n: usize) -> f64 {
    let each = MOST_HEIGHT / n.max(1) as f64 - above_band() - OUTER_GAP;
    each.clamp(LOWEST_BAND, BAND_HEIGHT)
}

/// Shades the time of the closer look in the whole.
fn shade_closer(canvas: &mut Canvas, whole: &Column, closer: &Column, (top, bottom): (f64, f64)) {
    /// A stretch as short as a hair is still seen.
    const NARROWEST: f64 = 2.5;
    let (from, to) = (whole.x(closer.window.start), whole.x(closer.window.stop));
    let (middle, width) = ((from + to) / 2.0, (to - from).max(NARROWEST));
    let shade = tint(ORANGE, 0.3);
    canvas.rectangle((middle - width / 2.0, top), (width, bottom - top), shade);
    // Bars over both, as spikes may hide the shade.
    for (x, width) in [
        (middle - width / 2.0, width),
        (closer.time.from, closer.width()),
    ] {
        canvas.rectangle((x, top - 4.0), (width, 2.0), tint(ORANGE, 0.7));
    }
}

fn label(
    canvas: &mut Canvas,
    layer: &Layer,
    n_drawn: usize,
    (top, bottom): (f64, f64),
    colour: Colour,
) {
    let room = LEFT - 42.0;
    let neurons = match layer.n_neurons < layer.size {
        true => {
            let [some, all] = [layer.n_neurons, layer.size].map(axis::count);
            format!("{some} of {all} neurons")
        }
        false => plural(layer.n_neurons, "neuron"),
    };
    let mut lines = vec![neurons, plural(n_drawn, "spike")];
    lines.splice(
        0..0,
        Some(hue::word(layer.sign).to_owned()).filter(|word| !word.is_empty()),
    );
    let height = LINE * lines.len() as f64;
    let y = (top + bottom - height) / 2.0 + 2.0;
    let name = font::fit(&layer.name, LABEL, Weight::Bold, room);
    canvas.text(Text::new((4.0, y), LABEL, name).bold().colour(colour));
    for (k, line) in lines.into_iter().enumerate() {
        let at = (4.0, y + LINE * (k + 1) as f64);
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
mod tests;
