//! Edges in the SONATA layout: `/edges/<population>/{source_node_id, target_node_id}`, with `edge_group_id` and
//! `edge_group_index` that lead to their attributes in `/edges/<population>/<group>/{syn_weight, delay,
//! dendritic_delay, nsyns}`, and
//! `edge_type_id` that leads to those of their type.

use std::collections::BTreeSet;
use std::path::Path;

use hdf5::Group;

use super::attribute::{Attribute, is_harmless};
use super::types::EdgeTypes;
use crate::base::suggest;
use crate::connection::{Column, EdgeList, Edges};
use crate::record::dataset::{self, Fault};
use crate::record::open::open;

/// The group where a file has no `edge_group_id`.
const ONLY_GROUP: u64 = 0;

/// Reads one edge population, in the order of the file.
pub(super) fn read(
    (path, population): (&Path, Option<&str>),
    types: Option<&EdgeTypes>,
    mut list: EdgeList,
    told: &mut Vec<String>,
) -> Result<Edges, Fault> {
    const IDS: &str = "source_node_id and target_node_id";
    let root = open(path)?;
    let layout = "the SONATA layout `/edges/<population>`";
    let edges = root
        .group("edges")
        .map_err(|_| Fault::content("/", "no group `edges`", layout))?;
    let name = dataset::choose(&edges, population)?;
    let file = Population {
        path,
        place: format!("/edges/{name}"),
        group: edges.group(&name)?,
    };
    let sources = file.whole_numbers("source_node_id", IDS, None)?;
    let n = sources.len();
    let targets = file.whole_numbers("target_node_id", IDS, Some(n))?;
    let values = file.values(n, types, &list, told)?;
    for (edge, (&source, &target)) in sources.iter().zip(&targets).enumerate() {
        let wanted = |wanted: bool, attribute| match wanted {
            true => values.need(edge, attribute),
            false => Ok(0.0),
        };
        let weight = wanted(list.weighted(), Attribute::Weight)?;
        let delay_ms = wanted(list.delayed(), Attribute::Delay)?;
        let dendritic_ms = match list.divided() {
            true => values.value(edge, Attribute::Dendritic)?.unwrap_or(0.0),
            false => 0.0,
        };
        let count = values.count(edge)?;
        list.push_many(source, target, weight, (delay_ms, dendritic_ms), count)
            .map_err(|fault| {
                let place = match fault.column {
                    Column::Source => format!("{}/source_node_id[{edge}]", file.place),
                    Column::Target => format!("{}/target_node_id[{edge}]", file.place),
                    Column::Weight => values.place(edge, Attribute::Weight),
                    Column::Delay => values.place(edge, Attribute::Delay),
                    Column::Dendritic => values.place(edge, Attribute::Dendritic),
                };
                Fault::content(&place, fault.found, &fault.expected)
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
struct Values<'a> {
    /// Where the population is.
    place: String,
    groups: Vec<Columns>,
    /// The group of each edge, by its place in `groups`; empty if there is one.
    group_of: Vec<u32>,
    /// Where in its group each edge's values are; empty if they are in the order of the edges.
    rows: Vec<u64>,
    /// The type of each edge; empty if types are not given.
    type_of: Vec<u64>,
    types: Option<&'a EdgeTypes>,
}

/// The columns of a group.
struct Columns {
    name: String,
    /// Whether the file has it.
    exists: bool,
    columns: [Option<Vec<f64>>; Attribute::ALL.len()],
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

    /// What `n` edges have that `list` wants.
    fn values<'a>(
        &self,
        n: usize,
        types: Option<&'a EdgeTypes>,
        list: &EdgeList,
        told: &mut Vec<String>,
    ) -> Result<Values<'a>, Fault> {
        const GROUPS: &str = "edge_group_id and edge_group_index";
        let mut values = Values {
            place: self.place.clone(),
            groups: Vec::new(),
            group_of: Vec::new(),
            rows: Vec::new(),
            type_of: Vec::new(),
            types,
        };
        if n == 0 {
            return Ok(values);
        }
        let mut names = vec![ONLY_GROUP];
        if self.group.link_exists("edge_group_id") {
            let ids = self.whole_numbers("edge_group_id", GROUPS, Some(n))?;
            names = BTreeSet::from_iter(ids.iter().copied())
                .into_iter()
                .collect();
            if names.len() > 1 {
                // Groups are few; ids of their own for all edges would not fit into memory long before.
                let place = |id| names.partition_point(|&name| name < id) as u32;
                values.group_of = ids.into_iter().map(place).collect();
            }
            values.rows = self.whole_numbers("edge_group_index", GROUPS, Some(n))?;
        }
        if types.is_some() {
            let what = "a type for each edge, as `types` is given";
            values.type_of = self.whole_numbers("edge_type_id", what, Some(n))?;
        }
        let mut unused = BTreeSet::new();
        for name in names {
            values.groups.push(self.columns(name, list, &mut unused)?);
        }
        if unused.remove(Attribute::Dendritic.name()) {
            told.push(super::unused_dendritic(self.path, list));
        }
        told.extend(self.tell(unused, types));
        Ok(values)
    }

    /// The columns of a group that are wanted; the names of others that may mean something go to `unused`.
    fn columns(
        &self,
        name: u64,
        list: &EdgeList,
        unused: &mut BTreeSet<String>,
    ) -> Result<Columns, Fault> {
        let name = name.to_string();
        let place = format!("{}/{name}", self.place);
        let mut read = Columns {
            exists: self.group.link_exists(&name),
            columns: [const { None }; Attribute::ALL.len()],
            name,
        };
        if !read.exists {
            return Ok(read);
        }
        let group = self
            .group
            .group(&read.name)
            .map_err(|_| Fault::content(&place, "no group", "a group of attributes"))?;
        for attribute in Attribute::ALL {
            let name = attribute.name();
            let wanted = match attribute {
                Attribute::Weight => list.weighted(),
                Attribute::Delay => list.delayed(),
                Attribute::Dendritic => list.divided(),
                Attribute::Count => true,
            };
            if wanted && group.link_exists(name) {
                let column = dataset::column(self.path, &group, &place, name, "numbers")?;
                let numbers = dataset::numbers(&column, &format!("{place}/{name}"))?;
                read.columns[attribute as usize] = Some(numbers);
            }
        }
        let own = Attribute::ALL.map(Attribute::name);
        let others = group.member_names()?.into_iter();
        unused.extend(others.filter(|name| !own.contains(&name.as_str()) && !is_harmless(name)));
        if !list.divided() && group.link_exists(Attribute::Dendritic.name()) {
            unused.insert(Attribute::Dendritic.name().into());
        }
        Ok(read)
    }

    /// What is not read, of groups and of types, in words.
    fn tell(&self, mut unused: BTreeSet<String>, types: Option<&EdgeTypes>) -> Option<String> {
        let own = Attribute::ALL.map(Attribute::name);
        for column in types.iter().flat_map(|types| types.table.columns()) {
            let plain = types.is_some_and(|types| types.leaves(column));
            if !plain && !own.contains(&column.as_str()) && !is_harmless(column) {
                unused.insert(column.clone());
            }
        }
        if unused.is_empty() {
            return None;
        }
        let names: Vec<&str> = unused.iter().map(String::as_str).collect();
        Some(format!(
            "`{}`: {}: {} not used: of an edge, `syn_weight`, `delay`, `dendritic_delay` and `nsyns` are",
            self.path.display(),
            self.place,
            match names.as_slice() {
                [one] => format!("`{one}` is"),
                names => format!("{} are", suggest::list(names)),
            },
        ))
    }
}

impl Values<'_> {
    fn group(&self, edge: usize) -> Option<&Columns> {
        let at = self.group_of.get(edge).map_or(0, |&group| group as usize);
        self.groups.get(at)
    }

    /// Where in its group the values of `edge` are.
    fn row(&self, edge: usize) -> usize {
        match self.rows.get(edge) {
            Some(&row) => usize::try_from(row).unwrap_or(usize::MAX),
            None => edge,
        }
    }

    /// The value of `edge` in its group, or else that of its type; of a weight with the sign that goes by its type.
    fn value(&self, edge: usize, attribute: Attribute) -> Result<Option<f64>, Fault> {
        let value = self.written(edge, attribute)?;
        let sign = match (attribute, self.types, self.type_of.get(edge)) {
            (Attribute::Weight, Some(types), Some(&number)) => types.sign(number),
            _ => 1.0,
        };
        Ok(value.map(|value| sign * value))
    }

    /// The same as it stands in the file.
    fn written(&self, edge: usize, attribute: Attribute) -> Result<Option<f64>, Fault> {
        let group = self.group(edge);
        if let Some(column) = group.and_then(|group| group.columns[attribute as usize].as_ref()) {
            let Some(value) = column.get(self.row(edge)) else {
                return Err(self.no_row(edge, attribute, column.len()));
            };
            return Ok(Some(*value));
        }
        let (Some(types), Some(&number)) = (self.types, self.type_of.get(edge)) else {
            return Ok(None);
        };
        types.value(number, attribute).map_err(|expected| {
            let place = format!("{}/edge_type_id[{edge}]", self.place);
            Fault::content(&place, number, &expected)
        })
    }

    /// A value that `edge` must have.
    fn need(&self, edge: usize, attribute: Attribute) -> Result<f64, Fault> {
        if let Some(value) = self.value(edge, attribute)? {
            return Ok(value);
        }
        let name = attribute.name();
        let key = attribute.key().unwrap_or_default();
        if self.types.is_some() {
            let number = self.type_of.get(edge).copied().unwrap_or_default();
            let place = format!("{}: edge {edge} of type {number}", self.place);
            let expected =
                format!("one in its group or type, or the key `{key}` in the model file");
            return Err(Fault::content(&place, format!("no `{name}`"), &expected));
        }
        let (group, exists) = self
            .group(edge)
            .map_or(("0", false), |group| (group.name.as_str(), group.exists));
        let place = format!("{}/{group}", self.place);
        if !exists {
            let expected = "one with `syn_weight` or `delay`, or `types = \"edge_types.csv\"`";
            return Err(Fault::content(&place, "no such group", expected));
        }
        let expected = format!(
            "one, or in the model file the key `{key}`, or `types = \"edge_types.csv\"` with such a column"
        );
        let place = format!("{place}/{name}");
        Err(Fault::content(&place, "no such dataset", &expected))
    }

    /// How many synapses `edge` stands for.
    fn count(&self, edge: usize) -> Result<u32, Fault> {
        let Some(value) = self.value(edge, Attribute::Count)? else {
            return Ok(1);
        };
        match value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            true => Ok(value as u32),
            false => {
                let place = self.place(edge, Attribute::Count);
                let expected = "a whole number of synapses, 0 or more";
                Err(Fault::content(&place, value, expected))
            }
        }
    }

    fn no_row(&self, edge: usize, attribute: Attribute, length: usize) -> Fault {
        let name = attribute.name();
        if self.rows.is_empty() {
            let group = self.group(edge).map_or("0", |group| group.name.as_str());
            let n = format!("a value for edge {edge} too");
            let place = format!("{}/{group}/{name}", self.place);
            return Fault::content(&place, format!("{length} values"), &n);
        }
        let place = format!("{}/edge_group_index[{edge}]", self.place);
        let expected = format!("an index into the {length} values of `{name}`");
        Fault::content(&place, self.row(edge), &expected)
    }

    /// Where the value of `edge` is written.
    fn place(&self, edge: usize, attribute: Attribute) -> String {
        let name = attribute.name();
        match (self.group(edge), self.types, self.type_of.get(edge)) {
            (Some(group), ..) if group.columns[attribute as usize].is_some() => {
                format!("{}/{}/{name}[{}]", self.place, group.name, self.row(edge))
            }
            (_, Some(types), Some(&number)) => types.place(number, attribute),
            _ => format!("{}: {name} of edge {edge}", self.place),
        }
    }
}
