//! Weights: snapshots before and after, and how they spread over time.

use super::{Subject, meaning};
use crate::base::matrix::Matrix;
use crate::config::Model;
use crate::experiment::error::ExperimentError;
use crate::experiment::night::{CLASS_MEANS, DREAMT};
use crate::experiment::recurrent::weights::{course, named, unit};
use crate::report::figure::{Bout, Projection, WeightCourse, WeightHistogram};
use crate::report::html::{Cell, Column, Drawn, Part, Picture, Table};

/// Snapshots of a projection in the table; of more, as many evenly spaced ones.
const MOST: usize = 24;

pub(super) fn parts(subject: &Subject) -> Result<Vec<Part>, ExperimentError> {
    let mut parts = snapshots(subject)?;
    parts.extend(courses(subject)?);
    Ok(parts)
}

/// Mean and standard deviation over all, the smallest and the largest.
fn moments(weights: &Matrix) -> [f64; 4] {
    let values = || weights.values().iter().map(|&w| f64::from(w));
    let n = weights.values().len().max(1) as f64;
    let mean = values().sum::<f64>() / n;
    let squares: f64 = values().map(|w| (w - mean) * (w - mean)).sum();
    let min = values().fold(f64::INFINITY, f64::min);
    let max = values().fold(f64::NEG_INFINITY, f64::max);
    [mean, (squares / n).sqrt(), min, max]
}

/// Share of values that differ, in percent.
fn changed(before: &Matrix, after: &Matrix) -> f64 {
    let both = before.values().iter().zip(after.values());
    let n = both.clone().count().max(1) as f64;
    100.0 * both.filter(|(a, b)| a != b).count() as f64 / n
}

fn snapshots(subject: &Subject) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let (mut rows, mut pairs, mut left_out) = (Vec::new(), Vec::new(), 0);
    // Dreams of a night are images, and sleep changes no bias.
    let is_other = |name: &String| match &subject.model {
        Some(Model::Night(_)) => [DREAMT, CLASS_MEANS].contains(&name.as_str()),
        Some(Model::SleepReplay(model)) => model.mlp.bias_names().contains(name),
        _ => false,
    };
    let projections = run.projections()?.into_iter();
    for projection in projections.filter(|known| !is_other(&known.name)) {
        let times = run.moments(&projection.name)?;
        let taken = times.len().min(MOST);
        left_out += times.len() - taken;
        let mut last: Option<Matrix> = None;
        let mut pair: (Option<Matrix>, Option<Matrix>, String) = Default::default();
        for k in 0..taken {
            // The first and the last are among them.
            let number = k * (times.len() - 1) / (taken - 1).max(1);
            let snapshot = run.snapshot(&projection.name, number)?;
            let [mean, sd, min, max] = moments(&snapshot.weights);
            rows.push(vec![
                Cell::text(&projection.name),
                Cell::text(&snapshot.label),
                Cell::number(snapshot.time.as_ms() / 1e3, 3),
                Cell::number(mean, 5),
                Cell::number(sd, 5),
                Cell::number(min, 4),
                Cell::number(max, 4),
                Cell::number(
                    last.as_ref().map(|last| changed(last, &snapshot.weights)),
                    2,
                ),
            ]);
            let is_before = snapshot.label.starts_with("before");
            if is_before || pair.0.is_none() {
                pair.0 = Some(snapshot.weights.clone());
            } else {
                pair.1 = Some(snapshot.weights.clone());
                pair.2 = snapshot.label.clone();
            }
            last = Some(snapshot.weights);
        }
        if let (Some(before), Some(after), label) = pair {
            pairs.push((projection.name, before, after, label));
        }
    }
    let mut parts = Vec::new();
    if let Some((.., label)) = pairs.first() {
        let name = |name: &str| match &subject.model {
            Some(Model::Network(model)) => unit(model, name),
            _ => String::new(),
        };
        let figure = WeightHistogram {
            projections: pairs
                .iter()
                .map(|(name, before, after, _)| Projection {
                    name: name.clone(),
                    before,
                    after,
                    step: None,
                })
                .collect(),
            unit: name(&pairs[0].0),
            of: label.trim_start_matches("after ").into(),
        };
        parts.push(Part::Figure(Picture {
            name: "weights".into(),
            says: format!(
                "Histograms of the weights of each projection: {label}, and before that."
            ),
            svg: figure.svg()?,
        }));
    }
    if !rows.is_empty() {
        let more = match left_out {
            0 => String::new(),
            n => format!(" ({n} of them are left out here)"),
        };
        parts.push(Part::Table(Table {
            caption: format!("Weights at each snapshot{}{more}", subject.of_seed()?),
            columns: vec![
                Column::new("projection"),
                Column::new("when"),
                Column::new("at, s"),
                Column::of("mean", &meaning::MEAN_WEIGHT),
                Column::of("SD", &meaning::SD_WEIGHT),
                Column::of("smallest", &meaning::EXTREME_WEIGHT),
                Column::of("largest", &meaning::EXTREME_WEIGHT),
                Column::of("changed, %", &meaning::CHANGED),
            ],
            rows,
        }));
    }
    Ok(parts)
}

fn courses(subject: &Subject) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let mut courses = Vec::new();
    for name in run.observed()? {
        let statistics = run.weight_statistics(&name)?;
        let (unit, named) = match &subject.model {
            Some(Model::Network(model)) => (unit(model, &name), named(model, &name)),
            _ => (String::new(), 0),
        };
        if !statistics.is_empty() {
            courses.push(course(&name, &unit, &statistics, named));
        }
    }
    if courses.is_empty() {
        return Ok(Vec::new());
    }
    let bouts = run.bouts()?.into_iter().map(|bout| Bout {
        name: bout.name,
        start: bout.start,
        stop: bout.stop,
        stage: None,
    });
    let bouts = bouts.collect();
    Ok(vec![Part::Figure(Picture {
        name: "weights_over_time".into(),
        says: "Weights of each projection over time: quantiles, mean, some single synapses, and histograms at the first and the last moment.".into(),
        svg: WeightCourse { courses, bouts }.svg()?,
    })])
}
