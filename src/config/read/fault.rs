//! What does not fit in a network, told where it was written.

use crate::base::parameter::ParameterError;
use crate::config::reader::Section;
use crate::network::{NetworkError, Problem};

/// Reports `error`, which is about the part that `section` describes.
pub(super) fn report(section: &Section<'_>, error: &NetworkError) {
    match &*error.problem {
        Problem::Parameter(error) => parameter(section, error),
        problem @ Problem::Rule(rule) => {
            let (item, help) = (section.get(rule.key()), rule.help());
            let whole = format!("{}: {problem}", error.place);
            let Some(item) = item else {
                section.reader.problem(section.origin, whole, help);
                return;
            };
            // What does not depend on the populations is at fault where it is written, not in every copy.
            let message = match !rule.fault.is_of_value() {
                true => whole,
                false => format!("`{}`: {}", item.path, rule.reason()),
            };
            section.reader.problem(item.origin(), message, help);
        }
        problem => {
            let item = error.place.key.and_then(|key| section.get(key));
            let origin = item.map_or(section.origin, |item| item.origin());
            let message = format!("{}: {problem}", error.place);
            section.reader.problem(origin, message, problem.help());
        }
    }
}

/// Reports `error`, which is about a value in `section`.
pub(super) fn parameter(section: &Section<'_>, error: &ParameterError) {
    let item = error.parameter().and_then(|key| section.get(key));
    let Some(item) = item else {
        let message = match error {
            ParameterError::Missing { parameter, doc, .. } => {
                format!("[{}] needs `{parameter}`: {doc}", section.path())
            }
            _ => format!("[{}]: {error}", section.path()),
        };
        section.reader.problem(section.origin, message, None);
        return;
    };
    let message = match error {
        ParameterError::Drawn { model, .. } => {
            let expected = format!("one value for all neurons of the model `{model}`");
            item.refuse::<()>(&expected, None);
            return;
        }
        ParameterError::OutOfRange { expected, .. } => {
            item.refuse::<()>(expected, None);
            return;
        }
        ParameterError::Inconsistent { reason, .. } => format!("`{}`{reason}", item.path),
        _ => format!("[{}]: {error}", section.path()),
    };
    section.reader.problem(item.origin(), message, None);
}
