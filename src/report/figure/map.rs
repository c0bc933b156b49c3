//! What maps in colour have in common: a frame, a bar of colours.

use crate::report::axis::{Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Picture, Stroke, Text};
use crate::report::style::{AXIS, Colour, GREY, INK, TICK};

/// Width of a bar of colours.
pub(super) const BAR: f64 = 6.0;

/// A frame around a map.
pub(super) fn frame(canvas: &mut Canvas, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
    let corners = vec![
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
    ];
    canvas.line(corners, Stroke::new(GREY, 0.4));
}

/// A bar of colours with ticks along `values`, which runs upwards.
pub(super) fn bar(
    canvas: &mut Canvas,
    values: &Axis,
    x: f64,
    ticks: &[Tick],
    title: &str,
    colour: impl Fn(f64) -> Colour,
) {
    const STEPS: usize = 101;
    let pixels = (0..STEPS).map(|k| colour(1.0 - k as f64 / (STEPS - 1) as f64));
    canvas.picture(
        (x, values.to),
        (BAR, values.from - values.to),
        Picture {
            columns: 1,
            rows: STEPS,
            pixels: pixels.collect(),
        },
    );
    for tick in ticks {
        let y = values.at(tick.value);
        canvas.line(
            vec![(x + BAR, y), (x + BAR + 2.0, y)],
            Stroke::new(INK, AXIS),
        );
        canvas.text(Text::new((x + BAR + 3.5, y), TICK, tick.label.as_str()).level());
    }
    let at = (x + BAR + 28.0, (values.from + values.to) / 2.0);
    canvas.text(Text::new(at, TICK, title).anchor(Anchor::Middle).upward());
}
