//! What the spikes of each target have left, until every synapse has seen them.
//!
//! Synapses learn of their target's spikes late, at their next arrival: a spike costs as much as its neuron, not as its
//! synapses, and what it does to a synapse is done where the synapse is at hand anyway.

mod pushes;
mod recent;
mod saved;
mod sight;

use std::collections::BTreeMap;

use crate::base::time::{Duration, Time};
use crate::base::vector::prefetch;
use crate::plasticity::clock::{Clock, Turned, jump, times};
use pushes::Pushes;
pub(super) use recent::Glances;
pub(super) use saved::SavedPost;

/// Spikes that each neuron has room for at first.
const FIRST: usize = 8;

/// Spikes that there is room for at most, per neuron. More is only made where spikes are on their way back to the synapse:
/// what all synapses have seen is forgotten instead.
const MOST: usize = 32;

/// Last spikes that lie beside each other, times and factors of them in a cache line each: all that 255 of 256 arrivals need
/// where sources and targets fire alike. What is older lies scattered over megabytes.
const RECENT: usize = 8;

/// Targets whose past is fetched ahead of the one at hand.
pub(super) const AHEAD: usize = 8;

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
struct Span<const POST: usize> {
    floor: u32,
    end: u32,
    /// Where its ring begins.
    at: u32,
    /// Spikes that its ring has room for, a power of two.
    room: u32,
    /// Traces of its spikes after the last one, and after the one before, factored.
    after: [[f64; POST]; 2],
}

/// Last spikes of one target.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Last<const PRE: usize> {
    /// When they were, the last one first.
    times: [Time; RECENT],
    /// Their factors.
    falls: [[f64; PRE]; RECENT],
}

impl<const POST: usize> Span<POST> {
    /// Without spikes, and with a ring of its own.
    const fn new(at: u32, room: u32) -> Self {
        Self {
            floor: 0,
            end: 0,
            at,
            room,
            after: [[0.0; POST]; 2],
        }
    }

    /// Its ring in all rings.
    #[inline(always)]
    fn ring(&self) -> std::ops::Range<usize> {
        self.at as usize..(self.at + self.room) as usize
    }

    /// Spike number `k` in all rings.
    #[inline(always)]
    fn place(&self, k: u32) -> usize {
        (self.at + (k & (self.room - 1))) as usize
    }

    /// Spikes that are kept: the last one that all have seen is, for its traces.
    fn kept(&self) -> std::ops::Range<u32> {
        self.floor.saturating_sub(1)..self.end
    }
}

impl<const PRE: usize> Last<PRE> {
    const NONE: Self = Self {
        times: [Time::NEVER; RECENT],
        falls: [[0.0; PRE]; RECENT],
    };

    /// Time and factors of the last spike but `k`, if they lie here.
    #[inline(always)]
    fn get(&self, k: usize) -> Option<(Time, [f64; PRE])> {
        Some((*self.times.get(k)?, *self.falls.get(k)?))
    }

    /// Puts a spike in front.
    fn push(&mut self, t: Time, fall: [f64; PRE]) {
        self.times.rotate_right(1);
        self.falls.rotate_right(1);
        (self.times[0], self.falls[0]) = (t, fall);
    }
}

/// What lies beside each other, from the rings.
fn refreshed<const PRE: usize, const POST: usize>(
    span: &Span<POST>,
    rings: &[Post<PRE, POST>],
) -> (Last<PRE>, [[f64; POST]; 2]) {
    let (mut last, mut after) = (Last::NONE, [[0.0; POST]; 2]);
    let posts = span.kept().rev().map(|k| &rings[span.place(k)]);
    for (at, post) in posts.enumerate().take(RECENT) {
        (last.times[at], last.falls[at]) = (post.time, post.fall);
        if let Some(after) = after.get_mut(at) {
            *after = post.after;
        }
    }
    (last, after)
}

/// Spikes of all targets of a container.
#[derive(Debug, Clone)]
pub(super) struct History<const PRE: usize, const POST: usize> {
    /// That of each target, spike number k at k modulo its room.
    rings: Vec<Post<PRE, POST>>,
    /// Where rings of a size begin that nobody needs any more.
    free: BTreeMap<u32, Vec<u32>>,
    spans: Vec<Span<POST>>,
    last: Vec<Last<PRE>>,
    /// Under a rule with a push: last spikes, and traces after the last one, factored.
    pushes: Vec<Pushes>,
    after: Vec<[f64; POST]>,
}

/// What a synapse has to catch up with.
#[derive(Clone, Copy)]
pub(super) struct Unseen<'a, const PRE: usize, const POST: usize> {
    span: &'a Span<POST>,
    last: &'a Last<PRE>,
    ring: &'a [Post<PRE, POST>],
    pub(super) start: u32,
    pub(super) end: u32,
}

