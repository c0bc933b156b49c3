//! Dense projections whose weights a model file leaves to other files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use crate::config::network::NetworkModel;
use crate::experiment::error::ExperimentError;
use crate::mlp::perceptron::{Mlp, Output};
use crate::mlp::weight_file::{self, Bias};
use crate::network::dense::{DenseProjection, Plasticity};
use crate::synapse::dense::Dense;

/// The dense projections of `model` with their weights. Each file is read once.
///
/// # Errors
/// If a file cannot be read or has no such layer.
pub(super) fn read(model: &NetworkModel) -> Result<Vec<DenseProjection>, ExperimentError> {
    let mut files: BTreeMap<(&Path, bool), Mlp> = BTreeMap::new();
    let mut projections = Vec::new();
    let index = |name: &str| {
        let mut populations = model.populations.iter();
        populations.position(|population| population.name == name)
    };
    for declared in &model.dense {
        let key = (declared.file.as_path(), declared.drop_bias);
        let mlp = match files.entry(key) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => unread.insert(mlp(&declared.file, declared.drop_bias)?),
        };
        let layers = &mlp.layers;
        let layer = declared.layer.checked_sub(1).and_then(|l| layers.get(l));
        let Some(layer) = layer else {
            return Err(ExperimentError::NoLayer {
                file: declared.file.display().to_string(),
                projection: declared.name.clone(),
                layer: declared.layer,
                layers: layers.len(),
            });
        };
        // The model's names have been checked.
        let Some((source, target)) = index(&declared.source).zip(index(&declared.target)) else {
            continue;
        };
        let plasticity = declared.plasticity.as_ref();
        projections.push(DenseProjection {
            name: declared.name.clone(),
            source,
            target,
            weights: Dense::from_matrix(layer.weights.view()),
            gain: declared.gain,
            axonal_delay: declared.axonal_delay,
            plasticity: plasticity.map(|plasticity| Plasticity {
                rule: plasticity.rule.name,
                values: plasticity.values.clone(),
            }),
        });
    }
    Ok(projections)
}

fn mlp(file: &Path, drop_bias: bool) -> Result<Mlp, ExperimentError> {
    let bias = if drop_bias { Bias::Drop } else { Bias::Refuse };
    // Output and dropout play no part in a spiking network.
    let file = weight_file::read(file)?;
    Ok(weight_file::to_mlp(&file, bias, Output::Relu, 1.0, None)?)
}
