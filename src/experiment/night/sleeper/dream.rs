//! Nights: what is read from weights, and what is dreamt and learnt.

use ndarray::Array2;

use crate::base::matrix::Matrix;
use crate::base::parameter::Value;
use crate::base::stop::Stop;
use crate::base::stream::Stream;
use crate::config::night::{Information, MeanImage};
use crate::engine::simulation::Simulation;
use crate::experiment::error::ExperimentError;
use crate::memory::sketch::Palette;
use crate::protocol::hypnogram::Bout;
use crate::record::run_file::RunFile;
use crate::record::sink::Sink;
use crate::run::progress::Watch;
use crate::stimulus::episode::{Scenes, rows};

use super::super::calibration::{Calibration, Targets};
use super::super::error::{LARGE, NightError};
use super::super::network::{CAPTURE, Learns, Plan, Shown, balanced, projection};
use super::super::{DREAMS, OUTPUT};
use super::{Setting, Sleeper};

/// Events of a step of calibration: of what reads weights, and of each class that is dreamt.
const READ_EVENTS: u64 = 20;
const CLASS_EVENTS: u64 = 4;

/// Dreams of each class over which activations are averaged, where dreams differ.
const SAMPLES: u64 = 20;

/// So many times its target is far for an output that dreams have taught: learning does not converge.
const FAR: f64 = 1e3;

