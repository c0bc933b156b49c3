//! What the parameters of all leaky integrate-and-fire neurons must fulfil.

use crate::base::parameter::{ParameterError, Spec, Values};
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
    pub(super) spec: &'static Spec,
    pub(super) values: &'a Values,
}

impl Given<'_> {
    /// A contradiction between parameters, `parameter` the one to mend; `reason` goes on behind its name.
    pub(super) fn inconsistent(&self, parameter: &'static str, reason: String) -> ParameterError {
        ParameterError::Inconsistent {
            model: self.spec.name,
            parameter,
            neuron: None,
            reason,
        }
    }

    /// The duration called `name`.
    ///
    /// # Errors
    /// If the clock cannot count it.
    pub(super) fn duration(&self, name: &'static str) -> Result<Duration, ParameterError> {
        Duration::from_ms(self.values[name])
            .map_err(|error| self.inconsistent(name, format!(": {error}")))
    }

    /// The time constant called `name`.
    ///
    /// # Errors
    /// If it is too short for the clock, or too long.
    pub(super) fn time_constant(&self, name: &'static str) -> Result<Duration, ParameterError> {
        let tau = self.duration(name)?;
        if tau < SHORTEST {
            return Err(self.inconsistent(
                name,
                format!(
                    " is {} ms, expected at least {} ms on a clock of picoseconds",
                    self.values[name],
                    SHORTEST.as_ms()
                ),
            ));
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
            return Err(self.inconsistent("i_e", format!(
                " of {i_e} pA moves the potential beyond all numbers, expected `i_e` `tau_m` / `c_m` within them"
            )));
        }
        if v_th == v_inf {
            let target = if i_e == 0.0 {
                "`e_l`"
            } else {
                "`e_l` + `i_e` `tau_m` / `c_m`"
            };
            return Err(self.inconsistent("v_th", format!(
                " and {target} are both {v_inf}, expected different potentials: v would approach the threshold \
                 without end"
            )));
        }
        if v_reset >= v_th {
            return Err(self.inconsistent(
                "v_reset",
                format!(" is {v_reset}, expected below `v_th` ({v_th})"),
            ));
        }
        Ok(())
    }
}
