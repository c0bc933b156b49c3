//! `[parameter]`: numbers and formulas that other formulas refer to, in any order.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::parameter::{Dimension, Range as Allowed};
use crate::base::suggest;
use crate::config::document::{Origin, Value};
use crate::config::formula::{self, Fault, MEASURED, Meaning, Quantity};

use super::{Item, Reader, Section};

/// Parameters by name.
pub(super) struct Scope(BTreeMap<String, Parameter>);

struct Parameter {
    /// Where its key was written.
    origin: Origin,
    /// `None` where it is at fault.
    value: Option<Quantity>,
    used: Cell<bool>,
}

impl Scope {
    /// What `name` stands for in a formula.
    fn meaning(&self, name: &str) -> Meaning {
        let Some(parameter) = self.0.get(name) else {
            return Meaning::Unknown(self.help(name));
        };
        parameter.used.set(true);
        match parameter.value {
            Some(value) => Meaning::Value(value),
            None => Meaning::Faulty,
        }
    }

    /// What `name` may be a slip of.
    fn help(&self, name: &str) -> Option<String> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        suggest::help(name, &names)
    }
}

impl Reader {
    /// Reads `[parameter]`; before that, formulas know no parameter.
    pub(in crate::config) fn read_parameters(&self, root: &Section<'_>) {
        let section = root.get("parameter").and_then(|item| item.named_section());
        let scope = section.map_or(Scope(BTreeMap::new()), |section| parameters(&section));
        // Read once: a second reading would find the same.
        let _ = self.scope.set(scope);
    }

    /// Reports overrides of parameters that no formula refers to: they change nothing.
    pub(in crate::config) fn report_unused(&self) {
        let Some(scope) = self.scope.get() else {
            return;
        };
        let (used, unused): (Vec<_>, Vec<_>) = scope
            .0
            .iter()
            .partition(|(_, parameter)| parameter.used.get());
        let used: Vec<&str> = used.iter().map(|(name, _)| name.as_str()).collect();
        for (name, parameter) in unused {
            if matches!(parameter.origin, Origin::Set(_)) {
                let message = format!("no formula refers to the parameter `{name}`");
                self.problem(parameter.origin, message, suggest::help(name, &used));
            }
        }
    }
}

impl Item<'_> {
    /// Whether the value is a formula.
    pub(in crate::config) fn is_formula(&self) -> bool {
        self.as_text()
            .is_some_and(|text| formula::body(text).is_some())
    }

    /// Where the value was written; inside the quotes for a formula.
    pub(super) fn value_origin(&self) -> Origin {
        match self.as_text().and_then(|text| formula::body(text)) {
            Some((_, body)) => self.part(0..body.len()),
            None => self.origin(),
        }
    }

    /// Where bytes `part` of the formula were written.
    fn part(&self, part: Range<usize>) -> Origin {
        let text = self.as_text().unwrap_or_default();
        let at = formula::body(text).map_or(0, |(at, _)| at);
        let part = at + part.start..at + part.end;
        self.reader.document.inside(self.origin(), text, part)
    }

    /// The value of the formula, if it is one without a fault.
    pub(super) fn computed(&self) -> Option<Quantity> {
        self.with_scope()?.ok()
    }

    /// The value of the formula; reports what is wrong with it.
    pub(super) fn compute(&self) -> Option<Quantity> {
        self.reported(self.with_scope()?)
    }

    fn with_scope(&self) -> Option<Result<Quantity, Fault>> {
        let (_, body) = formula::body(self.as_text()?)?;
        Some(formula::evaluate(
            body,
            &|name| match self.reader.scope.get() {
                Some(scope) => scope.meaning(name),
                None => Meaning::Unknown(None),
            },
        ))
    }

    fn reported(&self, value: Result<Quantity, Fault>) -> Option<Quantity> {
        match value {
            Ok(quantity) => Some(quantity),
            Err(Fault::Elsewhere) => None,
            Err(Fault::Here {
                span,
                message,
                help,
            }) => {
                let message = format!("`{}`: {message}", self.path);
                self.reader.problem(self.part(span), message, help);
                None
            }
        }
    }

    /// A number, a quantity of any dimension, or nothing for a formula.
    fn literal(&self) -> Option<Quantity> {
        let text = match &self.node.value {
            Value::Integer(integer) => return Some(Quantity::bare(*integer as f64)),
            Value::Float(_) => return self.number(Allowed::Finite).map(Quantity::bare),
            Value::String(text) => text.trim(),
            _ => return self.refuse(LITERAL, None),
        };
        // A quantity is the shortest formula: a sign, a number, a unit.
        let number = text.strip_prefix('-').unwrap_or(text).trim_start();
        let at =
            number.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-' | 'e' | 'E'));
        let is_quantity =
            at.is_some_and(|at| at > 0 && formula::unit(number[at..].trim()).is_some());
        let value = formula::evaluate(text, &|_| Meaning::Unknown(None));
        match value {
            Ok(quantity) if is_quantity => Some(quantity),
            _ => {
                let units = MEASURED.map(Dimension::unit);
                let help = format!(
                    "a formula starts with `=`; units are {} and their multiples",
                    suggest::list(&units)
                );
                self.refuse(LITERAL, Some(help))
            }
        }
    }
}

