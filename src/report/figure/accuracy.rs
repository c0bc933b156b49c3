//! Accuracy over a run of tasks and sleeps.

use crate::analysis::summary::{Summary, over_seeds};
use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    BLACK, Colour, GREY, HAIR, INK, LABEL, LINE, NOTE, PALE, PANEL, SERIES, TICK, WHITE, ink_on,
    sequential, tint,
};
use std::collections::BTreeSet;
use std::path::Path;

const LEFT: f64 = 62.0;
/// Most room for the names at the ends of the lines.
const MOST_RIGHT: f64 = 132.0;
/// Width of a column, and of all columns of a short run together.
const COLUMN: f64 = 32.0;
const LEAST_WIDTH: f64 = 224.0;
const TOP: f64 = 14.0;
const LINES_HEIGHT: f64 = 150.0;

/// Least distance between two names at the ends of lines, and what is left free above and below all of them.
const ENDS_APART: f64 = 18.0;
const ENDS_MARGINS: [f64; 2] = [3.0, 8.0];
const PANEL_GAP: f64 = 42.0;
const ROW: f64 = 17.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;

/// What happened before an accuracy was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Such as `task 1` or `sleep 1`.
    pub name: String,
    /// Whether it was a sleep: its column is shaded.
    pub is_sleep: bool,
}

/// A way to train, run with several seeds: a line in the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its name, written at the end of its line.
    pub name: String,
    /// Overall accuracy in percent, `seeds[seed][stage]`; NaN where it was not measured (a run without sleep has
    /// nothing to measure there), and the line passes over.
    pub seeds: Vec<Vec<f64>>,
}

/// A score that does not change over the run: a horizontal line.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Its name, such as `joint training`.
    pub name: String,
    /// Overall accuracy in percent of each seed.
    pub seeds: Vec<f64>,
}

/// Overall accuracy over the stages of a run (a) and accuracy per task (b).
///
/// Lines are means over seeds, bands ± 1 SD (n − 1), thin lines single seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// The columns, in order.
    pub stages: Vec<Stage>,
    /// The lines.
    pub runs: Vec<Run>,
    /// The horizontal lines.
    pub references: Vec<Reference>,
    /// What guessing would score, in percent.
    pub chance_percent: Option<f64>,
    /// Names of the tasks, such as `0, 1`.
    pub tasks: Vec<String>,
    /// What the lower panel shows, such as `Sequential with sleep`.
    pub per_task_name: String,
    /// Accuracy on one task's classes in percent, mean over seeds, `per_task[task][stage]`; NaN is left blank.
    pub per_task: Vec<Vec<f64>>,
}

/// A name at the right of panel a, level with what it names.
struct EndLabel {
    y: f64,
    name: String,
    score: String,
    colour: Colour,
}

impl Accuracy {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    pub(in crate::report) fn canvas(&self) -> Canvas {
        let n_columns = self.stages.len().max(1);
        let right = LEFT + self.column() * n_columns as f64;
        let matrix_top = TOP + self.lines_height() + PANEL_GAP;
        let matrix_bottom = matrix_top + ROW * self.tasks.len().max(1) as f64;
        let runs = self.runs.iter().map(|r| &r.name);
        let names = runs.chain(self.references.iter().map(|r| &r.name));
        let widest = names
            .map(|name| font::width(name, TICK, Weight::Bold))
            .fold(40.0, f64::max);
        let width = right + (widest + 14.0).min(MOST_RIGHT);
        let room = width - LEFT - 4.0;
        let caption = font::wrap(&self.caption(), NOTE, Weight::Regular, room);
        let under = matrix_bottom + 24.0;
        let mut canvas = Canvas::new(
            width,
            under + NOTE_LINE * caption.len() as f64,
            "Accuracy over the run: overall and per task",
        );
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, under + 2.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        let columns = Axis::linear(0.0, n_columns as f64, LEFT, right);
        self.lines(&mut canvas, &columns);
        self.matrix(&mut canvas, &columns, matrix_top);
        for (letter, y) in [("a", TOP), ("b", matrix_top - 6.0)] {
            canvas.text(Text::new((4.0, y), PANEL, letter).bold());
        }
        canvas
    }

    /// Width of a column in points.
    fn column(&self) -> f64 {
        (LEAST_WIDTH / self.stages.len().max(1) as f64).max(COLUMN)
    }

