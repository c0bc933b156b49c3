//! `export`: the synapses of a projection as a file that SciPy, SONATA's readers and `rule = "from_file"` read.

use serde_json::json;

use super::argument::ExportArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use crate::config::Options;
use crate::experiment::export::{self, ExportError};
use crate::record::edge_file::write;

/// Exports, and prints how many synapses there are.
pub(super) fn run(arguments: &ExportArguments, shell: &Shell) -> Result<(), Failure> {
    write::check(&arguments.out).map_err(Failure::input)?;
    let ending = arguments.from.extension();
    let is_model = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let (table, label) = if is_model {
        if arguments.at.is_some() {
            let place = arguments.from.clone();
            return Err(Failure::input(ExportError::NoRun { place }));
        }
        let path = model_file::find(&arguments.from)?;
        let mut sets = arguments.set.clone();
        sets.extend(arguments.seed.map(|seed| format!("seed={seed}")));
        let options = Options { sets, data: None };
        let table = export::of_model(path, &options, &arguments.projection);
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
        let found = export::of_run(&arguments.from, &arguments.projection, at);
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

/// What went wrong with the network keeps its own exit code.
fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::Experiment(error) => (*error).into(),
        error => Failure::input(error),
    }
}
