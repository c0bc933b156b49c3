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
    // The figure says the same: every other onset comes too soon after a pulse for another.
    let svg = place.read("r/figures/evoked.svg");
    let answered = latencies.iter().filter(|latency| latency.abs() <= 100.0);
    let said = format!("pulses at onsets {}, onsets missed 0", answered.count());
    assert!(
        svg.contains(&said) && svg.contains("Pulse after UP onset"),
        "{said}"
    );
    assert!(
        latencies.iter().all(|latency| latency.abs() < 200.0),
        "{latencies:?}"
    );
}

/// In spindles.toml the detector, which knows the past alone, tells of each spindle that the measure finds once its memory of 10 s is
/// filled, within 0.4 s of its begin, and of nothing else.
#[test]
fn spindles_are_found_as_they_begin() {
    let place = Place::new();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/spindles.toml");
    place.run(&format!(
        "--quiet run {model} --set bout.0.duration=\"38s\" --set record.report=false --out r"
    ));
    place.run("analyse r/run.h5 spindle --population e --out s.json");
    let text = std::fs::read_to_string(place.path("s.json")).expect("results");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let starts = column(&json, "spindle_event", "start").into_iter();
    let starts: Vec<f64> = starts
        .map(|start| start.as_f64().expect("a time"))
        .collect();
    // Around 5.3, 15.3, 25.3 and 35.3 s.
    assert_eq!(starts.len(), 4, "{starts:?}");
    let run = Recording::open(&place.path("r/run.h5")).expect("a run file");
    let found = run.detections("spindle").expect("detections");
    let told: Vec<f64> = found.iter().map(|found| found.told.as_ms()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (told, start) in told.iter().zip(&starts[1..]) {
        assert!((0.0..400.0).contains(&(told - start)), "{told} {start}");
    }
    assert_eq!(run.pulses("tone").expect("pulses").len(), 3);
}
