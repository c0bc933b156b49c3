//! What arrivals and events of noise add, as the clock says.

use super::LifExp;
use super::clock::{Grown, Sign};
use super::kernel::{Segment, Units};
use crate::base::time::Time;

impl LifExp {
    /// What a unit weight adds at the instant last advanced to.
    pub(super) fn units(&mut self) -> Units {
        if let Some(known) = self.instant.units {
            return known;
        }
        let x = self.since_origin(self.state.now);
        let expected = self.expected.at(self.state.now, self.state.origin);
        let unit = |sign| {
            let grown = expected.map(|[ex, inh]| match sign {
                Sign::Excitatory => ex,
                Sign::Inhibitory => inh,
            });
            let Grown { growth, psi } =
                grown.unwrap_or_else(|| Grown::at(x, &self.derived.rates, sign));
            let g = self.derived.unit * growth;
            (g, g * psi)
        };
        let (ex, before) = unit(Sign::Excitatory);
        let at_end = (ex * self.derived.psi_end - before) * self.derived.step.m;
        let (inh, gathered) = if self.derived.rates.ex == self.derived.rates.inh {
            (ex, before)
        } else {
            unit(Sign::Inhibitory)
        };
        let known = Units {
            excitatory: [-before, ex, 0.0, -at_end],
            inhibitory: [-gathered, 0.0, inh, 0.0],
        };
        self.instant.units = Some(known);
        known
    }

    /// How events that grow from `start` on are to be taken.
    pub(super) fn segment(&mut self, start: Time, sign: Sign) -> Segment {
        let key = (start, self.state.origin, sign);
        if let Some((known, segment)) = self.segment
            && known == key
        {
            return segment;
        }
        let x = self.since_origin(start);
        let (Grown { growth, psi }, ratio) = Grown::with_ratio(x, &self.derived.rates, sign);
        let segment = Segment {
            unit: self.derived.unit * growth,
            psi,
            ratio,
            psi_end: self.derived.psi_end,
            decay_end: self.derived.step.m,
        };
        self.segment = Some((key, segment));
        segment
    }
}
