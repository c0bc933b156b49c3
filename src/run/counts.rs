//! Numbers of events in bins, as narrow as they are.

use serde::{Deserialize, Serialize};

/// How many events lie in each bin, from the first one on. A night in bins of 10 ms has millions of them, few of which hold many
/// events: each takes two bytes until one needs more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Counts {
    Narrow(Vec<u16>),
    Wide(Vec<u64>),
}

impl Counts {
    pub(super) const NONE: Self = Self::Narrow(Vec::new());

    /// Adds `n` to the bin at `at`.
    pub(super) fn add(&mut self, at: usize, n: u64) {
        if let Self::Narrow(bins) = self {
            extend(bins, at);
            match u16::try_from(u64::from(bins[at]) + n) {
                Ok(sum) => bins[at] = sum,
                Err(_) => {
                    let wide = bins.iter().map(|&bin| u64::from(bin));
                    *self = Self::Wide(wide.collect());
                }
            }
        }
        if let Self::Wide(bins) = self {
            extend(bins, at);
            bins[at] += n;
        }
    }

    /// What lies in the bin at `at`; nothing in one behind the last.
    pub(super) fn get(&self, at: usize) -> u64 {
        match self {
            Self::Narrow(bins) => bins.get(at).copied().map_or(0, u64::from),
            Self::Wide(bins) => bins.get(at).copied().unwrap_or(0),
        }
    }
}

/// Makes `bins` reach up to `at`.
fn extend<T: Default + Clone>(bins: &mut Vec<T>, at: usize) {
    if bins.len() <= at {
        bins.resize(at + 1, T::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_widen_when_one_needs_it_and_lose_nothing() {
        let mut counts = Counts::NONE;
        counts.add(2, 3);
        counts.add(0, u64::from(u16::MAX));
        assert!(matches!(counts, Counts::Narrow(_)));
        counts.add(2, 4);
        counts.add(0, 1);
        assert!(matches!(counts, Counts::Wide(_)));
        counts.add(4, 1 << 40);
        let all: Vec<u64> = (0..6).map(|at| counts.get(at)).collect();
        assert_eq!(all, [1 << 16, 0, 7, 0, 1 << 40, 0]);
        let written = postcard::to_stdvec(&counts).unwrap();
        assert_eq!(postcard::from_bytes::<Counts>(&written).unwrap(), counts);
    }
}
