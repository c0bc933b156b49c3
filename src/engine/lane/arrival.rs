//! Spikes on their way to a lane.

use serde::{Deserialize, Serialize};

use crate::base::time::{Duration, Time};
use crate::event::pending::Placed;
use crate::synapse::rows::Row;

/// Bits of an arrival's block; its time within the window takes the others.
const BLOCK_BITS: u32 = 24;

/// Most blocks of a lane.
pub const MOST_BLOCKS: usize = 1 << BLOCK_BITS;

/// Longest window: 40 bits of picoseconds are 1.1 s.
pub const LONGEST_WINDOW: Duration = Duration::from_ps(1_000_000_000_000);

/// A spike reaching one row of synapses. Ordered by time, then by block, then by row: within a block rows ascend with
/// their sources, so among arrivals of an instant those of one block come in the order of who sent them. Many are
/// under way, and each is written and read from far in memory, so it takes 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// Picoseconds since its window began, then the block.
    key: u64,
    /// Where its targets begin.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    /// Where the row lies in what its window reads, [`NOT_CARRIED`] if it is not carried there.
    at: u32,
    weights_at: u32,
}

/// No place in what a window reads.
const NOT_CARRIED: u32 = u32::MAX;

impl Arrival {
    /// `since` picoseconds after its window began, less than the longest window, at a row of block number `block`.
    #[inline(always)]
    pub(super) fn new(since: i64, block: u32, start: u32, end: u32) -> Self {
        Self {
            key: (since as u64) << BLOCK_BITS | u64::from(block),
            start,
            end,
            at: NOT_CARRIED,
            weights_at: NOT_CARRIED,
        }
    }

    /// Carries the row in what its window reads: targets from `at` on, weights from `weights_at` on. Places beyond 32 bits
    /// carry nothing.
    #[inline(always)]
    pub(super) fn carry(&mut self, at: usize, weights_at: usize) {
        if let (Ok(at), Ok(weights_at)) = (u32::try_from(at), u32::try_from(weights_at)) {
            (self.at, self.weights_at) = (at, weights_at);
        }
    }

    /// Where its targets and weights lie in what its window reads, if it is carried.
    #[inline(always)]
    pub(super) fn carried(&self) -> Option<(usize, usize)> {
        (self.at != NOT_CARRIED).then_some((self.at as usize, self.weights_at as usize))
    }

    /// When, if its window begins at `begin`.
    #[inline(always)]
    pub(super) fn time(&self, begin: Time) -> Time {
        Time::from_ps(begin.ps().wrapping_add(self.since().ps()))
    }

    /// How long after its window began.
    #[inline(always)]
    pub(super) fn since(&self) -> Duration {
        Duration::from_ps((self.key >> BLOCK_BITS) as i64)
    }

    /// Which of the lane's blocks of synapses.
    #[inline(always)]
    pub(super) fn block(&self) -> usize {
        (self.key & (MOST_BLOCKS as u64 - 1)) as usize
    }

    /// For a checkpoint.
    pub(in crate::engine) fn save(&self) -> Saved {
        Saved {
            since: self.since().ps(),
            block: self.block() as u32,
            start: self.start,
            end: self.end,
        }
    }
}

impl Placed for Arrival {
    #[inline]
    fn place(&self) -> i64 {
        self.since().ps()
    }
}

/// An arrival in a checkpoint.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::engine) struct Saved {
    since: i64,
    pub(in crate::engine) block: u32,
    pub(in crate::engine) start: u32,
    pub(in crate::engine) end: u32,
}

impl Saved {
    /// The arrival, if it lies in a window of length `lookahead`.
    pub(in crate::engine) fn arrival(&self, lookahead: Duration) -> Option<Arrival> {
        let Self {
            since,
            block,
            start,
            end,
        } = *self;
        let fits = (0..lookahead.ps()).contains(&since) && (block as usize) < MOST_BLOCKS;
        fits.then(|| Arrival::new(since, block, start, end))
    }
}

/// A delay, and how far it reaches in windows.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Step {
    delay: Duration,
    /// Whole windows.
    windows: i64,
    /// What is left, in picoseconds.
    rest: i64,
}

impl Step {
    /// `delay` in windows of length `lookahead`.
    pub(super) fn new(delay: Duration, lookahead: Duration) -> Self {
        Self {
            delay,
            windows: delay.ps() / lookahead.ps(),
            rest: delay.ps() % lookahead.ps(),
        }
    }
}

/// A spike that is being sent on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Departure {
    time: Time,
    window: i64,
    /// Picoseconds since the window began.
    since: i64,
    /// Length of a window.
    length: i64,
}

impl Departure {
    /// At `time`, where windows have a length of `lookahead`.
    #[inline]
    pub(super) fn new(time: Time, lookahead: Duration) -> Self {
        let length = lookahead.ps();
        let window = time.ps() / length;
        Self {
            time,
            window,
            since: time.ps() - window * length,
            length,
        }
    }

    /// In which window it arrives at `row` of block number `block` after `step`, and the arrival. What comes without delay
    /// has arrived, and what would come after the end of the clock never does.
    #[inline(always)]
    pub(super) fn arrival(&self, step: &Step, block: u32, row: Row) -> Option<(i64, Arrival)> {
        self.time.checked_add(step.delay)?;
        if step.delay == Duration::ZERO {
            return None;
        }
        let since = self.since + step.rest;
        let over = i64::from(since >= self.length);
        let since = since - over * self.length;
        let window = self.window + step.windows + over;
        Some((window, Arrival::new(since, block, row.start, row.end)))
    }
}
