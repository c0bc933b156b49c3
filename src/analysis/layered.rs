//! Layered networks that sleep: what their layers make of images, and what their neurons do in short windows of a sleep.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::trains::{Span, Trains};
use crate::base::matrix::Matrix;
use crate::base::time::{Duration, Time};

/// A layered network with its sleeps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layered {
    /// Its populations from the first hidden layer to the output.
    pub layers: Vec<String>,
    /// Its sleeps, in order of time.
    pub sleeps: Vec<Sleep>,
}

impl Layered {
    /// The population of the last hidden layer.
    pub fn last_hidden(&self) -> Option<&str> {
        let last = self.layers.len().checked_sub(2)?;
        self.layers.get(last).map(String::as_str)
    }
}

/// A sleep, and what the network knew.
#[derive(Debug, Clone, PartialEq)]
pub struct Sleep {
    /// Its name.
    pub name: String,
    /// When.
    pub span: Span,
    /// Weights onto each layer from the one below, from the first hidden one on, when the network fell asleep.
    pub before: Vec<Matrix>,
    /// The same when it woke up; nothing where it has not.
    pub after: Vec<Matrix>,
    /// What of its units but weights tells what they make of images.
    pub units: Units,
    /// Images of the task learnt before it, evenly chosen, as rows; none where they are not known.
    pub learnt: Array2<f32>,
    /// The classes seen so far, ascending.
    pub classes: Vec<usize>,
    /// The mean image of each, as rows.
    pub means: Array2<f32>,
    /// The classes of the task learnt last; none where there was one task, or nobody knows.
    pub newest: Vec<usize>,
}

/// What units have beside weights. Sleep changes none of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// Biases of each layer from the first hidden one on; nothing where there are none.
    pub biases: Vec<Vec<f32>>,
    /// Factor on hidden activations; without biases it scales all alike, and is taken for 1.
    pub keep: f32,
}

impl Default for Units {
    fn default() -> Self {
        Self {
            biases: Vec::new(),
            keep: 1.0,
        }
    }
}

/// Spikes of neurons, no neuron twice, ascending.
pub type Counts = Vec<(usize, u32)>;

/// What the `units` of each layer but the input make of images, a row each: sums of weighted inputs and biases, negative ones set to 0.
/// Of images that are none for these weights, nothing.
pub fn present(weights: &[Matrix], units: &Units, images: &Array2<f32>) -> Vec<Array2<f32>> {
    let mut layers: Vec<Array2<f32>> = Vec::new();
    for (l, weights) in weights.iter().enumerate() {
        let below = layers.last().unwrap_or(images);
        // A matrix has as many values as it says.
        let Ok(own) = ArrayView2::from_shape(weights.shape(), weights.values()) else {
            break;
        };
        // Of a sleep under given spikes no image is known.
        if below.ncols() != own.ncols() {
            break;
        }
        let mut sums = below.dot(&own.t());
        if let Some(biases) = units.biases.get(l).filter(|own| own.len() == sums.ncols()) {
            // Images are no activations that dropout thins.
            let keep = if l > 0 { units.keep } else { 1.0 };
            sums *= keep;
            sums += &ArrayView1::from(&biases[..]);
        }
        layers.push(sums.mapv_into(|sum| sum.max(0.0)));
    }
    layers
}

/// Spikes of each neuron in each window of `width`, counted from the start of `span`, in which any neuron fires.
pub fn windows(trains: &Trains, span: Span, width: Duration) -> BTreeMap<i64, Counts> {
    let mut windows: BTreeMap<i64, Counts> = BTreeMap::new();
    for neuron in 0..trains.len() {
        for t in trains.within(neuron, span) {
            let counts = windows
                .entry(t.since(span.start).ps() / width.ps().max(1))
                .or_default();
            match counts.last_mut() {
                Some((last, n)) if *last == neuron => *n += 1,
                _ => counts.push((neuron, 1)),
            }
        }
    }
    windows
}

/// A window in which neurons fire together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dream {
    /// Where it begins.
    pub start: Time,
    /// Which window it is, from the start of the sleep on.
    pub window: i64,
    /// The spikes in it.
    pub counts: Counts,
}

