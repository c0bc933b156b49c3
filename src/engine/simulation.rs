//! A network run window by window on any number of threads.
//!
//! The lookahead is the shortest delay of any projection between lanes: what is emitted in a window of that length
//! arrives after it. So lanes run a window side by side and exchange spikes at its end. Where windows begin, where a run
//! is cut, and how many threads take lanes does not change any bit; empty windows are skipped.

mod alter;
mod bout;
mod change;
mod checkpoint;
mod drive;
mod ending;
mod graph;
mod homeostasis;
mod input;
mod modulator;
mod rebuild;
mod sample;
mod stimulation;
mod synapses;
mod weighing;
mod weights;

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::base::parameter::ParameterError;
use crate::base::stream::name_hash;
use crate::base::time::{Duration, Time};
use crate::engine::Observer;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::dense::DenseBlock;
use crate::engine::lane::{Lane, Spike};
use crate::engine::neurons::Declared;
use crate::event::agenda::Agenda;
use crate::network::plan;
use crate::neuron::Variable;
use crate::plasticity::homeostasis::excitability::Height;
use crate::stimulus;
use alter::Altered;
pub use alter::Ramp;
pub use bout::{Bout, Keep, Regime};
pub use change::Change;
use drive::Drive;
pub use ending::Until;
pub use homeostasis::Edited;
use homeostasis::Force;
pub(in crate::engine) use input::Inputs;
use modulator::Modulator;
use stimulation::Stimulation;
pub use stimulation::{Detection, Pulse};
pub use weights::Exploded;
pub(in crate::engine) use weights::Projection;

/// A population as the exchange needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Name.
    pub name: String,
    /// Number of its name: enters the fingerprint and orders spikes of one instant.
    pub id: u64,
    /// Neurons.
    pub size: u32,
    /// What can be sampled of them.
    pub variables: &'static [Variable],
    /// Where its neurons are, in ascending order.
    pub(super) places: Vec<Place>,
}

impl Population {
    /// A population whose neurons have no place yet.
    pub(super) fn new(name: String, size: u32, variables: &'static [Variable]) -> Self {
        Self {
            id: name_hash(&name),
            name,
            size,
            variables,
            places: Vec::new(),
        }
    }
}

/// Neurons of a population that lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The first of them.
    pub(super) first: u32,
    /// Lane, group in it, number in the group of the first.
    pub(super) lane: usize,
    pub(super) group: usize,
    pub(super) local: u32,
}

/// Why a run came to its end.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is where it was to go.
    Reached,
    /// The observer wants no more.
    Enough,
    /// The bout has come to its early end, as its [`Regime`] says; nothing moves until the next.
    Over,
    /// There were so many spikes within one window, which is so long, that it was left before its end: the network
    /// cannot go on.
    Exploded(Duration),
}

/// Lanes, and the spikes between them.
pub struct Simulation {
    populations: Vec<Population>,
    projections: Vec<Projection>,
    lanes: Vec<Lane>,
    lookahead: Duration,
    now: Time,
    /// Spikes of the last step, in order, which the lanes have not seen yet.
    spikes: Vec<Spike>,
    /// The bout at hand.
    bout: bout::Current,
    /// What reaches the network by declaration.
    inputs: Inputs,
    drives: Vec<Drive>,
    /// The next tick of each drive, by the number of its name.
    agenda: Agenda<u64>,
    /// What is not as it was declared.
    altered: Altered,
    modulators: Vec<Modulator>,
    /// In the order of their names.
    forces: Vec<Force>,
    /// Of each population how high forces have made the thresholds of its neurons; none where none has.
    heights: Vec<Vec<Height>>,
    /// Triggers, and the stimuli that they set off.
    stimulation: Stimulation,
    /// What rewiring has done that nobody has asked for.
    edits: Vec<Edited>,
    /// Spikes of the tick at hand.
    drawn: Vec<stimulus::Spike>,
    counts: Vec<u64>,
    /// The same when the window at hand began.
    before: Vec<u64>,
    fingerprint: Fingerprint,
    /// Hash of what does not change, once it has been asked for.
    graph: OnceLock<u128>,
    /// Windows that were not skipped.
    steps: u64,
    /// Whether the last of them was left before its end.
    exploded: bool,
}

