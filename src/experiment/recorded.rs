//! The model of a run, read back from its file.

use std::path::Path;

use crate::analysis::data::Population;
use crate::analysis::trains::Trains;
use crate::config::network::Selection;
use crate::config::{self, Model};
use crate::record::recording::{Recording, RecordingError};

/// The model of a run; `None` if this version does not read it.
pub(super) fn model(recording: &Recording) -> Option<Model> {
    let path = recording.path();
    let folder = path.parent().unwrap_or(Path::new(""));
    let (name, options) = (path.display().to_string(), config::Options::default());
    config::parse(&name, recording.model(), folder, &options).ok()
}

/// The population called `name` with its spikes: those of its neurons that are recorded, for the others are not silent.
pub(super) fn population(recording: &Recording, name: &str) -> Result<Population, RecordingError> {
    let known = recording.population(name)?;
    let (size, recorded) = (known.size, known.recorded);
    let some = (recorded < size).then(|| selected(recording, name));
    let some = some.flatten().filter(|some| some.len() == recorded);
    let place = |neuron: u32| match &some {
        Some(some) => some.binary_search(&neuron).ok(),
        None => Some(neuron as usize),
    };
    // Twice through the file, so that no more than the spikes themselves are held.
    let mut counts = vec![0; some.as_ref().map_or(size, Vec::len)];
    for chunk in recording.spike_chunks(name, ..)? {
        let places = chunk?.into_iter().filter_map(|(_, neuron)| place(neuron));
        places.for_each(|place| counts[place] += 1);
    }
    let mut filling = Trains::filling(&counts);
    for chunk in recording.spike_chunks(name, ..)? {
        for (time, neuron) in chunk? {
            if let Some(place) = place(neuron) {
                filling.put(place, time);
            }
        }
    }
    let mut positions = recording.positions(name)?;
    if let Some((all, some)) = positions.as_mut().zip(some.as_ref()) {
        *all = some.iter().map(|&neuron| all[neuron as usize]).collect();
    }
    Ok(Population {
        positions,
        name: name.to_owned(),
        labels: some.map(|some| some.into_iter().map(u64::from).collect()),
        trains: filling.finish(),
    })
}

/// The neurons of the population called `name` that the run's model records, if it says some.
pub fn selected(recording: &Recording, name: &str) -> Option<Vec<u32>> {
    let Some(Model::Network(model)) = model(recording) else {
        return None;
    };
    match model.record.recorded(name)? {
        Selection::All => None,
        Selection::Some(nodes) => Some(nodes.clone()),
    }
}
