//! A lane: a fixed block of neurons with their incoming synapses and their noise.
//!
//! Nothing emitted inside a window of the network's shortest delay can arrive inside it, so each lane runs a window
//! alone, in time order, on whatever thread takes it. Which neurons share a lane is part of the model, not of the
//! machine: the lane's noise is one stream. Populations that projections without delay tie together share one lane, as
//! groups in the order of their levels: at an instant each group takes all its arrivals, is tested once, and what fires
//! reaches later groups within the instant.

pub mod block;
pub mod dense;
pub mod group;

use crate::base::time::{Duration, Time};
use crate::event::pending::{Pending, Placed};
use crate::neuron::EXPECTED;
use crate::synapse::rows::Row;
use crate::synapse::short_term::ShortTermRows;
pub use block::{Block, Synapses};
use group::Group;

/// A spike of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Spike {
    /// When.
    pub time: Time,
    /// Index of the population.
    pub population: u32,
    /// The neuron, in its population.
    pub node: u32,
}

/// A spike reaching one row of synapses. Ordered by time, then by who sent it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Arrival {
    /// When.
    pub time: Time,
    /// Which of the lane's blocks of synapses.
    pub block: u32,
    /// The neuron that spiked, in its population.
    pub source: u32,
    /// Where its targets begin.
    pub start: u32,
    /// Where they end.
    pub end: u32,
}

impl Placed for Arrival {
    #[inline]
    fn place(&self) -> i64 {
        self.time.ps()
    }
}

/// A delay, and how far it reaches in windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    delay: Duration,
    /// Whole windows.
    windows: i64,
    /// What is left, in picoseconds.
    rest: i64,
}

/// A lane and its state.
pub struct Lane {
    /// In the order of their levels.
    pub(super) groups: Vec<Group>,
    /// In the order of groups, then of the numbers of the source populations' names: arrivals of an instant come in this
    /// order.
    pub(super) blocks: Vec<Block>,
    /// Per population: the blocks that its spikes reach.
    pub(super) outgoing: Vec<Vec<u32>>,
    /// Per group: the blocks onto it that learn.
    pub(super) learning: Vec<Vec<u32>>,
    /// Per population: the dense blocks that its spikes reach, group and number in it.
    pub(super) outgoing_dense: Vec<Vec<(usize, usize)>>,
    /// Whether any of them have a delay.
    pub(super) has_late: bool,
    /// Length of a window.
    pub(super) lookahead: Duration,
    /// Per block: its delays.
    pub(super) steps: Vec<Vec<Step>>,
    pub(super) pending: Pending<Arrival>,
    /// The window at hand, what arrives in it, and how much of that has been delivered.
    pub(super) window: Option<i64>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) delivered: usize,
    /// Up to which arrival instants have been told the neurons beforehand.
    pub(super) told: usize,
    /// Arrivals without delay at the instant at hand: block, source, row.
    pub(super) sudden: Vec<(u32, u32, Row)>,
    /// Spikes of the window that have not been handed over, in time order.
    pub(super) outbox: Vec<Spike>,
    /// How many have been, where a run was cut within the window.
    pub(super) sent: u64,
    /// Most of both: more are an explosion that would fill the memory before the window ends.
    pub(super) most: u64,
}

/// Sends `spike` on its way to a row of block number `block`, given its window, what it has of that, and how long windows are.
/// What comes without delay has arrived.
#[inline(always)]
fn send_row(
    pending: &mut Pending<Arrival>,
    steps: &[Step],
    (spike, block): (&Spike, u32),
    (window, rest, length): (i64, i64, i64),
    row: Row,
) {
    let step = steps[usize::from(row.delay)];
    // What would arrive after the end of the clock never does.
    let Some(time) = spike.time.checked_add(step.delay) else {
        return;
    };
    if step.delay == Duration::ZERO {
        return;
    }
    let arrival = Arrival {
        time,
        block,
        source: spike.node,
        start: row.start,
        end: row.end,
    };
    let over = i64::from(rest + step.rest >= length);
    pending.add(window + step.windows + over, arrival);
}

/// Rows fetched ahead of the one at hand: their first lines, before the loads that need them.
const AHEAD: usize = 4;

/// Rows of fewer targets are done before memory answers: more of them are on their way.
const SHORT: u32 = 64;
const SHORT_AHEAD: usize = 16;

/// Spikes whose lists of rows are fetched ahead of the one at hand; a list takes a memory access to find.
const SPIKES_AHEAD: usize = 4;

/// Spikes of a lane within one window that are taken for an explosion: a million, and as many of each neuron as a rate
/// of 10 kHz gives in the longest window of a network without delays, 100 ms.
const MOST_SPIKES: u64 = 1_000_000;
const MOST_PER_NEURON: u64 = 1_000;

