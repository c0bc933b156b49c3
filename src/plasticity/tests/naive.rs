//! The reference: a synapse with all the spikes that it has ever met, and rules written out once more.

use super::{GRID, Made, Trains};
use crate::base::parameter::Values;
use crate::base::stream::Stream;
use crate::plasticity::modulation::{Kinetics, Turn};

mod covariance;

pub(super) use covariance::{anti_hebbian, anti_hebbian_epoch, covariance, modulated_covariance};

/// A modulator, and what happens to it.
pub(super) type Released = (Kinetics, Vec<(i64, Turn)>);

/// A change: weight, state, traces of arrivals, traces of the target's spikes.
type Change = Box<dyn Fn(f64, &mut f64, &[f64], &[f64]) -> f64>;

/// What happens between two instants in picoseconds.
pub(super) type Flow = Box<dyn Fn(f64, &mut f64, (i64, i64)) -> f64>;

/// A rule, written independently.
pub(super) struct Naive {
    pub(super) values: Values,
    /// Range of weights to start from.
    pub(super) start: (f64, f64),
    /// Time constants in milliseconds, and whether all spikes count.
    pre: Vec<f64>,
    post: Vec<f64>,
    all: bool,
    /// Whether traces of arrivals end at a spike of the target, which pairs with those at its own instant no more than any.
    ends: bool,
    /// Bounds of the magnitude, and the sign of weights.
    bounds: (f64, f64),
    sign: f64,
    arrive: Change,
    fire: Change,
    flow: Option<Flow>,
    /// A modulator, what happens to it, and whether changes are multiplied by it.
    pub(super) modulator: Option<Released>,
    is_gain: bool,
    /// What of the state it multiplies changes by stays within these.
    state_gain: Option<(f64, f64)>,
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
        let (mut strength, mut state) = (self.sign * f64::from(made.weight), 0.0);
        let (low, high) = self.bounds;
        let mut now = 0;
        let mut weights = Vec::new();
        for (t, is_spike) in events {
            let last_spike = spikes.iter().rfind(|&&s| s < t);
            let from = last_spike.filter(|_| self.ends).map_or(0, |&spike| {
                arrivals.partition_point(|&arrival| arrival < spike)
            });
            let pre: Vec<f64> = self
                .pre
                .iter()
                .map(|&tau| self.trace(&arrivals[from..], t, tau, self.all || self.ends))
                .collect();
            let post: Vec<f64> = self
                .post
                .iter()
                .map(|&tau| self.trace(&spikes, t, tau, self.all))
                .collect();
            let change = if is_spike { &self.fire } else { &self.arrive };
            if let Some(flow) = &self.flow {
                // Modulators have the instants of the synapse.
                let span = (now - made.dendritic, t - made.dendritic);
                strength = flow(strength, &mut state, span).clamp(low, high);
                now = t;
            }
            if !is_spike {
                weights.push(self.sign * strength);
            }
            let before = state;
            let changed = change(strength, &mut state, &pre, &post);
            let there =
                |modulator| concentration(modulator, t - made.dendritic, t - made.dendritic);
            let gain = match &self.modulator {
                Some(modulator) if self.is_gain => there(modulator),
                _ => 1.0,
            };
            if let (Some((low, high)), Some(modulator)) = (self.state_gain, &self.modulator) {
                state = (before + there(modulator) * (state - before)).clamp(low, high);
            }
            strength = (strength + gain * (changed - strength)).clamp(low, high);
        }
        if let Some(flow) = &self.flow {
            let span = (now - made.dendritic, trains.end - made.dendritic);
            strength = flow(strength, &mut state, span).clamp(low, high);
        }
        weights.push(self.sign * strength);
        weights
    }

    /// What spikes strictly before `t` have left.
    fn trace(&self, spikes: &[i64], t: i64, tau_ms: f64, all: bool) -> f64 {
        let left = |&s: &i64| (-((t - s) as f64) * 1e-9 / tau_ms).exp();
        let mut before = spikes.iter().filter(|&&s| s < t);
        match all {
            true => before.map(left).sum(),
            false => before.next_back().map_or(0.0, left),
        }
    }
}

