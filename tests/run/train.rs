//! `train` and `import`: a network without sleep, and what a weight file holds.

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
            "weights of layer 2\nneurons per layer: 784, 40, 10\n",
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
