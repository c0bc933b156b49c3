//! The weights of a network that ran, by source and target.

use std::path::Path;

use super::weights::unit;
use super::window::told;
use crate::analysis::weight_matrix::{self, over_difference};
use crate::config::network::{MatrixFigure, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::record::recording::Recording;
use crate::report::figure::WeightMatrix;

/// Name of the figure without its endings.
pub(super) const NAME: &str = "weight_matrix";

/// Draws the `figure` of what the run file `run` of `model` holds into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &MatrixFigure,
    run: &Path,
    model: &NetworkModel,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let moments = Recording::open(run)?.synapses(&figure.projection)?;
    let mut projections = model.network.projections.iter();
    let projection = projections.find(|known| known.name == figure.projection);
    let (Some(last), Some(projection)) = (moments.last(), projection) else {
        return Ok(());
    };
    let size = |name: &String| model.network.find(name).map_or(0, |known| known.size);
    let sizes = [
        size(&projection.source),
        projection.targets.iter().map(size).sum(),
    ];
    let plain =
        |synapse: &crate::plasticity::Synapse| (synapse.source, synapse.target, synapse.weight);
    let is_recurrent = projection.targets == [projection.source.clone()];
    let shown = match moments.len() {
        1 => vec![last],
        _ => moments.first().into_iter().chain([last]).collect(),
    };
    let shown = shown.into_iter().filter(|_| is_recurrent);
    let over_difference = shown.map(|moment| {
        let synapses = moment.synapses.iter().map(plain);
        (told(moment.time), over_difference(sizes[0], synapses))
    });
    let of_difference = match is_recurrent {
        true => " b: over the number of the target less that of the source.",
        false => "",
    };
    let matrix = weight_matrix::WeightMatrix::new(sizes, last.synapses.iter().map(plain));
    let cell = |end: usize| match matrix.parts[end] as u32 == sizes[end] {
        true => "neuron".to_owned(),
        false => format!("{} parts", matrix.parts[end]),
    };
    let panel = if is_recurrent { " a: of" } else { " Of" };
    let caption = format!(
        "{}: mean strengths, without sign.{panel} the synapses at {}, by source ({}) and target ({}); white where there are \
         none.{of_difference}",
        figure.projection,
        told(last.time),
        cell(0),
        cell(1)
    );
    WeightMatrix {
        matrix,
        over_difference: over_difference.collect(),
        ends: [projection.source.clone(), projection.targets.join(", ")],
        unit: unit(model, &figure.projection),
        caption,
    }
    .draw(&directory.join(NAME))?;
    Ok(())
}
