//! Bouts that end before their time: where the detections that the run file holds say, and the same however a run is cut.

use sharpwave::{Duration, Recording, Time};

use super::bout::{CIRCUIT, recorded, recorded_in_pieces};
use super::setup::Place;

/// The rhythm drives ten bursts a second, and falls silent in the third bout.
const BOUTS: &str = r#"
[trigger.burst]
kind = "population_burst"
population = "e"
up = "30 Hz"
down = "10 Hz"
window = "10 ms"
shortest = "10 ms"
latency = "0.7 ms"
[trigger.replay]
kind = "template"
population = "e"
up = "30 Hz"
down = "10 Hz"
window = "10 ms"
order = [11, 3, 40, 5, 27, 8, 19, 59]
p = 0.5
[stimulus.tap]
kind = "pulse"
target = "i"
trigger = "burst"
amplitude = "300 pA"
duration = "8 ms"
[population.i.initial]
v_m = "3 mV"
[[bout]]
name = "first"
duration = "900 ms"
until = { trigger = "burst", count = 3 }
[[bout]]
name = "second"
duration = "800 ms"
until = { trigger = "replay" }
[[bout]]
name = "third"
duration = "700 ms"
stimuli = []
until = { trigger = "burst", quiet = "120 ms" }
[[bout]]
name = "fourth"
duration = "300 ms"
keep = "weights"
until = { trigger = "burst", count = 1000, quiet = "250 ms" }
[record]
spikes = ["e", "i"]
rates = { bin = "10 ms" }
states = { population = "e", first = 2, variables = ["v_m"], every = "1 ms" }
[figure.raster]
populations = ["e", "i"]
from = "100 ms"
to = "2 s"
"#;

fn model() -> String {
    let circuit = CIRCUIT.replace("size = 20\n", "size = 20\nc_m = \"100 pF\"\n");
    [&circuit, BOUTS].concat()
}

fn t(ms: f64) -> Time {
    Time::from_ms(ms).unwrap()
}

fn ms(ms: f64) -> Duration {
    Duration::from_ms(ms).unwrap()
}

fn ends(run: &Recording) -> Vec<(Time, Time)> {
    let bouts = run.bouts().unwrap();
    bouts.iter().map(|bout| (bout.start, bout.stop)).collect()
}

/// When the trigger called `name` told, of what could be known from `from` on.
fn told(run: &Recording, name: &str, from: Time, latency_ms: f64) -> Vec<Time> {
    let all = run.detections(name).unwrap();
    let told = all.iter().map(|found| found.told);
    told.filter(|told| *told >= from + ms(latency_ms)).collect()
}

#[test]
fn bouts_end_where_their_trigger_says() {
    let run = recorded(&model());
    let ends = ends(&run);
    // End to end.
    assert_eq!(ends[0].0, Time::ZERO);
    assert!(
        ends.windows(2).all(|pair| pair[0].1 == pair[1].0),
        "{ends:?}"
    );
    let bursts = told(&run, "burst", Time::ZERO, 0.7);
    assert_eq!(ends[0].1, bursts[2]);
    assert!(ends[0].1 < t(900.0));
    let replays = told(&run, "replay", ends[1].0, 1.0);
    assert_eq!(ends[1].1, replays[0]);
    assert!(ends[1].1 - ends[1].0 < ms(800.0));
    // What was under way may still be told.
    let last = bursts
        .iter()
        .rfind(|told| (ends[2].0..ends[2].1).contains(told));
    assert_eq!(ends[2].1, *last.unwrap_or(&ends[2].0) + ms(120.0));
    // The longest it may be, as bursts come all the time and are fewer than a thousand.
    assert_eq!(ends[3].1 - ends[3].0, ms(300.0));
    assert!(told(&run, "burst", ends[3].0, 0.7).len() >= 2);
    // Spikes and samples lie within.
    let spikes = run.spikes("e", ..).unwrap();
    assert!(spikes.iter().all(|spike| spike.0 < ends[3].1));
    assert!(spikes.iter().any(|spike| spike.0 >= ends[3].0));
}

