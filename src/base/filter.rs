//! Recursive filters of sampled signals: Butterworth's, sample by sample as they come, or forwards and backwards so that nothing
//! is delayed. The same bits on every machine.

use std::f64::consts::PI;

use super::function::{cos, sin, tan};

/// Real and imaginary part.
type Complex = (f64, f64);

/// A recursive filter: sections of second order, one after the other. As one fraction it would lose low bands of finely sampled signals,
/// whose poles lie close to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Recursive {
    sections: Vec<Section>,
    /// Poles of all sections.
    order: usize,
}

/// (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

/// Numbers that a section remembers.
const STATE: usize = 2;

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

impl Section {
    /// With these zeros, two or one, and the poles `first` and `second`, which are a pair or both real; or `first` alone.
    fn new(zeros: &[f64], first: Complex, second: Option<Complex>) -> Self {
        let second = second.unwrap_or((0.0, 0.0));
        let product = times(first, second);
        let b = match *zeros {
            [one, other] => [1.0, -(one + other), one * other],
            [one] => [1.0, -one, 0.0],
            _ => [1.0, 0.0, 0.0],
        };
        Self {
            b,
            a: [-(first.0 + second.0), product.0],
        }
    }

    /// Transposed direct form II.
    fn pass(&self, x: f64, state: &mut [f64]) -> f64 {
        let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
        let y = b0 * x + state[0];
        state[0] = b1 * x + state[1] - a1 * y;
        state[1] = b2 * x - a2 * y;
        y
    }

    /// What becomes of a constant of 1.
    fn of_constant(&self) -> f64 {
        self.b.iter().sum::<f64>() / (1.0 + self.a[0] + self.a[1])
    }
}

impl Recursive {
    /// Butterworth's filter of `order` that lets through what is below `hz`, or where `lowest_hz` is above zero between the two;
    /// as SciPy's `butter`, by the bilinear transform.
    pub fn butterworth(order: usize, lowest_hz: f64, hz: f64, rate: f64) -> Self {
        let warped = |hz: f64| 4.0 * tan(PI * hz / rate);
        // Poles of the analog prototype, on the left half of the unit circle: of each pair the upper one, the real one last.
        let n = order as f64;
        let poles = (0..order.div_ceil(2)).map(|k| {
            let angle = PI * (2.0 * k as f64 + n + 1.0) / (2.0 * n);
            let is_real = 2 * k + 1 == order;
            (cos(angle), if is_real { 0.0 } else { sin(angle) })
        });
        let is_band = lowest_hz > 0.0;
        let (low, high) = (warped(lowest_hz), warped(hz));
        let width = if is_band { high - low } else { high };
        // At twice the rate of 2, as SciPy has it.
        const TWICE: f64 = 4.0;
        let digital = |(re, im): Complex| over((TWICE + re, im), (TWICE - re, -im));
        let conjugate = |(re, im): Complex| (re, -im);
        let each = if is_band { width * TWICE } else { width };
        let mut gain = (0..order).fold(1.0, |gain, _| gain * each);
        let mut sections = Vec::new();
        for (re, im) in poles {
            let pole = (re * width, im * width);
            let analog: [Option<Complex>; 2] = if is_band {
                let half = (pole.0 / 2.0, pole.1 / 2.0);
                let square = times(half, half);
                let apart = root((square.0 - low * high, square.1));
                [
                    Some((half.0 + apart.0, half.1 + apart.1)),
                    Some((half.0 - apart.0, half.1 - apart.1)),
                ]
            } else {
                [Some(pole), None]
            };
            let zeros = if is_band { [-1.0, 1.0] } else { [-1.0, -1.0] };
            if im == 0.0 {
                // Its own pair in a band, and alone elsewhere.
                let alone = analog.iter().flatten().fold((1.0, 0.0), |product, pole| {
                    times(product, (TWICE - pole.0, -pole.1))
                });
                gain /= alone.0;
                let zeros = if is_band { &zeros[..] } else { &zeros[..1] };
                let [first, second] = analog.map(|pole| pole.map(digital));
                sections.extend(first.map(|first| Section::new(zeros, first, second)));
                continue;
            }
            for pole in analog.into_iter().flatten() {
                let from = (TWICE - pole.0, -pole.1);
                gain /= times(from, conjugate(from)).0;
                let pole = digital(pole);
                sections.push(Section::new(&zeros, pole, Some(conjugate(pole))));
            }
        }
        if let Some(first) = sections.first_mut() {
            first.b = first.b.map(|b| b * gain);
        }
        Self {
            sections,
            order: if is_band { 2 * order } else { order },
        }
    }

