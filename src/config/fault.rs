//! What does not fit in a network, told where it was written.

use super::reader::{Item, Section};
use crate::base::parameter::ParameterError;
use crate::network::Problem;

/// Reports the problem that was found with the part that `section` describes, if there is one.
pub(super) fn reported(section: &Section<'_>, checked: Result<(), Problem>) -> Option<()> {
    checked.map_err(|problem| report(section, &problem)).ok()
}

/// Reports the problems found with parts of one kind, given by name, whose tables have been read; whether there is none.
pub(super) fn all_reported<'a>(
    root: &Section<'_>,
    kind: &str,
    checked: impl Iterator<Item = (&'a str, Result<(), Problem>)>,
) -> bool {
    let mut good = true;
    each_read(root, kind, checked, |own, checked| {
        good &= reported(own, checked).is_some();
    });
    good
}

/// Looks once more at the tables of parts of one `kind` that have been read, given by name.
pub(super) fn each_read<'a, T>(
    root: &Section<'_>,
    kind: &str,
    parts: impl Iterator<Item = (&'a str, T)>,
    mut look: impl FnMut(&Section<'_>, T),
) {
    let section = root.get(kind).and_then(|item| item.named_section());
    section.iter().for_each(Section::ignore);
    for (name, part) in parts {
        let own = section.as_ref().and_then(|section| section.get(name));
        if let Some(own) = own.and_then(|item| item.section()) {
            look(&own, part);
            own.ignore();
        }
    }
}

/// Reports `problem`, which is about the part that `section` describes.
pub(super) fn report(section: &Section<'_>, problem: &Problem) {
    if let Problem::Parameter(error) = problem {
        return parameter(section, error);
    }
    let key = problem.key();
    let item = key.and_then(|key| find(section, key));
    let (part, name) = section.path().split_once('.').unwrap_or_default();
    let text = problem.to_string();
    let of_key = key.and_then(|key| text.strip_prefix(&format!("`{key}`")));
    let help = match problem {
        Problem::Units { .. } => {
            Some("write one table for each, which may copy the other: `like = \"…\"`".into())
        }
        problem => problem.help(),
    };
    let message = match (problem, &item, of_key) {
        // What does not depend on the populations is at fault where it is written, not in every copy.
        (Problem::Rule(rule), Some(item), _) if rule.fault.is_of_value() => {
            format!("`{}`: {text}", item.path)
        }
        (_, Some(item), Some(rest)) => match rest.split_once(", expected ") {
            // What was found is told as it was written, but of an array the number that is at fault.
            Some((found, expected)) if found.starts_with(" is ") && !is_entry(problem, item) => {
                item.refuse::<()>(expected, help);
                return;
            }
            _ => format!("`{}`{rest}", item.path),
        },
        _ => {
            let origin = item.as_ref().map_or(section.origin, Item::origin);
            let message = format!("{part} `{name}`: {text}");
            return section.reader.problem(origin, message, help);
        }
    };
    tell(section, item.as_ref(), message, help);
}

/// Reports a problem with `item`, or with all of `section`.
fn tell(section: &Section<'_>, item: Option<&Item<'_>>, message: String, help: Option<String>) {
    let origin = item.map_or(section.origin, Item::origin);
    let is_own = |item: &Item<'_>| {
        let inside = item.path.strip_prefix(section.path());
        inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    match item.is_none_or(is_own) {
        true => section.reader.problem(origin, message, help),
        false => {
            let copier = section.path();
            section
                .reader
                .problem_of_copy(origin, message, help, copier);
        }
    }
}

/// Whether `problem` is about a number in the array `item`.
fn is_entry(problem: &Problem, item: &Item<'_>) -> bool {
    item.is_array() && matches!(problem, Problem::OutOfReach { .. })
}

/// The value of `key`; the potential at the start stands in a table of its own.
fn find<'a>(section: &Section<'a>, key: &str) -> Option<Item<'a>> {
    match key {
        "v_m" => section.get("initial")?.section()?.get(key),
        "modulator" | "sources" | "targets" => {
            let plasticity = section.get("plasticity")?.section()?;
            // Read before.
            plasticity.ignore();
            plasticity.get(key)
        }
        key => section.get(key),
    }
}

/// Reports `error`, which is about values that neurons of the population in `section` have of their own with `seed`; whether some
/// of them are drawn.
pub(super) fn report_own(
    section: &Section<'_>,
    error: &ParameterError,
    (seed, are_drawn): (u64, bool),
) {
    let ParameterError::Inconsistent {
        parameter: key,
        reason,
        neuron: Some(neuron),
        ..
    } = error
    else {
        return parameter(section, error);
    };
    // What another table gives stands there.
    let origin = section
        .get(key)
        .map_or(section.origin, |item| item.origin());
    let message = format!(
        "`{}.{key}`{reason}: the values of neuron {neuron} with seed {seed}",
        section.path()
    );
    let help = "draws outside `low` and `high` of a distribution are drawn again: bounds keep values apart";
    let help = are_drawn.then(|| help.into());
    section.reader.problem(origin, message, help);
}

/// Reports `error`, which is about a value in `section`.
fn parameter(section: &Section<'_>, error: &ParameterError) {
    let item = error.parameter().and_then(|key| section.get(key));
    let (item, message) = match (item, error) {
        (None, ParameterError::Missing { parameter, doc, .. }) => {
            section.need(parameter, doc);
            return;
        }
        (Some(item), ParameterError::Drawn { model, .. }) => {
            let expected = format!("one value for all neurons of the model `{model}`");
            item.refuse::<()>(&expected, None);
            return;
        }
        (Some(item), ParameterError::OutOfRange { expected, .. }) => {
            item.refuse::<()>(expected, None);
            return;
        }
        (Some(item), ParameterError::Inconsistent { reason, .. }) => {
            let message = format!("`{}`{reason}", item.path);
            (Some(item), message)
        }
        (Some(item), ParameterError::Entry { at, reason, .. }) => {
            let entry = item
                .items("")
                .and_then(|entries| entries.into_iter().nth(*at));
            let item = entry.unwrap_or(item);
            let message = format!("`{}` {reason}", item.path);
            (Some(item), message)
        }
        (item, _) => {
            let origin = item.as_ref().map_or(section.origin, Item::origin);
            let message = format!("[{}]: {error}", section.path());
            return section.reader.problem(origin, message, None);
        }
    };
    tell(section, item.as_ref(), message, None);
}
