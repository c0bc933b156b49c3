//! Slow parts of synapses: the weights that they were declared with.

use super::{Force, Seen, Simulation, Site};
use crate::engine::lane::{Lane, Synapses};
use crate::plasticity::homeostasis::{Act, Homeostasis};

/// Weights of the blocks of a projection, in the order in which they are looked at.
pub(super) type Slow = Vec<Vec<f64>>;

impl Force {
    /// What is left at an instant of what synapses have learnt, if the force is one that goes by that.
    pub(super) fn left(&self) -> Option<f64> {
        match &self.act {
            Act::Weights(act) => act.left(),
            _ => None,
        }
    }
}

/// What a force takes of a weight.
pub(super) fn taken(act: &dyn Homeostasis, weight: f64) -> f64 {
    if act.is_signed() {
        weight
    } else {
        weight.abs()
    }
}

/// The weight after a force has changed what it [took](taken).
pub(super) fn given(act: &dyn Homeostasis, changed: f64, weight: f64) -> f64 {
    if act.is_signed() {
        changed
    } else {
        changed.copysign(weight)
    }
}

/// Brings what was `seen` of a projection back to its slow parts, but for what is `left`. Synapses that have come or gone are left
/// alone, and so are those of a block that are not there yet.
pub(super) fn forget(
    seen: &mut [Vec<Seen>],
    slow: &Slow,
    left: f64,
    is_there: &dyn Fn(usize, &Seen) -> bool,
) {
    for (block, (seen, slow)) in seen.iter_mut().zip(slow).enumerate() {
        if seen.len() != slow.len() {
            continue;
        }
        let both = seen.iter_mut().zip(slow);
        for (one, slow) in both.filter(|(one, _)| is_there(block, one)) {
            one.2 = slow + (one.2 - slow) * left;
        }
    }
}

impl Simulation {
    /// Takes note of the weights of projections that are to go back to them, before anything has happened.
    pub(in crate::engine) fn keep_slow(&mut self) {
        for at in 0..self.forces.len() {
            if self.forces[at].left().is_none() {
                continue;
            }
            let names = self.forces[at].projections.clone();
            let slow = names
                .iter()
                .map(|name| (name.clone(), self.weights_of(name)));
            self.forces[at].slow = slow.collect();
        }
    }

    fn weights_of(&mut self, projection: &str) -> Slow {
        let Some(own) = self.projections.iter().find(|own| own.name == projection) else {
            return Vec::new();
        };
        let (sparse, dense) = (own.learning.as_ref().map(|own| own.0), own.dense);
        let now = self.now;
        let weights = |site: Site<'_>| site.look(now).into_iter().map(|one| one.2).collect();
        let mut slow = Slow::new();
        for Lane { groups, blocks, .. } in &mut self.lanes {
            if dense.is_none() {
                for block in blocks {
                    if let Synapses::Learning { projection, learn } = &mut block.synapses
                        && sparse == Some(*projection)
                    {
                        slow.push(weights(Site::Sparse(learn.as_mut())));
                    }
                }
                continue;
            }
            for block in groups.iter_mut().flat_map(|group| &mut group.dense) {
                if dense.is_some_and(|(number, ..)| number == block.projection) {
                    slow.push(weights(Site::Dense(block)));
                }
            }
        }
        slow
    }
}
