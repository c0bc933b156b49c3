//! What a sweep runs: every point with every seed, each known by a hash of the model that it stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::network::MOST_SEEDS;
use crate::config::{self, Model};
use crate::experiment::run;
use crate::experiment::sweep::axis::Axis;
use crate::experiment::sweep::error::SweepError;
use crate::experiment::sweep::manifest::Manifest;
use crate::experiment::sweep::measure::{self, On};
use crate::experiment::sweep::point::{MOST, Point, points};
use crate::record::checkpoint::hash;

/// A model file with what is changed about it, of which a sweep is made.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
    /// Changes that hold for every point.
    pub options: config::Options,
}

/// What is swept, and how a point is chosen.
#[derive(Debug, Clone)]
pub struct Options {
    /// Keys and values.
    pub axes: Vec<Axis>,
    /// How many points are drawn; every combination of values if absent.
    pub random: Option<usize>,
    /// The first seed; the model's if absent.
    pub seed: Option<u64>,
    /// Seeds of each point, at least 1; the model's number if absent.
    pub seeds: Option<u64>,
    /// Which images accuracies are of; validation unless said.
    pub on: Option<On>,
    /// What the best point has most of; the accuracy of the network that sleeps unless said.
    pub measure: Option<String>,
}

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which point.
    pub point: usize,
    /// Its seed.
    pub seed: u64,
    /// What it is, whatever else is in the sweep.
    pub id: String,
}

/// All that a sweep is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    source: Source,
    /// Keys that are swept.
    pub keys: Vec<String>,
    /// The points, in order.
    pub points: Vec<Point>,
    /// Seeds of each.
    pub seeds: Vec<u64>,
    /// The runs: point by point, seed by seed.
    pub items: Vec<Item>,
    /// Which images accuracies are of.
    pub on: Option<On>,
    /// What is measured of each run.
    pub names: Vec<String>,
    /// What the best point has most of, if one is to be chosen.
    pub measure: Option<String>,
    /// A key that is swept and changes what is asked, so that no point is better than another.
    pub exam: Option<String>,
    /// Files that are read at any of the points, as far as they are found.
    pub files: BTreeSet<PathBuf>,
    /// What it must not be gone on without.
    pub manifest: Manifest,
}

/// The key that says how many images are held out.
const VALIDATION: &str = "data.validation";

