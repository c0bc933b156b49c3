//! How far a run is, told to whoever watches it.
//!
//! A run reports as often as it likes and may do so from several threads (one per seed); the watcher decides what to
//! show. Watching changes nothing about the results.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::time::Duration;
use crate::engine::watch;

/// Spikes of one population so far in a bout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationActivity {
    /// Name of the population.
    pub name: String,
    /// Spikes since the bout began.
    pub spikes: u64,
    /// Neurons in it.
    pub size: u32,
}

impl PopulationActivity {
    /// Mean rate per neuron over `simulated`, in hertz; 0 before any time has passed.
    pub fn rate_hz(&self, simulated: Duration) -> f64 {
        let neuron_seconds = f64::from(self.size) * simulated.as_ms() / 1e3;
        if neuron_seconds > 0.0 {
            self.spikes as f64 / neuron_seconds
        } else {
            0.0
        }
    }
}

/// Where one seed of a run stands. Tasks, bouts and epochs count from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A network is trained.
    Training {
        /// Seed of this repetition.
        seed: u64,
        /// Which network: `sequential`, `joint`, …
        network: &'a str,
        /// Task being learnt.
        task: usize,
        /// Tasks in all.
        tasks: usize,
        /// Epoch at hand.
        epoch: usize,
        /// Epochs per task.
        epochs: usize,
        /// How much of the task has been learnt, 0 to 1.
        share: f64,
        /// Mean loss over that epoch's images so far.
        loss: f64,
    },
    /// A network is being built.
    Building {
        /// Seed of this repetition.
        seed: u64,
        /// Synapses drawn so far.
        done: u64,
        /// Synapses in all, about.
        total: u64,
    },
    /// A bout is simulated.
    Running {
        /// Seed of this repetition.
        seed: u64,
        /// Name of the bout: `sleep 2`, `run`.
        bout: &'a str,
        /// Which of the bouts that are simulated it is.
        number: usize,
        /// How many they are.
        of: usize,
        /// Simulated so far in this bout.
        simulated: Duration,
        /// Length of this bout.
        total: Duration,
        /// Every population.
        populations: &'a [PopulationActivity],
    },
    /// An agent forages.
    Foraging {
        /// Seed of this repetition.
        seed: u64,
        /// Name of the phase.
        phase: &'a str,
        /// Which of the phases it is.
        number: usize,
        /// How many they are.
        of: usize,
        /// Aeons of it so far, those of its tests too.
        aeon: u64,
        /// How many it has.
        aeons: u64,
        /// Performance in each task.
        performance: &'a [f64],
    },
    /// A network has been tested.
    Tested {
        /// Seed of this repetition.
        seed: u64,
        /// Which network.
        network: &'a str,
        /// When: `task 2`, `sleep 2`, …
        stage: &'a str,
        /// Whether it has just slept.
        slept: bool,
        /// Share of all test images classified rightly, 0 to 1.
        overall: f64,
    },
    /// A run of a sweep is done.
    Swept {
        /// How many are, this one included.
        done: usize,
        /// How many there are to do.
        of: usize,
        /// Keys and values of its point.
        point: &'a str,
        /// Its seed.
        seed: u64,
        /// What was measured by what points are compared by, if anything was.
        measured: Option<f64>,
    },
    /// A repetition is complete.
    Done {
        /// Its seed.
        seed: u64,
    },
}

/// Someone who watches a run and may ask it to stop.
pub trait Watch: Sync {
    /// Takes note of `progress`. Called often and from several threads: cheap, and never fails.
    fn show(&self, progress: &Progress<'_>);

    /// Whether the run is to stop at the next place where its file is whole, or before it has one. Once it says so it keeps
    /// saying so.
    fn stopped(&self) -> bool;
}

/// The same watcher while a network is being built.
pub struct Building<'a> {
    watch: &'a dyn Watch,
    seed: u64,
    /// Synapses so far, and in all.
    done: AtomicU64,
    total: AtomicU64,
}

impl<'a> Building<'a> {
    /// `watch` while the network of `seed` is built, which has about `total` synapses.
    pub fn new(watch: &'a dyn Watch, seed: u64, total: u64) -> Self {
        Self {
            watch,
            seed,
            done: AtomicU64::new(0),
            total: AtomicU64::new(total),
        }
    }

    fn show(&self) {
        self.watch.show(&Progress::Building {
            seed: self.seed,
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
        });
    }
}

impl watch::Watch for Building<'_> {
    fn stopped(&self) -> bool {
        // Asked more often than a part of the network is done: a sign of life.
        self.show();
        self.watch.stopped()
    }

    fn assembled(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.show();
    }
}

/// Watches nothing and never stops a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn show(&self, _: &Progress<'_>) {}

    fn stopped(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_spikes_per_neuron_and_second() {
        let layer = PopulationActivity {
            name: "hidden1".into(),
            spikes: 30,
            size: 10,
        };
        assert_eq!(layer.rate_hz(Duration::from_ps(1_500_000_000_000)), 2.0);
        assert_eq!(layer.rate_hz(Duration::ZERO), 0.0);
    }
}
