//! Makes an ordinary file of one that a killed run left behind.

use std::path::{Path, PathBuf};

use hdf5::{Dataset, File, Group};

use super::cause::{cause, is_locked};
use super::contents::file_builder;
use super::damage;
pub use super::damage::Damage;
use super::frame::align_times;
use super::header::{FORMAT, FORMAT_VERSION, Header, declares_format, format};
use super::open::open;
use super::output::{OutputError, persist, refuse_existing, temporary_beside};
use super::{heap, text_length, whole};
use crate::base::file;

/// Why a file cannot be recovered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// The file cannot be opened at all.
    #[error("`{}`: cannot read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Not an HDF5 file.
    #[error("`{}`: is not an HDF5 file; expected the `.h5` file of a run", path.display())]
    NotHdf5 {
        /// The file.
        path: PathBuf,
    },
    /// The run was killed while its file was being laid out, or the file lost its end.
    #[error(
        "`{}`: holds nothing that can be recovered: {cause}\n  help: the run was killed before it began to record, or \
         the file is damaged; run it again", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the HDF5 library says.
        cause: String,
    },
    /// An HDF5 file of something else.
    #[error("`{}`: is an HDF5 file, but not of a Sharpwave run: it has no attribute `format` = \"{FORMAT}\"", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Written by a later program.
    #[error(
        "`{}`: format_version is {found}, expected at most {FORMAT_VERSION}\n  help: use the version of sharpwave that \
         wrote it, or a later one", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The copy cannot be written.
    #[error("`{}`: cannot write: {cause}", path.display())]
    Write {
        /// The copy.
        path: PathBuf,
        /// What the system or the HDF5 library says.
        cause: String,
    },
    /// The copy cannot be given its place.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// What a recovered file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Each recorded population and its number of spikes.
    pub spikes: Vec<(String, u64)>,
    /// Bouts that ended.
    pub bouts: u64,
    /// Snapshots of weights, over all projections.
    pub snapshots: u64,
    /// Scores.
    pub scores: u64,
    /// Frames of sampled states, over all reports.
    pub frames: u64,
    /// Whether the run had come to its end.
    pub complete: bool,
    /// What differs from what the checkpoint in the folder of the file says was written.
    pub damages: Vec<Damage>,
}

/// Copies all of the run file `input` into a new file `output` that every program can open. `input` is left as it is;
/// it may also be whole, or still being written. Values that are not those that the checkpoint in its folder tells of are
/// copied too, and named.
///
/// # Errors
/// If `input` is not a run file or holds nothing to recover, or `output` exists or cannot be written; then `output`
/// does not appear.
pub fn recover(input: &Path, output: &Path) -> Result<Recovered, RecoverError> {
    let source = open_run(input)?;
    refuse_existing(output)?;
    let failed = |cause| RecoverError::Write {
        path: output.to_owned(),
        cause,
    };
    let temporary = temporary_beside(output).map_err(|error| failed(error.to_string()))?;
    let copy = file_builder()
        .create(temporary.path())
        .map_err(|error| failed(cause(&error)))?;
    let mut recovered =
        copy_all(&source, &copy).map_err(|error| damaged_or_full(input, output, &error))?;
    recovered.damages = Header::read(&copy)
        .and_then(|header| damage::find(input, &copy, header.seed))
        .map_err(|error| damaged_or_full(input, output, &error))?;
    copy.close().map_err(|error| failed(cause(&error)))?;
    persist(temporary, output)?;
    Ok(recovered)
}

/// Whether `path` is the file of a run that came to its end.
pub fn is_complete(path: &Path) -> bool {
    let header = open_run(path)
        .ok()
        .and_then(|file| Header::read(&file).ok());
    header.is_some_and(|header| header.complete)
}

/// Whether there is anything at the start of the file: a run that was killed at once leaves it empty, or a hole.
fn has_begun(path: &Path) -> bool {
    use std::io::Read;
    let mut start = Vec::new();
    let read = file::open(path).and_then(|file| file.take(8).read_to_end(&mut start));
    read.is_err() || start.iter().any(|&byte| byte != 0)
}

