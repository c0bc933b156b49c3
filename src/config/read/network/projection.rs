//! `[projection.NAME]`: synapses from one population onto others.

use std::sync::Arc;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::network::{Connection, DenseProjection, EdgeFile, Projection};
use crate::config::read::{Paths, file};
use crate::config::reader::{Item, Section};
use crate::connection::{EdgeList, Rule, RuleError};

use super::drawn::drawn;
use super::{Known, dense, weight};

/// 0.1 ms, the step of the time-stepped simulators whose networks are rebuilt here.
const DELAY_RESOLUTION: Duration = Duration::from_ps(100_000_000);

/// A rule, the key that it needs, and whether it can connect a pair twice.
struct Form {
    name: &'static str,
    key: Option<(&'static str, &'static str)>,
    multapses: bool,
}

/// The rule that reads synapses, and perhaps their weights and delays, from a file.
const FROM_FILE: &str = "from_file";

/// The rule that takes the weights of a layer of a trained network.
const WEIGHTS: &str = "weights";

/// What an edge file's name ends in.
const EXTENSIONS: [&str; 3] = ["h5", "hdf5", "csv"];

static FORMS: [Form; 8] = [
    Form {
        name: "one_to_one",
        key: None,
        multapses: false,
    },
    Form {
        name: "all_to_all",
        key: None,
        multapses: false,
    },
    Form {
        name: "fixed_probability",
        key: Some(("probability", "the probability of each pair, 0 to 1")),
        multapses: false,
    },
    Form {
        name: "fixed_in_degree",
        key: Some(("in_degree", "the number of synapses onto each target")),
        multapses: true,
    },
    Form {
        name: "fixed_out_degree",
        key: Some(("out_degree", "the number of synapses of each source")),
        multapses: true,
    },
    Form {
        name: "fixed_total",
        key: Some(("total", "the number of synapses in all")),
        multapses: true,
    },
    Form {
        name: FROM_FILE,
        key: Some(("file", "the file of synapses, such as \"edges.h5\"")),
        multapses: false,
    },
    Form {
        name: WEIGHTS,
        key: Some(("file", "the weights, such as \"mlp.npz\"")),
        multapses: false,
    },
];

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
    if form.is_some_and(|form| form.name == WEIGHTS) {
        return dense::read(section, name, known, paths).map(Connected::Dense);
    }
    sparse(section, name, form, seed, known, paths).map(Connected::Sparse)
}

fn sparse(
    section: &Section<'_>,
    name: &str,
    form: Option<&'static Form>,
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
    let connection = form.and_then(|form| connection(section, form, paths));
    let listed = form.is_some_and(|form| form.name == FROM_FILE);
    let autapses = if listed {
        section.know("autapses");
        Some(true)
    } else {
        section.or("autapses", false, |item| item.boolean())
    };
    let multapses = match form {
        Some(form) if form.multapses => section.or("multapses", false, |item| item.boolean()),
        _ => {
            section.know("multapses");
            Some(listed)
        }
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
        multapses: multapses?,
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
fn form(section: &Section<'_>) -> Option<&'static Form> {
    let choices: Vec<(&str, &'static Form)> = FORMS.iter().map(|form| (form.name, form)).collect();
    let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
    let what = format!(
        "who is connected with whom, one of {}",
        suggest::list(&names)
    );
    let form = section
        .need("rule", &what)
        .and_then(|item| item.choice(&choices));
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, rule) in FORMS
        .iter()
        .filter_map(|form| Some((form.key?.0, form.name)))
    {
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, rules)) => rules.push(rule),
            None => keys.push((key, vec![rule])),
        }
    }
    let twice = FORMS.iter().filter(|form| form.multapses);
    keys.push(("multapses", twice.map(|form| form.name).collect()));
    let made = FORMS
        .iter()
        .filter(|form| ![FROM_FILE, WEIGHTS].contains(&form.name));
    keys.push(("autapses", made.map(|form| form.name).collect()));
    keys.push(("population", vec![FROM_FILE]));
    let of_weights = ["layer", "bias", "gain", "plasticity"];
    keys.extend(of_weights.map(|key| (key, vec![WEIGHTS])));
    for (key, of) in keys {
        section.know(key);
        let Some(form) = form.filter(|form| !of.contains(&form.name)) else {
            continue;
        };
        if !section.has(key) {
            continue;
        }
        if let Some(item) = section.get(key) {
            let message = format!(
                "`{}` does not belong to the rule `{}`, expected with {}",
                item.path,
                form.name,
                suggest::list(&of)
            );
            item.reader.problem(item.key_origin, message, None);
        }
    }
    form
}

