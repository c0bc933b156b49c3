//! Stimuli that drive populations. They do not depend on the network, and so run ahead of it.

use std::mem;
use std::sync::Arc;

use super::input::Input;
use super::{Population, Simulation};
use crate::base::stream::{Stream, name_hash};
use crate::base::time::Time;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::group::Driven;
use crate::event::agenda::Key;
use crate::network::plan::SpikeSource;
use crate::stimulus::spike_list::SpikeList;
use crate::stimulus::wave::Modulation;
use crate::stimulus::{self, Onset, Stimulus};

/// Spikes drawn in one step. A choice: they take some tenths of a second, after which it is asked again whether to stop.
const MUCH: usize = 1 << 21;

/// What a tick counts for at least: where few candidates are kept each takes half a millisecond.
const OF_A_TICK: usize = 1 << 9;

/// A stimulus and where its spikes go.
pub(super) struct Drive {
    pub(super) name: String,
    /// Number made from the name: orders stimuli that tick at one instant.
    pub(super) id: u64,
    /// Index of the population.
    pub(super) population: usize,
    weight: f64,
    pub(super) stimulus: Box<dyn Stimulus>,
    /// Since when a declared one is on; `None` for one that was given from outside.
    pub(super) since: Option<Time>,
    /// What a declared one draws its spikes from, and what that follows.
    from: Option<(SpikeSource, Modulation)>,
    /// Whether what its groups still have of it is of another one, with other values.
    anew: bool,
}

impl Drive {
    /// When it is to tick.
    pub(super) fn key(&self, time: Time) -> Key {
        Key {
            time,
            source: self.id,
        }
    }
}

impl Simulation {
    /// Lets `stimulus`, given from outside under the name `name`, drive the population called `population` from now on:
    /// each of its spikes adds `weight` to its neuron. Any weight above zero makes a relay fire. It is on until a bout
    /// begins in which it is not.
    ///
    /// # Errors
    /// If there is no such population, or another stimulus of this name.
    pub fn drive(
        &mut self,
        name: &str,
        population: &str,
        weight: f64,
        stimulus: Box<dyn Stimulus>,
    ) -> Result<(), SimulationError> {
        let declared = self.inputs.all().any(|(known, _)| known == name);
        // Of a declared one the name has that of the population behind it.
        let id = name_hash(name);
        let volleys = self.inputs.volleys.iter().map(|volley| &volley.what);
        let mut volleys = volleys.map(|volley| self.drive_name(&volley.name, volley.target));
        let taken = volleys.any(|known| known == name);
        if declared || taken || self.drives.iter().any(|drive| drive.id == id) {
            return Err(SimulationError::Taken {
                kind: Kind::Stimulus,
                name: name.into(),
            });
        }
        let drive = Drive {
            name: name.into(),
            id,
            population: self.index_of(population)?,
            weight,
            stimulus,
            since: None,
            from: None,
            anew: false,
        };
        self.agenda.schedule(drive.id, drive.key(self.now));
        self.drives.push(drive);
        self.connect_drives();
        Ok(())
    }

    /// Names the streams of a declared stimulus onto the population at index `target`.
    fn drive_name(&self, stimulus: &str, target: usize) -> String {
        format!("{stimulus}.{}", self.populations[target].name)
    }

