//! `[projection.NAME]`: synapses from one population onto others.

use std::sync::Arc;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Value, Values,
};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::network::{Choice, Connection, DenseProjection, EdgeFile, Projection};
use crate::config::read::{Paths, file};
use crate::config::reader::{Item, Section};
use crate::connection::{self, EdgeList, Rule};

use super::drawn::drawn;
use super::{Known, dense, weight};

/// 0.1 ms, the step of the time-stepped simulators whose networks are rebuilt here.
const DELAY_RESOLUTION: Duration = Duration::from_ps(100_000_000);

/// What makes the synapses.
#[derive(Clone, Copy)]
enum Form {
    /// A rule of the registry.
    Rule(&'static Rule),
    /// The weights of a layer of a trained network, `rule = "weights"`.
    Weights,
}

/// The rule that takes the weights of a layer of a trained network.
const WEIGHTS: &str = "weights";

/// What an edge file's name ends in.
const EXTENSIONS: [&str; 3] = ["h5", "hdf5", "csv"];

/// What a table stands for.
pub(super) enum Connected {
    Sparse(Projection),
    Dense(DenseProjection),
}

impl Connected {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Sparse(projection) => &projection.name,
            Self::Dense(projection) => &projection.name,
        }
    }
}

/// Reads the table.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    seed: Option<u64>,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<Connected> {
    let form = form(section);
    let rule = match form {
        Some(Form::Weights) => {
            return dense::read(section, name, known, paths).map(Connected::Dense);
        }
        Some(Form::Rule(rule)) => Some(rule),
        None => None,
    };
    sparse(section, name, rule, seed, known, paths).map(Connected::Sparse)
}

fn sparse(
    section: &Section<'_>,
    name: &str,
    rule: Option<&'static Rule>,
    seed: Option<u64>,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<Projection> {
    let source = section
        .need("source", "the population whose spikes arrive")
        .and_then(|item| known.name(&item));
    let (mut targets, mut dimension) = (None, None);
    if let Some(item) = section.need("target", "the populations that they arrive at") {
        targets = known.some_names(&item);
        let targets = targets.as_deref();
        dimension = targets.and_then(|targets| weight::dimension(&item, targets, known));
    }
    let connection = rule.and_then(|rule| connection(section, rule, paths));
    let listed = rule.is_some_and(Rule::is_listed);
    let autapses = if listed {
        section.know("autapses");
        Some(true)
    } else {
        section.or("autapses", false, |item| item.boolean())
    };
    // A key that is given stands in place of the file's column.
    let weight = if listed && !section.gives("weight") {
        Some(None)
    } else {
        let one = Distribution::new(Shape::Constant(1.0)).ok()?;
        weight::read(section, dimension, one, |item, dimension| {
            drawn(item, dimension, Range::Finite)
        })
        .map(Some)
    };
    let delay_given = section.gives("axonal_delay") || section.gives("dendritic_delay");
    let delayed = section.gives("dendritic_delay")
        || (listed && !delay_given)
        || section
            .need(
                "axonal_delay",
                "the time from a spike to its arrival, such as \"1.5 ms\"",
            )
            .is_some();
    let axonal = if listed && !delay_given {
        Some(None)
    } else {
        delay(section, "axonal_delay").map(Some)
    };
    let dendritic = delay(section, "dendritic_delay");
    let resolution = section.or("delay_resolution", DELAY_RESOLUTION, |item| item.duration());
    let projection = Projection {
        name: name.into(),
        source: source?,
        targets: targets?,
        connection: connection?,
        autapses: autapses?,
        weight: weight?,
        axonal_delay_ms: axonal?,
        dendritic_delay_ms: dendritic?,
        delay_resolution: resolution?,
    };
    if !delayed {
        return None;
    }
    check(section, &projection, seed?, known)?;
    Some(projection)
}

/// The rule that the table names; keys of other rules are refused where they are written here, and left aside where
/// they are copied.
fn form(section: &Section<'_>) -> Option<Form> {
    let registry = connection::REGISTRY.iter();
    let mut choices: Vec<(&str, Form)> = registry
        .map(|rule| (rule.spec.name, Form::Rule(rule)))
        .collect();
    choices.push((WEIGHTS, Form::Weights));
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let what = format!(
        "who is connected with whom, one of {}",
        suggest::list(&names)
    );
    let item = section.need("rule", &what);
    let form = item.as_ref().and_then(|item| item.choice(&choices));
    let name = form.and(item.as_ref()).and_then(Item::as_text);
    for (key, of) in owned_keys() {
        section.know(key);
        let Some(name) = name.filter(|name| !of.contains(name)) else {
            continue;
        };
        if !section.has(key) {
            continue;
        }
        if let Some(item) = section.get(key) {
            let message = format!(
                "`{}` does not belong to the rule `{name}`, expected with {}",
                item.path,
                suggest::list(&of)
            );
            item.reader.problem(item.key_origin, message, None);
        }
    }
    form
}

/// Keys that only some rules have, with the names of these.
fn owned_keys() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut own = |key, rule| match keys.iter_mut().find(|(known, _)| *known == key) {
        Some((_, rules)) => rules.push(rule),
        None => keys.push((key, vec![rule])),
    };
    for rule in connection::REGISTRY {
        for parameter in rule.spec.parameters {
            own(parameter.name, rule.spec.name);
        }
        if !rule.is_listed() {
            own("autapses", rule.spec.name);
        }
    }
    for key in ["file", "layer", "bias", "gain", "plasticity"] {
        own(key, WEIGHTS);
    }
    keys
}

