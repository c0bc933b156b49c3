//! The objects inside a run file: how they are made, and where each value goes.

use std::path::Path;

use hdf5::file::{FileSpaceStrategy, LibraryVersion};
use hdf5::{File, FileBuilder, Group, H5Type};

use super::cause::cause;
use super::column::{
    CHUNK, Column, Label, TABLE_CHUNK, Times, create_column, create_stack, create_times,
    fixed_column, label,
};
use super::frame::{self, Frames, REPORTS};
use super::header::{Fingerprint, Header, attribute, fingerprint_of, mark_complete};
use super::layout::Layout;
use super::length::Lengths;
use super::model;
use super::nodes;
use super::sink::{Bout, Detected, Edits, Pulsed};
use super::stimulation::{self, Detections, Pulses};
use super::synapses::{self, Synapses};
use super::table::Accuracy;
use super::text::{text_column, text_dataset};
use super::weight_statistics::{self, Observation, WeightStatistics};
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// SONATA's enum of how a population's spikes are sorted. All of its names are part of the file's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, H5Type)]
#[repr(u8)]
pub(super) enum Sorting {
    #[hdf5(rename = "none")]
    None = 0,
    #[hdf5(rename = "by_id")]
    ById = 1,
    #[hdf5(rename = "by_time")]
    ByTime = 2,
}

/// A builder for files in the format of HDF5 1.10, the first whose files can be read while they are written.
///
/// Values bypass the library's caches, so that data are in the file before any index or length that points to them. What points
/// to them lies within pages of memory: of a write that crosses from one to the next a kill may leave half.
pub(super) fn file_builder() -> FileBuilder {
    /// Of every processor that this runs on, or a part of it.
    const PAGE_BYTES: u64 = 4096;
    let mut builder = File::with_options();
    builder
        .fcpl()
        .file_space_page_size(PAGE_BYTES)
        .file_space_strategy(FileSpaceStrategy::FreeSpaceManager {
            paged: true,
            persist: false,
            threshold: 1,
        });
    builder
        .fapl()
        .libver_bounds(LibraryVersion::V110, LibraryVersion::V110)
        .chunk_cache(1, 0, 0.0)
        .sieve_buf_size(0);
    builder
}

/// Creates an empty file at `path`, where there must be none.
pub(super) fn create(path: &Path) -> hdf5::Result<File> {
    file_builder().create_excl(path)
}

