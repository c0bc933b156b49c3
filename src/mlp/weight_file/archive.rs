//! Zip archives, on which `.npz` and PyTorch files are built, read within a bound on memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

use super::error::looks_like;
use super::{Format, Problem};
use crate::base::shown::shown;

/// How many bytes may still be made from a file: decompressed, or copied out by overlapping views.
///
/// Deflate expands up to 1032-fold, so a file of a few megabytes could claim gigabytes. Trained weights hardly
/// compress; 100 times the file is room enough for sparse ones, and the constant lets small files hold anything.
pub(crate) struct Budget {
    left: u64,
    limit: u64,
}

impl Budget {
    /// The budget of a file of `length` bytes.
    pub(crate) fn of(length: usize) -> Self {
        const SMALL_FILES: u64 = 16 << 20;
        let limit = (length as u64)
            .saturating_mul(100)
            .saturating_add(SMALL_FILES);
        Self { left: limit, limit }
    }

    /// Takes `bytes` from it.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<(), Problem> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or(Problem::Expands { limit: self.limit })?;
        Ok(())
    }
}

/// A zip archive in memory.
pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    format: Format,
    pub(crate) budget: Budget,
}

impl<'a> Archive<'a> {
    /// Opens `bytes` as an archive of `format`.
    pub(crate) fn open(bytes: &'a [u8], format: Format) -> Result<Self, Problem> {
        if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
            return Err(Problem::Content {
                expected: format,
                found: looks_like(bytes),
            });
        }
        // The archive begins with the file. A search for its beginning would be a guess, and goes wrong where the first
        // directory entry happens to be as long as the records that end the archive.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let zip = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|error| {
            Problem::damaged(format, format!("{error} (is the file complete?)"))
        })?;
        Ok(Self {
            zip,
            format,
            budget: Budget::of(bytes.len()),
        })
    }

    /// Names of the entries, in the archive's order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.zip
            .file_names_raw()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    /// The declared size of an entry in bytes; none where there is no such entry.
    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        let index = self.zip.index_for_name(name)?;
        Some(self.zip.by_index_data(index).ok()?.size())
    }

    /// The content of an entry.
    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, Problem> {
        let format = self.format;
        let damaged = |error: &dyn std::fmt::Display| {
            Problem::damaged(format, format!("entry `{}`: {error}", shown(name)))
        };
        let entry = self.zip.by_name(name).map_err(|error| damaged(&error))?;
        let declared = entry.size();
        self.budget.take(declared)?;
        // Grows with what is really there, not with what the header claims. One byte more than declared, so that the
        // end is reached, where the checksum is compared.
        let mut content = Vec::new();
        entry
            .take(declared.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(|error| damaged(&error))?;
        if content.len() as u64 != declared {
            let found = content.len();
            return Err(damaged(&format_args!(
                "holds {found} bytes, expected {declared}"
            )));
        }
        Ok(content)
    }
}
