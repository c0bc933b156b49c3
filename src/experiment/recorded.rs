//! The model of a run, read back from its file.

use std::path::Path;

use crate::config::{self, Model};
use crate::record::recording::Recording;

/// The model of a run; `None` if this version does not read it.
pub(super) fn model(recording: &Recording) -> Option<Model> {
    let path = recording.path();
    let folder = path.parent().unwrap_or(Path::new(""));
    let (name, options) = (path.display().to_string(), config::Options::default());
    config::parse(&name, recording.model(), folder, &options).ok()
}
