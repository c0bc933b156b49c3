//! Noise in the order of time: one superposed process for all neurons of a lane.
//!
//! One [`Process`] says when an event comes, to which neuron and of which weight. What the events' instants mean for the
//! factored decay (see [`crate::neuron::lif`]) is computed for a batch at a time, by loops that vectorise.

use super::{Class, EventWeights, Events, Growth};
use crate::base::function::{
    exp_near_zero, exp_polynomial, exp_to_half, growth_integral, growth_integral_near_zero,
    growth_integral_to_half,
};
use crate::base::process::{BATCH, Process, State, mean_gap_ps};
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::base::vector::vectorized;

/// Superposed Poisson input to the neurons of one lane, event by event in the order of time.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    process: Process,
    /// Weight of each class.
    weights: Vec<f64>,
    growth: Growth,
    /// Mean gap between two events in picoseconds.
    mean_gap_ps: f64,
    /// Whether a batch is so short that growth within it cannot overflow; else every event is an instant of its own.
    dense: bool,
    /// e^(offset/τ) of each event of the batch; 1 where every event is an instant of its own.
    grown: Box<[f64; BATCH]>,
    /// What a current has brought by then; 0 where every event is an instant of its own.
    psi: Box<[f64; BATCH]>,
}

impl Ordered {
    /// Input of at most [`MOST_CLASSES`] `classes`, of one sign of weights, to neurons 0, 1, … of a lane of at most
    /// 65,536, from `start` on; `growth` is what their population wants to know of each event. `None` if nothing would
    /// ever come.
    pub(super) fn new(
        classes: &[Class],
        growth: Growth,
        start: Time,
        stream: &mut Stream,
    ) -> Option<Self> {
        let rates: Vec<&[f64]> = classes.iter().map(|class| &class.rates_hz[..]).collect();
        let mean_gap_ps = mean_gap_ps(&rates);
        let mut ordered = Self {
            process: Process::new(&rates, start, stream)?,
            weights: classes.iter().map(|class| class.weight).collect(),
            growth,
            mean_gap_ps,
            dense: is_dense(mean_gap_ps, growth),
            grown: Box::new([1.0; BATCH]),
            psi: Box::new([0.0; BATCH]),
        };
        ordered.grow();
        Some(ordered)
    }

    /// Goes on with the same events onto a population that wants to know `growth` of each.
    pub(super) fn set_growth(&mut self, growth: Growth) {
        if growth == self.growth {
            return;
        }
        self.growth = growth;
        self.dense = is_dense(self.mean_gap_ps, growth);
        if !self.dense {
            self.grown.fill(1.0);
            self.psi.fill(0.0);
        }
        self.grow();
    }

    /// What the first of its weights is.
    pub(super) fn weight(&self) -> f64 {
        self.weights.first().copied().unwrap_or_default()
    }

    /// What a checkpoint keeps.
    pub(super) fn state(&self) -> State {
        self.process.state()
    }

    /// Goes on from where [`state`](Self::state) was taken of a process made alike.
    pub(super) fn go_on_from(&mut self, state: State) {
        self.process.go_on_from(state);
        self.grow();
    }

    /// Time of the next event.
    #[inline]
    pub(super) fn next_time(&self) -> Time {
        self.process.next_time()
    }

    /// Whether events are so frequent that [`before`](Self::before) hands them out by the segment; otherwise each is an
    /// instant, to be asked for with [`at`](Self::at).
    #[inline]
    pub(super) fn is_dense(&self) -> bool {
        self.dense
    }

