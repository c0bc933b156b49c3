//! The experiment "a network runs", with every default resolved, every formula evaluated and every unit converted.
//!
//! Populations, projections and stimuli are in the order of their names; targets and recorded populations in the order
//! in which the model file lists them.

mod bout;
pub(super) mod delay;
pub(super) mod engine;
mod figure;
pub(super) mod homeostasis;
pub(super) mod hypnogram;
pub(super) mod learning;
pub(super) mod modulator;
pub(super) mod oscillation;
pub(super) mod population;
pub(super) mod positions;
pub(super) mod projection;
mod recall;
mod record;
mod resolved;
mod schedule;
pub(super) mod stage;
pub(super) mod stimulus;
pub(super) mod trigger;
mod until;

use std::collections::BTreeSet;
use std::time;

use super::form::{
    self, Around, Ends, Keys, Known, Paths, Table, count, given, name, read_in, span,
};
use super::reader::{Item, Section};
use crate::base::shown::quoted;
use crate::base::time::Duration;
use crate::engine::simulation::Keep;
use crate::network::{Network, Projection, check::is_name};

pub use bout::{Bout, RUN};
pub use engine::Guard;
pub use figure::{
    DegreeFigure, EvokedFigure, Figures, MOST_UNSAID, MatrixFigure, Measured, Over, Raster,
    Resolution, RhythmFigure, SpectrogramFigure, UpOnsets, Wave, WeightFigure, WindowFigure,
};
pub use hypnogram::Played;
pub use recall::Recall;
pub use record::{
    Instants, Record, Recorded, RecordedStatistics, RecordedWeights, SampledStates, Selection,
};
pub use resolved::resolved_network;

pub(super) use record::{COMPRESS, REPORT, Rates, states};
pub(super) use schedule::Draft;
pub(super) use stage::Stage;

/// Populations tied by projections, driven from outside, for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkModel {
    /// The network; names of its parts are of ASCII letters, digits, `_` and `-`, and ascending. Its seed fits an `i64`.
    pub network: Network,
    /// Repetitions, with seeds `seed`, `seed + 1`, …; at least 1, and the last seed fits an `i64`.
    pub seeds: u64,
    /// Bouts, end to end: at least one; names are unique.
    pub bouts: Vec<Bout>,
    /// The night that the bouts are, if they are one.
    pub played: Option<Played>,
    /// Names of stages that no bout is in and no other copies, ascending; none of what `check` prints, which has no stages.
    pub idle_stages: Vec<String>,
    /// What ends a run that has left all bounds.
    pub guard: Guard,
    /// Wall time between checkpoints, at least a millisecond and in whole microseconds; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
    /// What goes into the run file.
    pub record: Record,
    /// Sequences whose recall is measured, ascending by name.
    pub recalls: Vec<Recall>,
    /// What is drawn after the run.
    pub figures: Figures,
}

impl NetworkModel {
    /// How long all bouts last together.
    pub fn duration(&self) -> Duration {
        total(&self.bouts)
    }

    /// Whether the bouts are what a `duration` alone stands for.
    pub fn is_one_run(&self) -> bool {
        let all = self.network.stimuli.iter().map(|stimulus| &stimulus.name);
        let learning = self.network.learning();
        matches!(&self.bouts[..], [bout] if bout.name == RUN
            && bout.kind.is_none()
            && bout.keep == Keep::All
            && bout.stimuli.iter().eq(all)
            && bout.learning.iter().eq(learning)
            && bout.modulators.is_empty()
            && bout.triggers.len() == self.network.triggers.len()
            && bout.homeostasis.len() == self.network.homeostasis.len()
            && bout.factor.is_empty()
            && bout.offset.is_empty()
            && bout.value.is_empty()
            && bout.ramp.is_none()
            && bout.until.is_none())
    }
}

fn total(bouts: &[Bout]) -> Duration {
    let ps = bouts.iter().map(|bout| bout.duration.ps());
    Duration::from_ps(ps.fold(0, i64::saturating_add))
}

/// Keys at the top of the file.
#[derive(Clone)]
pub(super) struct Top {
    pub(super) experiment: &'static str,
    pub(super) seed: u64,
    pub(super) seeds: u64,
    /// Of a network without bouts.
    pub(super) duration: Option<Duration>,
}

impl Top {
    pub(super) fn new(experiment: &'static str) -> Self {
        Self {
            experiment,
            seed: 1,
            seeds: 1,
            duration: None,
        }
    }
}

/// Most repetitions of one run: their results are all held until its end.
pub const MOST_SEEDS: u64 = 10_000;

