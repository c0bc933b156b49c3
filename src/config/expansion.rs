//! What a sleep replay model stands for: populations, projections, stimuli and protocol, for people to read.

use std::fmt::{Result, Write};

use crate::base::parameter::{Dimension, Spec, Values};
use crate::mlp::perceptron::Output;
use crate::protocol::hypnogram::{Bout, Kind};

use super::sleep_replay::{
    Amount, Conversion, Data, Input, Memory, Pattern, Salience, SleepReplay, Statistics,
    TrainImages, Weights,
};

/// The expansion of `experiment`: a heading for each kind of thing, then a line for each thing.
pub fn expansion(experiment: &SleepReplay) -> String {
    let names = experiment.mlp.layer_names();
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = populations(&mut text, experiment, &names)
        .and_then(|()| projections(&mut text, experiment, &names))
        .and_then(|()| stimulus(&mut text, experiment))
        .and_then(|()| memory(&mut text, experiment))
        .and_then(|()| protocol(&mut text, experiment));
    text
}

fn populations(text: &mut String, experiment: &SleepReplay, names: &[String]) -> Result {
    writeln!(text, "populations")?;
    let widest = widest(names);
    for (l, (name, size)) in names.iter().zip(&experiment.mlp.layers).enumerate() {
        write!(text, "  {name:widest$}  {size:>5} ")?;
        let values = l
            .checked_sub(1)
            .and_then(|l| experiment.neuron.layers.get(l));
        match values {
            None => write!(text, "sources")?,
            Some(values) => {
                write!(text, "{}:", experiment.neuron.model.name)?;
                parameters(text, experiment.neuron.model, values)?;
            }
        }
        let recorded = experiment.record.spikes.contains(&l);
        writeln!(text, "{}", if recorded { ", recorded" } else { "" })?;
    }
    Ok(())
}

