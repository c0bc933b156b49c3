//! What a value becomes while a network runs, by what it was declared as.

use serde::{Deserialize, Serialize};

/// factor · x + offset in place of a declared x: a multiple, a shift, or another value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alteration {
    /// What the declared value is multiplied with.
    pub factor: f64,
    /// What is added then, in the held unit.
    pub offset: f64,
}

impl Alteration {
    /// As declared.
    pub const NONE: Self = Self::factor(1.0);

    /// So many times what was declared.
    pub const fn factor(factor: f64) -> Self {
        Self {
            factor,
            offset: 0.0,
        }
    }

    /// So much more than was declared, in the held unit.
    pub const fn offset(offset: f64) -> Self {
        Self {
            factor: 1.0,
            offset,
        }
    }

    /// This, whatever was declared, in the held unit.
    pub const fn value(value: f64) -> Self {
        Self {
            factor: 0.0,
            offset: value,
        }
    }

    /// Whether it leaves what was declared.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Whether factor and offset are finite numbers.
    pub fn is_finite(self) -> bool {
        self.factor.is_finite() && self.offset.is_finite()
    }

    /// What becomes of `declared`: exactly itself where nothing is altered, exactly the offset where that is the value.
    #[inline]
    pub fn of(self, declared: f64) -> f64 {
        if self.is_none() {
            declared
        } else if self.factor == 0.0 {
            self.offset
        } else {
            self.factor * declared + self.offset
        }
    }

    /// On the way to another: at a share of 0 this one, at 1 exactly the other.
    pub fn towards(self, other: Self, share: f64) -> Self {
        if share >= 1.0 {
            return other;
        }
        let between = |from: f64, to: f64| from + share * (to - from);
        Self {
            factor: between(self.factor, other.factor),
            offset: between(self.offset, other.offset),
        }
    }
}

impl Default for Alteration {
    fn default() -> Self {
        Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_declared_stays_so_to_the_bit() {
        for x in [0.1, -0.0, 1e-320, f64::MAX] {
            assert_eq!(Alteration::NONE.of(x).to_bits(), x.to_bits());
            assert_eq!(Alteration::value(0.3).of(x), 0.3);
        }
        assert_eq!(Alteration::factor(2.0).of(0.1), 0.2);
        assert_eq!(Alteration::offset(-1.0).of(3.5), 2.5);
    }

    #[test]
    fn a_way_ends_where_it_leads() {
        let (from, to) = (Alteration::factor(0.1), Alteration::value(0.3));
        assert_eq!(from.towards(to, 0.0), from);
        assert_eq!(from.towards(to, 1.0), to);
        let half = from.towards(to, 0.5);
        assert!((half.of(2.0) - 0.25).abs() < 1e-15);
    }
}
