//! What a run comes to warn of, in its file beside what it warned of when it began.

use std::path::Path;

use hdf5::File;

use super::ahead;
use super::cause::cause;
use super::error::RecordError;
use super::output::{part_of, replace};
use super::run_file::RunFile;
use super::text::text_column;

/// Ends `file`, the run of which has this `fingerprint`, with what it came to warn of late beside what it warned of `before`.
///
/// # Errors
/// If it cannot be written.
pub fn finish(
    file: RunFile,
    fingerprint: &str,
    before: &[String],
    late: &[String],
) -> Result<(), RecordError> {
    let path = file.path().to_owned();
    file.finish(fingerprint)?;
    match late.is_empty() {
        true => Ok(()),
        false => set_warnings(&path, &[before, late].concat()),
    }
}

/// What each of the run files of several seeds has of what each seed came to warn of: the first, which has the accuracies of all,
/// has all of it.
pub fn of_files(mut late: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let all = late.concat();
    if let Some(first) = late.first_mut() {
        *first = all;
    }
    late
}

/// Puts `warnings` in the place of those in the run file `path`, which is whole and closed. Nothing can be added to a file that is
/// read while it is written, so a copy takes its place: at any moment there is the old file or the new one.
///
/// # Errors
/// If the copy cannot be written; the file is as it was.
fn set_warnings(path: &Path, warnings: &[String]) -> Result<(), RecordError> {
    let part = part_of(path);
    let written = copy(path, &part, warnings)
        .and_then(|()| replace(&part, path).map_err(|error| error.to_string()));
    match written {
        Ok(()) => {
            ahead::trust(path);
            Ok(())
        }
        Err(cause) => {
            // What is left of the copy is of no use; the original is untouched.
            let _ = std::fs::remove_file(&part);
            Err(RecordError::Write { path: part, cause })
        }
    }
}

fn copy(path: &Path, part: &Path, warnings: &[String]) -> Result<(), String> {
    std::fs::copy(path, part).map_err(|error| error.to_string())?;
    let write = || {
        let file = File::open_rw(part)?;
        let config = file.group("config")?;
        config.unlink("warnings")?;
        text_column(&config, "warnings", warnings.iter())?;
        drop(config);
        file.close()
    };
    write().map_err(|error: hdf5::Error| cause(&error))
}
