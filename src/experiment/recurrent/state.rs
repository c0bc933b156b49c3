//! What a checkpoint holds, out of a run and back into one.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::network::{Connection, EdgeFile, NetworkModel, Stimulus};
use crate::config::{self, Model};
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::activity::Sums;
use crate::experiment::recurrent::drive::{Drive, Watchers};
use crate::experiment::recurrent::guard::Counts;
use crate::record::checkpoint::{self, Checkpoint};
use crate::record::length::Lengths;

/// Why a run cannot go on though its checkpoint is whole.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// Neither a run's folder nor a file in one.
    #[error(
        "`{}`: found no run, expected the folder of one, or its `checkpoint` or `run.h5`", path.display()
    )]
    NoRun {
        /// What was named.
        path: PathBuf,
    },
    /// A file that the model reads has another content.
    #[error(
        "`{}`: the file has changed since the run began, expected what it held then\n  help: put back the file as it was, \
         or run the model again from the start", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
    },
    /// A file that the model reads cannot be read.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The model resolves to something else.
    #[error(
        "`{}`: its model file does not read back as the same model\n  help: go on with the build of sharpwave that \
         wrote it", path.display()
    )]
    Model {
        /// The checkpoint.
        path: PathBuf,
    },
    /// Another network is built from the same model.
    #[error(
        "`{}`: the network built from its model is not the one that ran\n  help: go on with the build of sharpwave that \
         wrote it", path.display()
    )]
    Graph {
        /// The checkpoint.
        path: PathBuf,
    },
    /// A state that does not fit the model.
    #[error("the checkpoint's state does not fit its model: {0}")]
    State(String),
}

/// What the watchers of a run have seen.
#[derive(Serialize, Deserialize)]
struct Seen<S, C> {
    activity: S,
    guard: C,
}

/// The run as it stands; `lengths` are those of its run file.
///
/// # Errors
/// If it cannot be put into bytes.
pub(super) fn checkpoint(drive: &Drive<'_>, lengths: Lengths) -> Result<Checkpoint, ResumeError> {
    let seen = Seen {
        activity: drive.watchers.activity.sums(),
        guard: drive.watchers.guard.counts(),
    };
    let driver = postcard::to_stdvec(&seen).map_err(|error| ResumeError::State(error.to_string()));
    let engine = drive.engine.save();
    Ok(Checkpoint {
        model: config::resolved_network(drive.model),
        files: drive.files.clone(),
        graph: drive.engine.graph_hash(),
        now: drive.engine.now(),
        lengths,
        engine: engine.map_err(|error| ResumeError::State(error.to_string()))?,
        driver: driver?,
    })
}

/// Gives the watchers of a run back what they had seen.
///
/// # Errors
/// If the bytes are of another model.
pub(super) fn restore(driver: &[u8], watchers: &mut Watchers) -> Result<(), ResumeError> {
    let seen: Seen<Vec<Sums>, Counts> =
        postcard::from_bytes(driver).map_err(|error| ResumeError::State(error.to_string()))?;
    let fits = watchers.activity.restore(seen.activity) && watchers.guard.restore(seen.guard);
    match fits {
        true => Ok(()),
        false => Err(ResumeError::State("found other populations".into())),
    }
}

/// The model of a checkpoint in `folder`, whose files must be as they were.
///
/// # Errors
/// If it cannot be read or a file has changed.
pub(super) fn model(
    checkpoint: &Checkpoint,
    folder: &Path,
) -> Result<NetworkModel, ExperimentError> {
    let path = folder.join(checkpoint::FILE);
    let name = path.display().to_string();
    let options = config::Options::default();
    let read = config::parse(&name, &checkpoint.model, folder, &options)?;
    let Model::Network(model) = read else {
        return Err(ResumeError::Model { path }.into());
    };
    if config::resolved_network(&model) != checkpoint.model {
        return Err(ResumeError::Model { path }.into());
    }
    for (path, hash) in &checkpoint.files {
        if hash_file(path)? != *hash {
            let path = path.clone();
            return Err(ResumeError::File { path }.into());
        }
    }
    Ok(*model)
}

/// Files that `model` reads, and what is in them.
///
/// # Errors
/// If one cannot be read.
pub(super) fn hashes(model: &NetworkModel) -> Result<Vec<(PathBuf, u128)>, ResumeError> {
    let spikes = model.stimuli.iter().filter_map(|stimulus| match stimulus {
        Stimulus::Spikes(given) => Some(given.file.clone()),
        Stimulus::Poisson(_) | Stimulus::Current(_) => None,
    });
    let connections = model.projections.iter();
    let edges = connections.filter_map(|projection| match &projection.connection {
        Connection::File(EdgeFile { path, .. }) => Some(path.clone()),
        Connection::Rule(_) => None,
    });
    let weights = model.dense.iter().map(|dense| dense.file.clone());
    let mut files: Vec<PathBuf> = spikes.chain(edges).chain(weights).collect();
    files.sort();
    files.dedup();
    files
        .into_iter()
        .map(|path| hash_file(&path).map(|hash| (path, hash)))
        .collect()
}

/// A hash of the content of `path`, read in pieces.
fn hash_file(path: &Path) -> Result<u128, ResumeError> {
    const PIECE: u64 = 1 << 20;
    let read = || {
        let mut file = std::fs::File::open(path)?;
        let (mut hash, mut piece) = (0_u128, Vec::new());
        while file.by_ref().take(PIECE).read_to_end(&mut piece)? > 0 {
            piece.extend(hash.to_le_bytes());
            hash = checkpoint::hash(&piece);
            piece.clear();
        }
        Ok(hash)
    };
    read().map_err(|error: std::io::Error| ResumeError::Unreadable {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_all_of_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut content = vec![7; (1 << 20) + 5];
        std::fs::write(&path, &content).unwrap();
        let whole = hash_file(&path).unwrap();
        assert_eq!(hash_file(&path).unwrap(), whole);
        for at in [0, 1 << 20, (1 << 20) + 4] {
            content[at] = 8;
            std::fs::write(&path, &content).unwrap();
            assert_ne!(hash_file(&path).unwrap(), whole, "byte {at}");
            content[at] = 7;
        }
        std::fs::write(&path, &content[1..]).unwrap();
        assert_ne!(hash_file(&path).unwrap(), whole);
        std::fs::remove_file(&path).unwrap();
        let error = hash_file(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("cannot read: No such file or directory (os error 2)"),
            "{error}"
        );
    }
}