#[test]
fn threads_cuts_and_the_resolved_model_change_no_bit() {
    let place = Place::new();
    place.write("m.toml", model() + "[engine]\nlanes = 3\n");
    let of = |threads: u32| {
        let out = format!("r{threads}");
        place.run(&format!(
            "--quiet run --threads {threads} m.toml --out {out}"
        ));
        Recording::open(&place.path(&out)).unwrap()
    };
    let (one, two) = (of(1), of(2));
    let (whole, pieces) = (recorded(&model()), recorded_in_pieces(&model()));
    let again = recorded(whole.model());
    for (a, b) in [(&one, &two), (&whole, &pieces), (&whole, &again)] {
        assert_eq!(a.fingerprint(), b.fingerprint());
        assert_eq!(ends(a), ends(b));
        for name in ["burst", "replay"] {
            assert_eq!(a.detections(name).unwrap(), b.detections(name).unwrap());
        }
    }
}

/// A run whose bouts have the lengths that they came to, and end by themselves, is the same run.
#[test]
fn a_bout_that_ends_early_is_one_that_is_so_long() {
    let early = recorded(&model());
    let mut text = model();
    let lengths = ends(&early);
    for ((start, stop), planned) in lengths.into_iter().zip(["900", "800", "700", "300"]) {
        let ps = (stop - start).ps();
        text = text.replacen(
            &format!("duration = \"{planned} ms\""),
            &format!("duration = \"{ps} ps\""),
            1,
        );
    }
    let text: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("until"))
        .collect();
    let planned = recorded(&text.join("\n").replace("to = \"2 s\"", "to = \"500 ms\""));
    assert_eq!(planned.fingerprint(), early.fingerprint());
    assert_eq!(ends(&planned), ends(&early));
}

/// Each seed has bouts of its own; what is left beside the run file is of what there was.
#[test]
fn seeds_end_when_they_do() {
    let place = Place::new();
    place.write("m.toml", model());
    place.run("--quiet run m.toml --out r --set seeds=3 --keep-seeds");
    let stops: Vec<Time> = (3..6)
        .map(|seed| {
            let name = if seed == 3 {
                "run.h5".into()
            } else {
                format!("run-seed-{seed}.h5")
            };
            let run = Recording::open(&place.path(&format!("r/{name}"))).unwrap();
            ends(&run).last().unwrap().1
        })
        .collect();
    assert!(stops.iter().any(|stop| *stop != stops[0]), "{stops:?}");
    // The last bin of rates is of the seed that ran longest, and of it alone: no rate falls because others are over.
    let rates = std::fs::read_to_string(place.path("r/rates.csv")).unwrap();
    let last = rates.lines().last().unwrap();
    let start: f64 = last.split(',').next().unwrap().parse().unwrap();
    let longest = stops.iter().max().unwrap().as_ms();
    assert!(
        start < longest && longest <= start + 10.0,
        "{last} {longest}"
    );
    let csv = std::fs::read_to_string(place.path("r/bouts.csv")).unwrap();
    assert!(csv.lines().count() > 8, "{csv}");
    assert!(place.path("r/figures/raster.svg").exists());
}

/// Awake a rhythm drives the network, asleep nothing does; the third day is a busy one.
const DAYS: &str = r#"
[trigger.pressure]
kind = "sleep_pressure"
population = "e"
awake = "28 Hz"
asleep = "1 Hz"
rise = "2 s"
fall = "200 ms"
upper = 0.6
lower = 0.2
start = 0.2
look = "100 ms"
[stage.W]
stimuli = ["rhythm"]
[stage.S]
stimuli = []
[[bout]]
repeat = 2
bouts = [
    { stage = "W", duration = "5 s", until = { trigger = "pressure" } },
    { stage = "S", duration = "5 s", until = { trigger = "pressure" } },
]
[[bout]]
name = "busy"
stage = "W"
duration = "5 s"
until = { trigger = "pressure" }
factor = { "stimulus.rhythm.rate" = 1.5 }
[record]
spikes = "e"
"#;

