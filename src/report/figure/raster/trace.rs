//! The rate of a population over time.

use super::column::Column;
use super::{Layer, hue};
use crate::analysis::rate::SpikeCount;
use crate::base::time::Time;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Anchor, Canvas, Stroke, Text};
use crate::report::style::{Colour, HAIR, TICK};

/// Draws the mean rate per neuron between the heights `top` and `bottom`.
pub(super) fn draw(
    canvas: &mut Canvas,
    column: &Column,
    layer: &Layer,
    drawn: &[(Time, u64)],
    (top, bottom): (f64, f64),
    colour: Colour,
) {
    let times = drawn.iter().map(|&(t, _)| t);
    let window = column.window;
    // Bins that cannot be made leave the trace away; the spikes are still worth drawing.
    let Ok(binned) = SpikeCount::new(times, window.start, window.stop, window.bin) else {
        return;
    };
    let rates = binned.rates_hz(layer.n_neurons);
    let highest = rates.iter().copied().fold(0.0, f64::max);
    let high = if highest > 0.0 { highest } else { 1.0 };
    let vertical = Axis::linear(0.0, high * 1.05, bottom, top);
    let mut outline = Vec::with_capacity(2 * rates.len());
    for ((left, right), &rate) in binned.edges().zip(&rates) {
        let y = vertical.at(rate);
        outline.push((column.x(left), y));
        outline.push((column.x(right), y));
    }
    if highest > 0.0
        && let (Some(&first), Some(&last)) = (outline.first(), outline.last())
    {
        let mut area = outline.clone();
        area.extend([(last.0, bottom), (first.0, bottom)]);
        canvas.area(area, hue::fill(colour), 1.0);
        canvas.line(outline, Stroke::new(colour, HAIR));
    }
    // Zero and the highest round rate; a silent layer has no scale.
    let mut ticks = vec![Tick::plain(0.0, "0".to_owned())];
    if let Some(top) = vertical.ticks(3).pop().filter(|_| highest > 0.0) {
        let round = match top.label.split_once('.') {
            Some(_) => top.label.trim_end_matches('0').trim_end_matches('.'),
            None => &top.label,
        };
        ticks.push(Tick::plain(top.value, round.to_owned()));
    }
    axis::left(canvas, &vertical, column.spine, &ticks, "", 0.0);
}

/// The title of the rate axis: in two lines, as the axis is short.
pub(super) fn title(canvas: &mut Canvas, spine: f64, (top, bottom): (f64, f64)) {
    let middle = (top + bottom) / 2.0;
    for (line, x) in [("Rate", spine - 34.0), ("(Hz)", spine - 26.0)] {
        let text = Text::new((x, middle), TICK, line).anchor(Anchor::Middle);
        canvas.text(text.upward());
    }
}
