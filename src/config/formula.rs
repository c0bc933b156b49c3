//! Formulas over parameters with units: `"= 20 mV / (j * 0.8 * n)"`.
//!
//! `+ - * /`, `^` with a whole exponent, parentheses, the functions of [`FUNCTIONS`], and numbers with units. A unit
//! belongs to the number before it: `1 / 20 ms` is 50 Hz. Values are computed while reading, so nothing but nesting
//! costs stack.

mod token;
mod unit;

use std::ops::Range;

use crate::base::function;

use crate::base::suggest;
use token::{Token, token};

pub(super) use unit::{MEASURED, Quantity, unit};

use unit::Unit;

/// What a formula may call.
pub(super) const FUNCTIONS: [(&str, &str); 8] = [
    ("sqrt", "square root; of units too, where they have one"),
    ("exp", "e to the power of a number without unit"),
    ("ln", "natural logarithm of a number without unit"),
    ("min", "the least of several of one unit"),
    ("max", "the greatest of several of one unit"),
    ("round", "the nearest whole number"),
    ("floor", "the next whole number below"),
    ("ceil", "the next whole number above"),
];

/// Whether formulas may call `name`.
fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(function, _)| *function == name)
}

/// Parentheses, signs and exponents within each other: more than anyone writes, far less than the stack holds.
const DEEPEST: u32 = 64;

/// Largest exponent: units have small ones, and numbers overflow soon.
const LARGEST_EXPONENT: f64 = 64.0;

/// Why a formula has no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// Something is wrong in this formula.
    Here {
        /// Bytes of the formula.
        span: Range<usize>,
        message: String,
        help: Option<String>,
    },
    /// It uses a parameter that is at fault itself.
    Elsewhere,
}

impl Fault {
    fn new(span: Range<usize>, message: String) -> Self {
        Self::Here {
            span,
            message,
            help: None,
        }
    }

    fn helped(span: Range<usize>, message: String, help: Option<String>) -> Self {
        Self::Here {
            span,
            message,
            help,
        }
    }
}

/// What stands for a name.
pub(super) enum Meaning {
    Value(Quantity),
    /// A parameter that is at fault.
    Faulty,
    /// No parameter; what the name may be a slip of.
    Unknown(Option<String>),
}

/// The formula in `text`, if it is one, and the byte at which it begins.
pub(super) fn body(text: &str) -> Option<(usize, &str)> {
    let formula = text.trim_start().strip_prefix('=')?.trim_start();
    Some((text.len() - formula.len(), formula.trim_end()))
}

/// Names of parameters that `formula` may use, and where they stand.
pub(super) fn names(formula: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    token::names(formula)
}

/// Whether `name` means something in every formula, so that no parameter may have it.
pub(super) fn is_reserved(name: &str) -> bool {
    unit(name).is_some() || is_function(name)
}

/// The value of `formula` where `meaning` gives the values of parameters.
///
/// # Errors
/// The first thing that is wrong. The value is always finite.
pub(super) fn evaluate(
    formula: &str,
    meaning: &dyn Fn(&str) -> Meaning,
) -> Result<Quantity, Fault> {
    let mut parser = Parser {
        text: formula,
        at: 0,
        depth: 0,
        meaning,
    };
    let value = parser.sum()?;
    match parser.peek()? {
        (Token::End, _) => Ok(value.quantity),
        (Token::Symbol(')'), span) => Err(Fault::new(span, "`)` closes nothing".into())),
        (_, span) => Err(parser.missing_operator(span)),
    }
}

