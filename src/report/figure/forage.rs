//! Foraging: performances over aeons, tests, and where the weights go.

use std::path::Path;

use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Point, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    Colour, FULL_WIDTH, GREY, HAIR, LABEL, LINE, NOTE, PALE, PANEL, SERIES, TICK,
};

const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 44.0;
const HEIGHT: f64 = 96.0;
const ROW: f64 = 148.0;
/// Height of the strip of phases.
const STRIP: f64 = 12.0;
/// From names of phases to their tests, and from one task to the next.
const TESTS: f64 = 120.0;
const COLUMN: f64 = 48.0;
/// Side of the plane of weights.
const PLANE: f64 = 118.0;

/// A phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Its name.
    pub name: String,
    /// The phase from whose end it starts, if that is not the one before.
    pub from: Option<String>,
    /// Aeons before it.
    pub start: u64,
    /// How many it has.
    pub aeons: u64,
    /// When something was noted, in aeons.
    pub times: Vec<f64>,
    /// Performance in each task then.
    pub performance: Vec<Vec<f64>>,
    /// How far the weights lie along the axis of each task then; NaN where it has none.
    pub along: Vec<Vec<f64>>,
    /// Performance in the test of each task at its end; none where nothing is tested.
    pub tested: Vec<f64>,
}

/// What agents went through.
#[derive(Debug, Clone, PartialEq)]
pub struct Forage {
    /// Tasks.
    pub tasks: Vec<String>,
    /// Phases in order.
    pub stretches: Vec<Stretch>,
    /// Performance by chance.
    pub chance: f64,
    /// Seeds that means are taken over.
    pub seeds: usize,
}

impl Forage {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let height = TOP + 2.0 * ROW + PLANE + 46.0;
        let mut canvas = Canvas::new(FULL_WIDTH, height, "Foraging");
        let end = self
            .stretches
            .last()
            .map_or(1, |last| last.start + last.aeons);
        let time = Axis::linear(0.0, end as f64, LEFT, FULL_WIDTH - RIGHT);
        let rows = [TOP, TOP + ROW, TOP + 2.0 * ROW];
        for (top, letter) in rows.iter().zip(["a", "b", "c"]) {
            canvas.text(Text::new((4.0, top - 6.0), PANEL, letter).bold());
        }
        self.strip(&mut canvas, &time);
        self.legend(&mut canvas);
        let shown = |values: fn(&Stretch) -> &Vec<Vec<f64>>| {
            let values = self
                .stretches
                .iter()
                .flat_map(move |one| values(one).iter().flatten());
            values.copied().filter(|value| value.is_finite())
        };
        let performance = shown(|one| &one.performance);
        let tested = self
            .stretches
            .iter()
            .flat_map(|one| one.tested.iter().copied());
        let range = bounds(
            performance
                .chain(tested)
                .chain([self.chance - 0.05, self.chance + 0.1]),
        );
        let scores = Axis::linear(range.0, range.1, TOP + HEIGHT, TOP);
        self.courses(&mut canvas, &time, &scores, |one| &one.performance);
        let chance = scores.at(self.chance);
        let dashed = Stroke::new(GREY, HAIR).dashed(2.0, 2.0);
        canvas.line(vec![(time.from, chance), (time.to, chance)], dashed);
        self.tests(&mut canvas, &time, &scores);
        frame(&mut canvas, &time, &scores, "Performance");

