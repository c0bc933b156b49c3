//! `[record]`: what goes into the run file.

mod weights;

use crate::base::time::Duration;
use crate::config::form::{
    Around, Form, Keys, Table, count, each, flag, inner, inside, off, part, period,
    population_name, some, unknown,
};
use crate::config::quantity::quote;
use crate::config::reader::{Item, Section};
pub use crate::run::selection::Selection;
pub use weights::{Instants, RecordedStatistics, RecordedWeights};

/// Longest list of neurons: 64 MB in memory.
const LONGEST: u32 = 1 << 24;

/// Most samples of a neuron: 4 GB of the run file for each.
const MOST_SAMPLES: i64 = 1_000_000_000;

/// What `compress` says.
pub(in crate::config) const COMPRESS: &str = "whether recorded weights are compressed (gzip), which takes a sixth off and makes them slower to write and to read";

/// What `report` says.
pub(in crate::config) const REPORT: &str = "whether report.html, a page about the run, is written beside the run file; `sharpwave report` writes it later";

/// What goes into the run file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Populations whose spikes are recorded, none twice.
    pub spikes: Vec<Recorded>,
    /// Bin of the rates of the recorded populations, above zero and at most the duration, or `None` for no rates.
    pub rates_bin: Option<Duration>,
    /// Neurons whose states are sampled; a population may come more than once.
    pub states: Vec<SampledStates>,
    /// From one sample of all modulators to the next, above zero and at most the duration, or `None` for none.
    pub modulators: Option<Duration>,
    /// Weights that are recorded, or `None` for none.
    pub weights: Option<RecordedWeights>,
    /// Weights of which statistics are recorded, or `None` for none.
    pub weight_statistics: Option<RecordedStatistics>,
    /// Whether weights are compressed in the run file.
    pub compress: bool,
    /// Whether the run leaves a page about itself.
    pub report: bool,
}

/// A population whose spikes are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its name.
    pub population: String,
    /// Which of its neurons.
    pub neurons: Selection,
}

/// Neurons whose variables are sampled at regular instants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampledStates {
    /// Name of their population.
    pub population: String,
    /// The neurons, at least one, ascending.
    pub neurons: Vec<u32>,
    /// Variables by number (in the order of the model's variables) and name, at least one, none twice.
    pub variables: Vec<(usize, &'static str)>,
    /// From one sample to the next, above zero and at most the duration.
    pub every: Duration,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            spikes: Vec::new(),
            rates_bin: None,
            states: Vec::new(),
            modulators: None,
            weights: None,
            weight_statistics: None,
            compress: false,
            report: true,
        }
    }
}

impl Record {
    /// Which neurons' spikes are recorded of the population called `name`, if any.
    pub fn recorded(&self, name: &str) -> Option<&Selection> {
        let mut spikes = self.spikes.iter();
        let recorded = spikes.find(|recorded| recorded.population == name)?;
        Some(&recorded.neurons)
    }
}

/// `rates`: how spikes are counted.
#[derive(Clone, Default)]
pub(in crate::config) struct Rates {
    bin: Duration,
}

impl Table for Rates {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the length of a bin, such as \"1 ms\"";
        k.need("bin", &mut self.bin, part(), what);
    }
}

/// `modulators`: how often they are looked at.
#[derive(Clone, Default)]
pub(in crate::config) struct Levels {
    every: Duration,
}

impl Table for Levels {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the time between samples, such as \"10 ms\"";
        k.need("every", &mut self.every, period(MOST_SAMPLES), what);
    }
}

