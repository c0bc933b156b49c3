//! Typed access to a document that collects every problem instead of stopping at the first.
//!
//! A getter that gives `None` has reported why, so a caller only passes `None` on.

mod item;
mod like;
mod scope;
mod section;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashSet};

use super::diagnostic::{ConfigError, Diagnostic};
use super::document::{Document, Origin};
use crate::base::suggest;
use scope::Scope;

pub(super) use item::Item;
pub(super) use section::Section;

/// A document being read, and what was found wrong with it.
pub(super) struct Reader {
    document: Document,
    problems: RefCell<Vec<Problem>>,
    /// Every key that some section asked for: (section, key).
    known: RefCell<Vec<(String, String)>>,
    /// What formulas may refer to, once it is read.
    scope: OnceCell<Scope>,
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
    /// It is one of the table at this path, which has copied what is at fault.
    Copied(String),
    Missing {
        section: String,
        key: String,
        /// Tables that the section copies.
        copied: Vec<String>,
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
            scope: OnceCell::new(),
        }
    }

    /// The keys at the top.
    pub(super) fn root(&self) -> Section<'_> {
        Section {
            reader: self,
            path: String::new(),
            origin: Origin::File,
            entries: &self.document.root,
            ancestors: Vec::new(),
            asked: RefCell::default(),
            all_known: Cell::new(false),
            named: false,
        }
    }

    /// Reports a problem.
    pub(super) fn problem(&self, origin: Origin, message: impl Into<String>, help: Option<String>) {
        self.report(origin, message.into(), help, Kind::Other);
    }

    /// Reports a problem with what the table at `copier` has copied, where it has been written.
    pub(super) fn problem_of_copy(
        &self,
        origin: Origin,
        message: String,
        help: Option<String>,
        copier: &str,
    ) {
        self.report(origin, message, help, Kind::Copied(copier.into()));
    }

    fn report(&self, origin: Origin, message: String, help: Option<String>, kind: Kind) {
        let mut problems = self.problems.borrow_mut();
        let is_same = |known: &Problem| known.origin == origin && known.message == message;
        // A value that several tables copy is read by each of them.
        if matches!(kind, Kind::Other) && problems.iter().any(is_same) {
            return;
        }
        problems.push(Problem {
            origin,
            message,
            help,
            kind,
        });
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
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
        let misspelt: HashSet<(String, String)> = problems
            .iter_mut()
            .filter_map(|problem| mend(problem, &known))
            .collect();
        let missing: HashSet<(String, String)> = problems
            .iter()
            .filter_map(|problem| match &problem.kind {
                Kind::Missing { section, key, .. } => Some((section.clone(), key.clone())),
                _ => None,
            })
            .collect();
        let place = |problem: &Problem| (problem.origin, problem.message.clone());
        let is_copied = |problem: &Problem| matches!(problem.kind, Kind::Copied(_));
        let own = problems.iter().filter(|problem| !is_copied(problem));
        let mut told: BTreeSet<(Origin, String)> = own.map(place).collect();
        for problem in &mut problems {
            // What is at fault where it was written is so in every copy; else one of them says whose it is.
            if let Kind::Copied(copier) = &problem.kind
                && told.insert(place(problem))
            {
                problem.message += &format!("; `{copier}` copies it");
                problem.kind = Kind::Other;
            }
        }
        problems.retain(|problem| match &problem.kind {
            Kind::Copied(_) => false,
            // A slip of a key is one problem, and so is a key that a copied table lacks too.
            Kind::Missing {
                section,
                key,
                copied,
            } => {
                let of = |place: &String| (place.clone(), key.clone());
                !misspelt.contains(&of(section))
                    && !copied
                        .iter()
                        .map(of)
                        .any(|other| misspelt.contains(&other) || missing.contains(&other))
            }
            _ => true,
        });
        problems.sort_by_key(|problem| problem.origin);
        // A key that other tables copied is read once for each of them.
        problems.dedup_by(|a, b| a.origin == b.origin && a.message == b.message);
        let document = &self.document;
        Err(ConfigError::of(problems.into_iter().map(|problem| {
            move || Diagnostic {
                message: problem.message,
                place: document.place(problem.origin),
                help: problem.help,
            }
        })))
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
    // Words of a key, as `delay` of `axonal_delay`, are nearer than the same key elsewhere.
    if let Some(help) = suggest::longer(key, &names) {
        problem.help = Some(help);
        return None;
    }
    let mut elsewhere = everywhere.iter();
    let elsewhere = elsewhere.find(|(at, other)| other == key && at != section && !named);
    problem.help = match elsewhere {
        Some((at, _)) if at.is_empty() => Some(format!("`{key}` stands at the top of the file")),
        Some((at, _)) => Some(format!("`{key}` belongs in [{at}]")),
        None => suggest::help(key, &names),
    };
    None
}
