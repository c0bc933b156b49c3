//! `[figure.evoked]`: what pulses evoke.

use super::{all_recorded, not_recorded};
use crate::analysis::measure::up_down;
use crate::base::parameter::Values;
use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Table, each, given, inside, population_name, populations, pulsed_name, span,
    spec_keys, wait,
};
use crate::config::reader::Section;

/// What pulses evoke.
#[derive(Debug, Clone, PartialEq)]
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
    /// UP onsets found afterwards, against which latencies are shown.
    pub up_onsets: Option<UpOnsets>,
}

/// UP onsets as the measure `up_down` finds them in what was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct UpOnsets {
    /// Name of the population, recorded.
    pub population: String,
    /// How far from an onset a pulse may be to answer it, above zero.
    pub within: Duration,
    /// Values of the measure.
    pub values: Values,
}

impl Default for UpOnsets {
    fn default() -> Self {
        Self {
            population: String::new(),
            within: Duration::from_ps(100_000_000_000),
            values: Values::new(),
        }
    }
}

impl Table for UpOnsets {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the population in which they are found, recorded";
        k.need("population", &mut self.population, population_name(), what);
        let what = "how far from an onset a pulse may be to answer it";
        k.or("within", &mut self.within, span(), what);
        spec_keys(&up_down::SPEC, &mut self.values, k);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let name = &self.population;
        match section.get("population") {
            Some(item) if around.recorded.is_some_and(|all| !all.contains(name)) => {
                not_recorded(&item, name)
            }
            _ => true,
        }
    }
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
            up_onsets: None,
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
        let what = "latencies are shown against UP onsets that the measure `up_down` finds afterwards: a table of its population and of \
                    parameters of the measure";
        let form = given(inside(UpOnsets::default()));
        k.told("up_onsets", "none", &mut self.up_onsets, form, what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        /// More would not be seen, and take memory.
        const MOST: i64 = 100_000;
        let shown = Duration::from_ps(self.before.ps().saturating_add(self.after.ps()));
        if self.bin > shown {
            let item = section.get("bin").or_else(|| section.get("after"));
            let expected = format!("at most {shown}, what is shown before and after a pulse");
            item.and_then(|item| item.refuse::<()>(&expected, None));
            return false;
        }
        if let Some(lasts) = around.duration.filter(|&lasts| shown > lasts) {
            let longer = if self.before > self.after {
                "before"
            } else {
                "after"
            };
            let item = section.get(longer).or_else(|| section.get("populations"));
            let expected =
                format!("less: {shown} around a pulse do not lie within a run of {lasts}");
            item.and_then(|item| item.refuse::<()>(&expected, None));
            return false;
        }
        let bins = shown.ps() / self.bin.ps().max(1);
        if bins > MOST {
            let item = section.get("bin").or_else(|| section.get("after"));
            item.and_then(|item| item.refuse::<()>(&format!("at most {MOST} bins"), None));
            return false;
        }
        all_recorded(section, around, &self.populations)
    }
}
