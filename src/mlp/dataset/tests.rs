use super::*;
use flate2::Crc;
use flate2::read::GzDecoder;
use ndarray::array;
use std::io::Read;

/// Twelve images of one pixel whose byte is their number; labels 0 1 2 0 1 2 ...
fn twelve() -> DataSet {
    let file = ImageFile {
        width: 1,
        height: 1,
        pixels: (0..12).collect(),
    };
    let images = Images::new(file, (0..12).map(|i| i % 3).collect());
    DataSet {
        name: "`twelve`".into(),
        train: images.clone(),
        test: images,
    }
}

fn numbers(images: &Images) -> Vec<u8> {
    (0..images.len()).map(|i| images.image(i)[0]).collect()
}

fn selection(tasks: &[&[u8]], quota: Quota) -> Selection {
    Selection {
        tasks: tasks.iter().map(|classes| classes.to_vec()).collect(),
        quota,
    }
}

fn refused(tasks: &[&[u8]], quota: Quota) -> String {
    selection(tasks, quota)
        .train(&twelve())
        .unwrap_err()
        .to_string()
}

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
    let tasks = selection(pairs, Quota::All);
    let train = tasks.train(&set).unwrap();
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
fn tasks_take_the_first_images_in_file_order() {
    let set = twelve();
    let all = selection(&[&[2, 0], &[1]], Quota::All);
    let train = all.train(&set).unwrap();
    assert_eq!(numbers(&train[0]), [0, 2, 3, 5, 6, 8, 9, 11]);
    assert_eq!(numbers(&train[1]), [1, 4, 7, 10]);
    let five = selection(&[&[2, 0]], Quota::PerTask(5));
    assert_eq!(numbers(&five.train(&set).unwrap()[0]), [0, 2, 3, 5, 6]);
    assert_eq!(five.test(&set).unwrap()[0].len(), 8);
    let quota = Quota::PerClass(BTreeMap::from([(0, 1), (1, 4), (2, 3)]));
    let unbalanced = selection(&[&[0, 2], &[1]], quota).train(&set).unwrap();
    assert_eq!(numbers(&unbalanced[0]), [0, 2, 5, 8]);
    assert_eq!(numbers(&unbalanced[1]), [1, 4, 7, 10]);
}

#[test]
fn impossible_selections_are_refused() {
    assert_eq!(
        refused(&[], Quota::All),
        "tasks: found none, expected at least one task, each with at least one class"
    );
    assert_eq!(
        refused(&[&[0], &[]], Quota::All),
        "tasks: task 2 is empty, expected at least one task, each with at least one class"
    );
    assert_eq!(
        refused(&[&[0, 1], &[1]], Quota::All),
        "tasks: class 1 is listed twice, expected each class once"
    );
    assert_eq!(
        refused(&[&[0, 7]], Quota::All),
        "tasks: class 7 has no training image in `twelve`, which has the classes 0, 1, 2"
    );
    assert_eq!(
        refused(&[&[2], &[0, 1]], Quota::PerTask(5)),
        "`twelve`: found 4 training images of task 1 (classes 2), expected the 5 asked for"
    );
    assert_eq!(
        refused(&[&[0]], Quota::PerTask(0)),
        "each task: found 0 training images asked for, expected at least 1"
    );
    let quota = |counts: &[(u8, usize)]| Quota::PerClass(counts.iter().copied().collect());
    assert_eq!(
        refused(&[&[0]], quota(&[(0, 5)])),
        "`twelve`: found 4 training images of class 0, expected the 5 asked for"
    );
    assert_eq!(
        refused(&[&[0]], quota(&[(0, 0)])),
        "class 0: found 0 training images asked for, expected at least 1"
    );
    assert!(refused(&[&[0]], quota(&[(0, 1), (1, 1)])).starts_with("class 1: a number"));
    assert!(refused(&[&[0, 1]], quota(&[(0, 1)])).starts_with("class 1: no number"));
}

