//! Weights of synapses, drawn or given.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::connection::draw::{Lane, Partners};
use crate::connection::edges::Edges;
use crate::connection::error::RuleFault;
use crate::connection::plan::Plan;
use crate::connection::profile::Profile;
use crate::position::Ends;
use crate::synapse::weight;

/// Values drawn together.
pub(super) const TOGETHER: usize = 128;

/// Weights of one entity's synapses after the other's.
pub(super) enum Weights<'a> {
    /// One for all.
    One(f64),
    /// Drawn from streams of this purpose; those of the last entity.
    Drawn {
        distribution: Distribution,
        seed: u64,
        purpose: String,
        weights: Vec<f32>,
        /// How many synapses each of the given edges stands for, if not one.
        counts: Option<(&'a Edges, &'a [u32])>,
    },
    /// In the order of the given edges.
    Given(&'a Edges, &'a [f32]),
    /// The same, as numbers in a table; those of the last entity, which single precision holds exactly.
    Listed {
        edges: &'a Edges,
        table: Cow<'a, [f64]>,
        all: Numbers<'a>,
        numbers: Vec<f32>,
    },
}

/// For each given edge the place of its weight in a table.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    Listed(&'a [u16]),
    /// How many synapses it stands for, none more than 16 bits number.
    Counts(&'a [u32]),
}

impl<'a> Weights<'a> {
    /// Of the synapses of `plan`, which is checked.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let given = || {
            plan.edges()
                .and_then(|edges| Some((edges, edges.weights()?)))
        };
        let counts = || {
            plan.edges()
                .and_then(|edges| Some((edges, edges.counts()?)))
        };
        match plan.weight {
            Some(distribution) => match (distribution.constant(), counts()) {
                // Of each synapse its own.
                (Some(_), None) if plan.weight_profile.is_some() => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: String::new(),
                    weights: Vec::new(),
                    counts: None,
                },
                (Some(weight), None) => Self::One(weight),
                (Some(weight), Some((edges, counts))) if edges.most() <= u16::MAX.into() => {
                    let table = (0..=edges.most()).map(|n| weight * f64::from(n));
                    Self::Listed {
                        edges,
                        table: table.collect(),
                        all: Numbers::Counts(counts),
                        numbers: Vec::new(),
                    }
                }
                (_, counts) => Self::Drawn {
                    distribution,
                    seed: plan.seed,
                    purpose: format!("weight.{}", plan.name),
                    weights: Vec::new(),
                    counts,
                },
            },
            None => match given() {
                Some((edges, weight::Weights::Each(weights))) => Self::Given(edges, weights),
                Some((edges, weight::Weights::Listed { table, numbers })) => Self::Listed {
                    edges,
                    table: table.as_slice().into(),
                    all: Numbers::Listed(numbers),
                    numbers: Vec::new(),
                },
                Some((_, weight::Weights::One(weight))) => Self::One(*weight),
                None => Self::One(0.0),
            },
        }
    }

    /// Whether all synapses have one.
    pub(super) fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// Whether each synapse has its own.
    pub(super) fn is_each(&self) -> bool {
        matches!(self, Self::Drawn { .. } | Self::Given(..))
    }

    /// Those of all synapses, of which [`of`](Self::of) told `each`.
    pub(super) fn finish(self, each: Vec<f32>) -> weight::Weights {
        match self {
            Self::One(weight) => weight::Weights::One(weight),
            Self::Listed { table, .. } => weight::Weights::Listed {
                table: table.into_owned(),
                numbers: each.iter().map(|&number| number as u16).collect(),
            },
            Self::Drawn { .. } | Self::Given(..) => weight::Weights::Each(each),
        }
    }

    /// Weights of the `n` synapses of `entity`, or their numbers in a list; nothing where one is for all.
    pub(super) fn of(&mut self, entity: u64, n: usize) -> &[f32] {
        match self {
            Self::One(_) => &[],
            Self::Drawn {
                distribution,
                seed,
                purpose,
                weights,
                counts,
            } => {
                let mut stream = Stream::new(*seed, purpose, entity);
                weights.clear();
                match counts {
                    None => {
                        weights.resize(n, 0.0);
                        let mut drawn = [0.0; TOGETHER];
                        for weights in weights.chunks_mut(TOGETHER) {
                            let drawn = &mut drawn[..weights.len()];
                            distribution.draw_each(&mut stream, drawn);
                            for (weight, &drawn) in weights.iter_mut().zip(&*drawn) {
                                *weight = drawn as f32;
                            }
                        }
                    }
                    // Within single precision, as the plan's check has made sure of the largest number.
                    Some((edges, counts)) => {
                        let counts = counts[onto(edges, entity)].iter().take(n);
                        let sum = |&n| distribution.draw(&mut stream) * f64::from(n);
                        weights.extend(counts.map(sum).map(|sum| sum as f32));
                    }
                }
                weights
            }
            Self::Given(edges, weights) => &weights[onto(edges, entity)],
            Self::Listed {
                edges,
                all,
                numbers,
                ..
            } => {
                numbers.clear();
                let own = onto(edges, entity);
                match all {
                    Numbers::Listed(all) => {
                        numbers.extend(all[own].iter().map(|&number| f32::from(number)));
                    }
                    // Within 16 bits, as the list of edges says.
                    Numbers::Counts(all) => {
                        numbers.extend(all[own].iter().map(|&number| number as f32));
                    }
                }
                numbers
            }
        }
    }
}

