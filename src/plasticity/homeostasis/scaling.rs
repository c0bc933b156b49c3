//! Scaling towards a rate.

use super::{Act, ActsOn, Entry, Homeostasis};
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;
use crate::plasticity::rule::tau;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Scaling {
            rate_hz: values["rate"],
            gain: values["gain"],
            tau_ms: values["tau"],
        })))
    },
};

static SPEC: Spec = Spec {
    name: "scaling",
    summary: "Synaptic scaling: all synapses onto a neuron grow by one factor while it fires less than `rate`, and shrink while it \
              fires more.",
    equations: "at each instant, for the synapses of one projection onto one target: w <- w * (1 + gain * (1 - r / rate)), the factor from 0 to 1 + \
                gain;  r is the target's rate, averaged exponentially with tau",
    parameters: &[
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::Positive,
            "rate that targets are brought to",
        ),
        ParameterSpec::quantity(
            "gain",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "by which share a silent target's synapses grow at each instant",
        )
        .or_number(0.01),
        tau("tau", 10_000.0, "time over which rates are averaged"),
    ],
    source: "Turrigiano, Leslie, Desai, Rutherford, Nelson 1998, Nature 391:892; van Rossum, Bi, Turrigiano 2000, J Neurosci \
             20:8812",
};

/// The force with its parameters.
#[derive(Debug)]
struct Scaling {
    rate_hz: f64,
    gain: f64,
    tau_ms: f64,
}

impl Homeostasis for Scaling {
    fn average_ms(&self) -> Option<f64> {
        Some(self.tau_ms)
    }

    fn act(&self, strengths: &mut [f64], rate_hz: f64, _draw: &dyn Fn() -> Stream) {
        let factor = (1.0 + self.gain * (1.0 - rate_hz / self.rate_hz)).max(0.0);
        strengths.iter_mut().for_each(|w| *w *= factor);
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::{no_stream, of_weights};

    #[test]
    fn silent_neurons_gain_and_busy_ones_lose() {
        let values = Values::from([("rate", 5.0), ("gain", 0.1)]);
        let scaling = of_weights("scaling", &values);
        for (rate_hz, factor) in [(0.0, 1.1), (5.0, 1.0), (10.0, 0.9), (500.0, 0.0)] {
            let mut strengths = [2.0];
            scaling.act(&mut strengths, rate_hz, &no_stream);
            assert!((strengths[0] - 2.0 * factor).abs() < 1e-12);
        }
    }
}
