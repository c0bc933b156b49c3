//! Elan's `.hyp`, which Visbrain writes too: four lines of header, then a number for each epoch, in the code of Rechtschaffen
//! and Kales.

use super::{Numbers, Scored, Wrong, length, stages, word};
use crate::record::csv::quote;

/// What the lines of the header begin with.
const HEADER: [&str; 4] = ["time_base", "sampling_period", "epoch_nb", "epoch_list"];

/// What a file says, epoch by epoch.
pub(super) fn scored(bytes: &[u8]) -> Result<Vec<Scored>, Wrong> {
    let lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = (1..).zip(lines).filter(|(_, line)| !line.is_empty());
    let mut header = [""; HEADER.len()];
    for (name, value) in HEADER.iter().zip(&mut header) {
        let (number, line) = lines.next().unwrap_or_default();
        let text = std::str::from_utf8(line).unwrap_or_default();
        *value = match text.strip_prefix(name) {
            Some(value) => value.trim(),
            None => {
                let place = format!("line {}", number.max(1));
                return Err(Wrong::at(&place, &quote(line), &format!("`{name}`")));
            }
        };
    }
    let [time_base, _, count, _] = header;
    let length = length(time_base).ok_or_else(|| {
        let found = quote(time_base.as_bytes());
        Wrong::at("`time_base`", &found, "a length in seconds")
    })?;
    let scored: Vec<Scored> = lines
        .map(|(place, line)| {
            let number = std::str::from_utf8(line).ok();
            let number = number.and_then(|text| text.parse::<i64>().ok());
            let score = number.and_then(|n| word::numbered(n, Numbers::RechtschaffenKales));
            let score = score.ok_or_else(|| {
                let expected = format!("{}, as a number from -2 to 6, or 9", stages());
                Wrong::at(&format!("line {place}"), &quote(line), &expected)
            })?;
            Ok(Scored {
                start: None,
                length,
                score,
                place,
            })
        })
        .collect::<Result<_, Wrong>>()?;
    if count.parse() != Ok(scored.len()) {
        let expected = format!("{}, as `epoch_nb` says", quote(count.as_bytes()));
        let found = format!("{} epochs", scored.len());
        return Err(Wrong::at("the end", &found, &expected));
    }
    Ok(scored)
}
