//! Dreams: what a network's own readout makes of its sleep, and the images that its spikes stand for.

mod contact_sheet;

use std::collections::BTreeMap;

use super::choice::dream::*;
use super::night::{Counts, Dream, Night, weights_before};
use super::{Subject, layered, meaning};
use crate::analysis::dream::{Decoded, deal, likeness, project, read};
use crate::base::stream::Stream;
use crate::base::time::{PS_PER_MS, Time};
use crate::config::Model;
use crate::config::sleep_replay::{SleepReplay, projection_name};
use crate::experiment::error::ExperimentError;
use crate::experiment::inputs::Inputs;
use crate::mlp::images::Images;
use crate::protocol::hypnogram::{Bout, Kind};
use crate::report::html::{Cell, Column, Part, Sheet, Small, Table};

pub(super) fn parts(subject: &Subject) -> Result<Vec<Part>, ExperimentError> {
    if let Some(Model::Night(model)) = &subject.model {
        return contact_sheet::parts(subject, model);
    }
    let Some(Model::SleepReplay(model)) = &subject.model else {
        return Ok(Vec::new());
    };
    let nights = nights(subject, model)?;
    if nights.iter().all(|night| night.dreams.is_empty()) {
        return Ok(Vec::new());
    }
    // The page is of use without the images that a data set holds.
    let inputs = Inputs::read(model).ok();
    let text = format!(
        "A dream is a window of {WINDOW_MS} ms of sleep, counted from its start, in which at least {LEAST_CELLS} neurons of the last \
         hidden layer fired. The readout as it was when the network fell asleep decodes their spikes. The image is the sum of \
         the receptive fields of the first hidden layer's neurons by their spikes in the window. Beside each number: the same \
         with the spikes dealt to neurons at random {SHUFFLES} times, since a readout that has just learnt a task may call \
         anything by its classes."
    );
    let mut parts = vec![Part::Text(text), Part::Table(classes(&nights))];
    parts.push(Part::Table(statistics(
        subject,
        model,
        &nights,
        inputs.as_ref(),
    )));
    if let Some(inputs) = &inputs {
        parts.extend(layered::parts(subject, model, &nights, inputs)?);
    }
    parts.extend(sheets(subject, model, &nights, inputs.as_ref()));
    Ok(parts)
}

fn nights(subject: &Subject, model: &SleepReplay) -> Result<Vec<Night>, ExperimentError> {
    let run = &subject.recording;
    let names = model.mlp.layer_names();
    let last = names.len() - 2;
    let recorded = |name: &String| run.population(name).is_ok_and(|known| known.recorded > 0);
    let known = run.projections()?;
    let (first, readout) = (projection_name(&names, 0), projection_name(&names, last));
    let has = |name: &str| known.iter().any(|projection| projection.name == name);
    if last == 0
        || !recorded(&names[1])
        || !recorded(&names[last])
        || !has(&first)
        || !has(&readout)
    {
        return Ok(Vec::new());
    }
    let mut nights = Vec::new();
    for bout in model
        .bouts()?
        .into_iter()
        .filter(|bout| bout.kind == Kind::Sleep)
    {
        // A run that has not come so far.
        let before = |projection: &str| weights_before(subject, projection, &bout);
        let (Some(fields), Some(readout)) = (before(&first)?, before(&readout)?) else {
            continue;
        };
        let deep = windows(subject, &names[last], &bout)?;
        let shallow = windows(subject, &names[1], &bout)?;
        let busy: Vec<(&i64, &Counts)> = deep
            .iter()
            .filter(|(_, counts)| counts.len() >= LEAST_CELLS)
            .collect();
        let taken = busy.len().min(MOST_WINDOWS);
        let mut stream = Stream::new(run.seed(), "report.dreams", nights.len() as u64);
        let dream = |k: usize| {
            let (&window, counts) = busy[k * busy.len() / taken];
            Dream {
                start: Time::from_ps(bout.start.ps() + window * WINDOW_MS * PS_PER_MS),
                reading: read(&readout, counts, SHUFFLES, &mut stream),
                first: shallow.get(&window).cloned().unwrap_or_default(),
            }
        };
        nights.push(Night {
            dreams: (0..taken).map(dream).collect(),
            found: busy.len(),
            bout,
            fields,
        });
    }
    Ok(nights)
}

