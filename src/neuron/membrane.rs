//! The membrane that all leaky integrate-and-fire neurons have: its parameters, and what they must fulfil.

use crate::base::legible::legible;
use crate::base::parameter::{
    self, Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::Duration;

/// Share of the way from reset to threshold that rounding may take from a potential: of the usual 10 mV ten nanovolts. Several
/// roundings add up to far more than one.
const LEAST_TOLD: f64 = 1e-6;

/// Membrane time constant.
pub(super) const TAU_M: ParameterSpec = ParameterSpec::drawn(
    "tau_m",
    Dimension::Time,
    Range::Positive,
    "membrane time constant",
);

/// Spike threshold.
pub const V_TH: ParameterSpec = ParameterSpec::drawn(
    "v_th",
    Dimension::Voltage,
    Range::Finite,
    "spike threshold; a neuron driven above it by e_l and i_e fires by itself",
);

/// Potential after a spike.
pub(super) const V_RESET: ParameterSpec = ParameterSpec::drawn(
    "v_reset",
    Dimension::Voltage,
    Range::Finite,
    "potential after a spike, below v_th",
)
.or_number(0.0);

/// What a spike does to the potential, where arrivals move it at once.
pub(super) const RESET: ParameterSpec = ParameterSpec::new(
    "reset",
    Kind::Word(&["v_reset", SUBTRACT]),
    "what a spike does: v goes to v_reset, or v_th - v_reset is taken off it, so that what exceeds v_th is not lost",
)
.or(Default::Word("v_reset"));

/// The word for a reset by subtraction.
const SUBTRACT: &str = "subtract";

/// Resting potential.
pub const E_L: ParameterSpec = ParameterSpec::drawn(
    "e_l",
    Dimension::Voltage,
    Range::Finite,
    "resting potential",
)
.or_number(0.0);

/// Refractory period.
pub(super) const T_REF: ParameterSpec = ParameterSpec::drawn(
    "t_ref",
    Dimension::Time,
    Range::NonNegative,
    "refractory period: v is held at v_reset on [t, t + t_ref) after a spike at t",
)
.or_number(0.0);

/// Constant current.
pub(super) const I_E: ParameterSpec = ParameterSpec::drawn(
    "i_e",
    Dimension::Current,
    Range::Finite,
    "constant current into the neuron",
)
.or_number(0.0);

/// Membrane capacitance.
pub(super) const C_M: ParameterSpec = ParameterSpec::drawn(
    "c_m",
    Dimension::Capacitance,
    Range::Positive,
    "membrane capacitance; says what currents do",
)
.or_number(250.0);

/// Share of the way to the threshold by which the test is relaxed where arrivals move the potential at once, so that a
/// sum that equals v_th up to rounding always fires, at any time since the clock's origin. 2⁻⁴⁰ is some 4,000 roundings
/// of an f64 and far below any physical difference.
pub(super) const TIE: f64 = 1.0 / (1_u64 << 40) as f64;

/// A thousand ticks of the clock: to a shorter time constant its picoseconds are too coarse.
const SHORTEST: Duration = Duration::from_ps(1_000);

/// A membrane that leaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Membrane {
    /// Time constant.
    pub tau_m: Duration,
    /// Spike threshold in millivolts.
    pub v_th: f64,
    /// Potential after a spike in millivolts.
    pub v_reset: f64,
    /// Whether a spike takes `v_th` - `v_reset` off the potential.
    pub subtracts: bool,
    /// Resting potential in millivolts.
    pub e_l: f64,
    /// Refractory period.
    pub t_ref: Duration,
    /// Constant current in picoamperes.
    pub i_e: f64,
    /// Capacitance in picofarads.
    pub c_m: f64,
}

impl Membrane {
    /// From the values of a neuron.
    ///
    /// # Errors
    /// If the time constant is too short for the clock, or a duration too long.
    pub(super) fn new(given: &Given) -> Result<Self, ParameterError> {
        let values = &given.values;
        Ok(Self {
            tau_m: given.time_constant("tau_m")?,
            v_th: values["v_th"],
            v_reset: values["v_reset"],
            subtracts: values.text("reset") == Some(SUBTRACT),
            e_l: values["e_l"],
            t_ref: given.duration("t_ref")?,
            i_e: values["i_e"],
            c_m: values["c_m"],
        })
    }

    /// Where a spike takes the potential `v`.
    #[inline]
    pub fn after_spike(&self, v: f64) -> f64 {
        match self.subtracts {
            true => v - (self.v_th - self.v_reset),
            false => self.v_reset,
        }
    }

    /// Potential that a constant picoampere adds in the end, in millivolts.
    pub fn resistance(&self) -> f64 {
        // pA · ms / pF = mV.
        self.tau_m.as_ms() / self.c_m
    }

    /// Where v goes without arrivals while `injected_pa` flows in addition to the constant current, in millivolts.
    pub fn v_inf(&self, injected_pa: f64) -> f64 {
        self.e_l + (self.i_e + injected_pa) * self.tau_m.as_ms() / self.c_m
    }

    /// As [`v_inf`](Self::v_inf), multiplied in another order. The two may differ in the last bit; each model keeps the
    /// one that its published fingerprints were made with.
    pub fn v_inf_by_resistance(&self, injected_pa: f64) -> f64 {
        self.e_l + (self.i_e + injected_pa) * self.resistance()
    }
}

/// Values of one neuron, complete, and the model that they are of.
#[derive(Debug, Clone)]
pub(super) struct Given {
    spec: &'static Spec,
    pub(super) values: Values,
}

impl Given {
    /// `values` with the defaults of those that are missing.
    ///
    /// # Errors
    /// If a value is missing that has no default, or one is out of range.
    pub(super) fn new(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        Ok(Self {
            spec,
            values: parameter::complete(spec, values)?,
        })
    }

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
                    legible(self.values[name]),
                    SHORTEST.as_ms()
                ),
            ));
        }
        Ok(tau)
    }

    /// Checks where the potential goes: `v_inf`, without arrivals and adaptation.
    ///
    /// # Errors
    /// If that is no number, the threshold, or so far away that little is left of the way from reset to threshold, or the
    /// reset is not below the threshold.
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
                " and {target} are both {}, expected different potentials: v would approach the threshold \
                 without end",
                legible(v_inf)
            )));
        }
        if v_reset >= v_th {
            return Err(self.inconsistent(
                "v_reset",
                format!(
                    " is {}, expected below `v_th` ({})",
                    legible(v_reset),
                    legible(v_th)
                ),
            ));
        }
        let lost_mv = f64::EPSILON * v_inf.abs();
        if lost_mv > LEAST_TOLD * (v_th - v_reset) {
            let (name, of) = match i_e == 0.0 {
                true => ("e_l", String::new()),
                false => ("i_e", format!(" of {} pA", legible(i_e))),
            };
            return Err(self.inconsistent(name, format!(
                "{of} takes the potential to {} mV, expected nearer to `v_reset` and `v_th`: beside it double precision does not tell \
                 {} mV from {} mV",
                legible(v_inf),
                legible(v_reset),
                legible(v_th)
            )));
        }
        if self.values.text("reset") == Some(SUBTRACT) && self.values["t_ref"] > 0.0 {
            let reason = format!(
                " is \"{SUBTRACT}\", expected \"v_reset\" with a refractory period (`t_ref` is {} ms): v is held at v_reset in it",
                legible(self.values["t_ref"])
            );
            return Err(self.inconsistent("reset", reason));
        }
        Ok(())
    }
}
