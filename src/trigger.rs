//! What sets off pulses: detectors, which watch the spikes of a population as they come, and clocks, which watch nothing.
//!
//! A kind of trigger is one file: its [`Spec`] and an [`Entry`] that builds it. A line in [`REGISTRY`] makes it known to
//! model files, `sharpwave describe` and every network.
//!
//! What a detector finds depends on spikes and their times alone, never on when it is asked: it is causal, and no grid, cut,
//! lane or thread shows in it.

pub mod band_onset;
mod burst;
pub mod down_onset;
mod order;
pub mod phase;
pub mod population_burst;
pub mod random;
pub mod rate;
pub mod rhythmic;
pub mod sleep_pressure;
mod stepped;
mod swing;
pub mod synaptic_pressure;
pub mod template;
pub mod timed;
pub mod two_process;
pub mod up_onset;
mod window;

use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
pub use crate::stimulus::StateError;
use crate::stimulus::{from_bytes, to_bytes};

/// What a trigger has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// When what it looks for began; of a clock the instant itself.
    pub event: Time,
    /// The first instant at which that could be known.
    pub at: Time,
}

/// Something that sets off pulses.
pub trait Detect: Send + Sync {
    /// Begins at `t`, before which nothing has spiked: everything is at rest then.
    fn begin(&mut self, t: Time);

    /// The next instant at which something changes in it without a spike.
    fn alone(&self) -> Time;

    /// Comes to `t`, no later than [`alone`](Self::alone), at which `nodes` of its population spike, ascending. Appends what
    /// is found then.
    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>);

    /// `nodes` of its population spiked at `t`, ascending, as instants do. Appends what is found up to and including `t`.
    #[cfg(test)]
    fn see(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        self.come_to(t, found);
        self.at(t, nodes, found);
    }

    /// Everything before `now` has been seen. Appends what is found before it.
    fn come_to(&mut self, now: Time, found: &mut Vec<Found>) {
        loop {
            let next = self.alone();
            if next >= now {
                return;
            }
            self.at(next, &[], found);
        }
    }

    /// What it has just found was not told, as nobody listened. What tells a turn of something that lasts finds it again.
    fn missed(&mut self) {}

    /// No earlier than this something is found unless a spike is seen before.
    fn next(&self) -> Time {
        self.alone()
    }

    /// When it wants to know the weights that it watches next; never if it watches none.
    fn weighs(&self) -> Time {
        Time::MAX
    }

    /// The sizes of all weights that it watches sum up to `sum` at `t`, when it wanted to know. Appends what is found then.
    fn weigh(&mut self, _t: Time, _sum: f64, _found: &mut Vec<Found>) {}

    /// All that changes while it runs, as bytes.
    ///
    /// # Errors
    /// If it cannot be put into bytes.
    fn save(&self) -> Result<Vec<u8>, StateError>;

    /// Goes on from what [`save`](Self::save) gave for a trigger made alike.
    ///
    /// # Errors
    /// If the bytes are no such state; then it must not be used any more.
    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError>;
}

/// What a trigger begins with.
#[derive(Debug, Clone)]
pub struct Onset {
    /// Neurons of the population that is watched; 0 of a clock.
    pub size: u32,
    /// A stream of its own.
    pub stream: Stream,
}

/// What finds, or why it cannot.
pub type Built = Result<Box<dyn Detect>, ParameterError>;

/// What a trigger watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watches {
    /// A clock watches nothing.
    Nothing,
    /// The spikes of a population.
    Spikes,
    /// The weights of a projection that learns.
    Weights,
}

/// A kind of trigger in the registry.
pub struct Entry {
    /// The trigger as users see it.
    pub spec: &'static Spec,
    /// What it watches.
    pub watches: Watches,
    /// How often a clock tells in so many seconds; `None` of what watches, which nobody knows before.
    pub ticks: fn(&Values, f64) -> Option<f64>,
    /// For so long after its beginning it finds nothing, whatever comes, in milliseconds.
    pub quiet_ms: fn(&Values) -> f64,
    /// What finds, from complete values.
    pub build: fn(&Values, Onset) -> Built,
}

