//! Recall of sequences: what the table says is what the recorded spikes say, however often a run is cut.

use sharpwave::{Duration, Recording, Time};

use super::bout::{CIRCUIT, in_pieces, recorded_in};
use super::setup::Place;

/// A volley goes through four groups of `i`, 3 ms apart; noise goes through `e` in any order.
const SEQUENCES: &str = r#"
[trigger.clock]
kind = "rhythmic"
period = "50 ms"
from = "5 ms"
[stimulus.volley]
kind = "volley"
target = "i"
trigger = "clock"
groups = 4
every = "3 ms"
weight = "20 mV"
[stimulus.cue]
kind = "burst"
target = "e"
trigger = "clock"
delay = "12 ms"
rate = "1 kHz"
duration = "8 ms"
neurons = 20
weight = "4 mV"
[recall.forwards]
stimulus = "volley"
population = "i"
groups = 4
window = "12 ms"
[recall.backwards]
like = "forwards"
reverse = true
[recall.later]
like = "forwards"
first = 5
groups = 3
[recall.noise]
stimulus = "cue"
population = "e"
groups = 6
window = "40 ms"
share = 0.4
[[bout]]
name = "quiet"
duration = "800 ms"
stimuli = ["volley", "cue"]
[[bout]]
name = "noisy"
duration = "707 ms"
[record]
spikes = ["e", "i"]
"#;

fn model() -> String {
    [CIRCUIT, SEQUENCES].concat()
}

/// All orders of `n` followers, 1 to n.
fn orders(n: u32) -> Vec<Vec<u32>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..n {
        let longer = orders.iter().flat_map(|order: &Vec<u32>| {
            let left = (1..=n).filter(|k| !order.contains(k));
            left.map(|k| [order.as_slice(), &[k]].concat())
        });
        orders = longer.collect();
    }
    orders
}

/// The share of six groups of ten neurons of `e`, but for the first, that follow it in order within 40 ms of each cue between two
/// instants, and its mean over all orders of those five: by the definition alone.
fn naive(run: &Recording, from_ms: f64, to_ms: f64) -> (usize, f64, f64) {
    let spikes = run.spikes("e", ..).unwrap();
    let t = |ms| Time::from_ms(ms).unwrap();
    let window = Duration::from_ms(40.0).unwrap();
    let pulses = run
        .pulses("cue")
        .unwrap()
        .into_iter()
        .map(|pulse| pulse.time);
    // Windows that are open when the run ends have no score.
    let pulses = pulses.filter(|&at| at >= t(from_ms) && at < t(to_ms) && at + window <= t(1507.0));
    let (mut n, mut sum, mut shuffled) = (0, 0.0, 0.0);
    for cue in pulses {
        let recalled = |group: u32| -> Option<Time> {
            let firsts = (10 * group..10 * group + 10).filter_map(|neuron| {
                let own = spikes
                    .iter()
                    .find(|(at, of)| *of == neuron && *at >= cue && *at < cue + window);
                own.map(|spike| spike.0)
            });
            let mut firsts: Vec<Time> = firsts.collect();
            firsts.sort();
            // Four of ten are 40 %.
            firsts.get(3).copied()
        };
        let times: Vec<Option<Time>> = (0..6).map(recalled).collect();
        let run = |order: &Vec<u32>| {
            let all = [&[0], &order[..]].concat();
            let in_turn = |pair: &&[u32]| {
                let [a, b] = [pair[0], pair[1]].map(|group| times[group as usize]);
                a.is_some() && b.is_some() && a < b
            };
            all.windows(2).take_while(in_turn).count() as f64 / 5.0
        };
        let all = orders(5);
        sum += run(&vec![1, 2, 3, 4, 5]);
        shuffled += all.iter().map(run).sum::<f64>() / all.len() as f64;
        n += 1;
    }
    (n, sum / n as f64, shuffled / n as f64)
}

