//! The network that a sleep is, and the model file that runs one sleep by itself.

use std::time;

use super::network::{Bout, Figures, NetworkModel, Record, Recorded, Selection, engine};
use super::sleep_replay::{Conversion, Input, Pattern, Sleep, SleepReplay, Weights};
use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{self, Value, Values};
use crate::engine::simulation::Keep;
use crate::mlp::weight_file::Bias;
use crate::network::{
    Choice, Connection, DELAY_RESOLUTION, Delay, Given, LayerFile, Learning, Network, Population,
    Projection, Pulses, Stimulus, Swings,
};
use crate::neuron::relay;
use crate::protocol::hypnogram::Kind;
use crate::stimulus::{image, spike_list};
use crate::synapse::dense::Dense;

/// What a spike of the input adds: any weight makes a relay fire.
const INPUT_WEIGHT: f64 = 1.0;

/// The network that sleeps: the input layer as relays, every other layer of the model's neurons at rest, a projection
/// without delay for each layer of weights, plastic where the model says so. `weights` gives those of the projection of a
/// number, `gains` its factor.
pub fn sleeping_network(
    experiment: &SleepReplay,
    weights: impl Fn(usize) -> Given<LayerFile, Dense>,
    gains: &[f64],
) -> Network {
    let names = experiment.mlp.layer_names();
    let constant = |value| Distribution::new(Shape::Constant(value)).ok();
    let mut network = Network::new(experiment.seed);
    for (l, name) in names.iter().enumerate() {
        let values = l
            .checked_sub(1)
            .and_then(|l| experiment.neuron.layers.get(l));
        network.populations.push(Population {
            name: name.clone(),
            size: u32::try_from(experiment.mlp.layers[l]).unwrap_or(u32::MAX),
            model: values.map_or(relay::SPEC.name, |_| experiment.neuron.model.name),
            values: values.cloned().unwrap_or_default(),
            positions: None,
            v_m: values
                .and_then(|values| values.number("e_l"))
                .map(Value::Number),
        });
    }
    let projections = gains.iter().enumerate().map(|(l, &gain)| {
        let rule = experiment.plasticity.layers.get(l).cloned().flatten();
        Projection {
            name: format!("{}_{}", names[l], names[l + 1]),
            source: names[l].clone(),
            targets: vec![names[l + 1].clone()],
            connection: Connection::Matrix(weights(l)),
            autapses: false,
            weight: constant(gain),
            delay: constant(0.0).map(|zero| Delay {
                axonal: zero,
                dendritic: zero,
                velocity: None,
            }),
            delay_resolution: DELAY_RESOLUTION,
            weight_profile: None,
            listed_dendritic: None,
            plasticity: rule.map(|values| {
                Learning::new(Choice {
                    spec: experiment.plasticity.rule,
                    values,
                })
            }),
            short_term: None,
        }
    });
    network.projections = projections.collect();
    network
}

/// The sleep of `experiment` as a network of its own, with the same spikes at the same times; `None` where it takes more
/// than files can say: weights that are trained first, gains from images, or the mean image of what was learnt.
pub fn sleep_as_network(experiment: &SleepReplay) -> Option<NetworkModel> {
    let (
        Weights::File {
            path,
            bias,
            layer_names,
        },
        Conversion::Gain(gains),
    ) = (&experiment.mlp.weights, &experiment.conversion)
    else {
        return None;
    };
    let names = experiment.mlp.layer_names();
    let layer = |l| {
        Given::File(LayerFile {
            path: path.clone(),
            drop_bias: *bias != Bias::Refuse,
            layer_names: layer_names.clone(),
            layer: l + 1,
        })
    };
    let mut network = sleeping_network(experiment, layer, gains);
    // As they are read.
    network.populations.sort_by(|a, b| a.name.cmp(&b.name));
    network.projections.sort_by(|a, b| a.name.cmp(&b.name));
    network.stimuli.push(Stimulus {
        name: names[0].clone(),
        kind: input(&experiment.sleep)?,
        targets: vec![names[0].clone()],
        weight: INPUT_WEIGHT,
        pulses: Pulses::default(),
        swings: Swings::default(),
        data: None,
    });
    let recorded = experiment.record.spikes.iter().map(|&l| names[l].clone());
    let recorded: Vec<String> = recorded.collect();
    let duration = *experiment.sleep.durations.first()?;
    let learning = network.learning().cloned().collect();
    Some(NetworkModel {
        network,
        seeds: 1,
        bouts: vec![Bout {
            name: experiment
                .bouts()
                .ok()?
                .into_iter()
                .find(|bout| bout.kind == Kind::Sleep)?
                .name,
            duration,
            stimuli: vec![names[0].clone()],
            keep: Keep::All,
            learning,
            ..Bout::bare(String::new())
        }],
        played: None,
        idle_stages: Vec::new(),
        guard: engine::guard(None),
        checkpoint_every: None::<time::Duration>,
        recalls: Vec::new(),
        figures: Figures::unsaid(&recorded, &[], (duration, false)),
        record: Record {
            spikes: recorded.into_iter().map(all_of).collect(),
            rates_bin: None,
            states: experiment.record.states.clone(),
            modulators: None,
            weights: experiment.record.weights.clone(),
            weight_statistics: None,
            compress: experiment.record.compress,
            report: experiment.record.report,
        },
    })
}

fn all_of(population: String) -> Recorded {
    Recorded {
        population,
        neurons: Selection::All,
    }
}

/// What drives the input layer of a sleep, where files say it.
fn input(sleep: &Sleep) -> Option<Choice> {
    let mut values = Values::new();
    let spec = match &sleep.input {
        Input::Spikes(file) => {
            values.insert("file", file.path.clone());
            if let Some(population) = &file.population {
                values.insert("population", population.clone());
            }
            if let Some(columns) = &file.columns {
                values.insert("columns", columns.table());
            }
            if let Some(first) = file.first_neuron {
                values.insert("first_neuron", first);
            }
            values.insert("from", 0.0);
            spike_list::ENTRY.spec
        }
        Input::Image {
            pattern: Pattern::File(file),
            max_rate_hz,
            patch,
        } => {
            values.insert("file", file.clone());
            values.insert("max_rate", *max_rate_hz);
            if let Some(patch) = patch {
                values.insert("side", patch.side as u64);
                values.insert("period", patch.period.as_ms());
            }
            if let Some(grid) = sleep.grid {
                values.insert("grid", grid.as_ms());
            }
            values.insert("streams", Value::Word("bout"));
            image::ENTRY.spec
        }
        Input::Image {
            pattern: Pattern::MeanImage,
            ..
        } => return None,
    };
    // With defaults, as they are read.
    let values = parameter::complete(spec, &values).ok()?;
    Some(Choice { spec, values })
}