/// Spikes of each neuron of the population called `name` in each window of `bout`.
fn windows(
    subject: &Subject,
    name: &str,
    bout: &Bout,
) -> Result<BTreeMap<i64, Counts>, ExperimentError> {
    let mut windows: BTreeMap<i64, BTreeMap<usize, u32>> = BTreeMap::new();
    for chunk in subject
        .recording
        .spike_chunks(name, bout.start..bout.stop)?
    {
        for (t, neuron) in chunk? {
            let window = t.since(bout.start).ps() / (WINDOW_MS * PS_PER_MS);
            *windows
                .entry(window)
                .or_default()
                .entry(neuron as usize)
                .or_default() += 1;
        }
    }
    let counts = windows.into_iter();
    Ok(counts
        .map(|(window, counts)| (window, counts.into_iter().collect()))
        .collect())
}

fn percent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| 100.0 * part / whole)
}

/// Of each sleep the shares of dreams and of shuffles decoded to each class.
fn classes(nights: &[Night]) -> Table {
    let dreamt = nights.iter().flat_map(|night| &night.dreams);
    let n = dreamt
        .map(|dream| dream.reading.chance_classes.len())
        .max()
        .unwrap_or(0);
    let heads = (0..n).map(|class| Column::of(class.to_string(), &meaning::CLASS));
    let mut rows = Vec::new();
    for night in nights {
        let of = |class: usize| {
            let decoded = night
                .dreams
                .iter()
                .filter_map(|dream| dream.reading.decoded);
            decoded.filter(|decoded| decoded.class == class).count() as f64
        };
        let chance = |class: usize| {
            let counts = night
                .dreams
                .iter()
                .map(|dream| dream.reading.chance_classes[class]);
            counts.sum::<u64>() as f64
        };
        let own: f64 = (0..n).map(of).sum();
        let dealt: f64 = (0..n).map(chance).sum();
        let first = |text: &str| [Cell::text(&night.bout.name), Cell::text(text)].into_iter();
        let share = (0..n).map(|class| Cell::number(percent(of(class), own), 0));
        rows.push(first("dreams").chain(share).collect());
        let share = (0..n).map(|class| Cell::number(percent(chance(class), dealt), 0));
        rows.push(first("shuffled").chain(share).collect());
    }
    let first = ["sleep", "spikes"].map(Column::new);
    Table {
        caption: "Dreams decoded to each class, %".into(),
        columns: first.into_iter().chain(heads).collect(),
        rows,
    }
}

/// The images learnt before a sleep; none where they are not known.
fn learnt<'a>(inputs: Option<&'a Inputs>, night: &Night) -> &'a [Images] {
    let known = inputs.filter(|inputs| inputs.train.len() > night.bout.task);
    known.map_or(&[], |inputs| inputs.seen(night.bout.task))
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

/// Dreams of `night` that are shown, and how many evenly spaced ones that are.
fn shown<'a>(night: &'a Night, nights: &[Night]) -> impl Iterator<Item = &'a Dream> {
    let most = MOST_SHOWN.div_ceil(nights.len().max(1));
    let (n, taken) = (night.dreams.len(), night.dreams.len().min(most));
    (0..taken).map(move |k| &night.dreams[k * n / taken])
}

/// The image of a dream, and of the same numbers of spikes of other neurons.
fn images(dream: &Dream, night: &Night, stream: &mut Stream) -> [Vec<f64>; 2] {
    let mut deck: Vec<usize> = (0..night.fields.rows()).collect();
    let dealt = deal(&mut deck, &dream.first, stream);
    [&dream.first, &dealt].map(|counts| project(&night.fields, counts))
}

