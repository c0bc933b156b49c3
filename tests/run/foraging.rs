//! Agents that forage: the shipped protocol cut short, on any number of threads, stopped and gone on with.

use super::run_file::RunFile;
use super::setup::{Place, shipped};

/// A few seconds of it, every phase and test.
fn command(out: &str) -> String {
    let phases = (0..6).map(|k| {
        let test = if k == 0 { "" } else { " --set phase.K.test=2" };
        format!(" --set phase.K.aeons=8{test}").replace('K', &k.to_string())
    });
    let model = shipped("foraging.toml");
    let phases: String = phases.collect();
    format!("--quiet run {model} --set seeds=2 --set network.hidden=12{phases} --out {out}")
}

/// Everything that a run leaves.
fn left(place: &Place, out: &str) -> Vec<String> {
    let names = [
        "course.csv",
        "figures",
        "rates.csv",
        "report.html",
        "run.h5",
        "tests.csv",
    ];
    assert_eq!(place.names(out), names, "{out}");
    let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
    assert!(file.complete());
    let text = |name: &str| place.read(&format!("{out}/{name}"));
    vec![
        format!("{:?}", file.fingerprints()),
        format!("{:?}", file.weights()),
        format!("{:?}", file.accuracy()),
        text("course.csv"),
        text("tests.csv"),
        text("rates.csv"),
        text("figures/foraging.svg"),
        text("report.html"),
    ]
}

#[test]
fn threads_do_not_matter_and_a_run_goes_on_where_it_stopped() {
    let place = Place::new();
    let printed = place.run(&format!("{} --threads 1", command("one")));
    let whole = left(&place, "one");
    place.run(&format!("{} --threads 2", command("two")));
    assert!(left(&place, "two") == whole, "on two threads");

    let file = RunFile::open(&place.path("one/run.h5"));
    let fingerprints = file.fingerprints();
    assert_ne!(fingerprints[0].1, fingerprints[1].1, "seeds differ");
    // The start, and the end of each phase.
    let weights = file.weights();
    assert_eq!(weights.len(), 7);
    assert!(
        weights.iter().skip(2).all(|one| *one != weights[0]),
        "they learn"
    );
    // Five phases with tests of two tasks.
    let tests = place.read("one/tests.csv");
    assert_eq!(tests.lines().count(), 1 + 2 * 5 * 2, "{tests}");
    rates_are_what_was_counted(&place.read("one/rates.csv"), &place.read("one/course.csv"));
    assert!(printed.contains("uniform sleep"), "{printed}");
    let page = place.read("one/report.html");
    for shown in ["Performance when tested", "after uniform sleep", "<svg"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("test images"), "an agent sees none");

    let pieces = place.run_cut(&command("cut"), "cut");
    assert!(pieces > 0, "it was never cut");
    assert!(left(&place, "cut") == whole, "cut {pieces} times");
}

/// Rates of all cells in the first task sum up to the spikes that were noted aeon by aeon.
fn rates_are_what_was_counted(rates: &str, course: &str) {
    let rows = |text: &str| -> Vec<Vec<String>> {
        let cells = |line: &str| line.split(',').map(String::from).collect();
        text.lines().skip(1).map(cells).collect()
    };
    let rates = rows(rates);
    // Five phases in which something was trained, 12 × 12 cells.
    assert_eq!(rates.len(), 2 * 5 * 144);
    let first = |row: &&Vec<String>| row[0] == "1" && row[1] == "task 1";
    let sum: f64 = rates
        .iter()
        .filter(first)
        .map(|row| row[3].parse::<f64>().expect("a rate"))
        .sum();
    let untrained = rates.iter().filter(first).all(|row| row[4].is_empty());
    assert!(untrained, "task 2 comes later");
    let course = rows(course);
    let noted: Vec<f64> = course
        .iter()
        .filter(first)
        .filter(|row| row[2] != "0")
        .map(|row| row[4].parse().expect("a number"))
        .collect();
    assert_eq!(noted.len(), 8, "every aeon is noted");
    let counted = noted.iter().sum::<f64>() / 8.0;
    let epochs = 100.0;
    assert!(counted > 0.0 && (sum * epochs - counted).abs() < 1e-3 * counted);
}

#[test]
fn a_file_runs_its_own_seed_by_itself_and_what_an_agent_has_no_use_for_is_refused() {
    let place = Place::new();
    place.run(&format!("{} --keep-seeds", command("all")));
    let file = RunFile::open(&place.path("all/run.h5"));
    place.write("again.toml", file.resolved());
    place.run("--quiet run again.toml --out again");
    let again = RunFile::open(&place.path("again/run.h5"));
    assert_eq!(again.fingerprint(), file.fingerprint());
    assert_eq!(again.resolved(), file.resolved());

    let model = shipped("foraging.toml");
    let said = place.refused(&format!("run {model} --data ."));
    assert!(
        said.contains("describes an agent that forages, which reads no data"),
        "{said}"
    );
    let said = place.refused(&format!("run {model} --set phase.0.turns=['explor']"));
    assert!(said.contains("did you mean `explore`?"), "{said}");
    let said = place.refused(&format!("train {model}"));
    assert!(said.contains("found `experiment = \"foraging\"`"), "{said}");
}
