//! A typed network back into the text of a model file.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::Dimension;
use crate::config::network::{
    Connection, EdgeFile, Figures, NetworkModel, Poisson, Population, Projection, Record,
};
use crate::config::quantity;
use crate::network::rule::Rule;

use super::{Text, quote, strings};

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
    for population in &model.populations {
        text.population(population);
    }
    for projection in &model.projections {
        text.projection(projection);
    }
    for stimulus in &model.stimuli {
        text.stimulus(stimulus);
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

impl Text {
    fn population(&mut self, population: &Population) {
        self.section(&format!("population.{}", population.name));
        self.key("neuron", quote(population.model.name));
        self.key("size", population.size);
        for parameter in population.model.parameters {
            if let Some(value) = population.values.get(parameter.name) {
                self.key(parameter.name, quantity::write(*value, parameter.dimension));
            }
        }
        let v_m = drawn(&population.initial.v_m, Dimension::Voltage);
        self.key("initial", format!("{{ v_m = {v_m} }}"));
    }

    fn projection(&mut self, projection: &Projection) {
        self.section(&format!("projection.{}", projection.name));
        self.key("source", quote(&projection.source));
        self.key("target", names(&projection.targets));
        self.connection(projection);
        if let Some(weight) = &projection.weight {
            self.key("weight", drawn(weight, Dimension::Voltage));
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
        self.key("rule", quote(rule.name()));
        let counted = match *rule {
            // Edges are only given through files.
            Rule::OneToOne | Rule::AllToAll | Rule::Given(_) => false,
            Rule::FixedProbability(p) => {
                self.key("probability", format!("{p:?}"));
                false
            }
            Rule::FixedInDegree(degree) => {
                self.key("in_degree", degree);
                true
            }
            Rule::FixedOutDegree(degree) => {
                self.key("out_degree", degree);
                true
            }
            Rule::FixedTotal(total) => {
                self.key("total", total);
                true
            }
        };
        self.key("autapses", projection.autapses);
        if counted {
            self.key("multapses", projection.multapses);
        }
    }

    fn stimulus(&mut self, stimulus: &Poisson) {
        self.section(&format!("stimulus.{}", stimulus.name));
        self.key("kind", quote("poisson"));
        self.key("target", names(&stimulus.targets));
        self.key("rate", quantity::write(stimulus.rate_hz, Dimension::Rate));
        self.key(
            "weight",
            quantity::write(stimulus.weight, Dimension::Voltage),
        );
    }

    fn network_record(&mut self, record: &Record) {
        self.section("record");
        self.key("spikes", names(&record.spikes));
        let rates = match record.rates_bin {
            Some(bin) => format!("{{ bin = {} }}", quantity::write_duration(bin)),
            None => quote("off"),
        };
        self.key("rates", rates);
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
