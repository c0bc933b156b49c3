//! `check`: a model file with every key, and what it stands for.

use super::setup::{Place, SMALL, shipped};

#[test]
fn what_check_prints_is_a_model_file_of_the_same_run() {
    let place = Place::with_model(SMALL);
    let printed = place.run("check model.toml");
    for heading in [
        "# Resolved: ",
        "\n# What it stands for\n#\n",
        "\n# Expected for each seed\n#\n",
    ] {
        assert!(printed.contains(heading), "{heading}: {printed}");
    }
    place.write("resolved.toml", &printed);
    assert_eq!(place.run("check resolved.toml"), printed);
    let summary = |name: &str| {
        let text = place.run(&format!("--json --quiet run {name}.toml --out {name}"));
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["summary"].clone()
    };
    assert_eq!(summary("model"), summary("resolved"));
}

#[test]
fn bouts_are_named_as_in_the_run_file() {
    let place = Place::with_model(SMALL);
    let printed = place.run("check model.toml");
    place.run("run model.toml --out r");
    let bouts = super::run_file::RunFile::open(&place.path("r/run.h5")).bouts();
    assert_eq!(bouts.len(), 8);
    for bout in bouts {
        assert!(
            printed.contains(&format!(" ms  {bout}  ")),
            "{bout}: {printed}"
        );
    }
}

#[test]
fn shipped_models_check_without_being_run() {
    let place = Place::new();
    for (name, memory) in [
        ("sleep_replay_digits.toml", "MB"),
        ("sleep_replay_patches.toml", "MB"),
        ("days_of_learning.toml", "MB"),
    ] {
        let printed = place.run(&format!("check {}", shipped(name)));
        assert!(printed.contains(memory), "{printed}");
        let json = place.run(&format!("--json check {}", shipped(name)));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(json["estimate"]["input_spikes"].as_f64().unwrap() > 1e4);
    }
    let printed = place.run(&format!("check {}", shipped("foraging.toml")));
    assert!(printed.contains("4500 aeons with tests"), "{printed}");
    assert_eq!(place.names(""), Vec::<String>::new());
    for name in ["mnist", "fashion"] {
        let error = place.refused(&format!(
            "check {} --data nowhere",
            shipped(&format!("sleep_replay_{name}.toml"))
        ));
        assert!(
            error.contains("nowhere") && error.contains("\n  help: "),
            "{error}"
        );
    }
}

#[test]
fn the_night_can_be_made_as_small_as_its_head_says() {
    let place = Place::new();
    let model = shipped("night.toml");
    let smaller = "--set parameter.n=1800 --set parameter.compress=400 --set parameter.ramp='50ms'";
    let printed = place.run(&format!("check {model} {smaller}"));
    // Of each population as many are recorded as there are.
    assert!(
        printed.contains("first = 1260") && printed.contains("first = 504"),
        "{printed}"
    );
}

#[test]
fn an_option_that_misspells_a_table_is_told_which_it_may_mean() {
    let place = Place::new();
    let model = shipped("linear_track.toml");
    let said = place.refused(&format!(
        "check {model} --set projection.recurent.probability=0.2"
    ));
    assert!(
        said.contains("[projection.recurent] needs `rule`"),
        "{said}"
    );
    assert!(
        said.contains("did you mean `projection.recurrent`?"),
        "{said}"
    );
    // One of its own, that is like none.
    let said = place.refused(&format!(
        "check {model} --set projection.other.probability=0.2"
    ));
    assert!(!said.contains("did you mean"), "{said}");
}

#[test]
fn noise_that_goes_up_and_down_is_counted_at_its_rate() {
    let model = |more: &str| {
        format!(
            "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n[population.r]\nneuron = \"relay\"\nsize = 100\n\
             [oscillation.slow]\nfrequency = \"1 Hz\"\namplitude = 0.8\n[stimulus.a]\nkind = \"poisson\"\ntarget = \"r\"\n\
             rate = \"20 Hz\"\n{more}[stimulus.b]\nkind = \"poisson\"\ntarget = \"r\"\nrate = \"5 Hz\"\n[record]\nspikes = \"r\"\n"
        )
    };
    for more in ["", "oscillation = \"slow\"\n"] {
        let printed = Place::with_model(&model(more)).run("check model.toml");
        assert!(
            printed.contains("noise events     2.50e3 per second"),
            "{more}: {printed}"
        );
    }
}
