//! Synapses that excite as much as they inhibit.

use super::{Act, ActsOn, Entry, Homeostasis, Side};
use crate::base::parameter::{Default, Kind, ParameterSpec, Spec};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Balance {
            side: match values.text("per") {
                Some("source") => Side::Source,
                _ => Side::Target,
            },
        })))
    },
};

static SPEC: Spec = Spec {
    name: "balance",
    summary: "Balance of each neuron: what its synapses excite and inhibit adds up to nothing; for rules that take weights with their \
              sign.",
    equations: "at each instant, over the synapses of one neuron that are of one projection: w <- w - <w>",
    parameters: &[ParameterSpec::new(
        "per",
        Kind::Word(&["target", "source"]),
        "whose synapses are taken together: incoming or outgoing ones",
    )
    .or(Default::Word("target"))],
    source: "",
};

/// The force with its parameters.
#[derive(Debug)]
struct Balance {
    side: Side,
}

impl Homeostasis for Balance {
    fn side(&self) -> Side {
        self.side
    }

    fn is_signed(&self) -> bool {
        true
    }

    fn act(&self, weights: &mut [f64], _rate_hz: f64, _draw: &dyn Fn() -> Stream) {
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        weights.iter_mut().for_each(|w| *w -= mean);
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::{no_stream, of_weights};

    #[test]
    fn what_is_left_adds_up_to_nothing() {
        let force = of_weights("balance", &Values::new());
        let mut weights = [1.0, -3.0, 0.5];
        assert!(force.is_signed());
        force.act(&mut weights, 0.0, &no_stream);
        assert_eq!(weights, [1.5, -2.5, 1.0]);
    }
}