fn projections(text: &mut String, experiment: &SleepReplay, names: &[String]) -> Result {
    writeln!(text, "projections, all to all, without delay")?;
    let pairs: Vec<String> = names
        .windows(2)
        .map(|pair| format!("{} to {}", pair[0], pair[1]))
        .collect();
    let widest = widest(&pairs);
    for (l, pair) in pairs.iter().enumerate() {
        write!(text, "  {pair:widest$}  gain ")?;
        match &experiment.conversion {
            Conversion::Gain(gain) => write!(text, "{}", gain.get(l).copied().unwrap_or_default())?,
            Conversion::DataMax { statistics, scale } => {
                let statistics = match statistics {
                    Statistics::SeenTasks => "seen tasks",
                    Statistics::CurrentTask => "current task",
                };
                write!(text, "{scale} x factor (data_max over {statistics})")?;
            }
        }
        match experiment.plasticity.layers.get(l).and_then(Option::as_ref) {
            None => write!(text, "; not plastic")?,
            Some(values) => {
                write!(text, "; {}:", experiment.plasticity.rule.name)?;
                parameters(text, experiment.plasticity.rule, values)?;
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

fn widest(names: &[String]) -> usize {
    names.iter().map(String::len).max().unwrap_or(0)
}

fn parameters(text: &mut String, spec: &Spec, values: &Values) -> Result {
    for parameter in spec.parameters {
        if let Some(value) = values.number(parameter.name) {
            write!(text, " {}={value}", parameter.name)?;
            // Potentials of a network made from an MLP have no unit.
            if !matches!(parameter.dimension(), Dimension::One | Dimension::Voltage) {
                write!(text, " {}", parameter.dimension().unit())?;
            }
        }
    }
    Ok(())
}

fn stimulus(text: &mut String, experiment: &SleepReplay) -> Result {
    writeln!(text, "stimulus of input")?;
    match &experiment.sleep.input {
        Input::Spikes(file) => {
            write!(text, "  spikes from {}", file.path.display())?;
            match &file.population {
                Some(population) => writeln!(text, ", population {population}"),
                None => writeln!(text),
            }
        }
        Input::Image {
            pattern,
            max_rate_hz,
            patch,
        } => {
            let image = match pattern {
                Pattern::MeanImage => "mean image of the seen tasks".into(),
                Pattern::File(path) => path.display().to_string(),
            };
            let timing = match experiment.sleep.grid {
                None => "Poisson, exact times".into(),
                Some(step) => format!("Bernoulli, steps of {step}"),
            };
            let rate_hz = 2.0 * max_rate_hz;
            write!(text, "  {timing}: {rate_hz} Hz x pixel of the {image}")?;
            match patch {
                None => writeln!(text),
                Some(patch) => writeln!(
                    text,
                    ", a window of {side} x {side} pixels drawn anew every {period}",
                    side = patch.side,
                    period = patch.period
                ),
            }
        }
    }
}

fn memory(text: &mut String, experiment: &SleepReplay) -> Result {
    let Some(memory) = &experiment.memory else {
        return Ok(());
    };
    let Memory {
        capacity,
        encode,
        salience,
        decay,
        share,
        event,
        rate_hz: _,
        teacher_hz,
    } = memory;
    let rate_hz = memory.rate_hz(&experiment.sleep);
    let salience = match salience {
        Salience::Equal => "equally salient",
        Salience::Surprise => "as salient as they are surprising",
    };
    writeln!(text, "memory")?;
    writeln!(
        text,
        "  {encode} images of each task once it is trained, {salience}; {capacity} at most; {decay} of the salience is left \
         after a sleep"
    )?;
    write!(
        text,
        "  in {share} of the events of {event} one is replayed: {rate_hz} Hz x pixel"
    )?;
    match *teacher_hz > 0.0 {
        true => writeln!(
            text,
            "; the output neuron of its class fires at {teacher_hz} Hz"
        ),
        false => writeln!(text),
    }
}

/// Bouts in order. Only sleep takes time on the simulation's axis.
fn protocol(text: &mut String, experiment: &SleepReplay) -> Result {
    writeln!(text, "bouts")?;
    if let Weights::File { path, .. } = &experiment.mlp.weights {
        writeln!(text, "  weights come from {}", path.display())?;
    }
    // Reading bounds the sum of all durations by the clock's range.
    let bouts = experiment.bouts().unwrap_or_default();
    let starts: Vec<String> = bouts.iter().map(|bout| bout.start.to_string()).collect();
    let names: Vec<String> = bouts.iter().map(|bout| bout.name.clone()).collect();
    let (start_width, name_width) = (widest(&starts), widest(&names));
    for (bout, start) in bouts.iter().zip(&starts) {
        let name = &bout.name;
        write!(text, "  {start:>start_width$}  {name:name_width$}  ")?;
        let what = match bout.kind {
            Kind::Training => training(experiment, bout),
            Kind::Test if experiment.data.is_some() => "all test images of all tasks".into(),
            Kind::Test => "no data, no test".into(),
            Kind::Sleep => format!(
                "{} from v = 0; then the weights go back into the MLP",
                bout.duration()
            ),
            _ => format!("{} of the network", bout.duration()),
        };
        writeln!(text, "{what}")?;
    }
    Ok(())
}

fn training(experiment: &SleepReplay, bout: &Bout) -> String {
    let (Some(data), Weights::Trained { training, .. }) =
        (&experiment.data, &experiment.mlp.weights)
    else {
        return String::new();
    };
    let classes = data.tasks.get(bout.task).map_or(&[][..], Vec::as_slice);
    let epochs = training.epochs.get(bout.task).copied().unwrap_or(0);
    let loss = match experiment.mlp.output {
        Output::Relu => "squared error",
        Output::Softmax => "cross-entropy",
    };
    let images = images(data, classes);
    format!("classes {classes:?}, {images}, {epochs} epochs, {loss}")
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{Options, read};

    fn shipped(name: &str) -> String {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("models/{name}.toml"));
        let model = read(&path, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        expansion(&model.sleep_replay().unwrap())
    }

    #[test]
    fn the_toy_expands_to_one_projection_and_one_sleep() {
        assert_eq!(
            shipped("sleep_replay_patches"),
            "populations\n  \
               input     100 sources, recorded\n  \
               output      4 lif: tau_m=999.5 ms v_th=1.045 v_reset=0 e_l=0 t_ref=0 ms i_e=0 pA c_m=250 pF, recorded\n\
             projections, all to all, without delay\n  \
               input to output  gain 4.25 x factor (data_max over seen tasks); sleep_replay: increment=0.0035 \
               decrement=0.0002 window=1 ms\n\
             stimulus of input\n  \
               Bernoulli, steps of 1 ms: 128 Hz x pixel of the mean image of the seen tasks\n\
             bouts\n      \
                   0 ms  task 1              classes [0, 1], all images, 4 epochs, cross-entropy\n      \
                   0 ms  test after task 1   all test images of all tasks\n      \
                   0 ms  task 2              classes [2, 3], all images, 2 epochs, cross-entropy\n      \
                   0 ms  test after task 2   all test images of all tasks\n      \
                   0 ms  sleep 1             30000 ms from v = 0; then the weights go back into the MLP\n  \
               30000 ms  test after sleep 1  all test images of all tasks\n"
        );
    }

    #[test]
    fn sleeps_lie_end_to_end() {
        let text = shipped("sleep_replay_digits");
        for line in [
            "  15000 ms  sleep 2             20000 ms from",
            " 125000 ms  test after sleep 5 ",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
