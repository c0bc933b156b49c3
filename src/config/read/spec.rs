//! Values of parameters, as their declarations say.

use std::collections::BTreeMap;

use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Value, Values};
use crate::base::suggest;
use crate::config::read::network::{Known, drawn::drawn};
use crate::config::read::{Paths, file};
use crate::config::reader::{Item, Section};

/// What values are read against.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) paths: &'a Paths<'a>,
    /// What weights onto the targets are measured in; `None` where that is unknown for another problem.
    pub(super) weight: Option<Dimension>,
}

/// A value for every parameter that has one; all are read, so that every mistake is told.
pub(super) fn values(
    section: &Section<'_>,
    parameters: &'static [ParameterSpec],
    context: &Context<'_>,
) -> Option<Values> {
    let (mut values, mut good) = (Values::new(), true);
    for parameter in parameters {
        match given(section, parameter, context) {
            Some(Some(value)) => values.insert(parameter.name, value),
            Some(None) => {}
            None => good = false,
        }
    }
    good.then_some(values)
}

/// The value of `parameter`, or its default.
fn given(
    section: &Section<'_>,
    parameter: &'static ParameterSpec,
    context: &Context<'_>,
) -> Option<Option<Value>> {
    let item = match parameter.default {
        Default::Required
            if parameter.dimension() == Dimension::Weight && context.weight.is_none() =>
        {
            section.know(parameter.name);
            return None;
        }
        Default::Required => section.need(parameter.name, parameter.doc)?,
        default => match section.get(parameter.name) {
            None => return Some(default.value()),
            Some(item) => item,
        },
    };
    value(&item, parameter, context).map(Some)
}

