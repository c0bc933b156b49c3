//! Sampled signals: smoothing, Fourier transform, power spectra, envelopes and phases, stretches above a threshold.

use std::f64::consts::TAU;

use rustfft::{FftDirection, FftPlannerScalar, num_complex};

/// A complex number.
pub type Complex = (f64, f64);

/// Discrete Fourier transform of values of any number: X_k = sum of x_n exp(-2 pi i k n / N); the other sign, divided by N, where
/// it is `inverse`.
pub fn fourier(values: &[Complex], inverse: bool) -> Vec<Complex> {
    let direction = match inverse {
        true => FftDirection::Inverse,
        false => FftDirection::Forward,
    };
    let mut all: Vec<_> = values
        .iter()
        .map(|&(re, im)| num_complex::Complex::new(re, im))
        .collect();
    // Without instructions of one processor or another: the same bits on all of them.
    let plan = FftPlannerScalar::new().plan_fft(all.len(), direction);
    plan.process(&mut all);
    let share = if inverse { all.len() as f64 } else { 1.0 };
    all.iter()
        .map(|value| (value.re / share, value.im / share))
        .collect()
}

/// Hann window of `n` values whose next one would be the first again.
pub fn hann(n: usize) -> Vec<f64> {
    (0..n)
        .map(|k| 0.5 - 0.5 * (TAU * k as f64 / n as f64).cos())
        .collect()
}

/// One-sided power spectral density of one segment: its mean taken off, under a Hann window; `rate` samples in a second.
pub fn periodogram(segment: &[f64], rate: f64) -> Vec<f64> {
    let n = segment.len();
    let mean = segment.iter().sum::<f64>() / n as f64;
    let window = hann(n);
    let weight: f64 = window.iter().map(|w| w * w).sum();
    let tapered = segment
        .iter()
        .zip(&window)
        .map(|(x, w)| ((x - mean) * w, 0.0));
    let transformed = fourier(&tapered.collect::<Vec<_>>(), false);
    let density = |(k, value): (usize, &Complex)| {
        let both = if k == 0 || 2 * k == n { 1.0 } else { 2.0 };
        both * (value.0 * value.0 + value.1 * value.1) / (rate * weight)
    };
    transformed
        .iter()
        .take(n / 2 + 1)
        .enumerate()
        .map(density)
        .collect()
}

/// Welch's power spectral density: the mean of the [`periodogram`]s of all segments of `segment` samples, each half over the one
/// before it, that lie in one of `signals`, and how many those are; `None` where none is long enough.
pub fn welch<'a>(
    signals: impl IntoIterator<Item = &'a [f64]>,
    segment: usize,
    rate: f64,
) -> Option<(Vec<f64>, u64)> {
    let mut sum = vec![0.0; segment / 2 + 1];
    let mut n = 0_u64;
    for signal in signals {
        let starts = (0..(signal.len() + 1).saturating_sub(segment)).step_by(segment - segment / 2);
        for start in starts {
            let part = periodogram(&signal[start..start + segment], rate);
            sum.iter_mut()
                .zip(part)
                .for_each(|(sum, part)| *sum += part);
            n += 1;
        }
    }
    sum.iter_mut().for_each(|sum| *sum /= n as f64);
    (n > 0).then_some((sum, n))
}

/// Gaussian smoothing, `sigma` in samples, cut after `truncate` of them, as SciPy's `gaussian_filter1d`: beyond its ends the signal
/// is its mirror image (`reflect`), or nothing (`constant`).
pub fn smooth(signal: &[f64], sigma: f64, truncate: f64, mirrored: bool) -> Vec<f64> {
    let n = signal.len() as i64;
    let radius = (truncate * sigma + 0.5) as i64;
    if radius <= 0 || sigma <= 0.0 || n == 0 {
        return signal.to_vec();
    }
    let weights: Vec<f64> = (-radius..=radius)
        .map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    let at = |k: i64| {
        if (0..n).contains(&k) {
            return signal[k as usize];
        }
        if !mirrored {
            return 0.0;
        }
        let k = k.rem_euclid(2 * n);
        signal[if k < n { k } else { 2 * n - 1 - k } as usize]
    };
    let smoothed = |k: i64| {
        let terms = (-radius..=radius).zip(&weights).map(|(j, w)| w * at(k + j));
        terms.sum::<f64>() / sum
    };
    (0..n).map(smoothed).collect()
}