impl Table for Top {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the version of the model file's format, `schema = 1`";
        k.need("schema", &mut 1_u64, count(1, i64::MAX as u64), what);
        let what = "what to do: `experiment = \"network\"`, `\"sleep_replay\"`, `\"night\"` or `\"foraging\"`";
        k.need(
            "experiment",
            &mut self.experiment,
            name(vec!["sleep_replay", "network", "foraging", "night"]),
            what,
        );
        let what = "of everything that is drawn";
        k.or(
            "seed",
            &mut self.seed,
            count(0, i64::MAX as u64 - MOST_SEEDS),
            what,
        );
        let what = "how many seeds are run, from `seed` on";
        k.or("seeds", &mut self.seeds, count(1, MOST_SEEDS), what);
        // A network's is read with its bouts.
        if k.reading().is_none() {
            let what = "of a network without [[bout]]: how long it runs";
            k.told("duration", "none", &mut self.duration, given(span()), what);
        }
    }
}

/// Reads everything behind `schema` and `experiment`.
pub(super) fn read(root: &Section<'_>, paths: &Paths<'_>) -> Option<NetworkModel> {
    root.reader.read_parameters(root);
    let (mut known, good) = populations(root, paths);
    let top = form::read(root, Top::new("network"), &Around::new(paths, &known));
    let oscillations = named(root, "oscillation", |section, name| {
        oscillation::oscillation(section, name, &Around::new(paths, &known))
    });
    let sound_waves = oscillations.is_some();
    known.network.oscillations = oscillations.unwrap_or_default();
    let sound_waves = sound_waves && oscillation::fit(root, &known.network);
    let of_waves = known.network.oscillations.iter();
    let of_waves: Vec<String> = of_waves.map(|own| own.name.clone()).collect();
    let triggers = named(root, "trigger", |section, name| {
        trigger::trigger(section, name, &Around::new(paths, &known))
    });
    let of_triggers = triggers.as_ref().map(|triggers| {
        triggers
            .iter()
            .map(|own| own.name.clone())
            .collect::<Vec<_>>()
    });
    known.network.triggers = triggers.unwrap_or_default();
    let modulators = named(root, "modulator", |section, name| {
        let mut around = Around::new(paths, &known);
        around.triggers = of_triggers.as_deref();
        modulator::modulator(section, name, &around)
    });
    let of_modulators = modulators.as_ref().map(|modulators| {
        modulators
            .iter()
            .map(|modulator| modulator.name.clone())
            .collect::<Vec<_>>()
    });
    known.network.modulators = modulators.unwrap_or_default();
    let mut around = Around::new(paths, &known);
    around.modulators = of_modulators.as_deref();
    around.triggers = of_triggers.as_deref();
    around.oscillations = sound_waves.then_some(&of_waves);
    let projections = named(root, "projection", |section, name| {
        projection::projection(section, name, &around)
    });
    let stimuli = named(root, "stimulus", |section, name| {
        stimulus::stimulus(section, name, &around)
    });
    // Known to what acts on them.
    let with_projections = Known {
        network: Network {
            projections: projections.clone().unwrap_or_default(),
            ..known.network.clone()
        },
        names: known.names.clone(),
        sound: known.sound.clone(),
        ..known
    };
    let names = |stimuli: &Vec<crate::network::Stimulus>| {
        stimuli
            .iter()
            .map(|stimulus| stimulus.name.clone())
            .collect::<Vec<_>>()
    };
    let names = stimuli.as_ref().map(names);
    around.stimuli = names.as_deref();
    let learning = projections.as_ref().map(|projections| {
        let learning = projections.iter().filter(|p| p.plasticity.is_some());
        learning.map(|p| p.name.clone()).collect::<Vec<_>>()
    });
    around.learning = learning.as_deref();
    let mut acting = Around::new(paths, &with_projections);
    acting.learning = around.learning;
    acting.modulators = around.modulators;
    let homeostasis = named(root, "homeostasis", |section, name| {
        homeostasis::homeostasis(section, name, &acting)
    });
    let forces = homeostasis.as_ref().map(|forces| {
        forces
            .iter()
            .map(|force| force.name.clone())
            .collect::<Vec<_>>()
    });
    around.forces = forces.as_deref();
    let alterable = projections.as_ref().zip(stimuli.as_ref());
    let alterable = alterable.zip(homeostasis.as_ref());
    let alterable = alterable.filter(|_| good && of_modulators.is_some() && sound_waves);
    let alterable = alterable.map(|((projections, stimuli), forces)| Network {
        projections: projections.clone(),
        stimuli: stimuli.clone(),
        homeostasis: forces.clone(),
        ..known.network.clone()
    });
    around.alterable = alterable.as_ref();
    let stages = named(root, "stage", |section, name| {
        stage::stage(section, name, &around)
    });
    let names = stages.as_ref().map(|stages| {
        let names = stages.iter().map(|stage| stage.name().to_owned());
        names.collect::<Vec<_>>()
    });
    around.stages = names.as_deref();
    let seed = top.as_ref().map(|top| top.seed);
    let pulsed = stimuli.as_ref().map(|stimuli| pulsed(stimuli));
    around.pulsed = pulsed.as_deref();
    let recalls = named(root, "recall", |section, name| {
        recall::recall(section, name, &around)
    });
    let schedule = schedule::schedule(root, &around, stages.as_deref(), seed);
    let bouts = schedule.as_ref().map(|schedule| &schedule.bouts);
    around.duration = bouts.map(|bouts| total(bouts));
    let forces = homeostasis.as_ref().zip(around.duration);
    let triggers = &known.network.triggers;
    let ends_in_time = forces.is_none_or(|(forces, run)| homeostasis::end(root, forces, run))
        & around
            .duration
            .is_none_or(|run| trigger::end(root, triggers, run));
    let engine = read_in(root, "engine", engine::Engine::default(), &around);
    let guard = read_in(
        root,
        "guard",
        engine::guard(Some(engine::MAX_RATE_HZ)),
        &around,
    );
    let checkpoint = read_in(root, "checkpoint", engine::Checkpoint::default(), &around);
    let recordable = projections.as_ref().map(|projections| {
        let recordable = projections
            .iter()
            .map(|p| (p.name.clone(), p.is_dense() || p.plasticity.is_some()));
        recordable.collect::<Vec<_>>()
    });
    around.projections = recordable.as_deref();
    let ends = projections.as_ref().map(|projections| {
        let ends = projections.iter();
        let ends = ends.map(|projection| Ends::of(projection, &known.network));
        ends.collect::<Vec<_>>()
    });
    around.ends = ends.as_deref();
    let record = read_in(root, "record", Record::default(), &around);
    let recorded = record.as_ref().map(|record: &Record| {
        let names = record
            .spikes
            .iter()
            .map(|recorded| recorded.population.clone());
        names.collect::<Vec<_>>()
    });
    around.recorded = recorded.as_deref();
    let observed = record.as_ref().map(observed).unwrap_or_default();
    around.observed = record.is_some().then_some(&observed);
    let snapped = record.as_ref().zip(projections.as_deref());
    let snapped = snapped.map(|(record, projections)| snapped_of(record, projections));
    around.snapped = snapped.as_deref();
    let unsaid = recorded.as_deref().zip(around.duration);
    let may_end = bouts.is_some_and(|bouts| bouts.iter().any(|bout| bout.until.is_some()));
    let unsaid = unsaid
        .map(|(recorded, duration)| Figures::unsaid(recorded, &observed, (duration, may_end)));
    let figures = read_in(root, "figure", unsaid.unwrap_or_default(), &around);
    let drawn = top.as_ref().filter(|_| good);
    let agreed = drawn.is_none_or(|top| agree_as_drawn(root, &known, top));
    let top = top.filter(|_| good && agreed && of_modulators.is_some() && of_triggers.is_some())?;
    if !sound_waves {
        return None;
    }
    let driven = bouts.is_some_and(|bouts| bout::drive_modulators(root, &known, bouts));
    if !driven {
        return None;
    }
    let schedule = schedule?;
    let mut network = Network {
        seed: top.seed,
        lanes: engine?.lanes,
        projections: projections?,
        stimuli: stimuli?,
        populations: known.network.populations,
        modulators: known.network.modulators,
        homeostasis: homeostasis?,
        changing: BTreeSet::new(),
        triggers: known.network.triggers,
        oscillations: known.network.oscillations,
    };
    let altered = schedule.bouts.iter();
    let altered = altered.flat_map(|bout| bout.regime(&network).alterations.into_keys());
    network.changing = altered.collect();
    let heard = trigger::hear(root, &network);
    let fit = bout::fit_pulses(root, &network, &schedule.bouts);
    let tied = projection::tie(root, &network);
    let agree = homeostasis::agree(root, &network);
    if !(heard && fit && tied && agree && ends_in_time) {
        return None;
    }
    Some(NetworkModel {
        network,
        seeds: top.seeds,
        bouts: schedule.bouts,
        played: schedule.played,
        idle_stages: idle_stages(root, &schedule.stages),
        guard: guard?,
        checkpoint_every: checkpoint?.every,
        record: record?,
        recalls: recalls?,
        figures: figures?,
    })
}

