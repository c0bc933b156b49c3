//! `[figure]`: what is drawn of a run.

mod evoked;
mod rhythm;
mod weights;

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use weights::{matrix, unrecorded};

use crate::config::form::{
    Around, Form, Keys, Table, given, inside, instant, number, off, part, population_name,
    populations, some, weights_name, words,
};
use crate::config::reader::{Item, Section};
use crate::network::Layout;

pub use evoked::{EvokedFigure, UpOnsets};
pub use rhythm::{Resolution, RhythmFigure, SpectrogramFigure};
pub use weights::{DegreeFigure, MatrixFigure, WeightFigure};

/// Populations in a raster of which nobody has said whose spikes it shows: as many have room on a page.
pub const MOST_UNSAID: usize = 8;

/// What is drawn after the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Spikes over time, if they are drawn.
    pub raster: Option<Raster>,
    /// Weights over time, if they are drawn.
    pub weights: Option<WeightFigure>,
    /// Changes of weights over what both ends of a synapse did, if they are drawn.
    pub window: Option<WindowFigure>,
    /// Weights by source and target, if they are drawn.
    pub weight_matrix: Option<MatrixFigure>,
    /// How many synapses neurons have over time, if that is drawn.
    pub degrees: Option<DegreeFigure>,
    /// A wave over a sheet, if one is drawn.
    pub wave: Option<Wave>,
    /// What pulses evoke, if it is drawn.
    pub evoked: Option<EvokedFigure>,
    /// Spectra and histograms of rates, stage by stage, if they are drawn.
    pub rhythms: Option<RhythmFigure>,
    /// A spectrogram under the bouts, if one is drawn.
    pub spectrogram: Option<SpectrogramFigure>,
}

impl Figures {
    /// Whether anything is drawn.
    pub fn is_any(&self) -> bool {
        let Self {
            raster,
            weights,
            window,
            weight_matrix,
            degrees,
            wave,
            evoked,
            rhythms,
            spectrogram,
        } = self;
        let of_weights = weights.is_some() || window.is_some() || weight_matrix.is_some();
        let of_weights = of_weights || degrees.is_some();
        let of_rates = rhythms.is_some() || spectrogram.is_some();
        raster.is_some() || of_weights || wave.is_some() || evoked.is_some() || of_rates
    }

    /// What is drawn where the model file does not say: the end of the run, some neurons of some of the `recorded`
    /// populations, in their order; weights of the `observed` projections.
    pub(in crate::config) fn unsaid(
        recorded: &[String],
        observed: &[String],
        (duration, may_end): (Duration, bool),
    ) -> Self {
        /// Longer than the rhythms of sleep, and short enough to tell spikes from each other.
        const SPAN: Duration = Duration::from_ps(1_000_000_000_000);
        /// Neurons of each population: more would not be told from each other, and take memory.
        const NEURONS: u32 = 1000;
        const PROJECTIONS: usize = 4;
        let (from, to) = match may_end {
            true => (Duration::ZERO, SPAN.min(duration)),
            false => (
                Duration::from_ps((duration.ps() - SPAN.ps()).max(0)),
                duration,
            ),
        };
        let raster = Raster {
            populations: recorded.iter().take(MOST_UNSAID).cloned().collect(),
            from,
            to,
            neurons: Some(NEURONS),
        };
        let weights = WeightFigure {
            projections: observed.iter().take(PROJECTIONS).cloned().collect(),
        };
        Self {
            raster: (!recorded.is_empty()).then_some(raster),
            weights: (!observed.is_empty()).then_some(weights),
            ..Self::default()
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
        let words = "the last second, or the first where `until` may end the run before";
        let form = off(inside(Raster::default()));
        k.told("raster", words, &mut self.raster, form, what);
        let what = "[figure.weights]: weights over time, of themselves those of the first 4 projections of which statistics are \
                    recorded; \"off\": no figure";
        let form = off(inside(WeightFigure::default()));
        let words = "of what `record.weight_statistics` observes";
        k.told("weights", words, &mut self.weights, form, what);
        let what = "[figure.window]: by how much each synapse of a projection has changed, over the time between the spikes of \
                    its two ends, or over their rate";
        k.or(
            "window",
            &mut self.window,
            off(inside(WindowFigure::default())),
            what,
        );
        let what = "[figure.weight_matrix]: mean weights by source and target, and over the difference of their numbers";
        let form = off(inside(MatrixFigure::default()));
        k.or("weight_matrix", &mut self.weight_matrix, form, what);
        let what =
            "[figure.degrees]: how many synapses onto and of each neuron there are, over time";
        let form = dropped(DegreeFigure::default());
        k.told("degrees", "none", &mut self.degrees, form, what);
        let what = "[figure.wave]: of a population on a sheet, where activity begins when";
        let form = dropped(Wave::default());
        k.told("wave", "none", &mut self.wave, form, what);
        let what = "[figure.evoked]: latencies of pulses, and what populations do around them";
        let form = dropped(EvokedFigure::default());
        k.told("evoked", "none", &mut self.evoked, form, what);
        let what = "[figure.rhythms]: spectra of the rates of populations, and how often they fire how much, stage by stage";
        let form = dropped(RhythmFigure::default());
        k.told("rhythms", "none", &mut self.rhythms, form, what);
        let what = "[figure.spectrogram]: how the rhythms of a population change, under bouts or hypnogram, and weights beside them";
        let form = dropped(SpectrogramFigure::default());
        k.told("spectrogram", "none", &mut self.spectrogram, form, what);
    }
}

/// A figure whose section is left out where the figure is "off".
fn dropped<T: Table + 'static>(figure: T) -> Form<'static, Option<T>> {
    let form = off(inside(figure));
    let write = move |figure: &Option<T>, weight| match figure {
        Some(_) => (form.write)(figure, weight),
        None => String::new(),
    };
    Form::new(form.words, form.read, write).expecting(form.expected)
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
                        &format!(
                            "at least {} mm, for {MOST} cells along a side",
                            legible(least)
                        ),
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

/// Whether all `populations` of `section` are recorded; the first that is not is reported.
fn all_recorded(section: &Section<'_>, around: &Around<'_>, populations: &[String]) -> bool {
    let missing = |name: &&String| around.recorded.is_some_and(|all| !all.contains(*name));
    let missing = populations
        .iter()
        .find(missing)
        .zip(section.get("populations"));
    missing.is_none_or(|(name, item)| not_recorded(&item, name))
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

/// By how much each synapse has changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowFigure {
    /// Name of the projection, whose weights are recorded, as are the spikes of both of its ends.
    pub projection: String,
    /// What changes are shown over.
    pub over: Over,
    /// What others measured, none where changes are shown over the interval.
    pub measured: Vec<Measured>,
}

/// A change that others measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// From a spike of the source to that of the target, in ms.
    pub interval_ms: f64,
    /// Rate of the source in Hz.
    pub rate_hz: f64,
    /// Change as a share of the first weight.
    pub share: f64,
    /// Its standard error, 0 or more.
    pub error: f64,
}

/// What the change of a synapse is shown over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Over {
    /// The time from the first spike of the source to the first of the target, as the synapse sees them.
    #[default]
    Interval,
    /// The mean rate of the source from its first spike to its last.
    Frequency,
}

