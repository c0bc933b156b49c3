//! What a plasticity rule is: the biology of one synapse.

use crate::base::function;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec, Values};
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::plasticity::modulation::Modulation;

/// The biology of one synapse with `PRE` traces of its arrivals and `POST` traces of its target's spikes.
///
/// A rule sees the events of one synapse in the order of their times: arrivals, and spikes of the target that have come
/// back to the synapse. At one instant arrivals come first, and no event sees another of its instant: a spike pairs with
/// what came before it. A rule knows nothing of storage, delays, bounds, signs or loops, which a container of rows or of a
/// matrix owns. Weights are rounded to what it stores after every event, or after those of several spikes that it takes
/// [together](Self::push).
pub trait PlasticityRule<const PRE: usize, const POST: usize>:
    Clone + Send + Sync + Sized + 'static
{
    /// The rule as users see it.
    const SPEC: &'static Spec;

    /// Whether it takes weights with their sign. Otherwise it sees how strong a synapse is, 0 or more, whatever its sign,
    /// and a projection's weights must have one sign, which they keep.
    const SIGNED: bool = false;

    /// Whether weights must be those of inhibition, below zero, or -0 at the start.
    const INHIBITS: bool = false;

    /// Whether weights stay within finite [bounds](Self::bounds). Those of other rules may explode, and are guarded.
    const BOUNDED: bool = true;

    /// Whether a teacher acts on it: another population, of as many neurons as the targets, each spike of which acts on the
    /// synapses of one of these as [`push_taught`](Self::push_taught) says. Such a rule has a [`push`](Self::push) and no
    /// bounds.
    const TAUGHT: bool = false;

    /// What each synapse keeps beside its weight; `()` for most rules.
    type State: State;

    /// Whether something happens between events, by [`flow`](Self::flow).
    const FLOWS: bool = false;

    /// Whether its state goes on while nothing is learnt, as [`pre`](Self::pre) and [`post`](Self::post) do: all that happens then
    /// changes the state alone, which must not depend on the weight.
    const REMEMBERS: bool = false;

    /// What a modulator does.
    const MODULATED: Modulated = Modulated::Gain;

    /// A parameter of which each target may have its own, which it then finds in a [`Stretch`] and takes for 1 itself.
    const OWN: Option<&'static str> = None;

    /// From values by name, missing ones filled with their defaults.
    ///
    /// # Errors
    /// If a value is missing, out of range, or contradicts another.
    fn new(values: &Values) -> Result<Self, ParameterError>;

    /// The same with functions in double precision, for tests in which weights are stored so; otherwise it is enough that they
    /// are as precise as weights in single precision.
    #[must_use]
    fn in_double(self) -> Self {
        self
    }

    /// Traces of arrivals.
    fn pre(&self) -> [Trace; PRE];

    /// Traces of the target's spikes.
    fn post(&self) -> [Trace; POST];

    /// Weights stay within these bounds.
    fn bounds(&self) -> (f64, f64);

    /// The weight after an arrival.
    fn arrive(&self, weight: f64, state: &mut Self::State, event: &Event<PRE, POST>) -> f64;

    /// [`arrive`](Self::arrive) where it [raises](Self::arrive_raises) nothing to a costly power, to the bit: without a power in sight,
    /// loops over synapses are compiled to ones that take several at a time.
    #[inline(always)]
    fn arrive_plainly(
        &self,
        weight: f64,
        state: &mut Self::State,
        event: &Event<PRE, POST>,
    ) -> f64 {
        self.arrive(weight, state, event)
    }

    /// If a spike of the target adds `pre[0]` times a number that is its own, whatever weight, state and synapse are, and
    /// of one sign whenever it fires: that number, given the traces right before it. Then spikes between two arrivals are
    /// taken together, which is several times faster. `None` for rules of another form.
    fn push(&self, post: [f64; POST]) -> Option<f64> {
        let _ = post;
        None
    }

    /// By which multiple of `pre[0]` a spike of the [teacher](Self::TAUGHT) moves the weight.
    fn push_taught(&self) -> f64 {
        0.0
    }

    /// The weight after a spike of the target.
    fn fire(&self, weight: f64, state: &mut Self::State, event: &Event<PRE, POST>) -> f64;

    /// Whether [`fire`](Self::fire) reads traces of the target's own spikes. Those lie scattered over megabytes: not to ask for
    /// them saves time.
    fn fire_reads_post(&self) -> bool {
        true
    }

    /// Whether [`fire`](Self::fire) or [`arrive`](Self::arrive) read how long ago something was. Rules that read neither this nor,
    /// in [`fire`](Self::fire), traces of the target's own spikes are faster.
    fn reads_times(&self) -> bool {
        true
    }

    /// Whether [`arrive`](Self::arrive) raises the weight to a power, which [`arrive_each`](Self::arrive_each) does sooner for
    /// several at a time.
    fn arrive_raises(&self) -> bool {
        false
    }

    /// [`arrive`](Self::arrive) for the first `n` of several synapses, to the bit. Of the others, nothing that means anything.
    #[inline(always)]
    fn arrive_each(
        &self,
        weights: &mut [f64; TOGETHER],
        states: &mut [Self::State; TOGETHER],
        events: &Events<'_, PRE, POST>,
        n: usize,
    ) {
        for k in 0..n.min(TOGETHER) {
            weights[k] = self.arrive(weights[k], &mut states[k], &events.get(k));
        }
    }

    /// [`fire`](Self::fire) for the first `n` of several synapses, to the bit. Of the others, nothing that means anything.
    #[inline(always)]
    fn fire_each(
        &self,
        weights: &mut [f64; TOGETHER],
        states: &mut [Self::State; TOGETHER],
        events: &Events<'_, PRE, POST>,
        n: usize,
    ) {
        for k in 0..n.min(TOGETHER) {
            weights[k] = self.fire(weights[k], &mut states[k], &events.get(k));
        }
    }

    /// The state after an event that made `after` of `before` by itself, where there is so much of a modulator that acts on
    /// [states](Modulated::State).
    #[inline(always)]
    fn gain(before: Self::State, after: Self::State, concentration: f64) -> Self::State {
        let _ = (before, concentration);
        after
    }

    /// The weight after a stretch without events, for rules that [flow](Self::FLOWS). Stretches may be cut in two
    /// anywhere.
    fn flow(&self, weight: f64, state: &mut Self::State, stretch: &Stretch<'_>) -> f64 {
        let _ = (state, stretch);
        weight
    }

    /// Why synapses under this rule cannot go on under `other`, if they cannot: their traces must be the same, so must their bounds,
    /// and both must take spikes together or neither.
    fn obstacle(&self, other: &Self) -> Option<&'static str> {
        let together = |rule: &Self| rule.push([0.0; POST]).is_some();
        let is_alike = self.pre() == other.pre()
            && self.post() == other.post()
            && self.bounds() == other.bounds();
        match (is_alike, together(self) == together(other)) {
            (true, true) => None,
            (true, false) => Some(TAKEN_TOGETHER),
            (false, _) => Some(MADE_OF),
        }
    }
}

