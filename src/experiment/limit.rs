//! Other limits of guards, with which a run goes on that one of them stopped.

use std::path::Path;

use crate::config::{self, Model};
use crate::experiment::error::ExperimentError;
use crate::record::checkpoint;
use crate::run::error::ResumeError;

/// Keys of guards, as an error lists them.
const KEYS: [&str; 2] = ["guard.max_rate", "guard.min_rate"];

/// What the key of the largest weight of a projection begins and ends with.
const MAX_WEIGHT: (&str, &str) = ("projection.", ".plasticity.max_weight");

/// `model`, of a run in `folder`, with `limits`, each as `key=value`, in place of those it had.
///
/// # Errors
/// If it is of several seeds, others of which have come to their ends, or one of `limits` is of something else or makes no
/// model.
pub(super) fn moved(
    model: &Model,
    limits: &[String],
    folder: &Path,
) -> Result<Model, ExperimentError> {
    if let Some(found) = limits.iter().find(|limit| !is_limit(limit)) {
        return Err(ResumeError::Limit(found.clone()).into());
    }
    let seeds = model.seeds();
    if seeds != 1 {
        return Err(ResumeError::Seeds(seeds).into());
    }
    let name = folder.join(checkpoint::FILE).display().to_string();
    let options = config::Options {
        sets: limits.to_vec(),
        data: None,
    };
    Ok(config::parse(&name, &model.resolved(), folder, &options)?)
}

fn is_limit(set: &str) -> bool {
    let key = set.split_once('=').map_or(set, |(key, _)| key).trim();
    let (first, last) = MAX_WEIGHT;
    KEYS.contains(&key) || key.starts_with(first) && key.ends_with(last)
}