/// Opens a run file, whole or killed, of which all values and texts can be read.
pub(super) fn open_run(path: &Path) -> Result<File, RecoverError> {
    let unreadable = |cause: String| RecoverError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    file::open(path).map_err(|error| unreadable(error.to_string()))?;
    if path.is_dir() {
        return Err(unreadable("is a folder".to_owned()));
    }
    let file = open(path).map_err(|error| {
        if is_locked(&error) {
            return unreadable(cause(&error));
        }
        let path = path.to_owned();
        if error.contains_minor(hdf5::MinorErrorCode::NotHdf5) {
            match has_begun(&path) {
                true => RecoverError::NotHdf5 { path },
                false => RecoverError::Damaged {
                    path,
                    cause: "its first bytes were never written".to_owned(),
                },
            }
        } else {
            RecoverError::Damaged {
                path,
                cause: cause(&error),
            }
        }
    })?;
    let foreign = || RecoverError::Foreign {
        path: path.to_owned(),
    };
    if !declares_format(&file) {
        return Err(foreign());
    }
    let check_format = || match format(&file) {
        Some((name, version)) if name == FORMAT && version <= FORMAT_VERSION => Ok(()),
        Some((name, found)) if name == FORMAT => Err(RecoverError::Newer {
            path: path.to_owned(),
            found,
        }),
        _ => Err(foreign()),
    };
    // Before the first text is read.
    if let Err(damaged) = check_whole(path, &file) {
        // What is no run file, or a later one, need not be laid out like one. Looking for heaps among values too takes longer.
        let readable = heap::check(path, &[]).is_ok();
        let readable = readable && text_length::check_attributes(&file).is_ok();
        let other = readable.then(check_format).and_then(Result::err);
        return Err(other.unwrap_or(damaged));
    }
    check_format()?;
    Ok(file)
}

/// Refuses a file that has lost values, instead of copying zeros in their place.
fn check_whole(path: &Path, file: &File) -> Result<(), RecoverError> {
    let damaged = |cause: String| RecoverError::Damaged {
        path: path.to_owned(),
        cause,
    };
    /// Groups are nested no deeper; in a forged file one may hold itself.
    const DEEPEST: usize = 4;
    let bytes = || std::fs::metadata(path).map_or(0, |meta| meta.len());
    let broken = |error: hdf5::Error| damaged(cause(&error));
    text_length::check_attributes(file).map_err(broken)?;
    let within = |group: &Group, depth: usize| {
        let groups = group.groups().map_err(broken)?.into_iter();
        Ok::<_, RecoverError>(groups.map(move |group| (group, depth)))
    };
    let mut groups: Vec<_> = within(file, 1)?.collect();
    let mut places = Vec::new();
    while let Some((group, depth)) = groups.pop() {
        if depth > DEEPEST {
            return Err(damaged(format!("{}: is nested too deep", group.name())));
        }
        groups.extend(within(&group, depth + 1)?);
        text_length::check_attributes(&group)
            .map_err(|error| damaged(format!("{}: {}", group.name(), cause(&error))))?;
        for dataset in group.datasets().map_err(broken)? {
            whole::check(&dataset, bytes, &mut places)
                .and_then(|()| text_length::check_all(&dataset).map_err(|error| cause(&error)))
                .map_err(|found| damaged(format!("{}: {found}", dataset.name())))?;
        }
    }
    heap::check(path, &places).map_err(damaged)
}

/// Tells a full disk from a damaged input: only the operating system speaks of the first.
pub(super) fn damaged_or_full(input: &Path, output: &Path, error: &hdf5::Error) -> RecoverError {
    let cause = cause(error);
    let written = error.stack().is_some_and(|stack| {
        stack
            .iter()
            .any(|frame| frame.desc().contains("file write failed"))
    });
    if written {
        RecoverError::Write {
            path: output.to_owned(),
            cause,
        }
    } else {
        RecoverError::Damaged {
            path: input.to_owned(),
            cause,
        }
    }
}

fn copy_all(source: &File, copy: &File) -> hdf5::Result<Recovered> {
    let header = Header::read(source)?;
    header.write(copy)?;
    copy_groups(source, copy)?;
    let spikes = copy
        .group("spikes")?
        .groups()?
        .iter()
        .map(|group| Ok((leaf(group), align(group)?)))
        .collect::<hdf5::Result<_>>()?;
    let weights = match copy.link_exists("weights") {
        true => copy.group("weights")?.groups()?,
        false => Vec::new(),
    };
    let snapshots = weights.iter().map(align).sum::<hdf5::Result<u64>>()?;
    let scores = match copy.link_exists("accuracy") {
        true => align(&copy.group("accuracy")?)?,
        false => 0,
    };
    align(&copy.group("fingerprints")?)?;
    Ok(Recovered {
        spikes,
        bouts: align(&copy.group("bouts")?)?,
        snapshots,
        scores,
        frames: align_times(copy)?,
        complete: header.complete,
        damages: Vec::new(),
    })
}

/// Copies every group of a run file.
pub(super) fn copy_groups(source: &File, copy: &File) -> hdf5::Result<()> {
    for name in source.member_names()? {
        // Through an open object: it is the object's own view of its length that is copied.
        source.group(&name)?.copy_to(copy, &name)?;
    }
    Ok(())
}

/// Cuts the columns of a group to the length of the shortest, which it returns: a kill can fall between two of them.
fn align(group: &Group) -> hdf5::Result<u64> {
    let columns = group.datasets()?;
    let rows = |column: &Dataset| column.shape().first().copied().unwrap_or(0);
    let common = columns.iter().map(rows).min().unwrap_or(0);
    for column in &columns {
        let mut shape = column.shape();
        if rows(column) > common {
            shape[0] = common;
            column.resize(shape)?;
        }
    }
    Ok(common as u64)
}

