//! Rhythms stage by stage: power spectra, and how often a population fires how much.

use crate::analysis::signal::stretches;
use crate::report::FigureError;
use crate::report::axis::{self, Axis};
use crate::report::canvas::{Canvas, Point, Stroke, Text};
use crate::report::file;
use crate::report::font::{self, Weight};
use crate::report::style::{Colour, FULL_WIDTH, GREY, LABEL, LINE, NOTE, PANEL, SERIES, TICK};
use std::path::Path;

const LEFT: f64 = 50.0;
const TOP: f64 = 32.0;
const HEIGHT: f64 = 120.0;
const ROW: f64 = 176.0;
const WIDTH: f64 = 190.0;
const GAP: f64 = 58.0;
const NOTE_LINE: f64 = 9.0;
/// Of rasters: rates above, spikes below, what is around both, and between stages.
const TRACE: f64 = 24.0;
const SPIKES: f64 = 64.0;
const RASTER: f64 = TRACE + SPIKES + 34.0;
const BETWEEN: f64 = 10.0;
/// Bins of a histogram of rates at most.
const BINS: usize = 60;
/// Of how many bins a share is told, and in words.
const PER: [(f64, &str); 6] = [
    (1e3, "Bins in a thousand"),
    (1e4, "Bins in 10,000"),
    (1e5, "Bins in 100,000"),
    (1e6, "Bins in a million"),
    (1e7, "Bins in 10 million"),
    (1e8, "Bins in 100 million"),
];
/// Share of the highest power below which what is found is none but what rounding leaves: 120 dB, more than counts of spikes span.
const ROUNDING: f64 = 1e-12;

/// A stage of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRhythm {
    /// Its name.
    pub name: String,
    /// Frequency in hertz and power spectral density in hertz squared per hertz, ascending; none where no stretch was long enough.
    pub density: Vec<(f64, f64)>,
    /// How many segments that is the mean of.
    pub segments: u64,
    /// The rate of a neuron in hertz in each bin.
    pub rates: Vec<f64>,
    /// A part of it, spike by spike.
    pub raster: Option<StageRaster>,
}

/// Single spikes of a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRaster {
    /// When it begins, in seconds of the run.
    pub from_s: f64,
    /// How long it is.
    pub length_ms: f64,
    /// Neurons shown, one in each row.
    pub rows: usize,
    /// Every so manieth neuron is shown.
    pub every: usize,
    /// Milliseconds from its begin, and row.
    pub spikes: Vec<(f64, usize)>,
    /// The rate of all neurons in hertz in each bin.
    pub rates: Vec<f64>,
}

/// A population, stage by stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// Its name.
    pub population: String,
    /// What one spike in a bin makes of the rate, in hertz: rates are multiples of it.
    pub quantum_hz: f64,
    /// The stages.
    pub stages: Vec<StageRhythm>,
}

/// A row for each population: spectra, histograms of rates; a line for each stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythms {
    /// The rows.
    pub populations: Vec<Rhythm>,
    /// Bins of the rates.
    pub bin_ms: f64,
    /// Length of the segments that spectra are means of.
    pub segment_s: f64,
}

impl Rhythms {
    /// Writes `stem.svg` and `stem.png`.
    ///
    /// # Errors
    /// If one of them exists or cannot be written.
    pub fn draw(&self, stem: &Path) -> Result<(), FigureError> {
        file::write(&self.canvas(), stem)
    }

