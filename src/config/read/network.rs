//! `experiment = "network"`: one file per group of sections, names checked against the populations that there are.

mod bout;
pub(super) mod drawn;
pub(super) mod engine;
mod figure;
mod population;
mod projection;
mod record;
mod selection;
mod snapshot;
mod span;
mod stimulus;
mod weight;

use crate::base::parameter::Values;
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::network::{NetworkModel, RecordedWeights, SampledStates};
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::projection_name;
use crate::network::{Network, Population, check::is_name};
use crate::neuron::{self, Model, relay};

use super::Paths;
use projection::Around;

/// Reads everything behind `schema` and `experiment`.
pub(super) fn read(root: &Section<'_>, paths: &Paths<'_>) -> Option<NetworkModel> {
    root.reader.read_parameters(root);
    let (seed, seeds) = (super::seed(root), super::seeds(root));
    let (names, (models, populations)) = populations(root, paths);
    let known = Known {
        names: &names,
        complete: !names.is_empty() && names.iter().all(|name| is_name(name)),
        models: &models,
        read: &populations,
    };
    let projections = named(root, "projection", |section, name| {
        let around = Around {
            known: &known,
            paths,
        };
        projection::read(section, name, around)
    });
    let stimuli = named(root, "stimulus", |section, name| {
        stimulus::read(section, name, &known, paths)
    });
    let bouts = bout::read(root, stimuli.as_deref());
    let duration = bouts.as_deref().map(bout::duration);
    let lanes = engine::lanes(root, &known);
    let guard = engine::guard(root, Some(engine::MAX_RATE_HZ));
    let checkpoint_every = engine::checkpoint(root);
    let record = record::record(root, &known, projections.as_deref(), duration);
    let figures = figure::figures(root, &known, record.as_ref(), duration);
    let populations: Option<Vec<Population>> = populations.into_iter().collect();
    let populations = populations.filter(|populations| !populations.is_empty())?;
    Some(NetworkModel {
        network: Network {
            seed: seed?,
            lanes: lanes?,
            populations,
            projections: projections?,
            stimuli: stimuli?,
        },
        seeds: seeds?,
        bouts: bouts?,
        guard: guard?,
        checkpoint_every: checkpoint_every?,
        record: record?,
        figures: figures?,
    })
}

/// A key that belongs to an HDF5 file, what it does, and what tables do not have.
type HdfKey = (&'static str, &'static str, &'static str);

/// Whether the keys that belong to an HDF5 file fit `file`: a table has neither populations nor types. One that is copied is
/// left aside.
fn fits_file(section: &Section<'_>, values: &mut Values, keys: &[HdfKey]) -> bool {
    let csv = values.file("file").and_then(|path| path.extension());
    if !csv.is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        return true;
    }
    let mut good = true;
    for &(key, does, has) in keys {
        if values.get(key).is_none() {
            continue;
        }
        let own = section.has(key);
        let Some(item) = section.get(key).filter(|_| own) else {
            values.remove(key);
            continue;
        };
        let message = format!(
            "`{}` {does} of an HDF5 file, and `file` is a CSV table, which has no {has}",
            item.path
        );
        item.reader.problem(item.key_origin, message, None);
        good = false;
    }
    good
}

/// The layers of a network that sleeps, for what is recorded of it.
pub(super) struct Layers<'a> {
    /// Their names, input first.
    pub(super) names: &'a [String],
    /// Their sizes.
    pub(super) sizes: &'a [usize],
    /// The model of all but the input.
    pub(super) model: &'static Model,
}

impl Layers<'_> {
    /// Reads `record.states`, of a night that lasts `duration`.
    pub(super) fn states(
        &self,
        item: &Item<'_>,
        duration: Option<Duration>,
    ) -> Option<Vec<SampledStates>> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let input = neuron::model(relay::SPEC.name).ok();
        let models = (0..names.len()).map(|l| if l == 0 { input } else { Some(self.model) });
        let models: Vec<Option<&'static Model>> = models.collect();
        let populations = names.iter().zip(self.sizes).zip(&models);
        let populations = populations.map(|((name, &size), model)| {
            Some(Population {
                name: (*name).to_owned(),
                size: u32::try_from(size).ok()?,
                model: (*model)?.spec.name,
                values: Values::new(),
                v_m: None,
            })
        });
        let populations: Vec<Option<Population>> = populations.collect();
        let known = Known {
            names: &names,
            complete: true,
            models: &models,
            read: &populations,
        };
        record::states(item, &known, duration)
    }

    /// Reads a table of `record.weights`, of a night that lasts `duration`.
    pub(super) fn weights(
        &self,
        item: &Item<'_>,
        duration: Option<Duration>,
    ) -> Option<RecordedWeights> {
        let pairs = 0..self.names.len().saturating_sub(1);
        let names: Vec<String> = pairs.map(|l| projection_name(self.names, l)).collect();
        snapshot::read_among(item, &names, duration)
    }
}