impl Simulation {
    /// `lanes` of `populations`, given by name and size, `projections` and `inputs`, none of which is on, at t = 0. `lookahead` is the shortest delay above zero among
    /// all projections; a long one is as good for a network without any.
    pub(super) fn new(
        mut populations: Vec<Population>,
        projections: Vec<Projection>,
        inputs: Inputs,
        network: &plan::NetworkPlan,
        declared: Declared,
        mut lanes: Vec<Lane>,
        lookahead: Duration,
    ) -> Result<Self, ParameterError> {
        let bytes = lanes.iter().map(Lane::row_bytes).sum();
        for (at, lane) in lanes.iter_mut().enumerate() {
            lane.let_rows_travel(bytes);
            lane.set_lookahead(lookahead);
            for (number, group) in lane.groups.iter().enumerate() {
                for member in &group.members {
                    populations[member.population].places.push(Place {
                        first: member.first,
                        lane: at,
                        group: number,
                        local: member.local,
                    });
                }
            }
        }
        for population in &mut populations {
            population.places.sort_unstable_by_key(|place| place.first);
        }
        let counts = vec![0; populations.len()];
        let modulators = (0..).zip(&network.modulators);
        let stimulation = Stimulation::new(network)?;
        let modulator =
            |(number, plan)| Modulator::new(plan, number, &projections, &lanes, &stimulation);
        let force = |plan| Force::new(plan, &populations, network.seed);
        let mut simulation = Self {
            forces: network
                .homeostasis
                .iter()
                .map(force)
                .collect::<Result<_, _>>()?,
            altered: Altered::new(declared),
            heights: vec![Vec::new(); populations.len()],
            modulators: modulators.map(modulator).collect(),
            stimulation,
            edits: Vec::new(),
            populations,
            projections,
            lanes,
            lookahead,
            now: Time::ZERO,
            spikes: Vec::new(),
            bout: bout::Current::default(),
            inputs,
            drives: Vec::new(),
            agenda: Agenda::default(),
            drawn: Vec::new(),
            before: counts.clone(),
            counts,
            fingerprint: Fingerprint::default(),
            graph: OnceLock::new(),
            steps: 0,
            exploded: false,
        };
        simulation.clear_unborn();
        simulation.hold_unborn();
        Ok(simulation)
    }

    /// Lets rows of synapses with delays of their own travel with their spikes, which only large networks gain by; before anything
    /// has happened. For tests and benchmarks: spikes are the same.
    pub fn let_rows_travel(&mut self) {
        for lane in &mut self.lanes {
            lane.let_rows_travel(usize::MAX);
            lane.set_lookahead(self.lookahead);
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

    /// The index of the population called `name`.
    ///
    /// # Errors
    /// If there is none.
    pub fn index_of(&self, name: &str) -> Result<usize, SimulationError> {
        let mut populations = self.populations.iter();
        let found = populations.position(|population| population.name == name);
        found.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Population,
            name: name.into(),
            known: self
                .populations
                .iter()
                .map(|known| known.name.clone())
                .collect(),
        })
    }

    /// Parts that advance side by side.
    pub fn n_lanes(&self) -> usize {
        self.lanes.len()
    }

    /// Synapses, and the bytes that they take, indices included.
    pub fn synapses(&self) -> (usize, usize) {
        let blocks = self.lanes.iter().flat_map(|lane| &lane.blocks);
        let sparse = blocks.map(|block| (block.n_synapses(), block.bytes()));
        let dense = self.dense();
        let dense = dense.map(|block| (block.weights.n_synapses(), block.weights.bytes()));
        sparse
            .chain(dense)
            .fold((0, 0), |sum, block| (sum.0 + block.0, sum.1 + block.1))
    }

    fn dense(&self) -> impl Iterator<Item = &DenseBlock> {
        let groups = self.lanes.iter().flat_map(|lane| &lane.groups);
        groups.flat_map(|group| &group.dense)
    }

    /// Windows run so far in which something may have happened: states are as they were where this has not grown.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Spikes per population of the window at hand, and when it began: after an explosion, who is in it.
    pub fn last_spikes(&self) -> (Time, Vec<u64>) {
        let counts = self.counts.iter().zip(&self.before);
        let counts = counts.map(|(now, before)| now - before).collect();
        let window = (self.now.ps() - 1).max(0) / self.lookahead.ps();
        (Time::from_ps(window * self.lookahead.ps()), counts)
    }

