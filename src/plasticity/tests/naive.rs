//! The reference: a synapse with all the spikes that it has ever met, and rules written out once more.

use super::{Made, Trains};
use crate::base::parameter::Values;

/// A change: weight, traces of arrivals, traces of the target's spikes, milliseconds since the last arrival.
type Change = Box<dyn Fn(f64, &[f64], &[f64], f64) -> f64>;

/// A rule, written independently.
pub(super) struct Naive {
    pub(super) values: Values,
    /// Range of weights to start from.
    pub(super) start: (f64, f64),
    /// Time constants in milliseconds, and whether all spikes count.
    pre: Vec<f64>,
    post: Vec<f64>,
    all: bool,
    /// Bounds of the magnitude, and the sign of weights.
    bounds: (f64, f64),
    sign: f64,
    arrive: Change,
    fire: Change,
}

impl Naive {
    /// The weight at each arrival, before it changes, and at the end.
    pub(super) fn weights(&self, made: &Made, trains: &Trains) -> Vec<f64> {
        // At the soma: arrivals after both delays, the target's spikes after twice the dendritic one.
        let source = &trains.pre[made.source as usize];
        let arrivals: Vec<i64> = source
            .iter()
            .map(|t| t + made.axonal + made.dendritic)
            .collect();
        let spikes = &trains.post[usize::from(made.target)];
        let spikes: Vec<i64> = spikes.iter().map(|t| t + 2 * made.dendritic).collect();
        let mut events: Vec<(i64, bool)> = arrivals.iter().map(|&t| (t, false)).collect();
        events.extend(spikes.iter().map(|&t| (t, true)));
        // Arrivals before spikes of the same instant.
        events.sort_unstable();
        let mut strength = self.sign * f64::from(made.weight);
        let mut weights = Vec::new();
        for (t, is_spike) in events {
            let pre: Vec<f64> = self
                .pre
                .iter()
                .map(|&tau| self.trace(&arrivals, t, tau))
                .collect();
            let post: Vec<f64> = self
                .post
                .iter()
                .map(|&tau| self.trace(&spikes, t, tau))
                .collect();
            let last = arrivals.iter().rfind(|&&a| a <= t);
            let since = last.map_or(f64::INFINITY, |a| (t - a) as f64 * 1e-9);
            let change = if is_spike { &self.fire } else { &self.arrive };
            if !is_spike {
                weights.push(self.sign * strength);
            }
            strength = change(strength, &pre, &post, since).clamp(self.bounds.0, self.bounds.1);
        }
        weights.push(self.sign * strength);
        weights
    }

    /// What spikes strictly before `t` have left.
    fn trace(&self, spikes: &[i64], t: i64, tau_ms: f64) -> f64 {
        let left = |&s: &i64| (-((t - s) as f64) * 1e-9 / tau_ms).exp();
        let mut before = spikes.iter().filter(|&&s| s < t);
        match self.all {
            true => before.map(left).sum(),
            false => before.next_back().map_or(0.0, left),
        }
    }
}

pub(super) fn pair(pairing: &'static str, [mu_plus, mu_minus]: [f64; 2]) -> Naive {
    const W_MAX: f64 = 2.5;
    let mut values = Values::from([
        ("w_max", W_MAX),
        ("a_plus", 0.05),
        ("a_minus", 0.04),
        ("tau_plus", 17.0),
        ("tau_minus", 34.0),
        ("mu_plus", mu_plus),
        ("mu_minus", mu_minus),
    ]);
    values.insert("pairing", pairing);
    Naive {
        values,
        start: (0.0, W_MAX),
        pre: vec![17.0],
        post: vec![34.0],
        all: pairing == "all_to_all",
        bounds: (0.0, W_MAX),
        sign: 1.0,
        arrive: Box::new(move |w, _, y, _| w - 0.04 * W_MAX * (w / W_MAX).powf(mu_minus) * y[0]),
        fire: Box::new(move |w, x, _, _| w + 0.05 * W_MAX * (1.0 - w / W_MAX).powf(mu_plus) * x[0]),
    }
}

pub(super) fn triplet(pairing: &'static str) -> Naive {
    let mut values = Values::from([
        ("w_max", 3.0),
        ("a2_plus", 0.01),
        ("a3_plus", 0.02),
        ("a2_minus", 0.015),
        ("a3_minus", 0.004),
    ]);
    values.insert("pairing", pairing);
    Naive {
        values,
        start: (0.5, 2.5),
        pre: vec![16.8, 101.0],
        post: vec![33.7, 125.0],
        all: pairing == "all_to_all",
        bounds: (0.0, 3.0),
        sign: 1.0,
        arrive: Box::new(|w, x, y, _| w - 3.0 * y[0] * (0.015 + 0.004 * x[1])),
        fire: Box::new(|w, x, y, _| w + 3.0 * x[0] * (0.01 + 0.02 * y[1])),
    }
}

pub(super) fn symmetric(pairing: &'static str) -> Naive {
    let mut values = Values::from([("w_max", 4.0), ("a", 0.01), ("tau", 62.5)]);
    values.insert("pairing", pairing);
    Naive {
        values,
        start: (0.0, 1.0),
        pre: vec![62.5],
        post: vec![62.5],
        all: pairing == "all_to_all",
        bounds: (0.0, 4.0),
        sign: 1.0,
        arrive: Box::new(|w, _, y, _| w + 0.04 * y[0]),
        fire: Box::new(|w, x, _, _| w + 0.04 * x[0]),
    }
}

/// Of inhibitory synapses, whose weights are below zero.
pub(super) fn inhibitory() -> Naive {
    Naive {
        values: Values::from([("w_max", 2.0), ("eta", 0.05), ("rate", 12.0), ("tau", 20.0)]),
        start: (-2.0, 0.0),
        pre: vec![20.0],
        post: vec![20.0],
        all: true,
        bounds: (0.0, 2.0),
        sign: -1.0,
        // 2 · 12 Hz · 20 ms.
        arrive: Box::new(|w, _, y, _| w + 0.05 * (y[0] - 0.48)),
        fire: Box::new(|w, x, _, _| w + 0.05 * x[0]),
    }
}
