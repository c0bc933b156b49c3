//! Sparse synapses onto a group, static or learning.

use crate::base::alteration::Alteration;
use crate::base::stream::mix;
use crate::base::time::{Duration, Time};
use crate::base::vector::prefetch;
use crate::engine::lane::arrival::Arrival;
use crate::engine::lane::carried::Carried;
use crate::neuron::RowWeights;
use crate::plasticity::Learn;
use crate::plasticity::learn::Ahead;
use crate::synapse::rows::{Row, Rows};
use crate::synapse::short_term::{ShortTerm, ShortTermRows};

/// Synapses from one population onto one group.
pub struct Block {
    /// Index of the source population.
    pub source: usize,
    /// Index of the group.
    pub group: usize,
    /// The synapses.
    pub synapses: Synapses,
    /// How much of their weight they pass on, if it depends on use.
    pub short_term: Option<ShortTermRows>,
    /// Index of the projection among the network's sparse ones, if they are of one alone.
    pub projection: Option<usize>,
    /// How many times their weight synapses that learn pass on.
    gain: f64,
    /// What the row at hand passes on.
    passed: Vec<f32>,
}

/// Synapses of a block.
pub enum Synapses {
    /// Those of all static projections from the population.
    Static(Rows),
    /// Those of one projection, which learn.
    Learning {
        /// Index of the projection among the network's sparse ones.
        projection: usize,
        /// The synapses. A row in a [`Row`] is from its number to the next.
        learn: Box<dyn Learn>,
    },
}

/// What is asked for ahead of a spike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetched {
    /// Where its rows are listed.
    Place,
    /// Their list.
    List,
    /// The beginning of all of them, where they are read at once.
    Rows,
}

impl Block {
    /// `synapses` from a population onto a group, both by index, which may depress or facilitate and may be those of one
    /// projection.
    pub fn new(
        source: usize,
        group: usize,
        synapses: Synapses,
        short_term: Option<ShortTerm>,
        projection: Option<usize>,
    ) -> Self {
        let n_rows = match &synapses {
            Synapses::Static(rows) => rows.n_rows(),
            Synapses::Learning { learn, .. } => learn.n_rows(),
        };
        Self {
            source,
            group,
            synapses,
            short_term: short_term.map(|model| ShortTermRows::new(model, n_rows)),
            projection,
            gain: 1.0,
            passed: Vec::new(),
        }
    }

    /// Lets synapses pass on what `alteration` makes of their weights; those that learn keep their weights and pass on so
    /// many times as much.
    pub(in crate::engine) fn alter(&mut self, alteration: Alteration) {
        match &mut self.synapses {
            Synapses::Static(rows) => rows.alter(alteration),
            Synapses::Learning { .. } => self.gain = alteration.factor,
        }
    }

    /// Distinct delays, ascending.
    pub fn delays(&self) -> &[Duration] {
        match &self.synapses {
            Synapses::Static(rows) => rows.delays(),
            Synapses::Learning { learn, .. } => learn.delays(),
        }
    }

