//! The data that a network leaves to files: synapses, weights, spikes, each read and checked once, before anything is
//! built or written.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::parameter::Values;
use crate::base::time::{Duration, Time};
use crate::experiment::error::ExperimentError;
use crate::mlp::perceptron::{Mlp, Output};
use crate::mlp::weight_file::{self, Bias, Stated, WeightFile};
use crate::network::{Connection, Data, Given, LayerFile, Layout, Network, Population, Stimulus};
use crate::position::{Points, Region};
use crate::record::{self, edge_file, position_file, spike_file};
use crate::run::aside::aside;
use crate::run::progress::Watch;
use crate::stimulus::{self, Brings, Spike};
use crate::synapse::dense::Dense;

/// `network` with the data of its files.
///
/// # Errors
/// If a file is missing or wrong, or does not fit the populations.
pub fn load(network: &Network) -> Result<Network, ExperimentError> {
    let (loaded, told) = load_told(network)?;
    told.iter().for_each(|told| tracing::warn!("{told}"));
    Ok(loaded)
}

/// As [`load`], with what it would warn about, a line each.
fn load_told(network: &Network) -> Result<(Network, Vec<String>), ExperimentError> {
    let mut told = Vec::new();
    let mut loaded = network.clone();
    for population in &mut loaded.populations {
        place(population)?;
    }
    let mut layers = Layers::default();
    for projection in &mut loaded.projections {
        let sizes = network.sizes(projection);
        let list = sizes.map(|(n_source, n_target)| projection.edge_list(n_source, n_target));
        match (&projection.connection, list) {
            // Where a population is unknown, the check of the network says so.
            (Connection::Edges(Given::File(file)), Some(list)) => {
                let edges = edge_file::read_told(file, list, &mut told)?;
                projection.connection = Connection::Edges(Given::Here(Arc::new(edges)));
            }
            (Connection::Matrix(Given::File(file)), _) => {
                let weights = layers.read(file, &projection.name)?;
                projection.connection = Connection::Matrix(Given::Here(Arc::new(weights)));
            }
            _ => {}
        }
    }
    for stimulus in &mut loaded.stimuli {
        if stimulus.data.is_none() {
            stimulus.data = data(network, stimulus)?;
        }
    }
    Ok((loaded, told))
}

/// Reads where the neurons of `population` lie, if a file says so.
fn place(population: &mut Population) -> Result<(), ExperimentError> {
    if let Some(Layout::Listed {
        places,
        extent_mm,
        wrap,
    }) = &mut population.positions
        && let Given::File(file) = places
    {
        let sides = extent_mm.as_deref();
        let (dimension, at) = position_file::read(file, population.size, sides.map(<[f64]>::len))?;
        let region = match sides {
            Some(sides) => Region::new(sides, *wrap),
            None => Region::open(dimension),
        };
        *places = Given::Here(Arc::new(Points::new(region, at)));
    }
    Ok(())
}

/// As [`load`], while `watch` does not say to stop; what it would warn about stands beside the network, a line each.
///
/// # Errors
/// As [`load`], and if it did.
pub fn load_watched(
    network: &Network,
    watch: &dyn Watch,
) -> Result<(Network, Vec<String>), ExperimentError> {
    let network = network.clone();
    aside(watch, move || load_told(&network))?
}

/// Every file that `network` leaves data to, in order, each once.
pub fn files(network: &Network) -> Vec<PathBuf> {
    let of_projections = network.projections.iter();
    let of_projections = of_projections.flat_map(|projection| match &projection.connection {
        Connection::Edges(Given::File(file)) => edge_file::files(file),
        Connection::Matrix(Given::File(file)) => vec![file.path.clone()],
        _ => Vec::new(),
    });
    let of_populations = network.populations.iter();
    let of_populations = of_populations.filter_map(|population| match &population.positions {
        Some(Layout::Listed {
            places: Given::File(file),
            ..
        }) => Some(file.path.clone()),
        _ => None,
    });
    let values = network
        .populations
        .iter()
        .map(|population| &population.values);
    let rules = network.projections.iter();
    let rules = rules.filter_map(|projection| Some(&projection.plasticity.as_ref()?.rule.values));
    let of_values = values.chain(rules).flat_map(Values::listed);
    let of_values = of_values.map(|(_, listed)| listed.path.clone());
    let of_stimuli = network.stimuli.iter();
    let of_stimuli = of_stimuli.filter(|stimulus| stimulus.data.is_none());
    let of_stimuli = of_stimuli.filter_map(file_of);
    let mut files: Vec<PathBuf> = of_projections
        .chain(of_populations)
        .chain(of_values)
        .chain(of_stimuli)
        .collect();
    files.sort();
    files.dedup();
    files
}

