//! Checkpoints: all that it takes to go on with a run in another process, in one file.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `89 73 77 63 6B 70 74 0A`: a byte beyond ASCII, `swckpt`, a line feed |
//! | 4 | version of this layout, little-endian |
//! | … | version of the program, then [`Checkpoint`], both as `postcard` writes them |
//! | 16 | checksum of everything before it, little-endian |
//!
//! A new checkpoint is written beside the old one and takes its name once it is on disk, so that there is a whole one at
//! any moment. Equal bits are promised within one version of the program, so no other reads it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::length::Lengths;
use super::output::{OutputError, part_of, replace};
use crate::base::bytes;
use crate::base::digest::fold;
use crate::base::file;
use crate::base::stream::mix;

/// Name of the file in a run's folder.
pub const FILE: &str = "checkpoint";

const MAGIC: [u8; 8] = *b"\x89swckpt\n";
const FORMAT: u32 = 10;
const HEAD: usize = MAGIC.len() + size_of::<u32>();
const CHECKSUM: usize = size_of::<u128>();

/// The program's version, which a checkpoint must have been written by.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Why a checkpoint cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is none.
    #[error(
        "`{}`: no such file, expected the checkpoint of a run\n  help: a run of several seeds that a guard stopped has none; run a \
         changed model anew, into another folder", path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Something else.
    #[error("`{}`: is not a checkpoint: its first bytes are others", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another layout.
    #[error(
        "`{}`: the checkpoint's format is {found}, expected {FORMAT}\n  help: go on with the version of sharpwave that \
         wrote it", path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Bytes are missing or changed.
    #[error("`{}`: the checkpoint is truncated or damaged: its checksum does not fit", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Another program.
    #[error(
        "`{}`: the checkpoint was written by sharpwave {found}, expected {PROGRAM}, this program\n  help: go on with \
         sharpwave {found}: equal results are promised within one version only", path.display()
    )]
    Program {
        /// The file.
        path: PathBuf,
        /// The version that wrote it.
        found: String,
    },
}

/// A run at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The resolved model file, from which everything is built again.
    pub model: String,
    /// Those of before, where a run went on under other limits: its run file may still hold one.
    pub before: Vec<String>,
    /// The model file as typed.
    pub source: String,
    /// What was given beside it in place of its values.
    pub overrides: Vec<String>,
    /// Whether every seed leaves a run file.
    pub keep_seeds: bool,
    /// Every other file that the model reads, and the hash of its content.
    pub files: Vec<(PathBuf, u128)>,
    /// What each job of the run has saved, by its name; a job without has not begun.
    pub slots: BTreeMap<String, Slot>,
}

/// A job of a run at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Its state.
    #[serde(with = "bytes")]
    pub state: Vec<u8>,
    /// How far its run file had come, if it writes one.
    pub lengths: Option<Lengths>,
}

/// Writes `bytes`, those of a [`Checkpoint`], in place of the checkpoint in `folder`, if there is one; on an error that one
/// stays.
///
/// # Errors
/// If it cannot be written.
pub fn write(folder: &Path, bytes: postcard::Result<Vec<u8>>) -> Result<(), OutputError> {
    let path = folder.join(FILE);
    let part = part_of(&path);
    let bytes = bytes.map_err(std::io::Error::other);
    let written = bytes.and_then(|bytes| {
        std::fs::File::create(&part)?.write_all(&bytes)?;
        replace(&part, &path)
    });
    written.map_err(|source| {
        // Half a checkpoint is of no use to anybody.
        let _ = std::fs::remove_file(&part);
        OutputError::Write { path, source }
    })
}

impl Checkpoint {
    /// Reads the checkpoint in `folder`.
    ///
    /// # Errors
    /// If there is none, or it is damaged, or another version of this program wrote it.
    pub fn read(folder: &Path) -> Result<Self, CheckpointError> {
        let path = folder.join(FILE);
        match file::read(&path) {
            Ok(bytes) => Self::parse(&bytes, &path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(CheckpointError::Missing { path })
            }
            Err(error) => Err(CheckpointError::Unreadable {
                path,
                cause: error.to_string(),
            }),
        }
    }

    /// How far the run file of `seed` had come, by the job that writes it: jobs are called by their seed, `7`, or by seed and
    /// part, `7/sleep`.
    pub(super) fn lengths(&self, seed: u64) -> Option<Lengths> {
        let seed = seed.to_string();
        let mut slots = self
            .slots
            .iter()
            .filter(|(job, _)| job.split('/').next() == Some(&seed));
        slots.find_map(|(_, slot)| slot.lengths.clone())
    }

    /// The content of the file.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    pub fn bytes(&self) -> postcard::Result<Vec<u8>> {
        /// Room for what is not a state; where it is more, the list grows.
        const REST: usize = 1 << 16;
        let states = self.slots.values().map(|slot| slot.state.len());
        let mut bytes = Vec::with_capacity(states.sum::<usize>() + REST);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes = postcard::to_extend(PROGRAM, bytes)?;
        bytes = postcard::to_extend(self, bytes)?;
        let checksum = hash(&bytes);
        bytes.extend(checksum.to_le_bytes());
        Ok(bytes)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, CheckpointError> {
        let path = || path.to_owned();
        let damaged = || CheckpointError::Damaged { path: path() };
        let start = bytes.len().min(MAGIC.len());
        if bytes.is_empty() || bytes[..start] != MAGIC[..start] {
            return Err(CheckpointError::Foreign { path: path() });
        }
        let format = bytes.get(MAGIC.len()..HEAD).ok_or_else(damaged)?;
        let found = u32::from_le_bytes(format.try_into().map_err(|_| damaged())?);
        if found != FORMAT {
            return Err(CheckpointError::Format {
                path: path(),
                found,
            });
        }
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(damaged)?;
        if hash(content).to_le_bytes() != *checksum {
            return Err(damaged());
        }
        let content = content.get(HEAD..).ok_or_else(damaged)?;
        let (program, rest) = postcard::take_from_bytes::<&str>(content).map_err(|_| damaged())?;
        if program != PROGRAM {
            return Err(CheckpointError::Program {
                path: path(),
                found: program.to_owned(),
            });
        }
        postcard::from_bytes(rest).map_err(|_| damaged())
    }
}

/// Removes the checkpoint in `folder`, if there is one.
///
/// # Errors
/// If it is there and cannot be removed.
pub fn remove(folder: &Path) -> Result<(), OutputError> {
    let path = folder.join(FILE);
    // What a program was killed over is of no use any more.
    let _ = std::fs::remove_file(part_of(&path));
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(OutputError::Write { path, source })
        }
        _ => Ok(()),
    }
}

/// 128 bits over all of `bytes` and their number: tells accidents apart, not forgeries.
pub fn hash(bytes: &[u8]) -> u128 {
    let n = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<{ size_of::<u64>() }>();
    let mut last = [0; size_of::<u64>()];
    last[..rest.len()].copy_from_slice(rest);
    let half = |start: u64| u128::from(fold(fold(mix(start), words), &[last]));
    half(n) << 64 | half(!n)
}

/// [`hash`] of what came before, `sum`, and of the next `piece`, which is used up: for what comes in pieces.
pub fn hash_on(sum: u128, piece: &mut Vec<u8>) -> u128 {
    piece.extend(sum.to_le_bytes());
    let sum = hash(piece);
    piece.clear();
    sum
}

#[cfg(test)]
mod tests;