impl Table for Record {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "populations whose spikes are recorded; or some neurons of one, { population = \"e\", first = 100 } or { \
                    population = \"e\", neurons = [3, 5] }";
        let spikes = each(whose(), "population", true);
        k.or("spikes", &mut self.spikes, spikes, what);
        let what = "mean rates of all populations, as rates.csv: { bin = \"1 ms\" }";
        let mut rates = self.rates_bin.map(|bin| Rates { bin });
        k.or("rates", &mut rates, off(inside(Rates::default())), what);
        self.rates_bin = rates.map(|rates| rates.bin);
        states(&mut self.states, k);
        let what = "how much there is of each modulator, under /report too, as of one neuron: { every = \"10 ms\" }";
        let mut levels = self.modulators.map(|every| Levels { every });
        let form = off(inside(Levels::default()));
        k.or("modulators", &mut levels, form, what);
        self.modulators = levels.map(|levels| levels.every);
        let what = "weights of projections with `rule = \"weights\"`, under /weights, and of those that learn, under /synapses, as they \
                    stand then: { projection = \
                    [\"hidden1_output\"], at = [\"0 s\", \"1 s\"] }";
        k.or(
            "weights",
            &mut self.weights,
            off(inside(RecordedWeights::default())),
            what,
        );
        let what = "how weights spread over time, under /weight_statistics, and some synapses one by one: { projection = [\"e_e\"], \
                    every = \"1 s\" }";
        k.or(
            "weight_statistics",
            &mut self.weight_statistics,
            off(inside(RecordedStatistics::default())),
            what,
        );
        k.or("compress", &mut self.compress, flag(), COMPRESS);
        k.or("report", &mut self.report, flag(), REPORT);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let has_none = self.modulators.is_some() && around.modulators.is_some_and(<[_]>::is_empty);
        if let Some(levels) = section.get("modulators").filter(|_| has_none) {
            let message = "`record.modulators` is of modulators, and the network has none";
            section.reader.problem(levels.key_origin, message, None);
        }
        let of_none = self.rates_bin.is_some() && self.spikes.is_empty();
        if let Some(rates) = section.get("rates").filter(|_| of_none) {
            let message =
                "`record.rates` is of recorded populations, and `record.spikes` names none";
            section.reader.problem(rates.key_origin, message, None);
        }
        !of_none && !has_none
    }
}

/// The key `states` of a run that is recorded.
pub(in crate::config) fn states(states: &mut Vec<SampledStates>, k: &mut Keys<'_>) {
    let what = "sampled variables, as SONATA reports under /report: { population = \"e\", first = 3, variables = [\"v_m\"], \
                every = \"0.1 ms\" }; `neurons` as for spikes";
    k.or("states", states, tables(SampledStates::default()), what);
}

/// Tables of which one needs no brackets.
fn tables<T: Table + 'static>(start: T) -> Form<'static, Vec<T>> {
    let (one, form) = (inside(start.clone()), inside(start));
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.is_array() {
        true => item.list("", |entry| (one.read)(&entry, around)),
        false => Some(vec![(one.read)(item, around)?]),
    };
    let write = |tables: &Vec<T>, weight| {
        let tables: Vec<String> = tables.iter().map(|table| inner(table, weight)).collect();
        format!("[{}]", tables.join(", "))
    };
    Form::new("tables", read, write).expecting(form.expected)
}

/// A population, or some of its neurons.
fn whose() -> Form<'static, Recorded> {
    let all = |population| Recorded {
        population,
        neurons: Selection::All,
    };
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.is_table() {
        true => (inside(all(String::new())).read)(item, around),
        false => around.known.name(item).map(all),
    };
    let write = |recorded: &Recorded, weight| match recorded.neurons {
        Selection::All => quote(&recorded.population),
        Selection::Some(_) => inner(recorded, weight),
    };
    Form::new("name", read, write).told_apart_by(|recorded| recorded.population.clone())
}

impl Table for Recorded {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "whose neurons are recorded";
        k.need("population", &mut self.population, population_name(), what);
        select(&mut self.neurons, &self.population, k);
    }
}

