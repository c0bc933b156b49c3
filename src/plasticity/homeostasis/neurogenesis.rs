//! Neurons that come while the network runs.

use super::{Act, ActsOn, Entry};
use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec};

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Neurons,
    build: |values| {
        Ok(Act::Birth(Birth {
            at_first: values.count("at_first").unwrap_or(0) as u32,
            add: values.count("add").unwrap_or(1) as u32,
            from_ms: values["from"],
        }))
    },
};

static SPEC: Spec = Spec {
    name: "neurogenesis",
    summary: "Neurogenesis: of a population only the first `at_first` neurons are there at the begin; the others come one after the \
              other, in the order of their numbers.",
    equations: "at each instant not before `from` the next `add` neurons come, as long as there are any, at their reset \
                potential;  until then a neuron does not fire, what arrives does not move its potential, and in projections that \
                are rewired (`structural`, `turnover`) it has no synapses and gets none; slow forces leave those that it has in \
                other projections as they are, and their rules see a neuron that does not fire;  mean rates of the population are per neuron \
                of its `size`, those to come too",
    parameters: &[
        ParameterSpec::new(
            "at_first",
            Kind::Count {
                least: 0,
                most: u32::MAX as u64,
            },
            "neurons that are there at the begin; fewer than the population's `size`",
        ),
        ParameterSpec::new(
            "add",
            Kind::Count {
                least: 1,
                most: u32::MAX as u64,
            },
            "neurons that come at an instant",
        )
        .or(Default::Count(1)),
        ParameterSpec::quantity(
            "from",
            Dimension::Time,
            Range::NonNegative,
            "none comes before this, on the network's clock",
        )
        .or_number(0.0),
    ],
    source: "Aimone, Wiles, Gage 2009, Neuron 61:187 (new neurons of the dentate gyrus, in a network model); that they come silent and \
             unconnected and are wired by activity is our simplification",
};

/// When how many come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Birth {
    /// Neurons that are there at the begin.
    pub at_first: u32,
    /// Neurons that come at an instant.
    pub add: u32,
    /// None comes before this instant, in milliseconds.
    pub from_ms: f64,
}

impl Birth {
    /// How many of `size` neurons are there after an instant `now_ms`, where so many were there `before` it.
    pub fn after(&self, before: u32, size: u32, now_ms: f64) -> u32 {
        match now_ms >= self.from_ms {
            true => before.saturating_add(self.add).min(size),
            false => before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_from_an_instant_on_as_long_as_there_are_any() {
        let birth = Birth {
            at_first: 4,
            add: 3,
            from_ms: 20.0,
        };
        assert_eq!(birth.after(4, 9, 19.0), 4);
        assert_eq!(birth.after(4, 9, 20.0), 7);
        assert_eq!(birth.after(7, 9, 30.0), 9);
        assert_eq!(birth.after(9, 9, 40.0), 9);
    }
}
