//! Text from elsewhere, such as a tensor's name in a file, as it may stand in a message: on one line, of bounded length,
//! and without characters that act on a terminal.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::io;

/// Longer names say nothing more to a reader.
const LONGEST: usize = 120;

/// `text` with what a terminal would act on, or a reader could not see, in the form `\u001B`, as TOML reads it back, cut after 120 characters.
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
                f.write_str(&escaped(c))?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Whether a terminal acts on `c`, or nobody sees it: control characters, and those of Unicode that end lines, turn the text
/// around them or take no room, by which two names may look alike (its Default_Ignorable_Code_Point, but for the selectors of
/// variants, with the rest of its class Cf and its classes Zl and Zp).
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}' | '\u{0890}' | '\u{0891}'
            | '\u{08E2}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
}

/// `text` of several lines with every character escaped that a terminal would act on, except line ends and tabs.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) && !matches!(c, '\n' | '\t') {
            plain.push_str(&escaped(c));
        } else {
            plain.push(c);
        }
    }
    plain
}

/// `text` in quotes, as TOML reads it back, with everything escaped that nobody would see.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if acts(c) => quoted.push_str(&escaped(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `c` as TOML writes what it does not take as it is.
fn escaped(c: char) -> String {
    match (c, u32::from(c)) {
        ('\n', _) => r"\n".into(),
        ('\r', _) => r"\r".into(),
        ('\t', _) => r"\t".into(),
        (_, code @ ..=0xFFFF) => format!(r"\u{code:04X}"),
        (_, code) => format!(r"\U{code:08X}"),
    }
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
        assert_eq!(shown(name).to_string(), r"a\u001B[2J\u009B\nµ\u202E\u061Cb");
        assert_eq!(plain("µ\t\n\r\u{7f}"), "µ\t\n\\r\\u007F");
        let mut out = Vec::new();
        io::Write::write_all(&mut Plain(&mut out), name.as_bytes()).unwrap();
        assert_eq!(out, "a\\u001B[2J\\u009B\nµ\\u202E\\u061Cb".as_bytes());
    }

    #[test]
    fn what_nobody_sees_is_shown_and_what_stands_in_names_is_not_touched() {
        for c in [
            '\u{200B}',
            '\u{200D}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{2067}',
            '\u{E0041}',
        ] {
            let name = format!("a{c}b");
            let shown = shown(&name).to_string();
            assert!(
                shown.starts_with(r"a\") && shown.chars().all(|c| !acts(c)),
                "{shown}"
            );
            let code = shown[3..shown.len() - 1].to_owned();
            assert_eq!(u32::from_str_radix(&code, 16), Ok(c.into()), "{shown}");
        }
        let name = "São Paulo, 東京, τ_m, e→i, \u{2764}\u{FE0F}, ‖w‖";
        assert_eq!(shown(name).to_string(), name);
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in [
            "e\u{202e}\u{E0041}x",
            "a\"b\\c\n\t\u{1b}\u{7f}",
            "São, 東京",
            "",
        ] {
            let read: toml::Table = format!("key = {}", quoted(text)).parse().unwrap();
            assert_eq!(read["key"].as_str(), Some(text));
        }
        assert_eq!(quoted("e\u{202e}"), r#""e\u202E""#);
    }

    #[test]
    fn long_names_are_cut() {
        let long = "x".repeat(400_000);
        let text = shown(&long).to_string();
        assert!(text.ends_with("xx… (399880 more characters)"), "{text}");
    }
}