impl Sleeper<'_> {
    /// Weights of all layers with the last one's as `output`.
    fn layers<'b>(&'b self, output: &'b Array2<f32>) -> Vec<&'b Array2<f32>> {
        let (_, hidden) = self.learner.mlp.layers.split_last().unzip();
        let hidden = hidden.unwrap_or_default().iter();
        hidden.map(|layer| &layer.weights).chain([output]).collect()
    }

    fn mean(&self) -> Vec<f32> {
        match self.setting.model.nights.mean {
            MeanImage::Today => self.mean.today(),
            MeanImage::All => self.mean.all.clone(),
        }
    }

    fn targets(&self) -> Targets {
        let nights = &self.setting.model.nights;
        Targets {
            hidden_hz: nights.hidden_hz,
            output_hz: nights.output_spikes / nights.event.as_ms() * 1e3,
        }
    }

    /// The network whose weights are read by spikes; `None` while its thresholds are being calibrated.
    pub(super) fn build_capture(
        &mut self,
        bout: &Bout,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let (model, seed) = (self.setting.model, self.setting.seed);
        let stopped = || watch.stopped();
        let stop = Stop::new(&stopped);
        let nights = &model.nights;
        let mean = self.mean();
        let read: Vec<usize> = model.data.tasks[bout.task]
            .iter()
            .map(|&c| c.into())
            .collect();
        let last = &self.learner.mlp.layers[self.learner.mlp.layers.len() - 1].weights;
        let targets = self.targets();
        let mut calibration = self.calibration.take().unwrap_or_else(|| {
            let own =
                Array2::from_shape_fn((read.len(), last.ncols()), |(o, i)| last[(read[o], i)]);
            let rates: Vec<f64> = mean
                .iter()
                .map(|&x| f64::from(x) * nights.rate_hz)
                .collect();
            let layers = self.layers(last);
            Calibration::new(&layers[..layers.len() - 1], &own, &rates, targets)
        });
        // Outputs that are not read are silent.
        let mut output = Array2::zeros(last.raw_dim());
        for (&row, threshold) in read.iter().zip(&calibration.outputs) {
            let scaled = last.row(row).mapv(|w| (f64::from(w) / threshold) as f32);
            output.row_mut(row).assign(&scaled);
        }
        let gains = calibration.hidden.iter().map(|threshold| threshold.recip());
        let plan = Plan {
            model,
            seed,
            weights: self.layers(&output),
            gains: gains.chain([1.0]).collect(),
            shown: Shown {
                kind: "gaussian_field",
                values: vec![
                    ("sigma", nights.sigma.into()),
                    ("width", Value::from(self.setting.inputs.width as u64)),
                ],
                numbers: mean.into(),
            },
            learns: Learns::Covariance,
        };
        let is_over = calibration.is_over();
        let built = match is_over {
            true => Some(plan.begin(&bout.name, bout.start)?),
            false => {
                calibration.step(&plan, (&bout.name, READ_EVENTS), &read, targets, stop)?;
                None
            }
        };
        self.calibration = Some(calibration);
        Ok(built)
    }

    /// Patterns of the day's classes, from the covariances of input and outputs.
    pub(super) fn end_capture(
        &mut self,
        bout: &Bout,
        simulation: &Simulation,
    ) -> Result<(), ExperimentError> {
        self.calibration = None;
        let nights = &self.setting.model.nights;
        let covariances = simulation.weights(CAPTURE)?;
        let classes = &self.setting.model.data.tasks[bout.task];
        let all = |i: usize| -> f64 {
            let of = |&class: &u8| f64::from(covariances[(class.into(), i)]);
            classes.iter().map(of).sum()
        };
        let mean = self.mean();
        let towards = vector(mean.len(), all, nights.shift * self.mean.share_before());
        let moved = |(m, by): (f32, f64)| (f64::from(m) + by).clamp(0.0, 1.0) as f32;
        let mean: Vec<f32> = mean.into_iter().zip(towards).map(moved).collect();
        let others = (classes.len() as f64 - 1.0).max(1.0);
        for &class in classes {
            // What tells it from the mean of the others.
            let own = |i: usize| f64::from(covariances[(class.into(), i)]);
            let way = |i: usize| own(i) - (all(i) - own(i)) / others;
            let pixel = |(&m, way): (&f32, f64)| {
                let m = f64::from(m);
                (m + way.clamp(-m, m)) as f32
            };
            let ways = vector(mean.len(), way, nights.contrast);
            let pattern: Vec<f32> = mean.iter().zip(ways).map(pixel).collect();
            self.patterns
                .insert(class, pattern.iter().map(|x| x.min(1.0)).collect());
        }
        Ok(())
    }

    /// What a store dreams the classes `seen` from, and how long all dreams are, if that is controlled.
    fn palettes(&self, seen: &[u8]) -> (Vec<Palette>, Option<f64>) {
        let palette = |class: &u8| self.sketches.get(class).map(|own| own.palette());
        let palettes: Vec<Palette> = seen.iter().filter_map(palette).collect();
        let lengths: f64 = palettes.iter().map(Palette::length).sum();
        let is_controlled = self.setting.model.nights.gain_control;
        let length = is_controlled.then(|| lengths / palettes.len().max(1) as f64);
        (palettes, length)
    }

    /// What the last hidden layer of the artificial network makes of `samples`.
    fn activity(&self, samples: Array2<f32>) -> Array2<f32> {
        let mut activations = self.learner.mlp.activations(samples.view());
        activations.pop();
        activations.pop().unwrap_or(samples)
    }

    /// What is dreamt of the classes `seen`, and how it is shown.
    fn scenes(&mut self, seen: &[u8]) -> (Scenes, Shown) {
        let nights = &self.setting.model.nights;
        if nights.information == Information::Store {
            let (palettes, length) = self.palettes(seen);
            let mut values = vec![("components", Value::from(nights.components as u64))];
            values.extend(length.map(|length| ("length", length.into())));
            let shown = Shown {
                kind: "components",
                values,
                numbers: rows(&palettes).into(),
            };
            return (Scenes::Palettes(palettes, length), shown);
        }
        // Without capture all classes of a day are its mean image.
        let mean = self.mean();
        for &class in seen {
            self.patterns.entry(class).or_insert_with(|| mean.clone());
        }
        let patterns: Vec<Vec<f32>> = seen
            .iter()
            .map(|class| self.patterns[class].clone())
            .collect();
        let shown = Shown {
            kind: "patterns",
            values: Vec::new(),
            numbers: patterns.concat().into(),
        };
        (Scenes::Patterns(patterns), shown)
    }

    /// The network that dreams and learns; `None` while its thresholds are being calibrated.
    pub(super) fn build_dreams(
        &mut self,
        bout: &Bout,
        step: usize,
        watch: &dyn Watch,
    ) -> Result<Option<Simulation>, ExperimentError> {
        let (model, seed) = (self.setting.model, self.setting.seed);
        let stopped = || watch.stopped();
        let stop = Stop::new(&stopped);
        let nights = &model.nights;
        if nights.decay {
            let innate = self.setting.innate().mlp;
            let hidden = self.learner.mlp.layers.len() - 1;
            for (layer, innate) in self
                .learner
                .mlp
                .layers
                .iter_mut()
                .zip(innate.layers)
                .take(hidden)
            {
                layer.weights = balanced(&innate.weights);
            }
        }
        let seen = model.seen(bout.task);
        let (scenes, shown) = self.scenes(&seen);
        let name = drawn(bout.task, step);
        let samples = samples(&scenes, seed, &name);
        let events = CLASS_EVENTS * seen.len() as u64;
        let targets = self.targets();
        let output = self.learner.mlp.layers[self.learner.mlp.layers.len() - 1]
            .weights
            .clone();
        let mut calibration = self.calibration.take().unwrap_or_else(|| {
            let mean = samples.mean_axis(ndarray::Axis(0)).unwrap_or_default();
            let rates: Vec<f64> = mean
                .iter()
                .map(|&x| f64::from(x) * nights.rate_hz)
                .collect();
            let layers = self.layers(&output);
            let none = Array2::zeros((0, output.ncols()));
            Calibration::new(&layers[..layers.len() - 1], &none, &rates, targets)
        });
        // Spikes of a hidden neuron in an event for each unit of its activation.
        let activity = self.activity(samples);
        let n = activity.nrows().max(1) as f64;
        let mean =
            activity.iter().map(|&h| f64::from(h)).sum::<f64>() / activity.len().max(1) as f64;
        if mean <= 0.0 {
            let night = self.setting.model.sleep_number(bout.task);
            return Err(NightError::Silent { night }.into());
        }
        let spikes = nights.hidden_hz * nights.event.as_ms() * 1e-3;
        let per_unit = spikes / mean;
        // So many that an output at its target fires as often as its teacher.
        let taught = nights.teacher_hz * nights.event.as_ms() * 1e-3;
        let threshold = nights.target * per_unit / taught;
        let squares = activity.iter().map(|&h| f64::from(h).powi(2)).sum::<f64>() / n;
        let power = squares * per_unit * per_unit;
        let eta = nights.eta[step] * threshold / power.max(f64::MIN_POSITIVE);
        let mut lessons = vec![0.0; seen.len() * output.nrows()];
        for (k, &class) in seen.iter().enumerate() {
            lessons[k * output.nrows() + usize::from(class)] = 1.0;
        }
        let is_over = calibration.is_over();
        let gains = calibration.hidden.iter().map(|threshold| threshold.recip());
        let plan = Plan {
            model,
            seed,
            weights: self.layers(&output),
            gains: gains.chain([threshold.recip()]).collect(),
            shown,
            learns: match is_over {
                true => Learns::Lessons {
                    eta,
                    patterns: &lessons,
                },
                false => Learns::Nothing,
            },
        };
        let built = match is_over {
            true => Some(plan.begin(&name, bout.start)?),
            false => {
                calibration.step(&plan, (&name, events), &[], targets, stop)?;
                None
            }
        };
        self.calibration = Some(calibration);
        Ok(built)
    }

    /// The output layer as it has learnt; whether the night is over.
    pub(super) fn end_dreams(
        &mut self,
        bout: &Bout,
        step: usize,
        simulation: &Simulation,
        file: Option<&mut RunFile>,
    ) -> Result<bool, ExperimentError> {
        let names = self.setting.model.mlp.layer_names();
        let weights = simulation.weights(&projection(&names, names.len() - 2))?;
        let last = self.learner.mlp.layers.len() - 1;
        self.learner.mlp.layers[last].set_weights(&weights);
        if step + 1 < self.setting.model.nights.eta.len() {
            return Ok(false);
        }
        self.calibration = None;
        self.check_outputs(bout, step)?;
        if let Some(file) = file {
            let label = format!("after sleep {}", self.setting.model.sleep_number(bout.task));
            file.weights(OUTPUT, &label, bout.stop, &weights)?;
            file.weights(DREAMS, &label, bout.stop, &self.dreamt(bout.task))?;
        }
        Ok(true)
    }

    /// Checks that the dreams of `bout` have brought outputs to where numbers go, and says where they are far from their targets: what
    /// is taken away from a night may end so, and be what is looked for.
    fn check_outputs(&mut self, bout: &Bout, step: usize) -> Result<(), NightError> {
        let (model, seed) = (self.setting.model, self.setting.seed);
        let (scenes, _) = self.scenes(&model.seen(bout.task));
        let activity = self.activity(samples(&scenes, seed, &drawn(bout.task, step)));
        let last = &self.learner.mlp.layers[self.learner.mlp.layers.len() - 1].weights;
        let outputs = activity.dot(&last.t());
        let night = model.sleep_number(bout.task);
        if outputs.iter().any(|x| !x.is_finite()) {
            return Err(NightError::Diverged { night });
        }
        let largest = outputs.iter().map(|&x| f64::from(x.abs()));
        let (found, target) = (largest.fold(0.0, f64::max), model.nights.target);
        if found > FAR * target {
            tracing::warn!(
                "seed {seed}: night {night} brought outputs to {found:.1e} in the dreams that were learnt, expected about {target}, \
                 `target` of [night]: {LARGE}"
            );
        }
        Ok(())
    }

    /// What each class is dreamt as on average in the night after `task`, a row for each output; 0 of those that are not. Dreams of a
    /// store differ: those of a class are drawn once more, as many as a night has.
    pub(crate) fn dreamt(&self, task: usize) -> Matrix {
        let Setting { model, seed, .. } = self.setting;
        let layers = &model.mlp.layers;
        let mut dreams = Matrix::zeros(layers[layers.len() - 1], layers[0]);
        for (&class, pattern) in &self.patterns {
            for (i, &x) in pattern.iter().enumerate() {
                dreams[(class.into(), i)] = x;
            }
        }
        let seen = model.seen(task).into_iter();
        let seen: Vec<u8> = seen.filter(|own| self.sketches.contains_key(own)).collect();
        let (palettes, length) = self.palettes(&seen);
        let scenes = Scenes::Palettes(palettes, length);
        let (purpose, n) = (format!("night.dreamt.{}", task + 1), model.nights.dreams);
        for (scene, &class) in seen.iter().enumerate() {
            let mut stream = Stream::new(seed, &purpose, class.into());
            let mut sums = vec![0.0; layers[0]];
            for _ in 0..n {
                let dream = scenes.draw(scene, &mut stream);
                sums.iter_mut()
                    .zip(dream)
                    .for_each(|(sum, x)| *sum += f64::from(x));
            }
            for (i, sum) in sums.into_iter().enumerate() {
                dreams[(class.into(), i)] = (sum / n as f64) as f32;
            }
        }
        dreams
    }
}

