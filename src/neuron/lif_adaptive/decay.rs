//! Two exponentials: the membrane, and the adaptation that pulls it down.
//!
//! With y = v − v_inf and the pull p = w·τ_m/c_m: dy/dt = −(y + p)/τ_m, dp/dt = −p/τ_w.

use crate::base::function::{
    GROWTH_NEAR, exp, exp_each, exp_polynomial, growth_integral, growth_integral_below_near,
    growth_integral_each,
};
use crate::neuron::EXPECTED;

/// Decay of the membrane and of the adaptation, per picosecond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::neuron) struct Rates {
    /// 1/τ_m.
    pub(in crate::neuron) membrane: f64,
    /// 1/τ_w.
    pub(in crate::neuron) adaptation: f64,
}

/// The factored decay at some instant: y = (U − W·gathered)/membrane, p = W/adaptation with U and W constant between
/// arrivals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// e^(x/τ_m), x the time since the clock's origin.
    pub(super) membrane: f64,
    /// e^(x/τ_w).
    pub(super) adaptation: f64,
    /// ∫₀ˣ e^(δs) ds/τ_m with δ = 1/τ_m − 1/τ_w: what the membrane has gathered of the pull.
    pub(super) gathered: f64,
}

impl Clock {
    /// At its origin.
    pub(super) const START: Self = Self {
        membrane: 1.0,
        adaptation: 1.0,
        gathered: 0.0,
    };
}

impl Rates {
    /// The clock `x` picoseconds after its origin.
    pub(super) fn clock(&self, x: f64) -> Clock {
        Clock {
            membrane: exp(x * self.membrane),
            adaptation: exp(x * self.adaptation),
            gathered: self.membrane * growth_integral(x, self.membrane - self.adaptation),
        }
    }

    /// The clock at several times after its origin, to the bit as [`clock`](Self::clock).
    pub(super) fn clocks(&self, x: &[f64; EXPECTED], clocks: &mut [Clock; EXPECTED]) {
        let mut membrane = x.map(|x| x * self.membrane);
        let mut adaptation = x.map(|x| x * self.adaptation);
        exp_each(&mut membrane);
        exp_each(&mut adaptation);
        let mut gathered = *x;
        growth_integral_each(&mut gathered, self.membrane - self.adaptation);
        for (k, clock) in clocks.iter_mut().enumerate() {
            *clock = Clock {
                membrane: membrane[k],
                adaptation: adaptation[k],
                gathered: self.membrane * gathered[k],
            };
        }
    }

    /// Both variables `dt` picoseconds later.
    pub(in crate::neuron) fn after(&self, y: f64, pull: f64, dt: f64) -> (f64, f64) {
        if pull == 0.0 {
            return (y * exp_polynomial(-dt * self.membrane), 0.0);
        }
        self.after_both(y, pull, dt)
    }

    /// The same without a branch: for loops that vectorise.
    #[inline(always)]
    pub(in crate::neuron) fn after_both(&self, y: f64, pull: f64, dt: f64) -> (f64, f64) {
        let membrane = exp_polynomial(-dt * self.membrane);
        let adaptation = exp_polynomial(-dt * self.adaptation);
        let gathered = self.gathered(dt, membrane, adaptation);
        (y * membrane - pull * gathered, pull * adaptation)
    }

    /// Share of a current that the membrane holds `dt` picoseconds after it began, ∫ e^(−(dt − s)/τ_m) e^(−s/τ_w) ds/τ_m;
    /// `membrane` and `adaptation` are what is left of each by then.
    #[inline(always)]
    pub(in crate::neuron) fn gathered(&self, dt: f64, membrane: f64, adaptation: f64) -> f64 {
        let gap = (self.membrane - self.adaptation).abs();
        // From the slower decay, so that nothing overflows however long it lasts.
        let (slower, faster) = if self.membrane < self.adaptation {
            (membrane, adaptation)
        } else {
            (adaptation, membrane)
        };
        // Closer to each other the two cancel.
        if gap * dt >= GROWTH_NEAR {
            (slower - faster) / gap * self.membrane
        } else {
            slower * growth_integral_below_near(dt, -gap) * self.membrane
        }
    }

