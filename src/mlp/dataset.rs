//! Where images come from: the embedded digits, a directory of IDX files, NumPy arrays, the toy.

use std::path::{Path, PathBuf};

use super::idx::{self, Content, IdxError, ImageFile};
use super::image_array::{self, ArrayError};
use super::images::Images;
use super::patches;

/// The four files of a data set: training images and labels, test images and labels; each may end in `.gz`.
pub const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// The embedded subset of MNIST, in the order of [`FILES`]; `stimuli/mnist/README.md` says how it was cut.
const EMBEDDED: [&[u8]; 4] = [
    include_bytes!("../../stimuli/mnist/train-images-idx3-ubyte.gz"),
    include_bytes!("../../stimuli/mnist/train-labels-idx1-ubyte.gz"),
    include_bytes!("../../stimuli/mnist/t10k-images-idx3-ubyte.gz"),
    include_bytes!("../../stimuli/mnist/t10k-labels-idx1-ubyte.gz"),
];

/// Why images could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// One of the files was refused.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// One of the NumPy files was refused.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The directory does not hold the four files.
    #[error(
        "`{directory}`: {found}, expected the four files of a data set in IDX format, each plain or with `.gz`\n  \
         help: name a directory with {} by `--data DIR` or `data.source`\n  \
         MNIST is at ossci-datasets.s3.amazonaws.com/mnist (origin: yann.lecun.com/exdb/mnist)\n  \
         Fashion-MNIST is at github.com/zalandoresearch/fashion-mnist, folder `data/fashion`\n  \
         files of other names: `images`, `labels`, `test_images` and `test_labels` in place of `data.source`\n  \
         a NumPy archive of all four, as Keras has it: `data.source = \"mnist.npz\"`\n  \
         a subset of MNIST is in the program: `--set data.source=embedded:mnist`",
        FILES.map(|file| format!("`{file}`")).join(", ")
    )]
    Missing {
        /// The directory that was searched.
        directory: String,
        /// What is wrong with it.
        found: String,
    },
    /// Images and labels differ in number.
    #[error(
        "`{labels_file}`: found {labels} labels, expected {images}, one for each image of `{images_file}`"
    )]
    Count {
        /// The file of the labels.
        labels_file: String,
        /// The number of labels.
        labels: usize,
        /// The file of the images.
        images_file: String,
        /// The number of images.
        images: usize,
    },
    /// Test images of another size.
    #[error(
        "`{file}`: found images of {} x {}, expected {} x {} as in the training images", found.0, found.1, expected.0, expected.1
    )]
    TestSize {
        /// The file of the test images.
        file: String,
        /// Their width and height.
        found: (usize, usize),
        /// Width and height of the training images.
        expected: (usize, usize),
    },
    /// The network's input is not an image.
    #[error(
        "layers: found {found} inputs, expected {}, one per pixel of {set} ({width} x {height})", width * height
    )]
    InputSize {
        /// The name of the data set.
        set: String,
        /// Neurons of the first layer.
        found: usize,
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// A class without an output neuron.
    #[error("layers: found {found} outputs, expected at least {}, one for each class from 0 to {class}", usize::from(*class) + 1)]
    OutputSize {
        /// Neurons of the last layer.
        found: usize,
        /// The largest class of the tasks.
        class: u8,
    },
}

/// Training and test images.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// What messages call it.
    pub name: String,
    /// What they call its test images, where those have files of their own; otherwise the same.
    pub test_name: String,
    /// Images to train with.
    pub train: Images,
    /// Images to test with, of the same size.
    pub test: Images,
}

/// Refuses another number of `labels` than of `images`, those of `files` from `half` on.
fn fit(files: &[String; 4], half: usize, images: usize, labels: usize) -> Result<(), DataError> {
    match labels == images {
        true => Ok(()),
        false => Err(DataError::Count {
            labels_file: files[half + 1].clone(),
            labels,
            images_file: files[half].clone(),
            images,
        }),
    }
}

impl DataSet {
    /// The embedded subset of MNIST: 5,000 training images, 1,000 of each of the tasks 0-1, 2-3, ..., and 1,000 test
    /// images, 100 of each digit; 28 × 28.
    ///
    /// # Errors
    /// None, unless the embedded files are damaged.
    pub fn embedded_mnist() -> Result<Self, DataError> {
        let names = FILES.map(|file| format!("embedded:mnist/{file}.gz"));
        let [images, labels, test_images, test_labels] = EMBEDDED;
        Self::new(
            "`embedded:mnist`".into(),
            &names,
            idx::parse_images(&names[0], images)?,
            idx::parse_labels(&names[1], labels)?,
            idx::parse_images(&names[2], test_images)?,
            idx::parse_labels(&names[3], test_labels)?,
        )
    }

    /// What lies at `path`: the four [`FILES`] of a directory, each plain or gzipped, or a NumPy archive.
    ///
    /// # Errors
    /// If files are missing or refused, or do not fit each other.
    pub fn from_path(path: &Path) -> Result<Self, DataError> {
        let name = format!("`{}`", path.display());
        if path.is_dir() || !image_array::is_array(path) {
            return Self::read(name, &find(path)?);
        }
        let [train, test] = image_array::read_set(path)?;
        let files = [
            train.images_file,
            train.labels_file,
            test.images_file,
            test.labels_file,
        ];
        Self::new(
            name,
            &files,
            train.images,
            train.labels,
            test.images,
            test.labels,
        )
    }

