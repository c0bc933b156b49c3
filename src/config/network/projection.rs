//! `[projection.NAME]`: synapses from one population onto others.

use crate::base::parameter::{Dimension, Range, Spec, Value, Values};
use crate::config::fault;
use crate::config::form::{
    Around, Form, Keys, Row, Table, chosen, describe, drawn, flag, given, inner, layers_by_name,
    off, one_of, population_name, populations, read, refuse_foreign, registered, span, spec_keys,
};
use crate::config::network::delay::{Whose, constant, delays};
use crate::config::reader::{Item, Section};
use crate::connection::{self, EdgeColumns, Profile, WEIGHT_PROFILE};
use crate::network::projection::{TIED, WEIGHTS, rules};
use crate::network::{
    Choice, Connection, DELAY_RESOLUTION, EdgeFile, Given as Data, LayerFile, Learning, Network,
    Problem, Projection,
};
use crate::plasticity;
use crate::synapse::short_term;

/// A projection whose rule has values that are not yet a connection.
#[derive(Clone)]
pub(in crate::config) struct Draft {
    rule: &'static Spec,
    values: Values,
    layer_names: Option<Vec<String>>,
    projection: Projection,
}

impl Draft {
    /// A projection by `rule`, before anything is known of it.
    pub(in crate::config) fn new(rule: &'static Spec) -> Self {
        let projection = Projection {
            name: String::new(),
            source: String::new(),
            targets: Vec::new(),
            connection: Connection::Rule(Choice {
                spec: rule,
                values: Values::new(),
            }),
            autapses: is_listed(rule),
            weight: None,
            delay: None,
            delay_resolution: DELAY_RESOLUTION,
            weight_profile: None,
            listed_dendritic: None,
            plasticity: None,
            short_term: None,
        };
        Self {
            rule,
            values: Values::new(),
            layer_names: None,
            projection,
        }
    }

    /// `projection` as its table says it. Data that are here cannot be written: they came with a program.
    pub(in crate::config) fn of(projection: &Projection) -> Self {
        let (rule, values) = match &projection.connection {
            Connection::Rule(choice) => (choice.spec, choice.values.clone()),
            Connection::Edges(edges) => {
                let mut values = Values::new();
                if let Data::File(file) = edges {
                    values.insert("file", file.path.clone());
                    let population = file.population.iter();
                    values.extend(population.map(|name| ("population", name.clone())));
                    values.extend(file.types.iter().map(|file| ("types", file.clone())));
                    let models = file.synapse_models.iter();
                    values.extend(models.map(|folder| ("synapse_models", folder.clone())));
                    let columns = file.columns.iter();
                    values.extend(columns.map(|columns| ("columns", columns.table())));
                }
                (
                    connection::rule(connection::LISTED).map_or(&WEIGHTS, |rule| rule.spec),
                    values,
                )
            }
            Connection::Matrix(weights) => {
                let mut values = Values::new();
                values.extend(projection.weight.map(|gain| ("gain", gain)));
                if let Data::File(file) = weights {
                    values.insert("file", file.path.clone());
                    values.insert("layer", file.layer as u64);
                    values.extend(file.drop_bias.then_some(("bias", "drop")));
                }
                (&WEIGHTS, values)
            }
            Connection::Tied(of) => {
                let mut values = Values::from([("of", of.clone())]);
                values.extend(projection.weight.map(|gain| ("gain", gain)));
                (&TIED, values)
            }
        };
        let layer_names = match &projection.connection {
            Connection::Matrix(Data::File(file)) => file.layer_names.clone(),
            _ => None,
        };
        Self {
            rule,
            values,
            layer_names,
            projection: projection.clone(),
        }
    }