fn connection(section: &Section<'_>, form: &'static Form, paths: &Paths<'_>) -> Option<Connection> {
    let Some((key, what)) = form.key else {
        return Some(Connection::Rule(match form.name {
            "one_to_one" => Rule::OneToOne,
            _ => Rule::AllToAll,
        }));
    };
    let item = section.need(key, what)?;
    if form.name == FROM_FILE {
        return edge_file(section, &item, paths).map(Connection::File);
    }
    let degree = || u32::try_from(item.integer(0, i64::from(u32::MAX))?).ok();
    let rule = match form.name {
        "fixed_probability" => Rule::FixedProbability(item.number(Range::Between(0.0, 1.0))?),
        "fixed_in_degree" => Rule::FixedInDegree(degree()?),
        "fixed_out_degree" => Rule::FixedOutDegree(degree()?),
        _ => Rule::FixedTotal(u64::try_from(item.integer(0, i64::MAX)?).ok()?),
    };
    Some(Connection::Rule(rule))
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
    if projection.axonal_delay_ms.is_some() && projection.delay_ms().is_none() {
        let item = section.get("dendritic_delay")?;
        let message = format!(
            "`{}` and `axonal_delay` are not 0 ms, expected both to be constant",
            item.path
        );
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
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
        .and_then(|(n_target, n_source)| {
            let list = EdgeList::new(
                n_source,
                n_target,
                projection.weight.is_none(),
                projection.axonal_delay_ms.is_none(),
                projection.delay_resolution,
            );
            list.finish().ok().map(Arc::new)
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
    let key = match &error {
        RuleError::Probability { .. } => "probability",
        RuleError::Unequal { .. } | RuleError::OnlyAutapses { .. } => "rule",
        RuleError::Degree { key, .. } => key,
        RuleError::Weight { .. } => "weight",
        RuleError::ShortDelay { .. }
        | RuleError::LongDelay { .. }
        | RuleError::DelayRange { .. } => delay_key(projection),
        RuleError::Resolution { .. } => "delay_resolution",
        _ => "source",
    };
    let text = error.to_string();
    let (message, help) = match text.split_once("\n  help: ") {
        Some((message, help)) => (message, Some(help.to_string())),
        None => (text.as_str(), None),
    };
    let help = help.or_else(|| {
        let instant = matches!(error, RuleError::ShortDelay { .. }) && plan.own.is_some();
        let why = "within a population spikes take time; between different populations the delay may be 0 ms";
        instant.then(|| why.to_owned())
    });
    let Some(item) = section.get(key) else {
        section.reader.problem(section.origin, message, help);
        return None;
    };
    let rest = message.strip_prefix(&format!("projection `{}`: ", projection.name));
    let message = match (&error, rest) {
        // What does not depend on the populations is at fault where it is written, not in every copy.
        (
            RuleError::Weight { .. }
            | RuleError::ShortDelay { .. }
            | RuleError::LongDelay { .. }
            | RuleError::DelayRange { .. },
            Some(rest),
        ) => format!("`{}`: {rest}", item.path),
        _ => message.to_string(),
    };
    section.reader.problem(item.origin(), message, help);
    None
}

/// The delay that matters.
fn delay_key(projection: &Projection) -> &'static str {
    match projection.dendritic_delay_ms.constant() {
        Some(0.0) => "axonal_delay",
        _ => "dendritic_delay",
    }
}
