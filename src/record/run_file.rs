//! The run file as the simulation sees it: buffers, and a queue to the thread that writes.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use hdf5::File;
use ndarray::ArrayView2;

use super::cause::cause;
use super::column::CHUNK;
use super::contents::{self, Contents};
use super::error::RecordError;
use super::layout::Layout;
use super::sink::{Bout, Sink};
use super::table::Accuracy;
use super::writer::{self, Job, Notice};
use crate::base::time::Time;

/// Jobs that may wait for the writer: four chunks of spikes (1.5 MiB) or four snapshots of weights.
const QUEUE: usize = 4;

/// A run file that is being written.
///
/// Dropping it closes the file as [`RunFile::stop`] does, but then a write error that was not told goes to the log.
#[derive(Debug)]
pub struct RunFile {
    path: PathBuf,
    layout: Layout,
    buffers: Vec<Option<Buffer>>,
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    notice: Arc<Notice>,
    live: bool,
    /// Whether the caller has been told that a write failed.
    told: Cell<bool>,
}

/// Spikes of one population on their way to the writer.
#[derive(Debug)]
struct Buffer {
    times_ms: Vec<f64>,
    nodes: Vec<u32>,
    /// Spikes that still fit into the file's current chunk.
    room: usize,
}

impl Buffer {
    fn new() -> Self {
        Self {
            times_ms: Vec::with_capacity(CHUNK),
            nodes: Vec::with_capacity(CHUNK),
            room: CHUNK,
        }
    }

