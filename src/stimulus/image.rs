//! An image as input to a sleeping network: every pixel a Poisson process, seen through a wandering window.
//!
//! Of sleep replay consolidation (Tadros et al. 2022): at intervals a square window is placed at random, and pixels
//! inside it fire with a probability proportional to their brightness.

mod entry;

pub use entry::{ENTRY, Image, SPEC};

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::stimulus::{Spike, StateError, Stimulus, from_bytes, to_bytes};

/// Where in a tick its spikes are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// All at its start, each pixel at most once: the published time-stepped algorithm.
    Grid,
    /// Anywhere inside it, to the picosecond: Poisson processes of the same mean.
    Continuous,
}

/// The window through which the image is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// Ticks for which the window stays where it is, at least 1.
    pub ticks: u64,
    /// Pixels along each side of the window.
    pub side: usize,
    /// Pixels along a row of the image.
    pub width: usize,
    /// Rows of the image.
    pub height: usize,
}

/// An image that drives one neuron per pixel.
#[derive(Debug, Clone)]
pub struct ImageNoise {
    /// Expected spikes of each pixel per tick, while inside the window.
    expected: Vec<f64>,
    tick: Duration,
    timing: Timing,
    patch: Option<Patch>,
    /// Row and column of the window's first pixel, and the ticks for which it still stays there.
    corner: (usize, usize),
    stays: u64,
    places: Stream,
    pixels: Vec<Stream>,
    /// Continuous timing: what is left of each pixel's unit-rate exponential interval. Spending it at the pixel's
    /// current rate makes an exact Poisson process of a rate that switches with the window.
    budget: Vec<f64>,
}

impl ImageNoise {
    /// Pixels firing at `rates_hz` inside the window, drawn one `tick` at a time. The random streams are those of
    /// `name` (the bout) under `seed`: one for the window and one for each pixel.
    ///
    /// With grid timing a pixel fires with probability rate × tick, which the caller keeps at or below 1.
    pub fn new(
        rates_hz: &[f64],
        patch: Option<Patch>,
        tick: Duration,
        timing: Timing,
        seed: u64,
        name: &str,
    ) -> Self {
        let expected: Vec<f64> = rates_hz
            .iter()
            .map(|rate| rate * tick.as_ms() * 1e-3)
            .collect();
        let purpose = format!("stimulus.image.{name}");
        let mut pixels: Vec<Stream> = (0..rates_hz.len())
            .map(|i| Stream::new(seed, &purpose, i as u64))
            .collect();
        let budget = match timing {
            Timing::Grid => Vec::new(),
            Timing::Continuous => pixels.iter_mut().map(Stream::exponential).collect(),
        };
        let places = Stream::new(seed, &format!("stimulus.window.{name}"), 0);
        Self {
            expected,
            tick,
            timing,
            patch,
            corner: (0, 0),
            stays: 0,
            places,
            pixels,
            budget,
        }
    }

    /// Lets the pixels `range` spike during the tick that starts at `now`.
    fn expose(&mut self, range: std::ops::Range<usize>, now: Time, spikes: &mut Vec<Spike>) {
        match self.timing {
            Timing::Grid => {
                for i in range {
                    if self.expected[i] > 0.0 && self.pixels[i].uniform() < self.expected[i] {
                        spikes.push((now, i as u32));
                    }
                }
            }
            Timing::Continuous => {
                for i in range {
                    let expected = self.expected[i];
                    let mut spent = 0.0;
                    while self.budget[i] <= expected - spent {
                        spent += self.budget[i];
                        let offset = spent / expected * self.tick.ps() as f64;
                        // Rounding may reach the tick's end, which belongs to the next one.
                        let offset = (offset as i64).min(self.tick.ps() - 1);
                        spikes.push((now + Duration::from_ps(offset), i as u32));
                        self.budget[i] = self.pixels[i].exponential();
                    }
                    self.budget[i] -= expected - spent;
                }
            }
        }
    }
}

