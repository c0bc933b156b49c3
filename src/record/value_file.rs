//! Values of neurons from a file: a column of a table, a NumPy array, or an attribute of SONATA nodes.

use std::path::Path;

use hdf5::Group;

use super::circuit_file::DYNAMICS;
use super::csv::{self, Separator, number, quote};
use super::dataset::{self, Fault};
use super::node_group::NodeGroup;
use super::open::{is_hdf5, open};
use super::row_order;
use crate::base::file;
use crate::base::suggest;
use crate::mlp::weight_file::{RawArray, raw_array, raw_arrays};

/// Endings of the names of such files.
pub const ENDINGS: [&str; 8] = ["csv", "tsv", "txt", "dat", "npy", "npz", "h5", "hdf5"];

/// Why values cannot be read from a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {problem}")]
pub struct ValueFileError {
    path: String,
    problem: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl ValueFileError {
    fn new(path: &Path, fault: Fault) -> Self {
        let (problem, help) = fault.told();
        Self {
            path: path.display().to_string(),
            problem,
            help,
        }
    }
}

/// What to read of a file.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The column, array or attribute that the user names.
    pub column: Option<&'a str>,
    /// What it is called where the user names none and the file has several.
    pub usual: &'a str,
    /// The population of nodes in an HDF5 file that has several.
    pub population: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn name(&self) -> &'a str {
        self.column.unwrap_or(self.usual)
    }
}

/// How the name of the file at `path` ends.
fn ending(path: &Path) -> String {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.unwrap_or_default().to_lowercase()
}

/// Whether the file at `path` may hold several populations of nodes, by its name.
pub fn has_populations(path: &Path) -> bool {
    matches!(ending(path).as_str(), "h5" | "hdf5")
}

/// Whether the file at `path` may hold several columns, by its name.
pub fn has_columns(path: &Path) -> bool {
    ending(path) != "npy"
}

/// Reads the values of `wanted`, in order, all of them finite.
///
/// An HDF5 file must hold `/nodes/<population>/0/<column>`, or the same below `dynamics_params`, as in the SONATA developer
/// guide, each node's entry by `node_group_index`; a column that begins with `/` is any dataset. A `.npz` archive holds an array of that name, a `.npy` file the only
/// one. Anything else is a table: with names in its first line, or without if that holds numbers; a column is a name, or a
/// number from 1; rows are those of neurons in order, or say of which in a column or array `node_id`.
///
/// # Errors
/// With line, dataset or array: unreadable or malformed files, no such column, numbers that are none or not finite.
pub fn read(path: &Path, wanted: Wanted<'_>) -> Result<Vec<f64>, ValueFileError> {
    let ending = ending(path);
    let bytes = || file::read(path).map_err(|error| Fault::Unreadable(error.to_string()));
    let read = || match (ending.as_str(), is_hdf5(path)) {
        (_, Err(cause)) => Err(Fault::Unreadable(cause)),
        (_, Ok(true)) => nodes(path, wanted),
        ("npy" | "npz", _) => {
            let bytes = bytes()?;
            let arrays = match ending.as_str() {
                "npz" => raw_arrays(&bytes),
                _ => raw_array(&bytes).map(|array| vec![array]),
            };
            numpy(&arrays.map_err(Fault::Unreadable)?, wanted)
        }
        _ => table(&bytes()?, wanted),
    };
    read().map_err(|fault| ValueFileError::new(path, fault))
}

/// Refuses what is not finite.
fn finite(values: Vec<f64>, place: &str) -> Result<Vec<f64>, Fault> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(at) => {
            let place = format!("{place}[{at}]");
            Err(Fault::content(&place, values[at], "a finite number"))
        }
    }
}

/// What was expected among `known`, with the nearest of them.
fn expected(wanted: Wanted<'_>, known: &[&str]) -> String {
    let name = wanted.name();
    let near = suggest::nearest(name, known.iter().copied());
    match near {
        None if wanted.column.is_some() => format!("one of {}", suggest::list(known)),
        Some(near) => format!("one of {}; did you mean `{near}`?", suggest::list(known)),
        None => format!("`column` to say which of {}", suggest::list(known)),
    }
}

