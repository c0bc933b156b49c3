//! Networks that run: seeds in parallel, the run file, the table, the figure.

pub mod bouts;
mod build;
mod degrees;
pub mod estimate;
mod evoked;
mod raster;
mod rates;
pub mod recall;
mod rhythm;
mod runner;
pub mod summary;
mod watched;
mod wave;
mod weight_matrix;
pub(super) mod weights;
mod window;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time;

use crate::base::stop::Stop;
use crate::base::time::Time;
use crate::config::network::{self as config, NetworkModel};
use crate::engine::simulation::{Keep, Simulation};
use crate::experiment::desk::{Desk, seeds};
use crate::experiment::error::{ExperimentError, unless_stopped};
use crate::experiment::held::{held, leave_what_was};
use crate::experiment::load;
use crate::experiment::notice;
use crate::experiment::outcome::{self, Experiment, Outcome};
use crate::network;
use crate::network::path::Alterations;
use crate::neuron;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::layout::{Layout, Nodes, OwnValues, SynapseTable};
use crate::record::output;
use crate::record::run_file::{self, RunFile};
use crate::record::sink::Sink;
use crate::record::warning;
use crate::run::guard::Tripped;
use crate::run::progress::{Progress, Watch};
use crate::run::watched::Watched;
use crate::run::{Ended, Run, crew};
use runner::Runner;
use summary::{Seed, Summary};
use watched::{learning, observed, projections, watched};

pub use build::declare;
pub(super) use raster::switched_on;

/// Name of the table of rates by time.
const RATES: &str = "rates.csv";
/// Name of the folder of figures.
const FIGURES: &str = "figures";

/// A network that runs, once for each seed.
pub(super) struct Network {
    model: NetworkModel,
    bouts: Vec<Bout>,
    watched: Watched,
    /// The sparse projections whose synapses are recorded.
    learning: Vec<SynapseTable>,
    raster: raster::Setting,
    /// That of the first seed, until it runs: built at once, so that what is impossible is found before anything is
    /// written.
    first: Mutex<Option<Simulation>>,
    /// The network with the data of its files, where there are other seeds.
    loaded: Option<network::Network>,
    /// Populations of which it is known where they lie, or whose neurons have values of their own.
    unlike: Vec<network::Population>,
    warnings: Vec<String>,
}

/// What one seed came to.
struct Repetition {
    seed: Seed,
    complete: bool,
    tripped: Option<Tripped>,
    file: Option<RunFile>,
}

impl Repetition {
    /// Whether there is nothing to go on with.
    fn has_ended(&self) -> bool {
        self.complete || self.tripped.is_some()
    }
}

impl Network {
    /// Builds the network of the first seed.
    ///
    /// # Errors
    /// If it is impossible or larger than the machine, a file is wrong, or `watch` says to stop.
    pub(super) fn new(model: NetworkModel, watch: &dyn Watch) -> Result<Self, ExperimentError> {
        // Read once, so that all seeds see the same.
        let (loaded, mut warnings) = load::load_watched(&model.network, watch)?;
        let first = build::build(&model, Some(&loaded), watch)?;
        let bouts = bouts(&model);
        check_alterations(&first, &bouts)?;
        warnings.extend(notice::of_network(&model, &loaded, &bouts));
        warnings
            .iter()
            .for_each(|warning| tracing::warn!("{warning}"));
        let count = |name: &str| first.n_synapses_of(name).unwrap_or_default();
        Ok(Self {
            watched: watched(&model),
            learning: learning(&model, count),
            raster: raster::Setting::new(&loaded, model.played.is_some()),
            first: Mutex::new(Some(first)),
            unlike: unlike(&loaded),
            // For every network but the first, which is built already.
            loaded: (model.seeds > 1 || builds_again(&bouts)).then_some(loaded),
            warnings,
            bouts,
            model,
        })
    }

    /// The models of all seeds.
    fn models(&self) -> Vec<NetworkModel> {
        let alone = |(_, seed)| {
            let mut alone = self.model.clone();
            alone.network.seed = seed;
            alone
        };
        let seeds = seeds(self.model.network.seed, self.model.seeds);
        seeds.into_iter().map(alone).collect()
    }

