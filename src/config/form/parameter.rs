//! Parameters of what the registries declare.

use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Value, Values};
use crate::base::suggest;
use crate::config::reader::{Item, Section};

use super::{
    Around, Form, Keys, Row, count, drawn, file, flag, given, name, number, population_name,
    populations, text,
};

/// The form of values of `parameter`, as its declaration says.
fn of(parameter: &'static ParameterSpec) -> Form<'static, Value> {
    macro_rules! value {
        ($form:expr, $variant:ident) => {{
            let (inner, form) = ($form, $form);
            let read = move |item: &Item<'_>, around: &Around<'_>| {
                (inner.read)(item, around).map(Value::$variant)
            };
            let write = move |value: &Value, weight| match value {
                Value::$variant(value) => (form.write)(value, weight),
                _ => String::new(),
            };
            let form = $form;
            Form::new(form.words, read, write).unless(move |around| (form.waits)(around))
        }};
    }
    match parameter.kind {
        Kind::Quantity {
            dimension,
            range,
            drawn: false,
        } => value!(number(dimension, range), Number),
        Kind::Quantity {
            dimension,
            range,
            drawn: true,
        } => either_drawn(dimension, range),
        Kind::Count { least, most } => value!(count::<u64>(least, most), Count),
        Kind::Flag => value!(flag(), Flag),
        Kind::Word(words) => value!(name(words.to_vec()), Word),
        Kind::Text => value!(text(parameter.doc), Text),
        Kind::Population => value!(population_name(), Text),
        Kind::Populations => value!(populations(), Names),
        Kind::File(endings) => value!(file(endings), File),
        Kind::Steps(dimension) => value!(steps(dimension), Steps),
    }
}

/// A number, or a distribution whose draws are all in the range.
fn either_drawn(dimension: Dimension, range: Range) -> Form<'static, Value> {
    let (inner, form) = (drawn(dimension, range), drawn(dimension, range));
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let distribution = (inner.read)(item, around)?;
        let (low, high) = distribution.reach();
        let bounds = [("low", low), ("high", high)];
        let outside = bounds.into_iter().find(|&(_, end)| !range.contains(end));
        let Some((bound, _)) = outside else {
            return Some(Value::from(distribution));
        };
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
    };
    let single = number(dimension, range);
    let words = single.words.clone();
    let write = move |value: &Value, weight| match value {
        Value::Number(value) => (single.write)(value, weight),
        Value::Drawn(distribution) => (form.write)(distribution, weight),
        _ => String::new(),
    };
    let waits = number(dimension, range).waits;
    Form::new(words, read, write).unless(move |around| waits(around))
}

/// Instants, each with a quantity; their order is for the stimulus to check.
fn steps(dimension: Dimension) -> Form<'static, Vec<(f64, f64)>> {
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        const EXPECTED: &str =
            "an array of steps, such as [[\"0 s\", \"50 pA\"], [\"1 s\", \"0 pA\"]]";
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
    };
    let write = move |steps: &Vec<(f64, f64)>, weight| {
        let number = |of, value: &f64| (number(of, Range::Finite).write)(value, weight);
        let steps = steps.iter().map(|(from, value)| {
            format!(
                "[{}, {}]",
                number(Dimension::Time, from),
                number(dimension, value)
            )
        });
        format!("[{}]", steps.collect::<Vec<_>>().join(", "))
    };
    Form::new(format!("[[ms, {}], …]", dimension.unit()), read, write)
}

/// Every parameter of `spec` as a key, with its value among `values`.
pub fn spec_keys(spec: &'static Spec, values: &mut Values, k: &mut Keys<'_>) {
    for parameter in spec.parameters {
        let mut value = values.get(parameter.name).cloned();
        let (name, form, doc) = (parameter.name, given(of(parameter)), parameter.doc);
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
pub fn rows_of(spec: &'static Spec) -> (&'static str, Vec<Row>) {
    let row = |parameter: &'static ParameterSpec| Row {
        name: parameter.name,
        value: of(parameter).words,
        default: match parameter.default {
            Default::Required => None,
            default => Some(default.describe()),
        },
        doc: parameter.doc,
    };
    (spec.name, spec.parameters.iter().map(row).collect())
}

/// The name of an entry of a registry.
pub fn registered(specs: Vec<&'static Spec>) -> Form<'static, &'static str> {
    let mut form = name(specs.iter().map(|spec| spec.name).collect());
    form.words = "name".into();
    form
}

/// The entry of a registry that `key` names; where there is none, the rest of the section cannot be checked.
pub fn chosen(
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
pub fn refuse_foreign(
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
            let of = suggest::list(&of);
            let message = format!(
                "`{}` does not belong to the {noun} `{chosen}`, expected with {of}",
                item.path
            );
            item.reader.problem(item.key_origin, message, None);
            good = false;
        }
    }
    good
}
