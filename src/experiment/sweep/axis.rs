//! What a key of the model file is swept over: `mlp.training.epochs=1,2,5`, `sleep.duration=1:100 s:5:log`.

use crate::base::function;
use crate::base::stream::Stream;

/// Values of one key at most: a slip such as `1:1e9:1000000000` ends in words.
const MOST: usize = 100_000;

/// Digits of values between the ends of a range: sums of binary fractions are rounded back to what people write.
const DIGITS: usize = 12;

/// Digits of drawn values: who copies one from the table has the value that ran.
const DRAWN_DIGITS: usize = 4;

/// Digits that tell the values of a narrow range apart, of which the first few are those of both its ends.
const NARROW_DIGITS: i32 = 3;

/// A text that says no values of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// Not of the form of a key and values.
    #[error(
        "found `{found}`, expected KEY=VALUES\n  help: values are a list, mlp.training.epochs=1,2,5, or a range with how many, \
         sleep.duration=1:5 s:3, evenly or with `:log` in equal ratios"
    )]
    Form {
        /// What was typed.
        found: String,
    },
    /// A range that does not say how many values, where these are not drawn.
    #[error(
        "`{key}`: found the range `{found}`, expected how many values it has\n  help: `{key}={found}:5` takes five, and \
         `--random N` draws from the range"
    )]
    Open {
        /// The key.
        key: String,
        /// The range.
        found: String,
    },
    /// A part of a range that is none.
    #[error("`{key}`: found `{found}` in a range, expected {expected}")]
    Range {
        /// The key.
        key: String,
        /// The part.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
}

/// A key and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Path of the key in the model file.
    pub key: String,
    /// Values as typed, in the order in which they are tried.
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// As `--set` takes it.
    Value(String),
    Range(Range),
}

/// From one number to another.
#[derive(Debug, Clone, PartialEq)]
struct Range {
    typed: String,
    low: f64,
    high: f64,
    unit: String,
    /// How many values, the ends among them; any between the ends if absent.
    n: Option<usize>,
    is_log: bool,
    is_whole: bool,
}

impl Axis {
    /// Reads `KEY=VALUES`.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, AxisError> {
        let form = || AxisError::Form {
            found: text.to_owned(),
        };
        let (key, values) = text.split_once('=').ok_or_else(form)?;
        let key = key.trim();
        if key.is_empty() || values.trim().is_empty() {
            return Err(form());
        }
        let part = |value: &str| match value.trim() {
            "" => Err(form()),
            value => Ok(match range(key, value)? {
                Some(range) => Part::Range(range),
                None => Part::Value(value.to_owned()),
            }),
        };
        let parts = split(values).into_iter().map(part);
        Ok(Self {
            key: key.to_owned(),
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    /// Whether it is one value, which every point has.
    pub fn is_one(&self) -> bool {
        matches!(&self.parts[..], [Part::Value(_)])
    }

    /// The first value.
    pub fn first(&self) -> String {
        match self.parts.first() {
            Some(Part::Value(value)) => value.clone(),
            Some(Part::Range(range)) => range.value(0.0, DIGITS),
            None => String::new(),
        }
    }

    /// Every value, in order, each once.
    ///
    /// # Errors
    /// If a range does not say how many it has.
    pub fn values(&self) -> Result<Vec<String>, AxisError> {
        let mut values: Vec<String> = Vec::new();
        for part in &self.parts {
            match part {
                Part::Value(value) => values.push(value.clone()),
                Part::Range(range) => {
                    let n = range.n.ok_or_else(|| AxisError::Open {
                        key: self.key.clone(),
                        found: range.typed.clone(),
                    })?;
                    values.extend((0..n).map(|i| range.value(i as f64 / (n - 1) as f64, DIGITS)));
                }
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        Ok(values)
    }

    /// What its values are drawn from: of a single range without a number anything between its ends, else any of the values.
    ///
    /// # Errors
    /// If one of several ranges does not say how many values it has.
    pub fn lot(&self) -> Result<Lot<'_>, AxisError> {
        match &self.parts[..] {
            [Part::Range(range)] if range.n.is_none() => Ok(Lot(Drawn::Between(range))),
            _ => Ok(Lot(Drawn::OneOf(self.values()?))),
        }
    }
}

/// What the values of a key are drawn from.
#[derive(Debug)]
pub struct Lot<'a>(Drawn<'a>);

#[derive(Debug)]
enum Drawn<'a> {
    Between(&'a Range),
    /// At least one.
    OneOf(Vec<String>),
}

impl Lot<'_> {
    /// One value from `stream`.
    pub fn draw(&self, stream: &mut Stream) -> String {
        match &self.0 {
            Drawn::Between(range) => range.draw(stream),
            Drawn::OneOf(values) => values[stream.below(values.len() as u64) as usize].clone(),
        }
    }
}

impl Range {
    /// The value at `share` of the way.
    fn value(&self, share: f64, digits: usize) -> String {
        let value = match self.is_log {
            true => self.low * function::power(self.high / self.low, share),
            false => self.low + (self.high - self.low) * share,
        };
        self.written(value, digits)
    }

