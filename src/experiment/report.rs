//! Reports: what a run file holds as a page, whether the run came to its end or not.

mod accuracy;
mod beside;
mod choice;
mod dreams;
mod facts;
mod layered;
mod meaning;
mod performance;
mod raster;
mod replay;
mod scan;
mod weights;

use std::path::{Path, PathBuf};

use crate::base::time::Time;
use crate::config::Model;
use crate::engine::simulation::Keep;
use crate::experiment::error::ExperimentError;
use crate::experiment::held::held;
use crate::experiment::recorded::model;
use crate::experiment::recurrent;
use crate::record::output;
use crate::record::recording::Recording;
use crate::report::html::{Cell, Column, Page, Part, Run, Section, Table};
use scan::Scan;

/// Name of the report in a run's folder.
pub const FILE: &str = "report.html";

/// What a report shows beside what is in any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Where single spikes begin to be shown, of populations with more than the page has room for.
    pub from: Option<Time>,
    /// And where they end.
    pub to: Option<Time>,
}

/// A run file, read.
struct Subject {
    recording: Recording,
    name: String,
    /// What was run; `None` if this version does not read the file's model.
    model: Option<Model>,
    stop: Time,
}

/// Writes a page about the runs of `files`, folders or run files, to the new file `out`.
///
/// # Errors
/// If one is no run, is damaged, or has nothing to show, or if `out` exists or cannot be written.
pub fn write(files: &[PathBuf], options: &Options, out: &Path) -> Result<(), ExperimentError> {
    let html = page(files, options)?.html();
    Ok(output::write_new(out, |file| {
        file.write_all(html.as_bytes())
    })?)
}

/// The page about the runs of `files`.
fn page(files: &[PathBuf], options: &Options) -> Result<Page, ExperimentError> {
    let (mut page, mut compared) = (Page::default(), Vec::new());
    let mut paths = Vec::new();
    for file in files {
        let subject = Subject::open(file)?;
        let asked = [("--from", options.from), ("--to", options.to)];
        for (option, at) in asked {
            if let Some(at) = at.filter(|&at| at > subject.stop) {
                return Err(ExperimentError::BeyondRun {
                    option,
                    at,
                    path: subject.recording.path().to_owned(),
                    stop: subject.stop,
                });
            }
        }
        let scans = subject.scan()?;
        page.runs.push(subject.run(&scans, options)?);
        compared.push((subject.name.clone(), subject.stop, scans));
        paths.push(subject.recording.path().to_owned());
        if page.title.is_empty() {
            page.title = facts::title(&subject);
        }
    }
    if let [_, _, ..] = &compared[..] {
        let names = facts::names(&paths);
        for ((run, other), name) in page.runs.iter_mut().zip(&mut compared).zip(names) {
            other.0.clone_from(&name);
            run.name = name;
        }
        page.title = format!("{} runs side by side", compared.len());
        page.before.push(Part::Table(side_by_side(&compared)));
        page.before.extend(beside::tables(&page.runs));
    }
    Ok(page)
}

/// Rates of each population in each run.
fn side_by_side(runs: &[(String, Time, Vec<Scan>)]) -> Table {
    let mut names: Vec<&str> = Vec::new();
    for scan in runs.iter().flat_map(|(_, _, scans)| scans) {
        if !names.contains(&&scan.name[..]) {
            names.push(&scan.name);
        }
    }
    let heads = runs
        .iter()
        .map(|(name, ..)| Column::of(name, &meaning::RATE));
    let row = |name: &&str| {
        let rates = runs.iter().map(|(_, stop, scans)| {
            let scan = scans.iter().find(|scan| scan.name == **name);
            Cell::number(scan.and_then(|scan| scan.rate_hz(*stop)), 3)
        });
        std::iter::once(Cell::text(*name)).chain(rates).collect()
    };
    Table {
        caption: "Mean rate of a neuron, Hz".into(),
        columns: std::iter::once(Column::new("population"))
            .chain(heads)
            .collect(),
        rows: names.iter().map(row).collect(),
    }
}

impl Subject {
    fn open(file: &Path) -> Result<Self, ExperimentError> {
        let recording = Recording::open(file)?;
        let path = recording.path().to_owned();
        let stop = recording.reached()?;
        if stop == Time::ZERO && recording.accuracies()?.is_empty() {
            return Err(ExperimentError::EmptyRun { path });
        }
        let recorded = recording
            .populations()
            .iter()
            .any(|known| known.recorded > 0);
        let nothing = !recorded
            && recording.accuracies()?.is_empty()
            && recording.projections()?.is_empty()
            && recording.observed()?.is_empty();
        if nothing {
            return Err(ExperimentError::NothingRecorded { path });
        }
        Ok(Self {
            name: facts::name(&path),
            model: model(&recording),
            recording,
            stop,
        })
    }

    /// Which seed spikes are of, behind a caption, where the file has scores of others too.
    fn of_seed(&self) -> Result<String, ExperimentError> {
        let all = self.recording.fingerprints()?.len();
        Ok(match all > 1 {
            true => format!(", of seed {} alone", self.recording.seed()),
            false => String::new(),
        })
    }

    /// When neurons begin at rest with what they did before forgotten.
    fn beginnings(&self) -> Result<Vec<Time>, ExperimentError> {
        Ok(match &self.model {
            Some(Model::Network(model)) => {
                let went = self.recording.bouts()?;
                let went = went.iter().map(|bout| (bout.start, bout.stop));
                recurrent::bouts(&held(model, went))
                    .iter()
                    .filter(|bout| bout.keep == Keep::Weights)
                    .map(|bout| bout.start)
                    .collect()
            }
            // Each sleep is of a network of its own.
            _ => self
                .recording
                .bouts()?
                .iter()
                .map(|bout| bout.start)
                .collect(),
        })
    }

    fn scan(&self) -> Result<Vec<Scan>, ExperimentError> {
        let (bouts, beginnings) = (self.recording.bouts()?, self.beginnings()?);
        let populations = self.recording.populations().iter();
        populations
            .filter(|population| population.recorded > 0)
            .map(|population| Scan::of(&self.recording, population, self.stop, &bouts, &beginnings))
            .collect()
    }

    fn run(&self, scans: &[Scan], options: &Options) -> Result<Run, ExperimentError> {
        let mut sections = vec![facts::section(self)?];
        let mut add = |title, parts: Vec<Part>| {
            if !parts.is_empty() {
                sections.push(Section { title, parts });
            }
        };
        match &self.model {
            Some(Model::Foraging(model)) => {
                add("Performance", performance::parts(self, &model.plan)?);
            }
            _ => add("Accuracy", accuracy::parts(self)?),
        }
        add("Dreams", dreams::parts(self, scans)?);
        add("Replay", replay::parts(self, scans)?);
        add("Spikes", raster::parts(self, scans, options)?);
        add("Rates", scan::parts(self, scans)?);
        add("Weights", weights::parts(self)?);
        add("Model", facts::sources(self));
        Ok(Run {
            name: self.name.clone(),
            sections,
        })
    }
}
