//! Detectors that look once in a step at how many spikes there were in it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Detect, Found, StateError, from_bytes, to_bytes};
use crate::base::time::{Duration, Time};

/// What looks at numbers of spikes.
pub(super) trait Look: Send + Sync {
    /// All that changes in it.
    type Now: Serialize + DeserializeOwned + Send + Sync;

    /// It at a beginning, knowing nothing of what was before.
    fn fresh(&self) -> Self::Now;

    /// Ends a step at `at`, in which there were so many `spikes`; when what is found then began.
    fn look(&self, now: &mut Self::Now, at: Time, spikes: u64) -> Option<Time>;

    /// What the last look found was not told.
    fn missed(&self, _now: &mut Self::Now) {}

    /// Brings what was read back from bytes into a form that it can go on from.
    fn settle(&self, _now: &mut Self::Now) {}
}

/// Counts spikes from one look to the next, on a grid from its beginning on.
pub(super) struct Stepped<L: Look> {
    look: L,
    step: Duration,
    state: State<L::Now>,
}

#[derive(Serialize, Deserialize)]
struct State<N> {
    /// End of the step at hand.
    next: Time,
    /// Spikes in it.
    spikes: u64,
    now: N,
}

impl<L: Look> Stepped<L> {
    /// What looks once in a `step`, above zero.
    pub(super) fn new(look: L, step: Duration) -> Self {
        let state = State {
            next: Time::MAX,
            spikes: 0,
            now: look.fresh(),
        };
        Self { look, step, state }
    }
}

impl<L: Look> Detect for Stepped<L> {
    fn begin(&mut self, t: Time) {
        self.state = State {
            next: t.checked_add(self.step).unwrap_or(Time::MAX),
            spikes: 0,
            now: self.look.fresh(),
        };
    }

    fn alone(&self) -> Time {
        self.state.next
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        let State { next, spikes, now } = &mut self.state;
        // A spike at the end of a step belongs to the next.
        if *next == t {
            let event = self.look.look(now, t, std::mem::take(spikes));
            found.extend(event.map(|event| Found { event, at: t }));
            *next = t.checked_add(self.step).unwrap_or(Time::MAX);
        }
        *spikes += nodes.len() as u64;
    }

    fn missed(&mut self) {
        self.look.missed(&mut self.state.now);
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&self.state)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.state = from_bytes(bytes)?;
        self.look.settle(&mut self.state.now);
        Ok(())
    }
}
