//! Signals: the first stops a run where its file is whole, the second ends it at once.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::run_file::RunFile;
use super::setup::{Place, SMALL, said};

/// A run that would take minutes.
fn long(place: &Place, part: &str) -> &'static str {
    let model = match part {
        "training" => SMALL.replace("epochs = 2", "epochs = 100000"),
        _ => SMALL.replace("\"400 ms\"", "[\"400 ms\", \"100 h\"]"),
    };
    place.write(
        "model.toml",
        model.replace("figures = false", "figures = true"),
    );
    "--json run model.toml --threads 2 --out r"
}

pub fn start(place: &Place, arguments: &str) -> Child {
    let mut command = place.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

/// Waits until the progress on stderr has a line with all of `words`.
fn wait_for(child: &mut Child, words: &[&str]) -> std::thread::JoinHandle<String> {
    use std::io::{BufRead, BufReader, Read};
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !words.iter().all(|word| line.contains(word)) {
        line.clear();
        assert_ne!(
            lines.read_line(&mut line).expect("a line"),
            0,
            "it ended early"
        );
    }
    // Someone has to read the rest, or the program would wait.
    std::thread::spawn(move || {
        let mut rest = String::new();
        lines.read_to_string(&mut rest).expect("UTF-8");
        rest
    })
}

pub fn end_soon(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().expect("it runs");
            panic!("it did not stop");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_stops_training_and_sleep_with_a_readable_file() {
    let asleep = ["\"running\"", "\"number\":2"];
    let cases: [(&str, &str, &[&str]); 4] = [
        ("INT", "training", &["\"training\""]),
        ("TERM", "sleep", &asleep),
        ("INT", "sleep", &asleep),
        ("HUP", "sleep", &asleep),
    ];
    for (name, part, words) in cases {
        let place = Place::new();
        let mut child = start(&place, long(&place, part));
        let rest = wait_for(&mut child, words);
        // Both seeds are far into what takes long.
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, name);
        assert_eq!(end_soon(&mut child), Some(3), "{name} in {part}");
        let rest = rest.join().expect("a reader");
        let last = rest.lines().last().unwrap_or_default();
        let last: serde_json::Value = serde_json::from_str(last).expect("a line of JSON");
        assert_eq!(last["exit_code"], 3);
        assert_eq!(
            last["message"],
            "stopped early; `r/run.h5` is readable up to where the run stood\n  help: `sharpwave resume r` goes on from \
             there"
        );
        let document = said(&child.wait_with_output().expect("ended"));
        assert!(document.contains("\"complete\": false"), "{document}");

        let file = RunFile::open(&place.path("r/run.h5"));
        assert!(!file.complete());
        assert_eq!(file.fingerprint(), "");
        let of_file = file.accuracy();
        if part == "sleep" {
            let bouts = [
                "task 1",
                "test after task 1",
                "sleep 1",
                "test after sleep 1",
                "task 2",
                "test after task 2",
            ];
            assert_eq!(file.bouts(), bouts);
            assert!(
                of_file
                    .iter()
                    .any(|row| row.starts_with("5,sleep,sleep 1,")),
                "{of_file:?}"
            );
            let spikes = file.spikes_of("input");
            assert!(
                spikes.last().expect("spikes").0 > 400.0,
                "none of the second sleep"
            );
        }
        assert_eq!(place.names("r"), ["checkpoint", "run.h5"]);
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let place = Place::new();
    // Nothing obeys the first signal while the program waits for a file of spikes: only the second can end it.
    let made = Command::new("mkfifo").arg(place.path("pipe.csv")).status();
    assert!(made.expect("mkfifo").success());
    place.write(
        "model.toml",
        "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
         [population.e]\nneuron = \"lif\"\nsize = 2\ntau_m = \"10 ms\"\nv_th = \"10 mV\"\n\
         [stimulus.s]\nkind = \"spikes\"\ntarget = \"e\"\nfile = \"pipe.csv\"\nweight = \"1 mV\"\n",
    );
    let mut child = start(&place, "run model.toml --out r");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(50));
    signal(&child, "TERM");
    assert_eq!(end_soon(&mut child), Some(130));
    assert!(!place.path("r").exists());
}

#[test]
fn the_clock_stops_a_sleep_as_a_signal_does() {
    let place = Place::new();
    let arguments = long(&place, "sleep").replace("--json", "--quiet");
    let mut child = start(&place, &format!("{arguments} --max-wall 2s"));
    assert_eq!(end_soon(&mut child), Some(3));
    let output = said(&child.wait_with_output().expect("ended"));
    assert!(
        output.contains("`sharpwave resume r` goes on from there"),
        "{output}"
    );
    assert!(!RunFile::open(&place.path("r/run.h5")).complete());
    let refused = place.refused("run model.toml --max-wall 2 --out q");
    assert!(
        refused.contains("a time above 0 with its unit"),
        "{refused}"
    );
}

#[test]
fn a_run_without_a_terminal_keeps_a_short_log() {
    let place = Place::with_model(SMALL);
    let output = place
        .command("run model.toml --out r")
        .output()
        .expect("it runs");
    let log = super::setup::text(&output.stderr);
    let mut lines: Vec<&str> = log.lines().collect();
    // On a slow machine it may live long enough for a sign of life.
    lines.retain(|line| line.ends_with(" % correct"));
    assert_eq!(lines.len(), 4, "two sleeps of two seeds: {log}");
    for line in lines {
        assert!(
            line.starts_with(" 0:0") && line.contains("  seed ") && line.contains(": sleep "),
            "{line}"
        );
    }
    let output = place
        .command("--quiet run model.toml --out q")
        .output()
        .expect("it runs");
    assert_eq!(super::setup::text(&output.stderr), "");
}

/// A system that writes no more than `blocks` of 512 or 1,024 bytes per file stands in for a full disk.
#[test]
fn a_full_disk_is_one_clear_error_and_keeps_what_was_written() {
    let model = SMALL.replace("\"400 ms\"", "\"20 s\"");
    let place = Place::with_model(&model);
    let limited = |blocks: u32, out: &str| {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!(
                "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""
            ))
            .arg(super::setup::program())
            .args(["--quiet", "run", "model.toml", "--out", out])
            .current_dir(place.path(""));
        let output = shell.output().expect("a shell");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert_eq!(super::setup::text(&output.stdout), "");
        super::setup::text(&output.stderr)
    };
    assert_eq!(
        limited(2000, "late"),
        "error: `late/run.h5`: cannot write: File too large\n  help: what was flushed before is kept; if the file does not \
         open, `sharpwave recover` makes an ordinary file of it\n  help: once that is mended, `sharpwave resume late` goes \
         on from the last checkpoint\n"
    );
    assert_eq!(place.names("late"), ["checkpoint", "run.h5"]);
    place.run("recover late/run.h5");
    let file = RunFile::open(&place.path("late/run.recovered.h5"));
    assert!(!file.complete() && file.spikes_of("input").len() > 1000);

    assert_eq!(
        limited(1, "early"),
        "error: `early/checkpoint`: cannot write: File too large (os error 27)\n"
    );
    assert!(!place.path("early").exists(), "{:?}", place.names("early"));
}

