//! Units as exponents of time, potential and current, and numbers that carry them.

use std::fmt;

use crate::base::legible::legible;
use crate::base::parameter::Dimension;
use crate::config::quantity::latin;

/// Hertz in one per millisecond.
const HZ_PER_KHZ: f64 = 1e3;

/// Units of conductance and resistance, which formulas may pass through: (name, factor to pA/mV or mV/pA).
const CONDUCTANCE: [(&str, f64); 3] = [("nS", 1.0), ("pS", 1e-3), ("uS", 1e3)];
const RESISTANCE: [(&str, f64); 3] = [("GOhm", 1.0), ("MOhm", 1e-3), ("kOhm", 1e-6)];

/// Dimensions that have units.
pub(in crate::config) const MEASURED: [Dimension; 7] = [
    Dimension::Time,
    Dimension::Rate,
    Dimension::Voltage,
    Dimension::Current,
    Dimension::Capacitance,
    Dimension::Length,
    Dimension::Speed,
];

/// A product of powers of millisecond, millivolt, picoampere and millimetre. In these, a picofarad is pA·ms/mV, a nanosiemens
/// pA/mV and a gigaohm mV/pA, each with the factor 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::config) struct Unit {
    time: i16,
    voltage: i16,
    current: i16,
    length: i16,
}

impl Unit {
    /// Of bare numbers.
    pub(in crate::config) const ONE: Self = Self::new(0, 0, 0);

    const fn new(time: i16, voltage: i16, current: i16) -> Self {
        Self {
            time,
            voltage,
            current,
            length: 0,
        }
    }

    /// The same times millimetres to this power.
    const fn mm(mut self, power: i16) -> Self {
        self.length = power;
        self
    }

    /// What `dimension` is measured in.
    const fn of(dimension: Dimension) -> Self {
        match dimension {
            Dimension::One | Dimension::Weight => Self::ONE,
            Dimension::Time => Self::new(1, 0, 0),
            Dimension::Rate => Self::new(-1, 0, 0),
            Dimension::Voltage => Self::new(0, 1, 0),
            Dimension::Current => Self::new(0, 0, 1),
            Dimension::Capacitance => Self::new(1, -1, 1),
            Dimension::Length => Self::ONE.mm(1),
            Dimension::Speed => Self::new(-1, 0, 0).mm(1),
        }
    }

    /// The exponents combined one by one, or `None` beyond what is ever meant.
    fn combine(self, other: Self, with: fn(i16, i16) -> Option<i16>) -> Option<Self> {
        Some(Self {
            time: with(self.time, other.time)?,
            voltage: with(self.voltage, other.voltage)?,
            current: with(self.current, other.current)?,
            length: with(self.length, other.length)?,
        })
    }

    /// The unit of a product.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        self.combine(other, i16::checked_add)
    }

    /// The unit of a quotient.
    pub(super) fn over(self, other: Self) -> Option<Self> {
        self.combine(other, i16::checked_sub)
    }

    /// The unit of a power.
    pub(super) fn power(self, n: i16) -> Option<Self> {
        self.combine(Self::new(n, n, n).mm(n), i16::checked_mul)
    }

    /// The unit of the square root, or `None` where an exponent is odd.
    pub(super) fn root(self) -> Option<Self> {
        self.combine(Self::new(2, 2, 2).mm(2), |a, b| {
            (a % b == 0).then_some(a / b)
        })
    }
}

/// "mV/ms", "Hz", or "no unit".
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ONE {
            return f.write_str("no unit");
        }
        if let Some(dimension) = MEASURED.into_iter().find(|d| Self::of(*d) == *self) {
            return f.write_str(dimension.unit());
        }
        let powers = [
            ("mV", self.voltage),
            ("pA", self.current),
            ("mm", self.length),
            ("ms", self.time),
        ];
        let part = |sign: i32| {
            let part: Vec<String> = powers
                .iter()
                .map(|(name, n)| (name, sign * i32::from(*n)))
                .filter(|(_, n)| *n > 0)
                .map(|(name, n)| match n {
                    1 => (*name).to_string(),
                    n => format!("{name}^{n}"),
                })
                .collect();
            part.join(" ")
        };
        match (part(1), part(-1)) {
            (over, under) if under.is_empty() => f.write_str(&over),
            (over, under) if over.is_empty() => write!(f, "1/({under})"),
            (over, under) if under.contains(' ') => write!(f, "{over}/({under})"),
            (over, under) => write!(f, "{over}/{under}"),
        }
    }
}

