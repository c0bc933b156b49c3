//! A neuron without dynamics: it fires whenever something arrives.
//!
//! What makes a list of spikes, or any other events, the source of projections.

use serde::{Deserialize, Serialize};

use crate::base::parameter::{self, Dimension, ParameterSpec, Range, Spec};
use crate::base::time::Time;
use crate::neuron::bytes::{check_neurons, check_size, from_bytes, to_bytes};
use crate::neuron::{self, Events, Example, Growth, Model, Neurons, RowWeights, StateError};

/// The registry's entry.
pub static MODEL: Model = Model {
    spec: &SPEC,
    weight: Some(Dimension::One),
    variables: &[],
    build: |setup| {
        let values = parameter::complete(&SPEC, setup.values)?;
        Ok(Box::new(Relay {
            threshold: values["threshold"],
            ..Relay::new(setup.size)
        }))
    },
    levels: &[],
    bytes: |_| 0,
    example: Example {
        values: &[],
        weight: 1.0,
    },
};

/// The model as users see it.
pub static SPEC: Spec = Spec {
    name: "relay",
    summary: "Neuron without dynamics, for events as sources of projections: it fires at every instant at which \
              something arrives.",
    equations: "an arrival with weight > threshold: spike, once per instant;  other arrivals do nothing",
    parameters: &[ParameterSpec::quantity(
        "threshold",
        Dimension::One,
        Range::NonNegative,
        "arrivals of at most this weight do nothing: synapses between relays can learn without making them fire",
    )
    .or_number(0.0)],
    source: "as `parrot_neuron` in NEST, without its delay",
};

/// A population of relays.
#[derive(Debug, Clone)]
pub struct Relay {
    size: usize,
    /// Weights above this make it fire, 0 or more.
    threshold: f64,
    state: State,
}

/// All that changes while the population runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct State {
    /// The instant last advanced to.
    now: Time,
    /// Neurons that something has reached at this instant, in order of arrival.
    reached: Vec<u32>,
}

impl Relay {
    /// `size` relays that fire at every arrival.
    pub fn new(size: usize) -> Self {
        Self {
            size,
            threshold: 0.0,
            state: State::default(),
        }
    }
}

impl Neurons for Relay {
    fn size(&self) -> usize {
        self.size
    }

    fn reset(&mut self, t: Time) {
        self.state = State {
            now: t,
            reached: Vec::new(),
        };
    }

    fn advance(&mut self, t: Time) {
        self.state.now = t;
    }

    fn receive(&mut self, rows: &[&[f32]], gain: f64) {
        for row in rows {
            let fires = |w: f32| gain * f64::from(w) > self.threshold;
            let reached = (0..).zip(*row).filter(|(_, w)| fires(**w));
            self.state.reached.extend(reached.map(|(j, _)| j));
        }
    }

    fn receive_row(&mut self, targets: &[u16], weights: RowWeights<'_>) {
        let threshold = self.threshold;
        let reached = &mut self.state.reached;
        match weights {
            RowWeights::One(weight) if weight > threshold => {
                reached.extend(targets.iter().map(|&j| u32::from(j)));
            }
            RowWeights::One(_) => {}
            _ => {
                let strong = (0..)
                    .zip(targets)
                    .filter(|(k, _)| weights.get(*k) > threshold);
                reached.extend(strong.map(|(_, &j)| u32::from(j)));
            }
        }
    }

    fn growth(&self, _weight: f64) -> Growth {
        Growth::OF_NOTHING
    }

    fn receive_events(&mut self, events: Events<'_>) -> Option<usize> {
        let reached = (0..events.targets.len()).find(|&k| events.weight(k) > self.threshold)?;
        self.state.reached.push(events.targets[reached].into());
        Some(reached)
    }

    fn next_due(&self) -> Time {
        Time::MAX
    }

    fn next_alone(&self) -> Time {
        Time::MAX
    }

    fn fire(&mut self, fired: &mut Vec<u32>) {
        let reached = &mut self.state.reached;
        reached.sort_unstable();
        reached.dedup();
        fired.append(reached);
    }

    fn state(&self) -> neuron::State {
        neuron::State {
            due: self.state.reached.clone(),
            ..neuron::State::new(&SPEC, self.size, self.state.now, Vec::new())
        }
    }

