//! What the spikes of each target have left, until every synapse has seen them.
//!
//! Synapses learn of their target's spikes late, at their next arrival: a spike costs as much as its neuron, not as its
//! synapses, and what it does to a synapse is done where the synapse is at hand anyway.

use crate::base::time::{Duration, Time};
use crate::plasticity::clock::{Clock, Turned, jump, times};

/// Spikes that each neuron has room for at first: two cache lines with one trace on each side.
const FIRST: usize = 4;

/// More room than this is only made where spikes are on their way back to the synapse: what all synapses have seen is
/// forgotten instead.
const MOST: usize = 32;

/// A spike of a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Post<const PRE: usize, const POST: usize> {
    /// When, at the soma.
    pub(super) time: Time,
    /// e^(−(t − origin)/τ) for traces of arrivals.
    pub(super) fall: [f64; PRE],
    /// Traces of the target's spikes right before it.
    pub(super) before: [f64; POST],
    /// The same right after it, factored.
    pub(super) after: [f64; POST],
}

impl<const PRE: usize, const POST: usize> Post<PRE, POST> {
    const NONE: Self = Self {
        time: Time::NEVER,
        fall: [0.0; PRE],
        before: [0.0; POST],
        after: [0.0; POST],
    };
}

/// Spikes of one target: those from `floor` on may not have been seen by all synapses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    floor: u32,
    end: u32,
}

/// Spikes of all targets of a container.
#[derive(Debug, Clone)]
pub(super) struct History<const PRE: usize, const POST: usize> {
    /// A power of two.
    room: usize,
    /// `room` of each target, spike number k at k modulo `room`.
    rings: Vec<Post<PRE, POST>>,
    spans: Vec<Span>,
}

/// What a synapse has to catch up with.
pub(super) struct Unseen<'a, const PRE: usize, const POST: usize> {
    ring: &'a [Post<PRE, POST>],
    pub(super) start: u32,
    pub(super) end: u32,
}

