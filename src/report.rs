//! Figures for papers: rasters, accuracy, weights, receptive fields, as SVG and PNG; and pages about runs ([`html`]).
//!
//! A [`figure`] is plain data with a `draw` method. It lays itself out on a small canvas of vector marks in points
//! (1/72 inch, drawn 1:1), which is written twice: as SVG with real text, and as PNG at 300 dpi with the embedded
//! font. That font, Arimo, has the widths of Arial and Helvetica, so that both look alike on any machine.
//!
//! The canvas is our own because plotting crates draw on whole pixels with strokes of whole pixels: at the sizes of
//! a printed figure thin axes and spike marks are then ragged. Strokes are filled by `tiny-skia`.

mod axis;
mod canvas;
pub mod figure;
mod file;
mod font;
pub mod html;
mod markup;
mod style;

pub use file::FigureError;
