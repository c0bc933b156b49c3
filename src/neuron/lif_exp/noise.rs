//! Noise by the bin of time.
//!
//! No bin reaches over the end of a horizon. So what an event takes from the budget does not depend on what else arrives, nor in
//! which order: a neuron that has a budget left after all events of a bin would have had one after each of them, and cannot
//! fire within the bin but by what arrives beside.

use super::LifExp;
use super::clock::Sign;
use super::kernel::{BUDGET, Cell, Segment, add_bin};
use super::pace::Pace;
use crate::base::time::{Duration, Time};
use crate::neuron::{Bin, Bins, Early};

/// Weights of noise by the bin, at most: what one adds to v within a horizon, as a share of the way from the reset to the
/// threshold. Measured at 16 kHz with horizons of 0.25 ms, processor time beside that of noise in order: 0.78 to 0.86 at 1/200, 0.96
/// at 1/60.
const MOST_SHARE: f64 = 1.0 / 40.0;

/// Horizons of noise by the bin, at most: the longer they are, the more neurons may fire within one. Measured with τ_m 10 ms and v
/// near the threshold, processor time beside that of noise in order: 0.86 with 0.25 ms (88 pA), 0.95 with 0.5 ms (60 pA), 1.18 with 1 ms
/// (60 pA).
const LONGEST_HORIZON: Duration = Duration::from_ps(500_000_000);

impl<P: Pace> LifExp<P> {
    /// See [`Neurons::bins`](crate::neuron::Neurons::bins).
    pub(super) fn noise_bins(&self) -> Option<Bins> {
        let pays = P::ALIKE && self.pace.horizon() <= LONGEST_HORIZON;
        pays.then(|| {
            let membranes = (0..self.state.cells.len()).map(|j| self.membrane(j));
            let ways = membranes.map(|membrane| membrane.v_th - membrane.v_reset);
            let way = ways.fold(f64::INFINITY, f64::min);
            Bins {
                // Of events that excite.
                growth: self.pace.growth(1.0),
                stretch: Some(self.pace.horizon()),
                most_weight: way * MOST_SHARE / self.pace.of(0).most_rise(),
                least_pa: f64::INFINITY,
            }
        })
    }

    /// See [`Neurons::stretch_end`](crate::neuron::Neurons::stretch_end).
    pub(super) fn horizon_end_after(&self, t: Time) -> Time {
        let horizon = self.pace.horizon().ps();
        let passed = t.since(self.state.origin).ps() / horizon;
        let ends = horizon.checked_mul(passed + 1);
        let end = ends.and_then(|ps| self.state.origin.checked_add(Duration::from_ps(ps)));
        end.unwrap_or(Time::MAX)
    }

    /// See [`Neurons::receive_bin`](crate::neuron::Neurons::receive_bin).
    pub(super) fn take_in(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) -> bool {
        let neurons = bin.first..bin.first + bin.sums.len();
        if self.state.stale {
            // No budget holds.
            apart.extend(neurons.map(|j| j as u16));
            return false;
        }
        let woken = self.state.quiet;
        self.wake(bin.start);
        let segment = self.segment_at(bin.start);
        // A refractory neuron has a budget without end, and begins anew with what its currents are when it is released.
        let released = self.state.refractory.iter();
        let released = released.take_while(|&(t, _)| t < bin.end);
        let released = released.map(|(_, j)| j as usize);
        let released: Vec<usize> = released.filter(|j| neurons.contains(j)).collect();
        let cells = self.state.cells.all_mut();
        let kept: Vec<Cell> = released.iter().map(|&j| cells[j]).collect();
        add_bin(&mut cells[neurons], &bin, &segment, apart);
        for (&j, &cell) in released.iter().zip(&kept) {
            cells[j] = cell;
            apart.push(j as u16);
        }
        self.state.latest = bin.start;
        woken
    }

    /// How events of noise that excite are to be taken that grow from `start` on.
    fn segment_at(&self, start: Time) -> Segment {
        let x = self.state.since_origin(start);
        Segment::at(x, self.pace.of(0), Sign::Excitatory)
    }

    /// What a neuron is that has these events `early`, without them.
    pub(super) fn without(&self, cell: Cell, early: &Early) -> Cell {
        let segment = self.segment_at(early.start);
        let amount = segment.amount(early.amount, early.gathered);
        std::array::from_fn(|k| cell[k] - amount[k])
    }

    /// See [`Neurons::suspects`](crate::neuron::Neurons::suspects).
    pub(super) fn find_suspects(&mut self) -> &[u16] {
        let cells = self.state.cells.all();
        let looked_at = |j: &u32| cells[*j as usize][BUDGET] < 0.0;
        self.state.candidates.retain(looked_at);
        let all = self.state.candidates.iter().chain(&self.state.due);
        self.suspects.clear();
        self.suspects.extend(all.map(|&j| j as u16));
        &self.suspects
    }
}
