//! Bouts of a network: what they do, and that a run through them can be stopped anywhere.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use sharpwave::config::{Options, parse};
use sharpwave::experiment::run::{self, Resumed, resume};
use sharpwave::run::progress::{Progress, Silent, Watch};
use sharpwave::{Recording, Time};

use super::setup::Place;

/// Two populations, one of which excites itself, and a rhythm for both.
pub const CIRCUIT: &str = r#"
schema = 1
experiment = "network"
seed = 3
[population.e]
neuron = "lif"
size = 60
tau_m = "20 ms"
v_th = "15 mV"
t_ref = "2 ms"
[population.i]
like = "e"
size = 20
[projection.e_e]
source = "e"
target = "e"
rule = "fixed_in_degree"
in_degree = 6
weight = "0.4 mV"
axonal_delay = "1.5 ms"
[stimulus.rhythm]
kind = "rhythm"
target = ["e", "i"]
rate = "1.6 kHz"
frequency = "10 Hz"
weight = "0.5 mV"
"#;

const REST: &str = r#"
[population.e.initial]
v_m = { distribution = "uniform", low = "0 mV", high = "15 mV" }
[stimulus.world]
kind = "poisson"
target = "e"
rate = "2 kHz"
weight = "0.5 mV"
[stimulus.pulse]
kind = "current"
target = "e"
amplitude = "200 pA"
from = "10 ms"
to = "30 ms"
[record]
spikes = "e"
"#;

/// Its model file but for the bouts.
fn network() -> String {
    [CIRCUIT, REST].concat()
}

fn bouts(list: &[(&str, &str, &str)]) -> String {
    let one = |(name, duration, rest): &(&str, &str, &str)| {
        format!("[[bout]]\nname = \"{name}\"\nduration = \"{duration}\"\n{rest}\n")
    };
    network() + &list.iter().map(one).collect::<String>()
}

fn run_with(text: &str, out: &Path, watch: &dyn Watch) -> run::Finished {
    let model = parse("m.toml", text, Path::new("/"), &Options::default());
    let model = model.unwrap_or_else(|error| panic!("{error}"));
    let options = run::Options {
        out: Some(out.to_owned()),
        source: text.into(),
        ..Default::default()
    };
    run::run(model, &options, watch).unwrap_or_else(|error| panic!("{error}"))
}

pub fn recorded(text: &str) -> Recording {
    recorded_in(text, &Place::new().path("r"))
}

/// As [`recorded`], into the folder `out`.
pub fn recorded_in(text: &str, out: &Path) -> Recording {
    assert!(run_with(text, out, &Silent).complete);
    Recording::open(out).unwrap()
}

fn spikes(run: &Recording, from_ms: f64, to_ms: f64) -> Vec<(Time, u32)> {
    let t = |ms| Time::from_ms(ms).unwrap();
    run.spikes("e", t(from_ms)..t(to_ms)).unwrap()
}

#[test]
fn a_border_that_changes_nothing_changes_no_bit() {
    let whole = recorded(&network().replacen("seed = 3", "seed = 3\nduration = \"200 ms\"", 1));
    let parts = recorded(&bouts(&[("one", "70.3 ms", ""), ("two", "129.7 ms", "")]));
    assert_eq!(parts.fingerprint(), whole.fingerprint());
    assert_eq!(spikes(&parts, 0.0, 200.0), spikes(&whole, 0.0, 200.0));
    assert!(spikes(&whole, 0.0, 200.0).len() > 300);
    let ends: Vec<(String, Time)> = parts
        .bouts()
        .unwrap()
        .into_iter()
        .map(|bout| (bout.name, bout.stop))
        .collect();
    let t = |ms| Time::from_ms(ms).unwrap();
    assert_eq!(ends, [("one".into(), t(70.3)), ("two".into(), t(200.0))]);
}

#[test]
fn what_is_off_brings_nothing_and_what_comes_back_begins_anew() {
    let run = recorded(&bouts(&[
        ("wake", "100 ms", "stimuli = [\"world\", \"pulse\"]"),
        ("silence", "100 ms", "stimuli = []\nkeep = \"weights\""),
        (
            "wake again",
            "100 ms",
            "stimuli = [\"world\", \"pulse\"]\nkeep = \"weights\"",
        ),
    ]));
    assert!(spikes(&run, 0.0, 100.0).len() > 100);
    assert_eq!(spikes(&run, 100.0, 200.0), []);
    // From rest, under other noise and the same pulse, counted from the bout's start.
    let again = spikes(&run, 200.0, 300.0);
    assert!(again.len() > 100);
    let (first, shift) = (
        spikes(&run, 0.0, 100.0),
        Time::from_ms(200.0).unwrap() - Time::ZERO,
    );
    let first: Vec<(Time, u32)> = first.into_iter().map(|(t, j)| (t + shift, j)).collect();
    assert_ne!(again, first);
    let pulse = |from: f64| spikes(&run, from + 10.0, from + 30.0).len();
    let before = |from: f64| spikes(&run, from + 60.0, from + 80.0).len();
    assert!(pulse(0.0) > 2 * before(0.0) && pulse(200.0) > 2 * before(200.0));
}

