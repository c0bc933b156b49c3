//! Short-term plasticity: how much of its weight a synapse passes on depends on when it was last used.
//!
//! It depends on arrivals alone, which all synapses of a row share: one state for each row.

use serde::{Deserialize, Serialize};

use crate::base::function::exp;
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::stream::mix;
use crate::base::time::{PS_PER_MS, Time};

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "tsodyks_markram",
    summary: "Depression and facilitation: an arrival uses up the share u of the resources x, which recover; u itself grows with \
              use and falls back.",
    equations: "an arrival adds w * u * x, after a gap h: x <- 1 + (x - x u - 1) exp(-h / tau_rec), u <- u_0 + u (1 - u_0) exp(-h / \
                tau_fac); the first from a source finds x = 1, u = u_0, and all synapses of a source share its x and u, also those that come \
                later",
    parameters: &[
        ParameterSpec::quantity(
            "u_0",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "share of the resources that an arrival uses after a rest",
        ),
        ParameterSpec::quantity(
            "tau_rec",
            Dimension::Time,
            Range::Positive,
            "time constant of recovery: depression",
        ),
        ParameterSpec::quantity(
            "tau_fac",
            Dimension::Time,
            Range::NonNegative,
            "time constant of facilitation, 0 for none",
        )
        .or_number(0.0),
    ],
    source: "Tsodyks, Markram 1997, PNAS 94:719; Tsodyks, Pawelzik, Markram 1998, Neural Comput 10:821",
};

/// Every model of short-term plasticity.
pub fn specs() -> Vec<&'static Spec> {
    vec![&SPEC]
}

/// The model with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShortTerm {
    u_0: f64,
    tau_rec_ms: f64,
    tau_fac_ms: f64,
}

/// What arrivals have left on a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Used {
    last: Time,
    x: f64,
    u: f64,
}

/// The model and its state on every row.
#[derive(Debug, Clone, PartialEq)]
pub struct ShortTermRows {
    model: ShortTerm,
    rows: Vec<Used>,
}

impl ShortTerm {
    /// With `values` for its parameters.
    ///
    /// # Errors
    /// If a value is missing, unknown or out of range.
    pub fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        Ok(Self {
            u_0: values["u_0"],
            tau_rec_ms: values["tau_rec"],
            tau_fac_ms: values["tau_fac"],
        })
    }

    /// A number that differs where parameters do.
    pub fn hash(self) -> u64 {
        let Self {
            u_0,
            tau_rec_ms,
            tau_fac_ms,
        } = self;
        let numbers = [u_0, tau_rec_ms, tau_fac_ms].map(f64::to_bits);
        numbers.iter().fold(0, |hash, number| mix(hash ^ number))
    }

    fn arrive(self, used: &mut Used, t: Time) -> f64 {
        if used.last == Time::NEVER {
            (used.x, used.u) = (1.0, self.u_0);
        } else {
            let ms = t.since(used.last).ps() as f64 / PS_PER_MS as f64;
            used.x = 1.0 + (used.x - used.x * used.u - 1.0) * exp(-ms / self.tau_rec_ms);
            let facilitates = match self.tau_fac_ms > 0.0 {
                true => exp(-ms / self.tau_fac_ms),
                false => 0.0,
            };
            used.u = self.u_0 + used.u * (1.0 - self.u_0) * facilitates;
        }
        used.last = t;
        used.x * used.u
    }
}

impl ShortTermRows {
    const REST: Used = Used {
        last: Time::NEVER,
        x: 1.0,
        u: 0.0,
    };

    /// So many rows at rest.
    pub fn new(model: ShortTerm, n_rows: usize) -> Self {
        Self {
            model,
            rows: vec![Self::REST; n_rows],
        }
    }

    /// The share of its weights that row number `row`, which arrives at `t`, passes on.
    #[inline]
    pub fn arrive(&mut self, t: Time, row: usize) -> f64 {
        self.model.arrive(&mut self.rows[row], t)
    }

    /// Every row to rest.
    pub fn reset(&mut self) {
        self.rows.fill(Self::REST);
    }

    /// The parameters as a number.
    pub fn hash(&self) -> u64 {
        self.model.hash()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(self.rows.as_slice())
    }

    /// All that changes.
    pub fn save(&self) -> SavedRows {
        SavedRows(self.rows.clone())
    }

    /// Goes on from what [`save`](Self::save) gave; whether it is that of so many rows.
    pub fn load(&mut self, saved: SavedRows) -> bool {
        let fits = saved.0.len() == self.rows.len();
        if fits {
            self.rows = saved.0;
        }
        fits
    }
}

/// The state of all rows, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedRows(Vec<Used>);

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(u_0: f64, tau_rec: f64, tau_fac: f64) -> ShortTermRows {
        let values = Values::from([("u_0", u_0), ("tau_rec", tau_rec), ("tau_fac", tau_fac)]);
        ShortTermRows::new(ShortTerm::new(&values).expect("valid"), 2)
    }

    fn at(ms: f64) -> Time {
        Time::from_ms(ms).expect("in range")
    }

    /// At a steady rate resources settle where what is used recovers: x = (1 − q) / (1 − (1 − u) q), q = e^(−h/τ_rec).
    #[test]
    fn a_steady_rate_settles_at_its_fixed_point() {
        let mut rows = rows(0.45, 800.0, 0.0);
        let shares: Vec<f64> = (0..400)
            .map(|k| rows.arrive(at(50.0 * f64::from(k)), 0))
            .collect();
        assert_eq!(shares[0], 0.45);
        let q = (-50.0_f64 / 800.0).exp();
        let expected = 0.45 * (1.0 - q) / (1.0 - 0.55 * q);
        assert!((shares[399] - expected).abs() < 1e-12);
        // Another row has not been used.
        assert_eq!(rows.arrive(at(1e6), 1), 0.45);
    }

    #[test]
    fn use_facilitates_and_rest_forgets() {
        let mut rows = rows(0.1, 10.0, 1000.0);
        let first = rows.arrive(at(0.0), 0);
        let later: Vec<f64> = (1..5)
            .map(|k| rows.arrive(at(40.0 * f64::from(k)), 0))
            .collect();
        assert!(later.is_sorted() && later[0] > first, "{first} {later:?}");
        let rested = rows.arrive(at(1e5), 0);
        assert!((rested - 0.1).abs() < 1e-9);
    }
}
