//! `models/linear_track.toml`: what was learned is replayed, in both directions; what was shuffled is not.

use std::path::Path;

use super::command::typed;

/// Bursts of the sleep, those that replay the track, forward and in reverse, and cells in the smallest burst.
fn replays(folder: &Path, name: &str, sets: &[&str]) -> [u64; 5] {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/linear_track.toml");
    let mut arguments = vec!["run", model, "--out", name, "--threads", "1"];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let (code, _, err) = typed(folder, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let sleep = ["replay", "--bout", "sleep", "--json"];
    let fewer = ["--set", "bin=10 ms", "--set", "shuffles=500"];
    let arguments = [&["analyse", name][..], &sleep, &fewer].concat();
    let (code, out, err) = typed(folder, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let columns = |table: usize| document["measures"][0]["tables"][table]["columns"].clone();
    let column = |table: usize, name: &str| -> Vec<u64> {
        let columns = columns(table);
        let found = columns.as_array().expect("columns").iter();
        let column = found.clone().find(|column| column["name"] == name);
        let values = column.expect("a column")["values"].as_array().cloned();
        let values = values.expect("values").into_iter();
        values
            .map(|value| value.as_u64().expect("a count"))
            .collect()
    };
    // The page of the run says the same.
    let page = std::fs::read_to_string(folder.join(name).join("report.html")).expect("a page");
    assert!(page.contains("<caption>Replay in ca3</caption>"));
    for (means, column_name) in [
        ("burst", "events"),
        ("line-score", "decoded"),
        ("replay", "replays"),
        ("replay", "up"),
        ("replay", "down"),
    ] {
        let n = column(0, column_name)[0];
        let cell = format!("data-means=\"means-{means}\" data-exact=\"{n}\">");
        assert!(page.contains(&cell), "{cell}");
    }
    for table in [0, 1] {
        let columns = columns(table);
        let mut all = columns.as_array().expect("columns").iter();
        let speed = all.find(|column| column["name"] == "speed");
        assert_eq!(speed.expect("a column")["unit"], "cm/s");
    }
    // Inhibitory neurons have no place, and are left out.
    assert_eq!(columns(0)[0]["values"], serde_json::json!(["ca3"]));
    let one = |name| column(0, name)[0];
    let smallest = column(1, "neurons").into_iter().min();
    [
        one("events"),
        one("replays"),
        one("up"),
        one("down"),
        smallest.unwrap_or(0),
    ]
}

#[test]
fn sleep_replays_the_track_forward_and_in_reverse_unless_weights_are_shuffled() {
    let folder = tempfile::tempdir().expect("a folder");
    let [events, replays_found, up, down, cells] = replays(folder.path(), "learned", &[]);
    let found = format!("{replays_found} of {events}, {up} up, {down} down, {cells} cells");
    assert!(events >= 20 && 10 * replays_found >= 8 * events, "{found}");
    assert!(up >= 5 && down >= 5 && cells >= 100, "{found}");
    let control = [
        "homeostasis.shuffle={ kind = \"shuffle\", projection = \"recurrent\", every = \"100 s\" }",
    ];
    let [events, replays_found, .., cells] = replays(folder.path(), "control", &control);
    let found = format!("{replays_found} of {events}, {cells} cells");
    // Bursts there are, and of many cells; of none that replay, one may be found by chance.
    assert!(
        events >= 20 && cells >= 100 && replays_found <= 1,
        "{found}"
    );
}