    /// What points, bands and thin lines are, and of how many seeds.
    fn caption(&self) -> String {
        let runs = self.runs.iter().map(|run| run.seeds.len());
        let references = self
            .references
            .iter()
            .map(|reference| reference.seeds.len());
        let numbers: BTreeSet<usize> = runs.chain(references).filter(|n| *n > 0).collect();
        let numbers: Vec<usize> = numbers.into_iter().collect();
        match numbers[..] {
            [] => String::new(),
            [1] => "n = 1 seed.".to_owned(),
            [.., most] => {
                let least = numbers[0];
                let n = if least == most {
                    most.to_string()
                } else {
                    format!("{least} to {most}")
                };
                format!(
                    "a: circles and dashed lines are means of n = {n} seeds, bands and ± their SD (n − 1 in the denominator), \
                     thin lines single seeds. b: means of the same seeds."
                )
            }
        }
    }

    /// Names of the stages under a panel; words in lines of their own.
    fn stage_ticks(&self, canvas: &mut Canvas, columns: &Axis, y: f64) {
        for (k, stage) in self.stages.iter().enumerate() {
            let colour = if stage.is_sleep { GREY } else { INK };
            let x = columns.at(k as f64 + 0.5);
            let name = font::fit_ends(&stage.name, TICK, Weight::Regular, self.column() - 1.0);
            canvas.text(
                Text::new((x, y), TICK, name)
                    .colour(colour)
                    .anchor(Anchor::Middle),
            );
        }
    }

    /// Height of the lines: as much as the names at their ends need.
    fn lines_height(&self) -> f64 {
        let names = self.runs.len() + self.references.len() + 1;
        let [above, below] = ENDS_MARGINS;
        LINES_HEIGHT.max((names - 1) as f64 * ENDS_APART + above + below)
    }

    fn lines(&self, canvas: &mut Canvas, columns: &Axis) {
        let bottom = TOP + self.lines_height();
        let percent = Axis::linear(0.0, 100.0, bottom, TOP);
        let at = |accuracy: f64| percent.at(accuracy.clamp(0.0, 100.0));
        for (k, _) in self.stages.iter().enumerate().filter(|(_, s)| s.is_sleep) {
            let corner = (columns.at(k as f64), TOP);
            canvas.rectangle(corner, (self.column(), self.lines_height()), PALE);
        }
        let mut ends = Vec::new();
        let across = |y: f64| vec![(columns.from, y), (columns.to, y)];
        if let Some(chance) = self.chance_percent.filter(|c| c.is_finite()) {
            let y = at(chance);
            canvas.line(across(y), Stroke::new(GREY, HAIR).dashed(0.8, 2.0));
            ends.push(EndLabel {
                y,
                name: "chance".to_owned(),
                score: axis::number(chance, 0),
                colour: GREY,
            });
        }
        for (k, reference) in self.references.iter().enumerate() {
            let Some(summary) = Summary::of(&reference.seeds) else {
                continue;
            };
            let (colour, dash) = of_reference(k, self.runs.len());
            let sd = summary.sd.unwrap_or(0.0);
            let (low, high) = (at(summary.mean - sd), at(summary.mean + sd));
            canvas.area(
                [across(low), across(high).into_iter().rev().collect()].concat(),
                colour,
                0.13,
            );
            let y = at(summary.mean);
            canvas.line(across(y), Stroke::new(colour, 0.9).dashed(dash.0, dash.1));
            ends.push(EndLabel {
                y,
                name: reference.name.clone(),
                score: score(&summary),
                colour,
            });
        }
        for (k, run) in self.runs.iter().enumerate() {
            ends.extend(self.run(canvas, columns, &at, run, series(k)));
        }
        if self
            .runs
            .iter()
            .all(|r| over_seeds(&r.seeds).iter().flatten().count() == 0)
        {
            let centre = ((columns.from + columns.to) / 2.0, at(50.0));
            axis::say(canvas, centre, "no scores");
        }
        axis::left(
            canvas,
            &percent,
            LEFT,
            &percent.ticks(5),
            "Overall accuracy (%)",
            26.0,
        );
        let ticks: Vec<Tick> = (0..self.stages.len())
            .map(|k| Tick::plain(k as f64 + 0.5, String::new()))
            .collect();
        axis::bottom(canvas, columns, bottom, &ticks, "");
        self.stage_ticks(canvas, columns, bottom + 9.5);
        end_labels(canvas, columns.to + 6.0, bottom, ends);
    }

