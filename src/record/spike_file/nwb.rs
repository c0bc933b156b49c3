//! Spikes of the units of an NWB file: `/units/{spike_times, spike_times_index, id}`, times in seconds; and its epochs.

use std::collections::HashMap;
use std::path::Path;

use hdf5::{File, Group};

use super::{Choice, Take, spike_time};
use crate::base::time::{MS_PER_S, Time};
use crate::record::dataset::{self, Fault};
use crate::record::sink::Bout;
use crate::record::stored_text::texts;

const PLACE: &str = "/units";
const EPOCHS: &str = "/intervals/epochs";
/// A table of the file: its columns are as long as one another.
struct Table<'a> {
    path: &'a Path,
    group: Group,
    place: &'static str,
    /// Rows, and the column that told.
    rows: usize,
    told_by: &'static str,
}

impl Table<'_> {
    fn column(&self, name: &str) -> Result<hdf5::Dataset, Fault> {
        dataset::column(
            self.path,
            &self.group,
            self.place,
            name,
            "the columns of NWB",
        )
    }

    fn has(&self, name: &str) -> bool {
        self.group.link_exists(name)
    }

    /// Refuses a column `name` of `n` rows where there are others.
    fn check_rows(&self, name: &str, n: usize) -> Result<(), Fault> {
        match n == self.rows {
            true => Ok(()),
            false => {
                let expected = format!("{}, as many as {}", self.rows, self.told_by);
                let found = format!("{n} values");
                Err(Fault::content(
                    &format!("{}/{name}", self.place),
                    found,
                    &expected,
                ))
            }
        }
    }

    /// The column `name` if it is there.
    fn ids(&self, name: &str) -> Result<Option<Vec<u64>>, Fault> {
        if !self.has(name) {
            return Ok(None);
        }
        let ids = dataset::whole_numbers(&self.column(name)?, &format!("{}/{name}", self.place))?;
        self.check_rows(name, ids.len())?;
        Ok(Some(ids))
    }

    /// The column `name` if it is there and has texts.
    fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        if !self.has(name) {
            return Ok(None);
        }
        let column = self.column(name)?;
        let texts = texts(self.path, &column)?;
        if let Some(texts) = &texts {
            self.check_rows(name, texts.len())?;
        }
        Ok(texts)
    }
}

/// Where the values of each row end, of a column `name` of `n` values that has an index.
fn ends_of(table: &Table<'_>, name: &str, n: u64) -> Result<Vec<u64>, Fault> {
    let index_at = format!("{}/{name}_index", table.place);
    let ends = dataset::whole_numbers(&table.column(&format!("{name}_index"))?, &index_at)?;
    let mut before = 0;
    for (row, &end) in ends.iter().enumerate() {
        if end < before || end > n {
            let what = match table.place {
                PLACE => "where this unit's spikes may end",
                _ => "where this epoch's may end",
            };
            let expected = format!("from {before} to {n}, {what}");
            return Err(Fault::content(
                &format!("{index_at}[{row}]"),
                end,
                &expected,
            ));
        }
        before = end;
    }
    Ok(ends)
}

/// The units of a file, but for their spikes.
struct Units {
    times: hdf5::Dataset,
    /// Where the spikes of each end.
    ends: Vec<u64>,
    /// The population of each, where they have any.
    owners: Option<Vec<String>>,
    /// The neuron that each is, and the column that says so.
    ids: Option<Vec<u64>>,
    ids_at: &'static str,
    /// The population that is read alone.
    only: Option<String>,
}

