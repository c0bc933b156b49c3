//! A spike onto each of some neurons at once, whenever something sets it off.

use super::pulsed::{Sequence, Shape, begin, neurons};
use super::{Brings, Entry, Spike};
use crate::base::parameter::{ParameterSpec, Spec};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: true,
    pulsed: true,
    changes: &[],
    swings: false,
    build: |values| {
        let sequence = Sequence::new(&SPEC, values)?;
        let shape = Shape {
            rate_hz: 0.0,
            duration: Duration::ZERO,
        };
        Ok(Brings::Pulses {
            begin: begin(sequence, shape, give),
            neurons: (sequence.first, sequence.neurons),
            groups: sequence.groups,
            each: 1.0,
            duration: sequence.span(&SPEC)?,
        })
    },
};

const PARAMETERS: [ParameterSpec; 5] = neurons!();

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "volley",
    summary: "One spike onto each of some neurons, all of a group at once, whenever its trigger sets them off: given spikes, \
              such as a cue or a sequence. A bout without the stimulus leaves out the groups that are to come; the volley is recorded \
              as delivered nevertheless.",
    equations: "",
    parameters: &PARAMETERS,
    source: "",
};

/// A spike for each neuron.
fn give(from: Time, first: u32, n: u32, _: &Shape, _: &mut Stream, spikes: &mut Vec<Spike>) {
    spikes.extend((first..first + n).map(|neuron| (from, neuron)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::stimulus::pulsed::tests::{begun, rest};

    #[test]
    fn each_neuron_has_one_spike_in_its_turn() {
        let mut values: Values = [("every", 5.0)].into();
        values.insert("groups", 2_u32);
        values.insert("first", 1_u32);
        let mut stimulus = begun("volley", values, 5);
        let next = stimulus.pulse(Time::from_ms(1.0).unwrap());
        let spikes = rest(stimulus.as_mut(), next);
        let spikes: Vec<(f64, u32)> = spikes.iter().map(|(t, n)| (t.as_ms(), *n)).collect();
        assert_eq!(spikes, [(1.0, 1), (1.0, 2), (6.0, 3), (6.0, 4)]);
    }
}
