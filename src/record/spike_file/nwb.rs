//! Spikes of the units of an NWB file: `/units/{spike_times, spike_times_index, id}`, times in seconds.

use std::path::Path;

use hdf5::File;

use super::{Choice, Take, spike_time};
use crate::record::dataset::{self, Fault};

const PLACE: &str = "/units";
const MS_PER_S: f64 = 1e3;

/// Hands over the spikes of all units, one unit after the other; the neuron is the unit's `id`, or its row where units have
/// none.
pub(super) fn visit(
    root: &File,
    path: &Path,
    choice: Choice<'_>,
    take: &mut Take<'_>,
) -> Result<(), Fault> {
    if let Choice::One(Some(name)) = choice {
        let found = "the units of NWB, which are no populations";
        let expected = format!("a population `{name}`, or no `population` in the model file");
        return Err(Fault::content(PLACE, found, &expected));
    }
    let units = root
        .group("units")
        .map_err(|_| Fault::content(PLACE, "no group", "the units of NWB"))?;
    let column = |name: &str| dataset::column(path, &units, PLACE, name, "the columns of NWB");
    let (times, ends) = (column("spike_times")?, column("spike_times_index")?);
    let (times_at, ends_at) = (
        format!("{PLACE}/spike_times"),
        format!("{PLACE}/spike_times_index"),
    );
    let ends = dataset::whole_numbers(&ends, &ends_at)?;
    let ids = match units.link_exists("id") {
        true => Some(dataset::whole_numbers(&column("id")?, "/units/id")?),
        false => None,
    };
    if let Some(ids) = ids.as_ref().filter(|ids| ids.len() != ends.len()) {
        let found = format!("{} values", ids.len());
        let expected = format!("{}, as many as spike_times_index", ends.len());
        return Err(Fault::content("/units/id", found, &expected));
    }
    let n = times.size() as u64;
    let mut before = 0;
    for (unit, &end) in ends.iter().enumerate() {
        if end < before || end > n {
            let expected = format!("from {before} to {n}, where this unit's spikes may end");
            return Err(Fault::content(
                &format!("{ends_at}[{unit}]"),
                end,
                &expected,
            ));
        }
        before = end;
    }
    if before != n {
        let expected = format!("{before}, where the last unit's spikes end");
        return Err(Fault::content(&times_at, format!("{n} values"), &expected));
    }
    let mut unit = 0;
    for range in dataset::pieces(&times) {
        let values = dataset::numbers_within(&times, &times_at, range.clone())?;
        for (index, value) in range.zip(values) {
            while ends.get(unit).is_some_and(|&end| end <= index as u64) {
                unit += 1;
            }
            let time = spike_time(value * MS_PER_S).map_err(|expected| {
                Fault::content(&format!("{times_at}[{index}]"), value, expected)
            })?;
            let id = ids.as_ref().map_or(unit as u64, |ids| ids[unit]);
            take("", time, id).map_err(|expected| {
                Fault::content(&format!("{PLACE}/id[{unit}]"), id, &expected)
            })?;
        }
    }
    Ok(())
}
