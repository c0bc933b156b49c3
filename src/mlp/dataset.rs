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
        } else if directory.extension().is_some_and(|ending| ending == "npz") {
            "there is no such file"
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
mod tests;
