//! The clock at an instant, and what is kept of it so that it need not be computed again.

use super::LifAdaptive;
use super::decay::Clock;
use crate::base::time::Time;

impl LifAdaptive {
    /// The clock at `t`.
    pub(super) fn clock_at(&self, t: Time) -> Clock {
        let since = t.since(self.state.origin).ps() as f64;
        self.derived.rates.clock(since)
    }

    /// Computes the clocks of arrivals at `instants` at once.
    pub(super) fn foresee_clocks(&mut self, instants: &[Time]) {
        let (rates, origin) = (self.derived.rates, self.state.origin);
        let clocks = |since: &_, clocks: &mut _| rates.clocks(since, clocks);
        self.expected.compute(instants, origin, clocks);
    }

    /// The clock at `t`, if it has been foreseen without computing it.
    #[inline]
    pub(super) fn clock_on_arrival(&mut self, t: Time) -> Clock {
        let expected = self.expected.at(t, self.state.origin);
        expected.unwrap_or_else(|| self.clock_at(t))
    }

    /// Goes on to `t`, up to which the clock's origin stays where it is.
    #[inline]
    pub(super) fn move_to(&mut self, t: Time) {
        if t != self.state.now {
            self.clock = self.clock_on_arrival(t);
        }
        self.state.now = t;
    }

    /// The clock at the start of a piece of noise: a batch, which has one start, comes in many pieces.
    #[inline]
    pub(super) fn clock_of_piece(&mut self, start: Time) -> Clock {
        if (self.piece.0, self.piece.1) != (start, self.state.origin) {
            self.piece = (start, self.state.origin, self.clock_at(start));
        }
        self.piece.2
    }
}
