//! Parameters of what the registries declare.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec, Value, Values};
use crate::base::suggest;
use crate::config::quantity::quote;
use crate::config::reader::{Item, Section};

use super::listed::{listed, names_a_file};
use super::{
    Around, Form, Keys, Row, count, drawn, file, flag, given, list, name, name_or_number, number,
    population_name, populations, text,
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
        } => own(parameter.name, dimension, range),
        Kind::Count { least, most } => value!(count::<u64>(least, most), Count),
        Kind::Flag => value!(flag(), Flag),
        Kind::Word(words) => value!(name(words.to_vec()), Word),
        Kind::Text => value!(text(parameter.doc), Text),
        Kind::Population => value!(population_name(), Text),
        Kind::Populations => value!(populations(), Names),
        Kind::File(endings) => value!(file(endings), File),
        Kind::Folder => value!(folder(), File),
        Kind::Table(keys) => value!(texts(keys), Table),
        Kind::Steps(dimension) => value!(steps(dimension), Steps),
        Kind::Instants => value!(instants(), Instants),
        Kind::Neurons => value!(neurons(), Neurons),
    }
}

/// What each neuron may have its own of: a number, blocks, numbers from a file, or a distribution whose draws are all in the
/// range.
pub fn own(parameter: &'static str, dimension: Dimension, range: Range) -> Form<'static, Value> {
    let (inner, form) = (drawn(dimension, range), drawn(dimension, range));
    let from_file = || listed(parameter, dimension, range);
    let (file, of_file) = (from_file(), from_file());
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        if item.is_array() {
            return Some(Value::Blocks(blocks(item, dimension, range)?));
        }
        if names_a_file(item) {
            return (file.read)(item, around).map(Value::Listed);
        }
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
        Value::Listed(listed) => (of_file.write)(listed, weight),
        Value::Blocks(blocks) => {
            let blocks = blocks.iter();
            let blocks =
                blocks.map(|(n, value)| format!("[{n}, {}]", (single.write)(value, weight)));
            format!("[{}]", blocks.collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    };
    let waits = number(dimension, range).waits;
    Form::new(words, read, write).unless(move |around| waits(around))
}

/// Numbers of neurons, each with their value.
fn blocks(item: &Item<'_>, dimension: Dimension, range: Range) -> Option<Vec<(u32, f64)>> {
    const EXPECTED: &str = "an array of blocks, such as [[80, \"20 ms\"], [20, \"10 ms\"]]";
    let entries = item.items(EXPECTED)?;
    if !entries.is_empty() && !entries.iter().any(Item::is_array) {
        let help = "each block says how many neurons and their value; a value of its own for each stands in a file: { file = \"…\" }";
        return item.refuse(EXPECTED, Some(help.into()));
    }
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

/// The path of a folder, made absolute.
fn folder() -> Form<'static, PathBuf> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        Some(around.paths.model.join(item.text("the path of a folder")?))
    };
    Form::new("path", read, |path: &PathBuf, _| {
        quote(&path.to_string_lossy())
    })
}

/// Texts under some of `keys`.
pub fn texts(keys: &'static [&'static str]) -> Form<'static, BTreeMap<&'static str, String>> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        if !item.is_table() {
            let what = format!("a table with keys of {}", suggest::list(keys));
            return item.refuse(&what, None);
        }
        let section = item.section()?;
        let (mut table, mut good) = (BTreeMap::new(), true);
        for key in keys {
            if let Some(item) = section.get(key) {
                match (name_or_number("a text").read)(&item, around) {
                    Some(text) => drop(table.insert(*key, text)),
                    None => good = false,
                }
            }
        }
        good.then_some(table)
    };
    let write = |table: &BTreeMap<&'static str, String>, _| {
        let keys = table
            .iter()
            .map(|(key, text)| format!("{key} = {}", quote(text)));
        format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
    };
    Form::new(format!("{{ {} }}", keys.join(", ")), read, write)
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

/// Instants, ascending; a single one needs no brackets.
fn instants() -> Form<'static, Vec<f64>> {
    let read = |item: &Item<'_>, _: &Around<'_>| {
        let instant = |item: &Item<'_>| item.quantity(Dimension::Time, Range::NonNegative);
        if !item.is_array() {
            return Some(vec![instant(item)?]);
        }
        let entries = item.items("an array of instants, such as [\"1 s\", \"2 s\"]")?;
        let (mut instants, mut good): (Vec<f64>, bool) = (Vec::new(), true);
        for entry in &entries {
            match instant(entry) {
                Some(ms) if instants.last().is_some_and(|&last| ms <= last) => {
                    entry.refuse::<()>("an instant after the one before it", None);
                    good = false;
                }
                Some(ms) => instants.push(ms),
                None => good = false,
            }
        }
        match entries.is_empty() {
            true => item.refuse("at least one instant", None),
            false => good.then_some(instants),
        }
    };
    let write = |instants: &Vec<f64>, weight| {
        let one = number(Dimension::Time, Range::NonNegative);
        let all: Vec<String> = instants.iter().map(|ms| (one.write)(ms, weight)).collect();
        format!("[{}]", all.join(", "))
    };
    Form::new("[ms, …]", read, write)
}

/// Numbers of neurons; whether the population has them is for what has the key to check.
fn neurons() -> Form<'static, Vec<u32>> {
    list(
        count(0, u32::MAX.into()),
        "an array of neurons by number, such as [3, 0, 7]",
    )
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
            _ => Some(parameter.described_default()),
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
