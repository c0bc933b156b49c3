//! Finding the state dict in what a script saved: alone, or in a checkpoint beside an optimiser, counters and settings.

use std::collections::HashMap;

use super::super::Problem;
use super::super::pickle::{Id, Object, Objects};
use crate::base::shown::shown;

/// Keys under which checkpoints hold the state dict of the network itself, where several dictionaries hold tensors.
const KNOWN: [&str; 8] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net_state_dict",
    "net",
    "network",
    "module",
];

/// A checkpoint in a checkpoint is as deep as frameworks go.
const DEEPEST: usize = 3;

/// Names with their tensors, and what lay beside them.
#[derive(Debug)]
pub(super) struct StateDict<'a> {
    /// Names and tensors, in the order of the dictionary.
    pub(super) entries: Vec<(&'a str, Id)>,
    /// Where it was found and what is left out, a sentence each.
    pub(super) beside: Vec<String>,
}

/// The state dict `root`, or the one inside it.
///
/// # Errors
/// If there is none, or more than one and no known name says which is meant.
pub(super) fn find(objects: &Objects, root: Id) -> Result<StateDict<'_>, Problem> {
    let mut holders = Holders {
        objects,
        known: HashMap::new(),
    };
    let mut beside = Vec::new();
    let mut state = root;
    for _ in 0..=DEEPEST {
        let Object::Dict(entries) = objects.get(state) else {
            return Err(Problem::NotAStateDict {
                found: objects.get(state).what(),
            });
        };
        let inner: Vec<(&str, Id)> = entries
            .iter()
            .filter_map(|&(key, value)| match objects.get(key) {
                Object::Text(key) if holders.holds(value, DEEPEST) => Some((key.as_str(), value)),
                _ => None,
            })
            .collect();
        let known: Vec<(&str, Id)> = inner
            .iter()
            .copied()
            .filter(|(key, _)| KNOWN.contains(key))
            .collect();
        let has_tensors = entries.iter().any(|&(_, value)| is_tensor(objects, value));
        let chosen = match (&known[..], &inner[..]) {
            (&[chosen], _) => chosen,
            ([], &[chosen]) if !has_tensors => chosen,
            ([], []) => return Ok(whole(objects, entries, beside)),
            ([], _) if has_tensors => {
                return Err(Problem::NotAStateDict {
                    found: format!("`{}` is a dictionary beside tensors", shown(inner[0].0)),
                });
            }
            ([], several) | (several, _) => {
                let names: Vec<String> = several
                    .iter()
                    .take(10)
                    .map(|(name, _)| format!("`{}`", shown(name)))
                    .collect();
                return Err(Problem::NotAStateDict {
                    found: format!("several dictionaries of tensors ({})", names.join(", ")),
                });
            }
        };
        beside.push(format!("the state dict is `{}`", shown(chosen.0)));
        state = chosen.1;
    }
    Err(Problem::NotAStateDict {
        found: "a dictionary in a dictionary without end".into(),
    })
}

/// The tensors of `entries`; everything else is left out and said.
fn whole<'a>(objects: &'a Objects, entries: &[(Id, Id)], beside: Vec<String>) -> StateDict<'a> {
    /// More are counted.
    const MOST_NAMED: usize = 10;
    let mut found = StateDict {
        entries: Vec::new(),
        beside,
    };
    let mut others = 0;
    for &(key, value) in entries {
        match objects.get(key) {
            Object::Text(name) if is_tensor(objects, value) => found.entries.push((name, value)),
            key => {
                others += 1;
                if others <= MOST_NAMED {
                    let name = match key {
                        Object::Text(name) => format!("`{}`", shown(name)),
                        other => other.what(),
                    };
                    let what = objects.get(value).what();
                    found.beside.push(format!("{name} is left out: {what}"));
                }
            }
        }
    }
    if others > MOST_NAMED {
        let more = others - MOST_NAMED;
        found.beside.push(format!("and {more} more are left out"));
    }
    found
}

fn is_tensor(objects: &Objects, id: Id) -> bool {
    matches!(objects.get(id), Object::Call(..))
}

/// Which objects are dictionaries that hold tensors, each looked through once for each depth.
struct Holders<'a> {
    objects: &'a Objects,
    known: HashMap<(Id, usize), bool>,
}

impl Holders<'_> {
    /// Whether `id` is a dictionary with a named tensor in it or in a named dictionary at most `depth` below.
    fn holds(&mut self, id: Id, depth: usize) -> bool {
        let Object::Dict(entries) = self.objects.get(id) else {
            return false;
        };
        if let Some(&known) = self.known.get(&(id, depth)) {
            return known;
        }
        let mut named = entries
            .iter()
            .filter(|(key, _)| matches!(self.objects.get(*key), Object::Text(_)));
        let holds = named.any(|&(_, value)| {
            is_tensor(self.objects, value) || (depth > 0 && self.holds(value, depth - 1))
        });
        self.known.insert((id, depth), holds);
        holds
    }
}
