//! What a run takes is said before, and what is more than there is is refused.

use std::process::{Command, Stdio};

use wait4::Wait4;

use super::setup::{Place, program, root, shipped, text};

/// The estimate of `check --json` in bytes, and what a run took at most.
fn estimated_and_taken(place: &Place, model: &str, sets: &[&str]) -> (f64, f64) {
    let with_sets = |command: &mut Command| {
        command.stdin(Stdio::null()).stderr(Stdio::null());
        sets.iter().for_each(|set| {
            command.args(["--set", set]);
        });
    };
    let mut check = place.command(&format!("check {model} --json"));
    with_sets(&mut check);
    let output = check.output().expect("it starts");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let estimate = &said["estimate"];
    let peak = estimate
        .get("peak_bytes")
        .unwrap_or(&estimate["memory_bytes"]);
    let mut run = place.command(&format!("run {model} --out {}", place.path("o").display()));
    with_sets(&mut run);
    run.stdout(Stdio::null());
    let used = run.spawn().expect("it starts").wait4().expect("it ends");
    assert!(used.status.success(), "{model}");
    std::fs::remove_dir_all(place.path("o")).expect("the run's folder");
    (peak.as_f64().expect("a number"), used.rusage.maxrss as f64)
}

#[test]
fn the_estimate_of_memory_is_what_a_run_takes() {
    let place = Place::new();
    let second = r#"duration="1 s""#;
    for (model, sets) in [
        ("brunel_balanced", &[second][..]),
        ("vogels_abbott_delta", &[second]),
        ("vogels_abbott_current", &[second]),
        ("up_down_states", &[second]),
        ("cortical_microcircuit", &[second, "parameter.scale=0.1"]),
        ("sleep_replay_patches", &[]),
        (
            "sleep_replay_digits",
            &[
                "mlp.training.epochs=1",
                r#"sleep.duration="0.1s""#,
                "data.train_per_task=200",
            ],
        ),
    ] {
        let model_file = shipped(&format!("{model}.toml"));
        let (estimated, taken) = estimated_and_taken(&place, &model_file, sets);
        let ratio = estimated / taken;
        assert!(
            (0.8..1.25).contains(&ratio),
            "{model}: {:.1} MB estimated, {:.1} MB taken",
            estimated / 1e6,
            taken / 1e6
        );
    }
}

/// The program under a limit of the shell.
fn limited(place: &Place, limit: &str, arguments: &str) -> (Option<i32>, String) {
    let line = format!("{limit}; exec '{}' {arguments}", program().display());
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_model_beyond_its_address_space_is_refused_by_check_and_run_alike() {
    let place = Place::new();
    let model = root().join("models/cortical_microcircuit.toml");
    for command in ["check", "run"] {
        let arguments = format!("{command} '{}'", model.display());
        let (code, said) = limited(&place, "ulimit -v 1000000", &arguments);
        assert_eq!(code, Some(2), "{command}: {said}");
        assert!(
            said.contains("left of its address space (`ulimit -v`)"),
            "{said}"
        );
    }
    assert!(place.names("").is_empty());
}

#[test]
fn memory_that_is_refused_all_the_same_is_an_error_and_no_abort() {
    let place = Place::new();
    // Enough for the program, not for what it reads.
    let (code, said) = limited(&place, "ulimit -v 80000", "describe lif");
    assert_eq!(code, Some(0), "{said}");
    // Half a million values take some hundred bytes each.
    let values = "1,".repeat(500_000);
    place.write(
        "m.toml",
        format!("schema = 1\nexperiment = \"network\"\nx = [{values}]\n"),
    );
    let (code, said) = limited(&place, "ulimit -v 80000", "check m.toml");
    assert_eq!(code, Some(2), "{said}");
    let advice = "\n  help: `sharpwave check` shows what a model takes\n";
    assert!(said.starts_with("error: out of memory: "), "{said}");
    assert!(said.ends_with(advice), "{said}");
    // Each bin takes four bytes.
    place.write("s.csv", "node_id,timestamp_ms\n0,1\n1,100000\n");
    let arguments = "analyse s.csv population_burst --set bin=1us";
    let (code, said) = limited(&place, "ulimit -v 300000", arguments);
    assert_eq!(code, Some(2), "{said}");
    let advice = "\n  help: fewer populations (`--population`), a shorter time (`--bout`, `--from`, `--to`) or wider bins take less\n";
    assert!(said.starts_with("error: out of memory: "), "{said}");
    assert!(said.ends_with(advice), "{said}");
}

#[test]
fn a_file_that_may_not_grow_is_one_error() {
    let place = Place::new();
    let model = root().join("models/up_down_states.toml");
    let arguments = format!("run '{}' --out r", model.display());
    let (code, said) = limited(&place, "ulimit -f 500", &arguments);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: "), "{said}");
}
