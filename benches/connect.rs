//! Connecting 10⁴ neurons with in-degree 1,000 in two lanes, one thread; `items/s` are synapses per second.
//!
//! Floor: 0.3e9 synapses of the cortical microcircuit in 5 s on two threads, 33 ns each of one thread's time.
//!
//! `cargo bench --bench connect`

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::time::Duration;
use sharpwave::connection::{self, Block, Connect, Delay, Plan, Space};

fn main() {
    divan::main();
}

fn rule<const N: usize>(name: &str, values: [(&'static str, Value); N]) -> Arc<dyn Connect> {
    connection::build(name, &Values::from(values)).expect("in range")
}

fn counted(name: &str, key: &'static str, n: u32, multapses: bool) -> Arc<dyn Connect> {
    rule(name, [(key, n.into()), ("multapses", multapses.into())])
}

fn plan(rule: Arc<dyn Connect>, weight: Shape, delay_ms: Shape) -> Plan {
    let delay_ms = Distribution::within(delay_ms, 0.1, f64::INFINITY);
    Plan {
        name: "bench".into(),
        seed: 1,
        space: Space {
            n_source: 10_000,
            n_target: 10_000,
            own: Some(0),
            autapses: false,
            ends: None,
        },
        rule,
        weight: Distribution::new(weight).ok(),
        delay: Some(Delay {
            axonal: delay_ms.expect("valid"),
            dendritic: Distribution::new(Shape::Constant(0.0)).expect("valid"),
            velocity: None,
        }),
        delay_resolution: Duration::from_ps(100_000_000),
        weight_profile: None,
        listed_dendritic: None,
    }
}

fn connect(bencher: Bencher<'_, '_>, plan: &Plan) {
    bencher
        .counter(ItemsCount::new(10_000_000_usize))
        .bench(|| {
            [0, 5_000].map(|first| {
                plan.connect::<u16>(&[Block {
                    first,
                    len: 5_000,
                    local: 0,
                }])
                .expect("possible")
            })
        });
}

const ONE_WEIGHT: Shape = Shape::Constant(0.1);
const ONE_DELAY: Shape = Shape::Constant(1.5);
/// Relative width and delays of Potjans and Diesmann (2014), Cereb Cortex 24:785, table 5.
const WEIGHTS: Shape = Shape::Normal {
    mean: 87.8,
    sd: 8.78,
};
const DELAYS: Shape = Shape::Normal {
    mean: 1.5,
    sd: 0.75,
};

#[divan::bench(sample_count = 5)]
fn in_degree(bencher: Bencher<'_, '_>) {
    let rule = counted("fixed_in_degree", "in_degree", 1000, true);
    connect(bencher, &plan(rule, ONE_WEIGHT, ONE_DELAY));
}

#[divan::bench(sample_count = 5)]
fn in_degree_without_multapses(bencher: Bencher<'_, '_>) {
    let rule = counted("fixed_in_degree", "in_degree", 1000, false);
    connect(bencher, &plan(rule, ONE_WEIGHT, ONE_DELAY));
}

#[divan::bench(sample_count = 5)]
fn probability(bencher: Bencher<'_, '_>) {
    let rule = rule("fixed_probability", [("probability", 0.1.into())]);
    connect(bencher, &plan(rule, ONE_WEIGHT, ONE_DELAY));
}

#[divan::bench(sample_count = 5)]
fn out_degree(bencher: Bencher<'_, '_>) {
    let rule = counted("fixed_out_degree", "out_degree", 1000, true);
    connect(bencher, &plan(rule, ONE_WEIGHT, ONE_DELAY));
}

/// The largest of the 64 projections of the cortical microcircuit, onto one lane of four: 20,683 neurons of layer 2/3.
#[divan::bench(sample_count = 5)]
fn microcircuit(bencher: Bencher<'_, '_>) {
    let mut plan = plan(
        counted("fixed_total", "total", 50_000_000, true),
        WEIGHTS,
        DELAYS,
    );
    (plan.space.n_source, plan.space.n_target) = (20_683, 20_683);
    plan.space.autapses = true;
    let lane = [Block {
        first: 0,
        len: 5_170,
        local: 0,
    }];
    // Of all synapses, as many as the lane's share of the targets, within 0.1 %.
    let n = 50_000_000 * 5_170_usize / 20_683;
    bencher
        .counter(ItemsCount::new(n))
        .bench(|| plan.connect::<u16>(&lane).expect("possible"));
}

#[divan::bench(sample_count = 5)]
fn total_with_weights_and_delays(bencher: Bencher<'_, '_>) {
    let rule = counted("fixed_total", "total", 10_000_000, true);
    connect(bencher, &plan(rule, WEIGHTS, DELAYS));
}
