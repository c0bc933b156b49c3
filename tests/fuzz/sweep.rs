//! Files of a sweep that goes on: what it was begun with, and its rows.

use sharpwave::experiment::sweep::manifest::{self, Manifest};
use sharpwave::experiment::sweep::row::{self, Rows};

use super::harness::{ROOM, Target, as_it_is, fuzz};

/// What follows the file's own name.
fn said(error: impl ToString) -> String {
    let text = error.to_string();
    let said = text.split_once("`: ");
    said.map_or_else(String::new, |(_, said)| said.to_owned())
}

fn rows(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let shard = folder.path().join("1-of-1");
    std::fs::create_dir(&shard).expect("a folder");
    let path = shard.join(row::FILE);
    std::fs::write(&path, bytes).expect("written");
    let found = match row::read_all(folder.path()) {
        Ok(rows) => {
            assert!(rows.iter().all(|(id, row)| *id == row.id));
            format!("{} rows", rows.len())
        }
        Err(error) => said(error),
    };
    // What a killed program left of a line goes, and nothing else.
    let whole = bytes.iter().rposition(|&byte| byte == b'\n');
    Rows::open(&shard).expect("opened");
    let left = std::fs::read(&path).expect("read");
    assert_eq!(left, bytes[..whole.map_or(0, |at| at + 1)]);
    found
}

fn begun(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(manifest::FILE), bytes).expect("written");
    let now = Manifest {
        program: "1".into(),
        keys: vec!["a".into()],
        on: None,
        files: Vec::new(),
        model: "seed = 1\n".into(),
    };
    now.agree(folder.path())
        .map_or_else(said, |()| "the same".into())
}

#[test]
fn any_bytes_are_rows_of_a_sweep_or_refused() {
    let row =
        r#"{"id":"a","values":{"sleep":0.25,"joint":null},"fingerprint":"00ff","error":null}"#;
    let failed = r#"{"id":"b","values":{},"fingerprint":"","error":"no"}"#;
    fuzz(&Target {
        name: "sweep_rows",
        corpus: vec![
            format!("{row}\n{failed}\n").into_bytes(),
            format!("{row}\n{{\"id\":\"c\",\"val").into_bytes(),
        ],
        words: &[
            "\n",
            "null",
            "\"id\"",
            "\"values\"",
            "1e999",
            "\\u0000",
            "[[[[",
        ],
        repair: as_it_is,
        parse: rows,
        room: ROOM,
    });
}

#[test]
fn any_bytes_are_what_a_sweep_was_begun_with_or_refused() {
    let text = r#"{"program":"1","keys":["a"],"on":null,"model":"seed = 1\n"}"#;
    fuzz(&Target {
        name: "sweep_manifest",
        corpus: vec![text.as_bytes().to_vec()],
        words: &["\"validation\"", "null", "\"keys\"", "[[[[", "\\n"],
        repair: as_it_is,
        parse: begun,
        room: ROOM,
    });
}
