//! An independent simulator of linear neurons, and neurons for it.
//!
//! It knows no closed form: it integrates the equations by their Taylor series and looks for crossings and maxima step by
//! step.

use super::{CLASSES, MS, SETTING, Setting, What};
use crate::base::parameter::{Spec, Values};
use crate::base::stream::Stream;

/// A linear neuron: leak, adaptation current, two synaptic currents that decay or act at once.
#[derive(Debug, Clone, Copy)]
pub(in crate::neuron) struct Linear {
    pub(in crate::neuron) tau_m: f64,
    pub(in crate::neuron) c_m: f64,
    pub(in crate::neuron) v_th: f64,
    pub(in crate::neuron) v_reset: f64,
    pub(in crate::neuron) e_l: f64,
    pub(in crate::neuron) i_e: f64,
    pub(in crate::neuron) t_ref: f64,
    pub(in crate::neuron) tau_w: f64,
    pub(in crate::neuron) b: f64,
    /// Decay of excitatory and inhibitory currents; arrivals move the potential at once where there is none.
    pub(in crate::neuron) tau_syn: Option<[f64; 2]>,
}

/// Potential, adaptation current, excitatory and inhibitory current.
type State = [f64; 4];

impl Linear {
    /// What a model file says of such a neuron: the parameters that its model has.
    pub(in crate::neuron) fn values(&self, spec: &'static Spec) -> Values {
        let [tau_syn_ex, tau_syn_in] = self.tau_syn.unwrap_or_default();
        let all = [
            ("tau_m", self.tau_m),
            ("v_th", self.v_th),
            ("v_reset", self.v_reset),
            ("e_l", self.e_l),
            ("t_ref", self.t_ref),
            ("c_m", self.c_m),
            ("i_e", self.i_e),
            ("tau_w", self.tau_w),
            ("b", self.b),
            ("tau_syn_ex", tau_syn_ex),
            ("tau_syn_in", tau_syn_in),
        ];
        let known = all
            .into_iter()
            .filter(|(name, _)| spec.parameter(name).is_some());
        known.collect()
    }

    fn derivative(&self, [v, w, ex, inh]: State, drive: f64) -> State {
        let [tau_ex, tau_in] = self.tau_syn.unwrap_or([1.0; 2]);
        [
            -v / self.tau_m + drive / self.tau_m + (ex + inh - w) / self.c_m,
            -w / self.tau_w,
            -ex / tau_ex,
            -inh / tau_in,
        ]
    }

    /// `ms` later, at most half a millisecond; `drive` is where v goes without currents.
    fn after(&self, state: State, ms: f64, drive: f64) -> State {
        let mut term = self.derivative(state, drive);
        let mut sum = state;
        for n in 1..=24 {
            for (sum, term) in sum.iter_mut().zip(&mut term) {
                *term *= ms / f64::from(n);
                *sum += *term;
            }
            term = self.derivative(term, 0.0);
        }
        sum
    }

    /// Spikes of neuron `j` under the script, until `end`.
    pub(in crate::neuron) fn simulate(
        &self,
        j: usize,
        script: &[(i64, What)],
        end: i64,
    ) -> Vec<i64> {
        Simulated::new(*self, j).go_on(script, end)
    }

    fn spike(&self, state: &mut State) {
        state[0] = self.v_reset;
        state[1] += self.b;
    }

    fn arrive(&self, state: &mut State, j: usize, what: &What, held: bool, injected: &mut f64) {
        let mut add = |weight: f64| match self.tau_syn {
            None if held => {}
            None => state[0] += weight,
            Some(_) if weight > 0.0 => state[2] += weight,
            Some(_) => state[3] += weight,
        };
        match what {
            What::One(targets, weight) => {
                let hits = targets.iter().filter(|target| usize::from(**target) == j);
                hits.for_each(|_| add(f64::from(*weight)));
            }
            What::Each(targets, weights) => {
                let hits = targets.iter().zip(weights);
                hits.filter(|(target, _)| usize::from(**target) == j)
                    .for_each(|(_, weight)| add(f64::from(*weight)));
            }
            What::Dense(row) => add(f64::from(row[j])),
            What::Event(target, class) if usize::from(*target) == j => {
                add(CLASSES[usize::from(*class)]);
            }
            What::Event(..) => {}
            What::Inject(current) => *injected = *current,
        }
    }

    /// From `now` to `stop`, or to the first tick at which the threshold is reached: that tick.
    fn go(&self, state: &mut State, now: i64, stop: i64, drive: f64, held: bool) -> Option<i64> {
        const STEP: i64 = MS / 20;
        let ms = |ps: i64| ps as f64 / MS as f64;
        let mut t = now;
        while t < stop {
            let step = STEP.min(stop - t);
            let mut later = self.after(*state, ms(step), drive);
            if held {
                later[0] = state[0];
            } else if let Some(reached) = self.reached(*state, ms(step), drive) {
                let tick = (reached * MS as f64).ceil() as i64;
                *state = self.after(*state, ms(tick), drive);
                return Some(t + tick);
            }
            *state = later;
            t += step;
        }
        None
    }

