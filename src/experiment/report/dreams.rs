//! Dreams: what a network's own readout makes of its sleep, and the images that its spikes stand for.

mod contact_sheet;

use std::path::Path;

use super::choice::SEED;
use super::choice::dream::*;
use super::scan::Scan;
use super::{Subject, layered, meaning};
use crate::analysis::data::Data;
use crate::analysis::dream::{deal, likeness, project};
use crate::analysis::layered::{Counts, Dream, windows};
use crate::analysis::measure::Chance;
use crate::analysis::measure::class_reactivation::{Read, SPEC, readings};
use crate::analysis::trains::Span;
use crate::base::matrix::Matrix;
use crate::base::parameter::{Values, complete};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::config::Model;
use crate::config::sleep_replay::SleepReplay;
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::experiment::layered as network;
use crate::experiment::recorded::population;
use crate::mlp::images::Images;
use crate::report::html::{Cell, Column, Part, Sheet, Small, Table};

/// More spikes than this, of which each takes 8 bytes, are left to `analyse`.
const MOST_SPIKES: u64 = 20_000_000;

/// A sleep with its dreams.
struct Night<'a> {
    /// As the readout reads it.
    read: Read<'a>,
    /// Of each dream the spikes of the first hidden layer.
    first: Vec<Counts>,
    /// From the input to that layer, as it was before.
    fields: &'a Matrix,
    /// Number of the task learnt before it.
    task: usize,
}

pub(super) fn parts(subject: &Subject, scans: &[Scan]) -> Result<Vec<Part>, ExperimentError> {
    if let Some(Model::Night(model)) = &subject.model {
        return contact_sheet::parts(subject, model);
    }
    let Some(Model::SleepReplay(model)) = &subject.model else {
        return Ok(Vec::new());
    };
    // The page is of use without the images that a data set holds.
    let inputs = Inputs::of_run(&subject.recording, model);
    let Some(data) = data(subject, model, inputs.as_ref(), scans)? else {
        return Ok(Vec::new());
    };
    let nights = nights(&data, model);
    if nights.iter().all(|night| night.read.dreams.is_empty()) {
        return Ok(Vec::new());
    }
    let file = subject.recording.path().file_name().unwrap_or_default();
    let text = format!(
        "A dream is a window of {WINDOW_MS} ms of sleep, counted from its start, in which at least {LEAST_CELLS} neurons of the last \
         hidden layer fired. The readout as it was when the network fell asleep decodes their spikes. The image is the sum of \
         the receptive fields of the first hidden layer's neurons by their spikes in the window. Beside each number: the same \
         with the spikes dealt to neurons at random {SHUFFLES} times, since a readout that has just learnt a task may call \
         anything by its classes. The same numbers: sharpwave analyse {} class_reactivation coactivation layer_order.",
        Path::new(file).display()
    );
    let mut parts = vec![Part::Text(text), Part::Table(classes(&nights))];
    parts.push(Part::Table(statistics(subject, &nights, inputs.as_ref())));
    parts.extend(layered::parts(&data));
    parts.extend(sheets(subject, model, &nights, inputs.as_ref()));
    Ok(parts)
}

/// The layers of the network and its sleeps, as measures see them; `None` where they do not stand in the run, or are too much.
fn data(
    subject: &Subject,
    model: &SleepReplay,
    inputs: Option<&Inputs>,
    scans: &[Scan],
) -> Result<Option<Data>, ExperimentError> {
    let run = &subject.recording;
    let layered = network::layered(run, model, inputs)?;
    let of_layers = scans
        .iter()
        .filter(|scan| layered.layers.contains(&scan.name));
    let (total, has): (Vec<u64>, Vec<&String>) =
        of_layers.map(|scan| (scan.total, &scan.name)).unzip();
    let first = layered.layers.first();
    let is_read = [first.map(String::as_str), layered.last_hidden()]
        .iter()
        .all(|layer| layer.is_some_and(|layer| has.iter().any(|name| *name == layer)));
    if !is_read || layered.sleeps.is_empty() || total.iter().sum::<u64>() > MOST_SPIKES {
        return Ok(None);
    }
    let populations = has.iter().map(|name| population(run, name));
    Ok(Some(Data {
        populations: populations.collect::<Result<_, _>>()?,
        spans: vec![Span {
            start: Time::ZERO,
            stop: subject.stop,
        }],
        bouts: Vec::new(),
        tables: Default::default(),
        courses: Vec::new(),
        layered: Some(layered),
        weights: Vec::new(),
    }))
}

