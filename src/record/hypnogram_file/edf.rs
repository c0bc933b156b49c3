//! Annotations of EDF+ files (Kemp and Olivan 2003, Clin Neurophysiol 114:1755), as those of the Sleep-EDF collection.
//!
//! A header of 256 bytes, as many for each signal, then records, each with some samples of every signal. The samples of a
//! signal called `EDF Annotations` are text: lists of annotations, `+onset[\x15duration]\x14text\x14…\x14\x00`, in seconds.

use std::io::Read;

use super::{LARGEST, Scored, Wrong, length, seconds, stages, word};
use crate::base::shown::shown;
use crate::base::suggest;

/// Bytes of the header, and of each signal's part of it.
const HEADER: usize = 256;

/// Widths of a signal's fields before the number of its samples: label, transducer, unit, four bounds, filters.
const BEFORE_SAMPLES: usize = 16 + 80 + 8 + 4 * 8 + 80;

/// Most signals, and most bytes of a record: files beyond are damaged.
const MOST_SIGNALS: usize = 4096;
const LARGEST_RECORD: usize = 1 << 26;

/// Most other annotations that a message names.
const SHOWN: usize = 5;

/// Annotations that are stages, in the order of their onsets.
pub(super) fn scored(mut file: impl Read) -> Result<Vec<Scored>, Wrong> {
    let layout = Layout::read(&mut file)?;
    let mut annotations = Vec::new();
    let (mut record, mut taken, mut others) = (vec![0; layout.record], 0, Vec::new());
    let mut number = 0;
    while layout.records.is_none_or(|records| number < records) {
        let read = fill(&mut file, &mut record)?;
        if read < record.len() {
            if let Some(records) = layout.records {
                let found = format!("the end of the file in record {}", number + 1);
                return Err(Wrong::at("records", &found, &format!("{records} of them")));
            }
            break;
        }
        number += 1;
        for &(start, end) in &layout.annotations {
            taken += (end - start) as u64;
            if taken > LARGEST {
                return Err(Wrong::new(format!(
                    "more than {LARGEST} bytes of annotations"
                )));
            }
            lists(&record[start..end], &mut annotations, &mut others)?;
        }
    }
    if let Some(records) = layout.records {
        check_end(file, records, layout.record)?;
    }
    if annotations.is_empty() {
        let found = match others.is_empty() {
            true => "no annotations".to_owned(),
            false => {
                let names: Vec<String> = others.iter().map(|o| shown(o).to_string()).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!(
                    "no stage among annotations such as {}",
                    suggest::list(&names)
                )
            }
        };
        return Err(Wrong::at(
            "the file",
            &found,
            "annotations such as `Sleep stage W`",
        ));
    }
    annotations.sort_by_key(|one: &Scored| one.start);
    Ok(annotations)
}

/// Refuses whole records of so many `bytes` that come after the `records` which the header names: stages may be among them.
fn check_end(mut file: impl Read, records: usize, bytes: usize) -> Result<(), Wrong> {
    let rest = std::io::copy(&mut file, &mut std::io::sink());
    let rest = rest.map_err(|error| Wrong::new(format!("cannot read: {error}")))?;
    let more = rest / bytes as u64;
    if more == 0 {
        return Ok(());
    }
    let found = format!("{} in the file", records as u64 + more);
    let wrong = Wrong::at("records", &found, &format!("{records}, as the header says"));
    Err(wrong.with("-1 as the header's number of records says that it is not known: all are read"))
}

/// What the header says.
struct Layout {
    /// `None` where the file was not closed.
    records: Option<usize>,
    /// Bytes of a record.
    record: usize,
    /// Where annotations lie in it.
    annotations: Vec<(usize, usize)>,
}

impl Layout {
    fn read(file: &mut impl Read) -> Result<Self, Wrong> {
        let mut header = [0; HEADER];
        let read = fill(file, &mut header)?;
        let version = header[..8].trim_ascii();
        if read < HEADER || version != b"0" {
            let found = match read {
                0 => "an empty file".to_owned(),
                _ => format!(
                    "{read} bytes that begin with {}",
                    text(&header[..read.min(8)])
                ),
            };
            let expected = "a header of 256 bytes that begins with `0`, as EDF files have";
            return Err(Wrong::at("the header", &found, expected));
        }
        let whole = |at: usize, width: usize, what: &str| {
            let field = &header[at..at + width];
            let number = std::str::from_utf8(field).ok();
            let number = number.and_then(|text| text.trim().parse::<i64>().ok());
            number.ok_or_else(|| Wrong::at("the header", &text(field), what))
        };
        let records = whole(236, 8, "the number of records")?;
        let signals = whole(252, 4, "the number of signals")?;
        let size = whole(184, 8, "the size of the header")?;
        let count = usize::try_from(signals).ok();
        let Some(signals) = count.filter(|n| (1..=MOST_SIGNALS).contains(n)) else {
            let expected = format!("1 to {MOST_SIGNALS}");
            let found = format!("{signals} signals");
            return Err(Wrong::at("the header", &found, &expected));
        };
        let expected = HEADER * (signals + 1);
        if size != expected as i64 {
            let found = format!("a header of {size} bytes");
            let expected = format!("{expected} of {signals} signals");
            return Err(Wrong::at("the header", &found, &expected));
        }
        let mut fields = vec![0; HEADER * signals];
        if fill(file, &mut fields)? < fields.len() {
            return Err(Wrong::at(
                "the header",
                "the end of the file",
                &format!("{signals} signals"),
            ));
        }
        Self::of(&fields, signals, usize::try_from(records).ok())
    }

