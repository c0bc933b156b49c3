//! Whether and when a neuron reaches the threshold by itself.
//!
//! Within a horizon the potential splits into a concave part P that rises (the excitatory current, and the way up to
//! v_inf) and a convex part N that falls (the inhibitory current, and the way down to v_inf). For that the horizon must
//! not be longer than the excitatory response rises nor than twice as long as the inhibitory one does, where its second
//! derivative changes sign. Everything here follows from that shape, without looking for maxima.

use crate::neuron::lif_exp::clock::{Decay, Rates};

/// A neuron at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neuron {
    /// v_inf − v.
    pub(super) rise: f64,
    /// Excitatory current over c_m, in millivolts per picosecond; not negative.
    pub(super) g_ex: f64,
    /// Inhibitory current over c_m, not positive.
    pub(super) g_inh: f64,
}

/// What is left of a horizon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    /// Picoseconds.
    pub(super) ps: f64,
    /// 1 − e^(−ps/τ_m).
    pub(super) m: f64,
    /// Response to a unit excitatory current at its end, in picoseconds.
    pub(super) k_ex: f64,
    /// As `k_ex`, inhibitory.
    pub(super) k_inh: f64,
    /// Least share of a straight rise at P's first slope that P has done at the end. Over a part of the horizon the
    /// share is greater, so that of the whole horizon will do.
    pub(super) share: f64,
}

impl Ahead {
    /// A whole horizon of `ps`.
    pub(super) fn whole(ps: f64, rates: &Rates) -> Self {
        let decay = Decay::over(ps, rates);
        let m = 1.0 - decay.m;
        let (ex, membrane) = (decay.k_ex / ps, m / (rates.m * ps));
        Self {
            ps,
            m,
            k_ex: decay.k_ex,
            k_inh: decay.k_inh,
            share: if ex < membrane { ex } else { membrane },
        }
    }

    /// What is left of it after `ps` picoseconds, which decay as `passed`. From k(x + y) = e^(−y/τ_m) k(x) + e^(−x/τ)
    /// k(y); it need only be good to the margin of a budget.
    pub(super) fn after(&self, ps: f64, passed: &Decay) -> Self {
        let m = (1.0 - self.m) / passed.m;
        Self {
            ps: self.ps - ps,
            m: 1.0 - m,
            k_ex: (self.k_ex - m * passed.k_ex) / passed.ex,
            k_inh: (self.k_inh - m * passed.k_inh) / passed.inh,
            share: self.share,
        }
    }

    /// How far v can rise at most until the end if nothing arrives.
    ///
    /// P lies below its end P₁ and below its first tangent, which meets P₁ at a share s of the time; N lies below its
    /// chord, which ends at N₁. Their sum is highest where they meet: P₁ + s N₁, or v never rises.
    #[inline(always)]
    pub(super) fn highest_rise(&self, neuron: &Neuron) -> f64 {
        let up = if neuron.rise > 0.0 { neuron.rise } else { 0.0 };
        let down = if neuron.rise < 0.0 { neuron.rise } else { 0.0 };
        let p = neuron.g_ex * self.k_ex + up * self.m;
        let n = neuron.g_inh * self.k_inh + down * self.m;
        let rise = p + self.share * n;
        if rise > 0.0 { rise } else { 0.0 }
    }
}

/// Steps after which a search is broken off; what it has reached is looked at again when it is due. Only maxima that
/// touch the threshold take more than four.
const STEPS: usize = 40;

/// How close to a crossing a search ends, in picoseconds.
const NEAR_PS: f64 = 0.01;

/// An instant not after the first crossing of a threshold `gap` > 0 above v, in picoseconds from now, and with it unless
/// the search was broken off; `None` if there is no crossing within `limit_ps`.
///
/// v lies below its Taylor polynomial of third degree with P's third derivative alone, since that shrinks and N's is not
/// positive. No step goes further than that polynomial allows, so none passes the root; the steps converge with the third
/// power.
pub(super) fn first_crossing(
    neuron: &Neuron,
    gap: f64,
    limit_ps: f64,
    rates: &Rates,
) -> Option<f64> {
    let Neuron { rise, g_ex, g_inh } = *neuron;
    let Rates { m, ex, inh } = *rates;
    let mut reached = 0.0;
    let mut left = gap;
    // What the currents and the way to v_inf are now, and what the currents have gathered.
    let (mut i_ex, mut i_inh, mut way) = (g_ex, g_inh, rise);
    let (mut k_ex, mut k_inh) = (0.0, 0.0);
    for _ in 0..STEPS {
        let (ex_1, inh_1, way_1) = (i_ex - m * k_ex, i_inh - m * k_inh, m * way);
        let (ex_2, inh_2, way_2) = (-ex * i_ex - m * ex_1, -inh * i_inh - m * inh_1, -m * way_1);
        let (ex_3, inh_3, way_3) = (
            ex * ex * i_ex - m * ex_2,
            inh * inh * i_inh - m * inh_2,
            -m * way_2,
        );
        let (slope, curvature) = (ex_1 + inh_1 + way_1, ex_2 + inh_2 + way_2);
        let growing = ex_3 + if way_3 > 0.0 { way_3 } else { 0.0 };
        let rest = limit_ps - reached;
        // Up to where the second degree leads, the third adds no more than this to the curvature.
        let longest = parabola(left, slope, curvature);
        let longest = if longest < rest { longest } else { rest };
        let step = parabola(left, slope, curvature + growing * longest / 3.0);
        if step > rest {
            return None;
        }
        reached += step;
        // By how far the polynomial may have been too high, over the slope.
        let bend = ex_3 - inh_3 + way_3.abs();
        if step < NEAR_PS || bend * step * step * step < 6.0 * NEAR_PS * slope {
            return Some(reached);
        }
        let decay = Decay::over(reached, rates);
        (i_ex, i_inh, way) = (decay.ex * g_ex, decay.inh * g_inh, decay.m * rise);
        (k_ex, k_inh) = (decay.k_ex * g_ex, decay.k_inh * g_inh);
        left = gap - rise + way - k_ex - k_inh;
        if left <= 0.0 {
            return Some(reached);
        }
    }
    Some(reached)
}

/// The first positive root of slope·y + curvature·y²/2 = left > 0; ∞ if there is none.
#[inline]
fn parabola(left: f64, slope: f64, curvature: f64) -> f64 {
    let square = slope * slope + 2.0 * curvature * left;
    let sum = slope + if square > 0.0 { square.sqrt() } else { 0.0 };
    if square >= 0.0 && sum > 0.0 {
        2.0 * left / sum
    } else {
        f64::INFINITY
    }
}
