//! A wave over a sheet: where activity begins when, and rates along a line through its origin.

mod contour;

use std::path::Path;

use crate::analysis::wave::{Rates, Sheet, Wave};
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::figure::map::{BAR, bar, frame};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    FULL_WIDTH, GREY, HAIR, INK, LABEL, NOTE, PALE, PANEL, WHITE, heat, sequential,
};

const LEFT: f64 = 36.0;
const TOP: f64 = 22.0;
/// Longer side of the map.
const MAP: f64 = 186.0;
/// From the map to its colour bar, and from that to the second panel.
const BAR_GAP: f64 = 6.0;
const PANEL_GAP: f64 = 78.0;
/// Room for the second colour bar.
const RIGHT: f64 = 42.0;
/// From one line of the caption to the next.
const LINE: f64 = 9.0;
/// Between two arrows, in points.
const ARROWS: f64 = 22.0;
const ARROW: f64 = 12.0;

/// The wave of a run that reaches most cells, as a map of onsets, beside the rates of all cells of the row in which it begins.
#[derive(Debug, Clone)]
pub struct WaveMap<'a> {
    /// Name of the population.
    pub population: String,
    /// The cells.
    pub sheet: &'a Sheet,
    /// Their rates.
    pub rates: &'a Rates,
    /// What the rates count from, in milliseconds of the run.
    pub start_ms: f64,
    /// The rate above which a cell is UP, in hertz.
    pub up_hz: f64,
    /// All waves.
    pub waves: &'a [Wave],
}

