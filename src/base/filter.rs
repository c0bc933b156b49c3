//! Recursive filters of sampled signals: Butterworth's, sample by sample as they come, or forwards and backwards so that nothing
//! is delayed. The same bits on every machine.

use std::f64::consts::PI;

use super::function::{cos, sin, tan};

/// Real and imaginary part.
type Complex = (f64, f64);

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
    let size = (z.0 * z.0 + z.1 * z.1).sqrt();
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
        let warped = |hz: f64| 4.0 * tan(PI * hz / rate);
        // Poles of the analog prototype, on the left half of the unit circle.
        let n = order as f64;
        let poles = (0..order).map(|k| {
            let angle = PI * (2.0 * k as f64 + n + 1.0) / (2.0 * n);
            (cos(angle), sin(angle))
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
        let each = if is_band { width * TWICE } else { width };
        let mut gain = ((0..order).fold(1.0, |gain, _| gain * each), 0.0);
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

    fn once(&self, signal: &mut [f64]) {
        let Some(&first) = signal.first() else {
            return;
        };
        let mut state = self.settled(first);
        for value in signal {
            *value = self.pass(*value, &mut state);
        }
    }

    /// What comes out as the sample `x` goes in; `state` is one of [`settled`](Self::settled) from the sample before it on.
    /// Transposed direct form II.
    pub fn pass(&self, x: f64, state: &mut [f64]) -> f64 {
        let y = self.numerator[0] * x + state.first().unwrap_or(&0.0);
        for k in 0..state.len() {
            let next = state.get(k + 1).copied().unwrap_or(0.0);
            state[k] = self.numerator[k + 1] * x + next - self.denominator[k + 1] * y;
        }
        y
    }

    /// The state that a constant of `level` leaves (`lfilter_zi`).
    pub fn settled(&self, level: f64) -> Vec<f64> {
        let (b, a) = (&self.numerator, &self.denominator);
        let y = b.iter().sum::<f64>() / a.iter().sum::<f64>();
        let mut state = vec![0.0; b.len() - 1];
        let mut next = 0.0;
        for k in (0..state.len()).rev() {
            next += b[k + 1] - a[k + 1] * y;
            state[k] = next;
        }
        state.iter().map(|z| z * level).collect()
    }
}

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
    }
}
