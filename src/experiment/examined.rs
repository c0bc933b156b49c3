//! Tests of one network: what they came to, and the one at hand.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::experiment::score::{Score, Stage};
use crate::mlp::exam::{Accuracy, Exam, Tests};
use crate::mlp::perceptron::Mlp;
use crate::record::error::RecordError;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::progress::{Progress, Watch};

/// Tests of one network.
pub struct Examined {
    seed: u64,
    network: &'static str,
    scores: Vec<Score>,
    at_hand: Option<Exam>,
}

/// All of it that changes.
#[derive(Serialize, Deserialize)]
pub struct State {
    scores: Vec<(Stage, Accuracy)>,
    at_hand: Option<Exam>,
}

impl Examined {
    /// Of the network called `network` of `seed`, before the first.
    pub fn new(seed: u64, network: &'static str) -> Self {
        Self {
            seed,
            network,
            scores: Vec::new(),
            at_hand: None,
        }
    }

    /// Scores of those that are over, in order.
    pub fn scores(&self) -> &[Score] {
        &self.scores
    }

    /// One batch of a test of `mlp` on `tests` at `stage`. It breaks at the test's end, when its rows
    /// go to `file`.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn step(
        &mut self,
        mlp: &Mlp,
        tests: &Tests,
        stage: Stage,
        file: Option<&mut RunFile>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, RecordError> {
        if tests.is_empty() {
            return Ok(ControlFlow::Break(()));
        }
        let exam = self.at_hand.get_or_insert_default();
        let Some(accuracy) = exam.step(mlp, tests) else {
            return Ok(ControlFlow::Continue(()));
        };
        self.at_hand = None;
        let score = Score {
            network: self.network,
            stage,
            accuracy,
        };
        watch.show(&Progress::Tested {
            seed: self.seed,
            network: self.network,
            stage: &stage.label(),
            slept: matches!(stage, Stage::Sleep { .. }),
            overall: score.accuracy.overall,
        });
        if let Some(file) = file {
            let rows = score.rows(self.seed);
            rows.iter().try_for_each(|row| file.accuracy(row))?;
        }
        self.scores.push(score);
        Ok(ControlFlow::Break(()))
    }

    /// All that changes.
    pub fn save(&self) -> State {
        let scores = self.scores.iter();
        State {
            scores: scores
                .map(|score| (score.stage, score.accuracy.clone()))
                .collect(),
            at_hand: self.at_hand.clone(),
        }
    }

    /// Goes on where `state` was; false, and nothing is changed, if that was a test on other images than `tests`.
    pub fn load(&mut self, state: State, tests: &Tests) -> bool {
        if !state.at_hand.as_ref().is_none_or(|exam| exam.fits(tests)) {
            return false;
        }
        let network = self.network;
        let score = |(stage, accuracy)| Score {
            network,
            stage,
            accuracy,
        };
        self.scores = state.scores.into_iter().map(score).collect();
        self.at_hand = state.at_hand;
        true
    }
}
