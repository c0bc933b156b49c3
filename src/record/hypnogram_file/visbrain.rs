//! Visbrain's tables: `*` lines about the recording, then a stage a line and when it ends, in seconds.

use super::{Scored, Wrong, seconds, stages, word};
use crate::base::time::Duration;
use crate::record::csv::{Separator, quote};

/// Whether the first line of a table is one of Visbrain's.
pub(super) fn is_one(first: &[u8]) -> bool {
    first.trim_ascii().starts_with(b"*")
}

/// What a table says, a row for each line, by their numbers from 0.
pub(super) fn scored<'a>(
    rows: impl Iterator<Item = (usize, &'a [u8])>,
) -> Result<Vec<Scored>, Wrong> {
    let mut start = Duration::ZERO;
    let mut scored = Vec::new();
    for (index, line) in rows.filter(|(_, line)| !is_one(line)) {
        let place = format!("line {}", index + 1);
        let wrong = |found: &[u8], expected: &str| Wrong::at(&place, &quote(found), expected);
        let fields: Vec<&[u8]> = Separator::of(line).fields(line).collect();
        let &[stage, end] = fields.as_slice() else {
            return Err(wrong(line, "a stage and when it ends, in seconds"));
        };
        let said = String::from_utf8_lossy(stage);
        // Its numbers are names that a user gives: 4 is REM sleep as a rule.
        let score = match said.parse::<f64>() {
            Ok(_) => None,
            Err(_) => word::score(&said),
        };
        let score = score.ok_or_else(|| wrong(stage, &stages()))?;
        let read = std::str::from_utf8(end).ok().and_then(seconds);
        let end_at = read.ok_or_else(|| wrong(end, "an end in seconds"))?;
        if end_at <= start {
            let expected = format!("an end after that of the line before, {start}");
            return Err(wrong(end, &expected));
        }
        scored.push(Scored {
            start: Some(start),
            length: Duration::from_ps(end_at.ps() - start.ps()),
            score,
            place: index + 1,
        });
        start = end_at;
    }
    Ok(scored)
}
