//! Weights over time: how they spread, how single synapses fare, and what they were at the start and at the end.

use super::raster::{Bout, Column, SPINE_GAP, Strips, Window};
use crate::base::time::{Duration, MS_PER_S, Time};
use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Point, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    BLUE, FULL_WIDTH, GREY, HAIR, LABEL, LINE, NOTE, PANEL, SERIES, TICK, VERMILION, tint,
};
use std::path::Path;

mod degree;

pub use degree::DegreeCourse;

const LEFT: f64 = 46.0;
const TOP: f64 = 28.0;
const HEIGHT: f64 = 104.0;
const ROW: f64 = 158.0;
/// Panels of a row: over time, single synapses, histograms.
const WIDTHS: [f64; 3] = [160.0, 160.0, 96.0];
const GAP: f64 = 19.0;
/// From one line under the figure to the next.
const NOTE_LINE: f64 = 9.0;
/// All synapses, in percent.
const ALL: f64 = 100.0;

/// The weights of a projection over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Its name.
    pub name: String,
    /// The unit of its weights, empty for none.
    pub unit: String,
    /// What they were at each instant, ascending.
    pub moments: Vec<Moment>,
    /// Weights of the synapses that are followed, a list of as many as there are instants for each.
    pub tracked: Vec<Vec<f64>>,
    /// How many of them, the last, are pairs that were named; the others were drawn.
    pub named: usize,
    /// Edges of bins and the synapses in each at the first instant, and at the last.
    pub histograms: [(Vec<f64>, Vec<u64>); 2],
}

/// Weights at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// When, in milliseconds.
    pub time_ms: f64,
    /// How many there are.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Quantiles at 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
}

/// Weights over time, a row for each projection: median, bands and mean, single synapses, and histograms at the start and at
/// the end, all on one axis; over the first row bouts, if there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightCourse {
    /// A row each.
    pub courses: Vec<Course>,
    /// The bouts of the run.
    pub bouts: Vec<Bout>,
}

impl WeightCourse {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    pub(in crate::report) fn canvas(&self) -> Canvas {
        let rows = (&self.courses[..], &self.bouts[..]);
        let mut canvas = draw_rows(rows, ("Weights over time", &self.caption()), Course::draw);
        if self.courses.is_empty() {
            let centre = (FULL_WIDTH / 2.0, TOP + HEIGHT / 2.0);
            axis::say(&mut canvas, centre, "no projections");
        }
        canvas
    }

    fn caption(&self) -> String {
        let mut caption = "Bands: the middle 50 and 90 % of synapses at each instant.".to_owned();
        for course in &self.courses {
            let (first, last) = course.numbers();
            let [first, last] = [first, last].map(|n| axis::count(n as usize));
            caption += &format!(" {}: ", course.name);
            caption += &match course.is_rewired() {
                true => format!("{first} synapses at the start, {last} at the end"),
                false if course.numbers().0 == 1 => "1 synapse".to_owned(),
                false => format!("{first} synapses"),
            };
            let edges = course.histograms.iter().rev().map(|(edges, _)| &edges[..]);
            if let Some([low, high, ..]) = edges.into_iter().find(|edges| is_told(edges)) {
                let width = axis::short(high - low);
                let width = match width.contains('.') {
                    true => width.trim_end_matches('0').trim_end_matches('.'),
                    false => &width,
                };
                let unit = &course.unit;
                caption += &format!(", bins of {}", format!("{width} {unit}").trim_end());
            }
            caption += ".";
        }
        caption += self.followed();
        if self.courses.iter().any(Course::is_cut) {
            caption += " A bin that holds all synapses is cut off.";
        }
        caption
    }
}

impl WeightCourse {
    /// Which single synapses are shown.
    fn followed(&self) -> &'static str {
        // Where synapses come and go their number is shown in place of them.
        let shown = self.courses.iter().filter(|course| !course.is_rewired());
        let has = |(drawn, named): (bool, bool), course: &Course| {
            let n = course.tracked.len();
            (
                drawn || n > course.named,
                named || n > 0 && course.named > 0,
            )
        };
        match shown.fold((false, false), has) {
            (false, false) => "",
            (true, false) => " Single synapses: drawn at random before the run.",
            (false, true) => " Single synapses: the named pairs of source and target.",
            (true, true) => {
                " Single synapses: drawn at random before the run, and the named pairs of source and target."
            }
        }
    }
}

impl Course {
    /// How many synapses there are at the start and at the end.
    fn numbers(&self) -> (u64, u64) {
        let [first, last] = [self.moments.first(), self.moments.last()];
        let of = |moment: Option<&Moment>| moment.map_or(0, |moment| moment.n);
        (of(first), of(last))
    }

