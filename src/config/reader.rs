//! Typed access to a document that collects every problem instead of stopping at the first.
//!
//! A getter that gives `None` has reported why, so a caller only passes `None` on.

use std::cell::RefCell;

use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;

use super::diagnostic::{ConfigError, Diagnostic};
use super::document::{Document, Entry, Node, Origin, Value};
use super::quantity::{self, QuantityError};
use super::suggest;

/// A document being read, and what was found wrong with it.
pub(super) struct Reader {
    document: Document,
    problems: RefCell<Vec<Problem>>,
    /// Every key that some section asked for: (section, key).
    known: RefCell<Vec<(String, String)>>,
}

struct Problem {
    origin: Origin,
    message: String,
    help: Option<String>,
    kind: Kind,
}

/// What a problem has to do with keys; misspelt keys would otherwise be reported as unknown and as missing.
enum Kind {
    Other,
    Missing {
        section: String,
        key: String,
    },
    Unknown {
        section: String,
        key: String,
        known: Vec<String>,
        named: bool,
    },
}

impl Reader {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            problems: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// The keys at the top.
    pub(super) fn root(&self) -> Section<'_> {
        Section {
            reader: self,
            path: String::new(),
            origin: Origin::File,
            entries: &self.document.root,
            asked: RefCell::default(),
            named: false,
        }
    }

    /// Reports a problem.
    pub(super) fn problem(&self, origin: Origin, message: impl Into<String>, help: Option<String>) {
        self.report(origin, message.into(), help, Kind::Other);
    }

    fn report(&self, origin: Origin, message: String, help: Option<String>, kind: Kind) {
        self.problems.borrow_mut().push(Problem {
            origin,
            message,
            help,
            kind,
        });
    }

    /// Gives `value` if nothing was wrong.
    ///
    /// # Errors
    /// All problems, in the order of the file; those of overrides last.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        let mut problems = self.problems.into_inner();
        let known = self.known.into_inner();
        match value {
            Some(value) if problems.is_empty() => return Ok(value),
            None if problems.is_empty() => problems.push(Problem {
                origin: Origin::File,
                message: "the model file is incomplete".into(),
                help: None,
                kind: Kind::Other,
            }),
            _ => {}
        }
        let misspelt: Vec<(String, String)> = problems
            .iter_mut()
            .filter_map(|problem| mend(problem, &known))
            .collect();
        problems.retain(|problem| match &problem.kind {
            Kind::Missing { section, key } => !misspelt
                .iter()
                .any(|(in_section, meant)| in_section == section && meant == key),
            _ => true,
        });
        problems.sort_by_key(|problem| problem.origin);
        let document = &self.document;
        Err(ConfigError {
            diagnostics: problems
                .into_iter()
                .map(|problem| Diagnostic {
                    message: problem.message,
                    place: document.place(problem.origin),
                    help: problem.help,
                })
                .collect(),
        })
    }
}

/// Adds help to an unknown key; gives section and key where it is a slip of a known one there.
fn mend(problem: &mut Problem, everywhere: &[(String, String)]) -> Option<(String, String)> {
    let Kind::Unknown {
        section,
        key,
        known,
        named,
    } = &problem.kind
    else {
        return None;
    };
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    if let Some(near) = suggest::nearest(key, names.iter().copied()) {
        problem.help = Some(format!("did you mean `{near}`?"));
        return Some((section.clone(), near.into()));
    }
    let elsewhere = everywhere.iter().find(|(_, other)| other == key && !named);
    problem.help = match elsewhere {
        Some((at, _)) if at.is_empty() => Some(format!("`{key}` stands at the top of the file")),
        Some((at, _)) => Some(format!("`{key}` belongs in [{at}]")),
        None => suggest::help(key, &names),
    };
    None
}

/// A table of the document.
pub(super) struct Section<'a> {
    pub(super) reader: &'a Reader,
    path: String,
    pub(super) origin: Origin,
    entries: &'a [Entry],
    asked: RefCell<Vec<String>>,
    /// Whether keys are names of things (layers, classes) and not of settings.
    named: bool,
}

impl<'a> Section<'a> {
    /// The value of `key`, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Item<'a>> {
        self.asked.borrow_mut().push(key.into());
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Item {
            reader: self.reader,
            path: self.join(key),
            key_origin: entry.origin,
            node: &entry.node,
        })
    }

    /// Whether `key` is there; does not make it known.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// The value of `key`; reports when it is missing, with what it is.
    pub(super) fn need(&self, key: &str, what: &str) -> Option<Item<'a>> {
        let item = self.get(key);
        if item.is_none() {
            self.reader.report(
                self.origin,
                format!("{} needs `{key}`: {what}", self.title()),
                None,
                Kind::Missing {
                    section: self.path.clone(),
                    key: key.into(),
                },
            );
        }
        item
    }

    /// What `read` makes of `key`, or `default` where the file is silent.
    pub(super) fn or<T>(
        &self,
        key: &str,
        default: T,
        read: impl FnOnce(Item<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.get(key) {
            Some(item) => read(item),
            None => Some(default),
        }
    }

    /// A table inside; `None` if it is missing, which is not reported, or no table, which is.
    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        self.get(key)?.section()
    }

    /// A table inside; reports when it is missing.
    pub(super) fn need_section(&self, key: &str, what: &str) -> Option<Section<'a>> {
        if let Some(item) = self.get(key) {
            return item.section();
        }
        self.reader.report(
            self.origin,
            format!("section [{}] is missing: {what}", self.join(key)),
            None,
            Kind::Missing {
                section: self.path.clone(),
                key: key.into(),
            },
        );
        None
    }

    /// Names of the keys that are there.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// "[sleep]", "the model file".
    fn title(&self) -> String {
        if self.path.is_empty() {
            "the model file".into()
        } else {
            format!("[{}]", self.path)
        }
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.into()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Makes `key` known without reading it.
    pub(super) fn know(&self, key: &str) {
        self.asked.borrow_mut().push(key.into());
    }

    /// Takes every key as known: for tables that cannot be checked because of another problem.
    pub(super) fn ignore(&self) {
        let mut asked = self.asked.borrow_mut();
        asked.extend(self.keys().map(String::from));
    }
}

