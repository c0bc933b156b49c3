//! Spikes that a model file names, read and checked before anything is built or written.

use crate::base::time::{Duration, Time};
use crate::config::network::{NetworkModel, SpikeFile, Stimulus};
use crate::experiment::error::ExperimentError;
use crate::network::recurrent::SpikeInput;
use crate::record::spike_file;

/// Reads every spike file of `model`.
///
/// # Errors
/// If a file is missing or wrong, names neurons that its target does not have, or spikes are moved beyond the clock.
pub(super) fn spikes(model: &NetworkModel) -> Result<Vec<SpikeInput>, ExperimentError> {
    let mut inputs = Vec::new();
    for stimulus in &model.stimuli {
        let Stimulus::Spikes(given) = stimulus else {
            continue;
        };
        let target = model
            .populations
            .iter()
            .position(|population| population.name == given.target);
        let Some(target) = target else { continue };
        let size = model.populations[target].size as usize;
        let mut spikes = spike_file::read(&given.file, given.population.as_deref(), size)?;
        shift(&mut spikes, given)?;
        inputs.push(SpikeInput {
            name: given.name.clone(),
            target,
            weight: given.weight as f32,
            spikes,
        });
    }
    Ok(inputs)
}

/// Moves `spikes`, which are in order, by the stimulus' `from`.
fn shift(spikes: &mut [(Time, u32)], given: &SpikeFile) -> Result<(), ExperimentError> {
    if given.from == Duration::ZERO {
        return Ok(());
    }
    if let Some(&(last, _)) = spikes.last()
        && last.checked_add(given.from).is_none()
    {
        return Err(ExperimentError::SpikesBeyondClock {
            file: given.file.display().to_string(),
            stimulus: given.name.clone(),
            last,
            from: given.from,
        });
    }
    for (t, _) in spikes {
        *t += given.from;
    }
    Ok(())
}
