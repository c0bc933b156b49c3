//! The event loop: instants, levels, observers.
//!
//! An instant is everything that happens at one picosecond. Sources spike; then, level by level, every population
//! that something reaches takes all its arrivals, is tested once, and those that fire are reset; then plasticity sees
//! who arrived and who fired; projections without delay deliver to a later level of the same instant. So a network
//! whose inputs sit on a 1 ms grid goes step for step through the published time-stepped algorithm, and the same loop
//! with continuous input times is its spike-time-precise version.
//!
//! [`Engine`] runs layered networks, whose projections have no delay, on one thread (seeds take the others).
//! [`windowed`] runs recurrent networks, whose projections have delays, in lanes on any number of threads. Both drive
//! the same neuron models by the same rules of an instant.

pub mod assembly;
pub mod division;
pub mod fingerprint;
pub mod lane;
pub mod windowed;

use std::collections::VecDeque;

use crate::base::time::{Duration, Time};
use crate::event::agenda::{Agenda, Class, Key};
use crate::network::Network;
use crate::network::population::Members;
use crate::neuron::Neurons;
use crate::stimulus::{Spike, Stimulus};
use fingerprint::Fingerprint;

/// Sees every spike.
pub trait Observer {
    /// `nodes` of `population` (by index, ascending) spiked at `t`.
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]);

    /// Whether there is no point in going on: asked after each window.
    fn has_enough(&self) -> bool {
        false
    }
}

/// Sees nothing.
pub struct Unobserved;

impl Observer for Unobserved {
    fn spikes(&mut self, _population: usize, _t: Time, _nodes: &[u32]) {}
}

/// Who has appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Actor {
    End,
    Stimulus(usize),
}

/// A stimulus and the spikes it has drawn ahead.
struct Drive {
    population: usize,
    stimulus: Box<dyn Stimulus>,
    spikes: Vec<Spike>,
    next: usize,
}

/// Spikes under way along a projection with a delay: all of one projection have the same, so they arrive in order.
type InFlight = VecDeque<(Time, Vec<u32>)>;

/// A network and its clock.
pub struct Engine {
    network: Network,
    now: Time,
    drives: Vec<Drive>,
    agenda: Agenda<Actor>,
    /// Per population: projections that leave it and that reach it, each in the order of their names' numbers.
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    /// Per projection: who arrives at this instant, and who is under way.
    arrived: Vec<Vec<u32>>,
    in_flight: Vec<InFlight>,
    /// Who fires at this instant in the population at hand.
    fired: Vec<u32>,
    counts: Vec<u64>,
    fingerprint: Fingerprint,
}

impl Engine {
    /// At t = 0, at rest, driven by nothing.
    pub fn new(network: Network) -> Self {
        let n = network.populations.len();
        let (mut outgoing, mut incoming) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        let mut by_name: Vec<usize> = (0..network.projections.len()).collect();
        by_name.sort_by_key(|&p| network.projections[p].id);
        for p in by_name {
            outgoing[network.projections[p].source].push(p);
            incoming[network.projections[p].target].push(p);
        }
        let n_projections = network.projections.len();
        Self {
            network,
            now: Time::ZERO,
            drives: Vec::new(),
            agenda: Agenda::default(),
            outgoing,
            incoming,
            arrived: vec![Vec::new(); n_projections],
            in_flight: vec![InFlight::new(); n_projections],
            fired: Vec::new(),
            counts: vec![0; n],
            fingerprint: Fingerprint::default(),
        }
    }

    /// The network as it stands.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The end of the last run.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Spikes so far, per population.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The running hash over population, node and time of every spike.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Starts a bout at `t`: every neuron to rest, past and flying spikes forgotten, stimuli removed. Weights, counts
    /// and fingerprint stay.
    pub fn reset(&mut self, t: Time) {
        for population in &mut self.network.populations {
            if let Members::Neurons(neurons) = &mut population.members {
                neurons.reset(t);
            }
        }
        self.network
            .projections
            .iter_mut()
            .for_each(|projection| projection.reset());
        self.in_flight.iter_mut().for_each(VecDeque::clear);
        self.drives.clear();
        self.agenda.clear();
        self.now = t;
    }

    /// Lets `stimulus` drive the source population at index `population` from now on.
    pub fn drive(&mut self, population: usize, stimulus: Box<dyn Stimulus>) {
        let actor = Actor::Stimulus(self.drives.len());
        self.drives.push(Drive {
            population,
            stimulus,
            spikes: Vec::new(),
            next: 0,
        });
        self.agenda
            .schedule(actor, self.appointment(population, self.now));
    }

    fn appointment(&self, population: usize, time: Time) -> Key {
        Key {
            time,
            class: Class::Stimulus,
            source: self.network.populations[population].id,
        }
    }