        let top = TOP + ROW;
        let range = bounds(shown(|one| &one.along).chain([0.0, 1.0]));
        let along = Axis::linear(range.0, range.1, top + HEIGHT, top);
        self.courses(&mut canvas, &time, &along, |one| &one.along);
        frame(&mut canvas, &time, &along, "Weights along task");
        self.plane(&mut canvas, TOP + 2.0 * ROW, range);
        canvas
    }

    /// Phases, over the first panel.
    fn strip(&self, canvas: &mut Canvas, time: &Axis) {
        let y = TOP - STRIP - 4.0;
        for (k, one) in self.stretches.iter().enumerate() {
            let (from, to) = (
                time.at(one.start as f64),
                time.at((one.start + one.aeons) as f64),
            );
            let fill = if k % 2 == 0 {
                PALE
            } else {
                Colour(222, 226, 232)
            };
            canvas.rectangle((from, y), (to - from, STRIP), fill);
            let name = font::fit_ends(&one.name, TICK, Weight::Regular, to - from - 3.0);
            let at = ((from + to) / 2.0, y + STRIP / 2.0);
            canvas.text(Text::new(at, TICK, name).anchor(Anchor::Middle).level());
            if let Some(origin) = &one.from {
                let origin = format!("from {origin}");
                let origin = font::fit(&origin, NOTE, Weight::Regular, to - from - 3.0);
                let text = Text::new(((from + to) / 2.0, y - 3.0), NOTE, origin);
                canvas.text(text.anchor(Anchor::Middle).colour(GREY));
                canvas.line(
                    vec![(from, y - 8.0), (from, TOP + ROW + HEIGHT)],
                    Stroke::new(GREY, HAIR).dashed(1.0, 2.0),
                );
            }
        }
    }

    /// Names of tasks in their colours, and of how many seeds this is the mean.
    fn legend(&self, canvas: &mut Canvas) {
        let mut x = LEFT;
        for (task, colour) in self.tasks.iter().zip(SERIES.iter().cycle()) {
            canvas.text(
                Text::new((x, 12.0), LABEL, task.as_str())
                    .bold()
                    .colour(*colour),
            );
            x += font::width(task, LABEL, Weight::Bold) + 10.0;
        }
        let seeds = match self.seeds {
            1 => String::new(),
            n => format!("mean of {n} seeds; "),
        };
        let note = format!("{seeds}discs: tests; dashed: chance");
        let text = Text::new((FULL_WIDTH - RIGHT, 12.0), NOTE, note);
        canvas.text(text.anchor(Anchor::End).colour(GREY));
    }

    /// A line per task and phase.
    fn courses(
        &self,
        canvas: &mut Canvas,
        time: &Axis,
        values: &Axis,
        of: fn(&Stretch) -> &Vec<Vec<f64>>,
    ) {
        for one in &self.stretches {
            for (course, colour) in of(one).iter().zip(SERIES.iter().cycle()) {
                let points = one.times.iter().zip(course);
                let points: Vec<Point> = points
                    .filter(|(_, value)| value.is_finite())
                    .map(|(&t, &value)| (time.at(t), values.at(value)))
                    .collect();
                canvas.line(points, Stroke::new(*colour, LINE));
            }
        }
    }

    /// A disc per task and phase that ends in a test.
    fn tests(&self, canvas: &mut Canvas, time: &Axis, scores: &Axis) {
        for one in &self.stretches {
            let x = time.at((one.start + one.aeons) as f64);
            for (&tested, colour) in one.tested.iter().zip(SERIES.iter().cycle()) {
                canvas.disc((x, scores.at(tested)), 2.4, *colour);
            }
        }
    }

    /// Where the weights go in the plane of the first two tasks, and the last tests as numbers beside it.
    fn plane(&self, canvas: &mut Canvas, top: f64, (low, high): (f64, f64)) {
        let [x, y] = [
            Axis::linear(low, high, LEFT, LEFT + PLANE),
            Axis::linear(low, high, top + PLANE, top),
        ];
        let beside = LEFT + PLANE + 24.0;
        let heads = self.tasks.iter().zip(SERIES.iter().cycle());
        for (k, (task, colour)) in heads.enumerate() {
            let at = (beside + TESTS + COLUMN * k as f64, top - 6.0);
            let name = font::fit(task, LABEL, Weight::Regular, COLUMN - 4.0);
            canvas.text(Text::new(at, LABEL, name).colour(*colour));
        }
        let mut label_y = top + 8.0;
        for (one, colour) in self.stretches.iter().zip(SERIES.iter().cycle()) {
            let [Some(across), Some(up)] = [one.along.first(), one.along.get(1)] else {
                continue;
            };
            let points = across.iter().zip(up).map(|(&a, &b)| (x.at(a), y.at(b)));
            let points: Vec<Point> = points
                .filter(|p| p.0.is_finite() && p.1.is_finite())
                .collect();
            if let Some(&last) = points.last() {
                canvas.disc(last, 2.0, *colour);
            }
            canvas.line(points, Stroke::new(*colour, 1.0).opacity(0.8));
            let name = font::fit(&one.name, LABEL, Weight::Bold, TESTS - 4.0);
            let name = Text::new((beside, label_y), LABEL, name);
            canvas.text(name.bold().colour(*colour));
            for (k, test) in one.tested.iter().enumerate() {
                let at = (beside + TESTS + COLUMN * k as f64, label_y);
                canvas.text(Text::new(at, LABEL, format!("{test:.3}")));
            }
            label_y += 12.0;
        }
        let title = |k: usize| {
            let task = self.tasks.get(k).map_or("", String::as_str);
            format!("Weights along {task}")
        };
        axis::left(canvas, &y, LEFT, &y.ticks(4), &title(1), 34.0);
        axis::bottom(canvas, &x, top + PLANE, &x.ticks(4), &title(0));
    }
}

/// From the least to the greatest.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values = values.filter(|value| value.is_finite());
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// Both axes of a panel over time.
fn frame(canvas: &mut Canvas, time: &Axis, values: &Axis, title: &str) {
    let ticks: Vec<Tick> = time.ticks(6);
    axis::left(canvas, values, time.from, &values.ticks(4), title, 34.0);
    axis::bottom(canvas, time, values.from, &ticks, "Aeons");
}
