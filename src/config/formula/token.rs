//! The words of a formula.

use std::ops::Range;

use super::Fault;

/// A word of a formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'t> {
    Number(f64),
    Name(&'t str),
    Symbol(char),
    End,
}

/// Symbols that formulas are made of.
const SYMBOLS: &str = "+-*/^(),";

/// The word that starts at or after byte `at`, and where it stands.
///
/// # Errors
/// If there is something else.
pub(super) fn token(text: &str, at: usize) -> Result<(Token<'_>, Range<usize>), Fault> {
    let rest = text.get(at..).unwrap_or_default();
    let word = rest.trim_start();
    let start = at + rest.len() - word.len();
    let Some(first) = word.chars().next() else {
        return Ok((Token::End, text.len()..text.len()));
    };
    if first.is_ascii_digit() || first == '.' {
        let length = number(word);
        let span = start..start + length;
        return match word[..length].parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((Token::Number(value), span)),
            _ => Err(Fault::new(
                span,
                format!("`{}` is no finite number", &word[..length]),
            )),
        };
    }
    if is_letter(first) {
        let length = word
            .find(|c| !is_letter(c) && !c.is_ascii_digit())
            .unwrap_or(word.len());
        return Ok((Token::Name(&word[..length]), start..start + length));
    }
    let span = start..start + first.len_utf8();
    if SYMBOLS.contains(first) {
        return Ok((Token::Symbol(first), span));
    }
    let shown = if first.is_control() {
        char::REPLACEMENT_CHARACTER
    } else {
        first
    };
    Err(Fault::new(
        span,
        format!("`{shown}` has no meaning in a formula"),
    ))
}

/// Whether a name may begin with `c`.
fn is_letter(c: char) -> bool {
    // Micro and ohm, each of which has two signs.
    c.is_ascii_alphabetic() || matches!(c, '_' | '\u{b5}' | '\u{3bc}' | '\u{3a9}' | '\u{2126}')
}

/// How many bytes at the start of `word` make a number: digits, a point, digits, an exponent.
fn number(word: &str) -> usize {
    let bytes = word.as_bytes();
    let digits = |from: usize| {
        let more = bytes.iter().skip(from);
        from + more.take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        let from = end + 1 + usize::from(sign);
        // Without digits it is no exponent but the beginning of a name.
        if digits(from) > from {
            end = digits(from);
        }
    }
    end
}

/// The names in `text` and where they stand, up to the first thing that is no word.
pub(super) fn names(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            match token(text, at).ok()? {
                (Token::End, _) => return None,
                (Token::Name(name), span) => {
                    at = span.end;
                    return Some((name, span));
                }
                (_, span) => at = span.end,
            }
        }
    })
}
