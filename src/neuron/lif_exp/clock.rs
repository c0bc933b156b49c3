//! The factored clock: what a span of time does to a neuron, and what an arrival at some instant adds to it.

use crate::base::function::{
    GROWTH_NEAR, exp_polynomial, exp_polynomial_each, growth_integral, growth_integral_below_near,
    growth_integral_each, ln,
};
use crate::base::time::Duration;
use crate::neuron::EXPECTED;
use crate::neuron::lif_exp::params::Params;

/// Inverse time constants per picosecond.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    pub(super) m: f64,
    pub(super) ex: f64,
    pub(super) inh: f64,
}

impl Rates {
    pub(super) fn new(params: &Params) -> Self {
        let rate = |tau: Duration| 1.0 / tau.ps() as f64;
        Self {
            m: rate(params.membrane.tau_m),
            ex: rate(params.tau_syn_ex),
            inh: rate(params.tau_syn_in),
        }
    }

    /// Of the current that arrivals of a sign bring.
    pub(super) fn of(&self, sign: Sign) -> f64 {
        match sign {
            Sign::Excitatory => self.ex,
            Sign::Inhibitory => self.inh,
        }
    }

    /// How much faster the membrane decays than that current, per picosecond.
    pub(super) fn delta(&self, sign: Sign) -> f64 {
        self.m - self.of(sign)
    }
}

/// What a span of time does to a neuron to which nothing arrives: it takes (u, g_ex, g_in), the potential above v_inf
/// and the currents over c_m, to (m u + k_ex g_ex + k_in g_in, ex g_ex, inh g_in).
#[derive(Debug, Clone, Copy)]
pub(super) struct Decay {
    pub(super) m: f64,
    pub(super) ex: f64,
    pub(super) inh: f64,
    /// Picoseconds.
    pub(super) k_ex: f64,
    /// Picoseconds.
    pub(super) k_inh: f64,
}

impl Decay {
    /// Over `ps` ≥ 0 picoseconds, be they hours.
    pub(super) fn over(ps: f64, rates: &Rates) -> Self {
        let m = exp_polynomial(-ps * rates.m);
        let (ex, k_ex) = current(ps, m, rates.m, rates.ex);
        let (inh, k_inh) = if rates.inh == rates.ex {
            (ex, k_ex)
        } else {
            current(ps, m, rates.m, rates.inh)
        };
        Self {
            m,
            ex,
            inh,
            k_ex,
            k_inh,
        }
    }

    /// The potential above v_inf that it leads to.
    #[inline]
    pub(super) fn above(&self, u: f64, g_ex: f64, g_inh: f64) -> f64 {
        self.m * u + self.k_ex * g_ex + self.k_inh * g_inh
    }
}

/// Decay of a current, and ∫₀^t e^(−(t−s) m) e^(−s rate) ds, what of it has gathered on the membrane. Of its two forms
/// the one whose exponential does not grow is taken, so that no span is too long.
#[inline]
fn current(ps: f64, decay_m: f64, m: f64, rate: f64) -> (f64, f64) {
    let decay = exp_polynomial(-ps * rate);
    let delta = m - rate;
    let gathered = if delta > 0.0 {
        decay * growth_integral(ps, -delta)
    } else {
        decay_m * growth_integral(ps, delta)
    };
    (decay, gathered)
}

/// Which current an arrival belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Excitatory,
    Inhibitory,
}

impl Sign {
    pub(super) fn of(weight: f64) -> Self {
        if weight > 0.0 {
            Self::Excitatory
        } else {
            Self::Inhibitory
        }
    }
}

/// Growth of one current since the clock's origin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grown {
    /// e^(x/τ).
    pub(super) growth: f64,
    /// (e^(δ x) − 1)/δ.
    pub(super) psi: f64,
}

impl Grown {
    /// At the origin.
    pub(super) const START: Self = Self {
        growth: 1.0,
        psi: 0.0,
    };

    /// Both currents at several times after the origin, to the bit as [`at`](Self::at).
    pub(super) fn at_each(x: &[f64; EXPECTED], rates: &Rates, grown: &mut [[Self; 2]; EXPECTED]) {
        for (number, sign) in [Sign::Excitatory, Sign::Inhibitory].into_iter().enumerate() {
            if number == 1 && rates.inh == rates.ex {
                grown.iter_mut().for_each(|[ex, inh]| *inh = *ex);
                return;
            }
            let (mut growth, mut psi) = (x.map(|x| x * rates.of(sign)), *x);
            exp_polynomial_each(&mut growth);
            growth_integral_each(&mut psi, rates.delta(sign));
            for (k, grown) in grown.iter_mut().enumerate() {
                grown[number] = Self {
                    growth: growth[k],
                    psi: psi[k],
                };
            }
        }
    }

    /// As [`at`](Self::at), and e^(δ x), which is a step towards ψ.
    pub(super) fn with_ratio(x: f64, rates: &Rates, sign: Sign) -> (Self, f64) {
        let delta = rates.delta(sign);
        let ratio = exp_polynomial(delta * x);
        let psi = if (delta * x).abs() >= GROWTH_NEAR {
            (ratio - 1.0) / delta
        } else {
            growth_integral_below_near(x, delta)
        };
        let growth = exp_polynomial(x * rates.of(sign));
        (Self { growth, psi }, ratio)
    }

    /// `x` picoseconds after the origin, or before it.
    pub(super) fn at(x: f64, rates: &Rates, sign: Sign) -> Self {
        Self {
            growth: exp_polynomial(x * rates.of(sign)),
            psi: growth_integral(x, rates.delta(sign)),
        }
    }
}

/// When the response to a unit current is highest, in picoseconds: ln(τ_m/τ) / (1/τ − 1/τ_m).
pub(super) fn peak_ps(tau_m: Duration, tau: Duration) -> f64 {
    let (tau_m, tau) = (tau_m.ps() as f64, tau.ps() as f64);
    let z = (tau_m - tau) / tau;
    // ln(1 + z)/z by its series where the quotient would cancel.
    if z.abs() < 1e-4 {
        tau_m * (1.0 - z / 2.0)
    } else {
        tau_m * ln(1.0 + z) / z
    }
}
