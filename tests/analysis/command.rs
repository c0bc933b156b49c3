//! `sharpwave analyse` as users type it: on files of spikes and on a run.

use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

use super::frozen;

/// Exit code, stdout, stderr of `sharpwave`, typed in `folder`.
pub(super) fn typed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(cargo_bin!("sharpwave"));
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A folder with the frozen spikes as `trains.csv`.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(frozen("trains.csv"), folder.path().join("trains.csv")).expect("copied");
    folder
}

#[test]
fn a_file_of_spikes_is_measured() {
    let folder = place();
    let (code, out, err) = typed(
        folder.path(),
        &["analyse", "trains.csv", "rate", "interval"],
    );
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("rate: how often neurons fire\n"), "{out}");
    assert!(out.contains("Written to analysis-001.h5"), "{out}");
    let (_, out, _) = typed(folder.path(), &["analyse", "trains.csv", "rate", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["files"][0], "analysis-002.h5");
    let columns = &document["measures"][0]["tables"][1]["columns"];
    assert_eq!(
        columns[1]["values"],
        serde_json::json!([0, 1, 2, 3, 4, 5, 6, 7, 8])
    );
    // Half of the neurons, half of the time.
    let arguments = [
        "analyse",
        "trains.csv",
        "rate",
        "--size",
        "10",
        "--to",
        "1 s",
        "--out",
        "r.csv",
    ];
    let (code, _, err) = typed(folder.path(), &arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let table = std::fs::read_to_string(folder.path().join("r-rate_neuron.csv")).expect("a table");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "population,neuron,spikes,rate_Hz");
    assert_eq!((lines.len(), lines[8]), (11, "population,7,1,1"));
    assert_eq!(lines[10], "population,9,0,0");
}

/// NEST counts from 1 over all nodes, so neurons are called as it calls them.
#[test]
fn a_table_of_nest_is_measured_with_its_own_numbers() {
    let folder = place();
    let table = "# NEST version: 3.4\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n7\t1.5\n9\t2.0\n7\t4.0\n";
    std::fs::write(folder.path().join("nest.dat"), table).expect("written");
    let (document, err) = analysed(folder.path(), &["nest.dat", "rate"]);
    assert_eq!(err, "");
    let columns = &document["measures"][0]["tables"][1]["columns"];
    assert_eq!(columns[1]["values"], serde_json::json!([7, 9]));
    assert_eq!(columns[2]["values"], serde_json::json!([2, 1]));
}

