//! The spikes of a population: a mark each, of every neuron or of every n-th, or shades.

use super::column::Column;
use super::{Layer, plural, short_ms};
use crate::base::time::Time;
use crate::report::axis::{self, Axis, Tick};
use crate::report::canvas::{Canvas, Picture, Stroke};
use crate::report::style::{Colour, HAIR, PALE, tint};

/// Layers of at most this many neurons (output classes) get rows apart and strong marks.
pub(super) const FEW_NEURONS: usize = 24;
/// Side of a density cell in points.
const CELL: f64 = 0.5;
/// Rows that marks of a sample of neurons need at least, to be a picture of the population.
const FEWEST_ROWS: usize = 24;
/// A population that is this large is not so small that its size should hold for the samples of others.
const FEWEST_WHOLE: usize = 100;
/// Fewer spikes are never shades, which would not be seen.
const FEWEST_SHADED: usize = 100;
/// How much of a column of the page marks may cover in all but one column of twenty: more would be one block.
const MOST_COVERED: f64 = 0.6;
/// Height and width of a mark in points: where there is room, and where there are many.
const LARGE: (f64, f64) = (2.6, 0.7);
const SMALL: (f64, f64) = (1.6, 0.5);
/// Width of marks in rows apart.
const APART: f64 = 1.3;

/// How the spikes of a layer are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    /// A mark for each spike of every n-th neuron.
    Marks { every: usize, size: (f64, f64) },
    /// The number of spikes in cells.
    Shades,
}

/// A layer, its spikes in a stretch of time, and the height of its band.
pub(super) type Seen<'a> = (&'a Layer, &'a [(Time, u64)], f64);

/// Styles of all layers in `column`, whose bands have these heights: marks where they do not merge, and shades also for
/// what is about as active as something that needs them, so that equal rates look alike.
pub(super) fn styles(column: &Column, layers: &[Seen<'_>]) -> Vec<Style> {
    let mut styles: Vec<Style> = layers
        .iter()
        .map(|&(layer, drawn, height)| style(column, layer, drawn, height))
        .collect();
    let rate = |&(layer, drawn, _): &Seen<'_>| drawn.len() as f64 / layer.n_neurons.max(1) as f64;
    let shaded = layers.iter().zip(&styles);
    let shaded = shaded.filter(|(_, style)| **style == Style::Shades);
    let least = shaded
        .map(|(layer, _)| rate(layer))
        .fold(f64::INFINITY, f64::min);
    for (layer, style) in layers.iter().zip(&mut styles) {
        if rate(layer) >= least / 2.0 && layer.1.len() >= FEWEST_SHADED {
            *style = Style::Shades;
        }
    }
    sample_alike(&mut styles, layers, rate);
    styles
}

/// Where marks must be small, gives all samples the same size and marks of one size, so that equal rates look alike.
fn sample_alike<'a>(styles: &mut [Style], layers: &[Seen<'a>], rate: impl Fn(&Seen<'a>) -> f64) {
    let rows = |layer: &Layer, every: usize| layer.n_neurons / every;
    let sampled = layers.iter().zip(&*styles);
    let sampled = sampled.filter_map(|(seen, style)| match style {
        Style::Marks { every, size } if *size == SMALL => Some((rate(seen), rows(seen.0, *every))),
        _ => None,
    });
    let Some((least, fewest)) = sampled.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1))) else {
        return;
    };
    // Smaller populations as active are shown whole, and others no larger than they, unless they are tiny.
    let whole = layers.iter().map(|seen| (seen.0.n_neurons, rate(seen)));
    let whole = whole.filter(|&(n, rate)| n >= FEWEST_WHOLE && rate >= least / 2.0);
    let fewest = whole.map(|(n, _)| n).fold(fewest, usize::min);
    for (seen, style) in layers.iter().zip(styles) {
        let n = seen.0.n_neurons;
        if let Style::Marks { every, size } = style
            && n > FEW_NEURONS
        {
            *size = SMALL;
            if rate(seen) >= least / 2.0 {
                *every = (*every).max((n as f64 / fewest as f64).round() as usize);
            }
        }
    }
}

fn style(column: &Column, layer: &Layer, drawn: &[(Time, u64)], height: f64) -> Style {
    let n = layer.n_neurons.max(1);
    if n <= FEW_NEURONS {
        let row = height / n as f64;
        let size = (row * 0.8, APART);
        // Marks of a row may touch here and there.
        let merged = share_merged(column, drawn);
        return match merged > 0.5 && drawn.len() >= FEWEST_SHADED {
            true => Style::Shades,
            false => Style::Marks { every: 1, size },
        };
    }
    let crowd = crowd(column, drawn);
    let room = |(high, wide): (f64, f64)| MOST_COVERED * height / (high * wide);
    if crowd <= room(LARGE) {
        return Style::Marks {
            every: 1,
            size: LARGE,
        };
    }
    let every = (crowd / room(SMALL)).ceil().max(1.0) as usize;
    match n / every < FEWEST_ROWS && drawn.len() >= FEWEST_SHADED {
        true => Style::Shades,
        false => Style::Marks { every, size: SMALL },
    }
}

/// Spikes in a column of the page one point wide that one column in twenty exceeds.
fn crowd(column: &Column, drawn: &[(Time, u64)]) -> f64 {
    let mut counts = vec![0_u32; column.width().ceil().max(1.0) as usize];
    let last = counts.len() - 1;
    for &(t, _) in drawn {
        counts[((column.x(t) - column.time.from) as usize).min(last)] += 1;
    }
    counts.sort_unstable();
    f64::from(counts[last * 19 / 20])
}