impl Lane {
    /// A lane at t = 0 in a network of `n_populations`. `groups` and `blocks` must be in order.
    pub fn new(groups: Vec<Group>, blocks: Vec<Block>, n_populations: usize) -> Self {
        let mut outgoing = vec![Vec::new(); n_populations];
        let mut learning = vec![Vec::new(); groups.len()];
        for (block, number) in blocks.iter().zip(0..) {
            outgoing[block.source].push(number);
            if matches!(block.synapses, Synapses::Learning { .. }) {
                learning[block.group].push(number);
            }
        }
        let mut outgoing_dense = vec![Vec::new(); n_populations];
        for (at, group) in groups.iter().enumerate() {
            for (number, block) in group.dense.iter().enumerate() {
                outgoing_dense[block.source].push((at, number));
            }
        }
        let mut dense = groups.iter().flat_map(|group| &group.dense);
        let late = |block: &Block| block.delays().last() > Some(&Duration::ZERO);
        let neurons: usize = groups.iter().map(|group| group.neurons.size()).sum();
        let has_late = blocks.iter().any(late) || dense.any(|block| block.delay > Duration::ZERO);
        Self {
            groups,
            blocks,
            outgoing,
            learning,
            outgoing_dense,
            has_late,
            lookahead: Duration::from_ps(1),
            steps: Vec::new(),
            pending: Pending::new(1),
            window: None,
            arrivals: Vec::new(),
            delivered: 0,
            told: 0,
            sudden: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
            most: MOST_SPIKES + MOST_PER_NEURON * neurons as u64,
        }
    }

    /// Sets the length of windows, before anything has happened.
    pub fn set_lookahead(&mut self, lookahead: Duration) {
        let delays = self.blocks.iter().filter_map(|block| block.delays().last());
        let longest = delays.max().map_or(0, |delay| delay.ps());
        self.lookahead = lookahead;
        let step = |&delay: &Duration| Step {
            delay,
            windows: delay.ps() / lookahead.ps(),
            rest: delay.ps() % lookahead.ps(),
        };
        let steps = |block: &Block| block.delays().iter().map(step).collect();
        self.steps = self.blocks.iter().map(steps).collect();
        self.pending = Pending::new((longest / lookahead.ps()) as u64 + 1);
    }

    /// Begins anew at `t`, with nothing on its way and nothing from outside; what has happened before `now` has been
    /// learnt.
    pub fn reset(&mut self, now: Time, t: Time) {
        for block in &mut self.blocks {
            block.short_term.iter_mut().for_each(ShortTermRows::reset);
            if let Some(learn) = block.learning() {
                learn.reset(now, t);
            }
        }
        self.groups.iter_mut().for_each(|group| group.reset(now, t));
        self.set_lookahead(self.lookahead);
        self.window = None;
        self.arrivals.clear();
        (self.delivered, self.told) = (0, 0);
        self.sudden.clear();
        self.outbox.clear();
        self.sent = 0;
    }

    /// Hands the spikes of the window so far over: appends them to `spikes`.
    pub fn hand_over(&mut self, spikes: &mut Vec<Spike>) {
        self.sent += self.outbox.len() as u64;
        if spikes.is_empty() {
            std::mem::swap(spikes, &mut self.outbox);
        } else {
            spikes.append(&mut self.outbox);
        }
    }

    /// Sends `spikes` of the whole network on their way to this lane. Those without delay have arrived already.
    pub fn take_in(&mut self, spikes: &[Spike]) {
        if !self.has_late {
            return;
        }
        let length = self.lookahead.ps();
        for (at, spike) in spikes.iter().enumerate() {
            self.fetch_rows(spikes.get(at + 2 * SPIKES_AHEAD), false);
            self.fetch_rows(spikes.get(at + SPIKES_AHEAD), true);
            let (window, rest) = (spike.time.ps() / length, spike.time.ps() % length);
            for &number in &self.outgoing[spike.population as usize] {
                let (pending, steps) = (&mut self.pending, &self.steps[number as usize]);
                let begin = (window, rest, length);
                match &self.blocks[number as usize].synapses {
                    Synapses::Static(rows) => {
                        let rows = rows.of(spike.node).filter(|row| row.start < row.end);
                        rows.for_each(|row| send_row(pending, steps, (spike, number), begin, row));
                    }
                    Synapses::Learning { learn, .. } => {
                        for start in learn.rows_of(spike.node) {
                            let (delay, end) = (learn.delay_of(start), start + 1);
                            let row = Row { delay, start, end };
                            send_row(pending, steps, (spike, number), begin, row);
                        }
                    }
                }
            }
            for &(group, number) in &self.outgoing_dense[spike.population as usize] {
                let block = &mut self.groups[group].dense[number];
                if block.delay > Duration::ZERO
                    && let Some(time) = spike.time.checked_add(block.delay)
                {
                    block.flying.push_back((time, spike.node));
                }
            }
        }
    }

