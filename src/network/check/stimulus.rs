//! What drives a network from outside, with numbers in place of names.

use std::path::Path;
use std::sync::Arc;

use crate::base::parameter;
use crate::base::time::Time;
use crate::network::plan::{self, Outside, SpikeInput, SpikeSource};
use crate::network::{Data, Network, NetworkError, Part, Problem, Stimulus};
use crate::stimulus::{self, Begin, Brings};

/// A stimulus with numbers in place of names.
pub(super) enum Input {
    Noise(plan::Noise),
    Current(plan::Current),
    Spikes(Vec<SpikeInput>),
}

impl Network {
    /// What is to be known of oscillations, and of stimuli that follow them or may change.
    pub(super) fn plan_outside(&self) -> Result<Outside, NetworkError> {
        let waves = self.waves();
        let (names, waves) = waves
            .map_err(|(name, fault)| NetworkError::new(Part::Oscillation, &name, fault.into()))?;
        let mut outside = Outside {
            names,
            waves,
            ..Outside::default()
        };
        for stimulus in &self.stimuli {
            let fault = |problem| NetworkError::new(Part::Stimulus, &stimulus.name, problem);
            let (name, kind) = (&stimulus.name, stimulus.kind.spec.name);
            let entry = stimulus::entry(kind).map_err(|error| fault(error.into()))?;
            // What kind of step it takes has been looked at.
            let which = self.swings(stimulus, (entry.swings, false));
            let which = which.map_err(|error| fault(error.into()))?;
            if !which.is_empty() {
                outside.swings.push(plan::Swings {
                    stimulus: name.clone(),
                    which,
                    step: stimulus.swings.step,
                });
            }
            if entry.arrives && !entry.changes.is_empty() {
                let values = parameter::complete(entry.spec, &stimulus.kind.values);
                outside.drawn.push(plan::Drawn {
                    stimulus: name.clone(),
                    kind,
                    values: values.map_err(|error| fault(error.into()))?,
                });
            }
        }
        Ok(outside)
    }

    pub(super) fn plan_stimulus(&self, stimulus: &Stimulus) -> Result<Input, Problem> {
        let targets = self.targets(&stimulus.targets)?;
        let entry = stimulus::entry(stimulus.kind.spec.name)?;
        let values = parameter::complete(entry.spec, &stimulus.kind.values)?;
        let brings = (entry.build)(&values)?;
        let (name, weight) = (stimulus.name.clone(), stimulus.weight);
        if entry.names_neurons && targets.len() > 1 {
            return Err(Problem::ManyTargets(targets.len()));
        }
        if entry.arrives {
            self.one_unit(&targets)?;
            if weight.is_nan() || weight.abs() > f64::from(f32::MAX) {
                return Err(Problem::Weight(weight));
            }
        } else {
            self.check_capacitance(&targets)?;
        }
        let onto = |target: usize, spikes: SpikeSource| SpikeInput {
            name: name.clone(),
            target,
            weight,
            spikes,
        };
        let is_still = stimulus.swings.with.is_empty();
        let flows = matches!(brings, Brings::Current(_) | Brings::CurrentPulse { .. });
        self.swings(stimulus, (entry.swings, flows))?;
        let size = self.populations[targets[0]].size;
        let not_read = |path: &Path| Problem::NotRead {
            file: path.display().to_string(),
        };
        Ok(match (brings, &stimulus.data) {
            (Brings::File { .. }, Some(Data::Spikes(spikes))) => {
                if let Some(&(at, neuron)) = spikes.iter().find(|&&(at, _)| at < Time::ZERO) {
                    return Err(Problem::Early { neuron, at });
                }
                if let Some(&(_, neuron)) = spikes.iter().find(|&&(_, neuron)| neuron >= size) {
                    return Err(Problem::Neuron { neuron, size });
                }
                Input::Spikes(vec![onto(targets[0], SpikeSource::List(spikes.clone()))])
            }
            (Brings::Image(image), Some(Data::Image(pixels))) => {
                let begin = image.onto(pixels, size)?;
                Input::Spikes(vec![onto(targets[0], SpikeSource::Drawn(begin))])
            }
            (Brings::Episodes(episodes), Some(Data::Image(numbers))) => {
                let begin = episodes.onto(numbers, size)?;
                Input::Spikes(vec![onto(targets[0], SpikeSource::Drawn(begin))])
            }
            (Brings::Episodes(episodes), _) => return Err(not_read(&episodes.path)),
            (Brings::File { file, .. }, _) => return Err(not_read(&file.path)),
            (Brings::Image(image), _) => return Err(not_read(&image.path)),
            (Brings::Noise { rate_hz }, _) if is_still => Input::Noise(plan::Noise {
                name,
                targets,
                rate_hz,
                weight,
            }),
            (Brings::Current(steps), _) => Input::Current(plan::Current {
                name,
                targets,
                steps,
                pulsed: false,
            }),
            (
                Brings::CurrentPulse {
                    amplitude_pa,
                    duration,
                },
                _,
            ) => Input::Current(plan::Current {
                name,
                targets,
                steps: vec![(Time::ZERO, amplitude_pa), (Time::ZERO + duration, 0.0)],
                pulsed: true,
            }),
            (
                Brings::Pulses {
                    begin,
                    neurons,
                    groups,
                    each,
                    ..
                },
                _,
            ) => {
                let driven = Self::check_driven(size, neurons, groups)?;
                let of = format!("{each} for each of {driven} neurons");
                let spikes = each * f64::from(driven);
                stimulus::held(entry.spec.name, "rate", spikes, &of)?;
                Input::Spikes(vec![onto(targets[0], SpikeSource::Drawn(begin))])
            }
            (brings @ (Brings::Spikes(_) | Brings::Noise { .. }), _) => {
                let begin = brings.drawn();
                let inputs = targets.iter().zip(begin.iter().cycle());
                let onto = |(&target, begin): (_, &Arc<Begin>)| {
                    onto(target, SpikeSource::Drawn(begin.clone()))
                };
                Input::Spikes(inputs.map(onto).collect())
            }
        })
    }
}
