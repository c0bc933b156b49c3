//! The power of a rate by time and frequency, under bouts or hypnogram, and weights below.

use super::map::{bar, frame};
use super::raster::{Bout, Column, LEFT, Strips, Window};
use super::weight_course::Course;
use crate::base::time::{Duration, Time};
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Canvas, Picture, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    Colour, FULL_WIDTH, GREY, INK, LABEL, LINE, NOTE, PALE, VERMILION, heat,
};
use std::path::Path;

const TOP: f64 = 8.0;
const RIGHT: f64 = 52.0;
const HEIGHT: f64 = 110.0;
/// Of a projection's weights.
const TRACK: f64 = 60.0;
const GAP: f64 = 14.0;
const NOTE_LINE: f64 = 9.0;
/// Columns of the picture: as many as are told apart on the page.
const MOST: usize = 700;
/// Powers that the ends of the colours stand for, as shares of all.
const ENDS: [f64; 2] = [0.05, 0.995];

/// A spectrogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Name of the population.
    pub population: String,
    /// What happened when.
    pub bouts: Vec<Bout>,
    /// When the run ends.
    pub end: Time,
    /// Length of a segment.
    pub segment: Duration,
    /// The lowest frequency, and from one to the next.
    pub step_hz: f64,
    /// Of each segment the power spectral density at each frequency, in hertz squared per hertz.
    pub power: Vec<Vec<f64>>,
    /// Weights that are shown below.
    pub courses: Vec<Course>,
    /// Sleep pressure, ascending in time; none where it is not shown.
    pub pressure: Vec<Pressed>,
    /// How many times faster than in the sleeper the night passes.
    pub compress: f64,
}

/// Sleep pressure at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressed {
    /// When, in milliseconds.
    pub time_ms: f64,
    /// Process S.
    pub s: f64,
    /// Where S ends sleep, and where it begins it.
    pub thresholds: [f64; 2],
}

