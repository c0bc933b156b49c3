//! Triggers and pulses: what detectors find is what the recorded spikes say, and pulses come when they should.

use sharpwave::record::sink::{Detected, Pulsed};
use sharpwave::{Duration, Recording, Time};

use super::bout::{CIRCUIT, recorded, recorded_in_pieces};
use super::setup::Place;

/// The rhythm drives ten UP states a second.
const TRIGGERS: &str = r#"
[trigger.up]
kind = "up_onset"
population = "e"
up = "30 Hz"
down = "10 Hz"
window = "10 ms"
after = "20 ms"
[trigger.down]
like = "up"
kind = "down_onset"
latency = "0.3 ms"
[trigger.busy]
kind = "rate"
population = "i"
level = "40 Hz"
window = "15 ms"
refractory = "150 ms"
[trigger.peak]
kind = "phase"
population = "e"
frequency = "10 Hz"
phase = 0.25
memory = "200 ms"
[trigger.clock]
kind = "rhythmic"
period = "70 ms"
from = "5 ms"
jitter = "10 ms"
[trigger.chance]
kind = "random"
rate = "20 Hz"
[trigger.list]
kind = "timed"
at = ["30 ms", "31 ms", "400 ms"]
[stimulus.cue]
kind = "burst"
target = "e"
trigger = "up"
delay = "2 ms"
rate = "1 kHz"
duration = "5 ms"
neurons = 20
weight = "2 mV"
[stimulus.tone]
kind = "pulse"
target = "i"
trigger = "down"
probability = 0.5
amplitude = "500 pA"
duration = "10 ms"
[stimulus.sequence]
kind = "volley"
target = "i"
trigger = "chance"
refractory = "30 ms"
groups = 4
every = "3 ms"
weight = "20 mV"
[stimulus.nothing]
like = "sequence"
trigger = "busy"
sham = true
[stimulus.listed]
like = "sequence"
trigger = "list"
[stimulus.ticked]
like = "cue"
trigger = "clock"
[[bout]]
name = "first"
duration = "600 ms"
[[bout]]
name = "second"
duration = "500 ms"
triggers = ["up", "list"]
[[bout]]
name = "third"
duration = "400 ms"
stimuli = ["rhythm", "cue", "listed"]
[record]
spikes = ["e", "i"]
"#;

fn model() -> String {
    [CIRCUIT, TRIGGERS].concat()
}

fn ms(ms: f64) -> Duration {
    Duration::from_ms(ms).unwrap()
}

fn t(ms: f64) -> Time {
    Time::from_ms(ms).unwrap()
}

/// Instants at which the number of spikes in the last `window` changes, each with that number: by counting all of them anew.
fn counts(run: &Recording, population: &str, window: Duration) -> Vec<(Time, u64)> {
    let spikes: Vec<Time> = run
        .spikes(population, ..)
        .unwrap()
        .iter()
        .map(|s| s.0)
        .collect();
    let mut instants: Vec<Time> = spikes.iter().flat_map(|&s| [s, s + window]).collect();
    instants.sort();
    instants.dedup();
    let within = |at: Time| {
        spikes
            .iter()
            .filter(|&&s| s <= at && at < s + window)
            .count() as u64
    };
    instants.into_iter().map(|at| (at, within(at))).collect()
}

/// UP and DOWN onsets by the definition alone: event, and when it could be known.
fn onsets(run: &Recording) -> [Vec<(Time, Time)>; 2] {
    let (window, after) = (ms(10.0), ms(20.0));
    // 60 neurons over 10 ms: 30 Hz are 18 spikes, 10 Hz are 6.
    let (up, down) = (18, 6);
    let counts = counts(run, "e", window);
    // Before the run nothing has spiked.
    let (mut is_up, mut since) = (false, Time::NEVER);
    let mut found = [Vec::new(), Vec::new()];
    for (k, &(at, n)) in counts.iter().enumerate() {
        let (state, event) = if n >= up {
            let before = counts[..k].iter().rposition(|&(_, n)| n < down);
            (true, counts[before.map_or(0, |before| before + 1)].0)
        } else if n < down {
            (false, Time::ZERO + (at.since(Time::ZERO + window)))
        } else {
            continue;
        };
        if is_up == state {
            continue;
        }
        if event.since(since) >= after {
            found[usize::from(!state)].push((event, at));
        }
        (is_up, since) = (state, event);
    }
    found
}