    /// Picoseconds until y reaches `distance`, if that is at most `within` away and nothing arrives.
    ///
    /// y'' > 0 wherever y' = 0, because the pull only fades: y has a minimum at most, so what is below `distance` now
    /// reaches it within a time if and only if it is not below at that time's end, and crosses once.
    pub(in crate::neuron) fn crossing(
        &self,
        y: f64,
        pull: f64,
        distance: f64,
        within: f64,
    ) -> Option<f64> {
        // Far below the tick to which the crossing is rounded.
        const PRECISION_PS: f64 = 0.001;
        // Bisection alone would need 50 for any horizon; Newton's method takes three to six.
        const MOST_STEPS: usize = 60;
        if y >= distance {
            return Some(0.0);
        }
        // Upwards y only goes to 0.
        if distance >= 0.0 {
            return None;
        }
        let last = self.after(y, pull, within).0;
        // NaN never crosses.
        if last.is_nan() || last < distance {
            return None;
        }
        let (mut low, mut high) = (0.0, within);
        let mut x = within * ((distance - y) / (last - y)).clamp(0.0, 1.0);
        for _ in 0..MOST_STEPS {
            let (y, pull) = self.after(y, pull, x);
            if y < distance {
                low = x;
            } else {
                high = x;
            }
            let slope = -(y + pull) * self.membrane;
            let newton = x + (distance - y) / slope;
            let next = if slope > 0.0 && newton > low && newton < high {
                newton
            } else {
                0.5 * (low + high)
            };
            let step = (next - x).abs();
            x = next;
            if step <= PRECISION_PS || high - low <= PRECISION_PS {
                break;
            }
        }
        Some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: f64 = 1e9;

    #[test]
    fn the_closed_form_solves_the_equations() {
        // Classical Runge-Kutta with steps of τ/1000: error of some 1e-12.
        for (tau_m, tau_w) in [(20.0, 150.0), (20.0, 20.0), (20.0, 5.0), (20.0, 20.000001)] {
            let rates = Rates {
                membrane: 1.0 / (tau_m * MS),
                adaptation: 1.0 / (tau_w * MS),
            };
            let derivative = |(y, p): (f64, f64)| (-(y + p) / tau_m, -p / tau_w);
            let (mut y, mut p) = (-3.0, 7.0);
            let h = 0.005;
            for _ in 0..8_000 {
                let add = |(a, b): (f64, f64), s: f64| (y + s * a, p + s * b);
                let k1 = derivative((y, p));
                let k2 = derivative(add(k1, h / 2.0));
                let k3 = derivative(add(k2, h / 2.0));
                let k4 = derivative(add(k3, h));
                y += h / 6.0 * (k1.0 + 2.0 * k2.0 + 2.0 * k3.0 + k4.0);
                p += h / 6.0 * (k1.1 + 2.0 * k2.1 + 2.0 * k3.1 + k4.1);
            }
            let (exact_y, exact_p) = rates.after(-3.0, 7.0, 40.0 * MS);
            assert!(
                (exact_y - y).abs() < 1e-11 && (exact_p - p).abs() < 1e-11,
                "{tau_w}"
            );
        }
    }

    #[test]
    fn nothing_overflows_however_long_it_lasts() {
        let rates = Rates {
            membrane: 1.0 / MS,
            adaptation: 1e-3 / MS,
        };
        let (y, pull) = rates.after(1.0, 1.0, 1e5 * MS);
        assert!((-1e-30..=0.0).contains(&y) && (0.0..1e-30).contains(&pull));
    }

    #[test]
    fn a_crossing_is_where_the_closed_form_meets_the_threshold() {
        let mut stream = crate::base::stream::Stream::new(5, "test", 0);
        let mut crossed = 0;
        for _ in 0..20_000 {
            let rates = Rates {
                membrane: 1.0 / ((1.0 + 40.0 * stream.uniform()) * MS),
                adaptation: 1.0 / ((1.0 + 200.0 * stream.uniform()) * MS),
            };
            let distance = -5.0 * stream.uniform();
            let y = distance - 10.0 * stream.uniform() * stream.uniform();
            let pull = 30.0 * stream.uniform() * stream.uniform();
            let within = 100.0 * MS * stream.uniform() * stream.uniform();
            // No sample of a dense scan may lie above before it.
            let first = (0..=200).find(|k| {
                rates.after(y, pull, within * f64::from(*k) / 200.0).0 >= distance + 1e-9
            });
            match rates.crossing(y, pull, distance, within) {
                None => assert_eq!(first, None),
                Some(x) => {
                    crossed += 1;
                    assert!(x <= within);
                    if let Some(first) = first {
                        assert!(x <= within * f64::from(first) / 200.0);
                    }
                    // A hundredth of a tick at the slope there, and rounding.
                    let miss = (rates.after(y, pull, x).0 - distance).abs();
                    assert!(miss < 0.02 * rates.membrane * 20.0 + 1e-13, "{miss:e}");
                }
            }
        }
        assert!(crossed > 1_000, "{crossed}");
    }
}