    /// Asks for where the rows of a spike are listed, and when that has come, for the list.
    #[inline]
    fn fetch_rows(&self, spike: Option<&Spike>, listed: bool) {
        let Some(spike) = spike else { return };
        for &number in &self.outgoing[spike.population as usize] {
            self.blocks[number as usize].fetch_rows(spike.node, listed);
        }
    }

    /// Runs up to, and not including, `until`, which lies in `window` or ends it.
    pub fn run(&mut self, window: i64, until: Time) {
        if self.window != Some(window) {
            self.window = Some(window);
            self.pending.take(window, &mut self.arrivals);
            (self.delivered, self.told, self.sent) = (0, 0, 0);
        }
        self.groups.iter_mut().for_each(Group::look);
        loop {
            let arrival = self.arrivals.get(self.delivered);
            let mut instant = arrival.map_or(until, |arrival| arrival.time.min(until));
            for group in &self.groups {
                instant = instant.min(group.due);
            }
            // What an earlier group does within the instant cannot reach a later one before it.
            for group in &mut self.groups {
                instant = group.expose(instant);
            }
            if instant == until {
                return;
            }
            for group in 0..self.groups.len() {
                self.visit(group, instant);
            }
            self.sudden.clear();
            if self.has_exploded() {
                return;
            }
        }
    }

    /// Whether there were so many spikes in this window that it was left before its end.
    pub fn has_exploded(&self) -> bool {
        self.sent + self.outbox.len() as u64 > self.most
    }

    /// The next instant at which something happens here without anything arriving.
    pub fn next_event(&self) -> Time {
        let next = self.groups.iter().map(Group::next_event).min();
        next.unwrap_or(Time::MAX)
    }

    /// The first window in which something arrives.
    pub fn next_window(&self) -> Option<i64> {
        let rest = self.delivered < self.arrivals.len();
        let now = self.window.filter(|_| rest);
        now.into_iter().chain(self.pending.first()).min()
    }

    /// The instant `t` of one group, if anything happens there.
    fn visit(&mut self, at: usize, t: Time) {
        let alone = self.groups.len() == 1;
        let group = &mut self.groups[at];
        let blocks = &mut self.blocks;
        let reached = |blocks: &[Block], arrival: &Arrival| {
            arrival.time == t && blocks[arrival.block as usize].group == at
        };
        let arrives = self.arrivals.get(self.delivered);
        let arrives = arrives.is_some_and(|arrival| reached(blocks, arrival));
        let mut sudden = self.sudden.iter();
        let sudden = sudden.any(|sudden| blocks[sudden.0 as usize].group == at);
        if !(arrives || sudden || group.is_due(t)) {
            return;
        }
        if alone && arrives && self.delivered >= self.told {
            self.told = tell(group, &self.arrivals, self.delivered);
        }
        group.come_to(t);
        while let Some(arrival) = self.arrivals.get(self.delivered)
            && reached(blocks, arrival)
        {
            for (ahead, short) in [(AHEAD, false), (SHORT_AHEAD, true)] {
                if let Some(later) = self.arrivals.get(self.delivered + ahead)
                    && (later.end - later.start < SHORT) == short
                {
                    blocks[later.block as usize].fetch(later.start, later.end);
                }
            }
            let block = &mut blocks[arrival.block as usize];
            block.deliver(t, arrival.start, arrival.end, group.neurons.as_mut());
            self.delivered += 1;
        }
        for (number, _, row) in &self.sudden {
            let block = &mut blocks[*number as usize];
            if block.group == at {
                block.deliver(t, row.start, row.end, group.neurons.as_mut());
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

/// Tells the neurons the next instants at which something arrives, from arrival `next` on; up to which arrival.
fn tell(group: &mut Group, arrivals: &[Arrival], next: usize) -> usize {
    let mut instants = [Time::ZERO; EXPECTED];
    let (mut n, mut k) = (0, next);
    while let Some(arrival) = arrivals.get(k) {
        if n == 0 || instants[n - 1] != arrival.time {
            if n == EXPECTED {
                break;
            }
            instants[n] = arrival.time;
            n += 1;
        }
        k += 1;
    }
    group.neurons.expect(&instants[..n]);
    k
}