impl Units {
    /// Units with a column `population` of texts, such as those of a run of ours, belong to those populations, and the neuron is
    /// what their column `neuron` says; else it is the unit's `id`, or its row where units have none.
    fn open(root: &File, path: &Path, choice: Choice<'_>) -> Result<Self, Fault> {
        let group = root
            .group("units")
            .map_err(|_| Fault::content(PLACE, "no group", "the units of NWB"))?;
        let mut units = Table {
            path,
            group,
            place: PLACE,
            rows: 0,
            told_by: "spike_times_index",
        };
        let times = units.column("spike_times")?;
        let n = times.size() as u64;
        let ends = ends_of(&units, "spike_times", n)?;
        units.rows = ends.len();
        let owners = units.texts("population")?;
        let numbers = match owners {
            Some(_) => units.ids("neuron")?,
            None => None,
        };
        let (ids, ids_at) = match numbers {
            Some(numbers) => (Some(numbers), "neuron"),
            None => (units.ids("id")?, "id"),
        };
        let last = ends.last().copied().unwrap_or(0);
        if last != n {
            let expected = format!("{last}, where the last unit's spikes end");
            let found = format!("{n} values");
            let place = format!("{PLACE}/spike_times");
            return Err(Fault::content(&place, found, &expected));
        }
        let only = chosen(owners.as_deref(), choice)?;
        Ok(Self {
            times,
            ends,
            owners,
            ids,
            ids_at,
            only,
        })
    }

    /// The population of `unit`, "" where there are none.
    fn owner(&self, unit: usize) -> &str {
        let owners = self.owners.as_ref();
        owners.map_or("", |owners| owners[unit].as_str())
    }

    /// Whether `unit` is to be read.
    fn is_chosen(&self, unit: usize) -> bool {
        let only = self.only.as_deref();
        only.is_none_or(|only| only == self.owner(unit))
    }

    /// The neuron that `unit` is.
    fn id(&self, unit: usize) -> u64 {
        self.ids.as_ref().map_or(unit as u64, |ids| ids[unit])
    }
}

/// Population and number of the neuron of each chosen unit, also of those that never spike.
pub(super) fn neurons(
    root: &File,
    path: &Path,
    choice: Choice<'_>,
) -> Result<Vec<(String, u64)>, Fault> {
    let units = Units::open(root, path, choice)?;
    let chosen = (0..units.ends.len()).filter(|&unit| units.is_chosen(unit));
    let neurons = chosen.map(|unit| (units.owner(unit).to_owned(), units.id(unit)));
    Ok(neurons.collect())
}

/// Hands over the spikes of all chosen units, one unit after the other.
pub(super) fn visit(
    root: &File,
    path: &Path,
    choice: Choice<'_>,
    take: &mut Take<'_>,
) -> Result<(), Fault> {
    let units = Units::open(root, path, choice)?;
    let times_at = format!("{PLACE}/spike_times");
    let mut unit = 0;
    for range in dataset::pieces(&units.times) {
        let values = dataset::numbers_within(&units.times, &times_at, range.clone())?;
        for (index, value) in range.zip(values) {
            while units.ends.get(unit).is_some_and(|&end| end <= index as u64) {
                unit += 1;
            }
            if !units.is_chosen(unit) {
                continue;
            }
            let time = spike_time(value * MS_PER_S).map_err(|expected| {
                Fault::content(&format!("{times_at}[{index}]"), value, expected)
            })?;
            let id = units.id(unit);
            take(units.owner(unit), time, id).map_err(|expected| {
                let place = format!("{PLACE}/{}[{unit}]", units.ids_at);
                Fault::content(&place, id, &expected)
            })?;
        }
    }
    Ok(())
}

/// The population that is read alone, of those that `owners`, a name for each unit, belong to.
fn chosen(owners: Option<&[String]>, choice: Choice<'_>) -> Result<Option<String>, Fault> {
    match (owners, choice) {
        (_, Choice::All) | (None, Choice::One(None)) => Ok(None),
        (None, Choice::One(Some(name))) => {
            let found = "the units of NWB, which are no populations";
            let expected = format!("a population `{name}`, or no `population` in the model file");
            Err(Fault::content(PLACE, found, &expected))
        }
        (Some(owners), Choice::One(asked)) => {
            let mut names: Vec<String> = Vec::new();
            for owner in owners {
                if !names.contains(owner) {
                    names.push(owner.clone());
                }
            }
            match (asked, names.as_slice()) {
                (None, []) => Ok(None),
                (None, [only]) => Ok(Some(only.clone())),
                (Some(name), names) if names.iter().any(|known| known == name) => {
                    Ok(Some(name.to_owned()))
                }
                _ => Err(Fault::no_population(asked, names)),
            }
        }
    }
}

