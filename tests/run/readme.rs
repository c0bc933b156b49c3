//! What the README says can be typed and works.

use std::process::Command;

use super::python::python;
use super::setup::{Place, root, said};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The first block of `language`.
fn snippet(language: &str) -> String {
    snippets(language).remove(0)
}

/// All blocks of `language`.
fn snippets(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let text = readme();
    let blocks = text.split(&fence).skip(1);
    let body = |rest: &str| rest.split_once("\n```").expect("an end").0.to_owned();
    blocks.map(body).collect()
}

#[test]
fn the_python_reader_reads_a_run() {
    let Some(python) = python() else { return };
    let reader = snippet("python");
    assert_eq!(reader.lines().count(), 3, "{reader}");
    let place = Place::with_model(super::setup::SMALL);
    place.run("run model.toml --seeds 1 --out r");
    let script = format!("{reader}\nprint(len(times_ms), times_ms[-1], neurons.sum())\n");
    let mut command = Command::new(python);
    let output = command
        .args(["-c", &script])
        .current_dir(place.path("r"))
        .output()
        .expect("Python");
    assert!(output.status.success(), "{}", said(&output));
    let spikes = super::run_file::RunFile::open(&place.path("r/run.h5")).spikes_of("hidden1");
    let nodes: u64 = spikes.iter().map(|(_, node)| node).sum();
    let last = spikes.last().expect("spikes").0;
    let printed = said(&output);
    let fields: Vec<f64> = printed
        .split_whitespace()
        .map(|word| word.parse().expect("a number"))
        .collect();
    assert_eq!(fields, [spikes.len() as f64, last, nodes as f64]);
}

/// The commands in the last column of the table "What next", each code span by itself.
fn what_next() -> Vec<String> {
    let text = readme();
    let table = text.split_once("| to | type |").expect("a table").1;
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        let spans = row.split('`').skip(1).step_by(2);
        spans.map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn what_next_can_be_typed() {
    let place = Place::new();
    std::fs::create_dir(place.path("models")).expect("a folder");
    for entry in std::fs::read_dir(root().join("models")).expect("a folder") {
        let model = entry.expect("an entry").path();
        if model
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let name = model.file_name().expect("a name");
            std::fs::copy(&model, place.path("models").join(name)).expect("copied");
        }
    }
    let toy = "models/sleep_replay_patches.toml";
    std::fs::copy(root().join("tests/weights/linear.pt"), place.path("mlp.pt")).expect("copied");
    let mut typed = 0;
    for span in what_next() {
        // What is in a shell's line: a whole command, or options to put behind `run MODEL`.
        let line = match span.strip_prefix("sharpwave ") {
            Some(_) if span.contains("--data DIR") || span.contains("resume DIR") => continue,
            // Of a file of positions, which nobody has here.
            Some(rest) if rest.contains("track=positions.csv") => continue,
            // Of a run that has a track.
            Some(rest) if rest.contains("analyse DIR replay") => {
                let rest = rest.replace("DIR", "track");
                format!("run models/linear_track.toml --out track && \"$0\" --quiet {rest}")
            }
            // And of one that has places.
            Some(rest) if rest.contains("analyse DIR propagation") => {
                let less = "--set duration=300ms --set figure.wave.from=0ms";
                let rest = rest.replace("DIR", "sheet");
                format!(
                    "run models/slow_wave_sheet.toml {less} --out sheet && \"$0\" --quiet {rest}"
                )
            }
            // And of one that has hidden layers.
            Some(rest) if rest.contains("analyse DIR class_reactivation") => {
                let less = "--set seeds=1 --set data.train_per_task=50 --set mlp.layers=[784,50,50,10] \
                            --set mlp.training.epochs=1 --set sleep.duration=1s --set compare.models=[]";
                let rest = rest.replace("DIR", "layers");
                format!(
                    "run models/sleep_replay_digits.toml {less} --out layers && \"$0\" --quiet {rest}"
                )
            }
            Some(rest) if rest.contains("analyse DIR") => rest.replace("DIR", "run-001"),
            // The same with less to do.
            Some(rest) if rest.contains("cortical_microcircuit") => format!(
                "{rest} --set parameter.scale=0.02 --set duration=100ms --set figure.raster.from=0ms"
            ),
            Some(rest) if rest.contains("foraging") => {
                let phase = |k: u32| {
                    let test = if k > 0 { " --set phase.K.test=1" } else { "" };
                    format!(" --set phase.K.aeons=1{test}").replace('K', &k.to_string())
                };
                let phases: String = (0..6).map(phase).collect();
                format!("{rest} --set network.hidden=6{phases}")
            }
            Some(rest) if rest.starts_with("sweep ") => format!(
                "{rest} --set data.train_per_task=50 --set mlp.layers=[784,50,50,10] --set sleep.duration=100ms --seeds 1 \
                 --set compare.models=[]"
            ),
            Some(rest) if rest.contains("little_data") => format!(
                "{rest} --set seeds=1 --set mlp.layers=[784,50,50,10] --set mlp.training.epochs=2 --set compare.joint.epochs=3 \
                 --set sleep.duration=100ms"
            ),
            Some(rest) if rest.contains("days_of_learning") => format!(
                "{rest} --set seeds=1 --set data.train_per_task=50 --set parameter.asleep=100s \
                 --set mlp.training.epochs=1"
            ),
            Some(rest) if rest.contains("night_digits") || rest.contains("store_digits") => {
                // A store is not read.
                let read = match rest.contains("night_digits") {
                    true => " --set night.capture_events=20",
                    false => "",
                };
                format!(
                    "{rest} --set seeds=1 --set data.train_per_task=50 --set mlp.layers=[784,50,50,10] \
                 --set mlp.training.epochs=1 --set night.dreams=4{read}"
                )
            }
            Some(rest) if rest.contains("up_down_states") => format!("{rest} --set duration=300ms"),
            Some(rest) if rest.contains("slow_wave_sheet") => {
                format!("{rest} --set duration=300ms --set figure.wave.from=0ms")
            }
            Some(rest) => rest.replace("MODEL", toy),
            None if span.starts_with("--set mlp.training")
                || span.starts_with("--set sleep.grid") =>
            {
                format!("check {toy} {span}")
            }
            None if span.starts_with("--set sleep.duration") => format!("check {toy} {span}"),
            None if span == "--keep-seeds" => format!("run {toy} {span}"),
            None if span.starts_with("--seed ") => format!("run {toy} {span}"),
            None => continue,
        };
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("\"$0\" --quiet {line}"))
            .arg(super::setup::program());
        let output = shell.current_dir(place.path("")).output().expect("a shell");
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output));
        typed += 1;
    }
    assert!(typed >= 10, "{typed}");
    assert_eq!(
        place.names("run-001"),
        [
            "accuracy.csv",
            "analysis-001.h5",
            "analysis-002.h5",
            "analysis-003.h5",
            "confusion.csv",
            "figures",
            "report.html",
            "run.h5"
        ]
    );
    assert!(place.path("mlp.safetensors").exists());
}

