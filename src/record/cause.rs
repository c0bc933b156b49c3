//! The reason behind an error of the HDF5 library, in words that a user can act on.

/// The operating system's message if there is one in the library's error stack, else the library's innermost one.
pub(super) fn cause(error: &hdf5::Error) -> String {
    let Some(stack) = error.stack() else {
        return error.to_string();
    };
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
    }
}
