//! What a sleep replay model stands for: populations, projections, stimuli and protocol, one per line.

use std::fmt::Write;

use crate::base::parameter::{Dimension, ModelSpec, Values};
use crate::base::time::{Duration, Time};
use crate::mlp::perceptron::Output;

use super::sleep_replay::{
    After, Amount, Conversion, Data, Input, Pattern, SleepReplay, Statistics, TrainImages, Weights,
};

/// The expansion of `experiment`, for reading: each line is a name and its properties.
pub fn expansion(experiment: &SleepReplay) -> String {
    let names = experiment.mlp.layer_names();
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = populations(&mut text, experiment, &names)
        .and_then(|()| projections(&mut text, experiment, &names))
        .and_then(|()| stimulus(&mut text, experiment))
        .and_then(|()| protocol(&mut text, experiment));
    text
}

fn populations(text: &mut String, experiment: &SleepReplay, names: &[String]) -> std::fmt::Result {
    for (l, (name, size)) in names.iter().zip(&experiment.mlp.layers).enumerate() {
        write!(text, "population.{name}  size={size}")?;
        let values = l
            .checked_sub(1)
            .and_then(|l| experiment.neuron.layers.get(l));
        match values {
            None => write!(text, " neuron=source")?,
            Some(values) => {
                write!(text, " neuron={}", experiment.neuron.model.name)?;
                parameters(text, experiment.neuron.model, values)?;
            }
        }
        if experiment.record.spikes.contains(&l) {
            write!(text, " record=spikes")?;
        }
        writeln!(text)?;
    }
    Ok(())
}