/// When the rate of `i` rises to its level, 15 ms refractory times aside.
fn rises(run: &Recording) -> Vec<Time> {
    // 20 neurons over 15 ms at 40 Hz: 12 spikes.
    let (level, window) = (12, ms(15.0));
    let (mut is_above, mut found) = (false, Vec::<Time>::new());
    for (at, n) in counts(run, "i", window) {
        let refractory = |last: &Time| at.since(*last) < ms(150.0);
        if !is_above && n >= level && !found.last().is_some_and(refractory) {
            found.push(at);
        }
        is_above = n >= level;
    }
    found
}

fn at(pulses: &[Pulsed]) -> Vec<Time> {
    pulses.iter().map(|pulse| pulse.time).collect()
}

#[test]
fn detections_are_those_of_a_naive_look_at_the_recorded_spikes() {
    let run = recorded(&model());
    let found = |name: &str| run.detections(name).unwrap();
    let listening = |at: Time, deaf: bool| !deaf || at < t(600.0) || at >= t(1100.0);
    for (name, latency, deaf, all) in [
        ("up", 1.0, false, &onsets(&run)[0]),
        ("down", 0.3, true, &onsets(&run)[1]),
    ] {
        let expected: Vec<Detected> = all
            .iter()
            .filter(|(_, at)| listening(*at, deaf) && *at < t(1500.0))
            .map(|&(event, at)| Detected {
                event,
                told: at + ms(latency),
            })
            .collect();
        assert!(expected.len() >= 5, "{name}: {expected:?}");
        assert_eq!(found(name), expected, "{name}");
    }
    let rises = rises(&run);
    let told: Vec<Time> = found("busy").iter().map(|found| found.told).collect();
    let heard = rises.iter().filter(|&&at| at < t(600.0));
    let heard: Vec<Time> = heard.map(|&at| at + ms(1.0)).collect();
    assert!(heard.len() >= 3);
    assert_eq!(told[..heard.len()], heard);
    // About one peak in each period of 100 ms of the bouts that listen.
    let peaks = found("peak").len();
    assert!((7..=11).contains(&peaks), "{peaks}");
    // Clocks begin anew where they are switched on.
    let list: Vec<Time> = found("list").iter().map(|found| found.event).collect();
    assert_eq!(list, [t(30.0), t(31.0), t(400.0)]);
    for (k, found) in found("clock").iter().enumerate() {
        let (from, k) = match k {
            0..9 => (0.0, k),
            _ => (1100.0, k - 9),
        };
        let first = t(from + 5.0 + 70.0 * k as f64);
        assert!(
            first <= found.event && found.event < first + ms(10.0),
            "{k}"
        );
        assert_eq!(found.told, found.event);
    }
}

#[test]
fn pulses_follow_what_sets_them_off() {
    let run = recorded(&model());
    let found = |name: &str| run.detections(name).unwrap();
    let pulses = |name: &str| run.pulses(name).unwrap();
    let after = |name: &str, delay: f64| -> Vec<Time> {
        let told = found(name).into_iter().map(|found| found.told + ms(delay));
        told.filter(|&at| at < t(1500.0)).collect()
    };
    assert_eq!(at(&pulses("cue")), after("up", 2.0));
    let events: Vec<Time> = found("up").iter().map(|found| found.event).collect();
    for (pulse, event) in pulses("cue").iter().zip(events) {
        assert_eq!((pulse.event, pulse.is_delivered), (event, true));
    }
    // Half of them are delivered, and none are noted in the bout where the stimulus is off.
    let downs = after("down", 0.0);
    let downs: Vec<Time> = downs.into_iter().filter(|&at| at < t(1100.0)).collect();
    assert_eq!(at(&pulses("tone")), downs);
    let tones = pulses("tone")
        .iter()
        .filter(|tone| tone.is_delivered)
        .count();
    assert!(
        0 < tones && tones < downs.len(),
        "{tones} of {}",
        downs.len()
    );
    let sequences = at(&pulses("sequence"));
    assert!(
        sequences
            .windows(2)
            .all(|pair| pair[1].since(pair[0]) >= ms(30.0))
    );
    assert!(sequences.len() >= 4 && sequences.len() < found("chance").len());
    assert_eq!(at(&pulses("listed")), [t(30.0), t(400.0)]);
    assert!(pulses("nothing").iter().all(|pulse| !pulse.is_delivered));
    assert!(pulses("nothing").len() >= 3);
    // A volley of 20 mV makes the neurons of its group fire at once, those that are not refractory.
    let spikes = run.spikes("i", ..).unwrap();
    for from in at(&pulses("listed")) {
        for (group, nodes) in [0..5, 5..10, 10..15, 15..20].into_iter().enumerate() {
            let when = from + ms(3.0 * group as f64);
            let here = spikes.iter().filter(|(at, _)| *at == when);
            let here: Vec<u32> = here.map(|(_, node)| *node).collect();
            assert!(
                !here.is_empty() && here.iter().all(|node| nodes.contains(node)),
                "{here:?}"
            );
        }
    }
}

