//! A page of vector marks in points, origin at the upper left, y downwards.
//!
//! Marks with a coordinate that is not finite are dropped when added, so that no figure can hold a broken path.

pub(crate) mod png;
pub(crate) mod svg;

use super::font::{CAP_HEIGHT, Weight};
use super::style::{Colour, INK};

/// A point on the page, in points.
pub(crate) type Point = (f64, f64);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub colour: Colour,
    /// In points.
    pub width: f64,
    pub opacity: f64,
    /// Lengths of dash and gap in points.
    pub dash: Option<(f64, f64)>,
}

impl Stroke {
    pub(crate) fn new(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            opacity: 1.0,
            dash: None,
        }
    }

    pub(crate) fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    pub(crate) fn dashed(self, dash: f64, gap: f64) -> Self {
        Self {
            dash: Some((dash, gap)),
            ..self
        }
    }
}

/// Which end of a text its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub at: Point,
    pub text: String,
    /// In points.
    pub size: f64,
    pub weight: Weight,
    pub colour: Colour,
    pub anchor: Anchor,
    /// Read from bottom to top.
    pub upward: bool,
}

impl Text {
    /// Regular dark text that starts at `at`, which lies on its baseline.
    pub(crate) fn new(at: Point, size: f64, text: impl Into<String>) -> Self {
        Self {
            at,
            text: text.into(),
            size,
            weight: Weight::Regular,
            colour: INK,
            anchor: Anchor::Start,
            upward: false,
        }
    }

    pub(crate) fn bold(self) -> Self {
        Self {
            weight: Weight::Bold,
            ..self
        }
    }

    pub(crate) fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    pub(crate) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// Turned by a quarter, reading upwards.
    pub(crate) fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }

    /// Moved so that digits and capitals are centred on the position instead of standing on it.
    pub(crate) fn level(self) -> Self {
        let shift = self.size * CAP_HEIGHT / 2.0;
        let at = if self.upward {
            (self.at.0 + shift, self.at.1)
        } else {
            (self.at.0, self.at.1 + shift)
        };
        Self { at, ..self }
    }
}

/// A picture of opaque pixels, rows from the top, shown without smoothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub columns: usize,
    pub rows: usize,
    /// `rows × columns`.
    pub pixels: Vec<Colour>,
}

/// Anything on a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A connected line.
    Line { points: Vec<Point>, stroke: Stroke },
    /// Lines of their own, in one stroke.
    Segments {
        segments: Vec<(Point, Point)>,
        stroke: Stroke,
    },
    /// A filled polygon.
    Area {
        points: Vec<Point>,
        fill: Colour,
        opacity: f64,
    },
    /// A filled circle.
    Disc {
        centre: Point,
        radius: f64,
        fill: Colour,
    },
    /// A line of text.
    Text(Text),
    /// A picture in a rectangle (x, y, width, height).
    Picture {
        corner: Point,
        size: (f64, f64),
        picture: Picture,
    },
}

/// A page of marks, later ones over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Canvas {
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// What the figure shows, for readers that cannot see it.
    pub title: String,
    pub marks: Vec<Mark>,
}

fn finite(p: Point) -> bool {
    p.0.is_finite() && p.1.is_finite()
}

impl Canvas {
    /// An empty page, its sides rounded up to whole points.
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        Self {
            width: width.ceil(),
            height: height.ceil(),
            title: title.to_owned(),
            marks: Vec::new(),
        }
    }

    pub(crate) fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 && points.iter().all(|&p| finite(p)) {
            self.marks.push(Mark::Line { points, stroke });
        }
    }

    pub(crate) fn segments(&mut self, segments: Vec<(Point, Point)>, stroke: Stroke) {
        if !segments.is_empty() && segments.iter().all(|&(a, b)| finite(a) && finite(b)) {
            self.marks.push(Mark::Segments { segments, stroke });
        }
    }

    pub(crate) fn area(&mut self, points: Vec<Point>, fill: Colour, opacity: f64) {
        if points.len() > 2 && points.iter().all(|&p| finite(p)) {
            self.marks.push(Mark::Area {
                points,
                fill,
                opacity,
            });
        }
    }

    pub(crate) fn rectangle(&mut self, corner: Point, size: (f64, f64), fill: Colour) {
        let ((x, y), (w, h)) = (corner, size);
        self.area(
            vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)],
            fill,
            1.0,
        );
    }

    pub(crate) fn disc(&mut self, centre: Point, radius: f64, fill: Colour) {
        if finite(centre) {
            self.marks.push(Mark::Disc {
                centre,
                radius,
                fill,
            });
        }
    }

    pub(crate) fn text(&mut self, text: Text) {
        if finite(text.at) && !text.text.is_empty() {
            self.marks.push(Mark::Text(text));
        }
    }

    pub(crate) fn picture(&mut self, corner: Point, size: (f64, f64), picture: Picture) {
        let whole = picture.columns > 0
            && picture.rows > 0
            && picture.pixels.len() == picture.columns * picture.rows;
        if whole && finite(corner) && finite(size) {
            self.marks.push(Mark::Picture {
                corner,
                size,
                picture,
            });
        }
    }
}
