//! Pulses: how long after their events they came, and what they evoked.

use crate::analysis::answered::Answered;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Anchor, Canvas, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{
    BLUE, FULL_WIDTH, GREY, INK, LABEL, LINE, NOTE, PANEL, TICK, VERMILION, tint,
};
use std::path::Path;

const LEFT: f64 = 50.0;
const TOP: f64 = 30.0;
const HEIGHT: f64 = 100.0;
const ROW: f64 = 152.0;
/// Panels of a row: latencies, response.
const WIDTHS: [f64; 2] = [150.0, 240.0];
const GAP: f64 = 50.0;
const NOTE_LINE: f64 = 9.0;
/// Bins of a histogram of latencies.
const BINS: usize = 30;

/// The pulses of a stimulus and what a population did around them.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Name of the stimulus.
    pub stimulus: String,
    /// Name of the population.
    pub population: String,
    /// From the event to the pulse in milliseconds, of each pulse.
    pub latencies_ms: Vec<f64>,
    /// Against onsets found afterwards, and how near in milliseconds a pulse must be to answer one.
    pub answered: Option<(Answered, f64)>,
    /// Middle of each bin in milliseconds after the pulse.
    pub times_ms: Vec<f64>,
    /// Rate in each bin in hertz around pulses that were delivered, and how many there were.
    pub delivered: Option<(Vec<f64>, usize)>,
    /// The same around those that were not.
    pub sham: Option<(Vec<f64>, usize)>,
}

/// A row for each stimulus and population: latencies, and rates around pulses, delivered and not.
#[derive(Debug, Clone, PartialEq)]
pub struct Evoked {
    /// The rows.
    pub responses: Vec<Response>,
}

impl Evoked {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let against = self.responses.iter().any(|own| own.answered.is_some());
        let left = match against {
            true => {
                "Left: pulses against UP onsets that the measure up_down finds in each bout; missed: onsets without a pulse, refractory those \
                 so soon after one that there could be none, elsewhere pulses without an onset"
            }
            false => "Left: from the beginning of what set a pulse off to the pulse",
        };
        let caption = format!(
            "{left}; the line is the median. Right: mean rate of a neuron around the n pulses that are not too near an end of the run, nor where neurons begin anew, delivered and not."
        );
        let caption = font::wrap(&caption, NOTE, Weight::Regular, FULL_WIDTH - LEFT - 8.0);
        let bottom = TOP + ROW * self.responses.len().max(1) as f64 - 8.0;
        let mut canvas = Canvas::new(
            FULL_WIDTH,
            bottom + NOTE_LINE * caption.len() as f64,
            "Pulses and what they evoke",
        );
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        for (row, response) in self.responses.iter().enumerate() {
            let top = TOP + ROW * row as f64;
            let letter = char::from(b'a' + (row % 26) as u8);
            canvas.text(Text::new((4.0, top - 12.0), PANEL, letter.to_string()).bold());
            // Of each stimulus once.
            let known = self.responses[..row].iter();
            let first = !{ known }.any(|other| other.stimulus == response.stimulus);
            response.draw(&mut canvas, top, first);
        }
        canvas
    }
}

/// The middle of what ascends, if there is anything.
fn median(sorted: &[f64]) -> Option<f64> {
    let (low, high) = (
        sorted.get((sorted.len().max(1) - 1) / 2)?,
        sorted.get(sorted.len() / 2)?,
    );
    Some(0.5 * (low + high))
}

/// An axis of numbers of pulses: bars begin at 0, and no tick is a part of a pulse.
fn pulses_axis(tallest: usize, bottom: f64, top: f64) -> Axis {
    Axis::linear(0.0, tallest.max(4) as f64 * 1.08, bottom, top)
}

