//! `report`: a page about runs.

use std::path::Path;

use serde_json::json;

use super::argument::ReportArguments;
use super::failure::Failure;
use super::shell::Shell;
use crate::experiment::report::{self, Options};

/// Writes the page and prints where.
pub(super) fn run(arguments: &ReportArguments, shell: &Shell) -> Result<(), Failure> {
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| match &arguments.files[..] {
            [run] if run.is_dir() => run.join(report::FILE),
            [run] => run.with_file_name(report::FILE),
            _ => Path::new(report::FILE).to_owned(),
        });
    if let Some((from, to)) = arguments.from.zip(arguments.to)
        && from >= to
    {
        return Err(Failure::input(format!(
            "`--from`, `--to`: found {from} to {to}, expected a stretch of time that ends after it begins"
        )));
    }
    let options = Options {
        from: arguments.from,
        to: arguments.to,
    };
    report::write(&arguments.files, &options, &out)?;
    if shell.json() {
        return shell.print_json(&json!({ "file": out }));
    }
    shell.print(|text| writeln!(text, "Written to {}", out.display()))
}
