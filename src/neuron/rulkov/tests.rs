//! The population against a naive simulator that takes every step.

use std::collections::BTreeMap;

use super::*;
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::trial::{MS, SETTING, Script, Setting, What, cut_before, play, script};
use crate::neuron::{Neurons, Setup, alter};

/// A step of 0.5 ms, and one that no arrival falls on.
const STEPS_MS: [f64; 3] = [0.5, 0.1, 0.730_000_001];

const END: i64 = 600 * MS;

/// Inputs up to twice what makes a neuron at rest fire.
fn setting(grid: i64) -> Setting {
    Setting {
        count: 500,
        weight: 0.15,
        grid,
        ..SETTING
    }
}

/// The same map, written down from the paper, one step after the other.
#[derive(Clone, Copy)]
struct Naive {
    step: i64,
    sigma: f64,
    v: f64,
    last: f64,
    u: f64,
    i: f64,
    /// Instant of the next step.
    next: i64,
}

impl Naive {
    fn new(step_ms: f64, sigma: f64) -> Self {
        let map = Map {
            alpha: 3.65,
            sigma,
            mu: 0.0005,
            beta_e: 0.133,
            decay: 0.985,
        };
        let (rest, _) = map.rest();
        let step = Duration::from_ms(step_ms).expect("in range").ps();
        Self {
            step,
            sigma,
            v: rest.v,
            last: rest.before,
            u: rest.u,
            i: rest.i,
            next: step,
        }
    }

    /// Takes all steps up to `t`; the instants of those that are spikes.
    fn go_to(&mut self, t: i64, spikes: &mut Vec<i64>) {
        while self.next <= t {
            let u_now = self.u + 0.133 * self.i;
            let v = if self.v > 0.0 {
                if self.last <= 0.0 && self.v < 3.65 + u_now {
                    3.65 + u_now
                } else {
                    spikes.push(self.next);
                    -1.0
                }
            } else {
                3.65 / (1.0 - self.v) + u_now
            };
            self.u = self.u - 0.0005 * (self.v + 1.0) + 0.0005 * self.sigma + 0.0005 * self.i;
            self.i *= 0.985;
            if self.i.abs() < NO_INPUT {
                self.i = 0.0;
            }
            self.last = self.v;
            self.v = v;
            self.next += self.step;
        }
    }

    /// Plays what of `script` comes to neuron `j`, up to `end`.
    fn play(&mut self, j: usize, script: &[(i64, What)], end: i64) -> Vec<i64> {
        let classes = [0.3, 1.1, -0.4, -0.9];
        let mut spikes = Vec::new();
        for (t, what) in script.iter().filter(|(t, _)| *t < end) {
            self.go_to(*t, &mut spikes);
            match what {
                What::One(targets, weight) => {
                    let onto = targets.iter().filter(|&&target| usize::from(target) == j);
                    onto.for_each(|_| self.i += f64::from(*weight));
                }
                What::Each(targets, weights) => {
                    let onto = targets.iter().zip(weights);
                    let onto = onto.filter(|&(&target, _)| usize::from(target) == j);
                    onto.for_each(|(_, &weight)| self.i += f64::from(weight));
                }
                What::Dense(row) => self.i += f64::from(row[j]),
                What::Event(target, class) if usize::from(*target) == j => {
                    self.i += classes[usize::from(*class)];
                }
                What::Event(..) | What::Inject(_) => {}
            }
        }
        // An arrival at the end itself is not played.
        self.go_to(end - 1, &mut spikes);
        spikes
    }
}

fn built(step_ms: f64, sigma: &[f64], own: bool) -> Box<dyn Neurons> {
    let mut values = Values::from([("step", step_ms)]);
    let mut each = BTreeMap::new();
    if own {
        each.insert("sigma", sigma.to_vec());
    } else {
        values.insert("sigma", sigma[0]);
    }
    (MODEL.build)(Setup {
        size: sigma.len(),
        values: &values,
        each: &each,
        stream: Stream::new(0, "test", 0),
    })
    .expect("valid")
}

/// Events of noise, which are far stronger than a map needs, only where `noise` says so.
fn input(seed: u64, grid: i64, noise: bool) -> Script {
    let mut script = script(seed, setting(grid));
    script.retain(|(_, what)| noise || !matches!(what, What::Event(..)));
    script
}

/// The spikes of naive neurons, by time and number.
fn expected(naive: &mut [Naive], script: &[(i64, What)], end: i64) -> Vec<(i64, u32)> {
    let mut all = Vec::new();
    for (j, neuron) in naive.iter_mut().enumerate() {
        let spikes = neuron.play(j, script, end);
        all.extend(spikes.into_iter().map(|t| (t, j as u32)));
    }
    all.sort_unstable();
    all
}

fn assert_bits(neurons: &dyn Neurons, naive: &[Naive], t: i64) {
    for (j, expected) in naive.iter().enumerate() {
        let found = [0, 1, 2].map(|k| neurons.sample(k, j, Time::from_ps(t)).to_bits());
        let expected = [expected.v, expected.u, expected.i].map(f64::to_bits);
        assert_eq!(found, expected, "neuron {j} at {t}");
    }
}

