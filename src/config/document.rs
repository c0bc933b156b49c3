//! A TOML document in which every key and value knows where it was written.

pub(super) mod inherited;

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{ConfigError, Diagnostic, Place};

/// Where a key or value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The file as a whole.
    File,
    /// Bytes of the file.
    Span { start: usize, end: usize },
    /// The override of this number.
    Set(usize),
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    String(String),
    Integer(i64),
    /// An integer that 64 bits do not hold, as written.
    HugeInteger(String),
    Float(f64),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key of a table and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key was written.
    pub(super) origin: Origin,
    pub(super) node: Node,
}

/// A parsed model file with its overrides applied.
#[derive(Debug)]
pub(super) struct Document {
    name: String,
    text: String,
    /// Paths of the overrides, as typed.
    sets: Vec<String>,
    /// Keys at the top.
    pub(super) root: Vec<Entry>,
}

impl Document {
    /// Parses `text` and applies overrides of the form `key.path=value` in order.
    ///
    /// # Errors
    /// If the text is not TOML, or an override has no `=`, no TOML value, or leads into a value that is no table.
    pub(super) fn parse(name: &str, text: &str, sets: &[String]) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problems = errors.iter().map(|error| || syntax(name, text, error));
            return Err(ConfigError::of(problems));
        }
        let mut document = Self {
            name: name.into(),
            text: text.into(),
            sets: Vec::new(),
            root: entries(root.get_ref(), &|span| Origin::Span {
                start: span.start,
                end: span.end,
            }),
        };
        for set in sets {
            document.set(set)?;
        }
        Ok(document)
    }

    /// The place of `origin` as users see it.
    pub(super) fn place(&self, origin: Origin) -> Place {
        match origin {
            Origin::File => Place::File(self.name.clone()),
            Origin::Span { start, end } => Place::of_span(&self.name, &self.text, start..end),
            Origin::Set(i) => {
                let path = self.sets.get(i).map_or("", String::as_str);
                Place::Option(format!("--set {path}"))
            }
        }
    }

    /// Where bytes `part` of the string `text` at `origin` were written: inside the quotes, unless escapes or an
    /// override are in the way.
    pub(super) fn inside(&self, origin: Origin, text: &str, part: Range<usize>) -> Origin {
        let Origin::Span { start, end } = origin else {
            return origin;
        };
        let written = self.text.get(start..end).unwrap_or_default();
        let content = ["\"\"\"", "'''", "\"", "'"].iter().find_map(|quote| {
            let content = written.strip_prefix(quote)?.strip_suffix(quote)?;
            (content == text).then_some(quote.len())
        });
        match content {
            Some(quote) => Origin::Span {
                start: start + quote + part.start,
                end: start + quote + part.end,
            },
            None => origin,
        }
    }

    /// Applies one override.
    fn set(&mut self, set: &str) -> Result<(), ConfigError> {
        let fail = |path: &str, message: String, help: Option<String>| {
            Err(ConfigError::from(Diagnostic {
                message,
                place: Place::Option(format!("--set {path}")),
                help,
            }))
        };
        let Some((path, text)) = set.split_once('=') else {
            let help = "write `--set KEY=VALUE`, such as `--set sleep.grid=off`".to_string();
            return fail(set, format!("`{set}` has no `=`"), Some(help));
        };
        let path = path.trim();
        let keys = keys(path).filter(|keys| keys.len() <= DEEPEST);
        let Some(keys) = keys else {
            return fail(path, format!("`{path}` is not a path of keys"), None);
        };
        let origin = Origin::Set(self.sets.len());
        self.sets.push(path.into());
        let value = match parse_value(text.trim(), origin) {
            Ok(value) => value,
            Err(message) => {
                return fail(path, format!("the value is not TOML: {message}"), None);
            }
        };
        let node = Node { origin, value };
        inherited::bring(&mut self.root, &keys);
        match insert(&mut self.root, &keys, node, origin) {
            Ok(()) => Ok(()),
            Err(message) => fail(path, message, None),
        }
    }
}

/// The keys of a path; one with dots of its own stands in quotes, as in TOML. `None` where one is empty, or quotes do not end.
fn keys(path: &str) -> Option<Vec<&str>> {
    let (mut keys, mut rest) = (Vec::new(), path.trim_start());
    loop {
        let (key, behind) = match rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => rest[1..].split_once(quote)?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        let key = if behind.len() + key.len() == rest.len() {
            key.trim()
        } else {
            key
        };
        if key.is_empty() {
            return None;
        }
        keys.push(key);
        match behind.trim_start() {
            "" => return Some(keys),
            behind => rest = behind.strip_prefix('.')?.trim_start(),
        }
    }
}

