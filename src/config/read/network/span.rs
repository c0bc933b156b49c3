//! Times that the run must be long enough for.

use crate::base::time::Duration;
use crate::config::reader::Item;

/// A time from the clock's tick to the duration of the run.
pub(super) fn at_most(item: &Item<'_>, duration: Option<Duration>) -> Option<Duration> {
    let length = item.duration()?;
    match duration {
        Some(duration) if length > duration => {
            item.refuse(&format!("at most the duration, {duration}"), None)
        }
        _ => Some(length),
    }
}
