//! Axes: from values to points on the page, ticks, labels, frames.

use super::canvas::{Anchor, Canvas, Point, Stroke, Text};
use super::font::{self, Weight};
use super::style::{AXIS, INK, LABEL, TICK, TICK_LENGTH};

/// A tick: its value and its label, split into base and exponent for powers of ten.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub value: f64,
    pub label: String,
    pub exponent: Option<String>,
}

impl Tick {
    pub(crate) fn plain(value: f64, label: String) -> Self {
        Self {
            value,
            label,
            exponent: None,
        }
    }
}

/// One direction of a panel, from `low` at point `from` to `high` at point `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    pub low: f64,
    pub high: f64,
    pub from: f64,
    pub to: f64,
    logarithmic: bool,
}

impl Axis {
    /// A linear axis. A range that has no width, or an end that is not finite, is replaced by one around it.
    pub(crate) fn linear(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = match (low.is_finite(), high.is_finite()) {
            (true, true) if high > low && (high - low).is_finite() => (low, high),
            (true, _) => {
                let margin = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
                (low - margin, low + margin)
            }
            _ => (0.0, 1.0),
        };
        Self {
            low,
            high,
            from,
            to,
            logarithmic: false,
        }
    }

    /// A linear axis from zero up to `most` and at most about `n` ticks; zero alone where there is nothing more, as
    /// that has no scale.
    pub(crate) fn upward(most: f64, n: usize, from: f64, to: f64) -> (Self, Vec<Tick>) {
        if most > 0.0 {
            let axis = Self::linear(0.0, most, from, to);
            return (axis, axis.ticks(n));
        }
        let axis = Self::linear(0.0, 1.0, from, to);
        (axis, vec![Tick::plain(0.0, "0".to_owned())])
    }

    /// A logarithmic axis of counts from just under 1 (so that 1 stands off the axis) to above `high`.
    pub(crate) fn counts(high: f64, from: f64, to: f64) -> Self {
        Self {
            low: 0.7,
            high: high.max(10.0) * 1.5,
            from,
            to,
            logarithmic: true,
        }
    }

    /// Where `value` lies on the page. A value under a logarithmic axis (zero counts) lies at its start.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let part = if self.logarithmic {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + part * (self.to - self.from)
    }

    /// At most about `n` ticks at round values; two at least, where two are wanted, for one alone tells no scale.
    pub(crate) fn ticks(&self, n: usize) -> Vec<Tick> {
        if self.logarithmic {
            return power_ticks(self.high, n);
        }
        let step = round_step((self.high - self.low) / n.max(1) as f64);
        let ticks = self.ticks_by(step);
        if ticks.len() < 2 && n > 1 {
            self.ticks_by(finer(step))
        } else {
            ticks
        }
    }

    /// Ticks at the multiples of `step`.
    fn ticks_by(&self, step: f64) -> Vec<Tick> {
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        // A range far from zero and narrower than its rounding has no ticks; a sound one has few.
        let count = last - first;
        if !(0.0..=100.0).contains(&count) {
            return Vec::new();
        }
        (0..=count as usize)
            .map(|k| {
                let value = (first + k as f64) * step;
                Tick::plain(value, number(value, decimals))
            })
            .collect()
    }
}