impl Stimulus for ImageNoise {
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let first = spikes.len();
        match self.patch {
            None => self.expose(0..self.expected.len(), now, spikes),
            Some(Patch {
                ticks,
                side,
                width,
                height,
            }) => {
                if self.stays == 0 {
                    let row = self.places.below((height - side + 1) as u64) as usize;
                    let column = self.places.below((width - side + 1) as u64) as usize;
                    (self.corner, self.stays) = ((row, column), ticks);
                }
                self.stays -= 1;
                let (row, column) = self.corner;
                for row in row..row + side {
                    let left = row * width + column;
                    self.expose(left..left + side, now, spikes);
                }
            }
        }
        spikes[first..].sort_unstable();
        Some(now + self.tick)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            expected: _,
            tick: _,
            timing: _,
            patch: _,
            corner,
            stays,
            places,
            pixels,
            budget,
        } = self;
        to_bytes(&State {
            corner: *corner,
            stays: *stays,
            places: places.clone(),
            pixels: pixels.clone(),
            budget: budget.clone(),
        })
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let State {
            corner,
            stays,
            places,
            pixels,
            budget,
        } = from_bytes(bytes)?;
        let refused = |what: &str| Err(StateError(what.into()));
        if (pixels.len(), budget.len()) != (self.pixels.len(), self.budget.len()) {
            return refused("found an image of another size or timing");
        }
        let (most, rows, columns) = match self.patch {
            None => (0, 0, 0),
            Some(patch) => (
                patch.ticks,
                patch.height - patch.side,
                patch.width - patch.side,
            ),
        };
        if stays > most || corner.0 > rows || corner.1 > columns {
            return refused("found a window that lies elsewhere");
        }
        if !budget.iter().all(|rest| rest.is_finite() && *rest >= 0.0) {
            return refused("found an interval that is no length of time");
        }
        (self.corner, self.stays) = (corner, stays);
        (self.places, self.pixels, self.budget) = (places, pixels, budget);
        Ok(())
    }
}

/// All of an image that changes.
#[derive(Serialize, Deserialize)]
struct State {
    corner: (usize, usize),
    stays: u64,
    places: Stream,
    pixels: Vec<Stream>,
    budget: Vec<f64>,
}

