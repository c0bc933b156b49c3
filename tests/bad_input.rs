//! Bad input through the program itself: every case gets exactly the message beside it, exit code 2, and leaves nothing.
//!
//! A case is a folder `tests/bad_input/NAME`: the files that lie there, `command` (what is typed, a line for `sh`, with
//! `sharpwave` being the program) and `expected` (what stderr says). `%` stands for the folder that it runs in.
//! After a message was improved on purpose, `BLESS=1 cargo test --test bad_input` writes `expected` anew: read the
//! difference before committing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input")
}

/// Everything below `folder`, with its content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = BTreeMap::new();
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                found.insert(path.clone(), Vec::new());
                open.push(path);
            } else {
                found.insert(path.clone(), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Copies the files of a case, and those that cases share, into `place`.
fn lay_out(case: &Path, place: &Path) {
    for from in [&corpus().join("shared"), case] {
        for entry in fs::read_dir(from).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            if name != "command" && name != "expected" {
                fs::copy(&path, place.join(name)).expect("copied");
            }
        }
    }
}

/// What the program says, after checks that hold for every case.
fn refused(case: &Path) -> String {
    let place = tempfile::tempdir().expect("a folder");
    let here = place.path().canonicalize().expect("a path");
    lay_out(case, &here);
    let line = fs::read_to_string(case.join("command")).expect("a command");
    // Of each case the last line is the one that is refused; the others prepare it.
    let (prepare, last) = line
        .trim_end()
        .rsplit_once('\n')
        .unwrap_or(("", line.trim_end()));
    let shell = |line: &str| {
        let line = format!(
            "sharpwave() {{ '{}' \"$@\"; }}\n{line}",
            env!("CARGO_BIN_EXE_sharpwave")
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &line])
            .env("REPOSITORY", env!("CARGO_MANIFEST_DIR"));
        command
            .current_dir(&here)
            .stdin(Stdio::null())
            .output()
            .expect("a shell")
    };
    let prepared = shell(prepare);
    assert!(
        prepared.status.success(),
        "{case:?}: {}",
        String::from_utf8_lossy(&prepared.stderr)
    );
    let before = tree(&here);
    let output = shell(last);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{case:?}: {stderr}");
    // `import` shows what it found before it refuses it.
    if !last.contains(" import ") {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{case:?}");
    }
    assert!(
        stderr.starts_with("error: ") && !stderr.contains("error: error"),
        "{stderr}"
    );
    assert!(before == tree(&here), "{case:?} left something behind");
    let stderr = stderr.replace(env!("CARGO_MANIFEST_DIR"), "%REPOSITORY");
    stderr.replace(&here.display().to_string(), "%")
}

#[test]
fn every_bad_input_gets_its_message_and_leaves_nothing() {
    let mut cases: Vec<PathBuf> = fs::read_dir(corpus())
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("command").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let found = refused(&case);
        let beside = case.join("expected");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&beside, &found).expect("written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!(
                "{}: found\n{found}expected\n{expected}",
                case.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
