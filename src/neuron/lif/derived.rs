//! Constants that follow from the parameters and the current that flows.

use super::Params;
use crate::base::function::exp;
use crate::base::time::Duration;
use crate::neuron::membrane::TIE;

/// Time constants between two moves of the clock's origin: the factor e^((t − t₀)/τ) stays below e¹⁶ ≈ 9e6, far from
/// where f64 would lose small arrivals beside large ones.
const REBASE_TAUS: f64 = 16.0;

/// What the loops calculate with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Derived {
    /// 1 / τ per picosecond.
    pub(super) rate_per_ps: f64,
    /// Step by which the origin moves.
    pub(super) rebase: Duration,
    /// What u is multiplied by when it does.
    pub(super) rebase_factor: f64,
    /// The potential that v decays to.
    pub(super) v_inf: f64,
    /// Threshold above v_inf; negative for neurons that fire by themselves.
    pub(super) distance: f64,
    /// The same, less the tie tolerance: what is tested.
    pub(super) threshold: f64,
    /// Reset potential above v_inf.
    pub(super) reset: f64,
    /// What a spike takes off the potential, where it does not set it.
    pub(super) step: Option<f64>,
    /// Resting potential above v_inf.
    pub(super) rest: f64,
}

impl Derived {
    /// While `injected_pa` flows in addition to the current of `params`.
    pub(super) fn new(params: &Params, injected_pa: f64) -> Self {
        let tau_ps = params.membrane.tau_m.ps() as f64;
        // At least a picosecond, so that the origin always moves on; capped far inside the clock's range.
        let rebase = Duration::from_ps((REBASE_TAUS * tau_ps).clamp(1.0, 1e18) as i64);
        let v_inf = params.membrane.v_inf(injected_pa);
        let distance = params.membrane.v_th - v_inf;
        Self {
            rate_per_ps: 1.0 / tau_ps,
            rebase,
            rebase_factor: exp(-(rebase.ps() as f64) / tau_ps),
            v_inf,
            distance,
            threshold: distance - distance.abs() * TIE,
            reset: params.membrane.v_reset - v_inf,
            step: params
                .membrane
                .subtracts
                .then_some(params.membrane.v_th - params.membrane.v_reset),
            rest: params.membrane.e_l - v_inf,
        }
    }

    /// Whether neurons reach the threshold by themselves. One that approaches it without end does not.
    pub(super) fn crosses(&self) -> bool {
        self.distance < 0.0
    }
}
