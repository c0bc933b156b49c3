//! What the spikes of each target have left, until every synapse has seen them.
//!
//! Synapses learn of their target's spikes late, at their next arrival: a spike costs as much as its neuron, not as its
//! synapses, and what it does to a synapse is done where the synapse is at hand anyway.

mod pushes;
mod recent;

use crate::base::time::{Duration, Time};
use crate::base::vector::prefetch;
use crate::plasticity::clock::{Clock, Turned, jump, times};
use pushes::Pushes;
pub(super) use recent::Recent;

/// Spikes that each neuron has room for at first.
const FIRST: usize = 8;

/// More room than this is only made where spikes are on their way back to the synapse: what all synapses have seen is
/// forgotten instead.
const MOST: usize = 32;

/// Last spikes that lie beside each other in two cache lines: all that 63 of 64 arrivals need where sources and targets fire
/// alike. What is older lies scattered over megabytes.
const RECENT: usize = 6;

/// A spike of a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Post<const PRE: usize, const POST: usize> {
    /// When, at the soma.
    pub(super) time: Time,
    /// e^(−(t − origin)/τ) for traces of arrivals; of the first, times the push of rules that have one.
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
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Span<const PRE: usize, const POST: usize> {
    floor: u32,
    end: u32,
    /// Traces of its spikes after the last one, and after the one before, factored.
    after: [[f64; POST]; 2],
    /// Time and factors of the last spikes, the last one first.
    recent: [(Time, [f64; PRE]); RECENT],
}

impl<const PRE: usize, const POST: usize> Span<PRE, POST> {
    const NONE: Self = Self {
        floor: 0,
        end: 0,
        after: [[0.0; POST]; 2],
        recent: [(Time::NEVER, [0.0; PRE]); RECENT],
    };

    /// Takes what lies beside it from the `ring`.
    fn refresh(&mut self, ring: &[Post<PRE, POST>]) {
        let kept = self.floor.saturating_sub(1)..self.end;
        let mut posts = kept.rev().map(|k| ring[k as usize % ring.len()]);
        self.recent = [(Time::NEVER, [0.0; PRE]); RECENT];
        self.after = [[0.0; POST]; 2];
        for (at, recent) in self.recent.iter_mut().enumerate() {
            let Some(post) = posts.next() else {
                return;
            };
            if let Some(after) = self.after.get_mut(at) {
                *after = post.after;
            }
            *recent = (post.time, post.fall);
        }
    }
}

/// Spikes of all targets of a container.
#[derive(Debug, Clone)]
pub(super) struct History<const PRE: usize, const POST: usize> {
    /// A power of two.
    room: usize,
    /// `room` of each target, spike number k at k modulo `room`.
    rings: Vec<Post<PRE, POST>>,
    spans: Vec<Span<PRE, POST>>,
    /// Under a rule with a push: last spikes, and traces after the last one, factored.
    pushes: Vec<Pushes>,
    after: Vec<[f64; POST]>,
}

/// What a synapse has to catch up with.
#[derive(Clone, Copy)]
pub(super) struct Unseen<'a, const PRE: usize, const POST: usize> {
    span: &'a Span<PRE, POST>,
    ring: &'a [Post<PRE, POST>],
    pub(super) start: u32,
    pub(super) end: u32,
}

impl<'a, const PRE: usize, const POST: usize> Unseen<'a, PRE, POST> {
    /// Time and factors of spike number `k`.
    #[inline(always)]
    pub(super) fn get(&self, k: u32) -> (Time, [f64; PRE]) {
        match self.span.recent.get((self.span.end - 1 - k) as usize) {
            Some(recent) => *recent,
            None => (self.kept(k).time, self.kept(k).fall),
        }
    }