/// The given edges of `entity`, the target, whose number is within 32 bits.
fn onto(edges: &Edges, entity: u64) -> Range<usize> {
    edges.onto(entity as u32..entity as u32 + 1)
}

/// Weights that fall with distance.
pub(super) struct Falling<'a> {
    profile: Profile,
    ends: &'a Ends,
    weights: Vec<f32>,
}

impl<'a> Falling<'a> {
    /// Of the synapses of `plan`, if theirs do.
    pub(super) fn new(plan: &'a Plan) -> Result<Option<Self>, RuleFault> {
        let Some(profile) = plan.weight_profile else {
            return Ok(None);
        };
        Ok(Some(Self {
            profile,
            ends: plan.space.placed()?,
            weights: Vec::new(),
        }))
    }

    /// What distance leaves of `weights` of the synapses between an entity and its `partners`; of one that is not in `lane`,
    /// all.
    pub(super) fn of(
        &mut self,
        weights: &[f32],
        partners: Partners<'_>,
        lane: &Lane<'_>,
    ) -> &[f32] {
        let share = |source: u32, target: Option<u32>| {
            target.map_or(1.0, |target| {
                let mm = self.ends.distance_mm(source, target);
                self.profile.at(mm * mm)
            })
        };
        let fall = |weight: &f32, share: f64| (f64::from(*weight) * share) as f32;
        self.weights.clear();
        match partners {
            Partners::Onto(local, sources) => {
                let target = lane.target(local);
                let own = weights.iter().zip(sources);
                self.weights
                    .extend(own.map(|(weight, &source)| fall(weight, share(source, target))));
            }
            Partners::From(source, locals) => {
                let own = weights.iter().zip(locals);
                self.weights.extend(
                    own.map(|(weight, &local)| fall(weight, share(source, lane.target(local)))),
                );
            }
        }
        &self.weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::distribution::Shape;
    use crate::base::parameter::{Value, Values};
    use crate::base::time::Duration;
    use crate::connection::{Block, Delay, Space, build};
    use crate::position::{Points, Region};

    /// Neurons on a line, 0.1 mm from each other.
    fn plan(rule: &str, delay: Distribution, weight: Distribution, falls: bool) -> Plan {
        let at = (0..30).map(|k| [0.1 * f64::from(k), 0.0, 0.0]).collect();
        let line = Points::new(Region::open(1), at);
        let mut values = Values::new();
        match rule {
            "fixed_probability" => values.insert("probability", 0.4),
            _ => values.insert("out_degree", 12_u64),
        }
        let profile = [
            ("width", Value::Number(0.7)),
            ("profile", Value::Word("exponential")),
        ];
        Plan {
            name: "line".into(),
            seed: 3,
            space: Space {
                n_source: 30,
                n_target: 30,
                own: None,
                autapses: true,
                ends: Some(Ends::new(line.clone().into(), [&line]).into()),
            },
            rule: build(rule, &values).expect("a rule"),
            weight: Some(weight),
            delay: Some(Delay {
                axonal: delay,
                dendritic: of(Shape::Constant(0.0)),
                velocity: None,
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            listed_dendritic: None,
            weight_profile: falls.then(|| {
                let values: Values = profile.into_iter().collect();
                Profile::of_weights(&values).expect("a profile")
            }),
        }
    }

    fn of(shape: Shape) -> Distribution {
        Distribution::new(shape).expect("a distribution")
    }

    /// The rest stays as it is, whoever draws, with one delay or several.
    #[test]
    fn weights_fall_with_distance() {
        let drawn = |low, high| of(Shape::Uniform { low, high });
        for rule in ["fixed_probability", "fixed_out_degree"] {
            for delay in [of(Shape::Constant(1.0)), drawn(0.5, 2.0)] {
                for weight in [of(Shape::Constant(-2.0)), drawn(0.5, 1.5)] {
                    let all = |falls| {
                        // The second half of the targets, as a lane has them.
                        let block = Block {
                            first: 15,
                            len: 15,
                            local: 0,
                        };
                        let plan = plan(rule, delay, weight, falls);
                        assert_eq!(
                            plan.one_weight().is_some(),
                            !falls && weight.constant().is_some()
                        );
                        let synapses = plan.connect::<u16>(&[block]).expect("synapses");
                        let mut all = Vec::new();
                        synapses.each(&mut |source, target, delay, weight| {
                            all.push(((source, target, delay), weight));
                        });
                        all
                    };
                    let (whole, fallen) = (all(false), all(true));
                    assert!(whole.len() > 100 && whole.len() == fallen.len());
                    for ((place, whole), (same, fallen)) in whole.into_iter().zip(fallen) {
                        assert_eq!(place, same);
                        let mm = 0.1 * f64::from(place.0.abs_diff(place.1 + 15));
                        let expected = whole * (-mm / 0.7).exp();
                        assert!((fallen - expected).abs() < 1e-6, "{fallen}, {expected}");
                    }
                }
            }
        }
    }
}
