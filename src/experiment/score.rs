//! Scores of one seed, and where in the run they were taken.

use serde::{Deserialize, Serialize};

use crate::mlp::exam::{Accuracy, Shares};
use crate::record::table;

/// When in a run a network is tested. Tasks and sleeps count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// A network from a file, before it sleeps.
    Given,
    /// After training on a task.
    Task(usize),
    /// After a sleep that followed a task.
    Sleep {
        /// The sleep.
        sleep: usize,
        /// The last task trained before it.
        task: usize,
    },
}

impl Stage {
    /// Name in files and tables, counting from 1: "task 2", "sleep 2".
    pub fn label(self) -> String {
        match self {
            Self::Given => "given".into(),
            Self::Task(task) => format!("task {}", task + 1),
            Self::Sleep { sleep, .. } => format!("sleep {}", sleep + 1),
        }
    }

    /// The last task trained before, counted from 0.
    pub fn after_task(self) -> usize {
        match self {
            Self::Given => 0,
            Self::Task(task) | Self::Sleep { task, .. } => task,
        }
    }
}

/// The accuracy of one network at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Which network: `sleep`, `sequential`, `joint`, `mean_weights`.
    pub network: &'static str,
    /// When.
    pub stage: Stage,
    /// Per task and overall.
    pub accuracy: Accuracy,
}

impl Score {
    /// What the network took images for, as rows of a tidy table.
    pub fn taken(&self, seed: u64) -> impl Iterator<Item = table::Confused> + '_ {
        self.accuracy
            .taken
            .iter()
            .map(move |taken| table::Confused {
                seed,
                network: self.network.into(),
                stage: self.stage.label(),
                after_task: self.stage.after_task(),
                class: taken.class,
                answer: taken.answer,
                images: taken.images,
            })
    }

    /// As rows of the tidy table: one per task, then one for all tasks together.
    pub fn rows(&self, seed: u64) -> Vec<table::Accuracy> {
        let Accuracy {
            tasks,
            overall,
            validation,
            training,
            undecided: _,
            taken: _,
        } = &self.accuracy;
        let further = |shares: &Option<Shares>, task: Option<usize>| {
            let shares = shares.as_ref()?;
            match task {
                Some(task) => shares.tasks.get(task).copied(),
                None => Some(shares.overall),
            }
        };
        let each = tasks.iter().enumerate();
        let each = each.map(|(task, &share)| (Some(task), share));
        each.chain([(None, *overall)])
            .map(|(task, accuracy)| table::Accuracy {
                seed,
                network: self.network.into(),
                stage: self.stage.label(),
                after_task: self.stage.after_task(),
                task,
                accuracy,
                validation: further(validation, task),
                training: further(training, task),
            })
            .collect()
    }
}
