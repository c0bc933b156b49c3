//! Exponential decay factored out of loops over synapses.
//!
//! A trace x that decays with τ is kept as x·e^((t − origin)/τ), which does not change between spikes: its value at t takes
//! one multiplication by a factor that all synapses of an arrival share. So that the exponents stay small, the origin
//! moves on by whole turns, which are part of the model: where a run is cut does not change a bit.

use crate::base::function::exp;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::plasticity::rule::Trace;

/// Largest exponent: factors up to 10^87, whose products stay far from the ends of double precision.
const MOST: f64 = 200.0;

/// A turn without traces, for the history of spikes alone: 1,000 s.
const NO_TRACE: Duration = Duration::from_ps(1_000_000_000_000_000);

/// Traces with the origin of their factors.
#[derive(Debug, Clone)]
pub(super) struct Clock<const PRE: usize, const POST: usize> {
    pub(super) origin: Time,
    turn: Duration,
    pub(super) pre: [Trace; PRE],
    pub(super) post: [Trace; POST],
}

/// Factors of a turn.
pub(super) struct Turned<const PRE: usize, const POST: usize> {
    /// By which factored traces become those of the new origin.
    pub(super) pre: [f64; PRE],
    pub(super) post: [f64; POST],
    /// By which [`Clock::fall`]s of arrivals do.
    pub(super) fall: [f64; PRE],
}

impl<const PRE: usize, const POST: usize> Clock<PRE, POST> {
    /// At `origin`. `None` if `lag`, the longest time for which a spike is on its way back to a synapse, is too long for
    /// the shortest trace.
    pub(super) fn new(
        origin: Time,
        pre: [Trace; PRE],
        post: [Trace; POST],
        lag: Duration,
    ) -> Option<Self> {
        let taus = pre.iter().chain(&post).map(|trace| trace.tau_ms);
        let shortest = taus.fold(f64::INFINITY, f64::min) * PS_PER_MS as f64;
        let turn = match shortest.is_finite() {
            true => Duration::from_ps((MOST * shortest) as i64),
            false => NO_TRACE,
        };
        // A spike on its way may see one turn, never two.
        (lag.ps() < turn.ps() / 2).then_some(Self {
            origin,
            turn,
            pre,
            post,
        })
    }

    /// Whether the origin is too far from `t`.
    #[inline(always)]
    pub(super) fn is_over(&self, t: Time) -> bool {
        t.since(self.origin) >= self.turn
    }

    /// Moves the origin on to the last turn before or at `t`.
    pub(super) fn turn(&mut self, t: Time) -> Turned<PRE, POST> {
        let turns = t.since(self.origin).ps() / self.turn.ps();
        let moved = Duration::from_ps(turns * self.turn.ps());
        self.origin = Time::from_ps(self.origin.ps() + moved.ps());
        Turned {
            pre: self.pre.map(|trace| exp(-per(moved, trace))),
            post: self.post.map(|trace| exp(-per(moved, trace))),
            fall: self.pre.map(|trace| exp(per(moved, trace).min(MOST * 2.0))),
        }
    }

    /// e^((t − origin)/τ) for each trace of arrivals.
    #[inline]
    pub(super) fn rise_pre(&self, t: Time) -> [f64; PRE] {
        let since = t.since(self.origin);
        self.pre.map(|trace| exp(per(since, trace)))
    }

    /// e^(−(t − origin)/τ) for each trace of arrivals.
    #[inline]
    pub(super) fn fall_pre(&self, t: Time) -> [f64; PRE] {
        let since = t.since(self.origin);
        self.pre.map(|trace| exp(-per(since, trace)))
    }

    /// e^((t − origin)/τ) for each trace of the target's spikes.
    #[inline]
    pub(super) fn rise_post(&self, t: Time) -> [f64; POST] {
        let since = t.since(self.origin);
        self.post.map(|trace| exp(per(since, trace)))
    }

    /// e^(−(t − origin)/τ) for each trace of the target's spikes.
    #[inline]
    pub(super) fn fall_post(&self, t: Time) -> [f64; POST] {
        let since = t.since(self.origin);
        self.post.map(|trace| exp(-per(since, trace)))
    }

    /// e^(−lag/τ) for each trace of arrivals.
    pub(super) fn lag_pre(&self, lag: Duration) -> [f64; PRE] {
        self.pre.map(|trace| exp(-per(lag, trace)))
    }
}

/// A duration in time constants.
#[inline(always)]
fn per(duration: Duration, trace: Trace) -> f64 {
    duration.ps() as f64 / (trace.tau_ms * PS_PER_MS as f64)
}

/// `trace[k] · factor[k]`.
#[inline(always)]
pub(super) fn times<const N: usize>(mut trace: [f64; N], factor: [f64; N]) -> [f64; N] {
    for (one, factor) in trace.iter_mut().zip(factor) {
        *one *= factor;
    }
    trace
}

/// Traces after a spike that adds `one` to each.
#[inline(always)]
pub(super) fn jump<const N: usize>(
    kinds: &[Trace; N],
    mut trace: [f64; N],
    one: [f64; N],
) -> [f64; N] {
    for k in 0..N {
        trace[k] = kinds[k].memory.jump(trace[k], one[k]);
    }
    trace
}