/// Creates all objects of `layout` in an empty file.
pub(super) fn lay_out(file: &File, layout: &Layout) -> hdf5::Result<()> {
    Header::new(layout.seed).write(file)?;

    let config = file.create_group("config")?;
    model::put(&config, layout)?;
    text_dataset(&config, "source", &layout.source)?;
    text_column(&config, "warnings", layout.warnings.iter())?;
    text_column(&config, "data", layout.data.iter())?;
    text_column(&config, "task", layout.tasks.iter())?;

    let populations = file.create_group("populations")?;
    let all = &layout.populations;
    text_column(&populations, "name", all.iter().map(|p| &p.name))?;
    fixed_column(&populations, "size", all.iter().map(|p| p.size as u64))?;
    fixed_column(
        &populations,
        "recorded",
        all.iter().map(|p| p.recorded as u64),
    )?;

    if !layout.nodes.is_empty() {
        let group = file.create_group(nodes::NODES)?;
        let mut all = layout.nodes.iter();
        all.try_for_each(|population| nodes::lay_out(&group, population))?;
    }

    let spikes = file.create_group("spikes")?;
    for population in all.iter().filter(|p| p.recorded > 0) {
        let group = spikes.create_group(&population.name)?;
        attribute(&group, "sorting", &Sorting::ByTime)?;
        create_times(&group, "timestamps", CHUNK)?;
        create_column::<u64>(&group, "node_ids", CHUNK)?;
    }

    let bouts = file.create_group("bouts")?;
    create_column::<Label>(&bouts, "name", TABLE_CHUNK)?;
    create_column::<Label>(&bouts, "kind", TABLE_CHUNK)?;
    create_times(&bouts, "start", TABLE_CHUNK)?;
    create_times(&bouts, "stop", TABLE_CHUNK)?;

    for projection in &layout.projections {
        let group = file.create_group(&format!("weights/{}", projection.name))?;
        let shape = (projection.n_target, projection.n_source);
        create_stack(&group, "values", shape, layout.compress_weights)?;
        create_times(&group, "time", TABLE_CHUNK)?;
        create_column::<Label>(&group, "label", TABLE_CHUNK)?;
    }

    if !layout.synapses.is_empty() {
        let group = file.create_group(synapses::SYNAPSES)?;
        let mut all = layout.synapses.iter();
        all.try_for_each(|table| synapses::lay_out(&group, table))?;
    }

    if !layout.triggers.is_empty() {
        let group = file.create_group(stimulation::DETECTIONS)?;
        let mut all = layout.triggers.iter();
        all.try_for_each(|name| stimulation::lay_out_detections(&group, name))?;
    }

    if !layout.pulsed.is_empty() {
        let group = file.create_group(stimulation::PULSES)?;
        let mut all = layout.pulsed.iter();
        all.try_for_each(|name| stimulation::lay_out_pulses(&group, name))?;
    }

    if !layout.observed.is_empty() {
        let group = file.create_group(weight_statistics::WEIGHT_STATISTICS)?;
        let mut all = layout.observed.iter();
        all.try_for_each(|projection| weight_statistics::lay_out(&group, projection))?;
    }

    if layout.is_scored() {
        let accuracy = file.create_group("accuracy")?;
        create_column::<u64>(&accuracy, "seed", TABLE_CHUNK)?;
        create_column::<Label>(&accuracy, "network", TABLE_CHUNK)?;
        create_column::<Label>(&accuracy, "stage", TABLE_CHUNK)?;
        create_column::<i64>(&accuracy, "after_task", TABLE_CHUNK)?;
        create_column::<i64>(&accuracy, "task", TABLE_CHUNK)?;
        create_column::<f64>(&accuracy, "accuracy", TABLE_CHUNK)?;
        if layout.is_validated {
            create_column::<f64>(&accuracy, VALIDATION, TABLE_CHUNK)?;
        }
        if layout.scores_training {
            create_column::<f64>(&accuracy, TRAINING, TABLE_CHUNK)?;
        }
    }

    let fingerprints = file.create_group("fingerprints")?;
    create_column::<u64>(&fingerprints, "seed", TABLE_CHUNK)?;
    create_column::<Fingerprint>(&fingerprints, "fingerprint", TABLE_CHUNK)?;

    if layout.reports.is_empty() {
        return Ok(());
    }
    let reports = file.create_group(REPORTS)?;
    let mut all = layout.reports.iter();
    all.try_for_each(|report| frame::lay_out(&reports, report))
}

/// Column of the table of scores where images are held out.
pub(super) const VALIDATION: &str = "validation";
/// The same where training images are scored.
pub(super) const TRAINING: &str = "training";

/// Every growing part of a run file, open for appending.
pub(super) struct Contents {
    spikes: Vec<Option<(Times, Column)>>,
    bouts: ([Column; 2], [Times; 2]),
    weights: Vec<([Column; 2], Times)>,
    synapses: Vec<Synapses>,
    detections: Vec<Detections>,
    pulses: Vec<Pulses>,
    observed: Vec<Observation>,
    accuracy: Option<[Column; 6]>,
    validation: Option<Column>,
    training: Option<Column>,
    fingerprints: [Column; 2],
    reports: Vec<Frames>,
    file: File,
}

impl Contents {
    /// Switches `file` to single-writer-multiple-reader mode, or leaves it plain where that is refused, and opens what is
    /// in it; whether it was switched.
    pub(super) fn go_live(file: File, layout: &Layout) -> hdf5::Result<(Self, bool)> {
        file.flush()?;
        let live = file.start_swmr();
        if let Err(error) = &live {
            tracing::debug!("no single-writer-multiple-reader mode: {}", cause(error));
        }
        Ok((Self::open(file, layout)?, live.is_ok()))
    }

