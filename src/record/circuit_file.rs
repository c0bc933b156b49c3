//! What the files of a SONATA circuit hold: populations of nodes with their types, populations of edges with their ends.

use std::path::{Path, PathBuf};

use hdf5::Group;

use super::dataset::{self, Fault};
use super::open::open;
use super::stored_text::text;
use super::type_table::TypeTable;

/// Why a file of a circuit cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {problem}", path.display())]
pub struct CircuitFileError {
    path: PathBuf,
    problem: String,
}

impl CircuitFileError {
    fn new(path: &Path, fault: Fault) -> Self {
        let problem = match fault {
            Fault::Unreadable(cause) => format!("cannot read: {cause}"),
            Fault::Content {
                place,
                found,
                expected,
            } => format!("{place}: found {found}, expected {expected}"),
            Fault::Population { problem, .. } => problem,
        };
        let path = path.to_owned();
        Self { path, problem }
    }
}

/// Where parameters of single nodes are, below their group.
pub(super) const DYNAMICS: &str = "dynamics_params";

/// A population of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    /// Its name.
    pub name: String,
    /// The type of each node, in the order of their numbers.
    pub types: Vec<u64>,
    /// Attributes that nodes have one by one, beside places.
    pub attributes: Vec<String>,
    /// Parameters that nodes have one by one, in the order of their numbers, in place of those of their types.
    pub parameters: Vec<String>,
}

/// A population of edges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edges {
    /// Its name.
    pub name: String,
    /// Names of the populations that it leads from and to, where it says so.
    pub source: Option<String>,
    /// As `source`.
    pub target: Option<String>,
    /// How many edges.
    pub n: usize,
    /// Attributes that edges have one by one.
    pub attributes: Vec<String>,
}

/// The table of types at `path`, numbered by the column `id`.
pub(crate) fn types(path: &Path, id: &str) -> Result<TypeTable, CircuitFileError> {
    TypeTable::read(path, id).map_err(|fault| CircuitFileError::new(path, fault))
}

/// The populations of the file of nodes at `path`.
///
/// # Errors
/// If it cannot be read, or its nodes are not numbered from 0 on in order.
pub fn nodes(path: &Path) -> Result<Vec<Nodes>, CircuitFileError> {
    let read = || {
        each(path, "nodes", |name, group, place| {
            let column = |name: &str| {
                let column = dataset::column(path, group, place, name, "a column of nodes")?;
                dataset::whole_numbers(&column, &format!("{place}/{name}"))
            };
            if group.link_exists("node_id") {
                let ids = column("node_id")?;
                let wrong = ids.iter().zip(0..).find(|(id, number)| **id != *number);
                if let Some((id, number)) = wrong {
                    let place = format!("{place}/node_id[{number}]");
                    return Err(Fault::content(
                        &place,
                        id,
                        "nodes numbered from 0 on, in order",
                    ));
                }
            }
            let types = column("node_type_id")?;
            let n = types.len();
            Ok(Nodes {
                name: name.to_owned(),
                attributes: attributes(group)?,
                parameters: match group.link_exists("node_group_index") {
                    // In another order they would be those of other nodes.
                    true if !column("node_group_index")?.into_iter().eq(0..n as u64) => Vec::new(),
                    _ => parameters(group)?,
                },
                types,
            })
        })
    };
    read().map_err(|fault| CircuitFileError::new(path, fault))
}

/// The populations of the file of edges at `path`.
///
/// # Errors
/// If it cannot be read.
pub fn edges(path: &Path) -> Result<Vec<Edges>, CircuitFileError> {
    let read = || {
        each(path, "edges", |name, group, place| {
            let end = |column: &str| -> Result<_, Fault> {
                let ids = dataset::column(path, group, place, column, "a column of edges")?;
                let population = match ids.attr("node_population") {
                    Ok(attribute) => text(path, &attribute)?,
                    Err(_) => None,
                };
                Ok((ids.size(), population))
            };
            let (n, source) = end("source_node_id")?;
            let (_, target) = end("target_node_id")?;
            Ok(Edges {
                name: name.to_owned(),
                source,
                target,
                n,
                attributes: attributes(group)?,
            })
        })
    };
    read().map_err(|fault| CircuitFileError::new(path, fault))
}

/// Names of populations of spikes in the file at `path`; none for other files than SONATA's with populations.
///
/// # Errors
/// If it cannot be read.
pub fn spike_populations(path: &Path) -> Result<Vec<String>, CircuitFileError> {
    let read = || -> Result<_, Fault> {
        let root = open(path)?;
        let Ok(spikes) = root.group("spikes") else {
            return Ok(Vec::new());
        };
        let names = spikes.member_names()?.into_iter();
        Ok(names.filter(|name| spikes.group(name).is_ok()).collect())
    };
    read().map_err(|fault| CircuitFileError::new(path, fault))
}

/// Every population of the file, from its name, group and place.
fn each<T>(
    path: &Path,
    kind: &str,
    read: impl Fn(&str, &Group, &str) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let root = open(path)?;
    let parent = root.group(kind).map_err(|_| {
        let expected = format!("the SONATA layout `/{kind}/<population>`");
        Fault::content("/", format!("no group `{kind}`"), &expected)
    })?;
    let names = parent.member_names()?;
    let one = |name: String| read(&name, &parent.group(&name)?, &format!("/{kind}/{name}"));
    names.into_iter().map(one).collect()
}

/// Names of the parameters that nodes have one by one, where all of them are of one group.
fn parameters(population: &Group) -> Result<Vec<String>, Fault> {
    let groups = population.member_names()?.into_iter();
    let groups: Vec<String> = groups.filter(|name| name.parse::<u64>().is_ok()).collect();
    let [only] = groups.as_slice() else {
        return Ok(Vec::new());
    };
    match population.group(only)?.group(DYNAMICS) {
        Ok(group) if only == "0" => Ok(group.member_names()?),
        _ => Ok(Vec::new()),
    }
}

/// Names of what the groups of a population hold.
fn attributes(population: &Group) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for group in population.member_names()? {
        if group.parse::<u64>().is_ok() {
            names.extend(population.group(&group)?.member_names()?);
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}
