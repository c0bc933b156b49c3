//! Neurons of which each has time constants of its own.
//!
//! What an arrival adds depends on its target then: two short polynomials, of the time since the clock's origin over its
//! time constants. They are computed for a block of targets at once, in vectors.

use super::Pace;
use crate::base::function::{exp_to_half, growth_integral_to_half};
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::neuron::cells::{Block, Cells};
use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::crossing::Ahead;
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::lif_exp::kernel::{BUDGET, Cell};
use crate::neuron::lif_exp::level::Distances;
use crate::neuron::lif_exp::state::State;
use crate::neuron::lif_exp::sweep::{Found, Four, Span, Spans, sweep};
use crate::neuron::membrane::Membrane;
use crate::neuron::{Events, Growth, RowWeights};

/// Bytes of a neuron beside its cell.
pub(in crate::neuron::lif_exp) const BYTES: usize = size_of::<Derived>()
    + size_of::<Four>() / 4
    + size_of::<Line>()
    + size_of::<Membrane>()
    + size_of::<f64>();

/// Horizons of neurons that are to share one differ by no more than this factor: the shortest is taken, and each sweep looks
/// at all neurons. A choice, not measured: time constants that are drawn around a mean differ by less.
const MOST_UNLIKE: f64 = 16.0;

/// What an arrival at a neuron needs of it, a cache line: 1/τ and δ of the excitatory current and of the inhibitory one, then
/// [`UNIT`], [`AT_END`] and [`LEFT`].
type Line = [f64; 8];

/// The place of the current over c_m that a unit weight brings.
const UNIT: usize = 4;

/// The place of what a unit of excitatory current at the origin adds to v at the end of the horizon, in picoseconds.
const AT_END: usize = 5;

/// The place of what is left of v at that end.
const LEFT: usize = 6;

/// Arrivals computed together.
const TOGETHER: usize = 64;

/// The same of events: behind the first that makes a neuron be looked at all was for nothing.
const EVENTS: usize = 8;

/// Horizons passed one after the other in place of all at once: that takes three exponentials and two integrals for each neuron, some
/// 20 ns, a sweep one or two. An estimate; results hang on it, as on the length of a horizon.
const FEW: f64 = 12.0;

/// Room for what arrivals add.
#[derive(Debug)]
struct Arrivals {
    /// Picoseconds since the origin.
    x: [f64; TOGETHER],
    rate: [f64; TOGETHER],
    /// δ at first, then by how much u falls.
    delta: [f64; TOGETHER],
    /// Current over c_m, then that at the origin.
    amount: [f64; TOGETHER],
}

/// A pace for each neuron.
#[derive(Debug)]
pub(in crate::neuron::lif_exp) struct Own {
    derived: Vec<Derived>,
    horizon: Duration,
    /// What a horizon does to every four of them.
    fours: Vec<Four>,
    lines: Cells<8>,
    arrivals: Box<Arrivals>,
    /// The neuron last asked for at this instant.
    known: Option<(usize, (Decay, Ahead))>,
}

impl Own {
    /// That of neurons with such constants; `None` if there are none, or if they are too unlike to share a horizon.
    pub(in crate::neuron::lif_exp) fn new(all: &[Derived]) -> Option<Self> {
        let (mut shortest, mut longest) = (f64::INFINITY, 0.0_f64);
        for horizon in all.iter().map(Derived::short_ps) {
            (shortest, longest) = (shortest.min(horizon), longest.max(horizon));
        }
        if all.is_empty() || longest > MOST_UNLIKE * shortest {
            return None;
        }
        let derived: Vec<_> = all.iter().map(|own| own.with_horizon(shortest)).collect();
        let horizon = derived[0].horizon;
        let mut lines = Cells::new(derived.len());
        for (line, own) in lines.all_mut().iter_mut().zip(&derived) {
            let (rates, left) = (&own.rates, own.step.m);
            *line = [
                rates.ex,
                rates.m - rates.ex,
                rates.inh,
                rates.m - rates.inh,
                own.unit,
                own.psi_end * left,
                left,
                0.0,
            ];
        }
        Some(Self {
            fours: fours(&derived, self::horizon),
            derived,
            horizon,
            lines,
            arrivals: Box::new(Arrivals {
                x: [0.0; TOGETHER],
                rate: [0.0; TOGETHER],
                delta: [0.0; TOGETHER],
                amount: [0.0; TOGETHER],
            }),
            known: None,
        })
    }
}

/// A whole horizon.
impl Spans for Own {
    #[inline(always)]
    fn of(&self, j: usize) -> Span {
        horizon(&self.derived[j])
    }

    #[inline(always)]
    fn of_four(&self, k: usize) -> &Four {
        &self.fours[k]
    }
}

