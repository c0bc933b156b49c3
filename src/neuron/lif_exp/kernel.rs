//! The loops over synapses, events and neurons: what a simulation spends its time in.
//!
//! A neuron is one vector of four numbers, so that an arrival is one vector addition.

use crate::base::vector::vectorized;
use crate::neuron::cells::Block;
use crate::neuron::lif_exp::clock::{Grown, Sign};
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::{Bin, EventWeights, Events};

/// A neuron: u, g_ex, g_in, and the budget, by which the bound on v within the horizon lies below the threshold. The
/// budget is ∞ while it is refractory; u then means nothing.
pub(super) type Cell = [f64; 4];

/// Budget's place in a cell.
pub(super) const BUDGET: usize = 3;

/// What a unit weight adds to a cell, for either sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    pub(super) excitatory: Cell,
    pub(super) inhibitory: Cell,
}

#[inline(always)]
fn plus(a: Cell, b: Cell) -> Cell {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

#[inline(always)]
fn times(a: Cell, b: f64) -> Cell {
    a.map(|a| a * b)
}

vectorized! {
    /// Adds `amount` to each target; those whose budget is below 0 become candidates. A target may stand in the row more
    /// than once.
    pub(super) fn add_to_targets(block: &mut Block<4>, targets: &[u16], amount: Cell, candidates: &mut Vec<u32>) {
        let (fours, rest) = targets.as_chunks::<4>();
        for four in fours {
            // A budget is never −0: none is set so, and a sum is so only if both terms are.
            let mut signs = [0_u64; 4];
            for &j in four {
                let cell = &mut block[usize::from(j)];
                *cell = plus(*cell, amount);
                for (sign, value) in signs.iter_mut().zip(cell) {
                    *sign |= value.to_bits();
                }
            }
            if (signs[BUDGET] as i64) < 0 {
                candidates.extend(four.iter().map(|&j| u32::from(j)));
            }
        }
        for &j in rest {
            let cell = &mut block[usize::from(j)];
            *cell = plus(*cell, amount);
            if cell[BUDGET] < 0.0 {
                candidates.push(u32::from(j));
            }
        }
    }
}

vectorized! {
    /// As [`add_to_targets`] for arrivals that cannot bring a neuron closer to the threshold.
    pub(super) fn take_from_targets(block: &mut Block<4>, targets: &[u16], amount: Cell) {
        for &j in targets {
            let cell = &mut block[usize::from(j)];
            *cell = plus(*cell, amount);
        }
    }
}

vectorized! {
    /// As [`add_to_targets`] with a weight per synapse.
    pub(super) fn add_weights_to_targets(
        block: &mut Block<4>,
        targets: &[u16],
        weights: &[f32],
        units: &Units,
        candidates: &mut Vec<u32>,
    ) {
        let weights = weights.iter().map(|&weight| f64::from(weight));
        add_each_to_targets(block, targets, weights, units, candidates);
    }
}

vectorized! {
    /// As [`add_to_targets`] with one weight of a table for each synapse.
    pub(super) fn add_listed_to_targets(
        block: &mut Block<4>,
        targets: &[u16],
        table: &[f64],
        numbers: &[u16],
        units: &Units,
        candidates: &mut Vec<u32>,
    ) {
        let weights = numbers.iter().map(|&number| table[usize::from(number)]);
        add_each_to_targets(block, targets, weights, units, candidates);
    }
}

#[inline(always)]
fn add_each_to_targets(
    block: &mut Block<4>,
    targets: &[u16],
    weights: impl Iterator<Item = f64>,
    units: &Units,
    candidates: &mut Vec<u32>,
) {
    let units = [units.inhibitory, units.excitatory];
    for (&j, w) in targets.iter().zip(weights) {
        let unit = units[usize::from(w > 0.0)];
        let cell = &mut block[usize::from(j)];
        *cell = plus(*cell, times(unit, w));
        if cell[BUDGET] < 0.0 {
            candidates.push(u32::from(j));
        }
    }
}

/// How the amounts of a segment of events follow from what was drawn with them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    /// Current over c_m that a unit weight brings at the segment's start.
    pub(super) unit: f64,
    /// ψ at the segment's start.
    pub(super) psi: f64,
    /// Growth of ψ's own increments by then.
    pub(super) ratio: f64,
    /// ψ at the end of the horizon.
    pub(super) psi_end: f64,
    /// e^(−H/τ_m) of the horizon H.
    pub(super) decay_end: f64,
}