/// A relay that sees an image, and sources that fire by themselves.
const SEEN: &str = r#"
schema = 1
experiment = "network"
seed = 3
[population.eye]
neuron = "relay"
size = 36
[population.source]
neuron = "poisson"
size = 20
rate = "50 Hz"
[stimulus.picture]
kind = "image"
target = "eye"
file = "IMAGE"
max_rate = "60 Hz"
side = 4
period = "10 ms"
[record]
spikes = ["eye", "source"]
"#;

fn seen(place: &Place, bouts: &str) -> Recording {
    seen_as(place, &(SEEN.to_owned() + bouts))
}

fn seen_as(place: &Place, text: &str) -> Recording {
    let image = place.path("image.npy");
    let shade = |(row, column)| ((row + column) as f32) / 10.0;
    ndarray_npy::write_npy(&image, &ndarray::Array2::from_shape_fn((6, 6), shade))
        .expect("written");
    recorded(&text.replace("IMAGE", &image.display().to_string()))
}

#[test]
fn a_border_changes_no_bit_of_an_image_and_of_sources() {
    let place = Place::new();
    let bout = |name: &str| format!("[[bout]]\nname = \"{name}\"\nduration = \"100 ms\"\n");
    let whole = seen(&place, &bout("all").replace("100 ms", "200 ms"));
    let parts = seen(&place, &(bout("one") + &bout("two")));
    assert_eq!(parts.fingerprint(), whole.fingerprint());
    for name in ["eye", "source"] {
        let t = Time::from_ms(100.0).unwrap();
        let [before, after] = [
            parts.spikes(name, ..t).unwrap(),
            parts.spikes(name, t..).unwrap(),
        ];
        assert!(before.len() > 50 && after.len() > 50, "{name}");
    }
}

#[test]
fn two_images_in_one_bout_have_chance_of_their_own() {
    let place = Place::new();
    let bout = "[[bout]]\nname = \"one\"\nduration = \"200 ms\"\n";
    let other = "[population.other]\nlike = \"eye\"\n\
                 [stimulus.second]\nlike = \"picture\"\ntarget = \"other\"\n";
    for streams in ["stimulus", "bout"] {
        let text = SEEN
            .replace(
                "[record]",
                &format!("streams = \"{streams}\"\n{other}[record]"),
            )
            .replace("[\"eye\", ", "[\"eye\", \"other\", ");
        let run = seen_as(&place, &(text + bout));
        let [one, two] = ["eye", "other"].map(|name| run.spikes(name, ..).unwrap());
        assert!(one.len() > 50 && two.len() > 50);
        assert_ne!(one, two, "{streams}");
    }
}

#[test]
fn what_comes_by_chance_is_another_in_every_bout() {
    let place = Place::new();
    let bout = |name: &str| {
        format!("[[bout]]\nname = \"{name}\"\nduration = \"100 ms\"\nkeep = \"weights\"\n")
    };
    let run = seen(&place, &(bout("one") + &bout("two") + &bout("three")));
    for name in ["eye", "source"] {
        let of = |k: i64| -> Vec<(i64, u32)> {
            let [from, to] = [k, k + 1].map(|k| Time::from_ms(100.0 * k as f64).unwrap());
            let spikes = run.spikes(name, from..to).unwrap();
            assert!(spikes.len() > 50, "{name}");
            let spikes = spikes.into_iter();
            spikes.map(|(t, node)| ((t - from).ps(), node)).collect()
        };
        assert!(of(0) != of(1) && of(1) != of(2) && of(0) != of(2), "{name}");
    }
}

#[test]
fn a_guard_looks_across_a_border_and_a_run_that_it_stops_says_where() {
    let place = Place::new();
    let parts: Vec<String> = (0..8).map(|k| format!("part {k}")).collect();
    let parts: Vec<_> = parts
        .iter()
        .map(|name| (&name[..], "30 ms", "stimuli = []"))
        .collect();
    let text = bouts(&parts) + "[guard]\nmin_rate = \"1 Hz\"\nwindow = \"100 ms\"\n";
    // Nothing comes from outside; what the first potentials do is over after a window.
    let finished = run_with(&text, &place.path("r"), &Silent);
    let Some(tripped) = finished.tripped else {
        panic!("silence is found")
    };
    let said = tripped.to_string();
    assert!(said.contains("falls silent"), "{said}");
    let stop = Recording::open(&place.path("r")).unwrap().bouts().unwrap();
    let stop = stop.last().unwrap().stop;
    let table = finished.summary.to_string();
    assert!(
        table.starts_with(&format!("{} s simulated", stop.as_ms() / 1e3)),
        "{stop}: {table}"
    );
}

/// Stops at the look of this number.
struct StopAt(AtomicU32);

