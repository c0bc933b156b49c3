//! Thresholds that adapt to a rate.

use super::excitability::{Excitability, Height};
use super::{Act, ActsOn, Entry};
use crate::base::function::{exp, ln};
use crate::base::legible::legible;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec,
};

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Neurons,
    build: |values| {
        let range = (values["lowest"], values["highest"]);
        let inside = |low: f64, high: f64| low > 0.0 && low <= 1.0 && (1.0..=MOST).contains(&high);
        if !inside(range.0, range.1) {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "lowest",
                neuron: None,
                reason: format!(
                    " is {} and `highest` is {}, expected the first above 0 and at most 1, the second 1 to {MOST}",
                    legible(range.0),
                    legible(range.1)
                ),
            });
        }
        Ok(Act::Neurons(Box::new(Threshold {
            rate_hz: values["rate"],
            offset_hz: values["offset"],
            exponent: values["exponent"],
            tau_ms: values.number("tau"),
            together: values.text("per") == Some("population"),
            range,
        })))
    },
};

/// Highest multiple of a declared height: a slip ends here.
const MOST: f64 = 1e6;

static SPEC: Spec = Spec {
    name: "threshold",
    summary: "Threshold homeostasis: the threshold of a neuron, or of a whole population, rises while it fires more than `rate`, and \
              falls while it fires less.",
    equations: "at each instant: h <- h * ((r + offset) / (rate + offset))^exponent, from lowest to highest times what was declared;  h = v_th - e_l is \
                the height of a threshold above rest; a neuron without one keeps its threshold;  r is the rate since the last \
                instant, or, with tau, the average rate: r' = -r / tau + spikes / tau",
    parameters: &[
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::Positive,
            "rate that neurons are brought to",
        ),
        ParameterSpec::quantity(
            "exponent",
            Dimension::One,
            Range::Positive,
            "how fast: the power of the ratio of rates that a height changes by at an instant",
        )
        .or_number(0.1),
        ParameterSpec::quantity(
            "offset",
            Dimension::Rate,
            Range::Positive,
            "added to both rates, so that a silent neuron's step is bounded",
        )
        .or_number(1.0),
        ParameterSpec::quantity(
            "tau",
            Dimension::Time,
            Range::Positive,
            "time over which rates are averaged; without it spikes since the last instant are counted",
        )
        .or(Default::Absent("counted since the last instant")),
        ParameterSpec::new(
            "per",
            Kind::Word(&["neuron", "population"]),
            "whether each neuron adapts by its own rate, or all of a population by their mean",
        )
        .or(Default::Word("neuron")),
        ParameterSpec::quantity(
            "lowest",
            Dimension::One,
            Range::Positive,
            "lowest height, in declared heights, at most 1",
        )
        .or_number(0.1),
        ParameterSpec::quantity(
            "highest",
            Dimension::One,
            Range::Positive,
            "highest height, in declared heights, at least 1",
        )
        .or_number(10.0),
    ],
    source: "Desai, Rutherford, Turrigiano 1999, Nat Neurosci 2:515 (neurons deprived of activity lower their spike threshold); the power \
             law is our own choice",
};

/// The force with its parameters.
#[derive(Debug)]
struct Threshold {
    rate_hz: f64,
    offset_hz: f64,
    exponent: f64,
    tau_ms: Option<f64>,
    together: bool,
    range: (f64, f64),
}

impl Threshold {
    fn step(&self, height: Height, rate_hz: f64) -> Height {
        let ratio = (rate_hz + self.offset_hz) / (self.rate_hz + self.offset_hz);
        let (low, high) = self.range;
        Height((height.0 * exp(self.exponent * ln(ratio))).clamp(low, high))
    }
}

impl Excitability for Threshold {
    fn average_ms(&self) -> Option<f64> {
        self.tau_ms
    }

    fn range(&self) -> (Height, Height) {
        (Height(self.range.0), Height(self.range.1))
    }

    fn adapt(&self, heights: &mut [Height], rates_hz: &[f64]) {
        if self.together {
            let mean = rates_hz.iter().sum::<f64>() / rates_hz.len() as f64;
            heights
                .iter_mut()
                .for_each(|height| *height = self.step(*height, mean));
            return;
        }
        for (height, &rate_hz) in heights.iter_mut().zip(rates_hz) {
            *height = self.step(*height, rate_hz);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::build;

    fn adapted(values: Values, rates_hz: &[f64]) -> Vec<f64> {
        let Ok(Act::Neurons(force)) = build("threshold", &values) else {
            panic!("a force on neurons");
        };
        let mut heights = vec![Height::DECLARED; rates_hz.len()];
        force.adapt(&mut heights, rates_hz);
        heights.into_iter().map(|height| height.0).collect()
    }

    #[test]
    fn busy_neurons_rise_and_silent_ones_fall_as_far_as_the_range_goes() {
        let values = || Values::from([("rate", 9.0), ("exponent", 0.5)]);
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-14, "{found} {expected}");
            }
        };
        // (0 + 1) / 10, 1 and (39 + 1) / 10, to the power of a half.
        let roots = [0.1_f64.sqrt(), 1.0, 2.0];
        near(adapted(values(), &[0.0, 9.0, 39.0]), &roots);
        let mut narrow = values();
        narrow.insert("lowest", 0.5);
        narrow.insert("highest", 1.5);
        near(adapted(narrow, &[0.0, 9.0, 39.0]), &[0.5, 1.0, 1.5]);
        let mut together = values();
        together.insert("per", "population");
        let mean = (16.0_f64 + 1.0) / 10.0;
        near(adapted(together, &[0.0, 9.0, 39.0]), &[mean.sqrt(); 3]);
    }

    #[test]
    fn a_range_without_what_was_declared_is_refused() {
        for (lowest, highest) in [(1.2, 3.0), (0.5, 0.9), (0.5, 1e9)] {
            let values = Values::from([("rate", 9.0), ("lowest", lowest), ("highest", highest)]);
            assert!(build("threshold", &values).is_err(), "{lowest} {highest}");
        }
    }
}
