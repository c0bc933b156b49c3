//! Triggers that watch weights: at their instants, after slow forces, they are told what those sum up to.

use super::Simulation;
use crate::base::time::Time;

impl Simulation {
    /// When a trigger is to be told weights next.
    pub(super) fn next_weighing(&self) -> Time {
        self.stimulation.next_weighing()
    }

    /// Tells triggers the weights that they want to know by now.
    pub(super) fn weigh(&mut self) {
        if self.next_weighing() > self.now {
            return;
        }
        self.settle_synapses();
        for (at, projection) in self.stimulation.weighing(self.now) {
            self.stimulation.weigh(at, self.strength(&projection));
        }
    }

    /// The sum of the sizes of all weights of `projection`, one that learns, lane by lane; 0 of one that does not.
    fn strength(&self, projection: &str) -> f64 {
        let size = |weight: f64| weight.abs();
        if let Ok(weights) = self.weights_in_any_order(projection) {
            return weights.iter().map(|&weight| size(weight.into())).sum();
        }
        let weights = self.weights(projection);
        let weights = weights.iter().flat_map(|weights| weights.values());
        weights.map(|&weight| size(weight.into())).sum()
    }
}