impl Watch for StopAt {
    fn show(&self, _: &Progress<'_>) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Runs `text`, stopped after `first` looks and about as many again and again; how often it was.
fn run_in_pieces(text: &str, out: &Path, first: u32) -> u32 {
    let mut complete = run_with(text, out, &StopAt(AtomicU32::new(first))).complete;
    let mut breaks = 0;
    while !complete {
        breaks += 1;
        assert!(breaks < 1_000, "it never ends");
        // Looks come at twice the time each, from a nanosecond on after every break: a long bout needs more of them.
        let watch = StopAt(AtomicU32::new(first + breaks % 7 + breaks / 7));
        complete = match resume(out, &[], &watch).unwrap_or_else(|error| panic!("{error}")) {
            Resumed::Complete(_) => true,
            Resumed::Stopped(_) => false,
            Resumed::Finished(finished) => finished.complete,
        };
    }
    breaks
}

/// What is left of `text` by a run in many pieces, stopped about every third of the looks that a whole one takes.
pub fn recorded_in_pieces(text: &str) -> Recording {
    in_pieces(text, &Place::new().path("r"))
}

/// As [`recorded_in_pieces`], into the folder `out`.
pub fn in_pieces(text: &str, out: &Path) -> Recording {
    let count = StopAt(AtomicU32::new(u32::MAX));
    assert!(run_with(text, &Place::new().path("r"), &count).complete);
    let looks = u32::MAX - count.0.into_inner();
    assert!(run_in_pieces(text, out, looks / 3) > 0, "{looks} looks");
    Recording::open(out).unwrap()
}

#[test]
fn a_run_that_is_stopped_anywhere_comes_to_the_same_end() {
    let text = bouts(&[
        ("wake", "60 ms", "stimuli = [\"world\"]"),
        ("doze", "50 ms", "stimuli = [\"rhythm\", \"world\"]"),
        ("sleep", "40 ms", "stimuli = \"rhythm\"\nkeep = \"weights\""),
        ("dawn", "50 ms", ""),
    ]);
    let whole = recorded(&text);
    let count = StopAt(AtomicU32::new(u32::MAX));
    let place = Place::new();
    assert!(run_with(&text, &place.path("r"), &count).complete);
    let looks = u32::MAX - count.0.into_inner();
    // Building takes some looks by itself, and one that is stopped there begins again.
    for first in [looks / 3, looks / 2, 2 * looks / 3] {
        let place = Place::new();
        let out = place.path("r");
        let breaks = run_in_pieces(&text, &out, first);
        assert!(breaks > 0, "{first} of {looks} looks");
        let parts = Recording::open(&out).unwrap();
        assert_eq!(parts.fingerprint(), whole.fingerprint(), "{breaks} breaks");
        assert_eq!(spikes(&parts, 0.0, 200.0), spikes(&whole, 0.0, 200.0));
        assert_eq!(parts.bouts().unwrap(), whole.bouts().unwrap());
    }
}

#[test]
fn the_resolved_model_has_the_bouts_and_runs_by_itself() {
    let text = bouts(&[
        ("wake", "60 ms", "stimuli = \"world\""),
        ("sleep", "60 ms", "stimuli = \"rhythm\""),
    ]);
    let run = recorded(&text);
    assert!(
        run.model().contains("[[bout]]\nname = \"sleep\""),
        "{}",
        run.model()
    );
    assert_eq!(recorded(run.model()).fingerprint(), run.fingerprint());
    // One bout from rest is not what a duration stands for.
    let run = recorded(&bouts(&[("run", "60 ms", "keep = \"weights\"")]));
    assert_eq!(recorded(run.model()).fingerprint(), run.fingerprint());
    let plain = recorded(&network().replacen("seed = 3", "seed = 3\nduration = \"60 ms\"", 1));
    assert_ne!(plain.fingerprint(), run.fingerprint());
}

#[test]
fn bouts_that_cannot_be_say_where() {
    let error = |text: &str| {
        let read = parse("m.toml", text, Path::new("/"), &Options::default());
        read.unwrap_err().to_string()
    };
    let unknown = error(&bouts(&[("a", "1 s", "stimuli = [\"wrld\"]")]));
    assert!(
        unknown.contains("`bout.0.stimuli.0` is \"wrld\", expected the name of a stimulus"),
        "{unknown}"
    );
    assert!(unknown.contains("did you mean `world`?"), "{unknown}");
    let twice = error(&bouts(&[("a", "1 s", ""), ("a", "1 s", "")]));
    assert!(twice.contains("found two bouts called `a`"), "{twice}");
    let both = bouts(&[("a", "1 s", "")]).replacen("seed = 3", "seed = 3\nduration = \"1 s\"", 1);
    assert!(
        error(&both).contains("exclude each other"),
        "{}",
        error(&both)
    );
    let keep = error(&bouts(&[("a", "1 s", "keep = \"wights\"")]));
    assert!(keep.contains("did you mean `weights`?"), "{keep}");
    assert!(error(&bouts(&[("a", "1 s", "staeg = \"N3\"")])).contains("unknown key `staeg`"));
}
