//! Forms of values, and tables whose keys are declared once.
//!
//! A [`Form`] says how values of one type are read from a model file, written into one and described. A [`Table`] names
//! its keys, each with its form, default and meaning; reading with every check, writing, and `sharpwave describe` are walks
//! over that one list.

mod alteration;
mod around;
mod drawn;
mod list;
mod listed;
mod parameter;
mod value;

use super::quantity::quote;
use super::reader::{Item, Section};
use crate::base::parameter::Dimension;
use crate::base::suggest;

pub(super) use alteration::{Altered, How, altered};
pub(super) use around::{Around, Ends, Known, Layers, Paths};
pub(super) use drawn::{drawn, forms};
pub(super) use list::{axes, each, layers_by_name, list, one_of, populations};
pub(super) use listed::{FromFile, units};
pub(super) use parameter::{chosen, own, refuse_foreign, registered, rows_of, spec_keys, texts};
pub(super) use value::{
    count, few, file, flag, force_name, given, given_or_off, instant, learning_name,
    modulator_levels, modulator_name, name, name_or_number, number, off, oscillation_name, part,
    period, population_name, pulsed_name, shortest, some, span, stage_name, stimulus_name, text,
    time, trigger_name, wait, wall, weights_name, words,
};

/// How values of a type stand in a model file.
pub(super) struct Form<'f, T> {
    /// What an item says; reports what is wrong with it.
    pub(super) read: Box<Read<'f, T>>,
    /// A value as a model file writes it, weights in this unit; empty for what is not written.
    pub(super) write: Box<Write<'f, T>>,
    /// What tells values from each other in a list, where that is not all that is written.
    apart: Option<fn(&T) -> String>,
    /// Whether it cannot be read for another problem, which is reported elsewhere.
    pub(super) waits: Box<dyn Fn(&Around<'_>) -> bool + 'f>,
    /// Unit or type as short as a column of `describe` has room for: "ms".
    pub(super) words: String,
    /// What is expected, in words for messages: "a time with its unit".
    pub(super) expected: String,
}

/// What reads a value.
type Read<'f, T> = dyn Fn(&Item<'_>, &Around<'_>) -> Option<T> + 'f;

/// What writes a value, weights in a unit.
type Write<'f, T> = dyn Fn(&T, Dimension) -> String + 'f;

impl<'f, T> Form<'f, T> {
    /// A form that `read` and `write` make, with `words` for it.
    pub(super) fn new(
        words: impl Into<String>,
        read: impl Fn(&Item<'_>, &Around<'_>) -> Option<T> + 'f,
        write: impl Fn(&T, Dimension) -> String + 'f,
    ) -> Self {
        let words = words.into();
        Self {
            read: Box::new(read),
            write: Box::new(write),
            apart: None,
            waits: Box::new(|_| false),
            expected: words.clone(),
            words,
        }
    }

    /// The same with other words in messages.
    pub(super) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// The same, not to be read where `waits` says so.
    pub(super) fn unless(mut self, waits: impl Fn(&Around<'_>) -> bool + 'f) -> Self {
        self.waits = Box::new(waits);
        self
    }

    /// The same, of values that `apart` tells from each other.
    pub(super) fn told_apart_by(mut self, apart: fn(&T) -> String) -> Self {
        self.apart = Some(apart);
        self
    }

    /// What tells `value` from others.
    fn shown(&self, value: &T) -> String {
        match self.apart {
            Some(apart) => apart(value),
            None => (self.write)(value, Dimension::One).trim_matches('"').into(),
        }
    }
}

/// A table of a model file.
pub(super) trait Table: Clone {
    /// Names every key, in the order in which they are written.
    fn keys(&mut self, keys: &mut Keys<'_>);

    /// Reports what does not fit together.
    fn check(&self, _section: &Section<'_>, _around: &Around<'_>) -> bool {
        true
    }
}

/// A key as `describe` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name in model files.
    pub name: &'static str,
    /// Unit or type of its value.
    pub value: String,
    /// What it is where the model file is silent; `None` where the user must decide.
    pub default: Option<String>,
    /// One line on what it is.
    pub doc: &'static str,
}

/// A walk over the keys of a table.
pub(super) struct Keys<'k> {
    mode: Mode<'k>,
    /// What weights are measured in where they are written.
    weight: Dimension,
    good: bool,
    /// Whether something is at fault that hinders no check of the rest.
    aside: bool,
}