    /// Opens the objects of a file with this layout, to go on after what is in it.
    pub(super) fn open(file: File, layout: &Layout) -> hdf5::Result<Self> {
        let recorded = layout.populations.iter().map(|population| {
            let open = || {
                let group = file.group(&format!("spikes/{}", population.name))?;
                let nodes = Column::open(&group, "node_ids")?;
                Ok((Times::open(&group, "timestamps")?, nodes))
            };
            (population.recorded > 0).then(open).transpose()
        });
        let spikes = recorded.collect::<hdf5::Result<_>>()?;
        let bouts = file.group("bouts")?;
        let bouts = (
            columns(&bouts, ["name", "kind"])?,
            [Times::open(&bouts, "start")?, Times::open(&bouts, "stop")?],
        );
        let weights = layout.projections.iter().map(|projection| {
            let group = file.group(&format!("weights/{}", projection.name))?;
            let stacks = columns(&group, ["values", "label"])?;
            Ok((stacks, Times::open(&group, "time")?))
        });
        let weights = weights.collect::<hdf5::Result<_>>()?;
        let synapses = layout.synapses.iter().map(|table| {
            let group = file.group(&format!("{}/{}", synapses::SYNAPSES, table.name))?;
            Synapses::open(&group, table)
        });
        let synapses = synapses.collect::<hdf5::Result<_>>()?;
        let detections = layout.triggers.iter().map(|name| {
            let path = format!("{}/{name}", stimulation::DETECTIONS);
            Detections::open(&file.group(&path)?)
        });
        let detections = detections.collect::<hdf5::Result<_>>()?;
        let pulses = layout.pulsed.iter();
        let pulses = pulses
            .map(|name| Pulses::open(&file.group(&format!("{}/{name}", stimulation::PULSES))?));
        let pulses = pulses.collect::<hdf5::Result<_>>()?;
        let observed = layout.observed.iter().map(|projection| {
            let (parent, name) = (weight_statistics::WEIGHT_STATISTICS, &projection.name);
            Observation::open(&file.group(&format!("{parent}/{name}"))?)
        });
        let observed = observed.collect::<hdf5::Result<_>>()?;
        let reports = layout.reports.iter();
        let reports = reports.map(|report| Frames::open(&file, report));
        let reports = reports.collect::<hdf5::Result<_>>()?;
        let scores = || {
            let names = ["seed", "network", "stage", "after_task", "task", "accuracy"];
            columns(&file.group("accuracy")?, names)
        };
        let accuracy = layout.is_scored().then(scores).transpose()?;
        let further = |is_there: bool, name: &str| {
            let column = || Column::open(&file.group("accuracy")?, name);
            (layout.is_scored() && is_there).then(column).transpose()
        };
        let validation = further(layout.is_validated, VALIDATION)?;
        let training = further(layout.scores_training, TRAINING)?;
        Ok(Self {
            spikes,
            bouts,
            weights,
            synapses,
            detections,
            pulses,
            observed,
            accuracy,
            validation,
            training,
            fingerprints: columns(&file.group("fingerprints")?, ["seed", "fingerprint"])?,
            reports,
            file,
        })
    }

    pub(super) fn spikes(
        &mut self,
        population: usize,
        at: &[Time],
        nodes: &[u64],
    ) -> hdf5::Result<()> {
        let Some(Some((times, ids))) = self.spikes.get_mut(population) else {
            return Ok(());
        };
        times.append(at)?;
        ids.append(nodes)
    }

    pub(super) fn bout(&mut self, bout: &Bout) -> hdf5::Result<()> {
        let ([name, kind], [start, stop]) = &mut self.bouts;
        name.append(&[label(&bout.name)])?;
        kind.append(&[label(&bout.kind)])?;
        start.append(&[bout.start])?;
        stop.append(&[bout.stop])
    }

    pub(super) fn weights(
        &mut self,
        projection: usize,
        text: &str,
        at: Time,
        matrix: &Matrix,
    ) -> hdf5::Result<()> {
        let Some(([values, labels], time)) = self.weights.get_mut(projection) else {
            return Ok(());
        };
        values.append_matrix(matrix)?;
        time.append(&[at])?;
        labels.append(&[label(text)])
    }

    pub(super) fn synapses(
        &mut self,
        projection: usize,
        text: &str,
        at: Time,
        all: &[Synapse],
    ) -> hdf5::Result<()> {
        match self.synapses.get_mut(projection) {
            Some(synapses) => synapses.append(text, at, all),
            None => Ok(()),
        }
    }

    pub(super) fn edits(&mut self, projection: usize, edits: &Edits) -> hdf5::Result<()> {
        match self.synapses.get_mut(projection) {
            Some(synapses) => synapses.append_edits(edits),
            None => Ok(()),
        }
    }

    pub(super) fn detection(&mut self, trigger: usize, detected: &Detected) -> hdf5::Result<()> {
        match self.detections.get_mut(trigger) {
            Some(detections) => detections.append(detected),
            None => Ok(()),
        }
    }

