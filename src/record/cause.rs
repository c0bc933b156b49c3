//! The reason behind an error of the HDF5 library, in words that a user can act on.

/// What is said of a file that HDF5 has locked, be it in this program or another: h5py does so until its `File` is closed.
const LOCKED: &str = "something else has it open for writing: is it still open in Python?";

/// Whether the file is locked, so that nothing is known of it.
pub(super) fn is_locked(error: &hdf5::Error) -> bool {
    let stack = error.stack();
    stack.is_some_and(|stack| {
        stack
            .iter()
            .any(|frame| frame.desc().contains("unable to lock file"))
    })
}

/// The operating system's message if there is one in the library's error stack, else the library's innermost one.
pub(super) fn cause(error: &hdf5::Error) -> String {
    let Some(stack) = error.stack() else {
        return error.to_string();
    };
    if is_locked(error) {
        return LOCKED.to_owned();
    }
    let descriptions: Vec<&str> = stack.iter().map(|frame| frame.desc()).collect();
    descriptions
        .iter()
        .find_map(|text| system_message(text))
        .or_else(|| descriptions.last().copied())
        .map_or_else(|| error.to_string(), str::to_owned)
}

/// The part of a description that the file driver copied from `strerror`: `… error message = 'No space left …' …`.
fn system_message(description: &str) -> Option<&str> {
    let (_, rest) = description.split_once("error message = '")?;
    rest.split_once('\'').map(|(message, _)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_message_comes_first() {
        let error = hdf5::File::open("/no/such/file").unwrap_err();
        assert_eq!(cause(&error), "No such file or directory");
        assert!(!is_locked(&error));
    }

    #[test]
    #[cfg(unix)]
    fn a_locked_file_is_said_to_be_open_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.h5");
        hdf5::File::create(&path).unwrap();
        let held = std::fs::File::open(&path).unwrap();
        held.lock().unwrap();
        let error = hdf5::File::open(&path).unwrap_err();
        assert!(is_locked(&error));
        assert_eq!(cause(&error), LOCKED);
        held.unlock().unwrap();
        assert!(hdf5::File::open(&path).is_ok());
    }
}
