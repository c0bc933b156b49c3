//! Signals: the first stops a run where its file is whole, the second ends it at once.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

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

/// Waits until the progress on stderr has had a line of which `is_it` says so.
fn wait_for(
    child: &mut Child,
    mut is_it: impl FnMut(&Value) -> bool,
) -> std::thread::JoinHandle<String> {
    use std::io::{BufRead, BufReader, Read};
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    loop {
        line.clear();
        lines.read_line(&mut line).expect("a line");
        let progress = serde_json::from_str(&line);
        if is_it(&progress.unwrap_or_else(|error| panic!("{error}: it ended early? {line}"))) {
            break;
        }
    }
    // Someone has to read the rest, or the program would wait.
    std::thread::spawn(move || {
        let mut rest = String::new();
        lines.read_to_string(&mut rest).expect("UTF-8");
        rest
    })
}

/// Looks until `is_so`, but not for ever.
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "it did not come to that");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn end_soon(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until(|| {
        status = child.try_wait().expect("a child");
        status.is_some()
    });
    status.and_then(|status| status.code())
}

#[test]
fn a_signal_stops_training_and_sleep_with_a_readable_file() {
    let cases = [
        ("INT", "training"),
        ("TERM", "sleep"),
        ("INT", "sleep"),
        ("HUP", "sleep"),
    ];
    for (name, part) in cases {
        let place = Place::new();
        let mut child = start(&place, long(&place, part));
        let mut seeds = BTreeSet::new();
        let rest = wait_for(&mut child, |progress| {
            let within = match part {
                "training" => progress["event"] == "training",
                _ => progress["number"] == 2 && progress["simulated_ms"].as_f64() > Some(0.0),
            };
            if within {
                seeds.insert(progress["seed"].as_u64());
            }
            // Both are in what takes long.
            seeds.len() == 2
        });
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
        // In its first training there is nothing to tell of yet.
        let names: &[&str] = match part {
            "sleep" => &["checkpoint", "report.html", "run.h5"],
            _ => &["checkpoint", "run.h5"],
        };
        assert_eq!(place.names("r"), names);
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let place = Place::new();
    // Nothing obeys the first signal while nobody reads a table that no pipe holds: only the second can end it.
    let population = |k: usize| {
        let name = format!("a_population_with_a_name_that_fills_lines_of_tables_{k}");
        format!("[population.{name}]\nneuron = \"relay\"\nsize = 1\n")
    };
    let populations: String = (0..1000).map(population).collect();
    place.write(
        "model.toml",
        format!("schema = 1\nexperiment = \"network\"\nduration = \"1 ms\"\n{populations}"),
    );
    let mut child = start(&place, "--quiet run model.toml --out r");
    let is_over = || place.path("r/run.h5").exists() && !place.path("r/checkpoint").exists();
    wait_until(is_over);
    signal(&child, "INT");
    signal(&child, "TERM");
    assert_eq!(end_soon(&mut child), Some(130));
}

/// A network under spikes from a file that is long to read.
#[cfg(target_os = "linux")]
const WAITING: &str = r#"
schema = 1
experiment = "network"
duration = "1 s"
[population.e]
neuron = "lif"
size = 3
tau_m = "10 ms"
v_th = "10 mV"
[stimulus.s]
kind = "spikes"
target = "e"
file = "long.csv"
weight = "1 mV"
"#;

/// Whether a process has a file of this name open.
#[cfg(target_os = "linux")]
fn has_open(child: &Child, name: &str) -> bool {
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
    let mut open = open.into_iter().flatten().flatten();
    open.any(|fd| std::fs::read_link(fd.path()).is_ok_and(|path| path.ends_with(name)))
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_and_the_clock_stop_the_reading_of_a_file() {
    let place = Place::with_model(WAITING);
    // A row, and lines without anything that take some seconds.
    let mut table = b"node_id,timestamp_ms\n1,5\n".to_vec();
    table.resize(200_000_000, b'\n');
    place.write("long.csv", table);
    let nothing = "error: stopped early; nothing was written\n";
    let limited = place.command("--quiet run model.toml --out r --max-wall 200ms");
    let output = { limited }.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(super::setup::text(&output.stderr), nothing);

    let mut child = start(&place, "--quiet run model.toml --out r");
    while !has_open(&child, "long.csv") {
        assert_eq!(child.try_wait().expect("a child"), None);
        std::thread::sleep(Duration::from_millis(1));
    }
    signal(&child, "TERM");
    assert_eq!(end_soon(&mut child), Some(3));
    let output = said(&child.wait_with_output().expect("ended"));
    assert!(output.ends_with(nothing), "{output}");
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
    // But for what is wrong with what came out.
    let log = super::setup::text(&output.stderr);
    let told =
        |line: &str| line.starts_with("warning: seed ") && line.contains("without an answer");
    assert!(log.lines().all(told), "{log}");
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
    // As often as may be.
    for (set, out) in [
        ("record.states.every=1ns", "states"),
        ("guard.window=1ps", "guard"),
    ] {
        let arguments = format!("--quiet run model.toml --max-wall 100ms --set {set} --out {out}");
        let mut child = start(&place, &arguments);
        assert_eq!(end_soon(&mut child), Some(3), "{set}");
    }
}

/// A network that runs for hours, and fires little.
fn endless(place: &Place) {
    place.write(
        "model.toml",
        "schema = 1\nexperiment = \"network\"\nduration = \"100 h\"\n\
         [population.e]\nneuron = \"lif\"\nsize = 100\ntau_m = \"10 ms\"\nv_th = \"24 mV\"\n\
         [stimulus.noise]\nkind = \"poisson\"\ntarget = \"e\"\nrate = \"10 kHz\"\nweight = \"0.2 mV\"\n\
         [record]\nspikes = \"e\"\n",
    );
}

/// Spikes that `analyse` finds in the folder `r` of the run; 0 while it says that there are none.
fn analysed(place: &Place) -> u64 {
    let output = place
        .command("--json analyse r rate --out none.json")
        .output();
    let output = output.expect("it runs");
    let _ = std::fs::remove_file(place.path("none.json"));
    // Before the first flush there is nothing at all.
    let said_none = ["no spike", "0 ms to 0 ms"];
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if said_none.iter().any(|none| text.contains(none)) {
        return 0;
    }
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let spikes = &document["measures"][0]["tables"][1]["columns"][2];
    assert_eq!(spikes["name"], "spikes");
    let values = spikes["values"].as_array().expect("values").iter();
    values.map(|value| value.as_u64().expect("a count")).sum()
}

#[test]
fn a_file_that_is_being_written_is_analysed_and_a_stopped_run_leaves_its_page() {
    let place = Place::new();
    endless(&place);
    let mut child = start(&place, "--json run model.toml --threads 1 --out r");
    let rest = wait_for(&mut child, |progress| {
        progress["simulated_ms"].as_f64() > Some(0.0)
    });
    let grown = |least: u64| {
        let mut looks = (0..200).map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            analysed(&place)
        });
        looks.find(|&n| n > least).unwrap_or(0)
    };
    let first = grown(100);
    let later = grown(first);
    assert!(first > 100 && later > first, "{first}, then {later}");
    assert!(child.try_wait().expect("a state").is_none(), "it runs on");
    signal(&child, "INT");
    assert_eq!(end_soon(&mut child), Some(3));
    rest.join().expect("text");
    let page = std::fs::read_to_string(place.path("r").join("report.html")).expect("a page");
    assert!(page.contains("Rates over"), "{page}");
    assert!(!page.contains("complete<"), "it says that it is not");
    assert!(analysed(&place) >= later);
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
    let rest = wait_for(&mut child, |progress| {
        progress["event"] == "building" && progress["total_synapses"] == 500_000_000
    });
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
    let asked = Instant::now();
    let clock = place.command("--quiet run model.toml --out r --max-wall 500ms");
    let output = { clock }.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(!place.path("r").exists());
}
