//! Spikes that come whenever something sets them off: onto groups of neurons, one group after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Begin, Onset, Spike, StateError, Stimulus, from_bytes, to_bytes};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};

/// What may be said of any stimulus of this sort.
macro_rules! neurons {
    () => {
        [
            $crate::stimulus::pulsed::FIRST,
            $crate::stimulus::pulsed::NEURONS,
            $crate::stimulus::pulsed::GROUPS,
            $crate::stimulus::pulsed::EVERY,
            $crate::stimulus::pulsed::REVERSE,
        ]
    };
}
pub(super) use neurons;

pub(super) const FIRST: ParameterSpec = ParameterSpec::new(
    "first",
    Kind::Count {
        least: 0,
        most: u32::MAX as u64,
    },
    "the number of the first neuron that is driven",
)
.or(Default::Count(0));

pub(super) const NEURONS: ParameterSpec = ParameterSpec::new(
    "neurons",
    Kind::Count {
        least: 1,
        most: u32::MAX as u64,
    },
    "how many neurons are driven, from `first` on",
)
.or(Default::Absent("all from `first` on"));

pub(super) const GROUPS: ParameterSpec = ParameterSpec::new(
    "groups",
    Kind::Count {
        least: 1,
        most: u32::MAX as u64,
    },
    "into how many groups of one size they are divided, which are driven one after the other: a sequence",
)
.or(Default::Count(1));

pub(super) const EVERY: ParameterSpec = ParameterSpec::quantity(
    "every",
    Dimension::Time,
    Range::NonNegative,
    "from the beginning of one group to that of the next",
)
.or_number(0.0);

pub(super) const REVERSE: ParameterSpec =
    ParameterSpec::new("reverse", Kind::Flag, "whether the last group comes first")
        .or(Default::Flag(false));

/// The time that `parameter` of `spec` is, more than 0.
pub(super) fn length(
    spec: &'static Spec,
    parameter: &'static str,
    values: &Values,
) -> Result<Duration, ParameterError> {
    let fault = |reason| ParameterError::Inconsistent {
        model: spec.name,
        parameter,
        neuron: None,
        reason,
    };
    let length = Duration::from_ms(values[parameter]);
    let length = length.map_err(|error| fault(format!(": {error}")))?;
    match length > Duration::ZERO {
        true => Ok(length),
        false => Err(fault(" is less than a picosecond, the clock's tick".into())),
    }
}

/// Who is driven when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) first: u32,
    pub(super) neurons: Option<u32>,
    pub(super) groups: u32,
    every: Duration,
    reverse: bool,
}

impl Sequence {
    /// As the values of `spec` say.
    pub(super) fn new(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        let count = |name| values.count(name).map(|n| n as u32);
        let sequence = Self {
            first: count("first").unwrap_or(0),
            neurons: count("neurons"),
            groups: count("groups").unwrap_or(1),
            every: match values["every"] {
                0.0 => Duration::ZERO,
                _ => length(spec, "every", values)?,
            },
            reverse: values.flag("reverse"),
        };
        if let Some(neurons) = sequence.neurons
            && !neurons.is_multiple_of(sequence.groups)
        {
            return Err(ParameterError::Inconsistent {
                model: spec.name,
                parameter: "groups",
                neuron: None,
                reason: format!(
                    " is {}, expected a divisor of `neurons`, {neurons}",
                    sequence.groups
                ),
            });
        }
        Ok(sequence)
    }

    /// From the beginning of the first group to that of the last.
    pub(super) fn span(&self, spec: &'static Spec) -> Result<Duration, ParameterError> {
        let ps = self.every.ps().checked_mul(i64::from(self.groups) - 1);
        let too_long = || ParameterError::Inconsistent {
            model: spec.name,
            parameter: "every",
            neuron: None,
            reason: " makes pulses longer than the clock".into(),
        };
        ps.map(Duration::from_ps).ok_or_else(too_long)
    }

    /// The groups of a population of `size`: when each begins after the pulse, its first neuron and how many follow.
    fn groups(&self, size: u32) -> impl Iterator<Item = (Duration, u32, u32)> {
        let Self {
            first,
            neurons,
            groups,
            every,
            reverse,
        } = *self;
        let each = neurons.unwrap_or(size.saturating_sub(first)) / groups;
        (0..groups).map(move |turn| {
            let group = if reverse { groups - 1 - turn } else { turn };
            let after = Duration::from_ps(every.ps() * i64::from(turn));
            (after, first + group * each, each)
        })
    }
}

/// What a group of neurons is given, drawn from a stream of the pulse's own: from when on, the first neuron, how many.
pub(super) type Give = fn(Time, u32, u32, &Shape, &mut Stream, &mut Vec<Spike>);

