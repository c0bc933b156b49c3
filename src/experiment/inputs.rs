//! Everything that a model file names, read and checked before anything is built or written.

mod known;

use std::borrow::Cow;
use std::path::Path;

use crate::config::sleep_replay::{
    Amount, Data, Input, Patch as Window, Pattern, SleepReplay, Source, TrainImages, Weights,
};
use crate::experiment::error::ExperimentError;
use crate::mlp::dataset::DataSet;
use crate::mlp::exam::Tests;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Mlp;
use crate::mlp::selection::{Quota, Selection};
use crate::mlp::weight_file::{self, Bias, Stated};
use crate::record;
use crate::record::spike_file::{self, SpikeFileError};
use crate::run::aside::aside;
use crate::run::progress::Watch;
use crate::stimulus::Spike;
use crate::stimulus::spike_list::SpikeFile;

/// What an experiment runs on.
pub struct Inputs {
    /// Training images of each task; empty without a data set.
    pub train: Vec<Images>,
    /// What networks are tested on; empty without a data set.
    pub test: Tests,
    /// Training images of joint training, if it is asked for.
    pub joint: Option<Images>,
    /// The network from a file, if there is one.
    pub given: Option<Mlp>,
    /// Input spikes on a clock that starts with the sleep; empty unless they come from a file.
    pub spikes: Vec<Spike>,
    /// The image that drives the input, if it comes from a file.
    pattern: Option<Vec<f32>>,
    /// Pixels per row of an input image.
    pub width: usize,
    /// Rows of an input image.
    pub height: usize,
}

impl Inputs {
    /// Reads what `model` names.
    ///
    /// # Errors
    /// If a file is missing or wrong, or contradicts the model.
    pub fn read(model: &SleepReplay) -> Result<Self, ExperimentError> {
        let set = model
            .data
            .as_ref()
            .map(|data| data_set(&data.source))
            .transpose()?;
        let pixels = model.mlp.layers[0];
        let (mut train, mut test, mut joint) = (Vec::new(), Tests::default(), None);
        if let (Some(data), Some(set)) = (&model.data, &set) {
            set.check_layers(&model.mlp.layers, &data.tasks)?;
            let selection = selection(data, &data.train);
            let (set, held) = held_out(data, &selection, set)?;
            train = selection.train(&set)?;
            test = tests(data, selection.test(&set)?, held, &train);
            if let Some(asked) = &model.compare.joint {
                joint = Some(Images::concatenate(
                    &self::selection(data, &asked.train).train(&set)?,
                ));
            }
        }
        let given = match &model.mlp.weights {
            Weights::Trained { .. } => None,
            Weights::File {
                path,
                bias,
                layer_names,
            } => {
                let file = record::weight_file::read(path)?;
                let stated = Stated {
                    bias: *bias,
                    sizes: Some(&model.mlp.layers),
                    names: layer_names.as_deref(),
                };
                let mut mlp = weight_file::to_mlp(&file, &stated, model.mlp.output)?;
                if *bias == Bias::Keep {
                    mlp.complete_biases();
                }
                Some(mlp)
            }
        };
        let (mut spikes, mut pattern) = (Vec::new(), None);
        match &model.sleep.input {
            Input::Spikes(file) => {
                spikes = input_spikes(file, pixels)?;
                check_grid(model, &file.path, &spikes)?;
            }
            Input::Image {
                pattern: Pattern::File(path),
                ..
            } => {
                let image = weight_file::read_image(path)?;
                if image.pixels.len() != pixels {
                    return Err(ExperimentError::PatternSize {
                        file: path.display().to_string(),
                        found: image.pixels.len(),
                        expected: pixels,
                    });
                }
                let known = set
                    .as_ref()
                    .map(|set| (set.train.height(), set.train.width()));
                if let (Some(found), Some(expected)) = (image.shape, known)
                    && found != expected
                {
                    return Err(ExperimentError::PatternShape {
                        file: path.display().to_string(),
                        found,
                        expected,
                    });
                }
                pattern = Some(image);
            }
            Input::Image {
                pattern: Pattern::MeanImage,
                ..
            } => {}
        }
        let drawn = pattern.as_ref().and_then(|image| image.shape);
        let (width, height) = shape(model, set.as_ref(), drawn, pixels)?;
        if let Input::Image {
            patch: Some(Window { side, .. }),
            ..
        } = model.sleep.input
            && side > width.min(height)
        {
            return Err(ExperimentError::Window {
                side,
                width,
                height,
            });
        }
        Ok(Self {
            train,
            test,
            joint,
            given,
            spikes,
            pattern: pattern.map(|image| image.pixels),
            width,
            height,
        })
    }

    /// As [`read`](Self::read), while `watch` does not say to stop.
    ///
    /// # Errors
    /// As [`read`](Self::read), and if it did.
    pub fn read_watched(model: &SleepReplay, watch: &dyn Watch) -> Result<Self, ExperimentError> {
        let model = model.clone();
        aside(watch, move || Self::read(&model))?
    }