/// The analytic signal: the signal, and its Hilbert transform as imaginary part.
pub fn analytic(signal: &[f64]) -> Vec<Complex> {
    let n = signal.len();
    let mut spectrum = fourier(&signal.iter().map(|&x| (x, 0.0)).collect::<Vec<_>>(), false);
    for (k, value) in spectrum.iter_mut().enumerate() {
        let factor = match k {
            0 => 1.0,
            k if 2 * k == n => 1.0,
            k if 2 * k < n => 2.0,
            _ => 0.0,
        };
        *value = (value.0 * factor, value.1 * factor);
    }
    fourier(&spectrum, true)
}

/// What a filter of these `taps` makes of `signal`, forwards and then backwards, so that nothing is delayed: as SciPy's `filtfilt`,
/// the ends extended by 3 times as many samples as there are taps, turned around the end points. `None` where the signal is too
/// short for that.
pub fn forwards_and_back(signal: &[f64], taps: &[f64]) -> Option<Vec<f64>> {
    let edge = 3 * taps.len();
    let n = signal.len();
    if n <= edge {
        return None;
    }
    let before = (1..=edge).rev().map(|k| 2.0 * signal[0] - signal[k]);
    let after = (1..=edge).map(|k| 2.0 * signal[n - 1] - signal[n - 1 - k]);
    let extended: Vec<f64> = before.chain(signal.iter().copied()).chain(after).collect();
    let once = |signal: &[f64]| -> Vec<f64> {
        let at = |k: usize, j: usize| signal[k.saturating_sub(j)];
        let value = |k: usize| taps.iter().enumerate().map(|(j, tap)| tap * at(k, j)).sum();
        (0..signal.len()).map(value).collect()
    };
    let mut turned = once(&extended);
    turned.reverse();
    let mut twice = once(&turned);
    twice.reverse();
    Some(twice[edge..edge + n].to_vec())
}

/// Stretches where `holds` is true: first and last sample of each.
pub fn stretches(holds: impl Iterator<Item = bool>) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut inside = false;
    for (k, holds) in holds.enumerate() {
        match (holds, inside) {
            (true, true) => {
                if let Some(last) = found.last_mut() {
                    last.1 = k;
                }
            }
            (true, false) => found.push((k, k)),
            (false, _) => {}
        }
        inside = holds;
    }
    found
}

/// Mean and standard deviation with n.
pub fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_values_is_transformed_and_back() {
        for n in [1, 2, 3, 8, 12, 17, 64, 100] {
            let values: Vec<Complex> = (0..n)
                .map(|k| ((k * k % 7) as f64, (k % 3) as f64))
                .collect();
            let transformed = fourier(&values, false);
            for (k, found) in transformed.iter().enumerate() {
                let mut sum = (0.0, 0.0);
                for (m, value) in values.iter().enumerate() {
                    let (sin, cos) = (-TAU * (k * m % n) as f64 / n as f64).sin_cos();
                    sum.0 += value.0 * cos - value.1 * sin;
                    sum.1 += value.0 * sin + value.1 * cos;
                }
                assert!((found.0 - sum.0).hypot(found.1 - sum.1) < 1e-10, "{n} {k}");
            }
            for (value, again) in values.iter().zip(fourier(&transformed, true)) {
                assert!((value.0 - again.0).hypot(value.1 - again.1) < 1e-12);
            }
        }
    }

    #[test]
    fn stretches_by_hand() {
        let holds = [true, true, false, true, false, false, true];
        assert_eq!(stretches(holds.into_iter()), [(0, 1), (3, 3), (6, 6)]);
        assert_eq!(smooth(&[1.0, 1.0, 1.0], 1.0, 4.0, true), [1.0; 3]);
    }
}