enum Mode<'k> {
    Read(&'k Section<'k>, Box<Around<'k>>),
    Write(Vec<Entry>),
    /// Rows, and whether the second of two ways is shown where a table can be given in two ways.
    Describe(Vec<Row>, bool),
}

/// A key with its text, or a section inside.
enum Entry {
    Key(&'static str, String),
    Section(&'static str, Vec<Entry>),
}

/// What a key is where the file is silent.
#[derive(Clone, Copy)]
enum Silence {
    /// An error.
    Error,
    /// The value that the table begins with.
    Start,
    /// The same, which these words say better.
    Words(&'static str),
}

impl<'k> Keys<'k> {
    /// A key that the user must give.
    pub(super) fn need<T>(
        &mut self,
        name: &'static str,
        field: &mut T,
        form: Form<'_, T>,
        doc: &'static str,
    ) {
        self.key(name, Silence::Error, field, form, doc);
    }

    /// A key with a default, which `field` holds.
    pub(super) fn or<T>(
        &mut self,
        name: &'static str,
        field: &mut T,
        form: Form<'_, T>,
        doc: &'static str,
    ) {
        self.key(name, Silence::Start, field, form, doc);
    }

    /// As [`Self::or`], of a default that `words` describe.
    pub(super) fn told<T>(
        &mut self,
        name: &'static str,
        words: &'static str,
        field: &mut T,
        form: Form<'_, T>,
        doc: &'static str,
    ) {
        self.key(name, Silence::Words(words), field, form, doc);
    }

    fn key<T>(
        &mut self,
        name: &'static str,
        silence: Silence,
        field: &mut T,
        form: Form<'_, T>,
        doc: &'static str,
    ) {
        match &mut self.mode {
            Mode::Read(section, around) => {
                let required = matches!(silence, Silence::Error);
                if (form.waits)(around) {
                    section.know(name);
                    self.good &= !required && !section.gives(name);
                    return;
                }
                let item = match required {
                    true => section.need(name, doc),
                    false => section.get(name),
                };
                match item.as_ref().map(|item| (form.read)(item, around)) {
                    Some(Some(value)) => *field = value,
                    Some(None) => self.good = false,
                    None => self.good &= !required,
                }
            }
            Mode::Write(entries) => {
                let text = (form.write)(field, self.weight);
                if !text.is_empty() {
                    entries.push(Entry::Key(name, text));
                }
            }
            Mode::Describe(rows, _) => rows.push(Row {
                name,
                value: form.words,
                default: match silence {
                    Silence::Error => None,
                    Silence::Words(words) => Some(words.into()),
                    Silence::Start => Some(bare(&(form.write)(field, self.weight))),
                },
                doc,
            }),
        }
    }

    /// A section inside, which begins as `start`; `field` is `None` where it is missing and may be.
    pub(super) fn section<T: Table>(
        &mut self,
        name: &'static str,
        field: &mut Option<T>,
        (start, required): (T, bool),
        doc: &'static str,
    ) {
        match &mut self.mode {
            Mode::Read(section, around) => {
                let inner = match (required, section.get(name)) {
                    (true, None) => section.need_section(name, doc),
                    (false, None) => return,
                    (_, Some(item)) => item.section(),
                };
                match inner.and_then(|inner| read(&inner, start, around)) {
                    Some(read) => *field = Some(read),
                    None => self.good = false,
                }
            }
            Mode::Write(entries) => {
                let inner = field.as_ref().map(|field| entries_of(field, self.weight));
                entries.extend(inner.map(|inner| Entry::Section(name, inner)));
            }
            Mode::Describe(rows, _) => rows.push(Row {
                name,
                value: "table".into(),
                default: (!required).then(|| "none".into()),
                doc,
            }),
        }
    }

    /// Whether the second of two ways is meant, where the table may have the keys `one` or the keys `other`; both at once
    /// are refused, where the first key of one way tells which is meant. `None` where the value itself tells.
    pub(super) fn either(&mut self, one: &[&str], other: &[&str]) -> Option<bool> {
        let (section, _) = match &self.mode {
            Mode::Read(section, around) => (*section, around),
            Mode::Write(_) => return None,
            Mode::Describe(_, second) => return Some(*second),
        };
        let given = |keys: &[&str]| -> Vec<Item<'k>> {
            keys.iter().filter_map(|key| section.get(key)).collect()
        };
        let (first, second) = (given(one), given(other));
        let is_led = |keys: &[&str]| keys.first().is_some_and(|key| section.get(key).is_some());
        let takes_first = second.is_empty() || is_led(one) && !is_led(other);
        let (wins, lose) = match takes_first {
            true => (&first, &second),
            false => (&second, &first),
        };
        let wins = wins.first()?;
        for item in lose {
            let message = format!("`{}` and `{}` exclude each other", item.path, wins.path);
            item.reader.problem(item.key_origin, message, None);
            self.good = false;
        }
        Some(!takes_first)
    }

    /// The table that is read and what it is read against, if one is.
    pub(super) fn reading(&mut self) -> Option<(&'k Section<'k>, &mut Around<'k>)> {
        match &mut self.mode {
            Mode::Read(section, around) => Some((section, around)),
            _ => None,
        }
    }

    /// Whether this is for `describe`.
    pub(super) fn is_describing(&self) -> bool {
        matches!(self.mode, Mode::Describe(..))
    }

    /// Walks over keys whose faults hinder no check of the rest.
    pub(super) fn aside(&mut self, walk: impl FnOnce(&mut Self)) {
        let good = std::mem::replace(&mut self.good, true);
        walk(self);
        self.aside |= !self.good;
        self.good = good;
    }

    /// Takes what is read as faulty where `sound` is not.
    pub(super) fn require(&mut self, sound: bool) {
        self.good &= sound;
    }

    /// Reports that the value of `key` is not what is expected, if it was given.
    pub(super) fn refuse(&mut self, key: &str, expected: &str) {
        if let Some(item) = self.reading().and_then(|(section, _)| section.get(key)) {
            item.refuse::<()>(expected, None);
        }
        self.good = false;
    }
}

/// A written value without the quotes around it.
fn bare(text: &str) -> String {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let inner = inner.filter(|inner| !inner.contains('"'));
    match inner.unwrap_or(text) {
        "[]" => "none".into(),
        text => text.into(),
    }
}

/// The table that `section` gives, which begins as `start`.
pub(super) fn read<T: Table>(
    section: &Section<'_>,
    mut start: T,
    around: &Around<'_>,
) -> Option<T> {
    let mut keys = Keys {
        mode: Mode::Read(section, Box::new(*around)),
        weight: Dimension::One,
        good: true,
        aside: false,
    };
    start.keys(&mut keys);
    let (good, aside) = (keys.good, keys.aside);
    let good = good && start.check(section, around);
    (good && !aside).then_some(start)
}

/// The section `name` of `root`, or `start` where there is none.
pub(super) fn read_in<T: Table>(
    root: &Section<'_>,
    name: &str,
    start: T,
    around: &Around<'_>,
) -> Option<T> {
    match root.get(name) {
        Some(item) => read(&item.section()?, start, around),
        None => Some(start),
    }
}

fn entries_of<T: Table>(table: &T, weight: Dimension) -> Vec<Entry> {
    let mut keys = Keys {
        mode: Mode::Write(Vec::new()),
        weight,
        good: true,
        aside: false,
    };
    table.clone().keys(&mut keys);
    match keys.mode {
        Mode::Write(entries) => entries,
        _ => Vec::new(),
    }
}

/// Lines of `table` under `header`, such as "[guard]", weights in the unit of `weight`; of sections inside after it.
pub(super) fn write<T: Table>(path: &str, table: &T, weight: Dimension) -> String {
    under(&format!("[{path}]"), path, &entries_of(table, weight))
}

/// As [`write`], of one table of an array.
pub(super) fn write_entry<T: Table>(path: &str, table: &T) -> String {
    under(
        &format!("[[{path}]]"),
        path,
        &entries_of(table, Dimension::One),
    )
}

/// The keys of `table` without a header.
pub(super) fn write_top<T: Table>(table: &T) -> String {
    lines(&entries_of(table, Dimension::One), "")
}

fn under(header: &str, path: &str, entries: &[Entry]) -> String {
    let own = entries.iter().any(|entry| matches!(entry, Entry::Key(..)));
    let header = if own {
        format!("\n{header}\n")
    } else {
        String::new()
    };
    header + &lines(entries, path)
}

fn lines(entries: &[Entry], path: &str) -> String {
    let (mut own, mut inner) = (String::new(), String::new());
    for entry in entries {
        match entry {
            Entry::Key(name, value) => own += &format!("{name} = {value}\n"),
            Entry::Section(name, entries) => {
                let path = format!("{path}.{name}");
                inner += &under(&format!("[{path}]"), &path, entries);
            }
        }
    }
    own + &inner
}

/// `table` within a line, `{ side = 5 }`.
pub(super) fn inner<T: Table>(table: &T, weight: Dimension) -> String {
    inline(&entries_of(table, weight))
}

fn inline(entries: &[Entry]) -> String {
    let keys = entries.iter().map(|entry| match entry {
        Entry::Key(name, value) => format!("{name} = {value}"),
        Entry::Section(name, entries) => format!("{name} = {}", inline(entries)),
    });
    format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
}

/// Every key of a table that begins as `start`, in whatever way it is given.
pub(super) fn describe<T: Table>(start: &T) -> Vec<Row> {
    let rows = |second| {
        let mut keys = Keys {
            mode: Mode::Describe(Vec::new(), second),
            weight: Dimension::Weight,
            good: true,
            aside: false,
        };
        start.clone().keys(&mut keys);
        match keys.mode {
            Mode::Describe(rows, _) => rows,
            _ => Vec::new(),
        }
    };
    let mut all = rows(false);
    for row in rows(true) {
        if !all.iter().any(|known| known.name == row.name) {
            all.push(row);
        }
    }
    all
}

/// A table inside, `{ side = 5 }`, which begins as `start`.
pub(super) fn inside<T: Table + 'static>(start: T) -> Form<'static, T> {
    let names: Vec<&str> = describe(&start).iter().map(|row| row.name).collect();
    let words = format!("{{ {} }}", names.join(", "));
    let expected = format!("a table {words}");
    let refused = expected.clone();
    let of_table = move |item: &Item<'_>, around: &Around<'_>| match item.is_table() {
        true => read(&item.section()?, start.clone(), around),
        false => item.refuse(&refused, None),
    };
    Form::new(words, of_table, |table: &T, weight| inner(table, weight)).expecting(expected)
}

/// `["a", "b"]`.
pub(super) fn strings<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// Reports that what `item` names is none of `known`.
pub(super) fn unknown<T>(item: &Item<'_>, expected: &str, known: &[&str]) -> Option<T> {
    item.refuse(
        expected,
        suggest::help(item.as_text().unwrap_or_default(), known),
    )
}
