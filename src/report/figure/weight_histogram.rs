//! Weights of each projection before and after a sleep.

use crate::analysis::histogram::{Histogram, finite_range};
use crate::base::matrix::Matrix;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Point, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    Colour, FULL_WIDTH, GREY, INK, LABEL, NOTE, PANEL, PURPLE, TICK, VERMILION, tint,
};
use std::path::Path;

/// Bins over the range of each panel, odd so that zero has a bin of its own in ΔW's symmetric range.
const N_BINS: usize = 121;
/// Most bins of a panel whose bins are multiples of a step.
const MOST_STEPS: f64 = 120.0;

const LEFT: f64 = 46.0;
const TOP: f64 = 28.0;
const HEIGHT: f64 = 92.0;
const ROW: f64 = 140.0;
const WIDTH: f64 = 196.0;
const SECOND: f64 = LEFT + WIDTH + 56.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;

/// The weights of a projection before and after.
#[derive(Debug, Clone)]
pub struct Projection<'a> {
    /// Its name, such as `input → hidden1`.
    pub name: String,
    /// Weights before, targets × sources.
    pub before: &'a Matrix,
    /// Weights after, of the same shape.
    pub after: &'a Matrix,
    /// By how much most weights move at a time, if that is one number: bins of changes are multiples of it, or else some
    /// would hold one more of its multiples than their neighbours, and the histogram be a comb.
    pub step: Option<f64>,
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
    /// Before and after what, such as `sleep 5 of seed 1`.
    pub of: String,
}

impl WeightHistogram<'_> {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    pub(in crate::report) fn canvas(&self) -> Canvas {
        let n_rows = self.projections.len().max(1);
        let caption = self.caption();
        let caption = font::wrap(&caption, NOTE, Weight::Regular, FULL_WIDTH - LEFT - 8.0);
        let bottom = TOP + ROW * n_rows as f64 - 8.0;
        let mut canvas = Canvas::new(
            FULL_WIDTH,
            bottom + NOTE_LINE * caption.len() as f64,
            "Weights before and after, and their changes",
        );
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + NOTE_LINE * k as f64 + 4.0);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
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

    fn caption(&self) -> String {
        let mut caption = format!("Before and after {}.", self.of);
        let mut changed = self
            .projections
            .iter()
            .filter(|projection| projection.before.values() != projection.after.values());
        let Some(first) = changed.next() else {
            return caption;
        };
        caption += " ΔW: of those that changed.";
        if std::iter::once(first)
            .chain(changed)
            .any(|one| one.step.is_some())
        {
            caption += " Most changes are multiples of a step, so bins of ΔW are whole steps wide and centred at multiples: all \
                        hold equally many.";
        }
        caption
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
        let panel = Panel::new(canvas, LEFT, top, range.map(Bins::around));
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
        let bins = finite_range(&changes).map(|range| Bins::of_changes(range, projection.step));
        let mut title = self.title("Change of weight, ΔW");
        if let (Some(bins), Some(step)) = (&bins, projection.step) {
            let steps = (bins.width() / step).round();
            let many = if steps > 1.0 { "s" } else { "" };
            title += &format!("; bins of {steps} step{many} of {}", axis::short(step));
        }
        let panel = Panel::new(canvas, SECOND, top, bins);
        panel.draw(&[(&changes, PURPLE, true)], &title);
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

/// Equal bins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bins {
    low: f64,
    high: f64,
    n: usize,
}

impl Bins {
    /// Over a range of values; values that are all equal get one around them.
    fn around((low, high): (f64, f64)) -> Self {
        let axis = Axis::linear(low, high, 0.0, 1.0);
        // A margin of 1 %, so that outlines come down beside the axis, not on it.
        let margin = (axis.high - axis.low) * 0.01;
        Self {
            low: axis.low - margin,
            high: axis.high + margin,
            n: N_BINS,
        }
    }

    /// Of changes from `low` to `high` around zero, which lies in the middle of a bin; multiples of `step` wide, if it is
    /// given.
    fn of_changes((low, high): (f64, f64), step: Option<f64>) -> Self {
        let reach = low.abs().max(high.abs());
        let (low, high) = (low.min(0.0), high.max(0.0));
        let Some(step) = step.filter(|step| *step > 0.0 && reach / step < 1e9) else {
            return Self::around((-reach, reach));
        };
        let steps = ((high - low) / step / MOST_STEPS).ceil().max(1.0);
        // An odd number: multiples of the step then lie within bins, not on their edges.
        let width = step
            * if steps % 2.0 == 0.0 {
                steps + 1.0
            } else {
                steps
            };
        // An empty bin on either side.
        let first = (low / width).round() - 1.5;
        let last = (high / width).round() + 1.5;
        Self {
            low: first * width,
            high: last * width,
            n: (last - first) as usize,
        }
    }

    fn width(&self) -> f64 {
        (self.high - self.low) / self.n as f64
    }
}

/// A panel of histograms over one range.
struct Panel<'c> {
    canvas: &'c mut Canvas,
    left: f64,
    top: f64,
    bins: Option<Bins>,
}

impl<'c> Panel<'c> {
    fn new(canvas: &'c mut Canvas, left: f64, top: f64, bins: Option<Bins>) -> Self {
        Self {
            canvas,
            left,
            top,
            bins,
        }
    }

    /// Draws each set of values as an outline, filled where asked.
    fn draw(self, sets: &[(&[f32], Colour, bool)], title: &str) {
        let Self {
            canvas,
            left,
            top,
            bins,
        } = self;
        let bottom = top + HEIGHT;
        let Bins { low, high, n } = bins.unwrap_or(Bins {
            low: 0.0,
            high: 1.0,
            n: 1,
        });
        let histograms: Vec<Histogram> = sets
            .iter()
            .map(|(values, _, _)| Histogram::new(values, low, high, n))
            .collect();
        let most = histograms.iter().flat_map(|h| h.counts()).max();
        let counts = Axis::counts(most.copied().unwrap_or(0) as f64, bottom, top);
        let values = Axis::linear(low, high, left, left + WIDTH);
        if bins.is_none() {
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
        if bins.is_none() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every bin holds as many multiples of the step, whatever the range.
    #[test]
    fn multiples_of_a_step_make_no_comb() {
        let step = 0.006_688_f64;
        for reach in [17, 40, 200, 1000] {
            let changes: Vec<f32> = (1..=reach).map(|k| -(f64::from(k) * step) as f32).collect();
            let bins = Bins::of_changes(finite_range(&changes).unwrap(), Some(step));
            assert!(bins.n <= 130, "{bins:?}");
            let histogram = Histogram::new(&changes, bins.low, bins.high, bins.n);
            let counts = histogram.counts();
            // The first and the last may reach over the ends; the bin of zero is left out.
            let inner = &counts[2..counts.len() - 3];
            let (least, most) = (inner.iter().min(), inner.iter().max());
            assert!(least == most && least > Some(&0), "{reach}: {counts:?}");
        }
    }

    #[test]
    fn zero_lies_in_the_middle_of_a_bin() {
        for (range, step) in [
            ((-0.12, 0.03), Some(0.0067)),
            ((0.01, 0.02), Some(0.1)),
            ((-2.0, 1.0), None),
        ] {
            let bins = Bins::of_changes(range, step);
            let place = (0.0 - bins.low) / bins.width();
            assert!((place.fract() - 0.5).abs() < 1e-9, "{bins:?}");
        }
        assert_eq!(axis::short(0.006_688), "0.00669");
    }
}
