//! `/detections` and `/pulses`: what triggers found, and the pulses of stimuli.

use hdf5::Group;

use super::column::{Column, TABLE_CHUNK, Times, create_column, create_times};
use super::sink::{Detected, Pulsed};

/// Group of what triggers found.
pub(super) const DETECTIONS: &str = "detections";

/// Group of pulses.
pub(super) const PULSES: &str = "pulses";

/// Makes the empty datasets of the trigger called `name` in `parent`.
pub(super) fn lay_out_detections(parent: &Group, name: &str) -> hdf5::Result<()> {
    let group = parent.create_group(name)?;
    create_times(&group, "event", TABLE_CHUNK)?;
    create_times(&group, "told", TABLE_CHUNK)
}

/// Makes the empty datasets of the stimulus called `name` in `parent`.
pub(super) fn lay_out_pulses(parent: &Group, name: &str) -> hdf5::Result<()> {
    let group = parent.create_group(name)?;
    create_times(&group, "event", TABLE_CHUNK)?;
    create_times(&group, "time", TABLE_CHUNK)?;
    create_column::<u64>(&group, "delivered", TABLE_CHUNK)
}

/// The open datasets of a trigger.
#[derive(Debug)]
pub(super) struct Detections {
    event: Times,
    told: Times,
}

impl Detections {
    /// Opens those of `/detections/NAME`.
    pub(super) fn open(group: &Group) -> hdf5::Result<Self> {
        Ok(Self {
            event: Times::open(group, "event")?,
            told: Times::open(group, "told")?,
        })
    }

    pub(super) fn append(&mut self, detected: &Detected) -> hdf5::Result<()> {
        self.event.append(&[detected.event])?;
        self.told.append(&[detected.told])
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let Self { event, told } = self;
        event.columns().into_iter().chain(told.columns())
    }
}

/// The open datasets of a stimulus.
#[derive(Debug)]
pub(super) struct Pulses {
    event: Times,
    time: Times,
    delivered: Column,
}

impl Pulses {
    /// Opens those of `/pulses/NAME`.
    pub(super) fn open(group: &Group) -> hdf5::Result<Self> {
        Ok(Self {
            event: Times::open(group, "event")?,
            time: Times::open(group, "time")?,
            delivered: Column::open(group, "delivered")?,
        })
    }

    pub(super) fn append(&mut self, pulse: &Pulsed) -> hdf5::Result<()> {
        self.event.append(&[pulse.event])?;
        self.time.append(&[pulse.time])?;
        self.delivered.append(&[u64::from(pulse.is_delivered)])
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let Self {
            event,
            time,
            delivered,
        } = self;
        let times = event.columns().into_iter().chain(time.columns());
        times.chain([delivered])
    }
}
