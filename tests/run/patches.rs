//! The toy: 50, 50 and 100 % for every seed.

use super::run_file::RunFile;
use super::setup::{Place, shipped};

/// Overall accuracy of the network that slept: (seed, stage, share).
fn overall(rows: &[String]) -> Vec<(u64, String, f64)> {
    rows.iter()
        .map(|row| row.split(',').collect::<Vec<_>>())
        .filter(|fields| fields[1] == "sleep" && fields[4] == "-1")
        .map(|fields| {
            let (seed, accuracy) = (fields[0].parse().unwrap(), fields[5].parse().unwrap());
            (seed, fields[2].to_owned(), accuracy)
        })
        .collect()
}

fn csv(place: &Place, name: &str) -> Vec<String> {
    let text = place.read(name);
    let mut lines = text.lines().map(str::to_owned);
    let header = "seed,network,stage,after_task,task,accuracy";
    assert_eq!(lines.next().as_deref(), Some(header));
    lines.collect()
}

#[test]
fn sleep_takes_every_seed_from_half_to_all() {
    let place = Place::new();
    let table = place.run(&format!(
        "run {} --out r",
        shipped("sleep_replay_patches.toml")
    ));
    let rows = csv(&place, "r/accuracy.csv");
    let file = RunFile::open(&place.path("r/run.h5"));
    // The file lists its own seed's night first, as it came; the content is the same.
    let (mut of_file, mut of_table) = (file.accuracy(), rows.clone());
    of_file.sort();
    of_table.sort();
    assert_eq!(of_file, of_table);
    let scores = overall(&rows);
    let mut expected = Vec::new();
    for seed in 1..=10 {
        for (stage, share) in [("task 1", 0.5), ("task 2", 0.5), ("sleep 1", 1.0)] {
            expected.push((seed, stage.to_owned(), share));
        }
    }
    assert_eq!(scores, expected);
    assert!(file.complete());
    assert_eq!(file.fingerprints().len(), 10);
    assert!(
        table.contains("\n  after sleep 1                100.0     100.0    100.0 ± 0.0\n"),
        "{table}"
    );
    let figures: Vec<String> = ["accuracy", "receptive_fields", "sleep_raster", "weights"]
        .iter()
        .flat_map(|name| [format!("{name}.png"), format!("{name}.svg")])
        .collect();
    assert_eq!(place.names("r/figures"), figures);
}

#[test]
fn in_continuous_time_sleep_does_no_seed_harm() {
    let place = Place::new();
    let model = shipped("sleep_replay_patches.toml");
    place.run(&format!(
        "run {model} --set sleep.grid=off --set output.figures=false --out r"
    ));
    let scores = overall(&csv(&place, "r/accuracy.csv"));
    let mut after = Vec::new();
    for seed in 1..=10 {
        let of = |stage: &str| {
            let found = scores.iter().find(|(s, at, _)| *s == seed && at == stage);
            found.expect("a score").2
        };
        assert_eq!(of("task 2"), 0.5, "seed {seed}");
        assert!(
            of("sleep 1") >= of("task 2"),
            "seed {seed}: {}",
            of("sleep 1")
        );
        after.push(of("sleep 1"));
    }
    eprintln!("after sleep in continuous time, seeds 1 to 10: {after:?}");
}

#[test]
fn an_mlp_larger_than_the_machine_is_refused() {
    let place = Place::new();
    let model = shipped("sleep_replay_patches.toml");
    for (command, out) in [("run", "r"), ("train", "r.npz")] {
        let said = place.refused(&format!(
            "{command} {model} --set mlp.layers=[100,4000000000,4] --out {out}"
        ));
        assert!(said.contains("GB of memory"), "{command}: {said}");
        assert!(!place.path(out).exists());
    }
}