impl<'a, const PRE: usize, const POST: usize> Unseen<'a, PRE, POST> {
    /// Time and factors of spike number `k`.
    #[inline(always)]
    pub(super) fn get(&self, k: u32) -> (Time, [f64; PRE]) {
        match self.last.get((self.span.end - 1 - k) as usize) {
            Some(recent) => recent,
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
            rings: vec![Post::NONE; n * FIRST],
            free: BTreeMap::new(),
            spans: (0..n)
                .map(|j| Span::new((j * FIRST) as u32, FIRST as u32))
                .collect(),
            last: vec![Last::NONE; n],
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
        for span in &mut self.spans {
            *span = Span::new(span.at, span.room);
        }
        self.last.fill(Last::NONE);
        self.pushes.fill(Pushes::NONE);
        self.after.fill([0.0; POST]);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.rings.as_slice())
            + size_of_val(self.spans.as_slice())
            + size_of_val(self.last.as_slice())
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
            last: &self.last[j],
            ring: &self.rings[span.ring()],
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
        let span = &self.spans[j];
        span.kept().len() >= span.room as usize
    }

    /// Makes room for another spike of target `j`; whether it could without forgetting. Neurons `share` what room there is, or
    /// each has as much as any other: then when there is none left is known from the spikes that are kept, as it must be where
    /// catching up rounds.
    pub(super) fn widen(&mut self, j: usize, share: bool) -> bool {
        let room = self.spans[j].room;
        let is_free = self
            .free
            .get(&(2 * room))
            .is_some_and(|free| !free.is_empty());
        let is_left = match share {
            true => is_free || self.rings.len() + 2 * room as usize <= self.n() * MOST,
            false => (room as usize) < MOST,
        };
        if is_left {
            self.grow(j);
        }
        is_left
    }

    /// Twice the room for target `j`.
    fn grow(&mut self, j: usize) {
        let old = self.spans[j];
        let room = 2 * old.room;
        let free = self.free.get_mut(&room).and_then(Vec::pop);
        let at = free.unwrap_or_else(|| {
            let end = self.rings.len();
            self.rings.resize(end + room as usize, Post::NONE);
            end as u32
        });
        let new = Span { at, room, ..old };
        for k in old.kept() {
            self.rings[new.place(k)] = self.rings[old.place(k)];
        }
        self.spans[j] = new;
        self.free.entry(old.room).or_default().push(old.at);
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
            self.grow(j);
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
        self.rings[span.place(span.end)] = post;
        span.end += 1;
        span.after = [post.after, span.after[0]];
        self.last[j].push(t, fall_pre);
        if let (Some(pushes), Some(push)) = (self.pushes.get_mut(j), fall_pre.first()) {
            pushes.add(t, *push);
            self.after[j] = post.after;
        }
    }

    /// Takes in a spike of the teacher of target `j` at `t`, where factors of arrivals are `fall`: it leaves no trace but what
    /// it pushes.
    pub(super) fn add_taught(&mut self, j: usize, t: Time, mut fall: [f64; PRE], push: f64) {
        while self.is_full(j) {
            self.grow(j);
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
        self.rings[span.place(span.end)] = post;
        span.end += 1;
        span.after[1] = span.after[0];
        self.last[j].push(t, fall);
        if let (Some(pushes), Some(push)) = (self.pushes.get_mut(j), fall.first()) {
            pushes.add(t, *push);
        }
    }

    /// Asks for what an arrival at target `j` needs.
    #[inline(always)]
    pub(super) fn fetch(&self, j: usize) {
        match self.pushes.get(j..=j) {
            Some(pushes) => prefetch(pushes),
            None => {
                prefetch(&self.last[j..=j]);
                prefetch(&self.spans[j..=j]);
            }
        }
    }

    /// Forgets what reaches every synapse, at most `lag` after it was fired, before `t`.
    pub(super) fn forget(&mut self, lag: Duration, t: Time) {
        for span in &mut self.spans {
            let time = |span: &Span<POST>, k: u32| self.rings[span.place(k)].time.ps();
            while span.floor < span.end && time(span, span.floor) + lag.ps() < t.ps() {
                span.floor += 1;
            }
            // Numbers stay small in runs of any length.
            let low = span.floor.saturating_sub(1) / span.room * span.room;
            span.floor -= low;
            span.end -= low;
        }
    }

    /// Brings factors to a new origin.
    pub(super) fn turn(&mut self, turned: &Turned<PRE, POST>) {
        for (span, last) in self.spans.iter_mut().zip(&mut self.last) {
            for k in span.kept() {
                let post = &mut self.rings[span.place(k)];
                post.after = times(post.after, turned.post);
                // What all have seen is never read again.
                post.fall = match k < span.floor {
                    true => [0.0; PRE],
                    false => times(post.fall, turned.fall),
                };
            }
            (*last, span.after) = refreshed(span, &self.rings);
        }
        self.refresh_pushes();
    }

    /// Takes last spikes and traces from the rings.
    fn refresh_pushes(&mut self) {
        let all = self.pushes.iter_mut().zip(&mut self.after);
        for ((pushes, after), span) in all.zip(&self.spans) {
            *pushes = Pushes::NONE;
            *after = span.after[0];
            for k in span.kept() {
                let post = &self.rings[span.place(k)];
                pushes.add(post.time, post.fall.first().copied().unwrap_or(0.0));
            }
        }
    }
}
