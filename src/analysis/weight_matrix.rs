//! Mean strengths between parts of two populations, and over how far neurons lie apart by number.

/// Most parts of a population: each still has room in a figure.
const MOST: usize = 100;

/// A synapse: source, target, weight.
pub type Synapse = (u32, u32, f64);

/// Mean strengths, without sign.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightMatrix {
    /// Neurons of source and target.
    pub sizes: [u32; 2],
    /// Parts of source and target, as even as can be.
    pub parts: [usize; 2],
    /// Of the synapses from each part of the source, row by row, to each part of the target; NaN where there are none.
    pub means: Vec<f64>,
}

impl WeightMatrix {
    /// Of `synapses` between populations of such sizes.
    pub fn new(sizes: [u32; 2], synapses: impl Iterator<Item = Synapse>) -> Self {
        let parts = sizes.map(|size| (size as usize).clamp(1, MOST));
        let part = |side: usize, neuron: u32| {
            let at = neuron as usize * parts[side] / (sizes[side] as usize).max(1);
            at.min(parts[side] - 1)
        };
        let mut sums = vec![Mean::default(); parts[0] * parts[1]];
        for (source, target, weight) in synapses {
            sums[part(0, source) * parts[1] + part(1, target)].add(weight.abs());
        }
        Self {
            sizes,
            parts,
            means: sums.into_iter().map(Mean::get).collect(),
        }
    }
}

/// Mean strengths of `synapses` among `size` neurons over the number of the target less that of the source: the middle of
/// each stretch of differences in which there are any, and the mean there.
pub fn over_difference(size: u32, synapses: impl Iterator<Item = Synapse>) -> Vec<(f64, f64)> {
    let span = 2 * size as usize;
    let n = (span / 2).clamp(1, 2 * MOST);
    let width = span as f64 / n as f64;
    let mut sums = vec![(Mean::default(), 0.0); n];
    for (source, target, weight) in synapses {
        let difference = f64::from(target) - f64::from(source);
        let at = ((difference + f64::from(size)) / width) as usize;
        let (mean, off) = &mut sums[at.min(n - 1)];
        mean.add(weight.abs());
        *off += difference;
    }
    let filled = sums.into_iter().filter(|(mean, _)| mean.n > 0);
    filled
        .map(|(mean, off)| (off / mean.n as f64, mean.get()))
        .collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    n: u64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.n += 1;
    }

    /// NaN of nothing.
    fn get(self) -> f64 {
        self.sum / self.n as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_their_means_those_of_their_synapses() {
        let synapses = [(0, 0, 1.0), (1, 1, -3.0), (399, 199, 5.0)];
        let matrix = WeightMatrix::new([400, 200], synapses.into_iter());
        assert_eq!(matrix.parts, [100, 100]);
        assert_eq!((matrix.means[0], matrix.means[9_999]), (2.0, 5.0));
        let filled = matrix.means.iter().filter(|mean| !mean.is_nan()).count();
        assert_eq!(filled, 2);
        let small = WeightMatrix::new([2, 3], [(1, 2, 7.0)].into_iter());
        assert_eq!((small.parts, small.means[5]), ([2, 3], 7.0));
    }

    #[test]
    fn strengths_over_differences() {
        let synapses = [(0, 3, 1.0), (4, 7, 2.0), (7, 4, 4.0), (9, 0, 8.0)];
        let found = over_difference(10, synapses.into_iter());
        assert_eq!(found, [(-9.0, 8.0), (-3.0, 4.0), (3.0, 1.5)]);
    }
}