/// A run that samples at every tick, or guards windows of a tick, is millions of times slower than its biology.
#[test]
fn a_run_that_is_cut_at_every_tick_stops_when_told() {
    const SILENT: &str = r#"
schema = 1
experiment = "network"
duration = "1 s"
[population.e]
neuron = "lif"
size = 1
tau_m = "20 ms"
v_th = "20 mV"
[record]
states = { population = "e", first = 1, variables = "v_m", every = "1 ms" }
"#;
    let place = Place::with_model(SILENT);
    for (set, out) in [("record.states.every", "states"), ("guard.window", "guard")] {
        let arguments =
            format!("--quiet run model.toml --max-wall 100ms --set {set}=1ps --out {out}");
        let mut child = start(&place, &arguments);
        assert_eq!(end_soon(&mut child), Some(3), "{set}");
    }
}

#[test]
fn a_network_is_stopped_while_it_is_built() {
    let place = Place::new();
    place.write(
        "model.toml",
        "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
         [population.e]\nneuron = \"lif\"\nsize = 500_000\ntau_m = \"10 ms\"\nv_th = \"10 mV\"\n\
         [projection.p]\nsource = \"e\"\ntarget = \"e\"\nrule = \"fixed_in_degree\"\nin_degree = 1000\n\
         weight = \"0.1 mV\"\ndendritic_delay = \"1 ms\"\n",
    );
    let mut child = start(&place, "--json run model.toml --out r");
    let rest = wait_for(
        &mut child,
        &["\"event\":\"building\"", "\"total_synapses\":500000000"],
    );
    let asked = Instant::now();
    signal(&child, "TERM");
    assert_eq!(end_soon(&mut child), Some(3));
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let rest = rest.join().expect("text");
    assert!(
        rest.contains("stopped early; nothing was written"),
        "{rest}"
    );
    assert!(!place.path("r").exists());
}
