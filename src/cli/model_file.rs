//! Finding the model file that a user named.

use std::path::{Path, PathBuf};

use super::argument::ModelArguments;
use super::failure::Failure;
use crate::base::file;
use crate::base::suggest::nearest;
use crate::config::{self, Model, Options, SleepReplay};
use crate::experiment::sweep::plan::Source;

/// Where the shipped model files lie, seen from the repository's root.
const SHIPPED: &str = "models";

/// A model file as typed, and what was given beside it.
pub(super) struct Typed {
    pub(super) source: String,
    /// Every `--set`, and what other options stand for: `seed=7`.
    pub(super) overrides: Vec<String>,
}

/// The model file that `arguments` name as a sweep takes it: seeds have their own place there.
///
/// # Errors
/// If there is no such file, or it cannot be read.
pub(super) fn source(arguments: &ModelArguments) -> Result<Source, Failure> {
    let path = find(&arguments.model)?;
    let options = Options {
        sets: arguments.set.clone(),
        data: arguments.data.clone(),
    };
    // What cannot be read as a model is told of as for any other command.
    config::read(path, &options)?;
    let text = read_text(path)?;
    let path = path.to_owned();
    Ok(Source {
        path,
        text,
        options,
    })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    file::read_text(path)
        .map_err(|error| Failure::input(format!("`{}`: cannot read: {error}", path.display())))
}

/// The model that `arguments` name, with their changes, and what was typed.
///
/// # Errors
/// If there is no such file, or it describes no valid experiment.
pub(super) fn read(arguments: &ModelArguments) -> Result<(Model, Typed), Failure> {
    let path = find(&arguments.model)?;
    let mut options = Options {
        sets: arguments.set.clone(),
        data: arguments.data.clone(),
    };
    options
        .sets
        .extend(arguments.seed.map(|seed| format!("seed={seed}")));
    if let Some(seeds) = arguments.seeds {
        options.sets.push(format!("seeds={seeds}"));
    }
    let model = config::read(path, &options)?;
    let what = match &model {
        Model::SleepReplay(model) if model.data.is_none() => {
            Some("a network whose gains and input are given")
        }
        Model::SleepReplay(_) | Model::Night(_) => None,
        Model::Network(_) => Some("a network"),
        Model::Foraging(_) => Some("an agent that forages"),
    };
    if let Some(what) = what.filter(|_| arguments.data.is_some()) {
        let shown = path.display();
        return Err(Failure::input(format!(
            "`--data`: `{shown}` describes {what}, which reads no data"
        )));
    }
    let source = read_text(path)?;
    let overrides = options.sets;
    Ok((model, Typed { source, overrides }))
}

/// As [`read`], for commands that only know experiments on sleep.
///
/// # Errors
/// As [`read`], and if the experiment is another one.
pub(super) fn read_sleep_replay(arguments: &ModelArguments) -> Result<SleepReplay, Failure> {
    let (model, _) = read(arguments)?;
    let found = model.experiment();
    model.sleep_replay().ok_or_else(|| {
        Failure::input(format!(
            "`{}`: found `experiment = \"{found}\"`, expected `\"sleep_replay\"`",
            arguments.model.display()
        ))
    })
}

/// `path`, if there is a file.
///
/// # Errors
/// If there is none; names the model file that it is most likely a slip of.
pub(super) fn find(path: &Path) -> Result<&Path, Failure> {
    if path.is_file() {
        return Ok(path);
    }
    let shown = path.display();
    let found = match path.is_dir() {
        true => Some("a folder"),
        false => file::what(path),
    };
    if let Some(found) = found {
        return Err(Failure::input(format!(
            "`{shown}`: found {found}, expected a model file (TOML)"
        )));
    }
    let mut message = format!("`{shown}`: no such file");
    if let Some(help) = suggestion(path) {
        message = format!("{message}\n  help: {help}");
    }
    Err(Failure::input(message))
}

fn suggestion(path: &Path) -> Option<String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let known: Vec<PathBuf> = [folder, Path::new(SHIPPED)]
        .into_iter()
        .flat_map(model_files)
        .collect();
    let typed = path.file_stem()?.to_str()?;
    let stems = known.iter().filter_map(|file| file.file_stem()?.to_str());
    if let Some(near) = nearest(typed, stems) {
        let file = known
            .iter()
            .find(|file| file.file_stem().is_some_and(|stem| stem == near))?;
        return Some(format!("did you mean `{}`?", file.display()));
    }
    let mut names: Vec<String> = known
        .iter()
        .map(|file| format!("`{}`", file.display()))
        .collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| format!("model files here: {}", names.join(", ")))
}

/// The TOML files in `folder`; none where it cannot be read.
fn model_files(folder: &Path) -> Vec<PathBuf> {
    let read = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = std::fs::read_dir(read).into_iter().flatten().flatten();
    entries
        .map(|entry| folder.join(entry.file_name()))
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .filter(|file| !file.ends_with("Cargo.toml"))
        .collect()
}
