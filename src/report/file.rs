//! Writing a canvas as files.

use super::canvas::{Canvas, png, svg};
use crate::record::output::TEMPORARY;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A figure that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// A file of that name is there already; figures never overwrite.
    #[error("`{}`: the figure exists already, expected a new name\n  help: move it away or write to another directory", path.display())]
    Exists {
        /// The file that is there.
        path: PathBuf,
    },
    /// The directory or the file cannot be written, or the disk is full.
    #[error("`{}`: the figure cannot be written: {source}", path.display())]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The picture cannot be encoded as PNG.
    #[error("`{}`: the picture cannot be encoded as PNG: {source}", path.display())]
    Encode {
        /// The file that was to be written.
        path: PathBuf,
        /// What the encoder said.
        source: ::png::EncodingError,
    },
}

/// Writes `canvas` to `stem.svg` and `stem.png`.
///
/// Each appears under its name only when whole, and both are drawn before the first appears. A dot in the stem is
/// part of the name, not an extension.
pub(super) fn write(canvas: &Canvas, stem: &Path) -> Result<(), FigureError> {
    let (svg_path, png_path) = (with_suffix(stem, ".svg"), with_suffix(stem, ".png"));
    for path in [&svg_path, &png_path] {
        if path.symlink_metadata().is_ok() {
            return Err(FigureError::Exists { path: path.clone() });
        }
    }
    let encode = |path: &Path| {
        let path = path.to_owned();
        move |source| FigureError::Encode { path, source }
    };
    let svg = svg::render(canvas).map_err(encode(&svg_path))?;
    let png = png::render(canvas).map_err(encode(&png_path))?;
    let svg = Pending::new(svg_path, svg.as_bytes())?;
    let png = Pending::new(png_path, &png)?;
    svg.publish()?;
    png.publish()
}

fn with_suffix(stem: &Path, suffix: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A whole file that does not have its name yet; removed when dropped.
struct Pending {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Pending {
    fn new(path: PathBuf, bytes: &[u8]) -> Result<Self, FigureError> {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let write = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix(TEMPORARY);
            // Temporary files are private by default; a figure gets the permissions of any new file.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                builder.permissions(std::fs::Permissions::from_mode(0o666));
            }
            let mut file = builder.tempfile_in(directory)?;
            file.write_all(bytes)?;
            Ok(file)
        };
        match write() {
            Ok(file) => Ok(Self { file, path }),
            Err(source) => Err(FigureError::Write { path, source }),
        }
    }

    fn publish(self) -> Result<(), FigureError> {
        let Self { file, path } = self;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(()),
            Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(FigureError::Exists { path })
            }
            Err(e) => Err(FigureError::Write {
                path,
                source: e.error,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_appear_whole_and_are_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let stem = directory.path().join("accuracy.v1");
        let canvas = Canvas::new(20.0, 10.0, "a & b");
        write(&canvas, &stem).unwrap();
        let mut names: Vec<_> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["accuracy.v1.png", "accuracy.v1.svg"]);
        let error = write(&canvas, &stem).unwrap_err();
        assert!(matches!(error, FigureError::Exists { .. }), "{error}");
    }

    #[test]
    fn a_missing_directory_is_an_error_that_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let stem = directory.path().join("none/raster");
        let error = write(&Canvas::new(20.0, 10.0, ""), &stem).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("none/raster.svg`: the figure cannot be written"),
            "{error}"
        );
    }
}
