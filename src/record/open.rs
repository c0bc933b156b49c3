//! Opens HDF5 files to read them, in whatever state they are.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use hdf5::{File, OpenMode};

use super::ahead;
use crate::base::file;

/// Times that a block of metadata with a wrong checksum is read before it counts as damaged. The library's own 100
/// would never end: it doubles the pause between them, from a nanosecond. Twenty take 2 ms, ample for a writer that
/// is in the middle of a block.
const READ_ATTEMPTS: u32 = 20;

/// What every HDF5 file begins with, behind its user block.
const HDF5_SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// The shortest user block that there may be; others are twice as long, four times, and so on.
const USER_BLOCK: u64 = 512;

/// What files begin with that programs have compressed, and these programs.
const COMPRESSED: [(&[u8], &str); 4] = [
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
];

/// Whether the file is HDF5 by its signature.
///
/// # Errors
/// The reason if it cannot be read, is compressed as a whole, or is named as HDF5 and is not.
pub(super) fn is_hdf5(path: &Path) -> Result<bool, String> {
    let start = |at: u64| -> std::io::Result<Vec<u8>> {
        let (mut start, mut file) = (Vec::new(), file::open(path)?);
        if at > 0 {
            file.seek(SeekFrom::Start(at))?;
        }
        file.take(HDF5_SIGNATURE.len() as u64)
            .read_to_end(&mut start)?;
        Ok(start)
    };
    let first = start(0).map_err(|error| error.to_string())?;
    if first == HDF5_SIGNATURE {
        return Ok(true);
    }
    if let Some((_, by)) = COMPRESSED
        .iter()
        .find(|(magic, _)| first.starts_with(magic))
    {
        return Err(format!("is compressed by {by}, expected as it was before"));
    }
    let named_so = path.extension().is_some_and(|e| {
        e.eq_ignore_ascii_case("h5")
            || e.eq_ignore_ascii_case("hdf5")
            || e.eq_ignore_ascii_case("nwb")
    });
    if !named_so {
        return Ok(false);
    }
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let mut blocks = std::iter::successors(Some(USER_BLOCK), |at| at.checked_mul(2));
    let is_behind = blocks
        .by_ref()
        .take_while(|&at| at < length)
        .any(|at| start(at).is_ok_and(|start| start == HDF5_SIGNATURE));
    match is_behind {
        true => Ok(true),
        false => Err("is not an HDF5 file".to_owned()),
    }
}

/// Opens a file that is whole, or one that is being written or was killed.
///
/// # Errors
/// The library's reason against the second way, or that it comes to no end with the file.
pub(super) fn open(path: &Path) -> hdf5::Result<File> {
    look(path)?;
    open_again(path)
}

/// Opens a file that was [opened](open) before, and has been written by nobody but its run since.
///
/// # Errors
/// The library's reason against the second way.
pub(super) fn open_again(path: &Path) -> hdf5::Result<File> {
    File::open(path).or_else(|_| {
        let mut builder = File::with_options();
        builder.fapl().metadata_read_attempts(READ_ATTEMPTS);
        builder.open_as(path, OpenMode::ReadSWMR)
    })
}

/// Opens a file that nobody writes: without the attempts that a writer calls for, at once refused where it is damaged.
///
/// # Errors
/// The library's reason, or that it comes to no end with the file.
pub(super) fn open_whole(path: &Path) -> hdf5::Result<File> {
    look(path)?;
    File::open(path)
}

/// Before the library opens the file at `path`.
fn look(path: &Path) -> Result<(), String> {
    file::check(path).map_err(|error| error.to_string())?;
    ahead::ask(path)
}
