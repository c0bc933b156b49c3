//! The loops over synapses: what a simulation spends its time in.
//!
//! Dense rows are compiled for every vector width. Sparse rows address their targets by 16 bits in a block.

use crate::base::vector::vectorized;
use crate::neuron::cells::Block;

vectorized! {
    /// Adds `scale · row[j]` to each `u[j]` and tells whether any reached `threshold`.
    pub(super) fn add_row(u: &mut [f64], row: &[f32], scale: f64, threshold: f64) -> bool {
        let mut any = false;
        for (u, &w) in u.iter_mut().zip(row) {
            *u += f64::from(w) * scale;
            any |= *u >= threshold;
        }
        any
    }
}

vectorized! {
    /// As [`add_row`] four times: the same sums in the same order, with u read and written once.
    pub(super) fn add_four_rows(u: &mut [f64], rows: [&[f32]; 4], scale: f64, threshold: f64) -> bool {
        let n = u.len();
        let [a, b, c, d] = rows.map(|row| &row[..n]);
        let mut any = false;
        for j in 0..n {
            let mut sum = u[j];
            sum += f64::from(a[j]) * scale;
            sum += f64::from(b[j]) * scale;
            sum += f64::from(c[j]) * scale;
            sum += f64::from(d[j]) * scale;
            u[j] = sum;
            any |= sum >= threshold;
        }
        any
    }
}

/// Adds `amount` to each target; those at or above `threshold` become candidates. A target may stand in the row more
/// than once.
pub(super) fn add_to_targets(
    u: &mut Block<1>,
    targets: &[u16],
    amount: f64,
    threshold: f64,
    candidates: &mut Vec<u16>,
) {
    if amount <= 0.0 {
        for &j in targets {
            u[usize::from(j)][0] += amount;
        }
        return;
    }
    let (fours, rest) = targets.as_chunks::<4>();
    for four in fours {
        let mut highest = f64::NEG_INFINITY;
        for &j in four {
            let sum = u[usize::from(j)][0] + amount;
            u[usize::from(j)][0] = sum;
            highest = if sum > highest { sum } else { highest };
        }
        if highest >= threshold {
            candidates.extend_from_slice(four);
        }
    }
    for &j in rest {
        u[usize::from(j)][0] += amount;
        if u[usize::from(j)][0] >= threshold {
            candidates.push(j);
        }
    }
}

/// As [`add_to_targets`] with a weight per synapse.
#[inline(always)]
pub(super) fn add_weights_to_targets(
    u: &mut Block<1>,
    targets: &[u16],
    weights: impl Iterator<Item = f64>,
    scale: f64,
    threshold: f64,
    candidates: &mut Vec<u16>,
) {
    for (&j, w) in targets.iter().zip(weights) {
        let sum = u[usize::from(j)][0] + w * scale;
        u[usize::from(j)][0] = sum;
        if sum >= threshold {
            candidates.push(j);
        }
    }
}

/// Adds `growth[k] · amount` to target k in order, up to and including the first that reaches
/// `growth[k] · growing + fixed`; its index, if there is one.
pub(super) fn add_events(
    u: &mut Block<1>,
    targets: &[u16],
    growth: &[f64],
    amount: f64,
    growing: f64,
    fixed: f64,
) -> Option<usize> {
    for (k, (&j, &g)) in targets.iter().zip(growth).enumerate() {
        let sum = u[usize::from(j)][0] + g * amount;
        u[usize::from(j)][0] = sum;
        if sum >= g * growing + fixed {
            return Some(k);
        }
    }
    None
}

/// As [`add_events`] with an amount for each event.
pub(super) fn add_each_event(
    u: &mut Block<1>,
    targets: &[u16],
    growth: &[f64],
    amount: impl Fn(usize) -> f64,
    growing: f64,
    fixed: f64,
) -> Option<usize> {
    for (k, (&j, &g)) in targets.iter().zip(growth).enumerate() {
        let sum = u[usize::from(j)][0] + g * amount(k);
        u[usize::from(j)][0] = sum;
        if sum >= g * growing + fixed {
            return Some(k);
        }
    }
    None
}

vectorized! {
    /// Adds `amount · sums[j]` to each u that stays below `bar` with it, and appends the others to `apart`, of which the first
    /// is number `first`.
    pub(super) fn add_below(u: &mut [f64], sums: &[f64], amount: f64, bar: f64, first: usize, apart: &mut Vec<u16>) {
        // Few of so many reach the bar; more would seldom have none that does.
        const CHUNK: usize = 8;
        let (chunks, rest) = u.as_chunks_mut::<CHUNK>();
        let (of_chunks, of_rest) = sums.as_chunks::<CHUNK>();
        let mut at = first;
        for (u, sums) in chunks.iter_mut().zip(of_chunks) {
            let mut with = [0.0; CHUNK];
            let mut any = false;
            for k in 0..CHUNK {
                with[k] = u[k] + sums[k] * amount;
                any |= with[k] >= bar;
            }
            if any {
                for k in 0..CHUNK {
                    if with[k] < bar {
                        u[k] = with[k];
                    } else {
                        apart.push((at + k) as u16);
                    }
                }
            } else {
                *u = with;
            }
            at += CHUNK;
        }
        for (j, (u, sum)) in (at..).zip(rest.iter_mut().zip(of_rest)) {
            let with = *u + sum * amount;
            if with < bar {
                *u = with;
            } else {
                apart.push(j as u16);
            }
        }
    }
}

/// Appends the indices of all values at or above `bound`, which are few.
pub(super) fn find_at_or_above(u: &[f64], bound: f64, found: &mut Vec<u32>) {
    // As many as a test of eight vectors of the widest kind: most chunks hold none.
    const CHUNK: usize = 64;
    for (k, chunk) in u.chunks(CHUNK).enumerate() {
        if any_at_or_above(chunk, bound) {
            let first = (k * CHUNK) as u32;
            found.extend(
                (first..)
                    .zip(chunk)
                    .filter(|(_, u)| **u >= bound)
                    .map(|(j, _)| j),
            );
        }
    }
}

vectorized! {
    fn any_at_or_above(u: &[f64], bound: f64) -> bool {
        let mut any = false;
        for &u in u {
            any |= u >= bound;
        }
        any
    }
}
