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

/// Last spikes whose times lie beside each other, in a cache line.
const RECENT: usize = 8;

/// Last spikes whose factors lie beside those times: with one trace on each side, another cache line of these and of what remains
/// of traces is all that 127 of 128 arrivals need where sources and targets fire alike. What is older lies scattered over megabytes.
const FELL: usize = 6;

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
struct Span {
    floor: u32,
    end: u32,
    /// Where its ring begins.
    at: u32,
    /// Spikes that its ring has room for, a power of two.
    room: u32,
}

/// Last spikes of one target.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Last<const PRE: usize, const POST: usize> {
    /// When they were, the last one first.
    times: [Time; RECENT],
    /// Factors of the last ones of them.
    falls: [[f64; PRE]; FELL],
    /// Traces of the target's spikes after the last one, and after the one before, factored.
    after: [[f64; POST]; 2],
}

impl Span {
    /// Without spikes, and with a ring of its own.
    const fn new(at: u32, room: u32) -> Self {
        Self {
            floor: 0,
            end: 0,
            at,
            room,
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

impl<const PRE: usize, const POST: usize> Last<PRE, POST> {
    const NONE: Self = Self {
        times: [Time::NEVER; RECENT],
        falls: [[0.0; PRE]; FELL],
        after: [[0.0; POST]; 2],
    };

    /// Time and factors of the last spike but `k`, if they lie here.
    #[inline(always)]
    fn get(&self, k: usize) -> Option<(Time, [f64; PRE])> {
        Some((*self.times.get(k)?, *self.falls.get(k)?))
    }

    /// Puts a spike in front.
    fn push(&mut self, post: &Post<PRE, POST>) {
        self.times.rotate_right(1);
        self.falls.rotate_right(1);
        (self.times[0], self.falls[0]) = (post.time, post.fall);
        self.after = [post.after, self.after[0]];
    }
}

/// What lies beside each other, from the rings.
fn refreshed<const PRE: usize, const POST: usize>(
    span: &Span,
    rings: &[Post<PRE, POST>],
) -> Last<PRE, POST> {
    let mut last = Last::NONE;
    span.kept().for_each(|k| last.push(&rings[span.place(k)]));
    last
}

/// Spikes of all targets of a container.
#[derive(Debug, Clone)]
pub(super) struct History<const PRE: usize, const POST: usize> {
    /// That of each target, spike number k at k modulo its room.
    rings: Vec<Post<PRE, POST>>,
    /// Where rings of a size begin that nobody needs any more.
    free: BTreeMap<u32, Vec<u32>>,
    spans: Vec<Span>,
    last: Vec<Last<PRE, POST>>,
    /// Under a rule with a push: last spikes, and traces after the last one, factored.
    pushes: Vec<Pushes>,
    after: Vec<[f64; POST]>,
}

/// What a synapse has to catch up with.
#[derive(Clone, Copy)]
pub(super) struct Unseen<'a, const PRE: usize, const POST: usize> {
    span: &'a Span,
    last: &'a Last<PRE, POST>,
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
            end if end == self.span.end => self.last.after[0],
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
        let last = self.last[j].after[0];
        let before = times(last, fall);
        if let (Some(first), Some(push)) = (fall_pre.first_mut(), push(before)) {
            *first *= push;
        }
        let post = Post {
            time: t,
            fall: fall_pre,
            before,
            after: jump(&clock.post, last, rise),
        };
        self.put(j, &post);
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
        let last = self.last[j].after[0];
        let post = Post {
            time: t,
            fall,
            before: last,
            after: last,
        };
        self.put(j, &post);
        if let (Some(pushes), Some(push)) = (self.pushes.get_mut(j), fall.first()) {
            pushes.add(t, *push);
        }
    }

    /// Puts a spike of target `j` where there is room for it.
    #[inline(always)]
    fn put(&mut self, j: usize, post: &Post<PRE, POST>) {
        let span = &mut self.spans[j];
        self.rings[span.place(span.end)] = *post;
        span.end += 1;
        self.last[j].push(post);
    }

    /// Asks for what an arrival at target `j` needs.
    #[inline(always)]
    pub(super) fn fetch(&self, j: usize) {
        match self.pushes.get(j..=j) {
            Some(pushes) => prefetch(pushes),
            None => prefetch(&self.last[j..=j]),
        }
    }

    /// Forgets what reaches every synapse, at most `lag` after it was fired, before `t`.
    pub(super) fn forget(&mut self, lag: Duration, t: Time) {
        for span in &mut self.spans {
            let time = |span: &Span, k: u32| self.rings[span.place(k)].time.ps();
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
        for (span, last) in self.spans.iter().zip(&mut self.last) {
            for k in span.kept() {
                let post = &mut self.rings[span.place(k)];
                post.after = times(post.after, turned.post);
                // What all have seen is never read again.
                post.fall = match k < span.floor {
                    true => [0.0; PRE],
                    false => times(post.fall, turned.fall),
                };
            }
            *last = refreshed(span, &self.rings);
        }
        self.refresh_pushes();
    }

    /// Takes last spikes and traces from the rings.
    fn refresh_pushes(&mut self) {
        let all = self.pushes.iter_mut().zip(&mut self.after);
        for ((pushes, after), (span, last)) in all.zip(self.spans.iter().zip(&self.last)) {
            *pushes = Pushes::NONE;
            *after = last.after[0];
            for k in span.kept() {
                let post = &self.rings[span.place(k)];
                pushes.add(post.time, post.fall.first().copied().unwrap_or(0.0));
            }
        }
    }
}
