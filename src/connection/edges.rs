//! Edges that are given one by one, in place of a rule that draws them.

use std::ops::Range;

use crate::base::distribution::{Distribution, Shape};
use crate::base::time::{Duration, PS_PER_MS};
use crate::connection::plan::MOST_STEPS;

/// What an edge has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Number of its source.
    Source,
    /// Number of its target.
    Target,
    /// Weight.
    Weight,
    /// Delay.
    Delay,
}

/// A value that no edge can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeFault {
    /// Which value.
    pub column: Column,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// Collects edges in the order in which they are given.
#[derive(Debug)]
pub struct EdgeList {
    n_source: u32,
    n_target: u32,
    weighted: bool,
    delayed: bool,
    delay_resolution: Duration,
    sources: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<f32>,
    delays_ms: Vec<f64>,
}

/// Edges of one projection, by target, those onto one target in the order in which they were given.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    n_source: u32,
    /// Edges onto target j are `starts[j]..starts[j + 1]`.
    starts: Vec<usize>,
    sources: Vec<u32>,
    weight: Option<Distribution>,
    /// Empty if no weights are given or all are equal.
    weights: Vec<f32>,
    delay_ms: Option<Distribution>,
    /// Delays in steps of the resolution; empty if none are given or all are equal.
    steps: Vec<u16>,
}

/// Steps of a resolution, of which there are `per_ms` in a millisecond, that `delay_ms` is rounded to; 1 to what 16 bits
/// hold.
#[inline(always)]
pub(super) fn steps(delay_ms: f64, per_ms: f64) -> u16 {
    // `round` is a library call on plain x86-64. A delay of half a step may come out below it here.
    ((delay_ms * per_ms + 0.5) as u16).max(1)
}

/// The shortest delay that is rounded to a step of `resolution`: half of it.
pub(super) fn shortest(resolution: Duration) -> Duration {
    Duration::from_ps(resolution.ps() - resolution.ps() / 2)
}

/// Steps of `resolution` in a millisecond.
pub(super) fn steps_per_ms(resolution: Duration) -> f64 {
    PS_PER_MS as f64 / resolution.ps() as f64
}

impl EdgeList {
    /// An empty list of edges from `n_source` sources to `n_target` targets. Their weights are kept if `weighted`, their
    /// delays if `delayed`; delays that differ are rounded to the nearest multiple of `delay_resolution`.
    pub fn new(
        n_source: u32,
        n_target: u32,
        weighted: bool,
        delayed: bool,
        delay_resolution: Duration,
    ) -> Self {
        Self {
            n_source,
            n_target,
            weighted,
            delayed,
            delay_resolution,
            sources: Vec::new(),
            targets: Vec::new(),
            weights: Vec::new(),
            delays_ms: Vec::new(),
        }
    }

    /// Whether weights are kept.
    pub fn weighted(&self) -> bool {
        self.weighted
    }

    /// Whether delays are kept.
    pub fn delayed(&self) -> bool {
        self.delayed
    }

    /// Adds an edge. A weight or delay that is not kept is not looked at.
    ///
    /// # Errors
    /// If there are no such neurons, the weight is beyond single precision, or the delay is not above 0 or beyond the
    /// clock.
    pub fn push(
        &mut self,
        source: u64,
        target: u64,
        weight: f64,
        delay_ms: f64,
    ) -> Result<(), EdgeFault> {
        let source = neuron(source, self.n_source, Column::Source, "source")?;
        let target = neuron(target, self.n_target, Column::Target, "target")?;
        let held = weight.abs() <= f64::from(f32::MAX);
        if self.weighted && !held {
            return Err(EdgeFault {
                column: Column::Weight,
                found: format!("weight {weight}"),
                expected: format!("at most {:?} in magnitude", f32::MAX),
            });
        }
        let tick = Duration::from_ps(1);
        if self.delayed && !Duration::from_ms(delay_ms).is_ok_and(|delay| delay >= tick) {
            return Err(EdgeFault {
                column: Column::Delay,
                found: format!("delay {delay_ms} ms"),
                expected: "more than 0 ms, to 106 days".into(),
            });
        }
        self.sources.push(source);
        self.targets.push(target);
        if self.weighted {
            self.weights.push(weight as f32);
        }
        if self.delayed {
            self.delays_ms.push(delay_ms);
        }
        Ok(())
    }

