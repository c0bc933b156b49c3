//! What a run will not do of what was asked for is said before it begins, and stays in its file.

use sharpwave::Recording;

use super::given;
use super::setup::{Place, text};

const NETWORK: &str = r#"
schema = 1
experiment = "network"
[population.e]
neuron = "lif"
size = 2
tau_m = "20 ms"
v_th = "15 mV"
[stimulus.given]
kind = "spikes"
target = "e"
file = "given.csv"
weight = "20 mV"
[stimulus.steps]
kind = "current"
target = "e"
steps = [["10 ms", "5 pA"], ["100 ms", "7 pA"], ["101 ms", "0 pA"]]
[stimulus.pulse]
kind = "current"
target = "e"
amplitude = "5 pA"
to = "1 s"
[stimulus.never]
kind = "poisson"
target = "e"
rate = "1 Hz"
weight = "1 mV"
[guard]
min_rate = "0.1 Hz"
window = "120 ms"
[record]
spikes = "e"
[[bout]]
name = "wake"
duration = "60 ms"
stimuli = ["given", "steps", "pulse"]
[[bout]]
name = "on"
duration = "40 ms"
stimuli = ["given", "steps", "pulse"]
[[bout]]
name = "again"
duration = "50 ms"
stimuli = ["given"]
keep = "weights"
"#;

/// Stderr of a run that comes to its end, and what its file kept of that.
fn told(place: &Place, arguments: &str) -> (String, Vec<String>) {
    let run = place.command(&format!("--quiet run model.toml --out r {arguments}"));
    let output = { run }.output().expect("it starts");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let file = Recording::open(&place.path("r")).expect("a run");
    (stderr, file.warnings().to_vec())
}

#[test]
fn what_never_comes_in_a_network_is_said() {
    let place = Place::with_model(NETWORK);
    place.write(
        "given.csv",
        "node_id,timestamp_ms\n0,1\n1,99.9\n1,100\n0,2000\n",
    );
    let (stderr, kept) = told(&place, "");
    let expected = [
        "`stimulus.given`: 2 of 4 spikes come after its end, 100 ms after it is switched on",
        "`stimulus.never` is on in no bout",
        "`stimulus.steps`: 2 of 3 steps come after its end, 100 ms after it is switched on",
        "`guard.min_rate` is not looked at in `wake` and 2 other bouts: no whole `guard.window`, 120 ms from a multiple of it \
         on, lies within",
    ];
    assert_eq!(kept, expected);
    let lines: Vec<String> = expected
        .iter()
        .map(|line| format!("warning: {line}\n"))
        .collect();
    assert_eq!(stderr, lines.concat());
    let checked = place
        .command("check model.toml")
        .output()
        .expect("it starts");
    assert_eq!(text(&checked.stderr), stderr);
}

/// What the rule of sleep replay leaves as it is.
#[test]
fn weights_that_no_rule_changes_are_told() {
    let model = NETWORK.replace(
        "[guard]",
        "[projection.e_e]\nsource = \"e\"\ntarget = \"e\"\nrule = \"all_to_all\"\nweight = \"0.5 mV\"\naxonal_delay = \"1 ms\"\n\
         plasticity = { rule = \"sleep_replay\", increment = 0.01, decrement = 0.001 }\n[guard]",
    );
    let place = Place::with_model(&model);
    place.write("given.csv", "node_id,timestamp_ms\n0,1\n");
    let told = |arguments: &str| told(&place, arguments).1.concat();
    assert!(told("").contains("`projection.e_e`: no weight changes: `sleep_replay` leaves"));
    std::fs::remove_dir_all(place.path("r")).expect("a run");
    let small = told("--set projection.e_e.weight=\"0.005mV\"");
    assert!(!small.contains("no weight changes"), "{small}");
}

