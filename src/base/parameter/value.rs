//! Values of parameters.

use std::collections::BTreeMap;
use std::ops::Index;
use std::path::PathBuf;

use super::Listed;
use crate::base::distribution::{Distribution, Shape};
use crate::base::legible::legible;
use crate::base::shown::quoted;

/// The value of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number in the held unit.
    Number(f64),
    /// What every neuron or synapse draws its own from, in the held unit.
    Drawn(Distribution),
    /// Numbers in the held unit for the neurons of a population one after the other: how many, and which.
    Blocks(Vec<(u32, f64)>),
    /// The same from a file.
    Listed(Listed),
    /// A whole number.
    Count(u64),
    /// True or false.
    Flag(bool),
    /// One of the words that the parameter knows.
    Word(&'static str),
    /// Any text, or the name of a population.
    Text(String),
    /// Names of populations.
    Names(Vec<String>),
    /// A file.
    File(PathBuf),
    /// Texts under some of the keys that the parameter knows.
    Table(BTreeMap<&'static str, String>),
    /// Instants in milliseconds, each with a quantity in its held unit.
    Steps(Vec<(f64, f64)>),
    /// Instants in milliseconds.
    Instants(Vec<f64>),
    /// Numbers of neurons.
    Neurons(Vec<u32>),
}

impl Value {
    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Number(value) => legible(*value).to_string(),
            Self::Drawn(_) => "a distribution".into(),
            Self::Blocks(blocks) => format!("{} blocks", blocks.len()),
            Self::Listed(listed) => format!("the numbers of `{}`", listed.path.display()),
            Self::Count(n) => n.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Word(word) => format!("`{word}`"),
            Self::Text(text) => quoted(text),
            Self::Names(names) => format!("{names:?}"),
            Self::File(path) => format!("the file `{}`", path.display()),
            Self::Table(table) => format!("{table:?}"),
            Self::Steps(steps) => format!("{} steps", steps.len()),
            Self::Instants(instants) => format!("{} instants", instants.len()),
            Self::Neurons(neurons) => format!("{} neurons", neurons.len()),
        }
    }
}

impl Value {
    /// Numbers for the neurons of a population one after the other, if it is such: how many, and which.
    pub fn blocks(&self) -> Option<&[(u32, f64)]> {
        match self {
            Self::Blocks(blocks) => Some(blocks),
            Self::Listed(listed) => Some(&listed.blocks),
            _ => None,
        }
    }