    fn one_seed(
        &self,
        desk: &Desk<'_>,
        index: usize,
        model: &NetworkModel,
    ) -> Result<Repetition, ExperimentError> {
        let seed = model.network.seed;
        let job = seed.to_string();
        let file = desk.file(&job, index, seed, || self.layout(desk, model))?;
        let built = match index {
            // A panic elsewhere leaves it whole.
            0 => self
                .first
                .lock()
                .unwrap_or_else(|held| held.into_inner())
                .take(),
            _ => None,
        };
        let runner = Runner::new(model, &self.watched, built, self.loaded.as_ref());
        let mut run = Run::new(seed, &self.bouts, &self.watched, runner, file);
        let (ended, tripped) = desk.carry_out_guarded(&job, &mut run)?;
        let complete = ended == Ended::Complete;
        let fingerprint = run.fingerprint().to_string();
        let live = run
            .network()
            .map(|live| (live.now(), live.counts().to_vec()));
        let (runner, mut file) = run.into_parts();
        if complete {
            desk.crew.show(&Progress::Done { seed });
            if let Some(file) = &mut file {
                file.fingerprint(seed, &fingerprint)?;
                file.flush()?;
            }
        }
        Ok(Repetition {
            seed: runner.into_seed(fingerprint, live),
            complete,
            tripped,
            file,
        })
    }

    /// What neurons have of their own in the network of this seed.
    fn nodes(&self, seed: u64) -> Vec<Nodes> {
        self.unlike.iter().map(|it| nodes(it, seed)).collect()
    }

    fn layout(&self, desk: &Desk<'_>, model: &NetworkModel) -> Layout {
        // What the file says runs this seed by itself.
        let alone = NetworkModel {
            seeds: 1,
            ..model.clone()
        };
        let resolved = desk.held(self.model.seeds, &self.model, &alone);
        Layout {
            is_validated: false,
            scores_training: false,
            seed: model.network.seed,
            resolved: crate::config::resolved_network(resolved),
            source: desk.source.to_owned(),
            overrides: desk.overrides.to_vec(),
            warnings: self.warnings.clone(),
            data: None,
            tasks: Vec::new(),
            populations: self.watched.layout(),
            nodes: self.nodes(model.network.seed),
            projections: projections(model),
            synapses: self.learning.clone(),
            observed: observed(model),
            triggers: self.watched.triggers.clone(),
            pulsed: self.watched.pulsed.clone(),
            compress_weights: model.record.compress,
            reports: self.watched.sampling.reports(&self.watched.populations),
        }
    }

    /// The model as the first of `seeds` went through its bouts.
    fn went(&self, seeds: &[Seed]) -> NetworkModel {
        let first = seeds.first().map_or(&[][..], |first| &first.bouts);
        let went = first.iter().map(|part| (part.start, part.stop));
        held(&self.model, went)
    }

    /// Writes the tables of these `seeds`.
    fn write_tables(
        &self,
        desk: &Desk<'_>,
        seeds: &[Seed],
        summary: &Summary,
    ) -> Result<(), ExperimentError> {
        let model = &self.went(seeds);
        if !summary.bouts.is_empty() {
            let path = desk.directory.join(bouts::FILE);
            bouts::write(&path, &summary.bouts, &summary.names())?;
        }
        if let Some(bin) = model.record.rates_bin {
            let path = desk.directory.join(RATES);
            rates::write(&path, bin, model, seeds, &desk.crew)?;
        }
        if !self.model.recalls.is_empty() {
            let cues = seeds.iter();
            let cues = cues.map(|own| (own.seed, &own.bouts[..], &own.recalls[..]));
            recall::write(&desk.directory.join(recall::FILE), model, cues)?;
        }
        Ok(())
    }

