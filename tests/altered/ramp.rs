//! Ramps: a parameter goes from what it is to what a bout says in steps, each at its instant.

use sharpwave::base::alteration::Alteration;
use sharpwave::engine::simulation::{Bout, Change, Ramp};
use sharpwave::network::path::Alterations;
use sharpwave::{Network, Simulation, values};

use super::bits::{bout, changing, long, ms, run, some};
use super::log::Log;

/// Four at least, also where the longest step is longer than the ramp.
#[test]
fn a_ramp_is_its_steps() {
    for longest in [6.0, 20.0, 50.0] {
        ramp_in_four_steps(longest);
    }
}

fn ramp_in_four_steps(longest: f64) {
    let network = changing(11);
    let mut ramped = Simulation::of(&network).expect("a network");
    let mut stepped = Simulation::of(&network).expect("a network");
    let (mut one, mut other) = (Log(Vec::new()), Log(Vec::new()));
    // A factor from 1 to 2 in four steps of 5 ms, none of which draws anything anew.
    let path = || "population.a.b".parse().expect("a path");
    let to = Alterations::from([(path(), Alteration::factor(2.0))]);
    let ramp = Ramp {
        length: long(20.0),
        step: long(longest),
    };
    ramped
        .begin(&bout(0, ms(0.0), to, Some(ramp)))
        .expect("a bout");
    stepped
        .begin(&bout(0, ms(0.0), some(0), None))
        .expect("a bout");
    for k in 1..=4 {
        let t = 5.0 * f64::from(k);
        run(&mut stepped, t, &mut other);
        let by = Alteration::factor(1.0 + 0.25 * f64::from(k));
        let change = Change::Parameters([(path(), by)].into());
        stepped.apply(ms(t), &change).expect("a change");
    }
    run(&mut ramped, 150.0, &mut one);
    run(&mut stepped, 150.0, &mut other);
    assert!(one.0 == other.0);
    assert!(one.0.len() > 100);
}

/// A current at which the potential leads exactly to the threshold is none that a neuron can have: the step goes a little further,
/// to where it falls silent, and is not left out.
#[test]
fn a_step_at_which_neurons_are_impossible_goes_further() {
    let mut network = Network::new(1);
    let lif = values! { tau_m: 20.0, c_m: 250.0, v_th: 15.0, e_l: 2.0, i_e: 300.0, t_ref: 2.0 };
    network.population("n", 1, "lif", lif).expect("a neuron");
    let path = || "population.n.i_e".parse().expect("a path");
    let mut engine = Simulation::of(&network).expect("a network");
    // 162.5 pA lead to 15 mV.
    let exact = Change::Parameters([(path(), Alteration::value(162.5))].into());
    engine.apply(ms(0.0), &exact).expect_err("impossible");
    // Steps at 50, 100, 150 and 200 ms, the second of them to there.
    let ramp = Ramp {
        length: long(200.0),
        step: long(50.0),
    };
    let to = Alterations::from([(path(), Alteration::value(25.0))]);
    let own = Bout {
        on: Vec::new(),
        ..bout(0, ms(0.0), to, Some(ramp))
    };
    engine.begin(&own).expect("a bout");
    let mut log = Log(Vec::new());
    run(&mut engine, 100.0, &mut log);
    let before = log.0.len();
    assert!(before >= 3, "{before}");
    run(&mut engine, 150.0, &mut log);
    assert_eq!(log.0.len(), before);
}
