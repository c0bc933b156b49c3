//! `[figure]`: what is drawn of a run.

use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Table, given, inside, instant, off, part, populations, some,
};
use crate::config::reader::Section;

/// What is drawn after the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Spikes over time, if they are drawn.
    pub raster: Option<Raster>,
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
    }
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
            let message = format!(
                "`{}` shows population `{missing}`, whose spikes are not recorded",
                item.path
            );
            let help = format!("add it to `record.spikes`: `\"{missing}\"`");
            item.reader.problem(item.origin(), message, Some(help));
            return false;
        }
        match (around.duration, section.get("from"), section.get("to")) {
            (Some(duration), Some(item), _) if self.from >= duration => item
                .refuse::<()>(&format!("less than the duration, {duration}"), None)
                .is_some(),
            (Some(_), _, Some(item)) if self.to <= self.from => item
                .refuse::<()>(&format!("more than `from`, {}", self.from), None)
                .is_some(),
            _ => true,
        }
    }
}
