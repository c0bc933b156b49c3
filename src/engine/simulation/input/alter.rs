//! Stimuli and oscillations that bring something else than was declared.

use std::sync::Arc;

use super::{Input, Inputs};
use crate::base::alteration::Alteration;
use crate::base::parameter::{ParameterError, Values, complete};
use crate::base::time::Time;
use crate::engine::error::SimulationError;
use crate::network::oscillation::{HIGHEST, HIGHEST_HZ, LOWEST_HZ};
use crate::network::path::{AMPLITUDE, Alterations, FREQUENCY, WEIGHT, altered};
use crate::network::plan::{Drawn, SpikeSource};
use crate::network::{ParameterPath, Part, PathError};
use crate::stimulus::poisson::TICKS_HZ;
use crate::stimulus::wave::{Anchor, Pace, Waves};
use crate::stimulus::{self, Entry};

impl Drawn {
    /// Its kind, and the values that `alterations` make of its own.
    fn altered(
        &self,
        alterations: &Alterations,
    ) -> Result<(&'static Entry, Values), ParameterError> {
        let entry = stimulus::entry(self.kind)?;
        let of = |key: &'static str| {
            let path = ParameterPath::new(Part::Stimulus, &self.stimulus, key);
            (key, alterations.get(&path).copied().unwrap_or_default())
        };
        let changed: Vec<_> = entry.changes.iter().map(|&key| of(key)).collect();
        Ok((entry, altered(entry.spec, &self.values, &changed)))
    }
}

impl Inputs {
    /// Lets stimuli bring what `alterations` make of what is declared from `now` on.
    pub(in crate::engine::simulation) fn alter(&mut self, alterations: &Alterations, now: Time) {
        self.alter_waves(alterations, now);
        let of = |name: &str, parameter: &str| {
            let path = ParameterPath::new(Part::Stimulus, name, parameter);
            alterations.get(&path).copied().unwrap_or_default()
        };
        for Input { what, declared, .. } in &mut self.noise {
            what.rate_hz = of(&declared.name, "rate").of(declared.rate_hz);
            what.weight = of(&declared.name, WEIGHT).of(declared.weight);
        }
        for Input { what, declared, .. } in &mut self.currents {
            let alteration = of(&declared.name, "amplitude");
            // After a pulse nothing flows, however strong it is.
            let pulse = matches!(declared.steps[..], [_, (_, 0.0)]);
            let flows = declared.steps.len() - usize::from(pulse);
            let levels = declared.steps[..flows].iter().zip(&mut what.steps);
            levels.for_each(|((_, level), altered)| altered.1 = alteration.of(*level));
        }
        for Input {
            what,
            declared,
            drawn,
            ..
        } in &mut self.volleys
        {
            what.weight = of(&declared.name, WEIGHT).of(declared.weight);
            let Some([first, own]) = drawn else { continue };
            let Ok((entry, values)) = first.altered(alterations) else {
                continue;
            };
            if values == own.values {
                continue;
            }
            what.spikes = match values == first.values {
                true => declared.spikes.clone(),
                false => match (entry.build)(&values).map(|brings| brings.drawn()) {
                    Ok(Some(begin)) => SpikeSource::Drawn(begin),
                    // It was tried before.
                    _ => continue,
                },
            };
            own.values = values;
        }
    }

    /// Checks that stimuli can draw their spikes as `alterations` say.
    ///
    /// # Errors
    /// The first that cannot.
    pub(in crate::engine::simulation) fn check_drawn(
        &self,
        alterations: &Alterations,
    ) -> Result<(), PathError> {
        let drawn = self.volleys.iter().filter_map(|one| one.drawn.as_ref());
        for [first, _] in drawn {
            let built = first.altered(alterations);
            let built =
                built.and_then(|(entry, values)| (entry.build)(&complete(entry.spec, &values)?));
            built.map_err(|error| PathError::Values {
                part: Part::Stimulus,
                name: first.stimulus.clone(),
                error,
            })?;
        }
        Ok(())
    }

    /// Checks what the stimulus called `name` brings.
    ///
    /// # Errors
    /// If a rate or a weight cannot be.
    pub(in crate::engine::simulation) fn check(&self, name: &str) -> Result<(), SimulationError> {
        let noise = self.noise.iter().filter(|one| one.what.name == name);
        for Input { what, .. } in noise.clone() {
            let rate_hz = what.rate_hz;
            if !(0.0..TICKS_HZ).contains(&rate_hz) {
                let name = name.into();
                return Err(SimulationError::Rate { name, rate_hz });
            }
        }
        let volleys = self.volleys.iter().filter(|one| one.what.name == name);
        let currents = self.currents.iter().filter(|one| one.what.name == name);
        let steps = currents.flat_map(|one| one.what.steps.iter().map(|(_, level)| *level));
        let mut all = noise
            .map(|one| one.what.weight)
            .chain(volleys.map(|one| one.what.weight))
            .chain(steps);
        match all.find(|value| !value.is_finite() || value.abs() > f64::from(f32::MAX)) {
            None => Ok(()),
            Some(value) => Err(SimulationError::Amount {
                name: name.into(),
                value,
            }),
        }
    }

