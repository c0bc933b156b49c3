//! Who fires: neurons that something has brought to the threshold, and those that noise by the bin cannot bring there.

use super::Lif;
use super::kernel::{add_below, find_at_or_above};
use crate::base::time::Duration;
use crate::neuron::Bin;
use crate::neuron::factored::State;
use crate::neuron::horizon::TICK;

/// Neurons that come so near to the threshold within a bin of noise, in its events, get it in order: what else arrives would
/// soon bring them there, and to take noise back costs more. From 0 to 3 Brunel's network takes the same time, with 5 a tenth
/// more.
const NEAR: f64 = 1.0;

impl Lif {
    /// See [`Neurons::fire`](crate::neuron::Neurons::fire).
    pub(super) fn let_fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            cells,
            now,
            scan,
            candidates,
            due,
            refractory,
            ..
        } = &mut self.state;
        let factor = self.factor;
        if !*scan && candidates.is_empty() && due.is_empty() {
            return;
        }
        let threshold = self.derived.threshold * factor;
        let t_ref = self.params.membrane.t_ref;
        let after = if t_ref == Duration::ZERO {
            self.derived.reset * factor
        } else {
            f64::NEG_INFINITY
        };
        let step = self.derived.step.map(|step| step * factor);
        let u = cells.all_mut().as_flattened_mut();
        let first = fired.len();
        // A crossing due at this instant is honoured even if an arrival of the same instant pulled v down. It may have
        // been foreseen more than once.
        due.sort_unstable();
        due.dedup();
        for j in due.drain(..) {
            match step {
                // The test of all finds it.
                Some(_) => {
                    u[j as usize] = u[j as usize].max(threshold);
                    *scan = true;
                }
                None => {
                    u[j as usize] = after;
                    fired.push(j);
                }
            }
        }
        let reset = |u: &mut f64| *u = step.map_or(after, |step| *u - step);
        let mut candidates = std::mem::take(candidates);
        if step.is_some() {
            candidates.sort_unstable();
            candidates.dedup();
        }
        let scanned = std::mem::take(scan);
        if scanned {
            let before = fired.len();
            find_at_or_above(u, threshold, fired);
            let found = fired[before..].iter();
            found.for_each(|&j| reset(&mut u[j as usize]));
        } else {
            // One that stands here twice has been reset when its turn comes again.
            for &j in &candidates {
                let u = &mut u[usize::from(j)];
                if *u >= threshold {
                    reset(u);
                    fired.push(j.into());
                }
            }
        }
        fired[first..].sort_unstable();
        refractory.hold(&fired[first..], *now, t_ref);
        if self.state.horizon.is_some() {
            let mut near = std::mem::take(&mut self.near);
            near.clear();
            near.extend(candidates.iter().map(|&j| u32::from(j)));
            near.extend_from_slice(&fired[first..]);
            if scanned {
                let u = self.state.cells.all().as_flattened();
                find_at_or_above(u, self.ahead, &mut near);
            }
            let now = self.state.now;
            for &j in &near {
                // What a spike has left above the threshold is no crossing of this instant.
                let [u] = self.state.cells.all()[j as usize];
                let earliest = if u >= threshold { now + TICK } else { now };
                self.predict(j, earliest);
            }
            self.near = near;
        }
        self.state.candidates = candidates;
        self.state.candidates.clear();
    }

    /// See [`Neurons::suspects`](crate::neuron::Neurons::suspects).
    pub(super) fn find_suspects(&mut self) -> &[u16] {
        let bar = self.bar();
        let State {
            cells,
            scan,
            candidates,
            ..
        } = &mut self.state;
        let u = cells.all().as_flattened();
        if std::mem::take(scan) {
            let mut found = Vec::new();
            find_at_or_above(u, bar, &mut found);
            candidates.clear();
            candidates.extend(found.into_iter().map(|j| j as u16));
        }
        candidates.retain(|&j| u[usize::from(j)] >= bar);
        candidates
    }

    /// See [`Neurons::receive_bin`](crate::neuron::Neurons::receive_bin).
    pub(super) fn take_in(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) {
        let Bin {
            start,
            end,
            first,
            sums,
            weight,
            ..
        } = bin;
        let neurons = first..first + sums.len();
        if self.state.horizon.is_some() {
            apart.extend(neurons.map(|j| j as u16));
            return;
        }
        let factor = self.piece_factor(start);
        let State {
            cells,
            refractory,
            latest,
            ..
        } = &mut self.state;
        let u = &mut cells.all_mut().as_flattened_mut()[neurons.clone()];
        let near = self.derived.threshold - NEAR * weight;
        add_below(u, sums, weight * factor, near * factor, first, apart);
        // Refractory neurons lose what comes before they are released.
        let released = refractory.iter().take_while(|&(t, _)| t < end);
        let released = released.filter(|(_, j)| neurons.contains(&(*j as usize)));
        apart.extend(released.map(|(_, j)| j as u16));
        *latest = start;
    }
}
