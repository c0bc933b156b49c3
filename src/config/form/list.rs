//! Forms of arrays.

use std::collections::BTreeSet;

use crate::base::parameter::Dimension;
use crate::config::reader::Item;

use super::{Around, Form};

/// An array of any length.
#[derive(Clone, Copy)]
pub(in crate::config) struct List<F>(pub(in crate::config) F, pub(in crate::config) &'static str);

impl<T, F: Form<T>> Form<Vec<T>> for List<F> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Vec<T>> {
        item.list(self.1, |entry| self.0.read(&entry, around))
    }

    fn write(&self, value: &Vec<T>, weight: Dimension) -> String {
        let values: Vec<String> = value
            .iter()
            .map(|value| self.0.write(value, weight))
            .collect();
        format!("[{}]", values.join(", "))
    }

    fn expected(&self) -> String {
        self.1.into()
    }

    fn words(&self) -> String {
        format!("[{}, …]", self.0.words())
    }
}

/// Things of which none is named twice; a single one needs no brackets.
#[derive(Clone, Copy)]
pub(in crate::config) struct Each<F> {
    pub(in crate::config) form: F,
    /// What one of them is: "population".
    pub(in crate::config) noun: &'static str,
    /// Whether there may be none.
    pub(in crate::config) none: bool,
}

impl<T, F: Form<T>> Form<Vec<T>> for Each<F> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Vec<T>> {
        if !item.is_array() {
            return Some(vec![self.form.read(item, around)?]);
        }
        let (mut all, mut seen, mut good) = (Vec::new(), BTreeSet::new(), true);
        for entry in item.items(&self.expected())? {
            let Some(value) = self.form.read(&entry, around) else {
                good = false;
                continue;
            };
            let shown = self.form.shown(&value);
            if seen.contains(&shown) {
                let text = entry.as_text().unwrap_or(&shown);
                let message = format!("`{}` names {} `{text}` twice", item.path, self.noun);
                item.reader.problem(entry.origin(), message, None);
                good = false;
            }
            seen.insert(shown);
            all.push(value);
        }
        if all.is_empty() && good && !self.none {
            return item.refuse(&format!("at least one {}", self.noun), None);
        }
        good.then_some(all)
    }

    fn write(&self, value: &Vec<T>, weight: Dimension) -> String {
        let values: Vec<String> = value
            .iter()
            .map(|value| self.form.write(value, weight))
            .collect();
        format!("[{}]", values.join(", "))
    }

    fn expected(&self) -> String {
        format!("{}s", self.noun)
    }

    fn words(&self) -> String {
        match self.form.words().as_str() {
            "name" => "names".into(),
            words => format!("[{words}, …]"),
        }
    }
}

/// A list of one, written without brackets.
#[derive(Clone, Copy)]
pub(in crate::config) struct OneOf<F>(pub(in crate::config) F);

impl<T, F: Form<T>> Form<Vec<T>> for OneOf<F> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Vec<T>> {
        Some(vec![self.0.read(item, around)?])
    }

    fn write(&self, value: &Vec<T>, weight: Dimension) -> String {
        value
            .first()
            .map_or(String::new(), |value| self.0.write(value, weight))
    }

    fn expected(&self) -> String {
        self.0.expected()
    }

    fn words(&self) -> String {
        self.0.words()
    }
}
