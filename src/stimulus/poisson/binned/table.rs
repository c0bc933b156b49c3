//! What follows from the length of a bin.

use super::Run;
use crate::base::function::floor_log2;
use crate::base::time::PS_PER_S;
use crate::neuron::{Bins, Growth};
use crate::stimulus::poisson::Class;
use crate::stimulus::poisson::scatter::current::{self, Course};
use crate::stimulus::poisson::scatter::{self, Cumulative, MOST_EXPONENT, Terms};

/// Events of a neuron in a bin on average, at most: with more of them more neurons may fire within it. Half of it, and so bins
/// half as long, take a third more in Brunel's network.
const MOST_MEAN: f64 = 4.0;

/// Constants of bins of one length.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) length: u32,
    /// How often the neurons of each run get events.
    pub(super) cumulative: Vec<Cumulative>,
    pub(super) sums: Sums,
}

/// How events of a bin are added up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sums {
    /// Each grows.
    Grown(Terms),
    /// Each grows, and brings a current.
    Current(Course),
}

impl Sums {
    /// Picoseconds from the start of the bin to an instant.
    #[inline]
    pub(super) fn offset(&self, instant: i32) -> i64 {
        match self {
            Self::Grown(terms) => terms.offset(instant),
            Self::Current(course) => course.offset(instant),
        }
    }
}

/// How long bins are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// Picoseconds at most.
    pub(super) most: u32,
    /// Whether events bring currents, and bins may be shorter; else each is a power of two.
    pub(super) current: bool,
}

impl Length {
    /// Of noise of this `class` onto neurons of which these are the `bins`.
    pub(super) fn of(class: &Class, bins: Bins) -> Self {
        let by_rate = MOST_MEAN / highest_per_ps(class);
        let current = bins.growth.delta_per_ps.is_some();
        if !current {
            let by_decay = 2.0 * scatter::LONGEST / bins.growth.rate_per_ps;
            let exponent = floor_log2(by_rate.min(by_decay));
            let exponent = exponent.clamp(1, MOST_EXPONENT as i32) as u32;
            return Self {
                most: 1 << exponent,
                current,
            };
        }
        let by_decay = 2.0 * current::LONGEST / bins.growth.fastest_sum();
        let most = by_rate.min(by_decay).min(f64::from(1 << MOST_EXPONENT));
        Self {
            most: most.max(2.0) as u32,
            current,
        }
    }

    /// The longest of as many bins that are alike as `left` picoseconds take.
    pub(super) fn share(self, left: i64) -> u32 {
        let left = left.max(1);
        let bins = (left - 1) / i64::from(self.most) + 1;
        ((left - 1) / bins + 1) as u32
    }

    /// Bits of an offset.
    pub(super) fn bits(self) -> u32 {
        u32::BITS - (self.most - 1).leading_zeros()
    }

    /// Half a bin measured in the shortest time constant.
    pub(super) fn half(self, growth: Growth) -> f64 {
        let rate = match self.current {
            true => growth.fastest_sum(),
            false => growth.rate_per_ps,
        };
        f64::from(self.most) / 2.0 * rate
    }

    /// Whether bins are short enough for the polynomials.
    pub(super) fn holds(self, growth: Growth) -> bool {
        let longest = match self.current {
            true => current::LONGEST,
            false => scatter::LONGEST,
        };
        self.half(growth) <= longest
    }

    /// Constants of bins of `length` for these runs, where events do that.
    pub(super) fn table(self, length: u32, runs: &[Run], growth: Option<Growth>) -> Table {
        let none = Growth {
            rate_per_ps: 0.0,
            delta_per_ps: None,
        };
        let growth = growth.unwrap_or(none);
        let of = |run: &Run| Cumulative::new(run.rate_hz / PS_PER_S * f64::from(length));
        Table {
            length,
            cumulative: runs.iter().map(of).collect(),
            sums: match self.current {
                true => Sums::Current(Course::new(length, growth)),
                false => Sums::Grown(Terms::new(self.bits(), growth.rate_per_ps)),
            },
        }
    }
}

/// The highest of the rates of `class`.
pub(super) fn highest_per_ps(class: &Class) -> f64 {
    class.rates_hz.iter().copied().fold(0.0, f64::max) / PS_PER_S
}