/// Populations as other sections see them.
pub(super) struct Known<'a> {
    /// Names of all, also of those that are at fault.
    names: &'a [&'a str],
    /// Whether every population that is meant is among them.
    complete: bool,
    /// The neuron model of each, where it is known.
    models: &'a [Option<&'static Model>],
    /// Those that are not at fault.
    read: &'a [Option<Population>],
}

impl Known<'_> {
    /// Nothing, for what names no population.
    fn none() -> Self {
        Self {
            names: &[],
            complete: false,
            models: &[],
            read: &[],
        }
    }

    fn population(&self, name: &str) -> Option<&Population> {
        let mut read = self.read.iter().flatten();
        read.find(|population| population.name == name)
    }

    /// The neuron model of the population called `name`.
    fn model(&self, name: &str) -> Option<&'static Model> {
        let at = self.names.iter().position(|known| *known == name)?;
        *self.models.get(at)?
    }

    /// The population that `item` names.
    pub(super) fn name(&self, item: &Item<'_>) -> Option<String> {
        const EXPECTED: &str = "the name of a population";
        let text = item.text(EXPECTED)?;
        if self.names.contains(&text) {
            return Some(text.into());
        }
        if !self.complete {
            // The missing population is the one problem to mend, not every mention of it.
            return None;
        }
        item.refuse(EXPECTED, suggest::help(text, self.names))
    }

    /// The populations that `item` names, each once; a single one needs no brackets.
    fn names(&self, item: &Item<'_>) -> Option<Vec<String>> {
        if !item.is_array() {
            return Some(vec![self.name(item)?]);
        }
        let mut names: Vec<String> = Vec::new();
        let mut good = true;
        for entry in item.items("populations")? {
            match self.name(&entry) {
                Some(name) if names.contains(&name) => {
                    let message = format!("`{}` names population `{name}` twice", item.path);
                    item.reader.problem(entry.origin(), message, None);
                    good = false;
                }
                Some(name) => names.push(name),
                None => good = false,
            }
        }
        good.then_some(names)
    }

    /// As [`Self::names`], at least one.
    pub(super) fn some_names(&self, item: &Item<'_>) -> Option<Vec<String>> {
        let names = self.names(item)?;
        if names.is_empty() {
            return item.refuse("at least one population", None);
        }
        Some(names)
    }
}

/// Neuron models of populations, and the populations, where they are known.
type Populations = (Vec<Option<&'static Model>>, Vec<Option<Population>>);

/// Names of the populations, and what could be read of them.
fn populations<'a>(root: &Section<'a>, paths: &Paths<'_>) -> (Vec<&'a str>, Populations) {
    const WHAT: &str = "at least one population, such as [population.e]";
    let Some(section) = root.need_named_section("population", WHAT) else {
        return Default::default();
    };
    let mut names: Vec<&str> = section.keys().collect();
    names.sort_unstable();
    if names.is_empty() {
        let message = format!("the network is empty, expected {WHAT}");
        section.reader.problem(section.origin, message, None);
    }
    let read = names.iter().map(|name| {
        table(&section, name).map_or((None, None), |table| population::read(&table, name, paths))
    });
    let read = read.unzip();
    (names, read)
}

/// What `read` makes of every table inside [`kind`]; none where there is no such section.
fn named<T>(
    root: &Section<'_>,
    kind: &str,
    read: impl Fn(&Section<'_>, &str) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(item) = root.get(kind) else {
        return Some(Vec::new());
    };
    let section = item.named_section()?;
    let mut names: Vec<&str> = section.keys().collect();
    names.sort_unstable();
    let read: Vec<Option<T>> = names
        .into_iter()
        .map(|name| table(&section, name).and_then(|table| read(&table, name)))
        .collect();
    read.into_iter().collect()
}

/// The table `name`, whose name is one that files and figures can show.
fn table<'a>(section: &Section<'a>, name: &str) -> Option<Section<'a>> {
    if !is_name(name) {
        let item = section.get(name)?;
        let message = format!("found the name {name:?}, expected letters, digits, `_` and `-`");
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
    section.copying(name)
}
