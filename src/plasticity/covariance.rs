//! Hebbian covariance over events: what arrives more often when the target fires more often than on average.

use crate::base::legible::legible;
use crate::base::parameter::{
    Dimension, ParameterError, ParameterSpec, Range, Spec, Values, complete,
};
use crate::base::time::{Duration, Time};
use crate::plasticity::Rule;
use crate::plasticity::modulation::Modulation;
use crate::plasticity::rule::{Event, Modulated, PlasticityRule, State, Stretch, Trace};

/// The registry's entry.
pub static RULE: Rule = Rule::of::<Covariance, 0, 0>();

/// The rule as users see it.
static SPEC: Spec = Spec {
    name: "covariance",
    summary: "Hebbian covariance over events of one length: spikes are counted in each, and a synapse grows where counts on both sides \
              are above or below their averages together.",
    equations: "at every multiple of event, on the clock of the synapse: d = n - <n>;  <n> <- <n> + d/k;  <q> <- <q> + (q - <q>)/k;  w <- w + \
                eta d (q - <q>);  n, q <- 0;  n arrivals and q spikes of the target in the event, the k-th since the synapse began, or \
                since a bout in which all begins anew; an event in whose middle it began does not count; events in which learning \
                is off count, and change no weight;  under a modulator the change is multiplied by its concentration at the end of the event",
    parameters: &[
        ParameterSpec::quantity(
            "eta",
            Dimension::Weight,
            Range::NonNegative,
            "what a spike above average on each side adds",
        ),
        ParameterSpec::quantity(
            "event",
            Dimension::Time,
            Range::Positive,
            "length of an event",
        ),
    ],
    source: "the covariance rule of Sejnowski 1977, J Math Biol 4:303, on counts; with running averages (Welford 1962, Technometrics \
             4:419) the sum is that of all events about their means",
};

/// The rule with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    eta: f64,
    event: Duration,
}

/// What a synapse has counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// In the event at hand.
    arrivals: f64,
    spikes: f64,
    /// Events before, or [`IN_THE_MIDDLE`], and averages over them.
    events: f64,
    mean_arrivals: f64,
    mean_spikes: f64,
}

/// In place of a number of events: the event at hand had begun before the synapse did, and does not count.
const IN_THE_MIDDLE: f64 = -1.0;

impl Default for Tally {
    fn default() -> Self {
        Self {
            arrivals: 0.0,
            spikes: 0.0,
            events: IN_THE_MIDDLE,
            mean_arrivals: 0.0,
            mean_spikes: 0.0,
        }
    }
}

impl State for Tally {
    fn put(self, bytes: &mut Vec<u8>) {
        let Self {
            arrivals,
            spikes,
            events,
            mean_arrivals,
            mean_spikes,
        } = self;
        for number in [arrivals, spikes, events, mean_arrivals, mean_spikes] {
            number.put(bytes);
        }
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut numbers = bytes.chunks_exact(size_of::<f64>()).map(f64::take);
        let mut next = || numbers.next().flatten();
        Some(Self {
            arrivals: next()?,
            spikes: next()?,
            events: next()?,
            mean_arrivals: next()?,
            mean_spikes: next()?,
        })
    }
}

impl Tally {
    /// The event at hand ends: what it adds to the sum of products about the means.
    fn close(&mut self) -> f64 {
        self.events += 1.0;
        if self.events == 0.0 {
            (self.arrivals, self.spikes) = (0.0, 0.0);
            return 0.0;
        }
        let above = self.arrivals - self.mean_arrivals;
        self.mean_arrivals += above / self.events;
        self.mean_spikes += (self.spikes - self.mean_spikes) / self.events;
        let product = above * (self.spikes - self.mean_spikes);
        (self.arrivals, self.spikes) = (0.0, 0.0);
        product
    }

    /// So many events end without a spike on either side.
    fn close_empty(&mut self, n: f64) -> f64 {
        let all = self.events + n;
        let product = self.mean_arrivals * self.mean_spikes * self.events * n / all;
        self.mean_arrivals *= self.events / all;
        self.mean_spikes *= self.events / all;
        self.events = all;
        product
    }
}

impl Covariance {
    fn number(&self, t: Time) -> i64 {
        t.ps().max(0).div_euclid(self.event.ps())
    }

    /// So many events end, the first with the event of number `first`: what they add, each as far as `modulation` lets it.
    fn close_under(
        &self,
        modulation: &Modulation,
        tally: &mut Tally,
        (first, ended): (i64, i64),
    ) -> f64 {
        let gain = |number: i64| modulation.before(Time::from_ps(number * self.event.ps()));
        let mut sum = gain(first) * tally.close();
        for number in first + 1..first + ended {
            // From then on nothing comes of silence.
            if tally.mean_arrivals * tally.mean_spikes == 0.0 {
                tally.close_empty((first + ended - number) as f64);
                break;
            }
            sum += gain(number) * tally.close_empty(1.0);
        }
        sum
    }

    /// Whether an event begins at `t`.
    fn begins(&self, t: Time) -> bool {
        t.ps().max(0).rem_euclid(self.event.ps()) == 0
    }
}

impl PlasticityRule<0, 0> for Covariance {
    const SPEC: &'static Spec = &SPEC;
    const SIGNED: bool = true;
    const BOUNDED: bool = false;
    const FLOWS: bool = true;
    const REMEMBERS: bool = true;
    const MODULATED: Modulated = Modulated::Flow;
    type State = Tally;

    fn new(values: &Values) -> Result<Self, ParameterError> {
        let values = complete(&SPEC, values)?;
        let event = Duration::from_ms(values["event"]).ok();
        let event = event.filter(|event| *event > Duration::ZERO);
        Ok(Self {
            eta: values["eta"],
            event: event.ok_or_else(|| ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "event",
                neuron: None,
                reason: format!(
                    " is {} ms, expected a picosecond to 106 days",
                    legible(values["event"])
                ),
            })?,
        })
    }

    fn pre(&self) -> [Trace; 0] {
        []
    }

    fn post(&self) -> [Trace; 0] {
        []
    }

    fn bounds(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    #[inline(always)]
    fn arrive(&self, weight: f64, tally: &mut Tally, _event: &Event<0, 0>) -> f64 {
        tally.arrivals += 1.0;
        weight
    }

    #[inline(always)]
    fn fire(&self, weight: f64, tally: &mut Tally, _event: &Event<0, 0>) -> f64 {
        tally.spikes += 1.0;
        weight
    }

    #[inline(always)]
    fn flow(&self, weight: f64, tally: &mut Tally, stretch: &Stretch<'_>) -> f64 {
        let from = stretch.from.max(stretch.begun);
        if tally.events == IN_THE_MIDDLE && self.begins(from) {
            tally.events = 0.0;
        }
        let first = self.number(from) + 1;
        let ended = self.number(stretch.to) + 1 - first;
        if ended <= 0 {
            return weight;
        }
        if let Some(modulation) = stretch.modulation {
            return weight + self.eta * self.close_under(modulation, tally, (first, ended));
        }
        let mut sum = tally.close();
        if ended > 1 {
            sum += tally.close_empty((ended - 1) as f64);
        }
        weight + self.eta * sum
    }

    fn obstacle(&self, other: &Self) -> Option<&'static str> {
        (self.event != other.event).then_some("averages are those over events of one length")
    }
}
