//! Image files under names of their own, with other classes than ten, with labels as QMNIST keeps them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::setup::Place;

/// Letters as EMNIST numbers them: classes 1 to 26, and no 0.
const LETTERS: &str = r#"
schema = 1
experiment = "sleep_replay"
[data]
images = "emnist-letters-train-images-idx3-ubyte.gz"
labels = "qmnist-like-labels-idx2-int"
test_images = "letters.images"
test_labels = "letters.labels"
tasks = [[1, 13], [14, 26]]
[mlp]
layers = [9, 6, 27]
[mlp.training]
epochs = 2
learning_rate = 0.1
[conversion]
scale = 5.0
[neuron]
model = "lif"
tau_m = "20 ms"
v_th = 1
[plasticity]
rule = "sleep_replay"
onto = ["output"]
increment = 0.01
decrement = 0.001
[sleep]
duration = "20 ms"
[sleep.input]
max_rate = "200 Hz"
[output]
figures = false
"#;

fn idx(magic: [u8; 4], dimensions: &[u32], data: &[u8]) -> Vec<u8> {
    let dimensions = dimensions.iter().flat_map(|n| n.to_be_bytes());
    [&magic[..], &dimensions.collect::<Vec<_>>(), data].concat()
}

#[test]
fn letters_in_files_of_any_name() {
    let place = Place::with_model(LETTERS);
    // Three images of 3 x 3 for each of 26 classes.
    let classes: Vec<u8> = (1..=26).flat_map(|class| [class; 3]).collect();
    let n = classes.len() as u32;
    let pixels: Vec<u8> = (0..9 * n).map(|pixel| (pixel * 37 % 256) as u8).collect();
    let images = idx([0, 0, 8, 3], &[n, 3, 3], &pixels);
    let mut gzipped = GzEncoder::new(Vec::new(), Compression::fast());
    gzipped.write_all(&images).unwrap();
    place.write(
        "emnist-letters-train-images-idx3-ubyte.gz",
        gzipped.finish().unwrap(),
    );
    let table: Vec<u8> = classes
        .iter()
        .flat_map(|&class| [class.into(), 4, 100, 101, 2, 0, 1, 0_i32])
        .flat_map(i32::to_be_bytes)
        .collect();
    let labels = idx([0, 0, 12, 2], &[n, 8], &table);
    place.write("qmnist-like-labels-idx2-int", labels);
    place.write("letters.images", &images);
    place.write("letters.labels", idx([0, 0, 8, 1], &[n], &classes));

    place.run("run model.toml --quiet --out a");
    let accuracy = place.read("a/accuracy.csv");
    // Two tasks were learnt and slept on.
    assert!(accuracy.contains("1,sleep,sleep 2,1,1,"), "{accuracy}");
    // The same labels as bytes are the same labels.
    place.run("run model.toml --quiet --out bytes --set data.labels=\"letters.labels\"");
    assert_eq!(place.read("bytes/accuracy.csv"), accuracy);
    // What `check` prints runs by itself.
    let resolved = place.run("check model.toml");
    place.write("resolved.toml", resolved);
    place.run("run resolved.toml --quiet --out b");
    assert_eq!(place.read("b/accuracy.csv"), accuracy);
    // And is told where its files lie as any other, though it names them from the root.
    let said = place.refused("run resolved.toml --data nowhere --out c");
    assert!(
        said.contains("nowhere/emnist-letters-train-images-idx3-ubyte.gz`: "),
        "{said}"
    );
    // Where the files lie may be said apart from their names.
    let here = place.path("").display().to_string();
    let said = place.refused("run model.toml --data nowhere --out c");
    assert!(
        said.contains("nowhere/emnist-letters-train-images-idx3-ubyte.gz`: "),
        "{said}"
    );
    place.run(&format!("run model.toml --quiet --data {here} --out c"));
    // EMNIST's images are transposed, and so they stay.
    let said = place.command("check model.toml").output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stderr);
    assert!(
        said.contains("EMNIST stores its images transposed"),
        "{said}"
    );
    // Labels that announce more than there are images, and would unpack to as many.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&idx([0, 0, 8, 1], &[1 << 30], &[])).unwrap();
    place.write("bomb.gz", bomb.finish().unwrap());
    let said = place.refused("check model.toml --set data.labels=\"bomb.gz\"");
    assert!(
        said.contains("found 1073741824 labels, expected 78"),
        "{said}"
    );
    let said = place.refused("run model.toml --out d --set data.tasks=[[1,27]]");
    assert!(said.contains("class 27 has no neuron"), "{said}");
}

#[test]
fn a_pattern_of_sleep_has_the_shape_of_the_images() {
    let model = LETTERS
        .replace("layers = [9, 6, 27]", "layers = [8, 6, 27]")
        .replace(
            "max_rate = \"200 Hz\"",
            "pattern = \"pattern.npy\"\nmax_rate = \"200 Hz\"",
        )
        .replace(
            "emnist-letters-train-images-idx3-ubyte.gz",
            "letters.images",
        )
        .replace("qmnist-like-labels-idx2-int", "letters.labels");
    let place = Place::with_model(&model);
    // Of two rows of four pixels.
    let classes: Vec<u8> = (1..=26).flat_map(|class| [class; 3]).collect();
    let n = classes.len() as u32;
    let pixels: Vec<u8> = (0..8 * n).map(|pixel| (pixel * 37 % 256) as u8).collect();
    place.write("letters.images", idx([0, 0, 8, 3], &[n, 2, 4], &pixels));
    place.write("letters.labels", idx([0, 0, 8, 1], &[n], &classes));
    let pattern = |shape| {
        let image = ndarray::ArrayD::<f32>::from_elem(ndarray::IxDyn(shape), 0.5);
        ndarray_npy::write_npy(place.path("pattern.npy"), &image).unwrap();
    };
    for shape in [&[2, 4][..], &[8], &[1, 8]] {
        pattern(shape);
        place.run("--quiet check model.toml");
    }
    pattern(&[4, 2]);
    let said = place.refused("check model.toml");
    assert!(
        said.contains("pattern.npy` has 4 rows of 2 pixels, expected 2 of 4"),
        "{said}"
    );
}

/// Whoever looks at a run asks for its images, not for those that lie in their place now.
#[test]
fn other_images_in_their_place_are_not_those_of_a_run() {
    let place = Place::with_model(LETTERS);
    let n = 78;
    let classes: Vec<u8> = (1..=26).flat_map(|class| [class; 3]).collect();
    let images = |by: u32| {
        let pixels: Vec<u8> = (0..9 * n).map(|pixel| (pixel * by % 256) as u8).collect();
        idx([0, 0, 8, 3], &[n, 3, 3], &pixels)
    };
    place.write("letters.images", images(37));
    place.write("letters.labels", idx([0, 0, 8, 1], &[n], &classes));
    let sets = "--set data.images=\"letters.images\" --set data.labels=\"letters.labels\"";
    place.run(&format!("run model.toml --quiet {sets} --out a"));
    let said = || {
        let output = place.command("analyse a coactivation").output();
        super::setup::said(&output.expect("it starts"))
    };
    let changed = "the images of the data set are not those that the run had";
    assert!(!said().contains(changed), "{}", said());
    place.write("letters.images", images(41));
    assert!(said().contains(changed), "{}", said());
}