    /// Whether one of its histograms has a single bin, which is cut off for the sake of the other.
    fn is_cut(&self) -> bool {
        let filled = |histogram: &(Vec<f64>, Vec<u64>)| {
            histogram.1.iter().filter(|&&count| count > 0).count()
        };
        let [first, last] = [0, 1].map(|k| filled(&self.histograms[k]));
        first.min(last) == 1 && first.max(last) > 1
    }

    /// Whether synapses came or went.
    fn is_rewired(&self) -> bool {
        let n = self.numbers().0;
        self.moments.iter().any(|moment| moment.n != n)
    }

    /// The stretch of time between two places on the page.
    fn column(&self, (left, right): (f64, f64)) -> Column {
        let time = |moment: Option<&Moment>| {
            let time = moment.and_then(|moment| Time::from_ms(moment.time_ms).ok());
            time.unwrap_or(Time::ZERO)
        };
        let window = Window {
            start: time(self.moments.first()),
            stop: time(self.moments.last()),
            bin: Duration::ZERO,
        };
        Column::new(window, Time::ZERO, (left - SPINE_GAP, right))
    }

    /// How much room `bouts` take over the panels.
    fn above(&self, bouts: &[Bout]) -> f64 {
        let column = self.column((LEFT, LEFT + WIDTHS[0]));
        Strips::new(bouts, &[], &column).height()
    }

    fn draw(&self, canvas: &mut Canvas, (top, title_at): (f64, f64), bouts: &[Bout]) {
        let bottom = top + HEIGHT;
        let above = self.above(bouts);
        /// Above and below all weights, as a share.
        const MARGIN: f64 = 0.04;
        let quantiles = self.moments.iter().flat_map(|moment| moment.quantiles);
        let seen = quantiles.chain(self.tracked.iter().flatten().copied());
        let seen = seen.chain(self.moments.iter().map(|moment| moment.mean));
        // No weight of the histograms lies beyond.
        let counted = self.histograms.iter().flat_map(|(edges, counts)| {
            let bins = edges.windows(2).zip(counts).filter(|(_, n)| **n > 0);
            bins.flat_map(|(edges, _)| [edges[0], edges[1]])
        });
        let seen = seen.chain(counted);
        // Where there are no synapses there are no weights.
        let seen = seen.filter(|weight| weight.is_finite());
        let range = seen.map(|weight| (weight, weight));
        let range = range.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let (low, high) = range.unwrap_or((0.0, 1.0));
        let around = Axis::linear(low, high, 0.0, 1.0);
        let margin = (around.high - around.low) * MARGIN;
        let weights = Axis::linear(around.low - margin, around.high + margin, bottom, top);
        let times_s = |f: fn(f64, f64) -> f64| {
            let times = self.moments.iter().map(|moment| moment.time_ms / MS_PER_S);
            times.reduce(f).unwrap_or(0.0)
        };
        let span = (times_s(f64::min), times_s(f64::max));
        let mut lefts = [LEFT; 3];
        for k in 1..3 {
            lefts[k] = lefts[k - 1] + WIDTHS[k - 1] + GAP;
        }
        // Numbers on an axis need more room than the gap has.
        let inset = [0.0, self.count_inset(), 0.0];
        let over = |k: usize| {
            let from = lefts[k] + inset[k];
            Axis::linear(span.0, span.1, from, lefts[k] + WIDTHS[k])
        };

        let name = font::fit(&self.name, LABEL, Weight::Bold, WIDTHS[0] - 66.0);
        canvas.text(Text::new((LEFT, title_at), LABEL, name).bold());
        for k in 0..2 {
            let axis = over(k);
            let column = self.column((axis.from, axis.to));
            Strips::new(bouts, &[], &column).draw(canvas, &column, (top - above, bottom), k == 0);
        }
        self.spread(canvas, &over(0), &weights);
        legend(
            canvas,
            LEFT + WIDTHS[0],
            title_at,
            &[("mean", VERMILION), ("median", BLUE)],
        );
        let shown = match self.is_rewired() {
            true => {
                self.count(canvas, &over(1), (top, bottom));
                "Number of synapses".to_owned()
            }
            false => {
                self.single(canvas, &over(1), &weights);
                match self.tracked.len() {
                    1 => "1 synapse".to_owned(),
                    n => format!("{} synapses", axis::count(n)),
                }
            }
        };
        canvas.text(Text::new((lefts[1] + inset[1], title_at), LABEL, shown));
        let shares = self.histograms(canvas, lefts[2], &weights);
        let names = [("end", VERMILION), ("start", GREY)];
        legend(canvas, lefts[2] + WIDTHS[2], title_at, &names);

        let ticks = weights.ticks(4);
        let bare = axis::bare(&ticks);
        let title = match self.unit.is_empty() {
            true => "Weight".to_owned(),
            false => format!("Weight ({})", self.unit),
        };
        axis::left(canvas, &weights, LEFT, &ticks, &title, 34.0);
        for left in &lefts[1 + usize::from(self.is_rewired())..] {
            axis::left(canvas, &weights, *left, &bare, "", 0.0);
        }
        for k in 0..2 {
            let time = over(k);
            axis::bottom(canvas, &time, bottom, &time.ticks(5), "Time (s)");
        }
        axis::bottom(canvas, &shares, bottom, &shares.ticks(3), "Synapses (%)");
    }