    /// Writes what a complete run leaves beside its run files, which are closed.
    ///
    /// # Errors
    /// If that cannot be done, or the run is to stop meanwhile.
    fn write(
        &self,
        desk: &Desk<'_>,
        seeds: &[Seed],
        summary: &Summary,
    ) -> Result<(), ExperimentError> {
        self.write_tables(desk, seeds, summary)?;
        let mut model = self.went(seeds);
        leave_what_was(&mut model);
        let (model, went) = (&model, bouts(&model));
        let directory = desk.directory.join(FIGURES);
        if model.figures.is_any() || !summary.recalls.is_empty() {
            output::named_directory(&directory)?;
        }
        let run = desk.directory.join(run_file::FILE);
        let told = || desk.crew.is_told_to_stop();
        let stop = Stop::new(&told);
        if let (Some(raster), Some(first)) = (&model.figures.raster, seeds.first()) {
            stop.ask()?;
            let places = (&*run, &*directory);
            self.raster.draw(raster, first, model, &went, places)?;
        }
        if let Some(figure) = &model.figures.weights {
            stop.ask()?;
            let bouts = self.raster.bouts(&went);
            weights::draw(figure, &run, model, bouts, &directory)?;
        }
        if let Some(figure) = &model.figures.window {
            stop.ask()?;
            window::draw(figure, &run, model, &directory)?;
        }
        if let Some(figure) = &model.figures.weight_matrix {
            stop.ask()?;
            weight_matrix::draw(figure, &run, model, &directory)?;
        }
        if let Some(figure) = &model.figures.degrees {
            stop.ask()?;
            let bouts = self.raster.bouts(&went);
            degrees::draw(figure, &run, model, bouts, &directory)?;
        }
        if let Some(figure) = &model.figures.evoked {
            stop.ask()?;
            evoked::draw(figure, &run, model, &went, &directory)?;
        }
        if let Some(figure) = &model.figures.rhythms {
            stop.ask()?;
            rhythm::draw_rhythms(figure, &run, &went, &directory)?;
        }
        if let Some(figure) = &model.figures.spectrogram {
            stop.ask()?;
            let bouts = self.raster.bouts(&went);
            rhythm::draw_spectrogram(figure, &run, model, &bouts, &directory)?;
        }
        if !summary.recalls.is_empty() {
            recall::draw(&summary.recalls, &directory)?;
        }
        if let Some(wave) = &model.figures.wave {
            let places = (&*run, &*directory);
            wave::draw(wave, model, &self.unlike, places, &desk.crew)?;
        }
        Ok(())
    }
}

impl Experiment for Network {
    fn files(&self) -> Vec<PathBuf> {
        load::files(&self.model.network)
    }

    fn disk_bytes(&self, keep_seeds: bool) -> Result<f64, ExperimentError> {
        let files = if keep_seeds { self.model.seeds } else { 1 };
        Ok(files as f64 * estimate::file_bytes(&self.model))
    }

    fn checkpoint_every(&self) -> Option<time::Duration> {
        self.model.checkpoint_every
    }

    fn products(&self) -> Vec<PathBuf> {
        let figures = [
            raster::NAME,
            weights::NAME,
            window::NAME,
            weight_matrix::NAME,
            degrees::NAME,
            wave::NAME,
            evoked::NAME,
            recall::NAME,
            rhythm::RHYTHMS,
            rhythm::SPECTROGRAM,
        ];
        let drawn = figures
            .into_iter()
            .flat_map(|name| ["svg", "png"].map(|ending| format!("{FIGURES}/{name}.{ending}")));
        let names = drawn.chain([RATES, bouts::FILE, recall::FILE].map(str::to_owned));
        names.map(PathBuf::from).collect()
    }

    fn is_reported(&self) -> bool {
        self.model.record.report
    }

    fn run(&self, desk: &Desk<'_>) -> Result<Outcome, ExperimentError> {
        let models: Vec<_> = self.models().into_iter().enumerate().collect();
        let repetitions = crew::side_by_side(&models, |(index, model)| {
            desk.crew.share(self.one_seed(desk, *index, model))
        });
        let repetitions = repetitions.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut complete = repetitions.iter().all(|repetition| repetition.complete);
        let mut ended = repetitions.iter().all(Repetition::has_ended);
        let (mut seeds, mut files, mut tripped) = (Vec::new(), Vec::new(), None);
        for repetition in repetitions {
            let (seed, of) = (repetition.seed.seed, self.model.seeds);
            let own = repetition.tripped.map(|tripped| tripped.of_seed(seed, of));
            if let (Some(_), Some(own)) = (&tripped, &own) {
                tracing::warn!("{own}");
            }
            tripped = tripped.or(own);
            // One that has come to its end may still be asked for what it found, until all have ended.
            files.push((repetition.file, repetition.complete && ended));
            seeds.push(repetition.seed);
        }
        let whole: Vec<bool> = files.iter().map(|(_, is_whole)| *is_whole).collect();
        let mut late: Vec<String> = tripped.iter().map(Tripped::to_string).collect();
        if complete {
            let cues: Vec<_> = seeds.iter().map(|seed: &Seed| &seed.recalls[..]).collect();
            let unscored = recall::unscored(&self.model, &cues);
            unscored.iter().for_each(|said| tracing::warn!("{said}"));
            late.extend(unscored);
        }
        end_files(&seeds, files, (&self.warnings, &late))?;
        let is_partly_whole = ended && whole.contains(&true);
        if is_partly_whole {
            // What a guard has stopped says nothing of the others.
            let mut whole = whole.into_iter();
            seeds.retain(|_| whole.next().unwrap_or(true));
        }
        let summary = Summary::new(&self.model, &seeds, complete);
        if complete {
            let written = unless_stopped(self.write(desk, &seeds, &summary))?;
            complete = written.is_some();
            ended = complete;
        } else if is_partly_whole {
            self.write_tables(desk, &seeds, &summary)?;
        }
        Ok(Outcome {
            summary: outcome::Summary::Network(summary),
            complete,
            ended,
            tripped,
        })
    }
}

