//! Files that a model reads, known again by what is in them.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::base::file;
use crate::record::checkpoint::hash_on;
use crate::run::error::ResumeError;

/// `files`, each once, and what is in them.
///
/// # Errors
/// If one cannot be read.
pub fn hashes(mut files: Vec<PathBuf>) -> Result<Vec<(PathBuf, u128)>, ResumeError> {
    files.sort();
    files.dedup();
    let hashed = files
        .into_iter()
        .map(|path| hash_file(&path).map(|hash| (path, hash)));
    hashed.collect()
}

/// Compares files with what they held.
///
/// # Errors
/// If one holds something else, or cannot be read.
pub fn check(files: &[(PathBuf, u128)]) -> Result<(), ResumeError> {
    for (path, hash) in files {
        if hash_file(path)? != *hash {
            let path = path.clone();
            return Err(ResumeError::File { path });
        }
    }
    Ok(())
}

/// A hash of the content of `path`, read in pieces.
fn hash_file(path: &Path) -> Result<u128, ResumeError> {
    const PIECE: u64 = 1 << 20;
    let read = || {
        let mut file = file::open(path)?;
        let (mut sum, mut piece) = (0_u128, Vec::new());
        while file.by_ref().take(PIECE).read_to_end(&mut piece)? > 0 {
            sum = hash_on(sum, &mut piece);
        }
        Ok(sum)
    };
    read().map_err(|error: std::io::Error| ResumeError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_all_of_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut content = vec![7; (1 << 20) + 5];
        std::fs::write(&path, &content).unwrap();
        let whole = hash_file(&path).unwrap();
        assert_eq!(hash_file(&path).unwrap(), whole);
        for at in [0, 1 << 20, (1 << 20) + 4] {
            content[at] = 8;
            std::fs::write(&path, &content).unwrap();
            assert_ne!(hash_file(&path).unwrap(), whole, "byte {at}");
            content[at] = 7;
        }
        std::fs::write(&path, &content[1..]).unwrap();
        assert_ne!(hash_file(&path).unwrap(), whole);
        std::fs::remove_file(&path).unwrap();
        let error = hash_file(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("cannot read: No such file or directory (os error 2)"),
            "{error}"
        );
    }
}
