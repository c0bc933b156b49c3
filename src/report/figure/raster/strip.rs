//! What happened when: bouts and stimuli as strips over a raster.

use super::column::Column;
use super::{Bout, Stimulus, hypnogram};
use crate::base::time::Time;
use crate::report::canvas::{Anchor, Canvas, Stroke, Text};
use crate::report::font::{self, Weight};
use crate::report::style::{GREY, HAIR, NOTE, PALE, tint};

/// From one strip to the next.
const ROW: f64 = 9.5;
/// Height of the strip of bouts, and of a bar.
const STRIP: f64 = 8.0;
const BAR: f64 = 3.5;
/// A bar of an instant is still seen.
const SHORTEST: f64 = 1.0;
/// Stimuli that get a row of their own; others are counted in the caption.
const MOST: usize = 6;

/// The strips over a raster.
pub(in crate::report::figure) struct Strips<'a> {
    bouts: &'a [Bout],
    /// Stimuli that act at the same times, by name, with these times.
    stimuli: Vec<(String, &'a [(Time, Time)])>,
    /// Stimuli that are left out.
    pub more: usize,
}

impl<'a> Strips<'a> {
    /// Of several bouts, and of the stimuli that act during a part of the stretch that `column` shows.
    pub(in crate::report::figure) fn new(
        bouts: &'a [Bout],
        stimuli: &'a [Stimulus],
        column: &Column,
    ) -> Self {
        let whole = (column.window.start, column.window.stop);
        let mut rows: Vec<(String, &[(Time, Time)])> = Vec::new();
        for stimulus in stimuli {
            let clipped: Vec<_> = stimulus
                .on
                .iter()
                .filter_map(|&on| column.clip(on))
                .collect();
            if clipped.is_empty() || covers(&clipped, whole) {
                continue;
            }
            match rows.iter_mut().find(|(_, on)| *on == stimulus.on) {
                Some((names, _)) => *names += &format!(", {}", stimulus.name),
                None => rows.push((stimulus.name.clone(), &stimulus.on)),
            }
        }
        let more = rows.len().saturating_sub(MOST);
        rows.truncate(MOST);
        Self {
            bouts: if bouts.len() > 1 { bouts } else { &[] },
            stimuli: rows,
            more,
        }
    }

    /// Points that they take.
    pub(in crate::report::figure) fn height(&self) -> f64 {
        let bouts = match self.bouts {
            [] => 0.0,
            night if hypnogram::is_one(night) => hypnogram::HEIGHT,
            _ => ROW,
        };
        let height = bouts + ROW * self.stimuli.len() as f64;
        if height > 0.0 { height + 4.0 } else { 0.0 }
    }

    /// Whether some are of stimuli.
    pub(in crate::report::figure) fn has_bars(&self) -> bool {
        !self.stimuli.is_empty()
    }

    /// Draws them over `column` from `top` on; their names too, left of the first column. Ends of bouts go down to `bottom`.
    pub(in crate::report::figure) fn draw(
        &self,
        canvas: &mut Canvas,
        column: &Column,
        (top, bottom): (f64, f64),
        names: bool,
    ) {
        let name = |canvas: &mut Canvas, y: f64, name: &str| {
            let shown = font::fit(name, NOTE, Weight::Regular, column.spine - 10.0);
            let text = Text::new((column.spine - 4.0, y), NOTE, shown).colour(GREY);
            canvas.text(text.anchor(Anchor::End).level());
        };
        let mut y = top;
        if hypnogram::is_one(self.bouts) {
            hypnogram::draw(canvas, column, self.bouts, y, names);
            y += hypnogram::HEIGHT;
        } else if !self.bouts.is_empty() {
            if names {
                name(canvas, y + STRIP / 2.0, "bout");
            }
            self.bouts(canvas, column, y, bottom);
            y += ROW;
        }
        for (names_of, on) in &self.stimuli {
            let middle = y + STRIP / 2.0;
            if names {
                name(canvas, middle, names_of);
            }
            let axis = vec![(column.time.from, middle), (column.time.to, middle)];
            canvas.line(axis, Stroke::new(PALE, HAIR));
            for (from, to) in on.iter().filter_map(|&on| column.clip(on)) {
                let (x, right) = (column.x(from), column.x(to));
                let size = ((right - x).max(SHORTEST), BAR);
                canvas.rectangle((x, middle - BAR / 2.0), size, GREY);
            }
            y += ROW;
        }
    }

    fn bouts(&self, canvas: &mut Canvas, column: &Column, top: f64, bottom: f64) {
        for (k, bout) in self.bouts.iter().enumerate() {
            let Some((from, to)) = column.clip((bout.start, bout.stop)) else {
                continue;
            };
            let (x, right) = (column.x(from), column.x(to));
            let ground = if k % 2 == 0 { tint(GREY, 0.3) } else { PALE };
            canvas.rectangle((x, top), (right - x, STRIP), ground);
            let shown = font::fit_ends(&bout.name, NOTE, Weight::Regular, right - x - 2.0);
            // An ellipsis alone says nothing.
            if shown != "…" {
                let text = Text::new(((x + right) / 2.0, top + STRIP / 2.0), NOTE, shown);
                canvas.text(text.anchor(Anchor::Middle).level());
            }
            if from > column.window.start {
                let end = vec![(x, top), (x, bottom)];
                canvas.line(end, Stroke::new(tint(GREY, 0.6), HAIR).dashed(1.5, 1.5));
            }
        }
    }
}

/// Whether stretches of time, ascending, leave no gap in `whole`.
fn covers(stretches: &[(Time, Time)], whole: (Time, Time)) -> bool {
    let end = stretches.iter().fold(
        whole.0,
        |end, &(from, to)| if from <= end { end.max(to) } else { end },
    );
    end >= whole.1
}
