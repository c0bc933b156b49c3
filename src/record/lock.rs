//! One writer per folder: a run holds a lock on the folder that it writes, and the system lets go of it when the
//! program ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A program that was killed while it started another one leaves the lock to that one until it has begun, which a busy
/// machine may put off; waited for so long, and looked at so often.
const LINGER: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(20);

/// A folder that another program is writing.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{}`: another program is writing this run, expected one that has ended\n  help: stop it first, or wait for it",
    path.display()
)]
pub struct Busy {
    /// The folder.
    pub path: PathBuf,
}

/// Held while a folder is written.
#[derive(Debug)]
pub struct Lock {
    _folder: Option<File>,
}

/// Locks the folder `path`. Where the system cannot lock folders (other than Unix, some network file systems), it is
/// taken to be free.
///
/// # Errors
/// If another program holds the lock.
pub fn lock(path: &Path) -> Result<Lock, Busy> {
    let Ok(folder) = File::open(path) else {
        return Ok(Lock { _folder: None });
    };
    let asked = Instant::now();
    while let Err(TryLockError::WouldBlock) = folder.try_lock() {
        if asked.elapsed() > LINGER {
            return Err(Busy {
                path: path.to_owned(),
            });
        }
        std::thread::sleep(PAUSE);
    }
    Ok(Lock {
        _folder: Some(folder),
    })
}

/// Waits until no other program that waits for it, too, holds the folder `path`: for moments, not for runs.
pub fn wait(path: &Path) -> Lock {
    let folder = File::open(path).ok();
    // Where the system cannot lock folders it is taken to be free.
    let folder = folder.filter(|folder| folder.lock().is_ok());
    Lock { _folder: folder }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_writer_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        let error = lock(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another program"), "{error}");
        drop(held);
        lock(folder.path()).unwrap();
    }
}
