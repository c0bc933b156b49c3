//! How far sequences ran, bout by bout.

use crate::analysis::summary::Summary;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{GREY, INK, LABEL, NOTE, SERIES, TICK, tint};
use std::path::Path;

const LEFT: f64 = 46.0;
const TOP: f64 = 24.0;
const HEIGHT: f64 = 130.0;
const BAR: f64 = 22.0;
const GAP: f64 = 26.0;
const LEAST_WIDTH: f64 = 180.0;
const PERCENT: f64 = 100.0;

/// The scores of a sequence in each of the bouts that are shown, of each seed; none where it was not cued.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Name of the sequence.
    pub name: String,
    /// `bouts[bout][seed]`, 0 to 1.
    pub bouts: Vec<Vec<f64>>,
    /// The mean over all orders of the groups that followed, `shuffled[bout]`.
    pub shuffled: Vec<Option<f64>>,
}

/// A group of bars for each bout, a bar for each sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Recall {
    /// Names of the bouts.
    pub bouts: Vec<String>,
    /// The sequences.
    pub scores: Vec<Scores>,
}

impl Recall {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let bars = self.scores.len().max(1) as f64;
        let group = BAR * bars + GAP;
        let span = (group * self.bouts.len() as f64).max(LEAST_WIDTH);
        let width = LEFT + span + 12.0;
        let bottom = TOP + HEIGHT;
        let seeds = self
            .scores
            .iter()
            .flat_map(|own| own.bouts.iter().map(Vec::len));
        let seeds = match seeds.max().unwrap_or(0) {
            0 | 1 => "One seed.".to_owned(),
            n => format!("Means of n = {n} seeds, lines ± SD, discs single seeds."),
        };
        let caption = format!(
            "{seeds} The share of a sequence's groups that follow the cue in order; dashed: mean over all orders of those groups."
        );
        let caption = font::wrap(&caption, NOTE, Weight::Regular, width - LEFT - 4.0);
        let height = bottom + 30.0 + 9.0 * caption.len() as f64;
        let mut canvas = Canvas::new(width, height, "Recall of sequences");
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + 28.0 + 9.0 * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        let up = Axis::linear(0.0, PERCENT, bottom, TOP);
        for (k, bout) in self.bouts.iter().enumerate() {
            let left = LEFT + group * k as f64 + GAP / 2.0;
            let name = font::fit_ends(bout, TICK, Weight::Regular, group - 3.0);
            let at = (left + BAR * bars / 2.0, bottom + 12.0);
            canvas.text(Text::new(at, TICK, name).anchor(Anchor::Middle).colour(INK));
            for (b, (own, &colour)) in self.scores.iter().zip(SERIES.iter().cycle()).enumerate() {
                let Some(scores) = own.bouts.get(k).and_then(|scores| Summary::of(scores)) else {
                    continue;
                };
                let x = left + BAR * b as f64;
                let y = up.at(PERCENT * scores.mean);
                canvas.rectangle((x + 1.0, y), (BAR - 2.0, bottom - y), tint(colour, 0.55));
                let middle = x + BAR / 2.0;
                if let Some(shuffled) = own.shuffled[k] {
                    let y = up.at(PERCENT * shuffled);
                    let line = Stroke::new(INK, 0.8).dashed(2.0, 1.5);
                    canvas.line(vec![(x, y), (x + BAR, y)], line);
                }
                if let Some(sd) = scores.sd {
                    let [low, high] = [scores.mean - sd, scores.mean + sd]
                        .map(|end| up.at(PERCENT * end.clamp(0.0, 1.0)));
                    canvas.line(
                        vec![(middle, low), (middle, high)],
                        Stroke::new(colour, 1.2),
                    );
                    for &score in &own.bouts[k] {
                        canvas.disc((middle + 4.0, up.at(PERCENT * score)), 1.1, colour);
                    }
                }
            }
        }
        let mut x = LEFT + 4.0;
        for (own, &colour) in self.scores.iter().zip(SERIES.iter().cycle()) {
            let text = Text::new((x, TOP - 10.0), LABEL, own.name.as_str());
            canvas.text(text.bold().colour(colour));
            x += font::width(&own.name, LABEL, Weight::Bold) + 10.0;
        }
        canvas.line(
            vec![(LEFT, bottom), (LEFT + span, bottom)],
            Stroke::new(INK, 0.6),
        );
        axis::left(&mut canvas, &up, LEFT, &up.ticks(5), "Recall (%)", 34.0);
        canvas
    }
}