    fn run(
        &self,
        canvas: &mut Canvas,
        columns: &Axis,
        at: &impl Fn(f64) -> f64,
        run: &Run,
        colour: Colour,
    ) -> Option<EndLabel> {
        let n_stages = self.stages.len();
        let x = |stage: usize| columns.at(stage as f64 + 0.5);
        if run.seeds.len() > 1 {
            for seed in &run.seeds {
                let points = seed.iter().take(n_stages).enumerate();
                let measured = points.filter(|(_, score)| score.is_finite());
                let points = measured.map(|(k, &score)| (x(k), at(score))).collect();
                canvas.line(points, Stroke::new(colour, HAIR).opacity(0.45));
            }
        }
        let summaries: Vec<(usize, Summary)> = over_seeds(&run.seeds)
            .into_iter()
            .take(n_stages)
            .enumerate()
            .filter_map(|(k, summary)| Some((k, summary?)))
            .collect();
        let edge = |sign: f64| {
            summaries
                .iter()
                .map(move |(k, s)| (x(*k), at(s.mean + sign * s.sd.unwrap_or(0.0))))
        };
        canvas.area(edge(1.0).chain(edge(-1.0).rev()).collect(), colour, 0.16);
        let means: Vec<_> = edge(0.0).collect();
        canvas.line(means.clone(), Stroke::new(colour, LINE));
        for &centre in &means {
            canvas.disc(centre, 2.1, colour);
            canvas.disc(centre, 0.9, WHITE);
        }
        let (_, last) = summaries.last()?;
        Some(EndLabel {
            y: at(last.mean),
            name: run.name.clone(),
            score: score(last),
            colour,
        })
    }

    fn matrix(&self, canvas: &mut Canvas, columns: &Axis, top: f64) {
        let n_rows = self.tasks.len();
        let height = ROW * n_rows.max(1) as f64;
        let name = if self.per_task_name.is_empty() {
            "Accuracy per task (%)".to_owned()
        } else {
            format!("{}: accuracy per task (%)", self.per_task_name)
        };
        let room = columns.to - LEFT;
        let name = font::fit(&name, LABEL, Weight::Regular, room);
        canvas.text(Text::new((LEFT, top - 6.0), LABEL, name));
        if n_rows == 0 || self.stages.is_empty() {
            let centre = ((columns.from + columns.to) / 2.0, top + height / 2.0);
            axis::say(canvas, centre, "no tasks");
        }
        for (task, task_name) in self.tasks.iter().enumerate() {
            let y = top + ROW * task as f64;
            let shown = font::fit(task_name, TICK, Weight::Regular, LEFT - 8.0);
            canvas.text(
                Text::new((LEFT - 5.0, y + ROW / 2.0), TICK, shown)
                    .anchor(Anchor::End)
                    .level(),
            );
            for stage in 0..self.stages.len() {
                let scores = self.per_task.get(task);
                let value = scores.and_then(|s| s.get(stage)).copied();
                let value = value.filter(|v| v.is_finite());
                // Cells stand a little apart; what was not measured has none.
                let ground = value.map_or(WHITE, |v| sequential(v / 100.0));
                let x = columns.at(stage as f64);
                if value.is_some() {
                    canvas.rectangle((x + 0.4, y + 0.4), (self.column() - 0.8, ROW - 0.8), ground);
                }
                let text = value.map_or("–".to_owned(), |v| axis::number(v.round(), 0));
                let colour = if value.is_some() {
                    ink_on(ground)
                } else {
                    GREY
                };
                canvas.text(
                    Text::new((x + self.column() / 2.0, y + ROW / 2.0), TICK, text)
                        .colour(colour)
                        .anchor(Anchor::Middle)
                        .level(),
                );
            }
        }
        self.stage_ticks(canvas, columns, top + height + 9.5);
        if n_rows > 0 {
            colour_bar(canvas, columns.to + 8.0, top, height);
        }
    }
}

fn colour_bar(canvas: &mut Canvas, x: f64, top: f64, height: f64) {
    const STEPS: usize = 64;
    let pixels = (0..STEPS).map(|k| sequential(1.0 - k as f64 / (STEPS - 1) as f64));
    let picture = Picture {
        columns: 1,
        rows: STEPS,
        pixels: pixels.collect(),
    };
    canvas.picture((x, top), (6.0, height), picture);
    let labels = [(0.0, "100 %"), (1.0, "0"), (0.5, "50")];
    // The bar beside one or two tasks has no room for the middle.
    let shown = if height > 2.5 * ROW { 3 } else { 2 };
    for (part, label) in labels.into_iter().take(shown) {
        // Labels at the ends stay inside the bar's height.
        let y = top + 3.0 + part * (height - 6.0);
        canvas.text(Text::new((x + 9.0, y), NOTE, label).colour(GREY).level());
    }
}

/// Colours of runs.
fn series(k: usize) -> Colour {
    SERIES[k % (SERIES.len() - 1)]
}

