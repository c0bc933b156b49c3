//! Filters of sampled signals: Butterworth's, forwards and backwards so that nothing is delayed, and the band of ripples.

use std::f64::consts::PI;

use super::signal::Complex;

/// A recursive filter: numerator and denominator, equally long, the denominator's first being 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Recursive {
    numerator: Vec<f64>,
    denominator: Vec<f64>,
}

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn over(a: Complex, b: Complex) -> Complex {
    let size = b.0 * b.0 + b.1 * b.1;
    let product = times(a, (b.0, -b.1));
    (product.0 / size, product.1 / size)
}

/// The root with the real part above zero.
fn root(z: Complex) -> Complex {
    let size = z.0.hypot(z.1);
    let re = ((size + z.0) / 2.0).max(0.0).sqrt();
    let im = ((size - z.0) / 2.0).max(0.0).sqrt();
    (re, if z.1 < 0.0 { -im } else { im })
}

/// Coefficients of the polynomial with these roots; those that are no real numbers come in pairs.
fn polynomial(roots: &[Complex]) -> Vec<f64> {
    let mut all = vec![(1.0, 0.0)];
    for &root in roots {
        all.push((0.0, 0.0));
        for k in (1..all.len()).rev() {
            let shifted = times(all[k - 1], root);
            all[k] = (all[k].0 - shifted.0, all[k].1 - shifted.1);
        }
    }
    all.iter().map(|value| value.0).collect()
}

impl Recursive {
    /// Butterworth's filter of `order` that lets through what is below `hz`, or where `lowest_hz` is above zero between the two;
    /// as SciPy's `butter`, by the bilinear transform.
    pub fn butterworth(order: usize, lowest_hz: f64, hz: f64, rate: f64) -> Self {
        let warped = |hz: f64| 4.0 * (PI * hz / rate).tan();
        // Poles of the analog prototype, on the left half of the unit circle.
        let n = order as f64;
        let poles = (0..order).map(|k| {
            let angle = PI * (2.0 * k as f64 + n + 1.0) / (2.0 * n);
            (angle.cos(), angle.sin())
        });
        let is_band = lowest_hz > 0.0;
        let (low, high) = (warped(lowest_hz), warped(hz));
        let width = if is_band { high - low } else { high };
        let mut analog: Vec<Complex> = Vec::new();
        for (re, im) in poles {
            let half = (re * width, im * width);
            if !is_band {
                analog.push(half);
                continue;
            }
            let half = (half.0 / 2.0, half.1 / 2.0);
            let square = times(half, half);
            let apart = root((square.0 - low * high, square.1));
            analog.push((half.0 + apart.0, half.1 + apart.1));
            analog.push((half.0 - apart.0, half.1 - apart.1));
        }
        // At twice the rate of 2, as SciPy has it.
        const TWICE: f64 = 4.0;
        let mut gain = (width.powi(order as i32), 0.0);
        if is_band {
            gain.0 *= TWICE.powi(order as i32);
        }
        for &(re, im) in &analog {
            gain = over(gain, (TWICE - re, -im));
        }
        let digital = analog
            .iter()
            .map(|&(re, im)| over((TWICE + re, im), (TWICE - re, -im)));
        let mut zeros = vec![(-1.0, 0.0); order];
        if is_band {
            zeros.extend(vec![(1.0, 0.0); order]);
        }
        Self {
            numerator: polynomial(&zeros).iter().map(|b| b * gain.0).collect(),
            denominator: polynomial(&digital.collect::<Vec<_>>()),
        }
    }

    /// Samples by which the ends of a signal are extended: it must be longer.
    pub fn edge(&self) -> usize {
        3 * self.numerator.len()
    }

    /// What it makes of `signal`, forwards and then backwards, as SciPy's `filtfilt`: the ends extended by 3 times as many samples
    /// as it has coefficients, turned around the end points, from the state that a constant would leave. `None` where the signal is
    /// too short for that.
    pub fn forwards_and_back(&self, signal: &[f64]) -> Option<Vec<f64>> {
        let edge = self.edge();
        let n = signal.len();
        if n <= edge {
            return None;
        }
        let before = (1..=edge).rev().map(|k| 2.0 * signal[0] - signal[k]);
        let after = (1..=edge).map(|k| 2.0 * signal[n - 1] - signal[n - 1 - k]);
        let mut extended: Vec<f64> = before.chain(signal.iter().copied()).chain(after).collect();
        for _ in 0..2 {
            self.once(&mut extended);
            extended.reverse();
        }
        Some(extended[edge..edge + n].to_vec())
    }

