//! The loops over synapses, as those of [`lif`](crate::neuron::lif), on two numbers per neuron.
//!
//! Both lie side by side: a delivery touches one cache line.

use crate::base::function::lasting;
use crate::base::vector::vectorized;
use crate::neuron::cells::Block;

/// [U, W] of a neuron.
pub(super) type Cell = [f64; 2];

/// What U − gathered · W must reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar {
    /// What the membrane has gathered of the adaptation by then.
    pub(super) gathered: f64,
    /// Threshold there, in units of U.
    pub(super) height: f64,
}

impl Bar {
    /// Nothing reaches it.
    pub(super) const NEVER: Self = Self {
        gathered: 0.0,
        height: f64::INFINITY,
    };

    /// How far a neuron is above it.
    #[inline(always)]
    pub(super) fn excess(self, [u, w]: Cell) -> f64 {
        u - self.gathered * w - self.height
    }
}

vectorized! {
    /// Adds `scale · row[j]` to each U and tells whether any neuron is above a bar.
    pub(super) fn add_row(cells: &mut [Cell], row: &[f32], scale: f64, bars: [Bar; 2]) -> bool {
        let mut any = false;
        for (cell, &w) in cells.iter_mut().zip(row) {
            cell[0] += f64::from(w) * scale;
            any |= bars[0].excess(*cell) >= 0.0 || bars[1].excess(*cell) >= 0.0;
        }
        any
    }
}

/// Adds `amount` to each target; those with an `excess` become candidates. A target may stand in the row more than once.
#[inline(always)]
pub(super) fn add_to_targets(
    cells: &mut Block<2>,
    targets: &[u16],
    amount: f64,
    excess: impl Fn(Cell) -> f64,
    candidates: &mut Vec<u16>,
) {
    if amount <= 0.0 {
        for &j in targets {
            cells[usize::from(j)][0] += amount;
        }
        return;
    }
    let (fours, rest) = targets.as_chunks::<4>();
    for four in fours {
        let mut highest = f64::NEG_INFINITY;
        for &j in four {
            let cell = &mut cells[usize::from(j)];
            cell[0] += amount;
            let above = excess(*cell);
            highest = if above > highest { above } else { highest };
        }
        if highest >= 0.0 {
            candidates.extend_from_slice(four);
        }
    }
    for &j in rest {
        let cell = &mut cells[usize::from(j)];
        cell[0] += amount;
        if excess(*cell) >= 0.0 {
            candidates.push(j);
        }
    }
}

/// As [`add_to_targets`] with a weight per synapse.
#[inline(always)]
pub(super) fn add_weights_to_targets(
    cells: &mut Block<2>,
    targets: &[u16],
    weights: impl Iterator<Item = f64>,
    scale: f64,
    excess: impl Fn(Cell) -> f64,
    candidates: &mut Vec<u16>,
) {
    for (&j, w) in targets.iter().zip(weights) {
        let cell = &mut cells[usize::from(j)];
        cell[0] += w * scale;
        if excess(*cell) >= 0.0 {
            candidates.push(j);
        }
    }
}

/// Adds `growth[k] · amount(k)` to target k in order, up to and including the first of which `reaches` holds; its index,
/// if there is one.
#[inline(always)]
pub(super) fn add_events(
    cells: &mut Block<2>,
    targets: &[u16],
    growth: &[f64],
    amount: impl Fn(usize) -> f64,
    reaches: impl Fn(usize, f64, Cell) -> bool,
) -> Option<usize> {
    for (k, (&j, &g)) in targets.iter().zip(growth).enumerate() {
        let cell = &mut cells[usize::from(j)];
        cell[0] += g * amount(k);
        if reaches(k, g, *cell) {
            return Some(k);
        }
    }
    None
}

/// Appends the indices of all neurons above a bar, which are few.
pub(super) fn find_above(cells: &[Cell], bars: [Bar; 2], found: &mut Vec<u32>) {
    // Most chunks hold none.
    const CHUNK: usize = 64;
    for (k, chunk) in cells.chunks(CHUNK).enumerate() {
        if any_above(chunk, bars) {
            let above = |cell: &Cell| bars.iter().any(|bar| bar.excess(*cell) >= 0.0);
            let first = (k * CHUNK) as u32;
            let numbered = (first..).zip(chunk);
            found.extend(numbered.filter(|(_, cell)| above(cell)).map(|(j, _)| j));
        }
    }
}

vectorized! {
    fn any_above(cells: &[Cell], bars: [Bar; 2]) -> bool {
        let mut any = false;
        for cell in cells {
            any |= (bars[0].excess(*cell) >= 0.0) | (bars[1].excess(*cell) >= 0.0);
        }
        any
    }
}

vectorized! {
    /// Moves the clock's origin by a step: `gathered` in it, and what U and W are multiplied by. Tells whether anything
    /// is left of either.
    pub(super) fn rebase(cells: &mut [Cell], gathered: f64, membrane: f64, adaptation: f64) -> bool {
        let mut left = false;
        for cell in cells {
            let [u, w] = *cell;
            let moved = (u - w * gathered) * membrane;
            let faded = w * adaptation;
            // A refractory neuron stays at −∞.
            let (u, w) = (lasting(moved), lasting(faded));
            left |= (u != 0.0) & (u > f64::NEG_INFINITY) | (w != 0.0);
            *cell = [u, w];
        }
        left
    }
}
