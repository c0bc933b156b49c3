//! The architecture as a test: layers import downwards only, and files stay where and as small as they should be.

#[path = "layering/circle.rs"]
mod circle;
#[path = "layering/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use source::crate_paths;

/// Modules by layer, as in the table of `src/lib.rs`.
const LAYERS: [&[&str]; 14] = [
    &["base"],
    &["event"],
    &[
        "neuron",
        "synapse",
        "plasticity",
        "position",
        "connection",
        "memory",
    ],
    &["stimulus", "trigger"],
    &["network"],
    &["mlp"],
    &["engine"],
    &["protocol", "foraging"],
    &["record"],
    &["analysis"],
    &["run"],
    &["config", "report"],
    &["experiment"],
    &["cli", "error", "guide"],
];

/// Everything that may stand at the top of the repository.
const TOP_LEVEL: [&str; 15] = [
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "models",
    "pyproject.toml",
    "python",
    "src",
    "stimuli",
    "tests",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "mod", "util", "utils", "common", "helper", "helpers", "manager", "misc",
];

/// Longer files are hard to hold in mind: two concepts share a room.
const MAX_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Rust files under `folder`, with paths relative to it, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_path_buf()];
    let mut files = Vec::new();
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(
                    path.strip_prefix(folder)
                        .expect("a path inside")
                        .to_path_buf(),
                );
            }
        }
    }
    files.sort();
    files
}

/// `["neuron", "lif"]` for `neuron/lif.rs`; nothing for `lib.rs` and `main.rs`.
fn module_path(file: &Path) -> Vec<String> {
    let stem = file.with_extension("");
    if stem == Path::new("lib") || stem == Path::new("main") {
        return Vec::new();
    }
    stem.iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect()
}

/// What is wrong with the imports of `files` (path under `src`, text).
fn violations(files: &[(PathBuf, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut sideways: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files {
        let module = module_path(file);
        let module: Vec<&str> = module.iter().map(String::as_str).collect();
        let program = file == Path::new("main.rs");
        for path in crate_paths(text, &module, program.then_some("sharpwave")) {
            let place = format!("src/{}:{}", file.display(), path.line);
            let to = path.top;
            if program {
                if to != "cli" {
                    wrong.push(format!(
                        "{place}: the program uses `{to}`, expected `cli` alone"
                    ));
                }
                continue;
            }
            let Some(from) = module.first() else {
                continue;
            };
            match (layer_of(from), layer_of(&to)) {
                (Some(own), Some(other)) if own < other => {
                    wrong.push(format!(
                        "{place}: `{from}` (layer {own}) imports `{to}` (layer {other})"
                    ));
                }
                (Some(own), Some(other)) if own == other && *from != to => {
                    sideways.entry((*from).into()).or_default().insert(to);
                }
                (Some(_), Some(_)) => {}
                (None, _) => wrong.push(format!("{place}: `{from}` is in no layer")),
                (_, None) => wrong.push(format!(
                    "{place}: `crate::{to}` is no module of a layer: name the module"
                )),
            }
        }
    }
    wrong.extend(cycles(&sideways));
    wrong
}

/// Modules of one layer that reach themselves through their siblings.
fn cycles(sideways: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reaches_itself = |start: &String| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(next) = open.pop() {
            for to in sideways.get(next).into_iter().flatten() {
                if to == start {
                    return true;
                }
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        false
    };
    sideways
        .keys()
        .filter(|module| reaches_itself(module))
        .map(|module| format!("`{module}` imports itself through modules of its own layer"))
        .collect()
}

fn sources() -> Vec<(PathBuf, String)> {
    let src = root().join("src");
    rust_files(&src)
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(src.join(&file)).expect("a readable source file");
            (file, text)
        })
        .collect()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn modules_import_downwards_only() {
    let sources = sources();
    let imports: usize = sources
        .iter()
        .map(|(_, text)| crate_paths(text, &["x"], None).len())
        .sum();
    assert!(
        imports >= 10,
        "only {imports} imports found: is the reader blind?"
    );
    assert_none(&violations(&sources));
}

#[test]
fn the_table_in_lib_rs_says_the_same() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let mut table: Vec<Vec<String>> = Vec::new();
    for line in text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
    {
        let cells: Vec<&str> = line.split(" | ").collect();
        assert_eq!(cells[0].parse(), Ok(table.len()), "layers in order: {line}");
        table.push(
            cells[1]
                .split(", ")
                .map(|link| link.trim_matches(['[', ']', '`']).to_owned())
                .collect(),
        );
    }
    assert_eq!(table, LAYERS);

    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let layered: BTreeSet<&str> = LAYERS.iter().copied().flatten().copied().collect();
    assert_eq!(declared, layered, "modules that lib.rs declares");
}

#[test]
fn files_are_small_and_named_for_what_they_hold() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches", "python"] {
        let path = root().join(folder);
        if !path.exists() {
            continue;
        }
        for file in rust_files(&path) {
            let place = format!("{folder}/{}", file.display());
            for part in module_path(&file) {
                if EMPTY_NAMES.contains(&part.as_str()) {
                    wrong.push(format!(
                        "{place}: `{part}` says nothing about what it holds"
                    ));
                }
            }
            let text = std::fs::read_to_string(path.join(&file)).expect("a readable source file");
            let lines = text.lines().count();
            if lines > MAX_LINES {
                wrong.push(format!("{place}: {lines} lines, at most {MAX_LINES}"));
            }
        }
    }
    assert_none(&wrong);
}

