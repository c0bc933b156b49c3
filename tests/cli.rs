//! The program as users meet it: what it prints, where, and with which exit code.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::cargo_bin;

fn sharpwave(arguments: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin!("sharpwave"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("it starts")
}

/// Exit code, stdout, stderr.
fn typed(arguments: &[&str]) -> (Option<i32>, String, String) {
    text(&output(&mut sharpwave(arguments)))
}

fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Runs it in `folder`.
fn typed_in(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    text(&output(sharpwave(arguments).current_dir(folder)))
}

#[test]
fn help_names_every_command_and_exit_code() {
    let (code, out, err) = typed(&["--help"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for command in [
        "run",
        "recover",
        "check",
        "describe",
        "train",
        "import",
        "completions",
    ] {
        assert!(out.contains(&format!("\n  {command} ")), "{command}: {out}");
        let (code, out, _) = typed(&[command, "--help"]);
        assert_eq!(code, Some(0), "{command}");
        assert!(out.contains("Usage: sharpwave"), "{command}: {out}");
    }
    assert!(out.contains("  3  stopped early"), "{out}");
}

#[test]
fn run_takes_the_documented_options() {
    let (_, out, _) = typed(&["run", "--help"]);
    for option in [
        "--set <KEY=VALUE>",
        "--seed <N>",
        "--seeds <N>",
        "--threads <N>",
        "--out <DIR>",
        "--data <DIR>",
        "--keep-seeds",
        "--quiet",
        "--json",
    ] {
        assert!(out.contains(option), "{option}: {out}");
    }
}

#[test]
fn the_readme_names_only_options_that_exist() {
    const OF_OTHERS: [&str; 5] = [
        "--release",
        "--path",
        "--no-default-features",
        "--bench",
        "--array",
    ];
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("README.md");
    let help: String = [
        "run", "check", "train", "recover", "import", "export", "describe", "analyse", "report",
        "resume", "sweep", "convert",
    ]
    .map(|command| typed(&[command, "--help"]).1)
    .concat();
    let options: Vec<&str> = readme
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--") && word.len() > 3 && !word.starts_with("---"))
        .filter(|word| !OF_OTHERS.contains(word))
        .collect();
    assert!(options.len() > 5, "{options:?}");
    for option in options {
        assert!(
            help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")),
            "{option}"
        );
    }
}

#[test]
fn version_is_the_packages() {
    let (code, out, _) = typed(&["-V"]);
    assert_eq!(code, Some(0));
    assert_eq!(out, concat!("sharpwave ", env!("CARGO_PKG_VERSION"), "\n"));
    let (_, out, _) = typed(&["--version"]);
    assert!(out.contains("\nHDF5: "), "{out}");
}

#[test]
fn no_command_unknown_command_and_unknown_flag_are_bad_input() {
    for (arguments, expected) in [
        (&[][..], "Usage: sharpwave"),
        (&["descibe"], "'describe'"),
        (&["describe", "--colour"], "'--colour'"),
        (&["run"], "<MODEL>"),
        (&["run", "x.toml", "--seeds", "0"], "--seeds"),
        (&["run", "x.toml", "--seed", "-1"], "--seed"),
    ] {
        let (code, out, err) = typed(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
}

#[test]
fn describe_lists_models_and_rules() {
    let (code, out, err) = typed(&["describe"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("Neuron models\n  lif "), "{out}");
    assert!(out.contains("\nPlasticity rules\n"), "{out}");
    assert!(
        out.contains("\n  sleep_replay        Hebbian rule"),
        "{out}"
    );
    assert!(out.contains("\nConnection rules\n  one_to_one "), "{out}");
    assert!(out.contains("\nStimuli\n  poisson "), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn describe_shows_equations_units_ranges_defaults_and_source() {
    let (code, out, _) = typed(&["describe", "lif"]);
    assert_eq!(code, Some(0));
    for expected in [
        "lif (neuron model)\n",
        "\n  tau_m dv/dt = e_l - v + i_e tau_m / c_m\n",
        "\n  tau_m    ms    required  greater than 0    membrane time constant\n",
        "\n  t_ref    ms    0         0 or more         refractory period",
        "\nWeights onto it\n  mV\n",
        "\nVariables\n  name  unit  meaning\n  v_m   mV    membrane potential",
        "\nSource\n  Lapicque 1907",
    ] {
        assert!(out.contains(expected), "{expected:?} in\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn describe_tells_what_is_measured_as_weights_are() {
    let row = |out: &str, name: &str| {
        let mut lines = out.lines().map(|line| line.split_whitespace());
        let row = lines.find(|line| line.clone().next() == Some(name));
        row.and_then(|mut row| row.nth(1)).map(str::to_owned)
    };
    for (rule, name) in [
        ("stdp_pair", "w_max"),
        ("inhibitory_stdp", "eta"),
        ("covariance", "eta"),
        ("anti_hebbian", "eta"),
        ("remote_supervised", "eta"),
    ] {
        let (code, out, _) = typed(&["describe", rule]);
        assert_eq!(
            (code, row(&out, name).as_deref()),
            (Some(0), Some("weight")),
            "{out}"
        );
        let note = "Unit `weight`: that of weights onto the target";
        assert!(out.contains(note), "{out}");
    }
    let (_, out, _) = typed(&["describe", "stdp_pair"]);
    assert_eq!(row(&out, "tau_plus").as_deref(), Some("ms"));
    assert_eq!(row(&out, "a_plus").as_deref(), Some("-"));
    let (_, out, _) = typed(&["describe", "stdp_pair", "--json"]);
    assert!(out.contains("\"unit\": \"weight\""), "{out}");
}

#[test]
fn describe_shows_the_keys_of_rules_and_stimuli() {
    let (code, out, _) = typed(&["describe", "fixed_in_degree"]);
    assert_eq!(code, Some(0));
    for expected in [
        "fixed_in_degree (connection rule)\n",
        "\n  in_degree  number       required  the number of synapses onto each target\n",
        "\nKeys of the projection\n",
        "\n  axonal_delay      ms ",
    ] {
        assert!(out.contains(expected), "{expected:?} in\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    // Long times as people say them.
    let (_, out, _) = typed(&["describe", "sleep_pressure"]);
    assert!(out.contains("\n  rise       ms      18.2 h "), "{out}");
    let (_, out, _) = typed(&["describe", "current"]);
    assert!(out.contains("current (stimulus)\n"), "{out}");
    assert!(out.contains("\n  amplitude  pA "), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn describe_in_json_is_one_document() {
    let (_, out, _) = typed(&["describe", "sleep_replay", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["kind"], "plasticity rule");
    assert_eq!(
        document["parameters"][2],
        serde_json::json!({
            "name": "window",
            "unit": "ms",
            "default": 1.0,
            "range": { "above": 0.0 },
            "meaning": "an afferent is active if its last spike arrived in (t - window, t]",
        })
    );
    let (_, out, _) = typed(&["describe", "lif", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["weight_unit"], "mV");
    assert_eq!(document["variables"][0]["name"], "v_m");
    let (_, out, _) = typed(&["describe", "fixed_in_degree", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["kind"], "connection rule");
    assert_eq!(document["keys"][0]["name"], "in_degree");
    let (_, out, _) = typed(&["--json", "describe"]);
    let list: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(list[0]["name"], "lif");
}

#[test]
fn unknown_models_get_a_suggestion() {
    let (code, out, err) = typed(&["describe", "sleep_reply"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(
        err,
        "error: `sleep_reply`: found no neuron model, rule, stimulus, measure, distribution or section of this name\n  \
         help: did you mean `sleep_replay`?\n"
    );
    // What has no page of its own leads to where it stands.
    for (word, help) in [
        ("sweep", "it is a command: `sharpwave sweep --help`"),
        (
            "train_per_task",
            "`train_per_task` is a key: `sharpwave describe data`",
        ),
        (
            "store",
            "`information` takes this word: `sharpwave describe night`",
        ),
    ] {
        let (code, _, err) = typed(&["describe", word]);
        assert_eq!(code, Some(2));
        assert!(err.ends_with(&format!("  help: {help}\n")), "{err}");
    }
    let (_, _, err) = typed(&["describe", "measures"]);
    assert!(err.ends_with("did you mean `measure`?\n"), "{err}");
    let (_, _, err) = typed(&["describe", "hodgkin_huxley"]);
    assert!(err.contains("  help: known: `lif`, "), "{err}");
}

#[test]
fn errors_are_json_lines_when_asked() {
    let (code, out, err) = typed(&["--json", "describe", "lof"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    let line: serde_json::Value = serde_json::from_str(&err).expect("one line of JSON");
    assert_eq!(line["event"], "error");
    assert_eq!(line["exit_code"], 2);
    let message = line["message"].as_str().expect("text");
    assert!(message.ends_with("did you mean `lif`?"), "{message}");
}

#[test]
fn a_missing_model_file_gets_a_suggestion() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path().join("models");
    std::fs::create_dir(&models).expect("models");
    for name in ["sleep_replay_digits.toml", "sleep_replay_mnist.toml"] {
        std::fs::write(models.join(name), "").expect("a file");
    }
    std::fs::write(folder.path().join("Cargo.toml"), "").expect("a file");
    for typed_name in [
        "models/sleep_replay_digit.toml",
        "sleep_replay_digits.toml",
        "sleep_replay_digits",
        "elsewhere/sleep_replay_digits.toml",
    ] {
        let (code, out, err) = typed_in(folder.path(), &["run", typed_name]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{typed_name}");
        assert_eq!(
            err,
            format!(
                "error: `{typed_name}`: no such file\n  help: did you mean `models/sleep_replay_digits.toml`?\n"
            )
        );
    }
    let (_, _, err) = typed_in(folder.path(), &["check", "brunel.toml"]);
    assert_eq!(
        err,
        "error: `brunel.toml`: no such file\n  help: model files here: `models/sleep_replay_digits.toml`, \
         `models/sleep_replay_mnist.toml`\n"
    );
    let (code, _, err) = typed_in(folder.path(), &["run", "models"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: `models`: found a folder, expected a model file (TOML)\n"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_place_of_a_file_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(pipe).status();
    assert!(made.expect("mkfifo").success());
    let (code, _, err) = typed_in(folder.path(), &["run", "pipe"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: `pipe`: found a pipe, expected a model file (TOML)\n"
    );
    for (file, found) in [("pipe", "a pipe"), ("/dev/zero", "a device")] {
        for arguments in [
            ["analyse", file, "rate"].as_slice(),
            &["report", file, "--out", "page.html"],
            &["recover", file, "--out", "again.h5"],
            &["convert", file, "out.csv"],
        ] {
            let (code, out, err) = typed_in(folder.path(), arguments);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
            assert!(
                err.contains(&format!("`{file}`"))
                    && err.contains(&format!("is {found}, expected a file")),
                "{err}"
            );
        }
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for (shell, expected) in [
        ("bash", "complete -F _sharpwave"),
        ("zsh", "#compdef sharpwave"),
        ("fish", "complete -c sharpwave"),
    ] {
        let (code, out, err) = typed(&["completions", shell]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{shell}");
        assert!(
            out.contains(expected) && out.contains("keep-seeds"),
            "{shell}"
        );
    }
    assert_eq!(typed(&["completions", "cmd"]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    // Larger than any buffer on the way.
    let mut command = sharpwave(&["completions", "zsh"]);
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped());
    let output = command.spawn().and_then(|child| child.wait_with_output());
    let (code, _, err) = text(&output.expect("it runs"));
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    for arguments in [
        &["describe"][..],
        &["--help"],
        &["run", "--help"],
        &["--version"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full");
        let mut command = sharpwave(arguments);
        command
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped());
        let output = command.spawn().and_then(|child| child.wait_with_output());
        let (code, _, err) = text(&output.expect("it runs"));
        assert_eq!(code, Some(2), "{arguments:?}");
        assert_eq!(
            err,
            "error: stdout: No space left on device (os error 28)\n"
        );
    }
}

#[test]
fn import_in_json_says_what_hidden_activations_are_taken_times() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/weights/linear.npz");
    let (code, out, err) = typed(&["--json", "import", file]);
    assert_eq!(code, Some(0), "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["keep"], 1.0);
}

#[test]
fn describe_tells_how_gains_come_about_and_which_keys_hold_where() {
    let told = |name: &str| {
        let (code, out, err) = typed(&["describe", name]);
        assert_eq!(code, Some(0), "{err}");
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (name, expected) in [
        ("conversion", "applied = s / previous; factor = 1 / applied"),
        ("mlp.training", "relu(z) - y also where z < 0"),
        ("sleep_replay", "(`experiment = \"network\"`)"),
        ("compare.joint", "that of [data]"),
        ("compare", "A+, mean images of each day too"),
        ("data", "outside an image all is black"),
    ] {
        let out = told(name);
        assert!(out.contains(expected), "{name}: {out}");
    }
}

#[test]
fn import_names_the_keys_that_its_options_stand_for() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/weights/bias.pth");
    let (code, _, err) = typed(&["import", file]);
    assert_eq!(code, Some(2), "{err}");
    let (code, out, err) = typed(&["import", file, "--bias", "drop"]);
    assert_eq!(code, Some(0), "{err}");
    let keys = format!("[mlp] weights = \"{file}\", bias = \"drop\"");
    let ends = |out: &str, keys: &str| out.lines().last().is_some_and(|line| line.ends_with(keys));
    assert!(ends(&out, &keys), "{out}");
    let (code, out, err) = typed(&["import", file, "--bias", "keep"]);
    assert_eq!(code, Some(0), "{err}");
    let keys = format!("[mlp] weights = \"{file}\", bias = true");
    assert!(ends(&out, &keys), "{out}");
}