/// Colour and dashes of reference number `k` beside so many `runs`: the first is black, others have no colour of a run while there are
/// any more. Colours come again, and then with other dashes.
fn of_reference(k: usize, runs: usize) -> (Colour, (f64, f64)) {
    const DASHES: [(f64, f64); 4] = [(4.0, 2.5), (1.5, 1.5), (8.0, 2.0), (0.7, 3.0)];
    let Some(k) = k.checked_sub(1) else {
        return (BLACK, DASHES[0]);
    };
    let colours = &SERIES[..SERIES.len() - 1];
    let free = match colours.get(runs..) {
        Some(free @ [_, ..]) => free,
        _ => colours,
    };
    let dash = DASHES[k / free.len() % DASHES.len()];
    (free[k % free.len()], dash)
}

fn score(summary: &Summary) -> String {
    let mean = axis::number(summary.mean, 1);
    match summary.sd {
        Some(sd) => format!("{mean} ± {}", axis::number(sd, 1)),
        None => mean,
    }
}

/// Writes names level with the ends of their lines, pushed apart where they would touch.
fn end_labels(canvas: &mut Canvas, x: f64, bottom: f64, mut ends: Vec<EndLabel>) {
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<f64> = ends.iter().map(|e| e.y).collect();
    let [above, below] = ENDS_MARGINS;
    let placed = spread(&wanted, ENDS_APART, TOP + above, bottom - below);
    for (end, y) in ends.iter().zip(placed) {
        canvas.line(
            vec![(x - 6.0, end.y), (x - 1.0, y)],
            Stroke::new(tint(end.colour, 0.6), HAIR),
        );
        let name = font::fit(&end.name, TICK, Weight::Bold, MOST_RIGHT - 14.0);
        canvas.text(
            Text::new((x + 1.0, y), TICK, name)
                .bold()
                .colour(end.colour)
                .level(),
        );
        canvas.text(
            Text::new((x + 1.0, y + 8.0), NOTE, format!("{} %", end.score))
                .colour(GREY)
                .level(),
        );
    }
}

/// Ascending positions at least `apart` from each other, near the wanted ones and, where there is room, in [low, high].
fn spread(wanted: &[f64], apart: f64, low: f64, high: f64) -> Vec<f64> {
    let mut placed = wanted.to_vec();
    let mut floor = low;
    for y in &mut placed {
        *y = y.max(floor);
        floor = *y + apart;
    }
    let mut ceiling = high;
    for y in placed.iter_mut().rev() {
        *y = y.min(ceiling);
        ceiling = *y - apart;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_apart_and_inside() {
        assert_eq!(
            spread(&[10.0, 12.0, 50.0], 8.0, 0.0, 100.0),
            [10.0, 18.0, 50.0]
        );
        assert_eq!(spread(&[95.0, 99.0], 8.0, 0.0, 100.0), [92.0, 100.0]);
        assert_eq!(spread(&[], 8.0, 0.0, 100.0), [0.0; 0]);
    }

    #[test]
    fn names_of_many_references_stay_in_the_figure() {
        let reference = |k: usize| Reference {
            name: format!("reference {k}"),
            seeds: vec![90.0 + 0.1 * k as f64],
        };
        let figure = Accuracy {
            stages: Vec::new(),
            runs: Vec::new(),
            references: (0..11).map(reference).collect(),
            chance_percent: None,
            tasks: Vec::new(),
            per_task_name: String::new(),
            per_task: Vec::new(),
        };
        let height = figure.lines_height();
        let wanted = [TOP + 5.0; 11];
        let [above, below] = ENDS_MARGINS;
        let placed = spread(&wanted, ENDS_APART, TOP + above, TOP + height - below);
        assert!(placed[0] >= TOP + above && placed[10] <= TOP + height - below);
        assert!(height > LINES_HEIGHT);
    }

    #[test]
    fn references_are_told_from_runs_and_from_each_other() {
        // As many as a night has.
        let (runs, references) = (2, 9);
        let all: Vec<_> = (0..references).map(|k| of_reference(k, runs)).collect();
        for (k, one) in all.iter().enumerate() {
            assert!((0..runs).all(|run| series(run) != one.0), "{k}");
            assert!(!all[..k].contains(one), "{k}");
        }
        // More runs than colours leave none for references alone.
        assert_eq!(of_reference(1, 5).0, series(0));
    }

    #[test]
    fn scores_read_as_mean_and_spread() {
        let of = |v: &[f64]| score(&Summary::of(v).unwrap());
        assert_eq!(of(&[40.0, 42.0, 44.0]), "42.0 ± 2.0");
        assert_eq!(of(&[40.0]), "40.0");
    }
}