/// Tables and runs that something once left there would be built into every package.
#[test]
fn the_sources_hold_nothing_else() {
    let tracked = Command::new("git")
        .args(["ls-files", "src"])
        .current_dir(root())
        .output();
    let Ok(tracked) = tracked else { return };
    let tracked = String::from_utf8(tracked.stdout).expect("plain names");
    let others = tracked.lines().filter(|name| {
        let built_in = ["src/report/font/", "src/report/html/"];
        !name.ends_with(".rs") && !built_in.iter().any(|folder| name.starts_with(folder))
    });
    assert_none(&others.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn the_top_of_the_repository_holds_what_is_listed() {
    // Only what git tracks counts: users may keep what they like beside it. No git, nothing to check.
    if !root().join(".git").exists() {
        return;
    }
    let listed = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files"])
        .current_dir(root())
        .output()
        .expect("git runs where there is a repository");
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8(listed.stdout).expect("names in UTF-8");
    let top: BTreeSet<&str> = listed
        .lines()
        .filter_map(|path| path.split('/').next())
        .collect();
    assert!(top.contains("src"), "{top:?}");
    let allowed = BTreeSet::from(TOP_LEVEL);
    let unknown: Vec<_> = top.difference(&allowed).collect();
    assert!(unknown.is_empty(), "not in the list: {unknown:?}");
}

fn one(file: &str, text: &str) -> Vec<String> {
    violations(&[(file.into(), text.into())])
}

#[test]
fn forbidden_imports_are_caught_in_every_form() {
    let upward = [
        "use crate::engine::Engine;",
        "use crate::{base::time::{Time, Duration}, engine::Engine};",
        "fn f() { crate::engine::run() }",
        "macro_rules! m { () => { $crate::engine::run() } }",
        "use super::super::engine;",
        "mod tests { use super::super::super::engine::Engine; }",
        "use crate :: engine;",
        "let c = '\"'; use crate::engine; let d = '\"';",
    ];
    for text in upward {
        let wrong = one("neuron/lif.rs", text);
        assert_eq!(
            wrong,
            ["src/neuron/lif.rs:1: `neuron` (layer 2) imports `engine` (layer 6)"],
            "{text}"
        );
    }
    assert_eq!(
        one("base/time.rs", "\n\nuse crate::event::Key;"),
        ["src/base/time.rs:3: `base` (layer 0) imports `event` (layer 1)"]
    );
    assert_eq!(
        one("engine.rs", "use crate::*;"),
        ["src/engine.rs:1: `crate::*` is no module of a layer: name the module"]
    );
    assert_eq!(
        one("main.rs", "fn main() { sharpwave::engine::run() }"),
        ["src/main.rs:1: the program uses `engine`, expected `cli` alone"]
    );
    assert_eq!(
        one("helper.rs", "use crate::base::time;"),
        ["src/helper.rs:1: `helper` is in no layer"]
    );
}

#[test]
fn allowed_imports_pass() {
    for text in [
        "use crate::base::time::Time;",
        "use crate::{base, neuron::lif};",
        "use super::lif;",
        "mod tests { use super::super::lif; }",
        "// use crate::engine;\n/* crate::engine /* nested */ crate::engine */",
        "/// See [`crate::engine`].\nfn f<'a>(x: &'a str) {}",
        "const S: &str = \"crate::engine \\\" crate::engine\"; const R: &str = r#\"crate::engine\"#;",
        "pub(crate) fn f() {}",
    ] {
        assert_none(&one("neuron/lif.rs", text));
    }
    assert_none(&one("main.rs", "fn main() { sharpwave::cli::main() }"));
}

#[test]
fn siblings_of_a_layer_import_in_one_direction() {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let one_way = [
        file("synapse.rs", "use crate::neuron::lif;"),
        file("plasticity.rs", "use crate::synapse;\nuse crate::neuron;"),
    ];
    assert_none(&violations(&one_way));
    let mut round = one_way.to_vec();
    round.push(file("neuron/lif.rs", "use crate::plasticity;"));
    assert_eq!(
        violations(&round),
        ["neuron", "plasticity", "synapse"]
            .map(|module| format!("`{module}` imports itself through modules of its own layer"))
    );
}

#[test]
fn no_file_imports_itself_through_others_of_its_module() {
    assert_none(&circle::circles(&sources()));
}

#[test]
fn circles_of_files_are_caught() {
    let files = |texts: &[(&str, &str)]| {
        let file = |(path, text): &(&str, &str)| (PathBuf::from(path), (*text).to_owned());
        texts.iter().map(file).collect::<Vec<_>>()
    };
    let circle = files(&[
        ("engine/a.rs", "use crate::engine::{b::Thing, c};"),
        ("engine/b.rs", "use super::c::Other;"),
        ("engine/c.rs", "fn f() { crate::engine::a::g() }"),
        ("engine/d.rs", "use super::a;"),
    ]);
    assert_eq!(
        circle::circles(&circle),
        ["`engine/a.rs`, `engine/b.rs`, `engine/c.rs` import each other in a circle"]
    );
    // What follows a file of tests that is named counts.
    let named = files(&[
        ("engine/a.rs", "#[cfg(test)] mod tests; use super::b;"),
        ("engine/b.rs", "use super::a;"),
    ]);
    assert_eq!(
        circle::circles(&named),
        ["`engine/a.rs`, `engine/b.rs` import each other in a circle"]
    );
    // A file and the files beneath it are one room; tests and comments do not count.
    let none = files(&[
        ("engine/a.rs", "mod b; use b::Thing; // crate::engine::c"),
        ("engine/a/b.rs", "use super::Other; use crate::engine::c;"),
        (
            "engine/c.rs",
            "#[cfg(test)] mod tests { use crate::engine::a; }",
        ),
    ]);
    assert_eq!(circle::circles(&none), Vec::<String>::new());
}