#[test]
fn sham_changes_no_spike_and_is_noted() {
    let sham = |sham: bool| {
        let text = model().replace(
            "trigger = \"up\"\ndelay",
            &format!("trigger = \"up\"\nsham = {sham}\ndelay"),
        );
        recorded(&text.replace(
            "[stimulus.ticked]\nlike = \"cue\"",
            "[stimulus.ticked]\nlike = \"cue\"\nsham = true",
        ))
    };
    let (without, with) = (sham(true), sham(false));
    let first = |run: &Recording| run.pulses("cue").unwrap()[0].time;
    assert_eq!(first(&without), first(&with));
    let before = |run: &Recording| run.spikes("e", ..first(run)).unwrap();
    assert_eq!(before(&without), before(&with));
    assert!(before(&with).len() > 20);
    assert_ne!(without.fingerprint(), with.fingerprint());
    // As if there were no such stimulus.
    let text = model();
    let begin = text.find("[stimulus.cue]").unwrap();
    let end = begin + text[begin..].find("[stimulus.tone]").unwrap();
    let ticked = text.find("[stimulus.ticked]").unwrap();
    let ticked_end = ticked + text[ticked..].find("[[bout]]").unwrap();
    let none = text[..begin].to_owned() + &text[end..ticked] + &text[ticked_end..];
    let none = recorded(&none.replace("\"cue\", ", ""));
    assert_eq!(none.fingerprint(), without.fingerprint());
}

#[test]
fn threads_cuts_and_the_order_of_the_file_change_no_bit() {
    let place = Place::new();
    place.write("m.toml", model() + "[engine]\nlanes = 3\n");
    let run = |threads: u32| {
        let out = format!("r{threads}");
        place.run(&format!(
            "--quiet run --threads {threads} m.toml --out {out}"
        ));
        Recording::open(&place.path(&out)).unwrap()
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.fingerprint(), two.fingerprint());
    let whole = recorded(&model());
    let pieces = recorded_in_pieces(&model());
    for (a, b) in [(&one, &two), (&whole, &pieces)] {
        assert_eq!(a.fingerprint(), b.fingerprint());
        for name in a.triggers().unwrap() {
            assert_eq!(
                a.detections(&name).unwrap(),
                b.detections(&name).unwrap(),
                "{name}"
            );
        }
        for name in a.pulsed().unwrap() {
            assert_eq!(a.pulses(&name).unwrap(), b.pulses(&name).unwrap(), "{name}");
        }
    }
    // The resolved model runs by itself.
    assert_eq!(recorded(whole.model()).fingerprint(), whole.fingerprint());
    // Samples cut the run, and windows are shorter under a shorter delay of nothing.
    let sampled = model().replace(
        "[record]",
        "[record]\nstates = { population = \"e\", first = 1, variables = [\"v_m\"], every = \"0.37 ms\" }",
    );
    let sampled = recorded(&sampled);
    assert_eq!(sampled.fingerprint(), whole.fingerprint());
    assert_eq!(
        sampled.detections("up").unwrap(),
        whole.detections("up").unwrap()
    );
}

/// A clock that ticks 4,000 times in the bouts that listen, and 2,400 pulses: by how much that makes the file longer.
#[test]
fn what_triggers_find_and_set_off_is_in_the_estimate() {
    let place = Place::new();
    let sizes = |period: &str| -> (f64, f64) {
        let text = model()
            .replace("jitter = \"10 ms\"", "")
            .replace(
                "[stimulus.ticked]\nlike = \"cue\"",
                "[stimulus.ticked]\nlike = \"cue\"\nsham = true",
            )
            .replace("period = \"70 ms\"", &format!("period = \"{period}\""));
        place.write("m.toml", text);
        let json = place.run("--json check m.toml");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let out = period.replace(' ', "");
        place.run(&format!("--quiet run m.toml --out {out}"));
        let written = place.path(&format!("{out}/run.h5")).metadata().unwrap();
        let expected = json["estimate"]["file_bytes"].as_f64();
        let expected = expected.unwrap_or_else(|| panic!("{json}"));
        (expected, written.len() as f64)
    };
    let (few, many) = (sizes("50 ms"), sizes("0.25 ms"));
    let (expected, written) = (many.0 - few.0, many.1 - few.1);
    assert!(expected > 1e5, "{expected}");
    assert!(
        (expected / written - 1.0).abs() < 0.1,
        "{expected} {written}"
    );
}
