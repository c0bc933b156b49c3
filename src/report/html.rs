//! A run, or several side by side, as one HTML page that needs nothing beside it.
//!
//! Script and style are written by hand and stand in the page, as do all data: it opens from a folder, without a network.
//! Without script there is everything but the raster, whose numbers stand in tables.

mod meaning;
mod raster;
mod table;
mod write;

use crate::report::canvas::svg;
use crate::report::figure::{Accuracy, Dreams, Replay, WeightCourse, WeightHistogram};
use crate::report::file::FigureError;

pub use meaning::Meaning;
pub use raster::{Band, Bout, Counter, Density, Raster, Spikes, shades};
pub use table::{Cell, Column, Table};

/// The page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// What stands above the runs: where there are several, what differs.
    pub before: Vec<Part>,
    /// One column each.
    pub runs: Vec<Run>,
}

/// A run.
#[derive(Debug, Default)]
pub struct Run {
    /// Its heading.
    pub name: String,
    /// What is said of it, in order.
    pub sections: Vec<Section>,
}

/// A part with a heading.
#[derive(Debug)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// What stands under it.
    pub parts: Vec<Part>,
}

/// What stands in a page.
#[derive(Debug)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A paragraph that wants to be seen.
    Warning(String),
    /// Numbers or facts.
    Table(Table),
    /// A figure.
    Figure(Picture),
    /// The raster with its controls.
    Raster(Box<Raster>),
    /// Text as it is in a file, folded away.
    Source {
        /// What it is.
        title: String,
        /// The text.
        text: String,
    },
    /// Small pictures in rows.
    Sheet(Sheet),
}

/// A figure as SVG.
#[derive(Debug)]
pub struct Picture {
    /// Name of the file that it is saved as, without its ending.
    pub name: String,
    /// What it shows, for those who do not see it.
    pub says: String,
    /// The drawing.
    pub svg: String,
}

/// Small grey pictures, each with a text.
#[derive(Debug)]
pub struct Sheet {
    /// What they are.
    pub caption: String,
    /// Columns of a picture's cells.
    pub columns: usize,
    /// Rows of them.
    pub rows: usize,
    /// The pictures.
    pub pictures: Vec<Small>,
}

/// One of them.
#[derive(Debug)]
pub struct Small {
    /// What stands under it, a line each.
    pub lines: Vec<String>,
    /// From 0 to 255, row by row.
    pub cells: Vec<u8>,
    /// The name of its kind, by which it is marked; empty for none.
    pub mark: &'static str,
}

/// Figures that can stand in a page.
pub trait Drawn {
    /// The figure as SVG text.
    ///
    /// # Errors
    /// If a picture in it cannot be encoded.
    fn svg(&self) -> Result<String, FigureError>;
}

macro_rules! drawn {
    ($($figure:ty),*) => {$(
        impl Drawn for $figure {
            fn svg(&self) -> Result<String, FigureError> {
                let path = stringify!($figure).into();
                svg::render(&self.canvas()).map_err(|source| FigureError::Encode { path, source })
            }
        }
    )*};
}

drawn!(
    Accuracy,
    Dreams<'_>,
    Replay,
    WeightCourse,
    WeightHistogram<'_>
);
