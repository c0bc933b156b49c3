//! A typed experiment back into the text of a model file, with every default written out.

mod network;

use std::fmt::Write;
use std::path::Path;

use crate::base::parameter::{Dimension, Spec, Values};
use crate::mlp::perceptron::Output;

use super::quantity;
use super::sleep_replay::{
    After, Amount, Compare, Conversion, Data, Export, FILE_KEYS, Input, Mlp, Neuron, Pattern,
    Plasticity, Record, Sleep, SleepReplay, Source, Statistics, TrainImages, Weights,
};
use network::texts;

/// The text of a model file that reads back as `experiment`, with every key explicit and every path absolute: it runs by
/// itself and is kept in the run file.
pub fn resolved(experiment: &SleepReplay) -> String {
    let names = experiment.mlp.layer_names();
    let driven = names.get(1..).unwrap_or_default();
    let mut text = Text::default();
    text.line("schema = 1");
    text.line("experiment = \"sleep_replay\"");
    text.key("seed", experiment.seed);
    text.key("seeds", experiment.seeds);
    if let Some(data) = &experiment.data {
        text.data(data);
    }
    text.mlp(&experiment.mlp);
    text.conversion(&experiment.conversion);
    text.neuron(&experiment.neuron, driven);
    text.plasticity(&experiment.plasticity, driven);
    text.sleep(&experiment.sleep);
    text.compare(&experiment.compare);
    text.guard(&experiment.guard);
    text.checkpoint(experiment.checkpoint_every);
    text.record(&experiment.record, &names);
    text.output(&experiment.output);
    text.0
}

pub use network::resolved_network;

