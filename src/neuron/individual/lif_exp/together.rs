//! Deliveries to a batch of neurons.

use super::decay::{Current, Pace, State};
use super::{Bounds, LifExp};
use crate::base::function::exp_polynomial;
use crate::base::vector::vectorized;
use crate::neuron::individual::batch::{BATCH, Batch, in_vectors};

/// Of each neuron of a batch: state and parameters, an array of each number.
struct Own {
    v: [f64; BATCH],
    excitation: [f64; BATCH],
    inhibition: [f64; BATCH],
    membrane: [f64; BATCH],
    excitatory: [f64; BATCH],
    inhibitory: [f64; BATCH],
    /// Shares of both currents.
    held: [f64; BATCH],
    lost: [f64; BATCH],
    v_inf: [f64; BATCH],
    tested: [f64; BATCH],
    resistance: [f64; BATCH],
    peak: [f64; BATCH],
}

const EMPTY: [f64; BATCH] = [0.0; BATCH];

impl Own {
    /// Nobody.
    const NONE: Self = Self {
        v: EMPTY,
        excitation: EMPTY,
        inhibition: EMPTY,
        membrane: EMPTY,
        excitatory: EMPTY,
        inhibitory: EMPTY,
        held: EMPTY,
        lost: EMPTY,
        v_inf: EMPTY,
        tested: EMPTY,
        resistance: EMPTY,
        peak: EMPTY,
    };

    /// Deliveries, where no time constant of a current is close to that of its membrane (`APART`) or both of a neuron's
    /// are equal (`ALIKE`) with less work.
    #[inline(always)]
    fn receive<const APART: bool, const ALIKE: bool>(&mut self, batch: &mut Batch<State>) {
        for k in 0..in_vectors(batch.len) {
            let pace = Pace {
                membrane: self.membrane[k],
                excitatory: Current {
                    rate: self.excitatory[k],
                    share: self.held[k],
                },
                inhibitory: Current {
                    rate: self.inhibitory[k],
                    share: self.lost[k],
                },
                v_inf: self.v_inf[k],
            };
            let state = State {
                v: self.v[k],
                excitation: self.excitation[k],
                inhibition: self.inhibition[k],
            };
            let (dt, weight) = (batch.dt[k], batch.weight[k]);
            let excitatory = exp_polynomial(-dt * pace.excitatory.rate);
            let inhibitory = if ALIKE {
                excitatory
            } else {
                exp_polynomial(-dt * pace.inhibitory.rate)
            };
            let state = pace.later(state, dt, (excitatory, inhibitory), APART);
            let state = state.with(weight * self.resistance[k], weight > 0.0);
            self.v[k] = state.v;
            self.excitation[k] = state.excitation;
            self.inhibition[k] = state.inhibition;
            let bounds = Bounds {
                tested: self.tested[k],
                peak: self.peak[k],
            };
            let y = state.v - pace.v_inf;
            let crosses = bounds.may_ever_cross(y, state.excitation)
                & bounds.may_cross(&pace, &state, batch.within[k]);
            batch.near[k] = (weight > 0.0) & ((y >= bounds.tested) | crosses);
        }
    }
}

vectorized! {
    fn receive(own: &mut Own, batch: &mut Batch<State>, apart: bool, alike: bool) {
        match (apart, alike) {
            (true, true) => own.receive::<true, true>(batch),
            (true, false) => own.receive::<true, false>(batch),
            (false, _) => own.receive::<false, false>(batch),
        }
    }
}

/// See [`receive_each`](crate::neuron::individual::Dynamics::receive_each).
#[inline]
pub(super) fn receive_each(all: &[LifExp], batch: &mut Batch<State>) {
    let mut own = Own::NONE;
    let (mut apart, mut alike) = (true, true);
    for (k, &j) in batch.which.iter().enumerate().take(batch.len) {
        let neuron = &all[usize::from(j)];
        let Pace {
            membrane,
            excitatory,
            inhibitory,
            v_inf,
        } = neuron.pace;
        let State {
            v,
            excitation,
            inhibition,
        } = batch.states[k];
        (own.v[k], own.excitation[k], own.inhibition[k]) = (v, excitation, inhibition);
        (own.membrane[k], own.v_inf[k]) = (membrane, v_inf);
        (own.excitatory[k], own.held[k]) = (excitatory.rate, excitatory.share);
        (own.inhibitory[k], own.lost[k]) = (inhibitory.rate, inhibitory.share);
        own.resistance[k] = neuron.resistance;
        (own.tested[k], own.peak[k]) = (neuron.bounds.tested, neuron.bounds.peak);
        apart &= (excitatory.share != 0.0) & (inhibitory.share != 0.0);
        alike &= excitatory.rate == inhibitory.rate;
    }
    receive(&mut own, batch, apart, alike);
    for (k, state) in batch.states.iter_mut().enumerate().take(batch.len) {
        *state = State {
            v: own.v[k],
            excitation: own.excitation[k],
            inhibition: own.inhibition[k],
        };
    }
}
