//! Numbers with units: `"20 ms"`, `"239.5 Hz"`.

use std::borrow::Cow;

use crate::base::legible::legible;
use crate::base::parameter::Dimension;
use crate::base::shown::{acts, quoted};
use crate::base::time::Duration;

use crate::base::suggest;

/// Why a text is not a quantity.
#[derive(Debug, PartialEq)]
pub(super) enum QuantityError {
    /// The part before the unit is no number.
    Number,
    /// It is none that is finite, or not in the held unit.
    Infinite,
    /// There is no unit.
    NoUnit,
    /// The unit is not one of the dimension.
    Unit(String),
}

/// The value of `text` in the held unit of `dimension`.
///
/// # Errors
/// If number or unit are missing or wrong, or the value is not finite.
pub(super) fn parse(text: &str, dimension: Dimension) -> Result<f64, QuantityError> {
    let text = text.trim();
    let split = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-' | 'e' | 'E'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| match is_no_number(text) {
        true => QuantityError::Infinite,
        false => QuantityError::Number,
    })?;
    let unit = unit.trim();
    if unit.is_empty() {
        return Err(QuantityError::NoUnit);
    }
    let units = dimension.units();
    let plain = latin(unit);
    let (_, factor) = units
        .iter()
        .find(|(name, _)| *name == plain)
        .ok_or_else(|| QuantityError::Unit(unit.into()))?;
    let value = number * factor;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(QuantityError::Infinite)
    }
}

/// Whether `text` begins as what computers have beside numbers.
fn is_no_number(text: &str) -> bool {
    let word = text.trim_start_matches(['+', '-']).get(..3);
    word.is_some_and(|word| {
        ["nan", "inf"]
            .iter()
            .any(|own| word.eq_ignore_ascii_case(own))
    })
}

/// `unit` with the letters of the table of units: micro, of which there are two signs, is u, and ohm, of which there are two
/// too, is Ohm.
pub(super) fn latin(unit: &str) -> Cow<'_, str> {
    if unit.is_ascii() {
        return unit.into();
    }
    let latin = unit.replace(['\u{b5}', '\u{3bc}'], "u");
    latin.replace(['\u{3a9}', '\u{2126}'], "Ohm").into()
}

/// What a quantity of `dimension` looks like, for messages: "a time with its unit".
pub(super) fn expected(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::One | Dimension::Weight => "a number",
        Dimension::Time => "a time with its unit",
        Dimension::Rate => "a rate with its unit",
        Dimension::Voltage => "a potential with its unit",
        Dimension::Current => "a current with its unit",
        Dimension::Capacitance => "a capacitance with its unit",
        Dimension::Length => "a length with its unit",
        Dimension::Speed => "a speed with its unit",
    }
}

/// What `dimension` measures and its held unit, for messages: "a time (ms)".
pub(super) fn kind(dimension: Dimension) -> String {
    let what = match dimension {
        Dimension::One | Dimension::Weight => return "a number without unit".into(),
        Dimension::Time => "a time",
        Dimension::Rate => "a rate",
        Dimension::Voltage => "a potential",
        Dimension::Current => "a current",
        Dimension::Capacitance => "a capacitance",
        Dimension::Length => "a length",
        Dimension::Speed => "a speed",
    };
    format!("{what} ({})", dimension.unit())
}

/// Help on the units of `dimension`.
pub(super) fn help(dimension: Dimension) -> String {
    let units: Vec<&str> = dimension.units().iter().map(|(name, _)| *name).collect();
    let example = match dimension {
        Dimension::One | Dimension::Weight => return "write a bare number".into(),
        Dimension::Time => "20 ms",
        Dimension::Rate => "40 Hz",
        Dimension::Voltage => "-55 mV",
        Dimension::Current => "200 pA",
        Dimension::Capacitance => "250 pF",
        Dimension::Length => "0.3 mm",
        Dimension::Speed => "0.3 mm/ms",
    };
    format!(
        "write a string such as `\"{example}\"`; units: {}",
        suggest::list(&units)
    )
}

/// `value`, in the held unit, as a model file writes it.
pub(super) fn write(value: f64, dimension: Dimension) -> String {
    match dimension.unit() {
        // `{:?}` always shows that a number is not an integer, and reads back as the same bits.
        "" => format!("{value:?}"),
        unit => format!("\"{} {unit}\"", legible(value)),
    }
}

/// `text` as a TOML string.
pub fn quote(text: &str) -> String {
    // In single quotes nothing could be escaped that nobody sees.
    match text.chars().any(|c| acts(c) && !matches!(c, '\n' | '\t')) {
        true => quoted(text),
        false => toml::Value::from(text).to_string(),
    }
}

/// `duration` as a model file writes it: in seconds where they are whole.
pub(super) fn write_duration(duration: Duration) -> String {
    let ms = duration.as_ms();
    if ms % 1000.0 == 0.0 {
        format!("\"{} s\"", ms / 1000.0)
    } else {
        format!("\"{ms} ms\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_converted_to_the_held_unit() {
        assert_eq!(parse("20 ms", Dimension::Time), Ok(20.0));
        assert_eq!(parse(" 1.5s ", Dimension::Time), Ok(1500.0));
        for micro in ["us", "\u{b5}s", "\u{3bc}s"] {
            assert_eq!(parse(&format!("1e3 {micro}"), Dimension::Time), Ok(1.0));
        }
        assert_eq!(parse("1 \u{3bc}A", Dimension::Current), Ok(1e6));
        assert_eq!(parse("20 kHz", Dimension::Rate), Ok(20_000.0));
        assert_eq!(parse("-70 mV", Dimension::Voltage), Ok(-70.0));
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!(parse("20", Dimension::Time), Err(QuantityError::NoUnit));
        assert_eq!(parse("", Dimension::Time), Err(QuantityError::Number));
        for text in ["inf ms", "-Inf ms", "nan ms"] {
            assert_eq!(parse(text, Dimension::Time), Err(QuantityError::Infinite));
        }
        assert_eq!(parse("in ms", Dimension::Time), Err(QuantityError::Number));
        assert_eq!(
            parse("1e999 s", Dimension::Time),
            Err(QuantityError::Infinite)
        );
        assert_eq!(
            parse("1e308 h", Dimension::Time),
            Err(QuantityError::Infinite)
        );
        assert_eq!(
            parse("20 mV", Dimension::Time),
            Err(QuantityError::Unit("mV".into()))
        );
    }
}