/// Why traces, bounds and the form of a rule stay as they are.
pub(super) const MADE_OF: &str =
    "time constants, bounds and the form of a rule are what its traces are made of";

/// Why a rule that has a [push](PlasticityRule::push) keeps it, and one that has none gets none.
const TAKEN_TOGETHER: &str = "spikes of a target are taken together as long as what they add neither depends on the weight nor may have \
     either sign, and this number alone would begin or end that";

/// Synapses that are worked on at a time: so many that vectors are full and do not wait for each other, so few that what is
/// known of them stays in the first-level cache.
pub const TOGETHER: usize = function::TOGETHER;

/// What a modulator does to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modulated {
    /// Changes of the weight are multiplied by its concentration at their instant, if there is one.
    Gain,
    /// What events change in the synapse's state is [multiplied](PlasticityRule::gain) so, if there is one; of rules that
    /// [flow](PlasticityRule::FLOWS).
    State,
    /// The rule reads it while it [flows](PlasticityRule::flow), if there is one.
    Flow,
    /// The rule needs one, and reads it while it [flows](PlasticityRule::flow).
    Own,
}

/// A stretch of a synapse's time without events.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    /// Its begin.
    pub from: Time,
    /// Its end.
    pub to: Time,
    /// When the network was last at rest: nothing has reached the synapse before, even where `from` is, by its dendritic delay.
    pub begun: Time,
    /// The modulator of the projection, if it has one.
    pub modulation: Option<&'a Modulation>,
    /// The target's own value of the rule's [parameter](PlasticityRule::OWN), or 1.
    pub own: f64,
}

