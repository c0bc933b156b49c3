//! What a layered network does again in sleep: which of its units are active together, and in which order, against their
//! activity when images are presented. Which classes it dreams of stands with the dreams.

use ndarray::{Array2, ArrayView2, Axis};

use super::choice::dream::{LEVEL, WINDOW_MS};
use super::choice::layered::*;
use super::night::{Night, weights_before};
use super::{Subject, meaning};
use crate::analysis::coactivation::{Centred, Pairs, centred, explained};
use crate::analysis::first_spike::{Order, order};
use crate::base::matrix::Matrix;
use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::config::sleep_replay::{SleepReplay, projection_name};
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::mlp::images::Images;
use crate::protocol::hypnogram::Bout;
use crate::report::html::{Cell, Column, Part, Table};

pub(super) fn parts(
    subject: &Subject,
    model: &SleepReplay,
    nights: &[Night],
    inputs: &Inputs,
) -> Result<Vec<Part>, ExperimentError> {
    let names = model.mlp.layer_names();
    let recorded = |name: &String| {
        let known = subject.recording.population(name);
        known.is_ok_and(|known| known.recorded > 0)
    };
    // Layers by number, from the first hidden one on.
    let seen: Vec<usize> = (1..names.len()).filter(|&l| recorded(&names[l])).collect();
    let last = names.len() - 2;
    let hidden: Vec<usize> = seen.iter().copied().filter(|&l| l <= last).collect();
    let (mut together, mut ordered) = (Vec::new(), Vec::new());
    let mut before: Vec<Vec<Centred>> = Vec::new();
    for (number, night) in nights.iter().enumerate() {
        let task = inputs.train.get(night.bout.task);
        let Some(task) = task.filter(|task| !task.is_empty()) else {
            continue;
        };
        let mut weights = Vec::new();
        for l in 0..last {
            weights.extend(weights_before(
                subject,
                &projection_name(&names, l),
                &night.bout,
            )?);
        }
        if weights.len() < last {
            continue;
        }
        let stream = |what: &str| {
            let seed = subject.recording.seed();
            Stream::new(seed, &format!("report.layered.{what}"), number as u64)
        };
        let mut counts = Vec::new();
        for &l in &hidden {
            counts.push(binned(subject, &names[l], &night.bout)?);
        }
        let presented = present(&weights, some_of(task));
        let mut draws = stream("pairs");
        for (place, &l) in hidden.iter().enumerate() {
            let asleep = (&counts[place][..], before.get(place));
            let found = coactive(&presented[l - 1], asleep, &mut draws);
            let first = [Cell::text(&night.bout.name), Cell::text(&names[l])];
            together.push(first.into_iter().chain(found).collect());
        }
        before = counts;
        let seen: Vec<&String> = seen.iter().map(|&l| &names[l]).collect();
        let found = orders(
            subject,
            night,
            &names[last],
            (&weights, inputs),
            &mut stream("order"),
        )?;
        let upwards = upwards(subject, night, &seen)?;
        ordered.push(order_row(&night.bout, &found, upwards));
    }
    let mut parts = Vec::new();
    if !together.is_empty() {
        parts.push(Part::Table(coactive_table(together)));
    }
    if !ordered.is_empty() {
        parts.push(Part::Table(order_table(ordered)));
    }
    Ok(parts)
}

/// Evenly chosen ones of `images`, as rows.
fn some_of(images: &Images) -> Array2<f32> {
    let n = images.len().min(MOST_IMAGES);
    let mut rows = Array2::zeros((n, images.pixels()));
    images.fill((0..n).map(|k| k * images.len() / n), rows.view_mut());
    rows
}

/// What the units of each layer but the input make of images, a row each.
fn present(weights: &[Matrix], images: Array2<f32>) -> Vec<Array2<f32>> {
    let mut layers: Vec<Array2<f32>> = Vec::new();
    for weights in weights {
        let below = layers.last().unwrap_or(&images);
        // A matrix has as many values as it says.
        let Ok(own) = ArrayView2::from_shape(weights.shape(), weights.values()) else {
            break;
        };
        layers.push(below.dot(&own.t()).mapv_into(|sum| sum.max(0.0)));
    }
    layers
}

