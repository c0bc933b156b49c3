//! Pages about runs: their numbers are those of the run, and Chromium shows them.

use std::path::PathBuf;
use std::process::Command;

use super::python::python;
use super::setup::{Place, SMALL, root, said, text};

/// Two populations of which one is noisy, through two bouts.
const NETWORK: &str = r#"
# A small network. It fires.
schema = 1
experiment = "network"
seed = 3

[population.e]
neuron = "lif"
size = 80
tau_m = "20 ms"
e_l = "0 mV"
v_th = "20 mV"
v_reset = "10 mV"
t_ref = "2 ms"

[population.i]
like = "e"
size = 20

[projection.e_all]
source = "e"
target = ["e", "i"]
rule = "fixed_in_degree"
in_degree = 8
weight = "0.2 mV"
axonal_delay = "1.5 ms"

[stimulus.external]
kind = "poisson"
target = ["e", "i"]
rate = "14 kHz"
weight = "0.1 mV"

[[bout]]
name = "first <b>"
duration = "300 ms"

[[bout]]
name = "second"
duration = "200 ms"

[record]
spikes = ["e", "i"]
"#;

/// The numbers in full in the row called `name` of the first table with such a row.
fn numbers(page: &str, name: &str) -> Vec<f64> {
    let head = format!("<th scope=\"row\">{name}</th>");
    let row = page
        .split(&head[..])
        .nth(1)
        .unwrap_or_else(|| panic!("no row {name}"));
    let row = row.split("</tr>").next().unwrap_or_default();
    let numbers = row.split("data-exact=\"").skip(1);
    let number = |rest: &str| rest.split('"').next().unwrap_or_default().parse();
    numbers
        .map(|rest| number(rest).expect("a number"))
        .collect()
}

/// Equal up to the last digit, which the reader of JSON may round.
fn assert_same(found: &[f64], expected: &[f64]) {
    let same = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-15 * b.abs() * 2.0;
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(same),
        "{found:?}, not {expected:?}"
    );
}

