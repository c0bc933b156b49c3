//! Quantities in the units in which they are held: `ms(20.0)` and `seconds(0.02)` are the same number.

/// Milliseconds, as times are held.
pub const fn ms(value: f64) -> f64 {
    value
}

/// Seconds, in milliseconds.
pub const fn seconds(value: f64) -> f64 {
    1e3 * value
}

/// Millivolts, as potentials are held.
pub const fn mv(value: f64) -> f64 {
    value
}

/// Picoamperes, as currents are held.
pub const fn pa(value: f64) -> f64 {
    value
}

/// Nanoamperes, in picoamperes.
pub const fn na(value: f64) -> f64 {
    1e3 * value
}

/// Picofarads, as capacitances are held.
pub const fn pf(value: f64) -> f64 {
    value
}

/// Hertz, as rates are held.
pub const fn hz(value: f64) -> f64 {
    value
}

/// Kilohertz, in hertz.
pub const fn khz(value: f64) -> f64 {
    1e3 * value
}