    /// The parameters of the stimulus called `name` that may change, if there is one.
    pub(in crate::engine::simulation) fn parameters(
        &self,
        name: &str,
    ) -> Option<&'static [&'static str]> {
        if self.noise.iter().any(|one| one.what.name == name) {
            Some(&["rate", WEIGHT])
        } else if self.currents.iter().any(|one| one.what.name == name) {
            Some(&["amplitude"])
        } else if let Some(own) = self.volleys.iter().find(|one| one.what.name == name) {
            let kind = own.drawn.as_ref().map(|[first, _]| first.kind);
            match kind {
                Some("poisson") => Some(&["rate", WEIGHT]),
                Some("rhythm") => Some(&["rate", "depth", WEIGHT]),
                _ => Some(&[WEIGHT]),
            }
        } else {
            None
        }
    }
}

impl Inputs {
    /// Names of the oscillations.
    pub(in crate::engine::simulation) fn oscillations(&self) -> &[String] {
        &self.oscillations.names
    }

    /// The oscillations as they are.
    pub(in crate::engine::simulation) fn waves(&self) -> &Arc<Waves> {
        &self.oscillations.now
    }

    fn alter_waves(&mut self, alterations: &Alterations, now: Time) {
        let mut waves = (*self.oscillations.now).clone();
        for (k, name) in self.oscillations.names.iter().enumerate() {
            let of = |parameter: &str| {
                let path = ParameterPath::new(Part::Oscillation, name, parameter);
                alterations.get(&path).copied().unwrap_or_default()
            };
            let mut wave = self.oscillations.declared.wave(k);
            wave.amplitude = of(AMPLITUDE).of(wave.amplitude);
            if let Pace::Own(hz) = &mut wave.pace {
                *hz = of(FREQUENCY).of(*hz);
            }
            waves.turn_into(k, wave, now);
        }
        self.follow(waves);
    }

    /// Lets stimuli follow `waves` from now on.
    fn follow(&mut self, waves: Waves) {
        if waves == *self.oscillations.now {
            return;
        }
        let waves = Arc::new(waves);
        let currents = self.currents.iter_mut().map(|one| &mut one.modulation);
        let volleys = self.volleys.iter_mut().map(|one| &mut one.modulation);
        for modulation in currents.chain(volleys) {
            modulation.follow(&waves);
        }
        self.oscillations.now = waves;
    }

    /// Lets oscillations begin anew at `t`, as they are altered.
    pub(in crate::engine::simulation) fn begin_waves(&mut self, t: Time) {
        let all = &self.oscillations.now;
        let waves = Waves::new((0..all.len()).map(|k| all.wave(k)), t);
        self.follow(waves);
    }

    /// Whether `alteration` leaves the number of an oscillation at `path` in its range.
    pub(in crate::engine::simulation) fn is_sound(
        &self,
        path: &ParameterPath,
        alteration: Alteration,
    ) -> bool {
        let mut names = self.oscillations.names.iter();
        let Some(k) = names.position(|name| *name == path.name) else {
            return false;
        };
        let wave = self.oscillations.declared.wave(k);
        match (&path.parameter[..], wave.pace) {
            (AMPLITUDE, _) => (0.0..=HIGHEST).contains(&alteration.of(wave.amplitude)),
            (FREQUENCY, Pace::Own(hz)) => (LOWEST_HZ..=HIGHEST_HZ).contains(&alteration.of(hz)),
            _ => false,
        }
    }

    /// Steps of currents are to be made again.
    pub(in crate::engine::simulation) fn unfill(&mut self) {
        let mut currents = self.currents.iter();
        if currents.any(|current| !current.modulation.is_none()) {
            self.filled = Time::ZERO;
        }
    }

    /// Lets oscillations be where they were; whether there are as many.
    pub(in crate::engine::simulation) fn restore_waves(&mut self, anchors: &[Anchor]) -> bool {
        let mut waves = (*self.oscillations.now).clone();
        let fit = waves.go_on_from(anchors);
        self.follow(waves);
        fit
    }
}