/// `text` as a TOML string.
fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn path(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

/// `["a", "b"]`.
fn strings<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::All => quote("all"),
        Amount::First(n) => n.to_string(),
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn section(&mut self, name: &str) {
        self.line("");
        self.line(&format!("[{name}]"));
    }

    fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn data(&mut self, data: &Data) {
        self.section("data");
        match &data.source {
            Source::EmbeddedMnist => self.key("source", quote("embedded:mnist")),
            Source::EmbeddedPatches => self.key("source", quote("embedded:patches")),
            Source::Directory(directory) => self.key("source", path(directory)),
            Source::Files(files) => {
                for (key, file) in FILE_KEYS.iter().zip(files) {
                    self.key(key, path(file));
                }
            }
        }
        self.key("tasks", format!("{:?}", data.tasks));
        self.train_images(&data.train);
    }

    fn train_images(&mut self, train: &TrainImages) {
        match train {
            TrainImages::PerTask(n) => self.key("train_per_task", amount(*n)),
            TrainImages::PerClass(amounts) => {
                let classes: Vec<String> = amounts
                    .iter()
                    .map(|(class, n)| format!("{class} = {}", amount(*n)))
                    .collect();
                self.key("train_per_class", format!("{{ {} }}", classes.join(", ")));
            }
        }
    }

    fn mlp(&mut self, mlp: &Mlp) {
        self.section("mlp");
        self.key("layers", format!("{:?}", mlp.layers));
        self.key(
            "output",
            quote(match mlp.output {
                Output::Relu => "relu",
                Output::Softmax => "softmax",
            }),
        );
        match &mlp.weights {
            Weights::File {
                path: file,
                drop_bias,
                layer_names,
            } => {
                self.key("weights", path(file));
                self.key("bias", if *drop_bias { "\"drop\"" } else { "false" });
                if let Some(names) = layer_names {
                    self.key("layer_names", strings(names));
                }
            }
            Weights::Trained {
                init,
                bias,
                training,
            } => {
                self.key("bias", bias);
                self.key("init", format!("{init:?}"));
                self.section("mlp.training");
                self.key("epochs", format!("{:?}", training.epochs));
                self.key("batch", training.batch);
                self.key("learning_rate", format!("{:?}", training.learning_rate));
                self.key("momentum", format!("{:?}", training.momentum));
                self.key("dropout", format!("{:?}", training.dropout));
                self.key("rehearsal", format!("{:?}", training.rehearsal));
            }
        }
    }

    fn conversion(&mut self, conversion: &Conversion) {
        self.section("conversion");
        match conversion {
            Conversion::DataMax { statistics, scale } => {
                self.key("method", quote("data_max"));
                self.key(
                    "statistics",
                    quote(match statistics {
                        Statistics::SeenTasks => "seen_tasks",
                        Statistics::CurrentTask => "current_task",
                    }),
                );
                self.key("scale", format!("{scale:?}"));
            }
            Conversion::Gain(gain) => self.key("gain", format!("{gain:?}")),
        }
    }

    fn neuron(&mut self, neuron: &Neuron, layers: &[String]) {
        self.section("neuron");
        self.key("model", quote(neuron.model.name));
        let values: Vec<(&str, &Values)> = layers
            .iter()
            .map(String::as_str)
            .zip(&neuron.layers)
            .collect();
        self.parameters(neuron.model, &values);
    }

    fn plasticity(&mut self, plasticity: &Plasticity, layers: &[String]) {
        self.section("plasticity");
        self.key("rule", quote(plasticity.rule.name));
        let values: Vec<(&str, &Values)> = layers
            .iter()
            .zip(&plasticity.layers)
            .filter_map(|(layer, values)| Some((layer.as_str(), values.as_ref()?)))
            .collect();
        let onto: Vec<&str> = values.iter().map(|(layer, _)| *layer).collect();
        self.key("onto", strings(&onto));
        self.parameters(plasticity.rule, &values);
    }

    /// One value where all layers agree, otherwise a table per layer.
    fn parameters(&mut self, spec: &Spec, layers: &[(&str, &Values)]) {
        for parameter in spec.parameters {
            let written: Vec<(&str, String)> = layers
                .iter()
                .filter_map(|(layer, values)| {
                    let value = values.number(parameter.name)?;
                    Some((*layer, parameter_value(value, parameter.dimension())))
                })
                .collect();
            let Some((_, first)) = written.first() else {
                continue;
            };
            if written.iter().all(|(_, value)| value == first) {
                self.key(parameter.name, first);
            } else {
                let entries: Vec<String> = written
                    .iter()
                    .map(|(layer, value)| format!("{layer} = {value}"))
                    .collect();
                self.key(parameter.name, format!("{{ {} }}", entries.join(", ")));
            }
        }
    }

    fn sleep(&mut self, sleep: &Sleep) {
        self.section("sleep");
        self.key(
            "after",
            quote(match sleep.after {
                After::EachTask => "each_task",
                After::LastTask => "last_task",
            }),
        );
        let durations: Vec<String> = sleep
            .durations
            .iter()
            .map(|duration| quantity::write_duration(*duration))
            .collect();
        self.key("duration", format!("[{}]", durations.join(", ")));
        match sleep.grid {
            Some(step) => self.key("grid", quantity::write_duration(step)),
            None => self.key("grid", quote("off")),
        }
        self.section("sleep.input");
        match &sleep.input {
            Input::Spikes(file) => {
                self.key("spikes", path(&file.path));
                if let Some(population) = &file.population {
                    self.key("population", quote(population));
                }
                if let Some(columns) = &file.columns {
                    self.key("columns", texts(&columns.table()));
                }
                if let Some(first) = file.first_neuron {
                    self.key("first_neuron", first);
                }
            }
            Input::Image {
                pattern,
                max_rate_hz,
                patch,
            } => {
                match pattern {
                    Pattern::MeanImage => self.key("pattern", quote("mean_image")),
                    Pattern::File(file) => self.key("pattern", path(file)),
                }
                self.key("max_rate", quantity::write(*max_rate_hz, Dimension::Rate));
                match patch {
                    Some(patch) => {
                        let period = quantity::write_duration(patch.period);
                        let side = patch.side;
                        self.key("patch", format!("{{ side = {side}, period = {period} }}"));
                    }
                    None => self.key("patch", quote("off")),
                }
            }
        }
    }

    fn compare(&mut self, compare: &Compare) {
        let all = [
            (compare.sequential, "sequential"),
            (compare.joint.is_some(), "joint"),
            (compare.mean_weights, "mean_weights"),
        ];
        let models: Vec<&str> = all
            .iter()
            .filter_map(|(on, name)| on.then_some(*name))
            .collect();
        self.section("compare");
        self.key("models", strings(&models));
        if let Some(joint) = &compare.joint {
            self.section("compare.joint");
            self.train_images(&joint.train);
            self.key("epochs", joint.epochs);
        }
    }

    fn record(&mut self, record: &Record, names: &[String]) {
        let spikes: Vec<&str> = record
            .spikes
            .iter()
            .filter_map(|&l| names.get(l).map(String::as_str))
            .collect();
        self.section("record");
        self.key("spikes", strings(&spikes));
        let states: Vec<String> = record.states.iter().map(network::sampled).collect();
        self.key("states", format!("[{}]", states.join(", ")));
        let around = quote("around_sleep");
        let instants = record.weights.as_ref().map(network::snapshots);
        let weights = match (record.weights_around_sleep, instants) {
            (false, None) => quote("off"),
            (true, None) => around,
            (false, Some(instants)) => instants,
            (true, Some(instants)) => format!("[{around}, {instants}]"),
        };
        self.key("weights", weights);
    }

    fn output(&mut self, output: &Export) {
        let formats = [(output.safetensors, "safetensors"), (output.npz, "npz")];
        let formats: Vec<&str> = formats
            .iter()
            .filter_map(|(on, name)| on.then_some(*name))
            .collect();
        self.section("output");
        self.key("weights", strings(&formats));
        self.key("figures", output.figures);
    }
}

