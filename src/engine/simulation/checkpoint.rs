//! All that changes while a network runs, as bytes; what does not is rebuilt from the seed and compared by a hash.

mod lane;

use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use lane::{LaneState, lane_state, load_lane};

use super::Simulation;
use super::alter::AlteredState;
use super::bout::Current;
use super::drive::Drive;
use super::homeostasis::{Force, ForceState};
use super::input::Inputs;
use super::modulator::{Modulator, ModulatorState};
use super::stimulation::StimulationState;
use crate::base::time::Time;
use crate::engine::error::StateError;
use crate::engine::fingerprint::Fingerprint;
use crate::engine::lane::Spike;
use crate::plasticity::homeostasis::excitability::Height;
use crate::stimulus::wave::Anchor;

#[derive(Serialize, Deserialize)]
struct Engine {
    now: Time,
    spikes: Vec<Spike>,
    bout: Current,
    inputs: Vec<InputState>,
    waves: Vec<Anchor>,
    drives: Vec<DriveState>,
    counts: Vec<u64>,
    before: Vec<u64>,
    fingerprint: Fingerprint,
    exploded: bool,
    altered: AlteredState,
    modulators: Vec<ModulatorState>,
    forces: Vec<ForceState>,
    heights: Vec<Vec<Height>>,
    stimulation: StimulationState,
    lanes: Vec<LaneState>,
}

/// A declared stimulus: since when it is on, and the rate that it may have been given.
#[derive(Serialize, Deserialize)]
struct InputState {
    name: String,
    since: Option<Time>,
    rate_hz: Option<f64>,
    pulses: Vec<Time>,
}

#[derive(Serialize, Deserialize)]
struct DriveState {
    name: String,
    /// When it ticks next.
    next: Option<Time>,
    stimulus: Vec<u8>,
}

impl Simulation {
    /// All that changes, between two runs.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    pub fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            populations: _,
            projections: _,
            lanes,
            lookahead: _,
            now,
            spikes,
            bout,
            inputs,
            drives,
            agenda,
            altered,
            modulators,
            forces,
            heights,
            stimulation,
            // Whoever saves takes them before.
            edits: _,
            drawn: _,
            counts,
            before,
            fingerprint,
            graph: _,
            steps: _,
            exploded,
        } = self;
        let drive_state = |drive: &Drive| {
            let stimulus = drive.stimulus.save();
            Ok(DriveState {
                name: drive.name.clone(),
                next: agenda.time_of(&drive.id),
                stimulus: stimulus.map_err(|error| of_stimulus(&drive.name, &error))?,
            })
        };
        let drives: Result<Vec<DriveState>, StateError> = drives.iter().map(drive_state).collect();
        let state = Engine {
            now: *now,
            spikes: spikes.clone(),
            bout: bout.clone(),
            inputs: input_states(inputs),
            waves: inputs.waves().anchors(),
            drives: drives?,
            counts: counts.clone(),
            before: before.clone(),
            fingerprint: *fingerprint,
            exploded: *exploded,
            altered: altered.state(),
            modulators: modulators.iter().map(Modulator::state).collect(),
            forces: forces.iter().map(Force::state).collect(),
            heights: heights.clone(),
            stimulation: stimulation.state()?,
            lanes: lanes.par_iter().map(lane_state).collect::<Result<_, _>>()?,
        };
        postcard::to_stdvec(&state).map_err(|error| StateError(error.to_string()))
    }

    /// Goes on from what [`save`](Self::save) gave for a network built alike, in this program or another: which bout it
    /// is and what is on is part of the state. Stimuli [given](Self::drive) from outside are not: whoever loads a state
    /// first gives the same ones, under the same names and in the same order, and they go on from where they were.
    ///
    /// # Errors
    /// If the bytes do not fit this network; then it must not be run any more.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let Engine {
            now,
            spikes,
            bout,
            inputs,
            waves,
            drives,
            counts,
            before,
            fingerprint,
            exploded,
            altered,
            modulators,
            forces,
            heights,
            stimulation,
            lanes,
        } = postcard::from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        same("lanes", lanes.len(), self.lanes.len())?;
        if lanes.iter().any(LaneState::has_set_weights) || !self.forces.is_empty() {
            // The hash is that of the network as built, before weights that do not learn were set.
            self.graph_hash();
        }
        same("populations", counts.len(), self.populations.len())?;
        let fewer = |(before, now): (&u64, &u64)| before <= now;
        if before.len() != counts.len() || !before.iter().zip(&counts).all(fewer) {
            return Err(StateError("spikes of no window".into()));
        }
        let known = |spike: &Spike| {
            let population = self.populations.get(spike.population as usize);
            population.is_some_and(|population| spike.node < population.size)
        };
        if !spikes.iter().all(known) {
            return Err(StateError("a spike of no neuron".into()));
        }
        (self.now, self.spikes, self.bout) = (now, spikes, bout);
        (self.counts, self.before) = (counts, before);
        (self.fingerprint, self.exploded) = (fingerprint, exploded);
        load_inputs(&mut self.inputs, inputs)?;
        // Heights of this simulation's own do not go with the alterations that come.
        let before = self.heights.clone();
        self.heights.iter_mut().for_each(Vec::clear);
        self.load_altered(altered)?;
        self.load_heights(heights, &before)?;
        self.inputs.alter(&self.altered.now, now);
        if !self.inputs.restore_waves(&waves) {
            return Err(StateError("other oscillations".into()));
        }
        self.inputs.unfill();
        self.load_drives(drives)?;
        same("modulators", modulators.len(), self.modulators.len())?;
        for (own, state) in self.modulators.iter_mut().zip(modulators) {
            own.load(state)?;
        }
        same("forces", forces.len(), self.forces.len())?;
        for (at, state) in forces.into_iter().enumerate() {
            let n = self.extent(at);
            self.forces[at].load(state, n)?;
        }
        self.stimulation.load(stimulation)?;
        let sizes: Vec<u32> = self.populations.iter().map(|known| known.size).collect();
        let inputs = &self.inputs;
        let off = inputs.off();
        self.lanes
            .par_iter_mut()
            .zip(lanes)
            .try_for_each(|(lane, state)| {
                for group in &mut lane.groups {
                    group.noise.clear();
                    group.sources.clear();
                    inputs.arrange_noise(&off, group, now, "");
                }
                load_lane(lane, state, &sizes)?;
                lane.groups
                    .iter_mut()
                    .for_each(|group| inputs.step(group, now));
                Ok(())
            })
    }

    fn load_drives(&mut self, states: Vec<DriveState>) -> Result<(), StateError> {
        self.agenda.clear();
        self.drives.retain(|drive| drive.since.is_none());
        let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
        groups.for_each(|group| group.driven.clear());
        self.arrange_drives();
        self.agenda.clear();
        same("stimuli", states.len(), self.drives.len())?;
        for (drive, state) in self.drives.iter_mut().zip(states) {
            let DriveState {
                name,
                next,
                stimulus,
            } = state;
            if name != drive.name {
                return Err(StateError(format!(
                    "found the stimulus `{name}`, expected `{}`",
                    drive.name
                )));
            }
            let loaded = drive.stimulus.load(&stimulus);
            loaded.map_err(|error| of_stimulus(&name, &error))?;
            if let Some(next) = next {
                if next < self.now {
                    return Err(StateError(format!("`{name}` ticks in the past")));
                }
                self.agenda.schedule(drive.id, drive.key(next));
            }
        }
        Ok(())
    }
}