    /// All of spike number `k`.
    #[inline(always)]
    fn kept(&self, k: u32) -> &'a Post<PRE, POST> {
        &self.ring[k as usize & (self.ring.len() - 1)]
    }

    /// Traces of the target's spikes right before spike number `k`.
    #[inline(always)]
    pub(super) fn before(&self, k: u32) -> [f64; POST] {
        self.kept(k).before
    }

    /// When spike number `k` - 1 reached the synapse, `lag` after it was fired, as far as it is known.
    #[inline(always)]
    pub(super) fn last_before(&self, k: u32, lag: i64) -> Time {
        match k {
            0 => Time::NEVER,
            _ => Time::from_ps(self.get(k - 1).0.ps().saturating_add(lag)),
        }
    }

    /// Factored traces of the target's spikes now.
    #[inline(always)]
    pub(super) fn after(&self) -> [f64; POST] {
        match self.end {
            end if end == self.span.end => self.span.after[0],
            0 => [0.0; POST],
            end => self.kept(end - 1).after,
        }
    }
}

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// Of `n` targets that have not spiked, under a rule that `is_additive` if it has a push.
    pub(super) fn new(n: usize, is_additive: bool) -> Self {
        let summed = if is_additive { n } else { 0 };
        Self {
            room: FIRST,
            rings: vec![Post::NONE; n * FIRST],
            spans: vec![Span::NONE; n],
            pushes: vec![Pushes::NONE; summed],
            after: vec![[0.0; POST]; summed],
        }
    }

    /// Number of targets.
    pub(super) fn n(&self) -> usize {
        self.spans.len()
    }

    /// Forgets all spikes.
    pub(super) fn clear(&mut self) {
        self.spans.fill(Span::NONE);
        self.pushes.fill(Pushes::NONE);
        self.after.fill([0.0; POST]);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.rings.as_slice())
            + size_of_val(self.spans.as_slice())
            + size_of_val(self.pushes.as_slice())
            + size_of_val(self.after.as_slice())
    }

    /// Spikes of target `j` that reach a synapse, `lag` after they were fired, from `seen` on and before `t`.
    #[inline(always)]
    pub(super) fn unseen(&self, j: usize, lag: i64, seen: i64, t: i64) -> Unseen<'_, PRE, POST> {
        let span = &self.spans[j];
        let (floor, end) = (span.floor, span.end);
        let mut unseen = Unseen {
            span,
            ring: &self.rings[j * self.room..][..self.room],
            start: end,
            end,
        };
        while unseen.end > floor && unseen.get(unseen.end - 1).0.ps() + lag >= t {
            unseen.end -= 1;
        }
        unseen.start = unseen.end;
        while unseen.start > floor && unseen.get(unseen.start - 1).0.ps() + lag >= seen {
            unseen.start -= 1;
        }
        unseen
    }

    /// For a synapse onto target `j` that has seen `seen`, whose row last arrived at `last`: the sum over first factors of
    /// what it has not seen, and factored traces now; `None` where spikes have to be looked at one by one.
    #[inline(always)]
    pub(super) fn sum(
        &self,
        j: usize,
        lag: i64,
        when: (i64, i64, i64),
    ) -> Option<(f64, [f64; POST])> {
        let (seen, last, t) = when;
        // At the soma; what never was is none of it.
        let seen = seen.saturating_sub(lag).max(i64::MIN + 1);
        let when = (seen, last.saturating_sub(lag), t.saturating_sub(lag));
        Some((self.pushes[j].sum(when)?, self.after[j]))
    }

    /// Whether there is no room for another spike of target `j` before what all have seen is forgotten.
    #[inline]
    pub(super) fn is_full(&self, j: usize) -> bool {
        let Span { floor, end, .. } = self.spans[j];
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

    /// Takes in that target `j` spiked at `t`, where factors are `rise`, `fall` and, of arrivals, `fall_pre`; `push` is
    /// that of the rule.
    pub(super) fn add(
        &mut self,
        j: usize,
        t: Time,
        clock: &Clock<PRE, POST>,
        (rise, fall, mut fall_pre): ([f64; POST], [f64; POST], [f64; PRE]),
        push: impl Fn([f64; POST]) -> Option<f64>,
    ) {
        while self.is_full(j) {
            self.grow();
        }
        let span = &mut self.spans[j];
        let before = times(span.after[0], fall);
        if let (Some(first), Some(push)) = (fall_pre.first_mut(), push(before)) {
            *first *= push;
        }
        let post = Post {
            time: t,
            fall: fall_pre,
            before,
            after: jump(&clock.post, span.after[0], rise),
        };
        self.rings[j * self.room + span.end as usize % self.room] = post;
        span.end += 1;
        span.after = [post.after, span.after[0]];
        span.recent.rotate_right(1);
        span.recent[0] = (t, fall_pre);
        if let (Some(pushes), Some(push)) = (self.pushes.get_mut(j), fall_pre.first()) {
            pushes.add(t, *push);
            self.after[j] = post.after;
        }
    }

    /// Takes in a spike of the teacher of target `j` at `t`, where factors of arrivals are `fall`: it leaves no trace but what
    /// it pushes.
    pub(super) fn add_taught(&mut self, j: usize, t: Time, mut fall: [f64; PRE], push: f64) {
        while self.is_full(j) {
            self.grow();
        }
        if let Some(first) = fall.first_mut() {
            *first *= push;
        }
        let span = &mut self.spans[j];
        let post = Post {
            time: t,
            fall,
            before: span.after[0],
            after: span.after[0],
        };
        self.rings[j * self.room + span.end as usize % self.room] = post;
        span.end += 1;
        span.after[1] = span.after[0];
        span.recent.rotate_right(1);
        span.recent[0] = (t, fall);
        if let (Some(pushes), Some(push)) = (self.pushes.get_mut(j), fall.first()) {
            pushes.add(t, *push);
        }
    }

    /// Asks for what an arrival at target `j` needs.
    #[inline(always)]
    pub(super) fn fetch(&self, j: usize) {
        match self.pushes.get(j..=j) {
            Some(pushes) => prefetch(pushes),
            None => prefetch(&self.spans[j..=j]),
        }
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
        for (span, ring) in self.spans.iter_mut().zip(self.rings.chunks_exact_mut(room)) {
            for k in span.floor.saturating_sub(1)..span.end {
                let post = &mut ring[k as usize % room];
                post.after = times(post.after, turned.post);
                // What all have seen is never read again.
                post.fall = match k < span.floor {
                    true => [0.0; PRE],
                    false => times(post.fall, turned.fall),
                };
            }
            span.refresh(ring);
        }
        self.refresh_pushes();
    }

    /// Takes last spikes and traces from the rings.
    fn refresh_pushes(&mut self) {
        let all = self.pushes.iter_mut().zip(&mut self.after);
        let rings = self.rings.chunks_exact(self.room);
        for ((pushes, after), (span, ring)) in all.zip(self.spans.iter().zip(rings)) {
            *pushes = Pushes::NONE;
            *after = span.after[0];
            for k in span.floor.saturating_sub(1)..span.end {
                let post = &ring[k as usize % ring.len()];
                pushes.add(post.time, post.fall.first().copied().unwrap_or(0.0));
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
    pub(super) fn load(
        n: usize,
        is_additive: bool,
        saved: &[(bool, Vec<SavedPost>)],
    ) -> Option<Self> {
        let longest = saved.iter().map(|(_, posts)| posts.len()).max();
        let room = longest.unwrap_or(0).next_power_of_two().max(FIRST);
        let mut history = Self::new(n, is_additive);
        history.room = room;
        history.rings = vec![Post::NONE; n.checked_mul(room)?];
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
            let mut span = Span::NONE;
            (span.floor, span.end) = (u32::from(*seen), posts.len() as u32);
            span.refresh(&history.rings[j * room..][..room]);
            history.spans[j] = span;
        }
        history.refresh_pushes();
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
