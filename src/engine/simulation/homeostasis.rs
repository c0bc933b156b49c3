//! Slow forces: at their instants, before anything else that happens there but what weights come to by themselves until then,
//! weights are looked at, changed and set, or synapses come and go.

mod altered;
mod average;
mod birth;
mod onto;
mod slow;
mod threshold;
mod wiring;

pub use wiring::Edited;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Population, Simulation};
use crate::base::parameter::{ParameterError, Values};
use crate::base::stream::Stream;
use crate::base::time::{Duration, MS_PER_S, Time};
use crate::engine::error::{Kind, SimulationError, StateError};
use crate::engine::lane::dense::{DenseBlock, Plastic};
use crate::engine::lane::group::Member;
use crate::engine::lane::{Lane, Synapses};
use crate::network::plan;
use crate::plasticity::Learn;
use crate::plasticity::homeostasis::wiring::Activity;
use crate::plasticity::homeostasis::{Act, Homeostasis, Side, build};
use average::Average;
use onto::{Onto, neuron};
use slow::{Slow, forget, given, taken};

/// A force and where it stands.
pub(super) struct Force {
    pub(super) name: String,
    act: Act,
    /// Name of its entry in the registry, and values of its parameters as declared.
    declared: (&'static str, Values),
    /// Names of the projections.
    projections: Vec<String>,
    /// Indices of the populations.
    populations: Vec<usize>,
    every: Duration,
    /// Whether it acts in the bout at hand.
    on: bool,
    /// Its last instant, or the begin.
    last: Time,
    /// Averages of rates, by population and neuron; none where it goes by none.
    averages: Vec<Vec<Average>>,
    /// Names what is drawn, with the number of the instant.
    seed: u64,
    instants: u64,
    /// Neurons of each of its populations that are there, if it lets any come.
    born: Vec<u32>,
    /// When how many of each of its populations were there for the first time, in order.
    births: Vec<Vec<(u32, Time)>>,
    /// Weights that synapses were declared with, by projection, if it goes by them; they follow from the description.
    slow: Vec<(String, Slow)>,
}

/// All that changes.
#[derive(Serialize, Deserialize)]
pub(super) struct ForceState {
    name: String,
    on: bool,
    last: Time,
    averages: Vec<Vec<Average>>,
    instants: u64,
    born: Vec<u32>,
    births: Vec<Vec<(u32, Time)>>,
    /// What rewiring remembers.
    wiring: Vec<f64>,
}

/// A synapse of a block: its source, its target in the group, and its weight.
type Seen = (u32, u32, f64);

impl Force {
    /// As described, at t = 0.
    ///
    /// # Errors
    /// If a value of its parameters is missing, unknown or out of range.
    pub(super) fn new(
        plan: &plan::Homeostasis,
        populations: &[Population],
        seed: u64,
    ) -> Result<Self, ParameterError> {
        let act = build(plan.kind, &plan.values)?;
        let mut force = Self {
            name: plan.name.clone(),
            born: Self::at_first(&act, &plan.populations),
            births: vec![Vec::new(); plan.populations.len()],
            act,
            declared: (plan.kind, plan.values.clone()),
            seed,
            instants: 0,
            projections: plan.projections.clone(),
            populations: plan.populations.clone(),
            every: plan.every,
            on: true,
            last: Time::ZERO,
            averages: Vec::new(),
            slow: Vec::new(),
        };
        if force.act.counts() {
            let all = populations.iter();
            let all = all.map(|population| vec![Average::NEVER; population.size as usize]);
            force.averages = all.collect();
        }
        Ok(force)
    }

    /// Its next instant.
    pub(super) fn due(&self) -> Time {
        let number = self.last.ps().div_euclid(self.every.ps()) + 1;
        let due = number.checked_mul(self.every.ps());
        due.map_or(Time::MAX, Time::from_ps)
    }

    /// Takes in that `nodes` of a population spiked at `t`.
    pub(super) fn take(&mut self, population: usize, t: Time, nodes: &[u32]) {
        let Some(averages) = self.averages.get_mut(population) else {
            return;
        };
        let tau_ms = self.act.average_ms();
        for &node in nodes {
            let average = &mut averages[node as usize];
            if let Some(tau_ms) = tau_ms {
                average.trace = average.at(t, tau_ms) + 1.0;
                average.last = t;
            }
            average.spikes += 1;
        }
    }

