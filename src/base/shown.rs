//! Text from elsewhere, such as a tensor's name in a file, as it may stand in a message: on one line, of bounded length,
//! and without characters that act on a terminal.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::io;

/// Longer names say nothing more to a reader.
const LONGEST: usize = 120;

/// `text` with what a terminal would act on, or a reader could not see, in the form `\u{1b}`, cut after 120 characters.
pub fn shown(text: &str) -> Shown<'_> {
    Shown(text)
}

/// What [`shown`] makes of a text.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in cut(self.0, LONGEST).chars() {
            if acts(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Whether a terminal acts on `c`, or turns the text around it: control characters, and those of Unicode that end lines
/// or change their direction.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` of several lines with every character escaped that a terminal would act on, except line ends and tabs.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) && !matches!(c, '\n' | '\t') {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain
}

/// `text` up to `most` characters, and how many more there are.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            format!("{}… ({more} more characters)", &text[..end]).into()
        }
    }
}

/// Passes text on as [`plain`] makes it. What is written comes in whole characters, as `write!` gives it.
pub struct Plain<W>(pub W);

impl<W: io::Write> io::Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(plain(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_a_terminal() {
        let name = "a\u{1b}[2J\u{9b}\nµ\u{202e}\u{61c}b";
        assert_eq!(
            shown(name).to_string(),
            r"a\u{1b}[2J\u{9b}\nµ\u{202e}\u{61c}b"
        );
        assert_eq!(plain("µ\t\n\r\u{7f}"), "µ\t\n\\r\\u{7f}");
        let mut out = Vec::new();
        io::Write::write_all(&mut Plain(&mut out), name.as_bytes()).unwrap();
        assert_eq!(out, "a\\u{1b}[2J\\u{9b}\nµ\\u{202e}\\u{61c}b".as_bytes());
    }

    #[test]
    fn long_names_are_cut() {
        let long = "x".repeat(400_000);
        let text = shown(&long).to_string();
        assert!(text.ends_with("xx… (399880 more characters)"), "{text}");
    }
}
