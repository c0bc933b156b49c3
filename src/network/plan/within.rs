//! Neurons that store memory.

use std::sync::Arc;

/// Neurons whose synapses with each other learn and come and go; those of others are static.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Within {
    sources: Option<Arc<[bool]>>,
    targets: Option<Arc<[bool]>>,
}

impl Within {
    /// These of so many sources and targets, each below that number; `None` for all.
    pub fn new(
        (sources, n_source): (Option<&[u32]>, u32),
        (targets, n_target): (Option<&[u32]>, u32),
    ) -> Self {
        let mask = |some: Option<&[u32]>, n: u32| {
            some.map(|some| {
                let mut mask = vec![false; n as usize];
                some.iter().for_each(|&node| mask[node as usize] = true);
                Arc::from(mask)
            })
        };
        Self {
            sources: mask(sources, n_source),
            targets: mask(targets, n_target),
        }
    }

    /// Whether all synapses learn.
    pub fn is_all(&self) -> bool {
        self.sources.is_none() && self.targets.is_none()
    }

    /// The share of pairs of a source and a target whose synapses learn.
    pub fn share(&self) -> f64 {
        let share = |mask: &Option<Arc<[bool]>>| {
            mask.as_deref().map_or(1.0, |mask| {
                let some = mask.iter().filter(|&&is_one| is_one).count();
                some as f64 / mask.len().max(1) as f64
            })
        };
        share(&self.sources) * share(&self.targets)
    }

    /// Whether synapses of a source learn, onto some targets at least.
    pub fn has_source(&self, source: u32) -> bool {
        has(self.sources.as_deref(), source)
    }

    /// Whether synapses onto a target learn, from some sources at least.
    pub fn has_target(&self, target: u32) -> bool {
        has(self.targets.as_deref(), target)
    }
}

fn has(mask: Option<&[bool]>, node: u32) -> bool {
    mask.is_none_or(|mask| mask.get(node as usize) == Some(&true))
}
