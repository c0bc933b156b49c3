//! What a network dreams of each class, beside what the class looks like.

use std::path::Path;

use crate::base::matrix::Matrix;
use crate::report::FigureError;
use crate::report::canvas::{Anchor, Canvas, Picture, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{FULL_WIDTH, GREY, INK, LABEL, NOTE, TICK, tint};

use super::map::frame;

const LEFT: f64 = 30.0;
const RIGHT: f64 = 4.0;
const TOP: f64 = 16.0;
const GAP: f64 = 5.0;
/// Side of the largest image in points.
const LARGEST: f64 = 56.0;
/// Height of the lowest row of images in points, for the names beside it: what is flat is drawn higher than its pixels are wide.
const LOWEST: f64 = 44.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;

/// A contact sheet: the mean dream of each class, the mean image of it, and the cosine of both about the mean of all.
#[derive(Debug, Clone)]
pub struct Dreams<'a> {
    /// What is dreamt, a row of pixels for each class number; rows of zeros of classes that are not.
    pub dreams: &'a Matrix,
    /// Mean images, of the same shape.
    pub means: &'a Matrix,
    /// Classes, in the order in which they were learnt.
    pub classes: Vec<u8>,
    /// Pixels per image row.
    pub width: usize,
    /// Image rows.
    pub height: usize,
    /// Of which run.
    pub of: String,
}

impl Dreams<'_> {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    /// The cosine of dream and mean image of each class, both less the mean of all classes: 1 where they tell it apart by the
    /// same pixels. `None` where one has none.
    pub fn cosines(&self) -> Vec<Option<f64>> {
        let fits = self.dreams.shape() == self.means.shape();
        let known = |class: &&u8| fits && usize::from(**class) < self.means.rows();
        let classes: Vec<u8> = self.classes.iter().filter(known).copied().collect();
        let apart = |matrix: &Matrix, class: u8| -> Vec<f64> {
            let pixel = |i: usize| {
                let all = classes.iter().map(|&c| f64::from(matrix[(c.into(), i)]));
                f64::from(matrix[(class.into(), i)]) - all.sum::<f64>() / classes.len() as f64
            };
            (0..matrix.columns()).map(pixel).collect()
        };
        let cosine = |&class: &u8| {
            if !classes.contains(&class) {
                return None;
            }
            let (a, b) = (apart(self.dreams, class), apart(self.means, class));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let lengths = (dot(&a, &a) * dot(&b, &b)).sqrt();
            (lengths > 0.0).then(|| dot(&a, &b) / lengths)
        };
        self.classes.iter().map(cosine).collect()
    }

    pub(in crate::report) fn canvas(&self) -> Canvas {
        let n = self.classes.len().max(1) as f64;
        let room = FULL_WIDTH - LEFT - RIGHT;
        let cell = ((room - GAP * (n - 1.0)) / n).min(LARGEST);
        let aspect = (self.height as f64 / self.width.max(1) as f64).clamp(0.1, 2.0);
        let high = (cell * aspect).max(LOWEST);
        let width = (LEFT + n * (cell + GAP) + RIGHT).clamp(240.0, FULL_WIDTH);
        let row_y = |row: usize| TOP + row as f64 * (high + GAP);
        let caption = format!(
            "What {} dreams of each class after its last night, and the mean image of the class. cos: cosine of both, each less its \
             mean over classes.",
            self.of
        );
        let caption = font::wrap(&caption, NOTE, Weight::Regular, width - LEFT - 4.0);
        let bottom = row_y(2) + 10.0;
        let height = bottom + 6.0 + NOTE_LINE * caption.len() as f64;
        let mut canvas = Canvas::new(width, height, "Dreams beside mean images");
        let cosines = self.cosines();
        for (k, (&class, cosine)) in self.classes.iter().zip(cosines).enumerate() {
            let x = LEFT + k as f64 * (cell + GAP);
            let middle = x + cell / 2.0;
            let name = Text::new((middle, TOP - 5.0), TICK, format!("{class}"));
            canvas.text(name.bold().anchor(Anchor::Middle));
            for (row, matrix) in [self.dreams, self.means].into_iter().enumerate() {
                let fits = usize::from(class) < matrix.rows()
                    && matrix.columns() == self.width * self.height;
                if !fits {
                    continue;
                }
                let pixels = matrix.row(class.into()).iter();
                let picture = Picture {
                    columns: self.width,
                    rows: self.height,
                    pixels: pixels
                        .map(|&x| tint(INK, f64::from(x).clamp(0.0, 1.0)))
                        .collect(),
                };
                let y = row_y(row);
                canvas.picture((x, y), (cell, high), picture);
                frame(&mut canvas, (x, x + cell), (y, y + high));
            }
            let says = cosine.map_or("–".into(), |cosine| format!("cos {cosine:.2}"));
            let text = Text::new((middle, row_y(2) + 4.0), NOTE, says).colour(GREY);
            canvas.text(text.anchor(Anchor::Middle));
        }
        for (row, name) in ["dream", "mean image"].into_iter().enumerate() {
            let at = (LEFT - 8.0, row_y(row) + high / 2.0);
            canvas.text(Text::new(at, LABEL, name).anchor(Anchor::Middle).upward());
        }
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + 6.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        canvas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_tell_how_alike_classes_are_told_apart() {
        let means = Matrix::new(3, 2, vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0]).unwrap();
        let of = |dreams: &Matrix, classes: Vec<u8>| {
            Dreams {
                dreams,
                means: &means,
                classes,
                width: 2,
                height: 1,
                of: "a test".into(),
            }
            .cosines()
        };
        let same = of(&means, vec![0, 1]);
        assert!(
            same.iter()
                .all(|cosine| (cosine.unwrap() - 1.0).abs() < 1e-12)
        );
        let turned = Matrix::new(3, 2, vec![0.0, 1.0, 1.0, 0.0, 0.0, 0.0]).unwrap();
        assert!(
            of(&turned, vec![0, 1])
                .iter()
                .all(|cosine| (cosine.unwrap() + 1.0).abs() < 1e-12)
        );
        assert_eq!(of(&Matrix::zeros(3, 2), vec![0, 1, 7]), [None, None, None]);
    }
}
