//! Plans to test and graphs in a form that can be compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::time::Duration;
use sharpwave::connection::{self, Block, Connect, Delay, Plan, Space};
use sharpwave::synapse::sparse::{Index, Sparse};

/// Source, delay in ps, target in the projection, bits of the weight.
pub type Synapse = (u32, i64, u32, u32);

pub fn fixed(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).unwrap()
}

/// A delay without a dendritic part.
pub fn axonal(axonal: Distribution) -> Option<Delay> {
    let dendritic = fixed(0.0);
    Some(Delay {
        axonal,
        dendritic,
        velocity: None,
    })
}

/// The rule called `name` with these values.
pub fn rule<const N: usize>(name: &str, values: [(&'static str, Value); N]) -> Arc<dyn Connect> {
    connection::build(name, &Values::from(values)).unwrap()
}

fn counted(name: &str, key: &'static str, n: u64, multapses: bool) -> Arc<dyn Connect> {
    rule(name, [(key, n.into()), ("multapses", multapses.into())])
}

pub fn one_to_one() -> Arc<dyn Connect> {
    rule("one_to_one", [])
}

pub fn all_to_all() -> Arc<dyn Connect> {
    rule("all_to_all", [])
}

pub fn probability(p: f64) -> Arc<dyn Connect> {
    rule("fixed_probability", [("probability", p.into())])
}

pub fn in_degree(degree: u64, multapses: bool) -> Arc<dyn Connect> {
    counted("fixed_in_degree", "in_degree", degree, multapses)
}

pub fn out_degree(degree: u64, multapses: bool) -> Arc<dyn Connect> {
    counted("fixed_out_degree", "out_degree", degree, multapses)
}

pub fn total(total: u64, multapses: bool) -> Arc<dyn Connect> {
    counted("fixed_total", "total", total, multapses)
}

pub fn plan(rule: Arc<dyn Connect>, n_source: u32, n_target: u32) -> Plan {
    Plan {
        name: "e_i".into(),
        seed: 7,
        space: Space {
            n_source,
            n_target,
            own: None,
            autapses: true,
            ends: None,
        },
        rule,
        weight: Some(fixed(0.5)),
        delay: axonal(fixed(1.5)),
        delay_resolution: Duration::from_ps(100_000_000),
        weight_profile: None,
        listed_dendritic: None,
    }
}

pub fn drawn(mut plan: Plan) -> Plan {
    plan.weight = Distribution::new(Shape::Normal { mean: 1.0, sd: 0.2 }).ok();
    let delay = Shape::Normal { mean: 0.6, sd: 0.3 };
    plan.delay = axonal(Distribution::within(delay, 0.1, f64::INFINITY).unwrap());
    plan
}

pub fn whole(plan: &Plan) -> Vec<Block> {
    vec![Block {
        first: 0,
        len: plan.space.n_target,
        local: 0,
    }]
}

/// All synapses of a lane in row order, with targets as numbers in the projection.
pub fn synapses<I: Index>(sparse: &Sparse<I>, lane: &[Block]) -> Vec<Synapse> {
    let global = |local: u32| {
        lane.iter()
            .find(|block| (block.local..block.local + block.len).contains(&local))
            .map(|block| block.first + (local - block.local))
            .expect("a neuron of the lane")
    };
    let mut all = Vec::new();
    for source in 0..sparse.n_source() as u32 {
        for (delay, targets, weights) in sparse.of(source) {
            for (i, target) in targets.iter().enumerate() {
                let weight = weights.get(i) as f32;
                let target = global(target.get() as u32);
                all.push((source, delay.ps(), target, weight.to_bits()));
            }
        }
    }
    assert_eq!(all.len(), sparse.n_synapses());
    all
}

pub fn graph(plan: &Plan) -> Vec<Synapse> {
    let lane = whole(plan);
    synapses(&plan.connect::<u32>(&lane).unwrap(), &lane)
}

pub fn in_degrees(graph: &[Synapse], n: u32) -> Vec<u32> {
    let mut degrees = vec![0; n as usize];
    graph.iter().for_each(|s| degrees[s.2 as usize] += 1);
    degrees
}

pub fn out_degrees(graph: &[Synapse], n: u32) -> Vec<u32> {
    let mut degrees = vec![0; n as usize];
    graph.iter().for_each(|s| degrees[s.0 as usize] += 1);
    degrees
}

pub fn pairs(graph: &[Synapse]) -> BTreeSet<(u32, u32)> {
    graph.iter().map(|s| (s.0, s.2)).collect()
}
