//! Poisson spikes at a rate that changes in time: thinning (Lewis and Shedler 1979, Nav Res Logist Q 26:403).
//!
//! All neurons together get one process of the highest rate that there ever is; each of its events is kept with the share
//! of that rate that holds at its instant. That is exact: there is no step.

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::stimulus::Spike;

/// Spikes handed over at one tick: enough to make ticks rare, few enough that the stimulus does not run far ahead.
const CHUNK: usize = 256;

/// Events drawn at one tick, of which in a trough few or none are kept: some milliseconds of work, so that a stop is
/// answered there too.
const MOST_DRAWN: usize = 256 * CHUNK;

/// The process of the highest rate.
#[derive(Serialize, Deserialize)]
pub(super) struct Candidates {
    /// The next event.
    next: Option<Event>,
    stream: Stream,
    /// Mean gap between events in picoseconds; infinite where none come.
    #[serde(skip)]
    mean_gap_ps: f64,
}

/// An instant with its fraction of a tick: rounding each gap would bias rates.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Event {
    time: Time,
    fraction: f64,
}

impl Candidates {
    /// Of `rate_hz` from `start` on.
    pub(super) fn new(rate_hz: f64, start: Time, stream: Stream) -> Self {
        let mut candidates = Self {
            next: None,
            stream,
            mean_gap_ps: 1e3 * PS_PER_MS as f64 / rate_hz,
        };
        let first = Event {
            time: start,
            fraction: 0.0,
        };
        candidates.next = candidates.after(first);
        candidates
    }

    /// Appends the spikes of the events up to the next tick, and tells when that is. `keep` says whose spike an event is, if
    /// it is one.
    pub(super) fn tick(
        &mut self,
        spikes: &mut Vec<Spike>,
        mut keep: impl FnMut(Time, &mut Stream) -> Option<u32>,
    ) -> Option<Time> {
        let first = spikes.len();
        let (mut last, mut drawn) = (None, 0);
        while let Some(event) = self.next {
            // Events of one instant belong to one tick.
            if (spikes.len() >= first + CHUNK || drawn >= MOST_DRAWN) && last != Some(event.time) {
                break;
            }
            drawn += 1;
            last = Some(event.time);
            let neuron = keep(event.time, &mut self.stream);
            spikes.extend(neuron.map(|neuron| (event.time, neuron)));
            self.next = self.after(event);
        }
        spikes[first..].sort_unstable();
        self.next.map(|event| event.time)
    }

    /// Goes on from `state`, of a process of the same rate.
    pub(super) fn go_on_from(&mut self, state: Self) {
        (self.next, self.stream) = (state.next, state.stream);
    }

    /// The event after `event`, or `None` beyond the clock.
    fn after(&mut self, event: Event) -> Option<Event> {
        let gap = event.fraction + self.stream.exponential() * self.mean_gap_ps;
        let whole = gap.floor();
        // Also where the mean is infinite.
        if whole >= i64::MAX as f64 {
            return None;
        }
        let time = event.time.checked_add(Duration::from_ps(whole as i64))?;
        let fraction = gap - whole;
        Some(Event { time, fraction })
    }
}
