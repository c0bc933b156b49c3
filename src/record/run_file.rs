//! The run file as the simulation sees it: buffers, and a queue to the thread that writes.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use hdf5::File;

use super::ahead;
use super::buffer::{FrameBuffer, SpikeBuffer};
use super::cause::cause;
use super::contents::{self, Contents};
use super::error::RecordError;
use super::layout::Layout;
use super::length::Lengths;
use super::reopen::{self, ReopenError};
use super::sink::{Bout, Detected, Edits, Pulsed, Sink};
use super::table::Accuracy;
use super::weight_statistics::WeightStatistics;
use super::writer::{self, Job, Notice};
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// Name of the run file in a run's folder.
pub const FILE: &str = "run.h5";

/// The file that `path` stands for: that in the folder of a run, or itself.
pub fn of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.join(FILE),
        false => path.to_owned(),
    }
}

/// Jobs that may wait for the writer: four chunks of spikes (1.5 MiB) or four snapshots of weights.
const QUEUE: usize = 4;

/// A run file that is being written.
///
/// Dropping it closes the file as [`RunFile::stop`] does, but then a write error that was not told goes to the log.
#[derive(Debug)]
pub struct RunFile {
    path: PathBuf,
    layout: Layout,
    spikes: Vec<Option<SpikeBuffer>>,
    frames: Vec<FrameBuffer>,
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    notice: Arc<Notice>,
    live: bool,
    /// Whether the caller has been told that a write failed.
    told: Cell<bool>,
}

impl RunFile {
    /// Creates the run file `path` with all of `layout` in it and starts its writer.
    ///
    /// # Errors
    /// If the file exists or cannot be created, or a name in the layout cannot be used; nothing is left behind.
    pub fn create(path: &Path, layout: Layout) -> Result<Self, RecordError> {
        check_names(&layout)?;
        if path.symlink_metadata().is_ok() {
            return Err(RecordError::Exists {
                path: path.to_owned(),
            });
        }
        let failed = |error: hdf5::Error| RecordError::Create {
            path: path.to_owned(),
            cause: cause(&error),
        };
        let file = contents::create(path).map_err(failed)?;
        let (contents, live) = start(file, &layout).map_err(|error| {
            // It was created exclusively, so it is ours; if it cannot be removed, the error says why it is useless.
            let _ = std::fs::remove_file(path);
            failed(error)
        })?;
        Self::begin(path, layout, contents, live).map_err(|error| RecordError::Create {
            path: path.to_owned(),
            cause: error.to_string(),
        })
    }

    /// Goes on writing the run file `path`, which may be whole, killed or stopped, after the first `lengths` of its
    /// datasets: what follows them is dropped. The file is copied beside itself, and the copy takes its name once it is
    /// safe; until then nothing is changed.
    ///
    /// # Errors
    /// If `path` is not the file of a run with this layout, be it under a model of `before`, is shorter than `lengths` say, or cannot
    /// be copied.
    pub fn reopen(
        path: &Path,
        layout: Layout,
        before: &[String],
        lengths: &Lengths,
    ) -> Result<Self, ReopenError> {
        let (contents, live) = reopen::reopen(path, &layout, before, lengths)?;
        Self::begin(path, layout, contents, live).map_err(|error| ReopenError::Write {
            path: path.to_owned(),
            cause: error.to_string(),
        })
    }

    /// Starts the writer of an open file.
    fn begin(path: &Path, layout: Layout, contents: Contents, live: bool) -> io::Result<Self> {
        if !live {
            tracing::warn!(
                "`{}`: this file system cannot be read while it is written; a killed run would leave an unreadable file",
                path.display()
            );
        }
        let lengths = contents.lengths();
        let notice = Arc::new(Notice::default());
        let (jobs, queue) = sync_channel(QUEUE);
        let writer = thread::Builder::new().name("run file".to_owned()).spawn({
            let notice = Arc::clone(&notice);
            move || writer::run(contents, &queue, &notice)
        })?;
        let populations = layout.populations.iter().map(|population| {
            let written = || lengths.of(&format!("/spikes/{}/node_ids", population.name));
            (population.recorded > 0).then(|| SpikeBuffer::new(written()))
        });
        let reports = layout.reports.iter().map(|report| {
            let written = lengths.of(&format!("/report/{}/data", report.name));
            FrameBuffer::new(report.nodes.len(), written)
        });
        Ok(Self {
            path: path.to_owned(),
            spikes: populations.collect(),
            frames: reports.collect(),
            layout,
            jobs: Some(jobs),
            writer: Some(writer),
            notice,
            live,
            told: Cell::new(false),
        })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file can be read while it is written, and so survives being killed.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Writes everything recorded so far and waits until it would survive a kill. Flushes happen by themselves twice
    /// a second while spikes come in; call this before a long pause.
    ///
    /// # Errors
    /// If a write failed.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.flushed().map(drop)
    }

