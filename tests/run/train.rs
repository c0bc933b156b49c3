//! `train` and `import`: a network without sleep, and what a weight file holds.

use super::run_file::RunFile;
use super::setup::{Place, SMALL, root};

#[test]
fn a_trained_network_is_written_and_described() {
    let place = Place::with_model(SMALL);
    let said = place.run("train model.toml --out mlp.safetensors");
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with("after task 1   ") && lines[0].ends_with(" % of test images"),
        "{said}"
    );
    assert!(lines[1].starts_with("after task 2   "), "{said}");
    assert_eq!(lines[2], "Written to mlp.safetensors");
    let joint = place.run("train model.toml --joint --out joint.npz --quiet");
    assert!(joint.ends_with("Written to joint.npz\n"), "{joint}");

    for (file, format) in [
        ("mlp.safetensors", "safetensors"),
        ("joint.npz", "NumPy .npz"),
    ] {
        let said = place.run(&format!("import {file}"));
        assert!(said.starts_with(&format!("{file} ({format})\n")), "{said}");
        for part in [
            "\n  layer1.weight  F32     40 x 784 ",
            "weights of layer 2\n",
            "\ntrained with plain dropout: outside training hidden activations are taken times 0.75\n",
            "\nneurons per layer: 784, 40, 10\n",
            "\n\nConversion factors (gain = scale x factor), data_max of weights alone; --data DIR takes activations",
            "\n  layer 2  ",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(
            said.ends_with(&format!("[mlp] weights = \"{file}\"\n")),
            "{said}"
        );
        let json: serde_json::Value =
            serde_json::from_str(&place.run(&format!("--json import {file}"))).unwrap();
        assert_eq!(json["sizes"], serde_json::json!([784, 40, 10]));
        assert_eq!(json["factors"].as_array().unwrap().len(), 2);
    }
    place.run("train model.toml --quiet");
    place.run("train model.toml --quiet");
    assert!(
        place.path("weights.safetensors").exists() && place.path("weights-2.safetensors").exists()
    );
    // The same training is the same network.
    let bytes = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert_eq!(bytes("weights.safetensors"), bytes("mlp.safetensors"));
}

/// Of plain dropout a file keeps what tests and conversion factors go by.
#[test]
fn a_network_from_its_file_is_the_one_that_was_trained() {
    let trained = SMALL.replace("seeds = 2", "seeds = 1");
    let trained = trained.replace("[[0, 1], [2, 3]]", "[[0, 1, 2, 3]]");
    assert!(trained.contains("dropout = 0.25"));
    let place = Place::with_model(&trained);
    place.run("run model.toml --quiet --out trained");
    let (before, training) = trained.split_once("[mlp.training]").expect("a section");
    let (_, after) = training.split_once("[conversion]").expect("another");
    for ending in ["npz", "safetensors", "mat"] {
        place.run(&format!("train model.toml --quiet --out w.{ending}"));
        let given = format!("{before}weights = \"w.{ending}\"\n\n[conversion]{after}");
        place.write(&format!("{ending}.toml"), &given);
        place.run(&format!("run {ending}.toml --quiet --out {ending}"));
        let of = |out: &str| RunFile::open(&place.path(&format!("{out}/run.h5"))).fingerprint();
        assert_eq!(of(ending), of("trained"), "{ending}");
    }
    let said = place.run("import w.npz");
    assert!(said.contains("times 0.75"), "{said}");
}

#[test]
fn every_format_of_other_programs_is_imported() {
    let place = Place::new();
    for name in [
        "linear.npz",
        "linear.pt",
        "linear.safetensors",
        "recent.pt",
        "checkpoint.pt",
    ] {
        let file = root().join("tests/weights").join(name);
        let said = place.run(&format!("import --bias drop {}", file.display()));
        assert!(
            said.contains("\nneurons per layer: 4, 3, 2\n"),
            "{name}: {said}"
        );
    }
    let file = root().join("tests/weights/bias.pth");
    let error = place
        .command(&format!("import {}", file.display()))
        .output()
        .unwrap();
    assert_eq!(error.status.code(), Some(2));
}