/// The file that `stimulus` names, if it names one.
fn file_of(stimulus: &Stimulus) -> Option<PathBuf> {
    let entry = stimulus::entry(stimulus.kind.spec.name).ok()?;
    // What cannot be built is refused before anything is read.
    match (entry.build)(&stimulus.kind.values).ok()? {
        Brings::File { file, .. } => Some(file.path),
        Brings::Image(image) => Some(image.path),
        Brings::Episodes(episodes) => Some(episodes.path),
        _ => None,
    }
}

/// Weight files, each read once.
#[derive(Default)]
struct Layers(BTreeMap<(PathBuf, bool, Option<Vec<String>>), Mlp>);

impl Layers {
    fn read(&mut self, file: &LayerFile, projection: &str) -> Result<Dense, ExperimentError> {
        let key = (file.path.clone(), file.drop_bias, file.layer_names.clone());
        let mlp = match self.0.entry(key) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => unread.insert(mlp(file)?),
        };
        let layer = file.layer.checked_sub(1).and_then(|l| mlp.layers.get(l));
        let no_layer = || ExperimentError::NoLayer {
            file: file.path.display().to_string(),
            projection: projection.into(),
            layer: file.layer,
            layers: mlp.layers.len(),
        };
        Ok(Dense::from_matrix(
            layer.ok_or_else(no_layer)?.weights.view(),
        ))
    }
}

fn mlp(layer: &LayerFile) -> Result<Mlp, ExperimentError> {
    let bias = match layer.drop_bias {
        true => Bias::Drop,
        false => Bias::Refuse,
    };
    let stated = Stated {
        names: layer.layer_names.as_deref(),
        ..Stated::nothing_but(bias)
    };
    // Output and dropout play no part in a spiking network.
    let read = |file: &WeightFile| weight_file::to_mlp(file, &stated, Output::Relu);
    let ending = layer.path.extension();
    if stated.names.is_some() || !ending.is_some_and(|ending| ending.eq_ignore_ascii_case("nir")) {
        return Ok(read(&record::weight_file::read(&layer.path)?)?);
    }
    // Layers of a network that need not be a chain.
    let mut layers = Vec::new();
    for file in record::weight_file::nir_layers(&layer.path)? {
        layers.extend(read(&file)?.layers);
    }
    Ok(Mlp {
        layers,
        output: Output::Relu,
        keep: 1.0,
    })
}

/// What the file holds that `stimulus` names, if it names one.
fn data(network: &Network, stimulus: &Stimulus) -> Result<Option<Data>, ExperimentError> {
    let entry = stimulus::entry(stimulus.kind.spec.name)?;
    let (file, from) = match (entry.build)(&stimulus.kind.values)? {
        Brings::File { file, from } => (file, from),
        Brings::Image(image) => {
            let pixels = weight_file::read_image(&image.path)?.pixels;
            return Ok(Some(Data::Image(pixels.into())));
        }
        Brings::Episodes(episodes) => {
            let numbers = match episodes.is_bounded() {
                true => weight_file::read_image(&episodes.path)?.pixels,
                false => weight_file::read_numbers(&episodes.path)?,
            };
            return Ok(Some(Data::Image(numbers.into())));
        }
        _ => return Ok(None),
    };
    let target = stimulus.targets.first().and_then(|name| network.find(name));
    let Some(target) = target else {
        return Ok(None);
    };
    let mut spikes = spike_file::read(&file, target.size as usize)?;
    shift(&mut spikes, from).map_err(|last| ExperimentError::SpikesBeyondClock {
        file: file.path.display().to_string(),
        stimulus: stimulus.name.clone(),
        last,
        from,
    })?;
    Ok(Some(Data::Spikes(spikes.into())))
}

/// Moves `spikes`, which are in order, by `from`; the last of them if that is beyond the clock.
fn shift(spikes: &mut [Spike], from: Duration) -> Result<(), Time> {
    if let Some(&(last, _)) = spikes.last()
        && last.checked_add(from).is_none()
    {
        return Err(last);
    }
    for (t, _) in spikes {
        *t += from;
    }
    Ok(())
}
