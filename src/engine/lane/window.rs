//! A lane on its way through a window, from instant to instant.

use super::arrival::Arrival;
use super::carried::Carried;
use super::group::Group;
use super::{Block, Lane, Spike};
use crate::base::time::{Duration, Time};
use crate::neuron::EXPECTED;
use crate::plasticity::learn::Ahead;

/// Rows fetched ahead of the one at hand: their first lines, before the loads that need them.
const AHEAD: usize = 4;

/// Rows of fewer targets are done before memory answers: more of them are on their way.
const SHORT: u32 = 64;
const SHORT_AHEAD: usize = 16;

/// Rows that learn need three accesses one after the other: the first is at [`SHORT_AHEAD`], these are the next two.
const SYNAPSES_AHEAD: usize = 11;
const TARGETS_AHEAD: usize = 6;

impl Lane {
    /// Runs up to, and not including, `until`, which lies in `window` or ends it.
    pub fn run(&mut self, window: i64, until: Time) {
        if self.window != Some(window) {
            self.window = Some(window);
            self.open(window);
            (self.delivered, self.told, self.sent) = (0, 0, 0);
        }
        let begin = Time::from_ps(window * self.lookahead.ps());
        self.groups.iter_mut().for_each(Group::look);
        loop {
            let near = self.flow(begin, until);
            let instant = near.unwrap_or_else(|| self.next_instant(begin, until));
            if instant == until {
                return;
            }
            self.read_back(instant);
            for group in 0..self.groups.len() {
                self.visit(group, instant, begin, near.is_some());
            }
            self.sudden.clear();
            if self.has_exploded() {
                return;
            }
        }
    }

    /// Delivers rows one after the other, with the noise between them, up to the first that may make a neuron fire: its
    /// instant. Most rows make none, and an instant at which nothing else happens need not be visited. `None` where the
    /// next arrival is none of these; then the next instant is to be looked for.
    fn flow(&mut self, begin: Time, until: Time) -> Option<Time> {
        let Self {
            groups,
            blocks,
            arrivals,
            carried,
            learning,
            delivered,
            told,
            ..
        } = self;
        let [group] = &mut groups[..] else {
            return None;
        };
        let learns = learning.iter().any(|blocks| !blocks.is_empty());
        while let Some(arrival) = arrivals.get(*delivered) {
            let t = arrival.time(begin);
            if t >= until || t >= group.due || !group.expose_before(t) {
                return None;
            }
            if *delivered >= *told {
                *told = tell(group, arrivals, *delivered, begin);
            }
            fetch(blocks, carried, arrivals, (*delivered, learns));
            *delivered += 1;
            let block = &mut blocks[arrival.block()];
            let neurons = group.neurons.as_mut();
            let near = block.arrive(t, arrival, carried, |targets, weights| {
                neurons.arrive(t, targets, weights)
            });
            if near && group.take_back(t) {
                return Some(t);
            }
        }
        None
    }

    /// The next instant at which anything happens, or `until`.
    fn next_instant(&mut self, begin: Time, until: Time) -> Time {
        let arrival = self.arrivals.get(self.delivered);
        let mut instant = arrival.map_or(until, |arrival| arrival.time(begin).min(until));
        for group in &self.groups {
            instant = instant.min(group.due);
        }
        // What an earlier group does within the instant cannot reach a later one before it.
        for group in &mut self.groups {
            instant = group.expose(instant);
        }
        instant
    }

    /// Reads the weights of what comes back through matrices at `t`, before anything of that instant changes them.
    fn read_back(&mut self, t: Time) {
        for at in 0..self.groups.len() {
            if self.groups[at].next_tied() > t {
                continue;
            }
            let mut tied = std::mem::take(&mut self.groups[at].tied);
            for block in tied.iter_mut().filter(|block| block.next() <= t) {
                let (group, owner) = block.owner;
                block.land(t, &mut self.groups[group].dense[owner]);
            }
            self.groups[at].tied = tied;
        }
    }

