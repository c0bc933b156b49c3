//! Visbrain's tables: `*` lines about the recording, such as how long it is, then a stage a line and when it ends, in seconds.

use super::{SLACK_PS, Scored, Wrong, seconds, stages, word};
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
    let mut said = None;
    for (index, line) in rows {
        if is_one(line) {
            said = said.or(whole(line).map(|whole| (index, whole)));
            continue;
        }
        let place = format!("line {}", index + 1);
        let wrong = |found: &[u8], expected: &str| Wrong::at(&place, &quote(found), expected);
        let fields: Vec<&[u8]> = Separator::of(line).fields(line).collect();
        let &[stage, end] = fields.as_slice() else {
            return Err(wrong(line, "a stage and when it ends, in seconds"));
        };
        let name = String::from_utf8_lossy(stage);
        // Its numbers are names that a user gives: 4 is REM sleep as a rule.
        let score = match name.parse::<f64>() {
            Ok(_) => None,
            Err(_) => word::score(&name),
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
    let is_other = |(_, whole): &(usize, Duration)| (whole.ps() - start.ps()).abs() > SLACK_PS;
    match said.filter(|said| !scored.is_empty() && is_other(said)) {
        None => Ok(scored),
        Some((index, whole)) => Err(Wrong::at(
            &format!("line {}", index + 1),
            &format!("a duration of {whole}"),
            &format!("that of all stages, which end at {start}"),
        )),
    }
}

/// How long the recording is, where a line about it says that: "*Duration_sec 3600".
fn whole(line: &[u8]) -> Option<Duration> {
    let line = std::str::from_utf8(line).ok()?.trim();
    seconds(line.strip_prefix("*Duration_sec")?)
}