/// Every kind of trigger.
pub static REGISTRY: &[&Entry] = &[
    &up_onset::ENTRY,
    &down_onset::ENTRY,
    &phase::ENTRY,
    &band_onset::ENTRY,
    &rate::ENTRY,
    &population_burst::ENTRY,
    &template::ENTRY,
    &sleep_pressure::ENTRY,
    &synaptic_pressure::ENTRY,
    &timed::ENTRY,
    &rhythmic::ENTRY,
    &random::ENTRY,
];

/// Every kind as users see it.
pub fn specs() -> Vec<&'static Spec> {
    REGISTRY.iter().map(|entry| entry.spec).collect()
}

/// The kind called `name`.
///
/// # Errors
/// If there is none.
pub fn entry(name: &str) -> Result<&'static Entry, ParameterError> {
    let entry = REGISTRY.iter().find(|entry| entry.spec.name == name);
    entry
        .copied()
        .ok_or_else(|| ParameterError::UnknownModel(name.into()))
}

/// The time that `parameter` of `spec` is.
fn time(
    spec: &'static Spec,
    parameter: &'static str,
    values: &Values,
) -> Result<Duration, ParameterError> {
    Duration::from_ms(values[parameter])
        .map_err(|error| fault(spec, parameter, format!(": {error}")))
}

fn fault(spec: &'static Spec, parameter: &'static str, reason: String) -> ParameterError {
    ParameterError::Inconsistent {
        model: spec.name,
        parameter,
        neuron: None,
        reason,
    }
}

/// The key `window` of detectors that count spikes.
const WINDOW: ParameterSpec = ParameterSpec::quantity(
    "window",
    Dimension::Time,
    Range::Positive,
    "how far back spikes count for the rate",
)
.or(Default::Number(50.0));

