//! Synapses that go as nothing comes through them, each by its own age.

use sharpwave::engine::simulation::{Bout, Keep, Regime};
use sharpwave::network::Homeostasis;
use sharpwave::{Network, Simulation, values};

use super::log::Log;
use super::{force, ms, run, taken_up};

const EVERY_MS: u32 = 60;
const UNUSED_MS: u32 = 100;

/// A pair of neurons that never fire, whose synapses go and come.
fn silent(in_degree: u32) -> Simulation {
    let mut network = Network::new(5);
    for name in ["in", "out"] {
        let relay = network.population(name, 1, "relay", values! {});
        relay.expect("a neuron");
    }
    let projection = network.project("learnt", "in", ["out"]);
    let projection = projection.rule("one_to_one", values! {}).weight(0.3);
    let projection = projection.axonal_delay_ms(1.0);
    let projection = projection.plasticity("stdp_pair", values! { w_max: 0.5 });
    projection.add().expect("a projection");
    let turnover = values! {
        prune_unused: f64::from(UNUSED_MS), in_degree: in_degree, new_weight: 0.25, multapses: true,
    };
    let turnover: Homeostasis = force("turnover", EVERY_MS.into(), turnover);
    network.homeostasis(turnover).expect("a force");
    Simulation::of(&network).expect("a network")
}

/// How many go and come at each instant up to `end` in which the force `acts`, if each goes at the first at which it is older than
/// [`UNUSED_MS`], and one comes where there are fewer than `in_degree`.
fn expected(in_degree: usize, end: u32, acts: impl Fn(u32) -> bool) -> Vec<(i64, usize, usize)> {
    let (mut came, mut edits) = (vec![0], Vec::new());
    for now in (1..).map(|k| k * EVERY_MS).take_while(|now| *now < end) {
        if !acts(now) {
            continue;
        }
        let before = came.len();
        came.retain(|came| now - came <= UNUSED_MS);
        let gone = before - came.len();
        let added = usize::from(came.len() < in_degree);
        came.extend(std::iter::repeat_n(now, added));
        if gone + added > 0 {
            edits.push((ms(now.into()).ps(), gone, added));
        }
    }
    edits
}

fn found(engine: &mut Simulation) -> Vec<(i64, usize, usize)> {
    let edits = engine.take_edits().into_iter();
    let edits = edits.map(|edit| (edit.at.ps(), edit.removed.len(), edit.added.len()));
    edits.collect()
}

/// Over a cut, too.
#[test]
fn several_synapses_of_one_pair_age_each_for_itself() {
    for in_degree in [1, 2, 8] {
        let (mut engine, mut log) = (silent(in_degree), Log(Vec::new()));
        run(&mut engine, 190.0, &mut log);
        let mut edits = found(&mut engine);
        let mut engine = taken_up(&engine, silent(in_degree));
        run(&mut engine, 700.0, &mut log);
        edits.extend(found(&mut engine));
        assert_eq!(edits, expected(in_degree as usize, 700, |_| true));
    }
}

#[test]
fn synapses_age_while_the_force_is_off() {
    let mut engine = silent(1);
    let (mut log, mut start) = (Log(Vec::new()), 0.0);
    for (number, (name, until, off)) in (0..).zip([
        ("first", 170.0, false),
        ("off", 510.0, true),
        ("last", 910.0, false),
    ]) {
        let bout = Bout {
            number,
            name: name.into(),
            start: ms(start),
            keep: Keep::All,
            on: Vec::new(),
            regime: Regime {
                suspended: Vec::from_iter(off.then(|| "turnover".into())),
                ..Regime::default()
            },
        };
        engine.begin(&bout).expect("a bout");
        run(&mut engine, until, &mut log);
        start = until;
    }
    let acts = |now: u32| !(170..510).contains(&now);
    assert_eq!(found(&mut engine), expected(1, 910, acts));
}
