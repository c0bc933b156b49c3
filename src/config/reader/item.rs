//! Values, by type, unit and range.

use std::cell::{Cell, RefCell};

use crate::base::parameter::{Dimension, Range};
use crate::base::shown::quoted;
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::document::{Node, Origin, Value};
use crate::config::formula::Quantity;
use crate::config::quantity::{self, QuantityError};

use super::{Reader, Section};

/// How far from a whole number a formula's value may be to count as one: some ten thousand roundings.
const WHOLE: f64 = 1e-9;

/// A value of the document.
#[derive(Clone)]
pub(in crate::config) struct Item<'a> {
    pub(in crate::config) reader: &'a Reader,
    /// Path as `--set` takes it.
    pub(in crate::config) path: String,
    /// Where its key was written.
    pub(in crate::config) key_origin: Origin,
    pub(super) node: &'a Node,
}

impl<'a> Item<'a> {
    /// Where it was written.
    pub(in crate::config) fn origin(&self) -> Origin {
        self.node.origin
    }

    pub(in crate::config) fn is_table(&self) -> bool {
        matches!(self.node.value, Value::Table(_))
    }

    pub(in crate::config) fn is_array(&self) -> bool {
        matches!(self.node.value, Value::Array(_))
    }

    /// Whether it is `true` or `false`.
    pub(in crate::config) fn is_flag(&self) -> bool {
        matches!(self.node.value, Value::Boolean(_))
    }

    pub(in crate::config) fn is_integer(&self) -> bool {
        matches!(self.node.value, Value::Integer(_))
    }