#[test]
fn the_rates_of_a_page_are_those_that_the_run_printed() {
    let place = Place::with_model(NETWORK);
    let printed = place.run("--quiet --json run model.toml --out r");
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let page = place.read("r/report.html");
    let rows = printed["summary"]["populations"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    for row in rows {
        let of = |key: &str| row[key].as_f64().expect("a number");
        let found = numbers(&page, row["population"].as_str().expect("a name"));
        let expected = ["neurons", "neurons", "spikes", "rate_hz", "interval_cv"].map(of);
        assert!(expected[2] > 100.0, "{expected:?}");
        assert_same(&found, &expected);
    }
    let bouts = printed["summary"]["bouts"].as_array().expect("bouts");
    for (bout, name) in bouts.iter().zip(["first &lt;b&gt;", "second"]) {
        let rates = bout["rates_hz"].as_array().expect("rates").iter();
        let rates: Vec<f64> = rates.map(|rate| rate.as_f64().expect("a rate")).collect();
        assert_same(&numbers(&page, name)[2..], &rates);
    }
    let fingerprint = printed["summary"]["fingerprint"].as_str().expect("a hash");
    assert!(page.contains(fingerprint));
    assert!(!page.contains("<b>"), "what a name says is no markup");

    // The same page from the file alone, wherever it is written from.
    place.run("report r --out again.html");
    place.run("report r/run.h5 --out third.html");
    assert!(place.read("again.html") == page && place.read("third.html") == page);
    assert!(
        place
            .read("again.html")
            .contains("<h1>A small network</h1>")
    );
}

#[test]
fn the_accuracies_of_a_page_are_those_that_the_run_printed() {
    let place = Place::with_model(SMALL);
    let printed = place.run("--quiet --json run model.toml --out r");
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let page = place.read("r/report.html");
    // What the layers do again in sleep.
    for caption in [
        "Dreams decoded to each class, %",
        "Units that are active together: sleep against presentation",
        "Order in dreams: first spikes against presentation",
    ] {
        assert!(
            page.contains(&format!("<caption>{caption}</caption>")),
            "{caption}"
        );
    }
    let rows = printed["summary"]["rows"].as_array().expect("rows");
    let heads = [
        "with sleep",
        "without sleep",
        "all tasks at once (joint)",
        "mean of weights (null)",
    ];
    let table = page
        .split("Accuracy, % of test images")
        .last()
        .expect("a table");
    let mut seen = 0;
    for row in table
        .split("<tr>")
        .skip(2)
        .take_while(|row| heads.iter().any(|head| row.contains(head)))
    {
        let exact = row.split("data-exact=\"").skip(1);
        let exact = exact.map(|rest| rest.split('"').next().unwrap_or_default().parse::<f64>());
        let exact: Vec<f64> = exact.map(|number| number.expect("a number")).collect();
        let expected = &rows[seen];
        let tasks = expected["tasks"].as_array().expect("tasks").iter();
        let mut means: Vec<f64> = tasks
            .map(|task| task["mean"].as_f64().expect("a mean"))
            .collect();
        means.push(expected["overall"]["mean"].as_f64().expect("a mean"));
        means.push(expected["overall"]["sd"].as_f64().expect("an SD"));
        assert_same(&exact, &means);
        seen += 1;
    }
    assert_eq!(seen, rows.len());
    assert!(seen >= 6, "{seen}");
}

#[test]
fn a_run_without_a_page_gets_one_later_and_nothing_is_overwritten() {
    let place = Place::with_model(NETWORK);
    place.run("--quiet run model.toml --set record.report=false --out r");
    assert_eq!(place.names("r"), ["bouts.csv", "figures", "run.h5"]);
    assert_eq!(place.run("report r"), "Written to r/report.html\n");
    let refused = place.refused("report r");
    assert!(
        refused.contains("`r/report.html`: exists already"),
        "{refused}"
    );
    place.write("model2.toml", NETWORK.replace("seed = 3", "seed = 4"));
    place.run("--quiet run model2.toml --out other");
    place.run("report r other --out both.html");
    let both = place.read("both.html");
    assert_eq!(both.matches("<article").count(), 2);
    assert!(both.contains("<h1>2 runs side by side</h1>"));
    assert!(both.contains("<caption>Rate in each bout that has ended, Hz, side by side</caption>"));
    let of = |page: &str| numbers(&place.read(page), "e")[3];
    assert_eq!(
        numbers(&both, "e"),
        [of("r/report.html"), of("other/report.html")]
    );
}

#[test]
fn what_is_no_run_and_what_holds_nothing_is_refused() {
    let place = Place::with_model(NETWORK);
    place.write("text.h5", "no file of that kind");
    let refused = place.refused("report text.h5");
    assert!(refused.contains("text.h5`"), "{refused}");
    std::fs::create_dir(place.path("empty")).expect("made");
    let refused = place.refused("report empty");
    assert!(refused.contains("`empty`: holds no run"), "{refused}");
    place.run("--quiet run model.toml --set record.spikes=[] --out silent");
    assert_eq!(place.names("silent"), ["bouts.csv", "run.h5"]);
    let refused = place.refused("report silent");
    assert!(
        refused.contains("holds no spikes, weights or scores"),
        "{refused}"
    );
    for page in ["empty.html", "text.html"] {
        assert!(!place.path(page).exists());
    }
}

#[test]
fn a_run_that_a_guard_stopped_has_a_page() {
    let place = Place::with_model(NETWORK);
    let command = "--quiet run model.toml --set guard.max_rate=5Hz --set guard.window=20ms --out r";
    let output = place.command(command).output().expect("it starts");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let page = place.read("r/report.html");
    assert!(page.contains("not come to its end"));
    assert!(numbers(&page, "e")[2] > 0.0);
}

/// Chromium's driver, or a line that says that the test does nothing.
fn driver() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join("chromedriver"))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!(
            "skipped: no chromedriver; `.ci/with-tools --python` installs it where there is apt-get"
        );
    }
    found
}

#[test]
fn chromium_shows_the_numbers_of_the_file() {
    let (Some(python), Some(driver)) = (python(), driver()) else {
        return;
    };
    let place = Place::with_model(NETWORK);
    place.run("--quiet run model.toml --out network");
    place.write("digits.toml", SMALL);
    place.run("--quiet run digits.toml --out digits");
    let output = Command::new(python)
        .arg(root().join("tests/python/check_report.py"))
        .arg(driver)
        .args(["network", "digits"].map(|run| place.path(run)))
        .output()
        .expect("Python");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "network\ndigits\n");
}

#[test]
fn runs_of_one_name_are_told_apart_by_their_folders() {
    let place = Place::with_model(NETWORK);
    for folder in ["a", "b"] {
        std::fs::create_dir(place.path(folder)).unwrap();
        place.run(&format!("--quiet run model.toml --out {folder}/run"));
    }
    place.run("--quiet run model.toml --out other");
    place.run("report a/run b/run other --out page.html");
    let page = place.read("page.html");
    for name in [">a/run<", ">b/run<", ">other<"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(!page.contains(">run<"));
}

#[test]
fn a_raster_says_which_part_of_the_run_it_shows() {
    let place = Place::with_model(NETWORK);
    place.run(
        "--quiet run model.toml --set figure.raster={populations=[\"e\"],to=\"20ms\"} --out part",
    );
    let part = place.read("part/figures/raster.svg");
    assert!(part.contains("Shown: 0 to 0.02 s of "), "{part}");
    place.run("--quiet run model.toml --out whole");
    assert!(!place.read("whole/figures/raster.svg").contains("Shown:"));
}