    /// The instant `t` of one group, if anything happens there, or if a row has come `near` to making a neuron fire.
    fn visit(&mut self, at: usize, t: Time, begin: Time, near: bool) {
        let alone = self.groups.len() == 1;
        let group = &mut self.groups[at];
        let blocks = &mut self.blocks;
        let since = t.since(begin);
        let reached = |blocks: &[Block], arrival: &Arrival| {
            arrival.since() == since && blocks[arrival.block()].group == at
        };
        let arrives = self.arrivals.get(self.delivered);
        let arrives = arrives.is_some_and(|arrival| reached(blocks, arrival));
        let mut sudden = self.sudden.iter();
        let sudden = sudden.any(|sudden| blocks[sudden.0 as usize].group == at);
        if !(near || arrives || sudden || group.is_due(t)) {
            return;
        }
        if alone && arrives && self.delivered >= self.told {
            self.told = tell(group, &self.arrivals, self.delivered, begin);
        }
        group.come_to(t);
        let neurons = group.neurons.as_mut();
        let learns = !self.learning[at].is_empty();
        while let Some(arrival) = self.arrivals.get(self.delivered)
            && reached(blocks, arrival)
        {
            fetch(
                blocks,
                &self.carried,
                &self.arrivals,
                (self.delivered, learns),
            );
            let block = &mut blocks[arrival.block()];
            block.arrive(t, arrival, &self.carried, |targets, weights| {
                neurons.receive_row(targets, weights);
            });
            self.delivered += 1;
        }
        for (number, _, row) in &self.sudden {
            let block = &mut blocks[*number as usize];
            if block.group == at {
                block.deliver(t, row.start, row.end, |targets, weights| {
                    neurons.receive_row(targets, weights);
                });
            }
        }
        group.settle(t);
        if group.fired.is_empty() {
            return;
        }
        for &number in &self.learning[at] {
            if let Some(learn) = blocks[number as usize].learning() {
                learn.fire(t, &group.fired);
            }
        }
        self.send(at, t);
    }

    /// Sends what fired in group `at` at `t` out, and delivers it along its projections without delay, all of which lead
    /// to later groups.
    fn send(&mut self, at: usize, t: Time) {
        let (before, later) = self.groups.split_at_mut(at + 1);
        let group = &before[at];
        let before = self.sudden.len();
        for &local in &group.fired {
            let (population, node) = group.node(local);
            self.outbox.push(Spike {
                time: t,
                population: population as u32,
                node,
            });
            for &(to, number) in &self.outgoing_dense[population] {
                let block = later.get_mut(to.wrapping_sub(at + 1));
                let block = block.map(|group| &mut group.dense[number]);
                if let Some(block) = block.filter(|block| block.delay == Duration::ZERO) {
                    block.arrived.push(node);
                }
            }
            for &number in &self.outgoing[population] {
                let block = &self.blocks[number as usize];
                if block.delays().first() != Some(&Duration::ZERO) {
                    continue;
                }
                let sudden = &mut self.sudden;
                // Delays ascend: none is number 0.
                block.rows_of(node, |row| {
                    if row.delay == 0 {
                        sudden.push((number, node, row));
                    }
                });
            }
        }
        if self.sudden.len() > before {
            self.sudden
                .sort_unstable_by_key(|&(block, node, _)| (block, node));
        }
    }
}

/// Asks for rows that come soon after arrival number `at`, some of which may be such that `learns`.
#[inline(always)]
fn fetch(blocks: &[Block], carried: &Carried, arrivals: &[Arrival], (at, learns): (usize, bool)) {
    if let Some(later) = arrivals.get(at + AHEAD) {
        carried.fetch(later);
    }
    for (ahead, short) in [(AHEAD, false), (SHORT_AHEAD, true)] {
        if let Some(later) = arrivals.get(at + ahead)
            && later.carried().is_none()
            && (later.end - later.start < SHORT) == short
        {
            blocks[later.block()].fetch(later.start, later.end);
        }
    }
    if learns {
        let at_row = |ahead: usize, what: fn(u32) -> Ahead| {
            if let Some(later) = arrivals.get(at + ahead) {
                blocks[later.block()].fetch_learning(what(later.start));
            }
        };
        at_row(SYNAPSES_AHEAD, Ahead::Synapses);
        at_row(TARGETS_AHEAD, Ahead::Targets);
    }
}

/// Tells the neurons the next instants at which something arrives, from arrival `next` on; up to which arrival.
fn tell(group: &mut Group, arrivals: &[Arrival], next: usize, begin: Time) -> usize {
    let mut instants = [Time::ZERO; EXPECTED];
    let (mut n, mut k) = (0, next);
    while let Some(arrival) = arrivals.get(k) {
        let time = arrival.time(begin);
        if n == 0 || instants[n - 1] != time {
            if n == EXPECTED {
                break;
            }
            instants[n] = time;
            n += 1;
        }
        k += 1;
    }
    group.neurons.expect(&instants[..n]);
    k
}
