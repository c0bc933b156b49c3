//! `[projection.NAME]`: synapses from one population onto others.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range, Spec, Values};
use crate::base::suggest;
use crate::config::read::mlp::layer_names;
use crate::config::read::model::registered;
use crate::config::read::spec::{self, Context};
use crate::config::read::{Paths, fault};
use crate::config::reader::{Item, Section};
use crate::connection;
use crate::network::projection::WEIGHTS;
use crate::network::{
    Choice, Connection, Delay, EdgeFile, Given, LayerFile, Network, Part, Projection,
};
use crate::{network, plasticity};

use super::drawn::drawn;
use super::{HdfKey, Known, fits_file, weight};

/// What `read` needs to know of the rest of the file.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) paths: &'a Paths<'a>,
}

/// Keys that say what is read of an HDF5 file of edges.
const OF_HDF5: [HdfKey; 3] = [
    ("population", "chooses a population", "populations"),
    ("types", "gives the types of edges", "types"),
    (
        "synapse_models",
        "gives the synapse models of edges",
        "types",
    ),
];

/// Reads the table.
pub(super) fn read(section: &Section<'_>, name: &str, around: Around<'_>) -> Option<Projection> {
    let Around { known, paths } = around;
    let rules = network::projection::rules();
    let names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
    let what = format!(
        "who is connected with whom, one of {}",
        suggest::list(&names)
    );
    let choices: Vec<(&str, &'static Spec)> = rules.iter().map(|rule| (rule.name, *rule)).collect();
    let rule = section
        .need("rule", &what)
        .and_then(|item| item.choice(&choices));
    spec::refuse_foreign(section, &rules, rule, "rule");
    let dense = rule.is_some_and(|rule| rule.name == WEIGHTS.name);
    let listed = rule.is_some_and(is_listed);
    if let Some(rule) = rule {
        refuse_keys_of_others(section, rule);
    }
    let source = section
        .need("source", "the population whose spikes arrive")
        .and_then(|item| known.name(&item));
    let (mut targets, mut dimension) = (None, None);
    let what = match dense {
        true => "the population that they arrive at",
        false => "the populations that they arrive at",
    };
    if let Some(item) = section.need("target", what) {
        targets = match dense {
            true => known.name(&item).map(|name| vec![name]),
            false => known.some_names(&item),
        };
        let targets = targets.as_deref();
        dimension = targets.and_then(|targets| weight::dimension(&item, targets, known));
    }
    let context = Context {
        known,
        paths,
        weight: dimension,
    };
    let values = rule.and_then(|rule| spec::values(section, rule.parameters, &context));
    let values = values.and_then(|mut values| {
        let good = fits_file(section, &mut values, &OF_HDF5);
        good.then_some(values)
    });
    let weight = weights(section, values.as_ref(), (listed, dense), dimension);
    let delay = delays(section, listed, dense);
    let resolution = match dense {
        true => Some(network::DELAY_RESOLUTION),
        false => section.or("delay_resolution", network::DELAY_RESOLUTION, |item| {
            item.duration()
        }),
    };
    let autapses = match listed || dense {
        true => Some(listed),
        false => section.or("autapses", false, |item| item.boolean()),
    };
    let plasticity = match dense {
        true => section.or("plasticity", None, |item| learning(&item, &context)),
        false => Some(None),
    };
    let layer_names = match dense {
        true => section.or("layer_names", None, |item| {
            layer_names(&item, None).map(Some)
        }),
        false => Some(None),
    };
    let projection = Projection {
        name: name.into(),
        source: source?,
        targets: targets?,
        connection: connection(rule?, values?, layer_names?)?,
        autapses: autapses?,
        weight: weight?,
        delay: delay?,
        delay_resolution: resolution?,
        plasticity: plasticity?,
    };
    check(section, &projection, known)?;
    Some(projection)
}

/// Refuses keys that only some ways of connecting have, where they are written here.
fn refuse_keys_of_others(section: &Section<'_>, rule: &'static Spec) {
    let edges: Vec<&str> = connection::specs().iter().map(|spec| spec.name).collect();
    let drawn = connection::REGISTRY.iter().filter(|rule| !rule.is_listed());
    let drawn: Vec<&str> = drawn.map(|rule| rule.spec.name).collect();
    let keys: [(&str, &[&str]); 6] = [
        ("autapses", &drawn),
        ("weight", &edges),
        ("dendritic_delay", &edges),
        ("delay_resolution", &edges),
        ("plasticity", &[WEIGHTS.name]),
        ("layer_names", &[WEIGHTS.name]),
    ];
    for (key, of) in keys {
        section.know(key);
        if section.has(key)
            && !of.contains(&rule.name)
            && let Some(item) = section.get(key)
        {
            spec::foreign(&item, rule, of, "rule");
        }
    }
}

fn connection(
    rule: &'static Spec,
    values: Values,
    layer_names: Option<Vec<String>>,
) -> Option<Connection> {
    let text = |name| values.text(name).map(str::to_owned);
    Some(if is_listed(rule) {
        Connection::Edges(Given::File(EdgeFile {
            path: values.file("file")?.clone(),
            population: text("population"),
            types: values.file("types").cloned(),
            synapse_models: values.file("synapse_models").cloned(),
        }))
    } else if rule.name == WEIGHTS.name {
        Connection::Matrix(Given::File(LayerFile {
            path: values.file("file")?.clone(),
            drop_bias: values.text("bias").is_some(),
            layer_names,
            layer: usize::try_from(values.count("layer")?).ok()?,
        }))
    } else {
        Connection::Rule(Choice { spec: rule, values })
    })
}

/// Whether the synapses are listed in a file.
fn is_listed(rule: &'static Spec) -> bool {
    connection::rule(rule.name).is_ok_and(|rule| rule.is_listed())
}

/// What an arrival adds; a key that is given stands in place of a file's column.
fn weights(
    section: &Section<'_>,
    values: Option<&Values>,
    (listed, dense): (bool, bool),
    dimension: Option<Dimension>,
) -> Option<Option<Distribution>> {
    if dense {
        section.know("weight");
        return values?.distribution("gain").map(Some);
    }
    if listed && !section.gives("weight") {
        section.know("weight");
        return Some(None);
    }
    let one = Distribution::new(Shape::Constant(1.0)).ok()?;
    weight::read(section, dimension, one, |item, dimension| {
        drawn(item, dimension, Range::Finite)
    })
    .map(Some)
}

/// Both delays; a key that is given stands in place of a file's column.
fn delays(section: &Section<'_>, listed: bool, dense: bool) -> Option<Option<Delay>> {
    // Of a copied pair a matrix of weights leaves the dendritic delay aside, as all that only others have.
    let given = section.gives("axonal_delay") || !dense && section.gives("dendritic_delay");
    let what = match dense {
        true => "the time from a spike to its arrival, such as \"0 ms\"",
        false => "the time from a spike to its arrival, such as \"1.5 ms\"",
    };
    if !given && listed {
        section.know("axonal_delay");
        section.know("dendritic_delay");
        return Some(None);
    }
    let missing = !given && section.need("axonal_delay", what).is_none();
    let axonal = delay(section, "axonal_delay");
    let dendritic = match dense {
        true => Distribution::new(Shape::Constant(0.0)).ok(),
        false => delay(section, "dendritic_delay"),
    };
    if missing {
        return None;
    }
    Some(Some(Delay {
        axonal: axonal?,
        dendritic: dendritic?,
    }))
}

fn delay(section: &Section<'_>, key: &str) -> Option<Distribution> {
    let zero = Distribution::new(Shape::Constant(0.0)).ok()?;
    section.or(key, zero, |item| {
        drawn(&item, Dimension::Time, Range::NonNegative)
    })
}

/// A plasticity rule with its parameters, or `off`.
fn learning(item: &Item<'_>, context: &Context<'_>) -> Option<Option<Choice>> {
    if item.as_text() == Some("off") {
        return Some(None);
    }
    if !item.is_table() {
        return item.refuse("`off` or a table { rule, … }", None);
    }
    let section = item.section()?;
    let what = "the plasticity rule";
    let spec = registered(&section, "rule", what, &plasticity::specs())?;
    let values = spec::values(&section, spec.parameters, context)?;
    Some(Some(Choice { spec, values }))
}

/// Checks that the projection can be connected; where a population is at fault that is the problem to mend.
fn check(section: &Section<'_>, projection: &Projection, known: &Known<'_>) -> Option<()> {
    let ends = std::iter::once(&projection.source).chain(&projection.targets);
    if ends
        .into_iter()
        .any(|name| known.population(name).is_none())
    {
        return Some(());
    }
    let mut network = Network::new(0);
    network.populations = known.read.iter().flatten().cloned().collect();
    network.projections.push(projection.clone());
    match network.check_part(Part::Projection, &projection.name) {
        Ok(()) => Some(()),
        Err(error) => {
            fault::report(section, &error);
            None
        }
    }
}