/// Names of the tables [stage.NAME] under `root` that are not in `used` and that no other copies.
fn idle_stages(root: &Section<'_>, used: &BTreeSet<String>) -> Vec<String> {
    let section = root.get("stage").and_then(|item| item.named_section());
    let Some(section) = section else {
        return Vec::new();
    };
    let names: BTreeSet<&str> = section.keys().collect();
    let copied = |name: &&str| section.get(name)?.text_in("like").map(str::to_owned);
    let copied: BTreeSet<String> = names.iter().filter_map(copied).collect();
    let idle = names.into_iter().map(str::to_owned);
    idle.filter(|name| !used.contains(name) && !copied.contains(name))
        .collect()
}

/// Names of the `stimuli` that come in pulses.
fn pulsed(stimuli: &[crate::network::Stimulus]) -> Vec<String> {
    let pulsed = stimuli
        .iter()
        .filter(|own| crate::stimulus::entry(own.kind.spec.name).is_ok_and(|entry| entry.pulsed));
    pulsed.map(|own| own.name.clone()).collect()
}

/// The projections of whose weights statistics are recorded.
fn observed(record: &Record) -> Vec<String> {
    let statistics = record.weight_statistics.iter();
    statistics.flat_map(|all| all.projections.clone()).collect()
}

/// Of `projections` those whose weights are recorded, each with the populations at its ends; a matrix with none.
fn snapped_of(record: &Record, projections: &[Projection]) -> Vec<(String, Vec<String>)> {
    let asked = |name: &String| {
        let mut weights = record.weights.iter();
        weights.any(|weights| weights.projections.contains(name))
    };
    let ends = |p: &Projection| {
        let ends = std::iter::once(&p.source).chain(&p.targets);
        let ends = ends.filter(|_| !p.is_dense());
        (p.name.clone(), ends.cloned().collect())
    };
    let asked = projections.iter().filter(|p| asked(&p.name));
    asked.map(ends).collect()
}

