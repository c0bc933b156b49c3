//! Files that are opened to be read.
//!
//! A pipe is waited for, and a device may never end. Most files are read twice, once for what they hold and once for the hash by
//! which a run that goes on knows them again, which a pipe cannot be: all but files are refused before they are opened.

use std::fs::{File, FileType};
use std::io;
use std::path::Path;

/// As [`File::open`].
///
/// # Errors
/// As that, and if there is something else than a file.
pub fn open(path: &Path) -> io::Result<File> {
    check(path)?;
    File::open(path)
}

/// As [`std::fs::read`].
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    check(path)?;
    std::fs::read(path)
}

/// As [`std::fs::read_to_string`].
///
/// # Errors
/// As [`open`].
pub fn read_text(path: &Path) -> io::Result<String> {
    check(path)?;
    std::fs::read_to_string(path)
}

/// Whether the file at `path` may be opened to be read. Of folders, and of what cannot be looked at, the system says more where
/// they are opened.
///
/// # Errors
/// If there is a pipe, a device or a socket.
pub fn check(path: &Path) -> io::Result<()> {
    match what(path) {
        Some(found) => Err(io::Error::other(format!("is {found}, expected a file"))),
        None => Ok(()),
    }
}

/// What is at `path`, if it is there and neither a file nor a folder.
pub fn what(path: &Path) -> Option<&'static str> {
    std::fs::metadata(path)
        .ok()
        .and_then(|found| kind(found.file_type()))
}

#[cfg(unix)]
fn kind(found: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    if found.is_fifo() {
        Some("a pipe")
    } else if found.is_char_device() || found.is_block_device() {
        Some("a device")
    } else if found.is_socket() {
        Some("a socket")
    } else {
        None
    }
}

#[cfg(not(unix))]
fn kind(_: FileType) -> Option<&'static str> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn all_but_files_are_refused_before_they_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.csv");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let said = |error: io::Error| error.to_string();
        let expected = "is a pipe, expected a file";
        assert_eq!(open(&pipe).map_err(said).unwrap_err(), expected);
        assert_eq!(read(&pipe).map_err(said).unwrap_err(), expected);
        assert_eq!(read_text(&pipe).map_err(said).unwrap_err(), expected);
        let device = read(Path::new("/dev/zero")).map_err(said).unwrap_err();
        assert_eq!(device, "is a device, expected a file");

        let file = folder.path().join("a.csv");
        std::fs::write(&file, "a").unwrap();
        assert_eq!(read_text(&file).unwrap(), "a");
        let missing = open(&folder.path().join("b.csv")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
