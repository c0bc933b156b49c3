//! All-to-all projections with a weight for every pair, static or plastic, as they are declared.

use std::sync::Arc;

use crate::base::stream::name_hash;
use crate::base::time::Duration;
pub use crate::network::plan::Plasticity;
use crate::network::population::Population;
use crate::synapse::dense::Dense;
use crate::synapse::short_term::ShortTerm;

/// Synapses from every neuron of one population onto every neuron of another.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseProjection {
    /// Name, unique among the network's projections.
    pub name: String,
    /// Index of the source population.
    pub source: usize,
    /// Index of the target population.
    pub target: usize,
    /// Weights, by source.
    pub weights: Arc<Dense>,
    /// Factor from weight to what the target's model adds.
    pub gain: f64,
    /// Time from a spike of the source to its arrival at the synapse.
    pub axonal_delay: Duration,
    /// Time from the synapse to the soma, and back.
    pub dendritic_delay: Duration,
    /// The rule that changes the weights, or none.
    pub plasticity: Option<Plasticity>,
    /// How much of their weight synapses pass on, if it depends on use.
    pub short_term: Option<ShortTerm>,
}

/// Why a dense projection is impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DenseError {
    /// A matrix that does not fit its populations.
    #[error(
        "weights are {found_target} x {found_source} (targets x sources), \
         expected {target} x {source_size}"
    )]
    Shape {
        /// Rows of the matrix.
        found_target: usize,
        /// Columns of the matrix.
        found_source: usize,
        /// Size of the target population.
        target: usize,
        /// Size of the source population.
        source_size: usize,
    },
    /// NaN or infinity among the weights, or as the gain.
    #[error("{what} is {value}, expected a finite number")]
    NotFinite {
        /// Which number.
        what: String,
        /// Its value.
        value: f64,
    },
    /// A negative delay.
    #[error("{key} is {delay}, expected 0 or more")]
    NegativeDelay {
        /// Which.
        key: &'static str,
        /// Its delay.
        delay: Duration,
    },
}

impl DenseProjection {
    /// Number made from the name: orders projections that arrive at one instant, so that the order of declaration does
    /// not matter.
    pub fn id(&self) -> u64 {
        name_hash(&self.name)
    }

    /// Checks the projection against `populations`, those of its network.
    ///
    /// # Errors
    /// If the shape does not fit, or a number is out of range.
    pub fn check(&self, populations: &[Population]) -> Result<(), DenseError> {
        let (source, target) = (&populations[self.source], &populations[self.target]);
        let weights = &self.weights;
        let (source_size, target_size) = (source.size as usize, target.size as usize);
        if (weights.n_source(), weights.n_target()) != (source_size, target_size) {
            return Err(DenseError::Shape {
                found_target: weights.n_target(),
                found_source: weights.n_source(),
                target: target_size,
                source_size,
            });
        }
        let not_finite = |what: String, value: f64| DenseError::NotFinite { what, value };
        for i in 0..source_size {
            let row = weights.row(i);
            if let Some(j) = row.iter().position(|w| !w.is_finite()) {
                let what = format!("the weight from {i} to {j}");
                return Err(not_finite(what, f64::from(row[j])));
            }
        }
        if !self.gain.is_finite() {
            return Err(not_finite("the gain".into(), self.gain));
        }
        for (key, delay) in [
            ("axonal_delay", self.axonal_delay),
            ("dendritic_delay", self.dendritic_delay),
        ] {
            if delay < Duration::ZERO {
                return Err(DenseError::NegativeDelay { key, delay });
            }
        }
        Ok(())
    }

    /// From a spike of the source to its arrival at the soma.
    pub fn delay(&self) -> Duration {
        Duration::from_ps(
            self.axonal_delay
                .ps()
                .saturating_add(self.dendritic_delay.ps()),
        )
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::base::parameter::Values;

    fn population(name: &str, size: u32, model: &'static str) -> Population {
        Population {
            name: name.into(),
            size,
            model,
            values: Values::new(),
            v_m: None,
            positions: None,
        }
    }

    fn projection(weights: Array2<f32>) -> DenseProjection {
        DenseProjection {
            name: "a_b".into(),
            source: 0,
            target: 1,
            weights: Dense::from_matrix(weights.view()).into(),
            gain: 1.0,
            axonal_delay: Duration::ZERO,
            dendritic_delay: Duration::ZERO,
            plasticity: None,
            short_term: None,
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let populations = [population("a", 2, "relay"), population("b", 1, "lif")];
        let message =
            |projection: DenseProjection| projection.check(&populations).map_err(|e| e.to_string());
        let good = projection(array![[0.5, -0.5]]);
        assert_eq!(message(good.clone()), Ok(()));
        assert_eq!(
            message(projection(array![[0.5], [1.0]])).unwrap_err(),
            "weights are 2 x 1 (targets x sources), expected 1 x 2"
        );
        assert_eq!(
            message(projection(array![[0.5, f32::NAN]])).unwrap_err(),
            "the weight from 1 to 0 is NaN, expected a finite number"
        );
        let gain = f64::INFINITY;
        assert_eq!(
            message(DenseProjection {
                gain,
                ..good.clone()
            })
            .unwrap_err(),
            "the gain is inf, expected a finite number"
        );
        let axonal_delay = Duration::from_ps(-1);
        let early = DenseProjection {
            axonal_delay,
            ..good.clone()
        };
        assert!(matches!(
            early.check(&populations),
            Err(DenseError::NegativeDelay { .. })
        ));
    }
}
