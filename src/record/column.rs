//! A dataset that grows along its first axis.

use std::str::FromStr;

use hdf5::dataset::FillTime;
use hdf5::types::{FixedUnicode, H5Type};
use hdf5::{Dataset, Extent, Group};
use ndarray::{ArrayView2, s};

use super::LABEL_BYTES;
use super::header::text_attribute;
use super::sum::{Sums, Value};
use crate::base::matrix::Matrix;
use crate::base::time::Time;

/// Values of a chunk of a long column: 256 KiB of f64, few enough chunks for a night and little to lose at a kill.
pub(super) const CHUNK: usize = 32_768;

/// Rows of a chunk of a short table: a run has tens of bouts and hundreds of scores.
pub(super) const TABLE_CHUNK: usize = 256;

/// Most bytes of a chunk of weights.
const WEIGHT_CHUNK_BYTES: usize = 1 << 20;

/// A label as the file stores it.
pub(super) type Label = FixedUnicode<LABEL_BYTES>;

/// `text` as a label, cut at a character if it is too long, which the log then says.
pub(super) fn label(text: &str) -> Label {
    let end = text.floor_char_boundary(LABEL_BYTES);
    if end < text.len() {
        tracing::warn!("label `{text}` is cut to {LABEL_BYTES} bytes in the run file");
    }
    Label::from_str(&text[..end]).unwrap_or_default()
}

/// Makes the empty dataset `name` of `row` values per row in `group`, growing along the rows.
///
/// Nothing is filled in: with the file's chunk cache off, each value goes straight to the file, before the length
/// that says it is there.
fn create<T: H5Type>(
    group: &Group,
    name: &str,
    row: &[usize],
    chunk: &[usize],
    compress: bool,
) -> hdf5::Result<Dataset> {
    /// zlib's own default. More takes longer and gains nothing on numbers.
    const LEVEL: u8 = 6;
    let extents: Vec<Extent> = std::iter::once(Extent::resizable(0))
        .chain(row.iter().map(|&n| Extent::fixed(n)))
        .collect();
    let mut builder = group.new_dataset_builder();
    if compress {
        builder = builder.shuffle().deflate(LEVEL);
    }
    builder
        .empty::<T>()
        .fill_time(FillTime::Never)
        .chunk(chunk)
        .shape(extents)
        .create(name)
}

/// Makes the column `name` of `values`, which are all that it ever has.
pub(super) fn fixed_column<T: H5Type>(
    group: &Group,
    name: &str,
    values: impl Iterator<Item = T>,
) -> hdf5::Result<()> {
    let values: Vec<T> = values.collect();
    let dataset = group.new_dataset::<T>().shape(values.len()).create(name)?;
    dataset.write_raw(&values)
}

/// Makes the empty column `name` in `group`.
pub(super) fn create_column<T: H5Type>(
    group: &Group,
    name: &str,
    chunk: usize,
) -> hdf5::Result<()> {
    create::<T>(group, name, &[], &[chunk], false).map(drop)
}

/// Name of the column beside the times `name` with what milliseconds leave of their picoseconds.
pub(super) fn rest_of(name: &str) -> String {
    format!("{name}_rest")
}

/// Makes the two empty columns of the times `name` in `group`.
pub(super) fn create_times(group: &Group, name: &str, chunk: usize) -> hdf5::Result<()> {
    let times = create::<f64>(group, name, &[], &[chunk], false)?;
    text_attribute(&times, "units", "ms")?;
    let rest = create::<i16>(group, &rest_of(name), &[], &[chunk], false)?;
    text_attribute(&rest, "units", "ps")
}

/// Makes the empty stack `name` of `rows` × `columns` matrices in `group`. A matrix is written whole, so that no chunk of it
/// is packed twice.
pub(super) fn create_stack(
    group: &Group,
    name: &str,
    (rows, columns): (usize, usize),
    compress: bool,
) -> hdf5::Result<()> {
    let row_bytes = columns * size_of::<f32>();
    let chunk_rows = (WEIGHT_CHUNK_BYTES / row_bytes.max(1)).clamp(1, rows.max(1));
    let chunk = [1, chunk_rows, columns];
    create::<f32>(group, name, &[rows, columns], &chunk, compress).map(drop)
}

/// Frames of `width` values that share a chunk, which holds about as many values as one of a column.
pub(super) fn frames_per_chunk(width: usize) -> usize {
    (CHUNK / width.max(1)).max(1)
}

