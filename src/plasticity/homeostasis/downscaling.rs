//! Down-scaling in sleep.

use super::{Act, ActsOn, Entry, Homeostasis};
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |values| {
        Ok(Act::Weights(Box::new(Downscaling {
            factor: values["factor"],
            spare: values["spare"],
        })))
    },
};

static SPEC: Spec = Spec {
    name: "downscaling",
    summary: "Down-scaling: all synapses of a neuron weaken by one factor, but for its strongest ones.",
    equations: "at each instant, over the synapses of one projection onto one target: w <- w * factor, unless w is among the share `spare` of the \
                strongest of them",
    parameters: &[
        ParameterSpec::quantity(
            "factor",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "what is left of a strength at each instant",
        ),
        ParameterSpec::quantity(
            "spare",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "share of a target's synapses that are spared, their number rounded, the strongest ones, of equal ones the first; 0 for none",
        )
        .or_number(0.0),
    ],
    source: "Tononi, Cirelli 2006, Sleep Med Rev 10:49 (synaptic homeostasis hypothesis); Tononi, Cirelli 2014, Neuron 81:12 \
             (the strongest are spared)",
};

/// The force with its parameters.
#[derive(Debug)]
struct Downscaling {
    factor: f64,
    spare: f64,
}

impl Homeostasis for Downscaling {
    fn act(&self, strengths: &mut [f64], _rate_hz: f64, _draw: &dyn Fn() -> Stream) {
        let spared = (self.spare * strengths.len() as f64).round() as usize;
        let mut strongest: Vec<usize> = (0..strengths.len()).collect();
        // Of equal ones the first are spared, as many as there is room for.
        strongest.sort_by(|&a, &b| strengths[b].total_cmp(&strengths[a]));
        for &k in strongest.iter().skip(spared) {
            strengths[k] *= self.factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::{no_stream, of_weights};

    #[test]
    fn the_strongest_are_spared() {
        let scale = |spare| {
            let values = Values::from([("factor", 0.5), ("spare", spare)]);
            let mut strengths = [4.0, 1.0, 3.0, 2.0];
            of_weights("downscaling", &values).act(&mut strengths, 0.0, &no_stream);
            strengths
        };
        assert_eq!(scale(0.0), [2.0, 0.5, 1.5, 1.0]);
        assert_eq!(scale(0.25), [4.0, 0.5, 1.5, 1.0]);
        assert_eq!(scale(1.0), [4.0, 1.0, 3.0, 2.0]);
        // No more than their share, where all are equal.
        let values = Values::from([("factor", 0.5), ("spare", 0.25)]);
        let mut equal = [1.0; 4];
        of_weights("downscaling", &values).act(&mut equal, 0.0, &no_stream);
        assert_eq!(equal, [1.0, 0.5, 0.5, 0.5]);
    }
}
