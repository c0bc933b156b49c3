//! Projections with a weight for every pair, and those that read the matrix of another the other way.

use std::sync::Arc;

use super::learning;
use crate::base::time::Duration;
use crate::network::plan;
use crate::network::plan::dense::DenseProjection;
use crate::network::{Given, LayerFile, Network, Problem, Projection};
use crate::synapse::dense::Dense;

/// A matrix that says nothing by itself.
const NO_GAIN: Problem = Problem::Missing {
    key: "gain",
    what: "what a weight of 1 adds, one for all pairs",
};

impl Network {
    /// A projection through the matrix of the one called `of`, whose number is not known yet.
    pub(super) fn plan_tied(
        &self,
        projection: &Projection,
        of: &str,
    ) -> Result<plan::Tied, Problem> {
        let owners = self.projections.iter().filter(|known| known.is_dense());
        let owner = owners.clone().find(|known| known.name == of);
        let owner = owner.ok_or_else(|| Problem::NoMatrix {
            found: of.into(),
            known: owners.map(|known| known.name.clone()).collect(),
        })?;
        let [name] = &projection.targets[..] else {
            return Err(Problem::ManyTargets(projection.targets.len()));
        };
        if *name != owner.source || owner.targets != [projection.source.clone()] {
            return Err(Problem::NotBack {
                of: of.into(),
                from: owner.targets.concat(),
                target: owner.source.clone(),
            });
        }
        let own = [
            ("plasticity", projection.plasticity.is_some()),
            ("short_term", projection.short_term.is_some()),
        ];
        if let Some(&(key, _)) = own.iter().find(|(_, is_there)| *is_there) {
            let with = "the matrix of another projection, whose own rule changes it";
            return Err(Problem::Unfit { key, with });
        }
        let (axonal_delay, dendritic_delay) = matrix_delays(projection)?;
        if dendritic_delay != Duration::ZERO {
            return Err(Problem::Unfit {
                key: "dendritic_delay",
                with: "the matrix of another projection, at whose synapses spikes are read",
            });
        }
        if axonal_delay <= Duration::ZERO {
            return Err(Problem::NoDelay(axonal_delay));
        }
        let gain = projection.weight.and_then(|gain| gain.constant());
        let target = self.index("target", name)?;
        self.one_unit(&[target])?;
        Ok(plan::Tied {
            name: projection.name.clone(),
            of: 0,
            source: self.index("source", &projection.source)?,
            target,
            gain: gain.filter(|gain| gain.is_finite()).ok_or(NO_GAIN)?,
            axonal_delay,
        })
    }

    pub(super) fn dense(
        &self,
        projection: &Projection,
        source: usize,
        targets: &[usize],
        weights: &Given<LayerFile, Dense>,
    ) -> Result<DenseProjection, Problem> {
        let &[target] = targets else {
            return Err(Problem::ManyTargets(targets.len()));
        };
        let gain = projection.weight.and_then(|gain| gain.constant());
        let (axonal_delay, dendritic_delay) = matrix_delays(projection)?;
        let gain = gain.ok_or(NO_GAIN)?;
        let weights = match weights {
            Given::Here(weights) => Arc::clone(weights),
            Given::File(file) => {
                let file = file.path.display().to_string();
                return Err(Problem::NotRead { file });
            }
        };
        Ok(DenseProjection {
            name: projection.name.clone(),
            source,
            target,
            weights,
            gain,
            axonal_delay,
            dendritic_delay,
            plasticity: self.plasticity(projection)?,
            short_term: learning::short_term(projection)?,
        })
    }
}

/// The axonal and the dendritic delay of synapses that have a weight for every pair.
fn matrix_delays(projection: &Projection) -> Result<(Duration, Duration), Problem> {
    let delays = match projection.delay {
        None => Some((0.0, 0.0)),
        Some(delay) if delay.velocity.is_some() => None,
        Some(delay) => delay.axonal.constant().zip(delay.dendritic.constant()),
    };
    let (axonal, dendritic) = delays.ok_or(Problem::Unfit {
        key: "axonal_delay",
        with: "a weight for every pair, expected one axonal and one dendritic delay for all of them",
    })?;
    let time = |key, ms| Duration::from_ms(ms).map_err(|cause| Problem::Delay { key, cause });
    Ok((
        time("axonal_delay", axonal)?,
        time("dendritic_delay", dendritic)?,
    ))
}
