//! Rows of tables in CSV: numbers between commas, no quotes.

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

/// The fields of a line, without the space around them.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
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
