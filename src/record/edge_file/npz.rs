//! Edges as a sparse matrix of SciPy, `scipy.sparse.save_npz`: sources × targets, `coo`, `csr` or `csc`; with the arrays
//! `delay` and `dendritic_delay` (ms) beside it where `sharpwave export` wrote them.

use std::path::Path;

use crate::base::file;
use crate::connection::{Column, EdgeList, Edges};
use crate::mlp::weight_file::{RawArray, raw_arrays};
use crate::record::dataset::Fault;

/// Names of the arrays.
pub(super) const ROW: &str = "row";
pub(super) const COL: &str = "col";
pub(super) const DATA: &str = "data";
pub(super) const SHAPE: &str = "shape";
pub(super) const FORMAT: &str = "format";
pub(super) const DELAY: &str = "delay";
pub(super) const DENDRITIC: &str = "dendritic_delay";

/// Reads all entries of the matrix, in the order of the file.
pub(super) fn read(
    path: &Path,
    mut list: EdgeList,
    unused: &mut Vec<String>,
) -> Result<Edges, Fault> {
    let bytes = file::read(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
    let arrays = Arrays(raw_arrays(&bytes).map_err(Fault::Unreadable)?);
    arrays.check_shape(&list)?;
    let (sources, targets) = arrays.ends()?;
    let n = sources.len();
    let column = |wanted: bool, name: &str, key: &str| -> Result<Vec<f64>, Fault> {
        if !wanted {
            return Ok(Vec::new());
        }
        let expected = format!("one, or the key `{key}` in the model file");
        let values = arrays.numbers(name, &expected)?;
        same_length(name, values.len(), n)?;
        Ok(values)
    };
    let weights = column(list.weighted(), DATA, "weight")?;
    let delays = column(list.delayed(), DELAY, "axonal_delay")?;
    let divided = list.divided() && arrays.find(DENDRITIC).is_some();
    let dendritic = column(divided, DENDRITIC, "dendritic_delay")?;
    if !list.divided() && arrays.find(DENDRITIC).is_some() {
        unused.push(super::unused_dendritic(path, &list));
    }
    for (k, (&source, &target)) in sources.iter().zip(&targets).enumerate() {
        let of = |values: &[f64]| values.get(k).copied().unwrap_or(0.0);
        let delay = (of(&delays), of(&dendritic));
        let pushed = list.push_many(source, target, of(&weights), delay, 1);
        pushed.map_err(|fault| {
            let place = match fault.column {
                Column::Source => ROW,
                Column::Target => COL,
                Column::Weight => DATA,
                Column::Delay => DELAY,
                Column::Dendritic => DENDRITIC,
            };
            Fault::content(&format!("entry {k}, {place}"), fault.found, &fault.expected)
        })?;
    }
    Ok(list.finish())
}

/// The arrays of the file.
struct Arrays(Vec<RawArray>);

impl Arrays {
    fn find(&self, name: &str) -> Option<&RawArray> {
        self.0.iter().find(|array| array.name == name)
    }

    /// Source and target of every entry.
    fn ends(&self) -> Result<(Vec<u64>, Vec<u64>), Fault> {
        const EXPECTED: &str = "`row` and `col`, or `indices` and `indptr`, of a matrix that scipy.sparse.save_npz has written";
        let format = self.find(FORMAT).map(|array| array.data.as_slice());
        let by_row = match format {
            None | Some(b"coo") => {
                let (row, col) = (self.whole(ROW, EXPECTED)?, self.whole(COL, EXPECTED)?);
                same_length(COL, col.len(), row.len())?;
                return Ok((row, col));
            }
            Some(b"csr") => true,
            Some(b"csc") => false,
            Some(other) => {
                let found = String::from_utf8_lossy(other);
                let found = format!("`{}`", found.trim_matches('\0').escape_debug());
                return Err(Fault::content(FORMAT, found, "`coo`, `csr` or `csc`"));
            }
        };
        let (inner, starts) = (
            self.whole("indices", EXPECTED)?,
            self.whole("indptr", EXPECTED)?,
        );
        let ascends = starts.is_sorted() && starts.first() == Some(&0);
        if !ascends || starts.last() != Some(&(inner.len() as u64)) {
            let expected = format!("starts of rows, ascending from 0 to {}", inner.len());
            return Err(Fault::content("indptr", "others", &expected));
        }
        let runs = starts.windows(2).enumerate();
        let outer =
            runs.flat_map(|(k, run)| std::iter::repeat_n(k as u64, (run[1] - run[0]) as usize));
        let outer: Vec<u64> = outer.collect();
        Ok(if by_row {
            (outer, inner)
        } else {
            (inner, outer)
        })
    }

    /// Refuses a matrix of other sizes, where it says which it has.
    fn check_shape(&self, list: &EdgeList) -> Result<(), Fault> {
        if self.find(SHAPE).is_none() {
            return Ok(());
        }
        let shape = self.whole(SHAPE, "two sizes")?;
        let (n_source, n_target) = list.sizes();
        if shape == [u64::from(n_source), u64::from(n_target)] {
            return Ok(());
        }
        let found: Vec<String> = shape.iter().map(u64::to_string).collect();
        let expected = format!("{n_source} × {n_target}, sources by targets");
        Err(Fault::content(SHAPE, found.join(" × "), &expected))
    }

    /// Whole numbers from 0 on.
    fn whole(&self, name: &str, expected: &str) -> Result<Vec<u64>, Fault> {
        let array = self.one_axis(name, expected)?;
        let signed = |value: i64| u64::try_from(value).map_err(|_| value);
        let values: Result<Vec<u64>, i64> = match array.descriptor.as_str() {
            "<i4" => each(array, |raw| signed(i32::from_le_bytes(raw).into())),
            "<i8" => each(array, |raw| signed(i64::from_le_bytes(raw))),
            "<u4" => each(array, |raw| Ok(u32::from_le_bytes(raw).into())),
            "<u8" => each(array, |raw| Ok(u64::from_le_bytes(raw))),
            other => {
                let found = format!("values of type `{other}`");
                return Err(Fault::content(
                    name,
                    found,
                    "whole numbers of 32 or 64 bits",
                ));
            }
        };
        values.map_err(|value| Fault::content(name, value, "numbers from 0 on"))
    }

    /// Numbers.
    fn numbers(&self, name: &str, expected: &str) -> Result<Vec<f64>, Fault> {
        let array = self.one_axis(name, expected)?;
        let values: Result<Vec<f64>, ()> = match array.descriptor.as_str() {
            "<f4" => each(array, |raw| Ok(f32::from_le_bytes(raw).into())),
            "<f8" => each(array, |raw| Ok(f64::from_le_bytes(raw))),
            other => {
                let found = format!("values of type `{other}`");
                return Err(Fault::content(
                    name,
                    found,
                    "numbers of type `<f4` or `<f8`",
                ));
            }
        };
        values.map_err(|()| Fault::content(name, "others", "numbers"))
    }

    /// An array of one axis whose values are all there.
    fn one_axis(&self, name: &str, expected: &str) -> Result<&RawArray, Fault> {
        let array = self.find(name);
        let array = array.ok_or_else(|| Fault::content(name, "no such array", expected))?;
        let bytes = array.descriptor.get(2..).and_then(|size| size.parse().ok());
        let all = bytes.unwrap_or(1_usize);
        match array.shape[..] {
            [n] if n.checked_mul(all) == Some(array.data.len()) => Ok(array),
            [n] => {
                let found = format!("{} bytes", array.data.len());
                Err(Fault::content(
                    name,
                    found,
                    &format!("{n} values of {all} bytes"),
                ))
            }
            _ => {
                let found = format!("{} axes", array.shape.len());
                Err(Fault::content(name, found, "one"))
            }
        }
    }
}

/// Every value of `array`, of `N` bytes.
fn each<const N: usize, T, E>(
    array: &RawArray,
    value: impl Fn([u8; N]) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let (raw, _) = array.data.as_chunks::<N>();
    raw.iter().map(|&raw| value(raw)).collect()
}

fn same_length(name: &str, found: usize, n: usize) -> Result<(), Fault> {
    match found == n {
        true => Ok(()),
        false => {
            let expected = format!("{n}, one for each entry");
            Err(Fault::content(name, format!("{found} values"), &expected))
        }
    }
}
