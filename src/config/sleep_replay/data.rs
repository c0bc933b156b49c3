//! `[data]`: where images come from and how they are dealt into tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::config::form::{Around, Form, Keys, Table, count, flag, number};
use crate::config::quantity::quote;
use crate::config::reader::{Item, Section};
use crate::mlp::disturb::Disturbance;

/// Where images come from and how they are dealt into tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Where they are read.
    pub source: Source,
    /// Classes of each task, in order; no class occurs twice.
    pub tasks: Vec<Vec<u8>>,
    /// Training images taken of each task or class.
    pub train: TrainImages,
    /// What is done to test images, and to those held out for validation.
    pub test: Disturbance,
    /// Standard deviation of the noise that each training image is shown with, anew each time, in units of full scale.
    pub train_noise: f64,
    /// So many training images of each task, drawn once for all seeds, are never trained on; networks are scored on them beside
    /// test images.
    pub validation: usize,
    /// Whether training images are scored too.
    pub score_training: bool,
}

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// 5,000 training and 1,000 test images of MNIST inside the program, 28 × 28, classes 0 to 9.
    EmbeddedMnist,
    /// Four binary images of 10 × 10, one per class.
    EmbeddedPatches,
    /// A directory with the four IDX files of MNIST or Fashion-MNIST, or a NumPy archive of a data set.
    At(PathBuf),
    /// IDX or NumPy files of any names: training images and labels, test images and labels.
    Files([PathBuf; 4]),
}

/// How many images: the first ones in the order of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Every one there is.
    All,
    /// The first `n`, at least 1.
    First(usize),
}

/// Which training images are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainImages {
    /// The first ones of each task.
    PerTask(Amount),
    /// The first ones of each class; an entry for every class of every task.
    PerClass(BTreeMap<u8, Amount>),
}

impl Data {
    /// Every class of every task, in the order of the tasks.
    pub fn classes(&self) -> impl Iterator<Item = u8> + '_ {
        self.tasks.iter().flatten().copied()
    }
}

impl Default for Data {
    fn default() -> Self {
        Self {
            // Says nothing about classes until it is known.
            source: Source::At(PathBuf::new()),
            tasks: Vec::new(),
            train: TrainImages::PerTask(Amount::All),
            test: Disturbance::default(),
            train_noise: 0.0,
            validation: 0,
            score_training: false,
        }
    }
}

