//! `check`: what a model file stands for and what it will take.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use super::argument::ModelArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use crate::config::{self, Foraging, Model, NetworkModel, Night, SleepReplay};
use crate::experiment::error::ExperimentError;
use crate::experiment::estimate::estimate;
use crate::experiment::inputs::Inputs;
use crate::experiment::{foraging, load, night, notice, recurrent, resource};

/// Heading of the resolved model.
const RESOLVED: &str = "# Resolved: every key, defaults too. All of this is a model file itself.";

/// Prints the resolved model, its expansion and an estimate.
pub(super) fn run(arguments: &ModelArguments, shell: &Shell) -> Result<(), Failure> {
    match model_file::read(arguments)? {
        (Model::SleepReplay(model), _) => sleep_replay(&model, shell),
        (Model::Network(model), _) => network(&model, shell),
        (Model::Foraging(model), _) => foraging(&model, shell),
        (Model::Night(model), _) => night(&model, shell),
    }
}

/// A network and an estimate, without an expansion: it is one already.
fn network(model: &NetworkModel, shell: &Shell) -> Result<(), Failure> {
    let loaded = load::load(&model.network)?;
    let declared = loaded.plan().map_err(ExperimentError::from)?;
    let estimate = recurrent::estimate::estimate(model, &declared)?;
    warn(notice::of_network(model, &loaded, &recurrent::bouts(model)));
    let resolved = config::resolved_network(model);
    show(&resolved, "Expected", &estimate, shell)?;
    Ok(estimate.check_memory(model)?)
}

/// A resolved model and what it takes, under `heading`.
fn show<E>(resolved: &str, heading: &str, estimate: &E, shell: &Shell) -> Result<(), Failure>
where
    E: fmt::Display + Serialize,
{
    if shell.json() {
        return shell.print_json(&json!({ "resolved": resolved, "estimate": estimate }));
    }
    shell.print(|out| {
        writeln!(out, "{RESOLVED}")?;
        write!(out, "{resolved}")?;
        comment(out, heading, &estimate.to_string())
    })
}

/// An agent, and what it goes through.
fn foraging(model: &Foraging, shell: &Shell) -> Result<(), Failure> {
    let resolved = config::resolved_foraging(model);
    let estimate = foraging::Estimate::new(model);
    show(&resolved, "Expected for each seed", &estimate, shell)?;
    Ok(foraging::check_memory(model)?)
}

/// A network that dreams, and what its nights take.
fn night(model: &Night, shell: &Shell) -> Result<(), Failure> {
    night::check_inputs(model)?;
    let resolved = config::resolved_night(model);
    let estimate = night::Estimate::new(model)?;
    warn(notice::of_dreams(model));
    show(&resolved, "Expected for each seed", &estimate, shell)?;
    Ok(estimate.check_memory(model)?)
}

fn sleep_replay(model: &SleepReplay, shell: &Shell) -> Result<(), Failure> {
    let inputs = Inputs::read(model)?;
    let estimate = estimate(model, &inputs)?;
    let fits = || {
        Ok(resource::check_memory(
            estimate.memory_bytes,
            "weights and images",
        )?)
    };
    let bouts = model.bouts().map_err(ExperimentError::from)?;
    warn(notice::of_nights(model, &inputs, &bouts));
    let (resolved, expansion) = (config::resolved(model), config::expansion(model));
    let network = config::sleep_as_network(model).map(|network| config::resolved_network(&network));
    if shell.json() {
        shell.print_json(&json!({
            "resolved": resolved,
            "expansion": expansion,
            "network": network,
            "estimate": estimate,
        }))?;
        return fits();
    }
    shell.print(|out| {
        writeln!(out, "{RESOLVED}")?;
        write!(out, "{resolved}")?;
        comment(out, "What it stands for", &expansion)?;
        if let Some(network) = &network {
            comment(out, "The sleep as a network, a model file too", network)?;
        }
        comment(out, "Expected for each seed", &estimate.to_string())
    })?;
    fits()
}

/// Says what a run would say.
fn warn(notices: Vec<String>) {
    notices.iter().for_each(|notice| tracing::warn!("{notice}"));
}

/// Writes `text` under a heading, as comments of the model file above it.
fn comment(out: &mut dyn Write, heading: &str, text: &str) -> io::Result<()> {
    writeln!(out, "\n# {heading}\n#")?;
    text.lines()
        .try_for_each(|line| writeln!(out, "#   {line}"))
}
