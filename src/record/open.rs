//! Opens HDF5 files to read them, in whatever state they are.

use std::io::Read;
use std::path::Path;

use hdf5::{File, OpenMode};

use super::ahead;

/// Times that a block of metadata with a wrong checksum is read before it counts as damaged. The library's own 100
/// would never end: it doubles the pause between them, from a nanosecond. Twenty take 2 ms, ample for a writer that
/// is in the middle of a block.
const READ_ATTEMPTS: u32 = 20;

/// First bytes of every HDF5 file without a user block.
const HDF5_SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// Whether the file is HDF5 by its first bytes.
///
/// # Errors
/// The reason if it cannot be read, or is named as HDF5 and is not.
pub(super) fn is_hdf5(path: &Path) -> Result<bool, String> {
    let mut start = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| {
            file.take(HDF5_SIGNATURE.len() as u64)
                .read_to_end(&mut start)
        })
        .map_err(|error| error.to_string())?;
    let named_so = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("h5") || e.eq_ignore_ascii_case("hdf5"));
    match start == HDF5_SIGNATURE {
        false if named_so => Err("is not an HDF5 file".to_owned()),
        signed => Ok(signed),
    }
}

/// Opens a file that is whole, or one that is being written or was killed.
///
/// # Errors
/// The library's reason against the second way, or that it comes to no end with the file.
pub(super) fn open(path: &Path) -> hdf5::Result<File> {
    ahead::ask(path)?;
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
    ahead::ask(path)?;
    File::open(path)
}