/// The expected count of spikes per millisecond over all pixels, averaged over window positions: for estimates.
pub fn expected_per_ms(rates_hz: &[f64], patch: Option<Patch>) -> f64 {
    // Share of window positions that cover coordinate x of n.
    let covered = |x: usize, n: usize, side: usize| {
        let positions = n - side + 1;
        (x.min(positions - 1) + 1 - x.saturating_sub(side - 1)) as f64 / positions as f64
    };
    let seen = rates_hz.iter().enumerate().map(|(i, rate)| match patch {
        None => *rate,
        Some(Patch {
            side,
            width,
            height,
            ..
        }) => rate * covered(i % width, width, side) * covered(i / width, height, side),
    });
    seen.sum::<f64>() * 1e-3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::PS_PER_MS;

    const PATCH: Patch = Patch {
        ticks: 1,
        side: 3,
        width: 6,
        height: 5,
    };
    const MS: Duration = Duration::from_ps(PS_PER_MS);

    fn run(stimulus: &mut ImageNoise, ticks: usize) -> Vec<Spike> {
        let mut spikes = Vec::new();
        let mut now = Time::ZERO;
        for _ in 0..ticks {
            now = stimulus
                .tick(now, &mut spikes)
                .expect("an image never ends");
        }
        spikes
    }

    fn noise(rates: &[f64], patch: Option<Patch>, timing: Timing) -> ImageNoise {
        ImageNoise::new(rates, patch, MS, timing, 1, "sleep 1")
    }

    #[test]
    fn the_window_stays_for_its_ticks() {
        let patch = Patch { ticks: 4, ..PATCH };
        let spikes = run(&mut noise(&[1000.0; 30], Some(patch), Timing::Grid), 8);
        let units = |tick: usize| -> Vec<u32> {
            spikes[9 * tick..9 * (tick + 1)]
                .iter()
                .map(|spike| spike.1)
                .collect()
        };
        assert_eq!(spikes.len(), 72);
        assert_eq!(units(0), units(3));
        assert_ne!(units(3), units(4));
    }

    #[test]
    fn both_timings_have_the_expected_mean() {
        let rates: Vec<f64> = (0..30).map(|i| f64::from(i) * 10.0).collect();
        let periods = 40_000;
        let expected = expected_per_ms(&rates, Some(PATCH)) * periods as f64;
        for timing in [Timing::Grid, Timing::Continuous] {
            let count = run(&mut noise(&rates, Some(PATCH), timing), periods).len() as f64;
            // The window moves all its pixels together, so the count is a little more variable than Poisson.
            assert!(
                (count - expected).abs() < 8.0 * expected.sqrt(),
                "{timing:?}: {count} for {expected}"
            );
        }
    }

    #[test]
    fn spikes_stay_in_order_and_in_their_period() {
        let spikes = run(
            &mut noise(&[900.0; 30], Some(PATCH), Timing::Continuous),
            2_000,
        );
        assert!(spikes.is_sorted());
        let grid = run(&mut noise(&[900.0; 30], Some(PATCH), Timing::Grid), 2_000);
        assert!(grid.iter().all(|(t, _)| t.ps() % PS_PER_MS == 0));
    }

    #[test]
    fn without_a_window_intervals_are_exponential() {
        let spikes = run(&mut noise(&[50.0], None, Timing::Continuous), 2_000_000);
        let gaps: Vec<f64> = spikes
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0).as_ms() / 20.0)
            .collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let cv2 = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n / (mean * mean);
        // 100,000 intervals: standard errors 0.003 and 0.009, five of each.
        assert!(
            (mean - 1.0).abs() < 0.016 && (cv2 - 1.0).abs() < 0.045,
            "{mean} {cv2}"
        );
        let long = gaps.iter().filter(|&&gap| gap > 3.0).count() as f64 / n;
        assert!((long - (-3.0_f64).exp()).abs() < 0.0035, "tail {long}");
    }

    #[test]
    fn pixels_outside_the_window_are_silent() {
        let spikes = run(&mut noise(&[1000.0; 30], Some(PATCH), Timing::Grid), 1);
        // Probability 1 inside: exactly the nine pixels of the window.
        assert_eq!(spikes.len(), 9);
    }

    #[test]
    fn a_saved_image_goes_on_with_the_same_spikes() {
        let patch = Patch { ticks: 4, ..PATCH };
        let rates: Vec<f64> = (0..30).map(|i| f64::from(i) * 30.0).collect();
        for timing in [Timing::Grid, Timing::Continuous] {
            for patch in [None, Some(patch)] {
                let mut whole = noise(&rates, patch, timing);
                // In the middle of a window's stay.
                run(&mut whole, 1_001 + 2);
                let bytes = whole.save().unwrap();
                let mut fresh = noise(&rates, patch, timing);
                fresh.load(&bytes).unwrap();
                assert_eq!(fresh.save().unwrap(), bytes);
                let expected = run(&mut whole, 500);
                assert!(expected.len() > 1_000, "{}", expected.len());
                assert_eq!(run(&mut fresh, 500), expected, "{timing:?} {patch:?}");
                let mut other = noise(&rates[1..], None, timing);
                assert!(other.load(&bytes).is_err());
            }
        }
    }

    #[test]
    fn a_pixel_does_not_depend_on_its_neighbours() {
        let of_pixel_3 = |rates: &[f64]| -> Vec<Spike> {
            let spikes = run(&mut noise(rates, None, Timing::Continuous), 1_000);
            spikes.into_iter().filter(|&(_, unit)| unit == 3).collect()
        };
        assert_eq!(
            of_pixel_3(&[0.0, 0.0, 0.0, 80.0]),
            of_pixel_3(&[10.0, 500.0, 3.0, 80.0])
        );
    }
}