    /// Takes what is there, for the writer.
    fn take(&mut self, population: usize) -> Job {
        self.room -= self.nodes.len();
        if self.room == 0 {
            self.room = CHUNK;
        }
        Job::Spikes {
            population,
            times_ms: std::mem::replace(&mut self.times_ms, Vec::with_capacity(self.room)),
            nodes: std::mem::replace(&mut self.nodes, Vec::with_capacity(self.room)),
        }
    }
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
        if !live {
            tracing::warn!(
                "`{}`: this file system cannot be read while it is written; a killed run would leave an unreadable file",
                path.display()
            );
        }
        let notice = Arc::new(Notice::default());
        let (jobs, queue) = sync_channel(QUEUE);
        let writer = thread::Builder::new()
            .name("run file".to_owned())
            .spawn({
                let notice = Arc::clone(&notice);
                move || writer::run(contents, &queue, &notice)
            })
            .map_err(|error| RecordError::Create {
                path: path.to_owned(),
                cause: error.to_string(),
            })?;
        Ok(Self {
            path: path.to_owned(),
            buffers: layout
                .populations
                .iter()
                .map(|population| population.recorded.then(Buffer::new))
                .collect(),
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

    /// Appends the fingerprint of one seed, as hexadecimal digits.
    ///
    /// # Errors
    /// If an earlier write failed.
    pub fn fingerprint(&mut self, seed: u64, hex: &str) -> Result<(), RecordError> {
        let hex = hex.to_owned();
        self.send(Job::Fingerprint { seed, hex })
    }

    /// Writes everything recorded so far and waits until it would survive a kill. Flushes happen by themselves twice
    /// a second while spikes come in; call this before a long pause.
    ///
    /// # Errors
    /// If a write failed.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        let (done, flushed) = sync_channel(1);
        self.hand_over_all()?;
        self.send(Job::Flush { done: Some(done) })?;
        // A writer that is gone has left its reason in the notice.
        let _ = flushed.recv();
        self.check()
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
        Ok(())
    }

    fn hand_over(&mut self, population: usize) -> Result<(), RecordError> {
        match &mut self.buffers[population] {
            Some(buffer) if !buffer.nodes.is_empty() => {
                let job = buffer.take(population);
                self.send(job)
            }
            _ => Ok(()),
        }
    }

    fn hand_over_all(&mut self) -> Result<(), RecordError> {
        (0..self.buffers.len()).try_for_each(|population| self.hand_over(population))
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

    /// The writer wants to flush: gives it everything, or reports its failure.
    #[cold]
    fn answer_notice(&mut self) -> Result<(), RecordError> {
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
        while let Some(buffer) = &mut self.buffers[population]
            && !rest.is_empty()
        {
            let fits = rest.len().min(buffer.room - buffer.nodes.len());
            let (now, later) = rest.split_at(fits);
            buffer.nodes.extend_from_slice(now);
            buffer
                .times_ms
                .extend(std::iter::repeat_n(time.as_ms(), fits));
            rest = later;
            if buffer.nodes.len() == buffer.room {
                self.hand_over(population)?;
            }
        }
        if self.notice.due.load(Ordering::Acquire) {
            self.answer_notice()?;
        }
        Ok(())
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
        values: ArrayView2<'_, f32>,
    ) -> Result<(), RecordError> {
        let declared = &self.layout.projections[projection];
        let expected = (declared.n_target, declared.n_source);
        if values.dim() != expected {
            return Err(RecordError::Shape {
                projection: declared.name.clone(),
                found: values.dim(),
                expected,
            });
        }
        self.send(Job::Weights {
            projection,
            label: label.to_owned(),
            time,
            values: values.as_standard_layout().into_owned(),
        })
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

/// Lays the file out and switches it to single-writer-multiple-reader mode, or leaves it plain where that is refused.
fn start(file: File, layout: &Layout) -> hdf5::Result<(Contents, bool)> {
    contents::lay_out(&file, layout)?;
    file.flush()?;
    let live = file.start_swmr();
    if let Err(error) = &live {
        tracing::debug!("no single-writer-multiple-reader mode: {}", cause(error));
    }
    Ok((Contents::open(file, layout)?, live.is_ok()))
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
    for (what, name) in populations.chain(projections) {
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
mod tests {
    use ndarray::Array2;

    use super::super::layout::{Population, Projection};
    use super::*;

    fn layout(population: &str) -> Layout {
        Layout {
            populations: vec![Population {
                name: population.to_owned(),
                size: 3,
                recorded: true,
            }],
            projections: vec![Projection {
                name: "all".to_owned(),
                n_target: 3,
                n_source: 2,
            }],
            ..Layout::default()
        }
    }

    #[test]
    fn an_existing_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        std::fs::write(&path, b"mine").unwrap();
        let error = RunFile::create(&path, layout("a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{}`: exists already, and a run overwrites nothing\n  help: name another file with `--out`, or move \
                 this one away",
                path.display()
            )
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/run.h5");
        let error = RunFile::create(&path, layout("a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{}`: cannot create the run file: No such file or directory",
                path.display()
            )
        );
    }

    #[test]
    fn a_name_that_is_a_path_is_refused_before_a_file_appears() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        for name in ["", ".", "a/b", "a\0"] {
            let error = RunFile::create(&path, layout(name)).unwrap_err();
            assert!(
                matches!(
                    error,
                    RecordError::Name {
                        what: "population",
                        ..
                    }
                ),
                "{error}"
            );
        }
        assert!(!path.exists());
    }

    #[test]
    fn a_layout_that_cannot_be_written_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        let mut twice = layout("a");
        twice.populations.extend(layout("a").populations);
        let error = RunFile::create(&path, twice).unwrap_err();
        assert!(matches!(error, RecordError::Create { .. }), "{error}");
        assert!(!path.exists());
    }

    #[test]
    fn weights_of_another_shape_are_refused_and_the_run_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        let mut file = RunFile::create(&path, layout("a")).unwrap();
        let transposed = Array2::zeros((2, 3));
        let error = file.weights(0, "now", Time::ZERO, transposed.view());
        assert_eq!(
            error.unwrap_err().to_string(),
            "run file: weights of `all` have shape (2, 3) (target, source), expected (3, 2)"
        );
        file.weights(0, "now", Time::ZERO, transposed.t()).unwrap();
        file.stop().unwrap();
        let file = hdf5::File::open(&path).unwrap();
        assert_eq!(
            file.dataset("weights/all/values").unwrap().shape(),
            [1, 3, 2]
        );
    }

    #[test]
    fn a_dropped_file_holds_everything_and_is_not_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        let mut run = RunFile::create(&path, layout("a")).unwrap();
        run.spikes(0, Time::from_ps(1), &[0, 2]).unwrap();
        drop(run);
        let file = hdf5::File::open(&path).unwrap();
        let nodes = file.dataset("spikes/a/node_ids").unwrap();
        assert_eq!(nodes.read_raw::<u64>().unwrap(), [0, 2]);
        assert_eq!(
            file.attr("complete").unwrap().read_scalar::<u8>().unwrap(),
            0
        );
    }

    #[test]
    fn long_labels_are_cut_at_a_character() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        let mut run = RunFile::create(&path, layout("a")).unwrap();
        let name = "µ".repeat(40);
        let bout = Bout {
            name: format!("x{name}"),
            kind: "N3".to_owned(),
            start: Time::ZERO,
            stop: Time::ZERO,
        };
        run.bout(&bout).unwrap();
        run.stop().unwrap();
        let file = hdf5::File::open(&path).unwrap();
        let names = file.dataset("bouts/name").unwrap();
        let names = names.read_raw::<super::super::column::Label>().unwrap();
        assert_eq!(names[0].as_str(), format!("x{}", "µ".repeat(31)));
    }
}
