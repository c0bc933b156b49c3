//! Spikes of the last while, as a number.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::function::least_whole;
use crate::base::parameter::{ParameterError, Spec, Values};
use crate::base::time::{Duration, Time};
use crate::trigger::{Onset, time};

/// Spikes in (t − span, t].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    span: Duration,
    held: Held,
}

/// What changes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    spikes: VecDeque<(Time, u32)>,
    count: u64,
}

impl Window {
    /// An empty one, as long as `window` says.
    pub(super) fn new(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        Ok(Self {
            span: time(spec, "window", values)?,
            held: Held::default(),
        })
    }

    /// How long it is.
    pub(super) fn span(&self) -> Duration {
        self.span
    }

    /// How many spikes of a population are no less than `rate_hz`, at least 1: a rate becomes a number of spikes once, so
    /// that no rounding decides later.
    pub(super) fn spikes_at(&self, rate_hz: f64, onset: &Onset) -> u64 {
        let spikes = rate_hz * self.span.as_ms() * 1e-3 * f64::from(onset.size);
        (least_whole(spikes) as u64).max(1)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.held = Held::default();
    }

    /// When the next spike leaves it.
    pub(super) fn next(&self) -> Time {
        let first = self.held.spikes.front();
        let leaves = first.and_then(|&(t, _)| t.checked_add(self.span));
        leaves.unwrap_or(Time::MAX)
    }

    /// Comes to `t`, at which `n` spikes enter; how many are in it then.
    pub(super) fn at(&mut self, t: Time, n: u32) -> u64 {
        let Held { spikes, count } = &mut self.held;
        while let Some(&(time, gone)) = spikes.front()
            && time.checked_add(self.span).is_some_and(|end| end <= t)
        {
            *count -= u64::from(gone);
            spikes.pop_front();
        }
        if n > 0 {
            spikes.push_back((t, n));
            *count += u64::from(n);
        }
        *count
    }

    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    pub(super) fn hold(&mut self, held: Held) {
        self.held = held;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Stream;

    #[test]
    fn a_spike_counts_from_its_instant_up_to_the_end_of_the_window() {
        let mut window = Window {
            span: Duration::from_ps(10),
            held: Held::default(),
        };
        let mut at = |ps, n| window.at(Time::from_ps(ps), n);
        assert_eq!(
            [
                at(0, 2),
                at(5, 1),
                at(9, 0),
                at(10, 0),
                at(14, 1),
                at(15, 0),
                at(24, 0)
            ],
            [2, 3, 3, 1, 2, 1, 0]
        );
    }

    #[test]
    fn rates_become_numbers_of_spikes() {
        let window = Window {
            span: Duration::from_ms(50.0).unwrap(),
            held: Held::default(),
        };
        let onset = Onset {
            size: 1260,
            stream: Stream::new(1, "", 0),
        };
        // 5 Hz of 1260 neurons over 50 ms.
        assert_eq!(window.spikes_at(5.0, &onset), 315);
        assert_eq!(window.spikes_at(5.001, &onset), 316);
        assert_eq!(window.spikes_at(0.0, &onset), 1);
    }
}
