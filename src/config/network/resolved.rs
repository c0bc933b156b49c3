//! A model as a file that says everything.

use super::{NetworkModel, Top, engine, oscillation, projection};
use crate::base::parameter::Dimension;
use crate::config::form::{self, write, write_entry};

/// The text of a model file that reads back as `model`, with every key explicit and every formula evaluated: it runs by
/// itself and is kept in the run file.
pub fn resolved_network(model: &NetworkModel) -> String {
    let network = &model.network;
    let mut text = form::write_top(&Top {
        experiment: "network",
        seed: network.seed,
        seeds: model.seeds,
        duration: model.is_one_run().then(|| model.duration()),
    });
    let (one, lanes) = (Dimension::One, network.lanes);
    let every = model.checkpoint_every;
    text += &write("engine", &engine::Engine { lanes }, one);
    text += &write("guard", &model.guard, one);
    text += &write("checkpoint", &engine::Checkpoint { every }, one);
    for population in &network.populations {
        text += &write(&format!("population.{}", population.name), population, one);
    }
    let weight = |targets: &[String]| network.weights_onto(targets).unwrap_or(one);
    for trigger in &network.triggers {
        text += &write(&format!("trigger.{}", trigger.name), trigger, one);
    }
    for own in &network.oscillations {
        let path = format!("oscillation.{}", own.name);
        text += &write(&path, &oscillation::Draft::of(own), one);
    }
    for modulator in &network.modulators {
        let path = format!("modulator.{}", modulator.name);
        text += &write(&path, modulator, one);
    }
    for projection in &network.projections {
        let path = format!("projection.{}", projection.name);
        text += &write(
            &path,
            &projection::Draft::of(projection),
            weight(&projection.targets),
        );
    }
    for force in &network.homeostasis {
        let projection = network
            .projections
            .iter()
            .find(|p| force.projections.contains(&p.name));
        let weight = projection.and_then(|projection| network.weights_of(projection).ok());
        let weight = weight.unwrap_or(one);
        text += &write(&format!("homeostasis.{}", force.name), force, weight);
    }
    for stimulus in &network.stimuli {
        let path = format!("stimulus.{}", stimulus.name);
        text += &write(&path, stimulus, weight(&stimulus.targets));
    }
    if let Some(played) = &model.played {
        text += &write("hypnogram", played, one);
    }
    if !model.is_one_run() {
        let bouts = model.bouts.iter().map(|bout| write_entry("bout", bout));
        text.extend(bouts);
    }
    text += &write("record", &model.record, one);
    for recall in &model.recalls {
        text += &write(&format!("recall.{}", recall.name), recall, one);
    }
    text += &write("figure", &model.figures, one);
    text
}