    fn canvas(&self) -> Canvas {
        let stages = self.populations.iter().map(|rhythm| rhythm.stages.len());
        let more = stages.max().unwrap_or(0).saturating_sub(SERIES.len());
        let more = match more {
            0 => String::new(),
            more => format!(" {more} more stages are not shown."),
        };
        let caption = format!(
            "Rates of a neuron in bins of {} ms, ramps at the beginning of bouts left out. Left: power spectral density (Welch; Hann \
             windows of {} s, half overlapping; n of them). Right: share of the bins by their rate.{more}",
            self.bin_ms, self.segment_s
        );
        let rows = self.populations.iter().flat_map(|own| &own.stages);
        let rastered = rows.filter_map(|stage| stage.raster.as_ref()).next();
        let above = if rastered.is_some() { RASTER } else { 0.0 };
        let caption = match rastered {
            Some(raster) => format!(
                "{caption} Above: the rate of all neurons, and spikes of {}, {:.1} s long, from where each stage says.",
                if raster.every == 1 {
                    "each".to_owned()
                } else {
                    format!("one neuron in {}", raster.every)
                },
                raster.length_ms / 1e3
            ),
            None => caption,
        };
        let caption = font::wrap(&caption, NOTE, Weight::Regular, FULL_WIDTH - LEFT - 8.0);
        let bottom = TOP + (ROW + above) * self.populations.len().max(1) as f64 - 18.0;
        let height = bottom + NOTE_LINE * caption.len() as f64;
        let mut canvas = Canvas::new(FULL_WIDTH, height, "Rhythms of rates, stage by stage");
        for (k, line) in caption.into_iter().enumerate() {
            let at = (LEFT, bottom + NOTE_LINE * k as f64);
            canvas.text(Text::new(at, NOTE, line).colour(GREY));
        }
        for (row, rhythm) in self.populations.iter().enumerate() {
            let top = TOP + (ROW + above) * row as f64;
            let letter = char::from(b'a' + (row % 26) as u8);
            canvas.text(Text::new((4.0, top - 20.0), PANEL, letter.to_string()).bold());
            let name = font::fit(&rhythm.population, LABEL, Weight::Bold, WIDTH);
            canvas.text(Text::new((LEFT, top - 20.0), LABEL, name).bold());
            rhythm.legend(&mut canvas, top - 9.0);
            if above > 0.0 {
                rhythm.rasters(&mut canvas, top);
            }
            let top = top + above;
            let (left, second) = (LEFT, LEFT + WIDTH + GAP);
            rhythm.spectra(&mut canvas, (left, left + WIDTH), (top, top + HEIGHT));
            rhythm.histograms(&mut canvas, (second, second + WIDTH), (top, top + HEIGHT));
        }
        canvas
    }
}

impl Rhythm {
    fn lines(&self) -> impl Iterator<Item = (&StageRhythm, Colour)> {
        self.stages.iter().zip(SERIES)
    }

    fn legend(&self, canvas: &mut Canvas, y: f64) {
        const APART: f64 = 9.0;
        let width = |text: &str| font::width(text, TICK, Weight::Bold);
        let entries: Vec<(&str, String, Colour)> = self
            .lines()
            .map(|(stage, colour)| {
                (
                    &stage.name[..],
                    format!(" (n = {})", stage.segments),
                    colour,
                )
            })
            .collect();
        let natural = entries
            .iter()
            .map(|(name, n, _)| width(name) + width(n) + APART);
        let (room, natural) = (FULL_WIDTH - LEFT - 8.0, natural.sum::<f64>());
        let share = room / entries.len().max(1) as f64 - APART;
        let mut x = LEFT;
        for (name, n, colour) in entries {
            let name = match natural > room {
                true => font::fit(name, TICK, Weight::Bold, share - width(&n)),
                false => name.to_owned(),
            };
            let text = name + &n;
            let right = x + width(&text) + APART;
            canvas.text(Text::new((x, y), TICK, text).bold().colour(colour));
            x = right;
        }
    }

