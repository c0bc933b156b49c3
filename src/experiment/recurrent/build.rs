//! The network of a model file, declared and built.

use crate::config::network::NetworkModel;
use crate::engine::assembly::assemble_watched;
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::experiment::load;
use crate::experiment::recurrent::estimate::estimate;
use crate::network::plan::NetworkPlan;
use crate::network::{Network, Part};
use crate::run::progress::{Building, Watch};

/// The network of `model`, built, one of as many as run at once. `loaded` is it with the data of its files and any seed,
/// if they have been read.
///
/// # Errors
/// If it is impossible or larger than the machine, a file is wrong, or `watch` says to stop.
pub(super) fn build(
    model: &NetworkModel,
    loaded: Option<&Network>,
    watch: &dyn Watch,
) -> Result<Simulation, ExperimentError> {
    let network = match loaded {
        Some(loaded) => {
            let seed = model.network.seed;
            let alone = Network {
                seed,
                ..loaded.clone()
            };
            plan(&alone, &model.network)?
        }
        // What there is to be told of files was told when they were first read.
        None => plan(
            &load::load_watched(&model.network, watch)?.0,
            &model.network,
        )?,
    };
    let expected = estimate(model, &network)?;
    expected.check_memory(model)?;
    let building = Building::new(watch, model.network.seed, expected.synapses as u64);
    Ok(assemble_watched(&network, &building)?)
}

/// The network that a model file describes, with the data of the files that it names.
///
/// # Errors
/// If a file is missing or wrong, or something does not fit.
pub fn declare(model: &NetworkModel) -> Result<NetworkPlan, ExperimentError> {
    plan(&load::load(&model.network)?, &model.network)
}

/// The plan of `loaded`, which has the data of the files that are `declared`: what does not fit in one of them is told as its.
fn plan(loaded: &Network, declared: &Network) -> Result<NetworkPlan, ExperimentError> {
    loaded.plan().map_err(|error| {
        let projections = declared.projections.iter();
        let mut projections = projections
            .filter(|own| error.place.part == Part::Projection && own.name == error.place.name);
        // What does not go without the file's data, either, is wrong in the model.
        let own = projections
            .next()
            .filter(|own| declared.check_projection(own).is_ok());
        match own.and_then(|own| own.connection.file()) {
            Some(path) => ExperimentError::OfFile {
                path: path.to_owned(),
                error,
            },
            None => error.into(),
        }
    })
}
