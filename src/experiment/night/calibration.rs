//! Thresholds that bring the layers of a spiking network to the rates that they are to have.

use serde::{Deserialize, Serialize};

use ndarray::{Array1, Array2};

use crate::base::function::power;
use crate::base::stop::Stop;
use crate::experiment::error::ExperimentError;

use super::network::{Counts, Plan, counts};

/// How often thresholds move, and by which power of how far a rate is off.
const STEPS: usize = 8;
const POWER: f64 = 0.7;

/// Rates below it are not told apart, in hertz: a silent layer is moved by a finite factor.
const FLOOR_HZ: f64 = 1.0;

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calibration {
    step: usize,
    /// Thresholds of each hidden layer, and of each output that is read.
    pub(super) hidden: Vec<f64>,
    pub(super) outputs: Vec<f64>,
}

/// What rates are to be, in hertz.
#[derive(Debug, Clone, Copy)]
pub(super) struct Targets {
    pub(super) hidden_hz: f64,
    pub(super) output_hz: f64,
}

impl Calibration {
    /// Before the first step: thresholds at which layers of perfect integrators with inputs of such `rates_hz` would have
    /// their rates. `outputs` are rows of the last layer.
    pub(super) fn new(
        hidden: &[&Array2<f32>],
        outputs: &Array2<f32>,
        rates_hz: &[f64],
        targets: Targets,
    ) -> Self {
        let mut rates = Array1::from(rates_hz.to_vec());
        let mut thresholds = Vec::new();
        let flow = |weights: &Array2<f32>, rates: &Array1<f64>| {
            let row = |row: ndarray::ArrayView1<'_, f32>| {
                row.iter()
                    .zip(rates)
                    .map(|(&w, rate)| f64::from(w) * rate)
                    .sum::<f64>()
            };
            weights.rows().into_iter().map(row).collect::<Array1<f64>>()
        };
        for weights in hidden {
            let drive = flow(weights, &rates).mapv(|x| x.max(0.0));
            let mean = drive.sum() / drive.len().max(1) as f64;
            let threshold = positive(mean / targets.hidden_hz);
            rates = drive / threshold;
            thresholds.push(threshold);
        }
        let outputs = flow(outputs, &rates);
        let magnitude = |x: f64| positive(x.abs() / targets.output_hz);
        Self {
            step: 0,
            hidden: thresholds,
            outputs: outputs.iter().map(|&x| magnitude(x)).collect(),
        }
    }

    /// Whether thresholds are where they stay.
    pub(super) fn is_over(&self) -> bool {
        self.step == STEPS
    }

    /// A step: how often the layers of `plan`, whose thresholds these are, fire in so many events called `name`, moves them.
    /// `read` are the outputs that are read.
    ///
    /// # Errors
    /// If the network cannot be built, or `stop` says so.
    pub(super) fn step(
        &mut self,
        plan: &Plan<'_>,
        (name, events): (&str, u64),
        read: &[usize],
        targets: Targets,
        stop: Stop<'_>,
    ) -> Result<(), ExperimentError> {
        let name = format!("{name} calibration {}", self.step + 1);
        let Counts(counts) = counts(plan, &name, events, stop)?;
        // Rates are counted while dreams are played.
        let seconds = events as f64 * plan.model.nights.event.as_ms() * 1e-3;
        let moved = |threshold: &mut f64, hz: f64, target_hz: f64| {
            let off = (hz + FLOOR_HZ) / (target_hz + FLOOR_HZ);
            *threshold = positive(*threshold * power(off, POWER));
        };
        for (l, threshold) in self.hidden.iter_mut().enumerate() {
            let own = &counts[l + 1];
            let hz = own.iter().sum::<u64>() as f64 / (own.len() as f64 * seconds);
            moved(threshold, hz, targets.hidden_hz);
        }
        let last = &counts[plan.gains.len()];
        for (threshold, &output) in self.outputs.iter_mut().zip(read) {
            moved(threshold, last[output] as f64 / seconds, targets.output_hz);
        }
        self.step += 1;
        Ok(())
    }

    /// Whether it may be of so many layers and outputs.
    pub(super) fn fits(&self, hidden: usize, outputs: usize) -> bool {
        let sound = |x: &f64| x.is_finite() && *x > 0.0;
        self.step <= STEPS
            && self.hidden.len() == hidden
            && self.outputs.len() <= outputs
            && self.hidden.iter().chain(&self.outputs).all(sound)
    }
}

/// A threshold: what is 0 or no number would make a layer that fires at anything.
fn positive(x: f64) -> f64 {
    if x.is_finite() && x > 1e-12 { x } else { 1e-12 }
}
