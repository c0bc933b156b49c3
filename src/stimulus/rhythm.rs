//! Poisson spikes whose rate goes up and down as a sine: a rhythm from outside.

use std::f64::consts::TAU;
use std::sync::Arc;

use crate::base::function;
use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::Time;
use crate::stimulus::poisson::TICKS_HZ;
use crate::stimulus::thinning::Candidates;
use crate::stimulus::wave::Modulation;
use crate::stimulus::{
    Begin, Brings, Entry, Onset, Spike, StateError, Stimulus, from_bytes, to_bytes,
};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: false,
    pulsed: false,
    changes: &["rate", "depth"],
    swings: true,
    build: |values| {
        let rhythm = Rhythm::new(values)?;
        Ok(Brings::Spikes(Arc::new(move |onset| {
            Box::new(Modulated::new(rhythm, onset))
        })))
    },
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "rhythm",
    summary: "Independent Poisson spikes onto every neuron, at a rate that goes up and down as a sine.",
    equations: "rate(t) = rate (1 + depth sin(2 pi (frequency t + phase))), t from when the stimulus is switched on",
    parameters: &[
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::NonNegative,
            "the mean rate onto each neuron, such as \"200 Hz\"",
        ),
        ParameterSpec::quantity(
            "frequency",
            Dimension::Rate,
            Range::Positive,
            "how often the rate goes up and down, such as \"1 Hz\" for a slow oscillation",
        ),
        ParameterSpec::quantity(
            "depth",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "how far: at 1 the rate goes down to 0",
        )
        .or_number(1.0),
        ParameterSpec::quantity(
            "phase",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "where in its period it begins: 0 at the mean, going up; 0.75 at the trough",
        )
        .or_number(0.0),
    ],
    source: "exact by thinning: Lewis and Shedler 1979, Nav Res Logist Q 26:403",
};

/// Spikes of a rate that has no rhythm of its own, and may follow oscillations.
pub(super) fn steady(rate_hz: f64) -> Arc<Begin> {
    let rhythm = Rhythm {
        rate_hz,
        frequency_hz: 0.0,
        depth: 0.0,
        phase: 0.0,
    };
    Arc::new(move |onset| Box::new(Modulated::new(rhythm, onset)))
}

/// What the user sets.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rhythm {
    rate_hz: f64,
    frequency_hz: f64,
    depth: f64,
    phase: f64,
}

impl Rhythm {
    fn new(values: &Values) -> Result<Self, ParameterError> {
        let rhythm = Self {
            rate_hz: values["rate"],
            frequency_hz: values["frequency"],
            depth: values["depth"],
            phase: values["phase"],
        };
        for (parameter, hz) in [
            ("rate", rhythm.highest_hz()),
            ("frequency", rhythm.frequency_hz),
        ] {
            if hz >= TICKS_HZ {
                return Err(ParameterError::Inconsistent {
                    model: SPEC.name,
                    parameter,
                    neuron: None,
                    reason: format!(
                        " reaches {} Hz, expected less than one per picosecond, the clock's tick",
                        legible(hz)
                    ),
                });
            }
        }
        Ok(rhythm)
    }

    /// The highest rate of a neuron.
    fn highest_hz(&self) -> f64 {
        self.rate_hz * (1.0 + self.depth)
    }

    /// The rate so many seconds after the beginning, in mean rates.
    fn at(&self, seconds: f64) -> f64 {
        let turns = self.frequency_hz * seconds + self.phase;
        let sine = function::sin(TAU * (turns - turns.floor()));
        1.0 + self.depth * sine
    }

    /// The highest rate while it goes up and down with oscillations, in mean rates.
    fn most(&self, modulation: &Modulation) -> f64 {
        (1.0 + self.depth) * (1.0 + modulation.highest())
    }
}

/// The spikes of a rhythm onto a population.
struct Modulated {
    rhythm: Rhythm,
    start: Time,
    size: u32,
    modulation: Modulation,
    candidates: Candidates,
}

