//! Weak synapses go, new ones come.

use super::free::Free;
use super::taken::Taken;
use super::wiring::{Edge, Edit, LENGTH, LONG_RANGE, Lot, NEW_WEIGHT, Reach, Rewiring, Wiring};
use super::{Act, ActsOn, Entry};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec,
};
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Wiring,
    build: |values| {
        if values["new_weight"].abs() < values["prune_below"] {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "new_weight",
                neuron: None,
                reason: " is less than `prune_below`: what comes would go at once".into(),
            });
        }
        Ok(Act::Wiring(Box::new(Turnover {
            prune_below: values["prune_below"],
            prune_unused_ms: values.number("prune_unused").unwrap_or(f64::INFINITY),
            in_degree: values.count("in_degree").unwrap_or(0) as u32,
            at_once: values.count("at_once").unwrap_or(0) as u32,
            strength: values["new_weight"],
            multapses: values.flag("multapses"),
            reach: Reach::new(values, &SPEC)?,
        })))
    },
};

static SPEC: Spec = Spec {
    name: "turnover",
    summary: "Synaptic turnover: synapses that are weak or unused are pruned, and targets take up new ones from sources drawn \
              at random.",
    equations: "at each instant: a synapse goes if w < prune_below, or if it is older than prune_unused and no spike came through \
                it for so long, whether the force acted meanwhile or not;  then each target takes up to `at_once` new ones of \
                strength new_weight, as long as it has fewer than in_degree and there are sources that are free",
    parameters: &[
        ParameterSpec::quantity(
            "prune_below",
            Dimension::Weight,
            Range::NonNegative,
            "synapses weaker than this are pruned, without sign; 0 for none",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "prune_unused",
            Dimension::Time,
            Range::Positive,
            "synapses through which no spike has come for longer than this are pruned",
        )
        .or(Default::Absent("none goes for that")),
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
        LENGTH,
        LONG_RANGE,
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
    prune_unused_ms: f64,
    in_degree: u32,
    at_once: u32,
    strength: f64,
    multapses: bool,
    reach: Reach,
}

/// How far its new synapses reach, by these values.
#[cfg(test)]
pub(super) fn reach(values: &crate::base::parameter::Values) -> Result<Reach, ParameterError> {
    Reach::new(values, &SPEC)
}

/// Sources that are tried for one new synapse before all that are free are looked for: where most are connected already, or too far.
const TRIES: u32 = 20;

impl Rewiring for Turnover {
    fn rewire(&mut self, wiring: &Wiring<'_>, stream: &mut Stream) -> Edit {
        let goes =
            |edge: &Edge| edge.strength < self.prune_below || edge.unused_ms > self.prune_unused_ms;
        let gone = (0..).zip(wiring.edges).filter(|(_, edge)| goes(edge));
        let removed: Vec<u32> = gone.map(|(k, _)| k).collect();
        let degrees = wiring.degrees(&removed);
        let mut taken = (!self.multapses).then(|| Taken::new(wiring, &removed, &degrees));
        let (mut added, mut near) = (Vec::new(), Lot::default());
        for (target, degree) in (0..).zip(degrees).filter(|one| wiring.is_target(one.0)) {
            let wanted = self.in_degree.saturating_sub(degree).min(self.at_once);
            if wanted > 0 && self.reach.is_by_distance() {
                near.fill((0..wiring.n.0).map(|source| wiring.share(self.reach, source, target)));
            }
            let mut free: Option<Free> = None;
            for _ in 0..wanted {
                let mut quick = 0..if free.is_none() { TRIES } else { 0 };
                let quick = quick.find_map(|_| {
                    let source = match self.reach.is_near(stream) {
                        true => near.draw(stream)? as u32,
                        false => stream.below(wiring.n.0.into()) as u32,
                    };
                    let is_free = wiring.may_connect(source, target)
                        && taken
                            .as_mut()
                            .is_none_or(|taken| taken.insert(target, source));
                    is_free.then_some(source)
                });
                let found = quick.or_else(|| {
                    let all = || Free::new(wiring, self.reach, target, taken.as_ref(), &near);
                    free.get_or_insert_with(all).draw(self.multapses, stream)
                });
                let Some(source) = found else {
                    break;
                };
                added.push(Edge {
                    source,
                    target,
                    strength: self.strength,
                    unused_ms: 0.0,
                });
            }
        }
        Edit { removed, added }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::position::{Ends, Points, Region};

    #[test]
    fn weak_and_unused_synapses_go_and_free_places_are_taken() {
        let edge = |source, target, strength| Edge {
            source,
            target,
            strength,
            unused_ms: 0.0,
        };
        let edges = [
            edge(0, 0, 0.1),
            edge(0, 1, 2.0),
            edge(1, 1, 2.0),
            edge(3, 0, 1.0),
            Edge {
                unused_ms: 100.5,
                ..edge(4, 1, 2.0)
            },
        ];
        let wiring = Wiring {
            edges: &edges,
            sources: &[],
            targets: &[],
            n: (50, 2),
            born: (&[], &[]),
            own: Some(0),
            ends: None,
        };
        let mut turnover = Turnover {
            prune_below: 0.5,
            prune_unused_ms: 100.0,
            in_degree: 3,
            at_once: 5,
            strength: 0.7,
            multapses: false,
            reach: Reach::ANYWHERE,
        };
        let edit = turnover.rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        assert_eq!(edit.removed, [0, 4]);
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

    /// New synapses of one target at the begin of a line of sources, each 0.1 mm from the next: how far they reach.
    fn lengths_mm(long_range: f64) -> Vec<f64> {
        let line = |n: u32| {
            let at = (0..n).map(|k| [0.1 * f64::from(k), 0.0, 0.0]);
            Points::new(Region::open(1), at.collect())
        };
        let ends = Ends::new(line(40).into(), [&line(1)]);
        let wiring = Wiring {
            edges: &[],
            sources: &[],
            targets: &[],
            n: (40, 1),
            born: (&[], &[]),
            own: None,
            ends: Some(&ends),
        };
        let values = Values::from([("length", 0.5), ("long_range", long_range)]);
        let mut turnover = Turnover {
            prune_below: 0.0,
            prune_unused_ms: f64::INFINITY,
            in_degree: 20_000,
            at_once: 20_000,
            strength: 1.0,
            multapses: true,
            reach: Reach::new(&values, &SPEC).expect("valid"),
        };
        let edit = turnover.rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        let added = edit.added.iter();
        added.map(|edge| 0.1 * f64::from(edge.source)).collect()
    }

    #[test]
    fn near_sources_are_taken_more_often_and_some_from_anywhere() {
        let kernel: Vec<f64> = (0..40).map(|k| (-0.1 * f64::from(k) / 0.5).exp()).collect();
        let all: f64 = kernel.iter().sum();
        for long_range in [0.0, 0.3, 1.0] {
            let share = |k: usize| (1.0 - long_range) * kernel[k] / all + long_range / 40.0;
            let lengths = lengths_mm(long_range);
            let n = lengths.len() as f64;
            assert_eq!(lengths.len(), 20_000);
            // The sum of squared deviations by their variance: mean 39, SD 8.8.
            let chi: f64 = (0..40)
                .map(|k| {
                    let near = |mm: &&f64| (**mm - 0.1 * k as f64).abs() < 1e-9;
                    let found = lengths.iter().filter(near).count() as f64;
                    (found - n * share(k)).powi(2) / (n * share(k))
                })
                .sum();
            assert!(chi < 39.0 + 4.0 * 8.8, "{long_range}: {chi}");
        }
    }

    /// How many of `n` sources on a line, each 1 mm from the next, one target at its begin has after an instant, and which: by
    /// distance if there is a `length`.
    fn filled(n: u32, multapses: bool, values: Values, seed: u64) -> Vec<u32> {
        let line = |n: u32| {
            let at = (0..n).map(|k| [f64::from(k), 0.0, 0.0]);
            Points::new(Region::open(1), at.collect())
        };
        let ends = Ends::new(line(n).into(), [&line(1)]);
        let edges: Vec<Edge> = (0..n / 2)
            .map(|k| Edge {
                source: 2 * k,
                target: 0,
                strength: 1.0,
                unused_ms: 0.0,
            })
            .collect();
        let wiring = Wiring {
            edges: &edges,
            sources: &[],
            targets: &[],
            n: (n, 1),
            born: (&[], &[]),
            own: Some(0),
            ends: Some(&ends),
        };
        let mut values = values;
        values.insert("prune_below", 0.0);
        values.insert("new_weight", 1.0);
        values.insert("multapses", multapses);
        values.insert("at_once", u64::from(2 * n));
        let Ok(Act::Wiring(mut turnover)) =
            crate::plasticity::homeostasis::build("turnover", &values)
        else {
            panic!("it rewires");
        };
        let edit = turnover.rewire(&wiring, &mut Stream::new(seed, "rewiring", 0));
        edit.added.iter().map(|edge| edge.source).collect()
    }

    #[test]
    fn a_target_takes_all_that_are_free() {
        let in_degree = |n: u64| {
            let mut values = Values::default();
            values.insert("in_degree", n);
            values
        };
        for (length, long_range) in [
            (None, 0.0),
            (Some(0.001), 0.0),
            (Some(0.001), 0.2),
            (Some(40.0), 0.5),
        ] {
            let of = |n| {
                let mut values = in_degree(n);
                if let Some(length) = length {
                    values.insert("length", length);
                    values.insert("long_range", long_range);
                }
                values
            };
            // Every other one is connected, so is none onto itself: it has the number 0.
            let mut all = filled(400, false, of(400), 3);
            all.sort_unstable();
            let odd: Vec<u32> = (0..200).map(|k| 2 * k + 1).collect();
            assert_eq!(all, odd, "{length:?}");
            assert_eq!(filled(400, true, of(500), 3).len(), 300, "{length:?}");
        }
        // Where weights are nothing any more, the nearest come first.
        let mut values = in_degree(210);
        values.insert("length", 1e-4);
        let mut nearest = filled(400, false, values, 3);
        nearest.sort_unstable();
        assert_eq!(nearest, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    }
}
