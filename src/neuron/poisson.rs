//! Independent Poisson sources: neurons that fire at random instants and that nothing reaches.
//!
//! All sources of a population are one superposed [`Process`], which begins anew at every `reset`.

use serde::{Deserialize, Serialize};

use crate::base::parameter::{self, Dimension, ParameterError, ParameterSpec, Range, Spec};
use crate::base::process::{self, MOST_ENTITIES, Process};
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::bytes::{check_neurons, check_size, from_bytes, to_bytes};
use crate::neuron::{self, Events, Example, Growth, Model, Neurons, RowWeights, Setup, StateError};

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: None,
    variables: &[],
    build: |setup| Ok(Box::new(Poisson::new(setup)?)),
    levels: &[],
    // Its rate and, where rates differ, its columns of a table of 12 bytes.
    bytes: |own| size_of::<f64>() + if own { 12 } else { 0 },
    example: Example {
        values: &[("rate", 50.0)],
        weight: 0.0,
    },
};

/// A source fires at most once per instant, so rates must stay far below one event per picosecond: at this one a
/// thousandth of a source's events falls on an instant that already has one.
const HIGHEST_HZ: f64 = 1e9;

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "poisson",
    summary: "Source that fires at random instants, independent of each other and of every other source.",
    equations: "intervals between spikes are exponentially distributed with mean 1 / rate",
    parameters: &[ParameterSpec::drawn(
        "rate",
        Dimension::Rate,
        Range::Between(0.0, HIGHEST_HZ),
        "mean number of spikes per time of each source",
    )],
    source: "superposition and thinning of Poisson processes: Kingman 1993, Poisson Processes, sections 2.2 and 5.1",
};

/// A population of Poisson sources.
#[derive(Debug, Clone)]
pub struct Poisson {
    /// Of each source.
    rates_hz: Vec<f64>,
    /// What every bout draws from, from its beginning.
    stream: Stream,
    state: State,
}

/// All that changes while the population runs.
#[derive(Debug, Clone)]
struct State {
    /// The instant last advanced to.
    now: Time,
    /// `None` where nothing ever fires.
    process: Option<Process>,
    /// Sources that fire at the instant last advanced to.
    due: Vec<u32>,
}

/// What a checkpoint keeps.
#[derive(Serialize, Deserialize)]
struct Saved {
    size: usize,
    now: Time,
    process: Option<process::State>,
    due: Vec<u32>,
}

impl Poisson {
    /// Sources that begin at t = 0.
    ///
    /// # Errors
    /// If a rate is missing or out of range, or there are more than 65,536 sources.
    pub fn new(setup: Setup<'_>) -> Result<Self, ParameterError> {
        let Setup {
            size,
            values,
            each,
            stream,
        } = setup;
        let inconsistent = |reason: String| ParameterError::Inconsistent {
            model: SPEC.name,
            parameter: "rate",
            neuron: None,
            reason,
        };
        if size > MOST_ENTITIES {
            return Err(inconsistent(format!(
                ": found {size} sources side by side, expected {MOST_ENTITIES} at most"
            )));
        }
        let rates_hz = match each.get("rate") {
            None => vec![parameter::complete(&SPEC, values)?["rate"]; size],
            Some(rates) if rates.len() != size => {
                return Err(inconsistent(format!(
                    " has {} values, expected {size}",
                    rates.len()
                )));
            }
            Some(rates) => {
                for &rate in rates {
                    parameter::complete(&SPEC, &[("rate", rate)].into())?;
                }
                rates.clone()
            }
        };
        let state = State::starting(&rates_hz, Time::ZERO, &stream);
        Ok(Self {
            rates_hz,
            stream,
            state,
        })
    }
}

impl State {
    /// Nothing has fired yet at `t`.
    fn starting(rates_hz: &[f64], t: Time, stream: &Stream) -> Self {
        Self {
            now: t,
            process: Process::new(&[rates_hz], t, &mut stream.clone()),
            due: Vec::new(),
        }
    }
}

impl Neurons for Poisson {
    fn size(&self) -> usize {
        self.rates_hz.len()
    }

    fn reset(&mut self, t: Time) {
        self.state = State::starting(&self.rates_hz, t, &self.stream);
    }

    fn renew(&mut self, stream: Stream) {
        self.stream = stream;
        self.reset(self.state.now);
    }

    fn advance(&mut self, t: Time) {
        let State { now, process, due } = &mut self.state;
        *now = t;
        let Some(process) = process else { return };
        // What lies beyond the clock never comes.
        while process.next_time() <= t && process.next_time() < Time::MAX {
            let source = process.batch().entities[process.next_index()];
            due.push(source.into());
            process.pass(1);
        }
    }

    fn receive(&mut self, _rows: &[&[f32]], _gain: f64) {}

    fn receive_row(&mut self, _targets: &[u16], _weights: RowWeights<'_>) {}

    fn growth(&self, _weight: f64) -> Growth {
        Growth::OF_NOTHING
    }

    fn receive_events(&mut self, _events: Events<'_>) -> Option<usize> {
        None
    }

    fn next_due(&self) -> Time {
        let process = self.state.process.as_ref();
        process.map_or(Time::MAX, Process::next_time)
    }

    fn next_alone(&self) -> Time {
        self.next_due()
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let due = &mut self.state.due;
        due.sort_unstable();
        due.dedup();
        fired.append(due);
    }

    fn state(&self) -> neuron::State {
        let State { now, process, due } = &self.state;
        neuron::State {
            due: due.clone(),
            process: process.as_ref().map(Process::state),
            ..neuron::State::new(&SPEC, self.size(), *now, self.rates_hz.clone())
        }
    }

    /// A process has no memory: with the rates that it had it goes on, with others it begins anew.
    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(&SPEC, self.size(), 1)?;
        self.state = State::starting(&self.rates_hz, state.now, &self.stream);
        self.state.due = state.due.clone();
        if state.numbers == self.rates_hz
            && let (Some(process), Some(state)) = (&mut self.state.process, &state.process)
        {
            process.go_on_from(state.clone());
        }
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let State { now, process, due } = &self.state;
        let saved = Saved {
            size: self.size(),
            now: *now,
            process: process.as_ref().map(Process::state),
            due: due.clone(),
        };
        to_bytes(&saved)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let Saved {
            size,
            now,
            process,
            due,
        } = from_bytes(bytes)?;
        check_size(size, self.size())?;
        check_neurons(due.iter().copied(), size)?;
        match (&mut self.state.process, process) {
            (Some(process), Some(state)) => process.go_on_from(state),
            (None, None) => {}
            _ => {
                return Err(StateError::Unfit(
                    "either its sources or these never fire".into(),
                ));
            }
        }
        (self.state.now, self.state.due) = (now, due);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
