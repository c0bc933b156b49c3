//! Whether the heaps of an HDF5 file can be read: its texts of variable length lie in them, without a checksum.
//!
//! The HDF5 library (2.0 and before) goes through the objects of a heap by their sizes, and never ends where one takes no
//! room at all, as zeros in the place of an object do. A byte that has changed is enough, so they are looked at before.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use crate::base::file;

const SIGNATURE: &[u8] = b"GCOL";
const VERSION: u8 = 1;
/// Objects and the numbers in front of them begin at multiples of it.
const ALIGNMENT: u64 = 8;
/// Bytes of an object's header before its size.
const HEADER: usize = 8;
/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// Looks at every heap of the HDF5 file `path` outside of `values`, where there are none.
///
/// # Errors
/// What is wrong, if the library would not come to the end of one, or the file cannot be read.
pub(super) fn check(path: &Path, values: &[Range<u64>]) -> Result<(), String> {
    let cannot = |error: io::Error| error.to_string();
    let mut file = file::open(path).map_err(cannot)?;
    let file_bytes = file.metadata().map_err(cannot)?.len();
    let width = width_of_sizes(&mut file).map_err(cannot)?;
    for place in gaps(values, file_bytes) {
        for heap in heaps(&mut file, place).map_err(cannot)? {
            if !ends(&file, heap, width).map_err(cannot)? {
                return Err(format!(
                    "the heap at byte {heap} has an object without a size"
                ));
            }
        }
    }
    Ok(())
}

/// Bytes of a size in this file, as its superblock says.
fn width_of_sizes(file: &mut File) -> io::Result<usize> {
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(16).read_to_end(&mut start)?;
    let at = match start.get(8) {
        Some(0 | 1) => 14,
        _ => 10,
    };
    let width = start.get(at).copied().unwrap_or(0);
    Ok(if matches!(width, 2 | 4) {
        width.into()
    } else {
        8
    })
}

/// What lies between `values` in a file of `file_bytes`.
fn gaps(values: &[Range<u64>], file_bytes: u64) -> Vec<Range<u64>> {
    let mut values: Vec<&Range<u64>> = values.iter().collect();
    values.sort_unstable_by_key(|range| range.start);
    let mut gaps = Vec::new();
    let mut from = 0;
    for range in values {
        if range.start > from {
            gaps.push(from..range.start.min(file_bytes));
        }
        from = from.max(range.end);
    }
    gaps.push(from..file_bytes);
    gaps.retain(|gap| gap.start < gap.end);
    gaps
}

/// Where heaps begin within `place`.
fn heaps(file: &mut File, place: Range<u64>) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    let mut from = place.start;
    let mut piece = Vec::with_capacity(PIECE);
    while from < place.end {
        piece.clear();
        file.seek(SeekFrom::Start(from))?;
        let most = (place.end - from).min(PIECE as u64);
        file.take(most).read_to_end(&mut piece)?;
        let places = memchr::memmem::find_iter(&piece, SIGNATURE);
        found.extend(places.map(|at| from + at as u64));
        if piece.len() < SIGNATURE.len() {
            break;
        }
        // One that lies across two pieces is found in the second.
        let last = (piece.len() as u64) < most || from + most == place.end;
        from += piece.len() as u64 - if last { 0 } else { SIGNATURE.len() as u64 - 1 };
    }
    Ok(found)
}