#[test]
fn a_network_falls_asleep_when_it_was_busy_and_wakes_when_it_has_rested() {
    let text = [CIRCUIT, DAYS].concat();
    let run = recorded(&text);
    let lengths: Vec<f64> = ends(&run)
        .iter()
        .map(|(start, stop)| (*stop - *start).as_ms())
        .collect();
    let [day, night, second, next, busy] = lengths[..] else {
        panic!("{lengths:?}");
    };
    // At 28 Hz S rises from 0.2 to 0.6 in 2000 ln 2 ms, on a grid of looks, and is told 1 ms later.
    let rise = 2_000.0 * 2.0_f64.ln();
    for ms in [day, second] {
        assert!(
            (0.9 * rise..1.1 * rise + 101.0).contains(&ms),
            "{lengths:?}"
        );
    }
    assert_eq!(run.detections("pressure").unwrap().len(), 5);
    // In silence it falls from just above 0.6 to 0.2 in 200 ln 3 ms.
    let fall = 200.0 * 3.0_f64.ln();
    for ms in [night, next] {
        assert!((fall - 100.0..fall + 120.0).contains(&ms), "{lengths:?}");
    }
    assert!(busy < 0.7 * second, "{lengths:?}");
    let again = recorded_in_pieces(&text);
    assert_eq!(again.fingerprint(), run.fingerprint());
}

/// Kept awake for 3 s, where it would have fallen asleep after 1.4 s.
const DEPRIVED: &str = r#"
[stage.W]
stimuli = ["rhythm"]
[stage.S]
stimuli = []
[[bout]]
name = "deprived"
stage = "W"
duration = "3 s"
triggers = []
[[bout]]
stage = "W"
duration = "5 s"
until = { trigger = "pressure" }
[[bout]]
stage = "S"
duration = "5 s"
until = { trigger = "pressure" }
[record]
spikes = "e"
"#;

#[test]
fn pressure_that_nobody_listened_to_is_told_as_soon_as_somebody_does() {
    let trigger = DAYS.split("[stage.W]").next().unwrap();
    let text = [CIRCUIT, trigger, DEPRIVED].concat();
    let run = recorded(&text);
    let ends = ends(&run);
    let [(_, deprived), (_, awake), (_, slept)] = ends[..] else {
        panic!("{ends:?}");
    };
    // The next look is one of 100 ms, told 1 ms later; S was higher than after an ordinary day, so sleep is longer.
    assert_eq!(deprived.as_ms(), 3_000.0);
    assert!((awake - deprived).as_ms() <= 102.0, "{ends:?}");
    let s: f64 = 1.0 - 0.8 * (-3_050.0_f64 / 2_000.0).exp();
    let fall = 200.0 * (s / 0.2).ln();
    let night = (slept - awake).as_ms();
    assert!(
        (fall - 110.0..fall + 120.0).contains(&night),
        "{night} {fall}"
    );
    assert_eq!(run.detections("pressure").unwrap().len(), 2);
    assert_eq!(recorded_in_pieces(&text).fingerprint(), run.fingerprint());
    // What comes within the refractory time is told after it: sleep ends then, not at its longest.
    let refractory = "[trigger.pressure]\nrefractory = \"1500 ms\"";
    let run = recorded(&text.replace("[trigger.pressure]", refractory));
    let found = run.detections("pressure").unwrap();
    let [first, second] = found[..] else {
        panic!("{found:?}");
    };
    let apart = (second.told - first.told).as_ms();
    assert!((1_500.0..1_600.0).contains(&apart), "{apart}");
}

/// Awake the rhythm strengthens synapses, asleep they decay.
const STRENGTH: &str = r#"
[projection.e_e.plasticity]
rule = "stdp_symmetric"
w_max = "4 mV"
a = 0.0004
[homeostasis.down]
kind = "decay"
projection = "e_e"
every = "50 ms"
share = 0.05
[trigger.pressure]
kind = "synaptic_pressure"
projection = "e_e"
tired = 1.5
look = "50 ms"
[stage.W]
stimuli = ["rhythm"]
homeostasis = []
[stage.S]
stimuli = []
learning = []
[[bout]]
repeat = 2
bouts = [
    { stage = "W", duration = "20 s", until = { trigger = "pressure" } },
    { stage = "S", duration = "20 s", until = { trigger = "pressure" } },
]
[record]
spikes = "e"
weight_statistics = { projection = "e_e", every = "50 ms" }
"#;

