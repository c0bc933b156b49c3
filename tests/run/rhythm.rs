//! Figures of rhythms and of what pulses evoke: that they are drawn of what the run holds, and refused where they cannot be.

use super::bout::CIRCUIT;
use super::setup::Place;

const FIGURES: &str = r#"
[trigger.up]
kind = "up_onset"
population = "e"
up = "30 Hz"
down = "10 Hz"
window = "10 ms"
[stimulus.tone]
kind = "pulse"
target = "i"
trigger = "up"
probability = 0.5
amplitude = "500 pA"
duration = "10 ms"
[[bout]]
name = "W"
duration = "500 ms"
[[bout]]
name = "N3"
duration = "900 ms"
ramp = "100 ms"
factor = { "projection.e_e.weight" = 1.2 }
[[bout]]
name = "W 2"
duration = "400 ms"
[record]
spikes = ["e", "i"]
report = false
[figure.rhythms]
populations = ["e", "i"]
bin = "5 ms"
segment = "400 ms"
highest = "50 Hz"
raster = "300 ms"
[figure.spectrogram]
population = "e"
bin = "5 ms"
segment = "200 ms"
highest = "50 Hz"
clock = "23 h"
[figure.evoked]
stimulus = "tone"
populations = "i"
"#;

fn model() -> String {
    [CIRCUIT, FIGURES].concat()
}

#[test]
fn rhythms_are_drawn_stage_by_stage() {
    let place = Place::with_model(&model());
    place.run("--quiet run model.toml --out r");
    let svg = place.read("r/figures/rhythms.svg");
    // Segments of 400 ms, half over each other: two in 500 ms would need 600; of W one in each bout, of N3, from its ramp on, three.
    for said in [
        "W (n = 2)",
        "N3 (n = 3)",
        "Hann windows of 0.4 s",
        "Frequency (Hz)",
        // The middle of the longest bout of each, behind its ramp.
        ">from 0.10 s<",
        ">from 0.85 s<",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    assert!(!svg.contains("W 2 (n"));
    let svg = place.read("r/figures/spectrogram.svg");
    for said in [
        "segments of 200 ms",
        "sleep pressure",
        "Power (dB of 1 Hz²/Hz)",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    let svg = place.read("r/figures/evoked.svg");
    for said in [
        "Latency (ms)",
        "not delivered, n = ",
        "Time after the pulse (ms)",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    let run = sharpwave::Recording::open(&place.path("r")).unwrap();
    for (is_delivered, name) in [(true, ">delivered"), (false, "not delivered")] {
        let pulses = run.pulses("tone").unwrap().into_iter();
        // Windows of 200 ms before and 500 ms after lie in the run.
        let shown = |ms: f64| (200.0..=1300.0).contains(&ms);
        let shown =
            pulses.filter(|pulse| pulse.is_delivered == is_delivered && shown(pulse.time.as_ms()));
        let n = shown.count();
        assert!(
            n > 0 && svg.contains(&format!("{name}, n = {n}<")),
            "{name} {n}"
        );
    }
}

#[test]
fn figures_that_cannot_be_are_refused() {
    let cases = [
        (
            "stimulus = \"tone\"\n",
            "stimulus = \"tone\"\nup_onsets = { population = \"x\" }\n",
            "expected the name of a population",
        ),
        (
            "bin = \"5 ms\"\nsegment = \"400 ms\"",
            "bin = \"200 ms\"\nsegment = \"400 ms\"",
            "4 to 1048576 bins of 200 ms in a segment",
        ),
        (
            "highest = \"50 Hz\"",
            "highest = \"101 Hz\"",
            "at most 100 Hz, of which bins of 5 ms see two in a period",
        ),
        (
            "segment = \"200 ms\"",
            "segment = \"2 s\"",
            "at most the duration, 1800 ms",
        ),
        (
            "populations = \"i\"",
            "populations = \"j\"",
            "is \"j\", expected the name of a population",
        ),
        (
            "clock = \"23 h\"",
            "clock = \"23 h\"\nprojections = [\"e_e\"]",
            "`e_e`",
        ),
        (
            "spikes = [\"e\", \"i\"]",
            "spikes = [\"e\"]",
            "population `i`, whose spikes are not recorded",
        ),
    ];
    for (from, to, said) in cases {
        let text = model();
        assert!(text.contains(from));
        let place = Place::with_model(&text.replacen(from, to, 1));
        let error = place.refused("check model.toml");
        assert!(error.contains(said), "{to}: {error}");
    }
}