    pub(super) fn pulse(&mut self, stimulus: usize, pulse: &Pulsed) -> hdf5::Result<()> {
        match self.pulses.get_mut(stimulus) {
            Some(pulses) => pulses.append(pulse),
            None => Ok(()),
        }
    }

    pub(super) fn weight_statistics(
        &mut self,
        projection: usize,
        at: Time,
        now: &WeightStatistics,
    ) -> hdf5::Result<()> {
        match self.observed.get_mut(projection) {
            Some(observation) => observation.append(at, now),
            None => Ok(()),
        }
    }

    pub(super) fn accuracy(&mut self, score: &Accuracy) -> hdf5::Result<()> {
        let Some([seed, network, stage, after_task, task, accuracy]) = &mut self.accuracy else {
            return Ok(());
        };
        seed.append(&[score.seed])?;
        network.append(&[label(&score.network)])?;
        stage.append(&[label(&score.stage)])?;
        after_task.append(&[score.after_task as i64])?;
        task.append(&[score.task_index()])?;
        accuracy.append(&[score.accuracy])?;
        let further = [
            (&mut self.validation, score.validation),
            (&mut self.training, score.training),
        ];
        for (column, share) in further {
            if let Some(column) = column {
                // What was not tested on these images has no share of them.
                column.append(&[share.unwrap_or(f64::NAN)])?;
            }
        }
        Ok(())
    }

    pub(super) fn fingerprint(&mut self, of_seed: u64, hex: &str) -> hdf5::Result<()> {
        let [seed, fingerprint] = &mut self.fingerprints;
        seed.append(&[of_seed])?;
        fingerprint.append(&[fingerprint_of(hex)])
    }

    /// Appends whole frames of a report.
    pub(super) fn frames(&mut self, report: usize, values: &[f32]) -> hdf5::Result<()> {
        match self.reports.get_mut(report) {
            Some(frames) => frames.append(values),
            None => Ok(()),
        }
    }

    /// How far every growing dataset has come.
    pub(super) fn lengths(&self) -> Lengths {
        let Self {
            spikes,
            bouts,
            weights,
            synapses,
            detections,
            pulses,
            observed,
            accuracy,
            validation,
            training,
            fingerprints,
            reports,
            file: _,
        } = self;
        let times = spikes.iter().flatten().map(|(times, _)| times);
        let times = times
            .chain(&bouts.1)
            .chain(weights.iter().map(|(_, time)| time));
        let columns = spikes.iter().flatten().map(|(_, nodes)| nodes);
        let columns = columns.chain(times.flat_map(Times::columns));
        let columns = columns.chain(&bouts.0);
        let columns = columns.chain(weights.iter().flat_map(|(columns, _)| columns));
        let columns = columns.chain(synapses.iter().flat_map(Synapses::columns));
        let columns = columns.chain(detections.iter().flat_map(Detections::columns));
        let columns = columns.chain(pulses.iter().flat_map(Pulses::columns));
        let columns = columns.chain(observed.iter().flat_map(Observation::columns));
        let columns = columns.chain(accuracy.iter().flatten());
        let columns = columns.chain(validation).chain(training);
        let columns = columns.chain(fingerprints);
        let columns = columns.chain(reports.iter().map(Frames::data));
        columns
            .map(|column| (column.path(), column.len() as u64, column.sums().to_vec()))
            .collect()
    }

    pub(super) fn flush(&self) -> hdf5::Result<()> {
        self.file.flush()
    }

    pub(super) fn mark_complete(&self, fingerprint: &str) -> hdf5::Result<()> {
        mark_complete(&self.file, fingerprint)?;
        self.file.flush()
    }

    /// Closes every object, then the file, which then opens like any other.
    pub(super) fn close(self) -> hdf5::Result<()> {
        let Self {
            spikes,
            bouts,
            weights,
            synapses,
            detections,
            pulses,
            observed,
            accuracy,
            validation,
            training,
            fingerprints,
            reports,
            file,
        } = self;
        drop((
            spikes,
            bouts,
            weights,
            synapses,
            detections,
            pulses,
            observed,
            accuracy,
            validation,
            training,
            fingerprints,
            reports,
        ));
        file.close()
    }
}

fn columns<const N: usize>(group: &Group, names: [&str; N]) -> hdf5::Result<[Column; N]> {
    let open: Vec<Column> = names
        .iter()
        .map(|name| Column::open(group, name))
        .collect::<hdf5::Result<_>>()?;
    open.try_into()
        .map_err(|_| hdf5::Error::from("columns opened twice"))
}
