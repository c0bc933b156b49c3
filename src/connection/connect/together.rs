//! Synapses of several plans onto one lane, merged as they are drawn.
//!
//! Rows of each plan alone would be short where a spike's targets are many populations, and would have to be taken apart
//! and put together again, which takes as long as drawing them.

use crate::base::stop::Stop;
use crate::base::time::Duration;
use crate::connection::connect::bucket::{Buckets, MOST_DELAYS};
use crate::connection::connect::delay::Delays;
use crate::connection::connect::weight::Weights;
use crate::connection::draw::Block;
use crate::connection::error::{RuleError, RuleFault};
use crate::connection::plan::Plan;
use crate::connection::stop::Pace;
use crate::synapse::sparse::{Index, Sparse};
use crate::synapse::weight;

impl Plan {
    /// Whether each of its synapses has a weight of its own, in single precision.
    pub fn weighs_each(&self) -> bool {
        Weights::new(self).is_each()
    }
}

/// Whether [`connect_together`] is for these plans, each with the parts of its targets in the lane: there are several, each synapse
/// has a weight of its own, delays differ, and indices count them all.
pub fn goes_together(plans: &[(&Plan, &[Block])]) -> bool {
    let delays = || {
        let all = plans.iter();
        all.filter_map(|(plan, _)| Delays::new(plan, false).ok())
    };
    let expected = |&(plan, lane): &(&Plan, &[Block])| {
        let n: f64 = lane.iter().map(|block| f64::from(block.len)).sum();
        plan.expected_synapses() * n / f64::from(plan.space.n_target.max(1))
    };
    plans.len() > 1
        && plans.iter().all(|(plan, _)| plan.weighs_each())
        && delays().any(|delays| !matches!(delays, Delays::One { .. }))
        && delays().map(|delays| delays.limit()).sum::<usize>() < MOST_DELAYS
        // Far from the limit, since they are drawn.
        && plans.iter().map(expected).sum::<f64>() < f64::from(u32::MAX / 2)
}

/// The synapses of plans that [go together](goes_together), all of one source population, onto the neurons of one lane, each
/// with the parts of its targets there: as if each were [connected](Plan::connect) and the rows of one source and delay joined in
/// the order of plans.
///
/// # Errors
/// As [`Plan::connect_until`] of the first plan that has any.
pub fn connect_together<I: Index>(
    plans: &[(&Plan, &[Block])],
    stop: Stop<'_>,
) -> Result<Sparse<I>, RuleError> {
    let mut parts = Vec::with_capacity(plans.len());
    let mut expected = 0.0;
    for &(plan, lane) in plans {
        plan.check()?;
        let blocks = plan
            .parts_of::<I>(lane)
            .map_err(|fault| plan.error(fault))?;
        let lane = plan.lane(&blocks).map_err(|fault| plan.error(fault))?;
        expected += plan.expected_onto(&lane);
        parts.push((plan, blocks));
    }
    let n_source = plans.first().map_or(0, |(plan, _)| plan.space.n_source);
    let mut buckets = Buckets::new(n_source, expected);
    let pace = &mut Pace::new(stop);
    for (plan, blocks) in &parts {
        let mut put = || -> Result<(), RuleFault> {
            pace.ask()?;
            let lane = plan.lane(blocks)?;
            let (mut weights, mut delays) = (Weights::new(plan), Delays::new(plan, false)?);
            plan.put(&lane, &mut weights, &mut delays, &mut buckets, pace)?;
            // Rows are told apart by the whole delay.
            buckets.end_part(|number| (delays.delay(number), Duration::ZERO));
            Ok(())
        };
        put().map_err(|fault| plan.error(fault))?;
    }
    let named = |fault| RuleError {
        projection: plans
            .last()
            .map_or_else(String::new, |(plan, _)| plan.name.clone()),
        fault,
    };
    let rows = buckets.into_rows(true, pace).map_err(named)?;
    Ok(Sparse {
        n_source: n_source as usize,
        delays: rows.delays,
        dendritic: rows.dendritic,
        layout: rows.layout,
        targets: rows.targets,
        weights: weight::Weights::Each(rows.weights),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::distribution::{Distribution, Shape};
    use crate::base::parameter::Values;
    use crate::connection::{Delay, Space, build};
    use crate::synapse::rows::Rows;

    const N_SOURCE: u32 = 700;
    const N_TARGET: u32 = 90;

    fn plan(name: &str, rule: &str, (key, n): (&'static str, u64), delay: Shape) -> Plan {
        let mut values = Values::new();
        values.insert(key, n);
        let of = |shape, low| Distribution::within(shape, low, f64::INFINITY).expect("valid");
        Plan {
            name: name.into(),
            seed: 5,
            space: Space {
                n_source: N_SOURCE,
                n_target: N_TARGET,
                own: None,
                autapses: true,
                ends: None,
            },
            rule: build(rule, &values).expect("a rule"),
            weight: Distribution::new(Shape::Normal { mean: 2.0, sd: 0.2 }).ok(),
            delay: Some(Delay {
                axonal: of(delay, 0.1),
                dendritic: of(Shape::Constant(0.2), 0.0),
                velocity: None,
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            weight_profile: None,
            listed_dendritic: None,
        }
    }

    /// Onto two lanes; one of the delays is that of a plan with one for all, and one plan has no synapses.
    #[test]
    fn rows_are_those_of_plans_connected_one_by_one() {
        let normal = |mean, sd| Shape::Normal { mean, sd };
        let plans = [
            plan("c", "fixed_total", ("total", 9_000), normal(1.5, 0.7)),
            plan("a", "fixed_out_degree", ("out_degree", 7), normal(0.8, 0.4)),
            plan("d", "fixed_total", ("total", 0), normal(90.0, 0.4)),
            plan(
                "b",
                "fixed_in_degree",
                ("in_degree", 30),
                Shape::Constant(0.9),
            ),
        ];
        for (first, len, local) in [(0, 40, 8), (40, 50, 0)] {
            let lane = [Block { first, len, local }];
            let onto = plans
                .iter()
                .map(|plan| (plan, &lane[..]))
                .collect::<Vec<_>>();
            assert!(goes_together(&onto));
            let together = connect_together::<u16>(&onto, Stop::NEVER).expect("possible");
            let together = Rows::merge(vec![together], Stop::NEVER);
            let each = plans
                .iter()
                .map(|plan| plan.connect::<u16>(&lane).expect("possible"));
            let merged = Rows::merge(each.collect(), Stop::NEVER);
            let merged = merged.expect("few").expect("some");
            assert!(merged.n_synapses() > 5_000 && merged.delays().len() > 20);
            assert_eq!(together.expect("few").expect("some"), merged);
        }
    }

    #[test]
    fn one_plan_or_one_delay_or_one_weight_goes_alone() {
        let of = |delay| plan("a", "fixed_total", ("total", 9), delay);
        let (drawn, constant) = (
            Shape::Uniform {
                low: 1.0,
                high: 2.0,
            },
            Shape::Constant(1.0),
        );
        let mut same = of(drawn);
        same.weight = Distribution::new(Shape::Constant(2.0)).ok();
        for (plans, expected) in [
            (vec![of(drawn)], false),
            (vec![of(drawn), of(constant)], true),
            (vec![of(constant), of(constant)], false),
            (vec![of(drawn), same], false),
        ] {
            let plans = plans.iter().map(|plan| (plan, &[][..]));
            assert_eq!(goes_together(&plans.collect::<Vec<_>>()), expected);
        }
    }
}