impl Spectrogram {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let window = Window {
            start: Time::ZERO,
            stop: self.end,
            bin: self.segment,
        };
        let column = Column::new(window, Time::ZERO, (LEFT, FULL_WIDTH - RIGHT));
        let strips = Strips::new(&self.bouts, &[], &column);
        let top = TOP + strips.height();
        let tracks = self.courses.len() + usize::from(!self.pressure.is_empty());
        let tracks = (TRACK + GAP) * tracks as f64;
        let bottom = top + HEIGHT + tracks;
        let caption = self.caption();
        let caption = font::wrap(&caption, NOTE, Weight::Regular, FULL_WIDTH - LEFT - 10.0);
        let height = bottom + 38.0 + NOTE_LINE * caption.len() as f64;
        let mut canvas = Canvas::new(FULL_WIDTH, height, "Spectrogram under what happened when");
        strips.draw(&mut canvas, &column, (TOP, bottom), true);
        self.map(&mut canvas, &column, (top, top + HEIGHT));
        for (k, course) in self.courses.iter().enumerate() {
            let top = top + HEIGHT + GAP + (TRACK + GAP) * k as f64;
            track(&mut canvas, &column, course, (top, top + TRACK));
        }
        if !self.pressure.is_empty() {
            self.pressure(&mut canvas, &column, (bottom - TRACK, bottom));
        }
        let ticks = column.time.ticks(8);
        axis::bottom(&mut canvas, &column.time, bottom + 3.0, &ticks, "Time (s)");
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + 38.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        canvas
    }

    fn caption(&self) -> String {
        let mut caption = format!(
            "{}: power spectral density of the rate of a neuron in segments of {} (Hann window)",
            self.population, self.segment
        );
        let pooled = self.power.len().div_ceil(MOST);
        if pooled > 1 {
            caption += &format!(", means of {pooled} in a row");
        }
        caption += ".";
        if self.power.iter().flatten().any(|power| *power <= 0.0) {
            caption += " Grey: no power, for no neuron fired.";
        }
        if Time::from_ps(self.power.len() as i64 * self.segment.ps()) < self.end {
            caption += " What remains at the end is less than a segment.";
        }
        if !self.courses.is_empty() {
            caption += " Below: strengths of synapses; bands: the middle 50 and 90 %, blue line: median, red: mean.";
        }
        if !self.pressure.is_empty() {
            caption += " Sleep pressure: process S of the two-process model; dashed: where it ends sleep and where it begins it.";
        }
        if self.compress > 1.0 {
            caption += &format!(
                " The night passes {} times faster than in the sleeper.",
                self.compress
            );
        }
        caption
    }

    fn pressure(&self, canvas: &mut Canvas, column: &Column, (top, bottom): (f64, f64)) {
        let up = Axis::linear(0.0, 1.0, bottom, top);
        let x = |time_ms: f64| column.time.at(time_ms / 1e3);
        let line = |of: fn(&Pressed) -> f64| -> Vec<(f64, f64)> {
            let points = self.pressure.iter();
            points.map(|one| (x(one.time_ms), up.at(of(one)))).collect()
        };
        let dashed = Stroke::new(GREY, LINE * 0.5).dashed(3.0, 2.0);
        canvas.line(line(|one| one.thresholds[0]), dashed);
        canvas.line(line(|one| one.thresholds[1]), dashed);
        canvas.line(line(|one| one.s), Stroke::new(VERMILION, LINE * 0.8));
        axis::left(canvas, &up, column.spine, &up.ticks(2), "S", 26.0);
        let text = Text::new((4.0, (top + bottom) / 2.0), LABEL, "sleep pressure");
        canvas.text(text.bold());
    }

    fn map(&self, canvas: &mut Canvas, column: &Column, (top, bottom): (f64, f64)) {
        let pooled = self.power.len().div_ceil(MOST).max(1);
        let rows = self.power.first().map_or(0, Vec::len);
        let mean = |part: &[Vec<f64>], k: usize| {
            part.iter().map(|one| one[k]).sum::<f64>() / part.len() as f64
        };
        let columns = self.power.chunks(pooled);
        let columns: Vec<Vec<f64>> = columns
            .map(|part| (0..rows).map(|k| 10.0 * mean(part, k).log10()).collect())
            .collect();
        let mut sorted: Vec<f64> = columns.iter().flatten().copied().collect();
        sorted.retain(|power| power.is_finite());
        sorted.sort_by(f64::total_cmp);
        let from = column.time.from;
        let shown = column.x(Time::from_ps(self.power.len() as i64 * self.segment.ps()));
        let high_hz = self.step_hz * (rows as f64 + 0.5);
        let up = Axis::linear(self.step_hz * 0.5, high_hz, bottom, top);
        if sorted.is_empty() {
            let centre = ((from + column.time.to) / 2.0, (top + bottom) / 2.0);
            axis::say(canvas, centre, "no spikes");
        } else {
            let [low, high] =
                ENDS.map(|share| sorted[(share * (sorted.len() - 1) as f64) as usize]);
            let values = Axis::linear(low, high, bottom, top);
            let colour = |power: f64| -> Colour {
                match power.is_finite() {
                    true => heat((power - values.low) / (values.high - values.low)),
                    false => PALE,
                }
            };
            let pixels = (0..rows)
                .rev()
                .flat_map(|k| columns.iter().map(move |one| one[k]));
            let picture = Picture {
                columns: columns.len(),
                rows,
                pixels: pixels.map(colour).collect(),
            };
            canvas.picture((from, top), (shown - from, bottom - top), picture);
            let x = column.time.to + 6.0;
            let ticks = values.ticks(4);
            let title = "Power (dB of 1 Hz²/Hz)";
            bar(canvas, &values, x, &ticks, title, heat);
        }
        frame(canvas, (from, column.time.to), (top, bottom));
        let title = "Frequency (Hz)";
        axis::left(canvas, &up, column.spine, &up.ticks(5), title, 26.0);
        let name = font::fit(&self.population, LABEL, Weight::Bold, LEFT - 40.0);
        canvas.text(Text::new((4.0, (top + bottom) / 2.0), LABEL, name).bold());
    }
}

/// Strengths of a projection over time.
fn track(canvas: &mut Canvas, column: &Column, course: &Course, (top, bottom): (f64, f64)) {
    let moments = &course.moments;
    let all = moments.iter();
    let all = all.flat_map(|one| one.quantiles.into_iter().chain([one.mean]));
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), q| {
        (low.min(q), high.max(q))
    });
    // There may have been no synapses at all.
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let margin = (high - low) * 0.05;
    let up = Axis::linear(low - margin, high + margin, bottom, top);
    course.spread(canvas, &column.time, &up);
    let title = match course.unit.as_str() {
        "" => "Strength".to_owned(),
        unit => format!("Strength ({unit})"),
    };
    axis::left(canvas, &up, column.spine, &up.ticks(3), &title, 26.0);
    let name = font::fit(&course.name, LABEL, Weight::Bold, LEFT - 40.0);
    let text = Text::new((4.0, (top + bottom) / 2.0), LABEL, name).bold();
    canvas.text(text.colour(INK));
}
