//! Every bad model file gets exactly the messages beside it, and nothing that is read as a model file panics.
//!
//! `tests/bad_model/NAME.toml` is read, `NAME.txt` holds what the user sees. After a message was improved on purpose,
//! `BLESS=1 cargo test --test bad_model` writes the files anew: read the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sharpwave::config::{Model, Options, Source, parse, read};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_model")
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            Some(name.strip_suffix(".toml")?.to_owned())
        })
        .collect();
    names.sort();
    names
}

/// The error of `text` with overrides, as the user sees it.
fn error(name: &str, text: &str, sets: &[&str]) -> String {
    let options = Options {
        sets: sets.iter().map(|set| (*set).to_owned()).collect(),
        data: None,
    };
    match parse(name, text, Path::new("/"), &options) {
        Ok(_) => panic!("{name} {sets:?} was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_bad_model_gets_its_messages() {
    let names = names();
    assert!(names.len() >= 40, "only {} bad models", names.len());
    let mut wrong = Vec::new();
    for name in names {
        let file = format!("{name}.toml");
        let text = fs::read_to_string(directory().join(&file)).unwrap();
        let found = error(&file, &text, &[]) + "\n";
        let beside = directory().join(format!("{name}.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{name}: found\n{found}\nexpected\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const GOOD: [&str; 4] = ["digits", "mnist", "fashion", "patches"];

fn good(name: &str) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/sleep_replay_{name}.toml"));
    fs::read_to_string(path).unwrap()
}

#[test]
fn overrides_that_are_wrong_say_so_at_the_override() {
    let cases = [
        (
            "sleep.durations=15 s",
            "error: unknown key `durations` in [sleep]\n  --> --set sleep.durations\n  help: did you mean `duration`?",
        ),
        (
            "slep.duration=15 s",
            "error: unknown section [slep]\n  --> --set slep.duration\n  help: did you mean `sleep`?",
        ),
        (
            "sleep.duration.5=15 s",
            "error: `duration` has 5 entries, 0 to 4: there is no 5\n  --> --set sleep.duration.5",
        ),
        (
            "sleep.duration.first=15 s",
            "error: `duration` is an array: `first` is no index into it\n  --> --set sleep.duration.first",
        ),
        (
            "seed.first=1",
            "error: `seed` is a single value: it has no `first`\n  --> --set seed.first",
        ),
        (
            "sleep.duration.1=15",
            "error: `sleep.duration.1` is 15, expected a time with its unit\n  --> --set sleep.duration.1\n  help: write \
             a string such as `\"20 ms\"`; units: `ms`, `s`, `us`, `µs`, `ns`, `ps`, `min`, `h`",
        ),
        (
            "neuron.v_th=0",
            "error: the threshold `v_th` of layer `hidden1` is 0, not above the resting potential `e_l`, 0: the neuron \
             would fire at every arrival\n  --> --set neuron.v_th",
        ),
        (
            "data.tasks=[[0, 1",
            "error: the value is not TOML: unclosed array, expected `]`\n  --> --set data.tasks",
        ),
        (
            "seeds",
            "error: `seeds` has no `=`\n  --> --set seeds\n  help: write `--set KEY=VALUE`, such as `--set sleep.grid=off`",
        ),
        (
            "sleep..grid=off",
            "error: `sleep..grid` is not a path of keys\n  --> --set sleep..grid",
        ),
    ];
    let text = good("digits");
    for (set, expected) in cases {
        assert_eq!(error("digits.toml", &text, &[set]), expected);
    }
}

#[test]
fn overrides_take_toml_and_bare_words() {
    let text = good("digits");
    let read = |sets: &[&str]| {
        let sets = sets.iter().map(|set| (*set).to_owned()).collect();
        let options = Options { sets, data: None };
        let model = parse("digits.toml", &text, Path::new("/"), &options);
        let model = model.unwrap_or_else(|e| panic!("{e}"));
        model.sleep_replay().unwrap()
    };
    let bare = read(&[
        "sleep.grid=1 ms",
        "sleep.duration.0=10 s",
        "record.weights=off",
    ]);
    let toml = read(&[
        "sleep.grid = \"1 ms\"",
        "sleep.duration = ['10 s', '20 s', '25 s', '30 s', '35 s']",
        "record.weights='off'",
    ]);
    assert_eq!(bare, toml);
    assert_eq!(bare.sleep.durations[0].as_ms(), 10_000.0);
    assert_eq!(bare.sleep.durations[1].as_ms(), 20_000.0);
    let deep = read(&[
        "neuron.v_th.hidden1=3",
        "output.weights=[\"npz\"]",
        "seed=7",
        "seed=8",
    ]);
    assert_eq!(deep.neuron.layers[0]["v_th"], 3.0);
    assert_eq!(deep.neuron.layers[1]["v_th"], 44.560317);
    assert!(deep.output.npz && !deep.output.safetensors);
    assert_eq!(deep.seed, 8);
}

#[test]
fn paths_start_from_the_model_file_and_data_from_the_option() {
    let read = |set: &str, data: Option<&Path>| {
        let options = Options {
            sets: vec![set.to_owned()],
            data: data.map(Path::to_owned),
        };
        parse("m.toml", &good("mnist"), Path::new("/models"), &options)
    };
    let source = |set: &str, data: Option<&Path>| {
        let model = read(set, data).unwrap().sleep_replay().unwrap();
        model.data.unwrap().source
    };
    let directory = |path: &Path| Source::At(path.to_owned());
    assert_eq!(
        source("seed=1", None),
        directory(Path::new("/models/mnist"))
    );
    assert_eq!(source("data.source=/x", None), directory(Path::new("/x")));

    let data = tempfile::tempdir().unwrap();
    // Nothing called `mnist` inside: the directory itself holds the files.
    assert_eq!(source("seed=1", Some(data.path())), directory(data.path()));
    fs::create_dir(data.path().join("mnist")).unwrap();
    assert_eq!(
        source("seed=1", Some(data.path())),
        directory(&data.path().join("mnist"))
    );

    let error = read("data.source=embedded:mnist", Some(data.path())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "error: `--data` is given, but `data.source` is `embedded:mnist`\n  --> --set data.source\n  help: leave `--data` \
         out, or name the directory: `--set data.source=DIR`"
    );
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.toml");
    let shown = path.display().to_string();
    let error = |path: &Path| read(path, &Options::default()).unwrap_err().to_string();
    let missing = error(&path);
    assert!(
        missing.starts_with("error: cannot read the model file: "),
        "{missing}"
    );
    assert!(missing.ends_with(&format!("\n  --> {shown}")), "{missing}");
    fs::write(&path, b"seed = 1\n\xff").unwrap();
    assert_eq!(
        error(&path),
        format!("error: not a text file: byte 9 is not UTF-8\n  --> {shown}")
    );
    fs::write(&path, vec![b'#'; 2 << 20]).unwrap();
    assert_eq!(
        error(&path),
        format!("error: larger than 1048576 bytes: this is no model file\n  --> {shown}")
    );
    assert!(error(directory.path()).starts_with("error: cannot read the model file: "));
}

#[test]
fn deep_nesting_is_refused() {
    for text in [
        format!("{}=1", vec!["a"; 100_000].join(".")),
        format!("[{}]", vec!["a"; 100_000].join(".")),
        format!("a={}", "[".repeat(100_000)),
        format!("a={}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("a={}", "{a=".repeat(100_000)),
    ] {
        assert!(parse("deep", &text, Path::new("/"), &Options::default()).is_err());
        let options = Options {
            sets: vec![text],
            data: None,
        };
        assert!(parse("deep", "", Path::new("/"), &options).is_err());
    }
}

/// Reads `text` and, if it is taken, what it resolves to; a refusal says why.
fn never_panics(text: &str, sets: Vec<String>) {
    let options = Options { sets, data: None };
    match parse("any", text, Path::new("/"), &options) {
        Ok(model) => {
            let text = model.resolved();
            if let Model::SleepReplay(experiment) = &model {
                sharpwave::config::expansion(experiment);
            }
            let again = parse("again", &text, Path::new("/"), &Options::default());
            assert_eq!(again.unwrap_or_else(|e| panic!("{e}\n{text}")), model);
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("error: "), "{text}");
            // The reader says this when it gives nothing and knows no reason.
            assert!(!text.contains("the model file is incomplete"), "{text}");
        }
    }
}

/// Pieces that a mutation may put anywhere.
const PIECES: [&str; 24] = [
    "",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\"",
    ".",
    "-",
    "0",
    "1e999",
    "nan",
    "inf",
    "\"off\"",
    "\"\"",
    "[]",
    "{}",
    "9223372036854775807",
    "\"1e300 h\"",
    "[[]]",
    "µ",
    "true",
    "[sleep]\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        never_panics(&String::from_utf8_lossy(&bytes), Vec::new());
    }

    #[test]
    fn mutations_never_panic(
        name in proptest::sample::select(&GOOD[..]),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..12usize, any::<prop::sample::Index>()), 1..4),
    ) {
        let mut chars: Vec<char> = good(name).chars().collect();
        for (at, cut, piece) in edits {
            let at = at.index(chars.len());
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, PIECES[piece.index(PIECES.len())].chars());
        }
        never_panics(&chars.into_iter().collect::<String>(), Vec::new());
    }

    /// Replaces whole values, which reaches the checks behind the parser.
    #[test]
    fn replaced_values_never_panic(
        name in proptest::sample::select(&GOOD[..]),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let text = good(name);
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        let keys: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(" = ")).collect();
        for (line, value) in edits {
            let line = &mut lines[keys[line.index(keys.len())]];
            // A value of another line, or one of the pieces.
            let other = value.index(keys.len() + PIECES.len());
            let value = match keys.get(other) {
                Some(&i) => text.lines().nth(i).unwrap().split_once(" = ").unwrap().1,
                None => PIECES[other - keys.len()],
            };
            let key = line.split_once(" = ").unwrap().0.to_owned();
            *line = format!("{key} = {value}");
        }
        never_panics(&lines.join("\n"), Vec::new());
    }

    #[test]
    fn any_override_never_panics(path in "[a-z_.0-9]{0,20}", known in proptest::sample::select(&[
        "", "seed", "sleep.duration", "sleep.duration.0", "neuron.v_th", "neuron.v_th.hidden1", "data.tasks.0.1", "sleep.input.patch",
        "mlp.layers", "compare.joint.epochs", "conversion.gain",
    ][..]), value in "[ -~]{0,20}") {
        let path = if known.is_empty() { path } else { known.to_owned() };
        never_panics(&good("digits"), vec![format!("{path}={value}")]);
    }
}
