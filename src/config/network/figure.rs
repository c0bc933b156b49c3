//! `[figure]`: what is drawn of a run.

use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Table, given, inside, instant, number, off, part, population_name, populations,
    some,
};
use crate::config::reader::{Item, Section};
use crate::network::Layout;

/// What is drawn after the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Spikes over time, if they are drawn.
    pub raster: Option<Raster>,
    /// A wave over a sheet, if one is drawn.
    pub wave: Option<Wave>,
}

impl Figures {
    /// What is drawn where the model file does not say: the end of the run, some neurons of some of the `recorded`
    /// populations, in their order.
    pub(in crate::config) fn unsaid(recorded: &[String], duration: Duration) -> Self {
        /// Longer than the rhythms of sleep, and short enough to tell spikes from each other.
        const SPAN: Duration = Duration::from_ps(1_000_000_000_000);
        /// Neurons of each population: more would not be told from each other, and take memory.
        const NEURONS: u32 = 1000;
        /// As many have room on a page.
        const POPULATIONS: usize = 8;
        let raster = Raster {
            populations: recorded.iter().take(POPULATIONS).cloned().collect(),
            from: Duration::from_ps((duration.ps() - SPAN.ps()).max(0)),
            to: duration,
            neurons: Some(NEURONS),
        };
        Self {
            raster: (!recorded.is_empty()).then_some(raster),
            wave: None,
        }
    }
}

/// Spikes over time, a dot each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raster {
    /// Names of the populations shown, from the top; at least one, all of them recorded, none twice.
    pub populations: Vec<String>,
    /// Start, 0 or more.
    pub from: Duration,
    /// End, above the start and at most the duration of the run.
    pub to: Duration,
    /// Neurons shown of each population at most, at least 1, or `None` for all of them.
    pub neurons: Option<u32>,
}

impl Table for Figures {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "[figure.raster]: spikes over time, of themselves up to 1000 neurons of each of 8 recorded populations; \
                    \"off\": no figure";
        let words = "the last second";
        let form = off(inside(Raster::default()));
        k.told("raster", words, &mut self.raster, form, what);
        let what = "[figure.wave]: of a population on a sheet, where activity begins when";
        let form = given(inside(Wave::default()));
        k.told("wave", "none", &mut self.wave, form, what);
    }
}

/// The largest wave over a sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wave {
    /// Name of the population, which is recorded and lies on a sheet.
    pub population: String,
    /// Start, 0 or more.
    pub from: Duration,
    /// End, above the start and at most the duration of the run.
    pub to: Duration,
    /// Side of the cells in millimetres, above 0.
    pub cell_mm: f64,
}

impl Table for Wave {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the population shown, recorded, with positions of two dimensions";
        k.need("population", &mut self.population, population_name(), what);
        k.or("from", &mut self.from, instant(), "where it begins");
        if let Some((_, around)) = k.reading() {
            self.to = around.duration.unwrap_or_default();
        }
        k.told(
            "to",
            "the end of the run",
            &mut self.to,
            part(),
            "where it ends",
        );
        let what =
            "the side of the cells whose rates are taken; a cell should hold ten neurons or more";
        let length = number(Dimension::Length, Range::Positive);
        k.need("cell", &mut self.cell_mm, length, what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        /// More would not be seen, and take memory.
        const MOST: f64 = 200.0;
        let Some(item) = section.get("population") else {
            return true;
        };
        let name = &self.population;
        if around.recorded.is_some_and(|all| !all.contains(name)) {
            return not_recorded(&item, name);
        }
        // Where the population is at fault that is the problem to mend.
        let Some(population) = around.known.population(name) else {
            return true;
        };
        if !window(section, around, (self.from, self.to)) {
            return false;
        }
        match population.positions.as_ref().and_then(Layout::extent_mm) {
            Some(sides @ [_, _]) => {
                let cells = sides
                    .iter()
                    .fold(0.0_f64, |most, side| most.max(side / self.cell_mm));
                if cells <= MOST {
                    return true;
                }
                section.get("cell").is_some_and(|item| {
                    let least = cells / MOST * self.cell_mm;
                    item.refuse::<()>(
                        &format!("at least {least} mm, for {MOST} cells along a side"),
                        None,
                    )
                    .is_some()
                })
            }
            _ => {
                let message = format!(
                    "`{}` shows population `{name}`, which lies on no sheet, expected `positions` with an `extent` of two sides",
                    item.path
                );
                item.reader.problem(item.origin(), message, None);
                false
            }
        }
    }
}

/// Reports that `item` names a population that is not recorded.
fn not_recorded(item: &Item<'_>, name: &str) -> bool {
    let message = format!(
        "`{}` shows population `{name}`, whose spikes are not recorded",
        item.path
    );
    let help = format!("add it to `record.spikes`: `\"{name}\"`");
    item.reader.problem(item.origin(), message, Some(help));
    false
}

impl Table for Raster {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the populations shown, from the top, all of them recorded";
        k.need("populations", &mut self.populations, populations(), what);
        k.or("from", &mut self.from, instant(), "where it begins");
        if let Some((_, around)) = k.reading() {
            self.to = around.duration.unwrap_or_default();
        }
        let what = "where it ends";
        k.told("to", "the end of the run", &mut self.to, part(), what);
        let what = "how many neurons of each population are shown at most";
        k.told("neurons", "all", &mut self.neurons, given(some()), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let recorded = around.recorded;
        let missing = |name: &&String| recorded.is_some_and(|all| !all.contains(*name));
        if let Some(missing) = self.populations.iter().find(missing)
            && let Some(item) = section.get("populations")
        {
            return not_recorded(&item, missing);
        }
        window(section, around, (self.from, self.to))
    }
}

/// Checks that a stretch of time lies within the run, and ends after it begins.
fn window(section: &Section<'_>, around: &Around<'_>, (from, to): (Duration, Duration)) -> bool {
    match (around.duration, section.get("from"), section.get("to")) {
        (Some(duration), Some(item), _) if from >= duration => item
            .refuse::<()>(&format!("less than the duration, {duration}"), None)
            .is_some(),
        (Some(_), _, Some(item)) if to <= from => item
            .refuse::<()>(&format!("more than `from`, {}", from), None)
            .is_some(),
        _ => true,
    }
}
