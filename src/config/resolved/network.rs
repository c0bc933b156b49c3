//! A typed network back into the text of a model file.

use std::time;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Value};
use crate::base::time::Duration;
use crate::config::network::{
    Connection, Current, DenseProjection, EdgeFile, Figures, Guard, Instants, NetworkModel,
    Plasticity, Poisson, Population, Projection, Record, RecordedWeights, SampledStates, Selection,
    SpikeFile, Stimulus,
};
use crate::config::quantity;

use super::{Text, path, quote, strings};

/// The text of a model file that reads back as `model`, with every key explicit and every formula evaluated: it runs by
/// itself and is kept in the run file.
pub fn resolved_network(model: &NetworkModel) -> String {
    let mut text = Text::default();
    text.line("schema = 1");
    text.line("experiment = \"network\"");
    text.key("seed", model.seed);
    text.key("duration", quantity::write_duration(model.duration));
    if let Some(lanes) = model.lanes {
        text.section("engine");
        text.key("lanes", lanes);
    }
    text.guard(&model.guard);
    text.checkpoint(model.checkpoint_every);
    for population in &model.populations {
        text.population(population);
    }
    for projection in &model.projections {
        text.projection(projection, model.weight(&projection.targets));
    }
    for projection in &model.dense {
        let target = std::slice::from_ref(&projection.target);
        text.dense(projection, model.weight(target));
    }
    for stimulus in &model.stimuli {
        text.section(&format!("stimulus.{}", stimulus.name()));
        match stimulus {
            Stimulus::Poisson(poisson) => text.poisson(poisson, model.weight(&poisson.targets)),
            Stimulus::Current(current) => text.current(current),
            Stimulus::Spikes(spikes) => {
                text.spikes(spikes, model.weight(std::slice::from_ref(&spikes.target)));
            }
        }
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

fn sampled(states: &SampledStates) -> String {
    let variables: Vec<&str> = states.variables.iter().map(|(_, name)| *name).collect();
    format!(
        "{{ population = {}, {}, variables = {}, every = {} }}",
        quote(&states.population),
        listed(&states.neurons),
        strings(&variables),
        quantity::write_duration(states.every)
    )
}

fn snapshots(weights: &RecordedWeights) -> String {
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

impl Text {
    fn population(&mut self, population: &Population) {
        self.section(&format!("population.{}", population.name));
        self.key("neuron", quote(population.model.name));
        self.key("size", population.size);
        for parameter in population.model.parameters {
            let (name, dimension) = (parameter.name, parameter.dimension());
            if let Some(value) = population.values.number(name) {
                self.key(name, quantity::write(value, dimension));
            } else if let Some(distribution) = population.each.get(name) {
                self.key(name, drawn(distribution, dimension));
            }
        }
        if let Some(v_m) = &population.initial.v_m {
            let v_m = drawn(v_m, Dimension::Voltage);
            self.key("initial", format!("{{ v_m = {v_m} }}"));
        }
    }

    fn projection(&mut self, projection: &Projection, weight: Dimension) {
        self.section(&format!("projection.{}", projection.name));
        self.key("source", quote(&projection.source));
        self.key("target", names(&projection.targets));
        self.connection(projection);
        if let Some(values) = &projection.weight {
            self.key("weight", drawn(values, weight));
        }
        // Either key would stand in place of the file's delays.
        if let Some(axonal) = &projection.axonal_delay_ms {
            let delay = |delay| drawn(delay, Dimension::Time);
            self.key("axonal_delay", delay(axonal));
            self.key("dendritic_delay", delay(&projection.dendritic_delay_ms));
        }
        let resolution = quantity::write_duration(projection.delay_resolution);
        self.key("delay_resolution", resolution);
    }

    fn dense(&mut self, projection: &DenseProjection, weight: Dimension) {
        self.section(&format!("projection.{}", projection.name));
        self.key("source", quote(&projection.source));
        self.key("target", quote(&projection.target));
        self.key("rule", quote("weights"));
        self.key("file", path(&projection.file));
        if projection.drop_bias {
            self.key("bias", quote("drop"));
        }
        self.key("layer", projection.layer);
        self.key("gain", quantity::write(projection.gain, weight));
        let delay = quantity::write_duration(projection.axonal_delay);
        self.key("axonal_delay", delay);
        let plasticity = match &projection.plasticity {
            None => quote("off"),
            Some(Plasticity { rule, values }) => {
                let parameters = rule.parameters.iter().filter_map(|parameter| {
                    let value =
                        quantity::write(values.number(parameter.name)?, parameter.dimension());
                    Some(format!(", {} = {value}", parameter.name))
                });
                let parameters: String = parameters.collect();
                format!("{{ rule = {}{parameters} }}", quote(rule.name))
            }
        };
        self.key("plasticity", plasticity);
    }

    fn connection(&mut self, projection: &Projection) {
        let rule = match &projection.connection {
            Connection::Rule(rule) => rule,
            Connection::File(EdgeFile { path, population }) => {
                self.key("rule", quote("from_file"));
                self.key("file", super::path(path));
                if let Some(population) = population {
                    self.key("population", quote(population));
                }
                return;
            }
        };
        self.key("rule", quote(rule.spec.name));
        for parameter in rule.spec.parameters {
            match rule.values.get(parameter.name) {
                Some(Value::Number(value)) => {
                    let value = quantity::write(*value, parameter.dimension());
                    self.key(parameter.name, value);
                }
                Some(Value::Count(n)) => self.key(parameter.name, n),
                Some(Value::Flag(flag)) => self.key(parameter.name, flag),
                Some(Value::Word(word)) => self.key(parameter.name, quote(word)),
                _ => {}
            }
        }
        self.key("autapses", projection.autapses);
    }

    fn poisson(&mut self, poisson: &Poisson, weight: Dimension) {
        self.key("kind", quote("poisson"));
        self.key("target", names(&poisson.targets));
        self.key("rate", quantity::write(poisson.rate_hz, Dimension::Rate));
        self.key("weight", quantity::write(poisson.weight, weight));
    }

    fn current(&mut self, current: &Current) {
        self.key("kind", quote("current"));
        self.key("target", names(&current.targets));
        let steps = current.steps.iter().map(|&(from, pa)| {
            let from = quantity::write_duration(Duration::from_ps(from.ps()));
            format!("[{from}, {}]", quantity::write(pa, Dimension::Current))
        });
        let steps: Vec<String> = steps.collect();
        self.key("steps", format!("[{}]", steps.join(", ")));
    }

    fn spikes(&mut self, spikes: &SpikeFile, weight: Dimension) {
        self.key("kind", quote("spikes"));
        self.key("target", quote(&spikes.target));
        self.key("file", path(&spikes.file));
        if let Some(population) = &spikes.population {
            self.key("population", quote(population));
        }
        self.key("weight", quantity::write(spikes.weight, weight));
        self.key("from", quantity::write_duration(spikes.from));
    }

    fn guard(&mut self, guard: &Guard) {
        let rate = |rate: Option<f64>| match rate {
            Some(hz) => quantity::write(hz, Dimension::Rate),
            None => quote("off"),
        };
        self.section("guard");
        self.key("max_rate", rate(guard.max_rate_hz));
        self.key("min_rate", rate(guard.min_rate_hz));
        self.key("window", quantity::write_duration(guard.window));
    }

    fn checkpoint(&mut self, every: Option<time::Duration>) {
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
