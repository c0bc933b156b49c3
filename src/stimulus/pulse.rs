//! A current into every neuron for a while, whenever something sets it off.

use super::pulsed::length;
use super::{Brings, Entry};
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: false,
    names_neurons: false,
    pulsed: true,
    changes: &["amplitude"],
    swings: true,
    build: |values| {
        Ok(Brings::CurrentPulse {
            amplitude_pa: values["amplitude"],
            duration: length(&SPEC, "duration", values)?,
        })
    },
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "pulse",
    summary: "A current into every neuron for a while, whenever its trigger sets it off; pulses that overlap add up. A bout \
              without the stimulus ends those that go on; they are recorded as delivered nevertheless.",
    equations: "",
    parameters: &[
        ParameterSpec::quantity(
            "amplitude",
            Dimension::Current,
            Range::Finite,
            "the current, such as \"100 pA\"",
        ),
        ParameterSpec::quantity(
            "duration",
            Dimension::Time,
            Range::Positive,
            "how long it flows, such as \"50 ms\"",
        ),
    ],
    source: "",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::base::time::Duration;

    #[test]
    fn it_brings_a_current_for_a_while() {
        let values: Values = [("amplitude", 50.0), ("duration", 20.0)].into();
        let brings = (ENTRY.build)(&values).unwrap();
        assert_eq!(brings.pulse(), Duration::from_ms(20.0).ok());
        assert_eq!(format!("{brings:?}"), "CurrentPulse(50 pA, 20 ms)");
    }
}
