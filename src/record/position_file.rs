//! Positions of neurons from a file: SONATA nodes of any program, or a table in CSV.

use std::path::{Path, PathBuf};

use super::csv::{self, Separator, number, quote};
use super::dataset::{self, Fault};
use super::node_group::NodeGroup;
use super::open::{is_hdf5, open};
use super::row_order;
use crate::base::file;
use crate::base::parameter::Dimension;
use crate::base::suggest;
use crate::network::{AXES, PositionFile};
use crate::position::Point;

/// Why positions cannot be read from a file.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {problem}{}", path.display(), help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}")))]
pub struct PositionFileError {
    path: PathBuf,
    problem: String,
    help: Option<String>,
}

impl PositionFileError {
    fn new(path: &Path, fault: Fault) -> Self {
        let (problem, help) = fault.told();
        let path = path.to_owned();
        Self {
            path,
            problem,
            help,
        }
    }
}

/// Reads where `size` neurons lie, in millimetres: `dimension` coordinates of each, or as many as the file has.
///
/// An HDF5 file must hold `/nodes/<population>/0/{x, y, z}` as in the SONATA developer guide, each neuron's entry by
/// `node_group_index`. Anything else is read as a table with columns `x`, `y`, `z`, in any order and among others, and a row for each neuron, in
/// order or with a column `node_id`.
///
/// # Errors
/// With file and line, or dataset and index: unreadable or malformed files, columns that are missing, another number of
/// rows, and numbers that are not finite.
pub fn read(
    file: &PositionFile,
    size: u32,
    dimension: Option<usize>,
) -> Result<(usize, Vec<Point>), PositionFileError> {
    let path = &file.path;
    let read = || match is_hdf5(path) {
        Err(cause) => Err(Fault::Unreadable(cause)),
        Ok(true) => sonata(path, file.population.as_deref(), size, dimension),
        Ok(false) => {
            let bytes = file::read(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
            table(&bytes, size, dimension)
        }
    };
    let (dimension, mut points) = read().map_err(|fault| PositionFileError::new(path, fault))?;
    for at in points.iter_mut().flatten() {
        *at = Dimension::Length.held(*at, file.unit);
    }
    Ok((dimension, points))
}

/// How many rows there should be.
fn expected_rows(size: u32) -> String {
    format!("{size}, one for each neuron of the population")
}

/// Reads a whole table.
fn table(bytes: &[u8], size: u32, dimension: Option<usize>) -> Result<(usize, Vec<Point>), Fault> {
    let mut lines = csv::lines(bytes);
    let (_, line) = lines.next().unwrap_or_default();
    let separator = Separator::of(line);
    let names: Vec<&[u8]> = separator.fields(line).collect();
    for axis in AXES {
        let of = |name: &&&[u8]| **name == axis.as_bytes();
        let n = names.iter().filter(of).count();
        if n > 1 {
            let expected = format!("`{axis}` once, not {n} times");
            return Err(Fault::content("line 1", quote(line), &expected));
        }
    }
    let place = |axis: &str| names.iter().position(|name| *name == axis.as_bytes());
    let there = AXES.map(|axis| place(axis).is_some());
    let columns: Vec<usize> = AXES.iter().map_while(|axis| place(axis)).collect();
    let wanted = dimension.unwrap_or(last_of(there)).max(1);
    let Some(columns) = columns.get(..wanted) else {
        let axis = AXES[columns.len().min(AXES.len() - 1)];
        let known: Vec<String> = names
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let near = suggest::nearest(axis, known.iter().copied());
        let near = near.map_or(String::new(), |near| format!("; `{near}` is another name"));
        let found = format!("no column `{axis}` in {}", quote(line));
        let expected = format!("one, as there are columns for {}{near}", axes(wanted));
        return Err(Fault::content("line 1", found, &expected));
    };
    let order = row_order::column(names.iter().copied());
    let (mut points, mut neurons) = (Vec::new(), Vec::new());
    for (index, line) in lines {
        let here = format!("line {}", index + 1);
        if points.len() == size as usize {
            return Err(Fault::content(&here, "one more row", &expected_rows(size)));
        }
        if let Some(expected) = separator.surplus(line, names.len()) {
            return Err(Fault::content(&here, quote(line), expected));
        }
        let fields: Vec<&[u8]> = separator.fields(line).collect();
        let mut point = Point::default();
        for (axis, &column) in columns.iter().enumerate() {
            let field = fields.get(column).copied().unwrap_or_default();
            let value = number::<f64>(field).filter(|value| value.is_finite());
            point[axis] = value.ok_or_else(|| {
                let found = format!("{} {}", AXES[axis], quote(field));
                Fault::content(&here, found, "a finite number")
            })?;
        }
        points.push(point);
        let neuron = order.map(|column| fields.get(column).copied().unwrap_or_default());
        neurons.extend(neuron.map(|neuron| (index, neuron)));
    }
    if points.len() < size as usize {
        let found = format!("{} rows", points.len());
        return Err(Fault::content("its end", found, &expected_rows(size)));
    }
    if order.is_some() {
        let own = neurons.iter().map(|&(_, field)| number(field));
        points = row_order::ordered(&points, own, |at| {
            let (index, field) = neurons[at];
            (format!("line {}", index + 1), quote(field))
        })?;
    }
    Ok((wanted, points))
}

/// How many axes there are up to the last one that is `there`: of x and z without y three, of which one is missing.
fn last_of(there: [bool; AXES.len()]) -> usize {
    let last = there.iter().rposition(|there| *there);
    last.map_or(0, |last| last + 1)
}

/// "x, y".
fn axes(n: usize) -> String {
    AXES[..n.min(AXES.len())].join(", ")
}

/// Reads one population of nodes.
fn sonata(
    path: &Path,
    population: Option<&str>,
    size: u32,
    dimension: Option<usize>,
) -> Result<(usize, Vec<Point>), Fault> {
    let root = open(path)?;
    let layout = "the SONATA layout `/nodes/<population>`";
    let nodes = root
        .group("nodes")
        .map_err(|_| Fault::content("/", "no group `nodes`", layout))?;
    let name = dataset::choose(&nodes, population)?;
    let place = format!("/nodes/{name}");
    let population = nodes.group(&name)?;
    let own = NodeGroup::of(path, &population, &place, "one with `x`, `y` and `z`")?;
    let (group, place) = (&own.group, &own.place);
    let there = AXES.map(|axis| group.link_exists(axis));
    let dimension = dimension.unwrap_or(last_of(there)).max(1);
    let mut points = vec![Point::default(); size as usize];
    for (axis, name) in AXES.iter().enumerate().take(dimension) {
        let column = dataset::column(path, group, place, name, "a column of positions")?;
        let place = format!("{place}/{name}");
        if column.size() != size as usize {
            let found = format!("{} values", column.size());
            return Err(Fault::content(&place, found, &expected_rows(size)));
        }
        let values = own.of_nodes(dataset::numbers(&column, &place)?, &place)?;
        for (neuron, (point, value)) in points.iter_mut().zip(values).enumerate() {
            if !value.is_finite() {
                let place = format!("{place}[{neuron}]");
                return Err(Fault::content(&place, value, "a finite number"));
            }
            point[axis] = value;
        }
    }
    Ok((dimension, points))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, size: u32, dimension: Option<usize>) -> String {
        let fault = table(text.as_bytes(), size, dimension).unwrap_err();
        PositionFileError::new(Path::new("p.csv"), fault).to_string()
    }

    #[test]
    fn columns_are_found_by_name() {
        let text = "id;y;x\n7;0.5;1\n8;2.5;-3e-1\n";
        let points = vec![[1.0, 0.5, 0.0], [-0.3, 2.5, 0.0]];
        assert_eq!(
            table(text.as_bytes(), 2, None).unwrap(),
            (2, points.clone())
        );
        let quoted = "id,x,y\n\"a, 9\",1,0.5\n8,-0.3,2.5\n";
        assert_eq!(table(quoted.as_bytes(), 2, None).unwrap(), (2, points));
        let points = vec![[1.0, 0.0, 0.0], [-0.3, 0.0, 0.0]];
        assert_eq!(table(text.as_bytes(), 2, Some(1)).unwrap(), (1, points));
    }

    #[test]
    fn rows_may_say_of_which_neuron_they_are() {
        let text = "x,node_id,y\n0.2,2,1\n0.0,0,3\n0.1,1,2\n";
        let points = vec![[0.0, 3.0, 0.0], [0.1, 2.0, 0.0], [0.2, 1.0, 0.0]];
        assert_eq!(table(text.as_bytes(), 3, None).unwrap(), (2, points));
        assert_eq!(
            fault("node_id,x\n0,1\n2,3\n", 2, None),
            "`p.csv`: line 3: found neuron `2`, expected each number from 0 to 1 once, or none that count neurons"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(
            fault("x,Y\n0,0\n", 1, Some(2)),
            "`p.csv`: line 1: found no column `y` in `x,Y`, expected one, as there are columns for x, y; `Y` is another name"
        );
        assert_eq!(
            fault("x,z\n0,0\n", 1, None),
            "`p.csv`: line 1: found no column `y` in `x,z`, expected one, as there are columns for x, y, z"
        );
        assert_eq!(
            fault("x,x\n0,0\n", 1, None),
            "`p.csv`: line 1: found `x,x`, expected `x` once, not 2 times"
        );
        assert_eq!(
            fault("x\n0\n", 2, None),
            "`p.csv`: its end: found 1 rows, expected 2, one for each neuron of the population"
        );
        assert_eq!(
            fault("x\n0\n1\n2\n", 2, None),
            "`p.csv`: line 4: found one more row, expected 2, one for each neuron of the population"
        );
        assert_eq!(
            fault("x,y\n7,0,1\n", 1, None),
            "`p.csv`: line 2: found `7,0,1`, expected as many columns as above"
        );
        assert_eq!(
            fault("x,y\n0,NaN\n", 1, None),
            "`p.csv`: line 2: found y `NaN`, expected a finite number"
        );
    }
}
