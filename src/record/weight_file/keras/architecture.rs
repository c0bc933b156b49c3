//! What a Keras model is made of, from its description.

use serde_json::Value;

use crate::base::shown::shown;
use crate::mlp::weight_file::{Format, Problem};

/// The dense layers of a model, from input to output.
#[derive(Debug)]
pub(super) struct Architecture {
    pub(super) layers: Vec<Dense>,
    /// What else is to say of the model, a sentence each.
    pub(super) beside: Vec<String>,
}

/// A dense layer.
#[derive(Debug)]
pub(super) struct Dense {
    /// Its own name.
    pub(super) name: String,
    /// Its group in `model.weights.h5`: `dense`, `dense_1`, …
    pub(super) group: String,
    pub(super) has_bias: bool,
    activation: String,
}

/// What does nothing to a vector outside training.
const IDLE: [&str; 6] = [
    "InputLayer",
    "Flatten",
    "Dropout",
    "GaussianNoise",
    "GaussianDropout",
    "ActivityRegularization",
];

impl Architecture {
    /// The layers of the model that `config` describes, as JSON.
    ///
    /// # Errors
    /// If it is no sequential model of dense layers with ReLU after all but the last.
    pub(super) fn new(config: &[u8]) -> Result<Self, Problem> {
        let config: Value = serde_json::from_slice(config)
            .map_err(|error| damaged(format!("the model's description: {error}")))?;
        let class = text(&config, "class_name");
        if class != "Sequential" {
            return Err(Problem::Part {
                what: "model",
                name: text(&config["config"], "name").into(),
                found: or_nothing(class),
                expected: "Sequential",
                help: "\n  help: save its layers as one chain: \
                       keras.Sequential(model.layers).save(\"new.keras\")",
            });
        }
        // Versions before 2.2 have the layers at once.
        let layers = config["config"]["layers"]
            .as_array()
            .or_else(|| config["config"].as_array())
            .ok_or_else(|| damaged("the model's description has no `layers`"))?;
        let mut architecture = Self {
            layers: Vec::new(),
            beside: Vec::new(),
        };
        for layer in layers {
            architecture.add(layer)?;
        }
        architecture.check()?;
        Ok(architecture)
    }

    fn add(&mut self, layer: &Value) -> Result<(), Problem> {
        let (class, config) = (text(layer, "class_name"), &layer["config"]);
        let name = text(config, "name");
        match class {
            "Dense" => {
                let group = match self.layers.len() {
                    0 => "dense".to_owned(),
                    n => format!("dense_{n}"),
                };
                self.layers.push(Dense {
                    name: name.into(),
                    group,
                    has_bias: config["use_bias"].as_bool().unwrap_or(true),
                    activation: activation(config),
                });
                Ok(())
            }
            "Activation" => self.apply(name, &activation(config)),
            "Softmax" => self.apply(name, "softmax"),
            "ReLU" if is_plain(config) => self.apply(name, "relu"),
            "ReLU" => Err(part(name, "ReLU with a bound, slope or threshold", "ReLU")),
            idle if IDLE.contains(&idle) => {
                if idle.contains("Dropout") || idle.contains("Noise") {
                    let said = format!("`{}` ({idle}) plays no part", shown(name));
                    self.beside.push(said);
                }
                Ok(())
            }
            other => {
                let expected = "Dense, ReLU, Softmax, Activation, Dropout, Flatten or InputLayer";
                Err(part(name, &or_nothing(other), expected))
            }
        }
    }

    /// Puts an activation behind the last layer.
    fn apply(&mut self, name: &str, activation: &str) -> Result<(), Problem> {
        if activation == "linear" {
            return Ok(());
        }
        let Some(last) = self.layers.last_mut() else {
            return Err(part(name, activation, "a dense layer before it"));
        };
        match last.activation.as_str() {
            "linear" => last.activation = activation.into(),
            same if same == activation => {}
            other => {
                let found = format!("{activation} after {other}");
                return Err(part(name, &found, "one activation between layers"));
            }
        }
        Ok(())
    }

    /// ReLU between layers, and at the end what keeps the order of its inputs.
    fn check(&mut self) -> Result<(), Problem> {
        let Some((last, hidden)) = self.layers.split_last() else {
            return Err(damaged("the model has no dense layer"));
        };
        let other = hidden.iter().find(|dense| dense.activation != "relu");
        if let Some(dense) = other {
            let found = format!("activation {}", dense.activation);
            return Err(part(&dense.name, &found, "relu between layers"));
        }
        match last.activation.as_str() {
            "linear" | "relu" | "softmax" => {
                let said = format!("the last layer's activation is {}", last.activation);
                self.beside.push(said);
                Ok(())
            }
            other => {
                let found = format!("activation {other}");
                let expected = "linear, relu or softmax of the last layer";
                Err(part(&last.name, &found, expected))
            }
        }
    }
}

fn damaged(detail: impl Into<String>) -> Problem {
    Problem::damaged(Format::Keras, detail)
}

fn part(name: &str, found: &str, expected: &'static str) -> Problem {
    Problem::Part {
        what: "layer",
        name: name.into(),
        found: found.into(),
        expected,
        help: "",
    }
}

/// The text `key` of an object, empty where there is none.
fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}

fn or_nothing(class: &str) -> String {
    match class {
        "" => "no class".into(),
        class => class.into(),
    }
}

/// The activation in a layer's `config`: a name, or an object that has one.
fn activation(config: &Value) -> String {
    let activation = &config["activation"];
    let name = activation
        .as_str()
        .or_else(|| activation["config"].as_str())
        .or_else(|| activation["class_name"].as_str());
    match name {
        Some(name) => name.to_lowercase(),
        None if activation.is_null() => "linear".into(),
        None => "without a name".into(),
    }
}

/// Whether a `ReLU` layer is max(x, 0) and nothing else.
fn is_plain(config: &Value) -> bool {
    let is_zero = |key: &str| config[key].as_f64().is_none_or(|value| value == 0.0);
    config["max_value"].is_null() && is_zero("negative_slope") && is_zero("threshold")
}
