//! A lane: a fixed block of neurons of one model with their incoming synapses and their noise.
//!
//! Nothing emitted inside a window of the network's shortest delay can arrive inside it, so each lane runs a window
//! alone, in time order, on whatever thread takes it. Which neurons share a lane is part of the model, not of the
//! machine: the lane's noise is one stream.

use crate::base::time::Time;
use crate::base::vector::prefetch;
use crate::neuron::{Neurons, RowWeights};
use crate::stimulus::poisson::Poisson;
use crate::synapse::sparse::{Sparse, Weights};

/// A spike reaching the synapses of one projection at one of its delays. Ordered by time, then by who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When.
    pub time: Time,
    /// Rank of the projection among all, by the number of its name.
    pub projection: u32,
    /// The neuron that spiked, in its population.
    pub source: u32,
    /// Which of the projection's distinct delays.
    pub delay: u32,
}

/// Synapses of one projection onto a lane.
#[derive(Debug)]
pub struct Incoming {
    /// Rows by source and delay.
    pub rows: Sparse<u16>,
    /// For each distinct delay of the whole projection, which delay of `rows` it is; most lanes have them all.
    pub delays: Vec<Option<u32>>,
}

/// External noise of one weight.
#[derive(Debug)]
pub struct Noise {
    /// The events.
    pub events: Poisson,
}

/// Neurons of one population in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Index of the population.
    pub population: usize,
    /// Its first neuron here.
    pub first: u32,
    /// How many follow it.
    pub len: u32,
    /// Number within the lane of the first.
    pub local: u32,
}

/// A lane and its state.
pub struct Lane {
    pub(super) neurons: Box<dyn Neurons>,
    /// In the order of `local`.
    pub(super) members: Vec<Member>,
    /// By rank of the projection; `None` where it has no synapses here.
    pub(super) incoming: Vec<Option<Incoming>>,
    pub(super) noise: Vec<Noise>,
    /// Spikes of the window, in time order: when, and the neuron's number within the lane.
    pub(super) outbox: Vec<(Time, u32)>,
    pub(super) fired: Vec<u32>,
}

/// Rows fetched ahead of the one at hand: their first lines, before the loads that need them.
const AHEAD: usize = 4;

impl Lane {
    /// Runs up to, and not including, `until`, given everything that arrives until then.
    pub fn run(&mut self, arrivals: &[Arrival], until: Time) {
        let mut next = 0;
        loop {
            let arrival = arrivals.get(next).map_or(Time::MAX, |arrival| arrival.time);
            let boundary = arrival.min(self.neurons.next_due()).min(until);
            if let Some(instant) = self.expose(boundary) {
                // Noise brought a neuron to the threshold before anything else happened.
                self.settle(instant);
                continue;
            }
            if boundary == until {
                return;
            }
            self.neurons.advance(boundary);
            while let Some(arrival) = arrivals.get(next)
                && arrival.time == boundary
            {
                if let Some(later) = arrivals.get(next + AHEAD) {
                    self.fetch(later);
                }
                self.deliver(arrival);
                next += 1;
            }
            self.settle(boundary);
        }
    }

    /// The next instant at which something happens here without anything arriving. Of neurons that only fire at
    /// arrivals, refractory ends and moves of the clock do not count: they are made up for when something arrives.
    pub fn next_event(&self) -> Time {
        let noise = self
            .noise
            .iter()
            .map(|noise| noise.events.next_time())
            .min();
        let alone = if self.neurons.is_spontaneous() {
            self.neurons.next_due()
        } else {
            Time::MAX
        };
        noise.map_or(alone, |noise| noise.min(alone))
    }

    /// Applies noise before `boundary`, up to the first instant at which it may make a neuron fire: that instant.
    fn expose(&mut self, boundary: Time) -> Option<Time> {
        // With several streams, their events must be merged in time order: one is followed up to the next of another.
        loop {
            let (at, Noise { events }) = self
                .noise
                .iter_mut()
                .enumerate()
                .min_by_key(|(_, noise)| noise.events.next_time())?;
            let time = events.next_time();
            if time >= boundary {
                return None;
            }
            if !events.is_dense() {
                return Some(time);
            }
            let limit = self
                .noise
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at);
            let limit = limit
                .map(|(_, noise)| noise.events.next_time())
                .min()
                .unwrap_or(Time::MAX);
            let events = &mut self.noise[at].events;
            // Two streams at one instant: both belong to it.
            if limit == time {
                return Some(time);
            }
            let segment = events.before(boundary.min(limit));
            let n = segment.targets.len();
            match self.neurons.receive_events(segment) {
                None => {
                    events.pass(n);
                }
                Some(reached) => return Some(events.pass(reached + 1)),
            }
        }
    }

    /// Brings in the noise of the instant `t` and lets neurons fire.
    fn settle(&mut self, t: Time) {
        self.neurons.advance(t);
        for Noise { events } in &mut self.noise {
            while events.next_time() == t {
                let mut now = events.at(t);
                let n = now.targets.len();
                while let Some(reached) = self.neurons.receive_events(now) {
                    now = now.after(reached);
                }
                events.pass(n);
            }
        }
        self.fired.clear();
        self.neurons.fire(&mut self.fired);
        self.outbox
            .extend(self.fired.iter().map(|&neuron| (t, neuron)));
    }

    fn deliver(&mut self, arrival: &Arrival) {
        let Some((targets, weights)) = row(&self.incoming, arrival) else {
            return;
        };
        self.neurons.receive_row(targets, weights);
    }

    fn fetch(&self, arrival: &Arrival) {
        if let Some((targets, weights)) = row(&self.incoming, arrival) {
            prefetch(targets);
            if let RowWeights::Each(weights) = weights {
                prefetch(weights);
            }
        }
    }
}

/// The row that an arrival brings to a lane, if it has one there.
#[inline]
fn row<'a>(
    incoming: &'a [Option<Incoming>],
    arrival: &Arrival,
) -> Option<(&'a [u16], RowWeights<'a>)> {
    let Incoming { rows, delays } = incoming[arrival.projection as usize].as_ref()?;
    let delay = delays[arrival.delay as usize]?;
    let (targets, weights) = rows.row(arrival.source as usize, delay as usize);
    let weights = match (weights, rows.weights()) {
        (Some(weights), _) => RowWeights::Each(weights),
        (None, Weights::One(weight)) => RowWeights::One(*weight),
        (None, Weights::Each(_)) => return None,
    };
    Some((targets, weights))
}
