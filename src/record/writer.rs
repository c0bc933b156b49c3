//! The thread that writes a run file: the HDF5 library has one lock for all, so one thread waits for it and the
//! simulation does not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::cause::cause;
use super::contents::Contents;
use super::length::Lengths;
use super::sink::{Bout, Detected, Edits, Pulsed};
use super::table::Accuracy;
use super::weight_statistics::WeightStatistics;
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::plasticity::Synapse;

/// Time between two flushes: half of the second that a killed run may lose, so that what waits in the queue or in
/// the caller's buffer when one falls due is still within it.
const FLUSH_INTERVAL: Duration = Duration::from_millis(500);

/// Something for the writer to do.
pub(super) enum Job {
    Spikes {
        population: usize,
        times: Vec<Time>,
        nodes: Vec<u32>,
    },
    Frames {
        report: usize,
        values: Vec<f32>,
    },
    Bout(Bout),
    Weights {
        projection: usize,
        label: String,
        time: Time,
        values: Matrix,
    },
    Synapses {
        projection: usize,
        label: String,
        time: Time,
        synapses: Vec<Synapse>,
    },
    Edits {
        projection: usize,
        edits: Edits,
    },
    Detection {
        trigger: usize,
        detected: Detected,
    },
    Pulse {
        stimulus: usize,
        pulse: Pulsed,
    },
    WeightStatistics {
        projection: usize,
        time: Time,
        statistics: WeightStatistics,
    },
    Accuracy(Accuracy),
    Fingerprint {
        seed: u64,
        hex: String,
    },
    Flush {
        /// Told how long every dataset is then.
        done: Option<SyncSender<Lengths>>,
    },
    Complete {
        fingerprint: String,
    },
}

/// What the writer tells the simulation.
#[derive(Debug, Default)]
pub(super) struct Notice {
    /// Set when the simulation should hand over what it holds, or look at `failure`.
    pub(super) due: AtomicBool,
    /// Why writing stopped, once it has.
    pub(super) failure: Mutex<Option<String>>,
}

impl Notice {
    /// Why writing stopped, if it has.
    pub(super) fn failure(&self) -> Option<String> {
        match self.failure.lock() {
            Ok(failure) => failure.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    fn fail(&self, error: &hdf5::Error) {
        let mut failure = match self.failure.lock() {
            Ok(failure) => failure,
            Err(poisoned) => poisoned.into_inner(),
        };
        failure.get_or_insert_with(|| cause(error));
        drop(failure);
        self.due.store(true, Ordering::Release);
    }
}

/// Does jobs until every sender is gone, then closes the file. After a failure jobs are taken and dropped, so that
/// the simulation never waits for a full queue.
pub(super) fn run(contents: Contents, jobs: &Receiver<Job>, notice: &Notice) {
    let mut writer = Writer {
        contents,
        flushed: Instant::now(),
        dirty: false,
        failed: false,
    };
    loop {
        let wait = FLUSH_INTERVAL.saturating_sub(writer.flushed.elapsed());
        // Looked at before every job: a queue that is never empty must not put a flush off.
        let outcome = if wait.is_zero() {
            notice.due.store(true, Ordering::Release);
            writer.flush()
        } else {
            match jobs.recv_timeout(wait) {
                Ok(job) => writer.take(job),
                Err(RecvTimeoutError::Timeout) => Ok(()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        };
        if let Err(error) = outcome
            && !writer.failed
        {
            writer.failed = true;
            notice.fail(&error);
        }
    }
    if let Err(error) = writer.contents.close()
        && !writer.failed
    {
        notice.fail(&error);
    }
}

struct Writer {
    contents: Contents,
    flushed: Instant,
    dirty: bool,
    failed: bool,
}

impl Writer {
    fn take(&mut self, job: Job) -> hdf5::Result<()> {
        match job {
            Job::Flush { done } => {
                let flushed = self.flush();
                if let Some(done) = done {
                    // The other side may have given up waiting.
                    let _ = done.send(self.contents.lengths());
                }
                flushed
            }
            _ if self.failed => Ok(()),
            job => {
                self.dirty = true;
                self.write(job)
            }
        }
    }

    fn write(&mut self, job: Job) -> hdf5::Result<()> {
        let contents = &mut self.contents;
        match job {
            Job::Spikes {
                population,
                times,
                nodes,
            } => {
                let nodes: Vec<u64> = nodes.into_iter().map(u64::from).collect();
                contents.spikes(population, &times, &nodes)
            }
            Job::Frames { report, values } => contents.frames(report, &values),
            Job::Bout(bout) => contents.bout(&bout),
            Job::Weights {
                projection,
                label,
                time,
                values,
            } => contents.weights(projection, &label, time, &values),
            Job::Synapses {
                projection,
                label,
                time,
                synapses,
            } => contents.synapses(projection, &label, time, &synapses),
            Job::Edits { projection, edits } => contents.edits(projection, &edits),
            Job::Detection { trigger, detected } => contents.detection(trigger, &detected),
            Job::Pulse { stimulus, pulse } => contents.pulse(stimulus, &pulse),
            Job::WeightStatistics {
                projection,
                time,
                statistics,
            } => contents.weight_statistics(projection, time, &statistics),
            Job::Accuracy(score) => contents.accuracy(&score),
            Job::Fingerprint { seed, hex } => contents.fingerprint(seed, &hex),
            Job::Complete { fingerprint } => contents.mark_complete(&fingerprint),
            Job::Flush { .. } => Ok(()),
        }
    }

    fn flush(&mut self) -> hdf5::Result<()> {
        self.flushed = Instant::now();
        if self.failed || !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        self.contents.flush()
    }
}