/// A parameter's value; potentials of a network made from an MLP are bare numbers.
fn parameter_value(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::Voltage => quantity::write(value, Dimension::One),
        dimension => quantity::write(value, dimension),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::config::{Options, parse, read};

    fn shipped(name: &str) -> SleepReplay {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("models")
            .join(name);
        let model = read(&path, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        model.sleep_replay().unwrap()
    }

    fn again(experiment: &SleepReplay) -> SleepReplay {
        let text = resolved(experiment);
        parse(
            "resolved",
            &text,
            Path::new("/elsewhere"),
            &Options::default(),
        )
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .sleep_replay()
        .unwrap()
    }

    #[test]
    fn shipped_models_read_back_as_themselves() {
        for name in ["digits", "mnist", "fashion", "patches"] {
            let experiment = shipped(&format!("sleep_replay_{name}.toml"));
            assert_eq!(again(&experiment), experiment, "{name}");
            assert_eq!(
                resolved(&again(&experiment)),
                resolved(&experiment),
                "{name}"
            );
        }
    }

    #[test]
    fn the_shortest_model_reads_back_as_itself() {
        let text = r#"
            schema = 1
            experiment = "sleep_replay"
            [mlp]
            layers = [9, 2]
            weights = 'a "b".npz'
            bias = "drop"
            layer_names = ["first"]
            [conversion]
            gain = [3]
            [neuron]
            model = "lif"
            tau_m = "1 s"
            v_th = 1
            [plasticity]
            rule = "sleep_replay"
            onto = []
            [sleep]
            duration = "0.1 ms"
            input = { spikes = "raster.csv" }
        "#;
        let model = parse("m", text, Path::new("/x"), &Options::default()).unwrap();
        let experiment = model.sleep_replay().unwrap();
        assert_eq!(
            experiment.mlp.weights,
            Weights::File {
                path: "/x/a \"b\".npz".into(),
                drop_bias: true,
                layer_names: Some(vec!["first".into()]),
            }
        );
        assert_eq!(experiment.sleep.after, After::LastTask);
        assert_eq!(again(&experiment), experiment);
    }

    proptest! {
        #[test]
        fn any_numbers_read_back_as_the_same_bits(
            v_th in proptest::collection::vec(1e-300..1e300f64, 3),
            tau in 1e-8..9e9f64,
            rate in 0.0..500.0f64,
            ps in 1..1_000_000_000_000_000i64,
            scale in 1e-300..1e300f64,
        ) {
            let mut experiment = shipped("sleep_replay_digits.toml");
            for (values, v_th) in experiment.neuron.layers.iter_mut().zip(&v_th) {
                values.insert("v_th", *v_th);
                values.insert("tau_m", tau);
            }
            if let Input::Image { max_rate_hz, .. } = &mut experiment.sleep.input {
                *max_rate_hz = rate;
            }
            experiment.sleep.durations[0] = crate::base::time::Duration::from_ps(ps);
            experiment.conversion = Conversion::DataMax { statistics: Statistics::CurrentTask, scale };
            prop_assert_eq!(again(&experiment), experiment);
        }
    }
}
