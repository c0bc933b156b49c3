//! Edges that are given one by one, in place of a rule that draws them.

use std::ops::Range;

use crate::base::legible::legible;
use crate::base::time::Duration;
use crate::synapse::weight::{WeightList, Weights, ordered};

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
    /// The part of the delay that lies behind the synapse.
    Dendritic,
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
    sources: Vec<u32>,
    targets: Vec<u32>,
    weights: WeightList,
    delays: Vec<Duration>,
    /// Whether parts of delays are kept.
    divided: bool,
    /// The part of each delay that lies behind the synapse; empty while that is nothing.
    dendritic: Vec<Duration>,
    /// How many synapses each edge stands for; empty while all stand for one, or if weights say it.
    counts: Vec<u32>,
}

/// Edges of one projection, by target, those onto one target in the order in which they were given.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    n_source: u32,
    /// Edges onto target j are `starts[j]..starts[j + 1]`.
    starts: Vec<usize>,
    sources: Vec<u32>,
    weights: Option<Weights>,
    delays: Option<Delays>,
    /// Synapses of each edge, whose weights are to be multiplied by them; empty if they are 1, or in the weights.
    counts: Vec<u32>,
}

/// Delays of edges, as they are given: to the picosecond.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Delays {
    /// Distinct ones, ascending; one stands there as often as it has other parts behind the synapse.
    pub(super) distinct: Vec<Duration>,
    /// How much of each of those lies behind the synapse; empty if nothing does, or it is not known.
    pub(super) dendritic: Vec<Duration>,
    /// For each edge the number of its delay; empty if all are equal.
    pub(super) numbers: Vec<u32>,
}

