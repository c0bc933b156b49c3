//! The Rulkov map: a neuron that goes in steps.
//!
//! The map has no unit of time of its own; a parameter says how long a step takes. Steps are taken at whole multiples of
//! it from the start of the run, or of a bout that keeps nothing but weights, or from where the neuron stood when its parameters changed; what arrives in between is
//! there at the next step. A neuron that has come to its fixed point, to the last bit, is not stepped: nothing would
//! change.

use serde::{Deserialize, Serialize};

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;
use crate::neuron::individual::{self, Dynamics};
use crate::neuron::membrane::Given;
use crate::neuron::{Example, Model, Variable};

/// The model in the registry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::One),
    variables: &[
        Variable {
            name: "v",
            dimension: Dimension::One,
            doc: "fast variable: the potential, about -0.94 at rest, above 0 in a spike",
        },
        Variable {
            name: "u",
            dimension: Dimension::One,
            doc: "slow variable",
        },
        Variable {
            name: "i",
            dimension: Dimension::One,
            doc: "synaptic input",
        },
    ],
    build: |setup| individual::build::<Rulkov>(&setup),
    levels: &[],
    bytes: |_| individual::bytes::<Rulkov>(),
    example: Example {
        values: &[("step", 0.5)],
        weight: 0.1,
    },
};

static SPEC: Spec = Spec {
    name: "rulkov",
    summary: "Rulkov map: a neuron in steps of its own, with regular spiking and an input that decays.",
    equations: "each step: w = u + beta_e i;  v <- alpha/(1 - v) + w if v <= 0;  alpha + w if 0 < v < alpha + w and v of \
                the step before <= 0;  else -1, and a spike;  u <- u - mu (v + 1) + mu sigma + mu i, with v from before \
                the step;  i <- decay i.  An arrival adds its weight / resistance to i, times the gain of the projection \
                if it has one; at the instant of a step, for the next one",
    parameters: &[
        ParameterSpec::drawn(
            "step",
            Dimension::Time,
            Range::Positive,
            "how long a step of the map takes; the map itself has no unit of time",
        ),
        ParameterSpec::drawn(
            "alpha",
            Dimension::One,
            Range::Finite,
            "shape of the spikes",
        )
        .or_number(3.65),
        ParameterSpec::drawn(
            "sigma",
            Dimension::One,
            Range::Finite,
            "excitability: v at rest is sigma - 1",
        )
        .or_number(0.06),
        ParameterSpec::drawn("mu", Dimension::One, Range::Positive, "slowness of u")
            .or_number(0.0005),
        ParameterSpec::drawn(
            "beta_e",
            Dimension::One,
            Range::Finite,
            "how much of the input acts on v at once",
        )
        .or_number(0.133),
        ParameterSpec::drawn(
            "decay",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "share of the input that is left after a step",
        )
        .or_number(0.985),
        ParameterSpec::drawn(
            "resistance",
            Dimension::One,
            Range::Positive,
            "what weights are divided by",
        )
        .or_number(1.0),
    ],
    source: "Rulkov 2002, Phys Rev E 65:041922; with the input and the parameters of Golden et al. 2022, PLoS Comput Biol \
             18:e1010628",
};

/// Input below this is none: 2⁻⁶⁰, of which `beta_e` and `mu` make less than the last bit of u, which is near −2.8, so
/// that neither v nor u would notice. Without it an input would never end.
pub const NO_INPUT: f64 = 1.0 / (1_u64 << 60) as f64;

/// Steps after which a neuron that has not come to its fixed point by itself is taken to have none that holds it: it
/// takes a thousand or so with the published parameters.
const SETTLED: u32 = 200_000;

/// The map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Map {
    /// Shape of the spikes.
    pub alpha: f64,
    /// Excitability.
    pub sigma: f64,
    /// Slowness of u.
    pub mu: f64,
    /// How much of the input acts at once.
    pub beta_e: f64,
    /// Share of the input left after a step.
    pub decay: f64,
}

/// What the map goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The fast variable.
    pub v: f64,
    /// The same a step before.
    pub before: f64,
    /// The slow variable.
    pub u: f64,
    /// Input.
    pub i: f64,
}

impl Map {
    /// The next point, and whether the neuron spikes in coming there.
    #[inline]
    pub fn step(&self, at: Point) -> (Point, bool) {
        let Point { v, before, u, i } = at;
        let w = u + self.beta_e * i;
        let top = self.alpha + w;
        let (next, spikes) = if v <= 0.0 {
            (self.alpha / (1.0 - v) + w, false)
        } else if v < top && before <= 0.0 {
            (top, false)
        } else {
            (-1.0, true)
        };
        let left = self.decay * i;
        let next = Point {
            v: next,
            before: v,
            u: u - self.mu * (v + 1.0) + self.mu * self.sigma + self.mu * i,
            i: if left.abs() < NO_INPUT { 0.0 } else { left },
        };
        (next, spikes)
    }

    /// Whether steps change nothing any more, whatever the number.
    pub fn rests(&self, at: Point) -> bool {
        // The quickest to say no first.
        at.i == 0.0 && at.before == at.v && self.step(at) == (at, false)
    }

