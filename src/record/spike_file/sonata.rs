//! Spikes in the SONATA layout: `/spikes/<population>/{timestamps, node_ids}`.

use std::path::Path;

use hdf5::types::{FixedUnicode, TypeDescriptor, VarLenUnicode};
use hdf5::{Attribute, Dataset, File, Group, OpenMode};

use super::{SpikeFileError, spike_node, spike_time};
use crate::base::time::Time;
use crate::record::cause::cause;

/// How far deflate can compress; a dataset that claims more values than its bytes can hold is forged or unwritten.
const MOST_COMPRESSION: u64 = 1032;

/// Reads the spikes of one population, in the order of the file.
pub(super) fn read(
    path: &Path,
    population: Option<&str>,
    size: usize,
) -> Result<Vec<(Time, u32)>, SpikeFileError> {
    let file = Reader { path };
    let root = File::open(path)
        .or_else(|_| File::open_as(path, OpenMode::ReadSWMR))
        .map_err(|error| file.unreadable(&error))?;
    let spikes = root.group("spikes").map_err(|_| {
        file.content(
            "/",
            "no group `spikes`",
            "the SONATA layout `/spikes/<population>`",
        )
    })?;
    let name = file.choose(&spikes, population)?;
    let place = format!("/spikes/{name}");
    let group = spikes
        .group(&name)
        .map_err(|error| file.unreadable(&error))?;

    let timestamps = file.column(&group, &place, "timestamps")?;
    let node_ids = file.column(&group, &place, "node_ids")?;
    let (n_times, n_ids) = (timestamps.size(), node_ids.size());
    if n_times != n_ids {
        return Err(file.content(
            &place,
            format!("{n_times} timestamps and {n_ids} node_ids"),
            "as many of each",
        ));
    }
    let ms_per_unit = file.ms_per_unit(&timestamps, &place)?;
    let times = file.times(&timestamps, &place)?;
    let nodes = file.nodes(&node_ids, &place)?;

    let mut read = Vec::with_capacity(times.len());
    for (index, (value, id)) in times.into_iter().zip(nodes).enumerate() {
        let time = spike_time(value * ms_per_unit).map_err(|expected| {
            file.content(&format!("{place}/timestamps[{index}]"), value, expected)
        })?;
        let node = spike_node(id, size).map_err(|expected| {
            file.content(&format!("{place}/node_ids[{index}]"), id, &expected)
        })?;
        read.push((time, node));
    }
    Ok(read)
}

