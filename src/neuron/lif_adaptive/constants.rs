//! Constants of a population of adapting leaky integrate-and-fire neurons.

use super::decay::Rates;
use super::params::Params;
use crate::base::function::exp;
use crate::base::time::Duration;
use crate::neuron::membrane::TIE;

/// Shorter time constants between two moves of the clock's origin: factors stay below e⁸ ≈ 3,000, so that U − W ψ, a
/// difference of two that large, keeps 12 digits.
const REBASE_TAUS: f64 = 8.0;

/// Constants that follow from the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Derived {
    pub(super) rates: Rates,
    /// Step by which the origin moves.
    pub(super) rebase: Duration,
    /// What the membrane has gathered of the adaptation by then.
    pub(super) rebase_gathered: f64,
    /// What U is multiplied by when the origin moves.
    pub(super) rebase_membrane: f64,
    /// What W is.
    pub(super) rebase_adaptation: f64,
    /// What a spike adds to the pull, in millivolts.
    pub(super) jump: f64,
}

impl Derived {
    pub(super) fn new(params: &Params) -> Self {
        let (tau_m, tau_w) = (params.membrane.tau_m.ps() as f64, params.tau_w.ps() as f64);
        let rates = Rates {
            membrane: 1.0 / tau_m,
            adaptation: 1.0 / tau_w,
        };
        // At least a picosecond, so that the origin always moves on; capped far inside the clock's range.
        let rebase = Duration::from_ps((REBASE_TAUS * tau_m.min(tau_w)).clamp(1.0, 1e18) as i64);
        let step = rebase.ps() as f64;
        Self {
            rates,
            rebase,
            rebase_gathered: rates.clock(step).gathered,
            rebase_membrane: exp(-step * rates.membrane),
            rebase_adaptation: exp(-step * rates.adaptation),
            jump: params.jump(),
        }
    }
}

/// Constants that follow from the parameters and the current injected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drive {
    /// Where the potential goes without adaptation.
    pub(super) v_inf: f64,
    /// Threshold above it; negative for neurons that fire by themselves.
    pub(super) distance: f64,
    /// The same, less the tie tolerance: what is tested.
    pub(super) threshold: f64,
    /// Reset potential above it.
    pub(super) reset: f64,
}

impl Drive {
    pub(super) fn new(params: &Params, injected_pa: f64) -> Self {
        let v_inf = params.membrane.v_inf_by_resistance(injected_pa);
        let distance = params.membrane.v_th - v_inf;
        // Near v_inf the threshold itself would be too small a measure of what has been added up on the way to it.
        let span = distance
            .abs()
            .max(params.membrane.v_th - params.membrane.v_reset);
        Self {
            v_inf,
            distance,
            threshold: distance - span * TIE,
            reset: params.membrane.v_reset - v_inf,
        }
    }

    /// Whether it carries the neurons above the threshold.
    pub(super) fn is_above(&self) -> bool {
        self.distance < 0.0
    }
}
