//! `[record]`: what is kept of a run.

use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::network::{Record, Recorded, SampledStates, Selection};
use crate::config::reader::{Item, Section};
use crate::network::Projection;

use super::span::at_most;
use super::{Known, selection, snapshot};

/// Reads `[record]`; nothing is recorded where it is missing. `projections` are all there are, if none is at fault.
pub(super) fn record(
    root: &Section<'_>,
    known: &Known<'_>,
    projections: Option<&[Projection]>,
    duration: Option<Duration>,
) -> Option<Record> {
    let Some(item) = root.get("record") else {
        return Some(Record::default());
    };
    let section = item.section()?;
    let spikes = section.or("spikes", Vec::new(), |item| spikes(&item, known));
    let rates_bin = section.or("rates", None, |item| match item.as_text() {
        Some("off") => Some(None),
        _ if !item.is_table() => item.refuse("`off` or a table { bin }", None),
        _ => bin(&item, duration).map(Some),
    });
    let states = section.or("states", Vec::new(), |item| states(&item, known, duration));
    let weights = section.or("weights", None, |item| match item.as_text() {
        Some("off") => Some(None),
        _ => snapshot::read(&item, projections, duration).map(Some),
    });
    if let (Some(spikes), Some(Some(_))) = (&spikes, &rates_bin)
        && spikes.is_empty()
        && let Some(rates) = section.get("rates")
    {
        let message = "`record.rates` is of recorded populations, and `record.spikes` names none";
        section.reader.problem(rates.key_origin, message, None);
        return None;
    }
    Some(Record {
        spikes: spikes?,
        rates_bin: rates_bin?,
        states: states?,
        weights: weights?,
    })
}

/// Tables of what is sampled; a single one needs no brackets.
pub(super) fn states(
    item: &Item<'_>,
    known: &Known<'_>,
    duration: Option<Duration>,
) -> Option<Vec<SampledStates>> {
    const EXPECTED: &str = "tables { population, neurons, variables, every }";
    let read = |entry: &Item<'_>| sampled(entry, known, duration);
    if item.is_array() {
        item.list(EXPECTED, |entry| read(&entry))
    } else {
        Some(vec![read(item)?])
    }
}

/// Populations, or some neurons of them, none twice; a single one needs no brackets.
fn spikes(item: &Item<'_>, known: &Known<'_>) -> Option<Vec<Recorded>> {
    if !item.is_array() {
        return Some(vec![recorded(item, known)?]);
    }
    let mut all: Vec<Recorded> = Vec::new();
    let mut good = true;
    for entry in item.items("populations")? {
        let Some(one) = recorded(&entry, known) else {
            good = false;
            continue;
        };
        let name = &one.population;
        if all.iter().any(|other| other.population == *name) {
            let message = format!("`{}` names population `{name}` twice", item.path);
            item.reader.problem(entry.origin(), message, None);
            good = false;
        }
        all.push(one);
    }
    good.then_some(all)
}

/// The name of a population, or a table with some of its neurons.
fn recorded(item: &Item<'_>, known: &Known<'_>) -> Option<Recorded> {
    if !item.is_table() {
        return Some(Recorded {
            population: known.name(item)?,
            neurons: Selection::All,
        });
    }
    let section = item.section()?;
    let population = selection::population(&section, known);
    let neurons = selection::neurons(&section, population.as_deref(), known);
    Some(Recorded {
        population: population?,
        neurons: neurons?,
    })
}

fn sampled(
    item: &Item<'_>,
    known: &Known<'_>,
    duration: Option<Duration>,
) -> Option<SampledStates> {
    if !item.is_table() {
        return item.refuse("a table { population, neurons, variables, every }", None);
    }
    let section = item.section()?;
    let population = selection::population(&section, known);
    let selected = selection::neurons(&section, population.as_deref(), known);
    let variables = section
        .need("variables", "what is sampled, such as [\"v_m\"]")
        .and_then(|item| variables(&item, population.as_deref()?, known));
    let every = section
        .need("every", "the time between samples, such as \"0.1 ms\"")
        .and_then(|item| at_most(&item, duration));
    let population = population?;
    let size = known.population(&population)?.size;
    let neurons = match selected? {
        Selection::Some(nodes) => nodes,
        Selection::All if size > selection::LONGEST => {
            let most = selection::LONGEST;
            return item.refuse(&format!("at most {most} neurons, not {size}"), None);
        }
        Selection::All => (0..size).collect(),
    };
    Some(SampledStates {
        population,
        neurons,
        variables: variables?,
        every: every?,
    })
}

/// Variables of the neurons of `population`; a single one needs no brackets.
fn variables(
    item: &Item<'_>,
    population: &str,
    known: &Known<'_>,
) -> Option<Vec<(usize, &'static str)>> {
    let model = known.model(population)?;
    let names: Vec<&'static str> = model
        .variables
        .iter()
        .map(|variable| variable.name)
        .collect();
    if names.is_empty() {
        let message = format!(
            "`{}`: neurons of population `{population}` (`{}`) have no state to sample",
            item.path, model.spec.name
        );
        item.reader.problem(item.origin(), message, None);
        return None;
    }
    let one = |entry: &Item<'_>| {
        let expected = format!("a variable of `{}`", model.spec.name);
        let text = entry.text(&expected)?;
        match names.iter().position(|name| *name == text) {
            Some(at) => Some((at, names[at])),
            None => entry.refuse(&expected, suggest::help(text, &names)),
        }
    };
    let variables = if item.is_array() {
        item.list("an array of variables", |entry| one(&entry))?
    } else {
        vec![one(item)?]
    };
    if variables.is_empty() {
        return item.refuse("at least one variable", None);
    }
    for (i, (at, name)) in variables.iter().enumerate() {
        if variables[..i].iter().any(|(other, _)| other == at) {
            let message = format!("`{}` names variable `{name}` twice", item.path);
            item.reader.problem(item.origin(), message, None);
            return None;
        }
    }
    Some(variables)
}

fn bin(item: &Item<'_>, duration: Option<Duration>) -> Option<Duration> {
    let section = item.section()?;
    let bin = section.need("bin", "the length of a bin, such as \"1 ms\"")?;
    at_most(&bin, duration)
}
