//! An agent as a run has it: piece by piece, saved, written down.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::foraging::outcome;
use crate::foraging::life::Life;
use crate::foraging::plan::Plan;
use crate::foraging::world::DIRECTIONS;
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::act::{Act, pack, unpack};
use crate::run::error::ResumeError;
use crate::run::progress::{Progress, Watch};

/// How long a piece is: nobody waits for its end.
const PIECE: Duration = Duration::from_millis(30);

/// An agent on its way.
pub(super) struct Forager<'a> {
    plan: &'a Plan,
    seed: u64,
    life: Life,
}

impl<'a> Forager<'a> {
    /// A newborn.
    pub(super) fn new(plan: &'a Plan, seed: u64) -> Self {
        Self {
            plan,
            seed,
            life: Life::new(plan, seed),
        }
    }

    pub(super) fn into_life(self) -> Life {
        self.life
    }

    fn show(&self, watch: &dyn Watch) {
        let (phase, aeon) = self.life.at();
        let Some(at) = self.plan.phases.get(phase) else {
            return;
        };
        watch.show(&Progress::Foraging {
            seed: self.seed,
            phase: &at.name,
            number: phase + 1,
            of: self.plan.phases.len(),
            aeon,
            aeons: self.plan.aeons(phase),
            performance: self.life.performance(),
        });
    }

    /// Writes the weights onto directions, a row for each.
    fn weights(&self, file: &mut RunFile, label: &str) -> Result<(), ExperimentError> {
        let weights = self.life.weights();
        let cells = weights.len() / DIRECTIONS.len();
        let weight = |direction: usize, cell: usize| weights[direction * cells + cell] as f32;
        let matrix = Matrix::from_fn(DIRECTIONS.len(), cells, weight);
        Ok(file.weights(0, label, Time::ZERO, &matrix)?)
    }
}

impl Act for Forager<'_> {
    type Error = ExperimentError;

    /// Nothing of it is simulated by the engine.
    fn build(&mut self, _: &Bout, _: &dyn Watch) -> Result<Option<Simulation>, Self::Error> {
        Ok(None)
    }

    fn begin(&mut self, _: &Bout, _: Option<&mut RunFile>) -> Result<(), Self::Error> {
        Ok(())
    }

    fn spikes(&mut self, _: usize, _: Time, _: &[u32]) {}

    fn end(&mut self, _: &Bout, _: Simulation, _: Option<&mut RunFile>) -> Result<(), Self::Error> {
        Ok(())
    }

    fn step(
        &mut self,
        _: &Bout,
        mut file: Option<&mut RunFile>,
        watch: &dyn Watch,
    ) -> Result<ControlFlow<()>, Self::Error> {
        let (phase, aeon) = self.life.at();
        if phase == 0
            && aeon == 0
            && let Some(file) = &mut file
        {
            self.weights(file, "start")?;
        }
        let began = Instant::now();
        while began.elapsed() < PIECE {
            if self.life.go_on(self.plan).is_break() {
                if let Some(file) = file {
                    self.weights(file, &self.plan.phases[phase].name)?;
                    let tested = self.life.tested();
                    let first = tested.partition_point(|test| test.phase < phase);
                    let rows = outcome::scores(self.plan, self.seed, &tested[first..]);
                    rows.iter().try_for_each(|row| file.accuracy(row))?;
                }
                return Ok(ControlFlow::Break(()));
            }
        }
        self.show(watch);
        Ok(ControlFlow::Continue(()))
    }

    fn save(&self) -> Result<Vec<u8>, ResumeError> {
        let Self {
            plan: _,
            seed: _,
            life,
        } = self;
        pack(life)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), ResumeError> {
        self.life = unpack(bytes)?;
        Ok(())
    }
}
