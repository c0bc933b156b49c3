//! `export`: the synapses of a projection as a file that SciPy, SONATA's readers and `rule = "from_file"` read.

use serde_json::json;

use super::argument::ExportArguments;
use super::failure::Failure;
use super::import::{is_nir, step};
use super::model_file;
use super::shell::Shell;
use crate::config::Options;
use crate::experiment::export::{self, ExportError};
use crate::experiment::nir::{self, Exported, NirError};
use crate::record::edge_file::write;

/// Exports, and prints how many synapses there are.
pub(super) fn run(arguments: &ExportArguments, shell: &Shell) -> Result<(), Failure> {
    if is_nir(&arguments.out) {
        return network(arguments, shell);
    }
    if arguments.dt.is_some() {
        let message = "`--dt`: belongs to a network that is written as .nir";
        return Err(Failure::input(message));
    }
    let Some(projection) = &arguments.projection else {
        let message =
            "`--projection`: found none, expected the projection whose synapses are exported";
        return Err(Failure::input(message));
    };
    write::check(&arguments.out).map_err(Failure::input)?;
    let ending = arguments.from.extension();
    let is_model = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let (table, label) = if is_model {
        if arguments.at.is_some() {
            let place = arguments.from.clone();
            return Err(Failure::input(ExportError::NoRun { place }));
        }
        let path = model_file::find(&arguments.from)?;
        let table = export::of_model(path, &options(arguments), projection);
        (table.map_err(failed)?, None)
    } else {
        if !arguments.set.is_empty() || arguments.seed.is_some() {
            let message = format!(
                "`--set` and `--seed` change a model file (.toml); `{}` is a run, which is as it was",
                arguments.from.display()
            );
            return Err(Failure::input(message));
        }
        let at = arguments.at.as_deref();
        let found = export::of_run(&arguments.from, projection, at);
        let (table, label) = found.map_err(failed)?;
        (table, Some(label))
    };
    write::write(&arguments.out, &table).map_err(Failure::input)?;
    let n = table.edges.len();
    if shell.json() {
        return shell.print_json(&json!({
            "file": arguments.out,
            "projection": table.name,
            "at": label,
            "synapses": n,
            "sources": table.source.1,
            "targets": table.target.1,
        }));
    }
    shell.print(|out| {
        let at = label.map_or_else(|| "as built".to_owned(), |label| format!("at {label}"));
        writeln!(
            out,
            "{n} synapses of {}, {at}, from {} neurons of {} onto {} of {}, written to {}",
            table.name,
            table.source.1,
            table.source.0,
            table.target.1,
            table.target.0,
            arguments.out.display()
        )
    })
}

/// What of the model file is changed.
fn options(arguments: &ExportArguments) -> Options {
    let mut sets = arguments.set.clone();
    sets.extend(arguments.seed.map(|seed| format!("seed={seed}")));
    Options { sets, data: None }
}

/// Writes the network of a model file as NIR, and prints what was left out.
fn network(arguments: &ExportArguments, shell: &Shell) -> Result<(), Failure> {
    /// snnTorch's own step.
    const STEP_MS: f64 = 0.1;
    if arguments.projection.is_some() || arguments.at.is_some() {
        let message = "`--projection` and `--at`: found beside a .nir, expected none: it has the whole network as built";
        return Err(Failure::input(message));
    }
    let path = model_file::find(&arguments.from)?;
    let dt_ms = arguments.dt.as_deref().map_or(Ok(STEP_MS), step)?;
    let written = nir::export(path, &options(arguments), dt_ms, &arguments.out);
    let Exported { nodes, left } = written.map_err(|error| match error {
        NirError::Model(error) => failed(error),
        error => Failure::input(error),
    })?;
    if shell.json() {
        let file = &arguments.out;
        return shell.print_json(&json!({ "file": file, "nodes": nodes, "left_out": left }));
    }
    shell.print(|out| {
        let shown = arguments.out.display();
        writeln!(
            out,
            "{nodes} nodes, for spikes of {dt_ms} ms, written to {shown}"
        )?;
        if !left.is_empty() {
            writeln!(out, "\nLeft out:")?;
        }
        left.iter().try_for_each(|line| writeln!(out, "  {line}"))
    })
}

/// What went wrong with the network keeps its own exit code.
fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::Experiment(error) => (*error).into(),
        error => Failure::input(error),
    }
}