/// More keys than any path of a model file has: nesting is walked by recursion, so it must have a bound.
const DEEPEST: usize = 16;

/// An error of the TOML parser in our shape.
fn syntax(name: &str, text: &str, error: &toml::de::Error) -> Diagnostic {
    let place = match error.span() {
        Some(span) => Place::of_span(name, text, span),
        None => Place::File(name.into()),
    };
    Diagnostic {
        message: format!("not TOML: {}", sentence(error)),
        place,
        help: None,
    }
}

/// What the TOML parser says, in one line.
fn sentence(error: &toml::de::Error) -> String {
    // It may have several lines ("invalid string\nexpected `\"`"), and takes a missing value for an unquoted string.
    match error.message().trim() {
        text if !text.starts_with("string values must be quoted") => text.replace('\n', ", "),
        _ if error.span().is_some_and(|span| span.is_empty()) => "the value is missing".into(),
        _ => "strings must be quoted".into(),
    }
}

/// The value of an override: TOML, or a bare word or quantity (`off`, `15 s`) taken as a string; all of it written at
/// `origin`.
fn parse_value(text: &str, origin: Origin) -> Result<Value, String> {
    match DeValue::parse(text) {
        Ok(value) => Ok(convert(value.get_ref(), &|_| origin)),
        Err(error) if text.is_empty() || text.starts_with(['[', '{', '"', '\'']) => {
            Err(sentence(&error))
        }
        Err(_) => Ok(Value::String(text.into())),
    }
}

/// Puts `node` at `keys` below `table`, creating tables that are missing.
fn insert(table: &mut Vec<Entry>, keys: &[&str], node: Node, origin: Origin) -> Result<(), String> {
    let Some((&key, rest)) = keys.split_first() else {
        return Ok(());
    };
    let Some(at) = table.iter().position(|entry| entry.key == key) else {
        let node = rest.iter().rev().fold(node, |node, key| Node {
            origin,
            value: Value::Table(vec![Entry {
                key: (*key).into(),
                origin,
                node,
            }]),
        });
        table.push(Entry {
            key: key.into(),
            origin,
            node,
        });
        return Ok(());
    };
    if rest.is_empty() {
        table[at].origin = origin;
    }
    descend(&mut table[at].node, key, rest, node, origin)
}

/// Puts `node` at `rest` below `target`, which is called `name`.
fn descend(
    target: &mut Node,
    name: &str,
    rest: &[&str],
    node: Node,
    origin: Origin,
) -> Result<(), String> {
    let Some((&key, below)) = rest.split_first() else {
        *target = node;
        return Ok(());
    };
    match &mut target.value {
        Value::Table(table) => insert(table, rest, node, origin),
        Value::Array(items) => {
            let n = items.len();
            let Ok(i) = key.parse::<usize>() else {
                return Err(format!("`{name}` is an array: `{key}` is no index into it"));
            };
            match items.get_mut(i) {
                Some(item) => descend(item, key, below, node, origin),
                None if n == 0 => Err(format!("`{name}` is empty: it has no entry {i}")),
                None => Err(format!(
                    "`{name}` has {n} entries, 0 to {}: there is no {i}",
                    n - 1
                )),
            }
        }
        _ => Err(format!("`{name}` is a single value: it has no `{key}`")),
    }
}

fn entries(table: &DeTable<'_>, origin: &impl Fn(Range<usize>) -> Origin) -> Vec<Entry> {
    table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            origin: origin(key.span()),
            node: Node {
                origin: origin(value.span()),
                value: convert(value.get_ref(), origin),
            },
        })
        .collect()
}

fn convert(value: &DeValue<'_>, origin: &impl Fn(Range<usize>) -> Origin) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::HugeInteger(integer.to_string()),
        },
        // The parser lets only numbers through; what does not parse is treated as the non-number that it is.
        DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
        DeValue::Array(array) => Value::Array(
            array
                .iter()
                .map(|item| Node {
                    origin: origin(item.span()),
                    value: convert(item.get_ref(), origin),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(entries(table, origin)),
    }
}
