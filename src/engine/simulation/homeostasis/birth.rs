//! Neurons that come while the network runs: until then they are held.

use super::Force;
use super::wiring::{gather, rows_of};
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::engine::simulation::{Place, Simulation};
use crate::plasticity::homeostasis::Act;
use crate::plasticity::homeostasis::wiring::{Edge, Edit};

impl Force {
    /// How many neurons of each of its populations are there at first, if it lets any come.
    pub(super) fn at_first(act: &Act, populations: &[usize]) -> Vec<u32> {
        match act {
            Act::Birth(birth) => vec![birth.at_first; populations.len()],
            _ => Vec::new(),
        }
    }

    /// How many neurons of a population are there, if some come by it.
    fn born_of(&self, population: usize) -> Option<u32> {
        let at = self.populations.iter().position(|own| *own == population)?;
        self.born.get(at).copied()
    }
}

impl Simulation {
    /// When a neuron came that was not there at first, and is by now.
    pub(super) fn came(&self, population: usize, node: u32) -> Option<Time> {
        self.forces.iter().find_map(|force| {
            let at = force
                .populations
                .iter()
                .position(|own| *own == population)?;
            let at_first = Force::at_first(&force.act, &force.populations);
            let is_late = at_first.get(at).is_some_and(|first| node >= *first);
            let births = force.births.get(at).filter(|_| is_late)?;
            let birth = births.partition_point(|&(there, _)| there <= node);
            births.get(birth).map(|&(_, when)| when)
        })
    }

    /// How many neurons of the population at an index are there: the first ones.
    pub(super) fn born(&self, population: usize) -> u32 {
        let mut forces = self.forces.iter();
        let born = forces.find_map(|force| force.born_of(population));
        born.unwrap_or(self.populations[population].size)
    }

    /// Whether each neuron of the population at an index is there.
    pub(super) fn are_born(&self, population: usize) -> impl Iterator<Item = bool> + use<> {
        let born = self.born(population);
        (0..self.populations[population].size).map(move |node| node < born)
    }

    /// Lets neurons come that the force at index `at` brings now.
    pub(super) fn bear(&mut self, at: usize) {
        let Act::Birth(birth) = self.forces[at].act else {
            return;
        };
        let now_ms = self.now.ps() as f64 / PS_PER_MS as f64;
        for k in 0..self.forces[at].populations.len() {
            let population = self.forces[at].populations[k];
            let before = self.forces[at].born[k];
            let born = birth.after(before, self.populations[population].size, now_ms);
            if born == before {
                continue;
            }
            self.catch_up();
            for (place, end) in self.stretches(population) {
                let group = &mut self.lanes[place.lane].groups[place.group];
                for node in before.max(place.first)..born.min(end) {
                    let local = (place.local + (node - place.first)) as usize;
                    let v_reset = group.neurons.potential(local);
                    group.neurons.set_potential(local, v_reset);
                }
            }
            self.forces[at].born[k] = born;
            let now = self.now;
            self.forces[at].births[k].push((born, now));
        }
    }

    /// Holds neurons that are not there yet, where all have just begun.
    pub(in crate::engine::simulation) fn hold_unborn(&mut self) {
        for population in 0..self.populations.len() {
            let born = self.born(population);
            for (place, end) in self.stretches(population) {
                let unborn = born.max(place.first)..end;
                if unborn.is_empty() {
                    continue;
                }
                let group = &mut self.lanes[place.lane].groups[place.group];
                let mut state = group.neurons.state();
                let local = |node| place.local + (node - place.first);
                let held = unborn.map(|node| (Time::MAX, local(node)));
                state.refractory.extend(held);
                // It fits: it is the neurons' own.
                let _ = group.neurons.set_state(&state);
            }
        }
    }

    /// Where neurons of a population are: a place, and the end of those in it.
    fn stretches(&self, population: usize) -> Vec<(Place, u32)> {
        let Self { populations, .. } = self;
        let (places, size) = (
            &populations[population].places,
            populations[population].size,
        );
        let ends = places.iter().skip(1).map(|next| next.first).chain([size]);
        places.iter().copied().zip(ends).collect()
    }

    /// Takes synapses of neurons that are not there yet out of projections in which they will be connected, before anything happens.
    pub(in crate::engine::simulation) fn clear_unborn(&mut self) {
        let wiring = self.forces.iter();
        let wiring = wiring
            .filter(|force| matches!(&force.act, Act::Wiring(rewiring) if rewiring.connects()));
        let names: Vec<String> = wiring.flat_map(|force| force.projections.clone()).collect();
        for name in names {
            let Some(rows) = rows_of(&self.projections, &self.populations, &name) else {
                continue;
            };
            let sources: Vec<bool> = self.are_born(rows.source).collect();
            let targets = rows
                .targets
                .iter()
                .flat_map(|&target| self.are_born(target));
            let targets: Vec<bool> = targets.collect();
            if sources.iter().chain(&targets).all(|&born| born) {
                continue;
            }
            let gathered = gather(&mut self.lanes, &rows, self.now);
            let unborn = (0..).zip(&gathered.edges).filter(|(_, edge)| {
                !(sources[edge.source as usize] && targets[edge.target as usize])
            });
            let removed = unborn.map(|(k, _)| k).collect();
            let added = Vec::new();
            let none = &mut |_: &Edge| (Duration::ZERO, Duration::ZERO);
            gathered.put(Edit { removed, added }, self.now, none);
        }
    }
}