    /// Transposed direct form II.
    fn once(&self, signal: &mut [f64]) {
        let Some(&first) = signal.first() else {
            return;
        };
        let mut state: Vec<f64> = self.settled().iter().map(|z| z * first).collect();
        for value in signal {
            let x = *value;
            let y = self.numerator[0] * x + state.first().unwrap_or(&0.0);
            for k in 0..state.len() {
                let next = state.get(k + 1).copied().unwrap_or(0.0);
                state[k] = self.numerator[k + 1] * x + next - self.denominator[k + 1] * y;
            }
            *value = y;
        }
    }

    /// The state that a constant of 1 leaves (`lfilter_zi`).
    fn settled(&self) -> Vec<f64> {
        let (b, a) = (&self.numerator, &self.denominator);
        let y = b.iter().sum::<f64>() / a.iter().sum::<f64>();
        let mut state = vec![0.0; b.len() - 1];
        let mut next = 0.0;
        for k in (0..state.len()).rev() {
            next += b[k + 1] - a[k + 1] * y;
            state[k] = next;
        }
        state
    }
}

/// Samples in a second for which [`ripple_taps`] are.
pub const RIPPLE_RATE: f64 = 1_000.0;

/// Lets through 150 to 250 Hz of a signal of [`RIPPLE_RATE`]: 101 taps by Remez' exchange, 25 Hz from band to band, as
/// `ripple_detection.core.ripple_bandpass_filter(1000)` of 1.7.1 asks SciPy 1.17.1 for.
pub fn ripple_taps() -> Vec<f64> {
    let mirrored = RIPPLE_HALF.iter().rev().skip(1);
    RIPPLE_HALF.iter().chain(mirrored).copied().collect()
}

/// The taps up to the middle one.
#[rustfmt::skip]
const RIPPLE_HALF: [f64; 51] = [
    0.0021709283016780813, -6.247695943995092e-05, 0.0004951900603067015, 0.0011322586903343447,
    -0.0007373558708836349, -0.0031686927205647054, -0.0011650011232968575, 0.0030058877978898337,
    0.0025651026271703444, -0.0006396939491902456, -0.0002461954110572376, 0.0005719853054215123,
    -0.0033526343412046576, -0.004868670132548918, 0.0021805436474760464, 0.0072073884105177495,
    0.0018523709887667845, -0.002958319402106891, -0.00013224714833066288, -0.0012479913239978784,
    -0.008125855777015096, -0.003585565414172395, 0.010913919505716843, 0.01092763016369825,
    -0.003489830944289051, -0.006665184310117208, -8.058383278951889e-05, -0.0059504939484044195,
    -0.012012715777642388, 0.0064633706391443654, 0.024589042242512862, 0.0075961228644742225,
    -0.016584748429948996, -0.009822327377752814, 4.5830757193971755e-05, -0.013901400011231394,
    -0.00875303343430363, 0.032802149076979675, 0.03917458013208737, -0.015353915404540005,
    -0.042454288310537366, -0.008038107614924272, 0.00016659009612821782, -0.02715349316935211,
    0.022592595006249806, 0.11569502826489887, 0.048676881351529526, -0.15781307814740006,
    -0.18179701715209917, 0.07528201052655759, 0.2502173212992191,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    /// Numbers of SciPy 1.17.1: butter(2, 3.5, fs=100), butter(2, (9.2, 16.8), "bandpass", fs=100).
    #[test]
    fn coefficients_are_those_of_scipy() {
        let low = Recursive::butterworth(2, 0.0, 3.5, 100.0);
        near(
            &low.numerator,
            &[
                0.010432413371093418,
                0.020864826742186836,
                0.010432413371093418,
            ],
        );
        near(
            &low.denominator,
            &[1.0, -1.6909963768874425, 0.7327260303718163],
        );
        let band = Recursive::butterworth(2, 9.2, 16.8, 100.0);
        near(
            &band.numerator,
            &[
                0.04221355173994536,
                0.0,
                -0.08442710347989071,
                0.0,
                0.04221355173994536,
            ],
        );
        near(
            &band.denominator,
            &[
                1.0,
                -2.353572792966964,
                2.755297288951732,
                -1.6623772663698086,
                0.5094658194636895,
            ],
        );
    }

    #[test]
    fn a_constant_passes_a_low_filter_and_no_other() {
        let signal = [3.0; 60];
        let low = Recursive::butterworth(2, 0.0, 3.5, 100.0).forwards_and_back(&signal);
        assert!(low.unwrap().iter().all(|x| (x - 3.0).abs() < 1e-12));
        let band = Recursive::butterworth(2, 9.2, 16.8, 100.0).forwards_and_back(&signal);
        assert!(band.unwrap().iter().all(|x| x.abs() < 1e-12));
        assert!(
            Recursive::butterworth(2, 0.0, 3.5, 100.0)
                .forwards_and_back(&[1.0; 9])
                .is_none()
        );
        assert!((ripple_taps().iter().sum::<f64>()).abs() < 0.01 && ripple_taps().len() == 101);
    }
}
