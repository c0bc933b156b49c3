//! The layered network of a run of sleep replay, with what it knew in each of its sleeps.

use ndarray::Array2;

use crate::analysis::layered::{Layered, Sleep, Units};
use crate::analysis::trains::Span;
use crate::base::matrix::Matrix;
use crate::config::sleep_replay::{SleepReplay, Weights, projection_name};
use crate::experiment::inputs::Inputs;
use crate::mlp::images::Images;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::record::recording::{Recording, RecordingError};

/// Images of a task that are presented, and of a class whose mean is: of more as many evenly chosen ones.
pub const MOST_IMAGES: usize = 200;

/// The network of `model` and those of its sleeps whose weights stand in the `run`; without `inputs`, which hold the images, less
/// is known.
pub(super) fn layered(
    run: &Recording,
    model: &SleepReplay,
    inputs: Option<&Inputs>,
) -> Result<Layered, RecordingError> {
    let names = model.mlp.layer_names();
    let known = run.projections()?;
    let projections: Vec<String> = (0..names.len().saturating_sub(1))
        .map(|l| projection_name(&names, l))
        .filter(|name| known.iter().any(|projection| projection.name == *name))
        .collect();
    let mut layered = Layered {
        layers: names[1..].to_vec(),
        sleeps: Vec::new(),
    };
    if projections.len() + 1 < names.len() {
        return Ok(layered);
    }
    let Ok(bouts) = model.bouts() else {
        return Ok(layered);
    };
    let biases = model.mlp.bias_names();
    let has_biases = biases
        .iter()
        .all(|name| known.iter().any(|recorded| recorded.name == *name));
    if !has_biases {
        tracing::warn!(
            "`{}`: found no biases, which run files of earlier versions lack: what units make of images is computed without them",
            run.path().display()
        );
    }
    for bout in bouts.into_iter().filter(|bout| bout.kind == Kind::Sleep) {
        let recorded =
            |names: &[String], when: &str| weights(run, names, &format!("{when} {}", bout.name));
        let before = recorded(&projections, "before")?;
        // A run that has not come so far.
        if !before.is_empty() {
            let after = recorded(&projections, "after")?;
            let biases = match has_biases {
                true => recorded(&biases, "before")?,
                false => Vec::new(),
            };
            layered.sleeps.push(Sleep {
                units: units(&biases, model, inputs),
                ..sleep(&bout, [before, after], model, inputs)
            });
        }
    }
    Ok(layered)
}

/// What units of `model` with these `biases`, a column for each layer, have beside weights.
fn units(biases: &[Matrix], model: &SleepReplay, inputs: Option<&Inputs>) -> Units {
    let keep = match &model.mlp.weights {
        // Without biases a factor on all of a layer changes nothing of what it is compared with.
        _ if biases.is_empty() => 1.0,
        Weights::Trained { training, .. } => 1.0 - training.dropout as f32,
        Weights::File { .. } => {
            let given = inputs.and_then(|inputs| inputs.given.as_ref());
            given.map_or(1.0, |mlp| mlp.keep)
        }
    };
    Units {
        biases: biases.iter().map(|own| own.values().to_vec()).collect(),
        keep,
    }
}

/// The weights of all `projections` at the moment called `label`; none if those of one are not there.
fn weights(
    run: &Recording,
    projections: &[String],
    label: &str,
) -> Result<Vec<Matrix>, RecordingError> {
    let mut weights = Vec::new();
    for projection in projections {
        let moments = run.moments(projection)?;
        let Some(number) = moments.iter().position(|(found, _)| found == label) else {
            return Ok(Vec::new());
        };
        weights.push(run.snapshot(projection, number)?.weights);
    }
    Ok(weights)
}

fn sleep(
    bout: &Bout,
    [before, after]: [Vec<Matrix>; 2],
    model: &SleepReplay,
    inputs: Option<&Inputs>,
) -> Sleep {
    let tasks = model.data.as_ref().map_or(&[][..], |data| &data.tasks[..]);
    // Of a given network nobody knows what it learnt last: it is all.
    let is_given = matches!(model.mlp.weights, Weights::File { .. });
    let seen = inputs.filter(|inputs| inputs.train.len() > bout.task);
    let learnt = seen.map(|inputs| match is_given {
        true => some_of(&Images::concatenate(&inputs.train)),
        false => some_of(&inputs.train[bout.task]),
    });
    let (mut classes, means) = seen.map_or_else(Default::default, |inputs| {
        class_means(inputs.seen(bout.task))
    });
    if seen.is_none() {
        let last = if is_given { tasks.len() } else { bout.task + 1 };
        let told = tasks.iter().take(last).flatten();
        classes = told.map(|&class| class.into()).collect();
        classes.sort_unstable();
        classes.dedup();
    }
    let newest = tasks.get(bout.task).filter(|_| bout.task > 0 && !is_given);
    Sleep {
        name: bout.name.clone(),
        span: Span {
            start: bout.start,
            stop: bout.stop,
        },
        before,
        after,
        learnt: learnt.unwrap_or_else(|| Array2::zeros((0, 0))),
        classes,
        means,
        newest: newest.map_or_else(Vec::new, |task| task.iter().map(|&k| k.into()).collect()),
        units: Units::default(),
    }
}

/// Evenly chosen ones of `images`, as rows.
fn some_of(images: &Images) -> Array2<f32> {
    let n = images.len().min(MOST_IMAGES);
    let mut rows = Array2::zeros((n, images.pixels()));
    images.fill((0..n).map(|k| k * images.len() / n), rows.view_mut());
    rows
}

/// The classes of `images`, ascending, and the mean of evenly chosen ones of each, as rows.
fn class_means(images: &[Images]) -> (Vec<usize>, Array2<f32>) {
    let mut classes: Vec<u8> = images
        .iter()
        .flat_map(|own| own.counts().into_keys())
        .collect();
    classes.sort_unstable();
    classes.dedup();
    let pixels = images.first().map_or(0, Images::pixels);
    let mut means = Array2::<f32>::zeros((classes.len(), pixels));
    for (&class, mut mean) in classes.iter().zip(means.rows_mut()) {
        let own = images.iter();
        let own = own.flat_map(|own| (0..own.len()).map(move |k| (own, k)));
        let own: Vec<_> = own.filter(|(own, k)| own.label(*k) == class).collect();
        let every = own.len().div_ceil(MOST_IMAGES).max(1);
        let chosen: Vec<_> = own.into_iter().step_by(every).collect();
        for (own, k) in &chosen {
            for (sum, &byte) in mean.iter_mut().zip(own.image(*k)) {
                *sum += f32::from(byte) / 255.0;
            }
        }
        mean /= chosen.len().max(1) as f32;
    }
    (classes.into_iter().map(usize::from).collect(), means)
}
