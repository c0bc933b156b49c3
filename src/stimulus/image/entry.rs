//! An image as a stimulus that model files can name.

use std::path::PathBuf;
use std::sync::Arc;

use super::{ImageNoise, Patch, Timing};
use crate::base::legible::legible;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::{Duration, PS_PER_MS};
use crate::stimulus::poisson::TICKS_HZ;
use crate::stimulus::{Begin, Brings, Entry, held};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: true,
    pulsed: false,
    changes: &[],
    swings: false,
    build: |values| Ok(Brings::Image(Image::new(values)?)),
};

/// The stimulus of a sleep and the population that it drives: its streams have the bout's name alone, so that a sleep as a
/// network is the same in every bit; any other's have its own name too.
const OF_SLEEP: &str = "input.input";

/// The published step, which is also the period of an image without a window.
const STEP: Duration = Duration::from_ps(PS_PER_MS);

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "image",
    summary: "Poisson spikes of one neuron per pixel, in proportion to its brightness, seen through a wandering window.",
    equations: "rate of a pixel x inside the window = 2 max_rate x;  every period the window moves to a random place",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&["npy"]),
            "the image, pixels from 0 to 1 row by row, such as \"mean.npy\"",
        ),
        ParameterSpec::quantity(
            "max_rate",
            Dimension::Rate,
            Range::NonNegative,
            "half the rate of a pixel of 1, as published, such as \"240 Hz\"",
        ),
        ParameterSpec::new("side", Kind::Count { least: 1, most: 1 << 16 }, "pixels along each side of the window")
            .or(Default::Absent("no window")),
        ParameterSpec::quantity(
            "period",
            Dimension::Time,
            Range::Positive,
            "how long the window stays where it is",
        )
        .or_number(1.0),
        ParameterSpec::new("width", Kind::Count { least: 1, most: 1 << 16 }, "pixels along a row of the image")
            .or(Default::Absent("that of a square")),
        ParameterSpec::quantity(
            "grid",
            Dimension::Time,
            Range::Positive,
            "step of the published time-stepped algorithm: spikes come at its multiples, at most one per pixel and step",
        )
        .or(Default::Absent("exact times")),
        ParameterSpec::new(
            "streams",
            Kind::Word(&["stimulus", "bout"]),
            "what its random streams are named after: the stimulus and when it began, or in every bout the bout, as in sleep \
             replay, whose stimulus is called `input`",
        )
        .or(Default::Word("stimulus")),
    ],
    source: "Tadros et al. 2022, Nat Commun 13:7742; continuous times with a budget per pixel: exact",
};

/// What the user sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Where its pixels are.
    pub path: PathBuf,
    max_rate_hz: f64,
    side: Option<usize>,
    period: Duration,
    width: Option<usize>,
    grid: Option<Duration>,
    /// Whether its streams have the bout's name.
    of_bout: bool,
}

fn fault(parameter: &'static str, reason: String) -> ParameterError {
    ParameterError::Inconsistent {
        model: SPEC.name,
        parameter,
        neuron: None,
        reason,
    }
}

impl Image {
    fn new(values: &Values) -> Result<Self, ParameterError> {
        let missing = || ParameterError::Missing {
            model: SPEC.name,
            parameter: "file",
            doc: SPEC.parameters[0].doc,
        };
        let time =
            |name, ms| Duration::from_ms(ms).map_err(|error| fault(name, format!(": {error}")));
        let count = |name| values.count(name).and_then(|n| usize::try_from(n).ok());
        let image = Self {
            path: values.file("file").ok_or_else(missing)?.clone(),
            max_rate_hz: values["max_rate"],
            side: count("side"),
            period: time("period", values["period"])?,
            width: count("width"),
            grid: values
                .number("grid")
                .map(|ms| time("grid", ms))
                .transpose()?,
            of_bout: values.text("streams") == Some("bout"),
        };
        if image.period <= Duration::ZERO {
            return Err(fault(
                "period",
                " is shorter than a picosecond, the clock's tick".into(),
            ));
        }
        if image.width.is_some() && image.side.is_none() {
            return Err(fault(
                "width",
                " needs `side`: an image that is seen whole has no rows".into(),
            ));
        }
        let Some(grid) = image.grid else {
            if 2.0 * image.max_rate_hz >= TICKS_HZ {
                let reason = format!(
                    " is {:e} Hz, expected less than half a spike per picosecond, the clock's tick",
                    image.max_rate_hz
                );
                return Err(fault("max_rate", reason));
            }
            return Ok(image);
        };
        if grid <= Duration::ZERO {
            return Err(fault(
                "grid",
                " is shorter than a picosecond, the clock's tick".into(),
            ));
        }
        if image.side.is_some() && image.period.ps() % grid.ps() != 0 {
            return Err(fault(
                "period",
                format!(
                    " is {}, expected a multiple of `grid`, {grid}",
                    image.period
                ),
            ));
        }
        let most = 1e3 / (2.0 * grid.as_ms());
        if image.max_rate_hz > most {
            let reason = format!(
                " is {} Hz, expected at most {} Hz: a pixel of 1 spikes at twice this rate, and at most once in each step of {grid}",
                legible(image.max_rate_hz),
                legible(most)
            );
            return Err(fault("max_rate", reason));
        }
        Ok(image)
    }