    /// What is given, if that is numbers one after the other for another number of neurons than `n`.
    pub fn of_another_number_than(&self, n: u32) -> Option<String> {
        let blocks = self.blocks()?.iter();
        let given: u64 = blocks.map(|(n, _)| u64::from(*n)).sum();
        let found = match self {
            Self::Listed(listed) => format!("`{}` holds {given} values", listed.path.display()),
            _ => format!("blocks of {given} neurons"),
        };
        (given != u64::from(n)).then_some(found)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Count(value.into())
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<Distribution> for Value {
    fn from(value: Distribution) -> Self {
        match value.constant() {
            Some(value) => Self::Number(value),
            None => Self::Drawn(value),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<PathBuf> for Value {
    fn from(value: PathBuf) -> Self {
        Self::File(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(value: Vec<String>) -> Self {
        Self::Names(value)
    }
}

impl From<Vec<(u32, f64)>> for Value {
    fn from(value: Vec<(u32, f64)>) -> Self {
        Self::Blocks(value)
    }
}

impl From<BTreeMap<&'static str, String>> for Value {
    fn from(value: BTreeMap<&'static str, String>) -> Self {
        Self::Table(value)
    }
}

impl From<Vec<f64>> for Value {
    fn from(value: Vec<f64>) -> Self {
        Self::Instants(value)
    }
}

impl From<Vec<u32>> for Value {
    fn from(value: Vec<u32>) -> Self {
        Self::Neurons(value)
    }
}

impl From<Vec<(f64, f64)>> for Value {
    fn from(value: Vec<(f64, f64)>) -> Self {
        Self::Steps(value)
    }
}

/// Values for the parameters of one model, by name.
///
/// Indexing gives the number of a parameter that is known to have one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of `name`, in place of one that it had.
    pub fn insert(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.insert(name, value.into());
    }

    /// Removes and gives the value of `name`.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The number that `name` is, if it is one.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The distribution of `name`: what it is drawn from, or its one value.
    pub fn distribution(&self, name: &str) -> Option<Distribution> {
        match self.get(name)? {
            Value::Number(value) => Distribution::new(Shape::Constant(*value)).ok(),
            Value::Drawn(distribution) => Some(*distribution),
            _ => None,
        }
    }

    /// The whole number that `name` is, if it is one.
    pub fn count(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Count(n) => Some(*n),
            _ => None,
        }
    }

    /// Whether `name` is true.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Flag(true)))
    }

    /// The word or text that `name` is.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Word(word) => Some(word),
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The file that `name` is.
    pub fn file(&self, name: &str) -> Option<&PathBuf> {
        match self.get(name)? {
            Value::File(path) => Some(path),
            _ => None,
        }
    }

    /// The steps that `name` is, or none.
    pub fn steps(&self, name: &str) -> &[(f64, f64)] {
        match self.get(name) {
            Some(Value::Steps(steps)) => steps,
            _ => &[],
        }
    }

    /// The instants that `name` is, in milliseconds, or none.
    pub fn instants(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Some(Value::Instants(instants)) => instants,
            _ => &[],
        }
    }

    /// The neurons that `name` is, or none.
    pub fn neurons(&self, name: &str) -> &[u32] {
        match self.get(name) {
            Some(Value::Neurons(neurons)) => neurons,
            _ => &[],
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(&name, value)| (name, value))
    }

    /// The parameters that are drawn, with what from.
    pub fn drawn(&self) -> impl Iterator<Item = (&'static str, &Distribution)> {
        self.iter().filter_map(|(name, value)| match value {
            Value::Drawn(distribution) => Some((name, distribution)),
            _ => None,
        })
    }

    /// The parameters that are given neuron by neuron, in blocks, by the file itself or by another.
    pub fn blocks(&self) -> impl Iterator<Item = (&'static str, &[(u32, f64)])> {
        self.iter()
            .filter_map(|(name, value)| Some((name, value.blocks()?)))
    }

    /// The parameters that files hold.
    pub fn listed(&self) -> impl Iterator<Item = (&'static str, &Listed)> {
        self.iter().filter_map(|(name, value)| match value {
            Value::Listed(listed) => Some((name, listed)),
            _ => None,
        })
    }

    /// The first parameter that is given for another number of neurons than `n`, one after the other, and what is given.
    pub fn of_others_than(&self, n: u32) -> Option<(&'static str, String)> {
        self.iter().find_map(|(name, value)| {
            let found = value.of_another_number_than(n)?;
            Some((name, found))
        })
    }

    /// The parameters that each neuron has its own value of.
    pub fn individual(&self) -> impl Iterator<Item = &'static str> {
        let blocks = self.blocks().map(|(name, _)| name);
        self.drawn().map(|(name, _)| name).chain(blocks)
    }

    /// Those that all neurons share.
    pub fn shared(&self) -> Self {
        let shared = self.0.iter();
        let own = |value: &Value| matches!(value, Value::Drawn(_)) || value.blocks().is_some();
        let shared = shared.filter(|(_, value)| !own(value));
        Self(shared.map(|(&name, value)| (name, value.clone())).collect())
    }
}

impl Index<&str> for Values {
    type Output = f64;

    fn index(&self, name: &str) -> &f64 {
        match self.0.get(name) {
            Some(Value::Number(value)) => value,
            other => panic!("`{name}` is {other:?}, expected a number"),
        }
    }
}

impl<V: Into<Value>, const N: usize> From<[(&'static str, V); N]> for Values {
    fn from(values: [(&'static str, V); N]) -> Self {
        values.into_iter().collect()
    }
}

impl<V: Into<Value>> FromIterator<(&'static str, V)> for Values {
    fn from_iter<I: IntoIterator<Item = (&'static str, V)>>(values: I) -> Self {
        let values = values.into_iter();
        Self(values.map(|(name, value)| (name, value.into())).collect())
    }
}

impl<V: Into<Value>> Extend<(&'static str, V)> for Values {
    fn extend<I: IntoIterator<Item = (&'static str, V)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}

/// Values of parameters by name, in held units: `values! { tau_m: ms(20.0), multapses: true }`.
///
/// ```
/// use sharpwave::{unit::ms, values};
///
/// let values = values! { tau_m: ms(20.0), in_degree: 80_u32, multapses: true };
/// assert_eq!(values.number("tau_m"), Some(20.0));
/// assert_eq!(values.count("in_degree"), Some(80));
/// ```
#[macro_export]
macro_rules! values {
    ($($name:ident : $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut values = $crate::base::parameter::Values::new();
        $(values.insert(stringify!($name), $value);)*
        values
    }};
}
