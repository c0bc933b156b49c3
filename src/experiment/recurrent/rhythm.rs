//! Which rhythms the rates of a network hold that ran.

use std::path::Path;

use crate::analysis::signal::{periodogram, welch};
use crate::base::time::{Duration, Time};
use crate::config::network::{NetworkModel, Resolution, RhythmFigure, SpectrogramFigure};
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::weights;
use crate::protocol::hypnogram::Bout;
use crate::protocol::pressure::Pressure;
use crate::protocol::stage::Stage;
use crate::record::recording::Recording;
use crate::report::figure::{self, Rhythm, Rhythms, Spectrogram, StageRaster, StageRhythm};

/// Names of the figures without their endings.
pub(super) const RHYTHMS: &str = "rhythms";
pub(super) const SPECTROGRAM: &str = "spectrogram";

/// The rate of a neuron of `population` in hertz in each whole bin of the run, which ends at `end`.
fn rate(
    run: &Recording,
    population: &str,
    bin: Duration,
    end: Time,
) -> Result<Vec<f64>, ExperimentError> {
    let mut counts = vec![0_u32; (end.ps() / bin.ps()) as usize];
    for chunk in run.spike_chunks(population, ..)? {
        for (t, _) in chunk? {
            if let Some(count) = counts.get_mut((t.ps() / bin.ps()) as usize) {
                *count += 1;
            }
        }
    }
    let neurons = run.population(population)?.recorded.max(1) as f64;
    let per_hz = neurons * bin.as_ms() / 1e3;
    Ok(counts.into_iter().map(|n| f64::from(n) / per_hz).collect())
}

/// The name of what a bout is, without the number that tells it from others of this name.
fn kind(name: &str) -> &str {
    match name.rsplit_once(' ') {
        Some((kind, number)) if number.parse::<u32>().is_ok() => kind,
        _ => name,
    }
}

/// Whole bins of each bout but for its ramp, by what it is, in the order in which those come.
fn stretches<'a>(
    bouts: &'a [Bout],
    rate: &'a [f64],
    bin: Duration,
) -> Vec<(&'a str, Vec<&'a [f64]>)> {
    let mut kinds: Vec<(&str, Vec<&[f64]>)> = Vec::new();
    for bout in bouts {
        let ramp = bout.regime.ramp.map_or(Duration::ZERO, |ramp| ramp.length);
        let first = (bout.start.ps() + ramp.ps() + bin.ps() - 1) / bin.ps();
        let last = (bout.stop.ps() / bin.ps()).min(rate.len() as i64);
        let stretch = rate.get(first as usize..last as usize).unwrap_or_default();
        let kind = kind(&bout.name);
        match kinds.iter_mut().find(|known| known.0 == kind) {
            Some(known) => known.1.push(stretch),
            None => kinds.push((kind, vec![stretch])),
        }
    }
    kinds
}

/// Rows of a raster: of more neurons every so manieth.
const MOST_ROWS: usize = 60;

/// Of each kind of bout single spikes of `population` for `length`, or less, in the middle of its longest bout behind the ramp, and
/// the rate in them.
fn rasters<'a>(
    run: &Recording,
    population: &str,
    bouts: &'a [Bout],
    length: Duration,
    (rate, bin): (&[f64], Duration),
) -> Result<Vec<(&'a str, StageRaster)>, ExperimentError> {
    let known = run.population(population)?;
    let every = known.size.div_ceil(MOST_ROWS).max(1);
    let mut longest: Vec<(&str, Time, Time)> = Vec::new();
    for bout in bouts {
        let ramp = bout.regime.ramp.map_or(Duration::ZERO, |ramp| ramp.length);
        let (kind, start) = (kind(&bout.name), (bout.start + ramp).min(bout.stop));
        match longest.iter_mut().find(|own| own.0 == kind) {
            Some(own) if own.2 - own.1 < bout.stop - start => (own.1, own.2) = (start, bout.stop),
            Some(_) => {}
            None => longest.push((kind, start, bout.stop)),
        }
    }
    let mut all = Vec::new();
    for (kind, start, stop) in longest {
        let spare = (stop - start).ps() - length.ps();
        let from = Time::from_ps(start.ps() + spare.max(0) / 2);
        let to = (from + length).min(stop);
        let mut spikes = Vec::new();
        for chunk in run.spike_chunks(population, from..to)? {
            let shown = chunk?.into_iter();
            let shown = shown.filter(|(_, neuron)| (*neuron as usize).is_multiple_of(every));
            spikes.extend(shown.map(|(t, n)| ((t - from).as_ms(), n as usize / every)));
        }
        let at = |t: Time| ((t.ps() / bin.ps()) as usize).min(rate.len());
        let raster = StageRaster {
            from_s: from.as_ms() / 1e3,
            length_ms: (to - from).as_ms(),
            rows: known.size.div_ceil(every),
            every,
            spikes,
            rates: rate[at(from)..at(to)].to_vec(),
        };
        all.push((kind, raster));
    }
    Ok(all)
}

