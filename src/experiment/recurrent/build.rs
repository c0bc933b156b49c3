//! The network of a model file, declared and built.

use crate::config::network::{NetworkModel, Stimulus};
use crate::engine::assembly::assemble_watched;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::memory;
use crate::experiment::recurrent::estimate::estimate;
use crate::experiment::recurrent::{edges, input, weights};
use crate::network::recurrent::{Current, Noise, Population, Projection, Recurrent};
use crate::run::crew;
use crate::run::progress::{Building, Watch};

/// The network of `model`, built, one of as many as run at once.
///
/// # Errors
/// If it is impossible or larger than the machine, a file is wrong, or `watch` says to stop.
pub(super) fn build(
    model: &NetworkModel,
    watch: &dyn Watch,
) -> Result<Simulation, ExperimentError> {
    let network = declare(model)?;
    let expected = estimate(model, &network)?;
    let what = format!(
        "{} neurons, {:.2e} synapses, rates",
        expected.neurons, expected.synapses
    );
    let at_once = crew::at_once(model.seeds as usize);
    memory::check(expected.memory_bytes * at_once as f64, &what)?;
    let building = Building::new(watch, model.seed, expected.synapses as u64);
    Ok(assemble_watched(&network, &building)?)
}

/// The network that a model file describes, with the spikes, edges and weights of the files that it names.
///
/// # Errors
/// If a file is missing or wrong.
pub fn declare(model: &NetworkModel) -> Result<Recurrent, ExperimentError> {
    let index = |name: &String| {
        model
            .populations
            .iter()
            .position(|population| population.name == *name)
    };
    let indices = |names: &[String]| names.iter().filter_map(index).collect();
    let mut projections = Vec::new();
    for projection in &model.projections {
        let edges = edges::read(model, projection)?;
        let Some((source, plan)) =
            index(&projection.source).zip(model.plan(projection, edges.as_ref()))
        else {
            continue;
        };
        projections.push(Projection {
            source,
            targets: indices(&projection.targets),
            plan,
        });
    }
    let (mut noise, mut currents) = (Vec::new(), Vec::new());
    for stimulus in &model.stimuli {
        match stimulus {
            Stimulus::Poisson(poisson) => noise.push(Noise {
                name: poisson.name.clone(),
                targets: indices(&poisson.targets),
                rate_hz: poisson.rate_hz,
                weight: poisson.weight,
            }),
            Stimulus::Current(current) => currents.push(Current {
                name: current.name.clone(),
                targets: indices(&current.targets),
                steps: current.steps.clone(),
            }),
            Stimulus::Spikes(_) => {}
        }
    }
    Ok(Recurrent {
        seed: model.seed,
        lanes: model.lanes,
        populations: model
            .populations
            .iter()
            .map(|population| Population {
                name: population.name.clone(),
                size: population.size,
                model: population.model.name,
                values: population.values.clone(),
                each: population.each.clone(),
                v_m: population.initial.v_m,
            })
            .collect(),
        projections,
        dense: weights::read(model)?,
        noise,
        currents,
        spikes: input::spikes(model)?,
    })
}
