//! A current into every neuron, constant between steps.

use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::Time;
use crate::stimulus::{Brings, Entry};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: false,
    names_neurons: false,
    pulsed: false,
    changes: &["amplitude"],
    swings: true,
    build: |values| Ok(Brings::Current(steps(values)?)),
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "current",
    summary: "A current into every neuron, constant between steps; several add up.",
    equations: "",
    parameters: &[
        ParameterSpec::quantity(
            "amplitude",
            Dimension::Current,
            Range::Finite,
            "the current, such as \"100 pA\", or `steps`, an array of them",
        )
        .or(Default::Absent("see `steps`")),
        ParameterSpec::quantity(
            "from",
            Dimension::Time,
            Range::NonNegative,
            "when the pulse begins, counted from when the stimulus is switched on",
        )
        .or_number(0.0),
        ParameterSpec::quantity(
            "to",
            Dimension::Time,
            Range::NonNegative,
            "when the pulse ends",
        )
        .or(Default::Absent("never")),
        ParameterSpec::new(
            "steps",
            Kind::Steps(Dimension::Current),
            "from when on flows how much, in place of a pulse",
        )
        .or(Default::Absent("one pulse")),
    ],
    source: "",
};

/// One pulse, or the steps themselves.
fn steps(values: &Values) -> Result<Vec<(Time, f64)>, ParameterError> {
    let fault = |parameter, reason: String| ParameterError::Inconsistent {
        model: SPEC.name,
        parameter,
        neuron: None,
        reason,
    };
    let time = |parameter, ms: f64| {
        Time::from_ms(ms).map_err(|error| fault(parameter, format!(": {error}")))
    };
    let steps = values.steps("steps");
    let (amplitude, from) = (values.number("amplitude"), values.number("from"));
    match (steps, amplitude) {
        ([], None) => Err(ParameterError::Missing {
            model: SPEC.name,
            parameter: "amplitude",
            doc: SPEC.parameters[0].doc,
        }),
        ([], Some(amplitude)) => {
            let from = time("from", from.unwrap_or(0.0))?;
            let mut pulse = vec![(from, amplitude)];
            if let Some(to) = values.number("to") {
                let to = time("to", to)?;
                if to <= from {
                    return Err(ParameterError::OutOfRange {
                        model: SPEC.name,
                        parameter: "to",
                        value: to.as_ms(),
                        unit: " ms".into(),
                        expected: format!("more than `from`, {from}"),
                    });
                }
                pulse.push((to, 0.0));
            }
            Ok(pulse)
        }
        (_, Some(_)) => Err(fault("amplitude", " and `steps` exclude each other".into())),
        (_, None) if values.get("to").is_some() => {
            Err(fault("to", " and `steps` exclude each other".into()))
        }
        (_, None) if from.is_some_and(|from| from != 0.0) => {
            Err(fault("from", " and `steps` exclude each other".into()))
        }
        (steps, None) => {
            let steps = steps.iter().map(|&(ms, pa)| Ok((time("steps", ms)?, pa)));
            let steps = steps.collect::<Result<Vec<_>, ParameterError>>()?;
            if let Some(at) = steps.windows(2).position(|pair| pair[1].0 <= pair[0].0) {
                return Err(ParameterError::Entry {
                    model: SPEC.name,
                    parameter: "steps",
                    at: at + 1,
                    reason: format!(
                        "begins at {}, expected after the step before it, which begins at {}",
                        steps[at + 1].0,
                        steps[at].0
                    ),
                });
            }
            Ok(steps)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::{Value, complete};

    fn brought(values: &[(&'static str, Value)]) -> Result<Vec<(Time, f64)>, String> {
        let given: Values = values.iter().cloned().collect();
        let values = complete(&SPEC, &given).map_err(|error| error.to_string())?;
        steps(&values).map_err(|error| error.to_string())
    }

    fn ms(ms: i64) -> Time {
        Time::from_ps(ms * 1_000_000_000)
    }

    #[test]
    fn a_pulse_ends_and_steps_follow_each_other() {
        let (amplitude, two) = (("amplitude", Value::Number(50.0)), Value::Number(2.0));
        assert_eq!(
            brought(std::slice::from_ref(&amplitude)),
            Ok(vec![(ms(0), 50.0)])
        );
        let pulse = brought(&[amplitude.clone(), ("from", Value::Number(1.0)), ("to", two)]);
        assert_eq!(pulse, Ok(vec![(ms(1), 50.0), (ms(2), 0.0)]));
        let steps = |steps: &[(f64, f64)]| ("steps", Value::Steps(steps.to_vec()));
        let good = steps(&[(0.0, 1.0), (3.0, 2.0)]);
        assert_eq!(brought(&[good]), Ok(vec![(ms(0), 1.0), (ms(3), 2.0)]));
        for (values, message) in [
            (vec![], "needs `amplitude`"),
            (
                vec![amplitude.clone(), ("to", Value::Number(0.0))],
                "`to` of `current` is 0 ms, expected more than `from`, 0 ms",
            ),
            (
                vec![amplitude, steps(&[(0.0, 1.0)])],
                "`amplitude` and `steps` exclude each other",
            ),
            (
                vec![steps(&[(3.0, 1.0), (3.0, 2.0)])],
                "expected after the step before it",
            ),
        ] {
            let error = brought(&values).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
