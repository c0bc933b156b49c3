//! Parameters of what the registries declare.

use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Value, Values};
use crate::base::suggest;
use crate::config::quantity::quote;
use crate::config::reader::{Item, Section};

use super::value::of_weight;
use super::{
    Around, Count, Drawn, Each, File, Flag, Form, Given, Keys, Name, Number, Row, Word, strings,
};

/// A parameter as its declaration says.
#[derive(Clone, Copy)]
struct Of(&'static ParameterSpec);

/// Populations, at least one.
pub(in crate::config) const POPULATIONS: Each<Name> = Each {
    form: Name::Population,
    noun: "population",
    none: false,
};

impl Form<Value> for Of {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Value> {
        Some(match self.0.kind {
            Kind::Quantity {
                dimension,
                range,
                drawn: false,
            } => Value::Number(Number(dimension, range).read(item, around)?),
            Kind::Quantity {
                dimension,
                range,
                drawn: true,
            } => {
                let distribution = Drawn(dimension, range).read(item, around)?;
                let (low, high) = distribution.reach();
                let bounds = [("low", low), ("high", high)];
                let outside = bounds.into_iter().find(|&(_, end)| !range.contains(end));
                match outside {
                    Some((bound, _)) => return outside_range(item, dimension, range, bound),
                    None => Value::from(distribution),
                }
            }
            Kind::Count { least, most } => Value::Count(Count(least, most).read(item, around)?),
            Kind::Flag => Value::Flag(item.boolean()?),
            Kind::Word(words) => Value::Word(Word(words).read(item, around)?),
            Kind::Text => Value::Text(item.text(self.0.doc)?.into()),
            Kind::Population => Value::Text(around.known.name(item)?),
            Kind::Populations => Value::Names(POPULATIONS.read(item, around)?),
            Kind::File(endings) => Value::File(File(endings).read(item, around)?),
            Kind::Steps(dimension) => Value::Steps(steps(item, dimension)?),
        })
    }

    fn write(&self, value: &Value, weight: Dimension) -> String {
        let dimension = of_weight(self.0.dimension(), weight);
        let number = |value: &f64, dimension| Number(dimension, Range::Finite).write(value, weight);
        match value {
            Value::Number(value) => number(value, dimension),
            Value::Drawn(distribution) => {
                Drawn(dimension, Range::Finite).write(distribution, weight)
            }
            Value::Count(n) => n.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Word(word) => Word(&[]).write(word, weight),
            Value::Text(text) => Name::Population.write(text, weight),
            Value::Names(list) => strings(list),
            Value::File(file) => File(&[]).write(file, weight),
            Value::Steps(steps) => {
                let steps = steps.iter().map(|(from, value)| {
                    format!(
                        "[{}, {}]",
                        number(from, Dimension::Time),
                        number(value, dimension)
                    )
                });
                format!("[{}]", steps.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn expected(&self) -> String {
        self.0.kind.describe()
    }

    fn words(&self) -> String {
        match self.0.kind {
            Kind::Flag => Flag.words(),
            Kind::Word(words) => Word(words).words(),
            Kind::File(_) => File(&[]).words(),
            Kind::Text | Kind::Population => "name".into(),
            Kind::Populations => "names".into(),
            Kind::Steps(dimension) => format!("[[ms, {}], …]", dimension.unit()),
            Kind::Quantity {
                dimension, range, ..
            } => Number(dimension, range).words(),
            Kind::Count { .. } => "number".into(),
        }
    }

    fn waits(&self, around: &Around<'_>) -> bool {
        self.0.dimension() == Dimension::Weight && around.weight.is_none()
    }
}

/// Every parameter of `spec` as a key, with its value among `values`.
pub(in crate::config) fn spec_keys(spec: &'static Spec, values: &mut Values, k: &mut Keys<'_>) {
    for parameter in spec.parameters {
        let mut value = values.get(parameter.name).cloned();
        let (name, form, doc) = (parameter.name, Given(Of(parameter)), parameter.doc);
        if value.is_none() && k.reading().is_some() || k.is_describing() {
            value = parameter.default.value();
        }
        match parameter.default {
            Default::Required => k.need(name, &mut value, form, doc),
            Default::Absent(words) => k.told(name, words, &mut value, form, doc),
            _ => k.or(name, &mut value, form, doc),
        }
        match value {
            Some(value) => values.insert(name, value),
            None => drop(values.remove(name)),
        }
    }
}

/// Every parameter of `spec` as `describe` shows it, under its name.
pub(in crate::config) fn rows_of(spec: &'static Spec) -> (&'static str, Vec<Row>) {
    let row = |parameter: &'static ParameterSpec| Row {
        name: parameter.name,
        value: Of(parameter).words(),
        default: match parameter.default {
            Default::Required => None,
            default => Some(default.describe()),
        },
        doc: parameter.doc,
    };
    (spec.name, spec.parameters.iter().map(row).collect())
}

/// The name of an entry of a registry.
pub(in crate::config) struct Registered(pub(in crate::config) Vec<&'static Spec>);

impl Form<&'static str> for Registered {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<&'static str> {
        let names: Vec<(&str, &'static str)> =
            self.0.iter().map(|spec| (spec.name, spec.name)).collect();
        item.choice(&names)
    }

    fn write(&self, value: &&'static str, _: Dimension) -> String {
        quote(value)
    }

    fn expected(&self) -> String {
        "name".into()
    }
}

/// Tells that draws below or above would leave the range.
fn outside_range(
    item: &Item<'_>,
    dimension: Dimension,
    range: Range,
    bound: &str,
) -> Option<Value> {
    let unit = match (range, dimension.unit()) {
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

/// Instants, each with a quantity; their order is for the stimulus to check.
fn steps(item: &Item<'_>, dimension: Dimension) -> Option<Vec<(f64, f64)>> {
    const EXPECTED: &str = "an array of steps, such as [[\"0 s\", \"50 pA\"], [\"1 s\", \"0 pA\"]]";
    let steps = item.list(EXPECTED, |step| {
        const EXPECTED: &str = "a step, such as [\"0 s\", \"50 pA\"]";
        match step.items(EXPECTED)?.as_slice() {
            [from, value] => {
                let from = from.quantity(Dimension::Time, Range::NonNegative);
                from.zip(value.quantity(dimension, Range::Finite))
            }
            _ => step.refuse(EXPECTED, None),
        }
    })?;
    match steps.is_empty() {
        true => item.refuse("at least one step", None),
        false => Some(steps),
    }
}

/// The entry of a registry that `key` names; where there is none, the rest of the section cannot be checked.
pub(in crate::config) fn registered(
    section: &Section<'_>,
    key: &str,
    what: &str,
    registry: &[&'static Spec],
) -> Option<&'static Spec> {
    let choices: Vec<(&str, &'static Spec)> =
        registry.iter().map(|spec| (spec.name, *spec)).collect();
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let what = format!("{what}, one of {}", suggest::list(&names));
    let spec = section
        .need(key, &what)
        .and_then(|item| item.choice(&choices));
    if spec.is_none() {
        section.ignore();
    }
    spec
}

/// Refuses keys that belong to other entries of a registry than `chosen`, each with the rows that it has, where they are
/// written here; where they are copied they are left aside. `noun` is what the entries are: "rule".
pub(in crate::config) fn refuse_foreign(
    section: &Section<'_>,
    registry: &[(&'static str, Vec<Row>)],
    chosen: &str,
    noun: &str,
) -> bool {
    let has = |rows: &[Row], key: &str| rows.iter().any(|row| row.name == key);
    let own = registry.iter().find(|(name, _)| *name == chosen);
    let own = own.map_or(&[][..], |(_, rows)| rows);
    let mut good = true;
    for key in section.keys().filter(|key| !has(own, key)) {
        let of = registry.iter().filter(|(_, rows)| has(rows, key));
        let of: Vec<&str> = of.map(|(name, _)| *name).collect();
        if of.is_empty() {
            continue;
        }
        if let Some(item) = section.get(key) {
            let message = format!(
                "`{}` does not belong to the {noun} `{chosen}`, expected with {}",
                item.path,
                suggest::list(&of)
            );
            item.reader.problem(item.key_origin, message, None);
            good = false;
        }
    }
    good
}
