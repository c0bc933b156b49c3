//! A typed network back into the text of a model file.

use std::collections::BTreeMap;
use std::time;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Spec, Value, Values};
use crate::config::network::{
    Bout, Figures, Guard, Instants, NetworkModel, Record, RecordedWeights, SampledStates, Selection,
};
use crate::config::quantity;
use crate::connection;
use crate::engine::simulation::Keep;
use crate::network::projection::WEIGHTS;
use crate::network::{Choice, Connection, Given, Population, Projection, Stimulus};
use crate::{neuron, stimulus};

use super::{Text, path, quote, strings};

/// The text of a model file that reads back as `model`, with every key explicit and every formula evaluated: it runs by
/// itself and is kept in the run file.
pub fn resolved_network(model: &NetworkModel) -> String {
    let mut text = Text::default();
    text.line("schema = 1");
    text.line("experiment = \"network\"");
    let network = &model.network;
    text.key("seed", network.seed);
    text.key("seeds", model.seeds);
    if model.is_one_run() {
        text.key("duration", quantity::write_duration(model.duration()));
    }
    if let Some(lanes) = network.lanes {
        text.section("engine");
        text.key("lanes", lanes);
    }
    text.guard(&model.guard);
    text.checkpoint(model.checkpoint_every);
    for population in &network.populations {
        text.population(population);
    }
    for projection in &network.projections {
        text.projection(projection, network.weight_dimension(&projection.targets));
    }
    for stimulus in &network.stimuli {
        text.stimulus(stimulus, network.weight_dimension(&stimulus.targets));
    }
    if !model.is_one_run() {
        model.bouts.iter().for_each(|bout| text.bout(bout));
    }
    text.network_record(&model.record);
    text.network_figures(&model.figures);
    text.0
}

/// A value, or a table that says how values are drawn.
fn drawn(distribution: &Distribution, dimension: Dimension) -> String {
    let value = |value: f64| quantity::write(value, dimension);
    let (form, mut keys) = match distribution.shape() {
        Shape::Constant(constant) => return value(constant),
        Shape::Uniform { low, high } => ("uniform", vec![("low", low), ("high", high)]),
        Shape::Normal { mean, sd } => ("normal", vec![("mean", mean), ("sd", sd)]),
        Shape::LogNormal { mean, sd } => ("log_normal", vec![("mean", mean), ("sd", sd)]),
        Shape::Exponential { offset, mean } => {
            ("exponential", vec![("mean", mean), ("offset", offset)])
        }
    };
    let (low, high) = distribution.bounds();
    let bounds = [("low", low), ("high", high)];
    keys.extend(bounds.into_iter().filter(|(_, bound)| bound.is_finite()));
    let keys: Vec<String> = keys
        .into_iter()
        .map(|(key, number)| format!(", {key} = {}", value(number)))
        .collect();
    format!("{{ distribution = {}{} }}", quote(form), keys.concat())
}

/// `{ key = "text", … }`.
pub(super) fn texts(table: &BTreeMap<&'static str, String>) -> String {
    let keys = table
        .iter()
        .map(|(key, text)| format!("{key} = {}", quote(text)));
    format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
}

fn names(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    strings(&names)
}

/// The key that names `nodes`, ascending: `first` for those from number 0 on.
fn listed(nodes: &[u32]) -> String {
    match nodes.last() {
        Some(&last) if last as usize == nodes.len() - 1 => format!("first = {}", nodes.len()),
        _ => format!("neurons = {nodes:?}"),
    }
}

pub(super) fn sampled(states: &SampledStates) -> String {
    let variables: Vec<&str> = states.variables.iter().map(|(_, name)| *name).collect();
    format!(
        "{{ population = {}, {}, variables = {}, every = {} }}",
        quote(&states.population),
        listed(&states.neurons),
        strings(&variables),
        quantity::write_duration(states.every)
    )
}

pub(super) fn snapshots(weights: &RecordedWeights) -> String {
    let instants = match &weights.instants {
        Instants::At(listed) => {
            let listed: Vec<String> = listed
                .iter()
                .copied()
                .map(quantity::write_duration)
                .collect();
            format!("at = [{}]", listed.join(", "))
        }
        Instants::Every(every) => format!("every = {}", quantity::write_duration(*every)),
    };
    format!(
        "{{ projection = {}, {instants} }}",
        names(&weights.projections)
    )
}

