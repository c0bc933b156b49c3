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
    /// What a line is separated by.
    pub(super) fn of(line: &[u8]) -> Self {
        let has = |byte: u8| line.contains(&byte);
        let bytes = *b"\t;,";
        let found = bytes.into_iter().find(|&byte| has(byte));
        found.map_or(Self::Space, Self::Byte)
    }

    /// The fields of a row, without the space and quotes around them.
    pub(super) fn fields<'a>(self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (byte, spaces) = match self {
            Self::Byte(byte) => (byte, false),
            Self::Space => (b' ', true),
        };
        let line = line.trim_ascii();
        line.split(move |&b| b == byte || spaces && b.is_ascii_whitespace())
            .map(<[u8]>::trim_ascii)
            .filter(move |field| !spaces || !field.is_empty())
            .map(|field| match field {
                [b'"', inner @ .., b'"'] => inner,
                field => field,
            })
    }
}

/// Where the column `name` is among `names`, and whether that is its number from 1. A number is one even where a field of the
/// first row happens to be the same.
///
/// # Errors
/// What was expected, if there is no such column.
pub(super) fn place(names: &[&[u8]], name: &str) -> Result<(usize, bool), String> {
    let number = name.parse::<usize>().ok();
    let number = number.and_then(|number| number.checked_sub(1));
    let numbered = number.filter(|&at| at < names.len());
    let named = || names.iter().position(|column| *column == name.as_bytes());
    let place = numbered.map(|at| (at, true));
    let place = place.or_else(|| Some((named()?, false)));
    place.ok_or_else(|| format!("a column `{name}`, or a number from 1 to {}", names.len()))
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
