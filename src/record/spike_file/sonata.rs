//! Spikes in the SONATA layout: `/spikes/<population>/{timestamps, node_ids}`, or as it was before populations:
//! `/spikes/{timestamps, gids}`.

use std::path::Path;

use hdf5::types::{IntSize, TypeDescriptor};
use hdf5::{Dataset, File, Group};

use super::{Choice, Take, exact_time, spike_time};
use crate::record::column::rest_of;
use crate::record::dataset::{self, Fault};
use crate::record::stored_text::text;

/// Hands over the spikes of the chosen populations, in the order of the file.
pub(super) fn visit(
    root: &File,
    path: &Path,
    choice: Choice<'_>,
    take: &mut Take<'_>,
) -> Result<(), Fault> {
    let layout = "the SONATA layout `/spikes/<population>`";
    let spikes = root
        .group("spikes")
        .map_err(|_| Fault::content("/spikes", "no group", layout))?;
    if spikes.dataset("timestamps").is_ok() {
        // The layout before populations.
        if let Choice::One(Some(name)) = choice {
            let found = "timestamps without a population: SONATA's layout before them";
            let expected = format!("a population `{name}`, or no `population` in the model file");
            return Err(Fault::content("/spikes", found, &expected));
        }
        let ids = if spikes.link_exists("gids") {
            "gids"
        } else {
            "node_ids"
        };
        let population = Population {
            path,
            name: "",
            place: "/spikes",
            group: &spikes,
            ids,
        };
        return population.visit(take);
    }
    for name in chosen(&spikes, choice)? {
        let population = Population {
            path,
            name: &name,
            place: &format!("/spikes/{name}"),
            group: &spikes.group(&name)?,
            ids: "node_ids",
        };
        population.visit(take)?;
    }
    Ok(())
}

/// Names of the chosen populations, silent ones too; none of a file as it was before populations.
pub(super) fn populations(root: &File, choice: Choice<'_>) -> Result<Vec<String>, Fault> {
    match root.group("spikes") {
        Ok(spikes) if spikes.dataset("timestamps").is_err() => chosen(&spikes, choice),
        _ => Ok(Vec::new()),
    }
}

fn chosen(spikes: &Group, choice: Choice<'_>) -> Result<Vec<String>, Fault> {
    if let Choice::One(asked) = choice {
        return Ok(vec![dataset::choose(spikes, asked)?]);
    }
    let names = spikes.member_names()?;
    if names.is_empty() {
        let expected = "the spikes of a population, as `[record] spikes` has them recorded";
        return Err(Fault::content("/spikes", "nothing", expected));
    }
    Ok(names)
}

/// A population that is read.
struct Population<'a> {
    path: &'a Path,
    name: &'a str,
    place: &'a str,
    group: &'a Group,
    /// Name of the column of neurons.
    ids: &'a str,
}

impl Population<'_> {
    fn visit(&self, take: &mut Take<'_>) -> Result<(), Fault> {
        let Self {
            path,
            name,
            place,
            group,
            ids,
        } = *self;
        let columns = format!("timestamps and {ids}");
        let timestamps = dataset::column(path, group, place, "timestamps", &columns)?;
        let node_ids = dataset::column(path, group, place, ids, &columns)?;
        let (n_times, n_ids) = (timestamps.size(), node_ids.size());
        if n_times != n_ids {
            let found = format!("{n_times} timestamps and {n_ids} {ids}");
            return Err(Fault::content(place, found, "as many of each"));
        }
        let ms_per_unit = ms_per_unit(path, &timestamps, place)?;
        // They belong to milliseconds.
        let rests = match ms_per_unit == 1.0 {
            true => rests(path, group, place, n_times)?,
            false => None,
        };
        let (times_at, ids_at) = (format!("{place}/timestamps"), format!("{place}/{ids}"));
        for range in dataset::pieces(&timestamps) {
            let times = dataset::numbers_within(&timestamps, &times_at, range.clone())?;
            let nodes = dataset::whole_numbers_within(&node_ids, &ids_at, range.clone())?;
            let rests = rests
                .as_ref()
                .map(|rests| dataset::read::<i16>(rests, range.clone()));
            let rests = rests.transpose()?;
            for (i, (value, id)) in times.into_iter().zip(nodes).enumerate() {
                let rest = rests.as_ref().and_then(|rests| rests.get(i));
                let time = match rest {
                    Some(&rest) => exact_time(value, rest),
                    None => spike_time(value * ms_per_unit),
                };
                let index = range.start + i;
                let time = time.map_err(|expected| {
                    Fault::content(&format!("{times_at}[{index}]"), value, expected)
                })?;
                take(name, time, id).map_err(|expected| {
                    Fault::content(&format!("{ids_at}[{index}]"), id, &expected)
                })?;
            }
        }
        Ok(())
    }
}

/// What milliseconds leave of each timestamp's picoseconds, in files of our own.
fn rests(path: &Path, group: &Group, place: &str, n: usize) -> Result<Option<Dataset>, Fault> {
    let name = rest_of("timestamps");
    if !group.link_exists(&name) {
        return Ok(None);
    }
    let rests = dataset::column(path, group, place, &name, "one value for each timestamp")?;
    let place = format!("{place}/{name}");
    match rests.dtype()?.to_descriptor()? {
        TypeDescriptor::Integer(IntSize::U2) if rests.size() == n => Ok(Some(rests)),
        TypeDescriptor::Integer(IntSize::U2) => Err(Fault::content(
            &place,
            format!("{} values", rests.size()),
            &n.to_string(),
        )),
        other => Err(Fault::content(
            &place,
            format!("values of type {other}"),
            "type int16",
        )),
    }
}

/// Milliseconds in the unit of the timestamps: 1 unless the attribute `units` says seconds.
fn ms_per_unit(path: &Path, timestamps: &Dataset, place: &str) -> Result<f64, Fault> {
    let Ok(attribute) = timestamps.attr("units") else {
        return Ok(1.0);
    };
    match text(path, &attribute)?.as_deref() {
        Some("ms" | "millisecond" | "milliseconds") => Ok(1.0),
        Some("s" | "second" | "seconds") => Ok(1000.0),
        other => Err(Fault::content(
            &format!("{place}/timestamps: attribute `units`"),
            other.map_or("no text".to_owned(), |unit| {
                format!("`{}`", unit.escape_debug())
            }),
            "`ms` or `s`",
        )),
    }
}

#[cfg(test)]
mod tests;
