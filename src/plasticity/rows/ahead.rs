//! What memory is asked for before a row arrives.
//!
//! Short rows are done before memory answers, and all that one needs lies scattered: where it lies, what it remembers, its
//! synapses, and what each of their targets has done. Each is found by the one before.

use super::PlasticRows;
use crate::base::vector::prefetch;
use crate::plasticity::history::AHEAD;
use crate::plasticity::learn::Ahead;
use crate::plasticity::rule::{PlasticityRule, Stored};
use crate::synapse::layout::Row;

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    #[inline]
    pub(super) fn fetch_ahead(&self, ahead: Ahead) {
        match ahead {
            Ahead::Place(source) => self.layout.fetch_first(source),
            Ahead::List(source) => self.layout.fetch_list(source),
            Ahead::Row(row) => {
                let row = row as usize;
                self.layout.fetch_row(row);
                prefetch(&self.pre[row..=row]);
            }
            Ahead::Synapses(row) => {
                let Row { start, end, .. } = self.layout.row(row as usize);
                let span = start as usize..end as usize;
                prefetch(&self.targets[span.clone()]);
                prefetch(&self.strengths[span.clone()]);
                prefetch(&self.states[span]);
            }
            // What has stopped to learn looks at no spikes.
            Ahead::Targets(_) if !self.learning => {}
            // Later ones are asked for on the way through the row.
            Ahead::Targets(row) => {
                let Row { start, end, .. } = self.layout.row(row as usize);
                let targets = &self.targets[start as usize..end as usize];
                for &target in targets.iter().take(AHEAD) {
                    self.history.fetch(target.into());
                }
            }
        }
    }
}
