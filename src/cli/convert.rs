//! `convert`: spikes from one file format to another.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::argument::ConvertArguments;
use super::failure::Failure;
use super::interrupt;
use super::shell::Shell;
use crate::experiment::nwb;
use crate::record::nwb_file::Origin;
use crate::record::recording::Recording;
use crate::record::run_file;
use crate::record::spike_file::convert::{ConvertError, convert};
use crate::stimulus::spike_list::{Columns, SpikeFile};

/// Converts, and prints what was in the file.
pub(super) fn run(arguments: &ConvertArguments, shell: &Shell) -> Result<(), Failure> {
    let ending = arguments
        .output
        .extension()
        .and_then(|ending| ending.to_str());
    let counts = match ending.is_some_and(|ending| ending.eq_ignore_ascii_case("nwb")) {
        true => to_nwb(arguments)?,
        false => to_spikes(arguments)?,
    };
    if shell.json() {
        let spikes: serde_json::Map<_, _> = counts
            .iter()
            .map(|(name, count)| (name.clone(), json!(count)))
            .collect();
        return shell.print_json(&json!({ "file": arguments.output, "spikes": spikes }));
    }
    shell.print(|out| {
        writeln!(out, "Converted to {}:", arguments.output.display())?;
        let mut populations = counts.iter();
        populations.try_for_each(|(name, count)| writeln!(out, "  {count:>12} spikes of {name}"))
    })
}

/// A run, with its populations and bouts, as NWB.
fn to_nwb(arguments: &ConvertArguments) -> Result<Vec<(String, u64)>, Failure> {
    let ConvertArguments {
        input,
        output,
        population,
        name: _,
        columns,
        first_neuron,
        experimenter,
        lab,
        institution,
    } = arguments;
    let options = [
        ("--population", population.is_some()),
        ("--columns", !columns.is_empty()),
        ("--first-neuron", first_neuron.is_some()),
    ];
    if let Some((option, _)) = options.iter().find(|(_, given)| *given) {
        let shown = output.display();
        return Err(Failure::input(format!(
            "`{option}`: found beside `{shown}`, expected none: a run is written to NWB as a whole"
        )));
    }
    let recording = Recording::open(input).map_err(Failure::input)?;
    let origin = Origin {
        experimenters: experimenter.clone(),
        lab: lab.clone(),
        institution: institution.clone(),
    };
    nwb::write(&recording, output, &origin).map_err(Failure::input)
}

/// Spikes as spikes.
fn to_spikes(arguments: &ConvertArguments) -> Result<Vec<(String, u64)>, Failure> {
    let options = [
        ("--experimenter", !arguments.experimenter.is_empty()),
        ("--lab", arguments.lab.is_some()),
        ("--institution", arguments.institution.is_some()),
    ];
    if let Some((option, _)) = options.iter().find(|(_, given)| *given) {
        let shown = arguments.output.display();
        return Err(Failure::input(format!(
            "`{option}`: found beside `{shown}`, expected a `.nwb`: no other file says whose it is"
        )));
    }
    let columns = match arguments.columns.as_slice() {
        [] => None,
        given => {
            let table: BTreeMap<&'static str, String> = given.iter().cloned().collect();
            Some(Columns::new(&table).map_err(Failure::input)?)
        }
    };
    let input = SpikeFile {
        path: run_file::of(&arguments.input),
        population: arguments.population.clone(),
        columns,
        first_neuron: arguments.first_neuron,
    };
    let stop = interrupt::install();
    let converted = convert(&input, &arguments.output, &arguments.name, stop);
    let converted = converted.map_err(|error| match error {
        ConvertError::Stopped => Failure::Nothing,
        // Nothing reads a file at which nobody has had the time to look.
        ConvertError::Input(_) if stop.load(Ordering::Relaxed) => Failure::Nothing,
        error => Failure::input(error),
    })?;
    Ok(converted.populations)
}
