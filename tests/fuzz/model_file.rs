//! Model files: what is taken reads back, from what `check` prints, as the same model.

use std::path::Path;

use sharpwave::config::{Options, parse};

use super::harness::{Target, as_it_is, fuzz};

/// Bytes of memory that a model file of any size may take: its tables, keys and a hundred diagnostics.
const ROOM: usize = 32 << 20;

/// What becomes of `text` as a model file.
pub fn read(text: &str) -> String {
    let options = Options::default();
    match parse("m", text, Path::new("/models"), &options) {
        Ok(model) => {
            let resolved = model.resolved();
            match parse("resolved", &resolved, Path::new("/models"), &options) {
                Ok(again) => assert!(again == model, "another model:\n{resolved}"),
                Err(error) => panic!("refused: {error}\n{resolved}"),
            }
            "taken".into()
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.len() < 200_000, "{} bytes", said.len());
            // The first problem says enough.
            error
                .diagnostics
                .first()
                .map_or(said, |first| first.message.clone())
        }
    }
}

fn parse_bytes(bytes: &[u8]) -> String {
    read(&String::from_utf8_lossy(bytes))
}

/// Shipped models, and of the bad ones every third.
fn corpus() -> Vec<Vec<u8>> {
    let read = |folder: &str, every: usize| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .expect("models")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        paths.sort();
        let paths = paths.into_iter().step_by(every);
        paths
            .map(|path| std::fs::read(path).expect("a file"))
            .collect::<Vec<_>>()
    };
    [read("models", 1), read("tests/bad_model", 3)].concat()
}

#[test]
fn any_text_is_a_model_or_refused() {
    fuzz(&Target {
        name: "model_file",
        corpus: corpus(),
        words: &[
            "[population.e]\n",
            "[projection.e_e]\n",
            "[stimulus.s]\n",
            "[[bout]]\n",
            "like = \"e\"\n",
            "= ",
            "\"= g * j\"",
            "\"1 ms\"",
            "\"-1 s\"",
            "{ distribution = \"normal\", mean = 1, sd = 1 }",
            "[parameter]\n",
            "inf",
            "nan",
            "true",
            "'''",
            "\"\"\"",
            "[[[[",
            "{{{{",
            ".",
            "\n",
            "rule = \"fixed_in_degree\"\n",
            "layer_names = [\"a\"]\n",
            "µ",
            "#",
            "images = \"a\"\n",
            "size = ",
            "seeds = ",
        ],
        repair: as_it_is,
        parse: parse_bytes,
        room: ROOM,
    });
}