/// The concentration of a modulator at `t`, after the jumps before `end`.
pub(super) fn concentration((kinetics, turns): &Released, t: i64, end: i64) -> f64 {
    let (mut n, mut baseline, mut now) = (kinetics.baseline, kinetics.baseline, 0);
    let decayed = |n: f64, baseline: f64, ps: i64| {
        baseline + (n - baseline) * (-(ps as f64) * 1e-9 / kinetics.tau_ms).exp()
    };
    for &(at, turn) in turns.iter().filter(|(at, _)| *at < end) {
        n = decayed(n, baseline, at - now);
        now = at;
        match turn {
            Turn::Release(amount) => n += amount,
            Turn::Baseline(other) => baseline = other,
            Turn::Settled(other) => (n, baseline) = (other, other),
        }
    }
    decayed(n, baseline, t - now)
}

/// A rule of one trace on each side that changes nothing.
fn still() -> Naive {
    Naive {
        values: Values::new(),
        start: (0.0, 1.0),
        pre: vec![20.0],
        post: vec![20.0],
        all: true,
        ends: false,
        bounds: (0.0, 1.0),
        sign: 1.0,
        arrive: Box::new(|w, _, _, _| w),
        fire: Box::new(|w, _, _, _| w),
        flow: None,
        modulator: None,
        is_gain: false,
        state_gain: None,
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
        ends: pairing == "nearest_presynaptic",
        bounds: (0.0, W_MAX),
        sign: 1.0,
        arrive: Box::new(move |w, _, _, y| w - 0.04 * W_MAX * (w / W_MAX).powf(mu_minus) * y[0]),
        fire: Box::new(move |w, _, x, _| w + 0.05 * W_MAX * (1.0 - w / W_MAX).powf(mu_plus) * x[0]),
        ..still()
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
        arrive: Box::new(|w, _, x, y| w - 3.0 * y[0] * (0.015 + 0.004 * x[1])),
        fire: Box::new(|w, _, x, y| w + 3.0 * x[0] * (0.01 + 0.02 * y[1])),
        ..still()
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
        arrive: Box::new(|w, _, _, y| w + 0.04 * y[0]),
        fire: Box::new(|w, _, x, _| w + 0.04 * x[0]),
        ..still()
    }
}

pub(super) fn power_law(mu: f64) -> Naive {
    const W_0: f64 = 0.7;
    Naive {
        values: Values::from([
            ("w_0", W_0),
            ("lambda", 0.04),
            ("alpha", 1.3),
            ("mu", mu),
            ("tau_plus", 17.0),
            ("tau_minus", 34.0),
        ]),
        start: (0.0, 2.0),
        pre: vec![17.0],
        post: vec![34.0],
        bounds: (0.0, f64::INFINITY),
        arrive: Box::new(|w, _, _, y| w - 0.04 * 1.3 * w * y[0]),
        fire: Box::new(move |w, _, x, _| w + 0.04 * W_0 * (w / W_0).powf(mu) * x[0]),
        ..still()
    }
}

/// As Ecker et al. 2022 have it, in nS.
pub(super) fn track() -> Naive {
    Naive {
        values: Values::from([("w_max", 20.0), ("a", 4e-3), ("tau", 62.5)]),
        start: (0.1, 0.1),
        bounds: (0.0, 20.0),
        arrive: Box::new(|w, _, _, y| w + 0.08 * y[0]),
        fire: Box::new(|w, _, x, _| w + 0.08 * x[0]),
        ..symmetric("all_to_all")
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
        arrive: Box::new(|w, _, _, y| w + 0.05 * (y[0] - 0.48)),
        fire: Box::new(|w, _, x, _| w + 0.05 * x[0]),
        ..still()
    }
}

/// A modulator that jumps now and then, also at instants at which something else happens.
pub(super) fn modulator() -> Released {
    let kinetics = Kinetics {
        tau_ms: 150.0,
        baseline: 0.2,
    };
    let mut stream = Stream::new(5, "modulator", 0);
    let mut t = 0;
    let turns = (0..600).map(|k| {
        t += GRID * (1 + stream.below(400) as i64);
        match k % 7 {
            0 if stream.uniform() < 0.2 => (t, Turn::Settled(stream.uniform() - 0.3)),
            0 => (t, Turn::Baseline(stream.uniform() - 0.3)),
            _ => (t, Turn::Release(1.5 * stream.uniform() - 0.6)),
        }
    });
    let turns = turns.collect();
    (kinetics, turns)
}

/// Pairs whose changes a modulator multiplies.
pub(super) fn modulated() -> Naive {
    Naive {
        modulator: Some(modulator()),
        is_gain: true,
        ..pair("all_to_all", [0.0, 0.0])
    }
}

