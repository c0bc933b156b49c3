//! The header of a NumPy array: a Python dictionary of three keys, as `numpy.lib.format` describes it.

/// Magic bytes and version in front of a header whose length takes two bytes.
const VERSION_1: &[u8] = b"\x93NUMPY\x01\x00";

/// Headers end where data may be aligned to this.
const ALIGNED: usize = 64;

/// What a header says of an array.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Length of each dimension, outermost first.
    pub shape: Vec<usize>,
    /// Its type, such as `<f8`; `None` where an element has several fields.
    pub descriptor: Option<String>,
    /// Whether the first index is the fastest.
    pub is_fortran: bool,
}

impl Header {
    /// Of the dictionary between the length of the header and the data.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut scan = Scan(text.trim_end());
        let (mut shape, mut descriptor, mut is_fortran) = (None, None, None);
        scan.expect('{')?;
        while !scan.takes('}') {
            let key = scan.text()?;
            scan.expect(':')?;
            match key {
                "descr" if scan.begins('[') => {
                    scan.skip_list()?;
                    descriptor = Some(None);
                }
                "descr" => descriptor = Some(Some(scan.text()?.to_owned())),
                "fortran_order" => is_fortran = Some(scan.flag()?),
                "shape" => shape = Some(scan.shape()?),
                other => return Err(format!("a key `{other}` in the header")),
            }
            if !scan.takes(',') && !scan.begins('}') {
                return Err(scan.unexpected("`,` or `}`"));
            }
        }
        if !scan.0.is_empty() {
            return Err(scan.unexpected("the end of the header"));
        }
        let lacks = |key: &str| format!("no `{key}` in the header");
        Ok(Self {
            shape: shape.ok_or_else(|| lacks("shape"))?,
            descriptor: descriptor.ok_or_else(|| lacks("descr"))?,
            is_fortran: is_fortran.ok_or_else(|| lacks("fortran_order"))?,
        })
    }
}

/// All that stands before the data of an array of F32, the last index being the fastest.
pub(super) fn of_f32(shape: &[usize]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let sizes = match shape.len() {
        1 => sizes.trim_end(),
        _ => sizes.trim_end_matches(", "),
    };
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes})}}");
    let before = VERSION_1.len() + 2;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNED) - before;
    text += &" ".repeat(length - 1 - text.len());
    text.push('\n');
    let mut bytes = VERSION_1.to_vec();
    // Shorter than 64 KiB: 32 dimensions, which is what NumPy has at most, take a few hundred bytes.
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

/// What is left of a header, without blanks in front.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn begins(&mut self, with: char) -> bool {
        self.0 = self.0.trim_start();
        self.0.starts_with(with)
    }

    fn takes(&mut self, mark: char) -> bool {
        let begins = self.begins(mark);
        if begins {
            self.0 = &self.0[mark.len_utf8()..];
        }
        begins
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        match self.takes(mark) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{mark}`"))),
        }
    }

    fn unexpected(&self, expected: &str) -> String {
        let found: String = self.0.trim_start().chars().take(12).collect();
        format!("`{found}` in the header, expected {expected}")
    }

    /// A text between quotes, none of which it holds.
    fn text(&mut self) -> Result<&'a str, String> {
        for quote in ['\'', '"'] {
            if self.takes(quote) {
                let (text, rest) = self
                    .0
                    .split_once(quote)
                    .ok_or_else(|| self.unexpected("a text that ends"))?;
                self.0 = rest;
                return Ok(text);
            }
        }
        Err(self.unexpected("a text"))
    }

    fn flag(&mut self) -> Result<bool, String> {
        self.0 = self.0.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.0.strip_prefix(word) {
                self.0 = rest;
                return Ok(value);
            }
        }
        Err(self.unexpected("`True` or `False`"))
    }

    /// Whole numbers between brackets; those of Python 2 may end with `L`.
    fn shape(&mut self) -> Result<Vec<usize>, String> {
        self.expect('(')?;
        let mut sizes = Vec::new();
        while !self.takes(')') {
            self.0 = self.0.trim_start();
            let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = &self.0[..self.0.len() - rest.len()];
            let size = digits.parse();
            sizes.push(size.map_err(|_| self.unexpected("the length of a dimension"))?);
            self.0 = rest.strip_prefix('L').unwrap_or(rest);
            if !self.takes(',') && !self.begins(')') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        Ok(sizes)
    }

    /// Goes past a list, whatever it holds.
    fn skip_list(&mut self) -> Result<(), String> {
        let mut depth = 0_usize;
        for (at, mark) in self.0.char_indices() {
            match mark {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.0 = &self.0[at + 1..];
                return Ok(());
            }
        }
        Err(self.unexpected("a list that ends"))
    }
}

#[cfg(test)]
mod tests;
