//! Images held out for validation: scored beside test images, everywhere; never learnt.

use super::run_file::RunFile;
use super::setup::{Place, SMALL, shipped};

const HEADER: &str = "seed,network,stage,after_task,task,accuracy";

#[test]
fn held_out_images_are_scored_beside_test_images() {
    let place = Place::with_model(SMALL);
    let command = "--quiet run model.toml --set data.validation=50 --set compare.models=['joint']";
    let printed = place.run(&format!("{command} --out held"));
    assert!(printed.contains("overall     validation\n"), "{printed}");
    let table = place.read("held/accuracy.csv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(&*format!("{HEADER},validation")));
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let share: f64 = fields[6].parse().expect("a share");
        let of = if fields[4] == "-1" { 100.0 } else { 50.0 };
        let right = share * of;
        assert!(
            (right - right.round()).abs() < 1e-9 && share <= 1.0,
            "{line}"
        );
    }
    let file = RunFile::open(&place.path("held/run.h5"));
    let has = |file: &RunFile| {
        let all = file.everything();
        all.iter()
            .any(|(name, _, _)| name.ends_with("accuracy/validation"))
    };
    assert!(has(&file));
    let page = place.read("held/report.html");
    assert!(page.contains("held out"));

    let cuts = place.run_cut(&format!("{command} --out cut"), "cut");
    assert!(cuts > 0);
    assert_eq!(place.read("cut/accuracy.csv"), table);

    place.run("--quiet run model.toml --out plain");
    let plain = place.read("plain/accuracy.csv");
    assert_eq!(plain.lines().next(), Some(HEADER));
    assert!(!has(&RunFile::open(&place.path("plain/run.h5"))));
}

#[test]
fn training_images_are_scored_beside_test_images() {
    let place = Place::with_model(SMALL);
    let asked =
        "--quiet run model.toml --set data.score_training=true --set compare.models=['joint']";
    let printed = place.run(&format!("{asked} --out asked"));
    assert!(printed.contains("overall       training\n"), "{printed}");
    let table = place.read("asked/accuracy.csv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(&*format!("{HEADER},training")));
    // The last of a seed: all that it learns at once, and more of it than of what it has not seen.
    let joint: Vec<[f64; 2]> = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|fields| fields[1] == "joint" && fields[4] == "-1")
        .map(|fields| [5, 6].map(|k| fields[k].parse().expect("a share")))
        .collect();
    assert!(!joint.is_empty());
    assert!(
        joint
            .iter()
            .all(|[test, learnt]| learnt > test && *learnt <= 1.0)
    );
    assert!(place.read("asked/report.html").contains("training images"));
    let both = "--set data.validation=50 --set data.score_training=true";
    let printed = place.run(&format!("--quiet run model.toml {both} --out both"));
    assert!(
        printed.contains("overall     validation       training\n"),
        "{printed}"
    );
    let header = place.read("both/accuracy.csv");
    assert!(header.starts_with(&format!("{HEADER},validation,training\n")));
    let cuts = place.run_cut(&format!("{asked} --out cut"), "cut");
    assert!(cuts > 0);
    assert_eq!(place.read("cut/accuracy.csv"), table);
}

#[test]
fn nights_and_their_yardsticks_are_validated() {
    let place = Place::new();
    let less = "--set seeds=1 --set data.train_per_task=60 --set mlp.layers=[784,80,60,10] --set mlp.training.epochs=2 --set \
                night.capture_events=40 --set night.dreams=8 --set data.validation=70";
    let model = shipped("night_digits.toml");
    let printed = place.run(&format!("--quiet --json run {model} {less} --out held"));
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let rows = printed["summary"]["rows"].as_array().expect("rows");
    assert!(rows.len() > 15);
    for row in rows {
        let mean = row["validation"]["mean"].as_f64().expect("a mean");
        // Of 5 tasks.
        let right = mean / 100.0 * 350.0;
        assert!((right - right.round()).abs() < 1e-6, "{row}");
    }
}

#[test]
fn tests_are_disturbed_and_training_is_another_matter() {
    let place = Place::with_model(SMALL);
    let command =
        "--quiet run model.toml --set data.validation=50 --set compare.models=['joint'] --seeds 1";
    let of = |out: &str, rest: &str| {
        place.run(&format!("{command} {rest} --out {out}"));
        let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
        let weights = format!("{:?}", file.weights());
        (place.read(&format!("{out}/accuracy.csv")), weights)
    };
    let (clean, weights) = of("clean", "");
    let mut scores = vec![clean.clone()];
    for (out, rest) in [
        ("noisy", "--set data.test_noise=0.5"),
        ("blurred", "--set data.test_blur=3"),
        ("both", "--set data.test_noise=0.5 --set data.test_blur=3"),
    ] {
        let (other, same) = of(out, rest);
        assert_eq!(same, weights, "{rest}");
        assert!(!scores.contains(&other), "{rest}");
        scores.push(other);
    }
    for (out, rest) in [
        ("trained", "--set data.train_noise=0.3"),
        ("decayed", "--set mlp.training.weight_decay=0.01"),
    ] {
        let (_, other) = of(out, rest);
        assert_ne!(other, weights, "{rest}");
    }
    // Long enough to be stopped in.
    let long = format!("{command} --set data.train_noise=0.3 --set mlp.training.epochs=60");
    place.run(&format!("{long} --out whole"));
    let cuts = place.run_cut(&format!("{long} --out cut"), "cut");
    assert!(cuts > 0);
    assert_eq!(
        place.read("cut/accuracy.csv"),
        place.read("whole/accuracy.csv")
    );
    let said = place.refused("check model.toml --set data.test_noise=-0.1");
    assert!(said.contains("`data.test_noise` is -0.1"), "{said}");
    let said = place.refused("check model.toml --set data.test_blurr=1");
    assert!(said.contains("did you mean `test_blur`?"), "{said}");
}

#[test]
fn too_many_are_refused() {
    let place = Place::with_model(SMALL);
    let said = place.refused("run model.toml --set data.validation=1500 --out never");
    assert!(
        said.contains("found 1000 training images of task 1 (classes 0, 1), expected more than the 1500 that `data.validation` holds out"),
        "{said}"
    );
    let said = place.refused("run model.toml --set data.validation=950 --out never");
    assert!(
        said.contains("less 950 images of each task for validation: found 50 training images of task 1 (classes 0, 1), expected the 100 asked for"),
        "{said}"
    );
    assert!(!place.path("never").exists());
}