    fn of(fields: &[u8], signals: usize, records: Option<usize>) -> Result<Self, Wrong> {
        let (mut record, mut annotations) = (0_usize, Vec::new());
        for signal in 0..signals {
            let label = fields[signal * 16..(signal + 1) * 16].trim_ascii();
            let at = BEFORE_SAMPLES * signals + signal * 8;
            let field = &fields[at..at + 8];
            let samples = std::str::from_utf8(field).ok();
            let samples = samples.and_then(|text| text.trim().parse::<usize>().ok());
            let end = samples.and_then(|samples| samples.checked_mul(2)?.checked_add(record));
            let Some(end) = end.filter(|end| *end <= LARGEST_RECORD) else {
                let place = format!("the header, signal {}", signal + 1);
                let expected = "a number of samples in each record";
                return Err(Wrong::at(&place, &text(field), expected));
            };
            if label == b"EDF Annotations" {
                annotations.push((record, end));
            }
            record = end;
        }
        annotations.retain(|(start, end)| start < end);
        if annotations.is_empty() {
            let wrong = Wrong::at(
                "the header",
                "no signal `EDF Annotations`",
                "annotations with the stages",
            );
            return Err(wrong
                .with("Sleep-EDF keeps the stages of SC4001E0-PSG.edf in SC4001EC-Hypnogram.edf"));
        }
        Ok(Self {
            records,
            record,
            annotations,
        })
    }
}

/// Takes the annotations of one record: stages behind `scored`, the first names of others behind `others`.
fn lists(bytes: &[u8], scored: &mut Vec<Scored>, others: &mut Vec<String>) -> Result<(), Wrong> {
    for list in bytes.split(|&byte| byte == 0).filter(|l| !l.is_empty()) {
        let mut parts = list.split(|&byte| byte == 0x14);
        let time = parts.next().unwrap_or_default();
        let time = String::from_utf8_lossy(time);
        let (onset, lasts) = match time.split_once('\u{15}') {
            Some((onset, lasts)) => (onset, Some(lasts)),
            None => (&*time, None),
        };
        for said in parts.filter(|part| !part.is_empty()) {
            let said = String::from_utf8_lossy(said);
            if !is_stage(&said) {
                if others.len() < SHOWN {
                    others.push(said.into_owned());
                }
                continue;
            }
            let place = scored.len() + 1;
            let Some(score) = word::score(&said) else {
                // Left out, what it says would be missing from the night without a word.
                let found = format!("`{}` at {} s", shown(&said), shown(onset));
                return Err(Wrong::at(&format!("annotation {place}"), &found, &stages()));
            };
            let wrong = |found: &str, expected: &str| {
                let found = format!("`{}` {}", shown(&said), shown(found));
                Wrong::at(&format!("annotation {place}"), &found, expected)
            };
            let start = seconds(onset.strip_prefix('+').unwrap_or(onset));
            let start = start.ok_or_else(|| wrong(onset, "an onset in seconds, from 0"))?;
            let length = lasts.and_then(length);
            let length =
                length.ok_or_else(|| wrong(lasts.unwrap_or("alone"), "a length in seconds"))?;
            scored.push(Scored {
                start: Some(start),
                length,
                score,
                place,
            });
        }
    }
    Ok(())
}

/// Whether an annotation is that of a stage, as Sleep-EDF has them; other events are none.
fn is_stage(said: &str) -> bool {
    let lower = said.trim().to_ascii_lowercase();
    lower.starts_with("sleep stage") || lower == "movement time"
}

/// Reads until `buffer` is full or the file ends; how much it read.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Wrong> {
    let mut at = 0;
    while at < buffer.len() {
        match file.read(&mut buffer[at..]) {
            Ok(0) => break,
            Ok(n) => at += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Wrong::new(format!("cannot read: {error}"))),
        }
    }
    Ok(at)
}

/// A field of the header, for a message.
fn text(field: &[u8]) -> String {
    format!("`{}`", shown(String::from_utf8_lossy(field).trim()))
}
