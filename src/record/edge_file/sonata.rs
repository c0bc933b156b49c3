//! Edges in the SONATA layout: `/edges/<population>/{source_node_id, target_node_id}`, with `edge_group_id` and
//! `edge_group_index` that lead to their attributes in `/edges/<population>/<group>/{syn_weight, delay}`.

use std::path::Path;

use hdf5::Group;

use crate::connection::{Column, EdgeList, Edges};
use crate::record::dataset::{self, Fault};
use crate::record::open::open;

/// The group where a file has no `edge_group_id`.
const ONLY_GROUP: u64 = 0;

/// Reads one edge population, in the order of the file.
pub(super) fn read(
    path: &Path,
    population: Option<&str>,
    mut list: EdgeList,
) -> Result<Edges, Fault> {
    const IDS: &str = "source_node_id and target_node_id";
    let root = open(path)?;
    let layout = "the SONATA layout `/edges/<population>`";
    let edges = root
        .group("edges")
        .map_err(|_| Fault::content("/", "no group `edges`", layout))?;
    let how = "set `population` to the one to read";
    let name = dataset::choose(&edges, population, how)?;
    let group = edges.group(&name)?;
    let file = Population {
        path,
        place: format!("/edges/{name}"),
        group,
    };
    let sources = file.whole_numbers("source_node_id", IDS, None)?;
    let n = sources.len();
    let targets = file.whole_numbers("target_node_id", IDS, Some(n))?;
    let attributes = file.attributes(n, &list)?;
    let place_of = |edge: usize, column: Column| match column {
        Column::Source => format!("{}/source_node_id[{edge}]", file.place),
        Column::Target => format!("{}/target_node_id[{edge}]", file.place),
        Column::Weight => attributes.weights.place(attributes.row(edge)),
        Column::Delay => attributes.delays.place(attributes.row(edge)),
    };
    for (edge, (&source, &target)) in sources.iter().zip(&targets).enumerate() {
        let row = attributes.row(edge);
        let weight = attributes.weights.value(row);
        let delay_ms = attributes.delays.value(row);
        list.push(source, target, weight, delay_ms)
            .map_err(|fault| {
                Fault::content(&place_of(edge, fault.column), fault.found, &fault.expected)
            })?;
    }
    Ok(list.finish())
}

/// The population that is read.
struct Population<'a> {
    path: &'a Path,
    place: String,
    group: Group,
}

/// What edges have beside source and target.
struct Attributes {
    /// Where each edge's attributes are; empty if they are in the order of the edges.
    rows: Vec<u64>,
    weights: Attribute,
    delays: Attribute,
}

/// One value for each row of a group; nothing if it is not wanted.
#[derive(Default)]
struct Attribute {
    place: String,
    values: Vec<f64>,
}

impl Population<'_> {
    /// A column of `n` ids.
    fn whole_numbers(
        &self,
        name: &str,
        expected: &str,
        n: Option<usize>,
    ) -> Result<Vec<u64>, Fault> {
        let column = dataset::column(self.path, &self.group, &self.place, name, expected)?;
        let place = format!("{}/{name}", self.place);
        match n {
            Some(n) if n != column.size() => {
                let found = format!("{} values", column.size());
                let expected = format!("{n}, as many as source_node_id");
                Err(Fault::content(&place, found, &expected))
            }
            _ => dataset::whole_numbers(&column, &place),
        }
    }

    /// Weights and delays of `n` edges, where `list` wants them.
    fn attributes(&self, n: usize, list: &EdgeList) -> Result<Attributes, Fault> {
        let mut attributes = Attributes {
            rows: Vec::new(),
            weights: Attribute::default(),
            delays: Attribute::default(),
        };
        if n == 0 || !(list.weighted() || list.delayed()) {
            return Ok(attributes);
        }
        const GROUPS: &str = "edge_group_id and edge_group_index";
        let mut number = ONLY_GROUP;
        if self.group.link_exists("edge_group_id") {
            let groups = self.whole_numbers("edge_group_id", GROUPS, Some(n))?;
            number = groups.first().copied().unwrap_or(ONLY_GROUP);
            if let Some(edge) = groups.iter().position(|&group| group != number) {
                let place = format!("{}/edge_group_id[{edge}]", self.place);
                let expected = format!("{number} as for edge 0: one group for all edges");
                return Err(Fault::content(&place, groups[edge], &expected));
            }
            attributes.rows = self.whole_numbers("edge_group_index", GROUPS, Some(n))?;
        }
        let name = number.to_string();
        let place = format!("{}/{name}", self.place);
        let group = self.group.group(&name).map_err(|_| {
            Fault::content(&place, "no such group", "one with `syn_weight` or `delay`")
        })?;
        let read = |wanted: bool, name: &str, key: &str| {
            if !wanted {
                return Ok(Attribute::default());
            }
            let expected = format!("one, or the key `{key}` in the model file");
            let column = dataset::column(self.path, &group, &place, name, &expected)?;
            let place = format!("{place}/{name}");
            let values = dataset::numbers(&column, &place)?;
            for edge in 0..n {
                let row = attributes.row(edge);
                if row >= values.len() {
                    let (place, found) = match attributes.rows.is_empty() {
                        true => (place, format!("{} values", values.len())),
                        false => {
                            let place = format!("{}/edge_group_index[{edge}]", self.place);
                            (place, row.to_string())
                        }
                    };
                    let expected = match attributes.rows.is_empty() {
                        true => format!("{n}, one for each edge"),
                        false => format!("an index into the {} values of `{name}`", values.len()),
                    };
                    return Err(Fault::content(&place, found, &expected));
                }
            }
            Ok(Attribute { place, values })
        };
        let weights = read(list.weighted(), "syn_weight", "weight")?;
        let delays = read(list.delayed(), "delay", "axonal_delay")?;
        (attributes.weights, attributes.delays) = (weights, delays);
        Ok(attributes)
    }
}

impl Attributes {
    /// Where the attributes of `edge` are.
    fn row(&self, edge: usize) -> usize {
        match self.rows.get(edge) {
            Some(&row) => usize::try_from(row).unwrap_or(usize::MAX),
            None => edge,
        }
    }
}

impl Attribute {
    /// The value of a row; any number if it is not wanted.
    fn value(&self, row: usize) -> f64 {
        self.values.get(row).copied().unwrap_or(0.0)
    }

    fn place(&self, row: usize) -> String {
        format!("{}[{row}]", self.place)
    }
}