/// The vector of `n` numbers in the direction of `way` that is so long; nothing where that has none.
fn vector(n: usize, way: impl Fn(usize) -> f64, length: f64) -> Vec<f64> {
    let mut ways: Vec<f64> = (0..n).map(way).collect();
    let own = ways.iter().map(|x| x * x).sum::<f64>().sqrt();
    let scale = if own > 0.0 { length / own } else { 0.0 };
    ways.iter_mut().for_each(|x| *x *= scale);
    ways
}

/// What random streams of the dreams after `task` are called, in whichever sleep they are: results keep to it.
fn drawn(task: usize, step: usize) -> String {
    format!("sleep {}.{}", task + 1, step + 1)
}

/// Dreams of every scene, a row each: one of each where they do not differ.
fn samples(scenes: &Scenes, seed: u64, bout: &str) -> Array2<f32> {
    let each = match scenes {
        Scenes::Patterns(_) => 1,
        Scenes::Field(_) | Scenes::Palettes(..) => SAMPLES,
    };
    let mut stream = Stream::new(seed, &format!("night.samples.{bout}"), 0);
    let mut rows = Vec::new();
    for _ in 0..each {
        for scene in 0..scenes.len() {
            rows.push(scenes.draw(scene, &mut stream));
        }
    }
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows.len(), columns), |(k, i)| rows[k][i])
}