/// What `item` says of `parameter`.
fn value(item: &Item<'_>, parameter: &ParameterSpec, context: &Context<'_>) -> Option<Value> {
    Some(match parameter.kind {
        Kind::Quantity {
            dimension,
            range,
            drawn: may_be_drawn,
        } => {
            let dimension = match dimension {
                Dimension::Weight => context.weight?,
                dimension => dimension,
            };
            if !may_be_drawn {
                return item.quantity(dimension, range).map(Value::Number);
            }
            if item.is_array() {
                return Some(Value::Blocks(blocks(item, dimension, range)?));
            }
            let distribution = drawn(item, dimension, range)?;
            let (low, high) = distribution.reach();
            let bounds = [("low", low), ("high", high)];
            let outside = bounds.into_iter().find(|&(_, end)| !range.contains(end));
            if let Some((bound, _)) = outside {
                return outside_range(item, parameter, range, bound);
            }
            Value::from(distribution)
        }
        Kind::Count { least, most } => {
            let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let n = item.integer(bound(least), bound(most))?;
            Value::Count(n.unsigned_abs())
        }
        Kind::Flag => Value::Flag(item.boolean()?),
        Kind::Word(words) => {
            let choices: Vec<(&str, &'static str)> =
                words.iter().map(|word| (*word, *word)).collect();
            Value::Word(item.choice(&choices)?)
        }
        Kind::Text => Value::Text(item.text(parameter.doc)?.into()),
        Kind::Population => Value::Text(context.known.name(item)?),
        Kind::Populations => Value::Names(context.known.some_names(item)?),
        Kind::File(endings) => Value::File(file(item, endings, context.paths)?),
        Kind::Folder => Value::File(context.paths.resolve(item.text("the path of a folder")?)),
        Kind::Table(keys) => Value::Table(table(item, keys)?),
        Kind::Steps(dimension) => Value::Steps(steps(item, dimension)?),
    })
}

/// Texts under some of `keys`.
pub(super) fn table(
    item: &Item<'_>,
    keys: &[&'static str],
) -> Option<BTreeMap<&'static str, String>> {
    if !item.is_table() {
        let what = format!("a table with keys of {}", suggest::list(keys));
        return item.refuse(&what, None);
    }
    let section = item.section()?;
    let (mut table, mut good) = (BTreeMap::new(), true);
    for key in keys {
        if let Some(item) = section.get(key) {
            match item.text("a text") {
                Some(text) => drop(table.insert(*key, text.to_owned())),
                None => good = false,
            }
        }
    }
    good.then_some(table)
}

/// Tells that draws below or above would leave the range.
fn outside_range(
    item: &Item<'_>,
    parameter: &ParameterSpec,
    range: Range,
    bound: &str,
) -> Option<Value> {
    let unit = match (range, parameter.dimension().unit()) {
        (Range::Between(..), unit) if !unit.is_empty() => format!(" {unit}"),
        _ => String::new(),
    };
    let message = format!(
        "`{}`: some draws would leave the range, expected all of them {}{unit}",
        item.path,
        range.describe()
    );
    let help =
        format!("give the distribution the bound `{bound}`; draws outside it are drawn again");
    item.reader.problem(item.key_origin, message, Some(help));
    None
}

/// Numbers of neurons, each with their value.
fn blocks(item: &Item<'_>, dimension: Dimension, range: Range) -> Option<Vec<(u32, f64)>> {
    const EXPECTED: &str = "an array of blocks, such as [[80, \"20 ms\"], [20, \"10 ms\"]]";
    item.list(EXPECTED, |block| {
        const EXPECTED: &str =
            "a block, such as [80, \"20 ms\"]: how many neurons, and their value";
        match block.items(EXPECTED)?.as_slice() {
            [n, value] => {
                let n = n.integer(0, u32::MAX.into());
                let value = value.quantity(dimension, range);
                Some((u32::try_from(n?).ok()?, value?))
            }
            _ => block.refuse(EXPECTED, None),
        }
    })
}

/// Instants, each with a quantity.
fn steps(item: &Item<'_>, dimension: Dimension) -> Option<Vec<(f64, f64)>> {
    const EXPECTED: &str = "an array of steps, such as [[\"0 s\", \"50 pA\"], [\"1 s\", \"0 pA\"]]";
    let steps = item.list(EXPECTED, |step| {
        const EXPECTED: &str = "a step, such as [\"0 s\", \"50 pA\"]";
        match step.items(EXPECTED)?.as_slice() {
            [from, value] => {
                let from = from.quantity(Dimension::Time, Range::NonNegative);
                let value = value.quantity(dimension, Range::Finite);
                Some((step.origin(), (from?, value?)))
            }
            _ => step.refuse(EXPECTED, None),
        }
    })?;
    if steps.is_empty() {
        return item.refuse("at least one step", None);
    }
    let mut good = true;
    for (i, pair) in steps.windows(2).enumerate() {
        let [(_, (before, _)), (origin, (after, _))] = pair else {
            continue;
        };
        if after <= before {
            let message = format!(
                "`{}.{}` begins at {after} ms, expected after the step before it, which begins at {before} ms",
                item.path,
                i + 1,
            );
            item.reader.problem(*origin, message, None);
            good = false;
        }
    }
    good.then(|| steps.into_iter().map(|(_, step)| step).collect())
}

/// Refuses keys that belong to other entries of a registry than `chosen` where they are written here; where they are
/// copied they are left aside. `noun` is what the entries are: "rule".
pub(super) fn refuse_foreign(
    section: &Section<'_>,
    registry: &[&'static Spec],
    chosen: Option<&'static Spec>,
    noun: &str,
) {
    for spec in registry {
        for parameter in spec.parameters {
            let key = parameter.name;
            section.know(key);
            let Some(chosen) = chosen.filter(|chosen| chosen.parameter(key).is_none()) else {
                continue;
            };
            if !section.has(key) {
                continue;
            }
            let Some(item) = section.get(key) else {
                continue;
            };
            let of = registry
                .iter()
                .filter(|other| other.parameter(key).is_some());
            let of: Vec<&str> = of.map(|other| other.name).collect();
            foreign(&item, chosen, &of, noun);
        }
    }
}

/// Reports that the key of `item` belongs to the entries `of` alone, and not to `chosen`.
pub(super) fn foreign(item: &Item<'_>, chosen: &Spec, of: &[&str], noun: &str) {
    let message = format!(
        "`{}` does not belong to the {noun} `{}`, expected with {}",
        item.path,
        chosen.name,
        suggest::list(of)
    );
    item.reader.problem(item.key_origin, message, None);
}