    /// Where the map comes to rest by itself, and whether it does: from its fixed point, down to the last bit.
    pub fn rest(&self) -> (Point, bool) {
        let v = self.sigma - 1.0;
        let fixed = Point {
            v,
            before: v,
            u: v - self.alpha / (1.0 - v),
            i: 0.0,
        };
        let mut at = fixed;
        for _ in 0..SETTLED {
            if self.rests(at) {
                return (at, true);
            }
            let (next, spikes) = self.step(at);
            if spikes {
                break;
            }
            at = next;
        }
        (fixed, false)
    }
}

/// A neuron that is a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rulkov {
    map: Map,
    step: Duration,
    resistance: f64,
    rest: Point,
    /// Whether it rests where nothing arrives.
    rests: bool,
}

/// All of a neuron that changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct State {
    at: Point,
    /// Picoseconds since its last step, fewer than a step.
    phase: u64,
    /// Whether its last step was a spike that nobody has seen yet.
    spikes: bool,
}

impl Rulkov {
    fn step_ps(&self) -> u64 {
        self.step.ps().unsigned_abs()
    }

    /// Steps in `dt` picoseconds from a phase, and the phase then.
    fn steps(&self, phase: u64, dt: f64) -> (u64, u64) {
        let passed = phase.saturating_add(dt as u64);
        (passed / self.step_ps(), passed % self.step_ps())
    }
}

impl Dynamics for Rulkov {
    type State = State;

    const SPEC: &'static Spec = &SPEC;

    const HAS_CURRENTS: bool = true;

    const REBOUNDS: bool = true;

    const WIDTH: usize = 6;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let given = Given::new(&SPEC, values)?;
        let number = |name| given.values[name];
        let map = Map {
            alpha: number("alpha"),
            sigma: number("sigma"),
            mu: number("mu"),
            beta_e: number("beta_e"),
            decay: number("decay"),
        };
        if map.sigma >= 1.0 {
            let reason = format!(
                " is {}, expected below 1: v at rest is sigma - 1, and above 0 there is none",
                legible(map.sigma)
            );
            return Err(given.inconsistent("sigma", reason));
        }
        let (rest, rests) = map.rest();
        Ok(Self {
            map,
            step: given.time_constant("step")?,
            resistance: number("resistance"),
            rest,
            rests,
        })
    }

    fn t_ref(&self) -> Duration {
        Duration::ZERO
    }

    fn rest(&self) -> State {
        State {
            at: self.rest,
            phase: 0,
            spikes: false,
        }
    }

    fn decay(&self, state: &mut State, dt: f64, _left: &[f64]) {
        let (steps, phase) = self.steps(state.phase, dt);
        state.phase = phase;
        for _ in 0..steps {
            if self.map.rests(state.at) {
                return;
            }
            (state.at, state.spikes) = self.map.step(state.at);
        }
    }

    fn hold(&self, state: &mut State, dt: f64) {
        self.advance(state, dt);
    }

    fn receive(&self, state: &mut State, weight: f64) {
        state.at.i += weight / self.resistance;
    }

    fn is_reached(&self, state: &State) -> bool {
        state.spikes
    }

    /// The step has reset it.
    fn fire(&self, state: &mut State) {
        state.spikes = false;
    }

    /// There is no capacitance, and so no current.
    fn inject(&mut self, _current_pa: f64) {}

    fn is_driven(&self) -> bool {
        !self.rests
    }

    fn may_cross(&self, state: &State, within: f64) -> bool {
        state.spikes || self.steps(state.phase, within).0 > 0 && !self.map.rests(state.at)
    }

    fn crossing(&self, state: &State, within: f64) -> Option<f64> {
        if state.spikes {
            return Some(0.0);
        }
        let mut at = state.at;
        for k in 1..=self.steps(state.phase, within).0 {
            let (next, spikes) = self.map.step(at);
            if spikes {
                return Some((k * self.step_ps() - state.phase) as f64);
            }
            at = next;
            if self.map.rests(at) {
                return None;
            }
        }
        None
    }

    fn variable(&self, state: &State, variable: usize) -> f64 {
        let Point { v, before: _, u, i } = state.at;
        [v, u, i][variable]
    }

    fn set_potential(&self, state: &mut State, v: f64) {
        (state.at.v, state.at.before) = (v, v);
    }

    fn is_finite(&self, state: &State) -> bool {
        let Point { v, before, u, i } = state.at;
        [v, before, u, i].into_iter().all(f64::is_finite)
    }

    fn numbers(&self, state: &State) -> impl IntoIterator<Item = f64> {
        let Point { v, before, u, i } = state.at;
        [v, u, i, before, state.phase as f64, f64::from(state.spikes)]
    }

    /// With shorter steps than it has waited for, the next comes when it would have come after some of these.
    fn of_numbers(&self, numbers: &[f64], _held: bool) -> State {
        State {
            at: Point {
                v: numbers[0],
                u: numbers[1],
                i: numbers[2],
                before: numbers[3],
            },
            phase: numbers[4] as u64 % self.step_ps(),
            spikes: numbers[5] != 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