/// Whether other values of `key` are other images or other questions, whose accuracies are not to be compared.
fn sets_exam(key: &str) -> bool {
    const EXAM: [&str; 8] = [
        "data.source",
        "data.tasks",
        "data.images",
        "data.labels",
        "data.test_images",
        "data.test_labels",
        "data.test_noise",
        "data.test_blur",
    ];
    let is = |exam: &str| {
        key == exam
            || key
                .strip_prefix(exam)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    key == VALIDATION || key == "data" || EXAM.into_iter().any(is)
}

impl Plan {
    /// Looks at every point: all of them are models before the first is run. Those that are one model are one point.
    ///
    /// # Errors
    /// If values, keys, measure or a model are wrong.
    pub fn new(source: Source, options: &Options) -> Result<Self, SweepError> {
        let keys: Vec<String> = options.axes.iter().map(|axis| axis.key.clone()).collect();
        let given = |key: &String| {
            let mut sets = source.options.sets.iter();
            sets.any(|set| {
                let set = set.split('=').next().unwrap_or_default().trim();
                let rest = set.strip_prefix(&key[..]);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        if let Some(key) = keys.iter().find(|key| given(key)) {
            return Err(SweepError::Key {
                key: key.clone(),
                instead: "`--set` gives it one value",
            });
        }
        // What is held out where that is swept is more than nothing at every point.
        let base = match keys.iter().position(|key| key == VALIDATION) {
            Some(at) => source.read(&[format!("{VALIDATION}={}", options.axes[at].first())])?,
            None => source.read(&[])?,
        };
        let first = options.seed.unwrap_or_else(|| seed(&base));
        let n = options.seeds.unwrap_or_else(|| seeds(&base));
        let points = points(&options.axes, options.random, first)?;
        let runs = (points.len() as u64).saturating_mul(n);
        if n > MOST_SEEDS || runs > MOST as u64 {
            return Err(SweepError::TooManyRuns {
                points: points.len(),
                seeds: n,
                most_seeds: MOST_SEEDS,
                most: MOST,
            });
        }
        let seeds: Vec<u64> = (0..n).map(|k| first.wrapping_add(k)).collect();
        let on = measure::on(&base, options.on)?;
        let measure = measure::chosen(&base, options.measure.as_deref())?;
        let asks = |axis: &&Axis| sets_exam(&axis.key) && !axis.is_one();
        let exam = options.axes.iter().find(asks).map(|axis| axis.key.clone());
        let measure = measure.filter(|_| exam.is_none() || on.is_none());
        let mut plan = Self {
            manifest: Manifest {
                program: env!("CARGO_PKG_VERSION").into(),
                keys: keys.clone(),
                on,
                // Read where the sweep begins.
                files: Vec::new(),
                // Which seeds there are is no part of what stays.
                model: source.read(&seeded(1, 1))?.resolved(),
            },
            names: measure::names(&base),
            source,
            keys,
            points,
            seeds,
            items: Vec::new(),
            on,
            measure,
            exam: exam.filter(|_| on.is_some()),
            files: BTreeSet::new(),
        };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let mut point = 0;
        while point < plan.points.len() {
            let mut items = Vec::new();
            for &seed in &plan.seeds {
                let model = plan.model(point, seed, 1)?;
                measure::on(&model, options.on)?;
                plan.files.extend(run::files(&model));
                let id = format!("{:032x}", hash(model.resolved().as_bytes()));
                let id = id[..ID_DIGITS].to_owned();
                items.push(Item { point, seed, id });
            }
            let first = items.first().and_then(|item| known.get(&item.id));
            if let Some(&first) = first {
                tracing::warn!(
                    "the point {} is {} in other words: it is run once",
                    plan.describe(point),
                    plan.describe(first)
                );
                plan.points.remove(point);
                continue;
            }
            known.extend(items.iter().map(|item| (item.id.clone(), point)));
            plan.items.extend(items);
            point += 1;
        }
        Ok(plan)
    }

    /// The model at `point`, with so many seeds from `seed` on.
    ///
    /// # Errors
    /// If the values make none.
    pub fn model(&self, point: usize, seed: u64, seeds: u64) -> Result<Model, SweepError> {
        let sets = self.sets(point, seed, seeds);
        self.source.read(&sets).map_err(|error| SweepError::Point {
            error,
            point: self.describe(point),
        })
    }

    /// What is changed about the model file at `point`.
    fn sets(&self, point: usize, seed: u64, seeds: u64) -> Vec<String> {
        let pairs = self.keys.iter().zip(&self.points[point]);
        let mut sets: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
        sets.extend(seeded(seed, seeds));
        sets
    }

    /// All of what is changed about the model file at `point`, in order, and the file as typed.
    pub fn typed(&self, point: usize, seed: u64, seeds: u64) -> (String, Vec<String>) {
        let mut sets = self.source.options.sets.clone();
        sets.extend(self.sets(point, seed, seeds));
        (self.source.text.clone(), sets)
    }

    /// Keys and values of `point`.
    pub fn describe(&self, point: usize) -> String {
        let pairs = self.keys.iter().zip(&self.points[point]);
        let pairs: Vec<String> = pairs
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        pairs.join(", ")
    }
}

/// Digits of an id: two of a million runs are the same with a probability of 3e-8.
const ID_DIGITS: usize = 16;

impl Source {
    /// The model with `sets` behind its own changes.
    fn read(&self, sets: &[String]) -> Result<Model, config::ConfigError> {
        let mut options = self.options.clone();
        options.sets.extend_from_slice(sets);
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let name = self.path.display().to_string();
        config::parse(&name, &self.text, directory, &options)
    }
}

fn seeded(seed: u64, seeds: u64) -> Vec<String> {
    vec![format!("seed={seed}"), format!("seeds={seeds}")]
}

fn seed(model: &Model) -> u64 {
    match model {
        Model::SleepReplay(model) => model.seed,
        Model::Network(model) => model.network.seed,
        Model::Foraging(model) => model.seed,
        Model::Night(model) => model.seed,
    }
}

fn seeds(model: &Model) -> u64 {
    match model {
        Model::SleepReplay(model) => model.seeds,
        Model::Network(model) => model.seeds,
        Model::Foraging(model) => model.seeds,
        Model::Night(model) => model.seeds,
    }
}