impl Stretch<'_> {
    /// How long it is, in milliseconds.
    #[inline(always)]
    pub fn ms(&self) -> f64 {
        self.to.since(self.from).ps() as f64 / PS_PER_MS as f64
    }
}

/// What a synapse meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event<const PRE: usize, const POST: usize> {
    /// Traces of arrivals right before it.
    pub pre: [f64; PRE],
    /// Traces of the target's spikes right before it.
    pub post: [f64; POST],
    /// Time since the last arrival; longer than any simulation if there was none.
    pub since_arrival: Duration,
    /// Time since the last spike of the target that the synapse has seen, longer than any simulation if there was none.
    /// Arrivals under a rule with a [push](PlasticityRule::push) are not told.
    pub since_spike: Duration,
}

/// What several synapses meet, by quantity, as vectors take it. What a rule does not read is not even written.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a, const PRE: usize, const POST: usize> {
    /// As [`Event::pre`], of each synapse.
    pub pre: &'a [[f64; TOGETHER]; PRE],
    /// As [`Event::post`], of each synapse.
    pub post: &'a [[f64; TOGETHER]; POST],
    /// As [`Event::since_arrival`].
    pub since_arrival: &'a [Duration; TOGETHER],
    /// As [`Event::since_spike`].
    pub since_spike: &'a [Duration; TOGETHER],
}

impl<const PRE: usize, const POST: usize> Events<'_, PRE, POST> {
    /// What synapse `k` meets.
    #[inline(always)]
    pub fn get(&self, k: usize) -> Event<PRE, POST> {
        Event {
            pre: std::array::from_fn(|trace| self.pre[trace][k]),
            post: std::array::from_fn(|trace| self.post[trace][k]),
            since_arrival: self.since_arrival[k],
            since_spike: self.since_spike[k],
        }
    }
}

/// What a synapse keeps beside its weight.
pub trait State: Copy + Default + Send + Sync + 'static {
    /// Appends its bytes.
    fn put(self, bytes: &mut Vec<u8>);

    /// From the bytes of one.
    fn take(bytes: &[u8]) -> Option<Self>;
}

/// Whether spikes of a target are taken together under `rule`: what each adds is its own. A modulator makes it one of each synapse,
/// so that only rules that have no other way do so under one.
pub(super) fn is_additive<R, const PRE: usize, const POST: usize>(
    rule: &R,
    is_modulated: bool,
) -> bool
where
    R: PlasticityRule<PRE, POST>,
{
    PRE > 0 && (R::TAUGHT || !is_modulated) && rule.push([0.0; POST]).is_some()
}

/// The bytes of all of them.
pub(super) fn put_all<T: State>(all: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size_of_val(all));
    all.iter().for_each(|one| one.put(&mut bytes));
    bytes
}

