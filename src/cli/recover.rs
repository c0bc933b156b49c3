//! `recover`: an ordinary file from a killed run's.

use serde_json::json;

use super::argument::RecoverArguments;
use super::failure::Failure;
use super::shell::Shell;
use crate::record::recover::recover;
use crate::record::run_file;

/// Recovers the file and prints what was in it.
pub(super) fn run(arguments: &RecoverArguments, shell: &Shell) -> Result<(), Failure> {
    let file = run_file::of(&arguments.file);
    let output = arguments.out.clone();
    let output = output.unwrap_or_else(|| file.with_extension("recovered.h5"));
    let recovered = recover(&file, &output)?;
    for damage in &recovered.damages {
        tracing::warn!("{}: {damage}", output.display());
    }
    if shell.json() {
        let spikes: serde_json::Map<_, _> = recovered
            .spikes
            .iter()
            .map(|(name, count)| (name.clone(), json!(count)))
            .collect();
        let damaged = recovered.damages.iter().map(|damage| {
            let (dataset, rows) = (&damage.dataset, &damage.rows);
            json!({ "dataset": dataset, "first": rows.start, "last": rows.end - 1, "missing": damage.missing })
        });
        let damaged: Vec<_> = damaged.collect();
        return shell.print_json(&json!({
            "file": output,
            "spikes": spikes,
            "frames": recovered.frames,
            "bouts": recovered.bouts,
            "damaged": damaged,
        }));
    }
    shell.print(|out| {
        writeln!(out, "Recovered to {}:", output.display())?;
        for (name, count) in &recovered.spikes {
            writeln!(out, "  {count:>12} spikes of {name}")?;
        }
        if recovered.frames > 0 {
            writeln!(out, "  {:>12} frames of states", recovered.frames)?;
        }
        writeln!(out, "  {:>12} bouts that ended", recovered.bouts)
    })
}
