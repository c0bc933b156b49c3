//! `[data]`: images and tasks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::suggest;
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::{Amount, Data, FILE_KEYS, Source, TrainImages};

use super::{Network, Paths};

/// Reads the section; sizes and classes are checked against the network where it is known.
pub(super) fn read(
    section: &Section<'_>,
    network: Option<&Network>,
    paths: &Paths<'_>,
) -> Option<Data> {
    let what =
        "`\"embedded:mnist\"`, `\"embedded:patches\"` or a directory with the four IDX files";
    let source = match FILE_KEYS.iter().any(|key| section.has(key)) {
        true => files(section, paths),
        false => section
            .need("source", what)
            .and_then(|item| source(&item, network, paths)),
    };
    let tasks = section
        .need(
            "tasks",
            "the classes of each task, such as [[0, 1], [2, 3]]",
        )
        .and_then(|item| tasks(&item, source.as_ref(), network));
    let classes = tasks
        .as_ref()
        .map(|tasks| tasks.iter().flatten().copied().collect::<Vec<u8>>());
    let train = train_images(section, classes.as_deref());
    Some(Data {
        source: source?,
        tasks: tasks?,
        train: train?.unwrap_or(TrainImages::PerTask(Amount::All)),
    })
}

impl Source {
    /// Pixels of an image and number of classes, where they are known before the data are read.
    fn known_shape(&self) -> Option<(usize, u8)> {
        match self {
            Self::EmbeddedMnist => Some((28 * 28, 10)),
            Self::EmbeddedPatches => Some((10 * 10, 4)),
            Self::Directory(_) | Self::Files(_) => None,
        }
    }
}

/// Four files of any names in place of a directory.
fn files(section: &Section<'_>, paths: &Paths<'_>) -> Option<Source> {
    if let Some(source) = section.get("source") {
        let message = "`data.source` and files of other names exclude each other";
        let help = format!("either a directory, or {}", suggest::list(&FILE_KEYS));
        let reader = source.reader;
        reader.problem(source.key_origin, message, Some(help));
        FILE_KEYS.iter().for_each(|key| section.know(key));
        return None;
    }
    let what = [
        "the IDX file of the training images",
        "the IDX file of the training labels",
        "the IDX file of the test images",
        "the IDX file of the test labels",
    ];
    let mut files = [const { None }; 4];
    for ((file, key), what) in files.iter_mut().zip(FILE_KEYS).zip(what) {
        let name = section
            .need(key, what)
            .and_then(|item| match item.text(what)? {
                "" => item.refuse(what, None),
                name => Some(name),
            });
        *file = name.map(|name| match paths.data {
            Some(data) => absolute(data).join(name),
            None => paths.resolve(name),
        });
    }
    let [images, labels, test_images, test_labels] = files;
    Some(Source::Files([
        images?,
        labels?,
        test_images?,
        test_labels?,
    ]))
}

fn source(item: &Item<'_>, network: Option<&Network>, paths: &Paths<'_>) -> Option<Source> {
    const EMBEDDED: [&str; 2] = ["embedded:mnist", "embedded:patches"];
    let expected = format!("{} or a directory", suggest::list(&EMBEDDED));
    let text = item.text(&expected)?;
    let source = match text {
        "embedded:mnist" => Source::EmbeddedMnist,
        "embedded:patches" => Source::EmbeddedPatches,
        "" => return item.refuse(&expected, None),
        text if text.starts_with("embedded:") => {
            return item.refuse(&expected, suggest::help(text, &EMBEDDED));
        }
        text => Source::Directory(match paths.data {
            Some(data) => below(data, text),
            None => paths.resolve(text),
        }),
    };
    if paths.data.is_some() && !matches!(source, Source::Directory(_)) {
        let message = format!("`--data` is given, but `data.source` is `{text}`");
        let help = "leave `--data` out, or name the directory: `--set data.source=DIR`";
        item.reader
            .problem(item.origin(), message, Some(help.into()));
        return None;
    }
    if let (Some(network), Some((pixels, _))) = (network, source.known_shape())
        && network.sizes.first() != Some(&pixels)
    {
        let message = format!(
            "images of `{text}` have {pixels} pixels, but the input layer has {} neurons",
            network.sizes.first().unwrap_or(&0)
        );
        let help = format!("begin `mlp.layers` with {pixels}");
        item.reader.problem(item.origin(), message, Some(help));
        return None;
    }
    Some(source)
}

/// The directory `name` in `data`, or `data` itself where that holds the files.
fn below(data: &Path, name: &str) -> PathBuf {
    let data = absolute(data);
    let inner = data.join(name);
    if inner.is_dir() { inner } else { data }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

fn tasks(
    item: &Item<'_>,
    source: Option<&Source>,
    network: Option<&Network>,
) -> Option<Vec<Vec<u8>>> {
    let expected = "an array of tasks, each an array of classes";
    let mut tasks: Vec<Vec<u8>> = Vec::new();
    let mut good = true;
    for task in item.items(expected)? {
        let mut classes = Vec::new();
        for entry in task.items("an array of classes")? {
            match class(&entry, source, network) {
                Some(class)
                    if classes.contains(&class) || tasks.iter().flatten().any(|&c| c == class) =>
                {
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
}

fn class(item: &Item<'_>, source: Option<&Source>, network: Option<&Network>) -> Option<u8> {
    // Labels of IDX files are bytes.
    let class = u8::try_from(item.integer(0, i64::from(u8::MAX))?).ok()?;
    if let Some((_, classes)) = source.and_then(Source::known_shape)
        && class >= classes
    {
        return item.refuse(&format!("a class of the data, 0 to {}", classes - 1), None);
    }
    let outputs = network.and_then(|network| network.sizes.last().copied());
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

/// `train_per_task` or `train_per_class`; the inner `None` where the section has neither. `classes` are those of all
/// tasks, if known.
pub(super) fn train_images(
    section: &Section<'_>,
    classes: Option<&[u8]>,
) -> Option<Option<TrainImages>> {
    let (per_task, per_class) = (
        section.get("train_per_task"),
        section.get("train_per_class"),
    );
    match (per_task, per_class) {
        (None, None) => Some(None),
        (Some(item), None) => Some(Some(TrainImages::PerTask(amount(&item)?))),
        (None, Some(item)) if item.is_table() => {
            let table = item.named_section()?;
            let Some(classes) = classes else {
                table.ignore();
                return None;
            };
            let mut amounts = BTreeMap::new();
            let mut good = true;
            for &class in classes {
                let what = format!("how many training images of class {class}, or \"all\"");
                match table
                    .need(&class.to_string(), &what)
                    .as_ref()
                    .and_then(amount)
                {
                    Some(amount) => {
                        amounts.insert(class, amount);
                    }
                    None => good = false,
                }
            }
            good.then_some(Some(TrainImages::PerClass(amounts)))
        }
        (None, Some(item)) => {
            let amount = amount(&item)?;
            let amounts = classes?.iter().map(|&class| (class, amount)).collect();
            Some(Some(TrainImages::PerClass(amounts)))
        }
        (Some(_), Some(item)) => {
            let message = "`train_per_task` and `train_per_class` exclude each other";
            item.reader.problem(item.key_origin, message, None);
            if item.is_table() {
                item.section()?.ignore();
            }
            None
        }
    }
}

fn amount(item: &Item<'_>) -> Option<Amount> {
    match item.as_text() {
        Some("all") => Some(Amount::All),
        Some(_) => item.refuse("a number of images or `\"all\"`", None),
        None => item.count().map(Amount::First),
    }
}
