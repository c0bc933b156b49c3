//! A network that caches images awake and replays them in sleep.

use super::run_file::RunFile;
use super::setup::{Place, SMALL};

fn model() -> String {
    let memory = r#"
[memory]
capacity = 15
encode = 10
salience = "surprise"
decay = 0.5
share = 0.5
event = "5 ms"
teacher = "40 Hz"

[record]
spikes = ["input", "output"]

[output]"#;
    SMALL.replace("[output]", memory).replace("400 ms", "6 s")
}

/// Everything that a run leaves.
fn left(place: &Place, out: &str) -> Vec<String> {
    let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
    assert!(file.complete(), "{out}");
    vec![
        format!("{:?}", file.fingerprints()),
        format!("{:?}", file.spikes()),
        format!("{:?}", file.weights()),
        place.read(&format!("{out}/accuracy.csv")),
    ]
}

#[test]
fn what_is_remembered_is_the_same_on_any_threads_and_after_any_stop() {
    let place = Place::with_model(&model());
    let printed = place.run("--quiet run model.toml --threads 1 --out one");
    assert!(printed.contains("with sleep, without memory"), "{printed}");
    let whole = left(&place, "one");
    place.run("--quiet run model.toml --threads 2 --out two");
    assert!(left(&place, "two") == whole, "on two threads");

    let pieces = place.run_cut("--quiet run model.toml --out cut", "cut");
    assert!(pieces > 0, "it was never cut");
    assert!(left(&place, "cut") == whole, "cut {pieces} times");
}

#[test]
fn a_memory_that_is_never_replayed_changes_nothing_and_the_teacher_fires_its_class() {
    let place = Place::with_model(&model());
    let fingerprint =
        |out: &str| RunFile::open(&place.path(&format!("{out}/run.h5"))).fingerprint();
    place.run("--quiet run model.toml --seeds 1 --set memory.share=0 --out never");
    place.write("plain.toml", SMALL.replace("400 ms", "6 s"));
    place.run("--quiet run plain.toml --seeds 1 --out plain");
    assert_eq!(fingerprint("never"), fingerprint("plain"));
    place.run("--quiet run model.toml --seeds 1 --set memory.teacher=0Hz --out untaught");
    place.run("--quiet run model.toml --seeds 1 --out taught");
    assert_ne!(fingerprint("untaught"), fingerprint("plain"));

    for (set, out) in [("decay=0", "faded"), ("salience='equal'", "equal")] {
        let set = format!("--seeds 1 --set memory.{set} --out {out}");
        place.run(&format!("--quiet run model.toml {set}"));
        assert_ne!(fingerprint(out), fingerprint("taught"), "{out}");
    }

    // Half of six seconds of each sleep, 40 Hz: 120 spikes expected, in the first sleep of 0 and 1 alone.
    let file = RunFile::open(&place.path("taught/run.h5"));
    let silent = RunFile::open(&place.path("untaught/run.h5"));
    let first = |file: &RunFile, class: fn(u64) -> bool| {
        let spikes = file.spikes_of("output").into_iter();
        spikes.filter(|&(t, k)| t < 6000.0 && class(k)).count()
    };
    let more = first(&file, |k| k < 2) as i64 - first(&silent, |k| k < 2) as i64;
    assert!(more > 60, "{more} spikes more of the classes of the day");
}
