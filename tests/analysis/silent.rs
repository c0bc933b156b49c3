//! A run in which nobody fires: every measure says so, or how often that is, and page and figures show nothing as nothing.

use sharpwave::analysis::measure::REGISTRY;

use super::command::typed;

/// Two populations without any input, through three bouts.
const SILENT: &str = r#"
schema = 1
experiment = "network"

[population.e]
neuron = "lif"
size = 30
tau_m = "20 ms"
v_th = "20 mV"
positions = { layout = "grid", shape = [5, 6], extent = ["2 mm", "2 mm"] }

[population.i]
neuron = "lif"
size = 10
tau_m = "20 ms"
v_th = "20 mV"

[[bout]]
name = "before"
duration = "1 s"

[[bout]]
name = "task"
duration = "1 s"

[[bout]]
name = "after"
duration = "1 s"
"#;
const RECORDED: &str = r#"
[record]
spikes = ["e", "i"]
rates = { bin = "10 ms" }

[figure.raster]
populations = ["e", "i"]

[figure.rhythms]
populations = ["e", "i"]
segment = "500 ms"
raster = "200 ms"

[figure.spectrogram]
population = "e"
segment = "500 ms"

[figure.wave]
population = "e"
cell = "0.5 mm"
"#;

/// What measures cannot do without, whoever fires.
const NEEDED: [(&str, [&str; 3]); 2] = [
    (
        "explained_variance",
        ["before=before", "task=task", "after=after"],
    ),
    (
        "reactivation",
        ["task=task", "bin=100 ms", "control=before"],
    ),
];

#[test]
fn nobody_fires() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    let write = |name: &str, text: String| std::fs::write(place.join(name), text).expect("written");
    write("model.toml", format!("{SILENT}{RECORDED}"));
    write(
        "track.csv",
        "time,position\n0,0\n1000,50\n2000,100\n".into(),
    );
    let (code, out, err) = typed(place, &["run", "model.toml", "--out", "r", "--quiet"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("–") && !out.contains("NaN"), "{out}");

    // Weights are recorded of no projection here.
    for measure in REGISTRY.iter().filter(|measure| !measure.reads_weights()) {
        let name = measure.spec.name;
        let mut arguments = vec!["analyse", "r", name];
        let needed = NEEDED.iter().find(|needed| needed.0 == name);
        for set in needed.iter().flat_map(|needed| needed.1) {
            let key = set.split('=').next().unwrap_or_default();
            if measure.spec.parameter(key).is_some() {
                arguments.extend(["--set", set]);
            }
        }
        if measure.spec.parameter("track").is_some() {
            arguments.extend(["--set", "track=track.csv"]);
        }
        if measure.counts_silence() {
            let table = format!("{name}.csv");
            arguments.extend(["--out", &table]);
            let (code, _, err) = typed(place, &arguments);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{name}");
            let table = std::fs::read_to_string(place.join(format!("{name}-{name}.csv")));
            let table = table.expect("a table");
            let rows: Vec<&str> = table.lines().skip(1).collect();
            assert!(
                rows[0].starts_with("e,") && rows[1].starts_with("i,"),
                "{table}"
            );
            assert!(rows[0].contains(",0,"), "{table}");
            continue;
        }
        let (code, out, err) = typed(place, &arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name}: {err}");
        let expected =
            "error: `r`: found no spike of `e` from 0 ms to 3000 ms, expected one or more";
        assert!(err.starts_with(expected), "{name}: {err}");
    }
    let left: Vec<String> = std::fs::read_dir(place.join("r"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert!(
        !left.iter().any(|name| name.starts_with("analysis")),
        "{left:?}"
    );

    let page = std::fs::read_to_string(place.join("r/report.html")).expect("a page");
    let rows: Vec<&str> = page
        .split("<tr>")
        .filter(|row| row.contains(">e</th>"))
        .collect();
    // Rates are zero; how irregular they are is unknown.
    let rates = rows
        .iter()
        .find(|row| row.contains("data-exact=\"30\""))
        .expect("a row");
    assert!(
        rates.contains("data-exact=\"0\">0.00</td>") && rates.contains(">–</td>"),
        "{rates}"
    );
    for name in ["raster", "rhythms", "spectrogram", "wave"] {
        let figure = place.join(format!("r/figures/{name}.svg"));
        let figure = std::fs::read_to_string(figure).expect("a figure");
        let says = figure.contains("no spikes") || figure.contains("no wave");
        assert!(
            says && !figure.contains("NaN") && !figure.contains("e−30"),
            "{name}: {figure}"
        );
    }
}

#[test]
fn nothing_is_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    std::fs::write(place.join("model.toml"), SILENT).expect("written");
    let (code, _, err) = typed(place, &["run", "model.toml", "--out", "r", "--quiet"]);
    assert_eq!(code, Some(0), "{err}");
    let (code, out, err) = typed(place, &["analyse", "r", "rate"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    let expected = "error: `r`: found a run of which no spikes were recorded, expected spikes of one population or more\n  \
                    help: name populations under `spikes` of [record] in the model file\n";
    assert_eq!(err, expected);
}
