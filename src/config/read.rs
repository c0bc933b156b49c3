//! From a model file to the typed experiment.

use std::path::{Path, PathBuf};

use super::diagnostic::{ConfigError, Diagnostic, Place};
use super::document::Document;
use super::form::Paths;
use super::reader::{Item, Reader, Section};
use super::{Model, foraging, network, night, sleep_replay};
use crate::base::file;

/// The newest schema of model files that this version reads.
const SCHEMA: i64 = 1;

/// What is changed about a model file from outside it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Overrides `key.path=value` in the order in which they apply. The value is TOML; bare words and quantities
    /// (`sleep.grid=1 ms`) are taken as strings. A number in the path is an index into an array.
    pub sets: Vec<String>,
    /// Directory in which a data source with a relative path is looked up, in place of the model file's.
    pub data: Option<PathBuf>,
}

/// Reads the model file at `path`; relative paths in it start from its directory.
///
/// # Errors
/// If the file cannot be read or describes no valid experiment: all problems that were found.
pub fn read(path: &Path, options: &Options) -> Result<Model, ConfigError> {
    // A model file is a page or two; this bounds what a wrong path (a weight file, a device) can cost.
    const LARGEST: u64 = 1 << 20;
    let name = path.display().to_string();
    let fail = |message: String| {
        ConfigError::from(Diagnostic {
            message,
            place: Place::File(name.clone()),
            help: None,
        })
    };
    let mut bytes = Vec::new();
    file::open(path)
        .and_then(|file| {
            std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST + 1), &mut bytes)
        })
        .map_err(|error| fail(format!("cannot read the model file: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail(format!(
            "larger than {LARGEST} bytes: this is no model file"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        fail(format!("not a text file: byte {at} is not UTF-8"))
    })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    parse(&name, &text, directory, options)
}

/// Reads a model file's `text`; `name` stands for the file in messages, relative paths start from `directory`.
///
/// # Errors
/// If the text describes no valid experiment: all problems that were found.
pub fn parse(
    name: &str,
    text: &str,
    directory: &Path,
    options: &Options,
) -> Result<Model, ConfigError> {
    // `absolute("")` is an error; the empty path is the current directory.
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let paths = Paths {
        model: std::path::absolute(directory).unwrap_or_else(|_| directory.into()),
        data: options.data.as_deref(),
    };
    let reader = Reader::new(Document::parse(name, text, &options.sets)?);
    let model = model(&reader.root(), &paths);
    if reader.is_clean() {
        reader.report_unused();
    }
    reader.finish(model)
}

/// Reads what a model file is about.
type Read = fn(&Section<'_>, &Paths<'_>) -> Option<Model>;

const EXPERIMENTS: [(&str, Read); 4] = [
    ("sleep_replay", |root, paths| {
        let model = sleep_replay::read(root, paths)?;
        Some(Model::SleepReplay(Box::new(model)))
    }),
    ("network", |root, paths| {
        let model = network::read(root, paths)?;
        Some(Model::Network(Box::new(model)))
    }),
    ("night", |root, paths| {
        let model = night::read(root, paths)?;
        Some(Model::Night(Box::new(model)))
    }),
    ("foraging", |root, paths| {
        let model = foraging::read(root, paths)?;
        Some(Model::Foraging(Box::new(model)))
    }),
];

fn model(root: &Section<'_>, paths: &Paths<'_>) -> Option<Model> {
    let what = "the version of the model file's format, `schema = 1`";
    if let Some(item) = root.need("schema", what)
        && schema(&item).is_none()
    {
        // A file of another schema has other keys: to list them all as unknown would hide the one problem.
        root.ignore();
        return None;
    }
    let what =
        "what to do: `experiment = \"network\"`, `\"sleep_replay\"`, `\"night\"` or `\"foraging\"`";
    let read = root
        .need("experiment", what)
        .and_then(|item| item.choice(&EXPERIMENTS));
    match read {
        Some(read) => read(root, paths),
        None => {
            root.ignore();
            None
        }
    }
}

fn schema(item: &Item<'_>) -> Option<()> {
    let schema = item.integer(1, i64::MAX)?;
    if schema <= SCHEMA {
        return Some(());
    }
    let message = format!("schema {schema} is newer than this program, which reads {SCHEMA}");
    let help = "update sharpwave".to_string();
    item.reader.problem(item.origin(), message, Some(help));
    None
}