/// `n` of them, if the bytes are those of so many.
pub(super) fn take_all<T: State>(bytes: &[u8], n: usize) -> Option<Vec<T>> {
    let size = size_of::<T>();
    let fits = bytes.len() == n.checked_mul(size)?;
    let one = |k: usize| T::take(bytes.get(k * size..(k + 1) * size)?);
    fits.then(|| (0..n).map(one).collect())?
}

impl State for () {
    fn put(self, _bytes: &mut Vec<u8>) {}

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.is_empty().then_some(())
    }
}

impl State for f32 {
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(bytes.try_into().ok()?))
    }
}

impl State for f64 {
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(bytes.try_into().ok()?))
    }
}

/// A trace of spikes: decays exponentially, and jumps at each spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// Time constant in milliseconds, above zero.
    pub tau_ms: f64,
    /// Which spikes it remembers.
    pub memory: Memory,
}

/// Which spikes a trace remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// All of them: a spike adds 1.
    All,
    /// The last one: a spike sets it to 1.
    Last,
}

impl Memory {
    /// Words by which rules ask for it.
    pub(super) const WORDS: &'static [&'static str] = &["all_to_all", "nearest"];

    /// What one of [`Self::WORDS`] says.
    pub(super) fn named(word: Option<&str>) -> Self {
        match word {
            Some("nearest") => Self::Last,
            _ => Self::All,
        }
    }

    /// A trace that remembers so.
    pub(super) const fn trace(self, tau_ms: f64) -> Trace {
        Trace {
            tau_ms,
            memory: self,
        }
    }

    /// The trace after a spike, which adds `one`.
    #[inline(always)]
    pub(super) fn jump(self, trace: f64, one: f64) -> f64 {
        match self {
            Self::All => trace + one,
            Self::Last => one,
        }
    }
}

/// How weights are stored: in single precision; in double precision where a test compares with a formula.
pub trait Stored: State {
    /// Whether that is double precision.
    const IS_DOUBLE: bool;

    /// Rounds to what is stored.
    fn of(weight: f64) -> Self;

    /// What is stored.
    fn get(self) -> f64;
}

impl Stored for f32 {
    const IS_DOUBLE: bool = false;

    #[inline(always)]
    fn of(weight: f64) -> Self {
        weight as Self
    }

    #[inline(always)]
    fn get(self) -> f64 {
        self.into()
    }
}

impl Stored for f64 {
    const IS_DOUBLE: bool = true;

    #[inline(always)]
    fn of(weight: f64) -> Self {
        weight
    }

    #[inline(always)]
    fn get(self) -> f64 {
        self
    }
}

/// A strength within bounds; one that is no number stays none, so that a guard finds it.
#[inline(always)]
pub(super) fn within(strength: f64, (low, high): (f64, f64)) -> f64 {
    // Each a single instruction of vectors, which `max` and `min` are not.
    let above = if low > strength { low } else { strength };
    if high < above { high } else { above }
}

/// The bound that most rules have.
pub(super) const W_MAX: ParameterSpec = ParameterSpec::quantity(
    "w_max",
    Dimension::Weight,
    Range::Positive,
    "largest strength, without sign",
);

/// A change of the weight as a share of `w_max`.
pub(super) const fn share(name: &'static str, default: f64, doc: &'static str) -> ParameterSpec {
    ParameterSpec::quantity(name, Dimension::One, Range::Finite, doc).or_number(default)
}

/// A time constant.
pub(super) const fn tau(name: &'static str, default_ms: f64, doc: &'static str) -> ParameterSpec {
    ParameterSpec::quantity(name, Dimension::Time, Range::Positive, doc).or_number(default_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_stays_none_within_bounds() {
        let all = [-1.0, 0.0, 0.5, 2.0, f64::INFINITY];
        assert_eq!(
            all.map(|w| within(w, (0.0, 1.0))),
            [0.0, 0.0, 0.5, 1.0, 1.0]
        );
        assert!(within(f64::NAN, (0.0, f64::INFINITY)).is_nan());
    }
}