    /// The projection.
    fn finish(self) -> Option<Projection> {
        let Self {
            rule,
            values,
            layer_names,
            mut projection,
        } = self;
        projection.connection = if is_listed(rule) {
            Connection::Edges(Data::File(EdgeFile {
                path: values.file("file")?.clone(),
                population: values.text("population").map(str::to_owned),
                types: values.file("types").cloned(),
                synapse_models: values.file("synapse_models").cloned(),
                columns: match values.get("columns") {
                    Some(Value::Table(table)) => Some(EdgeColumns::new(table).ok()?),
                    _ => None,
                },
            }))
        } else if rule.name == WEIGHTS.name {
            projection.weight = values.distribution("gain");
            Connection::Matrix(Data::File(LayerFile {
                path: values.file("file")?.clone(),
                drop_bias: values.text("bias").is_some(),
                layer_names,
                layer: usize::try_from(values.count("layer")?).ok()?,
            }))
        } else if rule.name == TIED.name {
            projection.weight = values.distribution("gain");
            Connection::Tied(values.text("of")?.to_owned())
        } else {
            Connection::Rule(Choice { spec: rule, values })
        };
        Some(projection)
    }
}

/// Whether the synapses are listed in a file.
fn is_listed(rule: &Spec) -> bool {
    rule.name == connection::LISTED
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let (listed, tied) = (is_listed(self.rule), self.rule.name == TIED.name);
        let dense = tied || self.rule.name == WEIGHTS.name;
        let p = &mut self.projection;
        let what = "the population whose spikes arrive";
        k.need("source", &mut p.source, population_name(), what);
        if dense {
            let what = "the population that they arrive at";
            k.need("target", &mut p.targets, one_of(population_name()), what);
        } else {
            let what =
                "the populations that they arrive at, taken for one; their weights have one unit";
            k.need("target", &mut p.targets, populations(), what);
        }
        onto(&p.targets, k);
        let what = "who is connected with whom";
        k.need("rule", &mut { self.rule.name }, registered(rules()), what);
        spec_keys(self.rule, &mut self.values, k);
        fit_file(&mut self.values, k);
        if !dense {
            let what = match listed {
                true => {
                    "whether rewiring may give a neuron a synapse onto itself; those of the file stay"
                }
                false => "whether a neuron may have a synapse onto itself",
            };
            k.or("autapses", &mut p.autapses, flag(), what);
            let weight = given(drawn(Dimension::Weight, Range::Finite));
            if listed {
                let what = "of every synapse, or a distribution, in place of the file's column";
                k.told("weight", "the file's", &mut p.weight, weight, what);
            } else {
                p.weight = p.weight.or_else(|| constant(1.0));
                adds(&mut p.weight, weight, ADDS, k);
            }
        }
        if !listed && !dense {
            let what = "how weights fall with distance: each is multiplied by a profile, such as { profile = \"gaussian\", width = \
                        \"0.2 mm\" }, those of synapses that come later, too; both populations need `positions`";
            k.or(
                "weight_profile",
                &mut p.weight_profile,
                off(falling()),
                what,
            );
        }
        let whose = match (listed, tied, dense) {
            (true, ..) => Whose::Listed,
            (_, true, _) => Whose::Tied,
            (_, _, true) => Whose::Matrix,
            _ => Whose::Drawn,
        };
        delays((&mut p.delay, &mut p.listed_dendritic), whose, k);
        if tied {
            return;
        }
        if dense && !k.is_describing() {
            // The gain has the unit.
            k.weigh_in(Dimension::One);
        }
        let what = "the rule that changes the weights, with its parameters";
        k.or("plasticity", &mut p.plasticity, off(learning()), what);
        let what = "how much of its weight a synapse passes on, where it depends on use";
        k.or("short_term", &mut p.short_term, off(depression()), what);
        if dense {
            layers_by_name(None, &mut self.layer_names, k);
        } else {
            let what = "drawn delays are rounded to a multiple of it";
            k.or("delay_resolution", &mut p.delay_resolution, span(), what);
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let Some(projection) = self.clone().finish() else {
            return false;
        };
        // Once all projections are known, `tie` checks it.
        if projection.is_tied() {
            return true;
        }
        // Where a population is at fault that is the problem to mend.
        let mut ends = std::iter::once(&projection.source).chain(&projection.targets);
        if ends.any(|name| around.known.population(name).is_none()) {
            return true;
        }
        let modulator = projection.plasticity.as_ref();
        let modulator = modulator.and_then(|learning| learning.modulator.as_ref());
        if modulator.is_some() && around.modulators.is_none() {
            return true;
        }
        fault::reported(section, around.known.network.check_projection(&projection)).is_some()
    }
}

