//! `describe`: what a model file can name, as the registries know it.

mod unit;

use std::io::{self, Write};

use clap::CommandFactory;
use serde_json::{Value, json};

use super::argument::Arguments;
use super::failure::Failure;
use super::shell::Shell;
use super::text::{table, wrap};
use crate::analysis::measure;
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec};
use crate::base::suggest::nearest;
use crate::config::catalogue::{
    Page, Row, distributions, keys_of, keys_of_homeostasis, keys_of_learning, keys_of_projections,
    keys_of_stimuli, keys_of_triggers, sections,
};
use crate::network::projection::rules;
use crate::neuron::Model;
use crate::synapse::short_term;
use crate::{neuron, plasticity, stimulus, trigger};
use unit::{unit, unit_of};

/// Something that a model file can name.
enum Entry {
    Neuron(&'static Model),
    Plasticity(&'static Spec),
    ShortTerm(&'static Spec),
    Homeostasis(&'static Spec),
    Rule(&'static Spec),
    Stimulus(&'static stimulus::Entry),
    Measure(&'static Spec),
    Trigger(&'static Spec),
    Distribution(Page),
    Section(Page),
}

impl Entry {
    /// What it is.
    fn kind(&self) -> &'static str {
        match self {
            Self::Neuron(_) => "neuron model",
            Self::Plasticity(_) => "plasticity rule",
            Self::ShortTerm(_) => "short-term plasticity",
            Self::Homeostasis(_) => "homeostasis",
            Self::Rule(_) => "connection rule",
            Self::Stimulus(_) => "stimulus",
            Self::Measure(_) => "measure",
            Self::Trigger(_) => "trigger",
            Self::Distribution(_) => "distribution",
            Self::Section(_) => "section",
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Neuron(model) => model.spec.name,
            Self::Plasticity(spec)
            | Self::ShortTerm(spec)
            | Self::Homeostasis(spec)
            | Self::Measure(spec)
            | Self::Rule(spec)
            | Self::Trigger(spec) => spec.name,
            Self::Stimulus(entry) => entry.spec.name,
            Self::Distribution(page) | Self::Section(page) => page.name,
        }
    }

    fn summary(&self) -> &'static str {
        match self {
            Self::Neuron(model) => model.spec.summary,
            Self::Plasticity(spec)
            | Self::ShortTerm(spec)
            | Self::Homeostasis(spec)
            | Self::Measure(spec)
            | Self::Rule(spec)
            | Self::Trigger(spec) => spec.summary,
            Self::Stimulus(entry) => entry.spec.summary,
            Self::Distribution(page) | Self::Section(page) => page.summary,
        }
    }
}

/// Everything, under the headings of the list.
fn groups() -> [(&'static str, Vec<Entry>); 10] {
    let models = neuron::REGISTRY.iter().copied().map(Entry::Neuron);
    let plasticity = plasticity::specs().into_iter().map(Entry::Plasticity);
    let short_term = short_term::specs().into_iter().map(Entry::ShortTerm);
    let homeostasis = plasticity::homeostasis::specs().into_iter();
    let homeostasis = homeostasis.map(Entry::Homeostasis);
    let rules = rules().into_iter().map(Entry::Rule);
    let measures = measure::REGISTRY
        .iter()
        .map(|measure| Entry::Measure(measure.spec));
    let triggers = trigger::specs().into_iter().map(Entry::Trigger);
    let stimuli = stimulus::REGISTRY.iter().copied().map(Entry::Stimulus);
    [
        ("Neuron models", models.collect()),
        ("Plasticity rules", plasticity.collect()),
        ("Short-term plasticity", short_term.collect()),
        ("Homeostasis", homeostasis.collect()),
        ("Connection rules", rules.collect()),
        ("Stimuli", stimuli.collect()),
        ("Measures", measures.collect()),
        ("Triggers", triggers.collect()),
        (
            "Distributions",
            distributions()
                .into_iter()
                .map(Entry::Distribution)
                .collect(),
        ),
        (
            "Sections",
            sections().into_iter().map(Entry::Section).collect(),
        ),
    ]
}

/// Every entry.
fn all() -> Vec<Entry> {
    groups().into_iter().flat_map(|(_, group)| group).collect()
}

/// All that a model file can name, as `describe --json` prints it.
pub fn described() -> Value {
    all().iter().map(document).collect()
}

/// Prints all models, rules, stimuli and sections, or what is called `name`.
pub(super) fn run(name: Option<&str>, shell: &Shell) -> Result<(), Failure> {
    let Some(name) = name else {
        return if shell.json() {
            shell.print_json(&described())
        } else {
            shell.print(list)
        };
    };
    let mut found = all();
    // A kind stands for all of it: `describe measure`.
    if found.iter().any(|entry| entry.kind() == name) {
        // Sections may have its name too.
        let is_section = |entry: &Entry| matches!(entry, Entry::Section(_)) && entry.name() == name;
        let (sections, kind): (Vec<Entry>, Vec<Entry>) = found
            .into_iter()
            .filter(|entry| entry.kind() == name || is_section(entry))
            .partition(is_section);
        if shell.json() {
            let both = kind.iter().chain(&sections).map(document);
            return shell.print_json(&both.collect::<Vec<_>>());
        }
        return shell.print(|out| {
            summaries(out, &kind)?;
            for section in &sections {
                writeln!(out)?;
                page(out, section)?;
            }
            Ok(())
        });
    }
    // A table within a section also goes by its own name alone: `training` for `mlp.training`.
    let last = |entry: &Entry| entry.name().rsplit('.').next() == Some(name);
    match found.iter().any(|entry| entry.name() == name) {
        true => found.retain(|entry| entry.name() == name),
        false => found.retain(last),
    }
    match found.as_slice() {
        [] => Err(unknown(name)),
        [only] if shell.json() => shell.print_json(&document(only)),
        // A neuron model and a stimulus may share a name.
        several if shell.json() => {
            shell.print_json(&several.iter().map(document).collect::<Vec<_>>())
        }
        several => shell.print(|out| {
            for (i, entry) in several.iter().enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                page(out, entry)?;
            }
            Ok(())
        }),
    }
}

fn unknown(name: &str) -> Failure {
    let all = all();
    let mut names: Vec<&str> = Vec::new();
    for known in all.iter().map(Entry::name) {
        if !names.contains(&known) {
            names.push(known);
        }
    }
    // A kind stands for all of it.
    let known = names.iter().copied().chain(all.iter().map(Entry::kind));
    let help = elsewhere(name).unwrap_or_else(|| match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: `{}`", names.join("`, `")),
    });
    Failure::input(format!(
        "`{name}`: found no neuron model, rule, stimulus, measure, distribution or section of this name\n  help: {help}"
    ))
}

/// Where `name` is known that has no page of its own: a command, a key, or a word that a key takes.
fn elsewhere(name: &str) -> Option<String> {
    let commands = Arguments::command();
    if commands.find_subcommand(name).is_some() {
        return Some(format!("it is a command: `sharpwave {name} --help`"));
    }
    let pages = sections();
    let find = |is: &dyn Fn(&Row) -> bool| {
        let mut rows = pages
            .iter()
            .flat_map(|page| page.keys.iter().map(move |row| (page.name, row)));
        rows.find(|(_, row)| is(row))
            .map(|(page, row)| (page, row.name))
    };
    if let Some((page, key)) = find(&|row| row.name == name) {
        return Some(format!("`{key}` is a key: `sharpwave describe {page}`"));
    }
    let takes = |row: &Row| row.value.split(", ").any(|word| word == name);
    let (page, key) = find(&takes)?;
    Some(format!(
        "`{key}` takes this word: `sharpwave describe {page}`"
    ))
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    for (title, entries) in groups() {
        writeln!(out, "{title}")?;
        summaries(out, &entries)?;
        writeln!(out)?;
    }
    writeln!(
        out,
        "`sharpwave describe NAME` shows one with its equations, parameters or keys."
    )
}

/// Names and what they are.
fn summaries(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let widest = entries.iter().map(|entry| entry.name().len()).max();
    let widest = widest.unwrap_or(0);
    for entry in entries {
        let text = wrap(entry.summary(), widest + 4);
        writeln!(out, "  {:widest$}  {text}", entry.name())?;
    }
    Ok(())
}

fn page(out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
    writeln!(out, "{} ({})", entry.name(), entry.kind())?;
    writeln!(out, "  {}", wrap(entry.summary(), 2))?;
    match entry {
        Entry::Neuron(model) => {
            equations(out, model.spec)?;
            interface(out, model)?;
            source(out, model.spec)
        }
        Entry::Plasticity(spec) => {
            equations(out, spec)?;
            let shared = keys_of_learning(spec);
            keys(
                out,
                "Keys of a projection's `plasticity` under it (`experiment = \"network\"`)",
                &shared,
            )?;
            source(out, spec)
        }
        Entry::ShortTerm(spec) | Entry::Measure(spec) => {
            equations(out, spec)?;
            match spec.source {
                "" => Ok(()),
                _ => source(out, spec),
            }
        }
        Entry::Homeostasis(spec) => {
            let shared = keys_of_homeostasis(spec);
            both(out, spec, "Keys of every kind", &shared)
        }
        Entry::Trigger(spec) => {
            let shared = keys_of_triggers(spec);
            both(out, spec, "Keys of every trigger", &shared)
        }
        Entry::Rule(rule) => both(
            out,
            rule,
            "Keys of the projection",
            &keys_of_projections(rule),
        ),
        Entry::Stimulus(entry) => {
            let shared = keys_of_stimuli(entry.spec);
            both(out, entry.spec, "Keys of every stimulus", &shared)
        }
        Entry::Distribution(page) | Entry::Section(page) => keys(out, "Keys", &page.keys),
    }
}

/// Keys of its own and shared ones, with the equations between them if there are any.
fn both(out: &mut dyn Write, spec: &'static Spec, title: &str, shared: &[Row]) -> io::Result<()> {
    if !spec.equations.is_empty() {
        formulas(out, spec)?;
    }
    keys(out, "Keys", &keys_of(spec))?;
    keys(out, title, shared)?;
    match spec.source {
        "" => Ok(()),
        _ => source(out, spec),
    }
}

fn formulas(out: &mut dyn Write, spec: &Spec) -> io::Result<()> {
    writeln!(out, "\nEquations")?;
    for equation in spec.equations.split(";  ") {
        writeln!(out, "  {}", wrap(equation, 4))?;
    }
    Ok(())
}

/// Equations and parameters.
fn equations(out: &mut dyn Write, spec: &Spec) -> io::Result<()> {
    formulas(out, spec)?;
    writeln!(out, "\nParameters")?;
    if spec.parameters.is_empty() {
        return writeln!(out, "  none");
    }
    let header = ["name", "unit", "default", "range", "meaning"].map(String::from);
    table(out, header, spec.parameters.iter().map(row))?;
    let has = |dimension| {
        spec.parameters
            .iter()
            .any(|one| one.dimension() == dimension)
    };
    if has(Dimension::Voltage) {
        let note = "In a network made from an MLP potentials are bare numbers, without mV.";
        writeln!(out, "  {note}")?;
    }
    if has(Dimension::Weight) {
        let note = "Unit `weight`: that of weights onto the target, such as mV, pA or none, as `describe` shows its model.";
        writeln!(out, "  {}", wrap(note, 2))?;
    }
    Ok(())
}

/// What reaches a neuron model and what can be seen of it.
fn interface(out: &mut dyn Write, model: &Model) -> io::Result<()> {
    let weights = match model.weight {
        Some(Dimension::One) => "bare numbers",
        Some(dimension) => dimension.unit(),
        None => "nothing may project onto it",
    };
    writeln!(out, "\nWeights onto it\n  {weights}")?;
    if model.variables.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nVariables")?;
    let header = ["name", "unit", "meaning"].map(String::from);
    let rows = model.variables.iter().map(|variable| {
        let unit = unit(variable.dimension);
        [variable.name, unit, variable.doc].map(String::from)
    });
    table(out, header, rows)
}

fn source(out: &mut dyn Write, spec: &Spec) -> io::Result<()> {
    writeln!(out, "\nSource\n  {}", wrap(spec.source, 2))
}

fn keys(out: &mut dyn Write, title: &str, keys: &[Row]) -> io::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    let header = ["name", "value", "default", "meaning"].map(String::from);
    let rows = keys.iter().map(|key| {
        let default = key.default.as_deref().unwrap_or("required");
        [key.name, &key.value, default, key.doc].map(String::from)
    });
    table(out, header, rows)
}

fn row(parameter: &ParameterSpec) -> [String; 5] {
    [
        parameter.name.into(),
        unit(parameter.dimension()).into(),
        parameter.described_default(),
        parameter.kind.range(),
        parameter.doc.into(),
    ]
}

fn document(entry: &Entry) -> Value {
    let mut document = match entry {
        Entry::Neuron(model) => {
            let mut document = spec_document(model.spec);
            let variables: Vec<Value> = model
                .variables
                .iter()
                .map(|variable| {
                    json!({
                        "name": variable.name,
                        "unit": variable.dimension.unit(),
                        "meaning": variable.doc,
                    })
                })
                .collect();
            document["weight_unit"] = model.weight.map(Dimension::unit).into();
            document["variables"] = variables.into();
            document
        }
        Entry::Plasticity(spec) => {
            let mut document = spec_document(spec);
            document["keys"] =
                kind_document(spec.name, spec.summary, &keys_of_learning(spec))["keys"].take();
            document
        }
        Entry::ShortTerm(spec) | Entry::Measure(spec) => spec_document(spec),
        Entry::Homeostasis(spec) => {
            let keys = [keys_of(spec), keys_of_homeostasis(spec)].concat();
            kind_document(spec.name, spec.summary, &keys)
        }
        Entry::Trigger(spec) => {
            let keys = [keys_of(spec), keys_of_triggers(spec)].concat();
            kind_document(spec.name, spec.summary, &keys)
        }
        Entry::Rule(rule) => {
            let keys = [keys_of(rule), keys_of_projections(rule)].concat();
            kind_document(rule.name, rule.summary, &keys)
        }
        Entry::Stimulus(entry) => {
            let keys = [keys_of(entry.spec), keys_of_stimuli(entry.spec)].concat();
            kind_document(entry.spec.name, entry.spec.summary, &keys)
        }
        Entry::Distribution(page) | Entry::Section(page) => {
            kind_document(page.name, page.summary, &page.keys)
        }
    };
    document["kind"] = entry.kind().into();
    document
}

fn spec_document(spec: &Spec) -> Value {
    let parameters: Vec<Value> = spec.parameters.iter().map(parameter_document).collect();
    json!({
        "name": spec.name,
        "summary": spec.summary,
        "equations": spec.equations,
        "parameters": parameters,
        "source": spec.source,
    })
}

fn kind_document(name: &str, summary: &str, keys: &[Row]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(
            |Row {
                 name,
                 value,
                 default,
                 doc,
             }| {
                json!({ "name": name, "value": value, "default": default, "meaning": doc })
            },
        )
        .collect();
    json!({ "name": name, "summary": summary, "keys": keys })
}

fn parameter_document(parameter: &ParameterSpec) -> Value {
    let range = match parameter.kind {
        Kind::Quantity { range, .. } => match range {
            Range::Finite => json!({}),
            Range::Positive => json!({ "above": 0.0 }),
            Range::NonNegative => json!({ "at_least": 0.0 }),
            Range::Between(low, high) => json!({ "at_least": low, "at_most": high }),
        },
        Kind::Count { least, most } => json!({ "at_least": least, "at_most": most }),
        Kind::Word(words) => json!({ "one_of": words }),
        _ => json!({}),
    };
    let default = match parameter.default {
        Default::Required | Default::Absent(_) => Value::Null,
        Default::Number(value) => value.into(),
        Default::Count(n) => n.into(),
        Default::Flag(flag) => flag.into(),
        Default::Word(word) => word.into(),
    };
    json!({
        "name": parameter.name,
        "unit": unit_of(parameter.dimension()),
        "default": default,
        "range": range,
        "meaning": parameter.doc,
    })
}
