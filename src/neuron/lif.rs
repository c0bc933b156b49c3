//! Leaky integrate-and-fire neurons with delta synapses and exact exponential decay.
//!
//! Between arrivals v decays to e_l, so a spike can only happen at an arrival. With one time constant per population
//! the decay factors out of the loop over synapses: the state is u = (v − e_l) · e^((t − t₀)/τ), an arrival at t adds
//! w · e^((t − t₀)/τ) (one factor per spike, not per target), and the threshold grows by the same factor. The clock's
//! origin t₀ is state: it is set by `reset` and then moves in steps of 16 τ, at instants that depend on
//! nothing else, because moving it changes last bits.

use std::collections::VecDeque;

use crate::base::function::exp;
use crate::base::parameter::{
    self, Dimension, ModelSpec, ParameterError, ParameterSpec, Range, Values,
};
use crate::base::time::{Duration, Time};
use crate::neuron::{Model, Neurons};
use crate::vectorized;

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    build: |size, values| {
        let population = Lif::new(size, Params::new(values)?);
        Ok(Box::new(population))
    },
};

/// The model as users see it.
pub static SPEC: ModelSpec = ModelSpec {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; a spike moves the potential at once (delta synapse).",
    equations: "tau_m dv/dt = e_l - v;  an arrival adds gain * weight to v;  v >= v_th: spike, v <- v_reset, \
                held for t_ref",
    parameters: &[
        ParameterSpec {
            name: "tau_m",
            dimension: Dimension::Time,
            default: None,
            range: Range::Positive,
            doc: "membrane time constant",
        },
        ParameterSpec {
            name: "v_th",
            dimension: Dimension::Voltage,
            default: None,
            range: Range::Finite,
            doc: "spike threshold, above e_l: at or below it every arrival would fire",
        },
        ParameterSpec {
            name: "v_reset",
            dimension: Dimension::Voltage,
            default: Some(0.0),
            range: Range::Finite,
            doc: "potential after a spike, below v_th",
        },
        ParameterSpec {
            name: "e_l",
            dimension: Dimension::Voltage,
            default: Some(0.0),
            range: Range::Finite,
            doc: "resting potential",
        },
        ParameterSpec {
            name: "t_ref",
            dimension: Dimension::Time,
            default: Some(0.0),
            range: Range::NonNegative,
            doc: "refractory period: the neuron ignores arrivals on [t, t + t_ref) after a spike at t",
        },
    ],
    source: "Lapicque 1907; exact event-driven form as in Brette 2006, Neural Comput 18:2004",
};

/// Time constants between two moves of the clock's origin: the factor e^((t − t₀)/τ) stays below e¹⁶ ≈ 9e6, far from
/// where f64 would lose small arrivals beside large ones.
const REBASE_TAUS: f64 = 16.0;

/// Share of the threshold by which the test is relaxed, so that a sum that equals v_th up to rounding always fires, at
/// any t − t₀. 2⁻⁴⁰ is some 4,000 roundings of an f64 and far below any physical difference.
const TIE: f64 = 1.0 / (1_u64 << 40) as f64;

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// Membrane time constant.
    pub tau_m: Duration,
    /// Spike threshold.
    pub v_th: f64,
    /// Potential after a spike.
    pub v_reset: f64,
    /// Resting potential.
    pub e_l: f64,
    /// Refractory period.
    pub t_ref: Duration,
}

impl Params {
    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing or out of range, the threshold is not above rest, or the reset not below the threshold.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = parameter::complete(&SPEC, values)?;
        let inconsistent = |reason: String| ParameterError::Inconsistent {
            model: SPEC.name,
            reason,
        };
        let duration = |name: &str| {
            Duration::from_ms(values[name])
                .map_err(|error| inconsistent(format!("`{name}`: {error}")))
        };
        let params = Self {
            tau_m: duration("tau_m")?,
            v_th: values["v_th"],
            v_reset: values["v_reset"],
            e_l: values["e_l"],
            t_ref: duration("t_ref")?,
        };
        if params.tau_m == Duration::ZERO {
            return Err(inconsistent(
                "`tau_m` is shorter than the clock's picosecond".into(),
            ));
        }
        if params.v_th <= params.e_l {
            return Err(inconsistent(format!(
                "`v_th` is {}, expected above `e_l` ({}): such a neuron fires at every arrival",
                params.v_th, params.e_l
            )));
        }
        if params.v_reset >= params.v_th {
            return Err(inconsistent(format!(
                "`v_reset` is {}, expected below `v_th` ({})",
                params.v_reset, params.v_th
            )));
        }
        Ok(params)
    }
}