/// Numbers that say what a group is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) rate_hz: f64,
    pub(super) duration: Duration,
}

/// What begins a stimulus that gives each group of `sequence` what `give` says.
pub(super) fn begin(sequence: Sequence, shape: Shape, give: Give) -> Arc<Begin> {
    Arc::new(move |onset: Onset| {
        Box::new(Pulsed {
            sequence,
            shape,
            give,
            size: onset.size,
            seed: onset.seed,
            now: Now {
                purpose: format!("pulse.{}{}", onset.name, onset.suffix),
                number: 0,
                waiting: VecDeque::new(),
            },
        })
    })
}

/// Spikes onto a population, pulse by pulse.
struct Pulsed {
    sequence: Sequence,
    shape: Shape,
    give: Give,
    size: u32,
    seed: u64,
    now: Now,
}

/// All that changes.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Now {
    /// Names the streams of its pulses, after the bout in which it was switched on.
    purpose: String,
    /// Pulses so far.
    number: u64,
    /// What is to come, in order.
    waiting: VecDeque<Spike>,
}

impl Stimulus for Pulsed {
    /// The spikes of one instant: a pulse that is set off later may bring others before the next.
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        while let Some(spike) = self.now.waiting.pop_front_if(|(t, _)| *t <= now) {
            spikes.push(spike);
        }
        self.now.waiting.front().map(|&(t, _)| t)
    }

    fn pulse(&mut self, at: Time) -> Option<Time> {
        let mut stream = Stream::new(self.seed, &self.now.purpose, self.now.number);
        self.now.number += 1;
        let mut all: Vec<Spike> = self.now.waiting.drain(..).collect();
        for (after, first, n) in self.sequence.groups(self.size) {
            // What lies beyond the clock never comes.
            if let Some(from) = at.checked_add(after) {
                (self.give)(from, first, n, &self.shape, &mut stream, &mut all);
            }
        }
        all.sort_unstable();
        self.now.waiting = all.into();
        self.now.waiting.front().map(|&(t, _)| t)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            sequence: _,
            shape: _,
            give: _,
            size: _,
            seed: _,
            now,
        } = self;
        to_bytes(now)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.now = from_bytes(bytes)?;
        match self.now.waiting.iter().all(|&(_, node)| node < self.size) {
            true => Ok(()),
            false => Err(StateError("a spike of no neuron".into())),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::parameter::complete;
    use crate::stimulus::{Brings, entry};

    /// A stimulus of the kind called `kind` onto `size` neurons.
    pub fn begun(kind: &str, values: Values, size: u32) -> Box<dyn Stimulus> {
        let entry = entry(kind).unwrap();
        let values = complete(entry.spec, &values).unwrap();
        let Brings::Pulses { begin, .. } = (entry.build)(&values).unwrap() else {
            panic!("{kind} brings pulses");
        };
        begin(Onset {
            start: Time::ZERO,
            from: Time::ZERO,
            modulation: crate::stimulus::wave::Modulation::default(),
            size,
            seed: 1,
            name: "cue.e".into(),
            bout: "run".into(),
            suffix: String::new(),
            stream: Stream::new(1, "stimulus.cue.e", 0),
        })
    }

    /// All spikes from the tick `next` on.
    pub fn rest(stimulus: &mut dyn Stimulus, mut next: Option<Time>) -> Vec<Spike> {
        let mut spikes = Vec::new();
        while let Some(now) = next {
            next = stimulus.tick(now, &mut spikes);
        }
        spikes
    }

    #[test]
    fn pulses_that_overlap_come_in_order_and_go_on_after_a_checkpoint() {
        let values = || -> Values {
            let numbers = [("rate", 500.0), ("duration", 40.0)];
            numbers.into_iter().collect()
        };
        let mut stimulus = begun("burst", values(), 5);
        let mut spikes = Vec::new();
        let ms = |ms| Time::from_ms(ms).unwrap();
        let mut next = stimulus.pulse(ms(10.0));
        while next.is_some_and(|next| next < ms(20.0)) {
            next = stimulus.tick(next.unwrap(), &mut spikes);
        }
        let mut again = begun("burst", values(), 5);
        again.load(&stimulus.save().unwrap()).unwrap();
        let next = stimulus.pulse(ms(20.0));
        assert_eq!(again.pulse(ms(20.0)), next);
        let both = rest(stimulus.as_mut(), next);
        assert_eq!(rest(again.as_mut(), next), both);
        spikes.extend(both);
        assert!(spikes.is_sorted());
        assert!(spikes.iter().all(|(t, _)| (ms(10.0)..ms(60.0)).contains(t)));
        // 2 × 100 expected.
        assert!((150..250).contains(&spikes.len()), "{}", spikes.len());
    }
}