/// What a parameter may be, in messages.
const LITERAL: &str = "a number, a quantity such as \"20 ms\" or a formula such as \"= 2 * n\"";

/// Why `name` cannot stand in a formula.
fn bad_name(name: &str) -> Option<String> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(letters)
        || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    {
        return Some(format!(
            "`{name}` cannot be the name of a parameter, expected letters, digits and `_`, a letter first"
        ));
    }
    if formula::is_reserved(name) {
        return Some(format!(
            "`{name}` cannot be the name of a parameter: in formulas it is a unit or a function"
        ));
    }
    None
}

/// Whether a parameter's formula was looked at.
#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Not,
    /// Its references are being followed.
    Open,
    Done,
}

fn parameters(section: &Section<'_>) -> Scope {
    let reader = section.reader;
    let (names, items): (Vec<&str>, Vec<Item<'_>>) = section.items().into_iter().unzip();
    let mut scope = Scope(BTreeMap::new());
    for (name, item) in names.iter().zip(&items) {
        let bad = bad_name(name);
        let value = match bad {
            Some(message) => {
                reader.problem(item.key_origin, message, None);
                None
            }
            None if item.is_formula() => None,
            None => item.literal(),
        };
        let parameter = Parameter {
            origin: item.key_origin,
            value,
            used: Cell::new(false),
        };
        scope.0.insert((*name).into(), parameter);
    }
    let number: BTreeMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (*n, i)).collect();
    let mut visits = vec![Visit::Not; items.len()];
    for start in 0..items.len() {
        follow(start, &items, &names, &number, &mut visits, &mut scope);
    }
    scope
}

/// Computes the formula of `start` after all that it refers to. Works on a list and not by recursion: a file may hold
/// thousands of parameters in a chain.
fn follow(
    start: usize,
    items: &[Item<'_>],
    names: &[&str],
    number: &BTreeMap<&str, usize>,
    visits: &mut [Visit],
    scope: &mut Scope,
) {
    let references = |i: usize| -> Vec<(usize, Range<usize>)> {
        let body = items[i].as_text().and_then(formula::body);
        let names = body.into_iter().flat_map(|(_, body)| formula::names(body));
        names
            .filter_map(|(name, span)| Some((*number.get(name)?, span)))
            .collect()
    };
    if visits[start] != Visit::Not {
        return;
    }
    visits[start] = Visit::Open;
    let mut path = vec![(start, references(start).into_iter())];
    while let Some((at, open)) = path.last_mut() {
        let at = *at;
        match open.next() {
            Some((next, _)) if visits[next] == Visit::Done => {}
            Some((next, _)) if visits[next] == Visit::Not => {
                visits[next] = Visit::Open;
                path.push((next, references(next).into_iter()));
            }
            Some((next, span)) => {
                let from = path.iter().position(|(i, _)| *i == next).unwrap_or(0);
                let mut ring: Vec<&str> = path[from..].iter().map(|(i, _)| names[*i]).collect();
                ring.push(names[next]);
                let message = format!("parameters refer to each other in a loop: {}", chain(&ring));
                items[at]
                    .reader
                    .problem(items[at].part(span), message, None);
                // A formula may name itself a thousand times: that is one problem.
                if let Some((_, open)) = path.last_mut() {
                    *open = Vec::new().into_iter();
                }
            }
            None => {
                path.pop();
                visits[at] = Visit::Done;
                if !items[at].is_formula() {
                    continue;
                }
                let (_, body) = items[at]
                    .as_text()
                    .and_then(formula::body)
                    .unwrap_or_default();
                let value = formula::evaluate(body, &|name| scope.meaning(name));
                let value = items[at].reported(value);
                if let Some(parameter) = scope.0.get_mut(names[at])
                    && bad_name(names[at]).is_none()
                {
                    parameter.value = value;
                }
            }
        }
    }
}

/// "`a` -> `b` -> `a`", the middle of a long one left out.
pub(super) fn chain(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if quoted.len() <= SHOWN {
        return quoted.join(" -> ");
    }
    let (first, last) = (&quoted[..SHOWN - 1], &quoted[quoted.len() - 1]);
    format!("{} -> … -> {last}", first.join(" -> "))
}