/// What single precision loses for the most part.
#[test]
fn changes_of_weights_that_are_lost_are_told() {
    let place = Place::with_model(
        r#"
schema = 1
experiment = "network"
duration = "20 ms"
[population.e]
neuron = "relay"
size = 2
[projection.e_e]
source = "e"
target = "e"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 2.0, a_plus = 2e-8, a_minus = 0.01 }
[homeostasis.fading]
kind = "decay"
projection = "e_e"
every = "1 ms"
share = "= 1 ms / 24 h"
[homeostasis.falling]
kind = "downscaling"
projection = "e_e"
every = "10 ms"
factor = 0.999
[record]
weights = { projection = "e_e", at = ["0 ms"] }
"#,
    );
    let (_, kept) = told(&place, "");
    let told: Vec<&str> = kept
        .iter()
        .map(|line| line.split(": ").next().unwrap_or(""))
        .collect();
    assert_eq!(
        told,
        [
            "`homeostasis.fading.share` changes weights by a share of 1.2e-8, and they are kept in single precision, in steps of 6e-8",
            "`projection.e_e.plasticity.a_plus` changes weights by a share of 2.0e-8, and they are kept in single precision, in steps of 6e-8",
        ]
    );
}

#[test]
fn what_all_comes_needs_no_word() {
    let model = NETWORK
        .replace("[\"100 ms\", \"7 pA\"]", "[\"99 ms\", \"7 pA\"]")
        .replace("\"120 ms\"", "\"50 ms\"")
        .replacen(
            "[\"given\", \"steps\", \"pulse\"]",
            "[\"given\", \"steps\", \"pulse\", \"never\"]",
            1,
        );
    let place = Place::with_model(&model);
    place.write("given.csv", "node_id,timestamp_ms\n0,1\n1,60\n0,99.9\n");
    assert_eq!(
        told(&place, "--set guard.min_rate=off"),
        (String::new(), Vec::new())
    );
}

#[test]
fn spikes_that_come_after_a_sleep_are_said() {
    let place = Place::with_model(&given::model("mlp.npz", "given.csv", "off"));
    given::write_network(&place);
    place.write("given.csv", "node_id,timestamp_ms\n0,1\n1,2\n1,200000\n");
    let (stderr, kept) = told(&place, "");
    assert_eq!(kept.len(), 1, "{stderr}");
    let file = place.path("given.csv");
    let expected = format!(
        "`sleep.input.spikes`: 1 of 3 spikes of `{}` come after the end of the sleep, 300 ms after its start",
        file.display()
    );
    assert_eq!(kept[0], expected);
    assert_eq!(stderr, format!("warning: {expected}\n"));
}

#[test]
fn a_memory_of_more_images_than_there_are_is_said() {
    let model = include_str!("../../models/sleep_replay_patches.toml");
    let memory = |encode: u32| {
        format!(
            "{model}\n[memory]\ncapacity = 2000\nencode = {encode}\nevent = \"20 ms\"\nrate = \"200 Hz\"\n"
        )
    };
    let place = Place::with_model(&memory(1000));
    let expected = "`memory.encode` is 1000, and task 1 has 2 images: no more of it are cached";
    assert_eq!(told(&place, "--seeds 1").1, [expected]);
    let place = Place::with_model(&memory(2));
    assert_eq!(told(&place, "--seeds 1").1, Vec::<String>::new());
}

/// What is told of a file of synapses is kept too.
#[test]
fn what_is_not_used_of_a_file_of_synapses_is_kept() {
    let model = r#"
schema = 1
experiment = "network"
duration = "10 ms"
[population.e]
neuron = "lif"
size = 3
tau_m = "20 ms"
v_th = "15 mV"
[projection.ee]
source = "e"
target = "e"
rule = "all_to_all"
weight = "0.1 mV"
axonal_delay = "1 ms"
dendritic_delay = "0.5 ms"
[record]
spikes = "e"
"#;
    let place = Place::with_model(model);
    for ending in ["npz", "h5"] {
        let file = format!("ee.{ending}");
        place.run(&format!("export model.toml --projection ee --out {file}"));
        let rule = "rule = \"all_to_all\"\nweight = \"0.1 mV\"\naxonal_delay = \"1 ms\"\n";
        let listed = format!("rule = \"from_file\"\nfile = \"{file}\"\n");
        let place = {
            let other = Place::with_model(&model.replace(rule, &listed));
            std::fs::copy(place.path(&file), other.path(&file)).expect("copied");
            other
        };
        let (stderr, kept) = told(&place, "");
        let expected = format!(
            "`{}`: `dendritic_delay` is not used: the model file gives `dendritic_delay`",
            place.path(&file).display()
        );
        assert_eq!(kept, std::slice::from_ref(&expected));
        assert_eq!(stderr, format!("warning: {expected}\n"));
    }
}