impl EdgeList {
    /// An empty list of edges from `n_source` sources to `n_target` targets. Their weights are kept if `weighted`, their
    /// delays if `delayed`.
    pub fn new(n_source: u32, n_target: u32, weighted: bool, delayed: bool) -> Self {
        Self {
            n_source,
            n_target,
            weighted,
            delayed,
            sources: Vec::new(),
            targets: Vec::new(),
            weights: WeightList::new(),
            delays: Vec::new(),
            divided: false,
            dendritic: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Keeps how much of each delay lies behind the synapse, if `divided`.
    pub fn with_dendritic(mut self, divided: bool) -> Self {
        self.divided = divided;
        self
    }

    /// Sources and targets that edges are checked against.
    pub fn sizes(&self) -> (u32, u32) {
        (self.n_source, self.n_target)
    }

    /// Whether weights are kept.
    pub fn weighted(&self) -> bool {
        self.weighted
    }

    /// Whether delays are kept.
    pub fn delayed(&self) -> bool {
        self.delayed
    }

    /// Whether the parts of delays that lie behind the synapse are kept.
    pub fn divided(&self) -> bool {
        self.divided
    }

    /// Adds an edge. A weight or delay that is not kept is not looked at.
    ///
    /// # Errors
    /// If there are no such neurons, the weight is beyond what single precision holds, or the delay is below 0, too small for
    /// or beyond the clock.
    pub fn push(
        &mut self,
        source: u64,
        target: u64,
        weight: f64,
        delay_ms: f64,
    ) -> Result<(), EdgeFault> {
        self.push_many(source, target, weight, (delay_ms, 0.0), 1)
    }

    /// Adds an edge that stands for `count` synapses of one weight and delay: they act as one of `count` times the weight,
    /// wherever the weight comes from, and none leaves no edge. With the delay stands how much of it lies behind the synapse.
    ///
    /// # Errors
    /// As [`push`](Self::push), and if more lies behind the synapse than the delay is, or less than nothing.
    pub fn push_many(
        &mut self,
        source: u64,
        target: u64,
        weight: f64,
        (delay_ms, dendritic_ms): (f64, f64),
        count: u32,
    ) -> Result<(), EdgeFault> {
        let source = neuron(source, self.n_source, Column::Source, "source")?;
        let target = neuron(target, self.n_target, Column::Target, "target")?;
        let sum = weight * f64::from(count);
        let held = sum.abs() <= f64::from(f32::MAX);
        if self.weighted && !held {
            return Err(EdgeFault {
                column: Column::Weight,
                found: match count {
                    1 => format!("weight {}", legible(weight)),
                    _ => format!("weight {} of {count} synapses", legible(weight)),
                },
                expected: format!("at most {:?} in magnitude", f32::MAX),
            });
        }
        let delay = Duration::from_ms(delay_ms);
        // What the clock would round to none is a mistake.
        let delay = delay
            .ok()
            .filter(|&delay| delay > Duration::ZERO || delay_ms == 0.0);
        if self.delayed && delay.is_none() {
            return Err(EdgeFault {
                column: Column::Delay,
                found: format!("delay {} ms", legible(delay_ms)),
                expected: "0 ms for all, or from 1 ps to 106 days".into(),
            });
        }
        let behind = self.behind((delay_ms, delay), dendritic_ms)?;
        if count == 0 {
            return Ok(());
        }
        if behind > Duration::ZERO || !self.dendritic.is_empty() {
            self.dendritic.resize(self.delays.len(), Duration::ZERO);
            self.dendritic.push(behind);
        }
        if !self.weighted && (count != 1 || !self.counts.is_empty()) {
            self.counts.resize(self.sources.len(), 1);
            self.counts.push(count);
        }
        self.sources.push(source);
        self.targets.push(target);
        if self.weighted {
            self.weights.push(sum);
        }
        if self.delayed {
            self.delays.push(delay.unwrap_or(Duration::ZERO));
        }
        Ok(())
    }

    /// How much of a delay lies behind the synapse, none where that is not kept.
    fn behind(
        &self,
        (delay_ms, delay): (f64, Option<Duration>),
        dendritic_ms: f64,
    ) -> Result<Duration, EdgeFault> {
        if !self.delayed || !self.divided {
            return Ok(Duration::ZERO);
        }
        let part = Duration::from_ms(dendritic_ms).ok();
        let within = part.filter(|&part| part >= Duration::ZERO && Some(part) <= delay);
        within.ok_or_else(|| EdgeFault {
            column: Column::Dendritic,
            found: format!("dendritic delay {} ms", legible(dendritic_ms)),
            expected: format!("from 0 ms to {} ms, the whole delay", legible(delay_ms)),
        })
    }

    /// Puts the edges in order.
    pub fn finish(self) -> Edges {
        let mut starts = vec![0_usize; self.n_target as usize + 1];
        let mut next = Vec::new();
        // Zeros that nobody touches take no memory, however many targets there are.
        if !self.targets.is_empty() {
            for &target in &self.targets {
                starts[target as usize + 1] += 1;
            }
            let mut sum = 0;
            for start in &mut starts {
                sum += *start;
                *start = sum;
            }
            next.clone_from(&starts);
        }
        let places: Vec<usize> = self
            .targets
            .iter()
            .map(|&target| {
                let place = next[target as usize];
                next[target as usize] += 1;
                place
            })
            .collect();
        Edges {
            n_source: self.n_source,
            sources: ordered(&self.sources, &places),
            weights: self.weighted.then(|| self.weights.finish(&places)),
            delays: self
                .delayed
                .then(|| Delays::new(&self.delays, &self.dendritic, &places)),
            counts: ordered(&self.counts, &places),
            starts,
        }
    }
}

impl Delays {
    /// Of edges that go to `places`, with the `dendritic` parts if there are any.
    fn new(delays: &[Duration], dendritic: &[Duration], places: &[usize]) -> Self {
        if dendritic.is_empty() {
            let (distinct, numbers) = numbered(delays.iter().copied(), places);
            return Self {
                distinct,
                dendritic: Vec::new(),
                numbers,
            };
        }
        let both = delays.iter().copied().zip(dendritic.iter().copied());
        let (distinct, numbers) = numbered(both, places);
        let (distinct, dendritic) = distinct.into_iter().unzip();
        Self {
            distinct,
            dendritic,
            numbers,
        }
    }
}

/// The distinct ones of `all`, ascending, and which of them each is that goes to these places; no numbers if all are equal.
fn numbered<T: Copy + Ord>(
    all: impl Iterator<Item = T> + Clone,
    places: &[usize],
) -> (Vec<T>, Vec<u32>) {
    let mut distinct: Vec<T> = all.clone().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.shrink_to_fit();
    let mut numbers = Vec::new();
    if distinct.len() > 1 {
        numbers = vec![0; places.len()];
        for (one, &place) in all.zip(places) {
            // Edges are fewer than 2³² onto one lane, or refused.
            numbers[place] = distinct.partition_point(|less| *less < one) as u32;
        }
    }
    (distinct, numbers)
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

    /// Weights of the edges, in their order; `None` if they were not kept.
    pub fn weights(&self) -> Option<&Weights> {
        self.weights.as_ref()
    }

    /// The distinct delays of the edges, ascending, each as often as it has other parts behind the synapse; `None` if they were
    /// not kept.
    pub fn distinct_delays(&self) -> Option<&[Duration]> {
        self.delays
            .as_ref()
            .map(|delays| delays.distinct.as_slice())
    }

    /// The most of a delay that lies behind the synapse; none where that was not kept.
    pub fn longest_dendritic(&self) -> Duration {
        let parts = self.delays.iter().flat_map(|delays| &delays.dendritic);
        parts.copied().max().unwrap_or(Duration::ZERO)
    }

    /// Edges onto `targets` as a range of all edges.
    pub(super) fn onto(&self, targets: Range<u32>) -> Range<usize> {
        self.starts[targets.start as usize]..self.starts[targets.end as usize]
    }

    pub(super) fn sources(&self) -> &[u32] {
        &self.sources
    }

    /// The most synapses that an edge stands for.
    pub(super) fn most(&self) -> u32 {
        self.counts.iter().copied().max().unwrap_or(1)
    }

    /// How many synapses each edge stands for, where a weight of one is to be multiplied by it; `None` for one each.
    pub(super) fn counts(&self) -> Option<&[u32]> {
        Some(self.counts.as_slice()).filter(|counts| !counts.is_empty())
    }

    pub(super) fn delays(&self) -> Option<&Delays> {
        self.delays.as_ref()
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