    fn set_state(&mut self, state: &neuron::State) -> Result<(), StateError> {
        state.check(&SPEC, self.size, 0)?;
        self.state = State {
            now: state.now,
            reached: state.due.clone(),
        };
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        to_bytes(&(self.size, &self.state))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let (size, state) = from_bytes::<(usize, State)>(bytes)?;
        check_size(size, self.size)?;
        check_neurons(state.reached.iter().copied(), size)?;
        self.state = state;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::neuron::EventWeights;

    fn fired(relay: &mut Relay) -> Vec<u32> {
        let mut fired = Vec::new();
        relay.fire(&mut fired);
        fired
    }

    fn events<'a>(offsets: &'a [i64], targets: &'a [u16], weights: EventWeights<'a>) -> Events<'a> {
        Events {
            origin: Time::ZERO,
            offsets,
            start: Time::ZERO,
            growth: &[1.0; 4][..offsets.len()],
            psi: &[],
            targets,
            weights,
        }
    }

    #[test]
    fn every_arrival_is_a_spike_once_per_instant() {
        let mut relay = Relay::new(5);
        relay.advance(Time::from_ps(3));
        relay.receive_row(&[4, 1, 4], RowWeights::One(0.5));
        relay.receive_row(&[0, 1, 2], RowWeights::Each(&[0.1, 2.0, 0.0]));
        relay.receive(&[&[0.0, 0.0, 0.0, 0.0, 1.0]], 2.0);
        assert_eq!(fired(&mut relay), [0, 1, 4]);
        assert!(fired(&mut relay).is_empty(), "nothing is left over");
    }

    #[test]
    fn weights_of_zero_and_below_do_nothing() {
        let mut relay = Relay::new(3);
        relay.receive_row(&[0, 1, 2], RowWeights::One(-1.0));
        relay.receive_row(&[0, 1, 2], RowWeights::Each(&[0.0, -0.1, f32::NAN]));
        relay.receive(&[&[1.0, 0.0, -1.0]], -1.0);
        let none = events(&[1, 2], &[0, 1], EventWeights::One(-1.0));
        assert_eq!(relay.receive_events(none), None);
        assert_eq!(fired(&mut relay), [2], "negative times negative");
    }

    #[test]
    fn what_is_at_most_the_threshold_does_nothing() {
        let mut relay = Relay {
            threshold: 2.0,
            ..Relay::new(3)
        };
        relay.receive_row(&[0, 1, 2], RowWeights::Each(&[2.0, 2.5, -3.0]));
        relay.receive_row(&[0, 2], RowWeights::One(2.0));
        relay.receive(&[&[0.0, 0.5, 1.5]], 2.0);
        assert_eq!(fired(&mut relay), [1, 2]);
        let weak = events(&[1, 2], &[0, 1], EventWeights::One(2.0));
        assert_eq!(relay.receive_events(weak), None);
    }

    #[test]
    fn an_event_of_noise_is_a_spike() {
        let mut relay = Relay::new(3);
        let weights = EventWeights::Class {
            class: &[0, 1, 1],
            weight: &[0.0, 1.0],
        };
        let all = events(&[5, 7, 9], &[0, 2, 1], weights);
        assert_eq!(relay.receive_events(all), Some(1));
        assert_eq!(fired(&mut relay), [2]);
        assert_eq!(relay.receive_events(all.after(1)), Some(0));
        assert_eq!(fired(&mut relay), [1]);
    }

    #[test]
    fn it_goes_on_from_its_state_between_arrival_and_test() {
        let mut relay = Relay::new(3);
        relay.receive_row(&[2, 0], RowWeights::One(1.0));
        let bytes = relay.save().expect("plain data");
        let mut other = Relay::new(3);
        other.load(&bytes).expect("its own state");
        assert_eq!(fired(&mut other), fired(&mut relay));
        assert!(Relay::new(2).load(&bytes).is_err());
        relay.receive_row(&[1], RowWeights::One(1.0));
        relay.reset(Time::ZERO);
        assert!(fired(&mut relay).is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_state_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut relay = Relay::new(3);
            if relay.load(&bytes).is_ok() {
                prop_assert!(fired(&mut relay).iter().all(|&j| j < 3));
            }
        }
    }
}