/// Of the places that spikes have, one point wide in the row of a neuron, the share that have several.
fn share_merged(column: &Column, drawn: &[(Time, u64)]) -> f64 {
    let place = |&(t, j): &(Time, u64)| (j, (column.x(t) - column.time.from) as u64);
    let mut places: Vec<(u64, u64)> = drawn.iter().map(place).collect();
    places.sort_unstable();
    let runs: Vec<usize> = places.chunk_by(|a, b| a == b).map(<[_]>::len).collect();
    let several = runs.iter().filter(|&&n| n > 1).count();
    several as f64 / runs.len().max(1) as f64
}

/// Draws spikes between the heights `top` and `bottom`; the note says how, where it is not a mark for each.
pub(super) fn draw(
    canvas: &mut Canvas,
    column: &Column,
    layer: &Layer,
    drawn: &[(Time, u64)],
    style: Style,
    (top, bottom): (f64, f64),
    colour: Colour,
) -> Option<String> {
    let n = layer.n_neurons;
    let neurons = rows(n, (top, bottom));
    let time = &column.time;
    if n <= FEW_NEURONS {
        let rows = (0..n).map(|j| neurons.at(j as f64));
        canvas.segments(
            rows.map(|y| ((time.from, y), (time.to, y))).collect(),
            Stroke::new(PALE, HAIR),
        );
    }
    if drawn.is_empty() {
        let centre = ((time.from + time.to) / 2.0, (top + bottom) / 2.0);
        axis::say(canvas, centre, "no spikes");
        return None;
    }
    match style {
        Style::Shades => density(canvas, column, layer, drawn, (top, bottom), colour),
        Style::Marks { every, size } => {
            let shown = drawn.iter().filter(|(_, j)| *j % every as u64 == 0);
            let marks = shown.map(|&(t, j)| {
                let (x, y) = (column.x(t), neurons.at(j as f64));
                let half = size.0 / 2.0;
                let y = y.clamp(top + half, (bottom - half).max(top + half));
                ((x, y - half), (x, y + half))
            });
            canvas.segments(marks.collect(), Stroke::new(colour, size.1));
            (every > 1).then(|| format!("{}, every {} neuron", layer.name, ordinal(every)))
        }
    }
}

/// Neuron 0 at the bottom, each in the middle of its row.
fn rows(n: usize, (top, bottom): (f64, f64)) -> Axis {
    Axis::linear(-0.5, (n as f64 - 0.5).max(0.5), bottom, top)
}

/// The axis of neurons.
pub(super) fn axis(
    canvas: &mut Canvas,
    spine: f64,
    layer: &Layer,
    (top, bottom): (f64, f64),
    labels: bool,
) {
    let n = layer.n_neurons;
    let neurons = rows(n, (top, bottom));
    let mut ticks = if n <= FEW_NEURONS {
        let every = if n > 10 { 5 } else { 1 };
        let all = (0..n).step_by(every);
        all.map(|j| Tick::plain(j as f64, j.to_string())).collect()
    } else {
        neurons.ticks(if bottom - top > 60.0 { 4 } else { 2 })
    };
    if let Some(numbers) = &layer.numbers {
        for tick in &mut ticks {
            let number = numbers.get(tick.value as usize);
            tick.label = number.map_or_else(String::new, u32::to_string);
        }
    }
    if !labels {
        ticks.iter_mut().for_each(|tick| tick.label.clear());
    }
    axis::left(canvas, &neurons, spine, &ticks, "", 0.0);
}

fn density(
    canvas: &mut Canvas,
    column: &Column,
    layer: &Layer,
    drawn: &[(Time, u64)],
    (top, bottom): (f64, f64),
    colour: Colour,
) -> Option<String> {
    let (width, height) = (column.width(), bottom - top);
    let columns = (width / CELL).round().max(1.0) as usize;
    let per_row = layer
        .n_neurons
        .div_ceil((height / CELL).max(1.0) as usize)
        .max(1);
    let rows = layer.n_neurons.div_ceil(per_row);
    let span = column.window.stop.since(column.window.start).ps().max(1);
    let mut counts = vec![0_u32; columns * rows];
    for &(t, j) in drawn {
        let part = t.since(column.window.start).ps() as f64 / span as f64;
        let column = ((part * columns as f64) as usize).min(columns - 1);
        let row = rows - 1 - (j as usize / per_row).min(rows - 1);
        counts[row * columns + column] += 1;
    }
    // The darkest shade stands for the count that one occupied cell in 200 exceeds, so that outliers do not
    // pale the rest.
    let mut occupied: Vec<u32> = counts.iter().copied().filter(|&c| c > 0).collect();
    occupied.sort_unstable();
    let darkest = *occupied.get(occupied.len() * 199 / 200)?;
    // The top row may stand for fewer neurons than the others, so it is that much lower.
    let row_height = height * per_row as f64 / layer.n_neurons as f64;
    let picture = Picture {
        columns,
        rows,
        pixels: counts
            .iter()
            .map(|&c| tint(colour, f64::from(c) / f64::from(darkest)))
            .collect(),
    };
    let full = row_height * rows as f64;
    canvas.picture((column.time.from, bottom - full), (width, full), picture);
    let cell_ms = short_ms(column.ms_per_point() * width / columns as f64);
    Some(format!(
        "{}, shade is spikes per {cell_ms} ms and {}, darkest ≥ {}",
        layer.name,
        plural(per_row, "neuron"),
        axis::count(darkest as usize)
    ))
}

/// "2nd", "13th".
fn ordinal(n: usize) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{ending}", axis::count(n))
}

#[cfg(test)]
mod tests;
