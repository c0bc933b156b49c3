//! Delays of synapses, drawn or given.

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS};
use crate::connection::connect::weight::TOGETHER;
use crate::connection::draw::{Lane, Partners};
use crate::connection::edges::Edges;
use crate::connection::error::RuleFault;
use crate::connection::plan::Plan;
use crate::position::Ends;

/// Delays of one entity's synapses after the other's, each called by a number. Numbers ascend with the delays.
pub(super) enum Delays<'a> {
    /// One for all, number 0.
    One {
        delay: Duration,
        /// Its dendritic part.
        dendritic: Duration,
    },
    /// The number is that of the steps of the grid.
    Drawn(Drawn<'a>),
    /// In the order of the given edges.
    Given {
        edges: &'a Edges,
        distinct: &'a [Duration],
        numbers: &'a [u32],
        /// The dendritic part of each; empty if they have one in common, or are not told apart by it.
        parts: &'a [Duration],
        /// The one that they have in common.
        dendritic: Duration,
    },
}

/// Delays on a grid.
pub(super) struct Drawn<'a> {
    seed: u64,
    resolution: Duration,
    /// What all synapses have besides.
    base: Duration,
    /// What is drawn, with the purpose of its streams.
    parts: Vec<(Distribution, String)>,
    /// What the first of them grows with.
    travel: Option<Travel<'a>>,
    /// Of a number, how the dendritic part is found.
    dendritic: Dendritic,
    /// Of the last entity.
    steps: Vec<u32>,
}

/// Axons along which spikes go for some time.
#[derive(Clone, Copy)]
struct Travel<'a> {
    ends: &'a Ends,
    ms_per_mm: f64,
    longest_ms: f64,
}

/// Where the dendritic part of a drawn delay is.
#[derive(Clone, Copy)]
enum Dendritic {
    /// It is the same for all.
    Same(Duration),
    /// It is all that is drawn.
    Steps,
    /// Both are drawn, and a number is that of axonal steps times this, plus that of dendritic ones.
    Rest(u32),
}

impl<'a> Delays<'a> {
    /// Of the synapses of `plan`, which is checked. With `sides`, delays that differ in their dendritic part are told
    /// apart.
    pub(super) fn new(plan: &'a Plan, sides: bool) -> Result<Self, RuleFault> {
        let Some(delay) = &plan.delay else {
            let edges = plan.edges();
            let given = edges.and_then(|edges| Some((edges, edges.delays()?)));
            let key = plan.listed_dendritic;
            return Ok(match given {
                Some((edges, delays)) if delays.distinct.len() > 1 => Self::Given {
                    edges,
                    distinct: &delays.distinct,
                    numbers: &delays.numbers,
                    parts: match key {
                        None if sides => &delays.dendritic,
                        _ => &[],
                    },
                    dendritic: key.unwrap_or(Duration::ZERO),
                },
                one => {
                    let delays = one.map(|(_, delays)| delays);
                    let only = delays.and_then(|delays| delays.distinct.first().copied());
                    let part = delays.and_then(|delays| delays.dendritic.first().copied());
                    Self::One {
                        delay: only.unwrap_or(Duration::ZERO),
                        dendritic: key.or(part).unwrap_or(Duration::ZERO),
                    }
                }
            });
        };
        let travel = match delay.velocity {
            Some(velocity) => Some(Travel {
                ends: plan.space.placed()?,
                ms_per_mm: 1.0 / velocity,
                longest_ms: plan.longest_travel_ms(),
            }),
            None => None,
        };
        let (mut base, mut dendritic) = (0, Duration::ZERO);
        let mut parts = Vec::new();
        for (key, part) in delay.parts() {
            let grows = travel.is_some() && key == "axonal_delay";
            let Some(ms) = part.constant().filter(|_| !grows) else {
                // The second one that is drawn needs a stream of its own.
                let purpose = if parts.is_empty() {
                    "delay"
                } else {
                    "dendritic"
                };
                parts.push((part, format!("{purpose}.{}", plan.name)));
                continue;
            };
            let part = Duration::from_ms(ms);
            dendritic = part.map_err(|cause| RuleFault::DelayRange { key, cause })?;
            base += dendritic.ps();
        }
        // The last part is the dendritic one.
        let base = Duration::from_ps(base);
        if parts.is_empty() {
            return Ok(Self::One {
                delay: base,
                dendritic,
            });
        }
        let dendritic = match &parts[..] {
            [_, (part, _)] if sides => Dendritic::Rest(limit_of(part, 0.0, plan.delay_resolution)),
            _ if delay.dendritic.constant().is_none() => Dendritic::Steps,
            _ => Dendritic::Same(dendritic),
        };
        Ok(Self::Drawn(Drawn {
            seed: plan.seed,
            resolution: plan.delay_resolution,
            base,
            dendritic,
            parts,
            travel,
            steps: Vec::new(),
        }))
    }

    /// All numbers are below this.
    pub(super) fn limit(&self) -> usize {
        match self {
            Self::One { .. } => 1,
            Self::Drawn(drawn) => drawn.limit(),
            Self::Given { distinct, .. } => distinct.len(),
        }
    }

    /// The delay with this number.
    pub(super) fn delay(&self, number: u32) -> Duration {
        match self {
            Self::One { delay, .. } => *delay,
            Self::Drawn(drawn) => drawn.delay(number),
            Self::Given { distinct, .. } => distinct[number as usize],
        }
    }