fn projections(text: &mut String, experiment: &SleepReplay, names: &[String]) -> std::fmt::Result {
    for (l, pair) in names.windows(2).enumerate() {
        write!(
            text,
            "projection.{}_{}  rule=all_to_all delay=0 ms weight=mlp layer {}",
            pair[0],
            pair[1],
            l + 1
        )?;
        match &experiment.conversion {
            Conversion::Gain(gain) => {
                write!(text, " gain={}", gain.get(l).copied().unwrap_or_default())?;
            }
            Conversion::DataMax { statistics, scale } => {
                let statistics = match statistics {
                    Statistics::SeenTasks => "seen tasks",
                    Statistics::CurrentTask => "current task",
                };
                write!(text, " gain={scale} * factor (data_max over {statistics})")?;
            }
        }
        match experiment.plasticity.layers.get(l).and_then(Option::as_ref) {
            None => write!(text, " plasticity=none")?,
            Some(values) => {
                write!(text, " plasticity={}", experiment.plasticity.rule.name)?;
                parameters(text, experiment.plasticity.rule, values)?;
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

fn parameters(text: &mut String, spec: &ModelSpec, values: &Values) -> std::fmt::Result {
    for parameter in spec.parameters {
        if let Some(value) = values.get(parameter.name) {
            write!(text, " {}={value}", parameter.name)?;
            // Potentials of a network made from an MLP have no unit.
            if !matches!(parameter.dimension, Dimension::One | Dimension::Voltage) {
                write!(text, " {}", parameter.dimension.unit())?;
            }
        }
    }
    Ok(())
}

fn stimulus(text: &mut String, experiment: &SleepReplay) -> std::fmt::Result {
    match &experiment.sleep.input {
        Input::Spikes(path) => writeln!(
            text,
            "stimulus.input  kind=spikes target=input file={}",
            path.display()
        ),
        Input::Image {
            pattern,
            max_rate_hz,
            patch,
        } => {
            let image = match pattern {
                Pattern::MeanImage => "mean image of seen tasks".into(),
                Pattern::File(path) => path.display().to_string(),
            };
            let kind = match experiment.sleep.grid {
                None => "kind=poisson".into(),
                Some(step) => format!("kind=bernoulli step={step}"),
            };
            write!(
                text,
                "stimulus.input  {kind} target=input image={image} rate={} Hz * pixel",
                2.0 * max_rate_hz
            )?;
            match patch {
                None => writeln!(text, " patch=off"),
                Some(patch) => writeln!(
                    text,
                    " patch={side}x{side} drawn anew every {period}",
                    side = patch.side,
                    period = patch.period
                ),
            }
        }
    }
}

/// Bouts in order. Only sleep takes time on the simulation's axis.
fn protocol(text: &mut String, experiment: &SleepReplay) -> std::fmt::Result {
    let mut bouts = Bouts {
        text,
        time: Time::ZERO,
        number: 0,
    };
    let durations = &experiment.sleep.durations;
    let tested = match &experiment.data {
        Some(_) => "test on all classes",
        None => "no data, no test",
    };
    if let Weights::File { path, .. } = &experiment.mlp.weights {
        bouts.instant("load", &format!("weights from {}", path.display()))?;
        bouts.instant("test", tested)?;
        for duration in durations {
            bouts.sleep("sleep", *duration)?;
        }
        return bouts.instant("test", tested);
    }
    let Weights::Trained { training, .. } = &experiment.mlp.weights else {
        return Ok(());
    };
    let Some(data) = &experiment.data else {
        return Ok(());
    };
    let last = data.tasks.len();
    let mut durations = durations.iter();
    for (task, (classes, epochs)) in (1..).zip(data.tasks.iter().zip(&training.epochs)) {
        let what = format!(
            "classes {classes:?}, {}, epochs={epochs}, {}",
            images(data, classes),
            match experiment.mlp.output {
                Output::Relu => "squared error",
                Output::Softmax => "cross-entropy",
            }
        );
        bouts.instant(&format!("train_{task}"), &what)?;
        bouts.instant(&format!("test_{task}_trained"), tested)?;
        if (experiment.sleep.after == After::EachTask || task == last)
            && let Some(duration) = durations.next()
        {
            bouts.sleep(&format!("sleep_{task}"), *duration)?;
            bouts.instant(&format!("test_{task}_slept"), tested)?;
        }
    }
    Ok(())
}

/// The training images of a task, in words.
fn images(data: &Data, classes: &[u8]) -> String {
    match &data.train {
        TrainImages::PerTask(Amount::All) => "all images".into(),
        TrainImages::PerTask(Amount::First(n)) => format!("first {n} images"),
        TrainImages::PerClass(amounts) => {
            let counts: Vec<String> = classes
                .iter()
                .filter_map(|class| match amounts.get(class)? {
                    Amount::All => Some("all".into()),
                    Amount::First(n) => Some(n.to_string()),
                })
                .collect();
            format!("first {} images of each", counts.join(" and "))
        }
    }
}

/// Writes bouts along the time axis.
struct Bouts<'a> {
    text: &'a mut String,
    time: Time,
    number: usize,
}

impl Bouts<'_> {
    fn instant(&mut self, name: &str, what: &str) -> std::fmt::Result {
        self.number += 1;
        let kind = name.split('_').next().unwrap_or(name);
        let (number, at) = (self.number, self.time);
        writeln!(
            self.text,
            "bout.{number}  name={name} kind={kind} at={at}  {what}"
        )
    }

    fn sleep(&mut self, name: &str, duration: Duration) -> std::fmt::Result {
        self.number += 1;
        let (number, start) = (self.number, self.time);
        // Reading bounds the sum of all durations by the clock's range.
        self.time = start.checked_add(duration).unwrap_or(Time::MAX);
        let stop = self.time;
        writeln!(
            self.text,
            "bout.{number}  name={name} kind=sleep start={start} stop={stop}  v=0 at the start, weights back into the MLP at the end"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{Options, read};

    #[test]
    fn the_toy_expands_to_one_projection_and_one_sleep() {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/sleep_replay_patches.toml");
        let model = read(&path, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        let experiment = model.sleep_replay().unwrap();
        assert_eq!(
            expansion(&experiment),
            "population.input  size=100 neuron=source record=spikes\n\
             population.output  size=4 neuron=lif tau_m=999.5 ms v_th=1.045 v_reset=0 e_l=0 t_ref=0 ms record=spikes\n\
             projection.input_output  rule=all_to_all delay=0 ms weight=mlp layer 1 gain=4.25 * factor (data_max over \
             seen tasks) plasticity=sleep_replay increment=0.0035 decrement=0.0002 window=1 ms\n\
             stimulus.input  kind=bernoulli step=1 ms target=input image=mean image of seen tasks rate=128 Hz * pixel \
             patch=off\n\
             bout.1  name=train_1 kind=train at=0 ms  classes [0, 1], all images, epochs=4, cross-entropy\n\
             bout.2  name=test_1_trained kind=test at=0 ms  test on all classes\n\
             bout.3  name=train_2 kind=train at=0 ms  classes [2, 3], all images, epochs=2, cross-entropy\n\
             bout.4  name=test_2_trained kind=test at=0 ms  test on all classes\n\
             bout.5  name=sleep_2 kind=sleep start=0 ms stop=30000 ms  v=0 at the start, weights back into the MLP at \
             the end\n\
             bout.6  name=test_2_slept kind=test at=30000 ms  test on all classes\n"
        );
    }

    #[test]
    fn sleeps_lie_end_to_end() {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/sleep_replay_digits.toml");
        let model = read(&path, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        let experiment = model.sleep_replay().unwrap();
        let text = expansion(&experiment);
        assert!(
            text.contains("name=sleep_2 kind=sleep start=15000 ms stop=35000 ms"),
            "{text}"
        );
        assert!(
            text.contains("name=test_5_slept kind=test at=125000 ms"),
            "{text}"
        );
    }
}
