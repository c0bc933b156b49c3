//! How a given number of synapses is shared out over parts of the target space.
//!
//! The space is halved again and again; at each node of this tree the left half's share is an exact binomial draw (or
//! hypergeometric, where each pair may be taken once) from the node's own stream. Shares of all parts together follow
//! the multinomial distribution of independent draws, yet a lane only walks to its own parts.

use std::ops::Range;

use crate::base::distribution::count;
use crate::base::stream::Stream;

/// One number of synapses to be shared out.
pub(in crate::connection) struct Share<'a, P> {
    pub(in crate::connection) seed: u64,
    /// Purpose of the streams.
    pub(in crate::connection) purpose: &'a str,
    /// Added to a node's number to make its entity.
    pub(in crate::connection) key: u64,
    pub(in crate::connection) multapses: bool,
    /// Number of pairs in a range of parts.
    pub(in crate::connection) pairs: P,
}

impl<P: Fn(Range<u32>) -> u64> Share<'_, P> {
    /// Calls `part` with each of `wanted` among `n` parts that has a share of `total`, in order.
    pub(in crate::connection) fn walk(
        &self,
        n: u32,
        total: u64,
        wanted: &Range<u32>,
        part: &mut impl FnMut(u32, u64),
    ) {
        self.node(1, 0..n, total, wanted, part);
    }

    fn node(
        &self,
        number: u64,
        range: Range<u32>,
        total: u64,
        wanted: &Range<u32>,
        part: &mut impl FnMut(u32, u64),
    ) {
        if total == 0 || range.start.max(wanted.start) >= range.end.min(wanted.end) {
            return;
        }
        if range.len() == 1 {
            part(range.start, total);
            return;
        }
        let middle = range.start + (range.end - range.start) / 2;
        let (left, right) = (range.start..middle, middle..range.end);
        let (n_left, n_right) = ((self.pairs)(left.clone()), (self.pairs)(right.clone()));
        let mut stream = Stream::new(self.seed, self.purpose, self.key.wrapping_add(number));
        let share = if self.multapses {
            count::with_replacement(&mut stream, n_left, n_right, total)
        } else {
            count::without_replacement(&mut stream, n_left, n_right, total)
        };
        self.node(2 * number, left, share, wanted, part);
        self.node(2 * number + 1, right, total - share, wanted, part);
    }
}
