//! Synapses that share what a neuron has.

use super::{Act, ActsOn, Entry, Homeostasis, Side};
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Normalisation {
            mean: values["mean"],
            side: match values.text("per") {
                Some("source") => Side::Source,
                _ => Side::Target,
            },
            is_subtractive: values.text("way") == Some("subtractive"),
        })))
    },
};

static SPEC: Spec = Spec {
    name: "normalisation",
    summary: "Weight normalisation: the synapses of each neuron keep their mean strength, so that one grows at the cost of the \
              others.",
    equations: "at each instant, over the n synapses of one neuron that are of one projection: w <- w * mean / <w> (multiplicative), or w <- w + mean - <w> \
                (subtractive; what would fall below 0 stays at 0)",
    parameters: &[
        ParameterSpec::quantity(
            "mean",
            Dimension::Weight,
            Range::Positive,
            "mean strength of a neuron's synapses, without sign",
        ),
        ParameterSpec::new(
            "per",
            Kind::Word(&["target", "source"]),
            "whose synapses are taken together: incoming or outgoing ones",
        )
        .or(Default::Word("target")),
        ParameterSpec::new(
            "way",
            Kind::Word(&["multiplicative", "subtractive"]),
            "whether all change by one factor or by one amount",
        )
        .or(Default::Word("multiplicative")),
    ],
    source: "von der Malsburg 1973, Kybernetik 14:85; Miller, MacKay 1994, Neural Comput 6:100 (the two ways)",
};

/// The force with its parameters.
#[derive(Debug)]
struct Normalisation {
    mean: f64,
    side: Side,
    is_subtractive: bool,
}

impl Homeostasis for Normalisation {
    fn side(&self) -> Side {
        self.side
    }

    fn act(&self, strengths: &mut [f64], _rate_hz: f64, _draw: &dyn Fn() -> Stream) {
        let mean = strengths.iter().sum::<f64>() / strengths.len() as f64;
        if self.is_subtractive {
            strengths
                .iter_mut()
                .for_each(|w| *w = (*w + self.mean - mean).max(0.0));
        } else if mean > 0.0 {
            let factor = self.mean / mean;
            strengths.iter_mut().for_each(|w| *w *= factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::{no_stream, of_weights};

    fn normalised(way: &'static str, mut strengths: [f64; 3]) -> [f64; 3] {
        let mut values = Values::from([("mean", 2.0)]);
        values.insert("way", way);
        of_weights("normalisation", &values).act(&mut strengths, 0.0, &no_stream);
        strengths
    }

    #[test]
    fn means_are_kept_by_factors_or_amounts() {
        assert_eq!(
            normalised("multiplicative", [1.0, 2.0, 0.0]),
            [2.0, 4.0, 0.0]
        );
        assert_eq!(normalised("subtractive", [1.0, 2.0, 0.0]), [2.0, 3.0, 1.0]);
        // Nothing to scale.
        assert_eq!(normalised("multiplicative", [0.0; 3]), [0.0; 3]);
    }
}