#[test]
fn the_given_network_sleeps() {
    let place = Place::with_model(&snippet("toml"));
    std::fs::copy(root().join("tests/weights/linear.pt"), place.path("mlp.pt")).expect("copied");
    place.write("raster.csv", "node_id,timestamp_ms\n0,0.5\n3,0.5\n1,7.25\n");
    place.run("run model.toml --out r");
    let names = [
        "accuracy.csv",
        "figures",
        "report.html",
        "run.h5",
        "weights.npz",
        "weights.safetensors",
    ];
    assert_eq!(place.names("r"), names);
    let spikes = super::run_file::RunFile::open(&place.path("r/run.h5")).spikes_of("input");
    assert_eq!(spikes, [(0.5, 0), (0.5, 3), (7.25, 1)]);
}

#[test]
fn the_recurrent_network_runs_and_takes_edges_from_a_file() {
    let blocks = snippets("toml");
    let place = Place::with_model(&blocks[1]);
    place.run("run model.toml --set duration=1200ms --out r");
    assert_eq!(
        place.names("r"),
        ["figures", "rates.csv", "report.html", "run.h5"]
    );
    let file = super::run_file::RunFile::open(&place.path("r/run.h5"));
    // Three neurons, 1.2 s in steps of 0.1 ms.
    assert_eq!(file.report("e").1.len(), 3 * 12_000);
    let spikes = file.spikes_of("e");
    let rate = |from: f64, to: f64| {
        let inside = spikes.iter().filter(|(t, _)| (from..to).contains(t));
        inside.count() as f64 / (to - from)
    };
    assert!(
        rate(1_020.0, 1_100.0) > 1.3 * rate(900.0, 1_000.0),
        "the pulse shows"
    );

    // The projection from a file in place of the drawn ones.
    let network = blocks[1]
        .split("[projection.e_all]")
        .next()
        .expect("a start");
    let edges = blocks[2]
        .replace("edges.h5", "edges.csv")
        .lines()
        .filter(|line| !line.starts_with("population"))
        .collect::<Vec<_>>()
        .join("\n");
    place.write("edges.csv", "source,target,weight\n0,1,500\n0,900,500\n");
    place.write("listed.toml", format!("{network}\n{edges}\n"));
    place.run("run listed.toml --out listed");

    // The bouts in place of the duration.
    let bouts = blocks[1].replacen("duration = \"2 s\"\n", "", 1) + "\n" + &blocks[3];
    place.write("bouts.toml", bouts.replace("\"5 s\"", "\"1.5 s\""));
    place.run("run bouts.toml --out bouts");
    let spikes = super::run_file::RunFile::open(&place.path("bouts/run.h5")).spikes_of("e");
    let count = |from: f64, to: f64| {
        let inside = spikes.iter().filter(|(t, _)| (from..to).contains(t));
        inside.count()
    };
    // A period of 1.25 s from 1.5 s on: its peak is at a quarter, its trough at three quarters.
    assert!(count(1_500.0, 2_125.0) > 2 * count(2_125.0, 2_750.0));
}

#[test]
fn the_program_in_rust_is_the_one_that_is_run() {
    let library = std::fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let documented: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .map(|line| line.trim_start_matches("# ").trim())
        .collect();
    for line in snippet("rust").lines().map(str::trim) {
        assert!(line.is_empty() || documented.contains(&line), "{line}");
    }
}
