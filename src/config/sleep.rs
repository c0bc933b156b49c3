//! The network that a sleep is: the model file of `experiment = "network"` that runs one sleep by itself.

use std::collections::BTreeMap;
use std::path::Path;

use super::network::{
    DenseProjection, Figures, Guard, Initial, NetworkModel, Plasticity, Population, Record,
    Recorded, Selection, SpikeFile, Stimulus,
};
use super::sleep_replay::{Conversion, Input, SleepReplay, Weights};
use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Spec, Values};
use crate::base::time::Duration;
use crate::neuron::relay;

/// Span of the guards, which are off.
const WINDOW: Duration = Duration::from_ps(100_000_000_000);

/// The sleep of `experiment` as a network of its own, with the same spikes at the same times; `None` where it takes more
/// than files can say: weights that are trained first, gains from images, or an image as input.
pub fn sleep_as_network(experiment: &SleepReplay) -> Option<NetworkModel> {
    let (Weights::File { path, drop_bias }, Conversion::Gain(gains), Input::Spikes(spikes)) = (
        &experiment.mlp.weights,
        &experiment.conversion,
        &experiment.sleep.input,
    ) else {
        return None;
    };
    let names = experiment.mlp.layer_names();
    let mut populations = populations(experiment, &names)?;
    let mut dense: Vec<DenseProjection> = gains
        .iter()
        .enumerate()
        .map(|(l, gain)| DenseProjection {
            name: format!("{}_{}", names[l], names[l + 1]),
            source: names[l].clone(),
            target: names[l + 1].clone(),
            file: path.clone(),
            drop_bias: *drop_bias,
            layer: l + 1,
            gain: *gain,
            axonal_delay: Duration::ZERO,
            plasticity: experiment.plasticity.layers[l]
                .clone()
                .map(|values| Plasticity {
                    rule: experiment.plasticity.rule,
                    values,
                }),
        })
        .collect();
    // As they are read.
    populations.sort_by(|a, b| a.name.cmp(&b.name));
    dense.sort_by(|a, b| a.name.cmp(&b.name));
    let recorded = experiment.record.spikes.iter().map(|&l| Recorded {
        population: names[l].clone(),
        neurons: Selection::All,
    });
    Some(NetworkModel {
        seed: experiment.seed,
        duration: *experiment.sleep.durations.first()?,
        lanes: None,
        guard: Guard {
            max_rate_hz: None,
            min_rate_hz: None,
            window: WINDOW,
        },
        checkpoint_every: None,
        populations,
        projections: Vec::new(),
        dense,
        stimuli: vec![Stimulus::Spikes(given(spikes, &names[0]))],
        record: Record {
            spikes: recorded.collect(),
            rates_bin: None,
            states: Vec::new(),
            weights: None,
        },
        figures: Figures::default(),
    })
}

/// Every layer: relays, then neurons at rest.
fn populations(experiment: &SleepReplay, names: &[String]) -> Option<Vec<Population>> {
    let sizes = &experiment.mlp.layers;
    let population = |l: usize, model: &'static Spec, values: Values, v_m| {
        Some(Population {
            name: names[l].clone(),
            size: u32::try_from(sizes[l]).ok()?,
            model,
            values,
            each: BTreeMap::new(),
            initial: Initial { v_m },
        })
    };
    let mut populations = vec![population(0, &relay::SPEC, Values::new(), None)?];
    for (l, values) in experiment.neuron.layers.iter().enumerate() {
        let rest = values.number("e_l")?;
        let rest = Distribution::new(Shape::Constant(rest)).ok()?;
        let model = experiment.neuron.model;
        populations.push(population(l + 1, model, values.clone(), Some(rest))?);
    }
    Some(populations)
}

fn given(file: &Path, target: &str) -> SpikeFile {
    SpikeFile {
        name: target.to_owned(),
        target: target.to_owned(),
        weight: 1.0,
        file: file.to_owned(),
        population: None,
        from: Duration::ZERO,
    }
}
