//! Foraging: a life per seed, side by side, the run file, the tables, the figure.

mod forager;
mod outcome;
pub mod summary;

use std::fmt;
use std::path::PathBuf;
use std::time;

use serde::Serialize;

use crate::base::time::Time;
use crate::config::foraging::Foraging;
use crate::engine::simulation::{Keep, Regime};
use crate::experiment::desk::{Desk, seeds};
use crate::experiment::error::ExperimentError;
use crate::experiment::outcome::{Experiment, Outcome, Summary as AnySummary};
use crate::experiment::resource;
use crate::foraging::life::Life;
use crate::foraging::world::DIRECTIONS;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::layout::{Layout, Population, Projection};
use crate::record::output;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::progress::{Progress, Watch};
use crate::run::watched::Watched;
use crate::run::{Ended, Run, crew};
use forager::Forager;
use summary::Summary;

/// Table of tests, of what was noted, of rates of hidden cells, and the figure in its folder.
const TESTS: &str = "tests.csv";
const COURSE: &str = "course.csv";
const RATES: &str = "rates.csv";
const FIGURES: &str = "figures";
pub(super) const FIGURE: &str = "figures/foraging";

/// Name of the projection whose weights are recorded.
const VOTES: &str = "hidden_output";

/// Bytes of the program and of what a life has that no setting makes large: a generous guess.
const LIFE_BYTES: f64 = 4e6;

/// Bytes of a synapse onto a hidden cell: its weight, its source, its place among those of the source.
const SYNAPSE_BYTES: f64 = 8.0 + 4.0 + 4.0;

/// Agents that forage, one per seed.
pub(super) struct Foragers {
    model: Foraging,
    bouts: Vec<Bout>,
    watched: Watched,
}

/// What a seed came to.
struct Lived {
    seed: u64,
    life: Life,
    complete: bool,
    file: Option<RunFile>,
}

impl Foragers {
    /// The agents of `model`.
    ///
    /// # Errors
    /// If what they leave is larger than the memory there is.
    pub(super) fn new(model: Foraging) -> Result<Self, ExperimentError> {
        check_memory(&model)?;
        let bouts = model.plan.phases.iter().map(|phase| Bout {
            name: phase.name.clone(),
            kind: Kind::Training,
            called: None,
            task: 0,
            start: Time::ZERO,
            stop: Time::ZERO,
            on: Vec::new(),
            regime: Regime::default(),
            keep: Keep::All,
        });
        Ok(Self {
            bouts: bouts.collect(),
            // Nothing is simulated by the engine, so that nothing is watched of it.
            watched: Watched::spikes_of(Vec::new()),
            model,
        })
    }

    fn one_seed(&self, desk: &Desk<'_>, index: usize, seed: u64) -> Result<Lived, ExperimentError> {
        let job = format!("{seed}/life");
        let file = desk.file(&job, index, seed, || self.layout(desk, seed))?;
        let forager = Forager::new(&self.model.plan, seed);
        let mut run = Run::new(seed, &self.bouts, &self.watched, forager, file);
        let ended = desk.carry_out(&job, &mut run)?;
        let (forager, mut file) = run.into_parts();
        let life = forager.into_life();
        let complete = ended == Ended::Complete;
        if complete {
            desk.crew.show(&Progress::Done { seed });
            if let Some(file) = &mut file {
                file.fingerprint(seed, &life.fingerprint().to_string())?;
                file.flush()?;
            }
        }
        Ok(Lived {
            seed,
            life,
            complete,
            file,
        })
    }

    fn layout(&self, desk: &Desk<'_>, seed: u64) -> Layout {
        let model = &self.model;
        // What the file says runs this seed by itself.
        let alone = Foraging {
            seed,
            seeds: 1,
            ..model.clone()
        };
        let resolved = desk.held(model.seeds, model, &alone);
        let setting = &model.plan.setting;
        let population = |name: &str, size: usize| Population {
            name: name.into(),
            size,
            recorded: 0,
        };
        let hidden = setting.hidden * setting.hidden;
        Layout {
            seed,
            resolved: crate::config::resolved_foraging(resolved),
            source: desk.source.to_owned(),
            overrides: desk.overrides.to_vec(),
            tasks: model
                .plan
                .tasks
                .iter()
                .map(|task| task.name.clone())
                .collect(),
            populations: vec![
                population("input", setting.view * setting.view),
                population("hidden", hidden),
                population("output", DIRECTIONS.len()),
            ],
            projections: vec![Projection {
                name: VOTES.into(),
                n_target: DIRECTIONS.len(),
                n_source: hidden,
            }],
            ..Layout::default()
        }
    }
}

/// What a seed will take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Aeons, those of tests too.
    pub aeons: u64,
    /// Steps of the map that cells take at most.
    pub steps: f64,
    /// Bytes in memory.
    pub memory_bytes: f64,
}

