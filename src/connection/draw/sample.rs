//! Drawing partners from 0..n.

use crate::base::distribution::count;
use crate::base::stream::Stream;

/// Draws lists of partners; keeps its memory between lists.
#[derive(Debug, Default)]
pub struct Sampler {
    /// The list drawn last.
    pub partners: Vec<u32>,
    /// One bit for each candidate, all clear between lists.
    taken: Vec<u64>,
}

/// Candidates 0..n without one of them.
#[derive(Debug, Clone, Copy)]
pub struct Candidates {
    /// How many there are to choose from.
    n: u32,
    /// Numbers from here on stand for the next one.
    barred: u32,
}

impl Candidates {
    /// 0..`n` without `barred`.
    pub fn new(n: u32, barred: Option<u32>) -> Self {
        Self {
            n: n.saturating_sub(u32::from(barred.is_some())),
            barred: barred.unwrap_or(u32::MAX),
        }
    }

    #[inline(always)]
    fn nth(self, i: u32) -> u32 {
        i + u32::from(i >= self.barred)
    }
}

impl Sampler {
    /// All candidates.
    pub fn all(&mut self, of: Candidates) {
        self.partners.clear();
        self.partners.extend((0..of.n).map(|i| of.nth(i)));
    }

    /// Each candidate with probability `p`: a binomial number of them, every set of that size with the same
    /// probability. Cheaper than gaps between those taken, which cost a logarithm each.
    pub fn each_with(&mut self, stream: &mut Stream, of: Candidates, p: f64) {
        let k = count::successes(stream, of.n.into(), p);
        // No more than `of.n`.
        self.without_replacement(stream, of, k as u32);
    }

    /// `k` candidates, the same one several times only with `multapses`. There must be enough: at least one, or `k` of
    /// them without multapses.
    pub fn some(&mut self, stream: &mut Stream, of: Candidates, k: u64, multapses: bool) {
        if multapses {
            self.with_replacement(stream, of, k as usize);
        } else {
            self.without_replacement(stream, of, k as u32);
        }
    }

    /// `k` independent candidates. There must be one if `k` is not 0.
    pub fn with_replacement(&mut self, stream: &mut Stream, of: Candidates, k: usize) {
        self.partners.clear();
        let n = u64::from(of.n);
        self.partners
            .extend((0..k).map(|_| of.nth(stream.below(n) as u32)));
    }

    /// `k` different candidates, every set of them with the same probability (Floyd's algorithm, Bentley and Floyd
    /// 1987). There must be at least `k`.
    pub fn without_replacement(&mut self, stream: &mut Stream, of: Candidates, k: u32) {
        self.partners.clear();
        let words = of.n.div_ceil(64) as usize;
        if self.taken.len() < words {
            self.taken.resize(words, 0);
        }
        let taken = &mut self.taken;
        let mut take = |i: u32| {
            let (word, bit) = (&mut taken[i as usize / 64], 1 << (i % 64));
            let free = *word & bit == 0;
            *word |= bit;
            free
        };
        for last in of.n - k..of.n {
            let drawn = stream.below(u64::from(last) + 1) as u32;
            let new = if take(drawn) {
                drawn
            } else {
                take(last);
                last
            };
            self.partners.push(new);
        }
        for partner in &mut self.partners {
            self.taken[*partner as usize / 64] = 0;
            *partner = of.nth(*partner);
        }
    }
}
