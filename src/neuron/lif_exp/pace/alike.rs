//! Neurons that share their time constants and their capacitance: one clock for all.

use super::Pace;
use crate::base::time::{Duration, Time};
use crate::neuron::expected::Expected;
use crate::neuron::lif_exp::clock::{Decay, Grown, Sign};
use crate::neuron::lif_exp::crossing::Ahead;
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::lif_exp::kernel::{
    BUDGET, Cell, Segment, Units, add_events, add_listed_to_targets, add_to_targets,
    add_weights_to_targets, take_from_targets,
};
use crate::neuron::lif_exp::level::Distances;
use crate::neuron::lif_exp::state::State;
use crate::neuron::lif_exp::sweep::{Found, Same, Span, sweep};
use crate::neuron::{Events, Growth, RowWeights};

/// What the instant last advanced to has needed so far.
#[derive(Debug, Clone, Copy, Default)]
struct Instant {
    decay: Option<(Decay, Ahead)>,
    units: Option<Units>,
}

/// One pace for all neurons.
#[derive(Debug)]
pub(in crate::neuron::lif_exp) struct Alike {
    derived: Derived,
    instant: Instant,
    /// The last segment's start, the origin it was computed for, and its sign; a batch of noise comes in many pieces.
    segment: Option<((Time, Time, Sign), Segment)>,
    /// Growth of both currents at coming arrivals.
    expected: Expected<[Grown; 2]>,
}

impl Alike {
    /// That of neurons with such constants.
    pub(in crate::neuron::lif_exp) fn new(derived: Derived) -> Self {
        Self {
            derived,
            instant: Instant::default(),
            segment: None,
            expected: Expected::nothing([Grown::START; 2]),
        }
    }

    /// What a unit weight adds at the instant last advanced to.
    fn units(&mut self, state: &State) -> Units {
        if let Some(known) = self.instant.units {
            return known;
        }
        let x = state.since_origin(state.now);
        let expected = self.expected.at(state.now, state.origin);
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
    fn segment(&mut self, start: Time, state: &State, sign: Sign) -> Segment {
        let key = (start, state.origin, sign);
        if let Some((known, segment)) = self.segment
            && known == key
        {
            return segment;
        }
        let segment = Segment::at(state.since_origin(start), &self.derived, sign);
        self.segment = Some((key, segment));
        segment
    }
}

impl Pace for Alike {
    const ALIKE: bool = true;

    #[inline(always)]
    fn of(&self, _j: usize) -> &Derived {
        &self.derived
    }

    #[inline(always)]
    fn horizon(&self) -> Duration {
        self.derived.horizon
    }

    #[inline(always)]
    fn move_on(&mut self) {
        self.instant = Instant::default();
    }

    #[inline]
    fn passed(&mut self, _j: usize, ps: f64) -> (Decay, Ahead) {
        if let Some(known) = self.instant.decay {
            return known;
        }
        let decay = Decay::over(ps, &self.derived.rates);
        let known = (decay, self.derived.whole.after(ps, &decay));
        self.instant.decay = Some(known);
        known
    }

    fn growth(&self, weight: f64) -> Growth {
        let (rates, sign) = (&self.derived.rates, Sign::of(weight));
        Growth {
            rate_per_ps: rates.of(sign),
            delta_per_ps: Some(rates.delta(sign)),
        }
    }

    fn expect(&mut self, instants: &[Time], origin: Time) {
        let rates = self.derived.rates;
        let grown = |since: &_, grown: &mut _| Grown::at_each(since, &rates, grown);
        self.expected.compute(instants, origin, grown);
    }

    fn sweep(&self, cells: &mut [Cell], ps: Option<f64>, distances: Distances<'_>) -> Found {
        let Derived {
            rates,
            tau_m_ps,
            step,
            whole,
            ..
        } = &self.derived;
        let span = Span {
            decay: ps.map_or(*step, |ps| Decay::over(ps, rates)),
            ahead: *whole,
            tau_m_ps: *tau_m_ps,
        };
        sweep(cells, &Same::new(span), distances)
    }

    fn add_to_all(&mut self, state: &mut State, rows: &[&[f32]], gain: f64) {
        let units = self.units(state);
        let State {
            cells, candidates, ..
        } = state;
        for row in rows {
            let cells = cells.all_mut();
            for (j, (cell, &w)) in (0..).zip(cells.iter_mut().zip(*row)) {
                let weight = gain * f64::from(w);
                let unit = match Sign::of(weight) {
                    Sign::Excitatory => units.excitatory,
                    Sign::Inhibitory => units.inhibitory,
                };
                for (value, unit) in cell.iter_mut().zip(unit) {
                    *value += unit * weight;
                }
                if cell[BUDGET] < 0.0 {
                    candidates.push(j);
                }
            }
        }
    }

    #[inline]
    fn add_to_targets(&mut self, state: &mut State, targets: &[u16], weights: RowWeights<'_>) {
        let units = self.units(state);
        let State {
            cells, candidates, ..
        } = state;
        let Some(block) = cells.block_mut() else {
            return;
        };
        match weights {
            RowWeights::One(weight) => match Sign::of(weight) {
                Sign::Excitatory => {
                    let amount = units.excitatory.map(|unit| unit * weight);
                    add_to_targets(block, targets, amount, candidates);
                }
                Sign::Inhibitory => {
                    let amount = units.inhibitory.map(|unit| unit * weight);
                    take_from_targets(block, targets, amount);
                }
            },
            RowWeights::Listed { table, numbers } => {
                add_listed_to_targets(block, targets, table, numbers, &units, candidates);
            }
            RowWeights::Each(weights) => {
                add_weights_to_targets(block, targets, weights, &units, candidates);
            }
        }
    }

    #[inline]
    fn add_events(&mut self, state: &mut State, events: &Events<'_>) -> Option<usize> {
        let sign = Sign::of(events.weight(0));
        let segment = self.segment(events.start, state, sign);
        add_events(state.cells.block_mut()?, events, sign, &segment)
    }
}