    /// Brings drives to the inputs as they are: declared ones in the order of their names, then those that were given,
    /// in the order in which they were.
    pub(super) fn arrange_drives(&mut self) {
        let drives = mem::take(&mut self.drives);
        let (mut running, given): (Vec<Drive>, Vec<Drive>) =
            drives.into_iter().partition(|drive| drive.since.is_some());
        let volleys = &self.inputs.volleys;
        let mut ended = Vec::new();
        running.retain(|drive| {
            let mut same = volleys.iter().filter(|volley| volley.since == drive.since);
            let stays = same.any(|volley| {
                let is_same =
                    (&volley.what.name, volley.what.target) == (&drive.name, drive.population);
                let mut from = drive.from.iter();
                is_same
                    && from.all(|(spikes, modulation)| {
                        *spikes == volley.what.spikes && *modulation == volley.modulation
                    })
            });
            if !stays {
                self.agenda.remove(&drive.id);
                ended.push(drive.id);
            }
            stays
        });
        for Input {
            what: volley,
            since,
            modulation,
            ..
        } in volleys
        {
            let Some(since) = *since else {
                continue;
            };
            if let Some(at) = running
                .iter()
                .position(|drive| (&drive.name, drive.population) == (&volley.name, volley.target))
            {
                let mut drive = running.swap_remove(at);
                drive.weight = volley.weight;
                self.drives.push(drive);
                continue;
            }
            let population = &self.populations[volley.target];
            let name = self.drive_name(&volley.name, volley.target);
            let stimulus: Box<dyn Stimulus> = match &volley.spikes {
                SpikeSource::List(spikes) => {
                    Box::new(SpikeList::shared(Arc::clone(spikes), since - Time::ZERO))
                }
                SpikeSource::Drawn(begin) => begin(Onset {
                    start: since,
                    from: self.now,
                    modulation: modulation.clone(),
                    size: population.size,
                    seed: self.inputs.seed,
                    name: name.clone(),
                    bout: self.bout.name.clone(),
                    suffix: self.bout.suffix(),
                    stream: Stream::new(
                        self.inputs.seed,
                        &format!("stimulus.{name}{}", self.bout.suffix()),
                        0,
                    ),
                }),
            };
            let id = name_hash(&name);
            let drive = Drive {
                name: volley.name.clone(),
                id,
                population: volley.target,
                weight: volley.weight,
                stimulus,
                since: Some(since),
                from: Some((volley.spikes.clone(), modulation.clone())),
                anew: ended.contains(&id),
            };
            self.agenda.schedule(drive.id, drive.key(self.now));
            self.drives.push(drive);
        }
        self.drives.extend(given);
        self.connect_drives();
    }

    /// Gives every group a place for the spikes of each drive that reaches it, in the order of the drives; where there
    /// is one already its spikes stay.
    pub(super) fn connect_drives(&mut self) {
        let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
        for group in groups {
            let mut old = mem::take(&mut group.driven);
            for drive in &self.drives {
                let mut members = group.members.iter();
                if !members.any(|member| member.population == drive.population) {
                    continue;
                }
                let same = |driven: &Driven| driven.id == drive.id && !drive.anew;
                let at = old.iter().position(same);
                let mut driven = match at {
                    Some(at) => old.swap_remove(at),
                    None => Driven::new(drive.id, drive.weight),
                };
                driven.weight = drive.weight;
                group.driven.push(driven);
            }
        }
        self.drives.iter_mut().for_each(|drive| drive.anew = false);
    }

    /// Draws what stimuli bring before `end`, or before an instant up to which that is much already: gives the one or the other.
    pub(super) fn draw(&mut self, end: Time) -> Time {
        let (mut spikes, mut drawn) = (mem::take(&mut self.drawn), 0);
        let mut end = end;
        while let Some(next) = self.agenda.next_time().filter(|&next| next < end) {
            if drawn >= MUCH && next > self.now {
                end = next;
                break;
            }
            let Some((id, key)) = self.agenda.take_due(next) else {
                break;
            };
            let Some(at) = self.drives.iter().position(|drive| drive.id == id) else {
                continue;
            };
            spikes.clear();
            let next = self.drives[at].stimulus.tick(key.time, &mut spikes);
            drawn += spikes.len().max(OF_A_TICK);
            self.hand_out(at, &spikes);
            if let Some(next) = next {
                self.agenda.schedule(id, self.drives[at].key(next));
            }
        }
        self.drawn = spikes;
        end
    }

    /// Gives spikes to the groups of their neurons; what lies in the past never comes.
    fn hand_out(&mut self, drive: usize, spikes: &[stimulus::Spike]) {
        let Drive { population, id, .. } = self.drives[drive];
        let Population { places, size, .. } = &self.populations[population];
        for (at, place) in places.iter().enumerate() {
            let end = places.get(at + 1).map_or(*size, |next| next.first);
            let group = &mut self.lanes[place.lane].groups[place.group];
            let Some(driven) = group.driven.iter_mut().find(|driven| driven.id == id) else {
                continue;
            };
            for &(t, node) in spikes {
                if (place.first..end).contains(&node) && t >= self.now {
                    driven.push(t, (place.local + (node - place.first)) as u16);
                }
            }
        }
    }
}
