//! Weights that fade.

use super::{Act, ActsOn, Entry, Homeostasis};
use crate::base::function::exp;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Decay {
            factor: exp(-values["share"]),
        })))
    },
};

static SPEC: Spec = Spec {
    name: "decay",
    summary: "Weight decay: every synapse loses the same share.",
    equations: "at each instant: w <- w * exp(-share)",
    parameters: &[ParameterSpec::quantity(
        "share",
        Dimension::One,
        Range::NonNegative,
        "what is lost at an instant; for a time constant tau, every / tau",
    )],
    source: "Hanson, Pratt 1988, Adv Neural Inf Process Syst 1:177 (weight decay)",
};

/// The force with its parameters.
#[derive(Debug)]
struct Decay {
    factor: f64,
}

impl Homeostasis for Decay {
    fn act(&self, strengths: &mut [f64], _rate_hz: f64, _draw: &dyn Fn() -> Stream) {
        strengths.iter_mut().for_each(|w| *w *= self.factor);
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::{no_stream, of_weights};

    #[test]
    fn two_halves_are_one_whole() {
        let decay = |share| of_weights("decay", &Values::from([("share", share)]));
        let (mut once, mut twice) = ([1.0, 0.5], [1.0, 0.5]);
        decay(0.2).act(&mut once, 0.0, &no_stream);
        decay(0.1).act(&mut twice, 0.0, &no_stream);
        decay(0.1).act(&mut twice, 0.0, &no_stream);
        assert!((once[0] - twice[0]).abs() < 1e-15 && (once[1] - 0.5 * once[0]).abs() < 1e-15);
    }
}