/// Constants that follow from the parameters.
#[derive(Debug, Clone, Copy)]
struct Derived {
    /// 1 / τ per picosecond.
    rate_per_ps: f64,
    /// Step by which the origin moves.
    rebase: Duration,
    /// What u is multiplied by when it does.
    rebase_factor: f64,
    /// Threshold above rest, less the tie tolerance.
    threshold: f64,
    /// Reset potential above rest.
    reset: f64,
}

/// All that changes while the population runs.
#[derive(Debug, Clone)]
struct State {
    /// (v − e_l) · e^((t − t₀)/τ) per neuron; −∞ while refractory.
    u: Vec<f64>,
    /// Origin of the factored decay, t₀.
    origin: Time,
    /// e^((t − t₀)/τ) at the instant last advanced to.
    factor: f64,
    /// Whether some neuron may be at or above threshold at this instant.
    candidate: bool,
    /// The instant last advanced to.
    now: Time,
    /// Refractory ends, in time order because the period is one for all.
    refractory: VecDeque<(Time, u32)>,
}

/// A population of leaky integrate-and-fire neurons that share their parameters.
#[derive(Debug, Clone)]
pub struct Lif {
    params: Params,
    derived: Derived,
    state: State,
}

impl Lif {
    /// `size` neurons at rest.
    pub fn new(size: usize, params: Params) -> Self {
        let tau_ps = params.tau_m.ps() as f64;
        // At least a picosecond, so that the origin always moves on; capped far inside the clock's range.
        let rebase = Duration::from_ps((REBASE_TAUS * tau_ps).clamp(1.0, 1e18) as i64);
        let derived = Derived {
            rate_per_ps: 1.0 / tau_ps,
            rebase,
            rebase_factor: exp(-(rebase.ps() as f64) / tau_ps),
            threshold: (params.v_th - params.e_l) * (1.0 - TIE),
            reset: params.v_reset - params.e_l,
        };
        let state = State {
            u: vec![0.0; size],
            origin: Time::ZERO,
            factor: 1.0,
            candidate: false,
            now: Time::ZERO,
            refractory: VecDeque::new(),
        };
        Self {
            params,
            derived,
            state,
        }
    }

    /// Moves the origin as often as `t` asks for.
    fn rebase_to(&mut self, t: Time) {
        let steps = t.since(self.state.origin).ps() / self.derived.rebase.ps();
        if steps == 0 {
            return;
        }
        self.state.origin += Duration::from_ps(steps * self.derived.rebase.ps());
        // e⁻¹⁶ per step: fifty steps take any finite state below the smallest double.
        for _ in 0..steps.min(50) {
            for u in &mut self.state.u {
                *u *= self.derived.rebase_factor;
            }
        }
    }

    /// e^((t − t₀)/τ).
    fn factor_at(&self, t: Time) -> f64 {
        exp(t.since(self.state.origin).ps() as f64 * self.derived.rate_per_ps)
    }
}

impl Neurons for Lif {
    fn size(&self) -> usize {
        self.state.u.len()
    }

    fn reset(&mut self, t: Time) {
        let State {
            u,
            origin,
            factor,
            candidate,
            now,
            refractory,
        } = &mut self.state;
        u.fill(0.0);
        (*origin, *factor, *candidate, *now) = (t, 1.0, false, t);
        refractory.clear();
    }