/// Finds out what weights onto `targets` are measured in.
pub(super) fn onto(targets: &[String], k: &mut Keys<'_>) {
    let Some((section, around)) = k.reading() else {
        return;
    };
    // Where a population has no model that is the problem to mend.
    let network = &around.known.network;
    if targets.is_empty() || targets.iter().any(|name| network.find(name).is_none()) {
        return;
    }
    match network.weights_onto(targets) {
        Ok(dimension) => around.weight = Some(dimension),
        Err(problem) => {
            fault::report(section, &problem);
            k.require(false);
        }
    }
}

/// Keys that belong to an HDF5 file of edges, what they do, and what tables do not have.
const OF_HDF5: [(&str, &str, &str); 3] = [
    ("population", "chooses a population", "populations"),
    ("types", "gives the types of edges", "types"),
    (
        "synapse_models",
        "gives the synapse models of edges",
        "types",
    ),
];

/// Refuses keys that belong to an HDF5 file beside a table. One that is copied is left aside.
fn fit_file(values: &mut Values, k: &mut Keys<'_>) {
    let ending = values.file("file").and_then(|path| path.extension());
    let Some(ending) = ending else { return };
    let is = |known: &str| ending.eq_ignore_ascii_case(known);
    let (is_hdf5, is_npz) = (is("h5") || is("hdf5"), is("npz"));
    let other = match (is_hdf5, is_npz) {
        (true, _) => Some("HDF5"),
        (_, true) => Some("a sparse matrix"),
        _ => None,
    };
    fit_columns(values, other, k);
    if is_hdf5 {
        return;
    }
    let file = if is_npz { "sparse matrix" } else { "CSV table" };
    for (key, does, has) in OF_HDF5 {
        let own = k.reading().filter(|(section, _)| section.has(key));
        let item = values
            .remove(key)
            .and(own)
            .and_then(|(section, _)| section.get(key));
        if let Some(item) = item {
            let message = format!(
                "`{}` {does} of an HDF5 file, and `file` is a {file}, which has no {has}",
                item.path
            );
            item.reader.problem(item.key_origin, message, None);
            k.require(false);
        }
    }
}

/// Refuses names of columns that say too little, or that belong to a table where `file` is none. Those that are copied are left
/// aside beside another `file`, which is what `other` says.
fn fit_columns(values: &mut Values, other: Option<&str>, k: &mut Keys<'_>) {
    let Some(Value::Table(table)) = values.get("columns") else {
        return;
    };
    let message = match (EdgeColumns::new(table), other) {
        (_, Some(other)) => format!("`columns` names those of a table, and `file` is {other}"),
        (Ok(_), None) => return,
        (Err(error), None) => error.to_string(),
    };
    values.remove("columns");
    let own = k.reading().and_then(|(section, _)| section.get("columns"));
    if let Some(item) = own {
        item.reader.problem(item.key_origin, message, None);
        k.require(false);
    }
}

/// What an arrival adds, as `weight` says of it.
const ADDS: &str = "what an arrival adds, such as \"0.1 mV\" or \"20 pA\", or a distribution; a bare number, 1 by default, where the \
                    target's neurons take such";

