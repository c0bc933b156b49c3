use std::path::Path;

use super::*;
use crate::config::{Options, parse};
use crate::experiment::recurrent::bouts;

const TEXT: &str = r#"
    schema = 1
    experiment = "network"
    [population.e]
    neuron = "lif"
    size = 10
    tau_m = "20 ms"
    c_m = "1 pF"
    v_th = "20 mV"
    [population.i]
    like = "e"
    [population.both]
    like = "e"
    [population.none]
    like = "e"
    [projection.e_all]
    source = "e"
    target = ["e", "i"]
    rule = "all_to_all"
    weight = "1 mV"
    axonal_delay = "1 ms"
    [projection.i_all]
    like = "e_all"
    source = "i"
    weight = { distribution = "normal", mean = "-1 mV", sd = "0.3 mV" }
    [projection.both_e]
    like = "e_all"
    source = "both"
    [projection.both_i]
    like = "e_all"
    source = "both"
    weight = "-1 mV"
    [stimulus.noise]
    kind = "poisson"
    target = "e"
    rate = "1 kHz"
    weight = "1 mV"
    [stimulus.pulse]
    kind = "current"
    target = "e"
    amplitude = "1 pA"
    from = "10 ms"
    to = "30 ms"
    [stimulus.steps]
    kind = "current"
    target = "e"
    steps = [["0 ms", "1 pA"], ["5 ms", "2 pA"], ["10 ms", "0 pA"], ["90 ms", "1 pA"]]
    [[bout]]
    name = "first"
    duration = "50 ms"
    stimuli = ["noise", "pulse", "steps"]
    [[bout]]
    name = "second"
    duration = "50 ms"
    stimuli = ["noise", "steps"]
    [[bout]]
    name = "third"
    duration = "20 ms"
    stimuli = ["pulse"]
    [[bout]]
    name = "fourth"
    duration = "20 ms"
    stimuli = ["pulse", "steps"]
    keep = "weights"
"#;

#[test]
fn signs_are_those_of_all_projections_of_a_population() {
    let model = parse("m", TEXT, Path::new("/"), &Options::default()).unwrap();
    let network = model.network().unwrap().network;
    let signs = ["e", "i", "both", "none"].map(|name| sign(&network, name));
    let expected = [Sign::Excitatory, Sign::Inhibitory, Sign::Mixed];
    assert_eq!(signs[..3], expected.map(Some));
    assert_eq!(signs[3], None);
}

#[test]
fn stimuli_act_while_they_are_on_and_bring_something() {
    let model = parse("m", TEXT, Path::new("/"), &Options::default()).unwrap();
    let model = model.network().unwrap();
    let on = on(&stimuli(&model.network), &bouts(&model));
    let ms = |t: Time| t.ps() / 1_000_000_000;
    let on: Vec<(String, Vec<(i64, i64)>)> = on
        .into_iter()
        .map(|s| {
            (
                s.name,
                s.on.into_iter().map(|(a, b)| (ms(a), ms(b))).collect(),
            )
        })
        .collect();
    let noise = vec![(0, 100)];
    // Anew in the third bout, where it has no time to end, and in the fourth, where little is kept.
    let pulse = vec![(10, 30), (110, 120), (130, 140)];
    // Goes on from the first bout into the second; anew in the fourth.
    let steps = vec![(0, 10), (90, 100), (120, 130)];
    let expected = [("noise", noise), ("pulse", pulse), ("steps", steps)];
    let expected = expected.map(|(name, on)| (name.to_owned(), on));
    assert_eq!(on, expected);
}

#[test]
fn given_spikes_act_from_the_first_to_the_last() {
    let model = parse("m", TEXT, Path::new("/"), &Options::default()).unwrap();
    let model = model.network().unwrap();
    let mut network = model.network.clone();
    let at = |ms: i64| (Time::from_ps(ms * 1_000_000_000), 0);
    network.stimuli[0].data = Some(Data::Spikes([at(20), at(60)].into()));
    let mut bouts = bouts(&model);
    bouts.truncate(1);
    (bouts[0].start, bouts[0].stop) = (at(100).0, at(150).0);
    // Counted from when it is switched on, up to when it is switched off.
    let on = on(&stimuli(&network), &bouts);
    assert_eq!(on[0].on, [(at(120).0, at(150).0)]);
}