/// Checks that the network can become what is altered in each of `bouts`, before anything runs.
fn check_alterations(network: &Simulation, bouts: &[Bout]) -> Result<(), ExperimentError> {
    let mut checked: Vec<&Alterations> = Vec::new();
    for bout in bouts {
        let alterations = &bout.regime.alterations;
        if !alterations.is_empty() && !checked.contains(&alterations) {
            let sound = network.check_alterations(alterations);
            sound.map_err(|error| ExperimentError::Bout {
                bout: bout.name.clone(),
                error: error.into(),
            })?;
            checked.push(alterations);
        }
    }
    Ok(())
}

/// Ends the run files: the first of a complete run holds the fingerprints of all seeds; what they came to warn of `late` stands
/// beside what they warned of `before`.
fn end_files(
    seeds: &[Seed],
    mut files: Vec<(Option<RunFile>, bool)>,
    (before, late): (&[String], &[String]),
) -> Result<(), ExperimentError> {
    let whole: Vec<bool> = files.iter().map(|(_, is_whole)| *is_whole).collect();
    if let Some((Some(first), true)) = files.first_mut() {
        let others = seeds.iter().zip(&whole).skip(1);
        for (other, _) in others.filter(|(_, is_whole)| **is_whole) {
            first.fingerprint(other.seed, &other.fingerprint)?;
        }
    }
    for (seed, (file, is_whole)) in seeds.iter().zip(files) {
        match file {
            Some(file) if is_whole => {
                warning::finish(file, &seed.fingerprint, before, late)?;
            }
            Some(file) => file.stop()?,
            None => {}
        }
    }
    Ok(())
}

/// The bouts of `model` on the clock, which holds them.
pub fn bouts(model: &NetworkModel) -> Vec<Bout> {
    let mut now = Time::ZERO;
    let bout = |bout: &config::Bout| {
        let start = now;
        now = start + bout.duration;
        Bout {
            name: bout.name.clone(),
            kind: Kind::Run,
            called: bout.kind.clone(),
            task: 0,
            start,
            stop: now,
            on: bout.stimuli.clone(),
            regime: bout.regime(&model.network),
            keep: bout.keep,
        }
    };
    model.bouts.iter().map(bout).collect()
}

/// Populations of `network` of which it is known where they lie, or whose neurons have values of their own.
fn unlike(network: &network::Network) -> Vec<network::Population> {
    let populations = network.populations.iter();
    let is_unlike = |population: &&network::Population| {
        population.positions.is_some() || !population.individual(0, 0..1).is_empty()
    };
    populations.filter(is_unlike).cloned().collect()
}

/// What the neurons of `population` have of their own under this seed.
fn nodes(population: &network::Population, seed: u64) -> Nodes {
    let model = neuron::model(population.model).ok();
    let unit = |parameter| {
        let declared = model.and_then(|model| model.spec.parameter(parameter));
        declared.map_or("", |declared| declared.dimension().unit())
    };
    let own = population.individual(seed, 0..population.size);
    let own = own.into_iter().map(|(parameter, values)| OwnValues {
        parameter,
        unit: unit(parameter),
        values,
    });
    Nodes {
        population: population.name.clone(),
        size: population.size as usize,
        // Networks were checked when they were built.
        points: population.points(seed).ok().flatten(),
        own: own.collect(),
    }
}

/// Whether a bout after the first has a network of its own.
fn builds_again(bouts: &[Bout]) -> bool {
    bouts.iter().skip(1).any(|bout| bout.keep == Keep::Weights)
}
