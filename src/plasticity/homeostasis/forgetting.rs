//! Weights that go back to where they began.

use super::{Act, ActsOn, Entry, Homeostasis};
use crate::base::function::exp;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Forgetting {
            left: exp(-values["share"]),
        })))
    },
};

static SPEC: Spec = Spec {
    name: "forgetting",
    summary: "Decay to the slow part of a synapse, the weight that it was declared with: every synapse loses the same share of what it \
              has learnt.",
    equations: "at each instant: w <- w_0 + (w - w_0) exp(-share), w_0 the weight before the run",
    parameters: &[ParameterSpec::quantity(
        "share",
        Dimension::One,
        Range::NonNegative,
        "what is lost at an instant; for a time constant tau, every / tau; 1000 loses all",
    )],
    source: "",
};

/// The force with its parameters.
#[derive(Debug)]
struct Forgetting {
    left: f64,
}

impl Homeostasis for Forgetting {
    fn left(&self) -> Option<f64> {
        Some(self.left)
    }

    /// Each synapse has its own slow part, which who calls keeps.
    fn act(&self, _strengths: &mut [f64], _rate_hz: f64, _draw: &dyn Fn() -> Stream) {}
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::of_weights;

    #[test]
    fn two_halves_are_one_whole() {
        let left = |share: f64| {
            of_weights("forgetting", &Values::from([("share", share)]))
                .left()
                .unwrap()
        };
        assert!((left(0.2) - left(0.1) * left(0.1)).abs() < 1e-15);
        assert_eq!((left(0.0), left(1000.0)), (1.0, 0.0));
    }
}