fn of_stimulus(name: &str, error: &crate::stimulus::StateError) -> StateError {
    StateError(format!("`{name}`: {error}"))
}

fn input_states(inputs: &Inputs) -> Vec<InputState> {
    let rate_of = |name: &str| {
        let mut noise = inputs.noise.iter();
        let noise = noise.find(|noise| noise.what.name == name)?;
        Some(noise.declared.rate_hz)
    };
    let pulses_of = |name: &str| {
        let mut currents = inputs.currents.iter();
        let current = currents.find(|current| current.what.name == name);
        current.map_or(Vec::new(), |current| current.pulses.clone())
    };
    let state = |(name, since): (&str, Option<Time>)| InputState {
        name: name.into(),
        since,
        rate_hz: rate_of(name),
        pulses: pulses_of(name),
    };
    inputs.all().map(state).collect()
}

fn load_inputs(inputs: &mut Inputs, states: Vec<InputState>) -> Result<(), StateError> {
    same("declared stimuli", states.len(), inputs.all().count())?;
    // In order, as one that drives several populations is there once for each.
    for (state, (name, since)) in states.iter().zip(inputs.all_mut()) {
        if state.name != name {
            return Err(StateError(format!("no stimulus `{}`", state.name)));
        }
        *since = state.since;
    }
    for current in &mut inputs.currents {
        let mut states = states.iter();
        let own = states.find(|state| state.name == current.what.name);
        current.pulses = own.map_or(Vec::new(), |own| own.pulses.clone());
        let pulsed = current.what.pulsed && current.since.is_some();
        if !(current.pulses.is_empty() || pulsed) || !current.pulses.is_sorted() {
            return Err(StateError(format!(
                "other pulses of `{}`",
                current.what.name
            )));
        }
    }
    for InputState { name, rate_hz, .. } in states {
        let mut noise = inputs.noise.iter_mut();
        match (noise.find(|noise| noise.what.name == name), rate_hz) {
            (None, None) => {}
            (Some(noise), Some(rate_hz)) if rate_hz.is_finite() && rate_hz >= 0.0 => {
                noise.declared.rate_hz = rate_hz;
            }
            _ => return Err(StateError(format!("another rate of `{name}`"))),
        }
    }
    Ok(())
}

fn same(what: &str, found: usize, expected: usize) -> Result<(), StateError> {
    if found == expected {
        Ok(())
    } else {
        Err(StateError(format!("{found} {what}, expected {expected}")))
    }
}