/// The windows of `width` in `span` in which `cells` neurons fire or more: all, or `most` evenly spaced ones; and how many there
/// are in all.
pub fn dreams(
    trains: &Trains,
    span: Span,
    (width, cells, most): (Duration, usize, usize),
) -> (Vec<Dream>, usize) {
    let windows = windows(trains, span, width);
    let busy = windows.into_iter().filter(|own| own.1.len() >= cells);
    let busy: Vec<(i64, Counts)> = busy.collect();
    let taken = busy.len().min(most);
    let dream = |k: usize| {
        let (window, counts) = &busy[k * busy.len() / taken];
        Dream {
            start: Time::from_ps(span.start.ps() + window * width.ps()),
            window: *window,
            counts: counts.clone(),
        }
    };
    ((0..taken).map(dream).collect(), busy.len())
}

/// The first spike of each neuron that fires within `length` of each of `starts`, in order of time.
pub fn first_spikes(trains: &Trains, starts: &[Time], length: Duration) -> Vec<Vec<(Time, u32)>> {
    let within = |&start: &Time| {
        let stop = start.checked_add(length).unwrap_or(Time::MAX);
        let span = Span { start, stop };
        let first = (0..trains.len()).filter_map(|neuron| {
            let first = trains.within(neuron, span).first();
            first.map(|&t| (t, neuron as u32))
        });
        let mut first: Vec<(Time, u32)> = first.collect();
        first.sort_unstable();
        first
    };
    starts.iter().map(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_with_enough_neurons_are_dreams() {
        let ms = |ms: f64| Time::from_ms(ms).expect("a time");
        let spikes = [
            (12.0, 2),
            (13.0, 0),
            (14.0, 2),
            (31.0, 1),
            (32.0, 0),
            (99.0, 0),
        ];
        let spikes = spikes.map(|(t, neuron)| (ms(t), neuron));
        let trains = Trains::new(3, &spikes);
        let span = Span {
            start: ms(1.0),
            stop: ms(90.0),
        };
        let width = Duration::from_ms(10.0).expect("a time");
        let (found, all) = dreams(&trains, span, (width, 2, 10));
        // Windows begin at 11 and 31 ms.
        assert_eq!((found.len(), all), (2, 2));
        assert_eq!(
            (found[0].start, &found[0].counts[..]),
            (ms(11.0), &[(0, 1), (2, 2)][..])
        );
        assert_eq!((found[1].start, found[1].window), (ms(31.0), 3));
        assert_eq!(dreams(&trains, span, (width, 2, 1)).0, found[..1]);
        assert_eq!(dreams(&trains, span, (width, 3, 10)), (Vec::new(), 0));
        let first = first_spikes(&trains, &[ms(11.0), ms(31.0)], width);
        assert_eq!(first[0], [(ms(12.0), 2), (ms(13.0), 0)]);
        assert_eq!(first[1], [(ms(31.0), 1), (ms(32.0), 0)]);
    }

    #[test]
    fn layers_sum_what_is_above_zero() {
        let first = Matrix::new(2, 2, vec![1.0, 0.0, -1.0, 0.5]).expect("2 by 2");
        let second = Matrix::new(1, 2, vec![2.0, 1.0]).expect("1 by 2");
        let images = Array2::from_shape_vec((1, 2), vec![1.0, 4.0]).expect("a row");
        let both = [first, second];
        let layers = present(&both, &Units::default(), &images);
        assert_eq!(layers[0].as_slice(), Some(&[1.0, 1.0][..]));
        assert_eq!(layers[1].as_slice(), Some(&[3.0][..]));
        let units = Units {
            biases: vec![vec![-3.0, 1.0], vec![0.5]],
            keep: 0.5,
        };
        let layers = present(&both, &units, &images);
        assert_eq!(layers[0].as_slice(), Some(&[0.0, 2.0][..]));
        assert_eq!(layers[1].as_slice(), Some(&[1.5][..]));
        let weights = Matrix::new(1, 2, vec![2.0, 1.0]).expect("1 by 2");
        assert!(present(&[weights], &Units::default(), &Array2::zeros((0, 0))).is_empty());
    }
}
