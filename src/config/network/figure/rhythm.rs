//! `[figure.rhythms]` and `[figure.spectrogram]`: which rhythms rates hold.

use super::{all_recorded, not_recorded, unrecorded};
use crate::analysis::rate::MAX_BINS;
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Table, each, given, number, population_name, populations, span, wait,
    weights_name,
};
use crate::config::reader::Section;

/// How a rate is cut into bins and segments, and which frequencies are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Bins of the rate, above zero.
    pub bin: Duration,
    /// What one spectrum is taken of: at least 4 bins.
    pub segment: Duration,
    /// The highest frequency that is shown in hertz: at most one in two bins.
    pub highest_hz: f64,
}

impl Default for Resolution {
    fn default() -> Self {
        let ms = |ms: i64| Duration::from_ps(ms * 1_000_000_000);
        Self {
            bin: ms(10),
            // Two of the slowest oscillations of sleep, of half a hertz.
            segment: ms(4000),
            highest_hz: 20.0,
        }
    }
}

impl Resolution {
    /// Bins of a segment.
    pub fn bins(&self) -> usize {
        (self.segment.ps() / self.bin.ps().max(1)) as usize
    }

    fn keys(&mut self, k: &mut Keys<'_>) {
        k.or("bin", &mut self.bin, span(), "bins of the rate");
        let what =
            "what a spectrum is taken of: frequencies are told apart that differ by one in it";
        k.or("segment", &mut self.segment, span(), what);
        let what = "the highest frequency shown";
        let hz = number(Dimension::Rate, Range::Positive);
        k.or("highest", &mut self.highest_hz, hz, what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        /// Fewer have no frequencies between 0 and the highest.
        const LEAST: usize = 4;
        /// More take memory for frequencies that nobody tells apart.
        const MOST: usize = 1 << 20;
        // Where none of the keys is written, the first has its default, which is `found`.
        let refuse = |keys: &[&str], found: String, expected: String| {
            match keys.iter().find_map(|key| section.get(key)) {
                Some(item) => {
                    item.refuse::<()>(&expected, None);
                }
                None => {
                    let path = format!("{}.{}", section.path(), keys[0]);
                    let message = format!("`{path}` is {found}, its default, expected {expected}");
                    section.reader.problem(section.origin, message, None);
                }
            }
            false
        };
        let (bin, segment) = (self.bin.to_string(), self.segment.to_string());
        let highest = format!("{} Hz", legible(self.highest_hz));
        let nyquist_hz = 0.5e3 / self.bin.as_ms();
        if !(LEAST..=MOST).contains(&self.bins()) {
            let expected = format!("{LEAST} to {MOST} bins of {} in a segment", self.bin);
            return refuse(&["segment", "bin"], segment, expected);
        }
        let lowest_hz = 1e3 / self.segment.as_ms();
        if self.highest_hz < lowest_hz {
            let expected = format!(
                "at least {} Hz, of which a segment holds one period",
                legible(lowest_hz)
            );
            return refuse(&["highest", "segment"], highest, expected);
        }
        if self.highest_hz > nyquist_hz {
            let expected = format!(
                "at most {nyquist_hz} Hz, of which bins of {} see two in a period",
                self.bin
            );
            return refuse(&["highest", "bin"], highest, expected);
        }
        let Some(duration) = around.duration else {
            return true;
        };
        if duration.ps() / self.bin.ps() > MAX_BINS {
            return refuse(
                &["bin", "segment"],
                bin,
                format!("at most {MAX_BINS} bins in the run"),
            );
        }
        if duration < self.segment {
            let expected = format!("at most the duration, {duration}");
            return refuse(&["segment"], segment, expected);
        }
        true
    }
}

/// Spectra of rates, and how often a population fires how much, a line for each stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RhythmFigure {
    /// Names of the populations, recorded; at least one, none twice.
    pub populations: Vec<String>,
    /// Bins and segments.
    pub resolution: Resolution,
    /// For how long single spikes are shown of each stage, if they are.
    pub raster: Option<Duration>,
}

impl Table for RhythmFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the populations shown, from the top, all of them recorded";
        k.need("populations", &mut self.populations, populations(), what);
        self.resolution.keys(k);
        let what = "for how long single spikes of each stage are shown above, from the middle of its longest bout, such as \"2 s\"";
        k.told("raster", "none", &mut self.raster, given(span()), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        all_recorded(section, around, &self.populations) && self.resolution.check(section, around)
    }
}

/// The power of a population's rate by time and frequency, under bouts or hypnogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpectrogramFigure {
    /// Name of the population, recorded.
    pub population: String,
    /// Bins and segments.
    pub resolution: Resolution,
    /// Names of projections of which weights are shown below, of all of which statistics are recorded; none twice.
    pub projections: Vec<String>,
    /// At which hour of the clock the run begins, where sleep pressure is shown.
    pub clock: Option<Duration>,
}

impl Table for SpectrogramFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the population shown, recorded";
        k.need("population", &mut self.population, population_name(), what);
        self.resolution.keys(k);
        let what = "projections whose weights are shown below, of which statistics are recorded";
        let names = each(weights_name(), "projection", true);
        k.or("projections", &mut self.projections, names, what);
        let what = "at which hour of the clock the run begins, such as \"23 h\": shows sleep pressure by the two-process model, which \
                    rises in bouts of wake and in those whose name is no stage, and falls in others";
        k.told("clock", "none", &mut self.clock, given(wait()), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let name = &self.population;
        if around.recorded.is_some_and(|all| !all.contains(name))
            && let Some(item) = section.get("population")
        {
            return not_recorded(&item, name);
        }
        let observed = around.observed;
        let missing = |name: &&String| observed.is_some_and(|all| !all.contains(*name));
        if let Some(missing) = self.projections.iter().find(missing) {
            let what =
                format!("projection `{missing}`, of whose weights no statistics are recorded");
            return unrecorded(
                section,
                "projections",
                &what,
                "record.weight_statistics",
                missing,
            );
        }
        self.resolution.check(section, around)
    }
}