/// The sleeps with their dreams; none where there is nothing to read.
fn nights<'a>(data: &'a Data, model: &SleepReplay) -> Vec<Night<'a>> {
    let Ok(values) = complete(&SPEC, &Values::new()) else {
        return Vec::new();
    };
    let found = readings(data, &values, Chance::of(&SPEC, SEED));
    let layers = data.layered.as_ref().map(|layered| &layered.layers);
    let first = layers.and_then(|layers| layers.first());
    let first = first.and_then(|name| data.populations.iter().find(|own| own.name == *name));
    let (Ok(found), Some(first), Ok(bouts)) = (found, first, model.bouts()) else {
        return Vec::new();
    };
    let width = Duration::from_ms(WINDOW_MS).unwrap_or(Duration::ZERO);
    let night = |read: Read<'a>| {
        let mut shallow = windows(&first.trains, read.sleep.span, width);
        let dreams = read.dreams.iter();
        let first = dreams.map(|(dream, _)| shallow.remove(&dream.window).unwrap_or_default());
        let mut bouts = bouts.iter();
        Some(Night {
            first: first.collect(),
            fields: read.sleep.before.first()?,
            task: bouts.find(|bout| bout.name == read.sleep.name)?.task,
            read,
        })
    };
    found.into_iter().filter_map(night).collect()
}

/// A share as percent; a dash where it is undefined.
fn percent(share: f64, digits: usize) -> Cell {
    Cell::number(100.0 * share, digits)
}

/// Of each sleep the shares of dreams and of shuffles decoded to each class.
fn classes(nights: &[Night<'_>]) -> Table {
    let n = nights.iter().map(|night| night.read.classes()).max();
    let n = n.unwrap_or(0);
    let heads = (0..n).map(|class| Column::of(class.to_string(), &meaning::CLASS));
    let mut rows = Vec::new();
    for night in nights {
        let shares: Vec<[f64; 2]> = (0..n)
            .map(|class| night.read.share(|own| own == class))
            .collect();
        for (side, spikes) in ["dreams", "shuffled"].into_iter().enumerate() {
            let first = [Cell::text(&night.read.sleep.name), Cell::text(spikes)];
            let cells = shares.iter().map(|share| percent(share[side], 0));
            rows.push(first.into_iter().chain(cells).collect());
        }
    }
    let first = ["sleep", "spikes"].map(Column::new);
    Table {
        caption: "Dreams decoded to each class, %".into(),
        columns: first.into_iter().chain(heads).collect(),
        rows,
    }
}

/// The images learnt before a sleep; none where they are not known.
fn learnt<'a>(inputs: Option<&'a Inputs>, night: &Night<'_>) -> &'a [Images] {
    let known = inputs.filter(|inputs| inputs.train.len() > night.task);
    known.map_or(&[], |inputs| inputs.seen(night.task))
}

/// 1 less the likeness of `image` to the most alike of `images`; `None` where there is none of its size.
fn novelty(image: &[f64], images: &[Images]) -> Option<f64> {
    let all: usize = images.iter().map(Images::len).sum();
    let every = all.div_ceil(MOST_COMPARED).max(1);
    let each = images
        .iter()
        .flat_map(|images| (0..images.len()).map(move |k| images.image(k)));
    let alike = each
        .step_by(every)
        .filter(|other| other.len() == image.len());
    let best = alike
        .map(|other| likeness(image, other))
        .max_by(f64::total_cmp);
    best.map(|best| 1.0 - best)
}

/// Numbers of the dreams of `night` that are shown: all, or as many evenly spaced ones.
fn shown(night: &Night<'_>, nights: &[Night<'_>]) -> impl Iterator<Item = usize> {
    let most = MOST_SHOWN.div_ceil(nights.len().max(1));
    let n = night.read.dreams.len();
    let taken = n.min(most);
    (0..taken).map(move |k| k * n / taken)
}

/// The image of dream number `k`, and of the same numbers of spikes of other neurons.
fn images(night: &Night<'_>, k: usize, stream: &mut Stream) -> [Vec<f64>; 2] {
    let mut deck: Vec<usize> = (0..night.fields.rows()).collect();
    let dealt = deal(&mut deck, &night.first[k], stream);
    [&night.first[k], &dealt].map(|counts| project(night.fields, counts))
}

fn control_stream(subject: &Subject) -> Stream {
    Stream::new(subject.recording.seed(), "report.dreams.images", 0)
}