    fn advance(&mut self, t: Time) {
        // Each refractory end counts at its own instant, whenever it is noticed.
        while let Some(&(end, neuron)) = self.state.refractory.front()
            && end <= t
        {
            self.state.refractory.pop_front();
            self.rebase_to(end);
            self.state.u[neuron as usize] = self.derived.reset * self.factor_at(end);
        }
        self.rebase_to(t);
        if t != self.state.now {
            self.state.factor = self.factor_at(t);
        }
        self.state.now = t;
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        let State {
            u,
            factor,
            candidate,
            ..
        } = &mut self.state;
        let (scale, threshold) = (gain * *factor, self.derived.threshold * *factor);
        let mut groups = rows.chunks_exact(4);
        for group in &mut groups {
            *candidate |= add_four_rows(
                u,
                [group[0], group[1], group[2], group[3]],
                scale,
                threshold,
            );
        }
        for row in groups.remainder() {
            *candidate |= add_row(u, row, scale, threshold);
        }
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let State {
            u,
            factor,
            candidate,
            now,
            refractory,
            ..
        } = &mut self.state;
        if !std::mem::take(candidate) {
            return;
        }
        let threshold = self.derived.threshold * *factor;
        let after = if self.params.t_ref == Duration::ZERO {
            self.derived.reset * *factor
        } else {
            f64::NEG_INFINITY
        };
        for (j, u) in u.iter_mut().enumerate() {
            if *u >= threshold {
                *u = after;
                fired.push(j as u32);
                if self.params.t_ref > Duration::ZERO {
                    refractory.push_back((*now + self.params.t_ref, j as u32));
                }
            }
        }
    }

    fn potential(&self, j: usize) -> f64 {
        let u = self.state.u[j];
        // A refractory neuron is held at reset.
        let above_rest = if u == f64::NEG_INFINITY {
            self.derived.reset
        } else {
            u / self.state.factor
        };
        self.params.e_l + above_rest
    }
}

