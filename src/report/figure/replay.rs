//! Events of sleep with the position that is decoded from them, and the line that fits it best.

use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::figure::map::{BAR, bar, frame};
use crate::report::font::{self, Weight};
use crate::report::style::{
    FULL_WIDTH, GREY, HAIR, INK, LABEL, LINE, NOTE, PALE, TICK, VERMILION, sequential,
};

const ACROSS: usize = 6;
const LEFT: f64 = 40.0;
const RIGHT: f64 = 48.0;
const TOP: f64 = 22.0;
const HIGH: f64 = 58.0;
const GAP: f64 = 7.0;
/// Between two rows: the length of the events above, and what stands over those below.
const ROW_GAP: f64 = 34.0;
const NOTE_LINE: f64 = 9.0;

/// Decoded events.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The events, in order of time.
    pub events: Vec<Event>,
    /// Where positions begin and end, in cm.
    pub track_cm: (f64, f64),
    /// What is to be said of it.
    pub caption: String,
}

/// A decoded event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What stands above it, a line each.
    pub heading: [String; 2],
    /// How long its bins are together, in ms.
    pub length_ms: f64,
    /// Probability by bin of time, then of position; nothing where no neuron fired.
    pub posterior: Vec<Option<Vec<f64>>>,
    /// The best line, in bins of time and of position.
    pub line: Vec<(f64, f64)>,
    /// Whether it replays the track.
    pub is_replay: bool,
}

impl Replay {
    pub(crate) fn canvas(&self) -> Canvas {
        let lines = font::wrap(
            &self.caption,
            NOTE,
            Weight::Regular,
            FULL_WIDTH - LEFT - RIGHT,
        );
        let rows = self.events.len().div_ceil(ACROSS).max(1);
        let bottom = TOP + rows as f64 * (HIGH + ROW_GAP) - ROW_GAP;
        let height = bottom + 26.0 + NOTE_LINE * lines.len() as f64;
        let mut canvas = Canvas::new(FULL_WIDTH, height, "Decoded events of sleep");
        let width = (FULL_WIDTH - LEFT - RIGHT - GAP * (ACROSS as f64 - 1.0)) / ACROSS as f64;
        for (k, event) in self.events.iter().enumerate() {
            let (row, column) = (k / ACROSS, k % ACROSS);
            let left = LEFT + column as f64 * (width + GAP);
            let top = TOP + row as f64 * (HIGH + ROW_GAP);
            if column == 0 {
                self.positions(&mut canvas, top);
            }
            event.draw(&mut canvas, (left, left + width), top);
        }
        let shades = Axis::linear(0.0, 1.0, TOP + HIGH, TOP);
        let x = FULL_WIDTH - RIGHT + 8.0;
        bar(
            &mut canvas,
            &shades,
            x,
            &shades.ticks(3),
            "Probability",
            sequential,
        );
        debug_assert!(x + BAR < FULL_WIDTH);
        for (k, line) in lines.into_iter().enumerate() {
            let at = (LEFT, bottom + 24.0 + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        canvas
    }

    fn positions(&self, canvas: &mut Canvas, top: f64) {
        let (low, high) = self.track_cm;
        let axis = Axis::linear(low, high, top + HIGH, top);
        axis::left(
            canvas,
            &axis,
            LEFT - 3.0,
            &axis.ticks(3),
            "Position (cm)",
            30.0,
        );
    }
}

impl Event {
    fn draw(&self, canvas: &mut Canvas, (left, right): (f64, f64), top: f64) {
        let [above, below] = &self.heading;
        canvas.text(Text::new((left, top - 11.5), TICK, above.as_str()).bold());
        canvas.text(Text::new((left, top - 3.5), NOTE, below.as_str()).colour(GREY));
        let rows = self
            .posterior
            .iter()
            .flatten()
            .map(Vec::len)
            .max()
            .unwrap_or(1);
        let columns = self.posterior.len().max(1);
        let colour = |row: usize, column: usize| match self.posterior.get(column) {
            // The first bin of position lies at the foot.
            Some(Some(bins)) => bins.get(rows - 1 - row).map_or(PALE, |&p| sequential(p)),
            _ => PALE,
        };
        let pixels = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        canvas.picture(
            (left, top),
            (right - left, HIGH),
            Picture {
                columns,
                rows,
                pixels: pixels.map(|(row, column)| colour(row, column)).collect(),
            },
        );
        let at = |&(t, x): &(f64, f64)| {
            (
                left + (right - left) * (t + 0.5) / columns as f64,
                top + HIGH * (1.0 - (x + 0.5) / rows as f64),
            )
        };
        let stroke = match self.is_replay {
            true => Stroke::new(VERMILION, LINE),
            false => Stroke::new(INK, HAIR).dashed(2.0, 1.5),
        };
        if self.line.len() > 1 {
            canvas.line(self.line.iter().map(at).collect(), stroke);
        }
        frame(canvas, (left, right), (top, top + HIGH));
        let length = format!("{:.0} ms", self.length_ms);
        let text = Text::new((right, top + HIGH + LABEL), NOTE, length);
        canvas.text(text.anchor(Anchor::End).colour(GREY));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::canvas::svg;

    fn event(is_replay: bool) -> Event {
        Event {
            heading: ["1.50 s".into(), "forward, p 0.002".into()],
            length_ms: 30.0,
            posterior: vec![Some(vec![1.0, 0.0]), None, Some(vec![0.0, 1.0])],
            line: vec![(0.0, 0.0), (2.0, 1.0)],
            is_replay,
        }
    }

    #[test]
    fn events_say_when_and_how_sure_and_only_replay_is_orange() {
        let drawn = |is_replay| {
            let figure = Replay {
                events: vec![event(is_replay); 7],
                track_cm: (0.0, 300.0),
                caption: "Seven events.".into(),
            };
            svg::render(&figure.canvas()).unwrap()
        };
        let (replay, none) = (drawn(true), drawn(false));
        for text in [
            "1.50 s",
            "forward, p 0.002",
            "30 ms",
            "Seven events.",
            "Position (cm)",
        ] {
            assert!(replay.contains(text), "{text}");
        }
        assert_eq!(
            replay.matches("<image").count(),
            8,
            "a bar of colours and seven events"
        );
        let orange = "#d55e00";
        assert!(replay.contains(orange) && !none.contains(orange) && none.contains("dasharray"));
    }
}