impl Segment {
    /// Of events that grow from `x` picoseconds after the origin on.
    pub(super) fn at(x: f64, derived: &Derived, sign: Sign) -> Self {
        let (Grown { growth, psi }, ratio) = Grown::with_ratio(x, &derived.rates, sign);
        Self {
            unit: derived.unit * growth,
            psi,
            ratio,
            psi_end: derived.psi_end,
            decay_end: derived.step.m,
        }
    }

    /// What excitatory events add to a cell, whose weights times what each has grown by add up to `grown`, and that times their
    /// own ψ to `gathered`.
    #[inline(always)]
    pub(super) fn amount(&self, grown: f64, gathered: f64) -> Cell {
        let g = self.unit * grown;
        let before = self.unit * (self.psi * grown + self.ratio * gathered);
        [
            -before,
            g,
            0.0,
            -(g * self.psi_end - before) * self.decay_end,
        ]
    }
}

vectorized! {
    /// Adds all of a bin of excitatory events to each of `cells`, but to those whose budget would be below 0: these are to get
    /// theirs in order.
    ///
    /// One cell after the other on every path: of eight at once, part by part, what moves between arrays takes more than is saved
    /// (a tenth of 4,000 neurons under 16 kHz each).
    pub(super) fn add_bin(cells: &mut [Cell], bin: &Bin<'_>, segment: &Segment, apart: &mut Vec<u16>) {
        let all = cells.iter_mut().zip(bin.sums).zip(bin.gathered);
        for (j, ((cell, &sum), &gathered)) in (bin.first..).zip(all) {
            let amount = segment.amount(bin.weight * sum, bin.weight * gathered);
            let with = plus(*cell, amount);
            if with[BUDGET] < 0.0 {
                apart.push(j as u16);
            } else {
                *cell = with;
            }
        }
    }
}

/// Adds each event to its target in order, up to and including the first that leaves a budget below 0; its index, if
/// there is one. All are of one sign.
pub(super) fn add_events(
    block: &mut Block<4>,
    events: &Events<'_>,
    sign: Sign,
    segment: &Segment,
) -> Option<usize> {
    let (targets, growth, psi) = (events.targets, events.growth, events.psi);
    match (events.weights, sign) {
        (EventWeights::One(weight), Sign::Excitatory) => {
            add_each::<true>(block, targets, growth, psi, |_| weight, segment)
        }
        (EventWeights::One(weight), Sign::Inhibitory) => {
            add_each::<false>(block, targets, growth, psi, |_| weight, segment)
        }
        (EventWeights::Class { class, weight }, Sign::Excitatory) => {
            let weight = |k: usize| weight[usize::from(class[k])];
            add_each::<true>(block, targets, growth, psi, weight, segment)
        }
        (EventWeights::Class { class, weight }, Sign::Inhibitory) => {
            let weight = |k: usize| weight[usize::from(class[k])];
            add_each::<false>(block, targets, growth, psi, weight, segment)
        }
    }
}

#[inline(always)]
fn add_each<const EXCITATORY: bool>(
    block: &mut Block<4>,
    targets: &[u16],
    growth: &[f64],
    psi: &[f64],
    weight: impl Fn(usize) -> f64,
    segment: &Segment,
) -> Option<usize> {
    for (k, ((&j, &growth), &psi)) in targets.iter().zip(growth).zip(psi).enumerate() {
        let g = weight(k) * segment.unit * growth;
        let before = g * (segment.psi + segment.ratio * psi);
        let cell = &mut block[usize::from(j)];
        cell[0] -= before;
        if EXCITATORY {
            cell[1] += g;
            cell[BUDGET] -= (g * segment.psi_end - before) * segment.decay_end;
            if cell[BUDGET] < 0.0 {
                return Some(k);
            }
        } else {
            cell[2] += g;
        }
    }
    None
}
