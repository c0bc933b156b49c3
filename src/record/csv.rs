//! Rows of tables: fields between commas, semicolons, tabs or spaces.

/// What is wrong with a table, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// From 1.
    pub(super) line: usize,
    pub(super) found: String,
    pub(super) expected: String,
}

impl Wrong {
    /// In the line that is the `index`-th from 0.
    pub(super) fn new(index: usize, found: String, expected: &str) -> Self {
        Self {
            line: index + 1,
            found,
            expected: expected.to_owned(),
        }
    }
}

/// Lines by their number from 0, without a byte order mark; the first is the header, empty ones after it are left out.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes
        .split(|&byte| byte == b'\n')
        .enumerate()
        .filter(|(index, line)| *index == 0 || !line.trim_ascii().is_empty())
}

/// What stands between the fields of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Byte(u8),
    Space,
}

impl Separator {
    /// What a line is separated by, outside of quotes.
    pub(super) fn of(line: &[u8]) -> Self {
        let (mut is_within, mut before, mut there) = (false, b',', [false; 3]);
        const BYTES: [u8; 3] = *b"\t;,";
        for &byte in line {
            match byte {
                b'"' if is_within => is_within = false,
                // Within a field it is a character as any other: 5" wide.
                b'"' => is_within = before.is_ascii_whitespace() || b"\t;,\"".contains(&before),
                _ if is_within => {}
                _ => {
                    let at = BYTES.iter().position(|own| *own == byte);
                    at.into_iter().for_each(|at| there[at] = true);
                }
            }
            before = byte;
        }
        let found = there.iter().position(|there| *there);
        found.map_or(Self::Space, |at| Self::Byte(BYTES[at]))
    }

    /// The fields of a row, without the space and quotes around them; in quotes they may hold what separates others.
    pub(super) fn fields(self, line: &[u8]) -> Fields<'_> {
        Fields {
            separator: self,
            // Tabs at its begin are empty fields, tabs at its end are what some programs end rows with.
            rest: Some(line.trim_ascii_end()),
            is_open: false,
        }
    }

    /// What was expected in place of a row, if it has more fields than `columns`, or a quote that is left open.
    pub(super) fn surplus(self, line: &[u8], columns: usize) -> Option<&'static str> {
        let mut fields = self.fields(line);
        let n = fields.by_ref().count();
        match fields.is_open {
            true => Some(CLOSED),
            false => (n > columns).then_some(AS_ABOVE),
        }
    }

    /// What was expected in place of a row, if a quote in it is left open.
    pub(super) fn open(self, line: &[u8]) -> Option<&'static str> {
        memchr::memchr(b'"', line)?;
        self.surplus(line, usize::MAX)
    }

    fn is(self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => byte == own,
            Self::Space => byte.is_ascii_whitespace(),
        }
    }
}

const CLOSED: &str = "a quote that is closed in the same line";
const AS_ABOVE: &str = "as many columns as above";

/// The fields of a row, by RFC 4180 but for quotes that go on in the next line.
pub(super) struct Fields<'a> {
    separator: Separator,
    /// `None` after the last.
    rest: Option<&'a [u8]>,
    /// Whether the last was in a quote that is left open.
    is_open: bool,
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (rest, separator) = (self.rest.take()?, self.separator);
        let is_space = |&&byte: &&u8| {
            byte.is_ascii_whitespace() && (separator == Separator::Space || !separator.is(byte))
        };
        let rest = &rest[rest.iter().take_while(is_space).count()..];
        if rest.is_empty() && separator == Separator::Space {
            return None;
        }
        let quoted = match rest {
            [b'"', within @ ..] => 1 + closing(within),
            _ => 0,
        };
        self.is_open = quoted > rest.len();
        let quoted = quoted.min(rest.len());
        let end = rest[quoted..].iter().position(|&byte| separator.is(byte));
        let end = end.map(|end| quoted + end);
        self.rest = end.map(|end| &rest[end + 1..]);
        let field = rest[..end.unwrap_or(rest.len())].trim_ascii();
        Some(match field {
            [b'"', inner @ .., b'"'] => inner,
            field => field,
        })
    }
}