fn table(bytes: &[u8], wanted: Wanted<'_>) -> Result<Vec<f64>, Fault> {
    let mut lines = csv::lines(bytes).peekable();
    let first = lines.peek().map_or(&[][..], |&(_, first)| first);
    if first.trim_ascii().is_empty() {
        let expected = "names of columns, or numbers";
        return Err(Fault::content("line 1", "nothing", expected));
    }
    // As `numpy.savetxt` writes names.
    let (first, is_comment) = match first.strip_prefix(b"#") {
        Some(names) => (names, true),
        None => (first, false),
    };
    let separator = Separator::of(first);
    let fields: Vec<&[u8]> = separator.fields(first).collect();
    let bare = !is_comment && fields.iter().all(|field| number::<f64>(field).is_some());
    if !bare {
        lines.next();
    }
    let column = match (wanted.column, fields.len()) {
        (None, 1) => 0,
        _ => {
            let names: Vec<&[u8]> = match bare {
                true => vec![&b""[..]; fields.len()],
                false => fields.clone(),
            };
            let place = csv::place(&names, wanted.name());
            let (column, _) = place.map_err(|known| {
                let names: Vec<_> = names
                    .iter()
                    .map(|name| String::from_utf8_lossy(name))
                    .collect();
                let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
                let found = format!("no column `{}` in {}", wanted.name(), quote(first));
                let expected = match bare {
                    true => known,
                    false => expected(wanted, &names),
                };
                Fault::content("line 1", found, &expected)
            })?;
            column
        }
    };
    let columns = fields.len();
    let value = |(index, line): (usize, &[u8])| {
        if let Some(expected) = separator.surplus(line, columns) {
            let place = format!("line {}", index + 1);
            return Err(Fault::content(&place, quote(line), expected));
        }
        let field = separator.fields(line).nth(column).unwrap_or_default();
        let value = number::<f64>(field).filter(|value| value.is_finite());
        value.ok_or_else(|| {
            let place = format!("line {}", index + 1);
            Fault::content(&place, quote(field), "a finite number")
        })
    };
    // Which neuron a row is of, unless that is what is asked for.
    let order = row_order::column(fields.iter().copied());
    let Some(order) = order.filter(|&order| !bare && order != column) else {
        return lines.map(value).collect();
    };
    let lines: Vec<(usize, &[u8])> = lines.collect();
    let values = lines.iter().copied().map(value);
    let values = values.collect::<Result<Vec<f64>, _>>()?;
    let field = |line| separator.fields(line).nth(order).unwrap_or_default();
    let neurons = lines.iter().map(|(_, line)| number(field(line)));
    row_order::ordered(&values, neurons, |at| {
        let (index, line) = lines[at];
        (format!("line {}", index + 1), quote(field(line)))
    })
}

fn numpy(arrays: &[RawArray], wanted: Wanted<'_>) -> Result<Vec<f64>, Fault> {
    let array = match (wanted.column, arrays) {
        (None, [only]) => Some(only),
        _ => arrays.iter().find(|array| array.name == wanted.name()),
    };
    let Some(array) = array else {
        let known: Vec<&str> = arrays.iter().map(|array| array.name.as_str()).collect();
        let found = format!("no array `{}`", wanted.name());
        return Err(Fault::content("the file", found, &expected(wanted, &known)));
    };
    let place = match array.name.is_empty() {
        true => "the array".to_owned(),
        false => format!("the array `{}`", array.name),
    };
    if array.shape.len() != 1 {
        let found = format!("{} axes", array.shape.len());
        return Err(Fault::content(&place, found, "one"));
    }
    let values = array.numbers().ok_or_else(|| {
        let found = format!("values of type `{}`", array.descriptor);
        Fault::content(
            &place,
            found,
            "all values of floats of 32 or 64 bits, or whole numbers",
        )
    })?;
    let values = finite(values, &place)?;
    let order = row_order::column(arrays.iter().map(|array| array.name.as_bytes()));
    let order = order.map(|at| &arrays[at]);
    let order = order.filter(|order| order.name != array.name && order.shape == array.shape);
    let Some(neurons) = order.and_then(RawArray::numbers) else {
        return Ok(values);
    };
    let whole = |neuron: f64| neuron >= 0.0 && neuron.fract() == 0.0;
    let own = neurons.iter();
    let own = own.map(|&neuron| whole(neuron).then_some(neuron as usize));
    row_order::ordered(&values, own, |at| {
        (format!("row {at}"), neurons[at].to_string())
    })
}

fn nodes(path: &Path, wanted: Wanted<'_>) -> Result<Vec<f64>, Fault> {
    let root = open(path)?;
    let name = wanted.name();
    if let Some(inner) = name.strip_prefix('/') {
        let column = dataset::column(path, &root, "", inner, "a dataset of values")?;
        return finite(dataset::numbers(&column, name)?, name);
    }
    let layout =
        "the SONATA layout `/nodes/<population>`, or a column that begins with `/` for any dataset";
    let nodes = root
        .group("nodes")
        .map_err(|_| Fault::content("/", "no group `nodes`", layout))?;
    let population = dataset::choose(&nodes, wanted.population)?;
    let place = format!("/nodes/{population}");
    let population = nodes.group(&population)?;
    let own = NodeGroup::of(path, &population, &place, "one with attributes of nodes")?;
    let (group, place) = match own.group.group(DYNAMICS) {
        Ok(inner) if !own.group.link_exists(name) => (inner, format!("{}/{DYNAMICS}", own.place)),
        _ => (own.group.clone(), own.place.clone()),
    };
    if !group.link_exists(name) {
        let known = datasets(&group)?;
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let found = format!("no `{name}`");
        return Err(Fault::content(&place, found, &expected(wanted, &known)));
    }
    let column = dataset::column(path, &group, &place, name, "a column of values")?;
    let place = format!("{place}/{name}");
    let values = finite(dataset::numbers(&column, &place)?, &place)?;
    own.of_nodes(values, &place)
}

