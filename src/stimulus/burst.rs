//! A burst of Poisson spikes onto some neurons, whenever something sets it off.

use super::pulsed::{Sequence, Shape, begin, length, neurons};
use super::{Brings, Entry, Spike};
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;
use crate::base::time::{Duration, PS_PER_MS, Time};

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
            rate_hz: values["rate"],
            duration: length(&SPEC, "duration", values)?,
        };
        let spikes = shape.rate_hz * shape.duration.as_ms() * 1e-3;
        if spikes > MOST {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "rate",
                neuron: None,
                reason: format!(
                    " brings {spikes:e} spikes to a neuron in one burst, expected at most {MOST:e}"
                ),
            });
        }
        let span = sequence.span(&SPEC)?.ps();
        Ok(Brings::Pulses {
            begin: begin(sequence, shape, give),
            neurons: (sequence.first, sequence.neurons),
            groups: sequence.groups,
            each: spikes,
            duration: Duration::from_ps(span.saturating_add(shape.duration.ps())),
        })
    },
};

/// All of a burst is held: more would take memory, and drive nothing further.
const MOST: f64 = 1e5;

const OWN: [ParameterSpec; 2] = [
    ParameterSpec::quantity(
        "rate",
        Dimension::Rate,
        Range::Positive,
        "of the spikes onto each neuron, such as \"1 kHz\"",
    ),
    ParameterSpec::quantity(
        "duration",
        Dimension::Time,
        Range::Positive,
        "how long each group is driven, such as \"10 ms\"",
    ),
];

const PARAMETERS: [ParameterSpec; 7] = {
    let [first, neurons, groups, every, reverse] = neurons!();
    let [rate, duration] = OWN;
    [rate, duration, first, neurons, groups, every, reverse]
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "burst",
    summary: "Independent Poisson spikes onto some neurons for a while, whenever its trigger sets them off: a cue, or a \
              sequence of groups. A bout without the stimulus leaves out what is to come; the burst is recorded as delivered \
              nevertheless.",
    equations: "",
    parameters: &PARAMETERS,
    source: "",
};

/// A Poisson process for each neuron.
fn give(
    from: Time,
    first: u32,
    n: u32,
    shape: &Shape,
    stream: &mut Stream,
    spikes: &mut Vec<Spike>,
) {
    let mean_ps = 1e3 * PS_PER_MS as f64 / shape.rate_hz;
    for neuron in first..first + n {
        let mut at_ps = stream.exponential() * mean_ps;
        while at_ps < shape.duration.ps() as f64 {
            if let Some(t) = from.checked_add(Duration::from_ps(at_ps as i64)) {
                spikes.push((t, neuron));
            }
            at_ps += stream.exponential() * mean_ps;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::Values;
    use crate::stimulus::pulsed::tests::{begun, rest};

    #[test]
    fn groups_are_driven_one_after_the_other() {
        let sequence = |reverse: bool| {
            let numbers = [("rate", 1000.0), ("duration", 10.0), ("every", 15.0)];
            let mut values: Values = numbers.into_iter().collect();
            values.extend([("first", 2_u32), ("neurons", 6), ("groups", 3)]);
            values.insert("reverse", reverse);
            let mut stimulus = begun("burst", values, 10);
            let next = stimulus.pulse(Time::from_ms(100.0).unwrap());
            rest(stimulus.as_mut(), next)
        };
        for reverse in [false, true] {
            let spikes = sequence(reverse);
            // Six neurons, ten spikes each.
            assert!((30..90).contains(&spikes.len()), "{}", spikes.len());
            for (t, neuron) in spikes {
                let group = (neuron - 2) / 2;
                let turn = if reverse { 2 - group } else { group };
                let from = 100.0 + 15.0 * f64::from(turn);
                assert!((from..from + 10.0).contains(&t.as_ms()), "{neuron} at {t}");
            }
        }
    }

    #[test]
    fn bursts_are_poisson() {
        let values: Values = [("rate", 200.0), ("duration", 50.0)].into_iter().collect();
        let mut stimulus = begun("burst", values, 4000);
        let next = stimulus.pulse(Time::ZERO);
        let mut counts = vec![0.0; 4000];
        let spikes = rest(stimulus.as_mut(), next);
        spikes
            .iter()
            .for_each(|&(_, neuron)| counts[neuron as usize] += 1.0);
        let mean = counts.iter().sum::<f64>() / 4000.0;
        let variance = counts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / 3999.0;
        // Ten each: the standard errors are 0.05 and 0.23.
        assert!(
            (mean - 10.0).abs() < 0.2 && (variance - 10.0).abs() < 0.9,
            "{mean} {variance}"
        );
    }

    #[test]
    fn groups_divide_their_neurons() {
        let mut values: Values = [("rate", 1.0), ("duration", 1.0), ("every", 0.0)].into();
        values.extend([("neurons", 7_u32), ("groups", 3)]);
        let error = (ENTRY.build)(&values).unwrap_err().to_string();
        assert!(error.contains("a divisor of `neurons`, 7"), "{error}");
    }
}
