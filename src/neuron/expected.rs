//! What instants that are known beforehand need, computed for several at once.
//!
//! Every arrival needs the growth of its population's clock, an exponential or two. Arrivals of a window are known when it
//! begins, and in vectors eight exponentials cost little more than one. Nothing depends on what has been computed ahead:
//! values are those that the instant itself would compute, bit for bit, and one for another origin of the clock is not
//! taken.

use crate::base::time::Time;

/// Instants looked ahead to at most: one vector of the widest kind.
pub const EXPECTED: usize = 8;

/// Fewer instants are not worth a vector.
const FEWEST: usize = 3;

/// Values for coming instants.
#[derive(Debug, Clone)]
pub(super) struct Expected<T> {
    origin: Time,
    instants: [Time; EXPECTED],
    values: [T; EXPECTED],
    /// The first that has not passed, and how many there are.
    next: usize,
    len: usize,
}

impl<T: Copy> Expected<T> {
    /// Nothing; `any` is a value.
    pub(super) fn nothing(any: T) -> Self {
        Self {
            origin: Time::ZERO,
            instants: [Time::ZERO; EXPECTED],
            values: [any; EXPECTED],
            next: 0,
            len: 0,
        }
    }

    /// Computes the `values` of `instants`, ascending, from the picoseconds that each lies behind `origin`.
    pub(super) fn compute(
        &mut self,
        instants: &[Time],
        origin: Time,
        values: impl FnOnce(&[f64; EXPECTED], &mut [T; EXPECTED]),
    ) {
        (self.next, self.len) = (0, 0);
        let [first, .., last] = instants else { return };
        if instants.len() < FEWEST || instants.len() > EXPECTED || *first <= origin {
            return;
        }
        self.len = instants.len();
        self.origin = origin;
        self.instants = [*last; EXPECTED];
        self.instants[..self.len].copy_from_slice(instants);
        let since = self.instants.map(|t| t.since(origin).ps() as f64);
        values(&since, &mut self.values);
    }

    /// The value of `t`, not before any earlier `t`, with the clock's `origin`.
    #[inline]
    pub(super) fn at(&mut self, t: Time, origin: Time) -> Option<T> {
        while self.next < self.len {
            let instant = self.instants[self.next];
            if instant >= t {
                return (instant == t && origin == self.origin).then(|| self.values[self.next]);
            }
            self.next += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_at_its_instant_and_origin_alone() {
        let t = Time::from_ps;
        let mut expected = Expected::nothing(0.0);
        let compute = |expected: &mut Expected<f64>, instants: &[i64]| {
            let instants: Vec<Time> = instants.iter().map(|&ps| t(ps)).collect();
            expected.compute(&instants, t(2), |since, values| {
                *values = since.map(|x| 10.0 * x)
            });
        };
        compute(&mut expected, &[5, 8, 11]);
        assert_eq!(expected.at(t(4), t(2)), None);
        assert_eq!(expected.at(t(5), t(2)), Some(30.0));
        assert_eq!(expected.at(t(5), t(2)), Some(30.0));
        assert_eq!(expected.at(t(8), t(3)), None);
        assert_eq!(expected.at(t(11), t(2)), Some(90.0));
        assert_eq!(expected.at(t(12), t(2)), None);
        // Too few, or before the origin.
        compute(&mut expected, &[20, 21]);
        assert_eq!(expected.at(t(20), t(2)), None);
        compute(&mut expected, &[2, 21, 22]);
        assert_eq!(expected.at(t(21), t(2)), None);
    }
}
