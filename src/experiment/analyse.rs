//! Measures of a recording, be it a run of ours or a file of spikes from elsewhere.

mod reading;
mod saving;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analysis::data::{Data, Numbers};
use crate::analysis::measure::{self, Measure, MeasureError};
use crate::analysis::table::Table;
use crate::base::parameter::{Spec, Value, Values};
use crate::base::shown::shown;
use crate::base::suggest;
use crate::base::time::Time;
use crate::config::{SettingError, setting, written};
use crate::record::number_file::{self, NumberFileError};
use crate::record::output::OutputError;
use crate::record::recording::RecordingError;
use crate::record::spike_file::SpikeFileError;

pub use saving::{Saved, csv, save};

/// What is to be measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// A run file, the folder of a run, or a file of spikes that `convert` reads.
    pub file: PathBuf,
    /// Names of measures.
    pub measures: Vec<String>,
    /// Where to begin; at the start of the recording if not said.
    pub from: Option<Time>,
    /// Where to end; at the end of the recording if not said.
    pub to: Option<Time>,
    /// Names or kinds of the bouts that are looked at; all of the recording without any.
    pub bouts: Vec<String>,
    /// The populations; all that were recorded without any.
    pub populations: Vec<String>,
    /// `key=value` or `measure.key=value`.
    pub sets: Vec<String>,
    /// Seed of what is drawn at random.
    pub seed: u64,
    /// Neurons of each population in a file of spikes, which does not say; without it, those that fire.
    pub size: Option<u32>,
}

/// What was measured.
#[derive(Debug)]
pub struct Analysis {
    /// The file of spikes, or the run file.
    pub file: PathBuf,
    /// Fingerprint of the run, if it has one.
    pub fingerprint: Option<String>,
    /// What was looked at.
    pub data: Data,
    /// Seed of what was drawn at random.
    pub seed: u64,
    /// The results, in the order asked for.
    pub results: Vec<Outcome>,
}

/// The tables of one measure.
#[derive(Debug)]
pub struct Outcome {
    /// Which.
    pub measure: &'static Measure,
    /// The values of all of its parameters that are of use.
    pub values: Values,
    /// Its tables.
    pub tables: Vec<Table>,
}

impl Outcome {
    /// Its parameters as they could be typed: key and value.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        let parameters = self.measure.spec.parameters.iter();
        parameters.filter_map(|parameter| {
            let value = self.values.get(parameter.name)?;
            Some((parameter.name, written(parameter, value)))
        })
    }
}

/// Why there are no results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyseError {
    /// The run cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The file of spikes cannot be read.
    #[error(transparent)]
    Spikes(#[from] SpikeFileError),
    /// A measure is unknown, or has no result.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// A table that a parameter names cannot be read.
    #[error(transparent)]
    Table(#[from] NumberFileError),
    /// A value that is none.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Something was asked for that is not there.
    #[error("{what}: found {found}, expected {expected}{help}")]
    Request {
        /// What was asked for.
        what: String,
        /// What there is.
        found: String,
        /// What was expected.
        expected: String,
        /// A line of help behind a line feed, or nothing.
        help: String,
    },
    /// Results cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl AnalyseError {
    fn request(
        what: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Request {
            what: what.into(),
            found: found.into(),
            expected: expected.into(),
            help: String::new(),
        }
    }
}

/// Reads the recording and takes the measures.
///
/// # Errors
/// If something asked for is unknown or not there, the recording cannot be read, or a measure has no result.
pub fn analyse(request: &Request) -> Result<Analysis, AnalyseError> {
    if request.measures.is_empty() {
        return Err(AnalyseError::request("measures", "none", "one or more"));
    }
    let twice =
        (1..request.measures.len()).find(|&k| request.measures[..k].contains(&request.measures[k]));
    if let Some(twice) = twice {
        let found = format!("`{}` twice", request.measures[twice]);
        return Err(AnalyseError::request("measures", found, "each once"));
    }
    let measures = request.measures.iter().map(|name| measure::find(name));
    let measures = measures.collect::<Result<Vec<_>, _>>()?;
    refuse_stretches(request, &measures)?;
    let values = settings(&measures, &request.sets)?;
    // Before anything is read: a slip in a value costs no wait.
    let values = measures
        .iter()
        .zip(values)
        .map(|(measure, given)| measure.complete(&given));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let tables = values.iter().map(tables).collect::<Result<Vec<_>, _>>()?;
    let (file, fingerprint, mut data) = reading::read(request)?;
    let asked = measures.into_iter().zip(values).zip(tables).enumerate();
    let (of_silence, others): (Vec<_>, Vec<_>) =
        asked.partition(|(_, ((measure, _), _))| measure.counts_silence());
    let mut results: Vec<(usize, Outcome)> = Vec::new();
    for (group, of_silence) in [(of_silence, true), (others, false)] {
        if !of_silence && !group.is_empty() {
            reading::leave_silent(request, &mut data)?;
        }
        for (place, ((measure, values), tables)) in group {
            data.tables = tables;
            let tables = measure.compute(&data, &values, request.seed)?;
            let outcome = Outcome {
                measure,
                values,
                tables,
            };
            results.push((place, outcome));
        }
    }
    results.sort_by_key(|(place, _)| *place);
    Ok(Analysis {
        file,
        fingerprint,
        data,
        seed: request.seed,
        results: results.into_iter().map(|(_, outcome)| outcome).collect(),
    })
}

/// Refuses to choose a stretch of time for a measure that would not look at it.
fn refuse_stretches(request: &Request, measures: &[&Measure]) -> Result<(), AnalyseError> {
    let given = [
        ("`--from`", request.from.is_some()),
        ("`--to`", request.to.is_some()),
        ("`--bout`", !request.bouts.is_empty()),
    ];
    let Some((option, _)) = given.into_iter().find(|(_, is_given)| *is_given) else {
        return Ok(());
    };
    for measure in measures {
        let name = measure.spec.name;
        if let Some(own) = measure.own_stretches() {
            let found = format!("a stretch of time for `{name}`");
            let expected = format!("none: {name} takes its spikes from {own}");
            return Err(AnalyseError::request(option, found, expected));
        }
    }
    Ok(())
}

/// The tables that parameters name.
fn tables(values: &Values) -> Result<BTreeMap<&'static str, Numbers>, NumberFileError> {
    let files = values.iter().filter_map(|(name, value)| match value {
        Value::File(path) => Some((name, path)),
        _ => None,
    });
    let read = files.map(|(name, path)| {
        let (names, columns) = number_file::read(path)?;
        Ok((name, Numbers { names, columns }))
    });
    read.collect()
}

