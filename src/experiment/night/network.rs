//! The spiking networks of a night, made of ordinary parts.

use std::sync::Arc;

use ndarray::Array2;

use crate::base::parameter::{Value, Values};
use crate::base::stop::Stop;
use crate::base::time::Time;
use crate::config::night::Night;
use crate::engine::Observer;
use crate::engine::assembly::assemble;
use crate::engine::simulation::{self, Ended, Keep, Regime, Simulation};
use crate::experiment::error::ExperimentError;
use crate::network::Network;
use crate::network::plan::NetworkPlan;
use crate::synapse::dense::Dense;

/// Names of the population of teachers, of what drives the input and the teachers, and of the synapses that read weights.
pub(super) const TEACHER: &str = "teacher";
pub(super) const DREAM: &str = "dream";
pub(super) const LESSON: &str = "lesson";
pub(super) const CAPTURE: &str = "capture";

/// From a spike to its arrival.
const DELAY_MS: f64 = 1.0;

/// Any weight above zero makes a relay fire.
const SPIKE: f64 = 1.0;

/// What drives the input.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Kind of the stimulus, with its values and numbers but for those that all have.
    pub(super) kind: &'static str,
    pub(super) values: Vec<(&'static str, Value)>,
    pub(super) numbers: Arc<[f32]>,
}

/// What is learnt in a network.
pub(super) enum Learns<'a> {
    /// Nothing.
    Nothing,
    /// Synapses from the input onto outputs, without any effect on these, learn covariances.
    Covariance,
    /// The output layer learns from teachers, which play these patterns, row by row, in the order of the dreams.
    Lessons { eta: f64, patterns: &'a [f32] },
}

/// A network to be.
pub(super) struct Plan<'a> {
    pub(super) model: &'a Night,
    pub(super) seed: u64,
    /// Weights of all layers, a row for each target.
    pub(super) weights: Vec<&'a Array2<f32>>,
    /// What each layer multiplies them with: thresholds are 1.
    pub(super) gains: Vec<f64>,
    pub(super) shown: Shown,
    pub(super) learns: Learns<'a>,
}

impl Plan<'_> {
    /// The network.
    fn network(&self) -> Result<NetworkPlan, ExperimentError> {
        let nights = &self.model.nights;
        let sizes = &self.model.mlp.layers;
        let names = self.model.mlp.layer_names();
        let mut network = Network::new(self.seed);
        let size = |l: usize| sizes[l] as u32;
        let last = names.len() - 1;
        network.population(&names[0], size(0), "relay", Values::new())?;
        for (l, name) in names.iter().enumerate().skip(1) {
            let mut values = Values::from([("tau_m", nights.tau_m_ms), ("v_th", 1.0)]);
            values.insert("reset", "subtract");
            network.population(name, size(l), "lif", values)?;
        }
        network.population(TEACHER, size(last), "relay", Values::new())?;
        for (l, (weights, &gain)) in self.weights.iter().zip(&self.gains).enumerate() {
            let name = projection(&names, l);
            let matrix = Dense::from_matrix(weights.view());
            let built = network.project(&name, &names[l], [&names[l + 1][..]]);
            let built = built.matrix(matrix, gain).axonal_delay_ms(DELAY_MS);
            match &self.learns {
                Learns::Lessons { eta, .. } if l + 1 == last => {
                    let values = Values::from([("eta", *eta), ("tau", nights.tau_ms)]);
                    built
                        .plasticity("remote_supervised", values)
                        .teacher(TEACHER)
                        .add()?;
                }
                _ => built.add()?,
            }
        }
        if let Learns::Covariance = self.learns {
            let nothing = Array2::zeros((sizes[last], sizes[0]));
            let event = self.model.period().as_ms();
            network
                .project(CAPTURE, &names[0], [&names[last][..]])
                .matrix(Dense::from_matrix(nothing.view()), 0.0)
                .axonal_delay_ms(DELAY_MS)
                .plasticity("covariance", Values::from([("eta", 1.0), ("event", event)]))
                .add()?;
        }
        let when = |rate_hz: f64| {
            let mut values = Values::from([
                ("rate", rate_hz),
                ("event", nights.event.as_ms()),
                ("pause", nights.pause.as_ms()),
            ]);
            if nights.is_regular {
                values.insert("firing", "regular");
            }
            values
        };
        let mut values = when(nights.rate_hz);
        for (name, value) in &self.shown.values {
            values.insert(name, value.clone());
        }
        let numbers = Arc::clone(&self.shown.numbers);
        network.show((DREAM, self.shown.kind), &names[0], SPIKE, values, numbers)?;
        if let Learns::Lessons { patterns, .. } = self.learns {
            let values = when(nights.teacher_hz);
            network.show(
                (LESSON, "patterns"),
                TEACHER,
                SPIKE,
                values,
                patterns.into(),
            )?;
        }
        Ok(network.plan()?)
    }

    /// The network at `start`, where the bout called `name` begins.
    ///
    /// # Errors
    /// If a number does not fit.
    pub(super) fn begin(&self, name: &str, start: Time) -> Result<Simulation, ExperimentError> {
        let mut simulation = assemble(&self.network()?)?;
        let mut on = vec![DREAM.to_owned()];
        if let Learns::Lessons { .. } = self.learns {
            on.push(LESSON.into());
        }
        simulation.begin(&simulation::Bout {
            // Every night draws anew: not as in a first bout, whose streams have no name.
            number: 1,
            name: name.into(),
            start,
            keep: Keep::Weights,
            on,
            regime: Regime::default(),
        })?;
        Ok(simulation)
    }
}

/// Name of the projection from layer `l` to the next.
pub(super) fn projection(names: &[String], l: usize) -> String {
    crate::config::sleep_replay::projection_name(names, l)
}

/// Spikes of every neuron.
pub(super) struct Counts(pub(super) Vec<Vec<u64>>);

impl Observer for Counts {
    fn spikes(&mut self, population: usize, _t: Time, nodes: &[u32]) {
        let counts = &mut self.0[population];
        nodes.iter().for_each(|&node| counts[node as usize] += 1);
    }
}

/// Runs `plan` for so many events as if it were the bout called `name`: spikes of every neuron.
///
/// # Errors
/// If a number does not fit, or `stop` says so.
pub(super) fn counts(
    plan: &Plan<'_>,
    name: &str,
    events: u64,
    stop: Stop<'_>,
) -> Result<Counts, ExperimentError> {
    stop.ask()?;
    let mut simulation = plan.begin(name, Time::ZERO)?;
    let sizes = simulation.populations().iter();
    let mut counts = Counts(sizes.map(|one| vec![0; one.size as usize]).collect());
    for event in 1..=events {
        stop.ask()?;
        let until = Time::from_ps(plan.model.period().ps() * event as i64);
        let ended = simulation.run(until, &mut counts);
        debug_assert!(ended != Ended::Enough);
    }
    Ok(counts)
}

/// Every row of `weights` minus its mean.
pub(super) fn balanced(weights: &Array2<f32>) -> Array2<f32> {
    let mut balanced = weights.clone();
    for mut row in balanced.rows_mut() {
        let sum: f64 = row.iter().map(|&w| f64::from(w)).sum();
        let mean = (sum / row.len().max(1) as f64) as f32;
        row.iter_mut().for_each(|w| *w -= mean);
    }
    balanced
}
