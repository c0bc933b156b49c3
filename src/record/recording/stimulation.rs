//! What triggers found in a run, and the pulses of stimuli.

use super::{Kind, Recording, RecordingError};
use crate::record::sink::{Detected, Pulsed};
use crate::record::stimulation::{DETECTIONS, PULSES};

impl Recording {
    /// Names of the triggers.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn triggers(&self) -> Result<Vec<String>, RecordingError> {
        self.groups_in(DETECTIONS)
    }

    /// Names of the stimuli that come in pulses.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn pulsed(&self) -> Result<Vec<String>, RecordingError> {
        self.groups_in(PULSES)
    }

    fn groups_in(&self, place: &str) -> Result<Vec<String>, RecordingError> {
        let (reader, place) = (self.reader()?, format!("/{place}"));
        match reader.holds_group(&place) {
            true => reader.groups(&place),
            false => Ok(Vec::new()),
        }
    }

    /// What `trigger` found, in order.
    ///
    /// # Errors
    /// If there is no such trigger or its tables are damaged.
    pub fn detections(&self, trigger: &str) -> Result<Vec<Detected>, RecordingError> {
        let names = self.triggers()?;
        if !names.iter().any(|name| name == trigger) {
            return Err(self.unknown(Kind::Trigger, trigger, names));
        }
        let (reader, place) = (self.reader()?, format!("/{DETECTIONS}/{trigger}"));
        let events = reader.times(&format!("{place}/event"))?;
        let told = reader.times(&format!("{place}/told"))?;
        reader.rows(&place, &[events.len(), told.len()])?;
        let both = events.into_iter().zip(told);
        Ok(both.map(|(event, told)| Detected { event, told }).collect())
    }

    /// The pulses of `stimulus`, in order.
    ///
    /// # Errors
    /// If there is no such stimulus or its tables are damaged.
    pub fn pulses(&self, stimulus: &str) -> Result<Vec<Pulsed>, RecordingError> {
        let names = self.pulsed()?;
        if !names.iter().any(|name| name == stimulus) {
            return Err(self.unknown(Kind::Stimulus, stimulus, names));
        }
        let (reader, place) = (self.reader()?, format!("/{PULSES}/{stimulus}"));
        let events = reader.times(&format!("{place}/event"))?;
        let times = reader.times(&format!("{place}/time"))?;
        let delivered = reader.column::<u64>(&format!("{place}/delivered"))?;
        reader.rows(&place, &[events.len(), times.len(), delivered.len()])?;
        let all = events.into_iter().zip(times).zip(delivered);
        let pulse = |((event, time), delivered)| Pulsed {
            event,
            time,
            is_delivered: delivered != 0,
        };
        Ok(all.map(pulse).collect())
    }
}