#[test]
fn an_oscillation_that_nothing_follows_is_said() {
    let more = r#"
[oscillation.vain]
frequency = "1 Hz"
amplitude = 0.5
[oscillation.slow]
frequency = "0.8 Hz"
amplitude = 0.1
[oscillation.locked]
locked_to = "slow"
cycles = 8
amplitude = 0.2
[oscillation.within]
frequency = "13 Hz"
amplitude = 0.2
nested_in = "locked"
[stimulus.noise]
kind = "poisson"
target = "e"
rate = "1 kHz"
weight = "0.1 mV"
oscillation = "within"
[record]
spikes = "e"
[[bout]]
name = "wake"
duration = "10 ms"
stimuli = ["noise"]
"#;
    let network = NETWORK.split("[stimulus.given]").next().unwrap();
    let place = Place::with_model(&[network, more].concat());
    let expected = [
        "`oscillation.vain` moves nothing: no stimulus has it as its `oscillation`, and no other oscillation keeps to it",
    ];
    assert_eq!(told(&place, "").1, expected);
}

#[test]
fn a_stage_without_a_bout_and_a_trigger_without_a_stimulus_are_said() {
    let more = r#"
[trigger.vain]
kind = "up_onset"
population = "e"
up = "10 Hz"
down = "1 Hz"
[trigger.deaf]
kind = "timed"
at = ["1 ms"]
[trigger.good]
like = "deaf"
[stimulus.tone]
kind = "pulse"
target = "e"
trigger = "deaf"
amplitude = "5 pA"
duration = "2 ms"
[stimulus.heard]
like = "tone"
trigger = "good"
[stage.base]
[stage.N3]
like = "base"
[stage.N9]
"#;
    let bouts = r#"
[[bout]]
stage = "N3"
duration = "10 ms"
triggers = ["good", "vain"]
[[bout]]
name = "silence"
duration = "10 ms"
stimuli = ["heard"]
"#;
    let network = NETWORK.split("[stimulus.given]").next().unwrap();
    let text = [network, more, "[record]\nspikes = \"e\"\n", bouts].concat();
    let place = Place::with_model(&text);
    let expected = [
        "`stage.N9` is the stage of no bout",
        "`trigger.deaf` sets nothing off: in no bout it is among the `triggers` while a stimulus that names it is on; what it finds \
         is recorded",
        "`trigger.vain` sets nothing off: no stimulus names it as its `trigger`, no modulator among its `triggers`; what it finds \
         is recorded",
    ];
    assert_eq!(told(&place, "").1, expected);
    // As `--set` makes one: what was misspelt is said.
    let place = Place::with_model(&text.replace("[stage.N9]\n", ""));
    let kept = told(&place, "--set stage.n3.ramp=\"1ms\"").1;
    assert_eq!(kept[0], "`stage.n3` is the stage of no bout");
}

