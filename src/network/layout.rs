//! Where the neurons of a population lie, and of a projection both ends.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::legible::legible;
use crate::base::stream::Stream;
use crate::network::{Given, Network, Population, Problem};
use crate::position::{self, Ends, MOST_DIMENSIONS, Point, Points, Region};

/// Names of the axes.
pub const AXES: [&str; MOST_DIMENSIONS] = ["x", "y", "z"];

/// Where the neurons of a population lie.
#[derive(Debug, Clone, PartialEq)]
pub enum Layout {
    /// In the middle of the cells of a grid, x running fastest.
    Grid {
        /// Rows along each axis.
        shape: Vec<u32>,
        /// Lengths of the sides in millimetres, as many.
        extent_mm: Vec<f64>,
        /// Whether opposite sides are one.
        wrap: bool,
    },
    /// Anywhere, each place as likely as any other; drawn from the stream `position.NAME`.
    Random {
        /// Lengths of the sides in millimetres.
        extent_mm: Vec<f64>,
        /// Whether opposite sides are one.
        wrap: bool,
    },
    /// Where a list says.
    Listed {
        /// The list.
        places: Given<PositionFile, Points>,
        /// Lengths of the sides in millimetres, between which all lie; `None` for any place.
        extent_mm: Option<Vec<f64>>,
        /// Whether opposite sides are one.
        wrap: bool,
    },
}

/// A file that lists positions: SONATA nodes, or a table in CSV with columns `x`, `y`, `z`.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Name of the node population in an HDF5 file, or `None` for the only one.
    pub population: Option<String>,
    /// Unit of its numbers: a length.
    pub unit: &'static str,
}

/// Positions that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LayoutFault {
    /// Sides of another number than rows.
    #[error(
        "`positions.shape` has {shape} numbers and `positions.extent` {extent}, expected as many"
    )]
    Dimensions {
        /// Numbers of the shape.
        shape: usize,
        /// Sides.
        extent: usize,
    },
    /// No sides, or more than there are axes.
    #[error("`positions.extent` has {0} lengths, expected 1 to {MOST_DIMENSIONS}")]
    Extent(usize),
    /// A side without length.
    #[error("`positions.extent` has a side of {0} mm, expected a finite length above 0")]
    Side(f64),
    /// A grid for another number of neurons.
    #[error("`size` is {size}, expected {cells}, the number of places on the grid")]
    Size {
        /// Neurons.
        size: u32,
        /// Places on the grid.
        cells: u64,
    },
    /// A list of another number of places.
    #[error("found positions of {found} neurons, expected those of {size}")]
    Count {
        /// Places.
        found: usize,
        /// Neurons.
        size: u32,
    },
    /// Opposite sides that are one, without sides.
    #[error("`positions.wrap` is true without `positions.extent`, expected the sides that are one")]
    NoSides,
    /// A neuron outside.
    #[error(
        "neuron {neuron} lies at {axis} = {at_mm} mm, expected 0 mm to {side_mm} mm, as `positions.extent` says"
    )]
    Outside {
        /// The neuron.
        neuron: usize,
        /// Name of the axis.
        axis: &'static str,
        /// Where it lies.
        at_mm: f64,
        /// The side.
        side_mm: f64,
    },
}

impl LayoutFault {
    /// The key of the population that is at fault.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Size { .. } => "size",
            _ => "positions",
        }
    }
}

impl Layout {
    /// How many neurons it is for, if it says so.
    pub fn cells(&self) -> Option<u64> {
        match self {
            Self::Grid { shape, .. } => shape
                .iter()
                .try_fold(1_u64, |cells, &rows| cells.checked_mul(rows.into())),
            _ => None,
        }
    }

    /// Lengths of the sides in millimetres, if it has any.
    pub fn extent_mm(&self) -> Option<&[f64]> {
        match self {
            Self::Grid { extent_mm, .. } | Self::Random { extent_mm, .. } => Some(extent_mm),
            Self::Listed { extent_mm, .. } => extent_mm.as_deref(),
        }
    }

    /// Checks it for `size` neurons; a file is not read.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self, size: u32) -> Result<(), LayoutFault> {
        if let Some(extent) = self.extent_mm() {
            if extent.is_empty() || extent.len() > MOST_DIMENSIONS {
                return Err(LayoutFault::Extent(extent.len()));
            }
            let bad = |side: &&f64| !(side.is_finite() && **side > 0.0);
            if let Some(side) = extent.iter().find(bad) {
                return Err(LayoutFault::Side(*side));
            }
        }
        match self {
            Self::Grid {
                shape, extent_mm, ..
            } => {
                if shape.len() != extent_mm.len() {
                    return Err(LayoutFault::Dimensions {
                        shape: shape.len(),
                        extent: extent_mm.len(),
                    });
                }
                let cells = self.cells().unwrap_or(u64::MAX);
                match cells == u64::from(size) {
                    true => Ok(()),
                    false => Err(LayoutFault::Size { size, cells }),
                }
            }
            Self::Random { .. } => Ok(()),
            Self::Listed {
                extent_mm: None,
                wrap: true,
                ..
            } => Err(LayoutFault::NoSides),
            Self::Listed {
                places: Given::Here(points),
                extent_mm,
                ..
            } => check_list(points.at(), size, extent_mm.as_deref()),
            Self::Listed { .. } => Ok(()),
        }
    }
}