    /// Whether it is a table with `key`; does not make it known.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        match &self.node.value {
            Value::Table(entries) => entries.iter().any(|entry| entry.key == key),
            _ => false,
        }
    }

    /// The text of `key`, if this is a table that has it; does not make it known.
    pub(in crate::config) fn text_in(&self, key: &str) -> Option<&'a str> {
        let Value::Table(entries) = &self.node.value else {
            return None;
        };
        let entry = entries.iter().find(|entry| entry.key == key)?;
        match &entry.node.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(in crate::config) fn as_text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Reports that the value is not what is expected.
    pub(in crate::config) fn refuse<T>(&self, expected: &str, help: Option<String>) -> Option<T> {
        let found = match self.computed() {
            Some(quantity) => format!("comes to {quantity}"),
            None => format!("is {}", self.found()),
        };
        let message = format!("`{}` {found}, expected {expected}", self.path);
        self.reader.problem(self.value_origin(), message, help);
        None
    }

    /// The value of a formula in the held unit of `dimension`; reports what is wrong with it.
    fn formula(&self, dimension: Dimension) -> Option<f64> {
        let quantity: Quantity = self.compute()?;
        let held = quantity.held(dimension);
        held.or_else(|| self.refuse(&quantity::kind(dimension), None))
    }

    /// The value in words.
    fn found(&self) -> String {
        const LONGEST: usize = 40;
        match &self.node.value {
            Value::String(text) => {
                let mut short: String = text.chars().take(LONGEST).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                quoted(&short)
            }
            Value::Integer(integer) => integer.to_string(),
            Value::HugeInteger(text) => text.chars().take(LONGEST).collect(),
            Value::Float(float) if float.is_nan() => "nan".into(),
            Value::Float(float) => format!("{float:?}"),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Datetime(text) => format!("the date {text}"),
            Value::Array(items) if items.is_empty() => "an empty array".into(),
            Value::Array(items) => format!("an array of {}", items.len()),
            Value::Table(_) => "a table".into(),
        }
    }

    /// A string.
    pub(in crate::config) fn text(&self, expected: &str) -> Option<&'a str> {
        self.as_text().or_else(|| self.refuse(expected, None))
    }

    /// True or false.
    pub(in crate::config) fn boolean(&self) -> Option<bool> {
        match self.node.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => self.refuse("`true` or `false`", None),
        }
    }

    /// A whole number between two bounds.
    pub(in crate::config) fn integer(&self, low: i64, high: i64) -> Option<i64> {
        let integer = match self.node.value {
            Value::Integer(integer) if (low..=high).contains(&integer) => return Some(integer),
            Value::Integer(_) | Value::HugeInteger(_) => true,
            Value::String(_) if self.is_formula() => {
                let value = self.formula(Dimension::One)?;
                let whole = value.round();
                if (value - whole).abs() > WHOLE * whole.abs().max(1.0) {
                    return self.refuse("a whole number", None);
                }
                // Beyond 2⁵³ neither bound nor value is exact, and the conversion saturates.
                if low as f64 <= whole && whole <= high as f64 {
                    return Some(whole as i64);
                }
                true
            }
            _ => false,
        };
        let whole = if integer { "" } else { "a whole number, " };
        // A bound of the program's numbers is only worth a word to those who go beyond it.
        let expected = if high < i64::from(u32::MAX) {
            format!("{whole}{low} to {high}")
        } else if self.exceeds(high) {
            format!("at most {high}")
        } else {
            format!("{whole}{low} or more")
        };
        self.refuse(&expected, None)
    }

    /// Whether the value is an integer above `high`.
    fn exceeds(&self, high: i64) -> bool {
        match &self.node.value {
            Value::Integer(integer) => *integer > high,
            Value::HugeInteger(text) => !text.starts_with('-'),
            _ => self.computed().is_some_and(|q| q.value > high as f64),
        }
    }

    /// A count from 1 that indexes memory.
    pub(in crate::config) fn count(&self) -> Option<usize> {
        // Neurons and images are numbered with 32 bits.
        let n = self.integer(1, i64::from(u32::MAX))?;
        usize::try_from(n).ok()
    }

    /// A bare number in `range`.
    pub(in crate::config) fn number(&self, range: Range) -> Option<f64> {
        let value = match self.node.value {
            Value::Integer(integer) => integer as f64,
            Value::Float(float) => float,
            _ if self.is_formula() => self.formula(Dimension::One)?,
            _ => return self.refuse("a number", None),
        };
        self.in_range(value, range, Dimension::One)
    }

    /// A quantity in the held unit of `dimension`, in `range`; a bare number where the dimension has no unit.
    pub(in crate::config) fn quantity(&self, dimension: Dimension, range: Range) -> Option<f64> {
        if dimension == Dimension::One {
            return self.number(range);
        }
        if self.is_formula() {
            let value = self.formula(dimension)?;
            return self.measured(value, dimension, range);
        }
        let help = || Some(quantity::help(dimension));
        let expected = quantity::expected(dimension);
        let Some(text) = self.as_text() else {
            return self.refuse(expected, help());
        };
        match quantity::parse(text, dimension) {
            Ok(value) => self.measured(value, dimension, range),
            Err(QuantityError::Infinite) => self.refuse("a finite number with its unit", None),
            Err(QuantityError::Number | QuantityError::NoUnit) => self.refuse(expected, help()),
            Err(QuantityError::Unit(unit)) => {
                let message = format!(
                    "`{}`: unknown unit `{unit}`, expected {expected}",
                    self.path
                );
                self.reader.problem(self.origin(), message, help());
                None
            }
        }
    }

    /// `value`, if it is in `range` and, for times, the clock holds it.
    fn measured(&self, value: f64, dimension: Dimension, range: Range) -> Option<f64> {
        let value = self.in_range(value, range, dimension)?;
        if dimension == Dimension::Time {
            self.clock(value, range)?;
        }
        Some(value)
    }

    fn in_range(&self, value: f64, range: Range, dimension: Dimension) -> Option<f64> {
        if range.contains(value) {
            return Some(value);
        }
        if !value.is_finite() {
            return self.refuse("a finite number", None);
        }
        let mut expected = range.describe();
        if dimension != Dimension::One && matches!(range, Range::Between(..)) {
            expected = format!("{expected} {}", dimension.unit());
        }
        self.refuse(&expected, None)
    }

    /// `ms` as the simulation's clock holds it.
    fn clock(&self, ms: f64, range: Range) -> Option<Duration> {
        match Duration::from_ms(ms) {
            Ok(duration) if range == Range::Positive && duration == Duration::ZERO => {
                self.refuse("at least 1 ps, the clock's tick", None)
            }
            Ok(duration) => Some(duration),
            Err(_) => self.refuse("at most 106 days, the clock's range", None),
        }
    }

    /// A time greater than zero.
    pub(in crate::config) fn duration(&self) -> Option<Duration> {
        let ms = self.quantity(Dimension::Time, Range::Positive)?;
        self.clock(ms, Range::Positive)
    }

    /// One of several words.
    pub(in crate::config) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let expected = match names.as_slice() {
            [only] => format!("`{only}`"),
            names => format!("one of {}", suggest::list(names)),
        };
        let text = self.text(&expected)?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Some(*choice),
            None => self.refuse(&expected, suggest::did_you_mean(text, &names)),
        }
    }

    /// An array's entries.
    pub(in crate::config) fn items(&self, expected: &str) -> Option<Vec<Item<'a>>> {
        let Value::Array(nodes) = &self.node.value else {
            return self.refuse(expected, None);
        };
        let items = nodes.iter().enumerate().map(|(i, node)| Item {
            reader: self.reader,
            path: format!("{}.{i}", self.path),
            key_origin: node.origin,
            node,
        });
        Some(items.collect())
    }

    /// What `read` makes of each entry of an array; reads all of them before giving up.
    pub(in crate::config) fn list<T>(
        &self,
        expected: &str,
        read: impl Fn(Item<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Vec<Option<T>> = self.items(expected)?.into_iter().map(read).collect();
        read.into_iter().collect()
    }

    /// A table whose keys are names of things: an unknown one is not looked for among the settings.
    pub(in crate::config) fn named_section(&self) -> Option<Section<'a>> {
        let mut section = self.section()?;
        section.named = true;
        Some(section)
    }

    /// A table.
    pub(in crate::config) fn section(&self) -> Option<Section<'a>> {
        let Value::Table(entries) = &self.node.value else {
            return self.refuse("a table", None);
        };
        Some(Section {
            reader: self.reader,
            path: self.path.clone(),
            origin: self.key_origin,
            entries,
            ancestors: Vec::new(),
            asked: RefCell::default(),
            all_known: Cell::new(false),
            named: false,
        })
    }
}
