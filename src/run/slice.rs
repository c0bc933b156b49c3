//! How much of a network's time passes between two looks from outside.

use std::ops::RangeInclusive;
use std::time;

use crate::base::time::Duration;

/// Biology between the first two looks from outside; doubled or halved until a look comes as often as [`OFTEN`] says.
/// A nanosecond is short enough even for samples or guards at every tick, and a run of a second is only 30 doublings
/// long.
pub(super) const FIRST_SLICE: Duration = Duration::from_ps(1_000);

/// How often to look: rare enough to cost nothing, often enough that Ctrl-C is answered at once.
const OFTEN: RangeInclusive<time::Duration> =
    time::Duration::from_millis(5)..=time::Duration::from_millis(50);

/// The slice after one of this length, which took so long.
pub(super) fn next_slice(slice: Duration, took: time::Duration) -> Duration {
    let ps = slice.ps();
    Duration::from_ps(if took < *OFTEN.start() {
        ps.saturating_mul(2)
    } else if took > *OFTEN.end() {
        (ps / 2).max(1)
    } else {
        ps
    })
}
