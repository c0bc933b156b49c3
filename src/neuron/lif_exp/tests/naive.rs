//! An independent neuron: one at a time, plain closed forms with the standard library's functions, a dense scan and
//! bisection. Slow, and it shares nothing with the model but the parameters.

use crate::neuron::lif_exp::Params;

/// What reaches the neuron.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input {
    /// An arrival of so many picoamperes.
    Arrival(f64),
    /// From now on so many picoamperes flow in.
    Current(f64),
}

/// Milliseconds, millivolts, picoamperes.
#[derive(Debug, Clone)]
pub(super) struct Naive {
    params: Params,
    pub(super) v: f64,
    pub(super) i_ex: f64,
    pub(super) i_in: f64,
    injected: f64,
    /// Since then the state counts, in picoseconds.
    t: i64,
    /// End of the refractory period.
    release: i64,
}

const PS_PER_MS: f64 = 1e9;

/// Points of a scan per shortest time constant.
const POINTS: f64 = 60.0;

impl Naive {
    pub(super) fn new(params: Params, v: f64, t: i64) -> Self {
        Self {
            params,
            v,
            i_ex: 0.0,
            i_in: 0.0,
            injected: 0.0,
            t,
            release: i64::MIN,
        }
    }

    /// v after `s` milliseconds without arrivals, not refractory.
    fn free(&self, s: f64) -> f64 {
        let p = &self.params.membrane;
        let tau_m = p.tau_m.as_ms();
        let response = |tau: f64| {
            let delta = 1.0 / tau_m - 1.0 / tau;
            let gathered = if delta == 0.0 {
                s
            } else {
                (delta * s).exp_m1() / delta
            };
            (-s / tau_m).exp() * gathered / p.c_m
        };
        let v_inf = p.e_l + tau_m / p.c_m * (p.i_e + self.injected);
        v_inf
            + (self.v - v_inf) * (-s / tau_m).exp()
            + self.i_ex * response(self.params.tau_syn_ex.as_ms())
            + self.i_in * response(self.params.tau_syn_in.as_ms())
    }

    /// Moves to `t` over a span without spikes.
    pub(super) fn go_to(&mut self, t: i64) {
        let decay = |this: &mut Self, to: i64| {
            let s = (to - this.t) as f64 / PS_PER_MS;
            this.i_ex *= (-s / this.params.tau_syn_ex.as_ms()).exp();
            this.i_in *= (-s / this.params.tau_syn_in.as_ms()).exp();
            this.t = to;
        };
        let held = self.release.min(t);
        if self.t < held {
            decay(self, held);
        }
        if self.t < t {
            let v = self.free((t - self.t) as f64 / PS_PER_MS);
            decay(self, t);
            self.v = v;
        }
    }

    pub(super) fn receive(&mut self, input: Input) {
        match input {
            Input::Arrival(w) if w > 0.0 => self.i_ex += w,
            Input::Arrival(w) => self.i_in += w,
            Input::Current(current) => self.injected = current,
        }
    }

    /// A spike at `t`, to which it has moved.
    pub(super) fn spike(&mut self, t: i64) {
        self.v = self.params.membrane.v_reset;
        self.release = t + self.params.membrane.t_ref.ps();
    }

    /// The first crossing before or at `until` if nothing arrives, rounded up to a picosecond.
    pub(super) fn crossing(&self, until: i64) -> Option<i64> {
        let mut from = self.clone();
        from.go_to(self.release.clamp(self.t, until.max(self.t)));
        if from.t < self.release {
            return None;
        }
        if from.v >= self.params.membrane.v_th {
            return Some(from.t);
        }
        let p = &self.params;
        let span = (until - from.t) as f64 / PS_PER_MS;
        let shortest = p
            .membrane
            .tau_m
            .as_ms()
            .min(p.tau_syn_ex.as_ms())
            .min(p.tau_syn_in.as_ms());
        let n = (span / shortest * POINTS).ceil().max(3.0);
        let step = span / n;
        let above = |s: f64| from.free(s) - p.membrane.v_th;
        let mut last = (0.0, above(0.0));
        let mut before = f64::NEG_INFINITY;
        for k in 1..=n as i64 {
            let s = k as f64 * step;
            let here = above(s);
            // A maximum between points may reach the threshold where no point does.
            if here < 0.0 && last.1 < 0.0 && last.1 >= before.max(here) {
                let (mut a, mut b) = ((last.0 - step).max(0.0), s);
                for _ in 0..200 {
                    let (x, y) = (a + (b - a) / 3.0, b - (b - a) / 3.0);
                    if above(x) < above(y) { a = x } else { b = y }
                }
                if above(a) >= 0.0 {
                    return Some(from.bisect((last.0 - step).max(0.0), a));
                }
            }
            if here >= 0.0 {
                return Some(from.bisect(last.0, s));
            }
            (before, last) = (last.1, (s, here));
        }
        None
    }

    /// The tick of the crossing between `a` and `b`.
    fn bisect(&self, mut a: f64, mut b: f64) -> i64 {
        for _ in 0..200 {
            let middle = (a + b) / 2.0;
            if self.free(middle) >= self.params.membrane.v_th {
                b = middle
            } else {
                a = middle
            }
        }
        self.t + (b * PS_PER_MS).ceil() as i64
    }
}
