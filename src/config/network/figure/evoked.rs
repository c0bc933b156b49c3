//! `[figure.evoked]`: what pulses evoke.

use super::all_recorded;
use crate::base::time::Duration;
use crate::config::form::{Around, Keys, Table, each, populations, pulsed_name, span, wait};
use crate::config::reader::Section;

/// What pulses evoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvokedFigure {
    /// Names of the stimuli, which come in pulses; at least one, none twice.
    pub stimuli: Vec<String>,
    /// Names of the populations, recorded; at least one, none twice.
    pub populations: Vec<String>,
    /// How long before a pulse is shown, zero or more.
    pub before: Duration,
    /// How long after it, above zero.
    pub after: Duration,
    /// Bins of the rates, above zero.
    pub bin: Duration,
}

impl Default for EvokedFigure {
    fn default() -> Self {
        let ms = |ms: i64| Duration::from_ps(ms * 1_000_000_000);
        Self {
            stimuli: Vec::new(),
            populations: Vec::new(),
            before: ms(200),
            after: ms(500),
            bin: ms(5),
        }
    }
}

impl Table for EvokedFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the stimuli whose pulses are shown, which come in pulses";
        let names = each(pulsed_name(), "stimulus", false);
        k.need("stimulus", &mut self.stimuli, names, what);
        let what = "the populations whose rates are shown around them, all of them recorded";
        k.need("populations", &mut self.populations, populations(), what);
        let what = "how long before a pulse is shown";
        k.or("before", &mut self.before, wait(), what);
        k.or("after", &mut self.after, span(), "how long after it");
        let what = "bins of the rates";
        k.or("bin", &mut self.bin, span(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        /// More would not be seen, and take memory.
        const MOST: i64 = 100_000;
        let bins = (self.before.ps().saturating_add(self.after.ps())) / self.bin.ps().max(1);
        if bins > MOST {
            let item = section.get("bin").or_else(|| section.get("after"));
            item.and_then(|item| item.refuse::<()>(&format!("at most {MOST} bins"), None));
            return false;
        }
        all_recorded(section, around, &self.populations)
    }
}
