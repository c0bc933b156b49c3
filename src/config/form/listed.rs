//! Values of neurons from a file: `{ file = "cells.csv", column = "tau_m" }`.

use std::path::PathBuf;

use crate::base::parameter::{Dimension, Listed, Range};
use crate::config::reader::{Item, Section};
use crate::record::value_file::{self, ENDINGS, Wanted};

use super::{Around, Form, Keys, Table, file, given, inner, name, name_or_number, read, text};

/// The table, as it is given.
#[derive(Clone)]
pub struct FromFile {
    path: PathBuf,
    column: Option<String>,
    population: Option<String>,
    unit: &'static str,
    of: Dimension,
}

impl FromFile {
    /// Of quantities of a dimension, before anything is known.
    pub fn new(of: Dimension) -> Self {
        Self {
            path: PathBuf::new(),
            column: None,
            population: None,
            unit: of.unit(),
            of,
        }
    }

    /// What `listed` was read from.
    fn of(listed: &Listed, of: Dimension) -> Self {
        Self {
            path: listed.path.clone(),
            column: listed.column.clone(),
            population: listed.population.clone(),
            unit: listed.unit,
            of,
        }
    }
}

impl Table for FromFile {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "a table in CSV, an array of NumPy, or SONATA nodes: one value for each neuron, in order";
        k.need("file", &mut self.path, file(&ENDINGS), what);
        let what = "the column by its name, or number from 1; the array, or the attribute of nodes; a dataset where it begins \
                    with /";
        let column = given(name_or_number("the name or the number of a column"));
        let words = "the parameter's name, or the only one";
        k.told("column", words, &mut self.column, column, what);
        if self.of.units().len() > 1 {
            let what = "the unit of the numbers in the file; by default that of the parameter in `describe`";
            k.or("unit", &mut self.unit, name(units(self.of)), what);
        }
        let what = "the node population in an HDF5 file";
        let population = given(text("the name of a population of nodes"));
        let words = "the only one";
        k.told("population", words, &mut self.population, population, what);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let chosen = [
            (
                "population",
                value_file::has_populations(&self.path),
                "chooses a population of an HDF5 file, and `file` is none",
            ),
            (
                "column",
                value_file::has_columns(&self.path),
                "chooses among several, and a `.npy` file holds one array, without a name",
            ),
        ];
        let surplus = chosen.into_iter().filter(|(_, has, _)| !has);
        let surplus = surplus.filter_map(|(key, _, why)| Some((section.get(key)?, why)));
        let surplus = surplus.map(|(item, why)| {
            let message = format!("`{}` {why}", item.path);
            item.reader.problem(item.key_origin, message, None);
        });
        surplus.count() == 0
    }
}

/// Names of the units of a dimension, as far as every keyboard has them.
pub fn units(of: Dimension) -> Vec<&'static str> {
    let units = of.units().iter().map(|(name, _)| *name);
    units.filter(|name| name.is_ascii()).collect()
}

/// Numbers of the parameter `usual`, all in `range`, from the file that a table names.
pub(super) fn listed(usual: &'static str, of: Dimension, range: Range) -> Form<'static, Listed> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let draft = read(&item.section()?, FromFile::new(of), around)?;
        let wanted = Wanted {
            column: draft.column.as_deref(),
            usual,
            population: draft.population.as_deref(),
        };
        let refuse = |message: String, help| {
            let message = format!("`{}`: {message}", item.path);
            item.reader.problem(item.key_origin, message, help);
            None
        };
        let mut values = match value_file::read(&draft.path, wanted) {
            Ok(values) => values,
            Err(error) => return refuse(error.to_string(), error.help),
        };
        for value in &mut values {
            *value = of.held(*value, draft.unit);
        }
        if let Some(at) = values.iter().position(|value| !range.contains(*value)) {
            let found = values[at];
            let unit = of.unit();
            let gap = if unit.is_empty() { "" } else { " " };
            return refuse(
                format!(
                    "`{}`: neuron {at} has {found}{gap}{unit}, expected {}",
                    draft.path.display(),
                    range.describe()
                ),
                None,
            );
        }
        Some(Listed {
            column: draft.column,
            population: draft.population,
            unit: draft.unit,
            blocks: Listed::blocks_of(&values),
            path: draft.path,
        })
    };
    let write = move |listed: &Listed, weight| inner(&FromFile::of(listed, of), weight);
    Form::new("{ file, column, unit }", read, write)
}

/// Whether the table `item` names a file.
pub(super) fn names_a_file(item: &Item<'_>) -> bool {
    item.is_table() && item.has("file")
}
