//! Sums over the values of a column, block by block, so that a checkpoint can tell whether a run file still holds what was
//! written, and where it does not.

use hdf5::types::{FixedUnicode, FloatSize, H5Type, IntSize, TypeDescriptor};
use hdf5::{Dataset, Hyperslab, SliceOrIndex};
use ndarray::ArrayD;

use super::LABEL_BYTES;
use super::header::Fingerprint;
use crate::base::stream::mix;

/// Values of a block: as many as a chunk of a long column has.
const BLOCK: usize = 32_768;

/// A value of a column, as 64 bits or less of them.
pub(super) trait Value: H5Type {
    /// What goes into a sum.
    fn word(&self) -> u64;
}

macro_rules! values {
    ($($kind:ty: $value:ident => $word:expr),* $(,)?) => {$(
        impl Value for $kind {
            fn word(&self) -> u64 {
                let $value = self;
                $word
            }
        }
    )*};
}

values!(
    f64: x => x.to_bits(),
    f32: x => x.to_bits().into(),
    u64: x => *x,
    i64: x => x.cast_unsigned(),
    i16: x => x.cast_unsigned().into(),
);

impl<const N: usize> Value for FixedUnicode<N> {
    fn word(&self) -> u64 {
        let bytes = self.as_bytes().iter();
        bytes.fold(N as u64, |sum, &byte| mix(sum ^ u64::from(byte)))
    }
}

/// A sum for each block of rows that has begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums(Vec<u64>);

impl Sums {
    /// Adds `values`, `width` to a row, after `rows` that were added before.
    pub(super) fn add<'a, T: Value + 'a>(
        &mut self,
        values: impl IntoIterator<Item = &'a T>,
        rows: usize,
        width: usize,
    ) {
        let block = block_rows(width) * width;
        for (at, value) in (rows * width..).zip(values) {
            if at.is_multiple_of(block) {
                self.0.push(0);
            }
            if let Some(sum) = self.0.last_mut() {
                *sum = mix(*sum ^ value.word());
            }
        }
    }

    /// Of the first `rows` of `dataset`, which has as many.
    pub(super) fn of(dataset: &Dataset, rows: usize) -> hdf5::Result<Self> {
        let kind = dataset.dtype()?.to_descriptor()?;
        match kind {
            TypeDescriptor::Float(FloatSize::U8) => Self::read::<f64>(dataset, rows),
            TypeDescriptor::Float(FloatSize::U4) => Self::read::<f32>(dataset, rows),
            TypeDescriptor::Unsigned(IntSize::U8) => Self::read::<u64>(dataset, rows),
            TypeDescriptor::Integer(IntSize::U8) => Self::read::<i64>(dataset, rows),
            TypeDescriptor::Integer(IntSize::U2) => Self::read::<i16>(dataset, rows),
            kind if kind == <FixedUnicode<LABEL_BYTES>>::type_descriptor() => {
                Self::read::<FixedUnicode<LABEL_BYTES>>(dataset, rows)
            }
            kind if kind == Fingerprint::type_descriptor() => {
                Self::read::<Fingerprint>(dataset, rows)
            }
            kind => Err(format!("values of type {kind}, which no column has").into()),
        }
    }

    fn read<T: Value>(dataset: &Dataset, rows: usize) -> hdf5::Result<Self> {
        let shape = dataset.shape();
        let row = shape.get(1..).unwrap_or(&[]);
        let width: usize = row.iter().product();
        let mut sums = Self::default();
        let mut from = 0;
        while from < rows && width > 0 {
            let to = rows.min(from + block_rows(width));
            let mut slice: Vec<SliceOrIndex> = vec![(from..to).into()];
            slice.extend(row.iter().map(|_| SliceOrIndex::from(..)));
            let values: ArrayD<T> = dataset.read_slice(Hyperslab::from(slice))?;
            sums.add(values.iter(), from, width);
            from = to;
        }
        Ok(sums)
    }

    /// The sums, for a checkpoint.
    pub(super) fn blocks(&self) -> &[u64] {
        &self.0
    }
}

/// Rows of a block of a dataset with `width` values in each.
pub(super) fn block_rows(width: usize) -> usize {
    (BLOCK / width.max(1)).max(1)
}
