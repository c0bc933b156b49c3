//! A lane: a fixed block of neurons with their incoming synapses and their noise.
//!
//! Nothing emitted inside a window of the network's shortest delay can arrive inside it, so each lane runs a window
//! alone, in time order, on whatever thread takes it. Which neurons share a lane is part of the model, not of the
//! machine: the lane's noise is one stream. Populations that projections without delay tie together share one lane, as
//! groups in the order of their levels: at an instant each group takes all its arrivals, is tested once, and what fires
//! reaches later groups within the instant.

pub mod arrival;
pub mod block;
mod carried;
pub mod dense;
pub mod group;
mod growing;
pub mod taught;
pub mod tied;
mod window;

use crate::base::time::{Duration, Time};
use crate::event::pending::Pending;
use crate::synapse::rows::Row;
use crate::synapse::short_term::ShortTermRows;
pub use arrival::Arrival;
use arrival::{Departure, Step};
use block::Fetched;
pub use block::{Block, Synapses};
use carried::{CACHED, Carried};
use group::Group;
use taught::{Pupils, Taught};

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

/// A lane and its state.
pub struct Lane {
    /// In the order of their levels.
    pub(super) groups: Vec<Group>,
    /// In the order of groups, then of the numbers of the source populations' names: arrivals of an instant come in this
    /// order.
    pub(super) blocks: Vec<Block>,
    /// Per population: the blocks that its spikes reach.
    pub(super) outgoing: Vec<Vec<u32>>,
    /// Blocks whose synapses may come with several delays.
    pub(super) growing: Vec<u32>,
    /// Per group: the blocks onto it that learn.
    pub(super) learning: Vec<Vec<u32>>,
    /// Per population: the dense blocks that its spikes reach, group and number in it.
    pub(super) outgoing_dense: Vec<Vec<(usize, usize)>>,
    /// Per population: the tied blocks that its spikes reach, group and number in it.
    pub(super) outgoing_tied: Vec<Vec<(usize, usize)>>,
    /// Per population: the synapses that its spikes teach.
    pub(super) teaching: Vec<Vec<Pupils>>,
    /// Whether any of them have a delay.
    pub(super) has_late: bool,
    /// Length of a window.
    pub(super) lookahead: Duration,
    /// Per block: its delays.
    pub(super) steps: Vec<Vec<Step>>,
    pub(super) pending: Pending<Arrival>,
    /// Whether rows travel with their spikes.
    pub(super) travels: bool,
    /// Rows of those that are pending, and of the window at hand.
    pub(super) carried: Carried,
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
        let growing = (0..).zip(&blocks).filter(|(_, block)| block.is_growing());
        let growing = growing.map(|(number, _)| number).collect();
        let mut outgoing_dense = vec![Vec::new(); n_populations];
        for (at, group) in groups.iter().enumerate() {
            for (number, block) in group.dense.iter().enumerate() {
                outgoing_dense[block.source].push((at, number));
            }
        }
        let mut outgoing_tied = vec![Vec::new(); n_populations];
        for (at, group) in groups.iter().enumerate() {
            for (number, block) in group.tied.iter().enumerate() {
                outgoing_tied[block.source].push((at, number));
            }
        }
        let is_tied = groups.iter().any(|group| !group.tied.is_empty());
        let mut dense = groups.iter().flat_map(|group| &group.dense);
        let late = |block: &Block| block.delays().last() > Some(&Duration::ZERO);
        let neurons: usize = groups.iter().map(|group| group.neurons.size()).sum();
        let has_late =
            is_tied || blocks.iter().any(late) || dense.any(|block| block.delay > Duration::ZERO);
        Self {
            groups,
            blocks,
            outgoing,
            growing,
            learning,
            outgoing_dense,
            outgoing_tied,
            teaching: vec![Vec::new(); n_populations],
            has_late,
            lookahead: Duration::from_ps(1),
            steps: Vec::new(),
            pending: Pending::new(1),
            travels: false,
            carried: Carried::nothing(),
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

    /// Lets `pupils` learn of the spikes of the population at index `teacher`.
    pub(in crate::engine) fn add_pupils(&mut self, teacher: usize, pupils: Pupils) {
        self.teaching[teacher].push(pupils);
        self.has_late = true;
    }

    /// Lets rows travel with their spikes if the synapses of the whole network take so many `bytes` that no cache holds them,
    /// before the length of windows is set.
    pub fn let_rows_travel(&mut self, bytes: usize) {
        self.travels = bytes > CACHED;
    }

    /// Bytes of its synapses in rows.
    pub fn row_bytes(&self) -> usize {
        self.blocks.iter().map(Block::bytes).sum()
    }

    /// Sets the length of windows, before anything has happened.
    pub fn set_lookahead(&mut self, lookahead: Duration) {
        let delays = self.blocks.iter().filter_map(|block| block.delays().last());
        let longest = delays.max().map_or(0, |delay| delay.ps());
        self.lookahead = lookahead;
        let step = |&delay: &Duration| Step::new(delay, lookahead);
        let steps = |block: &Block| block.delays().iter().map(step).collect();
        self.steps = self.blocks.iter().map(steps).collect();
        let ahead = (longest / lookahead.ps()) as u64 + 1;
        self.pending = Pending::new(ahead);
        self.carried = match self.travels {
            true => Carried::new(ahead, self.blocks.iter().map(Block::n_synapses).sum()),
            false => Carried::nothing(),
        };
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
        self.depart(spikes);
        for (at, spike) in spikes.iter().enumerate() {
            self.fetch_rows(spikes.get(at + 3 * SPIKES_AHEAD), Fetched::Place);
            self.fetch_rows(spikes.get(at + 2 * SPIKES_AHEAD), Fetched::List);
            if self.carried.is_used() {
                self.fetch_rows(spikes.get(at + SPIKES_AHEAD), Fetched::Rows);
            }
            let departure = Departure::new(spike.time, self.lookahead);
            for &number in &self.outgoing[spike.population as usize] {
                let (pending, steps) = (&mut self.pending, &self.steps[number as usize]);
                let (block, carried) = (&self.blocks[number as usize], &mut self.carried);
                let carries = block.carries().filter(|_| carried.is_used());
                block.rows_of(spike.node, |row| {
                    let step = &steps[usize::from(row.delay)];
                    if let Some((window, mut arrival)) = departure.arrival(step, number, row) {
                        if let Some(rows) = carries {
                            carried.add(window, &mut arrival, rows);
                        }
                        pending.add(window, arrival);
                    }
                });
            }
            for &(group, number) in &self.outgoing_dense[spike.population as usize] {
                let block = &mut self.groups[group].dense[number];
                if block.delay > Duration::ZERO
                    && let Some(time) = spike.time.checked_add(block.delay)
                {
                    block.flying.push_back((time, spike.node));
                }
            }
            for pupils in &self.teaching[spike.population as usize] {
                let local = pupils.local(spike.node);
                if let (Some(local), Some(t)) = (local, spike.time.checked_add(pupils.delay)) {
                    match pupils.synapses {
                        Taught::Rows(block) => {
                            let learn = self.blocks[block].learning();
                            learn.into_iter().for_each(|learn| learn.teach(t, local));
                        }
                        Taught::Matrix { group, number } => {
                            self.groups[group].dense[number].teach(t, local);
                        }
                    }
                }
            }
            for &(group, number) in &self.outgoing_tied[spike.population as usize] {
                let block = &mut self.groups[group].tied[number];
                let time = spike.time.checked_add(block.delay);
                block.flying.extend(time.map(|time| (time, spike.node)));
            }
        }
    }

    /// Goes on to `window`: what arrives in it is at hand.
    pub(super) fn open(&mut self, window: i64) {
        self.pending.take(window, &mut self.arrivals);
        self.carried.open(window);
    }

    /// Lets `arrival` come in `window`.
    pub(super) fn expect(&mut self, window: i64, mut arrival: Arrival) {
        if let Some(rows) = self.blocks[arrival.block()].carries() {
            self.carried.add(window, &mut arrival, rows);
        }
        self.pending.add(window, arrival);
    }

    /// Asks for what the rows of a spike are found by.
    #[inline]
    fn fetch_rows(&self, spike: Option<&Spike>, what: Fetched) {
        let Some(spike) = spike else { return };
        for &number in &self.outgoing[spike.population as usize] {
            self.blocks[number as usize].fetch_rows(spike.node, what);
        }
    }

    /// After static synapses of block number `number` have got other weights: so have those under way.
    pub(super) fn renew_carried(&mut self, number: usize) {
        if let Some(rows) = self.blocks[number].carries() {
            let rest = &self.arrivals[self.delivered..];
            self.carried.renew(number, rows, rest, self.pending.all());
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
}
