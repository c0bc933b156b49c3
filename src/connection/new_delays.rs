//! Delays of synapses that come while a network runs.

use std::sync::Arc;

use crate::base::distribution::Distribution;
use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS};
use crate::connection::connect::bucket::MOST_DELAYS;
use crate::connection::connect::delay::steps;
use crate::connection::error::{RuleError, RuleFault};
use crate::connection::plan::Plan;
use crate::position::Ends;
use crate::synapse::sparse::Sparse;

/// Delays of new synapses of a projection, drawn and rounded as those of the first ones are.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDelays {
    axonal: Part,
    dendritic: Part,
    /// Grid of drawn parts.
    resolution: Duration,
}

/// A part of a delay.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// The same for all synapses.
    Same(Duration),
    /// Drawn, or longer the farther the neurons are apart.
    Drawn {
        distribution: Distribution,
        /// Where the neurons lie, and milliseconds that a spike takes for a millimetre between them.
        travel: Option<(Arc<Ends>, f64)>,
    },
}

impl Part {
    /// Steps of the grid, of which there are `per_ms` in a millisecond, that it may have.
    fn span(&self, per_ms: f64) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Same(_) => 0..=0,
            Self::Drawn {
                distribution,
                travel,
            } => {
                let (low, high) = distribution.reach();
                let longest = travel.as_ref().map(|(ends, ms)| ends.longest_mm() * ms);
                steps(low, per_ms)..=steps(high + longest.unwrap_or(0.0), per_ms)
            }
        }
    }

    fn draw(&self, pair: (u32, u32), per_ms: f64, stream: &mut Stream) -> u32 {
        match self {
            Self::Same(_) => 0,
            Self::Drawn {
                distribution,
                travel,
            } => {
                let far = travel
                    .as_ref()
                    .map(|(ends, ms)| ends.distance_mm(pair.0, pair.1) * ms);
                steps(distribution.draw(stream) + far.unwrap_or(0.0), per_ms)
            }
        }
    }

    /// What takes so many steps.
    fn after(&self, steps: u32, resolution: Duration) -> i64 {
        match self {
            Self::Same(delay) => delay.ps(),
            Self::Drawn { .. } => resolution.ps() * i64::from(steps),
        }
    }
}

impl NewDelays {
    /// Of a projection with this plan, which is checked; `None` where listed edges have delays of their own.
    ///
    /// # Errors
    /// If it is not known where neurons lie whose distance counts.
    pub fn of(plan: &Plan) -> Result<Option<Self>, RuleError> {
        let Some(delay) = &plan.delay else {
            return Ok(None);
        };
        let part = |key, distribution: Distribution, velocity: Option<f64>| {
            let travel = match (velocity, &plan.space.ends) {
                (Some(velocity), Some(ends)) => {
                    plan.space.placed()?;
                    Some((ends.clone(), 1.0 / velocity))
                }
                (Some(_), None) => return Err(plan.space.not_placed()),
                (None, _) => None,
            };
            match distribution.constant().filter(|_| travel.is_none()) {
                Some(ms) => {
                    let delay = Duration::from_ms(ms);
                    let delay = delay.map_err(|cause| RuleFault::DelayRange { key, cause })?;
                    Ok(Part::Same(delay))
                }
                None => Ok(Part::Drawn {
                    distribution,
                    travel,
                }),
            }
        };
        let parts = || {
            Ok(Self {
                axonal: part("axonal_delay", delay.axonal, delay.velocity)?,
                dendritic: part("dendritic_delay", delay.dendritic, None)?,
                resolution: plan.delay_resolution,
            })
        };
        parts().map(Some).map_err(|fault| plan.error(fault))
    }

    /// Whether there is one for all.
    pub fn is_one(&self) -> bool {
        matches!(
            (&self.axonal, &self.dendritic),
            (Part::Same(_), Part::Same(_))
        )
    }

    fn per_ms(&self) -> f64 {
        PS_PER_MS as f64 / self.resolution.ps() as f64
    }

    /// The whole delay and the dendritic part of it, where each part takes so many steps.
    fn after(&self, axonal: u32, dendritic: u32) -> (Duration, Duration) {
        let dendritic = self.dendritic.after(dendritic, self.resolution);
        let axonal = self.axonal.after(axonal, self.resolution);
        let whole = axonal.saturating_add(dendritic);
        (Duration::from_ps(whole), Duration::from_ps(dendritic))
    }

    /// From a spike to its arrival at the soma, and the dendritic part of that, of a new synapse from `source` onto `target`,
    /// which is counted over all targets. Nothing is drawn where all synapses have one delay.
    pub fn draw(&self, source: u32, target: u32, stream: &mut Stream) -> (Duration, Duration) {
        let (pair, per_ms) = ((source, target), self.per_ms());
        let axonal = self.axonal.draw(pair, per_ms, stream);
        self.after(axonal, self.dendritic.draw(pair, per_ms, stream))
    }

