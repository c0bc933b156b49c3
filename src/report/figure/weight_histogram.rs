//! Weights of each projection before and after a sleep.

use crate::analysis::histogram::{Histogram, finite_range};
use crate::base::matrix::Matrix;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Point, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    BLUE, Colour, FULL_WIDTH, GREY, INK, LABEL, NOTE, PANEL, TICK, VERMILION, tint,
};
use std::path::Path;

/// Bins over the range of each panel, odd so that zero has a bin of its own in ΔW's symmetric range.
const N_BINS: usize = 121;

const LEFT: f64 = 46.0;
const TOP: f64 = 28.0;
const HEIGHT: f64 = 92.0;
const ROW: f64 = 140.0;
const WIDTH: f64 = 196.0;
const SECOND: f64 = LEFT + WIDTH + 56.0;

/// The weights of a projection before and after.
#[derive(Debug, Clone)]
pub struct Projection<'a> {
    /// Its name, such as `input → hidden1`.
    pub name: String,
    /// Weights before, targets × sources.
    pub before: &'a Matrix,
    /// Weights after, of the same shape.
    pub after: &'a Matrix,
}

/// Histograms of the weights before and after (left) and of their changes (right), a row per projection, log counts.
///
/// The range of a panel is that of its finite values. Weights that did not change at all (frozen ones) are counted
/// in the panel's corner and left out of the histogram of changes, where they would hide the rest.
#[derive(Debug, Clone)]
pub struct WeightHistogram<'a> {
    /// A row each.
    pub projections: Vec<Projection<'a>>,
    /// The unit of the weights for the axes, such as `mV`; empty for weights without one.
    pub unit: String,
}

impl WeightHistogram<'_> {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let n_rows = self.projections.len().max(1);
        let mut canvas = Canvas::new(
            FULL_WIDTH,
            TOP + ROW * n_rows as f64 - 8.0,
            "Weights before and after, and their changes",
        );
        if self.projections.is_empty() {
            let centre = (FULL_WIDTH / 2.0, TOP + HEIGHT / 2.0);
            axis::say(&mut canvas, centre, "no projections");
        }
        let letters = ('a'..='z').map(String::from);
        for (row, (projection, letter)) in self.projections.iter().zip(letters).enumerate() {
            let top = TOP + ROW * row as f64;
            canvas.text(Text::new((4.0, top - 8.0), PANEL, letter).bold());
            let name = font::fit(&projection.name, LABEL, Weight::Bold, WIDTH - 56.0);
            canvas.text(Text::new((LEFT, top - 8.0), LABEL, name).bold());
            self.weights(&mut canvas, projection, top);
            self.changes(&mut canvas, projection, top);
        }
        canvas
    }

    fn title(&self, quantity: &str) -> String {
        if self.unit.is_empty() {
            quantity.to_owned()
        } else {
            format!("{quantity} ({})", self.unit)
        }
    }

    fn weights(&self, canvas: &mut Canvas, projection: &Projection<'_>, top: f64) {
        let (before, after) = (projection.before.values(), projection.after.values());
        let range = finite_range(before.iter().chain(after));
        let panel = Panel::new(canvas, LEFT, top, range);
        panel.draw(
            &[(before, GREY, true), (after, VERMILION, false)],
            &self.title("Weight"),
        );
        let mut x = LEFT + WIDTH;
        for (name, colour) in [("after", VERMILION), ("before", GREY)] {
            canvas.text(
                Text::new((x, top - 8.0), TICK, name)
                    .bold()
                    .colour(colour)
                    .anchor(Anchor::End),
            );
            x -= font::width(name, TICK, Weight::Bold) + 7.0;
        }
    }

    fn changes(&self, canvas: &mut Canvas, projection: &Projection<'_>, top: f64) {
        let mut unchanged = 0;
        let mut changes = Vec::new();
        if projection.before.shape() == projection.after.shape() {
            let before = projection.before.values();
            for (&b, &a) in before.iter().zip(projection.after.values()) {
                if a == b {
                    unchanged += 1;
                } else {
                    changes.push(a - b);
                }
            }
        }
        let n = projection.after.values().len();
        let reach = finite_range(&changes).map(|(low, high)| low.abs().max(high.abs()));
        let panel = Panel::new(canvas, SECOND, top, reach.map(|r| (-r, r)));
        panel.draw(
            &[(&changes, BLUE, true)],
            &self.title("Change of weight, ΔW"),
        );
        let part = if n == 0 {
            0.0
        } else {
            100.0 * unchanged as f64 / n as f64
        };
        let note = format!(
            "unchanged: {} % of {}",
            axis::number(part, 1),
            axis::count(n)
        );
        canvas.text(
            Text::new((SECOND + WIDTH, top - 8.0), NOTE, note)
                .colour(GREY)
                .anchor(Anchor::End),
        );
    }
}

