//! `positions`: where the neurons of a population lie.

use std::path::PathBuf;

use crate::base::parameter::{Dimension, Range};
use crate::config::form::{
    Around, Form, Keys, Row, Table, axes, count, describe, file, flag, given, inner, name, number,
    read, text, units,
};
use crate::config::reader::{Item, Section};
use crate::network::error::LARGEST;
use crate::network::{Given, Layout, PositionFile};

/// Names of the layouts.
const LAYOUTS: [(&str, Kind); 3] = [
    ("grid", Kind::Grid),
    ("random", Kind::Random),
    ("file", Kind::File),
];

/// Endings of files that list positions.
const ENDINGS: &[&str] = &["csv", "h5", "hdf5"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Grid,
    Random,
    File,
}

/// A layout as its table says it.
#[derive(Clone)]
struct Draft {
    kind: Kind,
    shape: Vec<u32>,
    extent_mm: Option<Vec<f64>>,
    wrap: bool,
    path: PathBuf,
    population: Option<String>,
    unit: &'static str,
}

impl Draft {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            shape: Vec::new(),
            extent_mm: None,
            wrap: false,
            path: PathBuf::new(),
            population: None,
            unit: Dimension::Length.unit(),
        }
    }

    /// `layout` as its table says it; positions that are here cannot be written, as they came with a program.
    fn of(layout: &Layout) -> Self {
        match layout {
            Layout::Grid {
                shape,
                extent_mm,
                wrap,
            } => Self {
                shape: shape.clone(),
                extent_mm: Some(extent_mm.clone()),
                wrap: *wrap,
                ..Self::new(Kind::Grid)
            },
            Layout::Random { extent_mm, wrap } => Self {
                extent_mm: Some(extent_mm.clone()),
                wrap: *wrap,
                ..Self::new(Kind::Random)
            },
            Layout::Listed {
                places,
                extent_mm,
                wrap,
            } => {
                let mut draft = Self {
                    extent_mm: extent_mm.clone(),
                    wrap: *wrap,
                    ..Self::new(Kind::File)
                };
                if let Given::File(file) = places {
                    draft.path.clone_from(&file.path);
                    draft.population.clone_from(&file.population);
                    draft.unit = file.unit;
                }
                draft
            }
        }
    }

    fn finish(self) -> Layout {
        let wrap = self.wrap;
        match self.kind {
            Kind::Grid => Layout::Grid {
                shape: self.shape,
                extent_mm: self.extent_mm.unwrap_or_default(),
                wrap,
            },
            Kind::Random => Layout::Random {
                extent_mm: self.extent_mm.unwrap_or_default(),
                wrap,
            },
            Kind::File => Layout::Listed {
                places: Given::File(PositionFile {
                    path: self.path,
                    population: self.population,
                    unit: self.unit,
                }),
                extent_mm: self.extent_mm,
                wrap,
            },
        }
    }
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let names = LAYOUTS.map(|(name, _)| name);
        let this = LAYOUTS.iter().find(|(_, kind)| *kind == self.kind);
        let mut layout = this.map_or("", |(name, _)| name);
        let what = "how neurons lie";
        k.need("layout", &mut layout, name(names.to_vec()), what);
        if self.kind == Kind::Grid {
            let rows = axes(count(1, LARGEST.into()), "a number of rows along each axis");
            let what = "of a grid: rows along each axis; x runs fastest, and neurons lie in the middle of its cells";
            k.need("shape", &mut self.shape, rows, what);
        }
        if self.kind == Kind::File {
            let what = "of a file: SONATA nodes, or a table with columns x, y and z, as many as there are axes";
            k.need("file", &mut self.path, file(ENDINGS), what);
            let what = "of a file: the unit of its numbers; SONATA's are um";
            k.need("unit", &mut self.unit, name(units(Dimension::Length)), what);
            let what = "of a file: the node population in an HDF5 file";
            let population = given(text("the name of a population of nodes"));
            k.told(
                "population",
                "the only one",
                &mut self.population,
                population,
                what,
            );
        }
        let sides = axes(
            number(Dimension::Length, Range::Positive),
            "a length along each axis, such as [\"4 mm\", \"4 mm\"]",
        );
        let what = "the lengths of the sides, one to three; coordinates begin at 0";
        match self.kind {
            Kind::File => k.told("extent", "none", &mut self.extent_mm, given(sides), what),
            _ => k.need("extent", &mut self.extent_mm, given(sides), what),
        }
        let what = "whether opposite sides are one, so that a line is a ring and a sheet a torus";
        k.or("wrap", &mut self.wrap, flag(), what);
    }

    fn check(&self, section: &Section<'_>, _around: &Around<'_>) -> bool {
        let is_hdf5 = self.path.extension().is_some_and(|ending| ending != "csv");
        match section.get("population") {
            Some(item) if self.kind != Kind::File => {
                let message = format!("`{}` belongs to `layout = \"file\"`", item.path);
                item.reader.problem(item.key_origin, message, None);
                false
            }
            Some(item) if !is_hdf5 => {
                let message = format!(
                    "`{}` chooses a population of an HDF5 file, and `file` is a CSV table, which has no populations",
                    item.path
                );
                item.reader.problem(item.key_origin, message, None);
                false
            }
            _ => true,
        }
    }
}

/// A table `{ layout, … }`.
pub(super) fn layout() -> Form<'static, Layout> {
    let read = |item: &Item<'_>, around: &Around<'_>| {
        const EXPECTED: &str = "a table { layout, … }";
        if !item.is_table() {
            return item.refuse(EXPECTED, None);
        }
        let section = item.section()?;
        let what = "how neurons lie, one of `grid`, `random` or `file`";
        let kind = section
            .need("layout", what)
            .and_then(|item| item.choice(&LAYOUTS));
        let Some(kind) = kind else {
            section.ignore();
            return None;
        };
        read(&section, Draft::new(kind), around).map(Draft::finish)
    };
    let write = |layout: &Layout, weight| inner(&Draft::of(layout), weight);
    Form::new("{ layout, … }", read, write)
}

/// Every key of the table, whatever the layout.
pub(in crate::config) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (_, kind) in LAYOUTS {
        for row in describe(&Draft::new(kind)) {
            if !rows.iter().any(|known| known.name == row.name) {
                rows.push(row);
            }
        }
    }
    rows
}