vectorized! {
    /// Adds `scale · row[j]` to each u[j] and tells whether any reached `threshold`.
    fn add_row(u: &mut [f64], row: &[f32], scale: f64, threshold: f64) -> bool {
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
    fn add_four_rows(u: &mut [f64], rows: [&[f32]; 4], scale: f64, threshold: f64) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// No neuron fired.
    const NONE: [u32; 0] = [];

    fn values(pairs: &[(&'static str, f64)]) -> Values {
        pairs.iter().copied().collect()
    }

    fn lif(size: usize, pairs: &[(&'static str, f64)]) -> Lif {
        Lif::new(size, Params::new(&values(pairs)).expect("valid"))
    }

    fn at(ms: f64) -> Time {
        Time::from_ms(ms).expect("in range")
    }

    fn arrive(lif: &mut Lif, t: Time, rows: &[&[f32]]) -> Vec<u32> {
        let mut fired = Vec::new();
        lif.advance(t);
        lif.receive(rows, 1.0);
        lif.fire(&mut fired);
        fired
    }

    #[test]
    fn decay_follows_the_closed_form() {
        let mut lif = lif(
            1,
            &[
                ("tau_m", 20.0),
                ("v_th", 100.0),
                ("e_l", -5.0),
                ("v_reset", -5.0),
            ],
        );
        let mut expected = 0.0;
        let mut last = 0.0;
        // 1,000 ms is fifty time constants: the origin moves several times.
        for step in 1..=40 {
            let t = f64::from(step) * 25.0;
            expected = expected * (-(t - last) / 20.0_f64).exp() + 3.0;
            last = t;
            assert_eq!(arrive(&mut lif, at(t), &[&[3.0]]), NONE);
            assert!(
                (lif.potential(0) + 5.0 - expected).abs() < 1e-12 * expected,
                "{t} ms"
            );
        }
    }

    #[test]
    fn the_test_comes_after_all_arrivals_of_the_instant() {
        let mut lif = lif(1, &[("tau_m", 20.0), ("v_th", 1.0)]);
        // Above threshold after the first row, below after the second: no spike.
        assert_eq!(arrive(&mut lif, at(1.0), &[&[1.5], &[-1.0]]), NONE);
        assert_eq!(arrive(&mut lif, at(1.0), &[&[0.5]]), [0]);
    }

    #[test]
    fn a_sum_equal_to_the_threshold_fires_at_any_offset() {
        let mut stream = crate::base::stream::Stream::new(1, "test", 0);
        for _ in 0..2_000 {
            let mut lif = lif(1, &[("tau_m", 20.0), ("v_th", 20.0)]);
            let t = Time::from_ps(stream.below(1_000_000_000_000) as i64);
            let rows = [&[0.5_f32][..]; 40];
            assert_eq!(arrive(&mut lif, t, &rows[..39]), NONE);
            assert_eq!(arrive(&mut lif, t, &rows[..1]), [0], "{t}");
        }
    }

    #[test]
    fn an_arrival_at_the_refractory_end_counts() {
        let mut lif = lif(
            1,
            &[
                ("tau_m", 20.0),
                ("v_th", 1.0),
                ("v_reset", 0.5),
                ("t_ref", 2.0),
            ],
        );
        assert_eq!(arrive(&mut lif, at(10.0), &[&[1.0]]), [0]);
        assert_eq!(lif.potential(0), 0.5);
        let just_before = Time::from_ps(at(12.0).ps() - 1);
        assert_eq!(arrive(&mut lif, just_before, &[&[50.0]]), NONE);
        assert_eq!(arrive(&mut lif, at(12.0), &[&[0.5]]), [0]);
    }

    #[test]
    fn after_the_refractory_period_v_decays_from_the_reset() {
        let mut lif = lif(
            1,
            &[
                ("tau_m", 20.0),
                ("v_th", 1.0),
                ("v_reset", 0.5),
                ("t_ref", 2.0),
            ],
        );
        arrive(&mut lif, at(10.0), &[&[1.0]]);
        lif.advance(at(32.0));
        assert!((lif.potential(0) - 0.5 * (-1.0_f64).exp()).abs() < 1e-15);
    }

    #[test]
    fn a_threshold_at_rest_is_refused() {
        let error = Params::new(&values(&[("tau_m", 20.0), ("v_th", 0.0)]))
            .expect_err("fires at every arrival");
        assert_eq!(
            error.to_string(),
            "`lif`: `v_th` is 0, expected above `e_l` (0): such a neuron fires at every arrival"
        );
    }

    proptest! {
        /// Same bits for rows one by one or four at a time, for every length and at any shift in time.
        #[test]
        fn grouping_and_time_shift_change_nothing(
            size in 1_usize..40,
            times in proptest::collection::vec((0_i64..40_000_000_000, 1_usize..9), 1..30),
            seed in 0_u64..1000,
        ) {
            let mut stream = crate::base::stream::Stream::new(seed, "test", 0);
            let rows: Vec<Vec<f32>> =
                (0..9).map(|_| (0..size).map(|_| (stream.uniform() - 0.3) as f32).collect()).collect();
            let run = |shift_ps: i64, grouped: bool| {
                let mut lif = lif(size, &[("tau_m", 5.0), ("v_th", 2.0), ("t_ref", 1.0)]);
                lif.reset(Time::from_ps(shift_ps));
                let mut log = Vec::new();
                let mut t = shift_ps;
                for &(gap, n) in &times {
                    t += gap;
                    let mut fired = Vec::new();
                    lif.advance(Time::from_ps(t));
                    let arrived: Vec<&[f32]> = rows[..n].iter().map(Vec::as_slice).collect();
                    if grouped {
                        lif.receive(&arrived, 1.5);
                    } else {
                        arrived.iter().for_each(|row| lif.receive(&[row], 1.5));
                    }
                    lif.fire(&mut fired);
                    log.push((fired, lif.state.u.iter().map(|u| u.to_bits()).collect::<Vec<_>>()));
                }
                log
            };
            prop_assert_eq!(run(0, true), run(0, false));
            prop_assert_eq!(run(0, true), run(8 * 3_600_000_000_000_000, true));
        }
    }
}
