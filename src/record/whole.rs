//! Whether the file holds all values that a dataset claims.
//!
//! The HDF5 library reads zeros where a file has lost its end, and fill values where a chunk was never written. In a
//! file of spikes both would be wrong data without a word.

use std::ops::Range;

use hdf5::Dataset;

#[cfg(feature = "static-hdf5")]
use super::cause::cause;

/// How far deflate can compress; a dataset that claims more values than its bytes can make up is forged or unwritten.
const MOST_COMPRESSION: u64 = 1032;

/// Checks that every value of `dataset` lies within the `file_bytes` of its file, asked for last: it may grow meanwhile.
/// Adds where in the file they are to `places`.
///
/// # Errors
/// What was found instead.
pub(super) fn check(
    dataset: &Dataset,
    file_bytes: impl FnOnce() -> u64,
    places: &mut Vec<Range<u64>>,
) -> Result<(), String> {
    let values = dataset.size() as u64;
    let stored = dataset.storage_size();
    if values > stored.saturating_mul(MOST_COMPRESSION) {
        return Err(format!("{values} values in {stored} bytes"));
    }
    if values == 0 {
        return Ok(());
    }
    let end = match dataset.chunk() {
        Some(chunk) => chunked_end(dataset, &chunk, places)?,
        // Compact datasets lie in their object's header, which has no offset and is read as one.
        None => dataset.offset().map_or(0, |offset| {
            let end = offset.saturating_add(stored);
            places.push(offset..end);
            end
        }),
    };
    let file_bytes = file_bytes();
    if end > file_bytes {
        return Err(format!("values up to byte {end} of a file of {file_bytes}"));
    }
    Ok(())
}

/// The byte after the last value of a chunked dataset, if its chunks hold all of it.
fn chunked_end(
    dataset: &Dataset,
    chunk: &[usize],
    places: &mut Vec<Range<u64>>,
) -> Result<u64, String> {
    let shape = dataset.shape();
    let filtered = !dataset.filters().is_empty();
    let elements: u64 = chunk.iter().map(|&extent| extent as u64).product();
    let mut held = 0_u64;
    let mut end = 0_u64;
    each_chunk(dataset, |offset, address, size| {
        places.push(address..address.saturating_add(size));
        // Only the part of an edge chunk that is in use must be there: a killed run may not have written the rest.
        let used = || {
            let extents = shape.iter().zip(chunk).zip(offset);
            extents.map(|((&axis, &extent), &from)| {
                (axis as u64).saturating_sub(from).min(extent as u64)
            })
        };
        let count: u64 = used().product();
        held = held.saturating_add(count);
        if count == 0 {
            return;
        }
        let last = used().zip(chunk).fold(0, |place: u64, (used, &extent)| {
            place * extent as u64 + (used - 1)
        });
        let bytes = match filtered {
            true => size,
            false => (size / elements.max(1)).saturating_mul(last + 1),
        };
        end = end.max(address.saturating_add(bytes));
    })?;
    match held == dataset.size() as u64 {
        true => Ok(end),
        false => Err(format!("chunks for {held} of {} values", dataset.size())),
    }
}

/// Tells of every chunk: offset, address, size in bytes.
#[cfg(feature = "static-hdf5")]
fn each_chunk(dataset: &Dataset, mut see: impl FnMut(&[u64], u64, u64)) -> Result<(), String> {
    let visited = dataset.chunks_visit(|chunk| {
        see(chunk.offset, chunk.addr, chunk.size);
        0
    });
    visited.map_err(|error| cause(&error))
}

/// As above, for libraries older than 1.14, which look for each chunk from the first on: slow where there are thousands.
#[cfg(not(feature = "static-hdf5"))]
fn each_chunk(dataset: &Dataset, mut see: impl FnMut(&[u64], u64, u64)) -> Result<(), String> {
    for index in 0..dataset.num_chunks().unwrap_or(0) {
        let chunk = dataset
            .chunk_info(index)
            .ok_or_else(|| format!("no chunk {index}"))?;
        see(&chunk.offset, chunk.addr, chunk.size);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hdf5::{Extent, File};

    use super::*;

    #[test]
    fn only_the_used_part_of_an_edge_chunk_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("a.h5")).unwrap();
        let shape = [Extent::resizable(0), Extent::fixed(3)];
        let dataset = file
            .new_dataset::<u64>()
            .chunk((4, 2))
            .shape(shape)
            .create("x")
            .unwrap();
        dataset.resize((5, 3)).unwrap();
        dataset.write_raw(&[7_u64; 15]).unwrap();
        file.flush().unwrap();

        // Four chunks of 8 values; the one at (4, 2) uses its first value only.
        let last = (0..4).map(|i| dataset.chunk_info(i).unwrap());
        let ends: Vec<u64> = last
            .map(|c| {
                c.addr
                    + 8 * [8, 7, 2, 1]
                        [usize::from(c.offset[0] == 4) * 2 + usize::from(c.offset[1] == 2)]
            })
            .collect();
        let end = *ends.iter().max().unwrap();
        assert_eq!(check(&dataset, || end, &mut Vec::new()), Ok(()));
        assert_eq!(
            check(&dataset, || end - 1, &mut Vec::new()),
            Err(format!("values up to byte {end} of a file of {}", end - 1))
        );
    }

    #[test]
    fn chunks_that_were_never_written_are_missed() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("a.h5")).unwrap();
        let dataset = file
            .new_dataset::<u64>()
            .chunk(4)
            .shape(Extent::resizable(4))
            .create("x")
            .unwrap();
        dataset.write_raw(&[7_u64; 4]).unwrap();
        dataset.resize(9).unwrap();
        assert_eq!(
            check(&dataset, || u64::MAX, &mut Vec::new()),
            Err("chunks for 4 of 9 values".to_owned())
        );
    }
}