/// Checks that `points` are those of `size` neurons within `extent_mm`.
fn check_list(points: &[Point], size: u32, extent_mm: Option<&[f64]>) -> Result<(), LayoutFault> {
    if points.len() != size as usize {
        return Err(LayoutFault::Count {
            found: points.len(),
            size,
        });
    }
    for (neuron, point) in points.iter().enumerate() {
        for (axis, &side_mm) in extent_mm.unwrap_or_default().iter().enumerate() {
            let at_mm = point[axis];
            if !(0.0..=side_mm).contains(&at_mm) {
                return Err(LayoutFault::Outside {
                    neuron,
                    axis: AXES[axis],
                    at_mm,
                    side_mm,
                });
            }
        }
    }
    Ok(())
}

impl Population {
    /// Checks where its neurons lie, if they lie anywhere.
    pub(super) fn check_layout(&self) -> Result<(), Problem> {
        let layout = self.positions.as_ref();
        Ok(layout.map_or(Ok(()), |layout| layout.check(self.size))?)
    }

    /// Where its neurons lie in a network with this seed, if they lie anywhere.
    ///
    /// # Errors
    /// If that cannot be, or is still in a file.
    pub fn points(&self, seed: u64) -> Result<Option<Arc<Points>>, Problem> {
        let Some(layout) = &self.positions else {
            return Ok(None);
        };
        layout.check(self.size)?;
        Ok(Some(match layout {
            Layout::Grid {
                shape,
                extent_mm,
                wrap,
            } => Arc::new(position::grid(Region::new(extent_mm, *wrap), shape)),
            Layout::Random { extent_mm, wrap } => {
                let purpose = format!("position.{}", self.name);
                let mut stream = Stream::new(seed, &purpose, 0);
                let region = Region::new(extent_mm, *wrap);
                Arc::new(position::scattered(region, self.size, &mut stream))
            }
            Layout::Listed {
                places: Given::Here(points),
                ..
            } => points.clone(),
            Layout::Listed {
                places: Given::File(file),
                ..
            } => {
                let file = file.path.display().to_string();
                return Err(Problem::NotRead { file });
            }
        }))
    }
}

impl Network {
    /// Where the neurons of both ends of a projection lie, from and to populations of these indices; `key` is what needs
    /// to know it.
    pub(super) fn ends(
        &self,
        key: &'static str,
        source: usize,
        targets: &[usize],
    ) -> Result<Arc<Ends>, Problem> {
        let points = |index: usize| {
            let population = &self.populations[index];
            let points = population.points(self.seed)?;
            points.ok_or_else(|| Problem::NotPlaced {
                key,
                population: population.name.clone(),
            })
        };
        let sources = points(source)?;
        let mut others = Vec::new();
        for &target in targets {
            let other = points(target)?;
            if let Some(what) = differ(sources.region(), other.region()) {
                return Err(Problem::Apart {
                    key,
                    source_name: self.populations[source].name.clone(),
                    target_name: self.populations[target].name.clone(),
                    what,
                });
            }
            others.push(other);
        }
        let others = others.iter().map(|points| &**points);
        Ok(Arc::new(Ends::new(sources.clone(), others)))
    }
}

/// In what two regions differ, in words, if they do. One without sides may be part of any that does not wrap.
fn differ(one: &Region, other: &Region) -> Option<String> {
    let dimensions = |n: usize| format!("{n} dimension{}", if n == 1 { "" } else { "s" });
    if one.dimension() != other.dimension() {
        let [one, other] = [one, other].map(|region| dimensions(region.dimension()));
        return Some(format!("{one} and {other}"));
    }
    if one.wraps() != other.wraps() {
        let words = |region: &Region| {
            if region.wraps() {
                "wrap"
            } else {
                "do not wrap"
            }
        };
        return Some(format!(
            "sides that {} and that {}",
            words(one),
            words(other)
        ));
    }
    let sides = |sides: &[f64]| {
        let sides: Vec<String> = sides
            .iter()
            .map(|side| format!("{} mm", legible(*side)))
            .collect();
        sides.join(" by ")
    };
    let (one, other) = (one.sides_mm()?, other.sides_mm()?);
    (one != other).then(|| format!("extents of {} and {}", sides(one), sides(other)))
}
