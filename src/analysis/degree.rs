//! How many synapses neurons have.

use crate::analysis::spread::quantiles;

/// Bins of a histogram of degrees at most.
const MOST_BINS: u32 = 30;

/// How many synapses each of some neurons has, in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degrees(Vec<u32>);

impl Degrees {
    /// Of `n` neurons of which each of `ends` names one; those that are not `counted` are left out.
    pub fn new(n: u32, ends: impl Iterator<Item = u32>, counted: impl Fn(u32) -> bool) -> Self {
        let mut degrees = vec![0; n as usize];
        for end in ends {
            if let Some(degree) = degrees.get_mut(end as usize) {
                *degree += 1;
            }
        }
        let counted = (0..n).zip(degrees).filter(|&(node, _)| counted(node));
        Self(counted.map(|(_, degree)| degree).collect())
    }

    /// How many neurons there are.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    /// Synapses of a neuron in the mean; no number where there are no neurons.
    pub fn mean(&self) -> f64 {
        self.0.iter().map(|&degree| f64::from(degree)).sum::<f64>() / self.0.len() as f64
    }

    /// At 5, 25, 50, 75 and 95 %; no numbers where there are no neurons.
    pub fn quantiles(&self) -> [f64; 5] {
        if self.0.is_empty() {
            return [f64::NAN; 5];
        }
        let degrees: Vec<f32> = self.0.iter().map(|&degree| degree as f32).collect();
        quantiles(&degrees)
    }

    /// The most that one has.
    pub fn most(&self) -> u32 {
        self.0.iter().copied().max().unwrap_or(0)
    }

    /// How many neurons have how many, in bins of whole degrees from 0 to `most`.
    pub fn histogram(&self, most: u32) -> (Vec<f64>, Vec<u64>) {
        let width = (most + 1).div_ceil(MOST_BINS);
        let n = (most + 1).div_ceil(width);
        let mut counts = vec![0; n as usize];
        for degree in &self.0 {
            if let Some(count) = counts.get_mut((degree / width) as usize) {
                *count += 1;
            }
        }
        // Around whole numbers, so that a bin of one stands in its middle.
        let edges = (0..=n).map(|k| f64::from(k * width) - 0.5);
        (edges.collect(), counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synapses_are_counted_at_the_neurons_that_count() {
        let ends = [0, 2, 2, 2, 3, 3];
        let degrees = Degrees::new(5, ends.into_iter(), |node| node != 3);
        assert_eq!(degrees, Degrees(vec![1, 0, 3, 0]));
        assert_eq!((degrees.n(), degrees.mean(), degrees.most()), (4, 1.0, 3));
        let (edges, counts) = degrees.histogram(3);
        assert_eq!(edges, [-0.5, 0.5, 1.5, 2.5, 3.5]);
        assert_eq!(counts, [2, 1, 0, 1]);
        // Bins of several whole degrees hold all.
        let many = Degrees((0..100).collect());
        let (edges, counts) = many.histogram(99);
        assert_eq!((edges[1], counts.len()), (3.5, 25));
        assert!(counts.iter().all(|&count| count == 4));
        assert_eq!(many.quantiles()[2], 49.5);
        let none = Degrees(Vec::new());
        assert!(none.mean().is_nan() && none.quantiles()[0].is_nan());
    }
}
