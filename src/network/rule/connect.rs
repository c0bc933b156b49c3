//! From a plan to the synapses of one lane, in two passes over the same draws: count, then fill.

use crate::network::rule::{Block, Plan, RuleError};
use crate::synapse::sparse::{Index, Sparse};

impl Plan {
    /// The synapses onto the neurons of one lane. Together the lanes' synapses are the projection's graph, which does
    /// not depend on the division.
    ///
    /// Within a row, synapses are in a fixed order: by target under rules that draw for targets.
    ///
    /// # Errors
    /// As [`Plan::check`], and if the lane is too large for `I` or for 32-bit offsets.
    pub fn connect<I: Index>(&self, lane: &[Block]) -> Result<Sparse<I>, RuleError> {
        self.check()?;
        let _ = lane;
        todo!()
    }
}
