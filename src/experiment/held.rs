//! A model as its run went: bouts may have ended before their time.

use crate::base::time::{Duration, Time};
use crate::config::network::NetworkModel;
use crate::run::instant::Instants;

/// `model` with its first bouts as long as they were, given by when they began and ended.
pub(super) fn held(
    model: &NetworkModel,
    went: impl IntoIterator<Item = (Time, Time)>,
) -> NetworkModel {
    let mut model = model.clone();
    for (bout, (start, stop)) in model.bouts.iter_mut().zip(went) {
        bout.duration = (stop - start).min(bout.duration);
    }
    model
}

/// Leaves figures of spikes with what there was before the end of a run of `model`; says which have nothing left.
pub(super) fn leave_what_was(model: &mut NetworkModel) {
    let end = model.duration();
    let fits = |name: &str, from: Duration, to: &mut Duration| {
        *to = (*to).min(end);
        if from >= end {
            tracing::warn!("`figure.{name}` is left out: the run was over after {end}");
        }
        from < end
    };
    let figures = &mut model.figures;
    if let Some(raster) = &mut figures.raster
        && !fits("raster", raster.from, &mut raster.to)
    {
        figures.raster = None;
    }
    if let Some(wave) = &mut figures.wave
        && !fits("wave", wave.from, &mut wave.to)
    {
        figures.wave = None;
    }
    let looks = [
        (
            "weights",
            model.record.weights.as_ref().map(|own| &own.instants),
        ),
        (
            "weight_statistics",
            model
                .record
                .weight_statistics
                .as_ref()
                .map(|own| &own.instants),
        ),
    ];
    for (key, instants) in looks {
        let Some(Instants::At(listed)) = instants else {
            continue;
        };
        let late = listed.iter().filter(|&&at| at > end).count();
        if late > 0 {
            tracing::warn!(
                "`record.{key}`: {late} of {} instants never came: the run was over after {end}",
                listed.len()
            );
        }
    }
}