#[test]
fn pixels_become_numbers_from_0_to_1() {
    let file = ImageFile {
        width: 2,
        height: 1,
        pixels: vec![0, 255, 51, 102, 204, 0],
    };
    let images = Images::new(file, vec![3, 4, 5]);
    let batches: Vec<_> = images.batches(2).collect();
    assert_eq!(batches[0], (array![[0.0, 1.0], [0.2, 0.4]], vec![3, 4]));
    assert_eq!(batches[1], (array![[0.8, 0.0]], vec![5]));
    // (0 + 51 + 204) / (3 · 255) and (255 + 102 + 0) / (3 · 255).
    assert_eq!(
        Images::mean(&[images]),
        [255.0 / 765.0, (357.0_f64 / 765.0) as f32]
    );
}

#[test]
fn rehearsal_mixes_in_a_share_of_each_old_task() {
    let set = twelve();
    let tasks = selection(&[&[0], &[1], &[2]], Quota::All)
        .train(&set)
        .unwrap();
    let mut stream = Stream::new(1, "test", 0);
    let mut seen = [0_u32; 12];
    for _ in 0..4000 {
        let mixed = Images::rehearsed(&tasks[2], &tasks[..2], 0.5, &mut stream);
        let mixed = numbers(&mixed);
        assert_eq!(mixed[..4], [2, 5, 8, 11]);
        assert_eq!(mixed.len(), 8);
        assert!(mixed[4..6].iter().all(|n| n % 3 == 0) && mixed[4] < mixed[5]);
        assert!(mixed[6..].iter().all(|n| n % 3 == 1));
        mixed.iter().for_each(|&n| seen[usize::from(n)] += 1);
    }
    // Each old image is taken half of the time: standard deviation 32.
    for (n, &count) in seen.iter().enumerate() {
        let expected = if n % 3 == 2 { 4000 } else { 2000 };
        assert!(count.abs_diff(expected) <= 160, "{seen:?}");
    }
    let none = Images::rehearsed(&tasks[2], &tasks[..2], 0.0, &mut stream);
    assert_eq!(none, tasks[2]);
    let all = Images::rehearsed(&tasks[2], &tasks[..2], 1.0, &mut stream);
    assert_eq!(
        numbers(&all),
        [2, 5, 8, 11, 0, 3, 6, 9, 1, 4, 7, 10]
    );
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
    let set = DataSet::from_directory(good.path()).unwrap();
    assert_eq!(numbers(&set.train), [1, 2, 3]);
    assert_eq!(set.train.label(1), 1);
    assert_eq!(numbers(&set.test), [4]);
    std::fs::remove_file(good.path().join(FILES[0])).unwrap();
    let gzipped = good.path().join(format!("{}.gz", FILES[0]));
    std::fs::write(gzipped, EMBEDDED[0]).unwrap();
    let refused = DataSet::from_directory(good.path())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("found 3 labels, expected 5000, one for each image of"),
        "{refused}"
    );
}

#[test]
fn files_that_do_not_fit_each_other_are_refused() {
    let short = directory(&[1, 2, 3], &[0, 1], &[4], 1);
    let refused = DataSet::from_directory(short.path())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("train-labels-idx1-ubyte`: found 2 labels, expected 3"),
        "{refused}"
    );
    let tall = directory(&[1, 2, 3], &[0, 1, 0], &[4, 5], 2);
    let refused = DataSet::from_directory(tall.path())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("found images of 1 x 2, expected 1 x 1 as in the training images"),
        "{refused}"
    );
}

#[test]
fn missing_files_are_named_with_what_to_download() {
    let partly = directory(&[1], &[0], &[4], 1);
    std::fs::remove_file(partly.path().join(FILES[2])).unwrap();
    let refused = DataSet::from_directory(partly.path())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(": `t10k-images-idx3-ubyte` not found, expected the four files"),
        "{refused}"
    );
    assert!(refused.contains("--data DIR") && refused.contains("fashion-mnist"));
    let nowhere = DataSet::from_directory(Path::new("no/such")).unwrap_err();
    assert!(
        nowhere
            .to_string()
            .starts_with("`no/such`: there is no such directory, expected the four files")
    );
}