impl Response {
    fn draw(&self, canvas: &mut Canvas, top: f64, latencies: bool) {
        if latencies {
            let name = font::fit(&self.stimulus, LABEL, Weight::Bold, WIDTHS[0]);
            canvas.text(Text::new((LEFT, top - 12.0), LABEL, name).bold());
            let across = (LEFT, LEFT + WIDTHS[0]);
            match &self.answered {
                Some(answered) => self.against(canvas, answered, across, top),
                None => self.latencies(canvas, across, (top, top + HEIGHT)),
            }
        }
        let left = LEFT + WIDTHS[0] + GAP;
        canvas.text(Text::new((left, top - 12.0), LABEL, self.population.as_str()).bold());
        self.rates(canvas, (left, left + WIDTHS[1]), (top, top + HEIGHT));
    }

    fn latencies(&self, canvas: &mut Canvas, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
        let mut sorted = self.latencies_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
        let (Some(&most), Some(median)) = (sorted.last(), median(&sorted)) else {
            axis::say(canvas, centre, "no pulses");
            return;
        };
        let across = Axis::linear(0.0, (most * 1.05).max(1.0), left, right);
        let width = across.high / BINS as f64;
        let mut counts = [0_usize; BINS];
        for latency in &sorted {
            counts[((latency / width) as usize).min(BINS - 1)] += 1;
        }
        let tallest = counts.iter().copied().max().unwrap_or(1);
        let up = pulses_axis(tallest, bottom, top);
        for (k, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (across.at(k as f64 * width), up.at(count as f64));
            let size = (across.at(width) - across.from, bottom - y);
            canvas.rectangle((x, y), size, tint(BLUE, 0.55));
        }
        let x = across.at(median);
        let stroke = Stroke::new(INK, LINE / 2.0).dashed(2.0, 2.0);
        canvas.line(vec![(x, top), (x, bottom)], stroke);
        axis::bottom(canvas, &across, bottom, &across.ticks(4), "Latency (ms)");
        axis::left(canvas, &up, left, &up.ticks(4), "Pulses", 34.0);
    }

    /// Latencies against onsets, and how many were missed.
    fn against(
        &self,
        canvas: &mut Canvas,
        (found, within): &(Answered, f64),
        (left, right): (f64, f64),
        top: f64,
    ) {
        /// Lines of text above the histogram.
        const TEXT: f64 = 20.0;
        let bottom = top + HEIGHT;
        let n = found.off_ms.len();
        let texts = [
            format!("pulses at onsets {n}, onsets missed {}", found.missed),
            format!(
                "refractory {}, elsewhere {}",
                found.refractory, found.elsewhere
            ),
        ];
        for (k, text) in texts.into_iter().enumerate() {
            let at = (left, top + 2.0 + 9.0 * k as f64);
            canvas.text(Text::new(at, TICK, text).colour(GREY));
        }
        let top = top + TEXT;
        let mut sorted = found.off_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(median) = median(&sorted) else {
            let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
            axis::say(canvas, centre, "no pulses near onsets");
            return;
        };
        let across = Axis::linear(-within, *within, left, right);
        let width = 2.0 * within / BINS as f64;
        let mut counts = [0_usize; BINS];
        for off in &sorted {
            counts[(((off + within) / width) as usize).min(BINS - 1)] += 1;
        }
        let tallest = counts.iter().copied().max().unwrap_or(1);
        let up = pulses_axis(tallest, bottom, top);
        for (k, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (across.at(k as f64 * width - within), up.at(count as f64));
            let size = (across.at(width) - across.at(0.0), bottom - y);
            canvas.rectangle((x, y), size, tint(BLUE, 0.55));
        }
        let x = across.at(median);
        let stroke = Stroke::new(INK, LINE / 2.0).dashed(2.0, 2.0);
        canvas.line(vec![(x, top), (x, bottom)], stroke);
        axis::bottom(
            canvas,
            &across,
            bottom,
            &across.ticks(4),
            "Pulse after UP onset (ms)",
        );
        axis::left(canvas, &up, left, &up.ticks(4), "Pulses", 34.0);
    }