/// One of two words.
const fn word(
    name: &'static str,
    words: &'static [&'static str],
    default: &'static str,
    doc: &'static str,
) -> ParameterSpec {
    ParameterSpec::new(name, Kind::Word(words), doc).or(Default::Word(default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::complete;

    /// A trigger of the kind called `kind`, as it begins at 0 for a population of `size`.
    pub fn begun(kind: &str, values: Values, size: u32) -> Box<dyn Detect> {
        let entry = entry(kind).unwrap();
        let values = complete(entry.spec, &values).unwrap();
        let stream = Stream::new(1, "trigger.test", 0);
        let mut trigger = (entry.build)(&values, Onset { size, stream }).unwrap();
        trigger.begin(Time::ZERO);
        trigger
    }

    /// The first `n` neurons of a population.
    fn nodes(n: u32) -> Vec<u32> {
        (0..n).collect()
    }

    /// What it finds in `spikes`, instants in milliseconds with numbers of neurons, before `end_ms`: event and when, in ms.
    pub fn found(trigger: &mut dyn Detect, spikes: &[(f64, u32)], end_ms: f64) -> Vec<(f64, f64)> {
        let nodes: Vec<Vec<u32>> = spikes.iter().map(|&(_, n)| nodes(n)).collect();
        let spikes = spikes.iter().zip(&nodes);
        let spikes: Vec<(f64, &[u32])> = spikes.map(|(&(ms, _), own)| (ms, &own[..])).collect();
        found_of(trigger, &spikes, end_ms)
    }

    /// The same of spikes by neuron.
    pub fn found_of(
        trigger: &mut dyn Detect,
        spikes: &[(f64, &[u32])],
        end_ms: f64,
    ) -> Vec<(f64, f64)> {
        let mut found = Vec::new();
        for &(ms, nodes) in spikes {
            trigger.see(Time::from_ms(ms).unwrap(), nodes, &mut found);
        }
        trigger.come_to(Time::from_ms(end_ms).unwrap(), &mut found);
        found
            .iter()
            .map(|found| (found.event.as_ms(), found.at.as_ms()))
            .collect()
    }

    #[test]
    fn a_state_of_another_version_is_refused() {
        let mut trigger = begun("rate", [("level", 15.0)].into_iter().collect(), 10);
        let mut saved = trigger.save().unwrap();
        assert!(trigger.load(&saved).is_ok());
        saved.push(0);
        let error = trigger.load(&saved).unwrap_err();
        assert!(error.to_string().contains("found 1 bytes after its end"));
    }

    /// Whatever is asked in between, saved or loaded, nothing else is found; and nothing is found before it was announced.
    #[test]
    fn what_is_found_does_not_depend_on_when_it_is_asked() {
        let number = |pairs: &[(&'static str, f64)]| pairs.iter().copied().collect::<Values>();
        let mut timed = Values::new();
        timed.insert("at", vec![3.0, 250.0, 800.0]);
        let mut below = number(&[("level", 8.0)]);
        below.insert("when", "below");
        let mut burst = number(&[("up", 15.0), ("down", 5.0), ("shortest", 10.0)]);
        burst.insert("cells", 2_u64);
        let mut template = number(&[("up", 15.0), ("down", 5.0), ("p", 1.0)]);
        template.insert("cells", 5_u64);
        template.insert("order", vec![4_u32, 1, 0, 3, 9, 6, 5, 2, 7, 8]);
        let cases = [
            (
                "up_onset",
                number(&[("up", 12.0), ("down", 4.0), ("hold", 3.0)]),
            ),
            ("down_onset", number(&[("up", 12.0), ("down", 4.0)])),
            ("phase", number(&[("frequency", 4.0), ("phase", 0.1)])),
            (
                "band_onset",
                number(&[
                    ("lowest", 3.0),
                    ("highest", 5.0),
                    ("threshold", 0.3),
                    ("shortest", 20.0),
                    ("smooth", 40.0),
                    ("memory", 1000.0),
                ]),
            ),
            ("rate", number(&[("level", 15.0)])),
            ("rate", below),
            ("population_burst", burst.clone()),
            ("template", template),
            (
                "sleep_pressure",
                number(&[
                    ("awake", 12.0),
                    ("asleep", 3.0),
                    ("rise", 300.0),
                    ("fall", 150.0),
                    ("upper", 0.6),
                    ("lower", 0.4),
                    ("look", 30.0),
                ]),
            ),
            ("timed", timed),
            ("rhythmic", number(&[("period", 90.0), ("jitter", 20.0)])),
            ("random", number(&[("rate", 20.0)])),
        ];
        // Bursts of 60 ms every 250 ms onto ten neurons.
        let mut draws = Stream::new(3, "spikes", 0);
        let mut neurons = Stream::new(3, "neurons", 0);
        let mut spikes = Vec::new();
        let mut ms = 0.0;
        while ms < 5000.0 {
            let busy = ms % 250.0 < 60.0;
            ms += draws.exponential() * if busy { 2.0 } else { 60.0 };
            let first = neurons.below(9) as u32;
            let nodes: Vec<u32> = (first..=first + draws.below(2) as u32).collect();
            spikes.push((ms, nodes));
        }
        let by_neuron = spikes.iter().map(|(ms, nodes)| (*ms, &nodes[..]));
        let by_neuron: Vec<(f64, &[u32])> = by_neuron.collect();
        for (kind, values) in cases {
            let whole = found_of(begun(kind, values.clone(), 10).as_mut(), &by_neuron, 5100.0);
            assert!(whole.len() > 2, "{kind}: {whole:?}");
            assert!(whole.iter().all(|(event, at)| event <= at));
            assert!(whole.windows(2).all(|pair| pair[0].1 <= pair[1].1));
            let mut again = begun(kind, values.clone(), 10);
            let (mut pieces, mut next, mut announced) = (Vec::new(), 0, Time::MAX);
            for cut in 1..=5100 {
                let cut = Time::from_ms(f64::from(cut)).unwrap();
                let mut some = Vec::new();
                while let Some(&(ms, nodes)) = by_neuron.get(next)
                    && Time::from_ms(ms).unwrap() < cut
                {
                    announced = Time::ZERO;
                    again.see(Time::from_ms(ms).unwrap(), nodes, &mut some);
                    next += 1;
                }
                again.come_to(cut, &mut some);
                assert!(
                    some.iter()
                        .all(|found| found.at < cut && found.at >= announced.min(cut))
                );
                announced = again.next();
                pieces.extend(some.iter().map(|one| (one.event.as_ms(), one.at.as_ms())));
                let mut copy = begun(kind, values.clone(), 10);
                copy.load(&again.save().unwrap()).unwrap();
                again = copy;
            }
            assert_eq!(pieces, whole, "{kind}");
        }
    }
}
