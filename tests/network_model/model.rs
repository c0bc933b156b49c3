//! Every neuron model in a network: weights in its unit, what can be driven, drawn and sampled of it.

use sharpwave::base::distribution::Shape;
use sharpwave::base::parameter::Value;
use sharpwave::base::time::Time;
use sharpwave::config::Model;
use sharpwave::experiment::recurrent::declare;

use super::{constant, network, take};

/// A population of each model, tied together and driven in every way.
const TEXT: &str = r#"
    schema = 1
    experiment = "network"
    duration = "1 s"
    parameter = { i = "100 pA" }
    [population.delta]
    neuron = "lif"
    size = 10
    tau_m = "20 ms"
    v_th = "20 mV"
    [population.exponential]
    neuron = "lif_exp"
    size = 10
    tau_m = "20 ms"
    c_m = "200 pF"
    tau_syn_ex = "5 ms"
    tau_syn_in = "10 ms"
    v_th = "-50 mV"
    v_reset = "-60 mV"
    e_l = "-60 mV"
    [population.noise]
    neuron = "poisson"
    size = 10
    rate = { distribution = "uniform", low = "1 Hz", high = "= 2 * 5 Hz" }
    [population.relay]
    like = "delta"
    neuron = "relay"
    [projection.to_relay]
    source = "noise"
    target = "relay"
    rule = "one_to_one"
    axonal_delay = "0 ms"
    [projection.to_exponential]
    source = "relay"
    target = "exponential"
    rule = "all_to_all"
    weight = { distribution = "normal", mean = "20 pA", sd = "= i / 50", low = "0 pA" }
    axonal_delay = "1 ms"
    [projection.to_delta]
    like = "to_exponential"
    target = "delta"
    weight = "0.5 mV"
    [stimulus.pulse]
    kind = "current"
    target = "exponential"
    amplitude = "= i"
    from = "100 ms"
    to = "200 ms"
    [stimulus.steps]
    kind = "current"
    target = ["exponential", "delta"]
    steps = [["10 ms", "-0.1 nA"], ["1 s", "= i / 2"]]
    [stimulus.always]
    kind = "current"
    target = "exponential"
    amplitude = "1 pA"
    [record]
    states = [
        { population = "exponential", first = 10, variables = ["v_m", "i_ex"], every = "0.1 ms" },
        { population = "exponential", neurons = [4], variables = ["i_in"], every = "1 ms" },
    ]
"#;

#[test]
fn weights_are_in_the_unit_of_the_targets_model() {
    let model = network(TEXT, &[]);
    let weight = |name: &str| {
        let mut projections = model.network.projections.iter();
        let projection = projections.find(|projection| projection.name == name);
        projection.unwrap().weight
    };
    assert_eq!(weight("to_delta"), Some(constant(0.5)));
    assert_eq!(weight("to_exponential").unwrap().bounds().0, 0.0);
    // A relay only counts.
    assert_eq!(weight("to_relay"), Some(constant(1.0)));
}

#[test]
fn currents_are_steps() {
    let model = network(TEXT, &[]);
    let declared = declare(&model).unwrap();
    let t = |ms| Time::from_ms(ms).unwrap();
    let steps: Vec<_> = declared
        .currents
        .iter()
        .map(|current| {
            (
                current.name.as_str(),
                &current.targets[..],
                &current.steps[..],
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("always", &[1][..], &[(t(0.0), 1.0)][..]),
            ("pulse", &[1], &[(t(100.0), 100.0), (t(200.0), 0.0)]),
            ("steps", &[1, 0], &[(t(10.0), -100.0), (t(1000.0), 50.0)]),
        ]
    );
}

#[test]
fn of_copied_currents_the_nearest_counts() {
    let more = "
    [stimulus.nearer]
    like = \"steps\"
    amplitude = \"77 pA\"
    to = \"20 ms\"
    [stimulus.twice]
    like = \"nearer\"
    [stimulus.back]
    like = \"twice\"
    steps = [[\"1 ms\", \"2 pA\"]]
    [record]
";
    let model = network(&TEXT.replace("[record]\n", more), &[]);
    let declared = declare(&model).unwrap();
    let steps = |name: &str| {
        let mut currents = declared.currents.iter();
        let current = currents.find(|current| current.name == name).unwrap();
        current.steps.clone()
    };
    let t = |ms| Time::from_ms(ms).unwrap();
    assert_eq!(steps("nearer"), [(t(0.0), 77.0), (t(20.0), 0.0)]);
    assert_eq!(steps("twice"), steps("nearer"));
    assert_eq!(steps("back"), [(t(1.0), 2.0)]);
}

#[test]
fn rates_may_be_drawn_for_each_source() {
    let model = network(TEXT, &[]);
    let noise = model.network.find("noise").unwrap();
    let uniform = Shape::Uniform {
        low: 1.0,
        high: 10.0,
    };
    assert_eq!(noise.values.distribution("rate").unwrap().shape(), uniform);
    assert!(noise.values.shared().is_empty());
    assert_eq!(declare(&model).unwrap().populations[2], *noise);
    // Without spread all share the value.
    let even = "{ distribution = 'normal', mean = '7 Hz', sd = '0 Hz' }";
    let model = network(TEXT, &[&format!("population.noise.rate={even}")]);
    assert_eq!(model.network.find("noise").unwrap().values["rate"], 7.0);
}

#[test]
fn only_neurons_with_a_potential_have_a_start() {
    let model = network(TEXT, &["population.delta.initial.v_m=3 mV"]);
    let start = |name: &str| model.network.find(name).unwrap().v_m.clone();
    assert_eq!(start("delta"), Some(Value::Number(3.0)));
    assert_eq!(start("exponential"), Some(Value::Number(-60.0)));
    // What is copied from the table of another model is left aside.
    assert_eq!((start("relay"), start("noise")), (None, None));
    let states: Vec<_> = model
        .record
        .states
        .iter()
        .map(|states| &states.variables[..])
        .collect();
    assert_eq!(states, [&[(0, "v_m"), (1, "i_ex")][..], &[(2, "i_in")]]);
}

#[test]
fn every_model_reads_back_as_itself() {
    let model = Model::Network(Box::new(network(TEXT, &[])));
    let text = model.resolved();
    assert!(!text.contains("= \"="), "{text}");
    assert_eq!(take(&text, &[]), Ok(model), "{text}");
}
