//! Stimuli that drive populations. They do not depend on the network, and so run ahead of it.

use super::{Population, Simulation};
use crate::base::stream::name_hash;
use crate::base::time::Time;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::group::Driven;
use crate::event::agenda::Key;
use crate::stimulus::{self, Stimulus};

/// A stimulus and where its spikes go.
pub(super) struct Drive {
    name: String,
    /// Index of the population.
    population: usize,
    stimulus: Box<dyn Stimulus>,
    /// Whether it has ticked.
    begun: bool,
    /// For each place of the population, the number of its spikes among what drives the group.
    slots: Vec<usize>,
}

impl Simulation {
    /// Lets `stimulus`, called `name`, drive the population called `population` from now on: each of its spikes adds
    /// `weight` to its neuron. Any weight above zero makes a relay fire.
    ///
    /// # Errors
    /// If there is no such population, or another stimulus of this name.
    pub fn drive(
        &mut self,
        name: &str,
        population: &str,
        weight: f32,
        stimulus: Box<dyn Stimulus>,
    ) -> Result<(), SimulationError> {
        if self.drives.iter().any(|drive| drive.name == name) {
            return Err(SimulationError::Taken {
                kind: Kind::Stimulus,
                name: name.into(),
            });
        }
        let population = self.index_of(population)?;
        let mut slots = Vec::new();
        for place in &self.populations[population].places {
            let driven = &mut self.lanes[place.lane].groups[place.group].driven;
            slots.push(driven.len());
            driven.push(Driven::new(weight));
        }
        self.drives.push(Drive {
            name: name.into(),
            population,
            stimulus,
            begun: false,
            slots,
        });
        self.appoint(self.drives.len() - 1, self.now);
        Ok(())
    }

    fn appoint(&mut self, drive: usize, time: Time) {
        let source = name_hash(&self.drives[drive].name);
        self.agenda.schedule(drive, Key { time, source });
    }

    /// Draws what stimuli bring before `end`.
    pub(super) fn draw(&mut self, end: Time) {
        let mut spikes = std::mem::take(&mut self.drawn);
        while self.agenda.next_time().is_some_and(|next| next < end)
            && let Some((at, key)) = self.agenda.take_due(end)
        {
            let drive = &mut self.drives[at];
            spikes.clear();
            drive.begun = true;
            let next = drive.stimulus.tick(key.time, &mut spikes);
            self.hand_out(at, &spikes);
            if let Some(next) = next {
                self.appoint(at, next);
            }
        }
        self.drawn = spikes;
    }

    /// Gives spikes to the groups of their neurons; what lies in the past never comes.
    fn hand_out(&mut self, drive: usize, spikes: &[stimulus::Spike]) {
        let Drive {
            population, slots, ..
        } = &self.drives[drive];
        let Population { places, size, .. } = &self.populations[*population];
        for (at, (place, &slot)) in places.iter().zip(slots).enumerate() {
            let end = places.get(at + 1).map_or(*size, |next| next.first);
            let group = &mut self.lanes[place.lane].groups[place.group];
            let driven = &mut group.driven[slot];
            for &(t, node) in spikes {
                if (place.first..end).contains(&node) && t >= self.now {
                    driven.push(t, (place.local + (node - place.first)) as u16);
                }
            }
        }
    }

    /// Number of stimuli.
    pub(super) fn n_drives(&self) -> usize {
        self.drives.len()
    }

    /// Brings stimuli that have not begun to where they would be at `now`, with what they bring later: they draw again
    /// what they had drawn, so that none needs a state that can be saved. False if one has begun.
    pub(super) fn catch_up(&mut self) -> bool {
        if self.drives.iter().any(|drive| drive.begun) {
            return false;
        }
        self.draw(self.now);
        true
    }
}
