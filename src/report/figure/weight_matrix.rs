//! Mean strengths of a projection by source and target, and over the difference of their numbers.

use std::path::Path;

use crate::analysis::weight_matrix;
use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::figure::map::{BAR, bar, frame};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    Colour, FULL_WIDTH, GREY, INK, LABEL, LINE, NOTE, PANEL, SERIES, sequential, tint,
};

const LEFT: f64 = 46.0;
const TOP: f64 = 22.0;
const MAP: f64 = 170.0;
const BAR_GAP: f64 = 6.0;
const PANEL_GAP: f64 = 86.0;
/// Room for the numbers and the title of the bar where nothing follows.
const SCALE: f64 = 46.0;
const RIGHT: f64 = 12.0;
const NOTE_LINE: f64 = 9.0;

/// What shows where there are no synapses.
const PAPER: Colour = Colour(255, 255, 255);

/// The shade of a share of the largest strength: of 0 it is told apart from no synapse.
fn shade(part: f64) -> Colour {
    const LEAST: f64 = 0.14;
    sequential(LEAST + (1.0 - LEAST) * part)
}

/// Numbers of neurons, each in the middle of its cell.
fn cells(axis: &Axis) -> Vec<Tick> {
    let size = axis.low.max(axis.high);
    let whole = axis.ticks(5).into_iter();
    let whole = whole.filter(|tick| tick.value.fract() == 0.0 && tick.value < size);
    let middle = |tick: Tick| Tick::plain(tick.value + 0.5, axis::count(tick.value as usize));
    whole.map(middle).collect()
}

/// Strengths between two populations.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightMatrix {
    /// By source and target.
    pub matrix: weight_matrix::WeightMatrix,
    /// Over the difference, for each moment by name; none where source and target are different populations.
    pub over_difference: Vec<(String, Vec<(f64, f64)>)>,
    /// Names of source and target.
    pub ends: [String; 2],
    /// Unit of weights, empty for none.
    pub unit: String,
    /// What is to be said of it.
    pub caption: String,
}

impl WeightMatrix {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let bottom = TOP + MAP;
        let width = match self.over_difference.is_empty() {
            true => LEFT + MAP + BAR_GAP + BAR + SCALE,
            false => FULL_WIDTH,
        };
        let lines = font::wrap(&self.caption, NOTE, Weight::Regular, width - LEFT - 10.0);
        let height = bottom + 42.0 + NOTE_LINE * lines.len() as f64;
        let mut canvas = Canvas::new(width, height, "Weights by source and target");
        self.map(&mut canvas, bottom);
        if !self.over_difference.is_empty() {
            self.course(&mut canvas, bottom);
        }
        for (k, line) in lines.into_iter().enumerate() {
            let at = (LEFT, bottom + 38.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        canvas
    }

    /// What an axis of strengths says.
    fn strength(&self) -> String {
        match self.unit.as_str() {
            "" => "Mean strength".into(),
            unit => format!("Mean strength ({unit})"),
        }
    }

    fn map(&self, canvas: &mut Canvas, bottom: f64) {
        let weight_matrix::WeightMatrix {
            sizes,
            parts,
            means,
        } = &self.matrix;
        let known = means.iter().copied().filter(|mean| !mean.is_nan());
        let most = known.fold(0.0, f64::max);
        let (strengths, ticks) = Axis::upward(most, 5, bottom, TOP);
        let colour = |mean: f64| match mean.is_nan() {
            true => PAPER,
            false => shade(mean / strengths.high),
        };
        let x = Axis::linear(0.0, f64::from(sizes[1]), LEFT, LEFT + MAP);
        // Sources from the top, as a matrix is written.
        let y = Axis::linear(0.0, f64::from(sizes[0]), TOP, bottom);
        let picture = Picture {
            columns: parts[1],
            rows: parts[0],
            pixels: means.iter().map(|&mean| colour(mean)).collect(),
        };
        canvas.picture((LEFT, TOP), (MAP, MAP), picture);
        frame(canvas, (x.from, x.to), (TOP, bottom));
        let [source, target] = self.ends.each_ref();
        let fit = |title: String| font::fit(&title, LABEL, Weight::Regular, MAP);
        let title = fit(format!("Target (neuron of {target})"));
        axis::bottom(canvas, &x, bottom + 3.0, &cells(&x), &title);
        let title = fit(format!("Source (neuron of {source})"));
        axis::left(canvas, &y, LEFT - 3.0, &cells(&y), &title, 34.0);
        if !self.over_difference.is_empty() {
            canvas.text(Text::new((4.0, 11.0), PANEL, "a").bold());
        }
        let title = self.strength();
        bar(canvas, &strengths, x.to + BAR_GAP, &ticks, &title, shade);
    }

    fn course(&self, canvas: &mut Canvas, bottom: f64) {
        let from = LEFT + MAP + BAR_GAP + BAR + PANEL_GAP;
        let size = f64::from(self.matrix.sizes[0]);
        let x = Axis::linear(-size, size, from, FULL_WIDTH - RIGHT);
        let points = self.over_difference.iter().flat_map(|(_, points)| points);
        let most = points.fold(0.0_f64, |most, point| most.max(point.1));
        let (y, ticks) = Axis::upward(most * 1.05, 5, bottom, TOP);
        let zero = Stroke::new(tint(INK, 0.35), 0.4).dashed(2.0, 2.0);
        canvas.line(vec![(x.at(0.0), y.from), (x.at(0.0), y.to)], zero);
        let colours = SERIES.iter().cycle();
        for (k, ((name, points), &colour)) in self.over_difference.iter().zip(colours).enumerate() {
            let place = |&(x_value, strength): &(f64, f64)| (x.at(x_value), y.at(strength));
            canvas.line(
                points.iter().map(place).collect(),
                Stroke::new(colour, LINE),
            );
            // Over the frame, where no curve is: the first moment on the left, the last one on the right.
            let (at, anchor) = match k {
                0 => (from, Anchor::Start),
                _ => (FULL_WIDTH - RIGHT, Anchor::End),
            };
            let name = Text::new((at, TOP - 9.0), LABEL, name.as_str()).bold();
            canvas.text(name.colour(colour).anchor(anchor));
        }
        axis::bottom(
            canvas,
            &x,
            bottom + 3.0,
            &x.ticks(5),
            "Target − source (neurons)",
        );
        axis::left(canvas, &y, from - 3.0, &ticks, &self.strength(), 34.0);
        canvas.text(Text::new((from - 46.0, 11.0), PANEL, "b").bold());
        let title = Text::new(((x.from + x.to) / 2.0, TOP - 9.0), LABEL, "By distance");
        canvas.text(title.bold().anchor(Anchor::Middle));
    }
}