/// Makes the empty dataset `name` of frames of `width` values in `group`.
pub(super) fn create_frames(group: &Group, name: &str, width: usize) -> hdf5::Result<Dataset> {
    let chunk = [frames_per_chunk(width), width.clamp(1, CHUNK)];
    create_rows::<f32>(group, name, width, chunk)
}

/// Makes the empty dataset `name` of rows of `width` values in `group`.
pub(super) fn create_rows<T: H5Type>(
    group: &Group,
    name: &str,
    width: usize,
    chunk: [usize; 2],
) -> hdf5::Result<Dataset> {
    create::<T>(group, name, &[width], &chunk, false)
}

/// Open columns of times: milliseconds for every reader, and their rest.
#[derive(Debug)]
pub(super) struct Times {
    ms: Column,
    rest: Column,
}

impl Times {
    /// Opens the times `name` of `group`, to go on after what is in them.
    pub(super) fn open(group: &Group, name: &str) -> hdf5::Result<Self> {
        Ok(Self {
            ms: Column::open(group, name)?,
            rest: Column::open(group, &rest_of(name))?,
        })
    }

    /// Appends `times`.
    pub(super) fn append(&mut self, times: &[Time]) -> hdf5::Result<()> {
        let (ms, rest): (Vec<f64>, Vec<i16>) =
            times.iter().map(|time| time.as_ms_and_rest()).unzip();
        self.ms.append(&ms)?;
        self.rest.append(&rest)
    }

    /// Both columns.
    pub(super) fn columns(&self) -> [&Column; 2] {
        [&self.ms, &self.rest]
    }
}

/// An open column: where the next value goes.
#[derive(Debug)]
pub(super) struct Column {
    dataset: Dataset,
    len: usize,
    /// Over all values in it.
    sums: Sums,
}

impl Column {
    /// Opens the column `name` of `group`, to go on after what is in it.
    pub(super) fn open(group: &Group, name: &str) -> hdf5::Result<Self> {
        let dataset = group.dataset(name)?;
        let len = dataset.shape().first().copied().unwrap_or(0);
        let sums = Sums::of(&dataset, len)?;
        Ok(Self { dataset, len, sums })
    }

    /// Path of the dataset in the file.
    pub(super) fn path(&self) -> String {
        self.dataset.name()
    }

    /// Rows in it.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Sums over all values in it.
    pub(super) fn sums(&self) -> &[u64] {
        self.sums.blocks()
    }

    /// Appends `values`. After an error the column is as long as before.
    pub(super) fn append<T: Value>(&mut self, values: &[T]) -> hdf5::Result<()> {
        let end = self.len + values.len();
        let written = self
            .dataset
            .resize(end)
            .and_then(|()| self.dataset.write_slice(values, self.len..end));
        self.advance(end, written, values, &[])
    }

    /// Appends frames, one per row. After an error there are as many as before.
    pub(super) fn append_frames<T: Value>(
        &mut self,
        frames: ArrayView2<'_, T>,
    ) -> hdf5::Result<()> {
        let (n, width) = frames.dim();
        let end = self.len + n;
        let written = self
            .dataset
            .resize((end, width))
            .and_then(|()| self.dataset.write_slice(frames, s![self.len..end, ..]));
        self.advance(end, written, frames, &[width])
    }

    /// Appends one matrix to a stack. After an error the stack is as high as before.
    pub(super) fn append_matrix(&mut self, matrix: &Matrix) -> hdf5::Result<()> {
        let end = self.len + 1;
        let row = [matrix.rows(), matrix.columns()];
        let values = ArrayView2::from_shape(matrix.shape(), matrix.values())
            .map_err(|_| hdf5::Error::from("a matrix that no memory could hold"))?;
        let written = self
            .dataset
            .resize((end, row[0], row[1]))
            .and_then(|()| self.dataset.write_slice(values, s![self.len, .., ..]));
        self.advance(end, written, matrix.values(), &row)
    }

    fn advance<'a, T: Value + 'a>(
        &mut self,
        end: usize,
        written: hdf5::Result<()>,
        values: impl IntoIterator<Item = &'a T>,
        row: &[usize],
    ) -> hdf5::Result<()> {
        match written {
            Ok(()) => {
                self.sums.add(values, self.len, row.iter().product());
                self.len = end;
                Ok(())
            }
            Err(error) => {
                let shape: Vec<usize> = [&[self.len], row].concat();
                // The first error is the one to report; a length that cannot be taken back is never flushed.
                let _ = self.dataset.resize(shape);
                Err(error)
            }
        }
    }
}
