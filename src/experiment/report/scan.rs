//! One pass over the spikes of a population: the table of rates, and numbers of spikes for the raster.

use super::{Subject, meaning};
use crate::analysis::interval_sums::IntervalSums;
use crate::base::time::Time;
use crate::experiment::error::ExperimentError;
use crate::record::layout;
use crate::record::recording::Recording;
use crate::record::sink::Bout;
use crate::report::html::{Cell, Column, Counter, Density, Part, Table};

/// Cells of the raster's densities.
const COLUMNS: usize = 1000;
const ROWS: usize = 64;
/// More bouts than this are no columns of a table.
const MOST_BOUTS: usize = 60;

/// What one pass found.
pub(super) struct Scan {
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) recorded: usize,
    pub(super) total: u64,
    pub(super) cv: Option<f64>,
    /// Spikes in each bout.
    in_bouts: Vec<u64>,
    pub(super) density: Density,
}

impl Scan {
    pub(super) fn of(
        run: &Recording,
        population: &layout::Population,
        stop: Time,
        bouts: &[Bout],
        beginnings: &[Time],
    ) -> Result<Self, ExperimentError> {
        let size = population.size;
        let mut intervals = IntervalSums::new(size);
        let mut density = Counter::new(COLUMNS, ROWS.min(size.max(1)), size, stop);
        let (mut total, mut in_bouts) = (0, vec![0; bouts.len()]);
        let (mut beginnings, mut bout) = (beginnings, 0);
        for chunk in run.spike_chunks(&population.name, ..)? {
            let chunk = chunk?;
            total += chunk.len() as u64;
            let mut rest = &chunk[..];
            while let Some(&(first, _)) = rest.first() {
                while let [beginning, later @ ..] = beginnings
                    && *beginning <= first
                {
                    intervals.begin_anew();
                    beginnings = later;
                }
                while bouts.get(bout).is_some_and(|bout| bout.stop <= first) {
                    bout += 1;
                }
                // Up to where something changes.
                let ends = beginnings.first().into_iter();
                let ends = ends.chain(bouts.get(bout).map(|bout| &bout.stop));
                let end = ends.min().copied();
                let n = end.map_or(rest.len(), |end| rest.partition_point(|&(t, _)| t < end));
                let (now, later) = rest.split_at(n);
                for &(t, neuron) in now {
                    intervals.spike(t, neuron);
                    density.add(t, neuron);
                }
                if let Some(count) = in_bouts.get_mut(bout) {
                    *count += n as u64;
                }
                rest = later;
            }
        }
        Ok(Self {
            name: population.name.clone(),
            size,
            recorded: population.recorded,
            total,
            cv: intervals.cv(),
            in_bouts,
            density: density.finish(),
        })
    }

    /// Mean rate of a recorded neuron up to `stop`.
    pub(super) fn rate_hz(&self, stop: Time) -> Option<f64> {
        rate(self.total, self.recorded, stop.as_ms())
    }
}

/// In hertz; undefined without neurons or time.
fn rate(spikes: u64, neurons: usize, ms: f64) -> Option<f64> {
    (neurons > 0 && ms > 0.0).then(|| spikes as f64 / neurons as f64 / (ms / 1e3))
}

/// The tables of rates: over all of the run, and in each bout.
pub(super) fn parts(subject: &Subject, scans: &[Scan]) -> Result<Vec<Part>, ExperimentError> {
    if scans.is_empty() {
        return Ok(vec![Part::Text("No spikes were recorded.".into())]);
    }
    let seed = subject.of_seed()?;
    let row = |scan: &Scan| {
        vec![
            Cell::text(&scan.name),
            Cell::count(scan.size as u64),
            Cell::count(scan.recorded as u64),
            Cell::count(scan.total),
            Cell::number(scan.rate_hz(subject.stop), 2),
            Cell::number(scan.cv, 2),
        ]
    };
    let mut parts = vec![Part::Table(Table {
        caption: format!("Rates over all of the run{seed}"),
        columns: vec![
            Column::new("population"),
            Column::new("neurons"),
            Column::of("recorded", &meaning::RECORDED),
            Column::of("spikes", &meaning::SPIKES),
            Column::of("rate, Hz", &meaning::RATE),
            Column::of("CV of intervals", &meaning::CV),
        ],
        rows: scans.iter().map(row).collect(),
    })];
    let bouts = subject.recording.bouts()?;
    let lasting: Vec<usize> = (0..bouts.len())
        .filter(|&k| bouts[k].stop > bouts[k].start)
        .collect();
    if lasting.len() > 1 {
        let heads = scans
            .iter()
            .map(|scan| Column::of(&scan.name, &meaning::RATE));
        let row = |&k: &usize| {
            let bout = &bouts[k];
            let ms = (bout.stop - bout.start).as_ms();
            let rates = scans
                .iter()
                .map(|scan| Cell::number(rate(scan.in_bouts[k], scan.recorded, ms), 2));
            let first = [
                Cell::text(&bout.name),
                Cell::number(bout.start.as_ms() / 1e3, 3),
                Cell::number(ms / 1e3, 3),
            ];
            first.into_iter().chain(rates).collect()
        };
        let first = ["bout", "from, s", "for, s"].map(Column::new);
        let more = lasting.len().saturating_sub(MOST_BOUTS);
        let of = match more {
            0 => String::new(),
            more => format!(", the first {MOST_BOUTS}; {more} more are in the run file"),
        };
        parts.push(Part::Table(Table {
            caption: format!("Rate in each bout that has ended, Hz{seed}{of}"),
            columns: first.into_iter().chain(heads).collect(),
            rows: lasting.iter().take(MOST_BOUTS).map(row).collect(),
        }));
    }
    Ok(parts)
}