/// The value of a part of the formula.
struct Part {
    quantity: Quantity,
    span: Range<usize>,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    meaning: &'t dyn Fn(&str) -> Meaning,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Result<(Token<'t>, Range<usize>), Fault> {
        token(self.text, self.at)
    }

    /// Moves past `symbol`, if it is next.
    fn take(&mut self, symbol: char) -> Result<Option<Range<usize>>, Fault> {
        match self.peek()? {
            (Token::Symbol(next), span) if next == symbol => {
                self.at = span.end;
                Ok(Some(span))
            }
            _ => Ok(None),
        }
    }

    /// What `read` makes of the text one level further in.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            let at = self.at.min(self.text.len());
            let message = format!("more than {DEEPEST} levels within each other");
            return Err(Fault::new(at..at, message));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn sum(&mut self) -> Result<Part, Fault> {
        let mut left = self.product()?;
        loop {
            let subtract = match self.peek()? {
                (Token::Symbol('+'), _) => false,
                (Token::Symbol('-'), _) => true,
                _ => return Ok(left),
            };
            self.at = self.peek()?.1.end;
            let right = self.product()?;
            if left.quantity.unit != right.quantity.unit {
                let (to, what) = (left.quantity.unit, right.quantity.unit);
                let message = if subtract {
                    format!("cannot subtract {what} from {to}")
                } else {
                    format!("cannot add {what} to {to}")
                };
                return Err(Fault::new(right.span, message));
            }
            let (a, b) = (left.quantity.value, right.quantity.value);
            let value = if subtract { a - b } else { a + b };
            left = part(
                value,
                Some(left.quantity.unit),
                left.span.start..right.span.end,
            )?;
        }
    }

    fn product(&mut self) -> Result<Part, Fault> {
        let mut left = self.signed()?;
        loop {
            let divide = match self.peek()? {
                (Token::Symbol('*'), _) => false,
                (Token::Symbol('/'), _) => true,
                _ => return Ok(left),
            };
            self.at = self.peek()?.1.end;
            let right = self.signed()?;
            let (a, b) = (left.quantity, right.quantity);
            if divide && b.value == 0.0 {
                return Err(Fault::new(right.span, "division by zero".into()));
            }
            let (value, unit) = if divide {
                (a.value / b.value, a.unit.over(b.unit))
            } else {
                (a.value * b.value, a.unit.times(b.unit))
            };
            left = part(value, unit, left.span.start..right.span.end)?;
        }
    }

    fn signed(&mut self) -> Result<Part, Fault> {
        let Some(sign) = self.take('-')? else {
            return self.power();
        };
        let mut of = self.deeper(Self::signed)?;
        of.quantity.value = -of.quantity.value;
        of.span.start = sign.start;
        Ok(of)
    }

    fn power(&mut self) -> Result<Part, Fault> {
        let base = self.operand()?;
        if self.take('^')?.is_none() {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        let n = exponent.quantity.value;
        if exponent.quantity.unit != Unit::ONE || n.fract() != 0.0 || n.abs() > LARGEST_EXPONENT {
            let message = format!(
                "the exponent comes to {}, expected a whole number from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}",
                exponent.quantity
            );
            return Err(Fault::new(exponent.span, message));
        }
        let n = n as i16;
        let value = whole_power(base.quantity.value, n.unsigned_abs());
        let value = if n < 0 { 1.0 / value } else { value };
        part(
            value,
            base.quantity.unit.power(n),
            base.span.start..exponent.span.end,
        )
    }

    fn operand(&mut self) -> Result<Part, Fault> {
        let (next, span) = self.peek()?;
        match next {
            Token::Number(value) => {
                self.at = span.end;
                self.measured(value, span)
            }
            Token::Name(name) => {
                self.at = span.end;
                self.named(name, span)
            }
            Token::Symbol('(') => {
                self.at = span.end;
                let inner = self.deeper(Self::sum)?;
                let end = self.close(&span)?;
                Ok(Part {
                    quantity: inner.quantity,
                    span: span.start..end,
                })
            }
            Token::Symbol(symbol) => {
                let message = format!("found `{symbol}`, expected a number, a parameter or `(`");
                Err(Fault::new(span, message))
            }
            Token::End => Err(Fault::new(
                span,
                "the formula ends here, expected a number, a parameter or `(`".into(),
            )),
        }
    }

    /// The end of `)`, which must be next.
    fn close(&mut self, open: &Range<usize>) -> Result<usize, Fault> {
        if let Some(span) = self.take(')')? {
            return Ok(span.end);
        }
        match self.peek()? {
            (Token::End, _) => Err(Fault::new(open.clone(), "`(` is never closed".into())),
            (_, span) => Err(self.missing_operator(span)),
        }
    }

    fn missing_operator(&self, span: Range<usize>) -> Fault {
        let found = self.text.get(span.clone()).unwrap_or_default();
        let message = format!("found `{found}`, expected an operator such as `*`");
        Fault::new(span, message)
    }

    /// A number, with its unit if one follows.
    fn measured(&mut self, value: f64, span: Range<usize>) -> Result<Part, Fault> {
        let (Token::Name(name), at) = self.peek()? else {
            let quantity = Quantity::bare(value);
            return Ok(Part { quantity, span });
        };
        let Some(one) = unit(name) else {
            let number = self.text.get(span).unwrap_or_default();
            let message = format!("`{name}` is no unit");
            let help = match (self.meaning)(name) {
                Meaning::Unknown(_) => None,
                _ => Some(format!("write `{number} * {name}`")),
            };
            return Err(Fault::helped(at, message, help));
        };
        self.at = at.end;
        if let Some(sign) = self.take('^')? {
            let written = self.text.get(span.start..at.end).unwrap_or_default();
            let number = self.text.get(span.clone()).unwrap_or_default();
            let message = format!("`{written}^` can be read in two ways");
            let help = format!("write `({written})^…` or `{number} * {name}^…`");
            return Err(Fault::helped(sign, message, Some(help)));
        }
        part(value * one.value, Some(one.unit), span.start..at.end)
    }

    /// A function, a parameter, or one of a unit.
    fn named(&mut self, name: &str, span: Range<usize>) -> Result<Part, Fault> {
        let open = self.take('(')?;
        if let Some(open) = open {
            if is_function(name) {
                return self.call(name, span, &open);
            }
            let message = format!("`{name}` is no function");
            return Err(Fault::helped(
                span,
                message,
                suggest::help(name, &FUNCTIONS.map(|(function, _)| function)),
            ));
        }
        if let Some(quantity) = unit(name) {
            return Ok(Part { quantity, span });
        }
        if is_function(name) {
            let message = format!("`{name}` is a function: write `{name}(…)`");
            return Err(Fault::new(span, message));
        }
        match (self.meaning)(name) {
            Meaning::Value(quantity) => Ok(Part { quantity, span }),
            Meaning::Faulty => Err(Fault::Elsewhere),
            Meaning::Unknown(help) => {
                let message = format!("no parameter is called `{name}`");
                Err(Fault::helped(span, message, help))
            }
        }
    }

    fn call(&mut self, name: &str, span: Range<usize>, open: &Range<usize>) -> Result<Part, Fault> {
        let first = self.deeper(Self::sum)?;
        let mut best = first.quantity;
        while let Some(comma) = self.take(',')? {
            let next = self.deeper(Self::sum)?;
            if !matches!(name, "min" | "max") {
                let message = format!("`{name}` takes one number");
                return Err(Fault::new(comma, message));
            }
            if next.quantity.unit != best.unit {
                let message = format!("cannot compare {} with {}", next.quantity.unit, best.unit);
                return Err(Fault::new(next.span, message));
            }
            best.value = if name == "min" {
                best.value.min(next.quantity.value)
            } else {
                best.value.max(next.quantity.value)
            };
        }
        let end = self.close(open)?;
        let Quantity { value, unit } = best;
        if matches!(name, "exp" | "ln" | "round" | "floor" | "ceil") && unit != Unit::ONE {
            let message = format!("`{name}` of {best}, expected a number without unit");
            let help = format!(
                "divide by a unit: `{name}({} / {unit})`",
                first.written(self.text)
            );
            return Err(Fault::helped(first.span, message, Some(help)));
        }
        let (value, unit) = match name {
            "sqrt" if value < 0.0 => {
                let message = format!("the square root of {best}, expected 0 or more");
                return Err(Fault::new(first.span, message));
            }
            "sqrt" => {
                let Some(root) = unit.root() else {
                    let message = format!("the square root of {unit} is no unit");
                    return Err(Fault::new(first.span, message));
                };
                (value.sqrt(), root)
            }
            "exp" => (function::exp(value), unit),
            "ln" if value <= 0.0 => {
                let message = format!("the logarithm of {best}, expected more than 0");
                return Err(Fault::new(first.span, message));
            }
            "ln" => (function::ln(value), unit),
            "round" => (value.round(), unit),
            "floor" => (value.floor(), unit),
            "ceil" => (value.ceil(), unit),
            _ => (value, unit),
        };
        part(value, Some(unit), span.start..end)
    }
}

impl Part {
    fn written<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.span.clone()).unwrap_or_default()
    }
}

/// A part with a finite value and a unit.
fn part(value: f64, unit: Option<Unit>, span: Range<usize>) -> Result<Part, Fault> {
    match unit {
        Some(unit) if value.is_finite() => Ok(Part {
            quantity: Quantity { value, unit },
            span,
        }),
        Some(_) => Err(Fault::new(
            span,
            "this is beyond the largest number, 1.8e308".into(),
        )),
        None => Err(Fault::new(
            span,
            "the exponents of its units are too large".into(),
        )),
    }
}

/// x^n by squaring: the same bits everywhere, which a library's power function does not promise.
fn whole_power(x: f64, mut n: u16) -> f64 {
    let (mut power, mut square) = (1.0, x);
    while n > 0 {
        if n & 1 == 1 {
            power *= square;
        }
        square *= square;
        n >>= 1;
    }
    power
}

#[cfg(test)]
mod tests;