    /// The events at hand that come before `until`; none when the next is not.
    #[inline]
    pub(super) fn before(&self, until: Time) -> Events<'_> {
        let batch = self.process.batch();
        let limit = until.since(batch.start).ps();
        let rest = &batch.offsets[self.process.next_index()..];
        // A segment is usually much shorter than what is left of the batch: a few steps, then gallop and bisect.
        const STEPS: usize = 6;
        let few = &rest[..STEPS.min(rest.len())];
        let mut n = few
            .iter()
            .position(|&offset| offset >= limit)
            .unwrap_or(few.len());
        if n == STEPS {
            let mut reach = 16;
            while reach < rest.len() && rest[reach] < limit {
                reach *= 4;
            }
            let within = &rest[STEPS..reach.min(rest.len())];
            n += within.partition_point(|&offset| offset < limit);
        }
        self.events(batch.start, n)
    }

    /// The events at hand that come at `t`, the time of the next one or before it.
    #[inline]
    pub(super) fn at(&self, t: Time) -> Events<'_> {
        let batch = self.process.batch();
        let offset = t.since(batch.start).ps();
        let n = batch.offsets[self.process.next_index()..]
            .iter()
            .take_while(|&&other| other == offset)
            .count();
        self.events(if self.dense { batch.start } else { t }, n)
    }

    #[inline]
    fn events(&self, start: Time, n: usize) -> Events<'_> {
        let next = self.process.next_index();
        let span = next..next + n;
        let batch = self.process.batch();
        Events {
            origin: batch.start,
            offsets: &batch.offsets[span.clone()],
            start,
            growth: &self.grown[span.clone()],
            psi: match self.growth.delta_per_ps {
                Some(_) => &self.psi[span.clone()],
                None => &[],
            },
            targets: &batch.entities[span.clone()],
            weights: match self.weights[..] {
                [weight] => EventWeights::One(weight),
                _ => EventWeights::Class {
                    class: &batch.class[span],
                    weight: &self.weights,
                },
            },
        }
    }

    /// Goes past `n` events and tells the time of the last.
    #[inline]
    pub(super) fn pass(&mut self, n: usize) -> Time {
        let last = self.process.pass(n);
        if self.process.next_index() == 0 {
            self.grow();
        }
        last
    }

    /// Computes what the population wants to know of each event of the batch.
    fn grow(&mut self) {
        if !self.dense {
            return;
        }
        let Growth {
            rate_per_ps: rate,
            delta_per_ps: delta,
        } = self.growth;
        let offsets = &self.process.batch().offsets;
        // Offsets ascend: the last one is the longest.
        let taus = offsets[BATCH - 1] as f64 * self.growth.fastest();
        let span = Span::of(taus, self.growth);
        grow(&mut self.grown, offsets, rate, span);
        if let Some(delta) = delta {
            gather(&mut self.psi, offsets, delta, span);
        }
    }
}

/// Batches are at most so long, measured in the shortest time constant, to be handed out by the segment: what grows from their
/// start on. Currents, whose time constants are short, bear more, by which what has gathered loses two digits of sixteen; an
/// event that is an instant of its own takes three exponentials more.
const LONGEST: f64 = 1.0;
const LONGEST_CURRENTS: f64 = 4.0;

fn is_dense(mean_gap_ps: f64, growth: Growth) -> bool {
    let longest = match growth.delta_per_ps {
        None => LONGEST,
        Some(_) => LONGEST_CURRENTS,
    };
    BATCH as f64 * mean_gap_ps * growth.fastest() <= longest
}

/// How long a batch is, measured in the shortest time constant: the denser the noise, the shorter the polynomials.
#[derive(Debug, Clone, Copy)]
enum Span {
    Short,
    Middle,
    /// Of currents that fade faster than the membrane, which are often so long and cost two polynomials.
    Half,
    Long,
}

impl Span {
    fn of(taus: f64, growth: Growth) -> Self {
        // To where the polynomials hold.
        if taus <= 0.01 {
            Self::Short
        } else if taus <= 0.05 {
            Self::Middle
        } else if taus <= 0.5 && growth.delta_per_ps.is_some_and(|delta| delta <= 0.0) {
            Self::Half
        } else {
            Self::Long
        }
    }
}

/// 2⁵²: with it as the exponent, an integer below it is the mantissa of a double.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// An integer from 0 to 2⁵² as a double, in a way that vectors of every width have; offsets of a dense process are
/// below.
#[inline(always)]
fn to_f64(x: i64) -> f64 {
    f64::from_bits(x as u64 | TWO_52.to_bits()) - TWO_52
}

vectorized! {
    /// e^(offset · rate).
    fn grow(growth: &mut [f64; BATCH], offsets: &[i64; BATCH], rate: f64, span: Span) {
        let all = growth.iter_mut().zip(offsets);
        match span {
            Span::Short => for (g, &offset) in all {
                *g = exp_near_zero::<5>(to_f64(offset) * rate);
            },
            Span::Middle => for (g, &offset) in all {
                *g = exp_near_zero::<7>(to_f64(offset) * rate);
            },
            Span::Half => for (g, &offset) in all {
                *g = exp_to_half(to_f64(offset) * rate);
            },
            Span::Long => for (g, &offset) in all {
                *g = exp_polynomial(to_f64(offset) * rate);
            },
        }
    }
}

vectorized! {
    /// What a current has brought after each offset.
    fn gather(psi: &mut [f64; BATCH], offsets: &[i64; BATCH], delta: f64, span: Span) {
        let all = psi.iter_mut().zip(offsets);
        match span {
            Span::Short => for (p, &offset) in all {
                *p = growth_integral_near_zero::<5>(to_f64(offset), delta);
            },
            Span::Middle => for (p, &offset) in all {
                *p = growth_integral_near_zero::<7>(to_f64(offset), delta);
            },
            Span::Half => for (p, &offset) in all {
                *p = growth_integral_to_half(to_f64(offset), delta);
            },
            Span::Long => for (p, &offset) in all {
                *p = growth_integral(to_f64(offset), delta);
            },
        }
    }
}
