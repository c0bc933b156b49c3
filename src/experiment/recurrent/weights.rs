//! The weights of a network that ran, over time.

use std::path::Path;

use crate::base::parameter::Dimension;
use crate::base::time::Time;
use crate::config::network::{NetworkModel, WeightFigure};
use crate::experiment::error::ExperimentError;
use crate::record::recording::Recording;
use crate::record::weight_statistics::WeightStatistics;
use crate::report::figure::{Bout, Course, Moment, WeightCourse};

/// Name of the figure without its endings.
pub(super) const NAME: &str = "weights";

/// Draws the `figure` of what the run file `run` of `model` holds, under its `bouts`, into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &WeightFigure,
    run: &Path,
    model: &NetworkModel,
    bouts: Vec<Bout>,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let course = |name: &String| {
        let statistics = run.weight_statistics(name)?;
        Ok(course(
            name,
            &unit(model, name),
            &statistics,
            named(model, name),
        ))
    };
    let courses = figure.projections.iter().map(course);
    let courses = courses.collect::<Result<_, ExperimentError>>()?;
    WeightCourse { courses, bouts }.draw(&directory.join(NAME))?;
    Ok(())
}

/// The unit of the weights of the projection called `name`, empty for none.
pub(in crate::experiment) fn unit(model: &NetworkModel, name: &str) -> String {
    let mut projections = model.network.projections.iter();
    let projection = projections.find(|projection| projection.name == name);
    let dimension = projection.map(|projection| model.network.weights_of(projection));
    let dimension = dimension.and_then(Result::ok);
    dimension.unwrap_or(Dimension::One).unit().into()
}

/// How many pairs of neurons the model file names whose weights are followed, of the projection called `name`.
pub(in crate::experiment) fn named(model: &NetworkModel, name: &str) -> usize {
    let observed = model.record.weight_statistics.as_ref();
    let own = observed.filter(|observed| observed.projections.iter().any(|own| own == name));
    own.map_or(0, |own| own.pairs.len())
}

/// The course of the weights of the projection called `name`, of whose synapses that are followed so many were `named`.
pub(in crate::experiment) fn course(
    name: &str,
    unit: &str,
    statistics: &[(Time, WeightStatistics)],
    named: usize,
) -> Course {
    let (first, last) = (statistics.first(), statistics.last());
    let moment = |(time, now): &(Time, WeightStatistics)| Moment {
        time_ms: time.as_ms(),
        n: now.n,
        mean: now.mean,
        quantiles: now.quantiles,
    };
    let n_tracked = first.map_or(0, |(_, first)| first.tracked.len());
    let tracked = |k: usize| {
        let weights = statistics.iter();
        weights
            .map(|(_, now)| now.tracked[k].weight.into())
            .collect()
    };
    let histogram = |of: Option<&(Time, WeightStatistics)>| {
        of.map(|(_, now)| (now.edges.clone(), now.histogram.clone()))
            .unwrap_or_default()
    };
    Course {
        name: name.into(),
        unit: unit.into(),
        moments: statistics.iter().map(moment).collect(),
        tracked: (0..n_tracked).map(tracked).collect(),
        named,
        histograms: [histogram(first), histogram(last)],
    }
}
