//! How many synapses the neurons of a network that ran have, over time.

use std::path::Path;

use crate::analysis::degree::Degrees;
use crate::base::time::Time;
use crate::config::network::{DegreeFigure, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::plasticity::Synapse;
use crate::plasticity::homeostasis::{self, Act};
use crate::record::recording::{Recording, Synapses};
use crate::report::figure::{Bout, Course, DegreeCourse, Moment};

/// Name of the figure without its endings.
pub(super) const NAME: &str = "degrees";

/// Draws the `figure` of what the run file `run` of `model` holds, under its `bouts`, into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw(
    figure: &DegreeFigure,
    run: &Path,
    model: &NetworkModel,
    bouts: Vec<Bout>,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let moments = Recording::open(run)?.synapses(&figure.projection)?;
    let mut projections = model.network.projections.iter();
    let Some(projection) = projections.find(|known| known.name == figure.projection) else {
        return Ok(());
    };
    let (onto, of) = (projection.targets.join(", "), &projection.source);
    let courses = vec![
        End {
            name: format!("{}: onto a neuron of {onto}", projection.name),
            populations: &projection.targets,
            node: |synapse| synapse.target,
        }
        .course(model, &moments),
        End {
            name: format!("{}: of a neuron of {of}", projection.name),
            populations: std::slice::from_ref(of),
            node: |synapse| synapse.source,
        }
        .course(model, &moments),
    ];
    let mut caption =
        "Bands: the middle 50 and 90 % of neurons at each instant at which synapses were recorded."
            .to_owned();
    let ends = projection.targets.iter().chain([of]);
    if ends.into_iter().any(|name| comes_later(model, name)) {
        caption += " Neurons that come while the network runs count from their first synapse on.";
    }
    DegreeCourse {
        courses,
        bouts,
        caption,
    }
    .draw(&directory.join(NAME))?;
    Ok(())
}

/// Whether neurons of a population come while the network runs.
fn comes_later(model: &NetworkModel, population: &String) -> bool {
    let mut forces = model.network.homeostasis.iter();
    forces.any(|force| {
        let act = homeostasis::build(force.kind.spec.name, &force.kind.values);
        matches!(act, Ok(Act::Birth(_))) && force.populations.contains(population)
    })
}

/// One end of all synapses.
struct End<'a> {
    /// What is counted.
    name: String,
    /// The populations at that end.
    populations: &'a [String],
    /// Which of their neurons, counted over all, a synapse has there.
    node: fn(&Synapse) -> u32,
}

impl End<'_> {
    /// How many synapses neurons have at each moment.
    fn course(self, model: &NetworkModel, moments: &[Synapses]) -> Course {
        let mut is_there = Vec::new();
        for name in self.populations {
            let size = model.network.find(name).map_or(0, |known| known.size);
            let all_along = !comes_later(model, name);
            is_there.resize(is_there.len() + size as usize, all_along);
        }
        let n = is_there.len() as u32;
        let mut all = Vec::new();
        for moment in moments {
            for synapse in &moment.synapses {
                if let Some(own) = is_there.get_mut((self.node)(synapse) as usize) {
                    *own = true;
                }
            }
            let ends = moment.synapses.iter().map(self.node);
            all.push((
                moment.time,
                Degrees::new(n, ends, |node| is_there[node as usize]),
            ));
        }
        let most = all.iter().map(|(_, degrees)| degrees.most()).max();
        let histogram = |of: Option<&(_, Degrees)>| {
            of.map(|(_, degrees)| degrees.histogram(most.unwrap_or(0)))
                .unwrap_or_default()
        };
        let histograms = [histogram(all.first()), histogram(all.last())];
        let moment = |(time, degrees): &(Time, Degrees)| Moment {
            time_ms: time.as_ms(),
            n: degrees.n() as u64,
            mean: degrees.mean(),
            quantiles: degrees.quantiles(),
        };
        Course {
            name: self.name,
            unit: String::new(),
            moments: all.iter().map(moment).collect(),
            tracked: Vec::new(),
            named: 0,
            histograms,
        }
    }
}