    /// Four files in the order of [`FILES`], whatever their names: IDX files, plain or gzipped, or NumPy files of one array.
    ///
    /// # Errors
    /// If files are missing or refused, or do not fit each other.
    pub fn from_files(paths: &[PathBuf; 4]) -> Result<Self, DataError> {
        let read = Self::read(format!("`{}`", paths[0].display()), paths)?;
        Ok(Self {
            test_name: format!("`{}`", paths[3].display()),
            ..read
        })
    }

    fn read(name: String, paths: &[PathBuf; 4]) -> Result<Self, DataError> {
        let names = paths.each_ref().map(|path| path.display().to_string());
        // By what their headers say, before a file that does not belong to the others is unpacked.
        for half in [0, 2] {
            let (images, labels) = (&paths[half], &paths[half + 1]);
            if image_array::is_array(images) || image_array::is_array(labels) {
                continue;
            }
            let images = idx::announced(images, Content::Images)?;
            let labels = idx::announced(labels, Content::Labels)?;
            fit(&names, half, images, labels)?;
        }
        Self::new(
            name,
            &names,
            read_images(&paths[0])?,
            read_labels(&paths[1])?,
            read_images(&paths[2])?,
            read_labels(&paths[3])?,
        )
    }

    /// The toy of four binary images of 10 × 10, tasks `[[0, 1], [2, 3]]`: see [`patches`]. The test images are the
    /// training images.
    pub fn patches() -> Self {
        let images = patches::images();
        Self {
            name: "`patches`".into(),
            test_name: "`patches`".into(),
            test: images.clone(),
            train: images,
        }
    }

    fn new(
        name: String,
        files: &[String; 4],
        train: ImageFile,
        train_labels: Vec<u8>,
        test: ImageFile,
        test_labels: Vec<u8>,
    ) -> Result<Self, DataError> {
        for (half, images, labels) in [(0, &train, &train_labels), (2, &test, &test_labels)] {
            fit(files, half, images.count(), labels.len())?;
        }
        let (found, expected) = ((test.width, test.height), (train.width, train.height));
        if found != expected {
            return Err(DataError::TestSize {
                file: files[2].clone(),
                found,
                expected,
            });
        }
        Ok(Self {
            test_name: name.clone(),
            name,
            train: Images::new(train, train_labels),
            test: Images::new(test, test_labels),
        })
    }

    /// Checks that a network of `layers` neurons per layer (input first) has an input for each pixel and an output for
    /// each class of `tasks`.
    ///
    /// # Errors
    /// [`DataError::InputSize`], [`DataError::OutputSize`].
    pub fn check_layers(&self, layers: &[usize], tasks: &[Vec<u8>]) -> Result<(), DataError> {
        let inputs = layers.first().copied().unwrap_or(0);
        if inputs != self.train.pixels() {
            return Err(DataError::InputSize {
                set: self.name.clone(),
                found: inputs,
                width: self.train.width(),
                height: self.train.height(),
            });
        }
        let outputs = layers.last().copied().unwrap_or(0);
        match tasks.iter().flatten().max() {
            Some(&class) if usize::from(class) >= outputs => Err(DataError::OutputSize {
                found: outputs,
                class,
            }),
            _ => Ok(()),
        }
    }
}

/// Images of an IDX or a NumPy file.
fn read_images(path: &Path) -> Result<ImageFile, DataError> {
    Ok(match image_array::is_array(path) {
        true => image_array::read_images(path)?,
        false => idx::read_images(path)?,
    })
}

/// Labels of an IDX or a NumPy file.
fn read_labels(path: &Path) -> Result<Vec<u8>, DataError> {
    Ok(match image_array::is_array(path) {
        true => image_array::read_labels(path)?,
        false => idx::read_labels(path)?,
    })
}

/// Every file of a data set at `path`, as far as they are found.
pub fn files_at(path: &Path) -> Vec<PathBuf> {
    match path.is_file() {
        true => vec![path.into()],
        false => find(path).into_iter().flatten().collect(),
    }
}

/// The paths of the four files in `directory`, plain before gzipped; with a dot before `idx`, as some copies have it.
///
/// # Errors
/// If one is missing.
fn find(directory: &Path) -> Result<[PathBuf; 4], DataError> {
    let missing = |found: String| DataError::Missing {
        directory: directory.display().to_string(),
        found,
    };
    if !directory.is_dir() {
        let what = if directory.exists() {
            "this is neither a directory nor a NumPy archive"
        } else {
            "there is no such directory"
        };
        return Err(missing(what.into()));
    }
    let paths = FILES.map(|file| {
        let dotted = file.replace("-idx", ".idx");
        let candidates = [
            directory.join(file),
            directory.join(format!("{file}.gz")),
            directory.join(&dotted),
            directory.join(format!("{dotted}.gz")),
        ];
        let found = candidates.iter().find(|path| path.is_file());
        found.unwrap_or(&candidates[0]).clone()
    });
    let absent: Vec<_> = FILES
        .iter()
        .zip(&paths)
        .filter(|(_, path)| !path.is_file())
        .map(|(file, _)| format!("`{file}`"))
        .collect();
    if absent.is_empty() {
        Ok(paths)
    } else {
        Err(missing(format!("{} not found", absent.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::selection::{Quota, Selection};
    use flate2::Crc;
    use flate2::read::GzDecoder;
    use std::collections::BTreeMap;
    use std::io::Read;

    #[test]
    fn the_embedded_files_are_those_of_the_readme() {
        let readme = include_str!("../../stimuli/mnist/README.md");
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
    fn directory(
        train: &[u8],
        train_labels: &[u8],
        test: &[u8],
        test_size: u8,
    ) -> tempfile::TempDir {
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
}
