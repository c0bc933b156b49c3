//! What a sweep was begun with: it goes on with nothing else.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::file;
use crate::experiment::sweep::error::SweepError;
use crate::experiment::sweep::measure::On;
use crate::record::lock;
use crate::record::output::write_over;

/// Digits of a hash that tell two files apart.
const HASH_SHOWN: usize = 8;

/// Name of the file in a sweep's folder.
pub const FILE: &str = "sweep.json";

/// What stays the same from the first row to the last. Values of keys, seeds and the measure to choose by may change: rows are
/// known by what ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program: equal results are promised within one.
    pub program: String,
    /// Keys that are swept.
    pub keys: Vec<String>,
    /// Which images accuracies are of.
    pub on: Option<On>,
    /// Files that are read at any of the points, with hashes of what is in them.
    #[serde(default)]
    pub files: Vec<(PathBuf, String)>,
    /// The resolved model without the keys that are swept, of one seed, 1.
    pub model: String,
}

impl Manifest {
    /// Writes it into `folder`, or compares it with the one that is there.
    ///
    /// # Errors
    /// If that is another, or the folder holds something else.
    pub fn agree(&self, folder: &Path) -> Result<(), SweepError> {
        let path = folder.join(FILE);
        // Other shards may begin at the same moment.
        let _held = lock::wait(folder);
        let read = match file::read_text(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            read => Some(read.map_err(|cause| SweepError::File {
                path: path.clone(),
                verb: "read",
                cause,
            })?),
        };
        let Some(text) = read else {
            let empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
            if !empty {
                return Err(SweepError::Foreign {
                    folder: folder.to_owned(),
                });
            }
            return self.write(&path);
        };
        let then: Self = serde_json::from_str(&text).map_err(|error| SweepError::Damaged {
            path: path.clone(),
            line: error.line(),
            cause: error.to_string(),
        })?;
        match self.change(&then) {
            None => self.add_files(then, &path),
            Some((what, then, now)) => Err(SweepError::Changed {
                folder: folder.to_owned(),
                what,
                then,
                now,
            }),
        }
    }

    /// Adds the files that other values of keys read to those of `then`, which is written to `path`.
    fn add_files(&self, mut then: Self, path: &Path) -> Result<(), SweepError> {
        let is_new = |file: &&(PathBuf, String)| then.files.iter().all(|known| known.0 != file.0);
        let new: Vec<_> = self.files.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        then.files.extend(new);
        then.write(path)
    }

    fn write(&self, path: &Path) -> Result<(), SweepError> {
        Ok(write_over(path, |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            writeln!(out)
        })?)
    }

    /// What is another than `then`: what it is, as it was, as it is.
    fn change(&self, then: &Self) -> Option<(&'static str, String, String)> {
        let Self {
            program,
            keys,
            on,
            files,
            model,
        } = self;
        let list = |keys: &[String]| format!("`{}`", keys.join("`, `"));
        if *program != then.program {
            return Some(("sharpwave", then.program.clone(), program.clone()));
        }
        if *keys != then.keys {
            return Some(("the keys", list(&then.keys), list(keys)));
        }
        if *on != then.on {
            let name = |on: Option<On>| on.map_or("nothing", On::name).to_owned();
            return Some(("accuracies on", name(then.on), name(*on)));
        }
        if *model == then.model {
            // Other values of a key may read other files; a file of before must be what it was.
            let pairs = files
                .iter()
                .flat_map(|now| then.files.iter().map(move |then| (now, then)));
            let mut pairs = pairs.filter(|(now, then)| now.0 == then.0);
            let (now, then) = pairs.find(|(now, then)| now.1 != then.1)?;
            let shown = |file: &(PathBuf, String)| {
                let hash = &file.1[..file.1.len().min(HASH_SHOWN)];
                format!("`{}` ({hash}…)", file.0.display())
            };
            return Some(("what was in", shown(then), shown(now)));
        }
        let (mut section, mut lines) = ("", (model.lines(), then.model.lines()));
        loop {
            let (now, then) = (lines.0.next(), lines.1.next());
            if now != then {
                let line = |line: Option<&str>| match line {
                    Some(line) => format!("`{line}` {section}").trim_end().to_owned(),
                    None => "nothing further".into(),
                };
                return Some(("a model that has", line(then), line(now)));
            }
            now?;
            section = now.filter(|line| line.starts_with('[')).unwrap_or(section);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_goes_on_with_what_it_was_begun_with() {
        let folder = tempfile::tempdir().unwrap();
        let first = Manifest {
            program: "1".into(),
            keys: vec!["a".into()],
            on: Some(On::Validation),
            files: vec![("a/x.idx".into(), "0123456789abcdef".into())],
            model: "seed = 1\n[sleep]\nx = 1\n".into(),
        };
        first.agree(folder.path()).unwrap();
        first.agree(folder.path()).unwrap();
        let said = |other: Manifest| other.agree(folder.path()).unwrap_err().to_string();
        let other = first.clone();
        let said_model = said(Manifest {
            model: other.model.replace("x = 1", "x = 2"),
            ..other
        });
        assert!(
            said_model.contains(
                "this sweep was begun with a model that has `x = 1` [sleep], found `x = 2` [sleep]"
            ),
            "{said_model}"
        );
        let said_keys = said(Manifest {
            keys: vec!["a".into(), "b".into()],
            ..first.clone()
        });
        assert!(
            said_keys.contains("the keys `a`, found `a`, `b`"),
            "{said_keys}"
        );
        let said_on = said(Manifest {
            on: Some(On::Test),
            ..first.clone()
        });
        assert!(
            said_on.contains("accuracies on validation, found test"),
            "{said_on}"
        );
        let said_program = said(Manifest {
            program: "2".into(),
            ..first.clone()
        });
        assert!(
            said_program.contains("sharpwave 1, found 2"),
            "{said_program}"
        );
        let reads = |path: &str, hash: &str| Manifest {
            files: vec![(path.into(), hash.into())],
            ..first.clone()
        };
        let other = reads("b/x.idx", "fedcba9876543210");
        other.agree(folder.path()).unwrap();
        let said_data = said(reads("a/x.idx", "fedcba9876543210"));
        assert!(
            said_data.contains("what was in `a/x.idx` (01234567…), found `a/x.idx` (fedcba98…)"),
            "{said_data}"
        );
        // What was added is known from then on.
        let said_added = said(reads("b/x.idx", "0123456789abcdef"));
        assert!(
            said_added.contains("what was in `b/x.idx` (fedcba98…)"),
            "{said_added}"
        );
        // Shards that begin together with files of their own lose none.
        let together = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for k in 0..8 {
                let own = reads(&format!("{k}.idx"), "0");
                let folder = together.path();
                scope.spawn(move || own.agree(folder).unwrap());
            }
        });
        let text = std::fs::read_to_string(together.path().join(FILE)).unwrap();
        let all: Manifest = serde_json::from_str(&text).unwrap();
        assert_eq!(all.files.len(), 8);
        let foreign = tempfile::tempdir().unwrap();
        std::fs::write(foreign.path().join("x"), "").unwrap();
        let refused = first.agree(foreign.path()).unwrap_err().to_string();
        assert!(refused.contains("holds no sweep"), "{refused}");
    }
}
