//! Modulators, short-term plasticity, learning switched by bout, slow forces, and synapses that come and go: against sums written
//! by hand, and the same bits where a run is cut, saved, and looked at.

#[path = "modulated/busy.rs"]
mod busy;
#[path = "modulated/distance.rs"]
mod distance;
#[path = "modulated/force.rs"]
mod force;
#[path = "modulated/grown.rs"]
mod grown;
#[path = "modulated/hand.rs"]
mod hand;
#[path = "modulated/importance.rs"]
mod importance;
#[path = "fixture/log.rs"]
mod log;
#[path = "modulated/neurogenesis.rs"]
mod neurogenesis;
#[path = "modulated/threshold.rs"]
mod threshold;
#[path = "modulated/tied.rs"]
mod tied;
#[path = "modulated/unused.rs"]
mod unused;
#[path = "modulated/within.rs"]
mod within;

use sharpwave::Simulation;
use sharpwave::base::time::{Duration, Time};
use sharpwave::engine::simulation::Ended;
use sharpwave::network::{Choice, Homeostasis};

use log::Log;

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

fn long(ms: f64) -> Duration {
    Duration::from_ms(ms).expect("in range")
}

fn run(engine: &mut Simulation, until: f64, log: &mut Log) {
    assert_eq!(engine.run(ms(until), log), Ended::Reached);
}

/// `fresh`, a simulation of the same network, in the state of `engine`, whose graph and bytes it has.
fn taken_up(engine: &Simulation, mut fresh: Simulation) -> Simulation {
    let bytes = engine.save().expect("a state");
    fresh.load(&bytes).expect("its own state");
    assert_eq!(fresh.graph_hash(), engine.graph_hash());
    assert!(fresh.save().expect("a state") == bytes);
    fresh
}

fn force(
    kind: &str,
    every: f64,
    values: impl Into<sharpwave::base::parameter::Values>,
) -> Homeostasis {
    let specs = sharpwave::plasticity::homeostasis::specs();
    let spec = specs
        .into_iter()
        .find(|spec| spec.name == kind)
        .expect("a kind");
    Homeostasis {
        name: kind.into(),
        kind: Choice {
            spec,
            values: values.into(),
        },
        projections: vec!["learnt".into()],
        populations: Vec::new(),
        every: long(every),
    }
}
