//! Parameters that do nothing beside others: whoever gives them believes in results that they have no part in.

use super::{MeasureError, lacks};
use crate::base::parameter::{Spec, Values};

/// What leaves other parameters of a measure without use.
struct Rule {
    /// A parameter, where it has a value.
    by: &'static str,
    /// Where it has this one alone.
    word: Option<&'static str>,
    /// Those that are without use then.
    idle: &'static [&'static str],
}

const RULES: [Rule; 3] = [
    Rule {
        by: "template",
        word: None,
        idle: &["fields", "track", "wake", "positions", "smooth"],
    },
    Rule {
        by: "fields",
        word: None,
        idle: &["track", "wake", "positions", "smooth"],
    },
    Rule {
        by: "threshold",
        word: Some("bimodal"),
        idle: &["percentile"],
    },
];

/// Takes from `values`, which are complete, those that are without use.
///
/// # Errors
/// If one of them is among the `given`.
pub(super) fn strip(
    spec: &'static Spec,
    given: &Values,
    values: &mut Values,
) -> Result<(), MeasureError> {
    for rule in &RULES {
        let holds = match rule.word {
            Some(word) => values.text(rule.by) == Some(word),
            None => values.get(rule.by).is_some(),
        };
        if !holds {
            continue;
        }
        for &name in rule.idle {
            if given.get(name).is_some() {
                let by = match rule.word {
                    Some(word) => format!("`{}={word}`", rule.by),
                    None => format!("`{}`", rule.by),
                };
                let problem =
                    format!("found `{name}` beside {by}, expected none: it has no use there");
                return Err(lacks(spec, problem));
            }
            values.remove(name);
        }
    }
    Ok(())
}