    /// The average rate of a neuron in hertz.
    fn rate_hz(&self, population: usize, node: u32, t: Time) -> f64 {
        let averages = self.averages.get(population);
        let average = averages.and_then(|averages| averages.get(node as usize));
        match (average, self.act.average_ms()) {
            (Some(average), Some(tau_ms)) => average.at(t, tau_ms) / tau_ms * MS_PER_S,
            _ => 0.0,
        }
    }

    /// What it draws for a neuron and a projection at this instant.
    fn stream(&self, projection: &str, population: &Population, node: u32) -> Stream {
        let (force, population) = (&self.name, &population.name);
        let purpose = format!("force.{force}.{projection}.{population}.{}", self.instants);
        Stream::new(self.seed, &purpose, node.into())
    }

    /// Ends an instant.
    fn close(&mut self, t: Time) {
        self.last = t;
        self.instants += 1;
        let tau_ms = self.act.average_ms();
        for average in self.averages.iter_mut().flatten() {
            average.before = tau_ms.map_or(0.0, |tau_ms| average.at(t, tau_ms));
            average.spikes = 0;
        }
    }

    /// What a neuron did since the last instant.
    fn activity(&self, population: usize, node: u32, t: Time) -> Activity {
        let average = self.averages.get(population);
        let average = average.and_then(|averages| averages.get(node as usize));
        let Some(average) = average else {
            return Activity::default();
        };
        let tau_ms = self.act.average_ms();
        Activity {
            here_s: 0.0,
            before_hz: tau_ms.map_or(0.0, |tau_ms| average.before / tau_ms * MS_PER_S),
            now_hz: self.rate_hz(population, node, t),
            spikes: average.spikes,
        }
    }

    /// Begins anew.
    pub(super) fn reset(&mut self, t: Time) {
        self.last = t;
        self.averages
            .iter_mut()
            .for_each(|averages| averages.fill(Average::NEVER));
    }

    pub(super) fn state(&self) -> ForceState {
        let Self {
            name,
            act,
            // What is altered goes before it.
            declared: _,
            projections: _,
            populations: _,
            every: _,
            on,
            last,
            averages,
            seed: _,
            instants,
            born,
            births,
            slow: _,
        } = self;
        ForceState {
            name: name.clone(),
            on: *on,
            last: *last,
            averages: averages.clone(),
            instants: *instants,
            born: born.clone(),
            births: births.clone(),
            wiring: match act {
                Act::Weights(_) | Act::Neurons(_) | Act::Birth(_) => Vec::new(),
                Act::Wiring(force) => force.state(),
            },
        }
    }

    /// Goes on from `state` in a network whose projection has so many sources and targets.
    pub(super) fn load(&mut self, state: ForceState, n: (usize, usize)) -> Result<(), StateError> {
        let sizes = |all: &[Vec<Average>]| all.iter().map(Vec::len).collect::<Vec<_>>();
        if state.name != self.name || sizes(&state.averages) != sizes(&self.averages) {
            return Err(StateError(format!("another force `{}`", state.name)));
        }
        if let Act::Wiring(force) = &mut self.act
            && !force.load(state.wiring, n)
        {
            return Err(StateError(format!("another wiring of `{}`", self.name)));
        }
        let first = Self::at_first(&self.act, &self.populations);
        let mut both = state.born.iter().zip(&first);
        if state.born.len() != first.len() || both.any(|(now, first)| now < first) {
            return Err(StateError(format!("other neurons of `{}`", self.name)));
        }
        if state.births.len() != self.births.len() {
            return Err(StateError(format!("other births of `{}`", self.name)));
        }
        (self.born, self.births) = (state.born, state.births);
        (self.on, self.last, self.averages) = (state.on, state.last, state.averages);
        self.instants = state.instants;
        Ok(())
    }

