//! `record.weights`: weights as they stand at some instants, of projections whose weights may change.

use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::network::{Instants, RecordedWeights};
use crate::config::reader::{Item, Section};
use crate::network::Projection;

use super::span::at_most;

/// Reads the table; names are checked where `projections` are all there are.
pub(super) fn read(
    item: &Item<'_>,
    projections: Option<&[Projection]>,
    duration: Option<Duration>,
) -> Option<RecordedWeights> {
    read_with(item, duration, &|entry| name(entry, projections))
}

/// Reads the table, where `known` are the names of all projections.
pub(super) fn read_among(
    item: &Item<'_>,
    known: &[String],
    duration: Option<Duration>,
) -> Option<RecordedWeights> {
    const EXPECTED: &str = "the name of a projection from one layer to the next";
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    read_with(item, duration, &|entry| {
        let text = entry.text(EXPECTED)?;
        match known.contains(&text) {
            true => Some(text.into()),
            false => entry.refuse(EXPECTED, suggest::help(text, &known)),
        }
    })
}

/// Reads one name.
type ReadName<'a> = &'a dyn Fn(&Item<'_>) -> Option<String>;

fn read_with(
    item: &Item<'_>,
    duration: Option<Duration>,
    name: ReadName<'_>,
) -> Option<RecordedWeights> {
    if !item.is_table() {
        return item.refuse(
            "`off` or a table { projection, at } or { projection, every }",
            None,
        );
    }
    let section = item.section()?;
    let names = section
        .need(
            "projection",
            "whose weights are recorded, such as [\"hidden1_output\"]",
        )
        .and_then(|item| names(&item, name));
    let instants = instants(&section, duration);
    Some(RecordedWeights {
        projections: names?,
        instants: instants?,
    })
}

/// Dense projections, at least one, none twice; a single one needs no brackets.
fn names(item: &Item<'_>, name: ReadName<'_>) -> Option<Vec<String>> {
    if !item.is_array() {
        return Some(vec![name(item)?]);
    }
    let names = item.list("projections", |entry| name(&entry))?;
    if names.is_empty() {
        return item.refuse("at least one projection", None);
    }
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            let message = format!("`{}` names projection `{name}` twice", item.path);
            item.reader.problem(item.origin(), message, None);
            return None;
        }
    }
    Some(names)
}

fn name(item: &Item<'_>, projections: Option<&[Projection]>) -> Option<String> {
    const EXPECTED: &str = "the name of a projection with `rule = \"weights\"`";
    let text = item.text(EXPECTED)?;
    let Some(projections) = projections else {
        // The projection at fault is the one problem to mend.
        return Some(text.into());
    };
    let dense = |projection: &&Projection| projection.is_dense();
    let dense: Vec<&str> = projections
        .iter()
        .filter(dense)
        .map(|projection| &projection.name[..])
        .collect();
    if dense.contains(&text) {
        return Some(text.into());
    }
    if projections.iter().any(|known| known.name == text) {
        let message = format!(
            "`{}` names projection `{text}`, whose weights are drawn or read once and do not change, expected {EXPECTED}",
            item.path
        );
        let help = suggest::help("", &dense);
        item.reader.problem(item.origin(), message, help);
        return None;
    }
    item.refuse(EXPECTED, suggest::help(text, &dense))
}

/// `at` or `every`.
fn instants(section: &Section<'_>, duration: Option<Duration>) -> Option<Instants> {
    match (section.get("at"), section.get("every")) {
        (Some(_), Some(every)) => {
            let message = format!("`{}` and `at` exclude each other", every.path);
            every.reader.problem(every.key_origin, message, None);
            None
        }
        (Some(item), None) => listed(&item, duration).map(Instants::At),
        (None, Some(item)) => at_most(&item, duration).map(Instants::Every),
        (None, None) => {
            let what = "the instants, such as [\"0 s\", \"1 s\"], or `every`, the time between two of them";
            section.need("at", what);
            None
        }
    }
}

/// Instants in any order, none twice; a single one needs no brackets.
fn listed(item: &Item<'_>, duration: Option<Duration>) -> Option<Vec<Duration>> {
    if !item.is_array() {
        return Some(vec![instant(item, duration)?]);
    }
    let mut listed = item.list("an array of instants", |entry| instant(&entry, duration))?;
    if listed.is_empty() {
        return item.refuse("at least one instant", None);
    }
    listed.sort_unstable();
    if let Some(pair) = listed.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("`{}` names {} twice", item.path, pair[0]);
        item.reader.problem(item.origin(), message, None);
        return None;
    }
    Some(listed)
}

fn instant(item: &Item<'_>, duration: Option<Duration>) -> Option<Duration> {
    let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
    let instant = Duration::from_ms(ms).ok()?;
    match duration {
        Some(duration) if instant > duration => {
            item.refuse(&format!("at most the duration, {duration}"), None)
        }
        _ => Some(instant),
    }
}