impl WaveMap<'_> {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    /// The wave that is shown: the one that reaches most cells, of equal ones the first. One that has no front anywhere is no
    /// wave.
    fn largest(&self) -> Option<&Wave> {
        let mut waves = self.waves.iter().filter(|wave| !wave.fronts.is_empty());
        let first = waves.next()?;
        Some(waves.fold(first, |best, wave| {
            match wave.onsets.len() > best.onsets.len() {
                true => wave,
                false => best,
            }
        }))
    }

    fn canvas(&self) -> Canvas {
        let sides = self.sheet.sides_mm;
        let scale = MAP / sides[0].max(sides[1]);
        let (width, height) = (sides[0] * scale, sides[1] * scale);
        let bottom = TOP + height;
        let mut canvas = Canvas::new(FULL_WIDTH, bottom + 30.0, "A wave over a sheet");
        let x = Axis::linear(0.0, sides[0], LEFT, LEFT + width);
        let y = Axis::linear(0.0, sides[1], bottom, TOP);
        let wave = self.largest();
        self.map(&mut canvas, wave, (&x, &y));
        let from = LEFT + width + BAR_GAP + BAR + PANEL_GAP;
        self.course(&mut canvas, wave, (from, &y));
        let mut line_y = bottom + 36.0;
        for line in font::wrap(
            &self.caption(wave),
            NOTE,
            Weight::Regular,
            FULL_WIDTH - LEFT - 10.0,
        ) {
            canvas.text(Text::new((LEFT, line_y), NOTE, line).colour(GREY));
            line_y += LINE;
        }
        canvas.height = (line_y - LINE + 4.0).ceil().max(canvas.height);
        canvas
    }

    /// When the wave comes to each cell, with lines of equal times and arrows along which it goes.
    fn map(&self, canvas: &mut Canvas, wave: Option<&Wave>, (x, y): (&Axis, &Axis)) {
        let [columns, rows] = self.sheet.cells;
        let mut at = vec![f64::NAN; columns * rows];
        let onsets = wave.map_or(&[][..], |wave| &wave.onsets);
        let first = onsets.first().map_or(0.0, |onset| onset.at_ms);
        for onset in onsets {
            at[onset.cell] = onset.at_ms - first;
        }
        let longest = onsets
            .last()
            .map_or(1.0, |onset| (onset.at_ms - first).max(1.0));
        let colour = |ms: f64| match ms.is_nan() {
            true => PALE,
            false => sequential(1.0 - ms / longest),
        };
        canvas.picture(
            (x.from, y.to),
            (x.to - x.from, y.from - y.to),
            Picture {
                columns,
                rows,
                // Rows from the top.
                pixels: (0..rows)
                    .rev()
                    .flat_map(|row| (0..columns).map(move |column| row * columns + column))
                    .map(|cell| colour(at[cell]))
                    .collect(),
            },
        );
        let times = Axis::linear(0.0, longest, y.from, y.to);
        let ticks = times.ticks(6);
        for tick in &ticks {
            let lines = contour::lines(self.sheet, &at, tick.value);
            let lines = lines.into_iter().map(|[a, b]| {
                let place = |p: [f64; 2]| (x.at(p[0]), y.at(p[1]));
                (place(a), place(b))
            });
            canvas.segments(lines.collect(), Stroke::new(INK, HAIR).opacity(0.6));
        }
        self.arrows(canvas, wave, (x, y));
        frame(canvas, (x.from, x.to), (y.to, y.from));
        axis::bottom(canvas, x, y.from + 3.0, &x.ticks(5), "x (mm)");
        axis::left(canvas, y, x.from - 3.0, &y.ticks(5), "y (mm)", 24.0);
        canvas.text(Text::new((4.0, 11.0), PANEL, "a").bold());
        let title = match wave.and_then(Wave::speeds_mm_per_s) {
            Some([_, median, _]) => format!("Onset of UP, {} mm/s", rounded(median)),
            None => "Onset of UP".to_owned(),
        };
        let at = ((x.from + x.to) / 2.0, TOP - 9.0);
        canvas.text(Text::new(at, LABEL, title).bold().anchor(Anchor::Middle));
        if wave.is_some() {
            let title = "Time since the first onset (ms)";
            bar(canvas, &times, x.to + BAR_GAP, &ticks, title, |part| {
                sequential(1.0 - part)
            });
        } else {
            let middle = ((x.from + x.to) / 2.0, (y.from + y.to) / 2.0);
            axis::say(canvas, middle, "no wave");
        }
    }

    /// Arrows along which the wave goes, all of one length, about one for each square of [`ARROWS`] points.
    fn arrows(&self, canvas: &mut Canvas, wave: Option<&Wave>, (x, y): (&Axis, &Axis)) {
        let mut filled = std::collections::BTreeSet::new();
        let mut lines = Vec::new();
        for front in wave.map_or(&[][..], |wave| &wave.fronts) {
            let [sx, sy] = front.slowness_ms_per_mm;
            let length = sx.hypot(sy);
            let middle = self.sheet.middle_mm(front.cell);
            let (px, py) = (x.at(middle[0]), y.at(middle[1]));
            let square = ((px / ARROWS) as i64, (py / ARROWS) as i64);
            if length <= 0.0 || !filled.insert(square) {
                continue;
            }
            // Down the page is towards smaller y.
            let (dx, dy) = (sx / length * ARROW / 2.0, -sy / length * ARROW / 2.0);
            let (tail, tip) = ((px - dx, py - dy), (px + dx, py + dy));
            lines.push((tail, tip));
            for side in [1.0, -1.0] {
                let back = (-0.4 * dx - side * 0.3 * dy, -0.4 * dy + side * 0.3 * dx);
                lines.push((tip, (tip.0 + back.0, tip.1 + back.1)));
            }
        }
        canvas.segments(lines.clone(), Stroke::new(WHITE, 2.0).opacity(0.7));
        canvas.segments(lines, Stroke::new(INK, 0.8));
    }

    /// The rates of the row of cells in which the wave begins, over all of the time.
    fn course(&self, canvas: &mut Canvas, wave: Option<&Wave>, (from, y): (f64, &Axis)) {
        /// Columns of pixels: more would not be seen.
        const MOST: usize = 600;
        let columns = self.sheet.cells[0];
        let first = wave.and_then(|wave| wave.onsets.first());
        let row = first.map_or(self.sheet.cells[1] / 2, |onset| onset.cell / columns);
        let by_cell: Vec<Vec<f64>> = (0..columns)
            .map(|column| self.rates.of_cell_hz(self.sheet, row * columns + column))
            .collect();
        let highest = by_cell.iter().flatten().copied().fold(1.0, f64::max);
        let n_bins = self.rates.n_bins();
        let shown = n_bins.clamp(1, MOST);
        let to = FULL_WIDTH - RIGHT;
        let seconds =
            (self.start_ms + (n_bins as i64 * crate::analysis::wave::BIN_MS) as f64) / 1e3;
        let time = Axis::linear(self.start_ms / 1e3, seconds, from, to);
        let along = Axis::linear(0.0, self.sheet.sides_mm[0], y.from, y.to);
        let pixel = |column: usize, k: usize| {
            let bins = k * n_bins / shown..((k + 1) * n_bins / shown).max(k * n_bins / shown + 1);
            let rates = bins.filter_map(|bin| by_cell[column].get(bin));
            heat(rates.copied().fold(0.0, f64::max) / highest)
        };
        canvas.picture(
            (from, y.to),
            (to - from, y.from - y.to),
            Picture {
                columns: shown,
                rows: columns,
                pixels: (0..columns)
                    .rev()
                    .flat_map(|column| (0..shown).map(move |k| (column, k)))
                    .map(|(column, k)| pixel(column, k))
                    .collect(),
            },
        );
        if let Some((first, last)) =
            wave.and_then(|wave| wave.onsets.first().zip(wave.onsets.last()))
        {
            let [a, b] = [first, last].map(|onset| time.at((self.start_ms + onset.at_ms) / 1e3));
            canvas.line(
                vec![(a, y.to - 3.0), (b.max(a + 1.0), y.to - 3.0)],
                Stroke::new(INK, 2.0),
            );
        }
        frame(canvas, (from, to), (y.to, y.from));
        axis::bottom(canvas, &time, y.from + 3.0, &time.ticks(5), "Time (s)");
        axis::left(canvas, &along, from - 3.0, &along.ticks(5), "x (mm)", 24.0);
        canvas.text(Text::new((from - 38.0, 11.0), PANEL, "b").bold());
        let middle = self.sheet.middle_mm(row * columns)[1];
        let title = format!("Rates at y = {} mm", rounded(middle));
        let at = ((from + to) / 2.0, TOP - 9.0);
        canvas.text(Text::new(at, LABEL, title).bold().anchor(Anchor::Middle));
        let rates = Axis::linear(0.0, highest, y.from, y.to);
        bar(
            canvas,
            &rates,
            to + BAR_GAP,
            &rates.ticks(5),
            "Rate (Hz)",
            heat,
        );
    }

    fn caption(&self, wave: Option<&Wave>) -> String {
        let cells = self.sheet.n_cells();
        let of = format!(
            "Population {}, in cells of {} × {} mm, each UP where its rate is above {} Hz.",
            self.population,
            rounded(self.sheet.side_mm(0)),
            rounded(self.sheet.side_mm(1)),
            rounded(self.up_hz)
        );
        let Some(wave) = wave else {
            return of;
        };
        let begin = wave.onsets.first().map_or(0.0, |onset| onset.at_ms);
        let mut said = vec![
            of,
            format!(
                "a: the largest wave ({} come to a tenth of the cells), from {} s on, the bar over b; it comes to {} of {} \
                 cells; lines join equal times, arrows point where it goes.",
                axis::count(
                    self.waves
                        .iter()
                        .filter(|wave| 10 * wave.onsets.len() >= cells)
                        .count()
                ),
                axis::number((self.start_ms + begin) / 1e3, 2),
                axis::count(wave.onsets.len()),
                axis::count(cells),
            ),
        ];
        if let Some([slow, median, fast]) = wave.speeds_mm_per_s() {
            let [x, y] = wave.direction();
            said.push(format!(
                "Its speed, by planes fitted around {} cells, is {} mm/s, quartiles {} and {}; mean direction {}°, of length {} \
                 (1: all one way, 0: all ways).",
                axis::count(wave.fronts.len()),
                rounded(median),
                rounded(slow),
                rounded(fast),
                axis::number(y.atan2(x).to_degrees(), 0),
                axis::number(x.hypot(y), 2),
            ));
        }
        said.join(" ")
    }
}

/// Three digits at most, without zeros at the end.
fn rounded(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = axis::number(value, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}