fn power_ticks(high: f64, n: usize) -> Vec<Tick> {
    let top = high.log10().floor().max(0.0) as i32;
    let every = (top as usize / n.max(1) + 1) as i32;
    (0..=top)
        .step_by(every.max(1) as usize)
        .map(|power| Tick {
            value: 10_f64.powi(power),
            label: if power == 0 { "1" } else { "10" }.to_owned(),
            exponent: (power > 1).then(|| power.to_string()),
        })
        .collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    if !(step.is_finite() && step > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&s| s >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}

/// The round step below `step`, which is one.
fn finer(step: f64) -> f64 {
    // Steps are 2 or 2.5 times the one below.
    round_step(step / 2.6)
}

/// A number with a true minus sign, commas between thousands, and fixed decimals (an exponent where those mislead).
pub(crate) fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    if size >= 1e7 || decimals > 4 && size != 0.0 {
        return format!("{value:.1e}").replace('-', "−");
    }
    let text = format!("{size:.decimals$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    out += &thousands(whole);
    if !part.is_empty() {
        out.push('.');
        out += part;
    }
    out
}

/// A step above 0 with three digits.
pub(crate) fn short(step: f64) -> String {
    let decimals = (2.0 - step.log10().floor()).clamp(0.0, 9.0);
    format!("{step:.*}", decimals as usize)
}

/// A count with commas between thousands.
pub(crate) fn count(n: usize) -> String {
    thousands(&n.to_string())
}

fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (k, c) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `ticks` without what stands at them.
pub(crate) fn bare(ticks: &[Tick]) -> Vec<Tick> {
    let bare = |tick: &Tick| Tick::plain(tick.value, String::new());
    ticks.iter().map(bare).collect()
}

/// The bottom axis of a panel: spine at height `y`, ticks, labels and an optional title under them.
pub(crate) fn bottom(canvas: &mut Canvas, axis: &Axis, y: f64, ticks: &[Tick], title: &str) {
    let stroke = Stroke::new(INK, AXIS);
    canvas.line(vec![(axis.from, y), (axis.to, y)], stroke);
    let marks = ticks.iter().map(|t| axis.at(t.value));
    canvas.segments(
        marks.map(|x| ((x, y), (x, y + TICK_LENGTH))).collect(),
        stroke,
    );
    for tick in ticks {
        let at = (axis.at(tick.value), y + TICK_LENGTH + 1.5 + TICK * 0.72);
        canvas.text(Text::new(at, TICK, tick.label.as_str()).anchor(Anchor::Middle));
    }
    let at = ((axis.from + axis.to) / 2.0, y + 20.5);
    canvas.text(Text::new(at, LABEL, title).anchor(Anchor::Middle));
}

/// The left axis of a panel: spine at `x`, ticks and labels, and a title whose baseline is `title_gap` left of it.
pub(crate) fn left(
    canvas: &mut Canvas,
    axis: &Axis,
    x: f64,
    ticks: &[Tick],
    title: &str,
    title_gap: f64,
) {
    let stroke = Stroke::new(INK, AXIS);
    canvas.line(vec![(x, axis.from), (x, axis.to)], stroke);
    let marks = ticks.iter().map(|t| axis.at(t.value));
    canvas.segments(
        marks.map(|y| ((x - TICK_LENGTH, y), (x, y))).collect(),
        stroke,
    );
    for tick in ticks {
        tick_label(canvas, (x - TICK_LENGTH - 1.5, axis.at(tick.value)), tick);
    }
    let at = (x - title_gap, (axis.from + axis.to) / 2.0);
    canvas.text(Text::new(at, LABEL, title).anchor(Anchor::Middle).upward());
}

/// A label that ends at `at`, its exponent raised and smaller.
fn tick_label(canvas: &mut Canvas, at: Point, tick: &Tick) {
    let mut x = at.0;
    if let Some(exponent) = &tick.exponent {
        let size = TICK * 0.72;
        canvas.text(
            Text::new((x, at.1 - TICK * 0.36), size, exponent.as_str())
                .anchor(Anchor::End)
                .level(),
        );
        x -= font::width(exponent, size, Weight::Regular) + 0.3;
    }
    canvas.text(
        Text::new((x, at.1), TICK, tick.label.as_str())
            .anchor(Anchor::End)
            .level(),
    );
}

/// Says in the middle of a panel why it shows no data.
pub(crate) fn say(canvas: &mut Canvas, centre: Point, what: &str) {
    let text = Text::new(centre, LABEL, what).colour(super::style::GREY);
    canvas.text(text.anchor(Anchor::Middle).level());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis, n: usize) -> Vec<String> {
        axis.ticks(n).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(&Axis::linear(0.0, 100.0, 0.0, 1.0), 5),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(
            labels(&Axis::linear(-0.3, 0.3, 0.0, 1.0), 4),
            ["−0.2", "0.0", "0.2"]
        );
        assert_eq!(
            labels(&Axis::linear(0.0, 2500.0, 0.0, 1.0), 3),
            ["0", "1,000", "2,000"]
        );
        // One alone would tell no scale.
        assert_eq!(
            labels(&Axis::linear(0.55, 1.45, 0.0, 1.0), 3),
            ["0.6", "0.8", "1.0", "1.2", "1.4"]
        );
        assert_eq!(labels(&Axis::linear(0.9, 1.9, 0.0, 1.0), 2), ["1.0", "1.5"]);
        let powers = Axis::counts(5e5, 0.0, 1.0).ticks(4);
        let powers: Vec<f64> = powers.iter().map(|t| t.value).collect();
        assert_eq!(powers, [1.0, 1e2, 1e4]);
    }

    #[test]
    fn numbers_read_as_in_print() {
        assert_eq!(number(-1234.5, 1), "−1,234.5");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(1e6, 0), "1,000,000");
        assert_eq!(number(1e-6, 6), "1.0e−6");
        assert_eq!(number(f64::NAN, 1), "–");
        assert_eq!(count(784), "784");
    }

    #[test]
    fn ends_map_to_ends() {
        let axis = Axis::linear(2.0, 4.0, 100.0, 50.0);
        assert_eq!(
            (axis.at(2.0), axis.at(3.0), axis.at(4.0)),
            (100.0, 75.0, 50.0)
        );
        let counts = Axis::counts(1000.0, 100.0, 0.0);
        assert_eq!(counts.at(0.0), 100.0);
        assert!((counts.at(1500.0)).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn any_range_gives_finite_ticks_on_the_axis(low in any::<f64>(), high in any::<f64>(), n in 0_usize..20) {
            let axis = Axis::linear(low, high, 0.0, 100.0);
            let ticks = axis.ticks(n);
            prop_assert!(ticks.len() <= 101);
            for tick in ticks {
                let at = axis.at(tick.value);
                prop_assert!((-0.1..=100.1).contains(&at), "{at}");
            }
        }
    }
}
