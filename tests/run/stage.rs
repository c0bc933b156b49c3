//! A night by a hypnogram, run as its bouts written out are.

use std::path::Path;

use sharpwave::config::{Options, parse};

use super::bout::{CIRCUIT, recorded, recorded_in_pieces};
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

/// Rates of the excitatory neurons in the bout called `name` but for its first second, each over 50 ms, in time.
fn rates(place: &Place, out: &str, name: &str) -> Vec<f64> {
    const BIN_MS: f64 = 5.0;
    let run = sharpwave::Recording::open(&place.path(out)).unwrap();
    let bouts = run.bouts().unwrap();
    let bout = bouts.iter().find(|bout| bout.name == name).unwrap();
    let (from, to) = (bout.start.as_ms() + 1e3, bout.stop.as_ms());
    let table = place.read(&format!("{out}/rates.csv"));
    let rows = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>());
    let own = rows.filter(|row| row[1] == "e");
    let own = own.map(|row| {
        (
            row[0].parse::<f64>().unwrap(),
            row[2].parse::<f64>().unwrap(),
        )
    });
    let bins: Vec<f64> = own
        .filter(|(t, _)| (from..to - BIN_MS).contains(t))
        .map(|(_, rate)| rate)
        .collect();
    let mean = |window: &[f64]| window.iter().sum::<f64>() / window.len() as f64;
    bins.windows(10).map(mean).collect()
}

/// UP states are where the rate is above a quarter of what it reaches in one twentieth of the time: the share of time
/// in them, and how many begin per second.
fn up(rates: &[f64]) -> (f64, f64) {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let high = sorted[sorted.len() * 19 / 20] / 4.0;
    let is_up: Vec<bool> = rates.iter().map(|&rate| rate > high).collect();
    let share = is_up.iter().filter(|&&up| up).count() as f64 / rates.len() as f64;
    let begun = is_up.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    (share, begun as f64 / (rates.len() as f64 * 5e-3))
}

/// The shipped network at a quarter of its size, for shorter: what its header says of each stage.
#[test]
fn a_network_wakes_and_sleeps_by_its_tables() {
    let place = Place::new();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/wake_sleep.toml");
    let lengths = [3, 1, 12, 3, 1].iter().enumerate();
    let lengths = lengths.map(|(at, s)| format!(" --set bout.{at}.duration={s}s"));
    let sets: String = lengths.collect();
    let sizes = "--set population.e.size=1575 --set population.i.size=645";
    place.run(&format!("--quiet run {model} --out a {sizes}{sets}"));
    let stages = ["W", "N3", "R"].map(|name| rates(&place, "a", name));
    let [wake, n3, rem] = stages.map(|rates| {
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>();
        let cv = (variance / rates.len() as f64).sqrt() / mean;
        (mean, cv, up(&rates))
    });
    // Neither awake nor in REM sleep does activity ever stop.
    for (mean, cv, (share, begun)) in [wake, rem] {
        assert!((1.0..6.0).contains(&mean) && cv < 0.5, "{wake:?} {rem:?}");
        assert!(share > 0.99 && begun < 0.5, "{wake:?} {rem:?}");
    }
    assert!(rem.0 < 0.8 * wake.0, "{wake:?} {rem:?}");
    let (_, cv, (share, begun)) = n3;
    assert!(cv > 0.9, "{n3:?}");
    assert!((0.2..0.45).contains(&share), "{n3:?}");
    assert!((0.8..1.6).contains(&begun), "{n3:?}");
}

/// Factors of synapses and rates with ramps, synapses that learn awake, down-scaling asleep.
const LEARNING_NIGHT: &str = r#"
[projection.e_e.plasticity]
rule = "stdp_pair"
w_max = "0.8 mV"
a_plus = 0.01
a_minus = 0.011
[homeostasis.down]
kind = "downscaling"
projection = "e_e"
every = "20 ms"
factor = 0.97
spare = 0.1
[stimulus.noise]
kind = "poisson"
target = "e"
rate = "1 kHz"
weight = "0.5 mV"
[stage.W]
homeostasis = []
ramp = "0.8 ms"
ramp_step = "0.2 ms"
[stage.N1]
like = "W"
learning = []
[stage.N2]
learning = []
ramp = "0.8 ms"
ramp_step = "0.2 ms"
factor = { "projection.e_e.weight" = 1.5, "stimulus.noise.rate" = 0.8, "population.e.tau_m" = 0.9 }
[stage.N3]
like = "N2"
[stage.R]
like = "N1"
[hypnogram]
generate = "human_days"
duration = "20 h"
compress = 36000
[record]
spikes = "e"
weight_statistics = { projection = "e_e", every = "100 ms" }
"#;

#[test]
fn a_night_that_is_stopped_again_and_again_comes_to_the_same_morning() {
    let text = [CIRCUIT, LEARNING_NIGHT].concat();
    let (whole, parts) = (recorded(&text), recorded_in_pieces(&text));
    assert_eq!(whole.fingerprint(), parts.fingerprint());
    let weights = |run: &sharpwave::Recording| run.weight_statistics("e_e").unwrap();
    assert_eq!(weights(&whole), weights(&parts));
    // It does something: more is learned awake and less is left after sleep.
    let means: Vec<f64> = weights(&whole).iter().map(|(_, now)| now.mean).collect();
    let awake = whole.bouts().unwrap()[0].stop.as_ms();
    assert!(awake > 1500.0, "{awake}");
    assert!(means[10] != means[0]);
    assert!(means[means.len() - 1] < 0.9 * means[16], "{means:?}");
}

/// Of neurons that differ only the drawn values tell whether a stage can be: said before anything runs, with the stage's bout.
#[test]
fn a_stage_that_leaves_a_drawn_threshold_below_the_reset_is_refused() {
    let place = Place::new();
    let own = "v_th = { distribution = \"normal\", mean = \"15 mV\", sd = \"1 mV\" }\nv_reset = \"10 mV\"";
    let text = CIRCUIT.replacen("v_th = \"15 mV\"", own, 1)
        + "[[bout]]\nname = \"W\"\nduration = \"10 ms\"\n[[bout]]\nname = \"N3\"\nduration = \"10 ms\"\n\
           factor = { \"population.e.v_th\" = 0.68 }\n";
    place.write("m.toml", text);
    let refused = place.refused("run m.toml --out r");
    for expected in [
        "error: `bout.1`: population `e` would be impossible: `lif`: neuron ",
        "`v_reset` is 10, expected below `v_th` (",
        "--> m.toml:",
    ] {
        assert!(refused.contains(expected), "{refused}");
    }
    assert!(!place.path("r").exists());
}
