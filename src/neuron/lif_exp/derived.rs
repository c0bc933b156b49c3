//! Constants that follow from the parameters, and what the method is tuned by.

use crate::base::time::Duration;
use crate::neuron::lif_exp::Params;
use crate::neuron::lif_exp::clock::{Decay, Grown, Rates, Sign, peak_ps};
use crate::neuron::lif_exp::crossing::Ahead;

/// Membrane time constants in a horizon at most. A longer one has looser bounds, a shorter one more sweeps: this is the
/// best for a network of few arrivals (Vogels & Abbott 2005).
const HORIZON_TAUS: f64 = 1.0 / 10.0;

/// Time constants of the excitatory current in a horizon at most: the best for one of many (Potjans & Diesmann 2014).
const HORIZON_TAUS_EX: f64 = 1.0 / 2.0;

/// mV/ps of a picoampere into a picofarad.
const MV_PER_PS: f64 = 1e-9;

/// Share of the distance to the threshold by which budgets are smaller than they might be: far above all roundings, far
/// below all that would cost something.
pub(super) const MARGIN: f64 = 1.0 / (1_u64 << 30) as f64;

/// Share of the same distance by which v may be short of the threshold when a crossing foreseen is due: some hundred
/// roundings of an f64, which at 1 mV/ms v makes up for in a thousandth of a tick.
pub(super) const TIE: f64 = 1.0 / (1_u64 << 46) as f64;

/// Constants that follow from the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Derived {
    pub(super) rates: Rates,
    /// Time constants of the excitatory current and of the inhibitory one.
    pub(super) tau_syn: [Duration; 2],
    pub(super) tau_m_ps: f64,
    pub(super) horizon: Duration,
    /// A horizon passed.
    pub(super) step: Decay,
    /// A horizon to come.
    pub(super) whole: Ahead,
    /// ψ_ex at a horizon's end.
    pub(super) psi_end: f64,
    /// Current over c_m of a unit weight.
    pub(super) unit: f64,
}

impl Derived {
    pub(super) fn new(params: &Params) -> Self {
        let tau_m_ps = params.membrane.tau_m.ps() as f64;
        let rise = peak_ps(params.membrane.tau_m, params.tau_syn_ex);
        let fall = 2.0 * peak_ps(params.membrane.tau_m, params.tau_syn_in);
        let longest = (HORIZON_TAUS * tau_m_ps)
            .min(HORIZON_TAUS_EX * params.tau_syn_ex.ps() as f64)
            .min(rise)
            .min(fall);
        let rates = Rates::new(params);
        let endless = Self {
            rates,
            tau_syn: [params.tau_syn_ex, params.tau_syn_in],
            tau_m_ps,
            horizon: Duration::ZERO,
            step: Decay::over(0.0, &rates),
            whole: Ahead::whole(0.0, &rates),
            psi_end: 0.0,
            unit: MV_PER_PS / params.membrane.c_m,
        };
        endless.with_horizon(longest)
    }

    /// With a horizon of as many whole picoseconds as there are in `ps`.
    pub(super) fn with_horizon(self, ps: f64) -> Self {
        // At least a tick, so that the clock always moves on.
        let horizon = Duration::from_ps((ps as i64).max(1));
        let (ps, rates) = (horizon.ps() as f64, &self.rates);
        Self {
            horizon,
            step: Decay::over(ps, rates),
            whole: Ahead::whole(ps, rates),
            psi_end: Grown::at(ps, rates, Sign::Excitatory).psi,
            ..self
        }
    }

    /// What a unit weight adds to v until the end of a horizon that begins with it.
    pub(super) fn most_rise(&self) -> f64 {
        self.unit * self.whole.k_ex
    }

    /// The longest horizon in which neither current falls further than to e^(−1/2), in picoseconds: in it what arrivals add
    /// is a short polynomial.
    pub(super) fn short_ps(&self) -> f64 {
        let fall = HORIZON_TAUS_EX / self.rates.inh;
        (self.horizon.ps() as f64).min(fall)
    }
}