/// Where what follows a quote goes on behind the one that closes it, past doubled ones; beyond its end if none does.
fn closing(within: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &within[at..]) {
        at += found + 1;
        if within.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
    within.len() + 1
}

/// Whether a column is called `name`: in its own, quotes may be doubled.
fn is_called(column: &[u8], name: &str) -> bool {
    column == name.as_bytes()
        || name.contains('"') && column == name.replace('"', "\"\"").as_bytes()
}

/// Where the column `name` is among `names`, and whether that is its number from 1. A number is one even where a field of the
/// first row happens to be the same.
///
/// # Errors
/// What was expected, if there is no such column, or several: nobody knows which of them is meant.
pub(super) fn place(names: &[&[u8]], name: &str) -> Result<(usize, bool), String> {
    let number = name.parse::<usize>().ok();
    let number = number.and_then(|number| number.checked_sub(1));
    let numbered = number.filter(|&at| at < names.len());
    if let Some(at) = numbered {
        return Ok((at, true));
    }
    let mut named = (0..names.len()).filter(|&at| is_called(names[at], name));
    match (named.next(), named.next()) {
        (Some(at), None) => Ok((at, false)),
        (Some(_), Some(_)) => Err(format!("one column `{name}`")),
        (None, _) => Err(format!(
            "a column `{name}`, or a number from 1 to {}",
            names.len()
        )),
    }
}

/// A field as a number.
pub(super) fn number<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The start of a line or field, for a message.
pub(super) fn quote(text: &[u8]) -> String {
    const SHOWN: usize = 40;
    let shown = String::from_utf8_lossy(&text[..text.len().min(SHOWN)]);
    let more = if text.len() > SHOWN { "…" } else { "" };
    format!("`{}{more}`", shown.trim().escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Vec<&str> {
        let fields = Separator::of(line.as_bytes()).fields(line.as_bytes());
        fields
            .map(|field| std::str::from_utf8(field).unwrap())
            .collect()
    }

    #[test]
    fn what_is_in_quotes_separates_nothing() {
        for (line, expected) in [
            ("1,\"98,2\",W", &["1", "98,2", "W"][..]),
            (" 1 ; \"a, b\" ;;\r\n", &["1", "a, b", "", ""]),
            ("\"say \"\"a,b\"\"\",2", &["say \"\"a,b\"\"", "2"]),
            ("\"\",2", &["", "2"]),
            ("\"stage 2\"  30", &["stage 2", "30"]),
            ("5\" wide,2", &["5\" wide", "2"]),
            ("\tW\t1\t", &["", "W", "1"]),
            ("", &[]),
        ] {
            assert_eq!(fields(line), expected, "{line}");
        }
        assert_eq!(place(&[b"a", b"\"\"b\"\""], "\"b\""), Ok((1, false)));
        // Of two of one name nobody knows which is meant; a number says it.
        let twice: &[&[u8]] = &[b"a", b"b", b"a"];
        assert_eq!(place(twice, "a"), Err("one column `a`".into()));
        assert_eq!(
            (place(twice, "b"), place(twice, "3")),
            (Ok((1, false)), Ok((2, true)))
        );
    }

    #[test]
    fn rows_with_surplus_fields_and_open_quotes_are_none() {
        let of = |line: &str| Separator::Byte(b',').surplus(line.as_bytes(), 2);
        assert_eq!(of("1,\"2,3\""), None);
        assert_eq!(of("1"), None);
        assert_eq!(of("1,2,3"), Some(AS_ABOVE));
        assert_eq!(of("1,\"2,3"), Some(CLOSED));
        assert_eq!(of("1,\"2\"\""), Some(CLOSED));
        assert_eq!(Separator::Space.open(b"1 \"2"), Some(CLOSED));
        assert_eq!(Separator::Space.open(b"1 2 3"), None);
    }
}