    /// When v first reaches the threshold within a short step, in milliseconds.
    fn reached(&self, state: State, step: f64, drive: f64) -> Option<f64> {
        let v = |x: f64| self.after(state, x, drive)[0];
        let slope = |x: f64| self.derivative(self.after(state, x, drive), drive)[0];
        let mut high = step;
        if v(step) < self.v_th {
            // A maximum inside the step?
            if slope(0.0) <= 0.0 || slope(step) >= 0.0 {
                return None;
            }
            let (mut low, mut top) = (0.0, step);
            for _ in 0..60 {
                let middle = 0.5 * (low + top);
                if slope(middle) > 0.0 {
                    low = middle
                } else {
                    top = middle
                }
            }
            if v(low) < self.v_th {
                return None;
            }
            high = low;
        }
        let mut low = 0.0;
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if v(middle) < self.v_th {
                low = middle
            } else {
                high = middle
            }
        }
        Some(high)
    }
}

/// A neuron at work.
#[derive(Debug, Clone)]
pub(in crate::neuron) struct Simulated {
    linear: Linear,
    /// Its number in the population.
    j: usize,
    pub(in crate::neuron) state: State,
    now: i64,
    /// End of the refractory period.
    free: i64,
    injected: f64,
}

impl Simulated {
    /// At rest at t = 0.
    pub(in crate::neuron) fn new(linear: Linear, j: usize) -> Self {
        Self {
            linear,
            j,
            state: [linear.e_l, 0.0, 0.0, 0.0],
            now: 0,
            free: 0,
            injected: 0.0,
        }
    }

    /// Its parameters are others from here on; what holds it holds it at the new reset potential.
    pub(in crate::neuron) fn alter(&mut self, linear: Linear) {
        self.linear = linear;
        if self.now < self.free {
            self.state[0] = linear.v_reset;
        }
    }

    /// Spikes under a script that begins at the instant at hand or later, until `end`.
    pub(in crate::neuron) fn go_on(&mut self, script: &[(i64, What)], end: i64) -> Vec<i64> {
        let linear = self.linear;
        let t_ref = (linear.t_ref * MS as f64).round() as i64;
        let mut spikes = Vec::new();
        let mut next = 0;
        loop {
            let until = script.get(next).map_or(end, |(t, _)| *t).min(end);
            let drive = linear.e_l + (linear.i_e + self.injected) * linear.tau_m / linear.c_m;
            let held = self.now < self.free;
            let stop = if held { until.min(self.free) } else { until };
            if let Some(spike) = linear.go(&mut self.state, self.now, stop, drive, held) {
                self.now = spike;
                linear.spike(&mut self.state);
                spikes.push(spike);
                self.free = spike + t_ref;
                continue;
            }
            self.now = stop;
            if stop < until {
                continue;
            }
            if until == end {
                return spikes;
            }
            let held = stop < self.free;
            while let Some((t, what)) = script.get(next)
                && *t == stop
            {
                next += 1;
                linear.arrive(&mut self.state, self.j, what, held, &mut self.injected);
            }
            if !held && self.state[0] >= linear.v_th - 1e-12 {
                linear.spike(&mut self.state);
                spikes.push(stop);
                self.free = stop + t_ref;
            }
        }
    }
}

/// Delta synapses.
pub(in crate::neuron) const LIF: Linear = Linear {
    tau_m: 20.0,
    c_m: 1000.0,
    v_th: 20.0,
    v_reset: 10.0,
    e_l: 0.0,
    i_e: 0.0,
    t_ref: 2.0,
    tau_w: 1.0,
    b: 0.0,
    tau_syn: None,
};

/// Adaptation.
pub(in crate::neuron) const ADAPTIVE: Linear = Linear {
    v_reset: 15.0,
    tau_w: 150.0,
    b: 70.0,
    ..LIF
};

/// Weights are picoamperes: as many for each millivolt as bring a postsynaptic potential of about that height.
pub(in crate::neuron) const EXP: Linear = Linear {
    c_m: 10.0,
    tau_syn: Some([5.0, 10.0]),
    ..LIF
};

/// Neurons alike but for up to 30 % in each parameter.
pub(in crate::neuron) fn varied(linear: Linear, seed: u64) -> Vec<Linear> {
    let mut stream = Stream::new(seed, "test", 0);
    // To the clock's resolution, to which a model rounds its times.
    let mut near = |x: f64| (x * (0.7 + 0.6 * stream.uniform()) * 1e6).round() / 1e6;
    let mut one = || Linear {
        tau_m: near(linear.tau_m),
        c_m: near(linear.c_m),
        v_th: near(linear.v_th),
        v_reset: 0.6 * near(linear.v_reset),
        e_l: near(linear.e_l),
        i_e: near(linear.i_e),
        t_ref: near(linear.t_ref),
        tau_w: near(linear.tau_w),
        b: near(linear.b),
        tau_syn: linear.tau_syn.map(|taus| taus.map(&mut near)),
    };
    (0..SETTING.size).map(|_| one()).collect()
}

/// Settings that silent and driven neurons meet; an injected current lifts the potential by up to 28 mV.
pub(in crate::neuron) fn settings(linear: Linear) -> [(Linear, Setting); 4] {
    let injected = Setting {
        current: 28.0 * linear.c_m / linear.tau_m,
        ..SETTING
    };
    let grid = Setting {
        grid: MS / 2,
        ..SETTING
    };
    let driven = Linear {
        i_e: 26.0 * linear.c_m / linear.tau_m,
        ..linear
    };
    [
        (linear, SETTING),
        (linear, injected),
        (driven, injected),
        (
            Linear {
                t_ref: 0.0,
                ..driven
            },
            grid,
        ),
    ]
}