/// Any other span.
struct Passed<'a> {
    derived: &'a [Derived],
    ps: f64,
    fours: Vec<Four>,
}

impl Spans for Passed<'_> {
    fn of(&self, j: usize) -> Span {
        over(self.ps, &self.derived[j])
    }

    #[inline(always)]
    fn of_four(&self, k: usize) -> &Four {
        &self.fours[k]
    }
}

fn horizon(own: &Derived) -> Span {
    Span {
        decay: own.step,
        ahead: own.whole,
        tau_m_ps: own.tau_m_ps,
    }
}

fn over(ps: f64, own: &Derived) -> Span {
    Span {
        decay: Decay::over(ps, &own.rates),
        ..horizon(own)
    }
}

/// Of every four neurons what `span` gives each.
fn fours(derived: &[Derived], span: impl Fn(&Derived) -> Span) -> Vec<Four> {
    let (fours, _) = derived.as_chunks::<4>();
    let fours = fours
        .iter()
        .map(|four| Span::four(four.each_ref().map(&span)));
    fours.collect()
}

impl Arrivals {
    /// Takes in that `weight` reaches a neuron with this `line` as arrival number `k`.
    #[inline(always)]
    fn set(&mut self, k: usize, line: &Line, weight: f64) {
        let side = 2 * usize::from(weight <= 0.0);
        self.rate[k] = line[side];
        self.delta[k] = line[side + 1];
        self.amount[k] = weight * line[UNIT];
    }

    /// From the currents that the first `n` bring to what they add to g and take from u.
    #[inline(always)]
    fn grow(&mut self, n: usize) {
        let eights = n.div_ceil(8).min(TOGETHER / 8);
        let (x, _) = self.x.as_chunks::<8>();
        let (rate, _) = self.rate.as_chunks::<8>();
        let (delta, _) = self.delta.as_chunks_mut::<8>();
        let (amount, _) = self.amount.as_chunks_mut::<8>();
        for k in 0..eights {
            for i in 0..8 {
                let x = x[k][i];
                let g = amount[k][i] * exp_to_half(x * rate[k][i]);
                amount[k][i] = g;
                delta[k][i] = g * growth_integral_to_half(x, delta[k][i]);
            }
        }
    }

    /// Adds arrival number `k` to its target; whether its budget is below 0 then.
    #[inline(always)]
    fn add(&self, k: usize, cell: &mut Cell, line: &Line) -> bool {
        let (g, before) = (self.amount[k], self.delta[k]);
        cell[0] -= before;
        if g > 0.0 {
            cell[1] += g;
            cell[BUDGET] -= g * line[AT_END] - before * line[LEFT];
            return cell[BUDGET] < 0.0;
        }
        cell[2] += g;
        false
    }
}

vectorized! {
    /// Adds weights that arrive `x` picoseconds after the origin to `targets`; those whose budget is below 0 become candidates.
    fn add_row(
        arrivals: &mut Arrivals,
        lines: &Block<8>,
        block: &mut Block<4>,
        targets: &[u16],
        weights: RowWeights<'_>,
        x: f64,
        candidates: &mut Vec<u32>,
    ) {
        match weights {
            RowWeights::One(weight) => add_row_by(arrivals, lines, block, targets, |_| weight, x, candidates),
            RowWeights::Listed { table, numbers } => {
                let weight = |k: usize| table[usize::from(numbers[k])];
                add_row_by(arrivals, lines, block, targets, weight, x, candidates);
            }
            RowWeights::Each(weights) => {
                add_row_by(arrivals, lines, block, targets, |k| weights[k].into(), x, candidates);
            }
        }
    }
}

#[inline(always)]
fn add_row_by(
    arrivals: &mut Arrivals,
    lines: &Block<8>,
    block: &mut Block<4>,
    targets: &[u16],
    weight: impl Fn(usize) -> f64,
    x: f64,
    candidates: &mut Vec<u32>,
) {
    arrivals.x = [x; TOGETHER];
    for (number, targets) in targets.chunks(TOGETHER).enumerate() {
        let first = number * TOGETHER;
        for (k, &j) in targets.iter().enumerate() {
            arrivals.set(k, &lines[usize::from(j)], weight(first + k));
        }
        arrivals.grow(targets.len());
        for (k, &j) in targets.iter().enumerate() {
            let place = usize::from(j);
            if arrivals.add(k, &mut block[place], &lines[place]) {
                candidates.push(j.into());
            }
        }
    }
}

