//! Stages, repeats and hypnograms stand for bouts that could have been written out.

use sharpwave::config::resolved_network;

use super::{ms, network, take};

const HEAD: &str = r#"
schema = 1
experiment = "network"
seed = 4
[population.e]
neuron = "lif"
size = 10
tau_m = "20 ms"
v_th = "20 mV"
[modulator.ach]
tau = "1 s"
baseline = 1
[projection.e_e]
source = "e"
target = "e"
rule = "fixed_in_degree"
in_degree = 2
weight = "1 mV"
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = "2 mV" }
[stimulus.noise]
kind = "poisson"
target = "e"
rate = "1 kHz"
weight = "1 mV"
[stimulus.world]
like = "noise"
"#;

const STAGES: &str = r#"
[stage.W]
[stage.N1]
stimuli = "noise"
[stage.N2]
like = "N1"
learning = []
[stage.N3]
like = "N2"
modulators = { ach = 0.1 }
[stage.R]
like = "N1"
modulators = { ach = 2 }
"#;

fn with(bouts: &str) -> String {
    [HEAD, STAGES, bouts].concat()
}

/// Checks that `model` is written as a file that reads back as it.
fn reads_back(text: &str) {
    let model = network(text, &[]);
    let resolved = resolved_network(&model);
    assert!(!resolved.contains("[stage"), "{resolved}");
    // It has no stages any more, and so none that are idle.
    let mut read = network(&resolved, &[]);
    read.idle_stages.clone_from(&model.idle_stages);
    assert_eq!(read, model, "{resolved}");
}

#[test]
fn sugar_is_the_bouts_that_it_stands_for() {
    let sugar = with(
        r#"
[[bout]]
stage = "W"
duration = "1 s"
[[bout]]
repeat = 2
bouts = [
    { stage = "N2", duration = "2 s" },
    { stage = "N3", duration = "3 s", repeat = 2, learning = ["e_e"], keep = "weights" },
    { name = "test", duration = "4 s" },
]
[[bout]]
stage = "W"
duration = "5 s"
modulators = { ach = 3 }
"#,
    );
    let n2 = "duration = \"2 s\"\nstimuli = [\"noise\"]\nlearning = []\n";
    let n3 =
        "duration = \"3 s\"\nstimuli = \"noise\"\nkeep = \"weights\"\nmodulators = { ach = 0.1 }\n";
    let test = "duration = \"4 s\"\n";
    let bout = |name: &str, keys: &str| {
        let kind = match name.split(' ').next() {
            None | Some("test") => String::new(),
            Some(stage) => format!("kind = \"{stage}\"\n"),
        };
        format!("[[bout]]\nname = \"{name}\"\n{kind}{keys}")
    };
    let written = [
        bout("W", "duration = \"1 s\"\n"),
        bout("N2", n2),
        bout("N3", n3),
        bout("N3 2", n3),
        bout("test", test),
        bout("N2 2", n2),
        bout("N3 3", n3),
        bout("N3 4", n3),
        bout("test 2", test),
        bout("W 2", "duration = \"5 s\"\nmodulators = { ach = 3 }\n"),
    ];
    let written = [HEAD, &written.concat()].concat();
    let mut sugared = network(&sugar, &[]);
    assert_eq!(std::mem::take(&mut sugared.idle_stages), ["R"]);
    assert_eq!(sugared, network(&written, &[]));
    reads_back(&sugar);
    // As tables within tables, too.
    let nested = "[[bout]]\nrepeat = 3\n[[bout.bouts]]\nstage = \"N3\"\nduration = \"1 s\"\n";
    let names = network(&with(nested), &[]).bouts;
    let names: Vec<&str> = names.iter().map(|bout| bout.name.as_str()).collect();
    assert_eq!(names, ["N3", "N3 2", "N3 3"]);
}

