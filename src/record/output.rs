//! Where results go: numbered folders, and files that appear whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::cause::cause;

/// Numbers tried for a folder, so that a parent that refuses every name ends in an error.
const MOST_FOLDERS: u32 = 1_000_000;

/// Why an output cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file is there already.
    #[error(
        "`{}`: exists already, and nothing is overwritten\n  help: name another file, or move this one away",
        path.display()
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("`{}`: cannot write: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder cannot be made.
    #[error("`{}`: cannot create the folder: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Makes the first of `parent/stem-001`, `parent/stem-002`, … that does not exist, and `parent` if need be. Two
/// programs that ask at once get two folders.
///
/// # Errors
/// If a folder cannot be made.
pub fn numbered_directory(parent: &Path, stem: &str) -> Result<PathBuf, OutputError> {
    let failed = |path: &Path, source| OutputError::Folder {
        path: path.to_owned(),
        source,
    };
    std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    for number in 1..MOST_FOLDERS {
        let path = parent.join(format!("{stem}-{number:03}"));
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path, error)),
        }
    }
    Err(failed(parent, io::ErrorKind::AlreadyExists.into()))
}

/// Makes the folder `path`, and its parents if need be.
///
/// # Errors
/// If it exists or cannot be made, or its name is no text: HDF5 would make no file in it.
pub fn named_directory(path: &Path) -> Result<(), OutputError> {
    let failed = |source| OutputError::Folder {
        path: path.to_owned(),
        source,
    };
    if path.to_str().is_none() {
        let reason = "found bytes that are no UTF-8, expected a name that is text";
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, reason)));
    }
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::create_dir(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => OutputError::Exists {
            path: path.to_owned(),
        },
        _ => failed(error),
    })
}

/// Writes a new file at `path` by way of a temporary one beside it.
///
/// # Errors
/// If `path` exists, or a write fails; then nothing is left behind.
pub fn write_new(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write {
        path: path.to_owned(),
        source,
    };
    refuse_existing(path)?;
    let mut temporary = temporary_beside(path).map_err(failed)?;
    let mut writer = BufWriter::new(temporary.as_file_mut());
    write(&mut writer)
        .and_then(|()| writer.flush())
        .map_err(failed)?;
    drop(writer);
    persist(temporary, path)
}

/// Writes the file at `path` by way of a temporary one beside it, in place of one that is there: at any moment, a power cut's too, there
/// is the old one or the new one.
///
/// # Errors
/// If a write fails; then the old one stays.
pub fn write_over(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let put = || {
        let mut temporary = temporary_beside(path)?;
        let mut writer = BufWriter::new(temporary.as_file_mut());
        write(&mut writer).and_then(|()| writer.flush())?;
        drop(writer);
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    put().map_err(|source| OutputError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Where the next version of the file `path` is written until it is whole. The name is fixed, so that a killed program
/// leaves at most one, which the next one overwrites: for folders that one program writes at a time.
pub(super) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Gives the file `part` the name `path`, in place of what has it, once its content is safe from a power cut. At any
/// moment there is the old file or the new one.
pub(super) fn replace(part: &Path, path: &Path) -> io::Result<()> {
    std::fs::File::open(part)?.sync_all()?;
    std::fs::rename(part, path)?;
    if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
        // Makes the new name last; not every system can do that to a folder, and the rename itself has happened.
        let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// # Errors
/// If there is something at `path`.
pub(super) fn refuse_existing(path: &Path) -> Result<(), OutputError> {
    if path.symlink_metadata().is_ok() {
        return Err(OutputError::Exists {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// A temporary file in the folder of `path`, with the permissions of an ordinary new file.
pub(super) fn temporary_beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The process's umask takes its share, as for any file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.prefix(TEMPORARY).tempfile_in(parent)
}

/// Makes the HDF5 file `path` of what `fill` writes. It appears whole or not at all.
///
/// # Errors
/// If it exists or cannot be written.
pub(super) fn write_hdf5(
    path: &Path,
    fill: impl FnOnce(&hdf5::File) -> hdf5::Result<()>,
) -> Result<(), OutputError> {
    refuse_existing(path)?;
    let failed = |source| OutputError::Write {
        path: path.to_owned(),
        source,
    };
    let temporary = temporary_beside(path).map_err(failed)?;
    let written = hdf5::File::create(temporary.path()).and_then(|file| {
        fill(&file)?;
        file.close()
    });
    written.map_err(|error| failed(io::Error::other(cause(&error))))?;
    persist(temporary, path)
}

/// How the names of temporary files begin.
pub const TEMPORARY: &str = ".sharpwave-";

/// Removes temporary files that a killed program left in `folder`, which one program writes at a time.
pub fn remove_temporary(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // Of no use to anybody, and no harm if it cannot be removed.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Gives a temporary file its name.
pub(super) fn persist(temporary: tempfile::NamedTempFile, path: &Path) -> Result<(), OutputError> {
    match temporary.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(OutputError::Exists {
                path: path.to_owned(),
            })
        }
        Err(error) => Err(OutputError::Write {
            path: path.to_owned(),
            source: error.error,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_folder_whose_name_is_no_text_is_not_made() {
        use std::os::unix::ffi::OsStrExt;
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join(std::ffi::OsStr::from_bytes(b"q\xff1"));
        let said = named_directory(&path).unwrap_err().to_string();
        assert!(said.contains("no UTF-8"), "{said}");
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn folders_are_numbered_without_gaps_even_when_asked_for_at_once() {
        let parent = tempfile::tempdir().unwrap();
        let runs = parent.path().join("runs");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| numbered_directory(&runs, "run").unwrap());
            }
        });
        let mut names: Vec<_> = std::fs::read_dir(&runs)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            (1..=8).map(|n| format!("run-{n:03}")).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_failed_write_leaves_nothing_and_an_existing_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let failed = write_new(&path, |_| Err(io::Error::other("pulled the plug")));
        assert_eq!(
            failed.unwrap_err().to_string(),
            format!("`{}`: cannot write: pulled the plug", path.display())
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        write_new(&path, |out| out.write_all(b"first")).unwrap();
        assert!(matches!(
            write_new(&path, |out| out.write_all(b"second")),
            Err(OutputError::Exists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
    }
}