/// The spikes of each neuron of a population in the bins of a bout.
fn binned(subject: &Subject, name: &str, bout: &Bout) -> Result<Vec<Centred>, ExperimentError> {
    let width = Duration::from_ps(BIN_MS * PS_PER_MS);
    let bins = (bout.duration().ps() / width.ps()) as usize;
    let size = subject.recording.population(name)?.size;
    let mut counts = vec![0.0; size * bins];
    for chunk in subject
        .recording
        .spike_chunks(name, bout.start..bout.stop)?
    {
        for (t, neuron) in chunk? {
            let bin = (t.since(bout.start).ps() / width.ps()) as usize;
            if bin < bins {
                counts[neuron as usize * bins + bin] += 1.0;
            }
        }
    }
    let of = |neuron: usize| centred(&counts[neuron * bins..][..bins]);
    Ok((0..size).map(of).collect())
}

/// The cells of one layer and sleep: what was presented against this sleep and, if there was one, the sleep before.
fn coactive(
    presented: &Array2<f32>,
    (asleep, before): (&[Centred], Option<&Vec<Centred>>),
    stream: &mut Stream,
) -> Vec<Cell> {
    let columns = presented.axis_iter(Axis(1));
    let columns =
        columns.map(|column| centred(&column.iter().map(|&x| x.into()).collect::<Vec<_>>()));
    let presented: Vec<Centred> = columns.collect();
    let varies = |unit: &usize| presented[*unit].1 > 0.0 && asleep[*unit].1 > 0.0;
    let sleeping = |unit: &usize| before.is_none_or(|before| before[*unit].1 > 0.0);
    let units: Vec<usize> = (0..asleep.len().min(presented.len()))
        .filter(|unit| varies(unit) && sleeping(unit))
        .collect();
    let n = units.len().min(MOST_UNITS);
    let chosen: Vec<usize> = (0..n).map(|k| units[k * units.len() / n]).collect();
    let pairs = |of: &[Centred]| {
        let chosen = chosen.iter().map(|&unit| of[unit].clone());
        Pairs::of(&chosen.collect::<Vec<_>>())
    };
    let (t, m) = (pairs(&presented), pairs(asleep));
    let tm = t.likeness(&m);
    let shuffled: Vec<f64> = (0..SHUFFLES).map(|_| m.shuffled(&t, stream)).collect();
    let as_much = shuffled.iter().filter(|r| **r >= tm - 1e-12).count() as f64;
    let known = n >= LEAST_UNITS && tm.is_finite();
    let shown = |value: f64, digits| Cell::number(Some(value).filter(|_| known), digits);
    let both = before.filter(|_| known).map(|before| {
        let c = pairs(before);
        let (tc, cm) = (t.likeness(&c), c.likeness(&m));
        [explained(tm, tc, cm), explained(tc, tm, cm)]
    });
    let share = |which: usize| Cell::number(both.map(|both| 100.0 * both[which]), 1);
    vec![
        Cell::count(n as u64),
        shown(tm, 3),
        shown(shuffled.iter().sum::<f64>() / f64::from(SHUFFLES), 3),
        shown((as_much + 1.0) / f64::from(SHUFFLES + 1), 3),
        share(0),
        share(1),
    ]
}

fn coactive_table(rows: Vec<Vec<Cell>>) -> Table {
    let columns = [
        ("units", &meaning::COACTIVE),
        ("r with presentation", &meaning::PRESENTED),
        ("shuffled", &meaning::COACTIVE),
        ("p", &meaning::COACTIVE),
        ("EV, %", &meaning::EXPLAINED),
        ("REV, %", &meaning::EXPLAINED),
    ];
    let first = ["sleep", "layer"].map(Column::new);
    Table {
        caption: "Units that are active together: sleep against presentation".into(),
        columns: (first.into_iter())
            .chain(columns.map(|(head, meaning)| Column::of(head, meaning)))
            .collect(),
        rows,
    }
}