impl<'a, const PRE: usize, const POST: usize> Unseen<'a, PRE, POST> {
    /// Spike number `k`.
    #[inline(always)]
    pub(super) fn get(&self, k: u32) -> &'a Post<PRE, POST> {
        &self.ring[k as usize & (self.ring.len() - 1)]
    }

    /// When spike number `k` - 1 reached the synapse, `lag` after it was fired, as far as it is known.
    #[inline(always)]
    pub(super) fn last_before(&self, k: u32, lag: i64) -> Time {
        match k {
            0 => Time::NEVER,
            _ => Time::from_ps(self.get(k - 1).time.ps().saturating_add(lag)),
        }
    }

    /// Factored traces of the target's spikes now.
    #[inline(always)]
    pub(super) fn after(&self) -> [f64; POST] {
        match self.end {
            0 => [0.0; POST],
            end => self.get(end - 1).after,
        }
    }
}

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// Of `n` targets that have not spiked.
    pub(super) fn new(n: usize) -> Self {
        Self {
            room: FIRST,
            rings: vec![Post::NONE; n * FIRST],
            spans: vec![Span::default(); n],
        }
    }

    /// Number of targets.
    pub(super) fn n(&self) -> usize {
        self.spans.len()
    }

    /// Forgets all spikes.
    pub(super) fn clear(&mut self) {
        self.spans.fill(Span::default());
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.rings.as_slice()) + size_of_val(self.spans.as_slice())
    }

    /// Spikes of target `j` that reach a synapse, `lag` after they were fired, from `seen` on and before `t`.
    #[inline(always)]
    pub(super) fn unseen(&self, j: usize, lag: i64, seen: i64, t: i64) -> Unseen<'_, PRE, POST> {
        let Span { floor, end } = self.spans[j];
        let ring = &self.rings[j * self.room..][..self.room];
        let mut unseen = Unseen {
            ring,
            start: end,
            end,
        };
        while unseen.end > floor && unseen.get(unseen.end - 1).time.ps() + lag >= t {
            unseen.end -= 1;
        }
        unseen.start = unseen.end;
        while unseen.start > floor && unseen.get(unseen.start - 1).time.ps() + lag >= seen {
            unseen.start -= 1;
        }
        unseen
    }

    /// Whether there is no room for another spike of target `j` before what all have seen is forgotten.
    #[inline]
    pub(super) fn is_full(&self, j: usize) -> bool {
        let Span { floor, end } = self.spans[j];
        // The last one that all have seen stays, for its traces.
        (end - floor.saturating_sub(1)) as usize >= self.room
    }

    /// Makes room for another spike of target `j`; whether it could without forgetting.
    pub(super) fn widen(&mut self, j: usize) -> bool {
        if self.room >= MOST {
            return false;
        }
        self.grow();
        !self.is_full(j)
    }

    fn grow(&mut self) {
        let room = self.room * 2;
        let mut rings = vec![Post::NONE; self.spans.len() * room];
        for (j, span) in self.spans.iter().enumerate() {
            for k in span.floor.saturating_sub(1)..span.end {
                let at = k as usize;
                rings[j * room + at % room] = self.rings[j * self.room + at % self.room];
            }
        }
        (self.room, self.rings) = (room, rings);
    }

    /// Takes in that target `j` spiked at `t`, where factors are `rise`, `fall` and, of arrivals, `fall_pre`.
    pub(super) fn add(
        &mut self,
        j: usize,
        t: Time,
        clock: &Clock<PRE, POST>,
        (rise, fall, fall_pre): ([f64; POST], [f64; POST], [f64; PRE]),
    ) {
        while self.is_full(j) {
            self.grow();
        }
        let end = self.spans[j].end;
        let at = |k: u32| j * self.room + k as usize % self.room;
        let last = match end {
            0 => [0.0; POST],
            _ => self.rings[at(end - 1)].after,
        };
        let post = Post {
            time: t,
            fall: fall_pre,
            before: times(last, fall),
            after: jump(&clock.post, last, rise),
        };
        let at = at(end);
        self.rings[at] = post;
        self.spans[j].end = end + 1;
    }

    /// Forgets what reaches every synapse, at most `lag` after it was fired, before `t`.
    pub(super) fn forget(&mut self, lag: Duration, t: Time) {
        let room = self.room;
        for (span, ring) in self.spans.iter_mut().zip(self.rings.chunks_exact(room)) {
            let time = |k: u32| ring[k as usize % room].time.ps();
            while span.floor < span.end && time(span.floor) + lag.ps() < t.ps() {
                span.floor += 1;
            }
            // Numbers stay small in runs of any length.
            let low = span.floor.saturating_sub(1) / room as u32 * room as u32;
            span.floor -= low;
            span.end -= low;
        }
    }

    /// Brings factors to a new origin.
    pub(super) fn turn(&mut self, turned: &Turned<PRE, POST>) {
        let room = self.room;
        for (span, ring) in self.spans.iter().zip(self.rings.chunks_exact_mut(room)) {
            for k in span.floor.saturating_sub(1)..span.end {
                let post = &mut ring[k as usize % room];
                post.after = times(post.after, turned.post);
                // What all have seen is never read again.
                post.fall = match k < span.floor {
                    true => [0.0; PRE],
                    false => times(post.fall, turned.fall),
                };
            }
        }
    }

    /// For each target the spikes that are kept, as numbers, and how many of them all have seen.
    pub(super) fn save(&self) -> Vec<(bool, Vec<SavedPost>)> {
        let rings = self.rings.chunks_exact(self.room);
        let saved = self.spans.iter().zip(rings).map(|(span, ring)| {
            let kept = span.floor.saturating_sub(1)..span.end;
            let posts = kept.map(|k| {
                let post = &ring[k as usize % self.room];
                SavedPost {
                    time: post.time,
                    fall: post.fall.to_vec(),
                    before: post.before.to_vec(),
                    after: post.after.to_vec(),
                }
            });
            (span.floor > 0, posts.collect())
        });
        saved.collect()
    }

    /// From what [`save`](Self::save) gave; `None` if it is of another history.
    pub(super) fn load(n: usize, saved: &[(bool, Vec<SavedPost>)]) -> Option<Self> {
        let longest = saved.iter().map(|(_, posts)| posts.len()).max();
        let room = longest.unwrap_or(0).next_power_of_two().max(FIRST);
        let mut history = Self {
            room,
            rings: vec![Post::NONE; n.checked_mul(room)?],
            spans: vec![Span::default(); n],
        };
        if saved.len() != n {
            return None;
        }
        for (j, (seen, posts)) in saved.iter().enumerate() {
            if *seen && posts.is_empty() || !posts.is_sorted_by_key(|post| post.time) {
                return None;
            }
            for (k, post) in posts.iter().enumerate() {
                history.rings[j * room + k] = Post {
                    time: post.time,
                    fall: post.fall[..].try_into().ok()?,
                    before: post.before[..].try_into().ok()?,
                    after: post.after[..].try_into().ok()?,
                };
            }
            history.spans[j] = Span {
                floor: u32::from(*seen),
                end: posts.len() as u32,
            };
        }
        Some(history)
    }
}

/// A spike as it is saved.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct SavedPost {
    time: Time,
    fall: Vec<f64>,
    before: Vec<f64>,
    after: Vec<f64>,
}