/// Names of the datasets of `group`.
fn datasets(group: &Group) -> Result<Vec<String>, Fault> {
    let names = group.member_names()?.into_iter();
    Ok(names.filter(|name| group.dataset(name).is_ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(column: Option<&str>) -> Wanted<'_> {
        Wanted {
            column,
            usual: "tau_m",
            population: None,
        }
    }

    fn parsed(text: &str, column: Option<&str>) -> Result<Vec<f64>, String> {
        let values = table(text.as_bytes(), wanted(column));
        values.map_err(|fault| ValueFileError::new(Path::new("v.csv"), fault).to_string())
    }

    #[test]
    fn rows_may_say_of_which_neuron_they_are() {
        let text = "node_id,tau_m\n2,30\n0,10\n1,20\n";
        assert_eq!(parsed(text, None), Ok(vec![10.0, 20.0, 30.0]));
        assert_eq!(parsed(text, Some("node_id")), Ok(vec![2.0, 0.0, 1.0]));
        let neurons = text.replace("node_id", "neuron");
        assert_eq!(parsed(&neurons, None), Ok(vec![10.0, 20.0, 30.0]));
        for (ids, line) in [
            (["1", "2"], 3),
            (["0", "0"], 3),
            (["x", "0"], 2),
            (["-1", "0"], 2),
        ] {
            let text = format!("node_id,tau_m\n{},1\n{},2\n", ids[0], ids[1]);
            let refused = parsed(&text, None).unwrap_err();
            let found = format!("line {line}: found neuron `{}`", ids[line - 2]);
            assert!(refused.contains(&found), "{refused}");
        }
        let array = |name: &str, values: &[f64]| RawArray::of_doubles(name, values);
        let arrays = |ids: &[f64]| [array("tau_m", &[3.0, 1.0]), array("node_id", ids)];
        let read = |ids: &[f64]| numpy(&arrays(ids), wanted(None)).ok();
        assert_eq!(read(&[1.0, 0.0]), Some(vec![1.0, 3.0]));
        assert_eq!(read(&[1.0, 0.5]), None);
        assert_eq!(read(&[-1.0, 0.0]), None);
        // Of other rows.
        assert_eq!(read(&[1.0, 0.0, 2.0]), Some(vec![3.0, 1.0]));
    }

    #[test]
    fn columns_of_tables() {
        assert_eq!(
            parsed("id,tau_m\n7,20\n8,2e1\n", None),
            Ok(vec![20.0, 20.0])
        );
        assert_eq!(
            parsed("id,tau\n7,20\n8,10\n", Some("tau")),
            Ok(vec![20.0, 10.0])
        );
        assert_eq!(parsed("any\n20\n10\n", None), Ok(vec![20.0, 10.0]));
        // As `numpy.savetxt` leaves them.
        assert_eq!(parsed("2.0e+01\n1.0e+01\n", None), Ok(vec![20.0, 10.0]));
        assert_eq!(parsed("1 20\n2 10\n", Some("2")), Ok(vec![20.0, 10.0]));
        assert_eq!(
            parsed(
                "name,tau_m,note\n\"a, 5, b\",20,x\n\"a \"\"b\"\"\",10,\n",
                None
            ),
            Ok(vec![20.0, 10.0])
        );
        assert_eq!(
            parsed("# tau_m tau_s\n20 2\n10 3\n", Some("tau_s")),
            Ok(vec![2.0, 3.0])
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = |text, column| parsed(text, column).unwrap_err();
        assert_eq!(
            wrong("id,tau_n\n1,20\n", None),
            "`v.csv`: line 1: found no column `tau_m` in `id,tau_n`, expected one of `id`, `tau_n`; did you mean `tau_n`?"
        );
        assert_eq!(
            wrong("1 20\n2 10\n", None),
            "`v.csv`: line 1: found no column `tau_m` in `1 20`, expected a column `tau_m`, or a number from 1 to 2"
        );
        assert_eq!(
            wrong("tau_m\n20\nnan\n", None),
            "`v.csv`: line 3: found `nan`, expected a finite number"
        );
        assert_eq!(
            wrong("a,tau_m\n1,20\n2\n", None),
            "`v.csv`: line 3: found ``, expected a finite number"
        );
        assert_eq!(
            wrong("a,tau_m\n1,20\n2,20,3\n", None),
            "`v.csv`: line 3: found `2,20,3`, expected as many columns as above"
        );
        assert_eq!(
            wrong("tau_m\n20 mV\n", None),
            "`v.csv`: line 2: found `20 mV`, expected as many columns as above"
        );
        assert_eq!(
            wrong("a,tau_m\n\"1,20\n", None),
            "`v.csv`: line 2: found `\\\"1,20`, expected a quote that is closed in the same line"
        );
        assert_eq!(
            wrong("", None),
            "`v.csv`: line 1: found nothing, expected names of columns, or numbers"
        );
    }
}