#[test]
fn a_hypnogram_is_the_bouts_of_its_stretches() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("night.txt");
    let night = |text: &str, keys: &str| {
        std::fs::write(&path, text).unwrap();
        let path = path.display();
        with(&format!("[hypnogram]\nfile = \"{path}\"\n{keys}\n"))
    };
    let text = night(
        "W\nW\nN1\nN2\nMT\nN3\nN2\nR\n",
        "compress = 10\nepoch = \"20 s\"",
    );
    let model = network(&text, &[]);
    let bouts: Vec<(&str, f64)> = model
        .bouts
        .iter()
        .map(|bout| (bout.name.as_str(), bout.duration.as_ms()))
        .collect();
    let expected = [
        ("W", 4e3),
        ("N1", 2e3),
        ("N2", 4e3),
        ("N3", 2e3),
        ("N2 2", 2e3),
        ("R", 2e3),
    ];
    assert_eq!(bouts, expected);
    assert_eq!(model.bouts[3].modulators, [("ach".to_owned(), 0.1)]);
    let played = model.played.as_ref().unwrap();
    assert_eq!((&played.source[..], played.compress), ("night.txt", 10.0));
    let notice = "`night.txt` has movement for 20 s (1 in all, the first at line 5), taken as the stage before";
    assert_eq!(played.notices, [notice]);
    reads_back(&text);
    // Errors of the file, at the key.
    let error = take(&night("W\nN7\n", ""), &[]).unwrap_err();
    let expected = format!(
        "error: `hypnogram.file`: `{}`: line 2: found `N7`, expected a stage, such as `W`, `N1`, `N2`, `N3`, `R`",
        path.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    let one = [HEAD, "[stage.W]\n"].concat();
    let one = one + night("W\nN3\nR\n", "").split_once("ach = 2 }").unwrap().1;
    let error = take(&one, &[]).unwrap_err();
    let expected =
        "error: the hypnogram has stages without a table, expected [stage.N3], [stage.R]";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_drawn_night_follows_the_seed_and_age() {
    let text = with("[hypnogram]\ngenerate = \"human\"\ncompress = 60\n");
    let model = network(&text, &[]);
    assert_eq!(model.duration(), ms(8.0 * 60e3));
    assert!(model.bouts.len() > 20, "{}", model.bouts.len());
    reads_back(&text);
    let other = network(&text, &["seed=5"]);
    assert_ne!(model.bouts, other.bouts);
    assert_ne!(model.bouts, network(&text, &["hypnogram.age=70"]).bouts);
    let source = "a human night, 25 years of age, seed 5";
    assert_eq!(other.played.unwrap().source, source);
}

/// What a stage alters is taken over by its bouts, key by key, and written so that it reads back.
#[test]
fn a_stage_alters_numbers_by_their_paths() {
    let stages = r#"
[stage.W]
[stage.N2]
factor = { "population.e.tau_m" = 1.5, "stimulus.noise.rate" = 1 }
offset = { "population.e.v_th" = "1 mV" }
[stage.N3]
like = "N2"
factor = { "population.e.tau_m" = 1.5 }
offset = {}
value = { "stimulus.noise.rate" = "= 2 * 1 kHz", "modulator.ach.baseline" = 0.25 }
ramp = "0.5 s"
[[bout]]
stage = "W"
duration = "1 s"
[[bout]]
stage = "N2"
duration = "1 s"
[[bout]]
stage = "N3"
duration = "1 s"
[[bout]]
stage = "N3"
duration = "1 s"
factor = { "population.e.tau_m" = 1, "projection.e_e.plasticity.a_plus" = 0 }
ramp_step = "10 ms"
"#;
    let text = [HEAD, stages].concat();
    let model = network(&text, &[]);
    reads_back(&text);
    let altered = |bout: usize| -> Vec<(String, f64, f64)> {
        let regime = model.bouts[bout].regime(&model.network);
        let all = regime.alterations.iter();
        all.map(|(path, how)| (path.to_string(), how.factor, how.offset))
            .collect()
    };
    let is = |path: &str, factor, offset| (path.to_owned(), factor, offset);
    assert_eq!(altered(0), []);
    let rate = is("stimulus.noise.rate", 0.0, 2_000.0);
    let ach = is("modulator.ach.baseline", 0.0, 0.25);
    let tau = is("population.e.tau_m", 1.5, 0.0);
    let v_th = is("population.e.v_th", 1.0, 1.0);
    // A factor of 1 alters nothing.
    assert_eq!(altered(1), [tau.clone(), v_th]);
    let regime = model.bouts[2].regime(&model.network);
    assert_eq!(regime.ramp.map(|ramp| ramp.length.as_ms()), Some(500.0));
    assert_eq!(regime.ramp.map(|ramp| ramp.step.as_ms()), Some(50.0));
    assert_eq!(altered(2), [tau, rate.clone(), ach.clone()]);
    let rule = is("projection.e_e.plasticity.a_plus", 0.0, 0.0);
    assert_eq!(altered(3), [rule, rate, ach]);
    assert_eq!(model.bouts[3].ramp_step, ms(10.0));
    let changing: Vec<String> = model
        .network
        .changing
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(changing.len(), 5, "{changing:?}");
}

/// Weights have the unit of the neurons that they lead to, also where a stage says what a force or a rule goes by.
#[test]
fn values_of_weights_have_their_unit() {
    let force = "[homeostasis.n]\nkind = \"normalisation\"\nprojection = \"e_e\"\nevery = \"1 s\"\nmean = \"1 mV\"\n";
    let bout = |value: &str| {
        let bout = "[[bout]]\nduration = \"2 s\"\nvalue = { \"homeostasis.n.mean\" = ";
        with(&[force, bout, value, " }\n"].concat())
    };
    reads_back(&bout("\"1.5 mV\""));
    let error = take(&bout("1.5"), &[]).unwrap_err();
    assert!(error.contains("expected a potential"), "{error}");
}

/// A key with dots stands in quotes.
#[test]
fn an_override_reaches_one_factor_of_a_stage() {
    let bout =
        "[[bout]]\nstage = \"N3\"\nduration = \"2 s\"\nfactor = { \"population.e.tau_m\" = 2.0 }\n";
    for set in [
        "bout.0.factor.\"stimulus.noise.rate\"=0.5",
        "bout.0 . factor . 'stimulus.noise.rate' = 0.5",
    ] {
        let resolved = resolved_network(&network(&with(bout), &[set]));
        let factors = "factor = { \"population.e.tau_m\" = 2.0, \"stimulus.noise.rate\" = 0.5 }";
        assert!(resolved.contains(factors), "{resolved}");
    }
    for set in [
        "bout.0.factor.\"stimulus.noise.rate=0.5",
        "bout.0.factor.\"\"=0.5",
        "bout..factor=1",
        "bout.0.\"factor\"x=1",
    ] {
        let error = take(&with(bout), &[set]).unwrap_err();
        assert!(error.contains("is not a path of keys"), "{set}: {error}");
    }
}
