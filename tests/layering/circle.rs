//! Circles of files: what one file imports of others, and whether that leads back to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file as a path of modules: `["engine", "lane"]`.
type Module = Vec<String>;

/// Sets of files that import each other in a circle. A file and the files beneath it are one room: between them imports
/// may go both ways.
pub fn circles(files: &[(PathBuf, String)]) -> Vec<String> {
    let modules: BTreeMap<Module, &Path> = files
        .iter()
        .map(|(path, _)| (module(path), path.as_path()))
        .filter(|(module, _)| !matches!(&module[..], [only] if only == "lib" || only == "main"))
        .collect();
    let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (path, text) in files {
        let from = module(path);
        let Some((from, _)) = modules.get_key_value(&from) else {
            continue;
        };
        if from.iter().any(|part| part == "tests") {
            continue;
        }
        for path in paths(text) {
            let to = resolve(from, &path).and_then(|to| nearest(&modules, &to));
            let other_room = |to: &&Module| !to.starts_with(from) && !from.starts_with(to);
            if let Some(to) = to.filter(other_room) {
                edges.entry(from).or_default().insert(to);
            }
        }
    }
    let reached = |start: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(next) = open.pop() {
            for &to in edges.get(next).into_iter().flatten() {
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.keys().map(|from| (*from, reached(from))).collect();
    let mut found = BTreeSet::new();
    for (from, to) in &reach {
        let both = to
            .iter()
            .filter(|to| reach.get(**to).is_some_and(|back| back.contains(from)));
        let circle: BTreeSet<String> = both
            .map(|to| format!("`{}`", modules[*to].display()))
            .collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    let told = found.into_iter().map(|circle| {
        let names: Vec<String> = circle.into_iter().collect();
        format!("{} import each other in a circle", names.join(", "))
    });
    told.collect()
}

fn module(path: &Path) -> Module {
    let stem = path.with_extension("");
    stem.iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect()
}

/// What `path`, read in the module `from`, means from the crate's root.
fn resolve(from: &Module, path: &[String]) -> Option<Module> {
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            let mut to = from[..from.len().checked_sub(up)?].to_vec();
            to.extend_from_slice(&path[up..]);
            Some(to)
        }
        _ => None,
    }
}

/// The file that a path leads into.
fn nearest<'m>(modules: &'m BTreeMap<Module, &Path>, path: &Module) -> Option<&'m Module> {
    let prefixes = (1..=path.len()).rev().map(|n| path[..n].to_vec());
    let mut known = prefixes.filter_map(|prefix| modules.get_key_value(&prefix));
    known.next().map(|(module, _)| module)
}

/// Every path that begins with `crate` or `super` in the code of `text`, groups taken apart.
fn paths(text: &str) -> Vec<Vec<String>> {
    let tokens = super::source::words(text);
    let (mut found, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        // Tests may use what they like: those at the end of a file, and not what follows a file of tests that is named.
        if tokens[i] == "cfg" && tokens.get(i + 2).is_some_and(|next| next == "test") {
            let named = |from: usize| {
                let rest = tokens.get(from..)?;
                let end = rest.iter().position(|token| token == ";" || token == "{")?;
                (rest[end] == ";").then_some(from + end)
            };
            match named(i) {
                Some(end) => i = end,
                None => break,
            }
        }
        if tokens[i] == "crate" || tokens[i] == "super" {
            let before = i.checked_sub(1).map(|before| tokens[before].as_str());
            if before != Some("::") {
                tree(&tokens, &mut i, Vec::new(), &mut found);
                continue;
            }
        }
        i += 1;
    }
    found
}

/// The paths of the use tree that begins at `i`, behind `prefix`; `i` comes to stand behind it.
fn tree(tokens: &[String], i: &mut usize, prefix: Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut path = prefix;
    loop {
        match tokens.get(*i).map(String::as_str) {
            Some("{") => {
                *i += 1;
                while tokens.get(*i).is_some_and(|token| token != "}") {
                    tree(tokens, i, path.clone(), found);
                    if tokens.get(*i).is_some_and(|token| token == ",") {
                        *i += 1;
                    }
                }
                *i += 1;
                return;
            }
            Some(word) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                path.push(word.to_owned());
                *i += 1;
                if tokens.get(*i).is_none_or(|next| next != "::") {
                    break;
                }
                *i += 1;
            }
            _ => {
                *i += 1;
                break;
            }
        }
    }
    // A name in its own group: `use crate::a as b`.
    while tokens.get(*i).is_some_and(|token| token == "as") {
        *i += 2;
    }
    found.push(path);
}