impl Table for Data {
    fn keys(&mut self, k: &mut Keys<'_>) {
        if k.either(&["source"], &FILES.map(|(key, _)| key)) == Some(true) {
            self.source = Source::Files(Default::default());
        }
        match &mut self.source {
            Source::Files(files) => {
                for (file, (key, what)) in files.iter_mut().zip(FILES) {
                    k.need(key, file, image_file(what), what);
                }
            }
            source => {
                let what = "`\"embedded:mnist\"`, `\"embedded:patches\"`, a directory with the four IDX files or a NumPy archive; or `images`, `labels`, \
                            `test_images` and `test_labels` in its place";
                k.need("source", source, images(), what);
            }
        }
        let what = "the classes of each task, such as [[0, 1], [2, 3]]";
        // A source that is at fault says nothing about classes.
        let source = self.source.clone();
        k.need("tasks", &mut self.tasks, tasks(source), what);
        let classes = self.classes().collect();
        self.train.keys(classes, None, k);
        let what = "how many training images of each task, drawn at random, are kept from training and scored beside test images: for \
                    tuning without a look at these";
        k.or(
            "validation",
            &mut self.validation,
            count(0, u32::MAX.into()),
            what,
        );
        let what = "whether training images are scored too, beside test images: by how much these fall behind is overfitting";
        k.or("score_training", &mut self.score_training, flag(), what);
        let (noises, blurs) = (|| between(0.0, MOST_NOISE), || between(0.0, MOST_BLUR));
        let what = "standard deviation of Gaussian noise on test images and on those held out, in units of full scale (0 black, 1 white); \
                    what leaves 0 to 1 is cut there, and what is left is rounded to 8 bits; one noise for every seed";
        k.or("test_noise", &mut self.test.noise, noises(), what);
        let what = "standard deviation of a Gaussian blur of these before the noise, in pixels, rounded to 8 bits; outside an image all is black";
        k.or("test_blur", &mut self.test.blur, blurs(), what);
        let what = "standard deviation of the noise that training images are shown with, anew at each epoch, in units of full scale; stores \
                    and means of a night see it too, the mean image of sleep replay is that of clean images";
        k.or("train_noise", &mut self.train_noise, noises(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let is_idle = self.train_noise > 0.0 && !around.trained;
        if is_idle && let Some(item) = section.get("train_noise") {
            item.refuse::<()>("0 beside `mlp.weights`: nothing is trained", None);
        }
        !is_idle
    }
}

/// Noise of ten times full scale leaves nothing of an image.
const MOST_NOISE: f64 = 10.0;
/// A blur over more than any image.
const MOST_BLUR: f64 = 1000.0;

/// A number from `least` to `most`.
fn between(least: f64, most: f64) -> Form<'static, f64> {
    number(Dimension::One, Range::Between(least, most))
}

impl TrainImages {
    /// The keys `train_per_task` and `train_per_class`; `classes` are those of all tasks, none where they are unknown, and
    /// `silent` what is meant where nothing is said, in words, if not all images.
    pub(super) fn keys(
        &mut self,
        classes: Vec<u8>,
        silent: Option<&'static str>,
        k: &mut Keys<'_>,
    ) {
        let by_class = matches!(self, Self::PerClass(_));
        if k.either(&["train_per_task"], &["train_per_class"])
            .unwrap_or(by_class)
        {
            let mut amounts = match self {
                Self::PerClass(amounts) => std::mem::take(amounts),
                Self::PerTask(_) => BTreeMap::new(),
            };
            let what = "the same of each class, a number or { 0 = 500, 1 = 20 }, in place of `train_per_task`";
            k.told(
                "train_per_class",
                "none",
                &mut amounts,
                per_class(classes),
                what,
            );
            *self = Self::PerClass(amounts);
        } else {
            let mut all = match self {
                Self::PerTask(amount) => *amount,
                Self::PerClass(_) => Amount::All,
            };
            let what = "how many training images of each task, the first ones";
            match silent {
                Some(words) => k.told("train_per_task", words, &mut all, amount(), what),
                None => k.or("train_per_task", &mut all, amount(), what),
            }
            *self = Self::PerTask(all);
        }
    }
}

impl Source {
    /// Pixels of an image and number of classes, where they are known before the data are read.
    fn known_shape(&self) -> Option<(usize, u8)> {
        match self {
            Self::EmbeddedMnist => Some((28 * 28, 10)),
            Self::EmbeddedPatches => Some((10 * 10, 4)),
            Self::At(_) | Self::Files(_) => None,
        }
    }
}

const EMBEDDED: [&str; 2] = ["embedded:mnist", "embedded:patches"];

/// A data set by name, directory or archive.
fn images() -> Form<'static, Source> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let expected = format!(
            "{}, a directory or a NumPy archive",
            suggest::list(&EMBEDDED)
        );
        let text = item.text(&expected)?;
        let data = around.paths.data;
        let source = match text {
            "embedded:mnist" => Source::EmbeddedMnist,
            "embedded:patches" => Source::EmbeddedPatches,
            "" => return item.refuse(&expected, None),
            text if text.starts_with("embedded:") => {
                return item.refuse(&expected, suggest::help(text, &EMBEDDED));
            }
            text => Source::At(match data {
                Some(data) => below(data, text),
                None => around.paths.model.join(text),
            }),
        };
        let problem = |message: String, help: String| {
            item.reader.problem(item.origin(), message, Some(help));
            None
        };
        if data.is_some() && !matches!(source, Source::At(_)) {
            let help = "leave `--data` out, or name the directory: `--set data.source=DIR`";
            return problem(
                format!("`--data` is given, but `data.source` is `{text}`"),
                help.into(),
            );
        }
        let inputs = around.layers.map(|layers| layers.sizes[0]);
        if let (Some(inputs), Some((pixels, _))) = (inputs, source.known_shape())
            && inputs != pixels
        {
            let message = format!(
                "images of `{text}` have {pixels} pixels, but the input layer has {inputs} neurons"
            );
            return problem(message, format!("begin `mlp.layers` with {pixels}"));
        }
        Some(source)
    };
    let write = |source: &Source, _| match source {
        Source::EmbeddedMnist => quote(EMBEDDED[0]),
        Source::EmbeddedPatches => quote(EMBEDDED[1]),
        Source::At(path) => quote(&path.to_string_lossy()),
        Source::Files(_) => String::new(),
    };
    Form::new("text", read, write)
}

/// Keys of files of any names in place of a directory.
const FILES: [(&str, &str); 4] = [
    ("images", "the file of the training images (IDX or NumPy)"),
    ("labels", "the file of the training labels (IDX or NumPy)"),
    ("test_images", "the file of the test images (IDX or NumPy)"),
    ("test_labels", "the file of the test labels (IDX or NumPy)"),
];

