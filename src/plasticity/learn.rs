//! What an engine sees of synapses that learn.

use std::ops::Range;

use crate::base::parameter::{ParameterError, Values};
use crate::base::time::{Duration, Time};
use crate::plasticity::modulation::Turn;

/// A state of learning synapses that cannot be kept, or that does not belong to these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("learning synapses: {0}")]
pub struct StateError(pub String);

/// A synapse as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// The neuron that it comes from, in its population.
    pub source: u32,
    /// The neuron that it leads to, in its group.
    pub target: u32,
    /// From a spike to its arrival at the soma.
    pub delay: Duration,
    /// How much of that is from the synapse to the soma.
    pub dendritic: Duration,
    /// Its weight.
    pub weight: f64,
}

/// Synapses that go and that come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// Numbers of those that go, in the order of [`Learn::look`], ascending.
    pub removed: Vec<u32>,
    /// Those that come, with targets in the group, by source, then target.
    pub added: Vec<Synapse>,
}

/// What is asked for ahead of an arrival: each comes by what the one before it has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// Where the rows of this source are listed.
    Place(u32),
    /// Their list.
    List(u32),
    /// Where this row lies, and what it remembers.
    Row(u32),
    /// Its synapses.
    Synapses(u32),
    /// What the first of its targets have done.
    Targets(u32),
}

/// Sparse synapses of one projection onto one group that learn, in rows by source and delay.
///
/// An instant goes: [`arrive`](Self::arrive) for every row that arrives, in the order of sources, then
/// [`fire`](Self::fire) once. Instants ascend.
pub trait Learn: Send + Sync {
    /// Delays from a spike to its arrival at the soma, ascending; those that differ in their dendritic part stand there
    /// each.
    fn delays(&self) -> &[Duration];

    /// Numbers of the rows of `source`, by ascending delay.
    fn rows_of(&self, source: u32) -> Range<u32>;

    /// Which of the [`delays`](Self::delays) a row has.
    fn delay_of(&self, row: u32) -> u16;

    /// Rows in all.
    fn n_rows(&self) -> usize;

    /// Asks memory for what is needed soon; changes nothing.
    fn fetch(&self, ahead: Ahead);

    /// A row arrives at `t`: its targets, and what each synapse adds, which is its weight before this arrival changes it.
    fn arrive(&mut self, t: Time, row: u32) -> (&[u16], &[f32]);

    /// `targets` of the group, ascending, fired at `t`, when all that arrives then had arrived.
    fn fire(&mut self, t: Time, targets: &[u32]);

    /// The teacher of `target` spikes so that its synapses are to see it as if that had fired at `t`, which lies ahead of all
    /// that has happened.
    fn teach(&mut self, t: Time, target: u32);

    /// Switches learning on or off from `t` on; traces go on as they are.
    fn set_learning(&mut self, t: Time, on: bool);

    /// Goes on under the rule with other values from `t` on, to which there is no [obstacle](crate::plasticity::Rule::obstacle): what
    /// reaches synapses before that instant is learnt under the old ones. Where spikes of a target are taken together, those
    /// on their way back through a dendrite have what they were given when they were fired.
    ///
    /// # Errors
    /// If the values are missing or out of range; then nothing has changed.
    fn set_rule(&mut self, t: Time, values: &Values) -> Result<(), ParameterError>;

    /// Lets `turn` happen to the modulator, if there is one, at `t`, now or later, but not before any other: events up to
    /// that instant do not see it yet.
    fn modulate(&mut self, t: Time, turn: Turn);

    /// Forgets past spikes after `now`, and begins anew at `t`; weights stay.
    fn reset(&mut self, now: Time, t: Time);

    /// Lets every synapse catch up with what reaches it before `t`, if that changes no bit of what comes: then looking at weights
    /// costs nothing that arrivals would not.
    fn settle(&mut self, t: Time);

    /// Number of sources.
    fn n_source(&self) -> usize;

    /// Number of synapses of `source`.
    fn n_from(&self, source: u32) -> usize;

    /// Shows every synapse of `sources` as it stands right before `t`, row by row.
    fn look_from(&self, t: Time, sources: Range<u32>, see: &mut dyn FnMut(Synapse));

    /// Shows every synapse as it stands right before `t`, row by row.
    fn look(&self, t: Time, see: &mut dyn FnMut(Synapse)) {
        self.look_from(t, 0..self.n_source() as u32, see);
    }

    /// Shows when a spike last came through each synapse, or when it came itself or all began anew, whichever was last, in the order
    /// of [`look`](Self::look).
    fn look_for_use(&self, see: &mut dyn FnMut(Time));