    /// Changes what was `seen` of a block of a projection `onto` targets of `members`.
    fn change_targets(
        &self,
        act: &dyn Homeostasis,
        seen: &mut [Seen],
        members: &[Member],
        onto: &Onto<'_>,
        t: Time,
    ) {
        let there = (0..).zip(&*seen);
        let there = there.filter(|(_, one)| onto.is_there(members, one));
        let mut order: Vec<(u32, u32)> = there.map(|(k, one)| (one.1, k)).collect();
        order.sort_unstable();
        let mut strengths = Vec::new();
        for of_one in order.chunk_by(|a, b| a.0 == b.0) {
            let (population, node) = neuron(members, of_one[0].0);
            let rate_hz = self.rate_hz(population, node, t);
            strengths.clear();
            strengths.extend(of_one.iter().map(|&(_, k)| taken(act, seen[k as usize].2)));
            let population = &onto.populations[population];
            act.act(&mut strengths, rate_hz, &|| {
                self.stream(onto.projection, population, node)
            });
            for (&(_, k), strength) in of_one.iter().zip(&strengths) {
                let weight = &mut seen[k as usize].2;
                *weight = given(act, *strength, *weight);
            }
        }
    }

    /// Changes what was `seen` of all blocks of a projection, each onto its `members`.
    fn change_sources(
        &self,
        act: &dyn Homeostasis,
        seen: &mut [Vec<Seen>],
        members: &[&[Member]],
        onto: &Onto<'_>,
        t: Time,
    ) {
        let mut of_source: std::collections::BTreeMap<u32, Vec<(usize, usize)>> =
            std::collections::BTreeMap::new();
        for (block, (seen, members)) in seen.iter().zip(members).enumerate() {
            let there = seen.iter().enumerate();
            for (k, one) in there.filter(|(_, one)| onto.is_there(members, one)) {
                of_source.entry(one.0).or_default().push((block, k));
            }
        }
        for (node, of_one) in of_source {
            let mut strengths: Vec<f64> = of_one
                .iter()
                .map(|&(block, k)| taken(act, seen[block][k].2))
                .collect();
            let rate_hz = self.rate_hz(onto.source, node, t);
            act.act(&mut strengths, rate_hz, &|| {
                self.stream(onto.projection, &onto.populations[onto.source], node)
            });
            for (&(block, k), strength) in of_one.iter().zip(&strengths) {
                let weight = &mut seen[block][k].2;
                *weight = given(act, *strength, *weight);
            }
        }
    }
}

/// A block of a projection.
enum Site<'a> {
    Sparse(&'a mut dyn Learn),
    Dense(&'a mut DenseBlock),
}

impl Site<'_> {
    fn look(&self, t: Time) -> Vec<Seen> {
        let mut seen = Vec::new();
        match self {
            Self::Sparse(learn) => learn.look(t, &mut |synapse| {
                seen.push((synapse.source, synapse.target, synapse.weight));
            }),
            Self::Dense(block) => {
                let weights = block.look(t);
                for i in 0..weights.n_source() {
                    let row = (0..).zip(weights.row(i));
                    seen.extend(row.map(|(j, &weight)| (i as u32, j, f64::from(weight))));
                }
            }
        }
        seen
    }

    /// Sets weights, as far as the bounds of the rule go.
    fn set(&mut self, t: Time, seen: &[Seen]) {
        let within = |(low, high): (f64, f64)| move |seen: &Seen| seen.2.max(low).min(high);
        match self {
            Self::Sparse(learn) => {
                let within = within(learn.bounds());
                learn.set_weights(t, &mut seen.iter().map(within));
            }
            Self::Dense(block) => {
                let within = within(match &block.plastic {
                    Some(Plastic::Rows(learn)) => learn.bounds(),
                    _ => (f64::NEG_INFINITY, f64::INFINITY),
                });
                block.settle(t);
                let weights = block.weights.values_mut().iter_mut();
                for (weight, seen) in weights.zip(seen) {
                    *weight = within(seen) as f32;
                }
            }
        }
    }
}

impl Simulation {
    /// The next instant of a force.
    pub(super) fn next_force(&self) -> Time {
        let due = self.forces.iter().map(Force::due).min();
        due.unwrap_or(Time::MAX)
    }