/// When all keys were asked for, those that are there and were not are unknown.
impl Drop for Section<'_> {
    fn drop(&mut self) {
        let asked = self.asked.take();
        for entry in self.entries {
            if asked.contains(&entry.key) {
                continue;
            }
            let what = if matches!(entry.node.value, Value::Table(_)) && self.path.is_empty() {
                format!("unknown section [{}]", entry.key)
            } else {
                format!("unknown key `{}` in {}", entry.key, self.title())
            };
            let kind = Kind::Unknown {
                section: self.path.clone(),
                key: entry.key.clone(),
                known: asked.clone(),
                named: self.named,
            };
            self.reader.report(entry.origin, what, None, kind);
        }
        if !self.named {
            let known = asked.into_iter().map(|key| (self.path.clone(), key));
            self.reader.known.borrow_mut().extend(known);
        }
    }
}

/// A value of the document.
pub(super) struct Item<'a> {
    pub(super) reader: &'a Reader,
    /// Path as `--set` takes it.
    pub(super) path: String,
    /// Where its key was written.
    pub(super) key_origin: Origin,
    node: &'a Node,
}

impl<'a> Item<'a> {
    /// Where it was written.
    pub(super) fn origin(&self) -> Origin {
        self.node.origin
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.node.value, Value::Table(_))
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.node.value, Value::Array(_))
    }

    /// The text, if it is a string.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Reports that the value is not what is expected.
    pub(super) fn refuse<T>(&self, expected: &str, help: Option<String>) -> Option<T> {
        let message = format!("`{}` is {}, expected {expected}", self.path, self.found());
        self.reader.problem(self.origin(), message, help);
        None
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
                format!("{short:?}")
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
    pub(super) fn text(&self, expected: &str) -> Option<&'a str> {
        self.as_text().or_else(|| self.refuse(expected, None))
    }

    /// True or false.
    pub(super) fn boolean(&self) -> Option<bool> {
        match self.node.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => self.refuse("`true` or `false`", None),
        }
    }

    /// A whole number between two bounds.
    pub(super) fn integer(&self, low: i64, high: i64) -> Option<i64> {
        let integer = match self.node.value {
            Value::Integer(integer) if (low..=high).contains(&integer) => return Some(integer),
            Value::Integer(_) | Value::HugeInteger(_) => true,
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
            _ => false,
        }
    }

    /// A count from 1 that indexes memory.
    pub(super) fn count(&self) -> Option<usize> {
        // Neurons and images are numbered with 32 bits.
        let n = self.integer(1, i64::from(u32::MAX))?;
        usize::try_from(n).ok()
    }

    /// A bare number in `range`.
    pub(super) fn number(&self, range: Range) -> Option<f64> {
        let value = match self.node.value {
            Value::Integer(integer) => integer as f64,
            Value::Float(float) => float,
            _ => return self.refuse("a number", None),
        };
        self.in_range(value, range, Dimension::One)
    }

    /// A quantity in the held unit of `dimension`, in `range`; a bare number where the dimension has no unit.
    pub(super) fn quantity(&self, dimension: Dimension, range: Range) -> Option<f64> {
        if dimension == Dimension::One {
            return self.number(range);
        }
        let help = || Some(quantity::help(dimension));
        let expected = quantity::expected(dimension);
        let Some(text) = self.as_text() else {
            return self.refuse(expected, help());
        };
        match quantity::parse(text, dimension) {
            Ok(value) => {
                let value = self.in_range(value, range, dimension)?;
                if dimension == Dimension::Time {
                    self.clock(value, range)?;
                }
                Some(value)
            }
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
    pub(super) fn duration(&self) -> Option<Duration> {
        let ms = self.quantity(Dimension::Time, Range::Positive)?;
        self.clock(ms, Range::Positive)
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
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
    pub(super) fn items(&self, expected: &str) -> Option<Vec<Item<'a>>> {
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
    pub(super) fn list<T>(
        &self,
        expected: &str,
        read: impl Fn(Item<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Vec<Option<T>> = self.items(expected)?.into_iter().map(read).collect();
        read.into_iter().collect()
    }

    /// A table whose keys are names of things: an unknown one is not looked for among the settings.
    pub(super) fn named_section(&self) -> Option<Section<'a>> {
        let mut section = self.section()?;
        section.named = true;
        Some(section)
    }

    /// A table.
    pub(super) fn section(&self) -> Option<Section<'a>> {
        let Value::Table(entries) = &self.node.value else {
            return self.refuse("a table", None);
        };
        Some(Section {
            reader: self.reader,
            path: self.path.clone(),
            origin: self.key_origin,
            entries,
            asked: RefCell::default(),
            named: false,
        })
    }
}
