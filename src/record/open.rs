//! Opens HDF5 files to read them, in whatever state they are.

use std::path::Path;

use hdf5::{File, OpenMode};

/// Times that a block of metadata with a wrong checksum is read before it counts as damaged. The library's own 100
/// would never end: it doubles the pause between them, from a nanosecond. Twenty take 2 ms, ample for a writer that
/// is in the middle of a block.
const READ_ATTEMPTS: u32 = 20;

/// Opens a file that is whole, or one that is being written or was killed.
///
/// # Errors
/// The library's reason against the second way.
pub(super) fn open(path: &Path) -> hdf5::Result<File> {
    File::open(path).or_else(|_| {
        let mut builder = File::with_options();
        builder.fapl().metadata_read_attempts(READ_ATTEMPTS);
        builder.open_as(path, OpenMode::ReadSWMR)
    })
}