#[test]
fn a_trigger_that_is_not_on_for_long_enough_is_said() {
    let more = r#"
[trigger.late]
kind = "timed"
at = ["3 s", "4 s"]
[trigger.clock]
kind = "rhythmic"
period = "1 s"
from = "30 ms"
[trigger.ripple]
kind = "band_onset"
population = "e"
lowest = "150 Hz"
highest = "250 Hz"
memory = "40 ms"
shortest = "10 ms"
[trigger.early]
like = "ripple"
memory = "38 ms"
[stimulus.tone]
kind = "pulse"
target = "e"
trigger = "late"
amplitude = "5 pA"
duration = "2 ms"
[stimulus.tick]
like = "tone"
trigger = "clock"
[stimulus.answer]
like = "tone"
trigger = "ripple"
[stimulus.other]
like = "tone"
trigger = "early"
"#;
    let bouts = r#"
[[bout]]
name = "first"
duration = "20 ms"
[[bout]]
name = "second"
duration = "30 ms"
[[bout]]
name = "third"
duration = "30 ms"
keep = "weights"
"#;
    let network = NETWORK.split("[stimulus.given]").next().unwrap();
    let text = [network, more, "[record]\nspikes = \"e\"\n", bouts].concat();
    let place = Place::with_model(&text);
    let never = |name: &str, quiet: &str, heard: &str| {
        format!(
            "`trigger.{name}` never tells: it finds nothing before {quiet} have passed, and has {heard} at most before it begins anew \
             or is off"
        )
    };
    let expected = [
        never("late", "3000 ms", "50 ms"),
        never("ripple", "51 ms", "50 ms"),
    ];
    assert_eq!(told(&place, "").1, expected);
    // A clock begins where it is switched on, a detector watches all the time.
    let second = text.replace(
        "name = \"second\"\n",
        "name = \"second\"\ntriggers = [\"late\", \"ripple\", \"early\"]\n",
    );
    let place = Place::with_model(&second);
    let expected = [
        never("clock", "30 ms", "30 ms"),
        never("late", "3000 ms", "50 ms"),
        never("ripple", "51 ms", "50 ms"),
    ];
    assert_eq!(told(&place, "").1, expected);
}

/// What was learnt in none of the sleeps is said once they are over, and lies beside what was said before.
#[test]
fn sleeps_in_which_nothing_is_learnt_are_said() {
    let model = include_str!("../../models/sleep_replay_patches.toml");
    let place = Place::with_model(model);
    let (stderr, kept) = told(&place, "--seeds 1 --set neuron.v_th=1000000");
    assert_eq!(kept.len(), 1, "{stderr}");
    let expected = "no neuron of the layers that learn, output, fired in sleep 1";
    assert!(kept[0].contains(expected), "{kept:?}");
    assert!(
        stderr.contains(&format!("warning: {}", kept[0])),
        "{stderr}"
    );
    let file = Recording::open(&place.path("r")).expect("a run");
    assert!(file.is_complete());
}

#[test]
fn accuracies_of_networks_that_answer_nothing_are_told() {
    let place = Place::with_model(super::setup::SMALL);
    let arguments = "run model.toml --seeds 2 --set plasticity.increment=0 --set plasticity.decrement=5 --out r";
    let output = place.command(arguments).output().expect("it starts");
    let said = super::setup::said(&output);
    let expected = "leaves 100 % of the test images without an answer";
    assert!(said.contains(expected), "{said}");
    // It stands in the run file, too.
    let page = place.read("r/report.html");
    assert!(page.contains(expected), "{said}");
    // The accuracies there are those of both seeds, and so is what is said of them.
    let run = Recording::open(&place.path("r")).expect("a run");
    let told = run.warnings().iter();
    let told = told.filter(|warning| warning.contains("of the test images without an answer"));
    assert_eq!(told.count(), 2, "{:?}", run.warnings());
}

#[test]
fn memories_that_replay_nothing_are_told() {
    let place = Place::with_model(super::setup::SMALL);
    let told = |salience: &str, encode: u32| {
        let arguments = format!(
            "run model.toml --quiet --seeds 1 --set data.tasks=[[0],[1]] --set mlp.training.epochs=30 --set memory.encode={encode} --set \
             memory.capacity=100 --set memory.salience={salience} --out {salience}{encode}"
        );
        let output = place.command(&arguments).output().expect("it starts");
        super::setup::said(&output)
    };
    // Whoever has learnt zeros alone answers nothing else.
    let nothing = "is a surprise to the network that has learnt it";
    let said = told("surprise", 5);
    assert!(said.contains(nothing) && said.contains("task 1"), "{said}");
    for (salience, encode) in [("equal", 5), ("surprise", 0)] {
        let said = told(salience, encode);
        assert!(!said.contains(nothing), "{said}");
    }
}
