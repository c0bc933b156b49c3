//! The closed loop of cued_reactivation.toml against UP states that are found afterwards, by another definition.

use sharpwave::Recording;

use super::setup::Place;

/// Numbers of the column called `name` of the table called `of` that `analyse` wrote.
fn column<'a>(json: &'a serde_json::Value, of: &str, name: &str) -> Vec<&'a serde_json::Value> {
    let tables = json["measures"][0]["tables"].as_array().expect("tables");
    let table = tables.iter().find(|table| table["name"] == of);
    let columns = table.expect("the table")["columns"].as_array();
    let columns = columns.expect("columns").iter();
    let found = columns.clone().find(|column| column["name"] == name);
    let values = found.expect("the column")["values"].as_array();
    values.expect("values").iter().collect()
}

/// Of 24 pulses at least 95 % come within 20 ms of an UP onset as the measure `up_down` finds it in the recorded spikes, smoothed both
/// ways; none comes where there is none, and with a refractory time of 2 s every other of the 48 is answered.
#[test]
fn pulses_come_within_20_ms_of_the_up_onset() {
    let place = Place::new();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cued_reactivation.toml");
    place.run(&format!("--quiet run {model} --out r"));
    place.run(
        "analyse r/run.h5 up_down --bout N3 --population eeg --set bin=5ms --set longest=1s --out ud.json",
    );
    let text = std::fs::read_to_string(place.path("ud.json")).expect("results");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let states = column(&json, "up_down_state", "state");
    let starts = column(&json, "up_down_state", "start");
    let up = states
        .iter()
        .zip(starts)
        .filter(|(state, _)| **state == "up");
    let onsets: Vec<f64> = up
        .map(|(_, start)| start.as_f64().expect("a time"))
        .collect();
    assert!((46..=48).contains(&onsets.len()), "{}", onsets.len());
    let run = Recording::open(&place.path("r/run.h5")).expect("a run file");
    let pulses = run.pulses("cue").expect("pulses");
    let latencies: Vec<f64> = pulses
        .iter()
        .map(|pulse| {
            let off = onsets.iter().map(|onset| pulse.time.as_ms() - onset);
            off.min_by(|a, b| a.abs().total_cmp(&b.abs())).expect("one")
        })
        .collect();
    assert!((22..=26).contains(&latencies.len()), "{latencies:?}");
    let near = latencies.iter().filter(|latency| latency.abs() <= 20.0);
    let share = near.count() as f64 / latencies.len() as f64;
    assert!(share >= 0.95, "{share}: {latencies:?}");
    assert!(
        latencies.iter().all(|latency| latency.abs() < 200.0),
        "{latencies:?}"
    );
}