impl Estimate {
    /// Of each seed of `model`.
    pub fn new(model: &Foraging) -> Self {
        let plan = &model.plan;
        let aeons: u64 = (0..plan.phases.len()).map(|k| plan.aeons(k)).sum();
        let setting = &plan.setting;
        let cells = setting.view.pow(2) + setting.hidden.pow(2) + DIRECTIONS.len();
        let epochs = aeons as f64 * plan.epochs as f64;
        Self {
            aeons,
            steps: epochs * f64::from(setting.epoch) * cells as f64,
            memory_bytes: memory_bytes(model) / model.seeds as f64,
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} aeons with tests", self.aeons)?;
        writeln!(
            f,
            "{:.2e} steps of cells, fewer where cells rest",
            self.steps
        )?;
        writeln!(f, "{:.1} MB in memory", self.memory_bytes / 1e6)
    }
}

/// Checks that there is memory for `model`.
///
/// # Errors
/// If there is not.
pub fn check_memory(model: &Foraging) -> Result<(), ExperimentError> {
    resource::check_memory(
        memory_bytes(model),
        "what agents have and what is noted of them",
    )
}

/// Bytes that all seeds of `model` hold at their ends.
fn memory_bytes(model: &Foraging) -> f64 {
    let plan = &model.plan;
    let hidden = (plan.setting.hidden * plan.setting.hidden) as f64;
    // The one that lives, that from before tests, and at most one that each phase began with.
    let minds = 2 + plan.phases.len();
    let synapses = minds as f64 * hidden * plan.setting.inputs as f64 * SYNAPSE_BYTES;
    let turns = plan.phases.iter().map(|phase| phase.turns.len()).max();
    let worlds = (turns.unwrap_or(1) * plan.side * plan.side * size_of::<u32>()) as f64;
    // Weights at every note, and rates at the end, in each phase.
    let noted = plan.points as f64 + 2.0 + plan.tasks.len() as f64;
    let noted = plan.phases.len() as f64 * noted * hidden * size_of::<f32>() as f64;
    model.seeds as f64 * (LIFE_BYTES + synapses + worlds + noted)
}

impl Experiment for Foragers {
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn checkpoint_every(&self) -> Option<time::Duration> {
        self.model.checkpoint_every
    }

    fn disk_bytes(&self, keep_seeds: bool) -> Result<f64, ExperimentError> {
        let files = if keep_seeds { self.model.seeds } else { 1 };
        let hidden = self.model.plan.setting.hidden.pow(2);
        let weights = DIRECTIONS.len() * hidden * size_of::<f32>();
        Ok(files as f64 * (1e5 + (self.bouts.len() + 1) as f64 * weights as f64))
    }

    fn products(&self) -> Vec<PathBuf> {
        let figures = ["svg", "png"].map(|ending| format!("{FIGURE}.{ending}"));
        let names = figures
            .into_iter()
            .chain([TESTS, COURSE, RATES].map(String::from));
        names.map(PathBuf::from).collect()
    }

    fn is_reported(&self) -> bool {
        true
    }

    fn run(&self, desk: &Desk<'_>) -> Result<Outcome, ExperimentError> {
        let seeds = seeds(self.model.seed, self.model.seeds);
        let lived = crew::side_by_side(&seeds, |&(index, seed)| {
            desk.crew.share(self.one_seed(desk, index, seed))
        });
        let mut lived = lived.into_iter().collect::<Result<Vec<_>, _>>()?;
        let complete = lived.iter().all(|lived| lived.complete);
        let lives: Vec<(u64, &Life)> = lived.iter().map(|one| (one.seed, &one.life)).collect();
        let summary = Summary::new(&self.model.plan, &lives);
        if complete {
            outcome::write_tests(&desk.directory.join(TESTS), &self.model.plan, &lives)?;
            outcome::write_course(&desk.directory.join(COURSE), &self.model.plan, &lives)?;
            outcome::write_rates(&desk.directory.join(RATES), &self.model.plan, &lives)?;
            output::named_directory(&desk.directory.join(FIGURES))?;
            let figure = outcome::figure(&self.model.plan, &lives);
            figure.draw(&desk.directory.join(FIGURE))?;
        }
        let (first, others) = lived.split_at_mut(1);
        if let Some(file) = &mut first[0].file
            && complete
        {
            for other in others.iter() {
                let rows = outcome::scores(&self.model.plan, other.seed, other.life.tested());
                rows.iter().try_for_each(|row| file.accuracy(row))?;
                file.fingerprint(other.seed, &other.life.fingerprint().to_string())?;
            }
        }
        for one in lived {
            let Some(file) = one.file else { continue };
            match complete {
                true => file.finish(&one.life.fingerprint().to_string())?,
                false => file.stop()?,
            }
        }
        Ok(Outcome {
            summary: AnySummary::Foraging(summary),
            complete,
            ended: complete,
            tripped: None,
        })
    }
}