/// `neurons` or `first`: some neurons of `population`.
fn select(selected: &mut Selection, population: &str, k: &mut Keys<'_>) {
    let size = k
        .reading()
        .and_then(|(_, around)| Some(around.known.population(population)?.size));
    let mut nodes = match selected {
        Selection::Some(nodes) => std::mem::take(nodes),
        Selection::All => Vec::new(),
    };
    let counted = nodes
        .last()
        .is_some_and(|&last| last as usize == nodes.len() - 1);
    let of = format!("the neurons of population `{population}`");
    if k.either(&["neurons"], &["first"]).unwrap_or(counted) {
        let mut first = nodes.len() as u32;
        let what = "how many from number 0 on, in place of `neurons`";
        k.need("first", &mut first, some(), what);
        match size {
            None if k.reading().is_some() => return k.require(false),
            Some(size) if first > size => {
                return k.refuse("first", &format!("at most {size}, {of}"));
            }
            Some(size) if first == size => return *selected = Selection::All,
            _ if first > LONGEST => {
                return k.refuse(
                    "first",
                    &format!("at most {LONGEST}, or the whole population"),
                );
            }
            _ => nodes = (0..first).collect(),
        }
    } else {
        let what =
            "the numbers of the neurons, such as [0, 1, 2], or `first`, how many from number 0";
        let each = each(below(size, of), "neuron", false);
        k.need("neurons", &mut nodes, each, what);
        nodes.sort_unstable();
    }
    // As many as there are and none twice.
    *selected = match size.is_some_and(|size| nodes.len() == size as usize) {
        true => Selection::All,
        false => Selection::Some(nodes),
    };
}

/// The number of a neuron below `size`, if that is known; `of` says which neurons there are.
fn below(size: Option<u32>, of: String) -> Form<'static, u32> {
    let any = count(0, u32::MAX.into());
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let node: u32 = (any.read)(item, around)?;
        match size {
            Some(size) if node >= size => {
                item.refuse(&format!("0 to {}, {of}", size.saturating_sub(1)), None)
            }
            _ => Some(node),
        }
    };
    Form::new("number", read, |node: &u32, _| node.to_string())
}

impl Table for SampledStates {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "whose neurons are recorded";
        k.need("population", &mut self.population, population_name(), what);
        let mut selected = Selection::Some(std::mem::take(&mut self.neurons));
        select(&mut selected, &self.population, k);
        let reading = k.reading();
        let known = reading.and_then(|(section, around)| {
            Some((section, around.known.population(&self.population)?))
        });
        self.neurons = match (selected, known) {
            (Selection::Some(nodes), _) => nodes,
            (Selection::All, Some((section, known))) if known.size > LONGEST => {
                let message = format!(
                    "`{}`: expected at most {LONGEST} neurons, not {}",
                    section.path(),
                    known.size
                );
                section.reader.problem(section.origin, message, None);
                return k.require(false);
            }
            (Selection::All, known) => (0..known.map_or(0, |(_, known)| known.size)).collect(),
        };
        let variables = each(variable(&self.population), "variable", false);
        let what = "what is sampled, such as [\"v_m\"]";
        k.need("variables", &mut self.variables, variables, what);
        let what = "the time between samples, such as \"0.1 ms\"";
        k.need("every", &mut self.every, period(MOST_SAMPLES), what);
    }
}

/// A variable of the neurons of `population`.
fn variable(population: &str) -> Form<'_, (usize, &'static str)> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let model = around.known.model(population)?;
        let names = model.variables.iter().map(|variable| variable.name);
        let names: Vec<&'static str> = names.collect();
        let name = model.spec.name;
        if names.is_empty() {
            let message = format!(
                "`{}`: neurons of population `{population}` (`{name}`) have no state to sample",
                item.path
            );
            item.reader.problem(item.origin(), message, None);
            return None;
        }
        let expected = format!("a variable of `{name}`");
        let text = item.text(&expected)?;
        match names.iter().position(|name| *name == text) {
            Some(at) => Some((at, names[at])),
            None => unknown(item, &expected, &names),
        }
    };
    Form::new("name", read, |value: &(usize, &str), _| quote(value.1))
        .unless(move |around| around.known.model(population).is_none())
}