/// Whether the library would come to the end of the heap at byte `at`, be it with an error.
fn ends(file: &File, at: u64, width: usize) -> io::Result<bool> {
    let mut file = BufReader::new(file);
    file.seek(SeekFrom::Start(at))?;
    let mut header = [0; 16];
    let header = &mut header[..HEADER + width];
    let Some(size) = read(&mut file, header)? else {
        return Ok(true);
    };
    if header[4] != VERSION {
        return Ok(true);
    }
    let room = header.len().next_multiple_of(ALIGNMENT as usize) as u64;
    let padding = room as usize - header.len();
    file.seek_relative(padding as i64)?;
    let mut left = size.saturating_sub(room);
    while left >= room {
        let Some(size) = read(&mut file, header)? else {
            return Ok(true);
        };
        // The free space is number 0 and counts its own header.
        let needed = match header[..2] {
            [0, 0] => size,
            // As the library adds: beyond the largest number it begins again at 0.
            _ => (size.wrapping_add(ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT).wrapping_add(room),
        };
        if needed == 0 {
            return Ok(false);
        }
        if needed > left {
            return Ok(true);
        }
        left -= needed;
        // Beyond what a file can hold, its end is too.
        let Some(rest) = i64::try_from(needed)
            .ok()
            .and_then(|needed| needed.checked_sub(header.len() as i64))
        else {
            return Ok(true);
        };
        file.seek_relative(rest)?;
    }
    Ok(true)
}

/// Fills `header`: the size at its end, or `None` where the file ends before.
fn read(file: &mut impl Read, header: &mut [u8]) -> io::Result<Option<u64>> {
    match file.read_exact(header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let size = header[HEADER..].iter().rev();
    Ok(Some(
        size.fold(0, |size, &byte| size << 8 | u64::from(byte)),
    ))
}

#[cfg(test)]
mod tests {
    use hdf5::types::VarLenUnicode;

    use super::*;

    /// A file with one text on a heap, and where the heap begins.
    fn file(folder: &Path) -> (std::path::PathBuf, Vec<u8>, usize) {
        let path = folder.join("a.h5");
        let file = hdf5::File::create(&path).unwrap();
        let text: VarLenUnicode = "a text".parse().unwrap();
        let attribute = file.new_attr::<VarLenUnicode>().create("text").unwrap();
        attribute.write_scalar(&text).unwrap();
        drop(attribute);
        file.close().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let heap = bytes.windows(4).position(|four| four == SIGNATURE).unwrap();
        (path, bytes, heap)
    }

    #[test]
    fn an_object_without_a_size_is_found_unless_it_lies_in_values() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut bytes, heap) = file(folder.path());
        assert_eq!(check(&path, &[]), Ok(()));
        // Behind the text of 6 bytes in 8: the size of the free space.
        let free = heap + 16 + 16 + 8;
        bytes[free + 8..free + 16].fill(0);
        std::fs::write(&path, &bytes).unwrap();
        let said = Err(format!(
            "the heap at byte {heap} has an object without a size"
        ));
        let all = bytes.len() as u64;
        let heap = heap as u64;
        assert_eq!(check(&path, &[]), said);
        assert_eq!(check(&path, &[0..heap, heap + 99..all]), said);
        assert_eq!(
            check(&path, std::slice::from_ref(&(heap..heap + 99))),
            Ok(())
        );
    }

    #[test]
    fn sizes_beyond_every_file_end_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut bytes, heap) = file(folder.path());
        bytes[heap + 8..heap + 16].fill(0xff);
        let first = heap + 16;
        bytes[first..first + 2].fill(0);
        for size in [1_u64 << 63, (1 << 63) + 15, u64::MAX - 15] {
            bytes[first + 8..first + 16].copy_from_slice(&size.to_le_bytes());
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(check(&path, &[]), Ok(()), "{size:x}");
        }
    }

    #[test]
    fn a_size_that_makes_the_sum_nothing_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut bytes, heap) = file(folder.path());
        bytes[heap + 16 + 8..heap + 16 + 16].copy_from_slice(&(u64::MAX - 15).to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        assert!(check(&path, &[]).is_err());
    }

    #[test]
    fn a_heap_is_found_wherever_pieces_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for at in PIECE - 5..PIECE + 5 {
            let mut bytes = vec![b'G'; 2 * PIECE + 7];
            bytes[at..at + 4].copy_from_slice(SIGNATURE);
            std::fs::write(&path, &bytes).unwrap();
            let mut file = File::open(&path).unwrap();
            assert_eq!(
                heaps(&mut file, 0..bytes.len() as u64).unwrap(),
                [at as u64]
            );
        }
    }

    #[test]
    fn gaps_are_what_is_left() {
        assert_eq!(gaps(&[5..7, 0..2, 6..9], 12), [2..5, 9..12]);
        assert_eq!(gaps(std::slice::from_ref(&(0..20)), 12), []);
        assert_eq!(gaps(&[3..4, 15..20], 12), [0..3, 4..12]);
        assert_eq!(gaps(&[], 0), []);
    }
}