/// A number and its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::config) struct Quantity {
    /// In milliseconds, millivolts, picoamperes, millimetres and their products.
    pub(in crate::config) value: f64,
    pub(in crate::config) unit: Unit,
}

impl Quantity {
    /// A bare number.
    pub(in crate::config) const fn bare(value: f64) -> Self {
        Self {
            value,
            unit: Unit::ONE,
        }
    }

    /// The value in the held unit of `dimension`, or `None` if it measures something else.
    pub(in crate::config) fn held(self, dimension: Dimension) -> Option<f64> {
        let value = match dimension {
            Dimension::Rate => self.value * HZ_PER_KHZ,
            _ => self.value,
        };
        (self.unit == Unit::of(dimension)).then_some(value)
    }
}

/// "20 ms", "0.5 mV/ms", "7".
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit == Unit::ONE {
            return write!(f, "{}", legible(self.value));
        }
        let value = self.held(Dimension::Rate).unwrap_or(self.value);
        write!(f, "{} {}", legible(value), self.unit)
    }
}

/// One of the unit called `name`, if there is such a unit.
pub(in crate::config) fn unit(name: &str) -> Option<Quantity> {
    let name = latin(name);
    let find = |units: &[(&str, f64)]| {
        let (_, factor) = units.iter().find(|(known, _)| *known == name)?;
        Some(*factor)
    };
    for dimension in MEASURED {
        if let Some(factor) = find(dimension.units()) {
            let value = match dimension {
                Dimension::Rate => factor / HZ_PER_KHZ,
                _ => factor,
            };
            let unit = Unit::of(dimension);
            return Some(Quantity { value, unit });
        }
    }
    let conductance = find(&CONDUCTANCE).map(|value| (value, Unit::new(0, -1, 1)));
    let resistance = || find(&RESISTANCE).map(|value| (value, Unit::new(0, 1, -1)));
    conductance
        .or_else(resistance)
        .map(|(value, unit)| Quantity { value, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn electrical_units_fit_together() {
        let times = |a: &str, b: &str| {
            let (a, b) = (unit(a).unwrap(), unit(b).unwrap());
            (a.value * b.value, a.unit.times(b.unit).unwrap())
        };
        // Ohm's law, a charge over a capacitance, and τ = R · C.
        assert_eq!(times("GOhm", "pA"), (1.0, Unit::of(Dimension::Voltage)));
        assert_eq!(times("nS", "mV"), (1.0, Unit::of(Dimension::Current)));
        assert_eq!(times("GOhm", "pF"), (1.0, Unit::of(Dimension::Time)));
        assert_eq!(times("kHz", "ms"), (1.0, Unit::ONE));
        // Both signs for micro and ohm.
        for (micro, ohm) in [("\u{b5}A", "k\u{3a9}"), ("\u{3bc}A", "k\u{2126}")] {
            assert_eq!(times(micro, ohm), (1.0, Unit::of(Dimension::Voltage)));
        }
    }

    #[test]
    fn units_are_shown_as_people_write_them() {
        let shown = |time, voltage, current| Unit::new(time, voltage, current).to_string();
        assert_eq!(shown(-1, 0, 0), "Hz");
        assert_eq!(shown(-1, 1, 0), "mV/ms");
        assert_eq!(shown(1, -1, 1), "pF");
        assert_eq!(shown(-2, 0, 0), "1/(ms^2)");
        assert_eq!(shown(-1, 2, -1), "mV^2/(pA ms)");
        assert_eq!(shown(0, 0, 0), "no unit");
        let rate = Quantity {
            value: 0.5,
            unit: Unit::of(Dimension::Rate),
        };
        assert_eq!(rate.to_string(), "500 Hz");
    }
}
