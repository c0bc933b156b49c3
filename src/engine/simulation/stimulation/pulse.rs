//! Pulses as they come: what triggers set off, and what a program asks for.

use super::{Pulse, Waiting};
use crate::base::time::Time;
use crate::engine::error::SimulationError;
use crate::engine::simulation::Simulation;

impl Simulation {
    /// Sets off the pulses that begin before `end`.
    pub(in crate::engine::simulation) fn set_off(&mut self, end: Time) {
        self.stimulation.ask_clocks(end);
        while let Some(due) = self.stimulation.due(end) {
            if self.is_on(due.pulsed)
                && let Some(is_delivered) = self.stimulation.decide(&due)
            {
                self.begin_pulse(due, is_delivered);
            }
        }
    }

    /// A pulse now, of the stimulus called `name`.
    pub(in crate::engine::simulation) fn pulse_now(
        &mut self,
        name: &str,
    ) -> Result<(), SimulationError> {
        let mut pulsed = self.stimulation.pulsed.iter();
        let Some(pulsed) = pulsed.position(|own| own.stimulus == name) else {
            return Err(match self.inputs.all().any(|(known, _)| known == name) {
                true => SimulationError::NoPulses { name: name.into() },
                false => self.no_stimulus(name),
            });
        };
        if self.is_on(pulsed) {
            let (time, event) = (self.now, self.now);
            let own = &mut self.stimulation.pulsed[pulsed];
            own.last = Some(time);
            let is_delivered = !own.sham;
            let pulse = Waiting {
                time,
                pulsed,
                event,
            };
            self.begin_pulse(pulse, is_delivered);
        }
        Ok(())
    }

    /// Whether the stimulus is on that is number `pulsed` of those that come in pulses.
    fn is_on(&self, pulsed: usize) -> bool {
        let name = &self.stimulation.pulsed[pulsed].stimulus;
        let mut all = self.inputs.all();
        all.any(|(known, since)| known == name && since.is_some())
    }

    /// Begins a pulse of a stimulus that is on.
    fn begin_pulse(&mut self, due: Waiting, is_delivered: bool) {
        let name = self.stimulation.pulsed[due.pulsed].stimulus.clone();
        if is_delivered {
            self.pulse_current(&name, due.time);
            for at in 0..self.drives.len() {
                let drive = &mut self.drives[at];
                if drive.name == name
                    && drive.since.is_some()
                    && let Some(next) = drive.stimulus.pulse(due.time)
                {
                    let drive = &self.drives[at];
                    self.agenda.schedule(drive.id, drive.key(next));
                }
            }
        }
        self.stimulation.pulses.push(Pulse {
            stimulus: name,
            event: due.event,
            time: due.time,
            is_delivered,
        });
    }

    /// Begins a pulse at `t` of the current called `name`, if there is one.
    fn pulse_current(&mut self, name: &str, t: Time) {
        let now = self.now;
        let mut currents = self.inputs.currents.iter_mut();
        let Some(current) = currents.find(|current| current.what.name == name) else {
            return;
        };
        let length = current
            .what
            .steps
            .last()
            .map_or(Time::ZERO, |&(end, _)| end);
        let goes_on = |begun: &Time| now.since(*begun) < length.since(Time::ZERO);
        current.pulses.retain(goes_on);
        current.pulses.push(t);
        let targets = current.what.targets.clone();
        let groups = self.lanes.iter_mut().flat_map(|lane| &mut lane.groups);
        for group in groups.filter(|group| targets.contains(&group.kind)) {
            self.inputs.step(group, now);
        }
    }
}
