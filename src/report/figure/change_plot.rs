//! By how much synapses have changed, over what their ends did.

use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Canvas, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{FULL_WIDTH, GREY, INK, LABEL, LINE, NOTE, SERIES, tint};
use std::path::Path;

const LEFT: f64 = 62.0;
const TOP: f64 = 26.0;
const HEIGHT: f64 = 170.0;
const WIDTH: f64 = 300.0;
const NOTE_LINE: f64 = 9.0;
const RADIUS: f64 = 1.7;

/// Synapses that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What they are called; nothing is written of an empty name.
    pub name: String,
    /// Place and change of each, by place.
    pub points: Vec<(f64, f64)>,
    /// Whether a line joins them.
    pub joined: bool,
    /// What others measured: place, change, and how far it may be off.
    pub measured: Vec<(f64, f64, f64)>,
}

/// Changes of weights, a disc each.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePlot {
    /// At most as many as there are colours.
    pub series: Vec<Series>,
    /// What the horizontal axis shows, with its unit.
    pub over: String,
    /// What the vertical axis shows, with its unit.
    pub change: String,
    /// What is to be said of it.
    pub caption: String,
}

impl ChangePlot {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let bottom = TOP + HEIGHT;
        let caption = font::wrap(
            &self.caption,
            NOTE,
            Weight::Regular,
            FULL_WIDTH - LEFT - 8.0,
        );
        let height = bottom + 42.0 + NOTE_LINE * caption.len() as f64;
        let mut canvas = Canvas::new(FULL_WIDTH, height, "Changes of weights");
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + 38.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        let points = || {
            let own = self.series.iter().flat_map(|series| series.points.clone());
            let others = self
                .series
                .iter()
                .flat_map(|series| series.measured.clone());
            own.chain(others.flat_map(|(x, y, off)| [(x, y - off), (x, y + off)]))
        };
        let range = |of: fn((f64, f64)) -> f64| {
            let ends = points().map(of).map(|value| (value, value));
            let ends = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            let (low, high) = ends.unwrap_or((0.0, 1.0));
            // Zero is what changes are told from.
            let (low, high) = (low.min(0.0), high.max(0.0));
            let margin = (high - low) * 0.05;
            (low - margin, high + margin)
        };
        let (x, y) = (range(|point| point.0), range(|point| point.1));
        let across = Axis::linear(x.0, x.1, LEFT, LEFT + WIDTH);
        let up = Axis::linear(y.0, y.1, bottom, TOP);
        let zero = Stroke::new(tint(INK, 0.35), 0.4).dashed(2.0, 2.0);
        canvas.line(
            vec![(across.from, up.at(0.0)), (across.to, up.at(0.0))],
            zero,
        );
        canvas.line(
            vec![(across.at(0.0), up.from), (across.at(0.0), up.to)],
            zero,
        );
        if points().next().is_none() {
            let centre = (LEFT + WIDTH / 2.0, TOP + HEIGHT / 2.0);
            axis::say(&mut canvas, centre, "no synapses whose ends both fired");
        }
        let mut label_at = TOP + 6.0;
        for (series, &colour) in self.series.iter().zip(SERIES.iter().cycle()) {
            let place = |&(x, y): &(f64, f64)| (across.at(x), up.at(y));
            let places: Vec<_> = series.points.iter().map(place).collect();
            let bars = series.measured.iter().map(|&(x, y, off)| {
                (
                    (across.at(x), up.at(y - off)),
                    (across.at(x), up.at(y + off)),
                )
            });
            canvas.segments(bars.collect(), Stroke::new(tint(colour, 0.55), 1.0));
            for &(x, y, _) in &series.measured {
                let (x, y, half) = (across.at(x), up.at(y), 2.4);
                canvas.rectangle(
                    (x - half, y - half),
                    (2.0 * half, 2.0 * half),
                    tint(colour, 0.55),
                );
            }
            if series.joined {
                canvas.line(places.clone(), Stroke::new(colour, LINE));
            }
            for place in places {
                canvas.disc(place, RADIUS, colour);
            }
            let at = (LEFT + WIDTH + 14.0, label_at);
            canvas.text(
                Text::new(at, LABEL, series.name.as_str())
                    .bold()
                    .colour(colour),
            );
            label_at += 12.0;
        }
        axis::bottom(
            &mut canvas,
            &across,
            bottom + 3.0,
            &across.ticks(8),
            &self.over,
        );
        axis::left(
            &mut canvas,
            &up,
            LEFT - 3.0,
            &up.ticks(6),
            &self.change,
            44.0,
        );
        canvas
    }
}
