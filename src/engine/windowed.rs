//! A recurrent network with delays, run window by window on any number of threads.
//!
//! The lookahead is the shortest delay of any projection: what is emitted in a window of that length arrives after it.
//! So lanes run a window side by side and exchange spikes at its end. Where windows begin, where a run is cut, and how
//! many threads take lanes does not change any bit; empty windows are skipped.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::base::time::{Duration, Time};
use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::{Arrival, Lane};

/// A population as the exchange needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Name.
    pub name: String,
    /// Number of its name: enters the fingerprint and orders spikes of one instant.
    pub id: u64,
    /// Neurons.
    pub size: u32,
    /// Projections that leave it: rank, and distinct delays.
    pub outgoing: Vec<(u32, Vec<Duration>)>,
}

/// Lanes, and the spikes between them.
pub struct Windowed {
    populations: Vec<Population>,
    lanes: Vec<Lane>,
    lookahead: Duration,
    now: Time,
    /// Arrivals by the number of the window in which they fall; window k begins at k times the lookahead. A map,
    /// because a delay may be any number of lookaheads and the windows between may be empty.
    pending: BTreeMap<i64, Vec<Arrival>>,
    /// Arrivals of the window at hand that have been delivered, where a run was cut inside it.
    delivered: usize,
    /// Whether the window at hand has been put in order.
    sorted: bool,
    spikes: Vec<(Time, usize, u32)>,
    counts: Vec<u64>,
    fingerprint: Fingerprint,
}

impl Windowed {
    /// `lanes` of `populations`, at t = 0. `lookahead` is the shortest delay among all projections; a long one is as
    /// good for a network without any.
    pub fn new(populations: Vec<Population>, lanes: Vec<Lane>, lookahead: Duration) -> Self {
        let counts = vec![0; populations.len()];
        Self {
            populations,
            lanes,
            lookahead,
            now: Time::ZERO,
            pending: BTreeMap::new(),
            delivered: 0,
            sorted: false,
            spikes: Vec::new(),
            counts,
            fingerprint: Fingerprint::default(),
        }
    }

    /// The end of the last run.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Spikes so far, per population.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The running hash over all spikes.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Populations, in order of declaration.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// Runs from now up to, and not including, `until`.
    pub fn run(&mut self, until: Time, observer: &mut dyn Observer) {
        while self.now < until {
            let window = self.now.ps() / self.lookahead.ps();
            let end = (window + 1)
                .checked_mul(self.lookahead.ps())
                .map_or(Time::MAX, Time::from_ps);
            self.step(window, end.min(until), observer);
            if self.now == end {
                self.pending.remove(&window);
                (self.delivered, self.sorted) = (0, false);
            }
            self.skip(until);
        }
    }

    /// Runs every lane up to `end`, which lies in `window`, the one at hand, or ends it.
    fn step(&mut self, window: i64, end: Time, observer: &mut dyn Observer) {
        let arrivals: &[Arrival] = match self.pending.get_mut(&window) {
            None => &[],
            Some(arrivals) => {
                if !std::mem::replace(&mut self.sorted, true) {
                    arrivals.sort_unstable();
                }
                let rest = &arrivals[self.delivered..];
                let n = rest.partition_point(|arrival| arrival.time < end);
                self.delivered += n;
                &rest[..n]
            }
        };
        if self.lanes.len() == 1 {
            self.lanes[0].run(arrivals, end);
        } else {
            self.lanes
                .par_iter_mut()
                .for_each(|lane| lane.run(arrivals, end));
        }
        self.now = end;
        self.exchange(observer);
    }

    /// Takes the spikes out of the lanes, shows them in order and sends them on their way.
    fn exchange(&mut self, observer: &mut dyn Observer) {
        self.spikes.clear();
        for lane in &mut self.lanes {
            for (t, local) in lane.outbox.drain(..) {
                let at = lane.members.partition_point(|member| member.local <= local) - 1;
                let member = &lane.members[at];
                self.spikes
                    .push((t, member.population, member.first + (local - member.local)));
            }
        }
        let populations = &self.populations;
        self.spikes
            .sort_unstable_by_key(|&(t, population, node)| (t, populations[population].id, node));
        let mut nodes = Vec::new();
        for instant in self.spikes.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (t, population, _) = instant[0];
            nodes.clear();
            nodes.extend(instant.iter().map(|spike| spike.2));
            self.counts[population] += nodes.len() as u64;
            self.fingerprint.add(populations[population].id, t, &nodes);
            observer.spikes(population, t, &nodes);
            for (projection, delays) in &populations[population].outgoing {
                for (delay, length) in (0..).zip(delays) {
                    let Some(time) = t.checked_add(*length) else {
                        continue;
                    };
                    let window = time.ps() / self.lookahead.ps();
                    let arrivals = self.pending.entry(window).or_default();
                    arrivals.extend(nodes.iter().map(|&source| Arrival {
                        time,
                        projection: *projection,
                        source,
                        delay,
                    }));
                }
            }
        }
    }

    /// Jumps over windows in which nothing happens.
    fn skip(&mut self, until: Time) {
        let lookahead = self.lookahead.ps();
        let inside = self.now.ps() % lookahead != 0;
        let arrivals = self.pending.first_key_value().map(|(&window, _)| window);
        if inside || arrivals.is_some_and(|window| window <= self.now.ps() / lookahead) {
            return;
        }
        let alone = self
            .lanes
            .iter()
            .map(Lane::next_event)
            .min()
            .unwrap_or(Time::MAX);
        let window = (alone.ps() / lookahead).min(arrivals.unwrap_or(i64::MAX));
        let next = window
            .checked_mul(lookahead)
            .map_or(Time::MAX, Time::from_ps);
        self.now = self.now.max(next.min(until));
    }
}

/// Saved states, samples and checks.
impl Windowed {
    /// All that changes while the network runs, counts and fingerprint included.
    pub fn save(&self) -> Vec<u8> {
        self.now.ps().to_le_bytes().to_vec()
    }

    /// Takes on a saved state of this network, which has not run yet.
    ///
    /// # Errors
    /// If the bytes are no such state.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), crate::neuron::StateError> {
        let wrong = || crate::neuron::StateError("found no instant".into());
        let ps = i64::from_le_bytes(bytes.try_into().map_err(|_| wrong())?);
        self.run(Time::from_ps(ps), &mut crate::engine::Unobserved);
        Ok(())
    }

    /// A hash over every synapse and parameter as built.
    pub fn graph_hash(&self) -> u128 {
        let ids = self.populations.iter().map(|p| u128::from(p.id));
        ids.fold(0, |hash, id| hash.rotate_left(1) ^ id)
    }

    /// Variable number `variable` of a neuron at `t`, one tick before now, if nothing happens in between.
    pub fn sample(&self, population: usize, node: u32, variable: usize, t: Time) -> f64 {
        for lane in &self.lanes {
            for member in &lane.members {
                let inside = member.first..member.first + member.len;
                if member.population == population && inside.contains(&node) {
                    let local = member.local + (node - member.first);
                    return lane.neurons.sample(variable, local as usize, t);
                }
            }
        }
        f64::NAN
    }

    /// Population and number of a neuron whose state is NaN or infinite, if there is one.
    pub fn non_finite(&self) -> Option<(usize, u32)> {
        self.lanes.iter().find_map(|lane| {
            let local = lane.neurons.non_finite()? as u32;
            let at = lane.members.partition_point(|member| member.local <= local);
            let member = lane.members.get(at.checked_sub(1)?)?;
            Some((member.population, member.first + (local - member.local)))
        })
    }
}