/// Reads parts of one file and names it in errors.
struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn unreadable(&self, error: &hdf5::Error) -> SpikeFileError {
        SpikeFileError::Unreadable {
            path: self.path.to_owned(),
            cause: cause(error),
        }
    }

    fn content(&self, place: &str, found: impl ToString, expected: &str) -> SpikeFileError {
        SpikeFileError::Content {
            path: self.path.to_owned(),
            place: place.to_owned(),
            found: found.to_string(),
            expected: expected.to_owned(),
        }
    }

    /// The population asked for, or the only one.
    fn choose(&self, spikes: &Group, asked: Option<&str>) -> Result<String, SpikeFileError> {
        let names = spikes
            .member_names()
            .map_err(|error| self.unreadable(&error))?;
        let (problem, help) = match (asked, names.as_slice()) {
            (None, [only]) => return Ok(only.clone()),
            (None, _) => (
                "no population is named".to_owned(),
                "set the population to read".to_owned(),
            ),
            (Some(name), names) if names.iter().any(|n| n == name) => return Ok(name.to_owned()),
            (Some(name), names) => (
                format!("has no population `{name}`"),
                closest(name, names).map_or_else(
                    || "name one of these".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            ),
        };
        Err(SpikeFileError::Population {
            path: self.path.to_owned(),
            problem,
            found: names,
            help,
        })
    }

    /// A one-dimensional dataset whose values can all be there.
    fn column(&self, group: &Group, place: &str, name: &str) -> Result<Dataset, SpikeFileError> {
        let place = format!("{place}/{name}");
        let dataset = group
            .dataset(name)
            .map_err(|_| self.content(&place, "no such dataset", "timestamps and node_ids"))?;
        if dataset.ndim() != 1 {
            let found = format!("{} dimensions", dataset.ndim());
            return Err(self.content(&place, found, "one"));
        }
        let held = dataset.storage_size().saturating_mul(MOST_COMPRESSION);
        if dataset.size() as u64 > held {
            let found = format!(
                "{} values in {} bytes",
                dataset.size(),
                dataset.storage_size()
            );
            return Err(self.content(&place, found, "a dataset that was written in full"));
        }
        Ok(dataset)
    }

    /// Milliseconds in the unit of the timestamps: 1 unless the attribute `units` says seconds.
    fn ms_per_unit(&self, timestamps: &Dataset, place: &str) -> Result<f64, SpikeFileError> {
        let Ok(attribute) = timestamps.attr("units") else {
            return Ok(1.0);
        };
        match text(&attribute).as_deref() {
            Some("ms" | "millisecond" | "milliseconds") => Ok(1.0),
            Some("s" | "second" | "seconds") => Ok(1000.0),
            other => Err(self.content(
                &format!("{place}/timestamps: attribute `units`"),
                other.map_or("no text".to_owned(), |unit| {
                    format!("`{}`", unit.escape_debug())
                }),
                "`ms` or `s`",
            )),
        }
    }

    fn times(&self, dataset: &Dataset, place: &str) -> Result<Vec<f64>, SpikeFileError> {
        match self.kind(dataset)? {
            TypeDescriptor::Float(_) | TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => {
                self.values(dataset)
            }
            other => Err(self.content(
                &format!("{place}/timestamps"),
                format!("values of type {other}"),
                "numbers",
            )),
        }
    }

    /// Node ids; HDF5 would turn negative ones into 0 in silence, so signed ones are read as they are.
    fn nodes(&self, dataset: &Dataset, place: &str) -> Result<Vec<u64>, SpikeFileError> {
        let place = format!("{place}/node_ids");
        match self.kind(dataset)? {
            TypeDescriptor::Unsigned(_) => self.values(dataset),
            TypeDescriptor::Integer(_) => self
                .values::<i64>(dataset)?
                .into_iter()
                .enumerate()
                .map(|(index, id)| {
                    u64::try_from(id).map_err(|_| {
                        self.content(
                            &format!("{place}[{index}]"),
                            id,
                            "a whole number, not negative",
                        )
                    })
                })
                .collect(),
            other => Err(self.content(&place, format!("values of type {other}"), "whole numbers")),
        }
    }

    fn kind(&self, dataset: &Dataset) -> Result<TypeDescriptor, SpikeFileError> {
        dataset
            .dtype()
            .and_then(|kind| kind.to_descriptor())
            .map_err(|error| self.unreadable(&error))
    }

    fn values<T: hdf5::H5Type>(&self, dataset: &Dataset) -> Result<Vec<T>, SpikeFileError> {
        dataset.read_raw().map_err(|error| {
            if error.contains_minor(hdf5::MinorErrorCode::NoFilter)
                || error.contains_minor(hdf5::MinorErrorCode::CantFilter)
            {
                SpikeFileError::Unreadable {
                    path: self.path.to_owned(),
                    cause: "is compressed by a filter that is not built in\n  help: \
                            `h5repack -f NONE IN.h5 OUT.h5` makes an uncompressed copy"
                        .to_owned(),
                }
            } else {
                self.unreadable(&error)
            }
        })
    }
}

/// The text of an attribute in any of HDF5's ways of storing one.
fn text(attribute: &Attribute) -> Option<String> {
    /// Long enough for any unit; a longer text is cut and so refused.
    type Short = FixedUnicode<32>;
    let bytes = match attribute.dtype().ok()?.to_descriptor().ok()? {
        TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii => attribute
            .read_raw::<VarLenUnicode>()
            .ok()?
            .first()?
            .as_bytes()
            .to_vec(),
        TypeDescriptor::FixedUnicode(_) | TypeDescriptor::FixedAscii(_) => attribute
            .read_raw::<Short>()
            .ok()?
            .first()?
            .as_bytes()
            .to_vec(),
        _ => return None,
    };
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// The name nearest to `name`, if it is near enough to be meant.
fn closest<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    names
        .iter()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= name.chars().count() / 3 + 1)
        .min()
        .map(|(_, other)| other.as_str())
}