    fn draw(&self, stream: &mut Stream) -> String {
        if self.is_whole && !self.is_log {
            // Each whole number, the ends too, is as likely as any other.
            let n = (self.high - self.low).abs() as u64 + 1;
            let least = self.low.min(self.high);
            return self.written(least + stream.below(n) as f64, DIGITS);
        }
        let drawn = self.value(stream.uniform(), self.digits_of_drawn());
        // Rounding may lead out of the range.
        let (low, high) = (self.low.min(self.high), self.low.max(self.high));
        let number = drawn.split(' ').next().and_then(|n| n.parse::<f64>().ok());
        match number {
            Some(number) if number < low => self.written(low, DIGITS),
            Some(number) if number > high => self.written(high, DIGITS),
            _ => drawn,
        }
    }

    /// Four, and more where both ends begin with the same ones.
    fn digits_of_drawn(&self) -> usize {
        let (low, high) = (self.low.abs(), self.high.abs());
        let largest = low.max(high);
        let width = (self.high - self.low).abs();
        if width == 0.0 || largest == 0.0 {
            return DRAWN_DIGITS;
        }
        let shared = function::ln(largest / width) / std::f64::consts::LN_10;
        let narrow = shared.ceil() as i32 + NARROW_DIGITS;
        usize::try_from(narrow)
            .unwrap_or(DRAWN_DIGITS)
            .clamp(DRAWN_DIGITS, DIGITS)
    }

