//! First-layer weights as images.

use crate::analysis::weight::change_norms;
use crate::base::matrix::Matrix;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{AXIS, FULL_WIDTH, GREY, INK, LABEL, NOTE, TICK, diverging};
use std::path::Path;

const LEFT: f64 = 24.0;
const TOP: f64 = 26.0;
const GAP: f64 = 4.0;
/// Room for the colour bars.
const RIGHT: f64 = 56.0;
/// Width of a figure of few units.
const NARROWEST: f64 = 260.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;
/// Side of the largest image in points.
const LARGEST: f64 = 70.0;
/// Height of the lowest row of images, in points: names beside it and marks of its colour bar need this much, so that what is flat, such
/// as a row of features, is drawn higher than its pixels are wide.
const LOWEST: f64 = 44.0;
/// Units beyond these would be too small to see.
const MOST_UNITS: usize = 12;

/// The incoming weights of chosen units as images: before, after, and the difference.
///
/// Colours are centred at zero. Before and after share one scale, the differences have their own; each ends at the
/// 99.5th percentile of what it shows, so that single weights do not pale the rest: the pointed ends of its colour bar stand for what lies beyond.
#[derive(Debug, Clone)]
pub struct ReceptiveFields<'a> {
    /// Weights before, units × (height · width), pixels in rows from the top.
    pub before: &'a Matrix,
    /// Weights after, of the same shape.
    pub after: &'a Matrix,
    /// Pixels per image row.
    pub width: usize,
    /// Image rows.
    pub height: usize,
    /// Which units, in this order; the first 12 are shown. [`crate::analysis::weight::most_changed`] chooses.
    pub units: Vec<usize>,
    /// The unit of the weights for the colour bars, such as `mV`; empty for weights without one.
    pub unit: String,
    /// Whose units they are, such as `the first hidden layer`.
    pub layer: &'a str,
    /// Before and after what, such as `sleep 5 of seed 1`.
    pub of: String,
}

impl ReceptiveFields<'_> {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    /// The units that can be shown: none if shapes do not fit.
    fn shown(&self) -> Vec<usize> {
        let fits = self.before.shape() == self.after.shape()
            && self.width.checked_mul(self.height) == Some(self.before.columns())
            && self.before.columns() > 0;
        let there = self
            .units
            .iter()
            .copied()
            .filter(|&u| u < self.before.rows());
        there.take(if fits { MOST_UNITS } else { 0 }).collect()
    }

    fn canvas(&self) -> Canvas {
        let units = self.shown();
        let title = "Receptive fields before and after, and their differences";
        let room = FULL_WIDTH - LEFT - RIGHT;
        let columns = units.len().max(6) as f64;
        let cell = ((room - GAP * (columns - 1.0)) / columns).min(LARGEST);
        // No wider than the images, their bars and a line of the caption need.
        let images = LEFT + (cell + GAP) * units.len() as f64 + RIGHT;
        let width = if units.is_empty() {
            FULL_WIDTH
        } else {
            images.clamp(NARROWEST, FULL_WIDTH)
        };
        let aspect = if units.is_empty() {
            1.0
        } else {
            (self.height as f64 / self.width as f64).clamp(0.1, 2.0)
        };
        let high = (cell * aspect).max(LOWEST);
        let row_y = |row: usize| TOP + row as f64 * (high + GAP) + if row == 2 { GAP } else { 0.0 };
        let mut canvas = Canvas::new(width, row_y(2) + high + 20.0, title);
        let caption = format!(
            "Incoming weights of {} before and after {}, of the units that changed most. |ΔW|: Euclidean (L2) norm of a unit's change.",
            self.layer, self.of
        );
        let bottom = row_y(2) + high + 14.0;
        let caption = font::wrap(&caption, NOTE, Weight::Regular, width - LEFT - 4.0);
        canvas.height += NOTE_LINE * (caption.len() as f64 - 1.0);
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        if units.is_empty() {
            axis::say(
                &mut canvas,
                (FULL_WIDTH / 2.0, TOP + high),
                &format!("no unit of {} changed", self.layer),
            );
            return canvas;
        }
        let (targets, sources) = self.before.shape();
        let difference = Matrix::from_fn(targets, sources, |target, source| {
            self.after[(target, source)] - self.before[(target, source)]
        });
        let rows = [self.before, self.after, &difference];
        let scale = limit(&rows[..2], &units);
        let scales = [scale, scale, limit(&rows[2..], &units)];
        let norms = change_norms(self.before, self.after).unwrap_or_default();
        for (column, &unit) in units.iter().enumerate() {
            let x = LEFT + column as f64 * (cell + GAP);
            let middle = x + cell / 2.0;
            canvas.text(
                Text::new((middle, TOP - 13.0), TICK, format!("unit {unit}"))
                    .bold()
                    .anchor(Anchor::Middle),
            );
            let norm = axis::number(norms.get(unit).copied().unwrap_or(f64::NAN), 2);
            canvas.text(
                Text::new((middle, TOP - 4.5), NOTE, format!("|ΔW| {norm}"))
                    .colour(GREY)
                    .anchor(Anchor::Middle),
            );
            for (row, (weights, scale)) in rows.iter().zip(scales).enumerate() {
                let pixels = weights.row(unit);
                let picture = Picture {
                    columns: self.width,
                    rows: self.height,
                    pixels: pixels
                        .iter()
                        .map(|&w| diverging(f64::from(w) / scale))
                        .collect(),
                };
                let y = row_y(row);
                canvas.picture((x, y), (cell, high), picture);
                let (right, bottom) = (x + cell, y + high);
                canvas.line(
                    vec![(x, y), (right, y), (right, bottom), (x, bottom), (x, y)],
                    Stroke::new(GREY, 0.4),
                );
            }
        }
        for (row, name) in ["before", "after", "difference"].into_iter().enumerate() {
            let at = (LEFT - 6.0, row_y(row) + high / 2.0);
            let text = Text::new(at, LABEL, name).anchor(Anchor::Middle).upward();
            canvas.text(text);
        }
        let right = LEFT + units.len() as f64 * (cell + GAP) + 6.0;
        let with_unit = |name: &str| match self.unit.as_str() {
            "" => name.to_owned(),
            unit => format!("{name} ({unit})"),
        };
        colour_bar(
            &mut canvas,
            right,
            (row_y(0), row_y(1) + high),
            scale,
            &with_unit("Weight"),
        );
        let span = (row_y(2), row_y(2) + high);
        colour_bar(&mut canvas, right, span, scales[2], &with_unit("ΔW"));
        canvas
    }
}