fn connection(section: &Section<'_>, rule: &'static Rule, paths: &Paths<'_>) -> Option<Connection> {
    let spec = rule.spec;
    if rule.is_listed() {
        let what = spec.parameter("file").map_or("", |file| file.doc);
        let item = section.need("file", what)?;
        return edge_file(section, &item, paths).map(Connection::File);
    }
    let (mut values, mut whole) = (Values::new(), true);
    for parameter in spec.parameters {
        let item = match parameter.default {
            Default::Required => section.need(parameter.name, parameter.doc),
            _ => section.get(parameter.name),
        };
        let value = match item {
            None => parameter.default.value(),
            Some(item) => value(&item, parameter),
        };
        match value {
            Some(value) => values.insert(parameter.name, value),
            None => whole = false,
        }
    }
    if !whole {
        return None;
    }
    match rule.build(&values) {
        Ok(_) => Some(Connection::Rule(Choice { spec, values })),
        Err(ParameterError::Inconsistent {
            parameter, reason, ..
        }) => {
            let item = section.get(parameter)?;
            let message = format!("`{}`{reason}", item.path);
            item.reader.problem(item.origin(), message, None);
            None
        }
        Err(error) => {
            section
                .reader
                .problem(section.origin, error.to_string(), None);
            None
        }
    }
}

/// The value of a rule's parameter.
fn value(item: &Item<'_>, parameter: &ParameterSpec) -> Option<Value> {
    match parameter.kind {
        Kind::Quantity {
            dimension, range, ..
        } => item.quantity(dimension, range).map(Value::Number),
        Kind::Count { least, most } => {
            let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let n = item.integer(bound(least), bound(most))?;
            u64::try_from(n).ok().map(Value::Count)
        }
        Kind::Flag => item.boolean().map(Value::Flag),
        Kind::Word(words) => {
            let choices: Vec<(&str, &str)> = words.iter().map(|&word| (word, word)).collect();
            item.choice(&choices).map(Value::Word)
        }
        kind => item.refuse(&kind.describe(), None),
    }
}

fn edge_file(section: &Section<'_>, item: &Item<'_>, paths: &Paths<'_>) -> Option<EdgeFile> {
    let path = file(item, &EXTENSIONS, paths)?;
    let population = match section.get("population") {
        None => None,
        Some(item) => Some(
            item.text("the name of an edge population in the file")?
                .into(),
        ),
    };
    let csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    if let Some(item) = section.get("population").filter(|_| csv) {
        let message = format!(
            "`{}` is given for a CSV file, expected it with an HDF5 file alone: a table has no populations",
            item.path
        );
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
    Some(EdgeFile { path, population })
}

fn delay(section: &Section<'_>, key: &str) -> Option<Distribution> {
    let zero = Distribution::new(Shape::Constant(0.0)).ok()?;
    section.or(key, zero, |item| {
        drawn(&item, Dimension::Time, Range::NonNegative)
    })
}

/// Checks that the projection can be connected.
fn check(
    section: &Section<'_>,
    projection: &Projection,
    seed: u64,
    known: &Known<'_>,
) -> Option<()> {
    let size = |name: &str| Some(known.population(name)?.size);
    // Where a population is at fault that is the problem to mend.
    let targets: Vec<Option<u32>> = projection.targets.iter().map(|name| size(name)).collect();
    if targets.contains(&None) || size(&projection.source).is_none() {
        return Some(());
    }
    // What a file holds is checked when it is read; what the model file says of it, here.
    let targets: Option<u32> = targets
        .into_iter()
        .try_fold(0_u32, |sum, size| sum.checked_add(size?));
    // A list takes memory for each target, whether it has edges or not.
    let listed = matches!(projection.connection, Connection::File(_));
    let none = targets
        .filter(|_| listed)
        .zip(size(&projection.source))
        .map(|(n_target, n_source)| {
            let list = EdgeList::new(
                n_source,
                n_target,
                projection.weight.is_none(),
                projection.axonal_delay_ms.is_none(),
            );
            Arc::new(list.finish())
        });
    let Some(plan) = projection.plan(seed, &size, none.as_ref()) else {
        let message = format!(
            "projection `{}` has more targets than 32 bits count, expected at most {}",
            projection.name,
            u32::MAX
        );
        section.reader.problem(section.origin, message, None);
        return None;
    };
    let Err(error) = plan.check() else {
        return Some(());
    };
    let (reason, help) = (error.reason(), error.help());
    let whole = format!("projection `{}`: {reason}", error.projection);
    let (origin, message) = match section.get(error.key()) {
        // What does not depend on the populations is at fault where it is written, not in every copy.
        Some(item) if error.fault.is_of_value() => {
            (item.origin(), format!("`{}`: {reason}", item.path))
        }
        Some(item) => (item.origin(), whole),
        None => (section.origin, whole),
    };
    section.reader.problem(origin, message, help);
    None
}