    /// Bands, median and mean, wherever there are synapses.
    pub(super) fn spread(&self, canvas: &mut Canvas, time: &Axis, weights: &Axis) {
        let stretches = self.moments.chunk_by(|a, b| (a.n > 0) == (b.n > 0));
        for moments in stretches.filter(|moments| moments[0].n > 0) {
            spread(moments, canvas, time, weights);
        }
    }

    /// The axis of how many synapses there are, and what stands at it.
    fn counts(&self, top: f64, bottom: f64) -> (Axis, Vec<Tick>) {
        let most = self.moments.iter().map(|moment| moment.n).max();
        let numbers = Axis::linear(0.0, most.unwrap_or(1) as f64 * 1.1, bottom, top);
        let whole = numbers.ticks(5).into_iter();
        let whole = whole.filter(|tick| tick.value.fract() == 0.0);
        let ticks = whole.map(|tick| Tick::plain(tick.value, axis::count(tick.value as usize)));
        let ticks = ticks.collect();
        (numbers, ticks)
    }

    /// How far the panel of the number of synapses begins to the right of where panels do.
    fn count_inset(&self) -> f64 {
        /// Between the widest number and the panel to its left, and between it and its axis.
        const ROOM: f64 = 12.0;
        if !self.is_rewired() {
            return 0.0;
        }
        let widths = self.counts(0.0, HEIGHT).1.into_iter();
        let widths = widths.map(|tick| font::width(&tick.label, TICK, Weight::Regular));
        (widths.fold(0.0, f64::max) + ROOM - GAP).max(0.0)
    }

    /// How many synapses there are, on an axis of its own.
    fn count(&self, canvas: &mut Canvas, time: &Axis, (top, bottom): (f64, f64)) {
        let (numbers, ticks) = self.counts(top, bottom);
        let points = self.moments.iter();
        let points = points.map(|moment| {
            (
                time.at(moment.time_ms / MS_PER_S),
                numbers.at(moment.n as f64),
            )
        });
        curve(canvas, points.collect(), Stroke::new(BLUE, LINE));
        axis::left(canvas, &numbers, time.from, &ticks, "", 0.0);
    }

    /// Single synapses.
    fn single(&self, canvas: &mut Canvas, time: &Axis, weights: &Axis) {
        if self.tracked.is_empty() {
            let centre = (
                (time.from + time.to) / 2.0,
                (weights.from + weights.to) / 2.0,
            );
            axis::say(canvas, centre, "none followed");
        }
        for (values, colour) in self.tracked.iter().zip(SERIES.iter().cycle()) {
            let points = self.moments.iter().zip(values);
            let points = points
                .filter(|(_, weight)| weight.is_finite())
                .map(|(moment, &weight)| (time.at(moment.time_ms / MS_PER_S), weights.at(weight)));
            curve(
                canvas,
                points.collect(),
                Stroke::new(*colour, HAIR).opacity(0.85),
            );
        }
    }

