//! Changes to a network while it runs, exact at their instant.

use super::Simulation;
use crate::base::alteration::Alteration;
use crate::base::matrix::Matrix;
use crate::base::time::Time;
use crate::engine::error::SimulationError;
use crate::network::path::Alterations;
use crate::network::{ParameterPath, Part};
use crate::plasticity::modulation::Turn;
use crate::stimulus::poisson::TICKS_HZ;

/// What can be changed between two runs of one bout.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A stimulus is switched on or off, as at the beginning of a bout; one that was given from outside only off.
    Stimulus {
        /// Its name.
        name: String,
        /// Whether it is on from now on.
        on: bool,
    },
    /// Noise has another rate, in this bout and later ones, also where it was altered; what alters it later goes by this one.
    Rate {
        /// Name of the stimulus.
        stimulus: String,
        /// Rate onto each neuron in hertz.
        hz: f64,
    },
    /// The synapses of a projection learn, or do not, until the next bout begins.
    Learning {
        /// Its name.
        projection: String,
        /// Whether they learn from now on.
        on: bool,
    },
    /// So much of a modulator is released; what happens at that instant does not see it yet.
    Release {
        /// Its name.
        modulator: String,
        /// How much.
        amount: f64,
    },
    /// A modulator decays to another baseline, until the next bout begins.
    Baseline {
        /// Its name.
        modulator: String,
        /// What it decays to.
        value: f64,
    },
    /// Numbers of the network are others, all at once, until the next bout begins, which says what is altered in it: each becomes
    /// what is said here of what it was declared as, so that a factor of 2 given twice is 2. What was altered before stays so, but
    /// for these numbers, also where they were on their way to others.
    Parameters(Alterations),
    /// A stimulus that comes in pulses does so now, whatever its trigger, probability and refractory time; one that is sham
    /// or off does nothing.
    Pulse {
        /// Its name.
        stimulus: String,
    },
    /// A dense projection has other weights.
    Weights {
        /// Its name.
        projection: String,
        /// The weights.
        weights: Matrix,
    },
}

impl Simulation {
    /// Applies `change` at `at`, which is now: everything before it happens without the change, and everything at that
    /// instant and after it with it. Noise that begins anew draws from a stream that is named after the bout and numbered
    /// by its changes.
    ///
    /// # Errors
    /// If `at` is not now, the network has exploded, or it does not have what is to be changed. Then nothing has changed.
    pub fn apply(&mut self, at: Time, change: &Change) -> Result<(), SimulationError> {
        self.check_now(at)?;
        if self.exploded {
            return Err(SimulationError::Exploded { now: self.now });
        }
        match change {
            Change::Stimulus { name, on } => self.switch_one(name, *on),
            Change::Rate { stimulus, hz } => self.set_rate(stimulus, *hz),
            Change::Learning { projection, on } => {
                let at = self.plastic(projection)?;
                self.set_learning(at, *on);
                Ok(())
            }
            Change::Release { modulator, amount } => {
                self.modulate(modulator, *amount, Turn::Release(*amount))
            }
            Change::Baseline { modulator, value } => {
                self.modulate(modulator, *value, Turn::Baseline(*value))
            }
            Change::Parameters(alterations) => self.alter_some(alterations),
            Change::Pulse { stimulus } => self.pulse_now(stimulus),
            Change::Weights {
                projection,
                weights,
            } => self.set_weights(projection, weights),
        }
    }

    fn modulate(&mut self, name: &str, value: f64, turn: Turn) -> Result<(), SimulationError> {
        let number = self.modulator_of(name)?;
        if !value.is_finite() {
            let name = name.into();
            return Err(SimulationError::Amount { name, value });
        }
        self.turn_now(number, turn);
        Ok(())
    }

    fn switch_one(&mut self, name: &str, on: bool) -> Result<(), SimulationError> {
        let mut all: Vec<String> = self.on().into_iter().map(str::to_owned).collect();
        let before = all.len();
        let declared = self.inputs.all().any(|(known, _)| known == name);
        if !declared && !all.iter().any(|known| known == name) {
            return Err(self.no_stimulus(name));
        }
        all.retain(|known| known != name);
        if (all.len() < before) == on {
            return Ok(());
        }
        if on {
            all.push(name.into());
        }
        self.bout.changes += 1;
        self.switch(|known| all.iter().any(|on| on == known));
        Ok(())
    }

    fn set_rate(&mut self, name: &str, rate_hz: f64) -> Result<(), SimulationError> {
        if !(0.0..TICKS_HZ).contains(&rate_hz) {
            let name = name.into();
            return Err(SimulationError::Rate { name, rate_hz });
        }
        let before = self.inputs.clone();
        let mut noise = self.inputs.noise.iter_mut();
        let Some(noise) = noise.find(|noise| noise.what.name == name) else {
            let known = self.inputs.all().any(|(known, _)| known == name)
                || self.drives.iter().any(|drive| drive.name == name);
            return Err(match known {
                true => {
                    let parameters = self.inputs.parameters(name).unwrap_or_default();
                    SimulationError::NoRate {
                        name: name.into(),
                        is_drawn: parameters.contains(&"rate"),
                    }
                }
                false => self.no_stimulus(name),
            });
        };
        noise.declared.rate_hz = rate_hz;
        // Whoever says a rate means that one, whatever a bout has made of another.
        let path = ParameterPath::new(Part::Stimulus, name, "rate");
        self.altered.stay(&path, Alteration::default());
        self.inputs.alter(&self.altered.now, self.now);
        self.bout.changes += 1;
        self.arrange(&before);
        Ok(())
    }
}
