//! The synapses of a projection as a file of edges: of a network as its model file builds it, or as a run recorded them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::error::ExperimentError;
use super::load;
use super::night::{AT_MEANS, CLASS_MEANS, DREAMT};
use crate::base::parameter::Dimension;
use crate::base::stop::Stop;
use crate::base::suggest;
use crate::base::time::{Duration, Time};
use crate::config::{self, Model, NetworkModel, Options};
use crate::connection::Block;
use crate::engine::assembly::AssemblyError;
use crate::network::plan::dense::DenseProjection;
use crate::network::plan::{NetworkPlan, Projection};
use crate::plasticity::Synapse;
use crate::record::edge_file::write::{EdgeTable, EdgeWriteError};
use crate::record::recording::{Recording, RecordingError};

/// Why the synapses of a projection cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The model, or the files that it names.
    #[error(transparent)]
    Experiment(Box<ExperimentError>),
    /// The run file.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The file of edges.
    #[error(transparent)]
    Write(#[from] EdgeWriteError),
    /// A projection that reads the matrix of another.
    #[error("`{}`: `{name}` has no synapses of its own: it reads those of `{of}`, which can be exported", place.display())]
    Tied {
        /// Where.
        place: PathBuf,
        /// The projection.
        name: String,
        /// The one that has them.
        of: String,
    },
    /// No such projection.
    #[error("`{}`: has no projection `{name}`{}", place.display(), suggest_line(name, known))]
    Unknown {
        /// Model or run file.
        place: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Its weights were not recorded.
    #[error(
        "`{}`: the weights of `{name}` were not recorded\n  help: name it in `record.weights` of the model file, or export it \
         from the model file as it is built", place.display()
    )]
    NotRecorded {
        /// The run file.
        place: PathBuf,
        /// The projection.
        name: String,
    },
    /// A night records no other weights.
    #[error(
        "`{}`: the weights of `{name}` were not recorded\n  help: of a night there are {}", place.display(), listed(known)
    )]
    NotOfNight {
        /// The run file.
        place: PathBuf,
        /// The projection.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No snapshot of this label.
    #[error(
        "`{}`: no snapshot of `{projection}` is called `{label}` or was taken then\n  help: there are {}", place.display(),
        listed(known)
    )]
    NoSnapshot {
        /// The run file.
        place: PathBuf,
        /// The projection.
        projection: String,
        /// What was asked for.
        label: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A label beside a model file.
    #[error("`--at` names a snapshot of a run; `{}` is a model file, whose synapses are exported as they are built", place.display())]
    NoRun {
        /// The model file.
        place: PathBuf,
    },
    /// A model file of another experiment.
    #[error(
        "`{}`: found `experiment = \"{found}\"`, expected `\"network\"`; what its run recorded can be exported from its \
         run file", place.display()
    )]
    NoNetwork {
        /// The model file.
        place: PathBuf,
        /// Its experiment.
        found: &'static str,
    },
}

impl From<ExperimentError> for ExportError {
    fn from(error: ExperimentError) -> Self {
        Self::Experiment(Box::new(error))
    }
}

fn suggest_line(name: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = suggest::help(name, &known);
    help.map_or(String::new(), |help| format!("\n  help: {help}"))
}