    /// Histograms along the axis of weights; the axis of shares.
    fn histograms(&self, canvas: &mut Canvas, left: f64, weights: &Axis) -> Axis {
        let percent = |(edges, counts): &(Vec<f64>, Vec<u64>)| {
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let bins = edges.windows(2).zip(counts);
            let bins = bins.map(|(edge, &count)| (edge[0], edge[1], ALL * count as f64 / all));
            bins.collect::<Vec<_>>()
        };
        let both = [percent(&self.histograms[0]), percent(&self.histograms[1])];
        // A single bin with all synapses would leave no room for the others.
        let shown = both
            .iter()
            .flatten()
            .map(|bin| bin.2)
            .filter(|&share| share < ALL);
        let most = shown.fold(0.0, f64::max);
        let most = if most > 0.0 { most * 1.15 } else { ALL };
        let shares = Axis::linear(0.0, most, left, left + WIDTHS[2]);
        let (low, high) = (weights.low, weights.high);
        for (bins, (colour, filled)) in both.iter().zip([(GREY, true), (VERMILION, false)]) {
            let mut outline: Vec<Point> = Vec::new();
            let seen = bins.iter().filter(|bin| bin.1 >= low && bin.0 <= high);
            for &(from, to, share) in seen {
                let [from, to] = [from, to].map(|edge| weights.at(edge.clamp(low, high)));
                if outline.is_empty() {
                    outline.push((shares.from, from));
                }
                let x = shares.at(share.min(most));
                outline.extend([(x, from), (x, to)]);
            }
            if let Some(&(_, y)) = outline.last() {
                outline.push((shares.from, y));
            }
            if filled {
                canvas.area(outline.clone(), colour, 0.22);
            }
            canvas.line(outline, Stroke::new(colour, 0.9));
        }
        shares
    }
}

/// A row for each course as `draw` has it at its top and its title's place, the first under `bouts`, over a caption.
fn draw_rows(
    (courses, bouts): (&[Course], &[Bout]),
    (title, caption): (&str, &str),
    draw: impl Fn(&Course, &mut Canvas, (f64, f64), &[Bout]),
) -> Canvas {
    let n_rows = courses.len().max(1);
    let caption = font::wrap(caption, NOTE, Weight::Regular, FULL_WIDTH - LEFT - 8.0);
    let above = courses.first().map_or(0.0, |first| first.above(bouts));
    let bottom = TOP + above + ROW * n_rows as f64 - 12.0;
    let height = bottom + NOTE_LINE * caption.len() as f64;
    let mut canvas = Canvas::new(FULL_WIDTH, height, title);
    for (k, line) in caption.into_iter().enumerate() {
        let at = (LEFT, bottom + NOTE_LINE * k as f64 + 4.0);
        canvas.text(Text::new(at, NOTE, line).colour(GREY));
    }
    let letters = ('a'..='z').map(String::from);
    for (row, (course, letter)) in courses.iter().zip(letters).enumerate() {
        let top = TOP + above + ROW * row as f64;
        let bouts = if row == 0 { bouts } else { &[] };
        let title = top - 10.0 - course.above(bouts);
        canvas.text(Text::new((4.0, title), PANEL, letter).bold());
        draw(course, &mut canvas, (top, title), bouts);
    }
    canvas
}

/// Bands, median and mean of weights at moments at each of which there are some.
fn spread(moments: &[Moment], canvas: &mut Canvas, time: &Axis, weights: &Axis) {
    let line = |of: &dyn Fn(&Moment) -> f64| -> Vec<Point> {
        let moments = moments.iter();
        moments
            .map(|moment| (time.at(moment.time_ms / MS_PER_S), weights.at(of(moment))))
            .collect()
    };
    for (low, high, shade) in [(0, 4, 0.16), (1, 3, 0.38)] {
        let mut area = line(&|moment| moment.quantiles[high]);
        area.extend(line(&|moment| moment.quantiles[low]).into_iter().rev());
        canvas.area(area, tint(BLUE, shade), 1.0);
    }
    curve(
        canvas,
        line(&|moment| moment.quantiles[2]),
        Stroke::new(BLUE, LINE),
    );
    let mean = Stroke::new(VERMILION, 1.0).dashed(3.0, 2.0);
    curve(canvas, line(&|moment| moment.mean), mean);
}

/// Whether edges of bins are those of weights that there are.
fn is_told(edges: &[f64]) -> bool {
    edges.len() > 1 && edges[0].is_finite()
}

/// A line through points, or the one point that there is.
fn curve(canvas: &mut Canvas, points: Vec<Point>, stroke: Stroke) {
    match points[..] {
        [point] => canvas.disc(point, 1.5, stroke.colour),
        _ => canvas.line(points, stroke),
    }
}

/// Names in their colours at `y`, over a panel that ends at `right`, the first the rightmost.
fn legend(canvas: &mut Canvas, right: f64, y: f64, names: &[(&str, crate::report::style::Colour)]) {
    let mut x = right;
    for &(name, colour) in names {
        let text = Text::new((x, y), TICK, name).bold().colour(colour);
        canvas.text(text.anchor(Anchor::End));
        x -= font::width(name, TICK, Weight::Bold) + 7.0;
    }
}

#[cfg(test)]
mod tests;
