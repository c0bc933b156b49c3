//! What the parameters of all leaky integrate-and-fire neurons must fulfil.

use crate::base::parameter::{ModelSpec, ParameterError, Values};
use crate::base::time::Duration;

/// Share of the way to the threshold by which the test is relaxed where arrivals move the potential at once, so that a
/// sum that equals v_th up to rounding always fires, at any time since the clock's origin. 2⁻⁴⁰ is some 4,000 roundings
/// of an f64 and far below any physical difference.
pub(super) const TIE: f64 = 1.0 / (1_u64 << 40) as f64;

/// A thousand ticks of the clock: to a shorter time constant its picoseconds are too coarse.
const SHORTEST: Duration = Duration::from_ps(1_000);

/// Values of one neuron, complete, and the model that they are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) spec: &'static ModelSpec,
    pub(super) values: &'a Values,
}

impl Given<'_> {
    /// A contradiction between parameters.
    pub(super) fn inconsistent(&self, reason: String) -> ParameterError {
        ParameterError::Inconsistent {
            model: self.spec.name,
            reason,
        }
    }

    /// The duration called `name`.
    ///
    /// # Errors
    /// If the clock cannot count it.
    pub(super) fn duration(&self, name: &str) -> Result<Duration, ParameterError> {
        Duration::from_ms(self.values[name])
            .map_err(|error| self.inconsistent(format!("`{name}`: {error}")))
    }

    /// The time constant called `name`.
    ///
    /// # Errors
    /// If it is too short for the clock, or too long.
    pub(super) fn time_constant(&self, name: &str) -> Result<Duration, ParameterError> {
        let tau = self.duration(name)?;
        if tau < SHORTEST {
            return Err(self.inconsistent(format!(
                "`{name}` is {} ms, expected at least {} ms on a clock of picoseconds",
                self.values[name],
                SHORTEST.as_ms()
            )));
        }
        Ok(tau)
    }

    /// Checks where the potential goes: `v_inf`, without arrivals and adaptation.
    ///
    /// # Errors
    /// If that is no number or the threshold, or the reset is not below the threshold.
    pub(super) fn check_potentials(&self, v_inf: f64) -> Result<(), ParameterError> {
        let [v_th, v_reset, i_e] = ["v_th", "v_reset", "i_e"].map(|name| self.values[name]);
        if !v_inf.is_finite() {
            return Err(self.inconsistent(format!(
                "`i_e` of {i_e} pA moves the potential beyond all numbers, expected `i_e` `tau_m` / `c_m` within them"
            )));
        }
        if v_th == v_inf {
            let target = if i_e == 0.0 {
                "`e_l`"
            } else {
                "`e_l` + `i_e` `tau_m` / `c_m`"
            };
            return Err(self.inconsistent(format!(
                "`v_th` and {target} are both {v_inf}, expected different potentials: v would approach the threshold \
                 without end"
            )));
        }
        if v_reset >= v_th {
            return Err(self.inconsistent(format!(
                "`v_reset` is {v_reset}, expected below `v_th` ({v_th})"
            )));
        }
        Ok(())
    }
}