    /// Samples by which the ends of a signal are extended: it must be longer.
    pub fn edge(&self) -> usize {
        3 * (self.order + 1)
    }

    /// What it makes of `signal`, forwards and then backwards, as SciPy's `sosfiltfilt`: the ends extended by 3 times as many samples
    /// as it has poles and one, turned around the end points, from the state that a constant would leave. `None` where the signal is
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
    pub fn pass(&self, x: f64, state: &mut [f64]) -> f64 {
        let states = state.chunks_exact_mut(STATE);
        let sections = self.sections.iter().zip(states);
        sections.fold(x, |x, (section, state)| section.pass(x, state))
    }

    /// The state that a constant of `level` leaves (`sosfilt_zi`).
    pub fn settled(&self, level: f64) -> Vec<f64> {
        let mut state = Vec::with_capacity(STATE * self.sections.len());
        let mut x = level;
        for section in &self.sections {
            let ([_, b1, b2], [a1, a2]) = (section.b, section.a);
            let y = section.of_constant() * x;
            let last = b2 * x - a2 * y;
            state.extend([b1 * x - a1 * y + last, last]);
            x = y;
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signal of a rhythm and steps.
    fn signal() -> Vec<f64> {
        let step = |k: usize| ((k * 7) % 11) as f64 / 11.0;
        (0..4000).map(|k| sin(0.01 * k as f64) + step(k)).collect()
    }

    /// Numbers of SciPy 1.17.1: `sosfiltfilt` of butter(order, band, fs=rate, output="sos") at three samples, and `sosfilt` from
    /// `sosfilt_zi` on at two.
    #[test]
    fn signals_come_out_as_of_scipy() {
        let signal = signal();
        for (order, lowest, highest, rate, expected) in [
            (
                2,
                0.0,
                3.5,
                100.0,
                [
                    0.5614506057282022,
                    1.3654093483465866,
                    1.2799605628280746,
                    0.4203244656209979,
                    1.3531915493593423,
                ],
            ),
            (
                3,
                0.0,
                3.5,
                100.0,
                [
                    0.5773627439237475,
                    1.3671842486691566,
                    1.2798984377121527,
                    0.27601945848467807,
                    1.3286995266201096,
                ],
            ),
            (
                1,
                9.2,
                16.8,
                100.0,
                [
                    -0.03293063033173735,
                    -0.017700456055768903,
                    -0.030001765726589837,
                    0.07776854140805772,
                    -0.06229748537677465,
                ],
            ),
            (
                3,
                9.2,
                16.8,
                100.0,
                [
                    -0.013951702261057165,
                    -0.03678787753930328,
                    -0.054661041790103705,
                    0.14294471309972942,
                    0.013220454805142307,
                ],
            ),
            // As one fraction, the second has a pole at 1.00009, and grows.
            (
                2,
                0.05,
                0.2,
                1000.0,
                [
                    0.022317941847058376,
                    0.15800666579043215,
                    5.124384988841602e-07,
                    2.2787398100628e-05,
                    0.2263930422307021,
                ],
            ),
            (
                2,
                0.05,
                0.2,
                5000.0,
                [
                    -0.020658389599220978,
                    -0.0033487402474241257,
                    -6.0189178363589946e-09,
                    9.146566134777859e-07,
                    0.031598292894645066,
                ],
            ),
        ] {
            let filter = Recursive::butterworth(order, lowest, highest, rate);
            let both = filter.forwards_and_back(&signal).unwrap();
            let mut state = filter.settled(signal[0]);
            let once: Vec<f64> = signal.iter().map(|&x| filter.pass(x, &mut state)).collect();
            let found = [both[10], both[2000], both[3990], once[10], once[2000]];
            for (found, expected) in found.into_iter().zip(expected) {
                // Poles this close to 1 are known to so many digits.
                let wide = if rate > 100.0 { 1e-7 } else { 1e-12 };
                assert!(
                    (found - expected).abs() < wide,
                    "{order} {rate}: {found} {expected}"
                );
            }
        }
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