    /// Runs from now up to, and not including, `until`. Where a run is cut does not change any bit.
    pub fn run(&mut self, until: Time, observer: &mut dyn Observer) {
        self.agenda.schedule(
            Actor::End,
            Key {
                time: until,
                class: Class::Protocol,
                source: 0,
            },
        );
        loop {
            let next = self.next_spike();
            // Appointments come before the arrivals of their instant.
            if let Some((actor, key)) = self.agenda.take_due(next) {
                match actor {
                    Actor::End => break,
                    Actor::Stimulus(drive) => self.tick(drive, key.time),
                }
                continue;
            }
            self.instant(next, observer);
        }
        self.now = until;
    }

    /// The next spike of a source or arrival of a delayed one; [`Time::MAX`] if there is none.
    fn next_spike(&self) -> Time {
        let drawn = self
            .drives
            .iter()
            .filter_map(|drive| drive.spikes.get(drive.next).map(|&(t, _)| t));
        let flying = self
            .in_flight
            .iter()
            .filter_map(|flight| flight.front().map(|&(t, _)| t));
        drawn.chain(flying).min().unwrap_or(Time::MAX)
    }

    fn tick(&mut self, index: usize, now: Time) {
        let drive = &mut self.drives[index];
        drive.spikes.drain(..drive.next);
        drive.next = 0;
        let next = drive.stimulus.tick(now, &mut drive.spikes);
        let population = drive.population;
        if let Some(next) = next {
            self.agenda
                .schedule(Actor::Stimulus(index), self.appointment(population, next));
        }
    }

    fn instant(&mut self, t: Time, observer: &mut dyn Observer) {
        for p in 0..self.in_flight.len() {
            while let Some(&(arrival, _)) = self.in_flight[p].front()
                && arrival == t
                && let Some((_, nodes)) = self.in_flight[p].pop_front()
            {
                self.arrived[p].extend(nodes);
            }
        }
        for at in 0..self.network.order.len() {
            let population = self.network.order[at];
            let mut fired = std::mem::take(&mut self.fired);
            fired.clear();
            match &mut self.network.populations[population].members {
                Members::Source { .. } => self.take_drawn(population, t, &mut fired),
                Members::Neurons(_) => self.arrive(population, t, &mut fired),
            }
            if !fired.is_empty() {
                self.counts[population] += fired.len() as u64;
                self.fingerprint
                    .add(self.network.populations[population].id, t, &fired);
                observer.spikes(population, t, &fired);
                self.send(population, t, &fired);
            }
            self.fired = fired;
        }
    }

    /// The source spikes of this instant.
    fn take_drawn(&mut self, population: usize, t: Time, fired: &mut Vec<u32>) {
        for drive in self
            .drives
            .iter_mut()
            .filter(|drive| drive.population == population)
        {
            while let Some(&(time, unit)) = drive.spikes.get(drive.next)
                && time == t
            {
                fired.push(unit);
                drive.next += 1;
            }
        }
        // Several stimuli may drive one population.
        if !fired.is_sorted() {
            fired.sort_unstable();
        }
    }

    /// Delivers what reaches a population at this instant, tests it, and lets plasticity see both.
    fn arrive(&mut self, population: usize, t: Time, fired: &mut Vec<u32>) {
        let incoming = &self.incoming[population];
        if incoming.iter().all(|&p| self.arrived[p].is_empty()) {
            return;
        }
        let Network {
            populations,
            projections,
            ..
        } = &mut self.network;
        let Members::Neurons(neurons) = &mut populations[population].members else {
            return;
        };
        neurons.advance(t);
        for &p in incoming {
            let projection = &mut projections[p];
            deliver(neurons.as_mut(), projection, &self.arrived[p]);
            projection.arrive(t, &self.arrived[p]);
            self.arrived[p].clear();
        }
        neurons.fire(fired);
        if !fired.is_empty() {
            for &p in incoming {
                projections[p].post_spikes(t, fired);
            }
        }
    }

    /// Sends the spikes of a population along its projections.
    fn send(&mut self, population: usize, t: Time, nodes: &[u32]) {
        for &p in &self.outgoing[population] {
            let delay = self.network.projections[p].axonal_delay;
            if delay == Duration::ZERO {
                self.arrived[p].extend_from_slice(nodes);
            } else {
                self.in_flight[p].push_back((t + delay, nodes.to_vec()));
            }
        }
    }
}

/// Adds the rows of `sources` to their targets. Weights are read before this instant changes them.
fn deliver(
    neurons: &mut dyn Neurons,
    projection: &crate::network::projection::Projection,
    sources: &[u32],
) {
    // A multiple of the rows that a neuron model takes at once; small enough to live in registers and stack.
    const ROWS: usize = 16;
    for chunk in sources.chunks(ROWS) {
        let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
        for (row, &i) in rows.iter_mut().zip(chunk) {
            *row = projection.weights().row(i as usize);
        }
        neurons.receive(&rows[..chunk.len()], projection.gain);
    }
}