/// The populations, and whether nothing is at fault with them.
fn populations(root: &Section<'_>, paths: &Paths<'_>) -> (Known, bool) {
    const WHAT: &str = "at least one population, such as [population.e]";
    let (none, mut known) = (Known::default(), Known::default());
    let Some(section) = root.need_named_section("population", WHAT) else {
        return (known, false);
    };
    known.names = section.keys().map(String::from).collect();
    known.names.sort_unstable();
    known.complete = !known.names.is_empty() && known.names.iter().all(|name| is_name(name));
    if known.names.is_empty() {
        let message = format!("the network is empty, expected {WHAT}");
        section.reader.problem(section.origin, message, None);
    }
    let around = Around::new(paths, &none);
    for name in &known.names {
        let Some(table) = table(&section, name) else {
            continue;
        };
        let (model, read) = population::population(&table, name, &around);
        known
            .sound
            .extend(read.as_ref().map(|read| read.name.clone()));
        let read = read.or_else(|| Some(population::start(name, model?)));
        known.network.populations.extend(read);
    }
    let good = !known.names.is_empty() && known.sound.len() == known.names.len();
    (known, good)
}

/// Whether values of its own of each neuron agree with each other as they are drawn with the seeds of `top`.
fn agree_as_drawn(root: &Section<'_>, known: &Known, top: &Top) -> bool {
    let section = root.get("population").and_then(|item| item.named_section());
    let mut good = true;
    for population in &known.network.populations {
        let Err((seed, error)) = population.check_drawn(top.seed, top.seeds) else {
            continue;
        };
        let own = section
            .as_ref()
            .and_then(|section| section.get(&population.name));
        if let Some(own) = own.and_then(|item| item.section()) {
            let are_drawn = population.values.drawn().next().is_some();
            super::fault::report_own(&own, &error, (seed, are_drawn));
            own.ignore();
        }
        good = false;
    }
    section.iter().for_each(Section::ignore);
    good
}

/// What `read` makes of every table inside `kind`; none where there is no such section.
pub(super) fn named<T>(
    root: &Section<'_>,
    kind: &str,
    read: impl Fn(&Section<'_>, &str) -> Option<T>,
) -> Option<Vec<T>> {
    let section = root.get(kind).map(|item: Item<'_>| item.named_section());
    let Some(section) = section else {
        return Some(Vec::new());
    };
    let section = section?;
    let mut names: Vec<&str> = section.keys().collect();
    names.sort_unstable();
    let read = |name: &str| table(&section, name).and_then(|table| read(&table, name));
    let read: Vec<Option<T>> = names.into_iter().map(read).collect();
    read.into_iter().collect()
}

/// The table `name`, whose name is one that files and figures can show.
fn table<'a>(section: &Section<'a>, name: &str) -> Option<Section<'a>> {
    if !is_name(name) {
        let item = section.get(name)?;
        let message = format!(
            "found the name {}, expected letters, digits, `_` and `-`",
            quoted(name)
        );
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
    section.copying(name)
}