    /// Training images of the tasks up to `task`: all of them for a network from a file, which has learnt already.
    pub fn seen(&self, task: usize) -> &[Images] {
        if self.given.is_some() {
            &self.train
        } else {
            &self.train[..=task]
        }
    }

    /// The image that drives the input after the tasks `seen`.
    pub fn pattern(&self, seen: &[Images]) -> Vec<f32> {
        self.pattern.clone().unwrap_or_else(|| Images::mean(seen))
    }
}

/// The data set without the images that `data` holds out for validation, and these, task by task; none if it holds out none.
pub(super) fn held_out<'a>(
    data: &Data,
    selection: &Selection,
    set: &'a DataSet,
) -> Result<(Cow<'a, DataSet>, Vec<Images>), ExperimentError> {
    Ok(match data.validation {
        0 => (Cow::Borrowed(set), Vec::new()),
        n => {
            let (rest, held) = selection.hold_out(set, n)?;
            (Cow::Owned(rest), held)
        }
    })
}

/// What networks are tested on: `test` images and those `held` out, disturbed as `data` says, and where it says so those that they
/// `learn` from, as they are.
pub(super) fn tests(data: &Data, test: Vec<Images>, held: Vec<Images>, learn: &[Images]) -> Tests {
    let disturbed = |images: Vec<Images>, purpose| {
        let images = images.iter();
        images.map(|images| data.test.of(images, purpose)).collect()
    };
    let tests = Tests::new(
        disturbed(test, "data.test"),
        disturbed(held, "data.validation.noise"),
    );
    match data.score_training {
        true => tests.with_training(learn),
        false => tests,
    }
}

/// The data set of `source`.
pub(super) fn data_set(source: &Source) -> Result<DataSet, ExperimentError> {
    Ok(match source {
        Source::EmbeddedMnist => DataSet::embedded_mnist()?,
        Source::EmbeddedPatches => DataSet::patches(),
        Source::At(path) => DataSet::from_path(path)?,
        Source::Files(paths) => DataSet::from_files(paths)?,
    })
}

/// Which images of `data` make up the tasks.
pub(super) fn selection(data: &Data, train: &TrainImages) -> Selection {
    let quota = match train {
        TrainImages::PerTask(Amount::All) => Quota::All,
        TrainImages::PerTask(Amount::First(n)) => Quota::PerTask(*n),
        TrainImages::PerClass(amounts) => Quota::PerClass(
            amounts
                .iter()
                .map(|(&class, amount)| match amount {
                    Amount::All => (class, None),
                    Amount::First(n) => (class, Some(*n)),
                })
                .collect(),
        ),
    };
    Selection {
        tasks: data.tasks.clone(),
        quota,
    }
}

/// Columns and rows of an input image: those of the data set, else those of the image that is `drawn` in sleep, given as rows and
/// columns, else a square if the input layer is one.
fn shape(
    model: &SleepReplay,
    set: Option<&DataSet>,
    drawn: Option<(usize, usize)>,
    pixels: usize,
) -> Result<(usize, usize), ExperimentError> {
    if let Some(set) = set {
        return Ok((set.train.width(), set.train.height()));
    }
    if let Some((rows, columns)) = drawn {
        return Ok((columns, rows));
    }
    let side = pixels.isqrt();
    let windowed = matches!(model.sleep.input, Input::Image { patch: Some(_), .. });
    if side * side == pixels {
        Ok((side, side))
    } else if windowed {
        Err(ExperimentError::NoShape { pixels })
    } else {
        Ok((pixels, 1))
    }
}

/// The spikes of the population that `file` names, else of the only one, else of the one called `input`.
fn input_spikes(file: &SpikeFile, size: usize) -> Result<Vec<Spike>, SpikeFileError> {
    match spike_file::read(file, size) {
        Err(SpikeFileError::Population { found, .. })
            if file.population.is_none() && found.iter().any(|name| name == "input") =>
        {
            let population = Some("input".to_owned());
            let input = SpikeFile {
                population,
                ..file.clone()
            };
            spike_file::read(&input, size)
        }
        read => read,
    }
}

/// Time-stepped runs take input at their steps alone.
fn check_grid(model: &SleepReplay, path: &Path, spikes: &[Spike]) -> Result<(), ExperimentError> {
    let Some(grid) = model.sleep.grid else {
        return Ok(());
    };
    match spikes.iter().find(|(t, _)| t.ps() % grid.ps() != 0) {
        None => Ok(()),
        Some(&(t, unit)) => Err(ExperimentError::OffGrid {
            file: path.display().to_string(),
            unit,
            time_ms: t.as_ms(),
            grid_ms: grid.as_ms(),
        }),
    }
}