#[test]
fn a_sequence_is_recalled_as_far_as_its_spikes_run_in_order() {
    let place = Place::with_model(&model());
    let json: serde_json::Value =
        serde_json::from_str(&place.run("--json --quiet run model.toml --out r")).unwrap();
    let recalls = json["summary"]["recalls"].as_array().unwrap();
    let of = |sequence: &str, bout: &str| {
        let mut own = recalls.iter();
        let own = own.find(|own| own["sequence"] == sequence && own["bout"] == bout);
        let own = own.unwrap_or_else(|| panic!("{sequence} {bout}: {json}"));
        let number = |key: &str| own[key].as_f64().unwrap();
        (
            number("cues") as usize,
            number("recall"),
            number("shuffled"),
        )
    };
    // Three groups follow: (3/3 + 3/6 + 1/6) / 3 of any order.
    let (cues, recall, shuffled) = of("forwards", "quiet");
    assert_eq!((cues, recall), (16, 1.0));
    assert!((shuffled - 5.0 / 9.0).abs() < 1e-12, "{shuffled}");
    assert_eq!(of("backwards", "quiet").1, 0.0);
    // Of its last 15 neurons three groups of five, which follow one another.
    assert_eq!(of("later", "quiet").1, 1.0);
    let run = Recording::open(&place.path("r")).unwrap();
    let mut between = 0;
    for (bout, from, to) in [("quiet", 0.0, 800.0), ("noisy", 800.0, 1507.0)] {
        let (cues, recall, shuffled) = of("noise", bout);
        let (n, expected, mean) = naive(&run, from, to);
        assert_eq!(cues, n, "{bout}");
        assert!(
            (recall - expected).abs() < 1e-12,
            "{bout}: {recall} {expected}"
        );
        assert!((shuffled - mean).abs() < 1e-12, "{bout}: {shuffled} {mean}");
        between += usize::from(recall > 0.0 && recall < 1.0);
    }
    assert!(between > 0, "nothing is partly recalled: {json}");
    assert!(place.path("r/figures/recall.png").exists());
    // Each cue is a line of a table, and these are its means.
    let table = place.read("r/recall.csv");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    for (sequence, bout) in [
        ("forwards", "quiet"),
        ("noise", "quiet"),
        ("noise", "noisy"),
        ("later", "noisy"),
    ] {
        let own = rows
            .iter()
            .filter(|row| row[1] == sequence && row[2] == bout);
        let own: Vec<f64> = own.map(|row| row[4].parse().unwrap()).collect();
        let (cues, recall, _) = of(sequence, bout);
        assert_eq!(own.len(), cues);
        assert!((own.iter().sum::<f64>() / own.len() as f64 - recall).abs() < 1e-12);
    }
}

#[test]
fn cuts_change_no_score() {
    let place = Place::new();
    let (whole, parts) = (place.path("whole"), place.path("parts"));
    recorded_in(&model(), &whole);
    in_pieces(&model(), &parts);
    let figure =
        |out: &std::path::Path| std::fs::read_to_string(out.join("figures/recall.svg")).unwrap();
    assert_eq!(figure(&whole), figure(&parts));
}

#[test]
fn a_recall_that_cannot_be_is_refused_at_its_line() {
    let cases = [
        (
            "groups = 6",
            "groups = 7",
            "a divisor of the number of neurons, 60",
        ),
        (
            "groups = 6",
            "groups = 6\nfirst = 60",
            "less than 60, the neurons of `e`",
        ),
        (
            "groups = 6",
            "groups = 6\nneurons = 61",
            "at most 60, those from `first` on",
        ),
        (
            "stimulus = \"cue\"",
            "stimulus = \"rhythm\"",
            "the name of a stimulus that comes in pulses",
        ),
        ("share = 0.4", "share = 0", "more than 0, at most 1"),
    ];
    for (from, to, said) in cases {
        let place = Place::with_model(&model().replacen(from, to, 1));
        let error = place.refused("check model.toml");
        assert!(error.contains(said), "{to}: {error}");
    }
}

/// A cue shortly before neurons begin anew, and one shortly before the end.
const CUT: &str = r#"
[trigger.clock]
kind = "timed"
at = ["100 ms", "690 ms"]
[stimulus.volley]
kind = "volley"
target = "i"
trigger = "clock"
groups = 4
every = "3 ms"
weight = "20 mV"
[recall.forwards]
stimulus = "volley"
population = "i"
groups = 4
window = "100 ms"
[[bout]]
name = "cued"
duration = "700 ms"
[[bout]]
name = "anew"
duration = "700 ms"
keep = "weights"
[record]
spikes = ["i"]
[figure.evoked]
stimulus = "volley"
populations = "i"
before = "10 ms"
after = "100 ms"
"#;

#[test]
fn what_comes_after_neurons_begin_anew_is_no_recall() {
    let place = Place::with_model(&[CIRCUIT, CUT].concat());
    let output = place
        .command("run model.toml --out r")
        .output()
        .expect("it starts");
    let said = super::setup::text(&output.stderr);
    let expected = "`recall.forwards`: 2 cues have no score: the run, or what the network remembers, ends within the 100 ms after";
    assert!(said.contains(expected), "{said}");
    let table = std::fs::read_to_string(place.path("r/recall.csv")).expect("a table");
    let lines: Vec<&str> = table.lines().collect();
    // The clock begins anew as well.
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[1].starts_with("3,forwards,cued,100,"), "{table}");
    assert!(lines[2].starts_with("3,forwards,anew,800,"), "{table}");
    let run = Recording::open(&place.path("r")).unwrap();
    let warnings = run.warnings();
    assert!(
        warnings.iter().any(|warning| warning == expected),
        "{warnings:?}"
    );
    // The windows of the others reach over what was forgotten, or the end.
    let figure = std::fs::read_to_string(place.path("r/figures/evoked.svg")).expect("a figure");
    assert!(figure.contains("n = 2"), "{figure}");
}
