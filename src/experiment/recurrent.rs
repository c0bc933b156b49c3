//! A recurrent network from its model file to its run file, table and figure.

pub mod activity;
pub mod estimate;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time;

use crate::base::time::{Duration, Time};
use crate::config::network::{self as config, NetworkModel};
use crate::engine::assembly::assemble;
use crate::engine::windowed::Windowed;
use crate::experiment::error::ExperimentError;
use crate::experiment::memory;
use crate::experiment::progress::{LayerActivity, Progress, Watch};
use crate::experiment::run::{Finished, Options, listing};
use crate::network::recurrent::{Noise, Population, Projection, Recurrent};
use crate::record::layout;
use crate::record::output;
use crate::record::run_file::RunFile;
use crate::record::sink::{Bout, Sink};
use crate::report::figure;
use activity::{Activity, Summary};
use estimate::estimate;

/// Biology between the first two looks from outside; doubled or halved until a look comes as often as [`OFTEN`] says.
const FIRST_SLICE: Duration = Duration::from_ps(10_000_000_000);

/// How often to look: rare enough to cost nothing, often enough that Ctrl-C is answered at once.
const OFTEN: RangeInclusive<time::Duration> =
    time::Duration::from_millis(5)..=time::Duration::from_millis(50);

/// Name of the one bout.
const BOUT: &str = "run";

/// Runs `model`.
///
/// # Errors
/// If the network is impossible or larger than the machine (then nothing is written) or an output cannot be written.
pub fn run(
    model: &NetworkModel,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Finished<Summary>, ExperimentError> {
    let expected = estimate(model)?;
    let what = format!(
        "{} neurons, {:.2e} synapses, rates",
        expected.neurons, expected.synapses
    );
    memory::check(expected.memory_bytes, &what)?;
    let mut engine = assemble(&declare(model))?;
    let directory = options.directory()?;
    let layout = layout(model, &engine, &options.source);
    let file = RunFile::create(&directory.join("run.h5"), layout)?;
    let mut activity = Activity::new(model, file);
    let stop = Time::ZERO + model.duration;
    let mut layers: Vec<LayerActivity> = engine
        .populations()
        .iter()
        .map(|population| LayerActivity {
            name: population.name.clone(),
            spikes: 0,
            size: population.size,
        })
        .collect();
    let mut slice = FIRST_SLICE;
    while engine.now() < stop && !watch.stopped() && !activity.failed() {
        let until = engine
            .now()
            .checked_add(slice)
            .map_or(stop, |next| next.min(stop));
        let began = time::Instant::now();
        engine.run(until, &mut activity);
        slice = next_slice(slice, began.elapsed());
        for (layer, &spikes) in layers.iter_mut().zip(engine.counts()) {
            layer.spikes = spikes;
        }
        watch.show(&Progress::Sleeping {
            seed: model.seed,
            sleep: 1,
            sleeps: 0,
            simulated: engine.now() - Time::ZERO,
            total: model.duration,
            layers: &layers,
        });
    }
    let complete = engine.now() == stop;
    let summary = activity.summary(&engine, model);
    let mut file = activity.file()?;
    file.bout(&Bout {
        name: BOUT.into(),
        kind: BOUT.into(),
        start: Time::ZERO,
        stop: engine.now(),
    })?;
    let fingerprint = engine.fingerprint().to_string();
    file.fingerprint(model.seed, &fingerprint)?;
    if complete {
        file.finish(&fingerprint)?
    } else {
        file.stop()?
    }
    if let Some(bin) = model.record.rates_bin {
        activity.write_rates(&directory.join("rates.csv"), bin, engine.now(), &engine)?;
    }
    if let Some(raster) = &model.figures.raster {
        draw(raster, &activity, model, &directory.join("figures"))?;
    }
    watch.show(&Progress::Done { seed: model.seed });
    Ok(Finished {
        files: listing(&directory),
        directory,
        summary,
        complete,
    })
}

/// The slice after one of this length, which took so long. Where a run is cut changes no bit of it.
fn next_slice(slice: Duration, took: time::Duration) -> Duration {
    let ps = slice.ps();
    Duration::from_ps(if took < *OFTEN.start() {
        ps.saturating_mul(2)
    } else if took > *OFTEN.end() {
        (ps / 2).max(1)
    } else {
        ps
    })
}

/// The network that a model file describes.
pub fn declare(model: &NetworkModel) -> Recurrent {
    let index = |name: &String| {
        model
            .populations
            .iter()
            .position(|population| population.name == *name)
    };
    Recurrent {
        seed: model.seed,
        lanes: model.lanes,
        populations: model
            .populations
            .iter()
            .map(|population| Population {
                name: population.name.clone(),
                size: population.size,
                model: population.model.name,
                values: population.values.clone(),
                each: BTreeMap::new(),
                v_m: Some(population.initial.v_m),
            })
            .collect(),
        projections: model
            .projections
            .iter()
            .filter_map(|projection| {
                Some(Projection {
                    source: index(&projection.source)?,
                    targets: projection.targets.iter().filter_map(index).collect(),
                    plan: model.plan(projection)?,
                })
            })
            .collect(),
        noise: model
            .stimuli
            .iter()
            .map(|noise| Noise {
                name: noise.name.clone(),
                targets: noise.targets.iter().filter_map(index).collect(),
                rate_hz: noise.rate_hz,
                weight: noise.weight,
            })
            .collect(),
        currents: Vec::new(),
        spikes: Vec::new(),
    }
}

fn layout(model: &NetworkModel, engine: &Windowed, source: &str) -> layout::Layout {
    layout::Layout {
        seed: model.seed,
        resolved: crate::config::resolved_network(model),
        source: source.to_owned(),
        tasks: Vec::new(),
        populations: engine
            .populations()
            .iter()
            .map(|population| layout::Population {
                name: population.name.clone(),
                size: population.size as usize,
                recorded: model.record.spikes.contains(&population.name),
            })
            .collect(),
        projections: Vec::new(),
        reports: Vec::new(),
    }
}

/// The raster that the model asks for, with the part of the run that was reached.
fn draw(
    raster: &config::Raster,
    activity: &Activity,
    model: &NetworkModel,
    directory: &Path,
) -> Result<(), ExperimentError> {
    /// Bins of the rate traces: a hundredth of what is shown, at least the published 0.1 ms.
    const BINS: i64 = 200;
    const LEAST: i64 = 100_000_000;
    output::named_directory(directory)?;
    let span = raster.to.ps() - raster.from.ps();
    let layers = raster.populations.iter().rev().map(|name| {
        let size = model
            .populations
            .iter()
            .find(|population| population.name == *name)
            .map_or(0, |p| p.size);
        figure::Layer {
            name: name.clone(),
            n_neurons: raster.neurons.map_or(size, |most| most.min(size)) as usize,
            spikes: activity.shown(name),
        }
    });
    figure::Raster {
        layers: layers.collect(),
        origin: Time::ZERO,
        start: Time::ZERO + raster.from,
        stop: Time::ZERO + raster.to,
        bin: Duration::from_ps((span / BINS).max(LEAST)),
    }
    .draw(&directory.join("raster"))?;
    Ok(())
}