    /// Number of synapses.
    pub fn n_synapses(&self) -> usize {
        match &self.synapses {
            Synapses::Static(rows) => rows.n_synapses(),
            Synapses::Learning { learn, .. } => learn.n_synapses(),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let used = self.short_term.as_ref().map_or(0, ShortTermRows::bytes);
        used + match &self.synapses {
            Synapses::Static(rows) => rows.bytes(),
            Synapses::Learning { learn, .. } => learn.bytes(),
        }
    }

    /// A hash of all that does not change.
    pub(in crate::engine) fn hash(&self) -> u64 {
        let hash = match &self.synapses {
            Synapses::Static(rows) => rows.hash(),
            Synapses::Learning { learn, .. } => learn.hash(),
        };
        match &self.short_term {
            None => hash,
            Some(rows) => mix(hash ^ rows.hash()),
        }
    }

    /// Numbers below which rows end.
    pub(in crate::engine) fn reach(&self) -> u64 {
        match &self.synapses {
            Synapses::Static(rows) => rows.n_synapses() as u64,
            Synapses::Learning { learn, .. } => learn.n_rows() as u64,
        }
    }

    /// Whether synapses may come with several delays.
    pub(super) fn is_growing(&self) -> bool {
        matches!(&self.synapses, Synapses::Learning { learn, .. } if learn.is_growing())
    }

    /// The synapses, if they learn.
    pub(in crate::engine) fn learning(&mut self) -> Option<&mut dyn Learn> {
        match &mut self.synapses {
            Synapses::Static(_) => None,
            Synapses::Learning { learn, .. } => Some(learn.as_mut()),
        }
    }

    /// Shows every row of `source` that is not empty.
    #[inline]
    pub(super) fn rows_of(&self, source: u32, mut see: impl FnMut(Row)) {
        match &self.synapses {
            Synapses::Static(rows) => rows.each_of(source, see),
            Synapses::Learning { learn, .. } => {
                for start in learn.rows_of(source) {
                    let (delay, end) = (learn.delay_of(start), start + 1);
                    see(Row { delay, start, end });
                }
            }
        }
    }

    /// Asks for what the rows of `source` are found by, one memory access after the other.
    #[inline]
    pub(super) fn fetch_rows(&self, source: u32, what: Fetched) {
        match (&self.synapses, what) {
            (Synapses::Static(rows), Fetched::Place) => rows.fetch(source, false),
            (Synapses::Static(rows), Fetched::List) => rows.fetch(source, true),
            (Synapses::Static(rows), Fetched::Rows) => {
                if self.carries().is_some() {
                    rows.fetch_all(source);
                }
            }
            (Synapses::Learning { learn, .. }, Fetched::Place) => learn.fetch(Ahead::Place(source)),
            (Synapses::Learning { learn, .. }, Fetched::List) => learn.fetch(Ahead::List(source)),
            (Synapses::Learning { .. }, Fetched::Rows) => {}
        }
    }

    /// Its rows, if they may travel with their spikes: there are several of a source, and they are as they lie.
    #[inline]
    pub(super) fn carries(&self) -> Option<&Rows> {
        match &self.synapses {
            Synapses::Static(rows) if self.short_term.is_none() && rows.delays().len() > 1 => {
                Some(rows)
            }
            _ => None,
        }
    }

    /// Hands a row that arrives at `t`, among those that are `carried`, to `receive`: targets, and what each gets.
    #[inline]
    pub(super) fn arrive<R>(
        &mut self,
        t: Time,
        arrival: &Arrival,
        carried: &Carried,
        receive: impl FnOnce(&[u16], RowWeights<'_>) -> R,
    ) -> R {
        if let Synapses::Static(rows) = &self.synapses
            && let Some((targets, weights)) = carried.row(arrival, rows)
        {
            return receive(targets, weights);
        }
        self.deliver(t, arrival.start, arrival.end, receive)
    }

    /// Hands a row that arrives at `t` to `receive`: targets, and what each gets.
    #[inline]
    pub(super) fn deliver<R>(
        &mut self,
        t: Time,
        start: u32,
        end: u32,
        receive: impl FnOnce(&[u16], RowWeights<'_>) -> R,
    ) -> R {
        if self.short_term.is_some() {
            let (targets, weights) = self.share(t, start, end);
            return receive(targets, weights);
        }
        match &mut self.synapses {
            Synapses::Static(rows) => {
                let (targets, weights) = rows.span(start, end);
                receive(targets, weights)
            }
            Synapses::Learning { learn, .. } => {
                let (targets, weights) = learn.arrive(t, start);
                let mut weights = RowWeights::Each(weights);
                if self.gain != 1.0 {
                    weights = weights.times(self.gain, &mut self.passed);
                }
                receive(targets, weights)
            }
        }
    }

    /// The same of synapses that depress or facilitate: out of the way of the others.
    #[cold]
    fn share(&mut self, t: Time, start: u32, end: u32) -> (&[u16], RowWeights<'_>) {
        let (targets, weights, row) = match &mut self.synapses {
            Synapses::Static(rows) => {
                let row = rows.number_at(start);
                let (targets, weights) = rows.span(start, end);
                (targets, weights, row)
            }
            Synapses::Learning { learn, .. } => {
                let (targets, weights) = learn.arrive(t, start);
                (targets, RowWeights::Each(weights), start as usize)
            }
        };
        match &mut self.short_term {
            None => (targets, weights),
            Some(used) => {
                let share = self.gain * used.arrive(t, row);
                (targets, weights.times(share, &mut self.passed))
            }
        }
    }

    /// Asks for what comes after where a row that learns lies.
    #[inline]
    pub(super) fn fetch_learning(&self, ahead: Ahead) {
        if let Synapses::Learning { learn, .. } = &self.synapses {
            learn.fetch(ahead);
        }
    }

    /// Asks for the first lines of a row, or for where it lies if it learns.
    #[inline]
    pub(super) fn fetch(&self, start: u32, end: u32) {
        let rows = match &self.synapses {
            Synapses::Static(rows) => rows,
            Synapses::Learning { learn, .. } => return learn.fetch(Ahead::Row(start)),
        };
        let (targets, weights) = rows.span(start, end);
        prefetch(targets);
        match weights {
            RowWeights::One(_) => {}
            RowWeights::Listed { numbers, .. } => prefetch(numbers),
            RowWeights::Each(weights) => prefetch(weights),
        }
    }
}
