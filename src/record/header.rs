//! The attributes of the file itself.

use std::str::FromStr;

use hdf5::types::{FixedUnicode, VarLenUnicode};
use hdf5::{File, H5Type, Location};

/// Value of the attribute `format`.
pub(super) const FORMAT: &str = "sharpwave run";

/// Version of the layout in the module's table: raised when a reader of the old one would go wrong. Files of version 1, whose
/// fingerprint has a fixed length, can still be read.
pub(super) const FORMAT_VERSION: u32 = 2;

/// SONATA's magic number and version, which its developer guide asks for in every file.
const SONATA_MAGIC: u32 = 0x0A7A;
const SONATA_VERSION: [u32; 2] = [0, 1];

/// Hexadecimal digits of a fingerprint in the table of all seeds, at a fixed length as every column that grows.
pub(super) type Fingerprint = FixedUnicode<64>;

/// The attributes that are not constants.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) sharpwave_version: String,
    pub(super) hdf5_version: String,
    pub(super) seed: u64,
    pub(super) complete: bool,
    /// Hexadecimal digits, empty until the run is complete.
    pub(super) fingerprint: String,
}

impl Header {
    /// The header of a run that starts now.
    pub(super) fn new(seed: u64) -> Self {
        let (major, minor, patch) = hdf5::library_version();
        Self {
            sharpwave_version: env!("CARGO_PKG_VERSION").to_owned(),
            hdf5_version: format!("{major}.{minor}.{patch}"),
            seed,
            complete: false,
            fingerprint: String::new(),
        }
    }

    /// Creates the attributes.
    pub(super) fn write(&self, file: &File) -> hdf5::Result<()> {
        let Self {
            sharpwave_version,
            hdf5_version,
            seed,
            complete,
            fingerprint,
        } = self;
        text_attribute(file, "format", FORMAT)?;
        attribute(file, "format_version", &FORMAT_VERSION)?;
        text_attribute(file, "sharpwave_version", sharpwave_version)?;
        text_attribute(file, "hdf5_version", hdf5_version)?;
        declare_sonata(file)?;
        attribute(file, "seed", seed)?;
        attribute(file, "complete", &u8::from(*complete))?;
        text_attribute(file, "fingerprint", fingerprint)
    }

    /// Reads the attributes of a run file.
    pub(super) fn read(file: &File) -> hdf5::Result<Self> {
        let complete = file.attr("complete")?.read_scalar::<u8>()? != 0;
        let fingerprint = || match text(file, "fingerprint") {
            Ok(fingerprint) => Ok(fingerprint),
            Err(error) => {
                let fixed = file.attr("fingerprint")?.read_scalar::<Fingerprint>();
                fixed
                    .map(|fixed| fixed.as_str().to_owned())
                    .map_err(|_| error)
            }
        };
        Ok(Self {
            sharpwave_version: text(file, "sharpwave_version")?,
            hdf5_version: text(file, "hdf5_version")?,
            seed: file.attr("seed")?.read_scalar()?,
            complete,
            // A run killed just before it was marked complete may have left half of it.
            fingerprint: if complete {
                fingerprint()?
            } else {
                String::new()
            },
        })
    }
}

/// Creates the attributes that SONATA asks for.
pub(super) fn declare_sonata(file: &File) -> hdf5::Result<()> {
    attribute(file, "magic", &SONATA_MAGIC)?;
    file.new_attr_builder()
        .with_data(&SONATA_VERSION)
        .create("version")
        .map(drop)
}

/// Marks a run as complete, once its fingerprint is safe: the text and the reference to it lie in two places of the file, so
/// that only of a complete run both are sure to be there.
pub(super) fn mark_complete(file: &File, fingerprint: &str) -> hdf5::Result<()> {
    let attribute = file.attr("fingerprint")?;
    attribute.write_scalar(&string(fingerprint))?;
    file.flush()?;
    file.attr("complete")?.write_scalar(&1_u8)
}

/// `hex` at its fixed length.
pub(super) fn fingerprint_of(hex: &str) -> Fingerprint {
    let end = hex.floor_char_boundary(Fingerprint::capacity());
    Fingerprint::from_str(&hex[..end]).unwrap_or_default()
}

/// Whether `file` has a text that may be its format.
pub(super) fn declares_format(file: &File) -> bool {
    let dtype = file.attr("format").and_then(|format| format.dtype());
    let found = dtype.and_then(|dtype| dtype.to_descriptor());
    found.is_ok_and(|found| found == VarLenUnicode::type_descriptor())
}

/// The format and its version that `file` declares, if any.
pub(super) fn format(file: &File) -> Option<(String, u32)> {
    let version = file.attr("format_version").ok()?.read_scalar().ok()?;
    Some((text(file, "format").ok()?, version))
}

/// `text` as HDF5 stores it. A text ends at its first NUL, which no TOML file can hold.
pub(super) fn string(text: &str) -> VarLenUnicode {
    let end = text.find('\0').unwrap_or(text.len());
    VarLenUnicode::from_str(&text[..end]).unwrap_or_default()
}

/// Creates the attribute `name` with one value.
pub(super) fn attribute<T: H5Type>(at: &Location, name: &str, value: &T) -> hdf5::Result<()> {
    at.new_attr::<T>().create(name)?.write_scalar(value)
}

/// Creates the attribute `name` with a text.
pub(super) fn text_attribute(at: &Location, name: &str, value: &str) -> hdf5::Result<()> {
    attribute(at, name, &string(value))
}

/// The text of the attribute `name`.
pub(super) fn text(file: &Location, name: &str) -> hdf5::Result<String> {
    let value: VarLenUnicode = file.attr(name)?.read_scalar()?;
    Ok(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