/// Draws the `figure` of what the run file `run` of `bouts` holds into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw_rhythms(
    figure: &RhythmFigure,
    run: &Path,
    bouts: &[Bout],
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let Resolution {
        bin, highest_hz, ..
    } = figure.resolution;
    let (segment, hz) = (figure.resolution.bins(), 1e3 / bin.as_ms());
    let end = bouts.last().map_or(Time::ZERO, |bout| bout.stop);
    let mut populations = Vec::new();
    for name in &figure.populations {
        let rate = rate(&run, name, bin, end)?;
        let rasters = match figure.raster {
            Some(length) => rasters(&run, name, bouts, length, (&rate, bin))?,
            None => Vec::new(),
        };
        let line = |(kind, stretches): (&str, Vec<&[f64]>)| {
            let spectrum = welch(stretches.iter().copied(), segment, hz);
            let (density, segments) = spectrum.unwrap_or_default();
            let frequency = |k: usize| k as f64 * hz / segment as f64;
            let density = density.into_iter().enumerate().skip(1);
            let density = density.map(|(k, power)| (frequency(k), power));
            StageRhythm {
                raster: rasters
                    .iter()
                    .find(|own| own.0 == kind)
                    .map(|own| own.1.clone()),
                name: kind.into(),
                density: density.take_while(|point| point.0 <= highest_hz).collect(),
                segments,
                rates: stretches.concat(),
            }
        };
        let neurons = run.population(name)?.recorded.max(1) as f64;
        populations.push(Rhythm {
            population: name.clone(),
            quantum_hz: hz / neurons,
            stages: stretches(bouts, &rate, bin).into_iter().map(line).collect(),
        });
    }
    Rhythms {
        populations,
        bin_ms: bin.as_ms(),
        segment_s: figure.resolution.segment.as_ms() / 1e3,
    }
    .draw(&directory.join(RHYTHMS))?;
    Ok(())
}

fn compress(model: &NetworkModel) -> f64 {
    model.played.as_ref().map_or(1.0, |played| played.compress)
}

/// Sleep pressure in the bouts of `model`, which begin at `clock` after midnight in one who has slept as the two-process model does.
fn pressure(clock: Duration, model: &NetworkModel) -> Vec<figure::Pressed> {
    /// Points along a run, beside the ends of bouts: more are not told apart.
    const POINTS: f64 = 400.0;
    const MS_PER_H: f64 = 3.6e6;
    let mut now = Pressure::at(clock.as_ms() / MS_PER_H).0;
    let step_ms = model.duration().as_ms() / POINTS;
    let mut time_ms = 0.0;
    let point = |time_ms: f64, now: Pressure| figure::Pressed {
        time_ms,
        s: now.s,
        thresholds: now.thresholds(),
    };
    let mut points = vec![point(time_ms, now)];
    for bout in &model.bouts {
        let asleep = Stage::of_bout(&bout.name).is_some_and(|stage| stage != Stage::Wake);
        let length_ms = bout.duration.as_ms();
        let steps = (length_ms / step_ms).ceil().max(1.0);
        for _ in 0..steps as u32 {
            let ms = length_ms / steps;
            now = now.after(ms * compress(model) / MS_PER_H, asleep);
            time_ms += ms;
            points.push(point(time_ms, now));
        }
    }
    points
}

/// Draws the `figure` of what the run file `run` of `model` holds, under `bouts`, into the folder `directory`.
///
/// # Errors
/// If the run file is damaged, or the figure cannot be written.
pub(super) fn draw_spectrogram(
    figure: &SpectrogramFigure,
    run: &Path,
    model: &NetworkModel,
    bouts: &[figure::Bout],
    directory: &Path,
) -> Result<(), ExperimentError> {
    let run = Recording::open(run)?;
    let Resolution {
        bin, highest_hz, ..
    } = figure.resolution;
    let (segment, hz) = (figure.resolution.bins(), 1e3 / bin.as_ms());
    let end = Time::ZERO + model.duration();
    let rate = rate(&run, &figure.population, bin, end)?;
    let rows = ((highest_hz * segment as f64 / hz) as usize).min(segment / 2);
    let power = |part: &[f64]| -> Vec<f64> {
        let density = periodogram(part, hz);
        density[1..=rows].to_vec()
    };
    let course = |name: &String| -> Result<_, ExperimentError> {
        let statistics = run.weight_statistics(name)?;
        Ok(weights::course(
            name,
            &weights::unit(model, name),
            &statistics,
            weights::named(model, name),
        ))
    };
    let courses = figure.projections.iter().map(course);
    Spectrogram {
        population: figure.population.clone(),
        bouts: bouts.to_vec(),
        end,
        segment: Duration::from_ps(segment as i64 * bin.ps()),
        step_hz: hz / segment as f64,
        power: rate.chunks_exact(segment).map(power).collect(),
        courses: courses.collect::<Result<_, _>>()?,
        pressure: figure
            .clock
            .map_or(Vec::new(), |clock| pressure(clock, model)),
        compress: compress(model),
    }
    .draw(&directory.join(SPECTROGRAM))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bouts_of_one_kind_are_one() {
        assert_eq!(
            [kind("N3"), kind("N3 12"), kind("learn S1"), kind("a b 2")],
            ["N3", "N3", "learn S1", "a b"]
        );
    }
}