/// One of them.
fn image_file(what: &'static str) -> Form<'static, PathBuf> {
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.text(what)? {
        "" => item.refuse(what, None),
        name => Some(match around.paths.data {
            Some(data) => absolute(data).join(within(name)),
            None => around.paths.model.join(name),
        }),
    };
    Form::new("path", read, |path: &PathBuf, _| {
        quote(&path.to_string_lossy())
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// What is called `name` in `data`, or `data` itself where that holds the files.
fn below(data: &Path, name: &str) -> PathBuf {
    let data = absolute(data);
    // One from elsewhere is what `data` is there in place of, be it by itself or among others.
    let inner = data.join(within(name));
    if inner.exists() { inner } else { data }
}

/// What `name` is called below another directory than its own: as it is, if it does not lead out of one, else its last part.
fn within(name: &str) -> &Path {
    let path = Path::new(name);
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    match path.components().all(stays) {
        true => path,
        false => path.file_name().map_or(path, Path::new),
    }
}

/// Tasks as lists of classes of the data set `source`.
fn tasks(source: Source) -> Form<'static, Vec<Vec<u8>>> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let (mut tasks, mut seen, mut good) = (Vec::new(), BTreeSet::new(), true);
        for task in item.items("an array of tasks, each an array of classes")? {
            let mut classes = Vec::new();
            for entry in task.items("an array of classes")? {
                match class(&entry, &source, around) {
                    Some(class) if !seen.insert(class) => {
                        let message = format!("class {class} occurs twice in `{}`", item.path);
                        item.reader.problem(entry.origin(), message, None);
                        good = false;
                    }
                    Some(class) => classes.push(class),
                    None => good = false,
                }
            }
            if classes.is_empty() && good {
                return task.refuse("at least one class", None);
            }
            tasks.push(classes);
        }
        if tasks.is_empty() {
            return item.refuse("at least one task", None);
        }
        good.then_some(tasks)
    };
    Form::new("[[number, …], …]", read, |tasks: &Vec<Vec<u8>>, _| {
        format!("{tasks:?}")
    })
}

fn class(item: &Item<'_>, source: &Source, around: &Around<'_>) -> Option<u8> {
    // Labels are bytes.
    let class: u8 = (count(0, u8::MAX.into()).read)(item, around)?;
    if let Some((_, classes)) = source.known_shape()
        && class >= classes
    {
        return item.refuse(&format!("a class of the data, 0 to {}", classes - 1), None);
    }
    let outputs = around
        .layers
        .and_then(|layers| layers.sizes.last().copied());
    if let Some(outputs) = outputs
        && usize::from(class) >= outputs
    {
        let message = format!(
            "class {class} has no neuron: the output layer has {outputs}, for classes 0 to {}",
            outputs - 1
        );
        let help = format!("end `mlp.layers` with {} or more", usize::from(class) + 1);
        item.reader.problem(item.origin(), message, Some(help));
        return None;
    }
    Some(class)
}

/// A number of images, or all.
fn amount() -> Form<'static, Amount> {
    let read = |item: &Item<'_>, _: &Around<'_>| match item.as_text() {
        Some("all") => Some(Amount::All),
        Some(_) if !item.is_formula() => item.refuse("a number of images or `\"all\"`", None),
        _ => item.count().map(Amount::First),
    };
    Form::new("number, all", read, |amount: &Amount, _| match amount {
        Amount::All => quote("all"),
        Amount::First(n) => n.to_string(),
    })
}

/// Amounts of each of `classes`, or one for all.
fn per_class(classes: Vec<u8>) -> Form<'static, BTreeMap<u8, Amount>> {
    let none = classes.is_empty();
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let classes = classes.iter();
        if !item.is_table() {
            let amount = (amount().read)(item, around)?;
            return Some(classes.map(|&class| (class, amount)).collect());
        }
        let table = item.named_section()?;
        let missing: Vec<String> = classes
            .clone()
            .map(u8::to_string)
            .filter(|class| table.get(class).is_none())
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "`{}` says nothing of {} {}, expected how many training images of each class of the tasks",
                item.path,
                if missing.len() > 1 {
                    "classes"
                } else {
                    "class"
                },
                missing.join(", ")
            );
            item.reader.problem(item.key_origin, message, None);
            return None;
        }
        let amounts = classes.map(|class| {
            let what = format!("how many training images of class {class}, or \"all\"");
            let item = table.need(&class.to_string(), &what)?;
            Some((*class, (amount().read)(&item, around)?))
        });
        let amounts: Vec<Option<(u8, Amount)>> = amounts.collect();
        amounts.into_iter().collect()
    };
    let write = |amounts: &BTreeMap<u8, Amount>, weight| {
        let amounts = amounts.iter();
        let amounts =
            amounts.map(|(class, n)| format!("{class} = {}", (amount().write)(n, weight)));
        format!("{{ {} }}", amounts.collect::<Vec<_>>().join(", "))
    };
    Form::new("number, all, { 0 = …, … }", read, write).unless(move |_| none)
}