/// A panel of histograms over one range.
struct Panel<'c> {
    canvas: &'c mut Canvas,
    left: f64,
    top: f64,
    range: Option<(f64, f64)>,
}

impl<'c> Panel<'c> {
    fn new(canvas: &'c mut Canvas, left: f64, top: f64, range: Option<(f64, f64)>) -> Self {
        // Values that are all equal get a range around them.
        let range = range.map(|(low, high)| {
            let axis = Axis::linear(low, high, 0.0, 1.0);
            // A margin of 1 %, so that outlines come down beside the axis, not on it.
            let margin = (axis.high - axis.low) * 0.01;
            (axis.low - margin, axis.high + margin)
        });
        Self {
            canvas,
            left,
            top,
            range,
        }
    }

    /// Draws each set of values as an outline, filled where asked.
    fn draw(self, sets: &[(&[f32], Colour, bool)], title: &str) {
        let Self {
            canvas,
            left,
            top,
            range,
        } = self;
        let bottom = top + HEIGHT;
        let (low, high) = range.unwrap_or((0.0, 1.0));
        let histograms: Vec<Histogram> = sets
            .iter()
            .map(|(values, _, _)| Histogram::new(values, low, high, N_BINS))
            .collect();
        let most = histograms.iter().flat_map(|h| h.counts()).max();
        let counts = Axis::counts(most.copied().unwrap_or(0) as f64, bottom, top);
        let values = Axis::linear(low, high, left, left + WIDTH);
        if range.is_none() {
            axis::say(
                canvas,
                (left + WIDTH / 2.0, top + HEIGHT / 2.0),
                "no values",
            );
        } else {
            if low < 0.0 && high > 0.0 {
                let zero = values.at(0.0);
                let stroke = Stroke::new(tint(INK, 0.3), 0.4).dashed(2.0, 2.0);
                canvas.line(vec![(zero, bottom), (zero, top)], stroke);
            }
            for (histogram, &(_, colour, filled)) in histograms.iter().zip(sets) {
                let outline = outline(histogram, &values, &counts);
                if filled {
                    canvas.area(outline.clone(), colour, 0.22);
                }
                canvas.line(outline, Stroke::new(colour, 0.9));
            }
        }
        let mut ticks = values.ticks(5);
        if range.is_none() {
            ticks.clear();
        }
        axis::bottom(canvas, &values, bottom, &ticks, title);
        axis::left(
            canvas,
            &counts,
            left,
            &counts.ticks(4),
            "Synapses per bin",
            28.0,
        );
    }
}

/// Steps over the bins, from the axis and back to it.
fn outline(histogram: &Histogram, values: &Axis, counts: &Axis) -> Vec<Point> {
    let mut points = Vec::with_capacity(2 * histogram.counts().len() + 2);
    for (k, &count) in histogram.counts().iter().enumerate() {
        let (low, high) = histogram.edges(k);
        let y = counts.at(count as f64);
        if k == 0 {
            points.push((values.at(low), counts.from));
        }
        points.extend([(values.at(low), y), (values.at(high), y)]);
    }
    if let Some(&(x, _)) = points.last() {
        points.push((x, counts.from));
    }
    points
}