fn statistics(subject: &Subject, nights: &[Night<'_>], inputs: Option<&Inputs>) -> Table {
    let mut stream = control_stream(subject);
    let mut rows = Vec::new();
    for night in nights {
        let read = &night.read;
        let known = learnt(inputs, night);
        let novelties = shown(night, nights)
            .map(|k| images(night, k, &mut stream).map(|image| novelty(&image, known)));
        let novelties: Vec<[Option<f64>; 2]> = novelties.collect();
        let novel = |side: usize| {
            let some: Vec<f64> = novelties.iter().filter_map(|pair| pair[side]).collect();
            some.iter().sum::<f64>() / some.len() as f64
        };
        let numbers = read.statistics(LEVEL, MIXTURE);
        rows.push(vec![
            Cell::text(&read.sleep.name),
            Cell::count(read.all as u64),
            percent(numbers.confidence, 0),
            percent(numbers.shuffled, 0),
            Cell::count(numbers.told as u64),
            Cell::number(numbers.by_chance, 1),
            percent(numbers.mixtures, 0),
            percent(numbers.newest, 0),
            percent(numbers.newest_shuffled, 0),
            percent(numbers.newest_if_alike, 0),
            Cell::number(novel(0), 2),
            Cell::number(novel(1), 2),
        ]);
    }
    let p_column = format!("p ≤ {LEVEL}");
    let columns: [(&str, _); 11] = [
        ("dreams", &meaning::DREAM),
        ("confidence, %", &meaning::CONFIDENCE),
        ("shuffled", &meaning::CONFIDENCE),
        (&p_column, &meaning::DREAM_P),
        ("by chance", &meaning::DREAM_P),
        ("mixtures, %", &meaning::MIXTURE),
        ("newest task, %", &meaning::RECENCY),
        ("shuffled", &meaning::RECENCY),
        ("if all alike", &meaning::RECENCY),
        ("novelty", &meaning::NOVELTY),
        ("shuffled", &meaning::NOVELTY),
    ];
    let columns = columns.map(|(head, meaning)| Column::of(head, meaning));
    Table {
        caption: "Dreams of each sleep".into(),
        columns: std::iter::once(Column::new("sleep"))
            .chain(columns)
            .collect(),
        rows,
    }
}

/// The images of dreams, and of shuffles.
fn sheets(
    subject: &Subject,
    model: &SleepReplay,
    nights: &[Night<'_>],
    inputs: Option<&Inputs>,
) -> Vec<Part> {
    let pixels = model.mlp.layers[0];
    let side = (1..=pixels).find(|side| side * side >= pixels).unwrap_or(1);
    let (columns, rows) = match inputs.map(|inputs| (inputs.width, inputs.height)) {
        Some((width, height)) if width * height == pixels => (width, height),
        _ if side * side == pixels => (side, side),
        _ => return Vec::new(),
    };
    let mut stream = control_stream(subject);
    let (mut dreams, mut controls) = (Vec::new(), Vec::new());
    for night in nights {
        for k in shown(night, nights) {
            let [own, dealt] = images(night, k, &mut stream);
            let (Dream { start, .. }, reading) = &night.read.dreams[k];
            let class = match reading.decoded {
                Some(one) => format!("class {}, {:.0} %", one.class, 100.0 * one.share),
                None => "no class".into(),
            };
            let when = format!("{:.2} s", start.as_ms() / 1e3);
            let p = format!("p = {:.3}", reading.p);
            dreams.push(Small {
                lines: vec![when.clone(), class, p],
                cells: grey(&own),
                mark: "",
            });
            controls.push(Small {
                lines: vec![when, "shuffled".into()],
                cells: grey(&dealt),
                mark: "control",
            });
        }
    }
    let all: usize = nights.iter().map(|night| night.read.dreams.len()).sum();
    let of = match all > dreams.len() {
        true => format!("{} of {all} dreams", dreams.len()),
        false => format!("All {all} dreams"),
    };
    let every = controls.len().div_ceil(CONTROLS).max(1);
    let controls = controls.into_iter().step_by(every).collect();
    let sheet = |caption: String, pictures| {
        Part::Sheet(Sheet {
            caption,
            columns,
            rows,
            pictures,
        })
    };
    vec![
        sheet(format!("{of}: when in the night, the class with its confidence, and whether chance does as well; black is 0 and less, white the brightest hundredth."), dreams),
        sheet("Control: the same numbers of spikes, dealt to neurons of the first hidden layer at random.".into(), controls),
    ]
}

/// From 0, and what is below, to the brightest hundredth.
fn grey(image: &[f64]) -> Vec<u8> {
    let mut sorted: Vec<f64> = image.iter().map(|x| x.max(0.0)).collect();
    sorted.sort_by(f64::total_cmp);
    let top = sorted.get(sorted.len() * 99 / 100).copied().unwrap_or(0.0);
    let level = |x: &f64| match top > 0.0 {
        true => (255.0 * (x / top).clamp(0.0, 1.0)).round() as u8,
        false => 0,
    };
    image.iter().map(level).collect()
}