    fn flushed(&mut self) -> Result<Lengths, RecordError> {
        let (done, flushed) = sync_channel(1);
        self.hand_over_all()?;
        self.send(Job::Flush { done: Some(done) })?;
        // A writer that is gone has left its reason in the notice.
        let lengths = flushed.recv().unwrap_or_default();
        self.check()?;
        Ok(lengths)
    }

    /// Ends a complete run: writes the rest, marks the file complete with the fingerprint of its spikes, closes it.
    ///
    /// # Errors
    /// If a write failed.
    pub fn finish(mut self, fingerprint: &str) -> Result<(), RecordError> {
        let fingerprint = fingerprint.to_owned();
        let handed = self
            .hand_over_all()
            .and_then(|()| self.send(Job::Complete { fingerprint }));
        let closed = self.close();
        handed.and(closed)
    }

    /// Ends a run before its time: writes the rest and closes the file, which stays marked as incomplete.
    ///
    /// # Errors
    /// If a write failed.
    pub fn stop(mut self) -> Result<(), RecordError> {
        let handed = self.hand_over_all();
        let closed = self.close();
        handed.and(closed)
    }

    fn close(&mut self) -> Result<(), RecordError> {
        self.jobs = None;
        let panicked = self.writer.take().is_some_and(|w| w.join().is_err());
        self.check()?;
        if panicked {
            return Err(self.write_error("the writer stopped unexpectedly".to_owned()));
        }
        // What is drawn of it next is drawn of what is known to be whole, also after a stop.
        ahead::trust(&self.path);
        Ok(())
    }

    fn hand_over(&mut self, population: usize) -> Result<(), RecordError> {
        let buffer = self.spikes[population].as_mut();
        let job = buffer.and_then(|buffer| buffer.take(population));
        job.map_or(Ok(()), |job| self.send(job))
    }

    fn hand_over_all(&mut self) -> Result<(), RecordError> {
        (0..self.spikes.len()).try_for_each(|population| self.hand_over(population))?;
        for report in 0..self.frames.len() {
            if let Some(job) = self.frames[report].take(report) {
                self.send(job)?;
            }
        }
        Ok(())
    }

    fn send(&self, job: Job) -> Result<(), RecordError> {
        self.check()?;
        match &self.jobs {
            Some(jobs) if jobs.send(job).is_ok() => Ok(()),
            _ => Err(self.write_error("the writer stopped unexpectedly".to_owned())),
        }
    }

    fn check(&self) -> Result<(), RecordError> {
        match self.notice.failure() {
            Some(cause) => {
                self.told.set(true);
                Err(self.write_error(cause))
            }
            None => Ok(()),
        }
    }

    fn write_error(&self, cause: String) -> RecordError {
        RecordError::Write {
            path: self.path.clone(),
            cause,
        }
    }

    /// Gives the writer everything where it wants to flush, or reports its failure.
    #[inline]
    fn answer_notice(&mut self) -> Result<(), RecordError> {
        if self.notice.due.load(Ordering::Acquire) {
            self.flush_by_notice()
        } else {
            Ok(())
        }
    }

    #[cold]
    fn flush_by_notice(&mut self) -> Result<(), RecordError> {
        self.notice.due.store(false, Ordering::Relaxed);
        self.hand_over_all()?;
        self.send(Job::Flush { done: None })
    }
}

impl Sink for RunFile {
    /// Costs about 10 ns a call and at most 1 ns per further spike. Spikes of populations that are not recorded are ignored.
    ///
    /// # Panics
    /// If the layout has no such population.
    fn spikes(&mut self, population: usize, time: Time, nodes: &[u32]) -> Result<(), RecordError> {
        let mut rest = nodes;
        while let Some(buffer) = &mut self.spikes[population]
            && !rest.is_empty()
        {
            rest = buffer.fill(time, rest);
            if buffer.is_full() {
                self.hand_over(population)?;
            }
        }
        self.answer_notice()
    }

