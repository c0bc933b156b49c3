//! The largest wave of a network that ran, from its run file.

use std::path::Path;

use crate::analysis::wave::{BIN_MS, Rates, Sheet, waves};
use crate::base::stop::Stop;
use crate::base::time::Time;
use crate::config::network::{self as config, NetworkModel};
use crate::experiment::error::ExperimentError;
use crate::network::Population;
use crate::record::recording::Recording;
use crate::report::figure;
use crate::run::progress::Watch;

/// Name of the figure without its endings.
pub(super) const NAME: &str = "wave";

/// Draws the `wave` that `model` asks for into `directory`, from the spikes in `run`, which is closed; `placed` are the
/// populations of which it is known where they lie.
///
/// # Errors
/// If the run file cannot be read or the figure not be written, or `watch` says to stop.
pub(super) fn draw(
    wave: &config::Wave,
    model: &NetworkModel,
    placed: &[Population],
    (run, directory): (&Path, &Path),
    watch: &dyn Watch,
) -> Result<(), ExperimentError> {
    let Some(sheet) = sheet(wave, model, placed) else {
        return Ok(());
    };
    let (start, stop) = (Time::ZERO + wave.from, Time::ZERO + wave.to);
    let mut rates = Rates::new(&sheet, start, stop);
    let recording = Recording::open(run)?;
    let asked = || watch.stopped();
    for chunk in recording.spike_chunks(&wave.population, start..stop)? {
        Stop::new(&asked).ask()?;
        for (time, neuron) in chunk? {
            rates.add(&sheet, time, neuron);
        }
    }
    let (up_hz, waves) = waves(&sheet, &rates);
    figure::WaveMap {
        population: wave.population.clone(),
        sheet: &sheet,
        rates: &rates,
        start_ms: start.as_ms(),
        up_hz,
        waves: &waves,
    }
    .draw(&directory.join(NAME))?;
    Ok(())
}

/// Bytes that drawing takes: the counts of all cells, their rates, and a picture.
pub(super) fn drawing_bytes(wave: &config::Wave, model: &NetworkModel) -> f64 {
    /// A count and a rate of a cell in a bin.
    const CELL_BYTES: f64 = 10.0;
    let bins = (wave.to.as_ms() - wave.from.as_ms()) / BIN_MS as f64;
    let population = model.network.find(&wave.population);
    let sides = population.and_then(|known| known.positions.as_ref()?.extent_mm());
    let sides = sides.unwrap_or_default().iter();
    let cells: f64 = sides
        .map(|side| (side / wave.cell_mm).round().max(1.0))
        .product();
    CELL_BYTES * bins * cells + figure::Raster::drawing_bytes(1)
}

/// The cells in which the neurons of the population lie.
fn sheet(wave: &config::Wave, model: &NetworkModel, placed: &[Population]) -> Option<Sheet> {
    let population = placed.iter().find(|known| known.name == wave.population)?;
    // Networks were checked when they were built.
    let points = population.points(model.network.seed).ok()??;
    let &[x, y] = points.region().sides_mm()? else {
        return None;
    };
    let at: Vec<[f64; 2]> = points
        .at()
        .iter()
        .map(|point| [point[0], point[1]])
        .collect();
    let recorded = model.record.recorded(&wave.population)?;
    let counted = |neuron: u32| recorded.contains(neuron);
    let wraps = points.region().wraps();
    Some(Sheet::new(&at, [x, y], wraps, wave.cell_mm, counted))
}
