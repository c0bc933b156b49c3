//! States of the neurons of a population, side by side, for loops that address them by 16 bits.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Cells that a 16-bit index addresses.
pub(super) const BLOCK: usize = 1 << 16;

/// As many cells: no index of 16 bits is out of its bounds, so none is checked.
pub(super) type Block<const N: usize> = [[f64; N]; BLOCK];

/// N numbers per neuron, N a power of two. There is room for a [`Block`] at least; what lies behind the last neuron is
/// never touched, so that the operating system gives no memory for it.
#[derive(Debug)]
pub(super) struct Cells<const N: usize> {
    size: usize,
    /// Zeroed when made and never moved, with room to begin at a multiple of a cell's size: a cell that lay across two
    /// cache lines would cost two accesses.
    room: Vec<f64>,
}

impl<const N: usize> Cells<N> {
    /// Of `size` neurons, all zero.
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            room: vec![0.0; size.max(BLOCK) * N + N - 1],
        }
    }

    /// How many neurons there are.
    pub(super) fn len(&self) -> usize {
        self.size
    }

    /// Numbers before the first cell.
    #[inline(always)]
    fn skipped(&self) -> usize {
        let place = self.room.as_ptr() as usize / size_of::<f64>();
        place.wrapping_neg() % N
    }

    /// One per neuron.
    #[inline]
    pub(super) fn all(&self) -> &[[f64; N]] {
        &self.room[self.skipped()..].as_chunks().0[..self.size]
    }

    /// As [`all`](Self::all).
    #[inline]
    pub(super) fn all_mut(&mut self) -> &mut [[f64; N]] {
        let skipped = self.skipped();
        &mut self.room[skipped..].as_chunks_mut().0[..self.size]
    }

    /// As [`block_mut`](Self::block_mut).
    #[inline]
    pub(super) fn block(&self) -> Option<&Block<N>> {
        self.room[self.skipped()..].as_chunks().0.first_chunk()
    }

    /// The first of them, and the room behind if they are fewer. There always is a block.
    #[inline]
    pub(super) fn block_mut(&mut self) -> Option<&mut Block<N>> {
        let skipped = self.skipped();
        self.room[skipped..].as_chunks_mut().0.first_chunk_mut()
    }
}

impl<const N: usize> Clone for Cells<N> {
    /// Another place in memory may begin elsewhere, and there is no need to touch the room behind.
    fn clone(&self) -> Self {
        let mut other = Self::new(self.size);
        other.all_mut().copy_from_slice(self.all());
        other
    }
}

impl<const N: usize> Serialize for Cells<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().as_flattened().serialize(serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Cells<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Vec::<f64>::deserialize(deserializer)?;
        let (found, rest) = numbers.as_chunks();
        if !rest.is_empty() {
            return Err(D::Error::custom("a neuron with too few numbers"));
        }
        let mut cells = Self::new(found.len());
        cells.all_mut().copy_from_slice(found);
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::bytes::{from_bytes, to_bytes};

    #[test]
    fn cells_are_aligned_wherever_they_lie() {
        for size in [0, 1, 100, BLOCK + 3] {
            let mut cells = Cells::<4>::new(size);
            assert_eq!(cells.all().len(), size);
            assert!(cells.block_mut().is_some());
            assert_eq!(cells.all().as_ptr() as usize % size_of::<[f64; 4]>(), 0);
            for (j, cell) in cells.all_mut().iter_mut().enumerate() {
                *cell = [j as f64; 4];
            }
            let read: Cells<4> =
                from_bytes(&to_bytes(&cells).expect("plain data")).expect("its own bytes");
            assert_eq!(read.all(), cells.all());
            assert_eq!(cells.clone().all(), cells.all());
        }
        assert!(from_bytes::<Cells<4>>(&to_bytes(&vec![1.0; 6]).expect("plain data")).is_err());
    }
}