    fn bout(&mut self, bout: &Bout) -> Result<(), RecordError> {
        self.hand_over_all()?;
        self.send(Job::Bout(bout.clone()))
    }

    fn accuracy(&mut self, score: &Accuracy) -> Result<(), RecordError> {
        self.send(Job::Accuracy(score.clone()))
    }

    fn weights(
        &mut self,
        projection: usize,
        label: &str,
        time: Time,
        values: &Matrix,
    ) -> Result<(), RecordError> {
        let declared = &self.layout.projections[projection];
        let expected = (declared.n_target, declared.n_source);
        if values.shape() != expected {
            return Err(RecordError::Shape {
                projection: declared.name.clone(),
                found: values.shape(),
                expected,
            });
        }
        self.send(Job::Weights {
            projection,
            label: label.to_owned(),
            time,
            values: values.clone(),
        })
    }

    fn synapses(
        &mut self,
        projection: usize,
        label: &str,
        time: Time,
        synapses: Vec<Synapse>,
    ) -> Result<(), RecordError> {
        self.send(Job::Synapses {
            projection,
            label: label.to_owned(),
            time,
            synapses,
        })
    }

    fn edits(&mut self, projection: usize, edits: Edits) -> Result<(), RecordError> {
        self.send(Job::Edits { projection, edits })
    }

    fn detection(&mut self, trigger: usize, detected: Detected) -> Result<(), RecordError> {
        self.send(Job::Detection { trigger, detected })
    }

    fn pulse(&mut self, stimulus: usize, pulse: Pulsed) -> Result<(), RecordError> {
        self.send(Job::Pulse { stimulus, pulse })
    }

    fn weight_statistics(
        &mut self,
        projection: usize,
        time: Time,
        statistics: WeightStatistics,
    ) -> Result<(), RecordError> {
        self.send(Job::WeightStatistics {
            projection,
            time,
            statistics,
        })
    }

    /// # Panics
    /// If the layout has no such report.
    fn frame(
        &mut self,
        report: usize,
        values: &mut dyn Iterator<Item = f32>,
    ) -> Result<(), RecordError> {
        let buffer = &mut self.frames[report];
        buffer.push(values);
        if buffer.is_full() {
            let job = buffer.take(report);
            job.map_or(Ok(()), |job| self.send(job))?;
        }
        self.answer_notice()
    }

    fn fingerprint(&mut self, seed: u64, hex: &str) -> Result<(), RecordError> {
        let hex = hex.to_owned();
        self.send(Job::Fingerprint { seed, hex })
    }

    fn secure(&mut self) -> Result<Lengths, RecordError> {
        let lengths = self.flushed()?;
        std::fs::File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(|error| self.write_error(error.to_string()))?;
        Ok(lengths)
    }
}

impl Drop for RunFile {
    fn drop(&mut self) {
        if self.writer.is_none() {
            return;
        }
        let told = self.told.get();
        let handed = self.hand_over_all();
        let closed = self.close();
        if let Err(error) = handed.and(closed)
            && !told
        {
            tracing::error!("{error}");
        }
    }
}

/// Lays the file out and opens it for writing.
fn start(file: File, layout: &Layout) -> hdf5::Result<(Contents, bool)> {
    contents::lay_out(&file, layout)?;
    Contents::go_live(file, layout)
}

fn check_names(layout: &Layout) -> Result<(), RecordError> {
    let populations = layout
        .populations
        .iter()
        .map(|p| ("population", p.name.as_str()));
    let projections = layout
        .projections
        .iter()
        .map(|p| ("projection", p.name.as_str()));
    let reports = layout.reports.iter().map(|r| ("report", r.name.as_str()));
    let observed = layout.observed.iter();
    let observed = observed.map(|p| ("projection", p.name.as_str()));
    let projections = projections.chain(observed);
    let triggers = layout.triggers.iter().map(|name| ("trigger", &name[..]));
    let pulsed = layout.pulsed.iter().map(|name| ("stimulus", &name[..]));
    let all = populations.chain(projections).chain(reports);
    for (what, name) in all.chain(triggers).chain(pulsed) {
        if name.is_empty() || name == "." || name.contains(['/', '\0']) {
            return Err(RecordError::Name {
                what,
                name: name.to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
