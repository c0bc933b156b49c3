//! What a run file has lost of what the checkpoint beside it counts.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use hdf5::File;

use super::checkpoint::Checkpoint;
use super::length::Lengths;
use super::sum::{Sums, block_rows};

/// Values of a run file that are not those that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Path of the dataset.
    pub dataset: String,
    /// Its rows among which the wrong ones are.
    pub rows: Range<usize>,
    /// Whether the file does not have them at all.
    pub missing: bool,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            dataset,
            rows: Range { start, end },
            missing,
        } = self;
        let last = end.saturating_sub(1);
        write!(f, "`{dataset}`: values from {start} to {last} ")?;
        match missing {
            true => write!(f, "are missing, which the checkpoint counts"),
            false => write!(
                f,
                "differ from those that were written, by the sums in the checkpoint"
            ),
        }
    }
}

/// Compares `copy`, of the run file at `path` of this `seed`, with the checkpoint in its folder. Without one that can be read
/// there is nothing to compare with.
///
/// # Errors
/// If the copy cannot be read.
pub(super) fn find(path: &Path, copy: &File, seed: u64) -> hdf5::Result<Vec<Damage>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let checkpoint = Checkpoint::read(folder);
    let Some(lengths) = checkpoint
        .ok()
        .and_then(|checkpoint| checkpoint.lengths(seed))
    else {
        return Ok(Vec::new());
    };
    compare(copy, &lengths)
}

fn compare(copy: &File, lengths: &Lengths) -> hdf5::Result<Vec<Damage>> {
    let mut damages: Vec<Damage> = Vec::new();
    for (path, written, sums) in lengths.sums() {
        let mut add = |rows: Range<usize>, missing: bool| match damages.last_mut() {
            Some(last) if last.dataset == path && !missing && last.rows.end == rows.start => {
                last.rows.end = rows.end;
            }
            _ => damages.push(Damage {
                dataset: path.to_owned(),
                rows,
                missing,
            }),
        };
        let Ok(dataset) = copy.dataset(path) else {
            add(0..written, true);
            continue;
        };
        let shape = dataset.shape();
        let found = shape.first().copied().unwrap_or(0).min(written);
        let block = block_rows(shape.iter().skip(1).product());
        let copied = Sums::of(&dataset, found)?;
        for (at, (sum, copied)) in sums.iter().zip(copied.blocks()).enumerate() {
            let rows = at * block..((at + 1) * block).min(written);
            // The sum of a block that is not all there is another.
            if sum != copied && rows.end <= found {
                add(rows, false);
            }
        }
        if found < written {
            add(found..written, true);
        }
    }
    Ok(damages)
}