    /// Appends the weights as they stand right before `t`, in the order of [`look`](Self::look).
    fn weights(&self, t: Time, into: &mut Vec<f32>);

    /// What weights may be.
    fn bounds(&self) -> (f64, f64);

    /// Whether a weight, as it was when its row last arrived, is above `limit` without sign, or no number.
    fn is_beyond(&self, limit: f64) -> bool;

    /// Gives synapses other weights within [`bounds`](Self::bounds), in the order of [`look`](Self::look), from `t` on;
    /// those that they have change nothing, to the bit.
    fn set_weights(&mut self, t: Time, weights: &mut dyn Iterator<Item = f64>);

    /// Lets synapses go and come at `t`; the others keep all that they remember, and those that come have one of the
    /// [`delays`](Self::delays). Spikes under way find rows as they are when they arrive. Where all have one delay each source has
    /// its row; where delays differ rows have other numbers afterwards.
    fn rewire(&mut self, t: Time, change: &Change);

    /// Before anything has happened: gives each target what it has of its own of the rule's parameters.
    fn set_own(&mut self, own: Vec<f64>);

    /// Before anything has happened: synapses will come, with any of the [`delays`](Self::delays).
    fn expect_rewiring(&mut self);

    /// Whether each spike is to [depart](Self::depart): rows to come, whose delays differ, must know what has passed.
    fn is_growing(&self) -> bool;

    /// `source` spiked at `t`, in order of time.
    fn depart(&mut self, t: Time, source: u32);

    /// Spikes that may be under way, when they departed and from which source, in that order.
    fn under_way(&self) -> Vec<(Time, u32)>;

    /// Number of synapses.
    fn n_synapses(&self) -> usize;

    /// Bytes held, indices and traces included.
    fn bytes(&self) -> usize;

    /// A hash of who is connected with whom after what delay.
    fn hash(&self) -> u64;

    /// All that changes.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, StateError>;

    /// Goes on from what [`save`](Self::save) gave.
    ///
    /// # Errors
    /// If it is the state of other synapses.
    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError>;
}

/// All-to-all synapses of one projection onto one group that learn; the weights themselves, by source, are kept by
/// whoever calls.
///
/// An instant goes: [`come_to`](Self::come_to), [`catch_up`](Self::catch_up) for a row that arrives, its weights are added to the targets, then
/// [`arrive`](Self::arrive); [`fire`](Self::fire) once at the end. Instants ascend.
pub trait LearnMatrix: Send + Sync {
    /// As [`Learn::set_own`].
    fn set_own(&mut self, own: Vec<f64>);

    /// Comes to the instant `t`; `weights` are those of all rows.
    fn come_to(&mut self, t: Time, weights: &mut [f32]);

    /// Lets the row of source `i` catch up with what reaches it before `t`.
    fn catch_up(&mut self, t: Time, i: usize, row: &mut [f32]);

    /// The row of source `i`, which has caught up, arrives at `t`.
    fn arrive(&mut self, t: Time, i: usize, row: &mut [f32]);

    /// `targets`, ascending, fired at `t`; `weights` are those of all rows.
    fn fire(&mut self, t: Time, targets: &[u32], weights: &mut [f32]);

    /// As [`Learn::teach`].
    fn teach(&mut self, t: Time, target: u32);

    /// Lets all rows catch up with what reaches them before `t`.
    fn settle(&mut self, t: Time, weights: &mut [f32]);

    /// Switches learning on or off from `t` on; traces go on as they are.
    fn set_learning(&mut self, t: Time, on: bool, weights: &mut [f32]);

    /// As [`Learn::set_rule`].
    ///
    /// # Errors
    /// As [`Learn::set_rule`].
    fn set_rule(
        &mut self,
        t: Time,
        values: &Values,
        weights: &mut [f32],
    ) -> Result<(), ParameterError>;

    /// As [`Learn::modulate`].
    fn modulate(&mut self, t: Time, turn: Turn);

    /// What weights may be.
    fn bounds(&self) -> (f64, f64);

    /// The weights right before `t`, given those that are kept.
    fn look(&self, t: Time, weights: &[f32]) -> Vec<f32>;

    /// Forgets past spikes after `now`, and begins anew at `t`; weights stay.
    fn reset(&mut self, now: Time, t: Time, weights: &mut [f32]);

    /// Bytes held.
    fn bytes(&self) -> usize;

    /// All that changes but for the weights.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, StateError>;

    /// Goes on from what [`save`](Self::save) gave.
    ///
    /// # Errors
    /// If it is the state of other synapses.
    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError>;
}
