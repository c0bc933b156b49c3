//! Tables, and the keys that they may have.

use std::cell::{Cell, RefCell};

use crate::base::suggest;
use crate::config::document::{Entry, Origin, Value};

use super::{Item, Kind, Reader};

/// A table of the document.
pub(in crate::config) struct Section<'a> {
    pub(in crate::config) reader: &'a Reader,
    pub(super) path: String,
    pub(in crate::config) origin: Origin,
    pub(super) entries: &'a [Entry],
    /// Tables that this one copies, the nearest first: path and keys.
    pub(super) ancestors: Vec<(String, &'a [Entry])>,
    pub(super) asked: RefCell<Vec<String>>,
    /// Whether every key is known, whatever it is.
    pub(super) all_known: Cell<bool>,
    /// Whether keys are names of things (layers, classes) and not of settings.
    pub(super) named: bool,
}

impl<'a> Section<'a> {
    /// The value of `key`, if it is there.
    pub(in crate::config) fn get(&self, key: &str) -> Option<Item<'a>> {
        self.asked.borrow_mut().push(key.into());
        let find = |entries: &'a [Entry]| entries.iter().find(|entry| entry.key == key);
        let own = find(self.entries).map(|entry| (self.join(key), entry));
        // A copied value goes by the name under which it was written.
        let (path, entry) = own.or_else(|| {
            self.ancestors
                .iter()
                .find_map(|(path, entries)| Some((format!("{path}.{key}"), find(entries)?)))
        })?;
        Some(Item {
            reader: self.reader,
            path,
            key_origin: entry.origin,
            node: &entry.node,
        })
    }

    /// Whether `key` is written here and not copied; does not make it known.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// How far from here `key` is written: 0 in this table, 1 in the one that it copies, and so on; does not make it known.
    pub(in crate::config) fn distance(&self, key: &str) -> Option<usize> {
        let ancestors = self.ancestors.iter().map(|(_, entries)| *entries);
        std::iter::once(self.entries)
            .chain(ancestors)
            .position(|entries| entries.iter().any(|entry| entry.key == key))
    }

    /// The value of `key`; reports when it is missing, with what it is.
    pub(in crate::config) fn need(&self, key: &str, what: &str) -> Option<Item<'a>> {
        let item = self.get(key);
        if item.is_none() {
            self.reader.report(
                self.origin,
                format!("{} needs `{key}`: {what}", self.title()),
                self.meant(),
                Kind::Missing {
                    section: self.path.clone(),
                    key: key.into(),
                    copied: self
                        .ancestors
                        .iter()
                        .map(|(path, _)| path.clone())
                        .collect(),
                },
            );
        }
        item
    }

    /// Of a table that an option alone has made: a table of the file beside it of which its name may be a slip.
    fn meant(&self) -> Option<String> {
        let Origin::Set(_) = self.origin else {
            return None;
        };
        let (parent, name) = self.path.rsplit_once('.')?;
        let mut entries = &self.reader.document.root;
        for key in parent.split('.') {
            let entry = entries.iter().find(|entry| entry.key == key)?;
            let Value::Table(table) = &entry.node.value else {
                return None;
            };
            entries = table;
        }
        let written = entries
            .iter()
            .filter(|entry| !matches!(entry.origin, Origin::Set(_)));
        let near = suggest::nearest(name, written.map(|entry| entry.key.as_str()))?;
        Some(format!("did you mean `{parent}.{near}`?"))
    }

    /// What `read` makes of `key`, or `default` where the file is silent.
    pub(in crate::config) fn or<T>(
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
    pub(in crate::config) fn section(&self, key: &str) -> Option<Section<'a>> {
        self.get(key)?.section()
    }

    /// A table inside; reports when it is missing.
    pub(in crate::config) fn need_section(&self, key: &str, what: &str) -> Option<Section<'a>> {
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
                copied: Vec::new(),
            },
        );
        None
    }

    /// As [`Self::need_section`], for a table whose keys are names of things.
    pub(in crate::config) fn need_named_section(
        &self,
        key: &str,
        what: &str,
    ) -> Option<Section<'a>> {
        let mut section = self.need_section(key, what)?;
        section.named = true;
        Some(section)
    }

    /// Whether `key` is written here or copied; does not make it known.
    pub(in crate::config) fn gives(&self, key: &str) -> bool {
        self.distance(key).is_some()
    }

    /// Every value that is written here; any key is known.
    pub(in crate::config) fn items(&self) -> Vec<(&'a str, Item<'a>)> {
        self.all_known.set(true);
        let item = |entry: &'a Entry| Item {
            reader: self.reader,
            path: self.join(&entry.key),
            key_origin: entry.origin,
            node: &entry.node,
        };
        let entries = self.entries.iter();
        entries
            .map(|entry| (entry.key.as_str(), item(entry)))
            .collect()
    }

    /// Path as `--set` takes it.
    pub(in crate::config) fn path(&self) -> &str {
        &self.path
    }

    /// Names of the keys that are written here.
    pub(in crate::config) fn keys(&self) -> impl Iterator<Item = &'a str> {
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

    pub(super) fn join(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.into()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Makes `key` known without reading it.
    pub(in crate::config) fn know(&self, key: &str) {
        self.asked.borrow_mut().push(key.into());
    }

    /// Takes every key as known: for tables that cannot be checked because of another problem.
    pub(in crate::config) fn ignore(&self) {
        let mut asked = self.asked.borrow_mut();
        asked.extend(self.keys().map(String::from));
    }
}

/// When all keys were asked for, those that are there and were not are unknown.
impl Drop for Section<'_> {
    fn drop(&mut self) {
        let asked = self.asked.take();
        for entry in self.entries {
            if self.all_known.get() || asked.contains(&entry.key) {
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