/// What a network of ours has learnt is, read from its file, what it was: its biases stay beside the sleep.
#[test]
fn biases_of_a_file_stay_beside_the_sleep() {
    let biased = SMALL.replace("dropout = 0.25", "").replace(
        "layers = [784, 40, 10]",
        "layers = [784, 40, 10]\nbias = true",
    );
    let place = Place::with_model(&biased);
    place.run("--quiet run model.toml --seeds 1 --set output.weights=['safetensors'] --out a");
    let (head, tail) = SMALL.split_once("[mlp.training]").expect("a section");
    let (_, tail) = tail.split_once("[conversion]").expect("a section");
    let head = head.replace("seeds = 2", "");
    place.write(
        "given.toml",
        format!("{head}weights = \"a/weights.safetensors\"\n\n[conversion]{tail}"),
    );
    let said = place.refused("run given.toml --out b");
    assert!(
        said.contains("`bias = true` keeps them as they are"),
        "{said}"
    );
    let still = "--set plasticity.increment=0 --set plasticity.decrement=0";
    place.run(&format!("--quiet run given.toml --set mlp.bias=true {still} --set output.weights=['safetensors'] --out b"));
    place.run(&format!(
        "--quiet run given.toml --set mlp.bias='drop' {still} --out c"
    ));
    let overall = |out: &str, stage: &str| {
        let table = place.read(&format!("{out}/accuracy.csv"));
        let all = format!("5,sleep,{stage},");
        let rows = table.lines().filter(|row| row.starts_with(&all));
        let mut rows = rows.filter(|row| row.split(',').nth(4) == Some("-1"));
        let row = rows.next().unwrap_or_else(|| panic!("{stage}: {table}"));
        row.rsplit(',').next().expect("a share").to_owned()
    };
    let learnt = overall("a", "sleep 2");
    assert_eq!(overall("b", "given"), learnt);
    assert_eq!(overall("b", "sleep 1"), learnt);
    assert_ne!(overall("c", "given"), learnt);
    assert!(
        std::fs::read(place.path("a/weights.safetensors")).unwrap()
            == std::fs::read(place.path("b/weights.safetensors")).unwrap()
    );
}

/// Whoever wants all images in a batch says a large number.
#[test]
fn a_batch_is_no_larger_than_what_is_learnt() {
    let place = Place::with_model(SMALL);
    for (batch, out) in [("200", "a"), ("4000000000", "b")] {
        place.run(&format!(
            "--quiet run model.toml --seeds 1 --set mlp.training.batch={batch} --out {out}"
        ));
    }
    assert_eq!(place.read("a/accuracy.csv"), place.read("b/accuracy.csv"));
}

/// What images are taken for sums up to the accuracies, in each test of each network.
#[test]
fn what_images_are_taken_for_adds_up() {
    let place = Place::with_model(SMALL);
    place.run("--quiet run model.toml --set compare.models=['sequential','joint'] --out r");
    let table = place.read("r/confusion.csv");
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("seed,network,stage,after_task,class,answer,images")
    );
    let mut sums: std::collections::BTreeMap<String, [f64; 2]> = Default::default();
    for line in lines {
        let row: Vec<&str> = line.split(',').collect();
        let images: f64 = row[6].parse().expect("a number");
        let [right, all] = sums.entry(row[..3].join(",")).or_default();
        *all += images;
        *right += if row[4] == row[5] { images } else { 0.0 };
    }
    let accuracy = place.read("r/accuracy.csv");
    let mut compared = 0;
    for line in accuracy.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        if row[4] == "-1" {
            let [right, all] = sums[&row[..3].join(",")];
            assert_eq!(
                right / all,
                row[5].parse::<f64>().expect("a share"),
                "{line}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, sums.len());
    assert!(compared > 8, "{compared}");
}