/// Of each dream of which class something can be told, the order of the units called `name`.
fn orders(
    subject: &Subject,
    night: &Night,
    name: &str,
    (weights, inputs): (&[Matrix], &Inputs),
    stream: &mut Stream,
) -> Result<Vec<Order>, ExperimentError> {
    let (classes, means) = class_means(inputs.seen(night.bout.task));
    let layers = present(weights, means);
    let Some(drives) = layers.last() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (dream, first) in night.dreams.iter().zip(first_spikes(subject, night, name)?) {
        let class = dream.reading.decoded.map(|decoded| decoded.class);
        let row = class.and_then(|class| classes.iter().position(|&own| own == class));
        let Some(row) = row.filter(|_| first.len() >= LEAST_UNITS) else {
            continue;
        };
        let times: Vec<f64> = first
            .iter()
            .map(|&(t, _)| t.since(dream.start).as_ms())
            .collect();
        let drive = |&(_, neuron): &(Time, u32)| f64::from(drives[(row, neuron as usize)]);
        let drives: Vec<f64> = first.iter().map(drive).collect();
        found.extend(order(&times, &drives, SHUFFLES, stream));
    }
    Ok(found)
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

/// Of each dream of a night the first spike of each neuron of a population that fires in it, in order of time.
fn first_spikes(
    subject: &Subject,
    night: &Night,
    name: &str,
) -> Result<Vec<Vec<(Time, u32)>>, ExperimentError> {
    let mut all: Vec<Vec<(Time, u32)>> = vec![Vec::new(); night.dreams.len()];
    let length = Duration::from_ps(WINDOW_MS * PS_PER_MS);
    let Bout { start, stop, .. } = night.bout;
    // Dreams ascend, and so do spikes.
    let mut at = 0;
    for chunk in subject.recording.spike_chunks(name, start..stop)? {
        for (t, neuron) in chunk? {
            while night
                .dreams
                .get(at)
                .is_some_and(|dream| t >= dream.start + length)
            {
                at += 1;
            }
            let Some(dream) = night.dreams.get(at) else {
                return Ok(all);
            };
            if t >= dream.start && all[at].iter().all(|(_, known)| *known != neuron) {
                all[at].push((t, neuron));
            }
        }
    }
    Ok(all)
}

/// In how many dreams no layer fires before the one below it, of how many in which all `names` fire.
fn upwards(
    subject: &Subject,
    night: &Night,
    names: &[&String],
) -> Result<(usize, usize), ExperimentError> {
    let mut first: Vec<Vec<Option<Time>>> = Vec::new();
    for name in names {
        let spikes = first_spikes(subject, night, name)?;
        first.push(
            spikes
                .iter()
                .map(|own| own.first().map(|own| own.0))
                .collect(),
        );
    }
    let (mut up, mut all) = (0, 0);
    for k in 0..night.dreams.len() {
        let times: Option<Vec<Time>> = first.iter().map(|layer| layer[k]).collect();
        if let Some(times) = times.filter(|times| times.len() > 1) {
            all += 1;
            up += usize::from(times.is_sorted());
        }
    }
    Ok((up, all))
}

fn order_row(bout: &Bout, found: &[Order], (up, all): (usize, usize)) -> Vec<Cell> {
    let n = found.len();
    let mean = |of: fn(&Order) -> f64| {
        let sum: f64 = found.iter().map(of).sum();
        (n > 0).then(|| sum / n as f64)
    };
    let told = found.iter().filter(|order| order.p <= LEVEL).count();
    vec![
        Cell::text(&bout.name),
        Cell::count(n as u64),
        Cell::number(mean(|order| order.rho), 3),
        Cell::number(mean(|order| order.chance), 3),
        Cell::count(told as u64),
        Cell::number(LEVEL * n as f64, 1),
        Cell::count(all as u64),
        Cell::number((all > 0).then(|| 100.0 * up as f64 / all as f64), 0),
    ]
}

fn order_table(rows: Vec<Vec<Cell>>) -> Table {
    let p_column = format!("p ≤ {LEVEL}");
    let columns: [(&str, _); 7] = [
        ("dreams", &meaning::ORDERED),
        ("strongest first, ρ", &meaning::ORDERED),
        ("shuffled", &meaning::ORDERED),
        (&p_column, &meaning::ORDERED),
        ("by chance", &meaning::ORDERED),
        ("all layers fire", &meaning::UPWARDS),
        ("in order, %", &meaning::UPWARDS),
    ];
    let columns = columns.map(|(head, meaning)| Column::of(head, meaning));
    Table {
        caption: "Order in dreams: first spikes against presentation".into(),
        columns: std::iter::once(Column::new("sleep"))
            .chain(columns)
            .collect(),
        rows,
    }
}