    /// Runs from now up to, and not including, `until`, or to the end of a window after which the observer wants no more
    /// or in which the network exploded, or to the early end of the bout. A network that has exploded, or whose bout is over,
    /// does not move until its next bout.
    pub fn run(&mut self, until: Time, observer: &mut dyn Observer) -> Ended {
        while self.now < until.min(self.early_end()) && !observer.has_enough() && !self.exploded {
            self.take_steps();
            self.release(self.now);
            self.force();
            self.weigh();
            self.hear();
            if self.inputs.filled <= self.now {
                let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
                self.inputs.fill(groups, self.now);
            }
            let until = until.min(self.next_force()).min(self.altered.due());
            let until = until.min(self.next_weighing());
            let until = until.min(self.early_end());
            let until = until.min(self.inputs.filled);
            self.skip(until);
            if self.now == until {
                continue;
            }
            let window = self.now.ps() / self.lookahead.ps();
            let end = (window + 1)
                .checked_mul(self.lookahead.ps())
                .map_or(Time::MAX, Time::from_ps);
            let end = end.min(until);
            self.set_off(end);
            self.hear();
            let end = self.draw(end);
            self.release(end);
            self.step(window, end, observer);
            self.stimulation.come_to(end);
            self.hear();
        }
        self.release(self.now);
        if self.exploded {
            Ended::Exploded(self.lookahead)
        } else if self.now >= self.early_end() {
            Ended::Over
        } else if self.now < until {
            Ended::Enough
        } else {
            Ended::Reached
        }
    }

    /// Runs every lane up to `end`, which lies in `window`, the one at hand, or ends it.
    fn step(&mut self, window: i64, end: Time, observer: &mut dyn Observer) {
        if self
            .lanes
            .first()
            .is_some_and(|lane| lane.window != Some(window))
        {
            self.before.clone_from(&self.counts);
        }
        let spikes = &self.spikes;
        let run = |lane: &mut Lane| {
            lane.take_in(spikes);
            lane.run(window, end);
        };
        match &mut self.lanes[..] {
            [lane] => run(lane),
            lanes => lanes.par_iter_mut().for_each(run),
        }
        self.now = end;
        self.steps += 1;
        self.exploded = self.lanes.iter().any(Lane::has_exploded);
        self.exchange(observer);
    }

    /// Takes the spikes out of the lanes and shows them in order.
    fn exchange(&mut self, observer: &mut dyn Observer) {
        self.spikes.clear();
        for lane in &mut self.lanes {
            lane.hand_over(&mut self.spikes);
        }
        let populations = &self.populations;
        let key = |spike: &Spike| {
            let population = &populations[spike.population as usize];
            (spike.time, population.id, spike.node)
        };
        if self.lanes.len() == 1 {
            // In order of time already.
            let together = |a: &Spike, b: &Spike| a.time == b.time;
            let instants = self.spikes.chunk_by_mut(together);
            instants
                .filter(|instant| instant.len() > 1)
                .for_each(|instant| instant.sort_unstable_by_key(key));
        } else {
            self.spikes.sort_unstable_by_key(key);
        }
        let mut nodes = Vec::new();
        let together = |a: &Spike, b: &Spike| (a.time, a.population) == (b.time, b.population);
        for instant in self.spikes.chunk_by(together) {
            let Spike {
                time, population, ..
            } = instant[0];
            let population = population as usize;
            nodes.clear();
            nodes.extend(instant.iter().map(|spike| spike.node));
            self.counts[population] += nodes.len() as u64;
            for force in &mut self.forces {
                force.take(population, time, &nodes);
            }
            for modulator in &mut self.modulators {
                modulator.take(population, time, nodes.len());
            }
            self.stimulation.see(population, time, &nodes);
            let id = populations[population].id;
            self.fingerprint.add(id, time, &nodes);
            observer.spikes(population, time, &nodes);
        }
    }

    /// Jumps over windows in which nothing happens.
    fn skip(&mut self, until: Time) {
        let lookahead = self.lookahead.ps();
        // Spikes that the lanes have not seen arrive in windows not known yet.
        if !self.spikes.is_empty() {
            return;
        }
        let tick = self.agenda.next_time().unwrap_or(Time::MAX);
        let tick = tick.min(self.stimulation.next());
        let mut window = tick.ps() / lookahead;
        for lane in &self.lanes {
            let alone = lane.next_event().ps() / lookahead;
            let arrives = lane.next_window().unwrap_or(i64::MAX);
            window = window.min(alone).min(arrives);
            if window <= self.now.ps() / lookahead {
                return;
            }
        }
        let next = window
            .checked_mul(lookahead)
            .map_or(Time::MAX, Time::from_ps);
        self.now = self.now.max(next.min(until));
    }
}
