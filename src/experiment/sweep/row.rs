//! Rows of a sweep as they are done: a line of JSON each, written and safe on disk before the next.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::file;
use crate::experiment::sweep::error::SweepError;

/// Name of the file of rows in the folder of a shard.
pub const FILE: &str = "rows.jsonl";

/// What one seed at one point came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What ran: a hash of the resolved model, its seed in it.
    pub id: String,
    /// What was measured, by name; nothing where there was nothing to measure.
    pub values: BTreeMap<String, Option<f64>>,
    /// Hash of all spikes; empty for a run that failed.
    pub fingerprint: String,
    /// Why the run failed, if it did.
    pub error: Option<String>,
}

/// The file of rows of one shard, open for more.
#[derive(Debug)]
pub struct Rows {
    path: PathBuf,
    file: File,
}

impl Rows {
    /// Opens the rows in `folder`, without what a killed program left of a line.
    ///
    /// # Errors
    /// If they cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, SweepError> {
        let path = folder.join(FILE);
        let open = || {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            let whole = text.iter().rposition(|&byte| byte == b'\n');
            let length = whole.map_or(0, |at| at as u64 + 1);
            file.set_len(length)?;
            file.seek(std::io::SeekFrom::Start(length))?;
            Ok(file)
        };
        let file = open().map_err(|cause| write_failed(&path, cause))?;
        Ok(Self { path, file })
    }

    /// Adds `row`, which then outlasts a power cut.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, row: &Row) -> Result<(), SweepError> {
        let line = serde_json::to_string(row).map_err(std::io::Error::from);
        let written = line.and_then(|line| {
            self.file.write_all(format!("{line}\n").as_bytes())?;
            self.file.sync_data()
        });
        written.map_err(|cause| write_failed(&self.path, cause))
    }
}

/// All rows that shards below `folder` have done, by what ran.
///
/// # Errors
/// If one cannot be read.
pub fn read_all(folder: &Path) -> Result<BTreeMap<String, Row>, SweepError> {
    let mut rows = BTreeMap::new();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path().join(FILE);
        if !path.is_file() {
            continue;
        }
        let text = file::read_text(&path).map_err(|cause| SweepError::File {
            path: path.clone(),
            verb: "read",
            cause,
        })?;
        // What stands behind the last line feed is being written, or was by a program that was killed.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        for (number, line) in whole.lines().enumerate() {
            let row: Row = serde_json::from_str(line).map_err(|error| SweepError::Damaged {
                path: path.clone(),
                line: number + 1,
                cause: error.to_string(),
            })?;
            rows.insert(row.id.clone(), row);
        }
    }
    Ok(rows)
}

fn write_failed(path: &Path, cause: std::io::Error) -> SweepError {
    SweepError::File {
        path: path.to_owned(),
        verb: "write",
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> Row {
        Row {
            id: id.into(),
            values: BTreeMap::from([("sleep".into(), Some(0.25)), ("joint".into(), None)]),
            fingerprint: "00ff".into(),
            error: None,
        }
    }

    #[test]
    fn a_line_cut_short_is_forgotten_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let shard = folder.path().join("1-of-1");
        std::fs::create_dir(&shard).unwrap();
        Rows::open(&shard).unwrap().add(&row("a")).unwrap();
        let path = shard.join(FILE);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text += "{\"id\":\"b\",\"val";
        std::fs::write(&path, &text).unwrap();
        assert_eq!(read_all(folder.path()).unwrap().len(), 1);
        Rows::open(&shard).unwrap().add(&row("c")).unwrap();
        let rows = read_all(folder.path()).unwrap();
        assert_eq!(rows.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(rows["c"], row("c"));
        std::fs::write(&path, "{}\n").unwrap();
        let said = read_all(folder.path()).unwrap_err().to_string();
        assert!(
            said.contains("line 1 is not as a sweep writes it"),
            "{said}"
        );
    }
}
