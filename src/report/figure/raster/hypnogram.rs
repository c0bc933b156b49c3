//! The bouts of a night as a hypnogram over a raster: steps from stage to stage, REM sleep thick.

use super::Bout;
use super::column::Column;
use crate::protocol::stage::Stage;
use crate::report::canvas::{Anchor, Canvas, Stroke, Text};
use crate::report::style::{AXIS, GREY, HAIR, INK, NOTE, PALE};

/// Stages from the top to the bottom: REM sleep is as light as it looks.
const ROWS: [Stage; 5] = [Stage::Wake, Stage::Rem, Stage::N1, Stage::N2, Stage::N3];
/// From one row to the next.
const ROW: f64 = 7.0;
/// Height of all, with the room below.
pub(super) const HEIGHT: f64 = ROW * ROWS.len() as f64 + 2.0;
/// Width of a line of REM sleep.
const THICK: f64 = 2.4;

/// Whether `bouts` are those of a night.
pub(super) fn is_one(bouts: &[Bout]) -> bool {
    !bouts.is_empty() && bouts.iter().all(|bout| bout.stage.is_some())
}

/// Draws `bouts` over `column` from `top` on, and names of stages left of it.
pub(super) fn draw(canvas: &mut Canvas, column: &Column, bouts: &[Bout], top: f64, names: bool) {
    let at = |stage: Stage| {
        let row = ROWS.iter().position(|row| *row == stage).unwrap_or(0);
        top + ROW * (row as f64 + 0.5)
    };
    for stage in ROWS {
        let y = at(stage);
        if names {
            let text = Text::new((column.spine - 4.0, y), NOTE, stage.name()).colour(GREY);
            canvas.text(text.anchor(Anchor::End).level());
        }
        let row = vec![(column.time.from, y), (column.time.to, y)];
        canvas.line(row, Stroke::new(PALE, HAIR));
    }
    let (mut steps, mut rem) = (Vec::new(), Vec::new());
    for bout in bouts {
        let clipped = column.clip((bout.start, bout.stop));
        let Some(((from, to), stage)) = clipped.zip(bout.stage) else {
            continue;
        };
        let (from, to, y) = (column.x(from), column.x(to), at(stage));
        steps.extend([(from, y), (to, y)]);
        if stage == Stage::Rem {
            rem.push(vec![(from, y), (to, y)]);
        }
    }
    canvas.line(steps, Stroke::new(INK, AXIS));
    for stretch in rem {
        canvas.line(stretch, Stroke::new(INK, THICK));
    }
}