/// As [`ADDS`], where it is one for all neurons.
pub(super) const ADDS_ONE: &str = "what an arrival adds, such as \"0.1 mV\" or \"20 pA\"; a bare number, 1 by default, where the \
                                   target's neurons take such";

/// `weight`, which begins as 1: a default where weights have no unit.
pub(super) fn adds<T>(weight: &mut T, form: Form<'_, T>, what: &'static str, k: &mut Keys<'_>) {
    let bare = k
        .reading()
        .is_some_and(|(_, around)| around.weight == Some(Dimension::One));
    match bare {
        true => k.or("weight", weight, form, what),
        false => k.need("weight", weight, form, what),
    }
}

/// Values of the profile by which weights fall.
#[derive(Clone)]
struct Falling(Values);

impl Table for Falling {
    fn keys(&mut self, k: &mut Keys<'_>) {
        spec_keys(&WEIGHT_PROFILE, &mut self.0, k);
    }
}

fn falling() -> Form<'static, Values> {
    let form = |item: &Item<'_>, around: &Around<'_>| {
        let section = item.section()?;
        let falling = read(&section, Falling(Values::new()), around)?;
        let sound = fault::reported(
            &section,
            Profile::of_weights(&falling.0)
                .map(drop)
                .map_err(Problem::Parameter),
        );
        sound.map(|()| falling.0)
    };
    let write = |values: &Values, weight| inner(&Falling(values.clone()), weight);
    Form::new("{ profile, … }", form, write).expecting("a table { profile, … }")
}

/// A model of short-term plasticity that was chosen.
#[derive(Clone)]
struct Used(Choice);

impl Table for Used {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Choice { spec, values } = &mut self.0;
        let models = registered(short_term::specs());
        k.need(
            "model",
            &mut { spec.name },
            models,
            "the model of short-term plasticity",
        );
        spec_keys(spec, values, k);
    }
}

/// Short-term plasticity with its parameters.
fn depression() -> Form<'static, Choice> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let section = item.section()?;
        let models = short_term::specs();
        let spec = chosen(
            &section,
            "model",
            "the model of short-term plasticity",
            &models,
        )?;
        let values = Values::new();
        read(&section, Used(Choice { spec, values }), around).map(|used| used.0)
    };
    let write = |choice: &Choice, weight| inner(&Used(choice.clone()), weight);
    Form::new("{ model, … }", read, write).expecting("a table { model, … }")
}

/// A plasticity rule with its parameters.
fn learning() -> Form<'static, Learning> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let section = item.section()?;
        let rules = plasticity::specs();
        let spec = chosen(&section, "rule", "the plasticity rule", &rules)?;
        let values = Values::new();
        read(&section, Learning::new(Choice { spec, values }), around)
    };
    let write = |learning: &Learning, weight| inner(learning, weight);
    Form::new("{ rule, … }", read, write).expecting("a table { rule, … }")
}

/// Whether projections that read the matrix of another can; reports what cannot.
pub(super) fn tie(root: &Section<'_>, network: &Network) -> bool {
    let tied = network.projections.iter().filter(|own| own.is_tied());
    let tied = tied.map(|own| (&own.name[..], network.check_projection(own)));
    fault::all_reported(root, "projection", tied)
}

/// Every rule with the keys that a projection by it has.
pub(in crate::config) fn by_rule() -> Vec<(&'static str, Vec<Row>)> {
    let rules = rules().into_iter();
    rules
        .map(|rule| (rule.name, describe(&Draft::new(rule))))
        .collect()
}

/// Reads the table.
pub(super) fn projection(
    section: &Section<'_>,
    name: &str,
    around: &Around<'_>,
) -> Option<Projection> {
    let rule = chosen(section, "rule", "who is connected with whom", &rules())?;
    let good = refuse_foreign(section, &by_rule(), rule.name, "rule");
    let mut start = Draft::new(rule);
    start.projection.name = name.into();
    let draft = read(section, start, around);
    draft.filter(|_| good)?.finish()
}