    /// The stimulus of these `pixels`, one for each of the population's `size` neurons.
    ///
    /// # Errors
    /// If the image does not fit the population or the window the image.
    pub fn onto(&self, pixels: &Arc<[f32]>, size: u32) -> Result<Arc<Begin>, ParameterError> {
        let n = pixels.len();
        if n != size as usize {
            return Err(fault(
                "file",
                format!(" has {n} pixels, expected one for each of {size} neurons"),
            ));
        }
        let tick = self.grid.or(self.side.map(|_| self.period)).unwrap_or(STEP);
        let patch = self
            .side
            .map(|side| self.patch(side, n, tick))
            .transpose()?;
        let twice = 2.0 * self.max_rate_hz;
        if self.grid.is_none() {
            let seen = self.side.map_or(n, |side| side * side);
            let parameter = if self.side.is_some() {
                "period"
            } else {
                "max_rate"
            };
            let of = format!("up to {twice} Hz in {seen} pixels for {tick}");
            let spikes = twice * tick.as_ms() * 1e-3 * seen as f64;
            held(SPEC.name, parameter, spikes, &of)?;
        }
        let rates: Vec<f64> = pixels.iter().map(|&x| twice * f64::from(x)).collect();
        let timing = match self.grid {
            Some(_) => Timing::Grid,
            None => Timing::Continuous,
        };
        let of_bout = self.of_bout;
        Ok(Arc::new(move |onset| {
            let name = match of_bout {
                true if onset.name == OF_SLEEP => onset.bout.clone(),
                true => format!("{}.{}", onset.bout, onset.name),
                false => format!("{}{}", onset.name, onset.suffix),
            };
            let noise = ImageNoise::new(&rates, patch, tick, timing, onset.seed, &name);
            Box::new(noise)
        }))
    }

    fn patch(&self, side: usize, pixels: usize, tick: Duration) -> Result<Patch, ParameterError> {
        let square = pixels.isqrt();
        let width = match self.width {
            Some(width) => width,
            None if square * square == pixels => square,
            None => {
                let reason = format!(" is needed: {pixels} pixels are no square");
                return Err(fault("width", reason));
            }
        };
        let height = pixels / width;
        if width * height != pixels {
            return Err(fault(
                "width",
                format!(" is {width}, expected a divisor of {pixels} pixels"),
            ));
        }
        if side > width.min(height) {
            return Err(fault(
                "side",
                format!(
                    " is {side}, expected a window inside the image of {width} x {height} pixels"
                ),
            ));
        }
        Ok(Patch {
            ticks: (self.period.ps() / tick.ps()) as u64,
            side,
            width,
            height,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::complete;

    #[test]
    fn a_window_that_stays_until_memory_is_full_is_refused() {
        let onto = |numbers: &[(&'static str, f64)], side: Option<u32>| {
            let mut values: Values = numbers.iter().copied().collect();
            values.insert("file", PathBuf::from("a.npy"));
            if let Some(side) = side {
                values.insert("side", side);
            }
            let Brings::Image(image) = (ENTRY.build)(&complete(&SPEC, &values).unwrap()).unwrap()
            else {
                panic!("no image");
            };
            let begun = image.onto(&vec![0.5; 16].into(), 16);
            begun.map(|_| ()).map_err(|error| error.to_string())
        };
        let window = |period_ms: f64| [("max_rate", 500.0), ("period", period_ms)];
        assert_eq!(onto(&window(5e6), Some(2)), Ok(()));
        assert_eq!(
            onto(&window(1e7), Some(2)).unwrap_err(),
            "`image`: `period` brings 4.0e7 spikes at once, of up to 1000 Hz in 4 pixels for 10000000 ms, expected at most 3e7: all are \
             held in memory"
        );
        // Seen whole, an image is drawn for a millisecond at a time; on a grid, once in each step.
        let error = onto(&[("max_rate", 1e9)], None).unwrap_err();
        assert!(error.contains("`max_rate` brings 3.2e7 spikes"), "{error}");
        let steps = [("max_rate", 500.0), ("grid", 1.0), ("period", 1e7)];
        assert_eq!(onto(&steps, Some(2)), Ok(()));
    }
}
