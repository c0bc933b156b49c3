//! How many synapses neurons have over time.

use super::{Course, GAP, HEIGHT, LEFT, MS_PER_S, WIDTHS, draw_rows, legend};
use crate::report::FigureError;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Canvas, Text};
use crate::report::figure::raster::{Bout, Strips};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{BLUE, GREY, LABEL, VERMILION};
use std::path::Path;

/// Width of what is over time: two panels of weights.
const OVER_TIME: f64 = WIDTHS[0] + GAP + WIDTHS[1];

/// Synapses onto and of each neuron over time, a row each: median, bands and mean, and histograms at the start and at the end; over
/// the first row bouts, if there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct DegreeCourse {
    /// A row each: its name is what is counted, its moments are of how many synapses neurons have.
    pub courses: Vec<Course>,
    /// The bouts of the run.
    pub bouts: Vec<Bout>,
    /// What stands under it.
    pub caption: String,
}

impl DegreeCourse {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let rows = (&self.courses[..], &self.bouts[..]);
        let mut caption = self.caption.clone();
        if self.courses.iter().any(Course::is_cut) {
            caption += " A bar that holds all neurons is cut off.";
        }
        draw_rows(rows, ("Synapses of neurons over time", &caption), draw)
    }
}

/// A row at `top`, with its title at `title`.
fn draw(course: &Course, canvas: &mut Canvas, (top, title): (f64, f64), bouts: &[Bout]) {
    let bottom = top + HEIGHT;
    let edges = course.histograms.iter();
    let most = edges.filter_map(|(edges, _)| edges.last().copied());
    // Bars stand around whole numbers.
    let degrees = Axis::linear(-0.5, most.fold(1.0, f64::max), bottom, top);
    let times = course
        .moments
        .iter()
        .map(|moment| moment.time_ms / MS_PER_S);
    let span = times.map(|t| (t, t));
    let span = span.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let span = span.unwrap_or((0.0, 1.0));
    let time = Axis::linear(span.0, span.1, LEFT, LEFT + OVER_TIME);
    let column = course.column((time.from, time.to));
    let above = course.above(bouts);
    Strips::new(bouts, &[], &column).draw(canvas, &column, (top - above, bottom), true);
    let name = font::fit(&course.name, LABEL, Weight::Bold, OVER_TIME - 70.0);
    canvas.text(Text::new((LEFT, title), LABEL, name).bold());
    course.spread(canvas, &time, &degrees);
    legend(
        canvas,
        time.to,
        title,
        &[("mean", VERMILION), ("median", BLUE)],
    );
    let left = time.to + GAP;
    let shares = course.histograms(canvas, left, &degrees);
    legend(
        canvas,
        left + WIDTHS[2],
        title,
        &[("end", VERMILION), ("start", GREY)],
    );
    let ticks = degrees.ticks(4).into_iter();
    let ticks = ticks.filter(|tick| tick.value >= 0.0 && tick.value.fract() == 0.0);
    let ticks: Vec<_> = ticks
        .map(|tick| Tick::plain(tick.value, axis::count(tick.value as usize)))
        .collect();
    axis::left(canvas, &degrees, LEFT, &ticks, "Synapses", 34.0);
    axis::left(canvas, &degrees, left, &axis::bare(&ticks), "", 0.0);
    axis::bottom(canvas, &time, bottom, &time.ticks(5), "Time (s)");
    axis::bottom(canvas, &shares, bottom, &shares.ticks(3), "Neurons (%)");
}