    /// The dendritic part of the delay with this number.
    pub(super) fn dendritic(&self, number: u32) -> Duration {
        match self {
            Self::One { dendritic, .. } => *dendritic,
            Self::Drawn(drawn) => drawn.dendritic(number),
            Self::Given {
                parts, dendritic, ..
            } => parts.get(number as usize).copied().unwrap_or(*dendritic),
        }
    }

    /// Numbers of the delays of the synapses of `entity` onto neurons of `lane`; nothing where one is for all.
    pub(super) fn of(&mut self, entity: u64, partners: Partners<'_>, lane: &Lane<'_>) -> &[u32] {
        match self {
            Self::One { .. } => &[],
            Self::Drawn(drawn) => drawn.of(entity, partners, lane),
            // The entity is the target, whose number is within 32 bits.
            Self::Given { edges, numbers, .. } => {
                &numbers[edges.onto(entity as u32..entity as u32 + 1)]
            }
        }
    }

    /// What is wrong where synapses onto one lane have more distinct delays than `most`.
    pub(super) fn too_many(&self, most: usize) -> RuleFault {
        RuleFault::TooManyDelays {
            most,
            given: matches!(self, Self::Given { .. }),
        }
    }
}

impl Drawn<'_> {
    fn limit(&self) -> usize {
        let longest_ms = self.travel.map_or(0.0, |travel| travel.longest_ms);
        let limits = self.parts.iter().enumerate().map(|(i, (part, _))| {
            // What comes first grows with distance.
            let more_ms = if i == 0 { longest_ms } else { 0.0 };
            limit_of(part, more_ms, self.resolution) as usize
        });
        match self.dendritic {
            Dendritic::Rest(stride) => limits.take(1).sum::<usize>() * stride as usize,
            Dendritic::Same(_) | Dendritic::Steps => {
                limits.map(|limit| limit - 1).sum::<usize>() + 1
            }
        }
    }

    fn delay(&self, number: u32) -> Duration {
        let steps = match self.dendritic {
            Dendritic::Rest(stride) => number / stride + number % stride,
            Dendritic::Same(_) | Dendritic::Steps => number,
        };
        let steps = self.resolution.ps().saturating_mul(steps.into());
        Duration::from_ps(self.base.ps().saturating_add(steps))
    }

    fn dendritic(&self, number: u32) -> Duration {
        let steps = match self.dendritic {
            Dendritic::Same(delay) => return delay,
            Dendritic::Steps => number,
            Dendritic::Rest(stride) => number % stride,
        };
        Duration::from_ps(self.resolution.ps().saturating_mul(steps.into()))
    }

    fn of(&mut self, entity: u64, partners: Partners<'_>, lane: &Lane<'_>) -> &[u32] {
        // Plans are checked: more than half a step, and within `MOST_STEPS`.
        let per_ms = PS_PER_MS as f64 / self.resolution.ps() as f64;
        let (Partners::Onto(_, list) | Partners::From(_, list)) = partners;
        self.steps.clear();
        for (i, (part, purpose)) in self.parts.iter().enumerate() {
            let mut stream = Stream::new(self.seed, purpose, entity);
            let travel = self.travel.filter(|_| i == 0);
            let mut drawn = [0.0; TOGETHER];
            for (at, list) in (0..).step_by(TOGETHER).zip(list.chunks(TOGETHER)) {
                let drawn = &mut drawn[..list.len()];
                part.draw_each(&mut stream, drawn);
                if let Some(travel) = travel {
                    for (ms, &partner) in drawn.iter_mut().zip(list) {
                        *ms += travel.ms(partners, partner, lane);
                    }
                }
                let drawn = drawn.iter().map(|&ms| steps(ms, per_ms));
                if i == 0 {
                    self.steps.extend(drawn);
                    continue;
                }
                let stride = match self.dendritic {
                    Dendritic::Rest(stride) => stride,
                    Dendritic::Same(_) | Dendritic::Steps => 1,
                };
                let sums = self.steps[at..].iter_mut();
                sums.zip(drawn)
                    .for_each(|(sum, steps)| *sum = *sum * stride + steps);
            }
        }
        &self.steps
    }
}

impl Travel<'_> {
    /// Milliseconds that a spike takes between an entity and one of its `partners`, 0 for one that is not in `lane`.
    fn ms(&self, partners: Partners<'_>, partner: u32, lane: &Lane<'_>) -> f64 {
        let pair = match partners {
            Partners::Onto(local, _) => lane.target(local).map(|target| (partner, target)),
            Partners::From(source, _) => lane.target(partner).map(|target| (source, target)),
        };
        pair.map_or(0.0, |(source, target)| {
            self.ends.distance_mm(source, target) * self.ms_per_mm
        })
    }
}

/// All numbers of steps that `part` and up to `more_ms` are rounded to are below this.
fn limit_of(part: &Distribution, more_ms: f64, resolution: Duration) -> u32 {
    let per_ms = PS_PER_MS as f64 / resolution.ps() as f64;
    steps(part.reach().1 + more_ms, per_ms) + 1
}

/// Steps of a grid, of which there are `per_ms` in a millisecond, that `delay_ms` is rounded to: at least 1.
#[inline(always)]
pub(in crate::connection) fn steps(delay_ms: f64, per_ms: f64) -> u32 {
    // `round` is a library call on plain x86-64. A delay of half a step may come out below it here.
    ((delay_ms * per_ms + 0.5) as u16).max(1).into()
}