/// The first few labels.
fn listed(known: &[String]) -> String {
    /// More would fill the terminal.
    const MOST: usize = 8;
    let mut text = String::new();
    for (k, label) in known.iter().take(MOST).enumerate() {
        let comma = if k > 0 { ", " } else { "" };
        // A string can always be written to.
        let _ = write!(text, "{comma}`{label}`");
    }
    match known.len().saturating_sub(MOST) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// The synapses of `projection` as the model file at `path`, changed by `options`, builds them.
///
/// # Errors
/// If it describes no network, a file that it names is wrong, or there is no such projection.
pub fn of_model(
    path: &Path,
    options: &Options,
    projection: &str,
) -> Result<EdgeTable, ExportError> {
    let model = network(path, options)?;
    let place = path.to_owned();
    let loaded = load::load(&model.network)?;
    let plan = loaded.plan().map_err(ExperimentError::from)?;
    let mut sparse = plan.projections.iter();
    let mut dense = plan.dense.iter();
    if let Some(found) = sparse.find(|known| known.plan.name == projection) {
        return drawn(&plan, found);
    }
    if let Some(found) = dense.find(|known| known.name == projection) {
        return Ok(given(&plan, found));
    }
    if let Some(found) = plan.tied.iter().find(|known| known.name == projection) {
        return Err(ExportError::Tied {
            place,
            name: projection.into(),
            of: plan.dense[found.of].name.clone(),
        });
    }
    let known = model.network.projections.iter();
    Err(ExportError::Unknown {
        place,
        name: projection.into(),
        known: known.map(|known| known.name.clone()).collect(),
    })
}

/// The network that the model file at `path`, changed by `options`, describes.
pub(super) fn network(path: &Path, options: &Options) -> Result<NetworkModel, ExportError> {
    let model = config::read(path, options).map_err(ExperimentError::from)?;
    let place = path.to_owned();
    let found = model.experiment();
    model
        .network()
        .ok_or(ExportError::NoNetwork { place, found })
}

/// The edges of every projection of `plan` with its source and targets.
pub(super) fn tables(
    plan: &NetworkPlan,
) -> Result<Vec<(usize, Vec<usize>, EdgeTable)>, ExportError> {
    let sparse = plan.projections.iter().map(|projection| {
        let table = drawn(plan, projection)?;
        Ok((projection.source, projection.targets.clone(), table))
    });
    let dense = plan.dense.iter().map(|projection| {
        let table = given(plan, projection);
        Ok((projection.source, vec![projection.target], table))
    });
    sparse.chain(dense).collect()
}

/// The table of a projection of `plan` without its edges.
fn table(plan: &NetworkPlan, name: &str, source: usize, targets: &[usize]) -> EdgeTable {
    let targets = targets.iter().map(|&target| &plan.populations[target]);
    let names: Vec<&str> = targets.clone().map(|target| target.name.as_str()).collect();
    let source = &plan.populations[source];
    EdgeTable {
        name: name.into(),
        source: (source.name.clone(), source.size),
        target: (names.join("+"), targets.map(|target| target.size).sum()),
        edges: Vec::new(),
        delayed: true,
    }
}

/// The edges of a sparse projection, by source, target and delay, those of one pair and delay as they are drawn.
fn drawn(plan: &NetworkPlan, projection: &Projection) -> Result<EdgeTable, ExportError> {
    let mut table = table(
        plan,
        &projection.plan.name,
        projection.source,
        &projection.targets,
    );
    let all = Block {
        first: 0,
        len: table.target.1,
        local: 0,
    };
    let rows = projection.plan.connect_sides::<u32>(&[all], Stop::NEVER);
    let rows = rows.map_err(|error| ExperimentError::Assembly(AssemblyError::Rule(error)))?;
    table.edges.reserve(rows.n_synapses());
    rows.each(&mut |source, target, (delay, dendritic), weight| {
        table.edges.push(Synapse {
            source,
            target,
            delay,
            dendritic,
            weight,
        });
    });
    // Stable: several synapses of one pair and delay stay in the order in which they were drawn.
    table
        .edges
        .sort_by_key(|edge| (edge.source, edge.target, edge.delay));
    Ok(table)
}

/// The edges of a matrix, as strong as they act.
fn given(plan: &NetworkPlan, projection: &DenseProjection) -> EdgeTable {
    let mut table = table(
        plan,
        &projection.name,
        projection.source,
        &[projection.target],
    );
    let weights = &projection.weights;
    for source in 0..weights.n_source() {
        let row = weights.row(source).iter().enumerate();
        table.edges.extend(row.map(|(target, &weight)| Synapse {
            source: source as u32,
            target: target as u32,
            delay: projection.delay(),
            dendritic: projection.dendritic_delay,
            weight: projection.gain * f64::from(weight),
        }));
    }
    table
}

/// The synapses of `projection` as the run file at `path` (or that of the run whose folder it is) holds them: at the snapshot
/// called `at`, or at the last one. Also what the snapshot is called.
///
/// # Errors
/// If the run file is damaged, the weights of the projection were not recorded, or there is no such snapshot.
pub fn of_run(
    path: &Path,
    projection: &str,
    at: Option<&str>,
) -> Result<(EdgeTable, String), ExportError> {
    let run = Recording::open(path)?;
    let (sparse, dense) = (run.learning()?, run.projections()?);
    if sparse.iter().any(|name| name == projection) {
        let mut snapshots = run.synapses(projection)?;
        let moments = snapshots.iter();
        let moments = moments.map(|snapshot| (snapshot.label.clone(), snapshot.time));
        let moments: Vec<_> = moments.collect();
        if moments.is_empty() {
            let (place, name) = (run.path().to_owned(), projection.into());
            return Err(ExportError::NotRecorded { place, name });
        }
        let number = choose(&run, projection, &moments, at)?;
        let snapshot = snapshots.swap_remove(number);
        if model_of(&run).is_some_and(|model| learns_in_part(&model, projection)) {
            tracing::warn!(
                "a run file holds the synapses of `{projection}` that learn: those that its `sources` and `targets` leave out are \
                 not among them; `sharpwave export` of the model file has all, as they are built"
            );
        }
        let (source, target) = ends(&run, projection, &snapshot.synapses);
        let table = EdgeTable {
            name: projection.into(),
            source,
            target,
            edges: snapshot.synapses,
            delayed: true,
        };
        return Ok((table, snapshot.label));
    }
    let whole = read_model(&run);
    let is_night = matches!(whole, Some(Model::Night(_)));
    let model = whole.and_then(Model::network);
    let Some(found) = dense.iter().find(|known| known.name == projection) else {
        let declared = model.iter().flat_map(|model| &model.network.projections);
        let mut known: Vec<String> = declared.map(|known| known.name.clone()).collect();
        if model.is_none() && !is_night {
            // A network of layers records all that it has.
            known.extend(dense.iter().map(|known| known.name.clone()));
        }
        if !known.is_empty() && !known.iter().any(|name| name == projection) {
            return Err(ExportError::Unknown {
                place: run.path().to_owned(),
                name: projection.into(),
                known,
            });
        }
        let (place, name) = (run.path().to_owned(), projection.into());
        return Err(match is_night {
            true => ExportError::NotOfNight {
                place,
                name,
                known: dense.into_iter().map(|known| known.name).collect(),
            },
            false => ExportError::NotRecorded { place, name },
        });
    };
    let mut moments = run.moments(projection)?;
    let is_image = is_night && [DREAMT, CLASS_MEANS].contains(&projection);
    if is_image {
        // Run files of before have class means as the last of the dreams.
        moments.retain(|(label, _)| at.is_some() || projection != DREAMT || label != AT_MEANS);
    }
    let number = choose(&run, projection, &moments, at)?;
    if is_image {
        let what = match &moments[number].0[..] {
            AT_MEANS => "mean images of classes",
            _ => "what each class was dreamt as on average",
        };
        tracing::warn!(
            "`{projection}` holds no weights but images, {what}: pixels as sources, classes as targets"
        );
    }
    let weights = run.snapshot(projection, number)?.weights;
    let (n_target, n_source) = weights.shape();
    let declared = model.as_ref().and_then(|model| {
        let mut projections = model.network.projections.iter();
        projections.find(|known| known.name == projection)
    });
    // The file holds weights of the layer; a network says what one of 1 adds.
    let gain = declared.and_then(|known| known.weight?.constant());
    let delay = declared.and_then(|known| known.delay);
    let dendritic = delay.and_then(|delay| Duration::from_ms(delay.dendritic.constant()?).ok());
    let delay = delay.and_then(|delay| Duration::from_ms(delay.constant()?).ok());
    let edge = |k: usize| Synapse {
        source: (k / n_target) as u32,
        target: (k % n_target) as u32,
        delay: delay.unwrap_or(Duration::ZERO),
        dendritic: dendritic.unwrap_or(Duration::ZERO),
        weight: gain.unwrap_or(1.0)
            * f64::from(weights.values()[k % n_target * n_source + k / n_target]),
    };
    let names = declared.map(|known| (known.source.clone(), known.targets.join("+")));
    let unknown = match is_image {
        true => ["pixel", "class"],
        false => ["source", "target"],
    };
    // A network of layers calls projections by both.
    let called = || {
        let names = || run.populations().iter().map(|own| &own.name);
        let pairs = names().flat_map(|source| names().map(move |target| (source, target)));
        let mut called =
            pairs.filter(|(source, target)| format!("{source}_{target}") == projection);
        called
            .next()
            .map(|(source, target)| (source.clone(), target.clone()))
    };
    let names = names.or_else(|| called().filter(|_| !is_image));
    let (source, target) = names.unwrap_or_else(|| unknown.map(String::from).into());
    let table = EdgeTable {
        name: projection.into(),
        source: (source, found.n_source as u32),
        target: (target, found.n_target as u32),
        edges: (0..n_source * n_target).map(edge).collect(),
        delayed: delay.is_some(),
    };
    Ok((table, moments[number].0.clone()))
}

/// Whether some synapses of `projection` never learn.
fn learns_in_part(model: &NetworkModel, projection: &str) -> bool {
    let mut projections = model.network.projections.iter();
    let found = projections.find(|known| known.name == projection);
    let learning = found.and_then(|known| known.plasticity.as_ref());
    learning.is_some_and(|learning| learning.sources.is_some() || learning.targets.is_some())
}

/// The number of the snapshot called `at`, or taken then, or of the last one.
fn choose(
    run: &Recording,
    projection: &str,
    moments: &[(String, Time)],
    at: Option<&str>,
) -> Result<usize, ExportError> {
    let found = match at {
        Some(at) => {
            let ms = config::typed("at", at, Dimension::Time).ok();
            let time = ms.and_then(|ms| Time::from_ms(ms).ok());
            let mut moments = moments.iter();
            moments.position(|(label, taken)| label == at || Some(*taken) == time)
        }
        None => moments.len().checked_sub(1),
    };
    found.ok_or_else(|| ExportError::NoSnapshot {
        place: run.path().to_owned(),
        projection: projection.into(),
        label: at.unwrap_or_default().into(),
        known: moments.iter().map(|(label, _)| label.clone()).collect(),
    })
}

/// The network that `run` ran, if it ran one.
fn model_of(run: &Recording) -> Option<NetworkModel> {
    read_model(run).and_then(Model::network)
}

/// The model that `run` is of, if it can be read.
fn read_model(run: &Recording) -> Option<Model> {
    let folder = run.path().parent().unwrap_or(Path::new(""));
    let name = run.path().display().to_string();
    config::parse(&name, run.model(), folder, &Options::default()).ok()
}

/// Source and targets of a sparse projection with their sizes; where the model cannot tell, as many as there are synapses
/// from and onto.
fn ends(run: &Recording, projection: &str, synapses: &[Synapse]) -> ((String, u32), (String, u32)) {
    let known = model_of(run).and_then(|model| {
        let mut projections = model.network.projections.iter();
        let found = projections.find(|known| known.name == projection)?;
        let (n_source, n_target) = model.network.sizes(found)?;
        let target = found.targets.join("+");
        Some(((found.source.clone(), n_source), (target, n_target)))
    });
    known.unwrap_or_else(|| {
        let behind =
            |id: fn(&Synapse) -> u32| synapses.iter().map(id).max().map_or(0, |last| last + 1);
        (
            ("source".into(), behind(|one| one.source)),
            ("target".into(), behind(|one| one.target)),
        )
    })
}