    /// Stages side by side, from `top` on.
    fn rasters(&self, canvas: &mut Canvas, top: f64) {
        let shown: Vec<(&StageRaster, Colour)> = self
            .lines()
            .filter_map(|(stage, colour)| Some((stage.raster.as_ref()?, colour)))
            .collect();
        let all = 2.0 * WIDTH + GAP + BETWEEN;
        let width = all / shown.len().max(1) as f64 - BETWEEN;
        let rates = shown.iter().flat_map(|(raster, _)| &raster.rates);
        let highest = rates.copied().fold(0.0, f64::max);
        let (up, ticks) = Axis::upward(highest, 2, top + TRACE, top);
        for (k, (raster, colour)) in shown.into_iter().enumerate() {
            let left = LEFT + (width + BETWEEN) * k as f64;
            let across = Axis::linear(0.0, raster.length_ms.max(1.0), left, left + width);
            let bin_ms = raster.length_ms / raster.rates.len().max(1) as f64;
            let points = raster.rates.iter().enumerate();
            let points =
                points.map(|(k, &rate)| (across.at((k as f64 + 0.5) * bin_ms), up.at(rate)));
            canvas.line(points.collect(), Stroke::new(colour, LINE * 0.5));
            let (first, height) = (top + TRACE + 4.0, SPIKES / raster.rows.max(1) as f64);
            for &(ms, row) in &raster.spikes {
                let (x, y) = (across.at(ms), first + row as f64 * height);
                let mark = vec![(x, y), (x, y + height * 0.8)];
                canvas.line(mark, Stroke::new(colour, 0.3));
            }
            if raster.spikes.is_empty() {
                let centre = (left + width / 2.0, first + SPIKES / 2.0);
                axis::say(canvas, centre, "no spikes");
            }
            let text = format!("from {:.2} s", raster.from_s);
            let text = font::fit(&text, TICK, Weight::Regular, width);
            canvas.text(Text::new((left, first + SPIKES + 9.0), TICK, text).colour(GREY));
            if k == 0 {
                axis::left(canvas, &up, left - 3.0, &ticks, "Rate (Hz)", 30.0);
            }
        }
    }

    fn spectra(&self, canvas: &mut Canvas, (left, right): Point, (top, bottom): Point) {
        let decibel = |power: f64| 10.0 * power.log10();
        let all = || self.lines().flat_map(|(stage, _)| &stage.density);
        let least = all().map(|point| point.1).fold(0.0, f64::max) * ROUNDING;
        let shown = all().filter(|(_, power)| *power > least);
        let (mut low, mut high, mut to) = (f64::INFINITY, f64::NEG_INFINITY, 0.0_f64);
        for &(frequency, power) in shown {
            (low, high) = (low.min(decibel(power)), high.max(decibel(power)));
            to = to.max(frequency);
        }
        if low > high {
            let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
            axis::say(
                canvas,
                centre,
                "no stretch as long as a segment, or no spikes",
            );
            return;
        }
        let margin = (high - low).max(1.0) * 0.04;
        let across = Axis::linear(0.0, to, left, right);
        let up = Axis::linear(low - margin, high + margin, bottom, top);
        for (stage, colour) in self.lines() {
            let points = stage.density.iter().filter(|(_, power)| *power > least);
            let points = points.map(|&(hz, power)| (across.at(hz), up.at(decibel(power))));
            canvas.line(points.collect(), Stroke::new(colour, LINE * 0.8));
        }
        axis::bottom(
            canvas,
            &across,
            bottom + 3.0,
            &across.ticks(6),
            "Frequency (Hz)",
        );
        let title = "Power (dB of 1 Hz²/Hz)";
        axis::left(canvas, &up, left - 3.0, &up.ticks(5), title, 36.0);
    }

