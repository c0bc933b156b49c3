//! A phase of a slow rhythm in the rate of a population.
//!
//! The rate drives an oscillator whose state follows its phase: a measuring device that needs no future, as Rosenblum,
//! Pikovsky, Kühn and Busch propose (2021, Sci Rep 11:18037, resonant oscillator). Here it is a damped rotation
//! dz/dt = (−1/τ + iω) z + (rate − mean), which at resonance lags by nothing: a rate m + A cos(ωt) leaves z = (Aτ/2) e^(iωt)
//! and a rest that turns the other way, 1/√(1 + 4ω²τ²) as large. At another frequency ω′ it lags by atan((ω′ − ω)τ). It looks at
//! spikes once in a millisecond, as amplifiers do, on a grid from its beginning on.

use serde::{Deserialize, Serialize};

use super::stepped::{Look, Stepped};
use super::{Entry, Onset, Watches, fault, time};
use crate::base::function::{exp, sin};
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| {
        Ok(Box::new(Stepped::new(
            Oscillator::new(values, &onset)?,
            STEP,
        )))
    },
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "phase",
    summary: "A phase of a slow rhythm in the rate of a population, by an oscillator that the rate drives.",
    equations: "dz/dt = (-1/memory + 2 pi i frequency) z + rate - mean, 1 ms at a time; mean of all rates so far, up to ten \
                times `memory`, from then on fading over that time; found where arg z passes 2 pi (phase - 1/4)",
    parameters: &[
        ParameterSpec::quantity(
            "frequency",
            Dimension::Rate,
            Range::Positive,
            "of the rhythm, such as \"1 Hz\"; at another one phases are off by atan(2 pi memory (true - frequency))",
        ),
        ParameterSpec::quantity(
            "phase",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "where in its period: 0 at the mean, going up; 0.25 at the peak, 0.75 at the trough",
        ),
        ParameterSpec::quantity(
            "amplitude",
            Dimension::Rate,
            Range::NonNegative,
            "how far the rate goes up and down around its mean at least; less is no rhythm",
        )
        .or_number(0.5),
        ParameterSpec::quantity(
            "memory",
            Dimension::Time,
            Range::Positive,
            "how long the past counts: longer ones follow noise less, and changes of the rhythm more slowly",
        )
        .or_number(1000.0),
    ],
    source: "resonant oscillator: Rosenblum, Pikovsky, Kühn, Busch 2021, Sci Rep 11:18037",
};

/// From one look to the next.
const STEP: Duration = Duration::from_ps(1_000_000_000);
const STEP_S: f64 = 1e-3;

/// The mean fades over so many times the memory: what it has of the rhythm itself turns phases by atan(1/(MEAN ω τ)). Up to then
/// it is that of all that has been.
const MEAN: f64 = 10.0;

/// Finds where a phase is passed.
struct Oscillator {
    size: f64,
    /// What z is multiplied with in a step, from where the phase is looked for: real and imaginary part.
    turn: [f64; 2],
    /// The direction of the phase: z is turned back by it.
    ahead: [f64; 2],
    /// The share of the mean that a step is in the long run.
    fresh: f64,
    /// The square of |z| that the least amplitude has.
    least: f64,
}

/// All that changes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Now {
    z: [f64; 2],
    mean_hz: f64,
    /// Steps since the beginning.
    steps: u64,
}

fn cos(x: f64) -> f64 {
    sin(x + std::f64::consts::FRAC_PI_2)
}

fn times(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

impl Oscillator {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        const TAU: f64 = std::f64::consts::TAU;
        /// Ten looks in a period.
        const MOST_HZ: f64 = 0.1 / STEP_S;
        let frequency_hz = values["frequency"];
        if frequency_hz > MOST_HZ {
            let reason = format!(
                " is {} Hz, expected at most {MOST_HZ} Hz",
                legible(frequency_hz)
            );
            return Err(fault(&SPEC, "frequency", reason));
        }
        let memory_s = time(&SPEC, "memory", values)?.as_ms() * 1e-3;
        let (angle, decay) = (TAU * frequency_hz * STEP_S, exp(-STEP_S / memory_s));
        // A rate is at its mean, going up, a quarter of a turn before its peak, where z points along the real axis.
        let ahead = TAU * (values["phase"] - 0.25);
        let least = values["amplitude"] * memory_s / 2.0;
        Ok(Self {
            size: f64::from(onset.size),
            turn: [decay * cos(angle), decay * sin(angle)],
            ahead: [cos(ahead), -sin(ahead)],
            fresh: 1.0 - exp(-STEP_S / (MEAN * memory_s)),
            least: least * least,
        })
    }
}

impl Look for Oscillator {
    type Now = Now;

    fn fresh(&self) -> Now {
        Now::default()
    }

    fn look(&self, now: &mut Now, at: Time, spikes: u64) -> Option<Time> {
        let rate_hz = spikes as f64 / self.size / STEP_S;
        now.steps += 1;
        let share = self.fresh.max(1.0 / now.steps as f64);
        now.mean_hz += (rate_hz - now.mean_hz) * share;
        let before = times(now.z, self.ahead);
        now.z = times(now.z, self.turn);
        // In seconds times hertz.
        now.z[0] += (rate_hz - now.mean_hz) * STEP_S;
        let after = times(now.z, self.ahead);
        let size = now.z[0] * now.z[0] + now.z[1] * now.z[1];
        let passes = before[1] < 0.0 && after[1] >= 0.0 && after[0] > 0.0;
        (passes && size >= self.least).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use crate::trigger::tests::{begun, found};

    /// Phases at which a sine of 1.25 Hz is found, in turns, once the oscillator has swung in.
    fn phases(frequency: f64, phase: f64, amplitude: f64) -> Vec<f64> {
        const HZ: f64 = 1.25;
        let spikes: Vec<(f64, u32)> = (0..20_000)
            .map(|ms| {
                let t = f64::from(ms) + 0.5;
                let up = (std::f64::consts::TAU * HZ * t * 1e-3).sin();
                (t, (200.0 * (1.0 + 0.8 * up)) as u32)
            })
            .collect();
        let values = [
            ("frequency", frequency),
            ("phase", phase),
            ("amplitude", amplitude),
        ];
        let mut trigger = begun("phase", values.into_iter().collect(), 10_000);
        let all = found(trigger.as_mut(), &spikes, 20_000.0);
        let late = all.into_iter().filter(|(event, _)| *event > 10_000.0);
        late.map(|(event, _)| (event * 1e-3 * HZ).fract()).collect()
    }

    #[test]
    fn a_sine_is_found_at_its_phase() {
        for phase in [0.0, 0.25, 0.6, 1.0] {
            let found = phases(1.25, phase, 1.0);
            assert!((12..=13).contains(&found.len()), "{found:?}");
            for one in found {
                let off = (one - phase + 0.5).rem_euclid(1.0) - 0.5;
                // The rest that turns the other way is a sixteenth of z, 0.010 turns; the mean turns it by 0.002.
                assert!(off.abs() < 0.0125, "{one} for {phase}");
            }
        }
        // Off resonance it lags as the formula says.
        let lag = (std::f64::consts::TAU * 1.0 * 0.1).atan() / std::f64::consts::TAU;
        for one in phases(1.15, 0.25, 1.0) {
            let off = one - 0.25 - lag;
            assert!(off.abs() < 0.0135, "{one}");
        }
        // The rate goes 16 Hz up and down.
        assert!(!phases(1.25, 0.25, 15.0).is_empty());
        assert!(phases(1.25, 0.25, 17.5).is_empty());
    }
}