/// A rule whose state a modulator acts on, within bounds.
pub(super) fn modulated_state(naive: Naive, bounds: (f64, f64)) -> Naive {
    Naive {
        modulator: Some(modulator()),
        state_gain: Some(bounds),
        ..naive
    }
}

/// Instant by instant of modulator and synapse; within one everything is a sum of exponentials, cut where n crosses b.
pub(super) fn reward() -> Naive {
    const TAU_C: f64 = 400.0;
    const B: f64 = 0.3;
    let (kinetics, turns) = modulator();
    let of_flow = (kinetics, turns.clone());
    let flow = move |mut w: f64, c: &mut f64, (from, to): (i64, i64)| {
        let mut cuts: Vec<i64> = vec![from, to];
        cuts.extend(
            of_flow
                .1
                .iter()
                .map(|turn| turn.0)
                .filter(|&t| from < t && t < to),
        );
        cuts.sort_unstable();
        for span in cuts.windows(2) {
            // Right after a jump at the begin, if there is one.
            let n0 = concentration(&of_flow, span[0], span[0] + 1);
            let baseline = of_flow.1.iter().filter(|(at, _)| *at <= span[0]);
            let baseline = baseline.fold(kinetics.baseline, |known, (_, turn)| match turn {
                Turn::Baseline(other) | Turn::Settled(other) => *other,
                Turn::Release(_) => known,
            });
            let ms = (span[1] - span[0]) as f64 * 1e-9;
            let change = |c: f64, n: f64, ms: f64| {
                let both = TAU_C * kinetics.tau_ms / (TAU_C + kinetics.tau_ms);
                let steady = (baseline - B) * TAU_C * (1.0 - (-ms / TAU_C).exp());
                1e-3 * c * (steady + (n - baseline) * both * (1.0 - (-ms / both).exp()))
            };
            let cross = -kinetics.tau_ms * ((B - baseline) / (n0 - baseline)).ln();
            let mut left = ms;
            let mut n = n0;
            if cross > 0.0 && cross < ms {
                w = (w + change(*c, n, cross)).clamp(0.0, 1.0);
                *c *= (-cross / TAU_C).exp();
                n = B;
                left -= cross;
            }
            w = (w + change(*c, n, left)).clamp(0.0, 1.0);
            *c *= (-left / TAU_C).exp();
        }
        w
    };
    Naive {
        values: Values::from([
            ("w_max", 1.0),
            ("a_plus", 2.0),
            ("a_minus", 2.2),
            ("tau_plus", 17.0),
            ("tau_minus", 34.0),
            ("tau_c", TAU_C),
            ("b", B),
        ]),
        pre: vec![17.0],
        post: vec![34.0],
        arrive: Box::new(|w, c, _, y| {
            *c -= 2.2 * y[0];
            w
        }),
        fire: Box::new(|w, c, x, _| {
            *c += 2.0 * x[0];
            w
        }),
        flow: Some(Box::new(flow)),
        modulator: Some((kinetics, turns)),
        ..still()
    }
}

pub(super) fn hebbian_rate([tau_u, tau_w]: [f64; 2]) -> Naive {
    // Both equations at once: e^(M h) of the matrix of the linear system, for time constants that differ or do not.
    let flow = move |w: f64, u: &mut f64, (from, to): (i64, i64)| {
        let h = (to - from) as f64 * 1e-9;
        let follows = match tau_u == tau_w {
            true => h / tau_w * (-h / tau_w).exp(),
            false => ((-h / tau_u).exp() - (-h / tau_w).exp()) * tau_u / (tau_u - tau_w),
        };
        let w = w * (-h / tau_w).exp() + 0.8 * 2.0 * *u * follows;
        *u *= (-h / tau_u).exp();
        w
    };
    Naive {
        values: Values::from([
            ("w_max", 2.0),
            ("step", 0.3),
            ("importance", 0.8),
            ("tau_plus", 25.0),
            ("tau_u", tau_u),
            ("tau_w", tau_w),
        ]),
        start: (0.0, 2.0),
        pre: vec![25.0],
        all: false,
        bounds: (0.0, 2.0),
        fire: Box::new(|w, u, x, _| {
            *u += 0.3 * x[0] * (1.0 - *u);
            w
        }),
        flow: Some(Box::new(flow)),
        ..still()
    }
}
