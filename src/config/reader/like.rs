//! `like = "e"`: tables that start as a copy of another one.

use crate::base::suggest;
use crate::config::document::inherited::LONGEST;
use crate::config::document::{Entry, Value};

use super::Section;
use super::scope::chain;

/// What `like` takes, in messages.
const EXPECTED: &str = "the name of a table to copy";

impl<'a> Section<'a> {
    /// The table `name` inside, which knows the keys of the tables that it copies. `None` if it is no table or copies
    /// none that there is, which is reported.
    pub(in crate::config) fn copying(&self, name: &str) -> Option<Section<'a>> {
        let mut section = self.get(name)?.section()?;
        let found = self.ancestors_of(name, &section);
        if found.is_none() {
            // What it would have copied is unknown, so nothing else can be said about it.
            section.ignore();
        }
        section.ancestors = found?;
        Some(section)
    }

    fn ancestors_of(
        &self,
        name: &str,
        section: &Section<'a>,
    ) -> Option<Vec<(String, &'a [Entry])>> {
        let mut ancestors = Vec::new();
        let mut visited = vec![name];
        let Some(item) = section.get("like") else {
            return Some(ancestors);
        };
        let tables: Vec<&str> = self.keys().filter(|key| *key != name).collect();
        let mut next = item.text(EXPECTED)?;
        loop {
            if let Some(at) = visited.iter().position(|seen| *seen == next) {
                let mut ring = visited.split_off(at);
                ring.push(next);
                // Every table of the loop finds it; the first by name reports it.
                if at == 0 && ring.iter().all(|other| name <= *other) {
                    let message = format!("tables copy one another in a loop: {}", chain(&ring));
                    self.reader.problem(item.origin(), message, None);
                }
                return None;
            }
            if visited.len() == LONGEST {
                let message = format!("more than {LONGEST} tables copy one another in a chain");
                self.reader.problem(item.origin(), message, None);
                return None;
            }
            let Some(entry) = self.entries.iter().find(|entry| entry.key == next) else {
                // A table further up that copies nothing known reports it itself.
                if visited.len() == 1 {
                    return item.refuse(EXPECTED, suggest::help(next, &tables));
                }
                return None;
            };
            let Value::Table(entries) = &entry.node.value else {
                return None;
            };
            visited.push(next);
            ancestors.push((self.join(next), entries.as_slice()));
            let like = entries.iter().find(|entry| entry.key == "like");
            match like.map(|entry| &entry.node.value) {
                None => return Some(ancestors),
                Some(Value::String(text)) => next = text,
                Some(_) => return None,
            }
        }
    }
}