#[test]
fn every_step_is_that_of_a_naive_simulator() {
    let mut count = 0;
    for seed in 0..12 {
        let step_ms = STEPS_MS[seed as usize % 3];
        // Arrivals on the instants of steps, and in between.
        let grid = if seed % 2 == 0 { 1 } else { 500_000_000 };
        let own = seed % 4 < 2;
        // Excitable, easily excitable, and one that fires by itself.
        let sigma: Vec<f64> = (0..SETTING.size)
            .map(|j| match (own, j % 3) {
                (false, _) | (_, 0) => 0.06,
                (_, 1) => 0.085,
                _ => 0.15,
            })
            .collect();
        let script = input(seed, grid, seed % 3 == 0);
        let mut naive: Vec<_> = sigma.iter().map(|&s| Naive::new(step_ms, s)).collect();
        let mut neurons = built(step_ms, &sigma, own);
        let found = play(&mut *neurons, &script, END);
        assert_eq!(found, expected(&mut naive, &script, END), "seed {seed}");
        assert_bits(&*neurons, &naive, END - 1);
        count += found.len();
    }
    assert!(count > 2_000, "{count} spikes");
}

#[test]
fn every_variable_at_every_step_is_that_of_a_naive_simulator() {
    let mut neurons = built(0.5, &[0.06; 12], false);
    let mut naive = vec![Naive::new(0.5, 0.06); 12];
    let script = input(3, 1, false);
    let mut from = 0;
    for k in 0..2_000 {
        let end = k * MS / 4 + 1;
        let to = script.partition_point(|(t, _)| *t < end);
        let found = play(&mut *neurons, &script[from..to], end);
        assert_eq!(found, expected(&mut naive, &script[from..to], end));
        assert_bits(&*neurons, &naive, end - 1);
        from = to;
    }
}

#[test]
fn a_neuron_comes_to_rest_and_is_stepped_no_more() {
    let mut neurons = built(0.5, &[0.06], false);
    let mut naive = Naive::new(0.5, 0.06);
    assert_eq!(neurons.next_due(), Time::MAX);
    let kick = [(0, What::One(vec![0], 0.1))];
    let spikes = play(&mut *neurons, &kick, 2_000 * MS);
    // Steps 23 and 68 are spikes, as in the same map in another language.
    assert_eq!(spikes, [(23 * MS / 2, 0), (34 * MS, 0)]);
    assert_eq!(
        expected(std::slice::from_mut(&mut naive), &kick, 2_000 * MS),
        spikes
    );
    assert_bits(&*neurons, &[naive], 2_000 * MS - 1);
    // Quiet: nothing is due, ever, and hours later it is where every step would have brought it.
    neurons.advance(neurons.next_due().min(Time::from_ps(2_001 * MS)));
    assert_eq!([neurons.next_due(), neurons.next_alone()], [Time::MAX; 2]);
    naive.go_to(4_000_000 * MS, &mut Vec::new());
    assert_bits(&*neurons, &[naive], 4_000_000 * MS);
}

#[test]
fn inhibition_at_the_rise_brings_the_spike_a_step_sooner() {
    let played = |inhibited: bool| {
        let mut script = vec![(0, What::One(vec![0], 0.1))];
        if inhibited {
            script.push((43 * MS / 4, What::One(vec![0], -20.0)));
        }
        let mut neurons = built(0.5, &[0.06], false);
        let found = play(&mut *neurons, &script, 20 * MS);
        let mut naive = [Naive::new(0.5, 0.06)];
        assert_eq!(found, expected(&mut naive, &script, 20 * MS));
        assert_bits(&*neurons, &naive, 20 * MS - 1);
        found
    };
    assert_eq!(played(false), [(23 * MS / 2, 0)]);
    assert_eq!(played(true), [(11 * MS, 0)]);
}

#[test]
fn parameters_change_from_their_instant_on() {
    let mut count = 0;
    for seed in 0..8 {
        let script = input(seed, 1, false);
        let mut naive = vec![Naive::new(0.5, 0.06); 12];
        let mut neurons = built(0.5, &[0.06; 12], false);
        let (mut from, mut found, mut wanted) = (0, Vec::new(), Vec::new());
        for (k, sigma) in [(20, 0.08), (60, 0.1), (90, 0.05)] {
            let (cut, t) = cut_before(&script, k);
            found.extend(play(&mut *neurons, &script[from..cut], t));
            wanted.extend(expected(&mut naive, &script[from..cut], t));
            neurons.advance(Time::from_ps(t));
            let setup = Setup {
                size: 12,
                values: &Values::from([("step", 0.5), ("sigma", sigma)]),
                each: &BTreeMap::new(),
                stream: Stream::new(0, "test", 0),
            };
            neurons = alter(&*neurons, &MODEL, setup).expect("valid");
            naive.iter_mut().for_each(|neuron| neuron.sigma = sigma);
            from = cut;
        }
        found.extend(play(&mut *neurons, &script[from..], END));
        wanted.extend(expected(&mut naive, &script[from..], END));
        assert_eq!(found, wanted);
        assert_bits(&*neurons, &naive, END - 1);
        count += found.len();
    }
    assert!(count > 100, "{count}");
}

#[test]
fn no_map_without_a_step_and_none_at_rest_above_zero() {
    let error = |values: &[(&'static str, f64)]| {
        let values = values.iter().copied().collect();
        Rulkov::new(&values).expect_err("refused").to_string()
    };
    assert_eq!(
        error(&[]),
        "`rulkov` needs `step`: how long a step of the map takes; the map itself has no unit of time"
    );
    assert_eq!(
        error(&[("step", 0.5), ("sigma", 1.0)]),
        "`rulkov`: `sigma` is 1, expected below 1: v at rest is sigma - 1, and above 0 there is none"
    );
    assert_eq!(
        error(&[("step", 0.5), ("decay", 1.5)]),
        "`decay` of `rulkov` is 1.5, expected between 0 and 1"
    );
}
