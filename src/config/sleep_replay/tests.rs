//! What is written reads back as itself.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::config::{Options, parse, read};
use crate::mlp::weight_file::Bias;

fn shipped(name: &str) -> SleepReplay {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name);
    let model = read(&path, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    model.sleep_replay().unwrap()
}

fn again(experiment: &SleepReplay) -> SleepReplay {
    let text = resolved(experiment);
    parse(
        "resolved",
        &text,
        Path::new("/elsewhere"),
        &Options::default(),
    )
    .unwrap_or_else(|error| panic!("{error}\n{text}"))
    .sleep_replay()
    .unwrap()
}

#[test]
fn shipped_models_read_back_as_themselves() {
    for name in ["digits", "mnist", "fashion", "patches"] {
        let experiment = shipped(&format!("sleep_replay_{name}.toml"));
        assert_eq!(again(&experiment), experiment, "{name}");
        assert_eq!(
            resolved(&again(&experiment)),
            resolved(&experiment),
            "{name}"
        );
    }
}

#[test]
fn the_shortest_model_reads_back_as_itself() {
    let text = r#"
        schema = 1
        experiment = "sleep_replay"
        [mlp]
        layers = [9, 2]
        weights = 'a "b".npz'
        bias = "drop"
        [conversion]
        gain = [3]
        [neuron]
        model = "lif"
        tau_m = "1 s"
        v_th = 1
        [plasticity]
        rule = "sleep_replay"
        onto = []
        [sleep]
        duration = "0.1 ms"
        input = { spikes = "raster.csv" }
    "#;
    let model = parse("m", text, Path::new("/x"), &Options::default()).unwrap();
    let experiment = model.sleep_replay().unwrap();
    assert_eq!(
        experiment.mlp.weights,
        Weights::File {
            path: "/x/a \"b\".npz".into(),
            bias: Bias::Drop,
            layer_names: None
        }
    );
    assert_eq!(experiment.sleep.after, After::LastTask);
    assert_eq!(again(&experiment), experiment);
}

proptest! {
    #[test]
    fn any_numbers_read_back_as_the_same_bits(
        v_th in proptest::collection::vec(1e-300..1e300f64, 3),
        tau in 1e-8..9e9f64,
        rate in 0.0..500.0f64,
        ps in 1..1_000_000_000_000_000i64,
        scale in 1e-300..1e300f64,
    ) {
        let mut experiment = shipped("sleep_replay_digits.toml");
        for (values, v_th) in experiment.neuron.layers.iter_mut().zip(&v_th) {
            values.insert("v_th", *v_th);
            values.insert("tau_m", tau);
        }
        if let Input::Image { max_rate_hz, .. } = &mut experiment.sleep.input {
            *max_rate_hz = rate;
        }
        experiment.sleep.durations[0] = crate::base::time::Duration::from_ps(ps);
        experiment.conversion = Conversion::DataMax { statistics: Statistics::CurrentTask, scale };
        prop_assert_eq!(again(&experiment), experiment);
    }
}

/// Weights of a network made from an MLP have no unit, nor has what a rule adds to them.
#[test]
fn every_rule_that_sleep_can_have_is_read_and_named() {
    for (rule, keys) in [
        ("covariance", "eta = { output = 0.001 }\nevent = \"50 ms\""),
        ("sleep_replay", "increment = 0.001\ndecrement = 0.0001"),
    ] {
        let text = format!(
            r#"
            schema = 1
            experiment = "sleep_replay"
            [mlp]
            layers = [9, 4, 2]
            weights = "a.npz"
            [conversion]
            gain = [3, 1]
            [neuron]
            model = "lif"
            tau_m = "1 s"
            v_th = 1
            [plasticity]
            rule = "{rule}"
            onto = ["output"]
            {keys}
            [sleep]
            duration = "100 ms"
            input = {{ spikes = "raster.csv" }}
            "#
        );
        let model = parse("m", &text, Path::new("/x"), &Options::default());
        let experiment = model.unwrap_or_else(|error| panic!("{error}"));
        let experiment = experiment.sleep_replay().unwrap();
        assert_eq!(experiment.plasticity.rule.name, rule);
        assert_eq!(again(&experiment), experiment);
    }
    let described = crate::config::catalogue::sections();
    let says = |name: &str, all: Vec<&'static str>| {
        let mut pages = described.iter();
        let page = pages.find(|page| page.name == name).expect(name);
        for known in all {
            assert!(
                page.summary.contains(&format!("`{known}`")),
                "{name}: {known}"
            );
        }
    };
    says(
        "neuron",
        super::parameters::jumping()
            .iter()
            .map(|spec| spec.name)
            .collect(),
    );
    let rules = crate::plasticity::signed_specs();
    says("plasticity", rules.iter().map(|spec| spec.name).collect());
}
