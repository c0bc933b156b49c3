//! Who is refractory, and until when.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::time::{Duration, Time};

/// Refractory neurons with the instants at which they are released, in the order of these. All are held equally long
/// unless the period has been altered while some were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refractory(VecDeque<(Time, u32)>);

impl Refractory {
    /// Holds `neurons`, which fire at `now`, for `t_ref`. Beyond the clock's end they are never released.
    pub(super) fn hold(&mut self, neurons: &[u32], now: Time, t_ref: Duration) {
        if t_ref == Duration::ZERO {
            return;
        }
        let end = now.checked_add(t_ref).unwrap_or(Time::MAX);
        let held = neurons.iter().map(|&j| (end, j));
        if self.0.back().is_none_or(|&(last, _)| last <= end) {
            self.0.extend(held);
        } else {
            let place = self.0.partition_point(|&(other, _)| other <= end);
            for (k, entry) in held.enumerate() {
                self.0.insert(place + k, entry);
            }
        }
    }

    /// When the next is released.
    #[inline]
    pub(super) fn next(&self) -> Time {
        self.0.front().map_or(Time::MAX, |&(end, _)| end)
    }

    /// Takes one that is released at `t` or was before, and when.
    #[inline]
    pub(super) fn take_due(&mut self, t: Time) -> Option<(Time, u32)> {
        if self.0.front()?.0 > t {
            return None;
        }
        self.0.pop_front()
    }

    /// Neuron `j` is refractory no more.
    pub(super) fn remove(&mut self, j: usize) {
        self.0.retain(|&(_, other)| other as usize != j);
    }

    /// When neuron `j` is released.
    pub(super) fn end_of(&self, j: usize) -> Option<Time> {
        let mut found = self.0.iter().filter(|&&(_, other)| other as usize == j);
        found.next().map(|&(end, _)| end)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Time, u32)> {
        self.0.iter().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// In any order.
impl FromIterator<(Time, u32)> for Refractory {
    fn from_iter<I: IntoIterator<Item = (Time, u32)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_unstable();
        Self(entries.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neurons_are_released_in_order_whatever_the_period_was() {
        let t = Time::from_ps;
        let mut refractory = Refractory::default();
        refractory.hold(&[4, 7], t(10), Duration::from_ps(20));
        refractory.hold(&[1], t(12), Duration::from_ps(20));
        // A shorter period from here on.
        refractory.hold(&[2, 3], t(13), Duration::from_ps(18));
        refractory.hold(&[5], t(14), Duration::ZERO);
        refractory.hold(&[6], t(15), Duration::from_ps(i64::MAX));
        assert_eq!((refractory.len(), refractory.next()), (6, t(30)));
        assert_eq!(refractory.end_of(3), Some(t(31)));
        refractory.remove(7);
        let mut released = Vec::new();
        while let Some(entry) = refractory.take_due(t(32)) {
            released.push(entry);
        }
        let expected = [(30, 4), (31, 2), (31, 3), (32, 1)].map(|(end, j)| (t(end), j));
        assert_eq!(released, expected);
        assert_eq!(refractory.iter().collect::<Vec<_>>(), [(Time::MAX, 6)]);
        let mut mixed = expected;
        mixed.reverse();
        let sorted: Refractory = mixed.into_iter().collect();
        assert_eq!(sorted.iter().collect::<Vec<_>>(), expected);
    }
}