fn leaf(group: &Group) -> String {
    let path = group.name();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::header::string;
    use super::super::layout::{Layout, Population};
    use super::super::run_file::RunFile;
    use super::super::sink::Sink;
    use super::*;
    use crate::base::time::Time;

    /// A run file as a kill leaves it: copied while it is being written, 40,000 spikes flushed.
    fn killed(folder: &Path) -> PathBuf {
        let layout = Layout {
            populations: vec![Population {
                name: "a".to_owned(),
                size: 10,
                recorded: 10,
            }],
            ..Layout::default()
        };
        let live = folder.join("live.h5");
        let mut run = RunFile::create(&live, layout).unwrap();
        for step in 0..10_000 {
            run.spikes(0, Time::from_ps(step), &[1, 2, 3, 4]).unwrap();
        }
        run.flush().unwrap();
        let path = folder.join("killed.h5");
        std::fs::copy(&live, &path).unwrap();
        path
    }

    #[test]
    fn a_killed_file_opens_only_once_recovered() {
        let folder = tempfile::tempdir().unwrap();
        let path = killed(folder.path());
        assert!(File::open(&path).is_err());
        let copy = folder.path().join("copy.h5");
        let recovered = recover(&path, &copy).unwrap();
        assert_eq!(recovered.spikes, [("a".to_owned(), 40_000)]);
        assert!(!recovered.complete);
        let times = File::open(&copy)
            .unwrap()
            .dataset("spikes/a/timestamps")
            .unwrap();
        assert_eq!(times.size(), 40_000);

        let again = recover(&path, &copy).unwrap_err();
        assert!(
            matches!(again, RecoverError::Output(OutputError::Exists { .. })),
            "{again}"
        );
    }

    #[test]
    fn a_file_that_lost_data_is_refused_and_leaves_nothing_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = killed(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let cut = folder.path().join("cut.h5");
        let copy = folder.path().join("copy.h5");
        let mut refused = 0;
        for eighth in 0..8 {
            std::fs::write(&cut, &whole[..whole.len() * eighth / 8]).unwrap();
            match recover(&cut, &copy) {
                // What it lost was the unused part of a chunk.
                Ok(recovered) => {
                    assert_eq!(recovered.spikes, [("a".to_owned(), 40_000)]);
                    let file = File::open(&copy).unwrap();
                    let nodes = file.dataset("spikes/a/node_ids").unwrap();
                    let sum: u64 = nodes.read_raw::<u64>().unwrap().iter().sum();
                    assert_eq!(sum, 100_000);
                    std::fs::remove_file(&copy).unwrap();
                }
                Err(RecoverError::Damaged { .. } | RecoverError::NotHdf5 { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
            assert!(!copy.exists());
        }
        assert!(refused >= 4, "{refused} of 8 refused");
        let names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with('.'))
            .collect();
        assert!(names.is_empty(), "{names:?}");
    }

    #[test]
    fn files_of_other_kinds_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.h5");
        let path = folder.path().join("input.h5");
        let message = |path: &Path| recover(path, &copy).unwrap_err().to_string();
        let named = |text: &str| format!("`{}`: {text}", path.display());

        assert_eq!(
            message(&path),
            named("cannot read: No such file or directory (os error 2)")
        );
        std::fs::write(&path, b"node_id,timestamp_ms\n").unwrap();
        assert_eq!(
            message(&path),
            named("is not an HDF5 file; expected the `.h5` file of a run")
        );
        std::fs::remove_file(&path).unwrap();
        File::create(&path).unwrap().close().unwrap();
        assert_eq!(
            message(&path),
            named(
                "is an HDF5 file, but not of a Sharpwave run: it has no attribute `format` = \"sharpwave run\""
            )
        );
        std::fs::remove_file(&path).unwrap();
        let later = File::create(&path).unwrap();
        Header::new(1).write(&later).unwrap();
        later
            .attr("format_version")
            .unwrap()
            .write_scalar(&3_u32)
            .unwrap();
        // Whatever else is different in it: here groups deeper than a run file has.
        later.create_group("/a/b/c/d/e/f").unwrap();
        later.close().unwrap();
        assert!(message(&path).starts_with(&named("format_version is 3, expected at most 2")));
        let other = File::open_rw(&path).unwrap();
        let format = other.attr("format").unwrap();
        format.write_scalar(&string("another format")).unwrap();
        other.close().unwrap();
        assert!(message(&path).starts_with(&named("is an HDF5 file, but not of a Sharpwave run")));
        assert!(message(folder.path()).ends_with("cannot read: is a folder"));
        assert!(!copy.exists());
    }
}