vectorized! {
    /// Adds events in order, the first `offset` picoseconds further from the origin than its own offset says, up to and
    /// including the first that leaves a budget below 0; its index, if there is one.
    fn add_events(
        arrivals: &mut Arrivals,
        lines: &Block<8>,
        block: &mut Block<4>,
        events: &Events<'_>,
        offset: i64,
    ) -> Option<usize> {
        let together = events.targets.chunks(EVENTS).zip(events.offsets.chunks(EVENTS));
        for (number, (targets, offsets)) in together.enumerate() {
            let first = number * EVENTS;
            for (k, (&j, &own)) in targets.iter().zip(offsets).enumerate() {
                arrivals.x[k] = (own + offset) as f64;
                arrivals.set(k, &lines[usize::from(j)], events.weight(first + k));
            }
            arrivals.grow(targets.len());
            for (k, &j) in targets.iter().enumerate() {
                let place = usize::from(j);
                if arrivals.add(k, &mut block[place], &lines[place]) {
                    return Some(first + k);
                }
            }
        }
        None
    }
}

impl Pace for Own {
    const ALIKE: bool = false;

    #[inline(always)]
    fn of(&self, j: usize) -> &Derived {
        &self.derived[j]
    }

    #[inline(always)]
    fn horizon(&self) -> Duration {
        self.horizon
    }

    #[inline(always)]
    fn move_on(&mut self) {
        self.known = None;
    }

    fn passed(&mut self, j: usize, ps: f64) -> (Decay, Ahead) {
        if let Some((whose, known)) = self.known
            && whose == j
        {
            return known;
        }
        let own = &self.derived[j];
        let decay = Decay::over(ps, &own.rates);
        let known = (decay, own.whole.after(ps, &decay));
        self.known = Some((j, known));
        known
    }

    /// Each neuron decays at its own rate: nothing that all could share.
    fn growth(&self, _weight: f64) -> Growth {
        Growth {
            rate_per_ps: 0.0,
            delta_per_ps: None,
        }
    }

    fn expect(&mut self, _instants: &[Time], _origin: Time) {}

    fn sweep(&self, cells: &mut [Cell], ps: Option<f64>, distances: Distances<'_>) -> Found {
        let Some(ps) = ps else {
            return sweep(cells, self, distances);
        };
        // A quiet population often wakes in the horizon that it fell quiet in, or a few later.
        let horizons = ps / self.horizon.ps() as f64;
        if horizons == 0.0 {
            return Found {
                near: cells.iter().any(|cell| cell[BUDGET] < 0.0),
                loud: true,
            };
        }
        if horizons <= FEW {
            let each = (0..horizons as usize).map(|_| sweep(cells, self, distances));
            return each.last().unwrap_or(Found {
                near: false,
                loud: true,
            });
        }
        let spans = Passed {
            derived: &self.derived,
            ps,
            fours: fours(&self.derived, |own| over(ps, own)),
        };
        sweep(cells, &spans, distances)
    }

    fn add_to_all(&mut self, state: &mut State, rows: &[&[f32]], gain: f64) {
        let x = state.since_origin(state.now);
        let State {
            cells, candidates, ..
        } = state;
        let (cells, lines) = (cells.all_mut(), self.lines.all());
        let arrivals = &mut *self.arrivals;
        arrivals.x = [x; TOGETHER];
        for row in rows {
            let together = row.chunks(TOGETHER).zip(lines.chunks(TOGETHER));
            let together = together.zip(cells.chunks_mut(TOGETHER));
            for (number, ((row, lines), cells)) in together.enumerate() {
                for (k, (&weight, line)) in row.iter().zip(lines).enumerate() {
                    arrivals.set(k, line, gain * f64::from(weight));
                }
                grow(arrivals, row.len());
                for (k, (cell, line)) in cells.iter_mut().zip(lines).enumerate() {
                    if arrivals.add(k, cell, line) {
                        candidates.push((number * TOGETHER + k) as u32);
                    }
                }
            }
        }
    }

    fn add_to_targets(&mut self, state: &mut State, targets: &[u16], weights: RowWeights<'_>) {
        let x = state.since_origin(state.now);
        let State {
            cells, candidates, ..
        } = state;
        if let (Some(block), Some(lines)) = (cells.block_mut(), self.lines.block()) {
            let arrivals = &mut self.arrivals;
            add_row(arrivals, lines, block, targets, weights, x, candidates);
        }
    }

    fn add_events(&mut self, state: &mut State, events: &Events<'_>) -> Option<usize> {
        let offset = events.origin.since(state.origin).ps();
        let (block, lines) = (state.cells.block_mut()?, self.lines.block()?);
        add_events(&mut self.arrivals, lines, block, events, offset)
    }
}

vectorized! {
    /// As [`Arrivals::grow`].
    fn grow(arrivals: &mut Arrivals, n: usize) {
        arrivals.grow(n);
    }
}