/// From when to when units were observed at all, where the file says so.
pub(super) fn observed(root: &File, path: &Path) -> Result<Option<(Time, Time)>, Fault> {
    const NAME: &str = "obs_intervals";
    let units = root.group("units")?;
    if !units.link_exists(NAME) {
        return Ok(None);
    }
    let intervals = dataset::of_dimensions(2, path, &units, PLACE, NAME, "starts and ends")?;
    let at = format!("{PLACE}/{NAME}");
    if intervals.shape()[1] != 2 {
        let found = format!("{} columns", intervals.shape()[1]);
        return Err(Fault::content(&at, found, "a start and an end"));
    }
    let edges = dataset::numbers(&intervals, &at)?.into_iter().enumerate();
    let edges = edges.map(|(k, value)| {
        let wrong = |expected| Fault::content(&format!("{at}[{}]", k / 2), value, expected);
        spike_time(value * MS_PER_S).map_err(wrong)
    });
    let edges = edges.collect::<Result<Vec<Time>, Fault>>()?;
    let stretches: Vec<&[Time]> = edges.chunks(2).collect();
    if stretches.iter().any(|stretch| *stretch != stretches[0]) {
        tracing::warn!(
            "`{}`: {at}: units were not all observed all the time; what is measured is of the time from the earliest start to the latest \
             end, gaps too",
            path.display()
        );
    }
    Ok(edges.iter().min().copied().zip(edges.iter().max().copied()))
}

/// The epochs of the file, none where it has none. They are called by their column `bout`, `label` or `stage`, or by their
/// tags, or by their number; a second of one name gets a 2.
pub(super) fn epochs(root: &File, path: &Path) -> Result<Vec<Bout>, Fault> {
    let intervals = match root.link_exists("intervals") {
        true => root.group("intervals")?,
        false => return Ok(Vec::new()),
    };
    if !intervals.link_exists("epochs") {
        return Ok(Vec::new());
    }
    let mut table = Table {
        path,
        group: intervals.group("epochs")?,
        place: EPOCHS,
        rows: 0,
        told_by: "start_time",
    };
    let times = |table: &Table<'_>, name: &str| -> Result<Vec<Time>, Fault> {
        let at = format!("{EPOCHS}/{name}");
        let values = dataset::numbers(&table.column(name)?, &at)?;
        let timed = values.into_iter().enumerate().map(|(row, value)| {
            let wrong = |expected| Fault::content(&format!("{at}[{row}]"), value, expected);
            spike_time(value * MS_PER_S).map_err(wrong)
        });
        timed.collect()
    };
    let starts = times(&table, "start_time")?;
    table.rows = starts.len();
    let stops = times(&table, "stop_time")?;
    table.check_rows("stop_time", stops.len())?;
    let mut named = None;
    for name in ["bout", "label", "stage"] {
        named = named.or(table.texts(name)?);
    }
    if named.is_none() && table.has("tags") && table.has("tags_index") {
        let column = table.column("tags")?;
        let ends = ends_of(&table, "tags", column.size() as u64)?;
        table.check_rows("tags_index", ends.len())?;
        named = texts(path, &column)?.map(|tags| {
            let firsts = std::iter::once(0).chain(ends.iter().copied());
            let rows = firsts.zip(&ends);
            rows.map(|(first, &end)| tags[first as usize..end as usize].join(" "))
                .collect()
        });
    }
    let kinds = table.texts("kind")?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut bouts = Vec::new();
    for (row, (&start, &stop)) in starts.iter().zip(&stops).enumerate() {
        if stop < start {
            let (at, expected) = (
                format!("{EPOCHS}/stop_time[{row}]"),
                "a time after the start",
            );
            return Err(Fault::content(&at, stop, expected));
        }
        let name = named.as_ref().map_or("", |names| names[row].as_str());
        let name = match name {
            "" => format!("epoch {row}"),
            name => name.to_owned(),
        };
        let times = seen.entry(name.clone()).or_insert(0);
        *times += 1;
        bouts.push(Bout {
            name: match times {
                1 => name,
                n => format!("{name} {n}"),
            },
            kind: kinds
                .as_ref()
                .map_or(String::new(), |kinds| kinds[row].clone()),
            start,
            stop,
        });
    }
    Ok(bouts)
}
