//! Pairs whose number of synapses follows their use.

use super::wiring::{Edge, Edit, NEW_WEIGHT, Rewiring, Wiring};
use super::{Act, ActsOn, Entry};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec,
};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Wiring,
    build: |values| {
        if values["grow_above"] <= values["prune_below"] {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "grow_above",
                neuron: None,
                reason: " is not more than `prune_below`".into(),
            });
        }
        if values["new_weight"].abs() < values["prune_below"] {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "new_weight",
                neuron: None,
                reason: " is less than `prune_below`: what comes would go at once".into(),
            });
        }
        Ok(Act::Wiring(Box::new(Contacts {
            prune_below: values["prune_below"],
            grow_above: values["grow_above"],
            most: values.count("most").unwrap_or(1) as usize,
            strength: values["new_weight"],
        })))
    },
};

static SPEC: Spec = Spec {
    name: "contacts",
    summary: "Multi-synaptic connections: a pair whose synapses are strong gets more of them, and weak ones go, so that their number \
              follows use as their rule makes strength follow it.",
    equations: "at each instant, for each pair with n synapses of mean strength <w>: those with w < prune_below go;  if none goes, <w> > \
                grow_above and n < most, one of strength new_weight comes;  a pair whose last synapse goes is no more",
    parameters: &[
        ParameterSpec::quantity(
            "prune_below",
            Dimension::Weight,
            Range::NonNegative,
            "synapses weaker than this go, without sign; 0 for none",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "grow_above",
            Dimension::Weight,
            Range::Positive,
            "mean strength of a pair's synapses above which another one comes",
        ),
        ParameterSpec::new(
            "most",
            Kind::Count {
                least: 1,
                most: u32::MAX as u64,
            },
            "most synapses of a pair",
        )
        .or(Default::Count(8)),
        NEW_WEIGHT,
    ],
    source: "Fauth, Woergoetter, Tetzlaff 2015, PLoS Comput Biol 11:e1004031 (numbers of synapses by synaptic and structural plasticity \
             together; there synapses come and go by chance)",
};

/// The rule with its parameters.
#[derive(Debug)]
struct Contacts {
    prune_below: f64,
    grow_above: f64,
    most: usize,
    strength: f64,
}

impl Rewiring for Contacts {
    fn connects(&self) -> bool {
        false
    }

    fn rewire(&mut self, wiring: &Wiring<'_>, _stream: &mut Stream) -> Edit {
        let (mut edit, mut next) = (Edit::default(), 0_u32);
        let pair = |edge: &Edge| (edge.source, edge.target);
        for own in wiring.edges.chunk_by(|a, b| pair(a) == pair(b)) {
            let (first, (source, target)) = (next, pair(&own[0]));
            next += own.len() as u32;
            if !(wiring.is_source(source) && wiring.is_target(target)) {
                continue;
            }
            let mean = own.iter().map(|edge| edge.strength).sum::<f64>() / own.len() as f64;
            let before = edit.removed.len();
            let weak = (first..).zip(own);
            let weak = weak.filter(|(_, edge)| edge.strength < self.prune_below);
            edit.removed.extend(weak.map(|(k, _)| k));
            let none_goes = edit.removed.len() == before;
            if none_goes && mean > self.grow_above && own.len() < self.most {
                edit.added.push(Edge {
                    source,
                    target,
                    strength: self.strength,
                    unused_ms: 0.0,
                });
            }
        }
        edit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::plasticity::homeostasis::build;

    #[test]
    fn strong_pairs_gain_and_weak_synapses_go() {
        let edge = |source, target, strength| Edge {
            source,
            target,
            strength,
            unused_ms: 0.0,
        };
        let edges = [
            // Strong, once: another one.
            edge(0, 0, 2.0),
            // Strong on average, and one weak: that goes.
            edge(0, 1, 0.1),
            edge(0, 1, 5.0),
            // As many as there may be.
            edge(1, 1, 2.0),
            edge(1, 1, 2.0),
            edge(1, 1, 2.0),
            // Neither strong nor weak.
            edge(2, 0, 1.0),
            // The last one.
            edge(2, 1, 0.2),
        ];
        let wiring = Wiring {
            edges: &edges,
            sources: &[],
            targets: &[],
            n: (3, 2),
            born: (&[], &[]),
            own: None,
            ends: None,
        };
        let mut values = Values::from([
            ("prune_below", 0.5),
            ("grow_above", 1.5),
            ("new_weight", 0.7),
        ]);
        values.insert("most", 3_u64);
        let Ok(Act::Wiring(mut contacts)) = build("contacts", &values) else {
            panic!("it rewires");
        };
        let edit = contacts.rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        assert_eq!(edit.removed, [1, 7]);
        assert_eq!(edit.added, [edge(0, 0, 0.7)]);
        values.insert("grow_above", 0.5);
        assert!(build("contacts", &values).is_err());
    }
}
