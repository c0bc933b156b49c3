//! `[engine]`, `[guard]` and `[checkpoint]`: how a network is run.

use std::time;

use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::network::Guard;
use crate::config::reader::{Item, Section};

use super::Known;

/// The absolute refractory period of cortical neurons is near 1 ms: nothing fires faster for long.
pub(super) const MAX_RATE_HZ: f64 = 1e3;

/// Long enough that a hundred neurons at 1 Hz are not silent by chance, short enough to stop early.
const WINDOW: Duration = Duration::from_ps(100_000_000_000);

/// Wall time that a crash may cost.
const CHECKPOINT: time::Duration = time::Duration::from_secs(600);

/// Shorter intervals between checkpoints would leave no time to run.
const LEAST_CHECKPOINT: time::Duration = time::Duration::from_millis(1);

const PS_PER_US: i64 = 1_000_000;

/// Reads `[engine]`.
pub(super) fn lanes(root: &Section<'_>, known: &Known<'_>) -> Option<Option<u32>> {
    let Some(item) = root.get("engine") else {
        return Some(None);
    };
    let section = item.section()?;
    section.or("lanes", None, |item| count(&item, known).map(Some))
}

fn count(item: &Item<'_>, known: &Known<'_>) -> Option<u32> {
    let lanes = u32::try_from(item.integer(1, i64::from(u32::MAX))?).ok()?;
    // Where a population is at fault their sum is unknown.
    if known.read.iter().any(Option::is_none) {
        return Some(lanes);
    }
    let sizes = known.read.iter().flatten();
    let neurons: u64 = sizes.map(|population| u64::from(population.size)).sum();
    if u64::from(lanes) > neurons && neurons > 0 {
        return item.refuse(&format!("at most {neurons}, one per neuron"), None);
    }
    Some(lanes)
}

/// Reads `[guard]`; `max_rate_hz` stands where it is silent.
pub(in crate::config::read) fn guard(
    root: &Section<'_>,
    max_rate_hz: Option<f64>,
) -> Option<Guard> {
    let Some(item) = root.get("guard") else {
        return Some(Guard {
            max_rate_hz,
            min_rate_hz: None,
            window: WINDOW,
        });
    };
    let section = item.section()?;
    let max_rate_hz = section.or("max_rate", max_rate_hz, |item| rate(&item));
    let min_rate_hz = section.or("min_rate", None, |item| rate(&item));
    let window = section.or("window", WINDOW, |item| item.duration());
    let (max_rate_hz, min_rate_hz) = (max_rate_hz?, min_rate_hz?);
    if let (Some(max), Some(min)) = (max_rate_hz, min_rate_hz)
        && min >= max
    {
        let item = section.get("min_rate")?;
        return item.refuse(&format!("less than `guard.max_rate`, {max} Hz"), None);
    }
    Some(Guard {
        max_rate_hz,
        min_rate_hz,
        window: window?,
    })
}

fn rate(item: &Item<'_>) -> Option<Option<f64>> {
    match item.as_text() {
        Some("off") => Some(None),
        _ => item.quantity(Dimension::Rate, Range::Positive).map(Some),
    }
}

/// Reads `[checkpoint]`.
pub(in crate::config::read) fn checkpoint(root: &Section<'_>) -> Option<Option<time::Duration>> {
    let Some(item) = root.get("checkpoint") else {
        return Some(Some(CHECKPOINT));
    };
    let section = item.section()?;
    section.or("every", Some(CHECKPOINT), |item| match item.as_text() {
        Some("off") => Some(None),
        _ => {
            let us = (item.duration()?.ps() / PS_PER_US).unsigned_abs();
            let every = time::Duration::from_micros(us);
            if every < LEAST_CHECKPOINT {
                return item.refuse("at least 1 ms of wall time", None);
            }
            Some(Some(every))
        }
    })
}