impl Modulated {
    fn new(rhythm: Rhythm, onset: Onset) -> Self {
        let most = rhythm.most(&onset.modulation);
        let all_hz = rhythm.rate_hz * most * f64::from(onset.size);
        Self {
            rhythm,
            start: onset.start,
            size: onset.size,
            modulation: onset.modulation,
            candidates: Candidates::new(all_hz, onset.from, onset.stream),
        }
    }
}

impl Stimulus for Modulated {
    fn tick(&mut self, _now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let (rhythm, start, size) = (&self.rhythm, self.start, self.size);
        let modulation = &self.modulation;
        let most = rhythm.most(modulation);
        self.candidates.tick(spikes, |t, stream| {
            let neuron = stream.below(size.into()) as u32;
            let seconds = (t - start).as_ms() / 1e3;
            let share = rhythm.at(seconds) * (1.0 + modulation.sum(t)) / most;
            (stream.uniform() < share).then_some(neuron)
        })
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            rhythm: _,
            start: _,
            size: _,
            modulation: _,
            candidates,
        } = self;
        to_bytes(candidates)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.candidates.go_on_from(from_bytes(bytes)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Stream;
    use crate::base::time::Duration;
    use crate::stimulus::wave::{Pace, Wave, Waves};

    fn spikes(values: &[(&'static str, f64)], size: u32, seconds: f64, start: Time) -> Vec<Spike> {
        spikes_with(Modulation::default(), values, size, seconds, start)
    }

    fn spikes_with(
        modulation: Modulation,
        values: &[(&'static str, f64)],
        size: u32,
        seconds: f64,
        start: Time,
    ) -> Vec<Spike> {
        let given: Values = values.iter().copied().collect();
        let values = crate::base::parameter::complete(&SPEC, &given).unwrap();
        let Ok(Brings::Spikes(begin)) = (ENTRY.build)(&values) else {
            panic!("a rhythm brings spikes");
        };
        let mut stimulus = begin(Onset {
            start,
            from: start,
            modulation,
            size,
            seed: 1,
            name: "rhythm".into(),
            bout: "run".into(),
            suffix: String::new(),
            stream: Stream::new(1, "stimulus.rhythm", 0),
        });
        let stop = start + Duration::from_ms(seconds * 1e3).unwrap();
        let (mut all, mut tick) = (Vec::new(), Some(start));
        while let Some(now) = tick.filter(|&now| now < stop) {
            let before = all.len();
            tick = stimulus.tick(now, &mut all);
            assert!(all[before..].iter().all(|&(t, _)| t >= now), "in the past");
            assert!(
                all[before..]
                    .iter()
                    .all(|&(t, _)| tick.is_none_or(|next| t < next))
            );
        }
        all.retain(|&(t, _)| t < stop);
        all
    }

    /// Against the integral of the rate over each twelfth of the period.
    #[test]
    fn spikes_follow_the_rate() {
        const BINS: usize = 12;
        let (rate, frequency, depth, phase) = (40.0, 2.0, 0.8, 0.25);
        let (size, seconds) = (50, 40.0);
        let values = [
            ("rate", rate),
            ("frequency", frequency),
            ("depth", depth),
            ("phase", phase),
        ];
        let all = spikes(&values, size, seconds, Time::ZERO);
        let mut counts = [0_u32; BINS];
        for (t, _) in &all {
            let turns = frequency * t.as_ms() / 1e3;
            counts[((turns - turns.floor()) * BINS as f64) as usize] += 1;
        }
        for (bin, &count) in counts.iter().enumerate() {
            let [a, b] = [bin, bin + 1].map(|edge| TAU * (edge as f64 / BINS as f64 + phase));
            let mean = 1.0 / BINS as f64 + depth * (a.cos() - b.cos()) / TAU;
            let expected = rate * f64::from(size) * seconds * mean;
            let z = (f64::from(count) - expected) / expected.sqrt();
            assert!(z.abs() < 4.5, "bin {bin}: {count}, expected {expected}");
        }
        // Every neuron gets its share.
        for neuron in 0..size {
            let n = all.iter().filter(|&&(_, of)| of == neuron).count() as f64;
            let expected = rate * seconds;
            assert!(
                (n - expected).abs() < 4.5 * expected.sqrt(),
                "{neuron}: {n}"
            );
        }
    }

    /// A rhythm and an oscillation of one period: the rate is the product, which is 0 where the oscillation would make it less.
    #[test]
    fn oscillations_multiply_a_rhythm() {
        const BINS: usize = 10;
        let (rate, depth, amplitude, seconds, size) = (20.0, 0.8, 1.5, 100.0, 20);
        let wave = Wave {
            pace: Pace::Own(1.0),
            amplitude,
            phase: 0.0,
            nest: None,
        };
        let waves = Arc::new(Waves::new([wave], Time::ZERO));
        let values = [("rate", rate), ("frequency", 1.0), ("depth", depth)];
        let modulation = Modulation::new(waves, vec![0]);
        let all = spikes_with(modulation, &values, size, seconds, Time::ZERO);
        let mut counts = [0_u32; BINS];
        for (t, _) in &all {
            counts[((t.as_ms() / 1e3).fract() * BINS as f64) as usize] += 1;
        }
        for (bin, &count) in counts.iter().enumerate() {
            const FINE: usize = 1000;
            let of = |k: usize| {
                let turns = (bin as f64 + (k as f64 + 0.5) / FINE as f64) / BINS as f64;
                let sine = (TAU * turns).sin();
                ((1.0 + depth * sine) * (1.0 + amplitude * sine)).max(0.0)
            };
            let mean = (0..FINE).map(of).sum::<f64>() / FINE as f64;
            let expected = rate * f64::from(size) * seconds / BINS as f64 * mean;
            let z = (f64::from(count) - expected) / expected.max(1.0).sqrt();
            assert!(z.abs() < 4.5, "bin {bin}: {count}, expected {expected}");
        }
    }

    #[test]
    fn a_rhythm_begins_anew_whenever_it_is_switched_on() {
        let values = [("rate", 100.0), ("frequency", 10.0)];
        let at_0 = spikes(&values, 3, 1.0, Time::ZERO);
        let start = Time::from_ps(3 * 3_600_000_000_000_000);
        let later = spikes(&values, 3, 1.0, start);
        let shifted: Vec<Spike> = at_0
            .iter()
            .map(|&(t, n)| (start + (t - Time::ZERO), n))
            .collect();
        assert_eq!(later, shifted);
        assert!(at_0.len() > 200);
    }

    #[test]
    fn a_state_is_gone_on_from() {
        let values = [
            ("rate", 100.0),
            ("frequency", 10.0),
            ("depth", 0.5),
            ("phase", 0.0),
        ];
        let rhythm = Rhythm::new(&values.into()).unwrap();
        let onset = Onset {
            start: Time::ZERO,
            from: Time::ZERO,
            modulation: crate::stimulus::wave::Modulation::default(),
            size: 3,
            seed: 1,
            name: "rhythm".into(),
            bout: "run".into(),
            suffix: String::new(),
            stream: Stream::new(1, "stimulus.rhythm", 0),
        };
        let mut one = Modulated::new(rhythm, onset.clone());
        let next = one.tick(Time::ZERO, &mut Vec::new()).unwrap();
        let mut other = Modulated::new(rhythm, onset);
        other.load(&one.save().unwrap()).unwrap();
        let (mut rest, mut again) = (Vec::new(), Vec::new());
        assert_eq!(one.tick(next, &mut rest), other.tick(next, &mut again));
        assert_eq!(rest, again);
        assert!(other.load(&[1, 2]).is_err());
    }

    #[test]
    fn a_rate_of_0_brings_nothing() {
        assert_eq!(
            spikes(&[("rate", 0.0), ("frequency", 1.0)], 3, 1.0, Time::ZERO),
            []
        );
    }
}