    fn written(&self, value: f64, digits: usize) -> String {
        let rounded = match self.is_whole {
            true => value.round(),
            false => format!("{value:.*e}", digits - 1).parse().unwrap_or(value),
        };
        match &self.unit[..] {
            "" => rounded.to_string(),
            unit => format!("{rounded} {unit}"),
        }
    }
}

/// `text` at its commas, but for those in brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The range that `text` is, if it begins like one: `low:high` with, after further colons, a number of values, `log`, `int`.
fn range(key: &str, text: &str) -> Result<Option<Range>, AxisError> {
    let mut parts = text.split(':').map(str::trim);
    let ends = parts.next().zip(parts.next());
    let Some(((low, unit_low), (high, unit))) =
        ends.and_then(|(low, high)| quantity(low).zip(quantity(high)))
    else {
        return Ok(None);
    };
    let wrong = |found: &str, expected| {
        Err(AxisError::Range {
            key: key.to_owned(),
            found: found.to_owned(),
            expected,
        })
    };
    // `1:5 s` is from 1 s to 5 s.
    if !unit_low.is_empty() && unit_low != unit {
        return wrong(text, "one unit for both ends");
    }
    let mut range = Range {
        typed: text.to_owned(),
        low,
        high,
        unit: unit.to_owned(),
        n: None,
        is_log: false,
        is_whole: false,
    };
    for part in parts {
        match (part, part.parse::<usize>()) {
            ("log", _) => range.is_log = true,
            ("int", _) => range.is_whole = true,
            (_, Ok(n)) if (2..=MOST).contains(&n) && range.n.is_none() => range.n = Some(n),
            _ => return wrong(part, "how many values (2 to 100000), `log` or `int`"),
        }
    }
    let is_above = low > 0.0 && high > 0.0;
    if range.is_log && !is_above {
        return wrong(text, "both ends above 0, as it goes in equal ratios");
    }
    let is_whole = low.fract() == 0.0 && high.fract() == 0.0;
    if range.is_whole && !is_whole {
        return wrong(text, "whole numbers as ends, as `int` is asked for");
    }
    // Beyond it not every whole number is one of double precision.
    const WHOLE: f64 = (1_u64 << 53) as f64;
    if range.is_whole && low.abs().max(high.abs()) > WHOLE {
        return wrong(
            text,
            "whole numbers from -2^53 to 2^53, as `int` is asked for",
        );
    }
    Ok(Some(range))
}

/// A finite number and the unit behind it, if `text` is one.
fn quantity(text: &str) -> Option<(f64, &str)> {
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    let mut ends: Vec<usize> = ends.chain([text.len()]).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let number: f64 = text[..end].trim().parse().ok()?;
        let unit = text[end..].trim();
        let is_unit = unit
            .chars()
            .all(|c| c.is_alphabetic() || c == 'µ' || c == '/');
        (number.is_finite() && is_unit).then_some((number, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        Axis::parse(text).unwrap().values().unwrap()
    }

    fn refused(text: &str) -> String {
        let axis = Axis::parse(text).and_then(|axis| axis.values());
        axis.unwrap_err().to_string()
    }

    #[test]
    fn lists_and_ranges_are_written_as_people_do() {
        assert_eq!(values("a.b=1,2, 5"), ["1", "2", "5"]);
        assert_eq!(values("a=0.1:0.5:5"), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(values("a=1 s:5 s:3"), ["1 s", "3 s", "5 s"]);
        assert_eq!(values("a=1:5s:3"), ["1 s", "3 s", "5 s"]);
        assert_eq!(
            values("a=1e-3:10:5:log"),
            ["0.001", "0.01", "0.1", "1", "10"]
        );
        assert_eq!(values("a=1:10:4:log:int"), ["1", "2", "5", "10"]);
        assert_eq!(values("a=10:1:4"), ["10", "7", "4", "1"]);
        // Equal values run once.
        assert_eq!(values("a=1:3:9:int"), ["1", "2", "3"]);
        assert_eq!(values("a=1,5:7:3"), ["1", "5", "6", "7"]);
    }

    #[test]
    fn arrays_tables_and_texts_stay_whole() {
        assert_eq!(
            values("a=[1, 2],[3],{ x = 1, y = 2 },\"b,c\""),
            ["[1, 2]", "[3]", "{ x = 1, y = 2 }", "\"b,c\""]
        );
        assert_eq!(values("a=with:colon,b=c"), ["with:colon", "b=c"]);
    }

    #[test]
    fn slips_are_told() {
        assert!(refused("epochs").starts_with("found `epochs`, expected KEY=VALUES"));
        assert!(refused("a=1,,2").contains("expected KEY=VALUES"));
        assert!(refused("a=1:2").contains("`a=1:2:5` takes five"));
        assert_eq!(
            refused("a=1:2:lgo"),
            "`a`: found `lgo` in a range, expected how many values (2 to 100000), `log` or `int`"
        );
        assert!(refused("a=1 s:2 ms:3").contains("one unit for both ends"));
        assert!(refused("a=0:2:3:log").contains("above 0"));
        assert!(refused("a=0.5:2:3:int").contains("whole numbers"));
        assert!(refused("a=1:18446744073709551616:3:int").contains("to 2^53"));
        assert!(refused("a=1:2:1").contains("how many values"));
    }

    #[test]
    fn draws_stay_within_and_are_those_of_their_stream() {
        let axis = Axis::parse("a=0.001:1 s:log").unwrap();
        let mut stream = Stream::new(1, "test", 0);
        let mut below = 0;
        for _ in 0..1000 {
            let drawn = axis.lot().unwrap().draw(&mut stream);
            let number: f64 = drawn.strip_suffix(" s").unwrap().parse().unwrap();
            assert!((0.001..=1.0).contains(&number), "{drawn}");
            below += u32::from(number < 0.0316);
        }
        // Half of 1000, standard deviation 16.
        assert!((430..570).contains(&below), "{below}");
        // Of a narrow range, too, and as many as are asked for.
        for (text, low, high) in [
            ("a=10.001:10.004", 10.001, 10.004),
            ("a=14.9996:15.0004 mV", 14.9996, 15.0004),
            ("a=10009:10000 ms", 10000.0, 10009.0),
            ("a=-1.00001:-1", -1.00001, -1.0),
        ] {
            let axis = Axis::parse(text).unwrap();
            let draws: std::collections::BTreeSet<String> = (0..100)
                .map(|_| axis.lot().unwrap().draw(&mut stream))
                .collect();
            assert!(draws.len() > 80, "{text}: {draws:?}");
            for drawn in draws {
                let number = drawn.split(' ').next().unwrap().parse::<f64>().unwrap();
                assert!((low..=high).contains(&number), "{text}: {drawn}");
            }
        }
        let whole = Axis::parse("a=2:4:int").unwrap();
        let mut seen: Vec<String> = (0..100)
            .map(|_| whole.lot().unwrap().draw(&mut stream))
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen, ["2", "3", "4"]);
        let listed = Axis::parse("a=x,y").unwrap();
        assert!(["x", "y"].contains(&&*listed.lot().unwrap().draw(&mut stream)));
        let again = |seed| axis.lot().unwrap().draw(&mut Stream::new(seed, "test", 0));
        assert_eq!((again(1), again(2) == again(1)), (again(1), false));
    }
}