    fn histograms(&self, canvas: &mut Canvas, (left, right): Point, (top, bottom): Point) {
        let rates = self.lines().flat_map(|(stage, _)| &stage.rates);
        let highest = rates.copied().fold(0.0, f64::max);
        if highest == 0.0 {
            let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
            axis::say(canvas, centre, "no spikes");
            return;
        }
        // As many of the rates that there can be in each bin: with more in some than in others there were peaks of no meaning.
        let spikes = |rate: f64| (rate / self.quantum_hz).round();
        let width = ((spikes(highest) + 1.0) / BINS as f64).ceil().max(1.0);
        let bins = (spikes(highest) / width) as usize + 1;
        let edge = |k: usize| (k as f64 * width - 0.5).max(0.0) * self.quantum_hz;
        let across = Axis::linear(0.0, edge(bins), left, right);
        let counted = |(stage, colour): (&StageRhythm, Colour)| {
            let mut counts = vec![0_u64; bins];
            for &rate in &stage.rates {
                counts[((spikes(rate) / width) as usize).min(bins - 1)] += 1;
            }
            let all = counts.iter().sum::<u64>() as f64;
            let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / all).collect();
            (shares, colour)
        };
        let all = self.lines().filter(|(stage, _)| !stage.rates.is_empty());
        let all: Vec<_> = all.map(counted).collect();
        // So many bins stand for all that no share is less than one of them.
        let rarest = all.iter().flat_map(|(shares, _)| shares);
        let rarest = rarest.copied().filter(|&share| share > 0.0);
        let rarest = rarest.fold(1.0, f64::min);
        let told = PER.into_iter().find(|(per, _)| per * rarest >= 1.0);
        let (per, title) = told.unwrap_or(PER[PER.len() - 1]);
        let up = Axis::counts(per, bottom, top);
        for (shares, colour) in all {
            // Rates that no bin has have no line: along the axis it would read as a share.
            for (first, last) in stretches(shares.iter().map(|&share| share > 0.0)) {
                let steps = (first..=last).flat_map(|k| {
                    let share = up.at(per * shares[k]);
                    [k, k + 1].map(|k| (across.at(edge(k)), share))
                });
                let foot = |k: usize| std::iter::once((across.at(edge(k)), bottom));
                let line = foot(first).chain(steps).chain(foot(last + 1));
                canvas.line(line.collect(), Stroke::new(colour, LINE * 0.7));
            }
        }
        axis::bottom(canvas, &across, bottom + 3.0, &across.ticks(6), "Rate (Hz)");
        axis::left(canvas, &up, left - 3.0, &up.ticks(4), title, 32.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::canvas::svg;

    /// The histogram of `rates`, drawn.
    fn drawn(rates: Vec<f64>) -> String {
        let stage = StageRhythm {
            name: "N3".into(),
            density: Vec::new(),
            segments: 0,
            rates,
            raster: None,
        };
        let rhythm = Rhythm {
            population: "e".into(),
            quantum_hz: 1.0,
            stages: vec![stage],
        };
        let mut canvas = Canvas::new(FULL_WIDTH, 200.0, "Rhythms");
        rhythm.histograms(&mut canvas, (50.0, 240.0), (32.0, 152.0));
        svg::render(&canvas).unwrap()
    }

    #[test]
    fn shares_are_told_of_so_many_bins_that_the_rarest_is_one_of_them() {
        for (n, title) in [
            (1_000, "Bins in a thousand"),
            (1_001, "Bins in 10,000"),
            (20_000, "Bins in 100,000"),
        ] {
            let mut rates = vec![1.0; n];
            rates[0] = 3.0;
            assert!(drawn(rates).contains(&format!("{title}<")), "{n}");
        }
    }

    #[test]
    fn names_of_stages_fit_side_by_side() {
        let stage = |name: &str| StageRhythm {
            name: name.into(),
            density: Vec::new(),
            segments: 12,
            rates: vec![1.0],
            raster: None,
        };
        let legend = |names: [&str; 4]| {
            let rhythm = Rhythm {
                population: "e".into(),
                quantum_hz: 1.0,
                stages: names.map(stage).into(),
            };
            let mut canvas = Canvas::new(FULL_WIDTH, 50.0, "Rhythms");
            rhythm.legend(&mut canvas, 20.0);
            svg::render(&canvas).unwrap()
        };
        let short = legend(["W", "N1", "N2", "N3"]);
        assert!(short.contains(">N3 (n = 12)<"), "{short}");
        let long = ["a night that is told at length"; 4];
        let text = legend(long);
        assert_eq!(text.matches("… (n = 12)<").count(), 4, "{text}");
    }

    #[test]
    fn rates_that_no_bin_has_have_no_line() {
        let lines = |rates: Vec<f64>| drawn(rates).matches("#0072b2").count();
        assert_eq!(lines(vec![0.0, 1.0, 2.0, 3.0, 3.0]), 1);
        // Silence, and now and then a few spikes.
        assert_eq!(lines(vec![0.0, 0.0, 6.0, 7.0, 20.0]), 3);
    }
}
