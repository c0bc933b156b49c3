//! Intervals between the spikes of each neuron, as sums: no train is held.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;

/// Sums over the intervals of each neuron of a population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntervalSums(Vec<Neuron>);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Neuron {
    /// Its last spike, or never.
    last: Time,
    /// Number of intervals, their sum and sum of squares in milliseconds.
    n: u32,
    sum: f64,
    squares: f64,
}

impl IntervalSums {
    /// Of `neurons` that have not fired.
    pub fn new(neurons: usize) -> Self {
        let silent = Neuron {
            last: Time::NEVER,
            n: 0,
            sum: 0.0,
            squares: 0.0,
        };
        Self(vec![silent; neurons])
    }

    /// How many neurons there are.
    pub fn neurons(&self) -> usize {
        self.0.len()
    }

    /// Takes note of a spike of `neuron` at `t`, not before its last.
    #[inline]
    pub fn spike(&mut self, t: Time, neuron: u32) {
        let neuron = &mut self.0[neuron as usize];
        if neuron.last != Time::NEVER {
            let interval = (t - neuron.last).as_ms();
            neuron.n += 1;
            neuron.sum += interval;
            neuron.squares += interval * interval;
        }
        neuron.last = t;
    }

    /// Neurons begin at rest: what they did before is no start of an interval.
    pub fn begin_anew(&mut self) {
        let neurons = self.0.iter_mut();
        neurons.for_each(|neuron| neuron.last = Time::NEVER);
    }

    /// Mean over neurons of the coefficient of variation of their intervals, of those with three or more: 0 is regular, 1
    /// as irregular as a Poisson process.
    pub fn cv(&self) -> Option<f64> {
        /// Fewer intervals say little about their spread.
        const LEAST: u32 = 3;
        let told = self.0.iter().filter(|neuron| neuron.n >= LEAST);
        let cvs: Vec<f64> = told
            .map(|neuron| {
                let n = f64::from(neuron.n);
                let mean = neuron.sum / n;
                ((neuron.squares / n - mean * mean).max(0.0)).sqrt() / mean
            })
            .collect();
        (!cvs.is_empty()).then(|| cvs.iter().sum::<f64>() / cvs.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interval_lies_across_a_new_beginning() {
        let mut sums = IntervalSums::new(1);
        let fire = |sums: &mut IntervalSums, ms: i64| {
            sums.spike(Time::from_ps(ms * 1_000_000_000), 0);
        };
        // Intervals of 10 ms, but for one of 70 ms that is none.
        [0, 10, 20, 30].iter().for_each(|&ms| fire(&mut sums, ms));
        sums.begin_anew();
        [100, 110].iter().for_each(|&ms| fire(&mut sums, ms));
        assert_eq!((sums.0[0].n, sums.cv()), (4, Some(0.0)));
    }
}