    /// Puts the edges in order.
    ///
    /// # Errors
    /// If delays differ and one does not fit their grid: the number of the edge, and what is wrong.
    pub fn finish(self) -> Result<Edges, (usize, EdgeFault)> {
        let (delay_ms, steps) = self.grid()?;
        let weights = self.weights.iter().map(|&weight| f64::from(weight));
        let weight = self.weighted.then(|| one_or_range(weights, 0.0)).flatten();
        let mut starts = vec![0_usize; self.n_target as usize + 1];
        for &target in &self.targets {
            starts[target as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let places: Vec<usize> = self
            .targets
            .iter()
            .map(|&target| {
                let place = next[target as usize];
                next[target as usize] += 1;
                place
            })
            .collect();
        let weights = match weight {
            Some(weight) if weight.constant().is_none() => ordered(&self.weights, &places),
            _ => Vec::new(),
        };
        Ok(Edges {
            n_source: self.n_source,
            sources: ordered(&self.sources, &places),
            weight,
            weights,
            delay_ms,
            steps: ordered(&steps, &places),
            starts,
        })
    }

    /// The one delay of all, or each in steps of the resolution.
    fn grid(&self) -> Result<(Option<Distribution>, Vec<u16>), (usize, EdgeFault)> {
        let resolution = self.delay_resolution;
        let delays = self.delays_ms.iter().copied();
        let one_or_range = || one_or_range(delays, resolution.as_ms());
        let delay_ms = self.delayed.then(one_or_range).flatten();
        if delay_ms.is_none_or(|delay| delay.constant().is_some()) {
            return Ok((delay_ms, Vec::new()));
        }
        let (per_ms, shortest) = (steps_per_ms(resolution), shortest(resolution));
        let most = Duration::from_ps(resolution.ps().saturating_mul(MOST_STEPS.into()));
        let mut rounded = Vec::with_capacity(self.delays_ms.len());
        for (index, &ms) in self.delays_ms.iter().enumerate() {
            let fault = |expected: String| EdgeFault {
                column: Column::Delay,
                found: format!("delay {ms} ms among others"),
                expected,
            };
            let delay = Duration::from_ms(ms).unwrap_or(Duration::ZERO);
            if delay < shortest {
                let expected = format!("at least {shortest}, which rounds to delay_resolution");
                return Err((index, fault(expected)));
            }
            if delay > most {
                let expected = format!("at most {most} (65535 times delay_resolution)");
                return Err((index, fault(expected)));
            }
            rounded.push(steps(ms, per_ms));
        }
        Ok((delay_ms, rounded))
    }
}

impl Edges {
    /// Number of edges.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Sources and targets that the edges were checked against.
    pub fn sizes(&self) -> (u32, u32) {
        (self.n_source, (self.starts.len() - 1) as u32)
    }

    /// The one weight of all edges, or the interval that their weights fill; `None` if they were not kept.
    pub fn weight(&self) -> Option<Distribution> {
        self.weight
    }

    /// The one delay of all edges in milliseconds, or the interval that their delays fill; `None` if they were not
    /// kept.
    pub fn delay_ms(&self) -> Option<Distribution> {
        self.delay_ms
    }

    /// Edges onto `targets` as a range of all edges.
    pub(super) fn onto(&self, targets: Range<u32>) -> Range<usize> {
        self.starts[targets.start as usize]..self.starts[targets.end as usize]
    }

    pub(super) fn sources(&self) -> &[u32] {
        &self.sources
    }

    /// A weight for each edge, if they are given and not all equal.
    pub(super) fn weights(&self) -> Option<&[f32]> {
        (!self.weights.is_empty()).then_some(&self.weights)
    }

    /// A delay for each edge in steps of the resolution, if they are given and not all equal.
    pub(super) fn steps(&self) -> Option<&[u16]> {
        (!self.steps.is_empty()).then_some(&self.steps)
    }
}

fn neuron(id: u64, n: u32, column: Column, what: &str) -> Result<u32, EdgeFault> {
    match u32::try_from(id) {
        Ok(id) if id < n => Ok(id),
        _ => Err(EdgeFault {
            column,
            found: format!("{what} {id}"),
            expected: match n {
                0 => format!("no {what}, as there are none"),
                _ => format!("a {what} from 0 to {}", n - 1),
            },
        }),
    }
}

/// A constant if all values are equal, or `none` if there are none; else a uniform distribution from the smallest to the
/// largest, which tells their range. All are finite.
fn one_or_range(mut values: impl Iterator<Item = f64>, none: f64) -> Option<Distribution> {
    let first = values.next().unwrap_or(none);
    let (low, high) = values.fold((first, first), |(low, high), x| (x.min(low), x.max(high)));
    let shape = if low == high {
        Shape::Constant(low)
    } else {
        Shape::Uniform { low, high }
    };
    Distribution::new(shape).ok()
}

/// `values[i]` at `places[i]`; nothing if there are no values.
fn ordered<T: Copy + Default>(values: &[T], places: &[usize]) -> Vec<T> {
    let mut ordered = vec![T::default(); values.len()];
    for (&value, &place) in values.iter().zip(places) {
        ordered[place] = value;
    }
    ordered
}