#[test]
fn a_network_falls_asleep_when_its_synapses_are_strong_and_wakes_when_they_are_weak() {
    let text = [CIRCUIT, STRENGTH].concat();
    let run = recorded(&text);
    let found = run.detections("pressure").unwrap();
    let stops: Vec<Time> = ends(&run).into_iter().map(|(_, stop)| stop).collect();
    let told: Vec<Time> = found.iter().map(|found| found.told).collect();
    assert_eq!((told.len(), &told), (4, &stops));
    // Where the mean weight that the file holds has come over that at the beginning: 1 + 0.67 · 0.5, and 1 + 0.17 · 0.5.
    let means = run.weight_statistics("e_e").unwrap();
    let at = |t: Time| {
        let mut all = means.iter();
        all.find(|(time, _)| *time == t).map(|own| own.1.mean)
    };
    let start = at(Time::ZERO).unwrap();
    for (found, upper) in found.iter().zip([true, false, true, false]) {
        let now = at(found.event).unwrap() / start;
        let before = Time::from_ps(found.event.ps() - ms(50.0).ps());
        let before = at(before).unwrap() / start;
        let bound = if upper { 1.335 } else { 1.085 };
        let crosses = match upper {
            true => before < bound && now >= bound,
            false => before > bound && now <= bound,
        };
        assert!(crosses, "{before} {now} of {bound}");
        assert_eq!(found.told - found.event, ms(1.0));
    }
    let again = recorded_in_pieces(&text);
    assert_eq!(again.fingerprint(), run.fingerprint());
    assert_eq!(again.detections("pressure").unwrap(), found);
    let place = Place::new();
    place.write("m.toml", text + "[engine]\nlanes = 3\n");
    for threads in [1, 2] {
        place.run(&format!(
            "--quiet run --threads {threads} m.toml --out r{threads}"
        ));
    }
    let of = |name: &str| Recording::open(&place.path(name)).unwrap();
    assert_eq!(of("r1").fingerprint(), of("r2").fingerprint());
    assert_eq!(of("r1").detections("pressure").unwrap().len(), 4);
}

/// Said once.
#[test]
fn looks_that_never_came_are_told() {
    let place = Place::with_model(
        r#"
schema = 1
experiment = "network"
population.a = { neuron = "relay", size = 2 }
record.weights = { projection = "p", at = ["0 ms", "20 ms", "400 ms", "450 ms"] }
[population.noise]
neuron = "poisson"
size = 20
rate = "50 Hz"
[trigger.busy]
kind = "rate"
population = "noise"
level = "15 Hz"
[projection.p]
source = "a"
target = "a"
rule = "all_to_all"
weight = 1.0
axonal_delay = "1 ms"
plasticity = { rule = "stdp_pair", w_max = 2.0 }
[[bout]]
duration = "500 ms"
until = { trigger = "busy" }
"#,
    );
    let output = place.command("--quiet run model.toml --out r").output();
    let stderr = String::from_utf8(output.expect("it starts").stderr).expect("UTF-8");
    let told = "`record.weights`: 3 of 4 instants never came: the run was over after";
    assert_eq!(stderr.matches(told).count(), 1, "{stderr}");
}

#[test]
fn the_figure_of_a_run_that_may_end_before_its_time_shows_its_begin() {
    let model = r#"
schema = 1
experiment = "network"
[population.e]
neuron = "poisson"
size = 20
rate = "10 Hz"
[trigger.busy]
kind = "rate"
population = "e"
level = "15 Hz"
[[bout]]
name = "waiting"
kind = "wake"
duration = "60 s"
until = { trigger = "busy", count = 1 }
[[bout]]
duration = "100 ms"
[record]
spikes = ["e"]
"#;
    let place = Place::with_model(model);
    let said = place.run("run model.toml --out r");
    assert!(
        place.names("r/figures").contains(&"raster.svg".to_owned()),
        "{said}"
    );
    let run = Recording::open(&place.path("r")).expect("a run");
    let bouts = run.bouts().expect("bouts");
    assert!(bouts[0].stop < Time::ZERO + Duration::from_ms(1e3).expect("in range"));
    let kinds: Vec<&str> = bouts.iter().map(|bout| &bout.kind[..]).collect();
    assert_eq!(kinds, ["wake", "run"]);
}
