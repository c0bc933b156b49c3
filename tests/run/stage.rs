//! A night by a hypnogram, run as its bouts written out are.

use std::path::Path;

use sharpwave::config::{Options, parse};

use super::bout::CIRCUIT;
use super::setup::Place;

const NIGHT: &str = r#"
[stage.W]
[stage.N1]
[stage.N2]
stimuli = []
[stage.N3]
like = "N2"
[stage.R]
[hypnogram]
generate = "human"
duration = "30 min"
compress = 3600
[record]
spikes = "e"
"#;

#[test]
fn a_night_runs_as_the_bouts_that_check_prints() {
    let place = Place::new();
    place.write("night.toml", [CIRCUIT, NIGHT].concat());
    let resolved = place.run("check night.toml");
    let played =
        "\n[hypnogram]\nplayed = \"a human night, 25 years of age, seed 3\"\ncompress = 3600.0\n";
    assert!(resolved.contains(played), "{resolved}");
    place.write("bouts.toml", &resolved);
    let table =
        |file: &str, out: &str| place.run(&format!("--json --quiet run {file} --out {out}"));
    let fingerprint = |json: &str| {
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        let table = json.get("summary").unwrap_or(&json).clone();
        assert_eq!(table["compress"], 3600.0, "{json}");
        table["fingerprint"].as_str().unwrap().to_owned()
    };
    let (night, bouts) = (table("night.toml", "a"), table("bouts.toml", "b"));
    assert_eq!(fingerprint(&night), fingerprint(&bouts));
    // The run file says whose night it was, and how fast.
    let run = sharpwave::Recording::open(&place.path("a")).unwrap();
    let parts = run.bouts().unwrap();
    let model = parse("m", &resolved, Path::new("/"), &Options::default());
    let model = model.unwrap().network().unwrap();
    let names: Vec<&str> = model.bouts.iter().map(|bout| bout.name.as_str()).collect();
    let found: Vec<&str> = parts.iter().map(|bout| bout.name.as_str()).collect();
    assert_eq!(found, names);
}
