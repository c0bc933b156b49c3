use super::*;
use crate::mlp::selection::{Quota, Selection};
use flate2::Crc;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;

#[test]
fn the_embedded_files_are_those_of_the_readme() {
    let readme = include_str!("../../../stimuli/mnist/README.md");
    for (name, bytes) in FILES.iter().zip(EMBEDDED) {
        let mut content = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
        let mut crc = Crc::new();
        crc.update(&content);
        let line = readme
            .lines()
            .find(|line| line.contains(&format!("`{name}.gz`")))
            .unwrap();
        assert!(
            line.contains(&format!("| {} |", bytes.len())),
            "{name}: {} bytes",
            bytes.len()
        );
        assert!(
            line.contains(&format!("`{:08x}`", crc.sum())),
            "{name}: {:08x}",
            crc.sum()
        );
    }
    assert!(EMBEDDED.iter().map(|bytes| bytes.len()).sum::<usize>() <= 1_500_000);
}

#[test]
fn the_embedded_set_is_balanced() {
    let set = DataSet::embedded_mnist().unwrap();
    assert_eq!((set.train.width(), set.train.height()), (28, 28));
    assert_eq!((set.train.len(), set.test.len()), (5000, 1000));
    let pairs: &[&[u8]] = &[&[0, 1], &[2, 3], &[4, 5], &[6, 7], &[8, 9]];
    let tasks = pairs.iter().map(|pair| pair.to_vec()).collect();
    let train = Selection {
        tasks,
        quota: Quota::All,
    }
    .train(&set)
    .unwrap();
    assert!(train.iter().all(|task| task.len() == 1000));
    assert_eq!(
        train[0].counts(),
        BTreeMap::from([(0, 462), (1, 538)]),
        "counted in the original files"
    );
    assert!(set.test.counts().values().all(|&count| count == 100));
    // The first labels of the original files: 5 0 4 1 9 2 1 3 1 and 7 2 1 0 4.
    let first: Vec<_> = (0..9).map(|i| set.train.label(i)).collect();
    assert_eq!(first, [5, 0, 4, 1, 9, 2, 1, 3, 1]);
    let first: Vec<_> = (0..5).map(|i| set.test.label(i)).collect();
    assert_eq!(first, [7, 2, 1, 0, 4]);
    // The mean of all pixels of the original training set is 0.1307.
    let mean = Images::mean(&train);
    let mean = mean.iter().sum::<f32>() / 784.0;
    assert!((mean - 0.1307).abs() < 0.005, "{mean}");
}

#[test]
fn the_network_must_fit_the_images() {
    let set = DataSet::patches();
    let tasks = [vec![0, 1], vec![2, 3]];
    assert!(set.check_layers(&[100, 4], &tasks).is_ok());
    assert_eq!(
        set.check_layers(&[99, 4], &tasks).unwrap_err().to_string(),
        "layers: found 99 inputs, expected 100, one per pixel of `patches` (10 x 10)"
    );
    assert_eq!(
        set.check_layers(&[100, 3], &tasks).unwrap_err().to_string(),
        "layers: found 3 outputs, expected at least 4, one for each class from 0 to 3"
    );
}

/// A directory with the four files, one pixel per image, whose labels are those given.
fn directory(train: &[u8], train_labels: &[u8], test: &[u8], test_size: u8) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |i: usize, header: &[u8], data: &[u8]| {
        std::fs::write(directory.path().join(FILES[i]), [header, data].concat()).unwrap();
    };
    let n = |items: &[u8]| items.len() as u8;
    write(
        0,
        &[0, 0, 8, 3, 0, 0, 0, n(train), 0, 0, 0, 1, 0, 0, 0, 1],
        train,
    );
    write(1, &[0, 0, 8, 1, 0, 0, 0, n(train_labels)], train_labels);
    let count = n(test) / test_size;
    write(
        2,
        &[0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, test_size, 0, 0, 0, 1],
        test,
    );
    write(
        3,
        &[0, 0, 8, 1, 0, 0, 0, count],
        &vec![0; usize::from(count)],
    );
    directory
}

#[test]
fn a_directory_is_read_plain_or_gzipped() {
    let good = directory(&[1, 2, 3], &[0, 1, 0], &[4], 1);
    let set = DataSet::from_path(good.path()).unwrap();
    assert_eq!(set.train.len(), 3);
    assert_eq!(set.train.label(1), 1);
    assert_eq!(set.test.image(0), [4]);
    std::fs::remove_file(good.path().join(FILES[0])).unwrap();
    let gzipped = good.path().join(format!("{}.gz", FILES[0]));
    std::fs::write(gzipped, EMBEDDED[0]).unwrap();
    let refused = DataSet::from_path(good.path()).unwrap_err().to_string();
    assert!(
        refused.contains("found 3 labels, expected 5000, one for each image of"),
        "{refused}"
    );
}

#[test]
fn files_that_do_not_fit_each_other_are_refused() {
    let short = directory(&[1, 2, 3], &[0, 1], &[4], 1);
    let refused = DataSet::from_path(short.path()).unwrap_err().to_string();
    assert!(
        refused.contains("train-labels-idx1-ubyte`: found 2 labels, expected 3"),
        "{refused}"
    );
    let tall = directory(&[1, 2, 3], &[0, 1, 0], &[4, 5], 2);
    let refused = DataSet::from_path(tall.path()).unwrap_err().to_string();
    assert!(
        refused.contains("found images of 1 x 2, expected 1 x 1 as in the training images"),
        "{refused}"
    );
}

#[test]
fn missing_files_are_named_with_what_to_download() {
    let partly = directory(&[1], &[0], &[4], 1);
    std::fs::remove_file(partly.path().join(FILES[2])).unwrap();
    let refused = DataSet::from_path(partly.path()).unwrap_err().to_string();
    assert!(
        refused.contains(": `t10k-images-idx3-ubyte` not found, expected the four files"),
        "{refused}"
    );
    assert!(refused.contains("--data DIR") && refused.contains("fashion-mnist"));
    let nowhere = DataSet::from_path(Path::new("no/such")).unwrap_err();
    assert!(
        nowhere
            .to_string()
            .starts_with("`no/such`: there is no such directory, expected the four files")
    );
}
