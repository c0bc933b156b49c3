//! The model of a run, read back from its file.

use std::path::Path;

use crate::analysis::data::Population;
use crate::analysis::trains::Trains;
use crate::config::{self, Model};
use crate::record::recording::{Recording, RecordingError};

/// The model of a run; `None` if this version does not read it.
pub(super) fn model(recording: &Recording) -> Option<Model> {
    let path = recording.path();
    let folder = path.parent().unwrap_or(Path::new(""));
    let (name, options) = (path.display().to_string(), config::Options::default());
    config::parse(&name, recording.model(), folder, &options).ok()
}

/// The population called `name` with its spikes.
pub(super) fn population(recording: &Recording, name: &str) -> Result<Population, RecordingError> {
    let size = recording.population(name)?.size;
    // Twice through the file, so that no more than the spikes themselves are held.
    let mut counts = vec![0; size];
    for chunk in recording.spike_chunks(name, ..)? {
        chunk?
            .iter()
            .for_each(|&(_, neuron)| counts[neuron as usize] += 1);
    }
    let mut filling = Trains::filling(&counts);
    for chunk in recording.spike_chunks(name, ..)? {
        for (time, neuron) in chunk? {
            filling.put(neuron as usize, time);
        }
    }
    Ok(Population {
        positions: recording.positions(name)?,
        name: name.to_owned(),
        labels: None,
        trains: filling.finish(),
    })
}
