//! `train`: a network without sleep, as a weight file.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::argument::TrainArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use super::thread;
use crate::experiment::train::train;
use crate::mlp::weight_file;

/// Trains the model's network and writes it.
pub(super) fn run(arguments: &TrainArguments, shell: &Shell) -> Result<(), Failure> {
    let model = model_file::read_sleep_replay(&arguments.model)?;
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => free_name(),
    };
    let write = match out.extension().and_then(|extension| extension.to_str()) {
        Some("npz") => weight_file::write_npz,
        Some("safetensors") => weight_file::write_safetensors,
        Some("mat") => weight_file::write_matlab,
        _ => {
            return Err(Failure::input(format!(
                "`{}`: found no known ending, expected `.safetensors`, `.npz` or `.mat`",
                out.display()
            )));
        }
    };
    weight_file::check_writable(&out)?;
    if model.seeds > 1 {
        tracing::warn!(
            "of {} seeds the network of {} alone is trained; `--seed` chooses another",
            model.seeds,
            model.seed
        );
    }
    let watcher = shell.watch();
    let trained = thread::with(arguments.threads.threads, || {
        train(&model, arguments.joint, &watcher)
    })??;
    drop(watcher);
    let Some(trained) = trained else {
        return Err(Failure::input(
            "the model's network comes from a file (`mlp.weights`), expected one to train",
        ));
    };
    if !trained.complete {
        return Err(Failure::Nothing);
    }
    write(&out, &trained.mlp)?;
    let overall: Vec<(String, f64)> = trained
        .scores
        .iter()
        .map(|score| (score.stage.label(), score.accuracy.overall))
        .collect();
    if shell.json() {
        return shell.print_json(&json!({ "file": out, "overall": overall }));
    }
    shell.print(|print| {
        for (stage, share) in &overall {
            writeln!(
                print,
                "after {stage:<8} {:5.1} % of test images",
                100.0 * share
            )?;
        }
        writeln!(print, "Written to {}", out.display())
    })
}

/// `weights.safetensors`, or the first of `weights-2.safetensors`, … that is free.
fn free_name() -> PathBuf {
    let name = |number: u32| match number {
        1 => PathBuf::from("weights.safetensors"),
        _ => PathBuf::from(format!("weights-{number}.safetensors")),
    };
    (1..u32::MAX)
        .map(name)
        .find(|path| !Path::exists(path))
        .unwrap_or_else(|| name(1))
}