/// The 99.5th percentile of the finite magnitudes, or the largest if that is zero, or 1.
fn limit(rows: &[&Matrix], units: &[usize]) -> f64 {
    let mut sizes: Vec<f64> = rows
        .iter()
        .flat_map(|weights| units.iter().map(|&u| weights.row(u)))
        .flat_map(|row| row.iter().map(|w| f64::from(w.abs())).collect::<Vec<_>>())
        .filter(|w| w.is_finite())
        .collect();
    sizes.sort_by(f64::total_cmp);
    let percentile = sizes.get((sizes.len() * 199 / 200).min(sizes.len().saturating_sub(1)));
    let of_all = percentile.copied().filter(|&p| p > 0.0);
    of_all
        .or(sizes.last().copied().filter(|&l| l > 0.0))
        .unwrap_or(1.0)
}

fn colour_bar(canvas: &mut Canvas, x: f64, (top, bottom): (f64, f64), limit: f64, title: &str) {
    const STEPS: usize = 101;
    const WIDTH: f64 = 6.0;
    let pixels = (0..STEPS).map(|k| diverging(1.0 - 2.0 * k as f64 / (STEPS - 1) as f64));
    let picture = Picture {
        columns: 1,
        rows: STEPS,
        pixels: pixels.collect(),
    };
    // Points at both ends, for values beyond the limits.
    let (tip_top, tip_bottom) = (top, bottom);
    let (top, bottom) = (top + WIDTH, bottom - WIDTH);
    // They reach a little under the bar, so that no seam shows.
    for (edge, inside, tip, colour) in [
        (top, 0.5, tip_top, diverging(1.0)),
        (bottom, -0.5, tip_bottom, diverging(-1.0)),
    ] {
        let tip = (x + WIDTH / 2.0, tip);
        canvas.area(
            vec![
                (x, edge + inside),
                (x, edge),
                tip,
                (x + WIDTH, edge),
                (x + WIDTH, edge + inside),
            ],
            colour,
            1.0,
        );
    }
    canvas.picture((x, top), (WIDTH, bottom - top), picture);
    let values = Axis::linear(-limit, limit, bottom, top);
    let stroke = Stroke::new(INK, AXIS);
    for tick in values.ticks(if bottom - top > 100.0 { 6 } else { 5 }) {
        let y = values.at(tick.value);
        canvas.line(vec![(x + WIDTH, y), (x + WIDTH + 2.0, y)], stroke);
        canvas.text(Text::new((x + WIDTH + 3.5, y), NOTE, tick.label).level());
    }
    let at = (x + WIDTH + 32.0, (top + bottom) / 2.0);
    canvas.text(Text::new(at, TICK, title).anchor(Anchor::Middle).upward());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_passes_over_single_outliers() {
        let mut weights = Matrix::from_fn(1, 1000, |_, _| 0.5);
        weights[(0, 3)] = -40.0;
        weights[(0, 4)] = f32::NAN;
        assert_eq!(limit(&[&weights], &[0]), 0.5);
        assert_eq!(limit(&[&Matrix::zeros(1, 4)], &[0]), 1.0);
        let mut one = Matrix::zeros(1, 1000);
        one[(0, 7)] = 2.0;
        assert_eq!(limit(&[&one], &[0]), 2.0);
    }
}
