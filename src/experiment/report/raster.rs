//! The spikes of a report: counted over all of the run, single where there is room.

use super::scan::Scan;
use super::{Options, Subject};
use crate::base::time::Time;
use crate::config::Model;
use crate::experiment::error::ExperimentError;
use crate::protocol::stage::Stage;
use crate::report::html::{Band, Bout, Part, Raster, Spikes};

/// Single spikes of all populations together: some 2 bytes each, 3 as letters, of the 3 MB that a page may have.
const ROOM: u64 = 800_000;
/// As many where a stretch is asked for: a page of some 20 MB.
const MOST: u64 = 5_000_000;

type Span = (Time, Time);

pub(super) fn parts(
    subject: &Subject,
    scans: &[Scan],
    options: &Options,
) -> Result<Vec<Part>, ExperimentError> {
    if scans.is_empty() {
        return Ok(Vec::new());
    }
    let is_night = matches!(&subject.model, Some(Model::Network(model)) if model.played.is_some());
    let bouts = subject.recording.bouts()?.into_iter();
    let bouts = bouts
        .filter(|bout| bout.stop > bout.start)
        .map(|bout| Bout {
            stage: is_night.then(|| Stage::of_bout(&bout.name)).flatten(),
            name: bout.name,
            start: bout.start,
            stop: bout.stop,
        });
    let spans = spans(scans, subject.stop, options);
    let mut bands = Vec::new();
    for (scan, span) in scans.iter().zip(&spans).rev() {
        let mut single = Spikes::default();
        if let Some((start, stop)) = *span {
            single = Spikes::within(start, stop, scan.size);
            // A spike at the very end is one of the run's.
            for chunk in subject.recording.spike_chunks(&scan.name, start..=stop)? {
                chunk?
                    .into_iter()
                    .for_each(|(t, neuron)| single.add(t, neuron));
            }
        }
        bands.push(Band {
            name: scan.name.clone(),
            size: scan.size,
            recorded: scan.recorded,
            total: scan.total,
            density: scan.density.clone(),
            single,
        });
    }
    let mut parts = vec![Part::Raster(Box::new(Raster {
        stop: subject.stop,
        bouts: bouts.collect(),
        bands,
    }))];
    let mut text = String::from(
        "Each population: its rate over time, and its spikes below. One mark is one spike, to 0.01 ms; where marks would \
         merge, shades count spikes, so that none is left out. Drag to move; once the raster has the focus the wheel zooms, \
         with Shift over the neurons of one population.",
    );
    let partly: Vec<&str> = scans
        .iter()
        .zip(&spans)
        .filter(|(scan, span)| scan.total > 0 && **span != Some((Time::ZERO, subject.stop)))
        .map(|(scan, _)| &scan.name[..])
        .collect();
    if !partly.is_empty() {
        let file = subject.recording.path().file_name();
        let file = file.unwrap_or_default().to_string_lossy();
        text += &format!(
            " Of {} there are more spikes than this page has room for: single ones stand in it for a part of the time. Any \
             other part: sharpwave report {file} --from TIME --to TIME --out FILE.",
            partly.join(", ")
        );
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

/// Within which time each population's spikes are shown one by one: the smallest in full, what does not fit around the
/// busiest moment of the others, or within the span that is asked for.
fn spans(scans: &[Scan], stop: Time, options: &Options) -> Vec<Option<Span>> {
    let asked = options.from.is_some() || options.to.is_some();
    let mut spans = vec![None; scans.len()];
    let mut order: Vec<usize> = (0..scans.len()).collect();
    order.sort_by_key(|&k| scans[k].total);
    let mut room = if asked { MOST } else { ROOM };
    let mut whole = Vec::new();
    for (place, &k) in order.iter().enumerate() {
        if scans[k].total <= room {
            spans[k] = Some((Time::ZERO, stop));
            room -= scans[k].total;
            whole.push(k);
            continue;
        }
        let share = room / (order.len() - place) as u64;
        let columns = scans[k].density.columns;
        let at = |column: usize| {
            let ps = i128::from(stop.ps()) * column as i128 / columns as i128;
            Time::from_ps(ps as i64)
        };
        let column_of = |t: Time| {
            let column = i128::from(t.ps()) * columns as i128 / i128::from(stop.ps().max(1));
            (column as usize).min(columns - 1)
        };
        let of = |k: usize, column: usize| -> u64 {
            let density = &scans[k].density;
            let rows = 0..density.rows;
            rows.map(|row| u64::from(density.counts[row * density.columns + column]))
                .sum()
        };
        let (first, last) = if asked {
            let from = options.from.unwrap_or(Time::ZERO);
            let to = options.to.unwrap_or(stop);
            (from.min(stop), to.min(stop))
        } else {
            // Where the others, which are shown in full, do most; else where it does most itself.
            let busy = |column: &usize| match whole.iter().map(|&k| of(k, *column)).sum::<u64>() {
                0 => (0, of(k, *column)),
                n => (n, 0),
            };
            let middle = (0..columns).max_by_key(busy).unwrap_or(0);
            let (mut low, mut high, mut held) = (middle, middle, 0);
            // From both sides in turn, as long as there is room.
            loop {
                let below = low.checked_sub(1).map(|column| (true, column));
                let above = (high < columns).then_some((false, high));
                let next = match middle - low < high - middle {
                    true => below.or(above),
                    false => above.or(below),
                };
                let Some((is_below, column)) = next else {
                    break;
                };
                held += of(k, column);
                if held > share {
                    break;
                }
                if is_below {
                    low = column
                } else {
                    high = column + 1
                }
            }
            (at(low), at(high))
        };
        let columns = column_of(first)..column_of(last) + 1;
        let held: u64 = columns.map(|column| of(k, column)).sum();
        // A stretch that was asked for, and does not fit, is none.
        if first < last && (!asked || held <= share) {
            spans[k] = Some((first, last));
        }
        room = room.saturating_sub(share);
    }
    spans
}
