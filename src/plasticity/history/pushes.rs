//! What a target's last spikes push, under rules whose pushes are added up.

use crate::base::time::Time;

/// Last spikes of a target whose pushes are added up: two cache lines, and all that 511 of 512 arrivals need where sources
/// and targets fire alike.
const SUMMED: usize = 8;

/// The last spikes of a target under a rule with a push, the last one first.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub(super) struct Pushes {
    /// Picoseconds.
    times: [i64; SUMMED],
    /// The first factor of each.
    pushes: [f64; SUMMED],
}

impl Pushes {
    pub(super) const NONE: Self = Self {
        times: [i64::MIN; SUMMED],
        pushes: [0.0; SUMMED],
    };

    /// Takes in a spike at `t`.
    pub(super) fn add(&mut self, t: Time, push: f64) {
        self.times.rotate_right(1);
        self.pushes.rotate_right(1);
        (self.times[0], self.pushes[0]) = (t.ps(), push);
    }

    /// Sum over what was fired from `seen` on; `None` where it is not all here, or something was fired at `last`, or from
    /// `t` on. Without a branch for each: whether there is one more cannot be foreseen.
    #[inline(always)]
    pub(super) fn sum(&self, (seen, last, t): (i64, i64, i64)) -> Option<f64> {
        let (mut unseen, mut odd) = ([0.0; SUMMED], [false; SUMMED]);
        for k in 0..SUMMED {
            let is_unseen = self.times[k] >= seen;
            let mask = u64::from(is_unseen).wrapping_neg();
            unseen[k] = f64::from_bits(self.pushes[k].to_bits() & mask);
            odd[k] = is_unseen & (self.times[k] == last);
        }
        // In pairs, as vectors of any width add them up.
        let mut n = SUMMED / 2;
        while n > 0 {
            for k in 0..n {
                unseen[k] += unseen[k + n];
                odd[k] |= odd[k + n];
            }
            n /= 2;
        }
        let is_more = self.times[SUMMED - 1] >= seen;
        let is_late = self.times[0] >= t;
        (!(odd[0] | is_more | is_late)).then_some(unseen[0])
    }
}
