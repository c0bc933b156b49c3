//! Checksums of zip archives, put right after their content was changed.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

const CENTRAL: &[u8; 4] = b"PK\x01\x02";

/// Gives every entry of the archive `bytes` the checksum of what it now holds.
pub fn repair(bytes: &mut [u8]) {
    let entries: Vec<usize> = (0..bytes.len().saturating_sub(45))
        .filter(|&at| bytes[at..].starts_with(CENTRAL))
        .collect();
    for at in entries {
        let word = |place: usize| -> Option<usize> {
            let word = bytes.get(place..place + 4)?;
            Some(
                word.iter()
                    .rev()
                    .fold(0, |n, &byte| n << 8 | usize::from(byte)),
            )
        };
        let half = |place: usize| word(place).map(|word| word & 0xFFFF);
        let sum = || {
            let local = word(at + 42)?;
            let start = local + 30 + half(local + 26)? + half(local + 28)?;
            let stored = bytes.get(start..start.checked_add(word(at + 20)?)?)?;
            let mut sum = Crc::new();
            match half(at + 10)? {
                0 => sum.update(stored),
                _ => {
                    let mut content = Vec::new();
                    let decoder = DeflateDecoder::new(stored).take(1 << 20);
                    let _ = { decoder }.read_to_end(&mut content);
                    sum.update(&content);
                }
            }
            Some((local, sum.sum().to_le_bytes()))
        };
        if let Some((local, sum)) = sum() {
            bytes[at + 16..at + 20].copy_from_slice(&sum);
            if let Some(place) = bytes.get_mut(local + 14..local + 18) {
                place.copy_from_slice(&sum);
            }
        }
    }
}
