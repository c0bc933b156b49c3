//! Inputs made from others: bits, bytes, numbers and words changed, parts cut, repeated, and put together.

/// Longer mutants are cut.
const LONGEST: usize = 1 << 16;

/// Numbers at which sizes, signs and widths end.
const NUMBERS: [u64; 18] = [
    0,
    1,
    2,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x1_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// The same in text.
const TEXTS: [&str; 16] = [
    "0",
    "-0",
    "1",
    "-1",
    "255",
    "65536",
    "2147483647",
    "4294967296",
    "-9223372036854775808",
    "9223372036854775807",
    "18446744073709551616",
    "1e308",
    "-1e999",
    "5e-324",
    "0.1",
    "99999999999999999999999999999999999999",
];

/// Makes mutants; the same seed makes the same ones of the same inputs.
pub struct Mutator {
    state: u64,
    words: &'static [&'static str],
}

impl Mutator {
    pub fn new(seed: u64, words: &'static [&'static str]) -> Self {
        Self { state: seed, words }
    }

    /// An input made from one or two of `pool`.
    pub fn mutant(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.one_of(pool);
        // Mostly few changes: many at once hide each other.
        let changes = 1 << self.below(4);
        for _ in 0..=self.below(changes) {
            self.change(&mut bytes, pool);
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, pool: &[Vec<u8>]) {
        match self.below(14) {
            0 | 1 => {
                let bit = 1 << self.below(8);
                self.at(bytes, |byte| *byte ^= bit);
            }
            2 => {
                let value = NUMBERS[self.below(8)] as u8;
                self.at(bytes, |byte| *byte = value);
            }
            3 => {
                let value = self.next() as u8;
                self.at(bytes, |byte| *byte = value);
            }
            4 => {
                let step = [1, 255, 2, 254][self.below(4)];
                self.at(bytes, |byte| *byte = byte.wrapping_add(step));
            }
            5 => self.number(bytes),
            6 => {
                let other = self.one_of(pool);
                let (from, to) = (self.below(bytes.len() + 1), self.below(other.len() + 1));
                bytes.truncate(from);
                bytes.extend(&other[to..]);
            }
            7 => {
                let other = self.one_of(pool);
                let part = self.range(other.len());
                self.put(bytes, &other[part]);
            }
            8 => {
                let length = self.below(bytes.len() + 1);
                bytes.truncate(length);
            }
            9 => {
                let part = self.range(bytes.len());
                bytes.drain(part);
            }
            10 => {
                let part = self.range(bytes.len().min(64));
                let part = bytes[part].to_vec();
                let times = 1 << self.below(11);
                self.put(bytes, &part.repeat(times));
            }
            11 => {
                let noise: Vec<u8> = (0..=self.below(8)).map(|_| self.next() as u8).collect();
                self.put(bytes, &noise);
            }
            12 if !self.words.is_empty() => {
                let word = self.words[self.below(self.words.len())];
                self.put(bytes, word.as_bytes());
            }
            _ => self.text_number(bytes),
        }
    }

    /// A number in binary, of any width and order, becomes an extreme one.
    fn number(&mut self, bytes: &mut [u8]) {
        let width = 1 << self.below(4);
        let Some(places) = bytes.len().checked_sub(width) else {
            return;
        };
        let place = self.below(places + 1);
        let value = match self.below(4) {
            0 => bytes.len() as u64,
            1 => (bytes.len() - place) as u64,
            _ => NUMBERS[self.below(NUMBERS.len())],
        };
        let value = value.wrapping_add([0, 1, u64::MAX][self.below(3)]);
        let little = value.to_le_bytes();
        let mut number = little[..width].to_vec();
        if self.below(2) == 0 {
            number.reverse();
        }
        bytes[place..place + width].copy_from_slice(&number);
    }

    /// A number in text becomes an extreme one.
    fn text_number(&mut self, bytes: &mut Vec<u8>) {
        let start = self.below(bytes.len().max(1));
        let Some(from) = (start..bytes.len()).find(|&at| bytes[at].is_ascii_digit()) else {
            return;
        };
        let digits = bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let to = from + digits.count();
        let text = TEXTS[self.below(TEXTS.len())];
        bytes.splice(from..to, text.bytes());
    }

    /// Puts `part` somewhere, between or over what is there.
    fn put(&mut self, bytes: &mut Vec<u8>, part: &[u8]) {
        let from = self.below(bytes.len() + 1);
        let over = match self.below(2) {
            0 => 0,
            _ => part.len().min(bytes.len() - from),
        };
        bytes.splice(from..from + over, part.iter().copied());
    }

    fn at(&mut self, bytes: &mut [u8], change: impl FnOnce(&mut u8)) {
        let place = self.below(bytes.len().max(1));
        if let Some(byte) = bytes.get_mut(place) {
            change(byte);
        }
    }

    /// A stretch of something of `length`, mostly a short one.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let longest = (length - from).min(1 << self.below(12));
        from..from + self.below(longest + 1)
    }

    fn one_of(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let place = self.below(pool.len().max(1));
        pool.get(place).cloned().unwrap_or_default()
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