    /// Lets forces act that are due now, in the order of their names.
    pub(super) fn force(&mut self) {
        // Asked in every window.
        if self.forces.iter().all(|force| force.due() != self.now) {
            return;
        }
        // Neurons that come now have done nothing yet that others could be held against.
        let populations = 0..self.populations.len();
        let there: Vec<u32> = populations.map(|at| self.born(at)).collect();
        for at in 0..self.forces.len() {
            if self.forces[at].due() != self.now {
                continue;
            }
            if self.forces[at].on {
                match self.forces[at].act {
                    Act::Neurons(_) => self.adapt(at, &there),
                    Act::Birth(_) => self.bear(at),
                    Act::Weights(_) => {
                        for name in self.forces[at].projections.clone() {
                            self.force_on(at, &name, &there);
                        }
                    }
                    Act::Wiring(_) => {
                        for name in self.forces[at].projections.clone() {
                            self.rewire(at, &name);
                        }
                    }
                }
            }
            self.forces[at].close(self.now);
        }
    }

    fn force_on(&mut self, at: usize, projection: &str, there: &[u32]) {
        let (now, force) = (self.now, &self.forces[at]);
        let Act::Weights(act) = &force.act else {
            return;
        };
        let Some(own) = self.projections.iter().find(|own| own.name == projection) else {
            return;
        };
        let onto = Onto {
            projection,
            populations: &self.populations,
            source: own.source,
            born: there,
        };
        let (sparse, dense) = (own.learning.as_ref().map(|own| own.0), own.dense);
        let mut sites: Vec<(Site<'_>, &[Member])> = Vec::new();
        for Lane { groups, blocks, .. } in &mut self.lanes {
            if dense.is_none() {
                for block in blocks {
                    let members = &groups[block.group].members;
                    if let Synapses::Learning { projection, learn } = &mut block.synapses
                        && sparse == Some(*projection)
                    {
                        sites.push((Site::Sparse(learn.as_mut()), members));
                    }
                }
                continue;
            }
            for group in groups {
                for block in &mut group.dense {
                    if dense.is_some_and(|(number, ..)| number == block.projection) {
                        sites.push((Site::Dense(block), &group.members));
                    }
                }
            }
        }
        let mut seen: Vec<Vec<Seen>> = sites.par_iter().map(|(site, _)| site.look(now)).collect();
        let members: Vec<&[Member]> = sites.iter().map(|(_, members)| *members).collect();
        let declared = force.slow.iter().find(|(name, _)| name == projection);
        match act.side() {
            _ if act.left().is_some() => {
                if let (Some(left), Some((_, slow))) = (act.left(), declared) {
                    forget(&mut seen, slow, left, &|block, one| {
                        onto.is_there(members[block], one)
                    });
                }
            }
            Side::Target => {
                let both = seen.par_iter_mut().zip(&sites);
                both.for_each(|(seen, (_, members))| {
                    force.change_targets(act.as_ref(), seen, members, &onto, now)
                });
            }
            Side::Source => {
                force.change_sources(act.as_ref(), &mut seen, &members, &onto, now);
            }
        }
        let both = sites.par_iter_mut().zip(&seen);
        both.for_each(|((site, _), seen)| site.set(now, seen));
    }

    /// Numbers of sources and of targets of the first projection of the force at index `at`.
    pub(super) fn extent(&self, at: usize) -> (usize, usize) {
        let first = self.forces[at].projections.first();
        let own = self.projections.iter().find(|own| Some(&own.name) == first);
        let size = |p: &usize| self.populations[*p].size as usize;
        own.map_or((0, 0), |own| {
            let targets = own.learning.iter().flat_map(|(_, targets)| targets);
            (size(&own.source), targets.map(size).sum())
        })
    }

    /// Index of the force called `name`.
    pub(super) fn force_of(&self, name: &str) -> Result<usize, SimulationError> {
        let at = self.forces.iter().position(|known| known.name == name);
        at.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Homeostasis,
            name: name.into(),
            known: self.forces.iter().map(|force| force.name.clone()).collect(),
        })
    }

    /// Lets all forces but these act from now on.
    pub(super) fn switch_forces(&mut self, off: &[String]) {
        for force in &mut self.forces {
            force.on = !off.contains(&force.name);
        }
    }
}