#[test]
fn what_cannot_be_measured_is_said_in_one_message() {
    let folder = place();
    for (name, text) in [
        ("empty.csv", "node_id,timestamp_ms\n"),
        ("nothing.csv", ""),
        ("nan.csv", "node_id,timestamp_ms\n0,nan\n"),
        ("one.csv", "node_id,timestamp_ms\n3,1\n3,2\n"),
        ("t.csv", "neuron\n1\n2\n99\n3\n4\n"),
        ("far.csv", "start,stop\n90000,90500\n"),
        ("two.csv", TWO),
    ] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    for name in ["burst.csv", "fields.csv", "events.csv"] {
        std::fs::copy(frozen(name), folder.path().join(name)).expect("copied");
    }
    for (arguments, expected) in [
        (
            &["nothing.csv", "rate"][..],
            "`nothing.csv`: found an empty file, expected spikes of one population or more",
        ),
        (
            &["trains.csv", "rat"],
            "found no measure `rat`\n  help: did you mean `rate`?",
        ),
        (
            &[
                "trains.csv",
                "correlation",
                "rate",
                "--set",
                "rate.bin=2 ms",
            ],
            "`--set rate.bin=2 ms`: found no parameter `bin`, expected none: `rate` has no parameters\n  help: did you mean `correlation.bin`?",
        ),
        (
            &["trains.csv", "correlation", "--set", "bim=5 ms"],
            "`--set bim=5 ms`: found no parameter `bim`, expected a parameter of `correlation`\n  help: did you mean `bin`?",
        ),
        (
            &["trains.csv", "correlation", "--set", "bin=5"],
            "`bin`: found `5`, expected a time with its unit",
        ),
        (
            &["trains.csv", "correlation", "--set", "bin=0 ms"],
            "`bin` of `correlation` is 0 ms, expected greater than 0",
        ),
        (
            &["trains.csv", "rate", "--from", "3 s"],
            "`--from`: found 3000 ms, expected a time within the recording, which ends at",
        ),
        (
            &["trains.csv", "rate", "--from", "1 s", "--to", "1 s"],
            "`--from`, `--to`: found 1000 ms to 1000 ms, expected a stretch of time that ends after it begins",
        ),
        (
            &["trains.csv", "rate", "--bout", "sleep"],
            "`--bout`: found no bout of name or kind `sleep`",
        ),
        (
            &[
                "trains.csv",
                "rate",
                "explained_variance",
                "--set",
                "before=a",
                "--set",
                "task=b",
                "--set",
                "after=c",
                "--to",
                "1 s",
            ],
            "`--to`: found a stretch of time for `explained_variance`, expected none: explained_variance takes its spikes from the \
             bouts of `before`, `task` and `after`",
        ),
        (&["trains.csv", "rate", "--population", "e"], "population"),
        (
            &["trains.csv", "rate", "--size", "3"],
            "expected a neuron below 3, the `--size`",
        ),
        (
            &["trains.csv", "rate", "--out", "r.txt"],
            "`r.txt`: found the ending `.txt`, expected one of",
        ),
        (
            &["empty.csv", "rate"],
            "`empty.csv`: found no spikes, expected spikes of one population or more",
        ),
        (&["nan.csv", "rate"], "`nan.csv`: line 2: found"),
        (
            &["one.csv", "correlation", "--set", "bin=0.5 ms"],
            "found 1 of 1 neurons of `population` that fire, expected two or more",
        ),
        (&["absent.csv", "rate"], "`absent.csv`: cannot read"),
        (
            &[
                "burst.csv",
                "rank_order",
                "--set",
                "template=t.csv",
                "--set",
                "events=events.csv",
            ],
            "`template`: found neuron 99, expected one of the 20 of `population`",
        ),
        (
            &[
                "burst.csv",
                "replay",
                "--set",
                "fields=fields.csv",
                "--set",
                "events=far.csv",
            ],
            "`events`: found an event from 90000 to 90500 ms, expected it within 0 ms and",
        ),
        (
            &[
                "burst.csv",
                "replay",
                "--set",
                "fields=fields.csv",
                "--set",
                "shuffles=9",
            ],
            "found 9 shuffles, of which p is 0.1000 at least, expected 19 or more for a level of 0.05",
        ),
        (
            &["two.csv", "rate", "--population", "a", "--from", "80 ms"],
            "`--from`: found 80 ms, expected a time within the recording, which ends at",
        ),
        (
            &[
                "two.csv",
                "interval",
                "--population",
                "a",
                "--population",
                "b",
                "--from",
                "40 ms",
            ],
            "found no spike of `a` from 40 ms to",
        ),
    ] {
        let (code, out, err) = typed(folder.path(), &[&["analyse"], arguments].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(
            err.starts_with("error: ") && err.contains(expected),
            "{arguments:?}: {err}"
        );
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 11, "nothing is written");
}

/// Two populations, the first of which falls silent.
const TWO: &str = "population,node_id,timestamp_ms\na,0,5\na,1,30\nb,0,60\nb,1,70\n";

#[test]
fn a_population_without_spikes_hinders_no_other() {
    let folder = place();
    std::fs::write(folder.path().join("two.csv"), TWO).expect("written");
    let arguments = ["two.csv", "interval", "rate", "--from", "40 ms"];
    let (document, said) = analysed(folder.path(), &arguments);
    let expected = "`a` is left aside: it has no spike from 40 ms to";
    assert!(said.contains(expected), "{said}");
    let populations = |measure: usize| {
        let columns = &document["measures"][measure]["tables"][0]["columns"];
        columns[0]["values"].clone()
    };
    assert_eq!(document["measures"][0]["tables"][0]["name"], "interval");
    assert_eq!(populations(0), serde_json::json!(["b"]));
    assert_eq!(populations(1), serde_json::json!(["a", "b"]));
    // Where nothing else is asked for, nothing is left aside.
    let arguments = ["two.csv", "rate", "--from", "40 ms"];
    let named = ["--population", "a", "--population", "b"];
    for arguments in [&arguments[..], &[&arguments[..], &named].concat()] {
        let (document, said) = analysed(folder.path(), arguments);
        assert_eq!(said, "");
        let columns = document["measures"][0]["tables"][0]["columns"].as_array();
        let mut columns = columns.expect("columns").iter();
        let mean = columns.find(|column| column["name"] == "mean");
        assert_eq!(mean.expect("a mean")["values"][0], 0.0);
    }
}

/// A recording does not end where one of its populations falls silent.
#[test]
fn a_population_has_the_same_rate_alone_as_beside_others() {
    let folder = place();
    std::fs::write(folder.path().join("two.csv"), TWO).expect("written");
    let rate = |named: &[&str]| {
        let arguments = [&["two.csv", "rate"], named].concat();
        let (document, _) = analysed(folder.path(), &arguments);
        let columns = document["measures"][0]["tables"][0]["columns"].as_array();
        let mut columns = columns.expect("columns").iter();
        let mean = columns.find(|column| column["name"] == "mean");
        mean.expect("a mean")["values"][0].as_f64().expect("a rate")
    };
    let alone = rate(&["--population", "a"]);
    assert_eq!(alone, rate(&[]));
    assert_eq!(alone, rate(&["--population", "a", "--population", "b"]));
    // One spike of each of two neurons in 70 ms.
    assert!((alone - 1e3 / 70.0).abs() < 1e-3, "{alone}");
}

/// What `sharpwave analyse` gives as JSON, and what it says beside.
fn analysed(folder: &Path, arguments: &[&str]) -> (serde_json::Value, String) {
    let (code, out, err) = typed(folder, &[&["analyse"], arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{err}");
    (serde_json::from_str(&out).expect("JSON"), err)
}

/// Files that go neuron by neuron are in order as well.
#[test]
fn times_that_do_not_ascend_are_told_and_put_in_order() {
    let folder = place();
    let write = |name: &str, rows: &str| {
        let text = format!("node_id,timestamp_ms\n{rows}");
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("sorted.csv", "0,5\n0,20\n0,40\n1,1\n1,60\n");
    write("shuffled.csv", "0,5\n0,40\n1,60\n0,20\n1,1\n");
    let (sorted, said) = analysed(folder.path(), &["sorted.csv", "interval"]);
    assert_eq!(said, "");
    let (shuffled, said) = analysed(folder.path(), &["shuffled.csv", "interval"]);
    let expected = "`shuffled.csv`: times of neuron 0 do not ascend: found 20 ms after 40 ms; all are put in order";
    assert!(
        said.contains("\"warning\"") && said.contains(expected),
        "{said}"
    );
    assert_eq!(shuffled["measures"], sorted["measures"]);
}

#[test]
fn what_nothing_is_known_of_is_undefined() {
    let folder = place();
    // No state lasts that long.
    let choices = ["--set", "threshold=percentile", "--set", "shortest=100 s"];
    let arguments = [&["trains.csv", "up_down"], &choices[..]].concat();
    let (found, _) = analysed(folder.path(), &arguments);
    let columns = found["measures"][0]["tables"][0]["columns"].as_array();
    let undefined = columns
        .expect("columns")
        .iter()
        .filter(|column| column["values"][0].is_null());
    let names: Vec<&str> = undefined
        .filter_map(|column| column["name"].as_str())
        .collect();
    assert_eq!(names, ["up", "down", "frequency", "down_share"]);
}

#[test]
fn neurons_that_were_not_recorded_are_not_silent() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = r#"
schema = 1
experiment = "network"
duration = "1 s"
[population.p]
neuron = "poisson"
positions = { layout = "grid", shape = [10, 2], extent = ["1 mm", "0.2 mm"] }
rate = "40 Hz"
[record]
spikes = [{ population = "p", neurons = [3, 7, 12] }]
"#;
    std::fs::write(folder.path().join("model.toml"), model).expect("written");
    let (code, _, err) = typed(
        folder.path(),
        &["--quiet", "run", "model.toml", "--out", "r"],
    );
    assert_eq!(code, Some(0), "{err}");
    let (_, out, _) = typed(folder.path(), &["analyse", "r", "rate", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let tables = &document["measures"][0]["tables"];
    let column = |table: usize, name: &str| {
        let columns = tables[table]["columns"].as_array().expect("columns");
        let found = columns.iter().find(|column| column["name"] == name);
        found.expect("the column")["values"].clone()
    };
    assert_eq!(column(0, "neurons"), serde_json::json!([3]));
    assert_eq!(column(0, "silent"), serde_json::json!([0]));
    assert_eq!(column(1, "neuron"), serde_json::json!([3, 7, 12]));
    let mean = column(0, "mean")[0].as_f64().expect("a rate");
    let spikes = column(0, "spikes")[0].as_f64().expect("a number");
    assert!((mean - spikes / 3.0).abs() < 1e-9 && mean > 20.0, "{mean}");
    // Tables may end before the recording did: what comes after the last spike is silence.
    let (code, _, err) = typed(folder.path(), &["convert", "r", "r.csv"]);
    assert_eq!(code, Some(0), "a folder stands for its file: {err}");
    let (code, out, err) = typed(
        folder.path(),
        &["analyse", "r.csv", "rate", "--to", "4 s", "--json"],
    );
    assert_eq!(code, Some(0), "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let columns = document["measures"][0]["tables"][0]["columns"].clone();
    let found = columns.as_array().expect("columns").iter();
    let mut found = found.filter(|column| column["name"] == "mean");
    let quarter = found.next().expect("a mean")["values"][0]
        .as_f64()
        .expect("a rate");
    assert!((quarter - mean / 4.0).abs() < 1e-9, "{quarter} {mean}");
    let said = typed(
        folder.path(),
        &["report", "r", "--from", "2s", "--out", "x.html"],
    );
    assert_eq!(said.0, Some(2));
    assert!(said.2.contains("which ends at 1000 ms"), "{}", said.2);
    let said = typed(
        folder.path(),
        &["report", "r", "--from", "0.5s", "--to", "0.2s"],
    );
    assert_eq!(said.0, Some(2), "{}", said.2);
}

#[test]
fn neurons_that_never_spike_are_silent_in_files_that_list_them() {
    for (spikes, size) in [
        ("\"p\"", 40),
        (
            "{ population = \"p\", neurons = [0, 3, 6, 7, 8, 9, 20, 31, 32, 33] }",
            10,
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let model = format!(
            "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n[population.p]\nneuron = \"poisson\"\nsize = 40\n\
             rate = \"1 Hz\"\n[record]\nspikes = [{spikes}]\n"
        );
        std::fs::write(folder.path().join("model.toml"), model).expect("written");
        for arguments in [
            &["--quiet", "run", "model.toml", "--out", "r"][..],
            &["--quiet", "convert", "r", "r.nwb"],
        ] {
            let (code, _, err) = typed(folder.path(), arguments);
            assert_eq!(code, Some(0), "{err}");
        }
        let (run, _) = analysed(folder.path(), &["r", "rate"]);
        let (nwb, said) = analysed(folder.path(), &["r.nwb", "rate"]);
        assert_eq!(said, "");
        let table = |document: &serde_json::Value, k: usize| {
            let columns = document["measures"][0]["tables"][k]["columns"].clone();
            let columns = columns.as_array().expect("columns").iter();
            let values = columns.map(|column| column["values"].clone());
            values.take(4).collect::<Vec<_>>()
        };
        let silent = table(&run, 0)[2][0].as_u64();
        assert!(silent > Some(0), "{silent:?}");
        assert_eq!(table(&nwb, 0)[1], serde_json::json!([size]));
        // Population, neurons, silent ones, spikes; and which neuron spiked how often.
        assert_eq!(table(&nwb, 0), table(&run, 0));
        assert_eq!(table(&nwb, 1)[..3], table(&run, 1)[..3]);
        let arguments = ["analyse", "r.nwb", "rate", "--size", "3"];
        let (code, _, err) = typed(folder.path(), &arguments);
        assert_eq!(code, Some(2));
        let expected = "expected a neuron below 3, the `--size`";
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn a_recording_that_begins_late_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = (0..100).map(|k| format!("{},{}\n", k % 5, 3_600_000 + 10 * k));
    let table = format!("node_id,timestamp_ms\n{}", rows.collect::<String>());
    std::fs::write(folder.path().join("late.csv"), table).expect("written");
    let (_, said) = analysed(folder.path(), &["late.csv", "rate"]);
    let expected = "`late.csv`: the first spike is at 3600000 ms; the time before it counts as silence, unless `--from` says where the \
                    recording begins";
    assert!(said.contains(expected), "{said}");
    let (_, said) = analysed(folder.path(), &["late.csv", "rate", "--from", "1 h"]);
    assert_eq!(said, "");
}