/// What `over` may be.
const OVER: &[(&str, Over)] = &[("interval", Over::Interval), ("frequency", Over::Frequency)];

impl Table for WindowFigure {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "whose synapses are shown; its weights are recorded, and the spikes of its source and its target";
        k.need("projection", &mut self.projection, weights_name(), what);
        let what = "what changes are shown over: the time from the source's first spike to the target's, or the rate of the source";
        k.or("over", &mut self.over, words(OVER), what);
        let what = "what others measured, shown beside changes over frequency: interval, rate, change as a share of the first weight, \
                    its standard error";
        k.or("measured", &mut self.measured, measured(), what);
        // Where `over` is at fault that is the problem to mend.
        let over = k.reading().and_then(|(section, _)| section.get("over"));
        let is_over = over.is_none_or(|over| over.as_text() == Some("interval"));
        if is_over && self.over == Over::Interval && !self.measured.is_empty() {
            k.refuse("measured", "none, as it belongs to `over = \"frequency\"`");
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let name = &self.projection;
        let Some(all) = around.snapped.filter(|_| !name.is_empty()) else {
            return true;
        };
        let Some((_, ends)) = all.iter().find(|(known, _)| known == name) else {
            let what = format!("projection `{name}`, whose synapses are not recorded");
            return unrecorded(section, "projection", &what, "record.weights", name);
        };
        if ends.is_empty() {
            return matrix(section, name);
        }
        let recorded = around.recorded;
        let missing = |end: &&String| recorded.is_some_and(|all| !all.contains(*end));
        let Some(missing) = ends.iter().find(missing) else {
            return true;
        };
        let item = section.get("projection");
        if let Some(item) = item {
            let message = format!(
                "`{}` shows projection `{name}`, and the spikes of `{missing}` at one of its ends are not recorded",
                item.path
            );
            let help = format!("add it to `record.spikes`: `\"{missing}\"`");
            item.reader.problem(item.origin(), message, Some(help));
        }
        false
    }
}

/// What others measured, in any order.
fn measured() -> Form<'static, Vec<Measured>> {
    let read = |item: &Item<'_>, _: &Around<'_>| {
        const EXPECTED: &str = "an array such as [[\"10 ms\", \"20 Hz\", 0.29, 0.14]]";
        item.list(EXPECTED, |entry| {
            const EXPECTED: &str =
                "interval, rate, change, its error, such as [\"10 ms\", \"20 Hz\", 0.29, 0.14]";
            let items = entry.items(EXPECTED)?;
            let [interval, rate, share, error] = items.as_slice() else {
                return entry.refuse(EXPECTED, None);
            };
            Some(Measured {
                interval_ms: interval.quantity(Dimension::Time, Range::Finite)?,
                rate_hz: rate.quantity(Dimension::Rate, Range::Positive)?,
                share: share.quantity(Dimension::One, Range::Finite)?,
                error: error.quantity(Dimension::One, Range::NonNegative)?,
            })
        })
    };
    let write = |all: &Vec<Measured>, weight| {
        let number = |of, value: f64| (number(of, Range::Finite).write)(&value, weight);
        let all = all.iter().map(|one| {
            let parts = [
                number(Dimension::Time, one.interval_ms),
                number(Dimension::Rate, one.rate_hz),
                number(Dimension::One, one.share),
                number(Dimension::One, one.error),
            ];
            format!("[{}]", parts.join(", "))
        });
        format!("[{}]", all.collect::<Vec<_>>().join(", "))
    };
    Form::new("[[ms, Hz, share, share], …]", read, write)
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
        let what = "how many neurons of each population are shown at most; where marks would merge every n-th of them is, as the caption \
                    says";
        k.told("neurons", "all", &mut self.neurons, given(some()), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        if !all_recorded(section, around, &self.populations) {
            return false;
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
