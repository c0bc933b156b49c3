//! Tables of a network model one by one: guards, checkpoints, recorded neurons, given spikes.

use std::fs;
use std::path::Path;
use std::time;

use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::time::Time;
use sharpwave::config::network::{Guard, Recorded, SampledStates, Selection};
use sharpwave::config::{Options, parse};
use sharpwave::experiment::recurrent::declare;
use sharpwave::network::plan::SpikeSource;

use super::{brunel, constant, ms, network, take};

#[test]
fn defaults_of_guard_and_checkpoint_are_explicit_and_off_turns_them_off() {
    let model = network(&brunel(), &[]);
    let guard = |max_rate_hz, min_rate_hz, window| Guard {
        max_rate_hz,
        min_rate_hz,
        window,
    };
    assert_eq!(model.guard, guard(Some(1000.0), None, ms(100.0)));
    assert_eq!(model.checkpoint_every, Some(time::Duration::from_secs(600)));
    let off = network(&brunel(), &["guard.max_rate=off", "checkpoint.every=off"]);
    assert_eq!(off.guard, guard(None, None, ms(100.0)));
    assert_eq!(off.checkpoint_every, None);
    let set = network(
        &brunel(),
        &["guard.min_rate== eta * 1 Hz", "checkpoint.every=5 min"],
    );
    assert_eq!(set.guard, guard(Some(1000.0), Some(2.0), ms(100.0)));
    assert_eq!(set.checkpoint_every, Some(time::Duration::from_secs(300)));
}

#[test]
fn recorded_neurons_and_states_are_selected() {
    let model = network(
        &brunel(),
        &[
            "record.spikes=[{ population = 'e', first = 3 }, { population = 'i', first = '= 0.2 * n' }]",
            "record.states={ population = 'i', neurons = [9, 2], variables = 'v_m', every = '0.1 ms' }",
        ],
    );
    let recorded = |population: &str, neurons| Recorded {
        population: population.into(),
        neurons,
    };
    assert_eq!(
        model.record.spikes,
        [
            recorded("e", Selection::Some(vec![0, 1, 2])),
            recorded("i", Selection::All)
        ]
    );
    assert_eq!(
        model.record.states,
        [SampledStates {
            population: "i".into(),
            neurons: vec![2, 9],
            variables: vec![(0, "v_m")],
            every: ms(0.1),
        }]
    );
    assert_eq!(model.record.recorded("x"), None);
    assert!(!Selection::Some(vec![2, 9]).contains(3) && Selection::All.contains(3));
}

fn listed(spikes: &SpikeSource) -> &[(Time, u32)] {
    match spikes {
        SpikeSource::List(spikes) => spikes,
        SpikeSource::Drawn(_) => panic!("expected a list"),
    }
}

#[test]
fn given_spikes_are_read_checked_and_moved() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let declared = |file: &Path, from: &str| {
        let stimulus = format!(
            "stimulus.given={{ kind = 'spikes', target = 'i', file = '{}', weight = '2 mV', from = '{from}' }}",
            file.display()
        );
        let model = network(&brunel(), &[&stimulus]);
        let declared = declare(&model);
        declared.map_err(|error| error.to_string())
    };
    let good = write("r.csv", "node_id,timestamp_ms\n7,5.5\n2499,0\n");
    let network = declared(&good, "1 ms").unwrap();
    let [input] = &network.spikes[..] else {
        panic!("{:?}", network.spikes)
    };
    assert_eq!((input.target, input.weight), (1, 2.0));
    let t = |ms| Time::from_ms(ms).unwrap();
    assert_eq!(listed(&input.spikes), [(t(1.0), 2499), (t(6.5), 7)]);

    let beyond = write("beyond.csv", "node_id,timestamp_ms\n2500,1\n");
    let error = declared(&beyond, "0 s").unwrap_err();
    assert!(error.contains("a neuron from 0 to 2499"), "{error}");
    let early = write("early.csv", "node_id,timestamp_ms\n1,-1\n");
    let error = declared(&early, "10 s").unwrap_err();
    assert!(error.contains("a time from 0 to 106 days"), "{error}");
    let late = write("late.csv", "node_id,timestamp_ms\n1,9e9\n");
    let error = declared(&late, "60 h").unwrap();
    assert_eq!(error.spikes[0].spikes.held(), 1);
    let error = declared(&late, "2500 h").unwrap_err();
    assert!(error.contains("`stimulus.given.from`"), "{error}");
    let error = declared(&folder.path().join("none.csv"), "0 s").unwrap_err();
    assert!(error.contains("none.csv`: cannot read"), "{error}");
}

#[test]
fn spike_files_start_from_the_model_file() {
    let stimulus =
        "stimulus.given={ kind = 'spikes', target = 'i', file = 'r.h5', weight = '2 mV' }";
    let options = Options {
        sets: vec![stimulus.into()],
        data: None,
    };
    let model = parse("m.toml", &brunel(), Path::new("/models"), &options).unwrap();
    let stimuli = model.network().unwrap().network.stimuli;
    let given = stimuli.iter().find(|stimulus| stimulus.name == "given");
    let given = given.unwrap();
    assert_eq!(
        (&given.targets[..], given.weight),
        (&["i".to_owned()][..], 2.0)
    );
    let values = Values::from([
        ("file", Value::File("/models/r.h5".into())),
        ("from", Value::Number(0.0)),
    ]);
    assert_eq!(
        (given.kind.spec.name, &given.kind.values),
        ("spikes", &values)
    );
}

#[test]
fn a_delay_of_zero_is_between_populations_only() {
    let zero = "projection.e_all.axonal_delay=0 ms";
    let model = network(
        &brunel(),
        &[
            zero,
            "projection.e_all.target=i",
            "projection.i_all.axonal_delay=1 ms",
        ],
    );
    assert_eq!(
        model.network.projections[0].delay.unwrap().axonal,
        constant(0.0)
    );
    let error = take(&brunel(), &[zero]).unwrap_err();
    assert!(
        error.contains("`projection.e_all.axonal_delay`: delay may be 0 ms"),
        "{error}"
    );
}