    fn rates(&self, canvas: &mut Canvas, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
        let lines = [
            (&self.sham, GREY, "not delivered"),
            (&self.delivered, VERMILION, "delivered"),
        ];
        let shown = lines.iter().filter_map(|(line, ..)| line.as_ref());
        let highest = shown
            .flat_map(|(rates, _)| rates)
            .fold(0.0, |a: f64, b| a.max(*b));
        let ends = self.times_ms.first().zip(self.times_ms.last());
        let (Some((&from, &to)), true) = (ends, highest > 0.0) else {
            let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
            let counted = self.delivered.is_some() || self.sham.is_some();
            let why = match (counted, self.latencies_ms.is_empty()) {
                (true, _) => "no spikes around pulses",
                (false, true) => "no pulses",
                (false, false) => "all pulses are too near an end of the run",
            };
            axis::say(canvas, centre, why);
            return;
        };
        let across = Axis::linear(from, to, left, right);
        let up = Axis::linear(0.0, highest * 1.08, bottom, top);
        let zero = Stroke::new(tint(INK, 0.35), 0.4).dashed(2.0, 2.0);
        // The first bin may lie behind the pulse, the last one before it.
        if (from..=to).contains(&0.0) {
            canvas.line(vec![(across.at(0.0), top), (across.at(0.0), bottom)], zero);
        }
        let mut x = right;
        for (line, colour, name) in lines {
            let Some((rates, n)) = line else { continue };
            let points = self.times_ms.iter().zip(rates);
            let points = points.map(|(&t, &rate)| (across.at(t), up.at(rate)));
            canvas.line(points.collect(), Stroke::new(colour, LINE * 0.8));
            let text = format!("{name}, n = {n}");
            let label = Text::new((x, top - 4.0), TICK, text.as_str());
            canvas.text(label.bold().colour(colour).anchor(Anchor::End));
            x -= font::width(&text, TICK, Weight::Bold) + 8.0;
        }
        axis::bottom(
            canvas,
            &across,
            bottom,
            &across.ticks(6),
            "Time after the pulse (ms)",
        );
        axis::left(canvas, &up, left, &up.ticks(4), "Rate (Hz)", 30.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_of_latencies_are_as_high_as_their_numbers() {
        let response = Response {
            stimulus: "cue".into(),
            population: "e".into(),
            latencies_ms: vec![1.0, 10.0, 10.0, 10.0],
            answered: None,
            times_ms: Vec::new(),
            delivered: None,
            sham: None,
        };
        let evoked = Evoked {
            responses: vec![response],
        };
        let folder = tempfile::tempdir().unwrap();
        evoked.draw(&folder.path().join("evoked")).unwrap();
        let drawn = std::fs::read_to_string(folder.path().join("evoked.svg")).unwrap();
        for tick in ["0", "2", "4"] {
            assert!(drawn.contains(&format!(">{tick}<")), "{tick}: {drawn}");
        }
        assert!(!drawn.contains(">0.5<"), "{drawn}");
        let up = pulses_axis(3, 100.0, 0.0);
        let height = |count| up.at(0.0) - up.at(count);
        assert!((height(3.0) - 3.0 * height(1.0)).abs() < 1e-9);
    }

    #[test]
    fn a_panel_without_rates_says_why() {
        let silent = Some((vec![0.0; 3], 1));
        for (latencies_ms, delivered, why) in [
            (vec![1.0], silent, "no spikes around pulses"),
            (vec![1.0], None, "all pulses are too near an end of the run"),
            (Vec::new(), None, "no pulses"),
        ] {
            let response = Response {
                stimulus: "cue".into(),
                population: "e".into(),
                latencies_ms,
                answered: None,
                times_ms: vec![0.0, 10.0, 20.0],
                delivered,
                sham: None,
            };
            let evoked = Evoked {
                responses: vec![response],
            };
            let drawn = crate::report::canvas::svg::render(&evoked.canvas()).unwrap();
            assert!(drawn.contains(&format!(">{why}<")), "{why}: {drawn}");
        }
    }
}