/// `{ rule = "…", … }`.
fn learning(choice: &Choice) -> String {
    let values = written(choice.spec, &choice.values, Dimension::One);
    let values = values.map(|(name, value)| format!(", {name} = {value}"));
    format!(
        "{{ rule = {}{} }}",
        quote(choice.spec.name),
        values.collect::<String>()
    )
}

/// Names and values of the parameters of `spec`, weights in the unit of `weight`.
fn written<'v>(
    spec: &'static Spec,
    values: &'v Values,
    weight: Dimension,
) -> impl Iterator<Item = (&'static str, String)> + 'v {
    spec.parameters.iter().filter_map(move |parameter| {
        let dimension = match parameter.dimension() {
            Dimension::Weight => weight,
            dimension => dimension,
        };
        let value = match values.get(parameter.name)? {
            Value::Number(value) => quantity::write(*value, dimension),
            Value::Drawn(distribution) => drawn(distribution, dimension),
            Value::Blocks(blocks) => {
                let blocks = blocks.iter().map(|&(n, value)| {
                    let value = quantity::write(value, dimension);
                    format!("[{n}, {value}]")
                });
                format!("[{}]", blocks.collect::<Vec<_>>().join(", "))
            }
            Value::Count(n) => n.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Word(word) => quote(word),
            Value::Text(text) => quote(text),
            Value::Names(list) => names(list),
            Value::File(file) => path(file),
            Value::Table(table) => texts(table),
            Value::Steps(steps) => {
                let steps = steps.iter().map(|&(from, value)| {
                    let from = quantity::write(from, Dimension::Time);
                    format!("[{from}, {}]", quantity::write(value, dimension))
                });
                format!("[{}]", steps.collect::<Vec<_>>().join(", "))
            }
        };
        Some((parameter.name, value))
    })
}

impl Text {
    fn population(&mut self, population: &Population) {
        self.section(&format!("population.{}", population.name));
        self.key("neuron", quote(population.model));
        self.key("size", population.size);
        if let Ok(model) = neuron::model(population.model) {
            self.values(model.spec, &population.values, Dimension::One);
        }
        if let Some(v_m) = &population.v_m {
            let v_m = drawn(v_m, Dimension::Voltage);
            self.key("initial", format!("{{ v_m = {v_m} }}"));
        }
    }

    fn projection(&mut self, projection: &Projection, weight: Dimension) {
        self.section(&format!("projection.{}", projection.name));
        self.key("source", quote(&projection.source));
        match projection.targets.as_slice() {
            [target] if projection.is_dense() => self.key("target", quote(target)),
            targets => self.key("target", names(targets)),
        }
        match &projection.connection {
            Connection::Rule(choice) => {
                self.key("rule", quote(choice.spec.name));
                self.values(choice.spec, &choice.values, weight);
                self.key("autapses", projection.autapses);
            }
            Connection::Edges(edges) => {
                self.key("rule", quote(connection::LISTED));
                // Data that are here cannot be written: they came with a program, not with a model file.
                if let Given::File(file) = edges {
                    self.key("file", path(&file.path));
                    if let Some(population) = &file.population {
                        self.key("population", quote(population));
                    }
                    if let Some(types) = &file.types {
                        self.key("types", path(types));
                    }
                    if let Some(folder) = &file.synapse_models {
                        self.key("synapse_models", path(folder));
                    }
                }
            }
            Connection::Matrix(weights) => {
                self.key("rule", quote(WEIGHTS.name));
                if let Given::File(file) = weights {
                    self.key("file", path(&file.path));
                    if file.drop_bias {
                        self.key("bias", quote("drop"));
                    }
                    if let Some(names) = &file.layer_names {
                        self.key("layer_names", strings(names));
                    }
                    self.key("layer", file.layer);
                }
            }
        }
        if let Some(values) = &projection.weight {
            let key = if projection.is_dense() {
                "gain"
            } else {
                "weight"
            };
            self.key(key, drawn(values, weight));
        }
        // Either key would stand in place of a file's delays.
        if let Some(delay) = &projection.delay {
            self.key("axonal_delay", drawn(&delay.axonal, Dimension::Time));
            if !projection.is_dense() {
                self.key("dendritic_delay", drawn(&delay.dendritic, Dimension::Time));
            }
        }
        if projection.is_dense() {
            let plasticity = projection.plasticity.as_ref();
            self.key("plasticity", plasticity.map_or(quote("off"), learning));
        } else {
            let resolution = quantity::write_duration(projection.delay_resolution);
            self.key("delay_resolution", resolution);
        }
    }

    fn stimulus(&mut self, stimulus: &Stimulus, weight: Dimension) {
        self.section(&format!("stimulus.{}", stimulus.name));
        let spec = stimulus.kind.spec;
        self.key("kind", quote(spec.name));
        let entry = stimulus::entry(spec.name).ok();
        match stimulus.targets.as_slice() {
            [target] if entry.is_some_and(|entry| entry.names_neurons) => {
                self.key("target", quote(target));
            }
            targets => self.key("target", names(targets)),
        }
        self.values(spec, &stimulus.kind.values, weight);
        if entry.is_some_and(|entry| entry.arrives) {
            self.key("weight", quantity::write(stimulus.weight, weight));
        }
    }

    /// Every parameter of `spec` that has a value, weights in the unit of `weight`.
    fn values(&mut self, spec: &'static Spec, values: &Values, weight: Dimension) {
        for (name, value) in written(spec, values, weight) {
            self.key(name, value);
        }
    }

    fn bout(&mut self, bout: &Bout) {
        self.line("");
        self.line("[[bout]]");
        self.key("name", quote(&bout.name));
        self.key("duration", quantity::write_duration(bout.duration));
        self.key("stimuli", names(&bout.stimuli));
        let keep = match bout.keep {
            Keep::All => "all",
            Keep::Weights => "weights",
        };
        self.key("keep", quote(keep));
    }

    pub(super) fn guard(&mut self, guard: &Guard) {
        let rate = |rate: Option<f64>| match rate {
            Some(hz) => quantity::write(hz, Dimension::Rate),
            None => quote("off"),
        };
        self.section("guard");
        self.key("max_rate", rate(guard.max_rate_hz));
        self.key("min_rate", rate(guard.min_rate_hz));
        self.key("window", quantity::write_duration(guard.window));
    }

    pub(super) fn checkpoint(&mut self, every: Option<time::Duration>) {
        let every = match every {
            // Whole microseconds, and no more of them than the clock holds.
            Some(every) => quantity::write(every.as_micros() as f64 / 1e3, Dimension::Time),
            None => quote("off"),
        };
        self.section("checkpoint");
        self.key("every", every);
    }

    fn network_record(&mut self, record: &Record) {
        self.section("record");
        let spikes = record.spikes.iter().map(|recorded| {
            let name = quote(&recorded.population);
            match &recorded.neurons {
                Selection::All => name,
                Selection::Some(nodes) => format!("{{ population = {name}, {} }}", listed(nodes)),
            }
        });
        let spikes: Vec<String> = spikes.collect();
        self.key("spikes", format!("[{}]", spikes.join(", ")));
        let rates = match record.rates_bin {
            Some(bin) => format!("{{ bin = {} }}", quantity::write_duration(bin)),
            None => quote("off"),
        };
        self.key("rates", rates);
        let states: Vec<String> = record.states.iter().map(sampled).collect();
        self.key("states", format!("[{}]", states.join(", ")));
        let weights = record.weights.as_ref().map_or(quote("off"), snapshots);
        self.key("weights", weights);
    }

    fn network_figures(&mut self, figures: &Figures) {
        let Some(raster) = &figures.raster else {
            return;
        };
        self.section("figure.raster");
        self.key("populations", names(&raster.populations));
        self.key("from", quantity::write_duration(raster.from));
        self.key("to", quantity::write_duration(raster.to));
        if let Some(neurons) = raster.neurons {
            self.key("neurons", neurons);
        }
    }
}
