//! Weak synapses go, new ones come.

use std::collections::BTreeSet;

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
        if values["new_weight"] < values["prune_below"] {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "new_weight",
                neuron: None,
                reason: " is less than `prune_below`: what comes would go at once".into(),
            });
        }
        Ok(Act::Wiring(Box::new(Turnover {
            prune_below: values["prune_below"],
            in_degree: values.count("in_degree").unwrap_or(0) as u32,
            at_once: values.count("at_once").unwrap_or(0) as u32,
            strength: values["new_weight"],
            multapses: values.flag("multapses"),
        })))
    },
};

static SPEC: Spec = Spec {
    name: "turnover",
    summary: "Synaptic turnover: synapses weaker than a bound are pruned, and targets take up new ones from sources drawn at \
              random.",
    equations: "at each instant: a synapse goes if w < prune_below;  then each target takes up to `at_once` new ones of strength \
                new_weight, as long as it has fewer than in_degree",
    parameters: &[
        ParameterSpec::quantity(
            "prune_below",
            Dimension::Weight,
            Range::NonNegative,
            "synapses weaker than this are pruned, without sign; 0 for none",
        )
        .or_number(0.0),
        ParameterSpec::new(
            "in_degree",
            Kind::Count {
                least: 0,
                most: u32::MAX as u64,
            },
            "synapses up to which a target takes new ones",
        ),
        ParameterSpec::new(
            "at_once",
            Kind::Count {
                least: 1,
                most: u32::MAX as u64,
            },
            "most new synapses of a target at an instant",
        )
        .or(Default::Count(1)),
        NEW_WEIGHT,
        ParameterSpec::new(
            "multapses",
            Kind::Flag,
            "whether two neurons may have several synapses",
        )
        .or(Default::Flag(false)),
    ],
    source: "Knoblauch, Koerner, Koerner, Sommer 2014, PLoS ONE 9:e96485 (pruning of weak synapses and random growth); Chklovskii, \
             Mel, Svoboda 2004, Nature 431:782",
};

/// The rule with its parameters.
#[derive(Debug)]
struct Turnover {
    prune_below: f64,
    in_degree: u32,
    at_once: u32,
    strength: f64,
    multapses: bool,
}

/// Sources that are tried for one new synapse: where most are connected already a target waits for the next instant.
const TRIES: u32 = 20;

impl Rewiring for Turnover {
    fn rewire(&mut self, wiring: &Wiring<'_>, stream: &mut Stream) -> Edit {
        let weak = (0..).zip(wiring.edges);
        let weak = weak.filter(|(_, edge)| edge.strength < self.prune_below);
        let removed: Vec<u32> = weak.map(|(k, _)| k).collect();
        let degrees = wiring.degrees(&removed);
        let mut pairs = match self.multapses {
            true => BTreeSet::new(),
            false => wiring.pairs(&removed),
        };
        let mut added = Vec::new();
        for (target, degree) in (0..).zip(degrees).filter(|one| wiring.is_target(one.0)) {
            let wanted = self.in_degree.saturating_sub(degree).min(self.at_once);
            for _ in 0..wanted {
                let found = (0..TRIES).find_map(|_| {
                    let source = stream.below(wiring.n.0.into()) as u32;
                    let free = wiring.may_connect(source, target)
                        && (self.multapses || pairs.insert((source, target)));
                    free.then_some(source)
                });
                added.extend(found.map(|source| Edge {
                    source,
                    target,
                    strength: self.strength,
                }));
            }
        }
        Edit { removed, added }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_synapses_go_and_free_places_are_taken() {
        let edge = |source, target, strength| Edge {
            source,
            target,
            strength,
        };
        let edges = [
            edge(0, 0, 0.1),
            edge(0, 1, 2.0),
            edge(1, 1, 2.0),
            edge(3, 0, 1.0),
        ];
        let wiring = Wiring {
            edges: &edges,
            sources: &[],
            targets: &[],
            n: (50, 2),
            born: (&[], &[]),
            own: Some(0),
            elapsed_s: 1.0,
        };
        let mut turnover = Turnover {
            prune_below: 0.5,
            in_degree: 3,
            at_once: 5,
            strength: 0.7,
            multapses: false,
        };
        let edit = turnover.rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        assert_eq!(edit.removed, [0]);
        // Two for the target that has one left, one for the one that has two; none twice, none onto itself.
        let of = |target| {
            edit.added
                .iter()
                .filter(move |edge| edge.target == target)
                .count()
        };
        assert_eq!((of(0), of(1)), (2, 1));
        let mut pairs: Vec<_> = edit
            .added
            .iter()
            .map(|edge| (edge.source, edge.target))
            .collect();
        pairs.extend([(0, 1), (1, 1), (3, 0)]);
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 6);
        assert!(
            edit.added
                .iter()
                .all(|edge| edge.source != edge.target && edge.strength == 0.7)
        );
    }
}
