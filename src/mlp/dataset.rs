//! Labelled images: where they come from, and which of them make up the tasks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::{Array2, ArrayViewMut2};

use super::idx::{self, IdxError, ImageFile};
use super::patches;
use crate::base::stream::Stream;

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
    /// The directory does not hold the four files.
    #[error(
        "`{directory}`: {found}, expected the four files of a data set in IDX format, each plain or with `.gz`: {}\n  \
         help: download MNIST (the files that the Keras and PyTorch projects distribute) or Fashion-MNIST \
         (github.com/zalandoresearch/fashion-mnist, folder `data/fashion`), put the four files into one directory and name \
         it with `--data DIR` or `source` of `[data]`; `source = \"embedded:mnist\"` needs no files",
        FILES.map(|file| format!("`{file}`")).join(", ")
    )]
    Missing {
        /// The directory that was searched.
        directory: String,
        /// What is wrong with it.
        found: String,
    },
    /// Images and labels differ in number.
    #[error("`{labels_file}`: found {labels} labels, expected {images}, one for each image of `{images_file}`")]
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
    /// No task, or a task without a class.
    #[error("tasks: {found}, expected at least one task, each with at least one class")]
    NoTask {
        /// What is empty.
        found: String,
    },
    /// A class in two places.
    #[error("tasks: class {class} is listed twice, expected each class once")]
    ClassTwice {
        /// The class.
        class: u8,
    },
    /// A class of which the data set has no image.
    #[error("tasks: class {class} has no {part} image in {set}, which has the classes {}", list(present))]
    ClassAbsent {
        /// The class.
        class: u8,
        /// `training` or `test`.
        part: &'static str,
        /// The name of the data set.
        set: String,
        /// The classes that it has.
        present: Vec<u8>,
    },
    /// Fewer images than asked for.
    #[error("{set}: found {found} training images of {what}, expected the {asked} asked for")]
    TooFew {
        /// The name of the data set.
        set: String,
        /// `task 1 (classes 0, 1)` or `class 3`.
        what: String,
        /// Images that there are.
        found: usize,
        /// Images asked for.
        asked: usize,
    },
    /// A quota of zero.
    #[error("{what}: found 0 training images asked for, expected at least 1")]
    Zero {
        /// `each task` or `class 3`.
        what: String,
    },
    /// The quotas per class do not name the classes of the tasks.
    #[error("class {class}: {problem}")]
    Quota {
        /// The class.
        class: u8,
        /// A quota is missing, or belongs to no task.
        problem: &'static str,
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

fn list(classes: &[u8]) -> String {
    classes
        .iter()
        .map(u8::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The bytes behind any number of [`Images`].
#[derive(Debug, PartialEq, Eq)]
struct Store {
    pixels: Vec<u8>,
    labels: Vec<u8>,
    width: usize,
    height: usize,
}

/// Labelled images, as a list of indices into shared bytes: a selection or a copy costs four bytes per image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    store: Arc<Store>,
    indices: Vec<u32>,
}

impl Images {
    /// All images of a file with their labels, of which there must be equally many.
    pub(super) fn new(file: ImageFile, labels: Vec<u8>) -> Self {
        let indices = (0..labels.len() as u32).collect();
        let store = Arc::new(Store {
            pixels: file.pixels,
            labels,
            width: file.width,
            height: file.height,
        });
        Self { store, indices }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Pixels per row.
    pub fn width(&self) -> usize {
        self.store.width
    }

    /// Rows per image.
    pub fn height(&self) -> usize {
        self.store.height
    }

    /// Pixels per image.
    pub fn pixels(&self) -> usize {
        self.store.width * self.store.height
    }

    /// The label of image `i`.
    ///
    /// # Panics
    /// If `i` is not below [`len`](Self::len).
    pub fn label(&self, i: usize) -> u8 {
        self.store.labels[self.indices[i] as usize]
    }

    /// The pixels of image `i` as the file has them: row by row, 0 is background, 255 full.
    ///
    /// # Panics
    /// If `i` is not below [`len`](Self::len).
    pub fn image(&self, i: usize) -> &[u8] {
        let start = self.indices[i] as usize * self.pixels();
        &self.store.pixels[start..start + self.pixels()]
    }

    /// Writes the images `chosen` into the rows of `rows`, shape (chosen, pixels), as numbers from 0 to 1 (byte / 255).
    ///
    /// # Panics
    /// If the shape differs, if `rows` is not contiguous or an index is not below [`len`](Self::len).
    pub fn fill(&self, chosen: impl ExactSizeIterator<Item = usize>, mut rows: ArrayViewMut2<f32>) {
        assert_eq!(rows.dim(), (chosen.len(), self.pixels()));
        for (i, mut row) in chosen.zip(rows.rows_mut()) {
            for (value, &byte) in row.iter_mut().zip(self.image(i)) {
                *value = f32::from(byte) / 255.0;
            }
        }
    }

    /// The images and labels in pieces of at most `size`, each of shape (n, pixels): keeps a large set out of memory.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = (Array2<f32>, Vec<u8>)> {
        (0..self.len()).step_by(size).map(move |start| {
            let chosen = start..self.len().min(start + size);
            let mut rows = Array2::zeros((chosen.len(), self.pixels()));
            self.fill(chosen.clone(), rows.view_mut());
            (rows, chosen.map(|i| self.label(i)).collect())
        })
    }

    /// The images of all `parts`, one after the other.
    ///
    /// # Panics
    /// If `parts` is empty or its members come from different data sets.
    pub fn concatenate(parts: &[Self]) -> Self {
        let store = Arc::clone(&parts[0].store);
        let same = parts.iter().all(|part| Arc::ptr_eq(&part.store, &store));
        assert!(same, "images of different data sets");
        let indices = parts.iter().flat_map(|part| &part.indices).copied();
        Self {
            indices: indices.collect(),
            store,
        }
    }

    /// The images of a `new` task and, after them, a random `share` (0 to 1, rounded to whole images) of those of each
    /// `old` task: "rehearsal" (Tadros et al. 2022, Nat Commun 13:7742).
    ///
    /// # Panics
    /// If the tasks come from different data sets.
    pub fn rehearsed(new: &Self, old: &[Self], share: f64, stream: &mut Stream) -> Self {
        let mut parts = vec![new.clone()];
        for task in old {
            let wanted = (task.len() as f64 * share).round() as usize;
            let mut part = task.clone();
            part.keep_random(wanted, stream);
            parts.push(part);
        }
        Self::concatenate(&parts)
    }

    /// Keeps `count` images, each subset being equally likely, in their order.
    fn keep_random(&mut self, count: usize, stream: &mut Stream) {
        // Selection sampling (Knuth, The Art of Computer Programming, vol. 2, 3.4.2, algorithm S).
        let (mut left, mut wanted) = (self.len() as u64, count.min(self.len()) as u64);
        self.indices.retain(|_| {
            let keep = stream.below(left) < wanted;
            left -= 1;
            wanted -= u64::from(keep);
            keep
        });
    }

    /// The mean image of several tasks, one number from 0 to 1 per pixel. Every image counts the same. The sums are
    /// those of the bytes, so the result does not depend on the order.
    ///
    /// # Panics
    /// If there is no image, or the sizes differ.
    pub fn mean(tasks: &[Self]) -> Vec<f32> {
        let mut sums = vec![0_u64; tasks[0].pixels()];
        let mut count = 0_u64;
        for task in tasks {
            assert_eq!(task.pixels(), sums.len(), "images of different sizes");
            for i in 0..task.len() {
                for (sum, &byte) in sums.iter_mut().zip(task.image(i)) {
                    *sum += u64::from(byte);
                }
            }
            count += task.len() as u64;
        }
        assert!(count > 0, "the mean of no image");
        let full = (255 * count) as f64;
        sums.iter().map(|&sum| (sum as f64 / full) as f32).collect()
    }

    /// How many images each class has.
    fn counts(&self) -> BTreeMap<u8, usize> {
        let mut counts = BTreeMap::new();
        for i in 0..self.len() {
            *counts.entry(self.label(i)).or_default() += 1;
        }
        counts
    }

    /// The images for which `keep` holds of the label.
    fn filter(&self, mut keep: impl FnMut(u8) -> bool) -> Self {
        let kept = self
            .indices
            .iter()
            .copied()
            .filter(|&i| keep(self.store.labels[i as usize]));
        Self {
            indices: kept.collect(),
            store: Arc::clone(&self.store),
        }
    }
}

/// Training and test images.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// What messages call it.
    pub name: String,
    /// Images to train with.
    pub train: Images,
    /// Images to test with, of the same size.
    pub test: Images,
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

    /// The four [`FILES`] of a directory, each plain or gzipped.
    ///
    /// # Errors
    /// If files are missing or refused, or do not fit each other.
    pub fn from_directory(directory: &Path) -> Result<Self, DataError> {
        let paths = find(directory)?;
        let names = paths.each_ref().map(|path| path.display().to_string());
        Self::new(
            format!("`{}`", directory.display()),
            &names,
            idx::read_images(&paths[0])?,
            idx::read_labels(&paths[1])?,
            idx::read_images(&paths[2])?,
            idx::read_labels(&paths[3])?,
        )
    }

    /// The toy of four binary images of 10 × 10, tasks `[[0, 1], [2, 3]]`: see [`patches`]. The test images are the
    /// training images.
    pub fn patches() -> Self {
        let images = patches::images();
        Self {
            name: "`patches`".into(),
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
            if labels.len() != images.count() {
                return Err(DataError::Count {
                    labels_file: files[half + 1].clone(),
                    labels: labels.len(),
                    images_file: files[half].clone(),
                    images: images.count(),
                });
            }
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

/// The paths of the four files, plain before gzipped.
fn find(directory: &Path) -> Result<[PathBuf; 4], DataError> {
    let missing = |found: String| DataError::Missing {
        directory: directory.display().to_string(),
        found,
    };
    if !directory.is_dir() {
        let what = if directory.exists() {
            "this is not a directory"
        } else {
            "there is no such directory"
        };
        return Err(missing(what.into()));
    }
    let paths = FILES.map(|file| {
        let plain = directory.join(file);
        if plain.is_file() {
            plain
        } else {
            directory.join(format!("{file}.gz"))
        }
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

/// How many training images are taken: always the first in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// All that there are.
    All,
    /// So many of each task.
    PerTask(usize),
    /// So many of each class; names every class of every task.
    PerClass(BTreeMap<u8, usize>),
}

/// Which images make up the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The classes of each task, each class once, in any order and number.
    pub tasks: Vec<Vec<u8>>,
    /// How many training images are taken.
    pub quota: Quota,
}

impl Selection {
    /// The training images of each task, in the order of the file.
    ///
    /// # Errors
    /// If a class is absent or listed twice, or there are fewer images than asked for.
    pub fn train(&self, set: &DataSet) -> Result<Vec<Images>, DataError> {
        self.check(set, &set.train, "training")?;
        let counts = set.train.counts();
        if let Quota::PerClass(quota) = &self.quota {
            self.check_classes(quota, &counts, set)?;
        }
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for (number, classes) in self.tasks.iter().enumerate() {
            let images = match &self.quota {
                Quota::All => set.train.filter(|label| classes.contains(&label)),
                Quota::PerTask(asked) => {
                    let found = classes.iter().filter_map(|class| counts.get(class)).sum();
                    if *asked == 0 {
                        return Err(DataError::Zero {
                            what: "each task".into(),
                        });
                    }
                    if found < *asked {
                        return Err(DataError::TooFew {
                            set: set.name.clone(),
                            what: format!("task {} (classes {})", number + 1, list(classes)),
                            found,
                            asked: *asked,
                        });
                    }
                    let mut left = *asked;
                    set.train.filter(|label| {
                        let keep = left > 0 && classes.contains(&label);
                        left -= usize::from(keep);
                        keep
                    })
                }
                Quota::PerClass(quota) => {
                    let mut left = quota.clone();
                    set.train
                        .filter(|label| match left.get_mut(&label) {
                            Some(left) if *left > 0 && classes.contains(&label) => {
                                *left -= 1;
                                true
                            }
                            _ => false,
                        })
                }
            };
            tasks.push(images);
        }
        Ok(tasks)
    }

    /// The test images of each task: all that there are, in the order of the file.
    ///
    /// # Errors
    /// If a class is absent or listed twice.
    pub fn test(&self, set: &DataSet) -> Result<Vec<Images>, DataError> {
        self.check(set, &set.test, "test")?;
        let of = |classes: &Vec<u8>| set.test.filter(|label| classes.contains(&label));
        Ok(self.tasks.iter().map(of).collect())
    }

    fn check(&self, set: &DataSet, images: &Images, part: &'static str) -> Result<(), DataError> {
        if self.tasks.is_empty() {
            return Err(DataError::NoTask {
                found: "found none".into(),
            });
        }
        let present = images.counts();
        let mut listed = [false; 256];
        for (number, classes) in self.tasks.iter().enumerate() {
            if classes.is_empty() {
                return Err(DataError::NoTask {
                    found: format!("task {} is empty", number + 1),
                });
            }
            for &class in classes {
                if std::mem::replace(&mut listed[usize::from(class)], true) {
                    return Err(DataError::ClassTwice { class });
                }
                if !present.contains_key(&class) {
                    return Err(DataError::ClassAbsent {
                        class,
                        part,
                        set: set.name.clone(),
                        present: present.into_keys().collect(),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_classes(
        &self,
        quota: &BTreeMap<u8, usize>,
        counts: &BTreeMap<u8, usize>,
        set: &DataSet,
    ) -> Result<(), DataError> {
        let listed = |class: &u8| self.tasks.iter().flatten().any(|other| other == class);
        if let Some(&class) = quota.keys().find(|&class| !listed(class)) {
            let problem = "a number of training images is given, expected one for classes of the tasks only";
            return Err(DataError::Quota { class, problem });
        }
        for &class in self.tasks.iter().flatten() {
            let found = counts.get(&class).copied().unwrap_or(0);
            match quota.get(&class) {
                None => {
                    let problem = "no number of training images is given, expected one for each class of the tasks";
                    return Err(DataError::Quota { class, problem });
                }
                Some(0) => {
                    return Err(DataError::Zero {
                        what: format!("class {class}"),
                    });
                }
                Some(&asked) if asked > found => {
                    return Err(DataError::TooFew {
                        set: set.name.clone(),
                        what: format!("class {class}"),
                        found,
                        asked,
                    });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