fn control_stream(subject: &Subject) -> Stream {
    Stream::new(subject.recording.seed(), "report.dreams.images", 0)
}

fn statistics(
    subject: &Subject,
    model: &SleepReplay,
    nights: &[Night],
    inputs: Option<&Inputs>,
) -> Table {
    let mut stream = control_stream(subject);
    let mut rows = Vec::new();
    for night in nights {
        let readings = || night.dreams.iter().map(|dream| &dream.reading);
        let decoded: Vec<Decoded> = readings().filter_map(|reading| reading.decoded).collect();
        let n = decoded.len() as f64;
        let mean = |sum: f64, n: f64| (n > 0.0).then(|| sum / n);
        let mixed = decoded
            .iter()
            .filter(|one| one.second >= MIXTURE * one.share)
            .count();
        let told = readings().filter(|reading| reading.p <= LEVEL).count();
        // Of a given network nobody knows what it learnt last.
        let data = model
            .data
            .as_ref()
            .filter(|_| inputs.is_none_or(|inputs| inputs.given.is_none()));
        let newest = data.and_then(|data| data.tasks.get(night.bout.task));
        let newest = newest.filter(|_| night.bout.task > 0);
        let recent =
            |class: usize| newest.is_some_and(|task| task.iter().any(|&k| usize::from(k) == class));
        let of_newest = decoded.iter().filter(|one| recent(one.class)).count() as f64;
        let counts = || readings().flat_map(|reading| reading.chance_classes.iter().enumerate());
        let dealt: u64 = counts().map(|(_, n)| n).sum();
        let dealt_newest: u64 = counts()
            .filter(|(class, _)| recent(*class))
            .map(|(_, n)| n)
            .sum();
        let seen = data.map_or(0, |data| {
            data.tasks
                .iter()
                .take(night.bout.task + 1)
                .flatten()
                .count()
        });
        let known = learnt(inputs, night);
        let novelties = shown(night, nights)
            .map(|dream| images(dream, night, &mut stream).map(|image| novelty(&image, known)));
        let novelties: Vec<[Option<f64>; 2]> = novelties.collect();
        let novel = |side: usize| {
            let some = novelties.iter().filter_map(|pair| pair[side]);
            mean(some.clone().sum(), some.count() as f64)
        };
        rows.push(vec![
            Cell::text(&night.bout.name),
            Cell::count(night.found as u64),
            Cell::number(
                mean(100.0 * decoded.iter().map(|one| one.share).sum::<f64>(), n),
                0,
            ),
            Cell::number(
                mean(
                    100.0 * readings().map(|reading| reading.chance_share).sum::<f64>(),
                    night.dreams.len() as f64,
                ),
                0,
            ),
            Cell::count(told as u64),
            Cell::number(LEVEL * night.dreams.len() as f64, 1),
            Cell::number(percent(mixed as f64, n), 0),
            Cell::number(newest.and_then(|_| percent(of_newest, n)), 0),
            Cell::number(
                newest.and_then(|_| percent(dealt_newest as f64, dealt as f64)),
                0,
            ),
            Cell::number(
                newest.and_then(|task| percent(task.len() as f64, seen as f64)),
                0,
            ),
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
    nights: &[Night],
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
        for dream in shown(night, nights) {
            let [own, dealt] = images(dream, night, &mut stream);
            let class = match dream.reading.decoded {
                Some(one) => format!("class {}, {:.0} %", one.class, 100.0 * one.share),
                None => "no class".into(),
            };
            let when = format!("{:.2} s", dream.start.as_ms() / 1e3);
            let p = format!("p = {:.3}", dream.reading.p);
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
    let all: usize = nights.iter().map(|night| night.dreams.len()).sum();
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