    /// All that synapses may have, ascending.
    fn all(&self) -> Result<Vec<(Duration, Duration)>, RuleFault> {
        let per_ms = self.per_ms();
        let (axonal, dendritic) = (self.axonal.span(per_ms), self.dendritic.span(per_ms));
        let n = |span: &std::ops::RangeInclusive<u32>| (span.end() - span.start()) as usize + 1;
        if n(&axonal).saturating_mul(n(&dendritic)) > MOST_DELAYS {
            return Err(RuleFault::TooManyDelays {
                most: MOST_DELAYS,
                given: false,
            });
        }
        let both = axonal.flat_map(|a| dendritic.clone().map(move |d| (a, d)));
        let mut all: Vec<_> = both.map(|(a, d)| self.after(a, d)).collect();
        all.sort_unstable();
        Ok(all)
    }

    /// Numbers the delays of `synapses` of the projection with this plan among all that synapses to come may have.
    ///
    /// # Errors
    /// If those are too many to be numbered.
    pub fn widen<I>(&self, plan: &Plan, synapses: &mut Sparse<I>) -> Result<(), RuleError> {
        let all = self.all().map_err(|fault| plan.error(fault))?;
        let own = synapses.delays.iter().zip(&synapses.dendritic);
        // Each is one of them: it was drawn from the same.
        let numbers = own.map(|(&whole, &dendritic)| {
            let at = all.partition_point(|&one| one < (whole, dendritic));
            at as u16
        });
        let numbers: Vec<u16> = numbers.collect();
        synapses.layout.renumber(&numbers, all.len());
        (synapses.delays, synapses.dendritic) = all.into_iter().unzip();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::distribution::Shape;
    use crate::base::parameter::Values;
    use crate::connection::{Delay, Space, build};
    use crate::position::{Points, Region};

    fn constant(value: f64) -> Distribution {
        Distribution::new(Shape::Constant(value)).expect("a distribution")
    }

    fn plan(dendritic: Distribution) -> Plan {
        let at = (0..20).map(|k| [0.25 * f64::from(k), 0.0, 0.0]).collect();
        let line = Points::new(Region::open(1), at);
        let uniform = Shape::Uniform {
            low: 0.5,
            high: 0.9,
        };
        let values = Values::from([("probability", 0.4)]);
        Plan {
            name: "line".into(),
            seed: 3,
            space: Space {
                n_source: 20,
                n_target: 20,
                own: None,
                autapses: true,
                ends: Some(Ends::new(line.clone().into(), [&line]).into()),
            },
            rule: build("fixed_probability", &values).expect("a rule"),
            weight: Some(constant(1.0)),
            delay: Some(Delay {
                axonal: Distribution::new(uniform).expect("a distribution"),
                dendritic,
                velocity: Some(2.0),
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            weight_profile: None,
            listed_dendritic: None,
        }
    }

    /// Those of the first synapses lie among all that may come, and so do those that are drawn.
    #[test]
    fn new_synapses_have_delays_as_the_first_ones_have() {
        let some = Distribution::new(Shape::Uniform {
            low: 0.2,
            high: 0.4,
        });
        for dendritic in [constant(0.25), some.expect("a distribution")] {
            let plan = plan(dendritic);
            let delays = NewDelays::of(&plan).expect("placed").expect("drawn");
            assert!(!delays.is_one());
            let block = crate::connection::Block {
                first: 0,
                len: 20,
                local: 0,
            };
            let stop = crate::base::stop::Stop::NEVER;
            let drawn = plan.connect_sides::<u16>(&[block], stop).expect("synapses");
            let mut wide = drawn.clone();
            delays.widen(&plan, &mut wide).expect("few");
            let of = |synapses: &Sparse<u16>| {
                let mut all = Vec::new();
                synapses.each(&mut |source, target, delay, _| all.push((source, target, delay)));
                all
            };
            assert!(wide.delays.len() > drawn.delays.len() && of(&drawn).len() > 100);
            assert_eq!(of(&wide), of(&drawn));
            let mut stream = Stream::new(1, "delays", 0);
            for source in 0..20_u32 {
                for target in 0..20_u32 {
                    let (whole, dendritic) = delays.draw(source, target, &mut stream);
                    let axonal = whole.as_ms() - dendritic.as_ms();
                    let travel = 0.125 * f64::from(source.abs_diff(target));
                    let within = travel + 0.45..travel + 0.95;
                    assert!(within.contains(&axonal), "{axonal} after {travel}");
                    let all = wide.delays.iter().zip(&wide.dendritic);
                    let mut own = all.filter(|&(one, part)| (*one, *part) == (whole, dendritic));
                    assert!(own.next().is_some() && own.next().is_none());
                }
            }
        }
    }
}
