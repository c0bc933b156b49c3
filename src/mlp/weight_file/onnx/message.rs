//! Protocol buffers, taken apart in place: numbered fields, each a number or bytes (Google, *Encoding*, 2024).
//!
//! ONNX needs seven messages of which a few fields matter: a walk over fields is shorter than a generated reader, adds
//! nothing to the build, and copies nothing.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// A whole number of variable length.
    Number(u64),
    /// Four bytes: an f32.
    Four([u8; 4]),
    /// Text, numbers in a row, or a message.
    Bytes(&'a [u8]),
    /// Eight bytes, which no field that matters has.
    Eight,
}

impl<'a> Value<'a> {
    /// Its bytes, none of another kind.
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// Its number, 0 of another kind.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            _ => 0,
        }
    }

    /// It as text; what is no UTF-8 is replaced.
    pub(super) fn text(self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// Its whole numbers: one, or several in a row.
    pub(super) fn numbers(self) -> Result<Vec<u64>, &'static str> {
        match self {
            Self::Number(number) => Ok(vec![number]),
            Self::Bytes(mut rest) => {
                let mut numbers = Vec::new();
                while !rest.is_empty() {
                    numbers.push(number(&mut rest)?);
                }
                Ok(numbers)
            }
            _ => Err("whole numbers are no numbers"),
        }
    }
}

/// The fields of `message`, by number, in their order.
///
/// # Errors
/// What is wrong, if it ends within a field or one is of a kind that there is not.
pub(super) fn fields(mut message: &[u8]) -> Result<Vec<(u64, Value<'_>)>, &'static str> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = number(&mut message)?;
        let value = match key & 7 {
            0 => Value::Number(number(&mut message)?),
            1 => {
                take(&mut message, 8)?;
                Value::Eight
            }
            2 => {
                let length = number(&mut message)?;
                let length = usize::try_from(length).map_err(|_| ENDS)?;
                Value::Bytes(take(&mut message, length)?)
            }
            5 => {
                let four = take(&mut message, 4)?;
                Value::Four(four.try_into().map_err(|_| ENDS)?)
            }
            _ => return Err("a field is of no kind that there is"),
        };
        fields.push((key >> 3, value));
    }
    Ok(fields)
}

const ENDS: &str = "it ends within a field";

fn take<'a>(message: &mut &'a [u8], length: usize) -> Result<&'a [u8], &'static str> {
    let (taken, rest) = message.split_at_checked(length).ok_or(ENDS)?;
    *message = rest;
    Ok(taken)
}

/// The number at the beginning of `message`: seven bits a byte, the lowest first, the eighth says that more follow.
fn number(message: &mut &[u8]) -> Result<u64, &'static str> {
    let mut number = 0;
    for place in 0..10 {
        let (&byte, rest) = message.split_first().ok_or(ENDS)?;
        *message = rest;
        number |= u64::from(byte & 0x7F) << (7 * place);
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err("a number has no end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_by_hand() {
        // The guide's own: field 1 is 150; field 2 is "testing"; and field 3 is 1.0 in four bytes.
        let mut message = b"\x08\x96\x01\x12\x07testing\x1d".to_vec();
        message.extend(1_f32.to_le_bytes());
        let expected = [
            (1, Value::Number(150)),
            (2, Value::Bytes(b"testing")),
            (3, Value::Four(1_f32.to_le_bytes())),
        ];
        assert_eq!(fields(&message).as_deref(), Ok(&expected[..]));
        for length in [1, 2, 4, 11, 13] {
            assert_eq!(fields(&message[..length]), Err(ENDS), "{length}");
        }
        assert_eq!(fields(b"\x0b"), Err("a field is of no kind that there is"));
        assert_eq!(fields(&[0xFF; 12]), Err("a number has no end"));
        assert_eq!(Value::Bytes(b"\x03\x96\x01").numbers(), Ok(vec![3, 150]));
    }
}