/// The values that `sets` give to each of `measures`.
fn settings(measures: &[&'static Measure], sets: &[String]) -> Result<Vec<Values>, AnalyseError> {
    let mut values = vec![Values::new(); measures.len()];
    for set in sets {
        let Some((key, text)) = set.split_once('=') else {
            let what = format!("`--set {}`", shown(set));
            return Err(AnalyseError::request(
                what,
                "no `=`",
                "`key=value` or `measure.key=value`",
            ));
        };
        let key = key.trim();
        let (owner, name) = match key.split_once('.') {
            Some((owner, name)) => (Some(owner), name),
            None => (None, key),
        };
        let mut taken = false;
        for (measure, values) in measures.iter().zip(&mut values) {
            let spec = measure.spec;
            if owner.is_some_and(|owner| owner != spec.name) {
                continue;
            }
            if let Some(parameter) = spec.parameter(name) {
                values.insert(parameter.name, setting(parameter, text)?);
                taken = true;
            }
        }
        if !taken {
            return Err(unknown(measures, set, owner, name));
        }
    }
    Ok(values)
}

/// That none of `measures`, or not the `owner`, has the parameter `name` of `set`.
fn unknown(
    measures: &[&'static Measure],
    set: &str,
    owner: Option<&str>,
    name: &str,
) -> AnalyseError {
    let asked: Vec<&str> = measures.iter().map(|measure| measure.spec.name).collect();
    let stranger = owner.filter(|owner| !asked.contains(owner));
    let owners = measures.iter().map(|measure| measure.spec);
    let owners = owners.filter(|spec| owner.is_none_or(|owner| owner == spec.name));
    let owners: Vec<&Spec> = owners.collect();
    let known = owners.iter().flat_map(|spec| spec.parameters);
    let known: Vec<&str> = known.map(|parameter| parameter.name).collect();
    let elsewhere = measures.iter().map(|measure| measure.spec);
    let elsewhere = elsewhere.filter(|spec| spec.parameter(name).is_some());
    let elsewhere: Vec<String> = elsewhere
        .map(|spec| format!("{}.{name}", spec.name))
        .collect();
    let help = match (stranger, elsewhere.first()) {
        (Some(owner), _) => suggest::help(owner, &asked),
        (None, Some(other)) => Some(format!("did you mean `{other}`?")),
        (None, None) => suggest::help(name, &known),
    };
    let expected = match (stranger, owners.as_slice()) {
        (None, [alone]) if alone.parameters.is_empty() => {
            format!("none: `{}` has no parameters", alone.name)
        }
        (None, owners) => {
            let names: Vec<&str> = owners.iter().map(|spec| spec.name).collect();
            format!("a parameter of {}", suggest::list(&names))
        }
        (Some(_), _) => format!("a parameter of {}", suggest::list(&asked)),
    };
    AnalyseError::Request {
        what: format!("`--set {}`", shown(set)),
        found: match stranger {
            Some(_) => "a measure that is not asked for".to_owned(),
            None => format!("no parameter `{}`", shown(name)),
        },
        expected,
        help: help.map_or_else(String::new, |help| format!("\n  help: {help}")),
    }
}
